//! Worlds on a server, behind the names that the tests of `tests/it` know a world's file by.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses a part of it, and a test may unwrap"
)]

#[path = "../common/reports.rs"]
mod reports;
#[path = "../common/rows.rs"]
pub(crate) mod sample;
#[path = "../common/state.rs"]
pub(crate) mod state;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use gamedb::codegen::traits::*;
use gamedb::internals::Outsider;
use gamedb::{Error, ErrorKind, FileError, Postgres, PostgresOptions, Value};
use gamedb_models::{Tables, World};

pub(crate) use reports::{assert_wrote, flush_failure};
pub(crate) use state::{contents_of, state_of};

pub(crate) type Contents = BTreeMap<String, BTreeMap<i64, Vec<String>>>;

/// The database that the tests of `tests/it` are run with here.
pub(crate) type Database<W> = gamedb::Database<W, Postgres>;

/// The server that `tests/postgres/run` has started.
pub(crate) fn server() -> String {
    std::env::var("GAMEDB_POSTGRES").expect("the server's address: start with tests/postgres/run")
}

/// A world of a name that no other test has.
pub(crate) struct TestFile {
    pub(crate) world: String,
    /// Whether it refuses rows that the models allow.
    is_refusing: bool,
}

/// A table, a name, and a rule that the models do not have.
const RULES: [(&str, &str); 6] = [
    ("players", "full_name <> 'refuse me'"),
    ("mobiles", "what_we_call_you <> 'refuse me'"),
    ("items", "internal_name <> 'refuse me'"),
    ("attributes", "internal_name <> 'refuse me'"),
    ("inventories", "owner_type <> 'refuse me'"),
    ("inventory_entries", "quantity <> 666"),
];

/// A value that every table of [`refusing_file`] refuses.
pub(crate) const REFUSED: &str = "refuse me";

/// How many random worlds a test tries that is run with each engine.
pub(crate) const N_CASES: u64 = 1;

/// A world with rules that the models do not have, so that a flush can be made to fail at any row.
pub(crate) fn refusing_file() -> TestFile {
    let mut file = TestFile::new();
    file.is_refusing = true;
    file
}

/// A writer thread that waits.
pub(crate) struct HeldBack(Outsider);

impl Drop for HeldBack {
    fn drop(&mut self) {
        let _ = self.0.execute("ROLLBACK");
    }
}

/// What a query of one value returns.
pub(crate) trait Queried {
    fn of(value: Value<'_>) -> Self;
}

impl Queried for i64 {
    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Integer(integer) => integer,
            other => panic!("{other}"),
        }
    }
}

impl Queried for String {
    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Text(text) => text.to_owned(),
            other => panic!("{other}"),
        }
    }
}

impl TestFile {
    pub(crate) fn new() -> Self {
        static N: AtomicU64 = AtomicU64::new(0);
        let n = N.fetch_add(1, Ordering::Relaxed);
        Self {
            world: format!("World {} \"{n}\"", std::process::id()),
            is_refusing: false,
        }
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions::new(server(), &self.world)
    }

    pub(crate) fn try_open(&self) -> Result<Database<World>, Error> {
        // A world with other rules than those of the models is not opened.
        self.refuse_rows(false);
        let db = self.options().open::<World>();
        self.refuse_rows(true);
        let db = db?;
        assert_eq!(db.check(), [""; 0]);
        Ok(db)
    }

    pub(crate) fn open(&self) -> Database<World> {
        self.try_open().unwrap()
    }

    /// Why it cannot be opened.
    pub(crate) fn refused(&self) -> FileError {
        match self.try_open().map_err(Error::into_kind) {
            Err(ErrorKind::File(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    /// Flushes, closes and opens again. Asserts that the server has exactly the world.
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
        db
    }

    fn refuse_rows(&self, yes: bool) {
        let table = self.writer();
        for (name, rule) in RULES.into_iter().filter(|_| self.is_refusing) {
            let change = if yes {
                format!("ADD CONSTRAINT refuse CHECK ({rule}) NOT VALID")
            } else {
                "DROP CONSTRAINT IF EXISTS refuse".to_owned()
            };
            let sql = format!("ALTER TABLE IF EXISTS {name} {change}");
            table.execute(&sql).unwrap();
        }
    }

    /// Makes the server refuse the removal of any row of a table. Returns the database that it is open in then.
    pub(crate) fn refuse_removals(&self, table: &str, db: Database<World>) -> Database<World> {
        self.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
        );
        self.execute(&format!(
            "CREATE TRIGGER refuse BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        ));
        db
    }

    pub(crate) fn allow_removals(&self, table: &str) {
        self.execute(&format!(
            "DROP TRIGGER refuse ON {table}; DROP FUNCTION refuse"
        ));
    }

    /// Makes the writer thread wait, as another program does that has the row which says whose world it is, until this is
    /// dropped.
    pub(crate) fn hold_back(&self) -> HeldBack {
        let outsider = self.writer();
        outsider
            .execute("BEGIN; SELECT 1 FROM gamedb_world FOR UPDATE")
            .unwrap();
        HeldBack(outsider)
    }

    /// Opens a copy of a world that is in use. Its rows reference none that it does not have.
    pub(crate) fn open_copy(&self) -> (TestFile, Database<World>) {
        let copy = TestFile::new();
        let server = copy.writer();
        server
            .execute(&Database::<World>::schema(&copy.world).unwrap())
            .unwrap();
        let (to, from) = (copy.quoted(), self.quoted());
        let tables = Tables::INFO
            .iter()
            .map(|info| info.name)
            .chain(["gamedb_ids"]);
        let insert = |table| format!("INSERT INTO {to}.{table} SELECT * FROM {from}.{table};");
        let inserts: String = tables.map(insert).collect();
        server
            .execute(&format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ; SET CONSTRAINTS ALL DEFERRED; {inserts} COMMIT"
            ))
            .unwrap();
        let db = copy.open();
        (copy, db)
    }

    /// The only value that a query returns.
    pub(crate) fn query<V: Queried>(&self, sql: &str) -> V {
        let mut rows = self.writer().read(sql, V::of).unwrap();
        rows.remove(0).remove(0)
    }

    /// Another program, whose statements are about the tables of this world.
    pub(crate) fn writer(&self) -> Outsider {
        let outsider = Outsider::connect(&server()).unwrap();
        let world = self.quoted();
        outsider
            .execute(&format!("SET search_path = {world}"))
            .unwrap();
        outsider
    }

    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.world.replace('"', "\"\""))
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.writer().execute(sql).unwrap();
    }

    /// The only number that a query returns.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.query(sql)
    }

    /// The contents of the server, read by another program.
    pub(crate) fn contents(&self) -> Contents {
        let outsider = self.writer();
        outsider
            .execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            .unwrap();
        let text = |value: Value<'_>| match value {
            Value::Text(text) => quoted(text),
            Value::Real(real) => Value::Real(real + 0.0).to_string(),
            other => other.to_string(),
        };
        let tables = Tables::INFO.iter().map(|info| {
            let columns = [info.id].into_iter().chain(info.columns.iter().copied());
            let columns: Vec<_> = columns.collect();
            let sql = format!("SELECT {} FROM {}", columns.join(", "), info.name);
            let rows = outsider
                .read(&sql, text)
                .unwrap()
                .into_iter()
                .map(|mut row| {
                    let id = row.remove(0).parse().unwrap();
                    (id, row)
                });
            (info.name.to_owned(), rows.collect())
        });
        tables.collect()
    }
}

/// Tests of one run leave no worlds behind in a server that is used by hand.
impl Drop for TestFile {
    fn drop(&mut self) {
        if let Ok(outsider) = Outsider::connect(&server()) {
            let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.quoted());
            let _ = outsider.execute(&sql);
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A process that is stopped, until this is dropped.
pub(crate) struct Stopped(rustix::process::Pid);

/// Stops a process of the server's, as a debugger does, or a machine that is suspended.
pub(crate) fn stopped(pid: i64) -> Stopped {
    let pid = i32::try_from(pid).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    Stopped(pid)
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(self.0, rustix::process::Signal::CONT);
    }
}

/// Waits until something has happened, and not for ever.
#[track_caller]
pub(crate) fn wait_until(mut has_happened: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !has_happened() {
        assert!(start.elapsed().as_secs() < 60, "it has not happened");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// A new world, which is empty.
pub(crate) fn new_file() -> (TestFile, Database<World>) {
    let file = TestFile::new();
    let db = file.open();
    (file, db)
}
