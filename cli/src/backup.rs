//! `gamedb backup`: a copy of a world, also while a game runs.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::files::print_json;
use crate::progress::Bar;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The world file; it is not written to, and a game may have it open.
    file: PathBuf,
    /// The backup, which must not exist yet.
    to: PathBuf,
}

pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let bar = Bar::new();
    let report = gamedb::backup(arguments.file, arguments.to, |progress| bar.show(progress))?;
    drop(bar);
    if is_json {
        print_json(&json!({
            "file": report.path.to_string_lossy(),
            "generation": report.generation,
            "n_bytes": report.n_bytes,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    let flush = report
        .generation
        .map_or(String::new(), |flush| format!(" after flush {flush}"));
    println!(
        "{}: the world{flush}, {} bytes, verified",
        report.path.display(),
        report.n_bytes
    );
    Ok(ExitCode::SUCCESS)
}
