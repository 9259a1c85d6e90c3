//! The state after a failed batch, and which calls report the failure.

use super::gate::gated;
use super::refused;
use crate::common::sample::{double, flushed, flushed_file, flushed_refusing_file, player, rename};
use crate::common::{
    REFUSED, TestFile, assert_wrote, contents_of, flush_failure, only_refused, refusing_file,
    state_of,
};
use gamedb::codegen::traits::*;
use gamedb::{FlushFailure, Outcome};
use gamedb_models::{Player, World};

/// The row was removed while the batch that moves it to its new owner was in flight. The batch failed, so
/// in the file the row still belongs to its old owner.
#[test]
fn what_was_given_away_and_removed_is_not_left_with_its_old_owner() {
    for is_prepared in [false, true] {
        let (file, mut db, sample) = flushed_refusing_file();
        let carol = db.insert(player(3)).unwrap();
        let _ = db.flush().unwrap();
        let mut ada = db.get_mut(sample.ada).unwrap();
        ada.give_attribute(sample.luck, sample.bob).unwrap();
        rename(&mut db, carol, REFUSED);
        if is_prepared {
            db.prepare_flush(usize::MAX);
        }
        let ticket = (!is_prepared).then(|| db.flush_in_background().unwrap());
        db.remove(sample.luck).unwrap();
        if let Some(ticket) = ticket {
            refused(db.wait(ticket));
        }
        rename(&mut db, carol, "Carol");
        assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 2));
        file.reopen(db);
    }
}

#[test]
fn a_row_that_is_refused_fails_both_batches_and_the_next_call_says_so() {
    let file = refusing_file();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let (in_file, committed) = (file.contents(), db.committed());
    let held = gate.close();
    rename(&mut db, sample.ada, REFUSED);
    let _ = db.flush_in_background().unwrap();
    held.wait_for_thread();
    rename(&mut db, sample.bob, "Bob");
    let ticket = db.flush_in_background().unwrap();
    drop(held);
    // The tickets are not polled.
    let error = loop {
        match db.flush_in_background() {
            Ok(_) => std::thread::yield_now(),
            Err(error) => break error,
        }
    };
    refused(Err(error));
    assert_eq!(db.n_dirty(), 2);
    assert_eq!(file.contents(), in_file);
    assert_eq!(db.committed(), committed);
    refused(db.wait(ticket));
    rename(&mut db, sample.ada, "Ada");
    let again = db.flush_in_background().unwrap();
    assert_wrote(db.wait(again).unwrap(), (0, 2, 0));
    assert!(
        db.poll(ticket).unwrap().is_ok(),
        "the rows of the failed batch are in the file now"
    );
    file.reopen(db);
}

#[test]
fn a_failure_that_a_ticket_has_told_is_not_told_again() {
    let (file, mut db, sample) = flushed_refusing_file();
    rename(&mut db, sample.ada, REFUSED);
    let ticket = db.flush_in_background().unwrap();
    refused(db.wait(ticket));
    rename(&mut db, sample.ada, "Ada");
    let ticket = db.flush_in_background().unwrap();
    assert_wrote(db.wait(ticket).unwrap(), (0, 1, 0));
    file.reopen(db);
}

#[test]
fn each_row_in_turn_fails_a_background_flush() {
    let n_players = 8;
    for k in 0..n_players {
        let file = refusing_file();
        let mut db = file.open();
        let _ = flushed(&mut db);
        for n in 3..9 {
            db.insert(player(n)).unwrap();
        }
        let keys: Vec<_> = db.players.iter_by_id().map(|(key, _)| key).collect();
        for (n, &key) in (0..).zip(&keys) {
            db.get_mut(key).unwrap().set_year_of_birth(n);
        }
        assert_eq!(keys.len(), n_players);
        let key = keys[k];
        rename(&mut db, key, REFUSED);
        let (before, in_file) = (state_of(&db), file.contents());
        for _ in 0..2 {
            let ticket = db.flush_in_background().unwrap();
            let (outcome, cause) = flush_failure(db.wait(ticket));
            assert_eq!(outcome, Outcome::NotCommitted);
            let row = (Player::INFO.name, db.id(key).unwrap().get());
            assert_eq!(only_refused(cause), row);
            assert_eq!(state_of(&db), before);
            assert_eq!(file.contents(), in_file);
        }
        rename(&mut db, key, "mended");
        file.reopen(db);
    }
}

#[test]
fn while_another_program_writes_it_is_busy_and_all_is_dirty_again() {
    let file = TestFile::new();
    let (mut db, ..) = gated(&file);
    let sample = flushed(&mut db);
    rename(&mut db, sample.ada, "Ada");
    db.remove(sample.pet).unwrap();
    let before = state_of(&db);
    let writer = file.writer();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ticket = db.flush_in_background().unwrap();
    let (outcome, cause) = flush_failure(db.wait(ticket));
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::Busy), "{cause}");
    assert_eq!(state_of(&db), before);
    writer.execute_batch("ROLLBACK").unwrap();
    let ticket = db.flush_in_background().unwrap();
    let _ = db.wait(ticket).unwrap();
    file.reopen(db);
}

#[test]
fn another_programs_write_is_an_error_also_in_the_background() {
    let (file, mut db, sample) = flushed_file();
    let sql = "UPDATE players SET full_name = 'by hand' WHERE id = 2";
    file.writer().execute_batch(sql).unwrap();
    rename(&mut db, sample.ada, "Ada");
    let (before, in_file) = (state_of(&db), file.contents());
    for _ in 0..2 {
        let ticket = db.flush_in_background().unwrap();
        let (outcome, cause) = flush_failure(db.wait(ticket));
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(matches!(cause, FlushFailure::ForeignWrite), "{cause}");
        assert_eq!(state_of(&db), before);
        assert_eq!(file.contents(), in_file);
    }
}

/// To ask at a bad moment is not to be told: the flush is tried again as soon as it can be.
#[test]
fn a_flush_that_cannot_be_tried_again_yet_is_tried_later() {
    let (file, mut db, sample) = flushed_file();
    let touch = "BEGIN IMMEDIATE; PRAGMA user_version = 3; COMMIT";
    file.writer().execute_batch(touch).unwrap();
    rename(&mut db, sample.ada, "Ada");
    let ticket = db.flush_in_background().unwrap();
    let mut other = World::new();
    std::mem::swap(&mut *db, &mut other);
    let (outcome, cause) = flush_failure(db.wait(ticket));
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    std::mem::swap(&mut *db, &mut other);
    assert_wrote(db.wait(ticket).unwrap(), (0, 1, 0));
    assert_eq!(file.contents(), contents_of(&db));
    // The same while a transaction is open, which here has no end.
    file.writer().execute_batch(touch).unwrap();
    rename(&mut db, sample.ada, "Ada again");
    let ticket = db.flush_in_background().unwrap();
    std::mem::forget(db.begin());
    for _ in 0..2 {
        let (_, cause) = flush_failure(db.wait(ticket));
        assert!(matches!(cause, FlushFailure::TransactionOpen), "{cause}");
    }
}

/// A backup program that runs a checkpoint does not change the contents of the file.
#[test]
fn another_programs_checkpoint_is_not_taken_for_a_write() {
    let (file, mut db, sample) = flushed_file();
    let touch = |n: i64| {
        // A commit that changes no row of the world, which only a comparison of the contents can detect.
        let sql = format!("BEGIN IMMEDIATE; PRAGMA user_version = {n}; COMMIT");
        file.writer().execute_batch(&sql).unwrap();
    };
    for n in 1..4 {
        touch(n);
        rename(&mut db, sample.ada, &format!("asked {n}"));
        let ticket = db.flush_in_background().unwrap();
        assert_wrote(db.wait(ticket).unwrap(), (0, 1, 0));
        assert_eq!(file.contents(), contents_of(&db));
        touch(10 + n);
        rename(&mut db, sample.ada, &format!("not asked {n}"));
        let _ = db.flush_in_background().unwrap();
        let _ = db.flush().unwrap();
        assert_eq!(file.contents(), contents_of(&db));
    }
    touch(100);
    rename(&mut db, sample.ada, "dropped");
    let _ = db.flush_in_background().unwrap();
    drop(db);
    let db = file.open();
    assert_eq!(
        db.get(db.key(gamedb::Id::<Player>::new(1)).unwrap())
            .unwrap()
            .full_name,
        "dropped"
    );
}

#[test]
fn rows_that_were_changed_together_still_go_together_after_a_failure() {
    let (_file, mut db, sample) = flushed_refusing_file();
    db.transaction(|world| {
        rename(world, sample.ada, "Ada");
        world.get_mut(sample.entry).unwrap().set_quantity(9.0)
    })
    .unwrap();
    rename(&mut db, sample.bob, REFUSED);
    let ticket = db.flush_in_background().unwrap();
    db.transaction(|world| {
        let mut luck = world.get_mut(sample.luck).unwrap();
        luck.set_internal_name("more luck");
        world.get_mut(sample.entry).unwrap().set_quantity(8.0)
    })
    .unwrap();
    refused(db.wait(ticket));
    let report = db.save(sample.luck).unwrap();
    assert_eq!((report.updated, report.implied), (3, 2));
    assert_eq!(db.n_dirty(), 1);
}

#[test]
fn another_world_in_its_place_gets_nothing_of_a_failed_batch() {
    let file = refusing_file();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let held = gate.close();
    rename(&mut db, sample.ada, REFUSED);
    let ticket = db.flush_in_background().unwrap();
    let loaded = std::mem::take(&mut *db);
    drop(held);
    refused(db.wait(ticket));
    let (_, cause) = flush_failure(db.flush_in_background());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    let (_, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    *db = loaded;
    rename(&mut db, sample.ada, "Ada");
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    file.reopen(db);
}

#[test]
fn attributes_and_their_owners_are_merged_back_in_order() {
    let file = refusing_file();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let held = gate.close();
    rename(&mut db, sample.bob, REFUSED);
    let mut iron = db.get_mut(sample.iron).unwrap();
    let new = iron.add_attribute(double("new", 1.0)).unwrap();
    iron.give_attribute(sample.purity, sample.ada).unwrap();
    let first = db.flush_in_background().unwrap();
    held.wait_for_thread();
    let mut ada = db.get_mut(sample.ada).unwrap();
    ada.give_attribute(sample.purity, sample.bob).unwrap();
    db.get_mut(sample.iron)
        .unwrap()
        .give_attribute(new, sample.bob)
        .unwrap();
    let second = db.flush_in_background().unwrap();
    db.remove(sample.luck).unwrap();
    drop(held);
    refused(db.wait(first));
    refused(db.wait(second));
    assert_eq!(db.check(), [""; 0]);
    rename(&mut db, sample.bob, "Bob");
    // Bob's name and the pivot row of the purity; the new attribute and its pivot row; luck and its pivot
    // row.
    assert_wrote(db.flush().unwrap(), (2, 2, 2));
    file.reopen(db);
}
