//! Whether the file is the one that it has to be: empty ones, replaced ones, and files with two names.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::sample::{ada, flushed_file, rename};
use crate::common::{TestFile, contents_of, flush_failure};
use gamedb::{Database, Error, ErrorKind, FileError, FlushFailure, Options, Outcome};
use gamedb_models::{Player, World};

fn existing(file: &TestFile) -> FileError {
    let before = file.bytes();
    let error = match Options::new()
        .existing()
        .open::<World>(file.path())
        .map_err(Error::into_kind)
    {
        Err(ErrorKind::File(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the file was opened"),
    };
    assert!(file.bytes() == before, "the file was written to");
    error
}

#[test]
fn an_existing_world_is_not_looked_for_in_an_empty_file() {
    let file = TestFile::new();
    std::fs::write(file.path(), b"").unwrap();
    let error = existing(&file);
    assert!(
        matches!(&error, FileError::Empty { path } if *path == file.path()),
        "{error}"
    );
    // Without that option it is a new world, as a path is at which there is nothing.
    assert!(file.try_open().is_ok());
}

#[test]
fn an_existing_world_is_not_looked_for_in_a_database_without_tables() {
    let file = TestFile::new();
    file.writer()
        .execute_batch("PRAGMA journal_mode = WAL; VACUUM")
        .unwrap();
    let error = existing(&file);
    assert!(matches!(error, FileError::Empty { .. }), "{error}");
}

/// SQLite would take the log for one that was left behind, and delete it.
#[test]
fn an_empty_file_beside_a_log_that_may_hold_a_world_is_refused() {
    let file = TestFile::new();
    std::fs::write(file.path(), b"").unwrap();
    std::fs::write(file.folder().join("world.db-wal"), b"all that was flushed").unwrap();
    let error = file.refused();
    assert!(matches!(error, FileError::LogWithoutFile { .. }), "{error}");
    assert!(matches!(existing(&file), FileError::LogWithoutFile { .. }));
}

/// Each way of flushing when nothing is dirty.
fn flush_nothing(db: &mut Database<World>) -> [Result<(), Error>; 4] {
    let (key, _) = db.iter::<Player>().next().unwrap();
    [
        db.flush().map(drop),
        db.flush_in_background().map(drop),
        db.save(key).map(drop),
        db.flush_durable().map(drop),
    ]
}

#[track_caller]
fn all_fail(db: &mut Database<World>, is_it: impl Fn(&FlushFailure) -> bool) {
    assert_eq!(db.n_dirty(), 0);
    for result in flush_nothing(db) {
        let (outcome, cause) = flush_failure(result);
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(is_it(&cause), "{cause}");
    }
}

#[test]
fn with_nothing_dirty_a_file_that_is_gone_is_noticed() {
    let (file, mut db, _) = flushed_file();
    let aside = file.folder().join("aside.db");
    std::fs::rename(file.path(), &aside).unwrap();
    all_fail(&mut db, |cause| matches!(cause, FlushFailure::Moved));
    // Another file in its place, with the same in it.
    std::fs::copy(&aside, file.path()).unwrap();
    all_fail(&mut db, |cause| matches!(cause, FlushFailure::Moved));
    let not_closed = db.close().unwrap_err();
    let mut db = not_closed.database;
    std::fs::rename(&aside, file.path()).unwrap();
    assert!(flush_nothing(&mut db).iter().all(Result::is_ok));
    let _ = db.close().unwrap();
}

/// What was written is not where it will be looked for, and whether it is anywhere when the process ends, nobody knows.
#[test]
fn a_file_that_is_moved_while_a_flush_writes_is_noticed_by_that_flush() {
    type Flush = fn(&mut Database<World>) -> Result<(), Error>;
    let flushes: [Flush; 4] = [
        |db| db.flush().map(drop),
        |db| db.flush_durable().map(drop),
        |db| db.save(ada(db)).map(drop),
        |db| {
            let ticket = db.flush_in_background()?;
            db.wait(ticket).map(drop)
        },
    ];
    for flush in flushes {
        for moved in ["world.db", "world.db-wal"] {
            let (file, db, _) = flushed_file();
            let _ = db.close().unwrap();
            let is_armed = Arc::new(AtomicBool::new(false));
            let (moves, path) = (Arc::clone(&is_armed), file.folder().join(moved));
            let options = file.options().on_statement(move |sql| {
                if sql == "COMMIT" && moves.swap(false, Ordering::SeqCst) {
                    std::fs::rename(&path, path.with_extension("moved")).unwrap();
                }
            });
            let mut db = options.open::<World>(file.path()).unwrap();
            let key = ada(&db);
            rename(&mut db, key, "Ada");
            is_armed.store(true, Ordering::SeqCst);
            let (outcome, cause) = flush_failure(flush(&mut db));
            assert!(matches!(cause, FlushFailure::Moved), "{moved}: {cause}");
            assert_eq!(outcome, Outcome::Unknown, "{moved}");
            assert!(!is_armed.load(Ordering::SeqCst));
            // The way on is a new file, which has all of it.
            let world = contents_of(&db);
            let elsewhere = file.folder().join("elsewhere.db");
            let db = Database::create(&elsewhere, db.into_world()).unwrap();
            let _ = db.close().unwrap();
            let db = Database::<World>::open(&elsewhere).unwrap();
            assert_eq!(contents_of(&db), world);
        }
    }
}

#[test]
fn with_nothing_dirty_another_programs_write_is_noticed() {
    let (file, mut db, _) = flushed_file();
    let write = |sql: &str| file.writer().execute_batch(sql).unwrap();
    write("UPDATE players SET full_name = 'by hand' WHERE id = 2");
    all_fail(&mut db, |cause| matches!(cause, FlushFailure::ForeignWrite));
    let mut db = db.close().unwrap_err().database;
    write("UPDATE players SET full_name = 'player 2' WHERE id = 2");
    assert!(flush_nothing(&mut db).iter().all(Result::is_ok));
    let _ = db.close().unwrap();
}

/// A loop may flush nothing at any rate, and the calls of the system that a look takes are saved for some milliseconds.
/// Where it counts the file is always looked at.
#[test]
fn a_file_that_was_seen_just_now_is_looked_at_again_soon_and_always_when_it_counts() {
    type Flush = fn(&mut Database<World>) -> Result<(), Error>;
    let later: Flush = |db| {
        std::thread::sleep(Duration::from_millis(10));
        db.flush().map(drop)
    };
    let in_background: Flush = |db| {
        std::thread::sleep(Duration::from_millis(10));
        db.flush_in_background().map(drop)
    };
    let durable: Flush = |db| db.flush_durable().map(drop);
    let with_rows: Flush = |db| {
        let (key, _) = db.iter::<Player>().next().unwrap();
        db.get_mut(key).unwrap().set_year_of_birth(7);
        db.flush().map(drop)
    };
    for flush in [later, in_background, durable, with_rows] {
        let (file, mut db, _) = flushed_file();
        let aside = file.folder().join("aside.db");
        let _ = db.flush_durable().unwrap();
        for _ in 0..3 {
            let _ = db.flush().unwrap();
            let _ = db.flush_in_background().unwrap();
        }
        std::fs::rename(file.path(), &aside).unwrap();
        for _ in 0..3 {
            let (outcome, cause) = flush_failure(flush(&mut db));
            assert_eq!(outcome, Outcome::NotCommitted);
            assert!(matches!(cause, FlushFailure::Moved), "{cause}");
        }
        // One that has failed was no look: the next one looks at once.
        let (_, cause) = flush_failure(db.flush());
        assert!(matches!(cause, FlushFailure::Moved), "{cause}");
        std::fs::rename(&aside, file.path()).unwrap();
        let _ = db.flush().unwrap();
        std::fs::rename(file.path(), &aside).unwrap();
        let mut db = db.close().unwrap_err().database;
        std::fs::rename(&aside, file.path()).unwrap();
        let _ = db.flush().unwrap();
        file.reopen(db);
    }
}

/// With the log goes what the file does not have yet, as soon as the process dies.
#[test]
fn a_log_that_is_gone_is_noticed() {
    let (file, mut db, sample) = flushed_file();
    let (log, aside) = (
        file.folder().join("world.db-wal"),
        file.folder().join("aside"),
    );
    for by_hand in [
        |log: &Path| std::fs::write(log, b"").unwrap(),
        |_: &Path| (),
    ] {
        std::fs::rename(&log, &aside).unwrap();
        by_hand(&log);
        all_fail(&mut db, |cause| matches!(cause, FlushFailure::Moved));
        db.get_mut(sample.ada).unwrap().set_year_of_birth(1);
        let (outcome, cause) = flush_failure(db.flush());
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(matches!(cause, FlushFailure::Moved), "{cause}");
        std::fs::rename(&aside, &log).unwrap();
        let _ = db.flush().unwrap();
    }
    file.reopen(db);
}

/// Under two names a file has two locks and two logs, so both could be opened, and one would lose its flushes.
#[cfg(unix)]
#[test]
fn a_file_with_a_second_name_is_opened_under_neither() {
    let (file, mut db, sample) = flushed_file();
    let other = file.folder().join("other.db");
    let refused = |path: &Path| match Database::<World>::open(path).map_err(Error::into_kind) {
        Err(ErrorKind::File(FileError::HardLinked {
            path: named,
            n_names,
        })) => {
            assert_eq!((named.as_path(), n_names), (path, 2));
        }
        other => panic!("{other:?}"),
    };
    // While it is open, and when it is not.
    std::fs::hard_link(file.path(), &other).unwrap();
    refused(&other);
    db.get_mut(sample.ada).unwrap().set_year_of_birth(1);
    let _ = db.flush().unwrap();
    let _ = db.close().unwrap();
    let before = file.bytes();
    refused(&file.path());
    refused(&other);
    assert!(file.bytes() == before, "a file was written to");
    std::fs::remove_file(&other).unwrap();
    let db = file.open();
    assert_eq!(db.get(ada(&db)).unwrap().year_of_birth, 1);
}
