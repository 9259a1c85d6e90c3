//! A world with its file.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rusqlite::Connection;

use crate::error::Error;
use crate::store::key::AnyKey;
use crate::store::key::Key;
use crate::store::row::entity::{Entity, Tables};
use crate::store::row_set::Selection;
use crate::store::world::World;

use super::background::{Failure, Generation};
use super::batch::Batch;
use super::error::{FileError, FlushFailure, Outcome};
use super::flush::{self, Failed, FlushReport};
use super::load::LoadOrder;
use super::lock::Lock;
use super::options::Options;
use super::unchanged::is_unchanged;
use super::worker::Worker;
use super::writer::{Durability, Writer};
use crate::store::world::save_set::{ToSave, rows_to_save};

pub use crate::store::world::save_set::Cascade;

/// A world in memory, and the SQLite file that it is flushed to.
///
/// Derefs to the [`World`], so rows are read and written as if there were no file. Nothing is written
/// by itself: [`flush`](Self::flush) writes what has changed since the last one, in one transaction,
/// and [`close`](Self::close) does it a last time. Dropped without, it leaves the file as the last
/// flush did, for which it waits if that is in the background.
///
/// The write-ahead log is brought into the file by a thread that is started when it is first needed,
/// and when the database is closed.
///
/// One database at a time has a file open; other programs may read it meanwhile. One that writes to
/// it makes the next flush fail.
pub struct Database<W: IsWorld> {
    pub(super) world: World<W::Tables>,
    pub(super) loaded: u64,
    pub(super) path: PathBuf,
    pub(super) order: LoadOrder,
    pub(super) wal_pages: Arc<AtomicU32>,
    pub(super) is_poisoned: bool,
    pub(super) worker: Worker<Writer>,
    pub(super) spare: Vec<Batch>,
    /// What was copied ahead of the next flush in the background.
    pub(super) ahead: Option<Batch>,
    /// Of flushes: what came of the last one that was written,
    pub(super) last_report: FlushReport,
    /// the last failure since then,
    pub(super) failure: Option<Failure>,
    /// and what it has left that is not dirty again yet, oldest first.
    pub(super) unmerged: Vec<Batch>,
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
    /// Waits for flushes in the background first. What they could not write is written here.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`Error::File`]. The file is as it was, and all is still dirty, unless
    /// the outcome is [`Outcome::Unknown`]. Rows are written as absolute values, so it can be tried
    /// again.
    pub fn flush(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::Process)?)
    }

    /// The same, and all that was ever flushed survives a power cut too, as far as the disk keeps its
    /// word: SQLite syncs its log. If nothing has changed and only that is left to do, one row of
    /// bookkeeping is written for it.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub fn flush_durable(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::PowerCut)?)
    }

    fn flush_with(&mut self, durability: Durability) -> Result<FlushReport, FileError> {
        self.finish();
        self.write(Selection::All, durability)
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
    /// Waits for flushes in the background first. What it takes grows with the rows that are written, and
    /// with those that have been removed or given to somebody else since the last flush; not with the
    /// others that are dirty.
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
        self.finish();
        let ToSave { rows, n_asked } = rows_to_save(&mut self.world, row, cascade);
        let mut report = match self.write(Selection::Only(&rows), Durability::Process) {
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
    /// then on. Waits for flushes in the background; if one fails, what it was to write is dirty in the
    /// world, and the error is logged.
    #[must_use]
    pub fn into_world(mut self) -> World<W::Tables> {
        self.finish_for_good();
        std::mem::take(&mut self.world)
    }

    /// Writes in the caller's thread. Nothing is on its way in the background.
    pub(super) fn write(
        &mut self,
        which: Selection<'_>,
        durability: Durability,
    ) -> Result<FlushReport, FileError> {
        self.check_trust()?;
        self.put_back_ahead();
        let mut batch = self.batch();
        let result = self.write_batch(&mut batch, which, durability);
        self.recycle(batch);
        result
    }

    fn write_batch(
        &mut self,
        batch: &mut Batch,
        which: Selection<'_>,
        durability: Durability,
    ) -> Result<FlushReport, FileError> {
        let start = Instant::now();
        batch.capture(&mut self.world, which);
        let has_changes = !batch.is_empty();
        let is_synced = |writer: &mut Writer| writer.is_synced;
        let is_behind =
            durability == Durability::PowerCut && self.worker.with_writer(is_synced) != Some(true);
        if is_behind {
            batch.write_a_next_id(&self.world);
        }
        if !has_changes && !is_behind {
            // What is listed as dirty, and is not, is cleared away.
            return Ok(self.written(batch, which, FlushReport::default()));
        }
        let write = |writer: &mut Writer| {
            let is_unchanged = |file: &Connection| is_unchanged(file, &self.world);
            let report = writer.write(batch, durability, is_unchanged)?;
            Ok((report, writer.needs_checkpoint()))
        };
        let (mut report, needs_checkpoint) = match self.worker.with_writer(write) {
            Some(Ok(written)) => written,
            Some(Err(Failed { outcome, cause })) => {
                self.is_poisoned = outcome == Outcome::Unknown;
                return Err(self.flush_error(outcome, cause));
            }
            None => {
                self.collect();
                let died = self.untold();
                return Err(died.unwrap_or_else(|| self.poisoned()));
            }
        };
        report.took = start.elapsed();
        // Only now that the transaction has been committed.
        let report = self.written(batch, which, report);
        if durability == Durability::PowerCut {
            self.worker.note_durable();
        }
        if needs_checkpoint {
            self.worker.tidy();
        }
        tracing::debug!(?report, "flushed");
        Ok(report)
    }

    /// Notes that what was captured is in the file.
    fn written(
        &mut self,
        batch: &Batch,
        which: Selection<'_>,
        mut report: FlushReport,
    ) -> FlushReport {
        batch.written(&mut self.world, which);
        if let Selection::All = which {
            let has_written = report.rows() > 0 || !batch.next_ids.is_empty();
            if has_written || self.worker.known() < self.worker.given() {
                self.worker.wrote_all(has_written);
            }
            self.failure = None;
        }
        report.generation = Generation(self.worker.known());
        report.wal_pages = self.wal_pages.load(Ordering::Relaxed);
        if let Selection::All = which
            && report.rows() > 0
        {
            self.last_report = report;
        }
        report
    }

    pub(super) fn is_trusted(&self) -> bool {
        !self.is_poisoned && self.world.identity() == self.loaded && !self.world.log.is_open()
    }

    pub(super) fn check_trust(&mut self) -> Result<(), FileError> {
        if self.is_poisoned {
            let untold = self.untold();
            return Err(untold.unwrap_or_else(|| self.poisoned()));
        }
        if self.world.identity() != self.loaded {
            return Err(self.flush_error(Outcome::NotCommitted, FlushFailure::OtherWorld));
        }
        if self.world.log.is_open() {
            return Err(self.flush_error(Outcome::NotCommitted, FlushFailure::TransactionOpen));
        }
        Ok(())
    }

    fn poisoned(&self) -> FileError {
        self.flush_error(Outcome::Unknown, FlushFailure::Poisoned)
    }

    pub(super) fn flush_error(&self, outcome: Outcome, cause: FlushFailure) -> FileError {
        FileError::Flush {
            path: self.path.clone(),
            outcome,
            cause,
        }
    }
}

impl<W: IsWorld> Drop for Database<W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The world may be half-way in something; what was accepted before is written.
            return self.worker.close();
        }
        self.finish_for_good();
        self.worker.close();
        let n_dirty = self.world.n_dirty();
        if n_dirty > 0 {
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
