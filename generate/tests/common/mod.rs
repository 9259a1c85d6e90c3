//! Schemas for several test files: how they are found, read and resolved.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};

use gamedb_generate::{Config, Input, Model, Schema, read, resolve, sqlite};

/// A path, relative to this package.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The input for a schema file, with the `gamedb.toml` beside it.
pub(crate) fn input(schema: impl Into<PathBuf>) -> Input {
    Input {
        schema: schema.into(),
        ..Input::default()
    }
}

/// Schema and config in a folder of this package.
pub(crate) fn read_case(folder: &str) -> (Schema, Config) {
    read(&input(path(folder).join("schema.sql"))).expect("the case is read")
}

/// The model of the schema in a folder of this package.
pub(crate) fn resolved(folder: &str) -> Model {
    let (schema, config) = read_case(folder);
    resolve(&schema, &config).expect("the case is resolved")
}

/// The model of a SQLite schema without a config.
pub(crate) fn of_sql(sql: &str) -> Model {
    let schema = sqlite::read(sql).expect("a schema");
    resolve(&schema, &Config::default()).expect("a model")
}
