//! The report of a flush or a save.

use std::time::Duration;

use super::left_out::LeftOutRow;
use super::ticket::Generation;

/// What a flush or a save has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlushReport {
    /// Number of rows that the file did not have.
    pub inserted: usize,
    /// Number of rows that the file had with other values.
    pub updated: usize,
    /// Number of rows that were deleted from the file.
    pub deleted: usize,
    /// Number of these rows that were not requested and were included to keep the file consistent: see
    /// [`Database::save_with`](crate::Database::save_with). Zero for a flush, which requests all rows.
    pub implied: usize,
    /// How long the caller was blocked: from the search for changes to the end of the transaction. For a
    /// background flush, only the capture.
    pub took: Duration,
    /// How long the transaction took: a part of `took`, or, for a background flush, in addition to it.
    pub writing: Duration,
    /// Number of pages in the write-ahead log after the transaction. It stays bounded, because
    /// checkpoints run in the background, unless a reader holds an old snapshot of the file open.
    pub wal_pages: u32,
    /// The last flush that is in the file together with this one, as are all before it.
    pub generation: Generation,
    /// The rows that were left out, because the file refuses them or because they are bound to such a row. They are
    /// still dirty. Always empty, unless the flush was one
    /// [without refused rows](crate::Database::flush_without_refused).
    pub left_out: Vec<LeftOutRow>,
}

impl FlushReport {
    /// Number of rows written.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.inserted + self.updated + self.deleted
    }
}
