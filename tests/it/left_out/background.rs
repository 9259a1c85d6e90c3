//! The same in the background, where a flush may wait behind one that leaves rows out.

use std::time::Duration;

use super::left_out;
use super::random::{Case, n_cases};
use crate::common::sample::{flushed_refusing_file, player, rename};
use crate::common::{Database, REFUSED, contents_of, flush_failure};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::World;

/// Lets the thread begin a batch. One that it has not begun is merged with the next, which is another case, and right
/// too.
fn until_it_is_begun() {
    std::thread::sleep(Duration::from_millis(30));
}

#[test]
fn what_was_left_out_is_dirty_again_and_is_tried_again() {
    let (file, mut db, sample) = flushed_refusing_file();
    rename(&mut db, sample.ada, REFUSED);
    rename(&mut db, sample.bob, "Bob");
    for n_written in [1, 0] {
        let ticket = db.flush_in_background_without_refused().unwrap();
        assert_eq!(db.n_dirty(), 0);
        let report = db.wait(ticket).unwrap();
        assert_eq!(
            left_out(&report).into_keys().collect::<Vec<_>>(),
            [("players", 1)]
        );
        assert_eq!((report.rows(), db.n_dirty()), (n_written, 1));
        assert!(db.committed() >= ticket.generation());
    }
    // Without the permission to leave rows out, it fails.
    let ticket = db.flush_in_background().unwrap();
    assert!(db.wait(ticket).is_err());
    assert_eq!(db.n_dirty(), 1);
    rename(&mut db, sample.ada, "fine");
    let ticket = db.flush_in_background_without_refused().unwrap();
    assert_eq!(db.wait(ticket).unwrap().left_out, []);
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}

/// The second flush updates a row that the file does not have, because the first one has left it out.
#[test]
fn a_flush_that_waits_behind_it_is_captured_again() {
    for is_mended in [false, true] {
        let (file, mut db, sample) = flushed_refusing_file();
        let carol = db.insert(player(3)).unwrap();
        rename(&mut db, carol, REFUSED);
        let outsider = file.hold_back();
        let first = db.flush_in_background_without_refused().unwrap();
        until_it_is_begun();
        if is_mended {
            rename(&mut db, carol, "fine");
        } else {
            db.get_mut(carol).unwrap().set_year_of_birth(1815);
        }
        rename(&mut db, sample.bob, "Bob");
        let second = db.flush_in_background_without_refused().unwrap();
        drop(outsider);
        let report = db.wait(second).unwrap();
        assert_eq!(report.left_out.is_empty(), is_mended);
        assert!(db.wait(first).is_ok());
        assert!(db.committed() >= second.generation());
        assert_eq!(
            file.query::<String>("SELECT full_name FROM players WHERE id = 2"),
            "Bob"
        );
        assert_eq!(db.check(), [""; 0]);
        rename(&mut db, carol, "fine");
        file.reopen(db);
    }
}

/// An accepted flush is written when the database is dropped, also if it had to be captured again.
#[test]
fn what_was_accepted_is_written_when_it_is_dropped() {
    let (file, mut db, sample) = flushed_refusing_file();
    rename(&mut db, sample.ada, REFUSED);
    let outsider = file.hold_back();
    let _ = db.flush_in_background_without_refused().unwrap();
    until_it_is_begun();
    rename(&mut db, sample.bob, "Bob");
    let _ = db.flush_in_background_without_refused().unwrap();
    drop(outsider);
    drop(db);
    assert_eq!(
        file.query::<String>("SELECT full_name FROM players WHERE id = 2"),
        "Bob"
    );
    assert_eq!(
        file.query::<String>("SELECT full_name FROM players WHERE id = 1"),
        "player 1"
    );
}

/// A flush that is in the file, and one that waited behind it and cannot be captured again as things are: the first
/// one is told, and the second one is not lost.
#[test]
fn a_flush_that_cannot_be_captured_again_yet_keeps_no_other_from_being_told() {
    for is_in_transaction in [true, false] {
        let (file, mut db, sample) = flushed_refusing_file();
        rename(&mut db, sample.ada, REFUSED);
        let outsider = file.hold_back();
        let first = db.flush_in_background_without_refused().unwrap();
        // Longer than above: this is only tried if the thread has begun it.
        std::thread::sleep(Duration::from_millis(300));
        rename(&mut db, sample.bob, "Bob");
        let second = db.flush_in_background_without_refused().unwrap();
        let mut other = World::new();
        if is_in_transaction {
            std::mem::forget(db.begin());
        } else {
            std::mem::swap(&mut *db, &mut other);
        }
        drop(outsider);
        let report = loop {
            if let Some(told) = db.poll(first) {
                break told.unwrap();
            }
        };
        assert_eq!(report.left_out.len(), 1);
        for _ in 0..2 {
            let (outcome, cause) = flush_failure(db.poll(second).unwrap());
            assert_eq!(outcome, Outcome::NotCommitted);
            match cause {
                FlushFailure::TransactionOpen => assert!(is_in_transaction),
                FlushFailure::OtherWorld => assert!(!is_in_transaction),
                other => panic!("{other}"),
            }
            assert!(db.wait(second).is_err(), "it does not wait for ever");
            assert!(db.poll(first).unwrap().is_ok());
        }
        if is_in_transaction {
            continue;
        }
        std::mem::swap(&mut *db, &mut other);
        let _ = db.wait(second).unwrap();
        let name = "SELECT full_name FROM players WHERE id = 2";
        assert_eq!(file.query::<String>(name), "Bob");
        rename(&mut db, sample.ada, "fine");
        file.reopen(db);
    }
}

#[test]
fn random_worlds_are_flushed_in_the_background() {
    for seed in 0..n_cases() {
        println!("seed {seed}");
        let mut case = Case::new(1_000_000 + seed);
        for _ in 0..8 {
            case.operate();
            if case.random.below(3) == 0 {
                case.db.prepare_flush(4);
                case.operate();
            }
            let (before, memory) = (case.file.contents(), contents_of(&case.db));
            let first = case.db.flush_in_background_without_refused().unwrap();
            if case.random.below(2) == 0 {
                let report = case.db.wait(first).unwrap();
                case.check(&before, &memory, &report);
            } else {
                // What the first one writes cannot be told from what the second one does.
                case.operate();
                let outsider = case.file.hold_back();
                let _ = case.db.flush_in_background_without_refused().unwrap();
                until_it_is_begun();
                case.operate();
                let second = case.db.flush_in_background_without_refused().unwrap();
                drop(outsider);
                let _ = case.db.wait(second).unwrap();
                case.check_file(&contents_of(&case.db));
                case.forget_groups();
            }
            assert_eq!(case.db.check(), [""; 0]);
        }
        case.mend();
    }
}

/// A transaction that was written binds nothing any more, and one that was left out still does.
#[test]
fn only_what_was_left_out_stays_a_transaction() {
    for is_in_background in [false, true] {
        let (file, mut db, sample) = flushed_refusing_file();
        let flush = |db: &mut Database<World>| {
            if is_in_background {
                let ticket = db.flush_in_background_without_refused().unwrap();
                db.wait(ticket).unwrap()
            } else {
                db.flush_without_refused().unwrap()
            }
        };
        let rows = [3, 4].map(|n| db.insert(player(n)).unwrap());
        db.transaction(|world| {
            rename(world, sample.ada, "traded");
            rename(world, sample.bob, "traded");
            Ok::<_, gamedb::Error>(())
        })
        .unwrap();
        db.transaction(|world| {
            rename(world, rows[0], REFUSED);
            rename(world, rows[1], "traded");
            Ok::<_, gamedb::Error>(())
        })
        .unwrap();
        let players = |report: &gamedb::FlushReport| {
            let rows = left_out(report).into_keys();
            rows.map(|(table, id)| {
                assert_eq!(table, "players");
                id
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(players(&flush(&mut db)), [3, 4]);
        // Bob has nothing to do with Ada any more, and Dave with Carol still.
        rename(&mut db, sample.ada, REFUSED);
        rename(&mut db, sample.bob, "alone");
        assert_eq!(players(&flush(&mut db)), [1, 3, 4]);
        let name = file.query::<String>("SELECT full_name FROM players WHERE id = 2");
        assert_eq!(name, "alone", "{is_in_background}");
        rename(&mut db, sample.ada, "fine");
        rename(&mut db, rows[0], "fine");
        file.reopen(db);
    }
}
