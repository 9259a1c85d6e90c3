//! Several programs and one file. A crate of its own, because each test starts this program again as a
//! second process, with the name of one of its tests.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use common::TestFile;
use common::sample::{flushed, flushed_file, player};
use gamedb::{Database, Error, ErrorKind, FileError};
use gamedb_models::World;

/// Environment variable of the second process: the file that it opens.
const PATH: &str = "GAMEDB_TEST_OPEN";

/// Runs one of this file's tests, which reads [`PATH`], in another process.
fn second_process(test: &str, path: &std::path::Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture"])
        .env(PATH, path);
    command
}

fn opened(result: Result<Database<World>, Error>) -> &'static str {
    match result.map_err(Error::into_kind) {
        Ok(_) => "opened",
        Err(ErrorKind::File(FileError::AlreadyOpen { .. })) => "open already",
        Err(ErrorKind::File(FileError::ReadOnly { .. })) => "read-only",
        Err(error) => panic!("{error}"),
    }
}

/// The body of the second process; without the variable it does nothing.
#[test]
fn second_process_opens() {
    if let Some(path) = std::env::var_os(PATH) {
        println!("result: {}", opened(Database::open(path)));
    }
}

fn what_another_process_sees(path: &std::path::Path) -> String {
    let output = second_process("second_process_opens", path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let output = String::from_utf8(output.stdout).unwrap();
    let start = output.find("result: ").unwrap() + "result: ".len();
    output[start..].lines().next().unwrap().to_owned()
}

#[test]
fn a_second_process_gets_a_clear_error() {
    let file = TestFile::new();
    let db = file.open();
    assert_eq!(what_another_process_sees(&file.path()), "open already");
    drop(db);
    assert_eq!(what_another_process_sees(&file.path()), "opened");
    let _ = file.open();
}

#[test]
fn a_second_database_in_the_same_process_gets_it_too_and_harms_nothing() {
    let (file, mut db, sample) = flushed_file();
    for path in [file.path(), file.folder().join(".").join("world.db")] {
        match Database::<World>::open(&path).unwrap_err().into_kind() {
            ErrorKind::File(FileError::AlreadyOpen { path: named, lock }) => {
                assert_eq!(named, path);
                assert_eq!(lock.file_name().unwrap(), "world.db-lock");
            }
            other => panic!("{other}"),
        }
    }
    db.get_mut(sample.ada).unwrap().set_over_13(true);
    assert_eq!(db.flush().unwrap().updated, 1);
    assert_eq!(what_another_process_sees(&file.path()), "open already");
}

#[cfg(unix)]
#[test]
fn a_link_to_the_file_is_the_same_file() {
    let file = TestFile::new();
    let db = file.open();
    let link = file.folder().join("link.db");
    std::os::unix::fs::symlink(file.path(), &link).unwrap();
    assert_eq!(opened(Database::open(&link)), "open already");
    drop(db);
    let db = Database::<World>::open(&link);
    assert_eq!(opened(file.try_open()), "open already");
    drop(db);
}

#[test]
fn other_programs_read_while_the_game_runs() {
    let (file, mut db, sample) = flushed_file();
    let reader = file.reader();
    let count = || -> i64 {
        reader
            .query_row("SELECT count(*) FROM players", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(count(), 2);
    // A reader in a transaction sees one snapshot, and does not block the game.
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(), 2);
    for n in 10..20 {
        db.insert(player(n)).unwrap();
        let _ = db.flush().unwrap();
        assert_eq!(count(), 2);
    }
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(), 12);
    db.remove(sample.ada).unwrap();
    assert_eq!(count(), 12, "changes are not visible before a flush");
    file.reopen(db);
    assert_eq!(count(), 11);
}

/// Backup programs run a checkpoint, which changes no row.
#[test]
fn a_checkpoint_by_another_program_is_not_taken_for_a_write() {
    let (file, mut db, sample) = flushed_file();
    for (n, mode) in (0..).zip(["PASSIVE", "FULL", "RESTART", "TRUNCATE"]) {
        db.get_mut(sample.ada).unwrap().set_year_of_birth(n);
        let _ = db.flush().unwrap();
        let other = file.writer();
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let busy: i64 = other.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(busy, 0, "{mode}");
        drop(other);
        db.get_mut(sample.ada).unwrap().set_year_of_birth(n + 100);
        let flushed = db.flush();
        assert!(flushed.is_ok(), "{mode}: {}", flushed.unwrap_err());
    }
    file.reopen(db);
}

/// Runs as a user without write permission: root may write everywhere, so another user has to try.
#[cfg(unix)]
#[test]
fn a_file_or_folder_that_may_not_be_written_is_refused_at_open() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65_534;

    let allow = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let other = TestFile::new();
    let _ = flushed(&mut other.open());
    allow(file.folder(), 0o555);
    allow(&file.path(), 0o444);
    // The folder, and so the lock file, can be written, but the world file cannot.
    allow(other.folder(), 0o777);
    allow(&other.path(), 0o444);
    std::fs::remove_file(other.folder().join("world.db-lock")).unwrap();
    for file in [&file, &other] {
        let before = file.bytes();
        let is_root = std::fs::File::options()
            .write(true)
            .open(file.path())
            .is_ok();
        let mut command = second_process("second_process_opens", &file.path());
        if is_root {
            command.uid(NOBODY);
        }
        let Ok(output) = command.output() else {
            eprintln!("skipped: this program cannot be run as another user");
            return;
        };
        assert!(output.status.success(), "{output:?}");
        let output = String::from_utf8(output.stdout).unwrap();
        assert!(output.contains("result: read-only"), "{output}");
        let after = file.bytes();
        assert!(after.get("world.db") == before.get("world.db"));
        assert_eq!(
            after.keys().collect::<Vec<_>>(),
            before.keys().collect::<Vec<_>>()
        );
    }
    allow(file.folder(), 0o755);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_not_there_yet_finds_the_same_lock() {
    let file = TestFile::new();
    let link = file.folder().join("link.db");
    std::os::unix::fs::symlink("world.db", &link).unwrap();
    let through_link = gamedb::Database::<World>::open(&link).unwrap();
    let again = gamedb::Database::<World>::open(&link);
    assert!(matches!(
        again.map_err(Error::into_kind),
        Err(ErrorKind::File(FileError::AlreadyOpen { .. }))
    ));
    assert!(matches!(
        file.try_open().map_err(Error::into_kind),
        Err(ErrorKind::File(FileError::AlreadyOpen { .. }))
    ));
    drop(through_link);
}

/// Between fork and exec a child has a copy of every file that this process has open, and with it the locks.
#[test]
fn a_closed_world_can_be_opened_again_while_other_threads_start_programs() {
    let file = TestFile::new();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    assert!(Command::new("true").status().unwrap().success());
                }
            });
        }
        let all = std::panic::catch_unwind(|| {
            for n in 0..200 {
                let db = Database::<World>::open(file.path());
                drop(db.unwrap_or_else(|error| panic!("{n}: {error}")));
            }
        });
        is_done.store(true, Ordering::Relaxed);
        all.unwrap();
    });
}
