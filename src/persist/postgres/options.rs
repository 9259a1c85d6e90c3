//! How a world on a server is opened.

use std::time::Duration;

use tokio_postgres::Config;

use super::session::Limits;

/// How long a flush asks what became of its commit, if the answer did not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait for an answer of the server.
const ANSWER: Duration = Duration::from_secs(30);

/// How long to wait for one host to let this program in.
const CONNECT: Duration = Duration::from_secs(10);

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
    pub(super) accepts_older_state: bool,
    pub(super) patience: Duration,
    pub(super) answer: Option<Duration>,
    pub(super) connect: Option<Duration>,
}

impl PostgresOptions {
    /// The settings of [`Database::connect`](crate::Database::connect): a connection string, as a URL or as a list of
    /// settings, and the name of the world, which is that of its schema in the database.
    pub fn new(connection: impl Into<String>, world: impl Into<String>) -> Self {
        Self {
            connection: connection.into(),
            world: world.into(),
            existing: false,
            accepts_older_state: false,
            patience: PATIENCE,
            answer: Some(ANSWER),
            connect: None,
        }
    }

    /// Does not make a world where there is none ([`FileError::NoWorld`](crate::FileError::NoWorld)). For a server
    /// whose world exists, and that must not start an empty one because a name is wrong.
    pub fn existing(mut self) -> Self {
        self.existing = true;
        self
    }

    /// Opens a world also if it was put back from a backup that is older than the last parcels that it has moved
    /// ([`FileError::RestoredWorld`](crate::FileError::RestoredWorld)): what has left it since the backup may be in two worlds then,
    /// and what has come into it in none. Not for every start: once it is open, it is not said again.
    pub fn accept_older_state(mut self) -> Self {
        self.accepts_older_state = true;
        self
    }

    /// How long to wait for the server's next answer before the connection is given up; 30 seconds by default, and with
    /// `None` as long as it takes. A server that is stopped, whose disk hangs, or that waits for a lock keeps a call
    /// waiting no longer than that: what was not committed is not ([`FlushFailure::Disconnected`], transient), and
    /// what became of a COMMIT is asked in another connection (see [`patience`](Self::patience)).
    ///
    /// It is the time without any answer, and not that of a whole flush, which has an answer for each statement; a
    /// statement has at most 10,000 rows, or 64 MB. The last one checks the keys of all rows, and may take a second longer
    /// for each 10,000 of them. The limit has to be longer than a statement ever takes, over the
    /// network and with all that the server does beside it: a flush that is given up is tried again, and takes as
    /// long again. A duration of zero counts as a millisecond.
    ///
    /// [`FlushFailure::Disconnected`]: crate::FlushFailure::Disconnected
    pub fn answer_within(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.answer = limit.into();
        self
    }

    /// How long to wait for one host until this program is logged in; by default the `connect_timeout` of the connection
    /// string, and without that 10 seconds. Several hosts are asked at the same time, and once one has answered, the
    /// others have a second: the one with the newest state of the world is taken.
    pub fn connect_within(mut self, limit: Duration) -> Self {
        self.connect = Some(limit);
        self
    }

    /// How long a flush tries to learn what became of its commit, if the connection broke before the answer came; 30
    /// seconds by default. After that the outcome is [`Outcome::Unknown`](crate::Outcome::Unknown), and the next flush finds
    /// out, as opening the world again would.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl PostgresOptions {
    pub(super) fn limits(&self, config: &Config) -> Limits {
        let of_string = || config.get_connect_timeout().copied();
        let least = |limit: Duration| limit.max(Duration::from_millis(1));
        Limits {
            answer: self.answer.map(least),
            connect: least(self.connect.or_else(of_string).unwrap_or(CONNECT)),
        }
    }
}

/// Without the connection string, in which there may be a password.
impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("world", &self.world)
            .field("existing", &self.existing)
            .field("accept_older_state", &self.accepts_older_state)
            .field("patience", &self.patience)
            .field("answer_within", &self.answer)
            .field("connect_within", &self.connect)
            .finish_non_exhaustive()
    }
}
