//! A world on a server.

use crate::error::Error;
use crate::schema::graph::TableOrder;
use crate::store::row::entity::Resolve as _;

use super::database::{Database, IsWorld};
use super::postgres::{self, Postgres, PostgresOptions};

impl<W: IsWorld> Database<W, Postgres> {
    /// Opens a world on a PostgreSQL server, takes it over from the process that has it open, and loads all of it; or makes an
    /// empty one where there is none.
    ///
    /// The world is a schema of the database, and has its name. Tables and rows are checked first; what does not fit
    /// is refused, and stays with its owner. From then on every flush of an owner before fails as
    /// [`FlushFailure::Fenced`](crate::FlushFailure::Fenced), with nothing written.
    ///
    /// The connection has a thread of its own, so this and all other calls may be made inside of any asynchronous
    /// runtime; like every other call that waits, they block its thread.
    ///
    /// ```no_run
    /// use gamedb::{Database, Postgres};
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World, Postgres>::connect("postgres://game:secret@localhost/game", "shard_1")?;
    /// db.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
    /// db.flush()?;
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File): [`FileError::Open`](crate::FileError::Open) if the server is not
    /// reached or refuses, [`FileError::Schema`](crate::FileError::Schema) and
    /// [`FileError::Rows`](crate::FileError::Rows) with all that does not fit,
    /// [`FileError::OlderWorld`](crate::FileError::OlderWorld) if this process was told of a newer state, and
    /// [`FileError::Unportable`](crate::FileError::Unportable) for models or a database that cannot be used.
    pub fn connect(connection: impl Into<String>, world: impl Into<String>) -> Result<Self, Error> {
        PostgresOptions::new(connection, world).open()
    }

    /// The statements that [`connect`](Self::connect) makes an empty world of this name with, for an administrator
    /// who may make tables where the game may not.
    ///
    /// # Errors
    /// [`FileError::Unportable`](crate::FileError::Unportable) for models that have no tables there.
    pub fn schema(world: &str) -> Result<String, Error> {
        Ok(postgres::server_tables::<W::Tables>(world)?.statements())
    }
}

impl PostgresOptions {
    /// Opens a world on a server, or makes one, unless it has to be an [`existing`](Self::existing) one.
    ///
    /// # Errors
    /// As [`Database::connect`].
    pub fn open<W: IsWorld>(self) -> Result<Database<W, Postgres>, Error> {
        let order = TableOrder::of(W::Tables::INFO);
        let (path, opened) = postgres::open::<W::Tables>(&self, &order)?;
        Ok(Database::start(opened, &path, order)?)
    }
}
