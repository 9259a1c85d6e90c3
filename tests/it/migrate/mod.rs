//! Schemas that change while the file has rows.

mod computed_indexes;
mod files;
mod filled;
mod functions;
mod in_the_way;
mod misdirected;
mod next_ids;
mod nothing_lost;
mod parcels;
mod random;
mod renamed_ids;
mod scripts;
mod steps;
mod value_keys;
mod values;

use std::path::PathBuf;

use gamedb::{Consent, Migration, MigrationError, Step};
use rusqlite::Connection;
use rusqlite::types::Value;

/// A file in a folder of its own, made by SQL.
pub(crate) struct SqlFile {
    folder: tempfile::TempDir,
}

/// Every table with its rows, in order of their ids.
pub(crate) type Tables = Vec<(String, Vec<Vec<Value>>)>;

impl SqlFile {
    pub(crate) fn new(sql: &str) -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let connection = file.connection();
        connection
            .pragma_update(None, "synchronous", "OFF")
            .unwrap();
        connection.execute_batch(sql).unwrap();
        file
    }

    /// A file with the same rows, in a folder of its own.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::copy(self.path(), copy.path()).unwrap();
        copy
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("world.db")
    }

    /// How many files its folder has.
    pub(crate) fn n_files(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }

    pub(crate) fn connection(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    pub(crate) fn plan(&self, schema: &str) -> Migration {
        Migration::plan(self.path(), schema).unwrap()
    }

    /// The steps as they are printed.
    pub(crate) fn steps(&self, schema: &str) -> Vec<String> {
        self.plan(schema)
            .steps()
            .iter()
            .map(Step::to_string)
            .collect()
    }

    /// Migrates, and checks that nothing is left to do.
    pub(crate) fn migrate(&self, schema: &str, consent: &Consent) -> Result<(), MigrationError> {
        self.plan(schema).run(consent)?;
        assert_eq!(self.steps(schema), [""; 0]);
        Ok(())
    }

    /// Asserts that a migration is refused and leaves the file as it is, and returns why.
    #[track_caller]
    pub(crate) fn refused(&self, schema: &str, consent: &Consent) -> MigrationError {
        let before = self.all();
        let error = self.plan(schema).run(consent).expect_err("it is refused");
        assert_eq!(self.all(), before);
        error
    }

    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let connection = self.connection();
        let mut statement = connection.prepare(sql).unwrap();
        let n_columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..n_columns).map(|column| row.get(column)).collect()
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// Schema and rows.
    pub(crate) fn all(&self) -> Tables {
        let sql = "SELECT name, sql FROM sqlite_schema ORDER BY type, name";
        let mut all = vec![("sqlite_schema".to_owned(), self.rows(sql))];
        for table in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        {
            let [Value::Text(name)] = table.as_slice() else {
                panic!("a table has a name");
            };
            let rows = self.rows(&format!("SELECT * FROM \"{name}\" ORDER BY 1"));
            all.push((name.clone(), rows));
        }
        all
    }
}

pub(crate) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}
