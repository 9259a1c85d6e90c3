//! The `gamedb` command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use gamedb_generate::diagram::{Format, diagram};
use gamedb_generate::import::{ImportOptions, import};
use gamedb_generate::{
    Dialect, Error, Input, Options, Outcome, Remarks, explain, generate_with, read, refuse_inputs,
    resolve, suggest, write_file,
};
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
        /// The folder to write, with a file for each table; or one file, whose name ends with `.rs`.
        #[arg(long, default_value = "models/src/models")]
        out: PathBuf,
        /// Where to write the translation of the schema into SQLite, which the models include. Without it, the
        /// translation is written beside the models; a schema that needs none is included itself.
        #[arg(long, value_name = "FILE")]
        sqlite_schema: Option<PathBuf>,
        /// Compare only: print the difference, and exit with 1 if there is one.
        #[arg(long)]
        check: bool,
    },
    /// Copy the rows of an old SQLite file into a new world file, and list those that do not fit.
    Import {
        #[command(flatten)]
        files: Files,
        /// The old file; it is not written to.
        #[arg(long)]
        from: PathBuf,
        /// The new file, which must not exist yet.
        #[arg(long, required_unless_present = "dry_run")]
        out: Option<PathBuf>,
        /// Print the report, and write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
        /// Carry a row over with NULL where a nullable foreign key refers to a row that does not exist;
        /// otherwise the row is left out.
        #[arg(long)]
        null_dangling: bool,
    },
    /// Print what each table is, and why.
    Explain {
        #[command(flatten)]
        files: Files,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Print lines for gamedb.toml instead: keys that the names of columns make likely.
        #[arg(long, conflicts_with = "json")]
        suggest: bool,
    },
    /// Draw the tables: what points to what, and who owns what.
    Diagram {
        #[command(flatten)]
        files: Files,
        /// The file to write; standard output without it.
        #[arg(long)]
        out: Option<PathBuf>,
        /// The format; without it by the extension of the file, or Mermaid text.
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
}

#[derive(Args)]
struct Files {
    /// The schema: DDL of SQLite, MySQL, MariaDB or PostgreSQL, or a SQLite file.
    #[arg(long, default_value = "models/schema.sql")]
    schema: PathBuf,
    /// The config; `gamedb.toml` beside the schema if not given.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The SQL that the schema is written in; detected without it.
    #[arg(long)]
    dialect: Option<DialectName>,
}

/// A dialect on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum DialectName {
    Sqlite,
    Mysql,
    Postgres,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Sqlite => Self::Sqlite,
            DialectName::Mysql => Self::MySql,
            DialectName::Postgres => Self::Postgres,
        }
    }
}

impl From<Files> for Input {
    fn from(files: Files) -> Self {
        Self {
            schema: files.schema,
            config: files.config,
            dialect: files.dialect.map(Dialect::from),
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
        Command::Generate {
            files,
            out,
            sqlite_schema,
            check,
        } => {
            let update = update_command(&files, &out, sqlite_schema.as_deref());
            let options = Options {
                input: files.into(),
                out,
                sqlite_schema,
                check,
            };
            run_generate(&options, &update)
        }
        Command::Import {
            files,
            from,
            out,
            dry_run,
            json,
            null_dangling,
        } => {
            let options = ImportOptions {
                from,
                out: out.filter(|_| !dry_run),
                null_dangling,
            };
            run_import(&files.into(), &options, json)
        }
        Command::Explain {
            files,
            json,
            suggest: is_suggested,
        } => {
            let (schema, config) = read(&files.into())?;
            if is_suggested {
                config.verify(&schema)?;
                print!("{}", suggest(&schema, &config));
                return Ok(ExitCode::SUCCESS);
            }
            let explanation = explain::explain(&schema, &config)?;
            match explanation.json() {
                Ok(text) if json => println!("{text}"),
                _ => print!("{}", explanation.text()),
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Diagram { files, out, format } => {
            run_diagram(&files.into(), out.as_deref(), format)
        }
    }
}

/// Writes or compares the models; `update` is the command that updates stale ones.
fn run_generate(options: &Options, update: &str) -> Result<ExitCode, Error> {
    match generate_with(options, print_remarks)? {
        Outcome::Unchanged | Outcome::Written => Ok(ExitCode::SUCCESS),
        Outcome::Stale { diff } => {
            print!("{diff}");
            eprintln!("the models are not up to date with the schema; run `{update}`");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn run_import(input: &Input, options: &ImportOptions, json: bool) -> Result<ExitCode, Error> {
    let (schema, config) = read(input)?;
    let model = resolve(&schema, &config)?;
    let bar = ProgressBar::new(0).with_style(progress_style());
    let report = import(&schema, &model, options, &mut |progress| {
        bar.set_length(progress.total);
        bar.set_message(progress.table.to_owned());
        bar.set_position(progress.done);
    })?;
    bar.finish_and_clear();
    match report.json() {
        Ok(text) if json => println!("{text}"),
        _ => print!("{report}"),
    }
    Ok(if report.n_left_out() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_diagram(
    input: &Input,
    out: Option<&Path>,
    format: Option<Format>,
) -> Result<ExitCode, Error> {
    if let Some(out) = out {
        refuse_inputs(input, out)?;
    }
    let (schema, config) = read(input)?;
    let model = resolve(&schema, &config)?;
    let format = format.or_else(|| Format::of(out?));
    let text = diagram(&model, format.unwrap_or(Format::Mermaid));
    match out {
        Some(path) => write_file(path, &text)?,
        None => print!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn progress_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} rows, {eta} left: {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// How many warnings are printed before the rest is only counted.
const N_SHOWN: usize = 20;

/// The most letters of a warning that are printed: some warnings list the columns of a hundred tables.
const N_LETTERS: usize = 400;

/// Prints what a translation loses, and which pivots no CHECK proves.
fn print_remarks(remarks: &Remarks) {
    for note in &remarks.notes {
        eprintln!("note: {note}");
    }
    for warning in remarks.warnings.iter().take(N_SHOWN) {
        match (
            warning.char_indices().nth(N_LETTERS),
            warning.rsplit_once(": "),
        ) {
            (Some((at, _)), Some((columns, what))) if columns.len() > at => {
                eprintln!(
                    "warning: {} .. (`gamedb explain` prints all): {what}",
                    &columns[..at]
                );
            }
            _ => eprintln!("warning: {warning}"),
        }
    }
    let n_more = remarks.warnings.len().saturating_sub(N_SHOWN);
    if n_more > 0 {
        eprintln!("warning: {n_more} more; `gamedb explain` prints all");
    }
}

/// The command that updates stale models.
fn update_command(files: &Files, out: &Path, sqlite_schema: Option<&Path>) -> String {
    let (schema, out) = (files.schema.display(), out.display());
    let mut command = format!("gamedb generate --schema {schema} --out {out}");
    let paths = [
        ("--config", files.config.as_deref()),
        ("--sqlite-schema", sqlite_schema),
    ];
    for (flag, path) in paths {
        if let Some(path) = path {
            command.push_str(&format!(" {flag} {}", path.display()));
        }
    }
    if let Some(name) = files.dialect.and_then(|name| name.to_possible_value()) {
        command.push_str(&format!(" --dialect {}", name.get_name()));
    }
    command
}
