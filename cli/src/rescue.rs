//! `gamedb rescue`: what can be read of a damaged file, in a new one.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use gamedb::{RescueReport, RescuedTable};
use serde_json::{Value, json};

use crate::files::print_json;
use crate::progress::Bar;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The damaged file; it is not written to.
    file: PathBuf,
    /// The new file, which must not exist yet.
    to: PathBuf,
}

/// The exit code is 0 if nothing is known to be lost and 1 if something is.
pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let bar = Bar::new();
    let report = gamedb::rescue(arguments.file, arguments.to, |progress| bar.show(progress))?;
    drop(bar);
    if is_json {
        print_json(&as_json(&report));
    } else {
        print_all(&report);
    }
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_all(report: &RescueReport) {
    for table in &report.tables {
        print(table);
    }
    for note in &report.notes {
        println!("{note}");
    }
    println!("{}: what could be read", report.path.display());
    if !report.is_complete() {
        println!(
            "a game refuses rows that name lost ones: mend them with `sqlite3`, or leave them out with \
             `gamedb import --schema SCHEMA --from {} --out NEW`",
            report.path.display()
        );
    }
}

fn as_json(report: &RescueReport) -> Value {
    let table = |table: &RescuedTable| {
        let refused = table.refused.iter();
        json!({
            "table": table.table,
            "n_rows": table.n_rows,
            "gaps": table.gaps.iter().map(|(before, after)| json!({ "after": before, "before": after })).collect::<Vec<_>>(),
            "lost": table.lost,
            "refused": refused.map(|(id, why)| json!({ "id": id, "message": why })).collect::<Vec<_>>(),
        })
    };
    json!({
        "file": report.path.to_string_lossy(),
        "is_complete": report.is_complete(),
        "tables": report.tables.iter().map(table).collect::<Vec<_>>(),
        "notes": report.notes,
    })
}

fn print(table: &RescuedTable) {
    let name = &table.table;
    let rows = if table.n_rows == 1 { "row" } else { "rows" };
    println!("{name}: {} {rows}", table.n_rows);
    for gap in &table.gaps {
        match gap {
            (Some(before), Some(after)) => {
                println!("{name}: damaged between the rows {before} and {after}");
            }
            (Some(before), None) => println!("{name}: damaged after row {before}"),
            (None, Some(after)) => println!("{name}: damaged before row {after}"),
            (None, None) => println!("{name}: damaged, and nothing can be read"),
        }
    }
    for id in &table.lost {
        println!("{name}: row {id} is lost");
    }
    for (id, why) in &table.refused {
        println!("{name}: row {id} is left out: {why}");
    }
}
