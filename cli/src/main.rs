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
mod move_world;
mod new;
mod postgres_schema;
mod progress;
mod rescue;
mod restore;
mod shell;
#[cfg(feature = "postgres")]
mod tables;
mod verify;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use files::print_json;
use serde_json::json;

/// Exit codes, at the end of each help text.
const EXIT_CODES: &str = "Exit codes:
  0  all is well
  1  there is something to look at or to do: stale models, steps of a migration, rows that were left out, a file that
     is not sound
  2  the command was not understood, or failed

Colours are left out where NO_COLOR is set.";

/// Typed models of a gamedb world, from its SQL schema, and the tools for world files.
#[derive(Parser)]
#[command(name = "gamedb", version, after_help = EXIT_CODES)]
struct Cli {
    /// Print one JSON document to standard output, and nothing else; after a failure it has the key `error`.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a game server: a package with a schema, a loop and a test
    New(new::Arguments),
    /// Write the models of a schema.
    Generate(generate::Arguments),
    /// Copy the rows of an old SQLite file or of a dump into a new world file, and list those that do not fit; or move a
    /// world to a PostgreSQL server, or back.
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
    /// Print completions for a shell
    Completions(shell::CompletionsArguments),
    /// Print the manual page, or write one for each subcommand into a folder
    Man(shell::ManArguments),
}

fn main() -> ExitCode {
    let Cli { json, command } = Cli::parse();
    match run(command, json) {
        Ok(code) => code,
        Err(error) => {
            let message = with_causes(error.as_ref());
            if json {
                print_json(&json!({ "error": message }));
            }
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let code = match command {
        Command::New(arguments) => new::run(&arguments, is_json)?,
        Command::Generate(arguments) => generate::run(arguments, is_json)?,
        Command::Import(arguments) => import::run(arguments, is_json)?,
        Command::Explain(arguments) => explain::run(arguments, is_json)?,
        Command::Diff(arguments) => migrate::diff(arguments, is_json)?,
        Command::Migrate(arguments) => migrate::migrate(arguments, is_json)?,
        Command::Verify(arguments) => verify::run(arguments, is_json)?,
        Command::Backup(arguments) => backup::run(arguments, is_json)?,
        Command::Restore(arguments) => restore::run(arguments, is_json)?,
        Command::Rescue(arguments) => rescue::run(arguments, is_json)?,
        Command::Inspect(arguments) => inspect::run(&arguments, is_json)?,
        Command::Diagram(arguments) => diagram::run(arguments, is_json)?,
        Command::Completions(arguments) => shell::completions(&arguments, is_json)?,
        Command::Man(arguments) => shell::man(&arguments, is_json)?,
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
