//! Random operations on a world with a file, against a naive model: after every step the invariants and
//! the same rows, after every restart the same file. `GAMEDB_CASES` says how many cases are tried.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "../common/mod.rs"]
mod common;
mod compare;
mod naive;
mod operation;

use std::panic::{AssertUnwindSafe, catch_unwind};

use common::TestFile;
use gamedb::Database;
use gamedb_models::World;
use naive::Naive;
use operation::{Operation, Who, apply, operations};
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};

/// What happens to the world as a whole.
#[derive(Clone, Debug)]
enum Step {
    Do(Operation),
    Transaction(Vec<Nested>, End),
    Flush,
    Save(Who),
    Reopen,
}

/// What happens inside of a transaction.
#[derive(Clone, Debug)]
enum Nested {
    Do(Operation),
    Savepoint(Vec<Operation>, End),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Commit,
    Error,
    Panic,
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![2 => Just(End::Commit), 1 => Just(End::Error), 1 => Just(End::Panic)]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let savepoint = (prop::collection::vec(operations(), 1..6), end());
    let nested = prop_oneof![
        4 => operations().prop_map(Nested::Do),
        1 => savepoint.prop_map(|(inner, end)| Nested::Savepoint(inner, end)),
    ];
    let transaction = (prop::collection::vec(nested, 1..10), end());
    let step = prop_oneof![
        20 => operations().prop_map(Step::Do),
        4 => transaction.prop_map(|(inner, end)| Step::Transaction(inner, end)),
        2 => Just(Step::Flush),
        2 => any::<Who>().prop_map(Step::Save),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..60)
}

/// Runs `body` in a transaction on both; on anything but a commit both are as before.
fn transaction(
    world: &mut World,
    naive: &mut Naive,
    end: End,
    body: impl FnOnce(&mut World, &mut Naive),
) {
    let before = (end != End::Commit).then(|| naive.clone());
    let result = catch_unwind(AssertUnwindSafe(|| {
        world.transaction(|world| {
            body(world, naive);
            match end {
                End::Commit => Ok(()),
                End::Error => Err(()),
                End::Panic => std::panic::resume_unwind(Box::new(End::Panic)),
            }
        })
    }));
    match result {
        Ok(result) => assert_eq!(result.is_ok(), end == End::Commit),
        Err(panic) if panic.is::<End>() => {}
        Err(panic) => std::panic::resume_unwind(panic),
    }
    if let Some(before) = before {
        *naive = before;
    }
}

fn run(nested: Vec<Nested>, world: &mut World, naive: &mut Naive) {
    for step in nested {
        match step {
            Nested::Do(operation) => apply(&operation, world, naive),
            Nested::Savepoint(operations, end) => transaction(world, naive, end, |world, naive| {
                for operation in operations {
                    apply(&operation, world, naive);
                }
            }),
        }
    }
}

fn step(
    step: Step,
    file: &TestFile,
    mut db: Database<World>,
    naive: &mut Naive,
) -> Database<World> {
    match step {
        Step::Do(operation) => apply(&operation, &mut db, naive),
        Step::Transaction(nested, end) => {
            transaction(&mut db, naive, end, |world, naive| {
                run(nested, world, naive)
            });
        }
        Step::Flush => {
            let _ = db.flush().unwrap();
            assert_eq!(db.n_dirty(), 0);
        }
        Step::Save(who) => {
            operation::save(who, &mut db, naive);
            // Whatever was left out, the file is true: it can be opened.
            let dirty = db.n_dirty();
            let copy = TestFile::new();
            let contents = file.contents();
            let reader = file.reader();
            reader
                .execute("VACUUM INTO ?1", [copy.path().to_str().unwrap()])
                .unwrap();
            let opened = copy.open();
            assert_eq!(common::contents_of(&opened), contents);
            if dirty == 0 {
                compare::compare(&opened, naive);
            }
        }
        Step::Reopen => db = file.reopen(db),
    }
    if db.n_dirty() == 0 {
        assert_eq!(
            file.contents(),
            common::contents_of(&db),
            "nothing is dirty"
        );
    }
    db
}

fn config() -> Config {
    let cases = std::env::var("GAMEDB_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    Config {
        cases: cases.unwrap_or(64),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/model/failures.txt",
        ))),
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_world_does_what_the_naive_model_does(steps in steps()) {
        let file = TestFile::new();
        let mut db = file.open();
        let mut naive = Naive::default();
        for next in steps {
            db = step(next, &file, db, &mut naive);
            prop_assert_eq!(db.check(), Vec::<String>::new());
            compare::compare(&db, &naive);
        }
        let db = file.reopen(db);
        compare::compare(&db, &naive);
    }
}
