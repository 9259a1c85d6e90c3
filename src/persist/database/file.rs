//! A database whose world is in a file of SQLite's: opening it, and copying it.

use std::path::Path;

use crate::error::{Error, FileError};
use crate::schema::graph::TableOrder;
use crate::store::row::entity::Resolve as _;

use super::{Database, IsWorld};
use crate::persist::numbers::Opening;
use crate::persist::sqlite::{self, Options, Sqlite};

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
    /// files that do not belong together, [`FileError::FailedSync`] after a failed sync, [`FileError::HardLinked`],
    /// [`FileError::RestoreInterrupted`] after a restore that was killed, [`FileError::NotAFile`] for the path of a folder, and
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

impl Options {
    /// Opens a world file, or creates one, unless it has to be an [`existing`](Self::existing) one.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open<W: IsWorld>(self, path: impl AsRef<Path>) -> Result<Database<W>, Error> {
        Ok(Database::open_with(self, path.as_ref())?)
    }
}
