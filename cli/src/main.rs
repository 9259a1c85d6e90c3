//! The `gamedb` command: models from an SQL schema, and rows of old files in new worlds.

mod diagram;
mod explain;
mod files;
mod generate;
mod import;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gamedb_generate::Error;

/// Typed models of a gamedb world, from its SQL schema.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the models of a schema.
    Generate(generate::Arguments),
    /// Copy the rows of an old SQLite file or of a dump into a new world file, and list those that do not fit.
    Import(import::Arguments),
    /// Print what each table is, and why.
    Explain(explain::Arguments),
    /// Draw the tables: what points to what, and who owns what.
    Diagram(diagram::Arguments),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Generate(arguments) => generate::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Diagram(arguments) => diagram::run(arguments),
    }
}
