//! Which flushes survive a power cut, and the size of the write-ahead log.

use crate::common::sample::{ada, flushed_file, player, rename, watched};
use crate::common::{assert_wrote, new_file};
use gamedb::Database;
use gamedb_models::{Player, World};

#[test]
fn durable_follows_committed_when_the_log_is_synced() {
    let (file, mut db, sample) = flushed_file();
    assert!(db.durable() < db.committed());
    let report = db.flush_durable().unwrap();
    assert_eq!(report.rows(), 0);
    assert_eq!(
        (db.durable(), db.committed()),
        (report.generation, report.generation)
    );
    // A reader that blocks a checkpoint does not block a sync of the log.
    let reader = file.reader();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM players")
        .unwrap();
    rename(&mut db, sample.ada, "Ada");
    let ticket = db.flush_in_background().unwrap();
    let pages = db.wait(ticket).unwrap().wal_pages;
    assert!(db.durable() < db.committed());
    let report = db.flush_durable().unwrap();
    assert!(
        report.wal_pages > pages,
        "something was written, or the sync is unknown"
    );
    assert_eq!(db.durable(), db.committed());
    rename(&mut db, sample.bob, "Bob");
    assert_wrote(db.flush_durable().unwrap(), (0, 1, 0));
    assert_eq!(db.durable(), db.committed());
    drop(reader);
    file.reopen(db);
}

/// Writes about 300 pages in each of 60 flushes: without checkpoints that would be 70 MB.
#[test]
fn the_log_stays_bounded_under_a_loop_that_never_stops() {
    for in_background in [true, false] {
        let (file, mut db) = new_file();
        let keys: Vec<_> = (0..300)
            .map(|n| {
                let full_name = "x".repeat(3_000);
                let player = Player {
                    full_name,
                    ..player(n)
                };
                db.insert(player).unwrap()
            })
            .collect();
        let mut largest = 0;
        for n in 0..60 {
            for &key in &keys {
                rename(&mut db, key, &format!("{n}{}", "x".repeat(3_000)));
            }
            if in_background {
                let _ = db.flush_in_background().unwrap();
            } else {
                let _ = db.flush().unwrap();
            }
            let log = std::fs::metadata(file.folder().join("world.db-wal"));
            largest = largest.max(log.map_or(0, |log| log.len()));
        }
        assert!(largest < 12 << 20, "{largest}");
        // On a busy machine the thread may have written so little that no checkpoint was due yet. Four of
        // these flushes fill the log, and the fifth waits for the checkpoint.
        for n in 0..5 {
            for &key in &keys {
                rename(&mut db, key, &format!("{n}{}", "y".repeat(3_000)));
            }
            let _ = db.flush().unwrap();
        }
        assert!(db.durable() > gamedb::Generation::default());
        file.reopen(db);
    }
}

/// Without further changes, a durable flush still has to sync what a save has written.
#[test]
fn a_durable_flush_syncs_what_was_saved() {
    let (file, mut db, statements) = watched();
    let ada = ada(&db);
    let syncs = |db: &mut Database<World>| {
        statements.take();
        let _ = db.flush_durable().unwrap();
        let all = statements.take();
        all.iter().any(|sql| sql.starts_with("COMMIT"))
    };
    // It is unknown whether the process that wrote the file synced it.
    assert!(syncs(&mut db));
    assert!(!syncs(&mut db));
    for _ in 0..2 {
        let year = db.get(ada).unwrap().year_of_birth + 1;
        db.get_mut(ada).unwrap().set_year_of_birth(year);
        let _ = db.save(ada).unwrap();
        assert!(syncs(&mut db));
        assert!(!syncs(&mut db));
    }
    file.reopen(db);
}
