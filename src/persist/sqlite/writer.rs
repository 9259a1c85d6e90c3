//! The only connection that writes, and the state of the file that it tracks.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tracing::field::{Empty, debug};

use crate::error::{FileError, FlushFailure, Outcome};
use crate::persist::batch::{Batch, Bonds};
use crate::persist::engine::EngineWriter;
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;
use crate::persist::worker::Writes;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::checkpoint::{CHECKPOINT_PAGES, LogWarnings};
use super::commit;
use super::content_hash::{Hashes, InFile};
use super::error::open_error;
use super::format;
use super::history::History;
use super::mail;
use super::options::checkpoint_on_close;
use super::schema_diff::{self, Strictness};
use super::statements;
use super::verify::is_unchanged;
use super::world_files::WorldFiles;

pub(in crate::persist) struct Writer {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) files: WorldFiles,
    /// The [`commit::data_version`] of the file that corresponds to memory.
    pub(super) version: i64,
    pub(super) schema: KnownSchema,
    /// Which state of the world is in the file.
    pub(super) history: History,
    /// Whether the file says what it is; one that does not is marked with what is written next.
    pub(super) is_marked: bool,
    /// The content hashes of what is in the file.
    pub(super) hashes: Hashes,
    /// Whether the file has the tables of parcels.
    pub(super) has_mail: bool,
    /// Pages of the write-ahead log that are not in the file itself; every commit keeps it up to date.
    pub(super) wal_pages: Arc<AtomicU32>,
    /// Whether everything that was ever committed survives a power cut.
    pub(super) is_synced: bool,
    /// Bytes of a page of the file.
    pub(super) page_size: u32,
    /// How many bytes of the log may be left when a flush begins.
    pub(super) largest_log: Option<u64>,
    pub(super) warnings: LogWarnings,
    /// The failure of a sync or of a checkpoint, after which the contents of the disk are unknown and nothing more is
    /// written.
    pub(super) broken: Option<FlushFailure>,
    /// Whether the file may be written to when it is closed: it was opened, and no outcome is unknown.
    pub(super) is_certain: bool,
}

impl Writer {
    /// Writes all content hashes, if the file has others or none. Rows are not written.
    pub(super) fn write_hashes(&mut self, nothing: &mut Batch) -> Result<(), FileError> {
        if self.hashes.in_file() == InFile::All {
            return Ok(());
        }
        let written = self.transact(nothing, None, &|_: &Connection, _: &Hashes| Ok(false));
        if let Err(failed) = &written {
            self.distrust(failed);
        }
        let failed = |Failed { outcome, cause }| FileError::Flush {
            path: self.path.clone(),
            outcome,
            cause,
        };
        written.map(drop).map_err(failed)?;
        self.history.acknowledge(self.is_synced);
        Ok(())
    }

    /// Commits a batch, all of it or nothing. If another connection has touched the file, `is_unchanged`
    /// compares it with memory inside of the transaction. `bonds` are those of a batch that does not own its rows.
    fn commit(
        &mut self,
        batch: &mut Batch,
        bonds: Option<&Bonds<'_>>,
        durability: Durability,
        is_unchanged: impl Fn(&Connection, &Hashes) -> rusqlite::Result<bool>,
    ) -> Result<FlushReport, Failed> {
        let start = Instant::now();
        self.refuse_if_broken()?;
        batch.coalesce();
        if !self.files.are_there(&self.path) {
            return Err(FlushFailure::Moved.into());
        }
        self.refuse_large_log()?;
        let mut written = self.write(batch, bonds, durability, &is_unchanged);
        if let Err(failed) = &written
            && self.makes_room(failed)
        {
            written = self.write(batch, bonds, durability, &is_unchanged);
        }
        if let Err(failed) = &written {
            self.distrust(failed);
        }
        let mut report = written?;
        if !self.files.are_there(&self.path) {
            // It was moved meanwhile. What is written is under another name, or in a log that has none.
            let failed = Failed {
                outcome: Outcome::Unknown,
                cause: FlushFailure::Moved,
            };
            self.distrust(&failed);
            return Err(failed);
        }
        self.is_synced = durability == Durability::PowerCut;
        self.history.acknowledge(self.is_synced);
        report.writing = start.elapsed();
        report.wal_pages = self.wal_pages.load(Ordering::Relaxed);
        Ok(report)
    }

    fn write(
        &mut self,
        batch: &mut Batch,
        bonds: Option<&Bonds<'_>>,
        durability: Durability,
        is_unchanged: &impl Fn(&Connection, &Hashes) -> rusqlite::Result<bool>,
    ) -> Result<FlushReport, Failed> {
        match durability {
            Durability::Process => self.transact(batch, bonds, is_unchanged),
            Durability::PowerCut => {
                // SQLite ignores this pragma inside of a transaction.
                self.connection.pragma_update(None, "synchronous", "FULL")?;
                let written = self.transact(batch, bonds, is_unchanged);
                let reset = self.connection.pragma_update(None, "synchronous", "NORMAL");
                if let Err(error) = reset {
                    // Every flush is durable from now on, which is slower but correct.
                    tracing::warn!(path = %self.path.display(), %error, "synchronous stays FULL");
                }
                written
            }
        }
    }

    /// Nothing of this batch has been tried then, so its outcome is certain.
    pub(super) fn refuse_if_broken(&self) -> Result<(), Failed> {
        match &self.broken {
            Some(cause) => Err(cause.clone().into()),
            None => Ok(()),
        }
    }

    fn transact(
        &mut self,
        batch: &mut Batch,
        bonds: Option<&Bonds<'_>>,
        is_unchanged: &impl Fn(&Connection, &Hashes) -> rusqlite::Result<bool>,
    ) -> Result<FlushReport, Failed> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read inside of the transaction: the version is stable only while no other connection can write.
        let found = commit::data_version(&transaction)?;
        let mut schema_version = self.schema.version;
        if found != self.version {
            // It comes first, because rows of another schema cannot be compared.
            schema_version = self.schema.compare(&transaction)?;
            if !self.history.is_in(&transaction)? || !is_unchanged(&transaction, &self.hashes)? {
                return Err(FlushFailure::ForeignWrite.into());
            }
        }
        if !self.is_marked {
            format::mark(&transaction)?;
        }
        // It changes the schema, whose number is part of the state.
        let makes_hashes = self.hashes.in_file() == InFile::Missing;
        if makes_hashes {
            transaction.execute_batch(statements::CREATE_HASHES)?;
        }
        let makes_mail = !self.has_mail && !batch.mail.is_empty();
        if makes_mail {
            mail::create(&transaction)?;
        }
        let has_new_schema = makes_hashes || makes_mail || found != self.version;
        let next = self.history.next(&transaction, has_new_schema)?;
        let written = commit::commit_batch(transaction, batch, bonds, &self.hashes, &next);
        let (report, changes) = written.map_err(|failed| self.resolve(failed, &next))?;
        self.history.committed(next);
        self.hashes.take_over(changes);
        self.is_marked = true;
        self.has_mail |= makes_mail;
        self.version = found;
        self.schema.version = schema_version;
        Ok(report)
    }
}

/// The interface of the writer for the pipeline.
impl EngineWriter for Writer {
    /// Makes SQLite run a checkpoint when the file is closed.
    fn begin(&mut self) -> Result<(), FileError> {
        self.is_certain = true;
        checkpoint_on_close(&self.connection, true).map_err(|source| open_error(&self.path, source))
    }

    /// Never: what is in a file is known when it is opened again.
    fn may_commit_again(_: &Failed) -> bool {
        false
    }

    /// If another connection has touched the file, the file is compared with the world inside of the transaction.
    fn commit_from<T: Tables>(
        &mut self,
        batch: &mut Batch,
        durability: Durability,
        world: &World<T>,
    ) -> Result<FlushReport, Failed> {
        let bonds = batch.may_leave_out.then(|| Bonds::in_world(world));
        self.commit(batch, bonds.as_ref(), durability, |file, hashes| {
            is_unchanged(file, world, hashes)
        })
    }

    fn look<T: Tables>(&mut self, world: &World<T>) -> Result<(), Failed> {
        self.refuse_if_broken()?;
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
        if !self.history.is_in(&snapshot)? || !is_unchanged(&snapshot, world, &self.hashes)? {
            return Err(FlushFailure::ForeignWrite.into());
        }
        let number = commit::schema_version(&snapshot)?;
        snapshot.commit()?;
        self.history.saw_schema(number);
        self.version = found;
        self.schema.version = schema_version;
        Ok(())
    }

    /// To look at a file that no other program has touched takes some microseconds.
    fn look_without_waiting<T: Tables>(&mut self, world: &World<T>) -> Result<(), Failed> {
        self.look(world)
    }

    fn is_durable(&self) -> bool {
        self.is_synced
    }

    /// Whether the write-ahead log has grown enough for a checkpoint.
    fn needs_checkpoint(&self) -> bool {
        self.wal_pages.load(Ordering::Relaxed) >= CHECKPOINT_PAGES
    }

    fn wal_pages(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.wal_pages)
    }
}

/// The interface of the writer for the worker.
impl Writes for Writer {
    type Batch = Batch;
    type Report = FlushReport;
    type Failed = Failed;

    fn run(&mut self, batch: &mut Batch) -> Result<FlushReport, Failed> {
        let span =
            tracing::debug_span!("write", path = %self.path.display(), rows = Empty, took = Empty);
        let _entered = span.enter();
        tracing::trace!(path = %self.path.display(), "writing");
        // The thread has no world to compare the file with, so a file that was touched counts as changed.
        let report = self.commit(batch, None, Durability::Process, |_, _| Ok(false))?;
        let (rows, writing) = (report.rows(), report.writing);
        span.record("rows", rows).record("took", debug(writing));
        // What the caller was blocked for, and which flush it is, is known to the one who collects it.
        tracing::debug!(path = %self.path.display(), rows, ?writing, wal_pages = report.wal_pages, "flushed in the background");
        Ok(report)
    }

    /// A checkpoint syncs the log before it moves pages, and the file after it has moved all of them.
    fn checkpoint_if_due(&mut self) -> bool {
        let is_due = self.broken.is_none() && self.needs_checkpoint();
        let is_synced = is_due && self.checkpoint();
        self.is_synced |= is_synced;
        is_synced
    }

    fn has_left_out(batch: &Batch) -> bool {
        batch.has_left_out()
    }

    fn died(message: String) -> Failed {
        Failed::died(message)
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
