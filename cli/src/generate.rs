//! `gamedb generate`: the models of a schema.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use gamedb_generate::{Options, Outcome, Remarks, generate_with, shown_schema};
use serde_json::json;

use crate::files::{Files, print_json};
use crate::postgres_schema::ServerSchema;

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
    #[command(flatten)]
    pub(crate) postgres: ServerSchema,
}

/// Writes or compares the models.
pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let update = update_command(&arguments);
    let Arguments {
        files,
        out,
        sqlite_schema,
        check,
        postgres,
    } = arguments;
    let options = Options {
        input: files.into(),
        out,
        sqlite_schema,
        check,
    };
    if is_json {
        return run_for_program(&options, &postgres, &update);
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
    let mut is_stale = false;
    match outcome {
        Outcome::Written => eprintln!("{out}: written, {contents}"),
        Outcome::Unchanged => eprintln!("{out}: up to date, {contents}"),
        Outcome::Stale { diff } => {
            print!("{diff}");
            is_stale = true;
        }
    }
    let server = postgres.run(&options.input, options.check)?;
    if let (Some(written), Some(path)) = (server, &postgres.postgres_schema) {
        for warning in &written.warnings {
            eprintln!("warning: on a server, {warning}");
        }
        let path = path.display();
        match (written.is_new, options.check) {
            (false, _) => eprintln!("{path}: up to date"),
            (true, false) => eprintln!("{path}: written"),
            (true, true) => {
                eprintln!("{path}: not up to date");
                is_stale = true;
            }
        }
    }
    if is_stale {
        eprintln!("the models are not up to date with the schema; run `{update}`");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The same, with all remarks in the document.
fn run_for_program(
    options: &Options,
    postgres: &ServerSchema,
    update: &str,
) -> Result<ExitCode, Box<dyn Error>> {
    let mut remarks = json!({});
    let outcome = generate_with(options, |said| {
        remarks = json!({ "notes": said.notes, "warnings": said.warnings });
    })?;
    let server = postgres.run(&options.input, options.check)?;
    let is_stale = options.check && server.as_ref().is_some_and(|written| written.is_new);
    let (outcome, diff, code) = match outcome {
        Outcome::Unchanged if is_stale => ("stale", None, ExitCode::FAILURE),
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
        "postgres_schema": server.map(|written| json!({
            "file": postgres.postgres_schema.as_ref().map(|path| path.to_string_lossy()),
            "is_new": written.is_new,
            "warnings": written.warnings,
        })),
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
    command.push_str(&arguments.postgres.as_given());
    command
}
