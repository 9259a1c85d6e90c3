//! Whether the file is the one that it has to be: empty ones, replaced ones, and files with two names.

use crate::common::TestFile;
use gamedb::{Error, FileError, Options};
use gamedb_models::World;

fn existing(file: &TestFile) -> FileError {
    let before = file.bytes();
    let error = match Options::new().existing().open::<World>(file.path()) {
        Err(Error::File(error)) => error,
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
