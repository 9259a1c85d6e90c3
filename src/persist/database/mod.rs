//! A world and its file: what a [`Database`] consists of, and its numbers. What a program does with it is in the
//! modules below.

mod background;
mod close;
mod file;
mod flush;

use std::ops::{Deref, DerefMut};
use std::path::Path;

use crate::error::FileError;
use crate::schema::graph::TableOrder;
use crate::store::table::stored::Tables;
use crate::store::tracking::mail::Mail;
use crate::store::world::World;

use super::engine::{Engine, Opened};
use super::pipeline::Pipeline;
use super::sqlite::Sqlite;
use super::stats::{FlushStats, Stats, TableStats};
use super::ticket::Generation;

pub use close::CloseError;

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

    /// The parcels of the world.
    pub(super) fn mail(&self) -> &Mail {
        &self.world.mail
    }

    /// The same, to be changed.
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
        let home = self.world.mail.home().clone();
        self.world = world;
        self.world.mail.set_home(home);
        self.pipeline.replace_world(&mut self.world);
    }
}
