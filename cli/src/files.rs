//! What subcommands share: the arguments that say which schema is meant, and how JSON is printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gamedb_generate::{Dialect, Input};

/// The schema that is read if none is named.
pub(crate) const DEFAULT_SCHEMA: &str = "models/schema.sql";

/// A schema, its config, and the SQL that it is written in.
#[derive(Args, Clone)]
pub(crate) struct Files {
    /// The schema: DDL of SQLite, MySQL, MariaDB or PostgreSQL, a SQLite file, or the address of a running server
    /// (mysql://user:password@host/database, postgres://..).
    #[arg(long, default_value = DEFAULT_SCHEMA)]
    pub(crate) schema: PathBuf,
    /// The config; `gamedb.toml` beside the schema if not given.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// The SQL that the schema is written in; detected without it.
    #[arg(long)]
    pub(crate) dialect: Option<DialectName>,
}

/// Prints what a program reads: the one document on standard output.
pub(crate) fn print_json(document: &serde_json::Value) {
    println!("{document:#}");
}

/// A dialect on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum DialectName {
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
