//! Random operations on a world, and on a database of SQLite's with `foreign_keys` on: what one refuses the other
//! refuses, and both have the same rows. What is written in between is a file that names only rows that are there.
//!
//! `GAMEDB_CASES` sets the number of worlds.

mod writes;

use gamedb::SaveScope;
use proptest::prelude::*;
use proptest::test_runner::Config;
use rusqlite::Connection;
use rusqlite::types::Value as Cell;

use super::models::*;
use super::rows::{rows_in, rows_of};
use super::{Database, File};
use writes::{insert, mirror, pick, set};

/// An operation; its numbers are the places of rows and values among those that there are.
#[derive(Clone, Debug)]
enum Op {
    Insert(usize, [usize; 5]),
    Set(usize, usize, usize, [usize; 2]),
    Remove(usize, usize),
    Transaction(Vec<Op>, bool),
}

/// What is done between operations.
#[derive(Clone, Debug)]
enum Step {
    Op(Op),
    Flush,
    WithoutRefused,
    Save(usize, usize),
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let numbers = || prop::array::uniform5(0..60_usize);
    let leaf = prop_oneof![
        5 => (0..8_usize, numbers()).prop_map(|(table, values)| Op::Insert(table, values)),
        6 => (0..8_usize, 0..60_usize, 0..5_usize, prop::array::uniform2(0..60_usize))
            .prop_map(|(table, row, column, values)| Op::Set(table, row, column, values)),
        3 => (0..8_usize, 0..60_usize).prop_map(|(table, row)| Op::Remove(table, row)),
    ];
    leaf.prop_recursive(2, 12, 5, |op| {
        (prop::collection::vec(op, 1..6), any::<bool>())
            .prop_map(|(ops, commits)| Op::Transaction(ops, commits))
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => op().prop_map(Step::Op),
        1 => Just(Step::Flush),
        2 => Just(Step::WithoutRefused),
        2 => (0..8_usize, 0..60_usize).prop_map(|(table, row)| Step::Save(table, row)),
        1 => Just(Step::Reopen),
    ]
}

/// Calls a function with a row of the table at this place.
macro_rules! with_row {
    ($world:expr, $table:expr, $row:expr, |$key:ident, $id:ident, $name:ident| $body:expr) => {{
        macro_rules! of {
            ($entity:ty) => {
                if let Some(($key, $id)) = pick::<$entity>($world, $row) {
                    let $name = <$entity as gamedb::codegen::Row>::INFO.name;
                    $body
                }
            };
        }
        match $table {
            0 => of!(Player),
            1 => of!(Guild),
            2 => of!(Rank),
            3 => of!(Member),
            4 => of!(Shape),
            5 => of!(Item),
            6 => of!(Hero),
            _ => of!(Pet),
        }
    }};
}

fn operate(world: &mut World, sqlite: &Connection, op: &Op) {
    match op {
        Op::Insert(table, values) => insert(world, sqlite, *table, *values),
        Op::Set(table, row, column, values) => {
            set((world, sqlite, *row), *table, *column % 4, *values);
        }
        Op::Remove(table, row) => with_row!(world, *table, *row, |key, id, name| {
            let done = world.remove(key);
            mirror(
                sqlite,
                done,
                &format!("DELETE FROM {name} WHERE id = ?"),
                vec![Cell::Integer(id)],
            );
        }),
        Op::Transaction(ops, commits) => {
            sqlite.execute_batch("SAVEPOINT inner").unwrap();
            let mut transaction = world.begin();
            for op in ops {
                operate(&mut transaction, sqlite, op);
            }
            if *commits {
                transaction.commit();
                sqlite.execute_batch("RELEASE inner").unwrap();
            } else {
                transaction.rollback();
                sqlite
                    .execute_batch("ROLLBACK TO inner; RELEASE inner")
                    .unwrap();
            }
        }
    }
    assert_eq!(rows_of(world), rows_in(sqlite), "after {op:?}");
    assert_eq!(world.check(), [""; 0], "after {op:?}");
}

/// A save, of which the file has to be consistent. Rows that the file refuses are not what this is about.
fn save(db: &mut Database<World>, file: &File, table: usize, row: usize) {
    with_row!(db, table, row, |key, id, _name| {
        let scope = if id % 2 == 0 {
            SaveScope::Row
        } else {
            SaveScope::Owned
        };
        let _ = db.save_with(key, scope);
    });
    file.consistent_rows();
}

fn run(steps: &[Step]) {
    let (file, mut db) = File::refusing();
    let sqlite = Connection::open_in_memory().unwrap();
    sqlite.pragma_update(None, "foreign_keys", true).unwrap();
    sqlite
        .execute_batch(<Tables as gamedb::codegen::Tables>::DDL)
        .unwrap();
    for step in steps {
        match step {
            Step::Op(op) => operate(&mut db, &sqlite, op),
            Step::Flush => {
                if db.flush().is_ok() {
                    assert_eq!(file.consistent_rows(), rows_of(&db));
                }
            }
            Step::WithoutRefused => {
                let report = db.flush_without_refused().unwrap();
                let rows = file.consistent_rows();
                assert!(!report.left_out.is_empty() || rows == rows_of(&db));
            }
            Step::Save(table, row) => save(&mut db, &file, *table, *row),
            Step::Reopen => {
                if db.flush().is_err() {
                    continue;
                }
                db.close().unwrap();
                db = file.open_refusing();
                assert_eq!(rows_of(&db), rows_in(&sqlite));
            }
        }
        assert_eq!(db.check(), [""; 0], "after {step:?}");
    }
}

#[test]
fn every_decision_is_that_of_sqlite() {
    let cases =
        std::env::var("GAMEDB_CASES").map_or(super::N_CASES, |cases| cases.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..80))| run(&steps));
}
