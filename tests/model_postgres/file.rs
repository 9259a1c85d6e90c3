//! The contents of a world on a server, read and modified by another connection.

use std::sync::LazyLock;

use gamedb::codegen::traits::*;
use gamedb::{FlushFailure, PostgresOptions, Value};
use gamedb_models::{Tables, World};

use crate::common::{Database, TestFile};
use crate::naive::{Naive, Row, RowId};
use crate::operation::{Death, Obstacle};
use crate::proxy::Proxy;
use crate::schema::TABLES;
use crate::value::{Cell, Text};

pub(crate) use gamedb::internals::Outsider;

/// How many sequences are run, and the most steps of one: each step that looks at the server is slow.
pub(crate) const N_CASES: u32 = 2;
pub(crate) const N_STEPS: usize = 800;

/// The seeds of the sequences that have failed.
pub(crate) const FAILURES: &str = "tests/model_postgres/failures.txt";

/// What other programs have written is not looked for.
pub(crate) const IS_COMPARED: bool = false;

/// -0.0 comes back as it is.
pub(crate) const DROPS_SIGN_OF_ZERO: bool = false;

/// Texts that are hard to keep. One with a NUL is refused, and so is one that is too long for an index, which
/// memory does not know.
pub(crate) const EMBEDDED: &str = "em\u{1}bedded";
pub(crate) const CONTROL: &str = "\u{1}";
pub(crate) const LONG: usize = 2_000;

/// The way to the server, which can be cut.
static PROXY: LazyLock<Proxy> = LazyLock::new(Proxy::new);

/// The kind of statement that a flush executes for a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    Insert,
    Update,
    Delete,
}

/// The contents of a world in one snapshot.
pub(crate) fn read(server: &Outsider) -> Naive {
    server
        .execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .unwrap();
    let naive = read_tables(server);
    server.execute("COMMIT").unwrap();
    naive
}

fn read_tables(server: &Outsider) -> Naive {
    let mut naive = Naive::default();
    let rows_of = TABLES.into_iter().zip(Tables::INFO).map(|(table, info)| {
        assert_eq!(
            (table.name(), table.n_columns()),
            (info.name, info.columns.len())
        );
        let columns = info.columns.join(", ");
        format!("SELECT id, {columns} FROM {} ORDER BY id", info.name)
    });
    let next_id_of = TABLES.map(|table| {
        let name = table.name();
        format!("SELECT next_id FROM gamedb_ids WHERE table_name = '{name}'")
    });
    let queries: Vec<_> = rows_of.chain(next_id_of).collect();
    let found = server.read_all(&queries, cell).unwrap();
    let (rows, next_ids) = found.split_at(TABLES.len());
    for (table, rows) in TABLES.into_iter().zip(rows) {
        for cells in rows {
            let [Cell::Int(id), cells @ ..] = cells.as_slice() else {
                panic!("an id is an integer")
            };
            let row = Row {
                cells: cells.to_vec(),
                is_new: false,
                changed: Default::default(),
            };
            naive.tables[table.n()].insert(*id, row);
        }
    }
    for (table, rows) in TABLES.into_iter().zip(next_ids) {
        if let [row] = rows.as_slice()
            && let [Cell::Int(next_id)] = row[..]
        {
            naive.next_id[table.n()] = next_id;
        }
    }
    naive
}

fn cell(value: Value<'_>) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Integer(integer) => Cell::Int(integer),
        Value::Real(real) => Cell::Real(real),
        Value::Text(text) => {
            Cell::Text(Text::find(text).unwrap_or_else(|| panic!("no operation wrote {text:?}")))
        }
        Value::Blob(_) => panic!("no column of these tables is a blob"),
    }
}

pub(crate) fn outsider(file: &TestFile) -> Outsider {
    file.writer()
}

/// What the sessions of a world are called.
fn name(file: &TestFile) -> String {
    let name = file.world.chars();
    name.filter(char::is_ascii_alphanumeric).collect()
}

/// Opens it through the proxy, and without waiting for locks.
pub(crate) fn open(file: &TestFile) -> Database<World> {
    let (address, name) = (PROXY.address(), name(file));
    let address = format!("{address}?application_name={name}&options=-c%20lock_timeout%3D20ms");
    let db = PostgresOptions::new(address, &file.world)
        .open::<World>()
        .unwrap();
    assert_eq!(db.check(), [""; 0]);
    db
}

/// An empty world with these next ids.
pub(crate) fn with_next_ids(next_id: &[i64]) -> TestFile {
    let file = TestFile::new();
    drop(file.open());
    for (table, next_id) in TABLES.into_iter().zip(next_id) {
        let table = table.name();
        file.execute(&format!(
            "INSERT INTO gamedb_ids VALUES ('{table}', {next_id})
             ON CONFLICT (table_name) DO UPDATE SET next_id = {next_id}"
        ));
    }
    file
}

/// Makes the server refuse a statement about one row.
pub(crate) fn refuse(server: &Outsider, verb: Verb, (table, id): RowId) {
    let (verb, row) = match verb {
        Verb::Insert => ("INSERT", "NEW"),
        Verb::Update => ("UPDATE", "NEW"),
        Verb::Delete => ("DELETE", "OLD"),
    };
    let table = table.name();
    let sql = format!(
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
         CREATE TRIGGER refuse BEFORE {verb} ON {table} FOR EACH ROW WHEN ({row}.id = {id})
            EXECUTE FUNCTION refuse()"
    );
    server.execute(&sql).unwrap();
}

pub(crate) fn allow(server: &Outsider) {
    server.execute("DROP FUNCTION refuse CASCADE").unwrap();
}

/// Makes every flush fail: another program has the row that says whose world it is, or the server is not reached, after
/// the process of it that the session had was ended.
pub(crate) fn obstruct(server: &Outsider, obstacle: Obstacle) -> Option<i64> {
    match obstacle {
        Obstacle::Busy => {
            let lock = "BEGIN; SELECT 1 FROM gamedb_world FOR UPDATE";
            server.execute(lock).unwrap();
        }
        Obstacle::Foreign => {
            PROXY.open(false);
            terminate(server);
        }
    }
    None
}

/// Ends the processes of the server that write to this world.
fn terminate(server: &Outsider) {
    let sql = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
        WHERE application_name = regexp_replace(current_schema, '[^a-zA-Z0-9]', '', 'g')";
    server.execute(sql).unwrap();
}

pub(crate) fn clear_away(server: &Outsider, obstacle: Obstacle, _: Option<i64>) {
    match obstacle {
        Obstacle::Busy => server.execute("ROLLBACK").unwrap(),
        Obstacle::Foreign => PROXY.open(true),
    }
}

/// Whether a flush has failed for this obstacle.
pub(crate) fn is_failure_of(obstacle: Obstacle, cause: &FlushFailure) -> bool {
    match obstacle {
        Obstacle::Busy => matches!(cause, FlushFailure::Busy),
        Obstacle::Foreign => matches!(cause, FlushFailure::Disconnected { .. }),
    }
}

/// A copy of a world that is in use, as it is now.
pub(crate) fn copy(file: &TestFile) -> TestFile {
    file.copy()
}

/// Simulates the death of the process, of which the server sees the end of its session, or ends it itself.
pub(crate) fn die(death: Death, file: TestFile, db: Database<World>) -> TestFile {
    if death == Death::Kill {
        terminate(&file.writer());
    }
    drop(db);
    file
}
