//! The options of an import, and the progress that it reports.

use std::path::PathBuf;

use super::source::ProgressUnit;
use crate::error::ImportError;

/// The options of [`import`](super::import).
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
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
    /// How much has been read, of all tables.
    pub done: u64,
    /// How much there is, of all tables.
    pub total: u64,
    /// The unit of both.
    pub unit: ProgressUnit,
}

impl ImportOptions {
    /// The error of writing the new file.
    pub(super) fn write(&self, source: rusqlite::Error) -> ImportError {
        let path = self.out.clone().unwrap_or_default();
        ImportError::Write { path, source }
    }
}
