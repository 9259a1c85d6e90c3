//! Background flushes: the capture, changes until COMMIT, and tickets.

mod failures;
mod gate;
mod interleavings;
mod staged;

use std::time::Duration;

use self::gate::gated;
use crate::common::sample::{fill, flushed, player, rename, watched};
use crate::common::{
    LOOK, REFUSED, TestFile, assert_wrote, contents_of, flush_failure, new_file, refusing_file,
};
use gamedb::{Error, FlushReport};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::{PlayerKey, World};

#[track_caller]
pub(super) fn refused(result: Result<FlushReport, Error>) {
    let (outcome, cause) = flush_failure(result);
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::Refused { .. }), "{cause}");
}

#[test]
fn it_writes_what_a_flush_writes_and_no_statement_more() {
    let (file, mut db, statements) = watched();
    let players: Vec<_> = db.players.iter_by_id().map(|(key, _)| key).collect();
    let mut constant = None;
    for (rounds, n) in (1..).zip([1, 10, 100]) {
        for n in 0..n {
            db.insert(player(1000 * rounds + n)).unwrap();
        }
        let ticket = db.flush_in_background().unwrap();
        assert_eq!(db.n_dirty(), 0);
        let report = db.wait(ticket).unwrap();
        assert_wrote(report, (usize::try_from(n).unwrap(), 0, 0));
        let rest = statements.take().len() - usize::try_from(n).unwrap();
        assert_eq!(*constant.get_or_insert(rest), rest);
        assert!(
            rest <= 9,
            "BEGIN, version, ids, hashes of rows and of ids, state, COMMIT"
        );
    }
    rename(&mut db, players[0], "Ada");
    let ticket = db.flush_in_background().unwrap();
    assert_wrote(db.wait(ticket).unwrap(), (0, 1, 0));
    let update = "UPDATE players SET full_name = 'Ada' WHERE id = 1";
    assert_eq!(statements.take_writes(), [update]);
    file.reopen(db);
}

#[test]
fn with_nothing_to_write_the_ticket_is_good_at_once() {
    let file = TestFile::new();
    let (mut db, statements) = file.open_watched();
    let ticket = db.flush_in_background().unwrap();
    assert!(db.poll(ticket).unwrap().is_ok());
    assert_eq!(statements.take(), [LOOK]);
    let _ = flushed(&mut db);
    statements.take();
    let ticket = db.flush_in_background().unwrap();
    assert!(db.poll(ticket).unwrap().is_ok());
    assert_eq!(ticket.generation(), db.committed());
    assert_eq!(statements.take(), [LOOK]);
}

#[test]
fn what_comes_and_goes_between_two_captures_leaves_nothing() {
    for fails in [false, true] {
        let file = refusing_file();
        let (mut db, gate, statements) = gated(&file);
        let sample = flushed(&mut db);
        let held = gate.close();
        let short_lived = db.insert(player(7)).unwrap();
        rename(&mut db, sample.bob, if fails { REFUSED } else { "Bob" });
        let inserted = db.flush_in_background().unwrap();
        held.wait_for_thread();
        db.remove(short_lived).unwrap();
        let removed = db.flush_in_background().unwrap();
        statements.take();
        drop(held);
        if fails {
            refused(db.wait(removed));
            refused(db.wait(inserted));
            rename(&mut db, sample.bob, "Bob");
            assert_wrote(db.flush().unwrap(), (0, 1, 0));
            assert!(
                !statements
                    .take_writes()
                    .iter()
                    .any(|sql| sql.starts_with("DELETE"))
            );
        } else {
            assert_wrote(db.wait(removed).unwrap(), (0, 0, 1));
        }
        // Its id is not assigned again.
        let next = db.insert(player(8)).unwrap();
        assert_eq!(db.id(next).unwrap().get(), 4);
        file.reopen(db);
    }
}

#[test]
fn unique_values_pass_from_row_to_row_across_batches() {
    let file = TestFile::new();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let (ada, bob) = (sample.ada, sample.bob);
    let set = |db: &mut World, key: PlayerKey, email: &str| {
        db.get_mut(key).unwrap().set_email(email).unwrap();
    };
    for _ in 0..2 {
        let held = gate.close();
        set(&mut db, ada, "aside");
        set(&mut db, bob, "1@example.com");
        let _ = db.flush_in_background().unwrap();
        set(&mut db, ada, "2@example.com");
        let _ = db.flush_in_background().unwrap();
        set(&mut db, bob, "aside");
        set(&mut db, ada, "1@example.com");
        set(&mut db, bob, "2@example.com");
        let _ = db.flush_in_background().unwrap();
        drop(held);
        let ticket = db.flush_in_background().unwrap();
        let _ = db.wait(ticket).unwrap();
        assert_eq!(file.contents(), contents_of(&db));
    }
    file.reopen(db);
}

#[test]
fn a_third_batch_takes_back_the_one_that_waits() {
    let file = TestFile::new();
    let (mut db, gate, statements) = gated(&file);
    let sample = flushed(&mut db);
    statements.take();
    let held = gate.close();
    rename(&mut db, sample.ada, "first");
    let first = db.flush_in_background().unwrap();
    held.wait_for_thread();
    let mut tickets = Vec::new();
    for n in 0..50 {
        rename(&mut db, sample.ada, &format!("name {n}"));
        db.get_mut(sample.bob).unwrap().set_year_of_birth(n);
        tickets.push(db.flush_in_background().unwrap());
    }
    assert!(tickets.is_sorted_by_key(|ticket| ticket.generation()));
    drop(held);
    for &ticket in &tickets {
        let report = db.wait(ticket).unwrap();
        assert!(report.generation >= ticket.generation());
    }
    assert!(db.wait(first).unwrap().generation >= first.generation());
    assert_eq!(db.committed(), tickets[49].generation());
    // The writes of the first and the last batch.
    assert_eq!(statements.take_writes().len(), 3);
    file.reopen(db);
}

#[test]
fn dropped_it_waits_for_what_was_accepted_and_for_nothing_else() {
    let file = TestFile::new();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let held = gate.close();
    rename(&mut db, sample.ada, "at work");
    let _ = db.flush_in_background().unwrap();
    held.wait_for_thread();
    rename(&mut db, sample.bob, "waiting");
    let _ = db.flush_in_background().unwrap();
    let accepted = contents_of(&db);
    rename(&mut db, sample.bob, "not flushed");
    let opener = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(held);
    });
    drop(db);
    opener.join().unwrap();
    assert_eq!(contents_of(&file.open()), accepted);
    // The drop has run a checkpoint, so there is no log.
    assert!(!file.bytes().contains_key("world.db-wal"));
}

#[test]
fn flush_save_close_and_into_world_wait_for_what_is_in_flight() {
    for fails in [false, true] {
        for verb in ["flush", "save", "close", "into_world"] {
            let file = refusing_file();
            let (mut db, gate, _) = gated(&file);
            let sample = flushed(&mut db);
            let held = gate.close();
            rename(&mut db, sample.bob, if fails { REFUSED } else { "Bob" });
            let ticket = db.flush_in_background().unwrap();
            rename(&mut db, sample.ada, "Ada");
            let opener = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                drop(held);
            });
            match verb {
                "flush" if fails => {
                    refused(db.flush());
                    rename(&mut db, sample.bob, "Bob");
                    assert_wrote(db.flush().unwrap(), (0, 2, 0));
                    let _ = db.wait(ticket).unwrap();
                    file.reopen(db);
                }
                "flush" => {
                    assert_wrote(db.flush().unwrap(), (0, 1, 0));
                    let _ = db.wait(ticket).unwrap();
                    file.reopen(db);
                }
                "save" => {
                    assert_wrote(db.save(sample.ada).unwrap(), (0, 1, 0));
                    assert_eq!(db.n_dirty(), usize::from(fails));
                    if fails {
                        refused(db.wait(ticket));
                        rename(&mut db, sample.bob, "Bob");
                    }
                    file.reopen(db);
                }
                "close" if fails => {
                    let mut db = db.close().unwrap_err().database;
                    assert_eq!(db.n_dirty(), 2);
                    rename(&mut db, sample.bob, "Bob");
                    assert_wrote(db.close().unwrap(), (0, 2, 0));
                }
                "close" => assert_wrote(db.close().unwrap(), (0, 1, 0)),
                "into_world" => {
                    let world = db.into_world();
                    assert_eq!(world.n_dirty(), 1 + usize::from(fails));
                    let name: String = file.query("SELECT full_name FROM players WHERE id = 2");
                    assert_eq!(name, if fails { "player 2" } else { "Bob" });
                }
                other => panic!("{other}"),
            }
            opener.join().unwrap();
        }
    }
}

#[test]
fn a_ticket_of_another_database_says_so() {
    let (file, other_file) = (TestFile::new(), TestFile::new());
    let (mut db, mut other) = (file.open(), other_file.open());
    let _ = (fill(&mut db), fill(&mut other));
    let ticket = other.flush_in_background().unwrap();
    let (_, cause) = flush_failure(db.wait(ticket));
    assert!(matches!(cause, FlushFailure::OtherTicket), "{cause}");
    let _ = other.wait(ticket).unwrap();
}

/// Regression: the report was that of the last flush with rows, and named an older generation.
#[test]
fn a_ticket_for_a_flush_of_next_ids_alone_is_kept() {
    let (_file, mut db) = new_file();
    let player = db.insert(player(1)).unwrap();
    db.remove(player).unwrap();
    let flushed = db.flush().unwrap();
    let ticket = db.flush_in_background().unwrap();
    let report = db.wait(ticket).unwrap();
    assert_eq!(report.generation, flushed.generation);
    assert!(ticket.generation() <= report.generation);
    assert!(ticket.generation() <= db.committed());
}

/// Regression: polling the ticket of a flush returned the report of a later save.
#[test]
fn a_ticket_is_not_answered_with_the_report_of_a_save() {
    let (file, mut db) = new_file();
    let players: Vec<_> = (0..5).map(|n| db.insert(player(n)).unwrap()).collect();
    let ticket = db.flush_in_background().unwrap();
    db.get_mut(players[0]).unwrap().set_full_name("saved");
    let _ = db.save(players[0]).unwrap();
    assert_wrote(db.wait(ticket).unwrap(), (5, 0, 0));
    file.reopen(db);
}
