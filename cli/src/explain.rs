//! `gamedb explain`: what each table is, and why.

use std::process::ExitCode;

use clap::Args;
use gamedb_generate::{Error, explain, read, suggest};
use serde_json::json;

use crate::files::{Files, print_json};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Print lines for gamedb.toml instead: keys that the names of columns make likely.
    #[arg(long)]
    pub(crate) suggest: bool,
}

pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Error> {
    let (schema, config) = read(&arguments.files.into())?;
    if arguments.suggest {
        config.verify(&schema)?;
        let lines = suggest(&schema, &config);
        if is_json {
            print_json(&json!({ "config": lines }));
        } else {
            print!("{lines}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let explanation = explain::explain(&schema, &config)?;
    match explanation.json() {
        Ok(text) if is_json => println!("{text}"),
        _ => print!("{}", explanation.text()),
    }
    Ok(ExitCode::SUCCESS)
}
