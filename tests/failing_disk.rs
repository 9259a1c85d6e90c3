//! What a disk that fails in a certain way is called, and what a database does then. A crate of its own, because its
//! disk is SQLite's default for a whole process. All the other ways are in `io_faults.rs`.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::error::Error as _;

use common::disk::{FILE, closed, killed};
use common::sample::{ada, player, rename};
use common::{contents_of, flush_failure};
use gamedb::codegen::traits::*;
use gamedb::{
    Consent, Database, Error, ErrorKind, FileError, FlushFailure, Migrated, Migration,
    MigrationError, Options, Outcome,
};
use gamedb_faults::{Disk, Effect, Fault, Image, Kind, Operation, Repeat, kinds};
use gamedb_models::{Player, Tables, World};
use rusqlite::{Connection, OpenFlags};

fn open(disk: &Disk) -> Database<World> {
    Database::open(disk.path(FILE)).unwrap()
}

fn on_disk(image: &Image) -> (Disk, Database<World>) {
    let disk = Disk::with(image);
    let db = open(&disk);
    (disk, db)
}

/// What a death of the process would leave.
fn after_death(disk: &Disk) -> common::Contents {
    contents_of(&on_disk(&disk.image()).1)
}

/// Fails the operation of this number in this way, once.
fn fail(disk: &Disk, operation: Operation, at: usize, is_it: impl Fn(i32, i32, Effect) -> bool) {
    let kinds = kinds(operation);
    let kind = kinds
        .iter()
        .position(|kind| is_it(kind.code, kind.errno, kind.effect));
    disk.fail(Fault {
        at,
        only: Some(operation),
        kind: kind.unwrap(),
        repeat: Repeat::Once,
    });
}

/// Number of operations of a kind in a flush that renames Ada.
fn n_of_flush(operation: Operation) -> usize {
    let (disk, mut db) = on_disk(&closed());
    let before = disk.operations().len();
    let ada = ada(&db);
    rename(&mut db, ada, "Ada");
    let _ = db.flush().unwrap();
    let all = disk.operations();
    all[before..].iter().filter(|&&of| of == operation).count()
}

const EIO: i32 = 5;
const IOERR_WRITE: i32 = 778;

/// The last write of a commit is done, and its answer is an error: as on a network file system.
#[test]
fn a_commit_that_is_all_in_the_log_is_not_called_not_committed() {
    let last = n_of_flush(Operation::Write) - 1;
    let (disk, mut db) = on_disk(&closed());
    let ada = ada(&db);
    rename(&mut db, ada, "Ada");
    let all = |code, errno, effect| (code, errno, effect) == (IOERR_WRITE, EIO, Effect::All);
    fail(&disk, Operation::Write, last, all);
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::Unknown, "{cause:?}");
    assert_eq!(after_death(&disk), contents_of(&db));
    // Nobody writes over it.
    let position = disk.operations().len();
    let (outcome, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::Poisoned), "{cause:?}");
    assert_eq!(outcome, Outcome::Unknown);
    assert_eq!(disk.operations().len(), position);
    let world = contents_of(&db);
    drop(db);
    // To open it again tells.
    assert_eq!(contents_of(&open(&disk)), world);
}

/// The log's index has no room for what the log has already.
#[test]
fn a_commit_whose_index_cannot_grow_is_not_called_not_committed() {
    for kind in 0..kinds(Operation::ShmMap).len() {
        let (disk, mut db) = on_disk(&closed());
        for n in 10..600 {
            let full_name = "x".repeat(4_000);
            let player = Player {
                full_name,
                ..player(n)
            };
            db.insert(player).unwrap();
        }
        disk.fail(Fault {
            at: 0,
            only: Some(Operation::ShmMap),
            kind,
            repeat: Repeat::Once,
        });
        let (outcome, cause) = flush_failure(db.flush());
        assert_eq!(outcome, Outcome::Unknown, "{cause:?}");
        assert_eq!(after_death(&disk), contents_of(&db));
    }
}

#[test]
fn a_broken_disk_is_not_full() {
    for kind in kinds(Operation::Write) {
        let (disk, mut db) = on_disk(&closed());
        let ada = ada(&db);
        rename(&mut db, ada, "Ada");
        let is_it = |other: &Kind| *other == kind;
        // Once would be no failure where a checkpoint makes room.
        disk.fail(Fault {
            at: 0,
            only: Some(Operation::Write),
            kind: kinds(Operation::Write).iter().position(is_it).unwrap(),
            repeat: Repeat::ForEver,
        });
        let (_, cause) = flush_failure(db.flush());
        match cause {
            FlushFailure::Full => assert_ne!(kind.errno, EIO),
            FlushFailure::Backend(ref error) => {
                assert_eq!((kind.errno, error.code()), (EIO, Some(IOERR_WRITE)));
                assert!(!cause.is_transient());
                assert!(error.to_string().contains("I/O"), "{error}");
                assert!(cause.source().is_some());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn after_a_failed_sync_the_world_goes_on_in_another_file() {
    let (disk, mut db) = on_disk(&closed());
    let ada = ada(&db);
    rename(&mut db, ada, "Ada");
    fail(&disk, Operation::Sync, 0, |_, _, effect| {
        effect == Effect::PagesLost
    });
    for n in 0..3 {
        let (outcome, cause) = flush_failure(db.flush_durable());
        assert_eq!(outcome, Outcome::Unknown, "{n}");
        assert!(
            matches!(cause, FlushFailure::SyncFailed { .. }),
            "{cause:?}"
        );
        assert!(cause.to_string().contains("go on in a new one"), "{cause}");
        let (_, cause) = flush_failure(db.flush_in_background());
        assert!(
            matches!(cause, FlushFailure::SyncFailed { .. }),
            "{cause:?}"
        );
    }
    let failed = db.close().unwrap_err();
    assert!(
        !failed.source.to_string().contains("open"),
        "{}",
        failed.source
    );
    let other = Disk::new();
    let db = Database::create(other.path(FILE), failed.database.into_world()).unwrap();
    assert_eq!(after_death(&other), contents_of(&db));
    // The lock file remembers it for as long as the machine runs.
    disk.mend();
    let refused = Database::<World>::open(disk.path(FILE)).map_err(Error::into_kind);
    assert!(
        matches!(refused, Err(ErrorKind::File(FileError::FailedSync { .. }))),
        "{refused:?}"
    );
    let accepted = Options::new().accept_failed_sync();
    assert!(accepted.open::<World>(disk.path(FILE)).is_ok());
}

#[test]
fn after_a_failed_checkpoint_nothing_is_tried_until_the_file_is_opened_again() {
    let image = killed();
    let mut n_failed = 0;
    for at in 0..60 {
        let (disk, mut db) = on_disk(&image);
        let ada = ada(&db);
        rename(&mut db, ada, "Ada");
        fail(&disk, Operation::Read, at, |_, errno, _| errno == EIO);
        // The checkpoint comes after it.
        if db.flush().is_err() {
            continue;
        }
        let flushed = contents_of(&db);
        rename(&mut db, ada, "Ada L.");
        let Err(error) = db.flush() else { continue };
        n_failed += 1;
        let (outcome, cause) = flush_failure(Err::<(), _>(error));
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(
            matches!(cause, FlushFailure::CheckpointFailed { .. }),
            "{cause:?}"
        );
        for _ in 0..2 {
            let position = disk.operations().len();
            let ticket = db.flush_in_background().unwrap();
            let (outcome, cause) = flush_failure(db.wait(ticket));
            assert_eq!(outcome, Outcome::NotCommitted);
            assert!(
                matches!(cause, FlushFailure::CheckpointFailed { .. }),
                "{cause:?}"
            );
            assert_eq!(disk.operations().len(), position);
        }
        assert_eq!(db.n_dirty(), 1);
        drop(db);
        assert_eq!(contents_of(&open(&disk)), flushed);
    }
    assert!(n_failed >= 3, "{n_failed}");
}

#[test]
fn a_log_that_a_reader_holds_has_an_end_and_is_small_again_without_the_reader() {
    const MOST: u64 = 300_000;
    let disk = Disk::with(&closed());
    let options = Options::new().largest_log(MOST);
    let mut db = options.open::<World>(disk.path(FILE)).unwrap();
    let ada = ada(&db);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(disk.path(FILE), flags).unwrap();
    let begin = "BEGIN; SELECT count(*) FROM players";
    reader.execute_batch(begin).unwrap();
    let flush = |n: i32, db: &mut Database<World>| {
        rename(db, ada, &format!("{n}").repeat(1_500));
        db.flush()
    };
    let error = (100..300).find_map(|n| flush(n, &mut db).err());
    let (outcome, cause) = flush_failure(Err::<(), _>(error.unwrap()));
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(cause.is_transient());
    match cause {
        FlushFailure::LogTooLarge { bytes, most } => assert!(bytes >= most && most == MOST),
        other => panic!("{other:?}"),
    }
    assert_eq!(db.n_dirty(), 1);
    let log = || disk.len_of("world.db-wal").unwrap() as u64;
    let largest = log();
    assert!(largest > MOST && largest < 2 * MOST, "{largest}");
    assert!(flush(300, &mut db).is_err());
    assert_eq!(log(), largest);
    reader.execute_batch("COMMIT").unwrap();
    for n in 301..304 {
        let _ = flush(n, &mut db).unwrap();
    }
    assert!(log() <= MOST, "{}", log());
    let world = contents_of(&db);
    let _ = db.close().unwrap();
    assert_eq!(contents_of(&open(&disk)), world);
}

/// The disk has room for a part of what is to be written, of any size.
#[test]
fn a_disk_that_is_full_at_any_byte_takes_all_or_nothing() {
    let image = closed();
    let used: usize = image.values().map(Vec::len).sum();
    let (mut n_full, mut n_written) = (0, 0);
    for room in (0..6_000).step_by(97) {
        let (disk, mut db) = on_disk(&image);
        let before = contents_of(&db);
        let ada = ada(&db);
        rename(&mut db, ada, &"x".repeat(2_000));
        disk.limit(Some(used + room));
        match db.flush_durable() {
            Ok(_) => n_written += 1,
            Err(error) => {
                n_full += 1;
                let (outcome, cause) = flush_failure(Err::<(), _>(error));
                assert!(matches!(cause, FlushFailure::Full), "{cause:?}");
                assert_eq!(outcome, Outcome::NotCommitted);
                assert_eq!(after_death(&disk), before);
                assert_eq!(db.n_dirty(), 1);
                disk.limit(None);
                let _ = db.flush_durable().unwrap();
            }
        }
        assert_eq!(after_death(&disk), contents_of(&db));
    }
    assert!(n_full > 10 && n_written > 10, "{n_full} {n_written}");
}

/// The log may not grow by a byte any more, and all of it is brought into the file instead, each time.
#[test]
fn a_full_disk_takes_flushes_for_as_long_as_the_file_has_room_for_them() {
    let flushed_once = {
        let (disk, mut db) = on_disk(&closed());
        let ada = ada(&db);
        rename(&mut db, ada, "Ada 0");
        let _ = db.flush().unwrap();
        disk.image()
    };
    // Before and after a death of the process.
    for (image, is_reopened) in [(closed(), false), (flushed_once, true)] {
        let (disk, mut db) = on_disk(&image);
        let ada = ada(&db);
        if !is_reopened {
            rename(&mut db, ada, "Ada 0");
            let _ = db.flush().unwrap();
        }
        let used = |name: &str| disk.len_of(name).unwrap();
        disk.limit(Some(used(FILE) + used("world.db-wal")));
        for n in 1..40 {
            rename(&mut db, ada, &format!("Ada {n}"));
            let written = match n % 3 {
                0 => db.flush(),
                1 => db.flush_durable(),
                _ => {
                    let ticket = db.flush_in_background().unwrap();
                    db.wait(ticket)
                }
            };
            assert_eq!(written.unwrap().updated, 1);
            assert_eq!(after_death(&disk), contents_of(&db));
        }
        // What is more than the log has room for is still too much.
        let before = contents_of(&db);
        rename(&mut db, ada, &"x".repeat(2_000_000));
        let (outcome, cause) = flush_failure(db.flush());
        assert!(matches!(cause, FlushFailure::Full), "{cause:?}");
        assert_eq!(outcome, Outcome::NotCommitted);
        assert_eq!(after_death(&disk), before);
    }
}

/// A reader keeps the log from being brought into the file.
#[test]
fn a_full_disk_stays_full_while_a_reader_holds_the_log() {
    let (disk, mut db) = on_disk(&closed());
    let ada = ada(&db);
    rename(&mut db, ada, "Ada 0");
    let _ = db.flush().unwrap();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(disk.path(FILE), flags).unwrap();
    let begin = "BEGIN; SELECT count(*) FROM players";
    reader.execute_batch(begin).unwrap();
    let used = |name: &str| disk.len_of(name).unwrap();
    disk.limit(Some(used(FILE) + used("world.db-wal")));
    rename(&mut db, ada, "Ada 1");
    for _ in 0..2 {
        let (outcome, cause) = flush_failure(db.flush());
        assert!(matches!(cause, FlushFailure::Full), "{cause:?}");
        assert_eq!(outcome, Outcome::NotCommitted);
    }
    reader.execute_batch("COMMIT").unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(after_death(&disk), contents_of(&db));
}

/// A killed file that lacks an index of the models.
fn without_index() -> Image {
    let disk = Disk::with(&killed());
    let program = Connection::open(disk.path(FILE)).unwrap();
    let leaves_log = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    program.set_db_config(leaves_log, true).unwrap();
    let drop_index = format!("DROP INDEX {INDEX}");
    program.execute_batch(&drop_index).unwrap();
    drop(program);
    disk.image()
}

const INDEX: &str = "players_what_we_call_you";

/// What a migration has dropped may be in the copy alone then.
#[test]
fn a_migration_that_may_be_in_the_log_keeps_its_copy() {
    let is_migrated = |image: &Image| {
        let disk = Disk::with(image);
        let file = Connection::open(disk.path(FILE)).unwrap();
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name = ?";
        file.query_row(sql, [INDEX], |row| row.get::<_, bool>(0))
            .unwrap()
    };
    let image = without_index();
    assert!(!is_migrated(&image));
    let (mut n_failed, mut n_in_log) = (0, 0);
    for at in 0.. {
        let disk = Disk::with(&image);
        // As long as another program has the file open, its log stays.
        let reader = Connection::open(disk.path(FILE)).unwrap();
        let look = "SELECT count(*) FROM players";
        let _: i64 = reader.query_row(look, [], |row| row.get(0)).unwrap();
        disk.fail(Fault {
            at,
            only: Some(Operation::Sync),
            kind: 0,
            repeat: Repeat::Once,
        });
        let options = Options::new().migrate_safely();
        let opened = options.open::<World>(disk.path(FILE));
        let has_struck = !disk.mend().is_empty();
        let names = disk.path("").read_dir().unwrap();
        let mut names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
        let has_copy = names.any(|name| name.contains(".before-"));
        match opened {
            Ok(_) => assert!(has_copy, "{at}"),
            Err(_) => {
                let is_in_log = is_migrated(&disk.image());
                assert!(has_copy || !is_in_log, "{at}: the copy is gone");
                n_in_log += usize::from(is_in_log);
                n_failed += 1;
            }
        }
        drop(reader);
        if !has_struck {
            break;
        }
    }
    println!("{n_failed} migrations have failed, {n_in_log} are in the log");
    assert!(n_in_log > 0 && n_failed > n_in_log, "{n_failed} {n_in_log}");
}

/// A migration of the sample world to a schema with one more column, on this disk.
fn migrate(disk: &Disk) -> (Result<Migrated, MigrationError>, Migration) {
    let schema = Tables::DDL.replacen("full_name        TEXT", "motto TEXT, full_name TEXT", 1);
    let migration = Migration::plan(disk.path(FILE), &schema).unwrap();
    (migration.run(&Consent::new()), migration)
}

/// The copies of the file that lie beside it.
fn n_copies(disk: &Disk) -> usize {
    let folder = disk.path(FILE);
    let files = std::fs::read_dir(folder.parent().unwrap()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".before-")).count()
}

/// A migration whose commit has failed may be in the file, and then the copy is the only place of what it has dropped.
#[test]
fn the_copy_stays_where_the_commit_of_a_migration_may_have_worked() {
    let new = Disk::new();
    drop(open(&new));
    let image = new.image();
    let clean = Disk::with(&image);
    assert!(migrate(&clean).0.is_ok() && n_copies(&clean) == 1);
    let all = clean.operations();
    let n_of = |operation| all.iter().filter(|&&of| of == operation).count();
    let last_writes = n_of(Operation::Write).saturating_sub(30);
    let (mut n_unknown, mut n_syncs, mut n_there) = (0, 0, 0_u32);
    for (operation, first) in [(Operation::Sync, 0), (Operation::Write, last_writes)] {
        for (kind, what) in kinds(operation).into_iter().enumerate() {
            let is_told_apart = match operation {
                Operation::Write => what.effect == Effect::All,
                _ => what.effect == Effect::PagesLost,
            };
            if !is_told_apart {
                continue;
            }
            for at in first..n_of(operation) {
                let disk = Disk::with(&image);
                disk.fail(Fault {
                    at,
                    only: Some(operation),
                    kind,
                    repeat: Repeat::Once,
                });
                let (result, migration) = migrate(&disk);
                let _ = disk.mend();
                let case = format!("{operation:?} {at} {what:?}: {result:?}");
                match result {
                    Ok(migrated) => assert!(migrated.backup.unwrap().exists(), "{case}"),
                    Err(MigrationError::OutcomeUnknown { backup, .. }) => {
                        n_unknown += 1;
                        assert!(backup.unwrap().exists(), "{case}");
                        // What a death of the process would leave has the old schema or the new one.
                        let after = Disk::with(&disk.image());
                        let after = Connection::open(after.path(FILE)).unwrap();
                        let sql = "SELECT count(*) FROM pragma_table_info('players') WHERE name = 'motto'";
                        n_there += after
                            .query_row(sql, [], |row| row.get::<_, u32>(0))
                            .unwrap();
                        let check = "PRAGMA integrity_check";
                        let check: String = after.query_row(check, [], |row| row.get(0)).unwrap();
                        assert_eq!(check, "ok", "{case}");
                        if operation == Operation::Sync {
                            n_syncs += 1;
                            let again = migration.run(&Consent::new());
                            assert!(
                                matches!(
                                    again,
                                    Err(MigrationError::File(FileError::FailedSync { .. }))
                                ),
                                "{case}: {again:?}"
                            );
                        }
                    }
                    Err(_) => {
                        assert_eq!(n_copies(&disk), 0, "{case}");
                        let (again, _) = migrate(&disk);
                        assert!(again.is_ok(), "{case}: {again:?}");
                    }
                }
            }
        }
    }
    assert!(
        n_unknown > n_syncs && n_syncs > 0 && n_there > 0,
        "{n_unknown} {n_syncs} {n_there}"
    );
}
