//! A world and its file.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use crate::error::{Error, FileError};
use crate::schema::graph::TableOrder;
use crate::store::key::{AnyKey, Key};
use crate::store::row::entity::Resolve as _;
use crate::store::table::stored::Tables;
use crate::store::tracking::mail::Mail;
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::save_set::SaveScope;

use super::engine::{Engine, Opened};
use super::numbers::Opening;
use super::pipeline::{Pipeline, Refused};
use super::report::FlushReport;
use super::sqlite::{self, Options, Sqlite};
use super::stats::{FlushStats, Stats, TableStats};
use super::ticket::{Durability, Generation, Ticket};

/// A world in memory, and the SQLite file that it is flushed to.
///
/// It dereferences to the [`World`], so rows are read and written as if there were no file. Nothing is
/// written to the file until the program asks for it: [`flush`](Self::flush) writes what has changed
/// since the last flush, in one transaction, and [`close`](Self::close) flushes a last time. A database
/// that is dropped instead leaves the file as the last flush left it, and warns of changes that are lost unless it was
/// [discarded](Self::discard); if that flush is in flight, the drop waits for it.
///
/// Checkpoints, which move the write-ahead log into the file, run in a thread that is started when it is
/// first needed, and when the database is closed.
///
/// One database at a time has a file open; other programs may read it meanwhile. A program that writes to
/// it makes the next flush fail.
///
/// `E` is the engine that keeps the rows. A program that names none means [`Sqlite`], and what is said here of a file
/// holds for the tables of any other engine.
pub struct Database<W: IsWorld, E: Engine = Sqlite> {
    world: World<W::Tables>,
    pipeline: Pipeline<E::Writer>,
    /// Whether the program has said that it does not need the changes that were not flushed.
    is_discarded: bool,
    // Released last, after the connection is closed.
    #[cfg_attr(
        not(feature = "postgres"),
        allow(dead_code, reason = "it is there to be dropped")
    )]
    lock: E::Lock,
}

/// Implemented by [`World`] and nothing else. It lets `Database::<World>` name the world that a program
/// knows, and not the tables that the world is made of.
pub trait IsWorld {
    /// The tables of the world.
    type Tables: Tables;
}

impl<T: Tables> IsWorld for World<T> {
    type Tables = T;
}

impl<W: IsWorld, E: Engine> Deref for Database<W, E> {
    type Target = World<W::Tables>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.world
    }
}

impl<W: IsWorld, E: Engine> DerefMut for Database<W, E> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.world
    }
}

impl<W: IsWorld, E: Engine> std::fmt::Debug for Database<W, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.pipeline.path())
            .field("world", &self.world)
            .finish_non_exhaustive()
    }
}

impl<W: IsWorld> Database<W, Sqlite> {
    /// Opens a world file and loads all of it, or creates an empty one where there is none.
    ///
    /// The schema of the file and every row are checked first; a file that is refused is not written to.
    /// The files `<path>-wal` and `<path>-shm` (SQLite's) and `<path>-lock` are created beside it.
    ///
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File): [`FileError::AlreadyOpen`] if another database has it
    /// open, [`FileError::Schema`] and [`FileError::Rows`] with all that does not fit, [`FileError::Altered`] with
    /// all blocks of rows that are not what was written, [`FileError::Damaged`], [`FileError::TooLarge`],
    /// [`FileError::NewerFormat`], [`FileError::OtherLog`], [`FileError::FlushesLost`] and [`FileError::LogMissing`] for
    /// files that do not belong together, [`FileError::FailedSync`] after a failed sync, [`FileError::HardLinked`], and
    /// any error of SQLite or the file system.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Options::new().open(path)
    }

    fn open_with(options: Options, path: &Path) -> Result<Self, FileError> {
        let opening = Opening::begin(path);
        let order = TableOrder::of(W::Tables::INFO);
        let opened = sqlite::open::<W::Tables>(options, path, &order)?;
        let db = Self::start(opened, path, order)?;
        opening.end(path, db.len());
        Ok(db)
    }

    /// The path of the world file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.pipeline.path()
    }

    /// Begins a backup of what has been flushed, in a thread; the caller continues. What is dirty in memory, and
    /// what is in flight in the background, is not in it: call [`flush`](Self::flush) before, if it is to be. The new
    /// file has its name only when it is complete, [verified](crate::verify) and on the disk.
    ///
    /// The call itself opens the file a second time and begins to read, which takes no longer for a large file; the
    /// copy is the thread's. While the backup reads, checkpoints cannot shorten the write-ahead log, which grows by what is
    /// flushed meanwhile.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let (path, to) = (folder.path().join("world.db"), folder.path().join("backup.db"));
    /// use gamedb::Database;
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World>::open(path)?;
    /// db.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
    /// db.flush()?;
    /// let backup = db.backup(&to)?;
    /// // The game continues; in a later tick, `backup.is_finished()` tells.
    /// let report = backup.wait()?;
    /// assert_eq!(report.generation, Some(1));
    /// assert_eq!(Database::<World>::open(&to)?.players.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`FileError::Exists`] if there is a file, and as [`backup`](crate::backup); those of the copy itself are
    /// returned by [`Backup::wait`](crate::Backup::wait).
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<sqlite::Backup, Error> {
        Ok(sqlite::begin_backup(self.path(), to.as_ref())?)
    }
}

impl<W: IsWorld, E: Engine> Database<W, E> {
    /// Puts a pipeline between a world that was just loaded and where it is kept.
    pub(super) fn start(
        opened: Opened<W::Tables, E>,
        path: &Path,
        order: TableOrder,
    ) -> Result<Self, FileError> {
        let Opened {
            mut world,
            writer,
            lock,
        } = opened;
        let pipeline = Pipeline::start(writer, path, order, &mut world)?;
        tracing::info!(path = %path.display(), ?world, "world opened");
        Ok(Self {
            world,
            pipeline,
            is_discarded: false,
            lock,
        })
    }

    /// Writes every row that has changed since the last flush, and only those, in one transaction:
    /// INSERTs for new rows, UPDATEs of the dirty columns for changed rows, DELETEs for removed rows. The
    /// cost is proportional to the changes; if there are none, it only looks at the file:
    /// whether it still exists, and whether another program has written to it. If that was seen less than ten
    /// milliseconds ago, and nothing was written since, it is not looked at again; [`close`](Self::close) and
    /// [`flush_durable`](Self::flush_durable) always look.
    ///
    /// When it returns `Ok`, the file contains exactly the world of that moment, which survives the death
    /// of the process. A power cut may lose the last flushes, each as a whole.
    ///
    /// Waits for background flushes first, and writes what they could not write.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`ErrorKind::File`](crate::ErrorKind::File). The file is unchanged, and all
    /// rows are still dirty, unless the outcome is [`Outcome::Unknown`](crate::Outcome::Unknown). Rows are
    /// written as absolute values, so the flush can be retried: a game loop does so later if the error
    /// [is transient](Error::is_transient).
    pub fn flush(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::Process, Refused::Fail)?)
    }

    /// Flushes everything but the rows that the file refuses, and those that are bound to them: so that one bad row
    /// does not keep a world from being saved. [`FlushReport::left_out`] lists them with the reason. They stay dirty,
    /// the file keeps them as they were at their last flush, and the next flush tries them again.
    ///
    /// A file refuses a row for a constraint that memory does not keep, such as a CHECK with a function;
    /// `gamedb generate` warns of each. Bound to a row are
    /// - the rows that were changed in one [`transaction`](World::transaction) with it;
    /// - the rows that reference it, if it is new;
    /// - what belongs to it, and has belonged to it until it was removed;
    /// - removed rows that it references in the file;
    /// - rows with a unique value that it has in the file;
    ///
    /// and what is bound to these. So no transaction is ever half in the file, and no reference is left without a row.
    ///
    /// The cost is that of [`flush`](Self::flush) if no row is refused. Otherwise the transaction is written again
    /// without the rows that are left out, until the file takes all of the rest, which most often is the second time.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("world.db");
    /// use gamedb::{Database, LeftOutReason};
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World>::open(path)?;
    /// db.insert(Player::default())?;
    /// let report = match db.flush() {
    ///     Ok(report) => report,
    ///     Err(_) => db.flush_without_refused()?,
    /// };
    /// for row in &report.left_out {
    ///     if let LeftOutReason::Refused { message, .. } = &row.reason {
    ///         eprintln!("row {} of {} is not saved: {message}", row.id, row.table);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`flush`](Self::flush). [`FlushFailure::Refused`](crate::FlushFailure::Refused) is among them only if a trigger
    /// of the file ends the transaction.
    pub fn flush_without_refused(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::Process, Refused::LeaveOut)?)
    }

    /// Flushes, and makes everything that was ever flushed survive a power cut too, as far as the disk
    /// honours a sync: SQLite syncs its write-ahead log. If nothing has changed and only the sync is left
    /// to do, one bookkeeping row is written for it.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub fn flush_durable(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::PowerCut, Refused::Fail)?)
    }

    fn flush_with(
        &mut self,
        durability: Durability,
        refused: Refused,
    ) -> Result<FlushReport, FileError> {
        self.pipeline
            .write_all(&mut self.world, durability, refused)
    }

    /// Writes a row with all that it owns, as it is now: [`save_with`](Self::save_with) and
    /// [`SaveScope::Owned`].
    ///
    /// # Errors
    /// As [`save_with`](Self::save_with).
    pub fn save<R>(&mut self, key: Key<R>) -> Result<FlushReport, Error>
    where
        R: Entity<Tables = W::Tables>,
    {
        self.save_with(key, SaveScope::Owned)
    }

    /// Writes a row as it is now, in one transaction, and leaves all other changes dirty.
    ///
    /// Rows without which the file would not be consistent are included, whatever `scope` is: new rows
    /// that it references; where a row is deleted from the file, the changed rows that may have
    /// referenced it; and all rows that were changed in one [`transaction`](World::transaction) with a
    /// row of the save set, transitively. So no trade is ever half in the file. If a value that has to be
    /// unique still belongs to another row in the file, everything is flushed. [`FlushReport::implied`]
    /// counts these rows.
    ///
    /// A save has no generation of its own: [`FlushReport::generation`] is that of the last flush, and
    /// [`durable`](Self::durable) does not tell of it. It survives a power cut, and the failover of a server, with the
    /// next flush that does.
    ///
    /// Waits for background flushes first. The cost is proportional to the rows that are written, and to
    /// those that have been removed or moved to another owner since the last flush; it does not depend on
    /// the other dirty rows.
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`](crate::ErrorKind::StaleKey), and as [`flush`](Self::flush).
    pub fn save_with<R>(&mut self, key: Key<R>, scope: SaveScope) -> Result<FlushReport, Error>
    where
        R: Entity<Tables = W::Tables>,
    {
        self.world.id(key)?;
        let row = AnyKey {
            table: R::TABLE,
            key: key.raw(),
        };
        Ok(self.pipeline.save(&mut self.world, row, scope)?)
    }

    /// Writes every row that has changed, as [`flush`](Self::flush) does, but in a thread: the changed
    /// columns are captured, and the caller continues. Later changes belong to the next flush.
    /// O(changes), and never waits for the disk.
    ///
    /// One batch is written at a time, and one more may wait. If one is waiting already, it is recalled,
    /// and its changes are written with the new ones; its ticket covers them. So the method can be called
    /// at any rate, and memory stays proportional to what has changed.
    ///
    /// While a batch is in flight its rows count as clean. If it fails, they are dirty again as if it had
    /// never been submitted, and the batch that waits behind it fails too, because it builds on it. The
    /// tickets of both report the failure; if no ticket was polled, the next call of this method reports
    /// it, and does nothing else. After that it can be retried, and writes everything that the failed
    /// batches should have written. [`flush`](Self::flush), [`save`](Self::save), [`close`](Self::close)
    /// and [`into_world`](Self::into_world) wait for all batches in flight first.
    ///
    /// If another program has touched the file, as a backup program may, the next call of this method, of
    /// [`poll`](Self::poll) or of [`wait`](Self::wait) compares the file with memory, and, if the
    /// contents are the same, flushes in the foreground, once.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`ErrorKind::File`](crate::ErrorKind::File): the failure of an earlier
    /// background flush, a thread that cannot be started, or a poisoned file. Nothing was captured in these
    /// cases.
    pub fn flush_in_background(&mut self) -> Result<Ticket, Error> {
        Ok(self.pipeline.submit(&mut self.world, Refused::Fail)?)
    }

    /// As [`flush_in_background`](Self::flush_in_background), without the rows that the file refuses and those that are
    /// bound to them, as in [`flush_without_refused`](Self::flush_without_refused). The report of the ticket lists
    /// them; once it is in the file they are dirty again, and the next flush tries them again.
    ///
    /// The thread finds out which rows they are, so the caller does not wait for it. If another flush was submitted
    /// behind this one, it is captured and submitted again with the rows that were left out, by the next call that
    /// looks at the thread.
    ///
    /// # Errors
    /// As [`flush_in_background`](Self::flush_in_background).
    pub fn flush_in_background_without_refused(&mut self) -> Result<Ticket, Error> {
        Ok(self.pipeline.submit(&mut self.world, Refused::LeaveOut)?)
    }

    /// Stages a part of the next [`flush_in_background`](Self::flush_in_background): captures up to
    /// `rows` of the dirty rows. Tables are visited in the order in which they are written, and in each
    /// table the rows that have been dirty longest come first. Returns the number of rows that it has
    /// examined. O(rows + rows that transactions have changed since the last call): this bounds the time
    /// that a tick spends on it.
    ///
    /// A background flush captures everything that has changed, which for 100,000 rows takes most of
    /// a tick of a 60 Hz loop. Staging in the ticks before leaves little for it:
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("world.db");
    /// use gamedb::Database;
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World>::open(path)?;
    /// for tick in 1..=120 {
    ///     db.insert(Player { email: format!("{tick}@example.com"), ..Player::default() })?;
    ///     // Once a second, and in the fifteen ticks before that a part of it.
    ///     if tick % 60 == 0 {
    ///         let _ticket = db.flush_in_background()?;
    ///     } else if tick % 60 >= 45 {
    ///         db.prepare_flush(8_000);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Nothing that was staged is written before the flush, and the file then gets the world as it is at
    /// that moment: rows that change after they were staged are captured again, and written once. Staged
    /// rows count as clean until then, as rows in flight do. [`flush`](Self::flush), [`save`](Self::save)
    /// and the other calls that write in the foreground, and a background flush that fails or recalls a
    /// waiting batch, make them dirty again first.
    ///
    /// Does nothing after a failure that has not been reported yet, or when as many rows are staged as
    /// the world has, so it may be called in every tick.
    pub fn prepare_flush(&mut self, rows: usize) -> usize {
        self.pipeline.stage(&mut self.world, rows)
    }

    /// The result of a background flush: `None` while it is in flight. Does not wait for the disk, except
    /// for the retry that [`flush_in_background`](Self::flush_in_background) describes.
    ///
    /// Once the flush is in the file, the report is that of the last flush that is in the file, which may
    /// be a later one: see [`FlushReport::generation`].
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub fn poll(&mut self, ticket: Ticket) -> Option<Result<FlushReport, Error>> {
        let outcome = self.pipeline.poll(&mut self.world, ticket)?;
        Some(outcome.map_err(Error::from))
    }

    /// Waits until a background flush is in the file, or has failed.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`ErrorKind::File`](crate::ErrorKind::File), as [`flush`](Self::flush); its
    /// rows are dirty again. [`FlushFailure::TransactionOpen`](crate::FlushFailure::TransactionOpen) if it has to be
    /// captured or tried again, which waits for the end of the open transaction.
    pub fn wait(&mut self, ticket: Ticket) -> Result<FlushReport, Error> {
        Ok(self.pipeline.wait(&mut self.world, ticket)?)
    }

    /// The last flush that is in the file, as are all before it. It survives the death of the process.
    #[must_use]
    pub fn committed(&self) -> Generation {
        self.pipeline.committed()
    }

    /// The last flush that survives a power cut, as do all before it, provided that the disk honours a
    /// sync. Nothing is claimed about what was in the file when it was opened.
    ///
    /// SQLite syncs the write-ahead log before a checkpoint moves its pages into the file, and syncs the
    /// file after it has moved all of them: so this follows [`committed`](Self::committed) at each
    /// checkpoint that no reader was in the way of, about every 4 MB, and at each
    /// [`flush_durable`](Self::flush_durable).
    #[must_use]
    pub fn durable(&self) -> Generation {
        self.pipeline.durable()
    }

    /// Numbers of the tables and of the flushes since the file was opened, for operators. O(tables), with
    /// one allocation.
    ///
    /// A background flush counts once the program has collected it, as
    /// [`poll`](Self::poll) and [`flush_in_background`](Self::flush_in_background) do.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("world.db");
    /// use gamedb::Database;
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World>::open(path)?;
    /// db.insert(Player::default())?;
    /// db.flush()?;
    /// let stats = db.stats();
    /// assert_eq!((stats.tables[0].table, stats.tables[0].rows), ("players", 1));
    /// assert_eq!((stats.flushes.n_written, stats.flushes.inserted), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        let tables = self.world.untyped_tables().map(|table| TableStats {
            table: table.info().name,
            rows: table.n_rows(),
            bytes: table.n_bytes(),
            dirty: table.n_listed(),
            removed: table.removed_ids().len(),
        });
        Stats {
            tables: tables.collect(),
            flushes: self.flush_stats(),
        }
    }

    /// The numbers of the flushes alone. O(1), so a loop may ask for them in every tick.
    #[must_use]
    pub fn flush_stats(&self) -> FlushStats {
        self.pipeline.stats()
    }

    /// Flushes a last time and closes the file. If the file refuses rows, it stays open:
    /// [`flush_without_refused`](Self::flush_without_refused) writes everything else, and what is left dirty is lost
    /// when the database is dropped.
    ///
    /// # Errors
    /// The error of [`flush`](Self::flush), together with the database, so that nothing is lost.
    pub fn close(mut self) -> Result<FlushReport, Box<CloseError<W, E>>> {
        self.pipeline.look_next();
        match self.flush() {
            Ok(report) => Ok(report),
            Err(source) => Err(Box::new(CloseError {
                database: self,
                source,
            })),
        }
    }

    /// Closes the file without a flush: changes that have not been flushed are lost. Flushes in the background that have
    /// been accepted are still written. A database that is dropped with such changes does the same, and warns of them:
    /// as an event of `tracing`, or, in a program without a subscriber, on standard error.
    pub fn discard(mut self) {
        self.is_discarded = true;
    }

    /// Closes the file and returns the world. Changes that have not been flushed exist in memory only
    /// from then on. Waits for background flushes; if one fails, its rows are dirty in the world, and the
    /// error is logged.
    #[must_use]
    pub fn into_world(mut self) -> World<W::Tables> {
        self.pipeline.drain_for_good(&mut self.world);
        std::mem::take(&mut self.world)
    }

    /// The parcels of the world.
    pub(super) fn mail_mut(&mut self) -> &mut Mail {
        &mut self.world.mail
    }

    /// The last durable generation, after all that is known to be written, and all that is known not to be, was recorded.
    pub(super) fn collect_mail(&mut self) -> Result<u64, FileError> {
        self.pipeline.collect_durable(&mut self.world)
    }

    /// What keeps others from the world.
    #[cfg(feature = "postgres")]
    pub(super) fn lock(&self) -> &E::Lock {
        &self.lock
    }

    /// Replaces the loaded world with another one, of which the file has no rows.
    pub(super) fn replace_world(&mut self, world: World<W::Tables>) {
        let identity = self.world.mail.world();
        self.world = world;
        self.world.mail.set_world(identity);
        self.pipeline.replace_world(&mut self.world);
    }
}

impl Options {
    /// Opens a world file, or creates one, unless it has to be an [`existing`](Self::existing) one.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open<W: IsWorld>(self, path: impl AsRef<Path>) -> Result<Database<W>, Error> {
        Ok(Database::open_with(self, path.as_ref())?)
    }
}

impl<W: IsWorld, E: Engine> Drop for Database<W, E> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The world may be in the middle of an operation, so nothing is merged back into it. The batches in
            // flight were captured before, and are written.
            return self.pipeline.close();
        }
        self.pipeline.drain_for_good(&mut self.world);
        self.pipeline.close();
        let n_dirty = self.world.n_dirty() + usize::from(self.world.mail.has_moved_rows());
        if n_dirty > 0 && !self.is_discarded {
            tracing::warn!(path = %self.pipeline.path().display(), n_dirty, "database dropped with changes that were not flushed");
            // Rows are lost here, and a program without a subscriber would not hear of it.
            if !tracing::dispatcher::has_been_set() {
                eprintln!(
                    "gamedb: {} was dropped with {n_dirty} changed rows that were not flushed, and they are lost; \
                     `close` flushes them, `discard` says that they are not needed",
                    self.pipeline.path().display()
                );
            }
        }
    }
}

/// A database that could not be closed, because its last flush failed.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} is not closed, because its last flush failed: close it again, or keep its world",
    database.pipeline.path().display()
)]
pub struct CloseError<W: IsWorld, E: Engine = Sqlite> {
    /// The database, unchanged.
    pub database: Database<W, E>,
    /// Why the flush failed.
    pub source: Error,
}

impl<W: IsWorld, E: Engine> From<Box<CloseError<W, E>>> for Error {
    fn from(error: Box<CloseError<W, E>>) -> Self {
        error.source
    }
}
