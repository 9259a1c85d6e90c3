//! `gamedb generate`: the models of a schema.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use gamedb_generate::{Error, Options, Outcome, Remarks, generate_with, shown_schema};
use serde_json::json;

use crate::files::{Files, print_json};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) files: Files,
    /// The folder to write, with a file for each table; or one file, whose name ends with `.rs`.
    #[arg(long, default_value = "models/src/models")]
    pub(crate) out: PathBuf,
    /// Where to write the translation of the schema into SQLite, which the models include. Without it, the
    /// translation is written beside the models; a schema that needs none is included itself.
    #[arg(long, value_name = "FILE")]
    pub(crate) sqlite_schema: Option<PathBuf>,
    /// Compare only: print the difference, and exit with 1 if there is one.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Writes or compares the models.
pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Error> {
    let update = update_command(&arguments);
    let Arguments {
        files,
        out,
        sqlite_schema,
        check,
    } = arguments;
    let options = Options {
        input: files.into(),
        out,
        sqlite_schema,
        check,
    };
    if is_json {
        return run_for_program(&options, &update);
    }
    let mut contents = String::new();
    let outcome = generate_with(&options, |remarks| {
        print_remarks(remarks);
        contents = remarks
            .contents
            .map(|contents| contents.to_string())
            .unwrap_or_default();
    })?;
    let out = options.out.display();
    match outcome {
        Outcome::Written => {
            eprintln!("{out}: written, {contents}");
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Unchanged => {
            eprintln!("{out}: up to date, {contents}");
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Stale { diff } => {
            print!("{diff}");
            eprintln!("the models are not up to date with the schema; run `{update}`");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The same, with all remarks in the document.
fn run_for_program(options: &Options, update: &str) -> Result<ExitCode, Error> {
    let mut remarks = json!({});
    let outcome = generate_with(options, |said| {
        remarks = json!({ "notes": said.notes, "warnings": said.warnings });
    })?;
    let (outcome, diff, code) = match outcome {
        Outcome::Unchanged => ("unchanged", None, ExitCode::SUCCESS),
        Outcome::Written => ("written", None, ExitCode::SUCCESS),
        Outcome::Stale { diff } => ("stale", Some(diff), ExitCode::FAILURE),
    };
    print_json(&json!({
        "outcome": outcome,
        "diff": diff,
        "update": update,
        "notes": remarks["notes"],
        "warnings": remarks["warnings"],
    }));
    Ok(code)
}

/// Prints what a translation loses, and which pivots no CHECK proves.
fn print_remarks(remarks: &Remarks) {
    for note in &remarks.notes {
        eprintln!("note: {note}");
    }
    for warning in remarks.shown_warnings() {
        eprintln!("warning: {warning}");
    }
}

/// The command that updates stale models.
fn update_command(arguments: &Arguments) -> String {
    let Arguments {
        files,
        out,
        sqlite_schema,
        ..
    } = arguments;
    let (schema, out) = (shown_schema(&files.schema), out.display());
    let mut command = format!("gamedb generate --schema {schema} --out {out}");
    let paths = [
        ("--config", files.config.as_deref()),
        ("--sqlite-schema", sqlite_schema.as_deref()),
    ];
    for (flag, path) in paths {
        if let Some(path) = path {
            command.push_str(&format!(" {flag} {}", path.display()));
        }
    }
    if let Some(name) = files.dialect.and_then(|name| name.to_possible_value()) {
        command.push_str(&format!(" --dialect {}", name.get_name()));
    }
    command
}
