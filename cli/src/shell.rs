//! `gamedb completions` and `gamedb man`: what a shell and a system want to know of the command.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;

use crate::Cli;
use crate::files::print_json;

#[derive(Args)]
pub(crate) struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Args)]
pub(crate) struct ManArguments {
    /// Write `gamedb.1` and a page for each subcommand, such as `gamedb-verify.1`, into this folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(crate) fn completions(
    arguments: &CompletionsArguments,
    is_json: bool,
) -> Result<ExitCode, Box<dyn Error>> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "gamedb", &mut text);
    print("completions", text, is_json)
}

pub(crate) fn man(arguments: &ManArguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let command = Cli::command();
    match &arguments.out {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(command, folder)?;
            if is_json {
                print_json(&json!({ "folder": folder.to_string_lossy() }));
            }
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let mut text = Vec::new();
            clap_mangen::Man::new(command).render(&mut text)?;
            print("man", text, is_json)
        }
    }
}

fn print(key: &str, text: Vec<u8>, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    if is_json {
        print_json(&json!({ key: String::from_utf8(text)? }));
    } else {
        io::stdout().write_all(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
