//! What an import is told, and what it tells while it runs.

use std::path::PathBuf;

/// What [`import`](super::import) shall do.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The old file. It is not written to.
    pub from: PathBuf,
    /// The new world file, which must not be there yet.
    pub out: PathBuf,
    /// Whether a nullable foreign key to a row that is not there becomes NULL. Otherwise its row is
    /// left out.
    pub null_dangling: bool,
}

/// How far [`import`](super::import) is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'p> {
    /// The table at hand.
    pub table: &'p str,
    /// Number of rows that have been read, of all tables.
    pub done: u64,
    /// Number of rows of all tables.
    pub total: u64,
}
