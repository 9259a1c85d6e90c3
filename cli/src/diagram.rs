//! `gamedb diagram`: a picture of the tables.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use gamedb_generate::diagram::{Format, diagram};
use gamedb_generate::{Error, Input, read, refuse_inputs, resolve, write_file};
use serde_json::json;

use crate::files::{Files, print_json};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) files: Files,
    /// The file to write; standard output without it.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// The format; without it by the extension of the file, or Mermaid text.
    #[arg(long, value_enum)]
    pub(crate) format: Option<FormatName>,
}

/// A format on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum FormatName {
    /// The text of a Mermaid `erDiagram`
    Mermaid,
    /// A picture that stands alone
    Svg,
    /// A page that stands alone: the same picture to move about in, to search and to point at
    Html,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Mermaid => Self::Mermaid,
            FormatName::Svg => Self::Svg,
            FormatName::Html => Self::Html,
        }
    }
}

pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Error> {
    let Arguments { files, out, format } = arguments;
    let input = Input::from(files);
    if let Some(out) = &out {
        refuse_inputs(&input, out)?;
    }
    let (schema, config) = read(&input)?;
    let model = resolve(&schema, &config)?;
    let of_file = || out.as_deref().and_then(Format::of);
    let format = format
        .map(Format::from)
        .or_else(of_file)
        .unwrap_or(Format::Mermaid);
    let text = diagram(&model, format);
    if let Some(path) = &out {
        write_file(path, &text)?;
    }
    match out {
        Some(path) if is_json => print_json(&json!({ "file": path.to_string_lossy() })),
        Some(_) => {}
        None if is_json => print_json(&json!({ "diagram": text })),
        None => print!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}
