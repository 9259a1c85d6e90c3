//! `gamedb restore`: a backup in the place of a world.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::files::print_json;
use crate::progress::Bar;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The backup; it stays where it is.
    backup: PathBuf,
    /// The world file; no game may have it open. What is there is renamed, with its log, and not deleted.
    file: PathBuf,
}

pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let bar = Bar::new();
    let report = gamedb::restore(arguments.backup, arguments.file, |progress| {
        bar.show(progress)
    })?;
    drop(bar);
    if is_json {
        print_json(&json!({
            "file": report.path.to_string_lossy(),
            "generation": report.generation,
            "aside": report.aside.map(|aside| aside.to_string_lossy().into_owned()),
        }));
        return Ok(ExitCode::SUCCESS);
    }
    let flush = report
        .generation
        .map_or(String::new(), |flush| format!(" after flush {flush}"));
    println!("{}: the world{flush}", report.path.display());
    if let Some(aside) = report.aside {
        println!("the old file is now {}", aside.display());
    }
    Ok(ExitCode::SUCCESS)
}
