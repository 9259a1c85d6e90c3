//! What schemas and rows of running games ask of the generator. Letters and numbers in comments are those of
//! the table in `README.md` beside this file.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod bools;
mod clocks;
mod columns;
#[path = "../common/mod.rs"]
mod common;
mod config;
mod dangling;
mod dumps;
mod guesses;
mod none;
mod own_keys;
mod renames;
mod report;
mod scripts;
mod shapes;
mod text_keys;
mod words;
mod written_text;

use std::path::{Path, PathBuf};

use gamedb_generate::relations::{self, Found};
use gamedb_generate::{Config, Input, Schema, read, resolve};

/// A schema, its config and an old file, in a folder of their own.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(schema: &str) -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(world.path("schema.sql"), schema).unwrap();
        world
    }

    pub(crate) fn with_config(self, toml: &str) -> Self {
        std::fs::write(self.path("gamedb.toml"), toml).unwrap();
        self
    }

    /// Writes the old file.
    pub(crate) fn with_rows(self, sql: &str) -> Self {
        let old = rusqlite::Connection::open(self.path("old.db")).unwrap();
        old.execute_batch(sql).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn load(&self) -> (Schema, Config) {
        self.load_file("schema.sql")
    }

    pub(crate) fn load_file(&self, name: &str) -> (Schema, Config) {
        let input = Input {
            schema: self.path(name),
            ..Input::default()
        };
        let (schema, config) = read(&input).unwrap();
        resolve(&schema, &config).unwrap();
        (schema, config)
    }

    /// The error of reading and resolving, without the folder.
    pub(crate) fn error(&self) -> String {
        let input = Input {
            schema: self.path("schema.sql"),
            ..Input::default()
        };
        let error = read(&input).and_then(|(schema, config)| resolve(&schema, &config));
        let text = error.unwrap_err().to_string();
        text.replace(&self.path("").display().to_string(), "")
    }

    /// `table.column -> target`, for each relation that was found by this.
    pub(crate) fn relations(&self, found: Found) -> Vec<String> {
        let (schema, config) = self.load();
        let (all, _) = relations::relations(&schema, &config).unwrap();
        all.iter()
            .filter(|relation| relation.found == found)
            .map(|r| format!("{}.{} -> {}", r.table, r.column, r.target))
            .collect()
    }

    /// Runs `gamedb import`, and returns the exit code with what was printed.
    pub(crate) fn import(&self, more: &[&str]) -> (Option<i32>, String) {
        let files = [
            "import",
            "--schema",
            "schema.sql",
            "--from",
            "old.db",
            "--out",
            "new.db",
        ];
        gamedb(self.folder.path(), &[&files, more].concat())
    }

    /// The values of one query of the new file.
    pub(crate) fn values(&self, sql: &str) -> Vec<String> {
        let new = rusqlite::Connection::open(self.path("new.db")).unwrap();
        let mut statement = new.prepare(sql).unwrap();
        let n_columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values = (0..n_columns).map(|n| match row.get_ref(n).unwrap() {
                rusqlite::types::ValueRef::Null => "NULL".to_owned(),
                rusqlite::types::ValueRef::Integer(value) => value.to_string(),
                rusqlite::types::ValueRef::Real(value) => format!("{value:?}"),
                other => other.as_str().unwrap().to_owned(),
            });
            Ok(values.collect::<Vec<_>>().join(" "))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }
}

/// Runs the command in a folder: its exit code, and what it printed on both outputs.
pub(crate) fn gamedb(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let (code, printed, complaints) = common::gamedb(folder, arguments);
    (code, printed + &complaints)
}
