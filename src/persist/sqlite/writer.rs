//! The only connection that writes, and what is known of the file through it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use crate::error::{FileError, FlushFailure, Outcome};
use crate::persist::batch::Batch;
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;
use crate::persist::worker::Writes;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::commit;
use super::create::log_of;
use super::error::{flush_failure, is_refused_write, open_error};
use super::format;
use super::options::checkpoint_on_close;
use super::schema_diff::{self, Strictness};
use super::verify::is_unchanged;

/// A write-ahead log of this many pages is due for a checkpoint after a flush: 4 MB.
const CHECKPOINT_PAGES: u32 = 1000;

/// A write-ahead log of this many pages means that a reader holds an old snapshot of the file open: 64 MB.
const WARN_PAGES: u32 = 16_000;

pub(in crate::persist) struct Writer {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) files: WorldFiles,
    /// The [`commit::data_version`] of the file as memory knows it.
    pub(super) version: i64,
    pub(super) schema: KnownSchema,
    /// Whether the file says what it is; one that does not is marked with what is written next.
    pub(super) is_marked: bool,
    /// Pages of the write-ahead log that are not in the file itself; every commit keeps it up to date.
    pub(super) wal_pages: Arc<AtomicU32>,
    /// Whether all that was ever committed survives a power cut.
    pub(super) is_synced: bool,
    /// The failure of a checkpoint on the disk: after it, what is on the disk is not known.
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

    /// Makes SQLite run a checkpoint when the file is closed.
    pub(in crate::persist) fn checkpoint_on_close(&self) -> Result<(), FileError> {
        checkpoint_on_close(&self.connection, true).map_err(|source| open_error(&self.path, source))
    }

    /// Commits a batch from the caller's thread, all of it or nothing. If another connection has touched the
    /// file, the file is compared with the world inside of the transaction.
    pub(in crate::persist) fn commit_from<T: Tables>(
        &mut self,
        batch: &mut Batch,
        durability: Durability,
        world: &World<T>,
    ) -> Result<FlushReport, Failed> {
        self.commit(batch, durability, |file| is_unchanged(file, world))
    }

    /// Fails where a commit would because of what has become of the file: for a flush that has nothing to write,
    /// and after which a program believes that the world is in the file.
    pub(in crate::persist) fn look_at_file<T: Tables>(
        &mut self,
        world: &World<T>,
    ) -> Result<(), Failed> {
        if let Some(cause) = self.broken.clone() {
            let outcome = Outcome::Unknown;
            return Err(Failed { outcome, cause });
        }
        if !self.files.are_there(&self.path) {
            return Err(FlushFailure::Moved.into());
        }
        if commit::data_version(&self.connection)? == self.version {
            return Ok(());
        }
        let snapshot = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
        // It has to be that of what is compared: another program may be writing.
        let found = commit::data_version(&snapshot)?;
        let schema_version = self.schema.compare(&snapshot)?;
        if !is_unchanged(&snapshot, world)? {
            return Err(FlushFailure::ForeignWrite.into());
        }
        snapshot.commit()?;
        self.version = found;
        self.schema.version = schema_version;
        Ok(())
    }

    /// Commits a batch, all of it or nothing. `is_unchanged` is asked inside of the transaction whether the
    /// file is what memory believes it to be, if another connection has touched it.
    fn commit(
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
        batch.coalesce();
        if !self.files.are_there(&self.path) {
            return Err(FlushFailure::Moved.into());
        }
        let mut report = match durability {
            Durability::Process => self.transact(batch, is_unchanged),
            Durability::PowerCut => {
                // SQLite ignores this pragma inside of a transaction.
                self.connection.pragma_update(None, "synchronous", "FULL")?;
                let written = self.transact(batch, is_unchanged);
                let reset = self.connection.pragma_update(None, "synchronous", "NORMAL");
                if let Err(error) = reset {
                    // Every flush is a durable one then, which is slower and not wrong.
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
        // The answer holds only while no other connection can write.
        let found = commit::data_version(&transaction)?;
        let mut schema_version = self.schema.version;
        if found != self.version {
            // It comes first, because rows of another schema cannot be compared.
            schema_version = self.schema.compare(&transaction)?;
            if !is_unchanged(&transaction)? {
                return Err(FlushFailure::ForeignWrite.into());
            }
        }
        if !self.is_marked {
            format::mark(&transaction)?;
        }
        let report = commit::commit_batch(transaction, batch)?;
        self.is_marked = true;
        self.version = found;
        self.schema.version = schema_version;
        Ok(report)
    }

    /// Whether the write-ahead log has grown enough for a checkpoint.
    pub(in crate::persist) fn needs_checkpoint(&self) -> bool {
        self.wal_pages.load(Ordering::Relaxed) >= CHECKPOINT_PAGES
    }

    /// Moves the write-ahead log into the file, and returns whether all of it has been moved. An error is not
    /// the flush's, which has been committed; pages that could not be moved show in
    /// [`FlushReport::wal_pages`]. If the disk fails, nothing more is written: a second sync may succeed
    /// although pages of the first are lost.
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
            // Another program is running a checkpoint.
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

/// The writer as the worker sees it.
impl Writes for Writer {
    type Batch = Batch;
    type Report = FlushReport;
    type Failed = Failed;

    fn run(&mut self, batch: &mut Batch) -> Result<FlushReport, Failed> {
        tracing::trace!(path = %self.path.display(), "writing");
        // The thread has no world to compare the file with, so a file that was touched counts as changed.
        let report = self.commit(batch, Durability::Process, |_| Ok(false))?;
        tracing::debug!(path = %self.path.display(), ?report, "flushed in the background");
        Ok(report)
    }

    /// A checkpoint syncs the log before it moves pages, and the file after it has moved all of them.
    fn checkpoint_if_due(&mut self) -> bool {
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

/// The schema that the file was seen to have.
pub(super) struct KnownSchema {
    pub(super) ddl: &'static str,
    pub(super) strictness: Strictness,
    /// SQLite's number for it; `None` until it has been compared under a number.
    pub(super) version: Option<i64>,
}

impl KnownSchema {
    /// Compares the schema with that of the models, if it may be another than the last time, and returns its
    /// number. VACUUM changes the number too.
    fn compare(&self, file: &Connection) -> Result<Option<i64>, Failed> {
        let version = Some(commit::schema_version(file)?);
        if version != self.version {
            let differences = schema_diff::differences(file, self.ddl, self.strictness)?;
            if !differences.is_empty() {
                return Err(FlushFailure::SchemaChanged { differences }.into());
            }
        }
        Ok(version)
    }
}

/// The file of a world and its write-ahead log, as they were when it was opened.
pub(super) struct WorldFiles {
    log: PathBuf,
    identities: Option<(FileIdentity, FileIdentity)>,
}

impl WorldFiles {
    /// After SQLite has opened both of them. The log stays for as long as a connection is open.
    pub(super) fn of(path: &Path) -> Self {
        let log = log_of(path);
        let identities = FileIdentity::of(path).zip(FileIdentity::of(&log));
        Self { log, identities }
    }

    /// Whether both are still where they were. What is written to a log that has no name is gone when this
    /// process is.
    fn are_there(&self, path: &Path) -> bool {
        let found = || FileIdentity::of(path).zip(FileIdentity::of(&self.log));
        self.identities.is_some() && found() == self.identities
    }
}

/// The identity of the file at a path: another file may be put there while a world is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileIdentity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl FileIdentity {
    /// `None` if no file is there. It does not open the file, which would drop SQLite's locks on it.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let device_and_inode = (metadata.dev(), metadata.ino());
            Some(Self { device_and_inode })
        }
        #[cfg(not(unix))]
        metadata.is_file().then_some(Self {})
    }
}
