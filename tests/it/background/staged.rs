//! Staging: rows that are captured in the ticks before a flush.

use crate::common::sample::{ada, flushed_file, player, rename, watched};
use crate::common::{assert_wrote, contents_of, flush_failure};
use gamedb::FlushFailure;

#[test]
fn a_part_is_bounded_and_the_rest_is_left() {
    let (file, mut db, statements) = watched();
    assert_eq!(db.prepare_flush(10), 0);
    for n in 10..30 {
        db.insert(player(n)).unwrap();
    }
    assert_eq!(db.prepare_flush(0), 0);
    assert_eq!(db.prepare_flush(7), 7);
    assert_eq!(db.n_dirty(), 13);
    assert_eq!(db.prepare_flush(usize::MAX), 13);
    let players: Vec<_> = db.players.iter_by_id().map(|(key, _)| key).collect();
    // However often it is called, it keeps no more copies than there are rows.
    for n in 0..100 {
        for &key in &players {
            rename(&mut db, key, &format!("name {n}"));
        }
        db.prepare_flush(usize::MAX);
    }
    assert_eq!(db.n_dirty(), players.len());
    statements.take();
    let ticket = db.flush_in_background().unwrap();
    assert_eq!(db.n_dirty(), 0);
    assert_wrote(db.wait(ticket).unwrap(), (20, 2, 0));
    let n_written = statements.take_writes().len();
    assert_eq!(n_written, 22, "each row once");
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}

#[test]
fn what_was_copied_ahead_is_kept_by_into_world_and_lost_by_drop() {
    let (file, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    let in_file = file.contents();
    let world = db.into_world();
    assert_eq!(world.n_dirty(), 1);
    assert_eq!(file.contents(), in_file);

    let mut db = file.open();
    let key = ada(&db);
    rename(&mut db, key, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    drop(db);
    assert_eq!(file.contents(), in_file);

    let mut db = file.open();
    let key = ada(&db);
    rename(&mut db, key, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    assert_wrote(db.close().unwrap(), (0, 1, 0));
    assert_ne!(file.contents(), in_file);
}

/// Two worlds are exchanged while rows are staged: none of the staged rows reach the other world's file.
#[test]
fn another_world_gets_nothing_of_what_was_copied_ahead() {
    let (file, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    let loaded = std::mem::take(&mut *db);
    db.insert(player(5)).unwrap();
    assert_eq!(db.prepare_flush(10), 0);
    let (_, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    let (_, cause) = flush_failure(db.flush_in_background());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    assert_eq!(db.n_dirty(), 1);
    *db = loaded;
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}
