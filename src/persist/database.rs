//! A world with its file.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rusqlite::Connection;

use crate::error::Error;
use crate::store::any_table::Selection;
use crate::store::capture::Captured;
use crate::store::dirty::AnyKey;
use crate::store::entity::{Entity, Tables, all_tables};
use crate::store::key::Key;
use crate::store::world::World;

use super::error::{FileError, FlushFailure, Outcome};
use super::flush::{self, Batch, FlushReport};
use super::load::LoadOrder;
use super::lock::{FileIdentity, Lock};
use super::options::Options;
use super::save::{ToSave, rows_to_save};

pub use super::save::Cascade;

/// From this many pages on, the write-ahead log is brought into the file after a flush: 4 MB.
const CHECKPOINT_PAGES: u32 = 1000;

/// From this many pages on somebody must be holding an old state of the file open: 64 MB.
const WARN_PAGES: u32 = 16_000;

/// A world in memory, and the SQLite file that it is flushed to.
///
/// Derefs to the [`World`], so rows are read and written as if there were no file. Nothing is written
/// by itself: [`flush`](Self::flush) writes what has changed since the last one, in one transaction,
/// and [`close`](Self::close) does it a last time. Dropped without, it leaves the file as the last
/// flush did.
///
/// One database at a time has a file open; other programs may read it meanwhile. One that writes to
/// it makes the next flush fail.
pub struct Database<W: IsWorld> {
    pub(super) world: World<W::Tables>,
    pub(super) loaded: u64,
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) file: Option<FileIdentity>,
    pub(super) order: LoadOrder,
    pub(super) version: i64,
    pub(super) wal_pages: Arc<AtomicU32>,
    pub(super) is_poisoned: bool,
    // Let go of last, after the connection.
    pub(super) _lock: Lock,
}

/// Worlds: [`World`] and nothing else. It lets `Database::<World>` name the world that a program
/// knows, and not the tables that the world is made of.
pub trait IsWorld {
    /// What it is made of.
    type Tables: Tables;
}

impl<T: Tables> IsWorld for World<T> {
    type Tables = T;
}

impl<W: IsWorld> Deref for Database<W> {
    type Target = World<W::Tables>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.world
    }
}

impl<W: IsWorld> DerefMut for Database<W> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.world
    }
}

impl<W: IsWorld> std::fmt::Debug for Database<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.path)
            .field("world", &self.world)
            .finish_non_exhaustive()
    }
}

impl<W: IsWorld> Database<W> {
    /// Opens a world file and loads all of it, or makes an empty one where there is none.
    ///
    /// The schema of the file and every row are checked first; a file that is refused is not written
    /// to. Beside the file stand `<path>-wal` and `<path>-shm` (SQLite's) and `<path>-lock`.
    ///
    /// # Errors
    /// [`Error::File`]: [`FileError::AlreadyOpen`] if another database has it open,
    /// [`FileError::Schema`] and [`FileError::Rows`] with all that does not fit, and whatever SQLite
    /// and the file system refuse.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Options::new().open(path)
    }

    /// The world file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes every row that has changed since the last flush, and only those, in one transaction:
    /// new rows whole, changed ones by the columns that changed, removed ones away. The cost is that
    /// of the changes; with none, no SQL is run at all.
    ///
    /// When it returns `Ok`, exactly the world of that moment is in the file and survives the death of
    /// the process. A power cut may take the last flushes away, each as a whole.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`Error::File`]. The file is as it was, and all is still dirty, unless
    /// the outcome is [`Outcome::Unknown`]. Rows are written as absolute values, so it can be tried
    /// again.
    pub fn flush(&mut self) -> Result<FlushReport, Error> {
        Ok(self.write(Selection::All)?)
    }

    /// Writes a row with all that it owns, as it is now: [`save_with`](Self::save_with) and
    /// [`Cascade::Owned`].
    ///
    /// # Errors
    /// As [`save_with`](Self::save_with).
    pub fn save<E>(&mut self, key: Key<E>) -> Result<FlushReport, Error>
    where
        E: Entity<Tables = W::Tables>,
    {
        self.save_with(key, Cascade::Owned)
    }

    /// Writes a row as it is now, in one transaction, and leaves other changes for later.
    ///
    /// Rows that it cannot be in the file without go along, whatever `cascade` says: new rows that it
    /// names; where a row is deleted from the file, the changed rows that may have named it; and all
    /// rows that were changed in one [`transaction`](World::transaction) with one that is written, and
    /// those that were changed with them. So no trade is ever half in the file. If a value that has
    /// to be unique is still another row's in the file, everything is flushed.
    /// [`FlushReport::along`] says how many rows went along.
    ///
    /// O(rows that are written + transactions since the last flush).
    ///
    /// # Errors
    /// [`Error::StaleKey`], and as [`flush`](Self::flush).
    pub fn save_with<E>(&mut self, key: Key<E>, cascade: Cascade) -> Result<FlushReport, Error>
    where
        E: Entity<Tables = W::Tables>,
    {
        if !self.world.contains_key(key) {
            return Err(Error::StaleKey {
                table: E::INFO.name,
            });
        }
        let row = AnyKey {
            table: E::TABLE,
            key: key.raw(),
        };
        let ToSave { rows, n_asked } = rows_to_save(&self.world, row, cascade);
        let mut report = match self.write(Selection::Only(&rows)) {
            Err(FileError::Flush {
                cause: FlushFailure::Refused { source, .. },
                ..
            }) if flush::is_unique(&source) => self.flush(),
            written => Ok(written?),
        }?;
        report.along = report.rows().saturating_sub(n_asked);
        Ok(report)
    }

    /// Flushes a last time and closes the file.
    ///
    /// # Errors
    /// What [`flush`](Self::flush) refuses, together with the database, so that nothing is lost.
    pub fn close(mut self) -> Result<FlushReport, Box<CloseError<W>>> {
        match self.flush() {
            Ok(report) => Ok(report),
            Err(source) => Err(Box::new(CloseError {
                database: self,
                source,
            })),
        }
    }

    /// Lets go of the file and keeps the world. What has not been flushed is in memory alone from
    /// then on.
    #[must_use]
    pub fn into_world(mut self) -> World<W::Tables> {
        std::mem::take(&mut self.world)
    }

    pub(super) fn write(&mut self, which: Selection<'_>) -> Result<FlushReport, FileError> {
        let start = Instant::now();
        self.check_trust()?;
        let batch = self.capture(which);
        let mut report = FlushReport::default();
        if !batch.is_empty() {
            if self.file.is_none() || FileIdentity::of(&self.path) != self.file {
                return Err(self.flush_error(Outcome::NotCommitted, FlushFailure::Moved));
            }
            report =
                match flush::write(&mut self.connection, &batch, &self.world, &mut self.version) {
                    Ok(report) => report,
                    Err(failed) => {
                        self.is_poisoned = failed.outcome == Outcome::Unknown;
                        return Err(self.flush_error(failed.outcome, failed.cause));
                    }
                };
            report.took = start.elapsed();
            tracing::debug!(?report, "flushed");
            self.checkpoint();
        }
        // Only now that the transaction has been committed.
        self.clear_flags(which, &batch);
        report.wal_pages = self.wal_pages.load(Ordering::Relaxed);
        Ok(report)
    }

    fn clear_flags(&mut self, which: Selection<'_>, batch: &Batch) {
        let tables = &mut self.world.tables;
        for (_, captured) in &batch.tables {
            tables.table_mut(captured.table).flushed(which, captured);
        }
        for &(table, next_id) in &batch.next_ids {
            tables.table_mut(table).counter_mut().flushed(next_id);
        }
        match which {
            Selection::All => self.world.ledger.together.clear(),
            Selection::Only(rows) => self.world.ledger.together.forget(rows),
        }
    }

    fn check_trust(&self) -> Result<(), FileError> {
        if self.is_poisoned {
            return Err(self.flush_error(Outcome::Unknown, FlushFailure::Poisoned));
        }
        if self.world.identity() != self.loaded {
            return Err(self.flush_error(Outcome::NotCommitted, FlushFailure::OtherWorld));
        }
        Ok(())
    }

    fn flush_error(&self, outcome: Outcome, cause: FlushFailure) -> FileError {
        FileError::Flush {
            path: self.path.clone(),
            outcome,
            cause,
        }
    }

    fn capture(&self, which: Selection<'_>) -> Batch {
        let mut tables = Vec::new();
        for &id in &self.order.tables {
            let table = self.world.tables.table(id);
            if table.dirty().listed().is_empty() && table.dirty().removed().is_empty() {
                continue;
            }
            // Also if nothing comes of it: what is listed and not dirty is cleared away then.
            let mut captured = Captured::new(id);
            table.capture(&self.world.tables, which, &mut captured);
            tables.push((table.info(), captured));
        }
        let next_id = |id| Some((id, self.world.tables.table(id).counter().unflushed()?));
        Batch {
            tables,
            next_ids: all_tables::<W::Tables>().filter_map(next_id).collect(),
        }
    }

    /// Brings the write-ahead log into the file when it has grown. That is housekeeping: the flush has
    /// succeeded. What could not be moved shows in [`FlushReport::wal_pages`].
    fn checkpoint(&self) {
        if self.wal_pages.load(Ordering::Relaxed) < CHECKPOINT_PAGES {
            return;
        }
        let checkpoint = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
                Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            });
        match checkpoint {
            Ok((pages, moved)) => {
                let left = u32::try_from(pages - moved).unwrap_or(0);
                self.wal_pages.store(left, Ordering::Relaxed);
                if left > WARN_PAGES {
                    tracing::warn!(path = %self.path.display(), pages = left, "a reader keeps the log from shrinking");
                }
            }
            Err(error) => tracing::warn!(path = %self.path.display(), %error, "checkpoint failed"),
        }
    }
}

impl<W: IsWorld> Drop for Database<W> {
    fn drop(&mut self) {
        let n_dirty = self.world.n_dirty();
        if n_dirty > 0 && !std::thread::panicking() {
            tracing::warn!(path = %self.path.display(), n_dirty, "database dropped with changes that were not flushed");
        }
    }
}

/// A database that could not be closed, because its last flush failed.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct CloseError<W: IsWorld> {
    /// The database, with everything in it.
    pub database: Database<W>,
    /// Why the flush failed.
    pub source: Error,
}

impl<W: IsWorld> From<Box<CloseError<W>>> for Error {
    fn from(error: Box<CloseError<W>>) -> Self {
        error.source
    }
}
