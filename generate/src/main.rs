//! The `gamedb` command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use gamedb_generate::import::{ImportOptions, import};
use gamedb_generate::{Error, Input, Options, Outcome, explain, generate, model, read};
use indicatif::{ProgressBar, ProgressStyle};

/// Typed models of a gamedb world, from its SQL schema.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the models of a schema.
    Generate {
        #[command(flatten)]
        files: Files,
        /// The file to write.
        #[arg(long, default_value = "models/src/models.rs")]
        out: PathBuf,
        /// Compare only: print the difference, and exit with 1 if there is one.
        #[arg(long)]
        check: bool,
    },
    /// Carry the rows of an old SQLite file over into a new world file, and list those that do not fit.
    Import {
        #[command(flatten)]
        files: Files,
        /// The old file; it is not written to.
        #[arg(long)]
        from: PathBuf,
        /// The new file, which must not be there yet.
        #[arg(long)]
        out: PathBuf,
        /// Carry a row over with NULL where a nullable foreign key names nobody; otherwise it is left
        /// out.
        #[arg(long)]
        null_dangling: bool,
    },
    /// Say what each table is, and why.
    Explain {
        #[command(flatten)]
        files: Files,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Files {
    /// The schema, in SQLite's words.
    #[arg(long, default_value = "models/schema.sql")]
    schema: PathBuf,
    /// The config; `gamedb.toml` beside the schema if not given.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl From<Files> for Input {
    fn from(files: Files) -> Self {
        Self {
            schema: files.schema,
            config: files.config,
        }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Generate { files, out, check } => {
            let mend = mend(&files, &out);
            let input = files.into();
            match generate(&Options { input, out, check })? {
                Outcome::Unchanged | Outcome::Written => Ok(ExitCode::SUCCESS),
                Outcome::Stale { diff } => {
                    print!("{diff}");
                    eprintln!("the models are not those of the schema; run `{mend}`");
                    Ok(ExitCode::FAILURE)
                }
            }
        }
        Command::Import {
            files,
            from,
            out,
            null_dangling,
        } => {
            let (schema, config) = read(&files.into())?;
            let model = model::resolve(&schema, &config)?;
            let options = ImportOptions {
                from,
                out,
                null_dangling,
            };
            let bar = ProgressBar::new(0).with_style(progress_style());
            let report = import(&schema, &model, &options, &mut |progress| {
                bar.set_length(progress.total);
                bar.set_message(progress.table.to_owned());
                bar.set_position(progress.done);
            })?;
            bar.finish_and_clear();
            print!("{report}");
            Ok(if report.misfits.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Command::Explain { files, json } => {
            let (schema, config) = read(&files.into())?;
            let explanation = explain::explain(&schema, &config)?;
            match explanation.json() {
                Ok(text) if json => println!("{text}"),
                _ => print!("{}", explanation.text()),
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn progress_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} rows, {eta} left: {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The command that mends stale models.
fn mend(files: &Files, out: &std::path::Path) -> String {
    let config = files.config.iter();
    let config: String = config
        .map(|path| format!(" --config {}", path.display()))
        .collect();
    let (schema, out) = (files.schema.display(), out.display());
    format!("gamedb generate --schema {schema} --out {out}{config}")
}
