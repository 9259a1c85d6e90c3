//! A world that is restored from a backup: which process goes on with it, and which does not.

use std::process::{Command, Stdio};

use gamedb::{ErrorKind, FileError, FlushFailure, Outcome};
use gamedb_models::World;

use crate::common::sample::{fill, player, rename};
use crate::common::{TestFile, assert_wrote, contents_of, flush_failure, new_file, server};

/// The schema of a world as SQL, by PostgreSQL's own program.
pub(crate) fn dump(file: &TestFile) -> Vec<u8> {
    let schema = format!("--schema={}", file.quoted());
    let dumped = Command::new("pg_dump")
        .args(["--dbname", &server(), &schema])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(dumped.status.success());
    dumped.stdout
}

pub(crate) fn restore(file: &TestFile, dump: &[u8]) {
    file.execute(&format!("DROP SCHEMA {} CASCADE", file.quoted()));
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&path, dump).unwrap();
    let restored = Command::new("psql")
        .args(["--dbname", &server(), "--no-psqlrc", "--quiet"])
        .args(["--set=ON_ERROR_STOP=1", "--single-transaction", "--file"])
        .arg(path.path())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(restored.success());
}

#[test]
fn a_restored_dump_is_the_world_that_was_dumped() {
    let (file, mut db) = new_file();
    fill(&mut db);
    let _ = db.flush().unwrap();
    let (before, dumped) = (file.contents(), dump(&file));
    let _ = db.close().unwrap();
    restore(&file, &dumped);
    let mut db = file.open();
    assert_eq!(contents_of(&db), before);
    db.insert(player(50)).unwrap();
    let _ = db.flush().unwrap();
    file.reopen(db);
}

/// The owner of the world has stored more than the backup has: it writes nothing to it, whether it goes on or opens the
/// world again. Only a process that is started anew accepts the loss.
#[test]
fn the_process_that_has_stored_more_writes_nothing_to_a_restored_world() {
    let (file, mut db) = new_file();
    let one = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    let (before, dumped) = (file.contents(), dump(&file));
    rename(&mut db, one, "after the backup");
    let _ = db.flush().unwrap();
    restore(&file, &dumped);
    rename(&mut db, one, "and more");
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(
        matches!(
            cause,
            FlushFailure::OlderWorld { .. } | FlushFailure::Fenced { .. }
        ),
        "{cause}"
    );
    println!("{cause}");
    assert_eq!(file.contents(), before);
    db.discard();
    let refused = file.options().open::<World>().unwrap_err();
    assert!(
        matches!(
            refused.kind(),
            ErrorKind::File(FileError::OlderWorld { .. })
        ),
        "{refused}"
    );
    assert_eq!(file.contents(), before);
}

/// A backup that has all that was stored is no older world.
#[test]
fn the_owner_goes_on_with_a_backup_that_lacks_nothing() {
    let (file, mut db) = new_file();
    let one = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    let dumped = dump(&file);
    restore(&file, &dumped);
    rename(&mut db, one, "goes on");
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    file.reopen(db);
}
