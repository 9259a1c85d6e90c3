//! The end of a database: closed with a last flush or without one, dropped, or left as a world in memory.

use crate::error::Error;
use crate::store::world::World;

use super::{Database, IsWorld};
use crate::persist::engine::Engine;
use crate::persist::report::FlushReport;
use crate::persist::sqlite::Sqlite;

impl<W: IsWorld, E: Engine> Database<W, E> {
    /// Flushes a last time and closes the file. If the file refuses rows, it stays open:
    /// [`flush_without_refused`](Self::flush_without_refused) writes everything else, and what is left dirty is lost
    /// when the database is dropped.
    ///
    /// # Errors
    /// The error of [`flush`](Self::flush), together with the database, so that nothing is lost as long as the error is kept:
    /// see [`CloseError`]. A `?` that turns it into an [`Error`] drops the database, and what is dirty in it.
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

/// A database that could not be closed, because its last flush failed. Nothing is lost as long as it is kept:
///
/// ```
/// # use gamedb::Database;
/// # use gamedb_models::World;
/// # let folder = tempfile::tempdir()?;
/// # let db = Database::<World>::open(folder.path().join("world.db"))?;
/// # let elsewhere = folder.path().join("elsewhere.db");
/// if let Err(error) = db.close() {
///     eprintln!("not closed: {:?}", error.source);
///     let world = error.database.into_world();
///     Database::create(elsewhere, world)?.close()?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CloseError<W: IsWorld, E: Engine = Sqlite> {
    /// The database, unchanged.
    pub database: Database<W, E>,
    /// Why the flush failed.
    pub source: Error,
}

/// The message ends with why the flush failed, which therefore is no [`source`](std::error::Error::source).
impl<W: IsWorld, E: Engine> std::fmt::Display for CloseError<W, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} is not closed, because its last flush failed; close it again, or go on with its world in a new file: {}",
            self.database.pipeline.path().display(),
            self.source
        )
    }
}

impl<W: IsWorld, E: Engine> std::error::Error for CloseError<W, E> {}

/// Prints the message, or, with `{:#?}`, the fields.
impl<W: IsWorld, E: Engine> std::fmt::Debug for CloseError<W, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if f.alternate() {
            return f
                .debug_struct("CloseError")
                .field("database", &self.database)
                .field("source", &self.source)
                .finish();
        }
        std::fmt::Display::fmt(self, f)
    }
}

/// For a `?` in a function that returns [`Error`]. The database is dropped then, and what it could not flush is lost,
/// which it says: a program that can make room on a full disk, or go on in another file, matches on the result of
/// [`close`](Database::close) instead.
impl<W: IsWorld, E: Engine> From<Box<CloseError<W, E>>> for Error {
    fn from(error: Box<CloseError<W, E>>) -> Self {
        error.source
    }
}
