//! Sample rows, and files of SQLite's with them.

use super::{Database, Statements, TestFile};
use gamedb_models::World;

pub(crate) use super::rows::*;

/// A world after a restart, with the recorded statements from then on.
pub(crate) fn watched() -> (TestFile, Database<World>, Statements) {
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let (db, statements) = file.open_watched();
    (file, db, statements)
}
