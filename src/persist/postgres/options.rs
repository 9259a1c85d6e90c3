//! How a world on a server is opened.

use std::time::Duration;

/// How long a flush asks what became of its commit, if the answer did not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// How to open a world on a PostgreSQL server.
///
/// ```no_run
/// use gamedb::PostgresOptions;
/// use gamedb_models::World;
///
/// let mut db = PostgresOptions::new("postgres://game:secret@db1,db2/game?target_session_attrs=read-write", "shard_1")
///     .existing()
///     .open::<World>()?;
/// db.flush()?;
/// # Ok::<(), gamedb::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct PostgresOptions {
    pub(super) connection: String,
    pub(super) world: String,
    pub(super) existing: bool,
    pub(super) patience: Duration,
}

impl PostgresOptions {
    /// The settings of [`Database::connect`](crate::Database::connect): a connection string, as a URL or as a list of
    /// settings, and the name of the world, which is that of its schema in the database.
    pub fn new(connection: impl Into<String>, world: impl Into<String>) -> Self {
        Self {
            connection: connection.into(),
            world: world.into(),
            existing: false,
            patience: PATIENCE,
        }
    }

    /// Does not make a world where there is none ([`FileError::NotThere`](crate::FileError::NotThere)). For a server
    /// whose world exists, and that must not start an empty one because a name is wrong.
    pub fn existing(mut self) -> Self {
        self.existing = true;
        self
    }

    /// How long a flush tries to learn what became of its commit, if the connection broke before the answer came; 30
    /// seconds by default. After that the outcome is [`Outcome::Unknown`](crate::Outcome::Unknown), and the world has
    /// to be opened again, which tells.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// Without the connection string, in which there may be a password.
impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("world", &self.world)
            .field("existing", &self.existing)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
