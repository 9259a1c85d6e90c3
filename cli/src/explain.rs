//! `gamedb explain`: what each table is, and why.

use std::process::ExitCode;

use clap::Args;
use gamedb_generate::{Error, explain, read, suggest};

use crate::files::Files;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print lines for gamedb.toml instead: keys that the names of columns make likely.
    #[arg(long, conflicts_with = "json")]
    pub(crate) suggest: bool,
}

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Error> {
    let (schema, config) = read(&arguments.files.into())?;
    if arguments.suggest {
        config.verify(&schema)?;
        print!("{}", suggest(&schema, &config));
        return Ok(ExitCode::SUCCESS);
    }
    let explanation = explain::explain(&schema, &config)?;
    match explanation.json() {
        Ok(text) if arguments.json => println!("{text}"),
        _ => print!("{}", explanation.text()),
    }
    Ok(ExitCode::SUCCESS)
}
