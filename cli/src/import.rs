//! `gamedb import`: the rows of an old file, or of a dump, in a new world.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use gamedb_generate::import::{self, DroppedColumn, ImportOptions, ImportReport, ProgressUnit};
use gamedb_generate::{Dialect, Input, read, resolve};
use indicatif::{ProgressBar, ProgressStyle};

use crate::files::{DEFAULT_SCHEMA, DialectName, Files};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) files: Files,
    /// The rows: a SQLite file, or the text of a dump by mysqldump, pg_dump or SQLite's `.dump`, plain or compressed
    /// (gzip, zstd); or the address of a running server (mysql://user:password@host/database, postgres://..). It is not
    /// written to. If there is no schema, it is the schema too.
    #[arg(long)]
    pub(crate) from: PathBuf,
    /// The SQL of the dump; detected without it.
    #[arg(long)]
    pub(crate) from_dialect: Option<DialectName>,
    /// The new file, which must not exist yet.
    #[arg(long, required_unless_present_any = ["dry_run", "to"])]
    pub(crate) out: Option<PathBuf>,
    /// Move a gamedb world as it is, with all ids: from its file to a PostgreSQL server (postgres://..), where it gets the
    /// name after `--world`; or from there into this new file. All of it is moved, or nothing.
    #[arg(long, value_name = "ADDRESS|FILE", requires = "world",
          conflicts_with_all = ["out", "dry_run", "null_dangling", "drop", "drop_other_tables", "from_dialect"])]
    pub(crate) to: Option<String>,
    /// The name of the world on the server.
    #[arg(long, value_name = "NAME", requires = "to")]
    pub(crate) world: Option<String>,
    /// Print the report, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Carry a row over with NULL where a nullable foreign key refers to a row that does not exist;
    /// otherwise the row is left out.
    #[arg(long)]
    pub(crate) null_dangling: bool,
    /// Let this column (`players.note`) or table of the source, which the schema does not have, be dropped with what is
    /// in it. Without that nothing is written. Can be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) drop: Vec<String>,
    /// Leave behind all tables that the schema does not have, with their rows.
    #[arg(long)]
    pub(crate) drop_other_tables: bool,
}

pub(crate) fn run(arguments: Arguments, is_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(to) = arguments.to.clone() {
        return crate::move_world::run(arguments, &to, is_json);
    }
    let options = ImportOptions {
        out: arguments.out.filter(|_| !arguments.dry_run),
        null_dangling: arguments.null_dangling,
        drops: arguments.drop,
        drops_other_tables: arguments.drop_other_tables,
    };
    let mut input = Input::from(arguments.files);
    if !input.schema.exists() && input.schema == Path::new(DEFAULT_SCHEMA) {
        input.schema.clone_from(&arguments.from);
    }
    let (schema, config) = read(&input)?;
    let model = resolve(&schema, &config)?;
    let bar = ProgressBar::new(0).with_style(progress_style());
    // A dump that is its own schema is read as that.
    let of_schema = input.dialect.filter(|_| input.schema == arguments.from);
    let dialect = arguments.from_dialect.map(Dialect::from).or(of_schema);
    let mut source = import::open(&arguments.from, dialect)?;
    if source.unit() == ProgressUnit::Bytes {
        bar.set_style(bytes_style());
    }
    let report = import::import(&mut *source, &schema, &model, &options, &mut |progress| {
        bar.set_length(progress.total);
        bar.set_message(progress.table.to_owned());
        bar.set_position(progress.done);
    })?;
    bar.finish_and_clear();
    match report.json() {
        Ok(text) if is_json => println!("{text}"),
        _ => print!("{report}"),
    }
    for name in idle_drops(&report, &options) {
        eprintln!(
            "--drop {name}: the source has no such table with rows, or column with values, that the schema does not have"
        );
    }
    let needs_consent = report.needs_consent();
    if needs_consent {
        eprintln!("{}", how_to_consent(&report));
    }
    Ok(if report.n_left_out() == 0 && !needs_consent {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The names after `--drop` by which nothing is dropped: a slip that is worth to be known.
fn idle_drops<'o>(report: &ImportReport, options: &'o ImportOptions) -> Vec<&'o String> {
    let columns = report.dropped.iter().map(column_name);
    let tables = report.left_behind.iter().map(|one| one.table.clone());
    let there: Vec<String> = columns.chain(tables).collect();
    let is_idle = |name: &&String| !there.iter().any(|one| one.eq_ignore_ascii_case(name));
    options.drops.iter().filter(is_idle).collect()
}

/// What to do where something would be dropped that the caller has not allowed.
fn how_to_consent(report: &ImportReport) -> String {
    let columns = report.dropped.iter().filter(|column| !column.is_allowed);
    let tables = report.left_behind.iter().filter(|table| !table.is_allowed);
    let names = columns
        .map(column_name)
        .chain(tables.clone().map(|one| one.table.clone()));
    let names: Vec<String> = names.map(|name| format!("--drop {name}")).collect();
    let all = match tables.count() {
        0 | 1 => "",
        _ => " (or --drop-other-tables, for all tables)",
    };
    format!(
        "nothing was written: add these to the schema, or allow to drop them: {}{all}",
        names.join(" ")
    )
}

fn column_name(column: &DroppedColumn) -> String {
    format!("{}.{}", column.table, column.column)
}

fn bytes_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes}, {eta} left: {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn progress_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} rows, {eta} left: {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
