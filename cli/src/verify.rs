//! `gamedb verify`: whether a world file is what was written to it.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use gamedb::{FileProblem, VerifyReport};
use serde_json::{Value, json};

use crate::files::print_json;
use crate::progress::Bar;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The world file. Nothing is written, neither to it nor beside it, and a game may have it open.
    file: PathBuf,
}

/// The exit code is 0 if nothing is wrong and 1 if something is. It is 2 if nothing could be looked at.
pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let bar = Bar::new();
    let report = gamedb::verify(arguments.file, |progress| bar.show(progress))?;
    drop(bar);
    if is_json {
        print_json(&as_json(&report));
    } else {
        print(&report);
    }
    Ok(if report.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(report: &VerifyReport) {
    for problem in &report.problems {
        println!("{problem}");
    }
    let path = report.path.display();
    let flush = report
        .generation
        .map_or(String::new(), |flush| format!(" after flush {flush}"));
    let (n_tables, n_rows) = (report.n_tables, report.n_rows);
    let state = if report.is_closed {
        "closed"
    } else {
        "not closed: a game has it open, or was killed"
    };
    match report.problems.len() {
        0 => {
            println!("{path}: sound; the world{flush}, {n_rows} rows in {n_tables} tables, {state}")
        }
        n => println!(
            "{path}: {n} {}; the world{flush}, {n_rows} rows in {n_tables} tables, {state}",
            if n == 1 { "problem" } else { "problems" }
        ),
    }
    if let Some(next) = what_next(report) {
        println!("{next}");
    }
    if !report.has_hashes {
        println!("the file has no content hashes, so a changed value would not be found");
    }
}

/// What to do about the problems, where there is something to do but to look.
fn what_next(report: &VerifyReport) -> Option<&'static str> {
    let has = |check: &str| report.problems.iter().any(|problem| problem.check == check);
    if report.is_sound() {
        return None;
    }
    // Of a log it is said by the problem itself.
    Some(match (has("pages") || has("ids"), has("content")) {
        (true, _) => {
            "put a backup in its place with `gamedb restore`, or copy what can be read with `gamedb rescue`"
        }
        (false, true) => {
            "put a backup in its place with `gamedb restore`; rows that were changed by hand on purpose are taken by \
             `gamedb migrate FILE --schema SCHEMA --accept-edits`"
        }
        (false, false) if has("foreign keys") || has("pivots") => {
            "mend or delete these rows with `sqlite3`; or `gamedb import --from` this file into a new one, which leaves \
             them out"
        }
        (false, false) => return None,
    })
}

fn as_json(report: &VerifyReport) -> Value {
    let problem = |problem: &FileProblem| {
        json!({
            "check": problem.check,
            "table": problem.table,
            "id": problem.id,
            "message": problem.message,
        })
    };
    json!({
        "file": report.path.to_string_lossy(),
        "is_sound": report.is_sound(),
        "world": report.world,
        "generation": report.generation,
        "is_closed": report.is_closed,
        "n_tables": report.n_tables,
        "n_rows": report.n_rows,
        "has_hashes": report.has_hashes,
        "problems": report.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}
