//! The connection that writes, the only one that does; and what is known of the file through it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::commit;
use super::error::{flush_failure, is_refused_write, open_error};
use super::lock::FileIdentity;
use super::options::checkpoint_on_close;
use super::verify::is_unchanged;
use crate::error::{FileError, FlushFailure, Outcome};
use crate::persist::batch::Batch;
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;
use crate::persist::worker::Writes;
use crate::store::table::stored::Tables;
use crate::store::world::World;

/// From this many pages on, the write-ahead log is brought into the file after a flush: 4 MB.
const CHECKPOINT_PAGES: u32 = 1000;

/// From this many pages on somebody must be holding an old state of the file open: 64 MB.
const WARN_PAGES: u32 = 16_000;

pub(in crate::persist) struct Writer {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) file: Option<FileIdentity>,
    /// That of the file as memory knows it: [`commit::data_version`].
    pub(super) version: i64,
    /// Pages of the write-ahead log that are not in the file itself; every commit keeps it up to date.
    pub(super) wal_pages: Arc<AtomicU32>,
    /// Whether all that was ever committed survives a power cut.
    pub(super) is_synced: bool,
    /// A checkpoint that the disk has failed: after that nobody knows what is on it.
    pub(super) broken: Option<FlushFailure>,
}

impl Writer {
    /// Pages of the write-ahead log that are not in the file itself; every commit keeps it up to date.
    pub(in crate::persist) fn wal_pages(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.wal_pages)
    }

    /// Whether all that was ever committed survives a power cut.
    pub(in crate::persist) fn is_synced(&self) -> bool {
        self.is_synced
    }

    /// Has closing the file bring the write-ahead log into it.
    pub(in crate::persist) fn checkpoint_on_close(&self) -> Result<(), FileError> {
        checkpoint_on_close(&self.connection, true).map_err(|source| open_error(&self.path, source))
    }

    /// Writes a batch, all of it or nothing. Where another connection has touched the file, it is
    /// compared with the world inside of the transaction.
    pub(in crate::persist) fn write_from<T: Tables>(
        &mut self,
        batch: &mut Batch,
        durability: Durability,
        world: &World<T>,
    ) -> Result<FlushReport, Failed> {
        self.write(batch, durability, |file| is_unchanged(file, world))
    }

    /// Writes a batch, all of it or nothing. `is_unchanged` says, inside of the transaction, whether
    /// the file is what memory believes it to be, where another connection has touched it.
    fn write(
        &mut self,
        batch: &mut Batch,
        durability: Durability,
        is_unchanged: impl FnOnce(&Connection) -> rusqlite::Result<bool>,
    ) -> Result<FlushReport, Failed> {
        let start = Instant::now();
        if let Some(cause) = self.broken.clone() {
            let outcome = Outcome::Unknown;
            return Err(Failed { outcome, cause });
        }
        batch.merge_copies();
        if self.file.is_none() || FileIdentity::of(&self.path) != self.file {
            return Err(FlushFailure::Moved.into());
        }
        let mut report = match durability {
            Durability::Process => self.transact(batch, is_unchanged),
            Durability::PowerCut => {
                // SQLite ignores it inside of a transaction.
                self.connection.pragma_update(None, "synchronous", "FULL")?;
                let written = self.transact(batch, is_unchanged);
                let reset = self.connection.pragma_update(None, "synchronous", "NORMAL");
                if let Err(error) = reset {
                    // Every flush is a durable one then.
                    tracing::warn!(path = %self.path.display(), %error, "synchronous stays FULL");
                }
                written
            }
        }?;
        self.is_synced = durability == Durability::PowerCut;
        report.writing = start.elapsed();
        report.wal_pages = self.wal_pages.load(Ordering::Relaxed);
        Ok(report)
    }

    fn transact(
        &mut self,
        batch: &Batch,
        is_unchanged: impl FnOnce(&Connection) -> rusqlite::Result<bool>,
    ) -> Result<FlushReport, Failed> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Only now that nobody else can write is the answer worth anything.
        let found = commit::data_version(&transaction)?;
        if found != self.version && !is_unchanged(&transaction)? {
            return Err(FlushFailure::ForeignWrite.into());
        }
        let report = commit::write(transaction, batch)?;
        self.version = found;
        Ok(report)
    }

    /// Whether the write-ahead log has grown enough to be brought into the file.
    pub(in crate::persist) fn needs_checkpoint(&self) -> bool {
        self.wal_pages.load(Ordering::Relaxed) >= CHECKPOINT_PAGES
    }

    /// Brings the write-ahead log into the file, and says whether all of it is there. That is
    /// housekeeping: what was flushed is flushed. What could not be moved shows in
    /// [`FlushReport::wal_pages`]. Only where the disk fails, nothing more is written: a second sync may
    /// succeed although pages of the first are lost.
    fn checkpoint(&mut self) -> bool {
        tracing::trace!(path = %self.path.display(), "checkpoint");
        let checkpoint = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
                Ok((
                    row.get::<_, bool>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            });
        match checkpoint {
            // Another program is doing the same.
            Ok((true, ..)) => false,
            Ok((false, pages, moved)) => {
                let left = u32::try_from(pages - moved).unwrap_or(0);
                self.wal_pages.store(left, Ordering::Relaxed);
                if left > WARN_PAGES {
                    tracing::warn!(path = %self.path.display(), pages = left, "a reader keeps the log from shrinking");
                }
                left == 0
            }
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "checkpoint failed");
                let is_io = error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
                if is_io && !is_refused_write(&error) {
                    self.broken = Some(flush_failure(error));
                }
                false
            }
        }
    }
}

/// What the writer thread does with it.
impl Writes for Writer {
    type Batch = Batch;
    type Report = FlushReport;
    type Failed = Failed;

    fn write(&mut self, batch: &mut Batch) -> Result<FlushReport, Failed> {
        tracing::trace!(path = %self.path.display(), "writing");
        // Whether it is unchanged only the world can tell, and that is not here.
        let report = self.write(batch, Durability::Process, |_| Ok(false))?;
        tracing::debug!(path = %self.path.display(), ?report, "flushed in the background");
        Ok(report)
    }

    /// A checkpoint syncs the log before it moves pages, and the file after it has moved all of them.
    fn tidy(&mut self) -> bool {
        let is_synced = self.needs_checkpoint() && self.checkpoint();
        self.is_synced |= is_synced;
        is_synced
    }

    fn died(message: String) -> Failed {
        Failed {
            outcome: Outcome::Unknown,
            cause: FlushFailure::WriterDied { message },
        }
    }
}
