//! The `gamedb` command: models from an SQL schema, rows of old files in new worlds, and what an operator does with
//! world files.

mod backup;
mod diagram;
mod explain;
mod files;
mod generate;
mod import;
mod inspect;
mod migrate;
mod progress;
mod rescue;
mod restore;
mod verify;

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
    /// Copy the rows of an old SQLite file or of a dump into a new world file, and list those that do not fit.
    Import(import::Arguments),
    /// Print what each table is, and why.
    Explain(explain::Arguments),
    /// Print the steps that give a world file the tables of a schema; exits with 1 if there are any
    Diff(migrate::DiffArguments),
    /// Give a world file the tables of a schema, in one transaction and with all rows
    Migrate(migrate::MigrateArguments),
    /// Say whether a world file is what was written to it; exits with 1 if not, and with 2 if it could not be read
    Verify(verify::Arguments),
    /// Copy a world into a new file, also while a game runs, and verify the copy
    Backup(backup::Arguments),
    /// Put a backup in the place of a world, which is moved aside
    Restore(restore::Arguments),
    /// Copy what can be read of a damaged world into a new file, and list what cannot
    Rescue(rescue::Arguments),
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
        Command::Verify(arguments) => verify::run(arguments)?,
        Command::Backup(arguments) => backup::run(arguments)?,
        Command::Restore(arguments) => restore::run(arguments)?,
        Command::Rescue(arguments) => rescue::run(arguments)?,
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
