//! Generates the models.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    gamedb_generate::build::models("schema.sql").generate()?;
    Ok(())
}
