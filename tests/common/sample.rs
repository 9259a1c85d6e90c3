//! Sample rows, and files of SQLite's with them.

use super::{Database, Statements, TestFile, refusing_file};
use gamedb_models::World;

pub(crate) use super::rows::*;

/// The same with a file that can be made to refuse a flush.
pub(crate) fn flushed_refusing_file() -> (TestFile, Database<World>, Sample) {
    let file = refusing_file();
    let mut db = file.open();
    let sample = flushed(&mut db);
    (file, db, sample)
}

/// The same after a restart, with the recorded statements from then on.
pub(crate) fn watched() -> (TestFile, Database<World>, Statements) {
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let (db, statements) = file.open_watched();
    (file, db, statements)
}
