//! The writer thread dies: before COMMIT, after it, and at a checkpoint. A `tracing` subscriber, which
//! runs in the thread, makes it panic. A crate of its own, because a process has one global subscriber.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::sync::Mutex;

use common::sample::{filled_file, flushed, player};
use common::{TestFile, contents_of, flush_failure, state_of};
use gamedb::{Database, Error};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::Player;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Panics in the writer thread at the event with this message.
static DEADLY: Mutex<Option<&str>> = Mutex::new(None);

struct Assassin;

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl Subscriber for Assassin {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        let is_writer = std::thread::current().name() == Some("gamedb-writer");
        let is_deadly = *DEADLY.lock().unwrap() == Some(message.0.as_str());
        assert!(!(is_writer && is_deadly), "stabbed");
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn died(error: Error) {
    let (outcome, cause) = flush_failure(Err::<(), _>(error));
    assert_eq!(outcome, Outcome::Unknown);
    match cause {
        FlushFailure::WriterDied { message } => assert_eq!(message, "stabbed"),
        other => panic!("{other}"),
    }
}

fn poisoned(error: Error) {
    let (outcome, cause) = flush_failure(Err::<(), _>(error));
    assert_eq!(outcome, Outcome::Unknown);
    assert!(matches!(cause, FlushFailure::Poisoned), "{cause}");
}

// One after the other, in one test, because there is one subscriber.
#[test]
fn the_error_comes_back_and_the_rows_are_dirty_again() {
    tracing::subscriber::set_global_default(Assassin).unwrap();
    before_and_after_commit();
    for has_changes in [true, false] {
        at_a_checkpoint(has_changes);
    }
}

fn before_and_after_commit() {
    for (deadly, is_in_file) in [("writing", false), ("flushed in the background", true)] {
        for reported_by in ["ticket", "next", "flush", "close", "dropped"] {
            let (file, twin_file) = (TestFile::new(), TestFile::new());
            let (mut db, mut twin) = (file.open(), twin_file.open());
            let (sample, _) = (flushed(&mut db).of_twins(), flushed(&mut twin));
            for db in [&mut db, &mut twin] {
                db.get_mut(sample.ada).unwrap().set_full_name("Ada");
                db.remove(sample.pet).unwrap();
                db.insert(player(7)).unwrap();
            }
            let before = file.contents();
            *DEADLY.lock().unwrap() = Some(deadly);
            let ticket = db.flush_in_background().unwrap();
            match reported_by {
                "ticket" => {
                    died(db.wait(ticket).unwrap_err());
                    died(db.poll(ticket).unwrap().unwrap_err());
                    assert_eq!(state_of(&db), state_of(&twin));
                    poisoned(db.flush_in_background().unwrap_err());
                }
                "next" => loop {
                    if let Err(error) = db.flush_in_background() {
                        break died(error);
                    }
                },
                "flush" => died(db.flush().unwrap_err()),
                "close" => {
                    let error = db.close().unwrap_err();
                    died(error.source);
                    db = error.database;
                }
                _ => {}
            }
            if reported_by != "dropped" {
                assert_eq!(state_of(&db), state_of(&twin));
                poisoned(db.flush().unwrap_err());
                poisoned(db.save(sample.ada).unwrap_err());
            }
            let world = db.into_world();
            *DEADLY.lock().unwrap() = None;
            if reported_by != "dropped" {
                // The world continues in another file, with the same keys.
                let elsewhere = TestFile::new();
                let mut db = Database::create(elsewhere.path(), world).unwrap();
                assert_eq!(contents_of(&db), contents_of(&twin));
                db.get_mut(sample.ada).unwrap().set_full_name("Ada L.");
                assert_eq!(db.flush().unwrap().updated, 1);
                let _ = elsewhere.reopen(db);
            }
            // The file has all of the batch, or none of it.
            let expected = if is_in_file {
                contents_of(&twin)
            } else {
                before
            };
            assert_eq!(contents_of(&file.open()), expected);
        }
    }
}

/// Nothing was in flight, so nothing is lost; but there is no writer any more, with or without changes.
fn at_a_checkpoint(has_changes: bool) {
    let (file, mut db, _) = filled_file();
    for n in 10..3_000 {
        let full_name = "x".repeat(2_000);
        let player = Player {
            full_name,
            ..player(n)
        };
        db.insert(player).unwrap();
    }
    *DEADLY.lock().unwrap() = Some("checkpoint");
    let _ = db.flush().unwrap();
    let in_file = contents_of(&db);
    if has_changes {
        db.insert(player(7)).unwrap();
    }
    died(db.flush().unwrap_err());
    poisoned(db.flush_in_background().unwrap_err());
    *DEADLY.lock().unwrap() = None;
    assert_eq!(db.n_dirty(), usize::from(has_changes));
    drop(db);
    assert_eq!(contents_of(&file.open()), in_file);
}
