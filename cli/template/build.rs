//! Generates the models from the schema.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    gamedb_generate::build::models("schema.sql")
        .config("gamedb.toml")
        .generate()?;
    Ok(())
}
