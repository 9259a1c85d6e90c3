//! Makes the models of schema.sql.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    gamedb_generate::build::models("schema.sql").generate()?;
    Ok(())
}
