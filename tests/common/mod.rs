//! Shared by the test crates: world files, their contents, and the contents of a world.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    missing_docs,
    reason = "each test crate uses a part of it, and a test may unwrap"
)]

pub(crate) mod disk;
pub(crate) mod lock;
pub(crate) mod ownership;
mod reports;
pub(crate) mod rows;
pub(crate) mod sample;
pub(crate) mod state;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gamedb::codegen::traits::*;
use gamedb::{DamagedBlock, Error, ErrorKind, FileError, FlushFailure, Options};
use gamedb_models::{Tables, World};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

pub(crate) use reports::{assert_wrote, flush_failure};
pub(crate) use state::{State, contents_of, state_of};

/// The database that tests are run with. `tests/postgres` runs some of them with another engine, and has another module
/// in the place of this one.
pub(crate) type Database<W> = gamedb::Database<W>;

/// Columns as text, by table and id.
pub(crate) type Contents = BTreeMap<String, BTreeMap<i64, Vec<String>>>;

/// A world file in a folder of its own.
pub(crate) struct TestFile {
    folder: tempfile::TempDir,
    /// Whether it is opened with rules that the models do not have.
    is_trusted: bool,
}

impl TestFile {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            is_trusted: false,
        }
    }

    /// A file written by hand: with the schema of the models, changed by `alter`, and with neither
    /// foreign keys nor CHECKs enforced.
    pub(crate) fn by_hand(alter: impl FnOnce(String) -> String, rows: &str) -> Self {
        let file = Self::new();
        let connection = Connection::open(file.path()).unwrap();
        let no_checks = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
        connection.execute_batch(no_checks).unwrap();
        connection
            .execute_batch(&alter(Tables::DDL.to_owned()))
            .unwrap();
        connection.execute_batch(rows).unwrap();
        file
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("world.db")
    }

    pub(crate) fn open(&self) -> Database<World> {
        self.try_open().unwrap()
    }

    /// How this file is opened.
    pub(crate) fn options(&self) -> Options {
        let options = Options::new();
        if self.is_trusted {
            options.trust_rules_of_file()
        } else {
            options
        }
    }

    pub(crate) fn try_open(&self) -> Result<Database<World>, Error> {
        let db = self.options().open::<World>(self.path())?;
        assert_eq!(db.check(), [""; 0]);
        Ok(db)
    }

    /// Opens it after it was changed by hand.
    pub(crate) fn accept_edits(&self) -> Database<World> {
        let db = self.options().accept_edits().open(self.path()).unwrap();
        assert_eq!(self.damaged_blocks(), []);
        db
    }

    /// Changes it by hand, with neither foreign keys nor CHECKs enforced.
    pub(crate) fn edit(&self, sql: &str) {
        let writer = self.writer();
        let no_checks = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
        writer.execute_batch(no_checks).unwrap();
        writer.execute_batch(sql).unwrap();
    }

    /// The blocks of rows that are not what was written, found without the models.
    pub(crate) fn damaged_blocks(&self) -> Vec<DamagedBlock> {
        let blocks = gamedb::internals::damaged_blocks(&self.path(), |_| ()).unwrap();
        // One that only reads leaves an empty log behind, which another one takes away.
        let _: i64 = (self.writer())
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        blocks.expect("it has content hashes")
    }

    /// Opens it with a busy timeout of zero: it does not wait for another program that is writing.
    pub(crate) fn open_impatient(&self) -> Database<World> {
        let options = self.options().busy_timeout(Duration::from_millis(1));
        options.open(self.path()).unwrap()
    }

    /// Opens it, and records the statements that it executes from now on.
    pub(crate) fn open_watched(&self) -> (Database<World>, Statements) {
        let statements = Statements::default();
        let seen = Arc::clone(&statements.0);
        let options = self.options().on_statement(move |sql| {
            seen.lock().unwrap().push(sql.to_owned());
        });
        let db = options.open::<World>(self.path()).unwrap();
        statements.take();
        (db, statements)
    }

    /// Flushes, closes and opens again. Asserts that the file contains exactly the world.
    pub(crate) fn reopen(&self, mut db: Database<World>) -> Database<World> {
        assert_eq!(db.check(), [""; 0]);
        let _ = db.flush().unwrap();
        assert_eq!(db.n_dirty(), 0);
        let before = contents_of(&db);
        assert_eq!(self.contents(), before);
        let _ = db.close().unwrap();
        let db = self.open();
        assert_eq!(contents_of(&db), before);
        assert_eq!(db.n_dirty(), 0);
        assert_eq!(self.damaged_blocks(), []);
        db
    }

    /// A second connection: another program that reads.
    pub(crate) fn reader(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(self.path(), flags).unwrap()
    }

    /// A second connection: another program that writes.
    pub(crate) fn writer(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    /// The contents of the file, read by a second connection.
    pub(crate) fn contents(&self) -> Contents {
        contents_of_file(&self.reader())
    }

    /// One value from the file.
    /// Makes the file refuse the removal of any row of a table. Returns the database that it is open in then.
    pub(crate) fn refuse_removals(&self, table: &str, db: Database<World>) -> Database<World> {
        drop(db);
        let refuse = format!(
            "CREATE TRIGGER refuse_{table} BEFORE DELETE ON {table}
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        );
        self.writer().execute_batch(&refuse).unwrap();
        self.open()
    }

    pub(crate) fn allow_removals(&self, table: &str) {
        let allow = format!("DROP TRIGGER refuse_{table}");
        self.writer().execute_batch(&allow).unwrap();
    }

    /// Makes the writer thread wait, as another program does that is writing, until this is dropped.
    pub(crate) fn hold_back(&self) -> HeldBack {
        let outsider = self.writer();
        outsider.busy_timeout(Duration::from_secs(60)).unwrap();
        outsider.execute_batch("BEGIN IMMEDIATE").unwrap();
        HeldBack(outsider)
    }

    /// Opens a copy of a file that is in use. Its rows reference none that it does not have.
    pub(crate) fn open_copy(&self) -> (TestFile, Database<World>) {
        let copy = TestFile::new();
        let path = copy.path();
        let outsider = self.writer();
        outsider
            .execute("VACUUM INTO ?1", [path.to_str().unwrap()])
            .unwrap();
        let mut dangling = outsider.prepare("PRAGMA foreign_key_check").unwrap();
        assert!(!dangling.exists([]).unwrap());
        drop(dangling);
        // Its CHECKs are those of this one.
        let db = self.options().open::<World>(path).unwrap();
        (copy, db)
    }

    pub(crate) fn query<V: rusqlite::types::FromSql>(&self, sql: &str) -> V {
        self.reader().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Every file of the folder with its bytes, except for the lock file. Not while it is open: reading a
    /// file beside SQLite drops SQLite's locks.
    pub(crate) fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let files = files.map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        });
        files.filter(|(name, _)| name != "world.db-lock").collect()
    }

    /// Opens a file that has to be refused, and asserts that not a byte of it has changed.
    pub(crate) fn refused(&self) -> FileError {
        let before = self.bytes();
        let Err(ErrorKind::File(error)) = self.try_open().map_err(Error::into_kind) else {
            panic!("the file was opened")
        };
        assert_eq!(
            self.bytes().keys().collect::<Vec<_>>(),
            before.keys().collect::<Vec<_>>()
        );
        assert!(self.bytes() == before, "the file was written to");
        error
    }
}

/// All that stands in a file.
pub(crate) fn contents_of_file(reader: &Connection) -> Contents {
    // All tables as they are at one moment, also while a thread is writing.
    reader.execute_batch("BEGIN").unwrap();
    let tables = Tables::INFO.iter().map(|info| {
        let columns = [info.id].into_iter().chain(info.columns.iter().copied());
        let columns: Vec<_> = columns.collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), info.name);
        let mut statement = reader.prepare(&sql).unwrap();
        let mut found = statement.query([]).unwrap();
        let mut rows = BTreeMap::new();
        while let Some(row) = found.next().unwrap() {
            let value = |n| as_text(row.get_ref(n).unwrap());
            rows.insert(row.get(0).unwrap(), (1..columns.len()).map(value).collect());
        }
        (info.name.to_owned(), rows)
    });
    tables.collect()
}

/// A value as [`contents_of`] writes it.
fn as_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".into(),
        ValueRef::Integer(integer) => integer.to_string(),
        ValueRef::Real(real) => format!("{real:?}"),
        ValueRef::Text(text) => quoted(std::str::from_utf8(text).unwrap()),
        ValueRef::Blob(_) => panic!("no column of these tables is a blob"),
    }
}

/// Quotes a text, so that it differs from `NULL`. It does not escape, which would be slow for a megabyte.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The statements that a database has executed.
#[derive(Default)]
pub(crate) struct Statements(pub(crate) Arc<Mutex<Vec<String>>>);

impl Statements {
    /// All statements since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// The statements since the last call that write rows of the world, without quotes, conflict clauses, and what
    /// hands over old values for the content hashes.
    pub(crate) fn take_writes(&self) -> Vec<String> {
        let verbs = ["INSERT", "UPDATE", "DELETE"];
        let is_write = |sql: &String| {
            let ours = ["INTO gamedb_", "FROM gamedb_", "OR ABORT gamedb_"];
            verbs.iter().any(|verb| sql.starts_with(verb))
                && !ours.iter().any(|our| sql.contains(our))
        };
        let writes = self.take().into_iter().filter(is_write);
        let plain = |sql: String| {
            let sql = sql.replace('"', "").replace(" OR ABORT", "");
            sql.split(" AND gamedb_old")
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        writes.map(plain).collect()
    }
}

/// All that a flush executes with nothing to write: whether another program has written to the file.
pub(crate) const LOOK: &str = "PRAGMA data_version";

/// A new file with an empty world.
pub(crate) fn new_file() -> (TestFile, Database<World>) {
    let file = TestFile::new();
    let db = file.open();
    (file, db)
}

/// A writer thread that waits.
pub(crate) struct HeldBack(Connection);

impl Drop for HeldBack {
    fn drop(&mut self) {
        let _ = self.0.execute_batch("ROLLBACK");
    }
}

/// How many random worlds a test tries that is run with each engine.
pub(crate) const N_CASES: u64 = 8;

/// A value that every table of [`refusing_file`] refuses.
pub(crate) const REFUSED: &str = "refuse me";

/// A file with CHECKs that the models do not have, so that a flush can be made to fail at any row.
pub(crate) fn refusing_file() -> TestFile {
    let check = |ddl: String, table: &str, check: &str| {
        let start = ddl.find(&format!("CREATE TABLE {table} (")).unwrap();
        let end = start + ddl[start..].find("\n) STRICT").unwrap();
        format!("{},\n    CHECK ({check}){}", &ddl[..end], &ddl[end..])
    };
    let alter = |mut ddl: String| {
        for (table, column) in [
            ("players", "full_name"),
            ("mobiles", "what_we_call_you"),
            ("items", "internal_name"),
            ("attributes", "internal_name"),
            ("inventories", "owner_type"),
        ] {
            ddl = check(ddl, table, &format!("{column} <> '{REFUSED}'"));
        }
        check(ddl, "inventory_entries", "quantity <> 666")
    };
    let mut file = TestFile::by_hand(alter, "");
    file.is_trusted = true;
    file
}

/// The return type of a setter: a `Result` if it can refuse, `()` if it cannot.
pub(crate) trait Done {
    fn done(self) -> Result<(), Error>;
}
impl Done for () {
    fn done(self) -> Result<(), Error> {
        Ok(())
    }
}
impl Done for Result<(), Error> {
    fn done(self) -> Self {
        self
    }
}

/// Table and id of the only row that a file refuses.
#[track_caller]
pub(crate) fn only_refused(cause: FlushFailure) -> (&'static str, i64) {
    match cause {
        FlushFailure::Refused { rows, n_rows: 1 } => (rows[0].table, rows[0].id),
        other => panic!("{other}"),
    }
}
