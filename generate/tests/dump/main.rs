//! Texts of dumps as sources of rows: every form in which rows are written, texts that are cut off, and texts that no
//! database wrote.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod borders;
mod faults;
mod files;
mod forms;
mod fuzz;
mod merges;
mod mysql;
mod postgres;
mod random;
mod sqlite;
mod values;

use std::path::PathBuf;

use gamedb_generate::import::{
    DumpFile, ImportError, ImportOptions, ImportReport, Progress, Source, SqliteFile, import,
};
use gamedb_generate::{Dialect, Input, read, resolve};
use rusqlite::Connection;

/// A dump in a folder of its own, and the world that is made of it.
pub(crate) struct World {
    folder: tempfile::TempDir,
    dialect: Dialect,
}

impl World {
    /// A dump that has its own schema.
    pub(crate) fn new(dialect: Dialect, dump: impl AsRef<[u8]>) -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
            dialect,
        };
        std::fs::write(world.path("dump.sql"), dump).unwrap();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Imports the dump, whose schema is in another file if there is one called `schema.sql`.
    pub(crate) fn import(&self, chunk: usize) -> Result<ImportReport, ImportError> {
        let beside = self.path("schema.sql");
        let (schema, dialect) = match beside.exists() {
            true => (beside, None),
            false => (self.path("dump.sql"), Some(self.dialect)),
        };
        let input = Input {
            schema,
            dialect,
            ..Input::default()
        };
        let mut source = DumpFile::new(&self.path("dump.sql"), self.dialect).with_chunk(chunk);
        let mut last = None;
        let report = self.import_from(&mut source, &input, &mut |progress| {
            assert!(progress.done <= progress.total);
            last = Some((progress.done, progress.total));
        });
        if report.is_ok() {
            let (done, total) = last.unwrap();
            assert_eq!(done, total);
        }
        report
    }

    /// Imports a SQLite file, with the schema of `schema.sql`.
    pub(crate) fn import_file(&self, name: &str) -> ImportReport {
        let input = Input {
            schema: self.path("schema.sql"),
            ..Input::default()
        };
        let mut source = SqliteFile::open(&self.path(name)).unwrap();
        self.import_from(&mut source, &input, &mut |_| ()).unwrap()
    }

    fn import_from(
        &self,
        source: &mut dyn Source,
        input: &Input,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<ImportReport, ImportError> {
        let (schema, config) = read(input).unwrap();
        let model = resolve(&schema, &config).unwrap();
        let _ = std::fs::remove_file(self.path("new.db"));
        let options = ImportOptions {
            out: Some(self.path("new.db")),
            drops_other_tables: true,
            ..ImportOptions::default()
        };
        import(source, &schema, &model, &options, on_progress)
    }

    /// The rows of a table, in SQL's literals.
    pub(crate) fn rows(&self, table: &str) -> Vec<String> {
        let new = Connection::open(self.path("new.db")).unwrap();
        let mut columns = new
            .prepare("SELECT name FROM pragma_table_info(?1)")
            .unwrap();
        let columns = columns.query_map([table], |row| row.get::<_, String>(0));
        let columns: Vec<String> = columns
            .unwrap()
            .map(|name| format!("quote(\"{}\")", name.unwrap().replace('"', "\"\"")))
            .collect();
        let sql = format!(
            "SELECT {} FROM \"{table}\" ORDER BY 1",
            columns.join(" || ', ' || ")
        );
        let mut statement = new.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }
}

/// The rows of table `t` of a dump, all of which are to be carried over.
#[track_caller]
pub(crate) fn rows_of(dialect: Dialect, dump: impl AsRef<[u8]>) -> Vec<String> {
    let world = World::new(dialect, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!(shown(&report), [""; 0]);
    world.rows("t")
}

/// The misfits of a report.
pub(crate) fn shown(report: &ImportReport) -> Vec<String> {
    report.misfits.iter().map(ToString::to_string).collect()
}
