//! The options of an import, and the progress that it reports.

use std::path::PathBuf;

/// The options of [`import`](super::import).
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The old file. It is not written to.
    pub from: PathBuf,
    /// The new world file, which must not exist yet. Without one nothing is written, and only the report
    /// is made.
    pub out: Option<PathBuf>,
    /// Whether a nullable foreign key to a row that does not exist becomes NULL. Otherwise its row is
    /// left out.
    pub null_dangling: bool,
}

/// The progress of [`import`](super::import).
#[derive(Clone, Copy, Debug)]
pub struct Progress<'p> {
    /// The table that is being read.
    pub table: &'p str,
    /// Number of rows that have been read, of all tables.
    pub done: u64,
    /// Number of rows of all tables.
    pub total: u64,
}
