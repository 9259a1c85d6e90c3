//! What a flush or a save reports.

use std::time::Duration;

use super::ticket::Generation;

/// What a flush, or a save, has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlushReport {
    /// Number of rows that the file did not have.
    pub inserted: usize,
    /// Number of rows that the file had in another form.
    pub updated: usize,
    /// Number of rows that the file does not have any more.
    pub deleted: usize,
    /// Number of these rows that were not asked for and were included to keep the file consistent: see
    /// [`Database::save_with`](crate::Database::save_with). Zero for a flush, which asks for all.
    pub implied: usize,
    /// How long the caller was kept: from the first look for changes to the end of the transaction. In
    /// the background, for the capture alone.
    pub took: Duration,
    /// How long the transaction took: a part of `took`, or, in the background, beside it.
    pub writing: Duration,
    /// Pages of the write-ahead log when the transaction had ended. It stays bounded, because it is
    /// brought into the file in the background, unless a reader keeps an old state of the file open.
    pub wal_pages: u32,
    /// Up to which flush everything is in the file with this one.
    pub generation: Generation,
}

impl FlushReport {
    /// Number of rows written.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.inserted + self.updated + self.deleted
    }
}
