//! The `gamedb` command: models from an SQL schema, and rows of old files in new worlds.

mod diagram;
mod explain;
mod files;
mod generate;
mod import;
mod inspect;
mod migrate;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Copy the rows of an old SQLite file into a new world file, and list those that do not fit.
    Import(import::Arguments),
    /// Print what each table is, and why.
    Explain(explain::Arguments),
    /// Print the steps that give a world file the tables of a schema; exits with 1 if there are any
    Diff(migrate::DiffArguments),
    /// Give a world file the tables of a schema, in one transaction and with all rows
    Migrate(migrate::MigrateArguments),
    /// Show the rows of a world file in the browser, at an address that is printed
    Inspect(inspect::Arguments),
    /// Draw the tables: what points to what, and who owns what.
    Diagram(diagram::Arguments),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", with_causes(error.as_ref()));
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    let code = match command {
        Command::Generate(arguments) => generate::run(arguments)?,
        Command::Import(arguments) => import::run(arguments)?,
        Command::Explain(arguments) => explain::run(arguments)?,
        Command::Diff(arguments) => migrate::diff(arguments)?,
        Command::Migrate(arguments) => migrate::migrate(arguments)?,
        Command::Inspect(arguments) => inspect::run(&arguments)?,
        Command::Diagram(arguments) => diagram::run(arguments)?,
    };
    Ok(code)
}

/// The message of an error with those of its causes. Errors of the generator contain them already.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let message = cause.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        next = cause.source();
    }
    text
}
