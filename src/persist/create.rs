//! Creating a file for a world that is in memory.

use std::path::Path;

use crate::error::{Error, FileError, FlushFailure, Outcome};
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::database::Database;

impl<T: Tables> Database<World<T>> {
    /// Creates a file for a world that is in memory, and writes all of it there. Keys, ids and
    /// subscriptions stay valid.
    ///
    /// For a world that was started without a file, and to continue when a file cannot be written any
    /// more:
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let (path, elsewhere) = (folder.path().join("world.db"), folder.path().join("elsewhere.db"));
    /// use gamedb::Database;
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World>::open(path)?;
    /// let ada = db.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
    /// // A flush has failed with `Outcome::Unknown`, say.
    /// let mut db = Database::create(elsewhere, db.into_world()).map_err(|failed| failed.source)?;
    /// db.get_mut(ada)?.set_full_name("Ada Lovelace");
    /// assert_eq!(db.flush()?.updated, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The error contains the world, so that nothing is lost: [`FileError::Exists`] if there is a file,
    /// [`FlushFailure::TransactionOpen`], and those of [`open`](Self::open) and [`flush`](Self::flush).
    /// If only the flush failed, the file exists and has no rows.
    pub fn create(path: impl AsRef<Path>, world: World<T>) -> Result<Self, Box<CreateError<T>>> {
        let path = path.as_ref();
        let failed = |world, source: Error| Box::new(CreateError { world, source });
        if std::fs::symlink_metadata(path).is_ok() {
            let path = path.to_owned();
            return Err(failed(world, FileError::Exists { path }.into()));
        }
        if world.log.is_open() {
            let (path, cause) = (path.to_owned(), FlushFailure::TransactionOpen);
            let outcome = Outcome::NotCommitted;
            let source = FileError::Flush {
                path,
                outcome,
                cause,
            };
            return Err(failed(world, source.into()));
        }
        let mut database = match Self::open(path) {
            Ok(database) => database,
            Err(source) => return Err(failed(world, source)),
        };
        // Another process has created it in between.
        if !database.is_empty() {
            let path = path.to_owned();
            return Err(failed(world, FileError::Exists { path }.into()));
        }
        database.replace_world(world);
        match database.flush() {
            Ok(_) => Ok(database),
            Err(source) => Err(failed(database.into_world(), source)),
        }
    }
}

/// A world for which no file could be created.
pub struct CreateError<T: Tables> {
    /// The world, unchanged.
    pub world: World<T>,
    /// Why the file could not be created.
    pub source: Error,
}

/// The message ends with why there is no file, which therefore is no [`source`](std::error::Error::source).
impl<T: Tables> std::fmt::Display for CreateError<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the world is not in a new file; it is in memory alone: {}",
            self.source
        )
    }
}

impl<T: Tables> std::error::Error for CreateError<T> {}

/// Prints the message, or, with `{:#?}`, the fields.
impl<T: Tables> std::fmt::Debug for CreateError<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if f.alternate() {
            return f
                .debug_struct("CreateError")
                .field("world", &self.world)
                .field("source", &self.source)
                .finish();
        }
        std::fmt::Display::fmt(self, f)
    }
}

impl<T: Tables> From<Box<CreateError<T>>> for Error {
    fn from(error: Box<CreateError<T>>) -> Self {
        error.source
    }
}
