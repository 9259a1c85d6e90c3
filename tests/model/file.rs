//! The contents of a world file, read and modified by another connection.

use gamedb::FlushFailure;
use gamedb::codegen::traits::*;
use gamedb_models::{Tables, World};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _};

use crate::common::{Database, TestFile};
use crate::naive::{Naive, Row, RowId};
use crate::operation::{Death, Obstacle};
use crate::schema::TABLES;
use crate::value::{Cell, Text};

/// A connection of another program's.
pub(crate) type Outsider = Connection;

/// How many sequences are run, and the most steps of one.
pub(crate) const N_CASES: u32 = 5;
pub(crate) const N_STEPS: usize = 800;

/// The seeds of the sequences that have failed.
pub(crate) const FAILURES: &str = "tests/model/failures.txt";

/// Whether what other programs have written is compared with memory.
pub(crate) const IS_COMPARED: bool = true;

/// Whether -0.0 comes back as 0.0.
pub(crate) const DROPS_SIGN_OF_ZERO: bool = true;

/// Texts that are hard to keep, and the length of a long one.
pub(crate) const EMBEDDED: &str = "em\0bedded";
pub(crate) const CONTROL: &str = "\0";
pub(crate) const LONG: usize = 1 << 20;

/// The kind of statement that a flush executes for a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    Insert,
    Update,
    Delete,
}

/// The contents of a file in one snapshot.
pub(crate) fn read(file: &Connection) -> Naive {
    file.execute_batch("BEGIN").unwrap();
    let naive = read_tables(file);
    file.execute_batch("COMMIT").unwrap();
    naive
}

fn read_tables(file: &Connection) -> Naive {
    let mut naive = Naive::default();
    for (table, info) in TABLES.into_iter().zip(Tables::INFO) {
        assert_eq!(
            (table.name(), table.n_columns()),
            (info.name, info.columns.len())
        );
        let sql = format!(
            "SELECT id, {} FROM {} ORDER BY id",
            info.columns.join(", "),
            info.name
        );
        let mut statement = file.prepare_cached(&sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (1..=info.columns.len()).map(|column| cell(row.get_ref(column).unwrap()));
            let cells = cells.collect();
            let row_of_file = Row {
                cells,
                is_new: false,
                changed: Default::default(),
            };
            naive.tables[table.n()].insert(row.get(0).unwrap(), row_of_file);
        }
    }
    let sql = "SELECT table_name, next_id FROM gamedb_ids";
    let mut statement = file.prepare_cached(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let name: String = row.get(0).unwrap();
        let table = TABLES.into_iter().find(|table| table.name() == name);
        naive.next_id[table.unwrap().n()] = row.get(1).unwrap();
    }
    naive
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(integer) => Cell::Int(integer),
        ValueRef::Real(real) => Cell::Real(real),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).unwrap();
            Cell::Text(Text::find(text).unwrap_or_else(|| panic!("no operation wrote {text:?}")))
        }
        ValueRef::Blob(_) => panic!("no column of these tables is a blob"),
    }
}

pub(crate) fn outsider(file: &TestFile) -> Outsider {
    let outsider = file.writer();
    outsider.set_prepared_statement_cache_capacity(64);
    outsider
}

/// Whether a flush has failed for this obstacle.
pub(crate) fn is_failure_of(obstacle: Obstacle, cause: &FlushFailure) -> bool {
    match obstacle {
        Obstacle::Busy => matches!(cause, FlushFailure::Busy),
        Obstacle::Foreign => matches!(cause, FlushFailure::ForeignWrite),
    }
}

/// Opens it without waiting for locks, and accepts the trigger with which the tests make the file refuse rows.
pub(crate) fn open(file: &TestFile) -> Database<World> {
    let options = gamedb::Options::new()
        .busy_timeout(std::time::Duration::from_millis(1))
        .trust_rules_of_file();
    let db = options.open::<World>(file.path()).unwrap();
    assert_eq!(db.check(), [""; 0]);
    db
}

/// An empty file with these next ids.
pub(crate) fn with_next_ids(next_id: &[i64]) -> TestFile {
    let file = TestFile::new();
    drop(file.open());
    let writer = file.writer();
    for (table, next_id) in TABLES.into_iter().zip(next_id) {
        write_next_id(&writer, table.name(), *next_id);
    }
    drop(writer);
    drop(file.accept_edits());
    file
}

fn write_next_id(file: &Connection, table: &str, next_id: i64) {
    let sql = "INSERT INTO gamedb_ids VALUES (?1, ?2)
        ON CONFLICT (table_name) DO UPDATE SET next_id = ?2";
    file.execute(sql, (table, next_id)).unwrap();
}

/// Makes the file refuse a statement about one row.
pub(crate) fn refuse(file: &Connection, verb: Verb, (table, id): RowId) {
    let (verb, row) = match verb {
        Verb::Insert => ("INSERT", "NEW"),
        Verb::Update => ("UPDATE", "NEW"),
        Verb::Delete => ("DELETE", "OLD"),
    };
    let table = table.name();
    let trigger = format!(
        "CREATE TRIGGER refuse BEFORE {verb} ON {table} WHEN {row}.id = {id}
         BEGIN SELECT RAISE(ABORT, 'refused'); END"
    );
    file.execute_batch(&trigger).unwrap();
}

pub(crate) fn allow(file: &Connection) {
    file.execute_batch("DROP TRIGGER refuse").unwrap();
}

/// Makes the file refuse every flush. Returns the next id that it replaced, if any.
pub(crate) fn obstruct(file: &Connection, obstacle: Obstacle) -> Option<i64> {
    let table = TABLES[0].name();
    match obstacle {
        Obstacle::Busy => {
            file.execute_batch("BEGIN IMMEDIATE").unwrap();
            None
        }
        Obstacle::Foreign => {
            let sql = "SELECT next_id FROM gamedb_ids WHERE table_name = ?1";
            let found = file.query_row(sql, [table], |row| row.get(0)).optional();
            write_next_id(file, table, 1_000_003);
            found.unwrap()
        }
    }
}

pub(crate) fn clear_away(file: &Connection, obstacle: Obstacle, found: Option<i64>) {
    let table = TABLES[0].name();
    match (obstacle, found) {
        (Obstacle::Busy, _) => file.execute_batch("ROLLBACK").unwrap(),
        (Obstacle::Foreign, Some(next_id)) => write_next_id(file, table, next_id),
        (Obstacle::Foreign, None) => {
            let sql = "DELETE FROM gamedb_ids WHERE table_name = ?1";
            file.execute(sql, [table]).unwrap();
        }
    }
}

/// A copy of a file that is in use, as another process would read it now.
pub(crate) fn copy(file: &TestFile) -> TestFile {
    let copy = TestFile::new();
    let path = copy.path();
    file.writer()
        .execute("VACUUM INTO ?1", [path.to_str().unwrap()])
        .unwrap();
    copy
}

/// Simulates the death of the process. Returns the file that is left.
pub(crate) fn die(death: Death, file: TestFile, db: Database<World>) -> TestFile {
    match death {
        Death::Drop => {
            drop(db);
            file
        }
        Death::Kill => {
            // Reading a file beside SQLite drops its locks on it, which are not needed any more.
            let left = TestFile::new();
            // The lock file stays too, and says what was acknowledged: without it, a file that was open and has
            // nothing in its log cannot be told from one that has lost its log, and is refused.
            for suffix in ["", "-wal", "-lock"] {
                let of = |file: &TestFile| file.folder().join(format!("world.db{suffix}"));
                if of(&file).exists() {
                    std::fs::copy(of(&file), of(&left)).unwrap();
                }
            }
            drop(db);
            left
        }
    }
}
