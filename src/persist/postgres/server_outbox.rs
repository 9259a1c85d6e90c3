//! The parcels of the worlds of one database, as one of these worlds sees them.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, Row};

use crate::error::{Error as CrateError, ErrorKind, FileError, ParcelError};
use crate::persist::database::{Database, IsWorld};
use crate::persist::outbox::{Exchanged, WaitingParcel};
use crate::store::tracking::parcel::{Parcel, ParcelId};

use super::Postgres;
use super::error::{Error, Lost, backend_error};
use super::mail::{self, CHANNEL, PARCELS};
use super::open::{address, complete};
use super::options::PostgresOptions;
use super::schema::{WORLD, quoted};
use super::session::{Limits, Session};

/// The parcels that wait for a world on a server, and those that it has sent. It has a connection of its own, so it waits for no
/// flush. The names of worlds are those that they are opened by.
///
/// A parcel is on its way from the moment when the flush is committed that deletes its rows, until the flush is that
/// inserts them elsewhere: each flush moves it in its own transaction, and there is nothing to deliver.
///
/// ```no_run
/// use std::time::Duration;
///
/// use gamedb::{Database, Postgres, ServerOutbox};
/// use gamedb_models::World;
///
/// let server = "postgres://game:secret@localhost/game";
/// let mut south = Database::<World, Postgres>::connect(server, "south")?;
/// let mut outbox = ServerOutbox::connect(server, "south")?;
/// loop {
///     for waiting in outbox.inbox(&south)? {
///         let parcel = outbox.read(&mut south, waiting.id)?;
///         if let Err(refused) = south.accept(&parcel) {
///             outbox.send_back(&mut south, waiting.id, &refused.to_string())?;
///         }
///     }
///     south.flush()?;
///     outbox.wait(Duration::from_secs(1))?;
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), gamedb::Error>(())
/// ```
pub struct ServerOutbox {
    config: Config,
    limits: Limits,
    world: String,
    path: PathBuf,
    session: Option<Session>,
}

impl std::fmt::Debug for ServerOutbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerOutbox")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl ServerOutbox {
    /// Connects for the world of this name, and makes the table of parcels unless it is there. The world has to exist.
    ///
    /// # Errors
    /// [`FileError::Outbox`] with what the server says, in [`ErrorKind::File`].
    pub fn connect(
        connection: impl Into<String>,
        world: impl Into<String>,
    ) -> Result<Self, CrateError> {
        PostgresOptions::new(connection, world).outbox()
    }

    /// The name of the world that it was opened for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.world
    }

    /// Records what of the world's parcels is on its way. Here this is a matter of memory alone: what was flushed is
    /// delivered, and what was flushed after it was accepted is acknowledged.
    ///
    /// # Errors
    /// [`FlushFailure::OtherWorld`](crate::FlushFailure::OtherWorld), in [`ErrorKind::File`].
    pub fn exchange<W: IsWorld>(
        &mut self,
        db: &mut Database<W, Postgres>,
    ) -> Result<Exchanged, CrateError> {
        let committed = db.committed();
        db.settled_mail()?;
        let mail = db.mail_mut();
        let delivered = mail.forget_stored(committed.0);
        Ok(Exchanged {
            delivered,
            acknowledged: 0,
            held_back: mail.outbox().len(),
        })
    }

    /// The parcels that wait for this world and that it has not accepted, oldest first. Their contents are not read.
    ///
    /// # Errors
    /// [`FileError::Outbox`], in [`ErrorKind::File`]. The next call connects anew.
    pub fn inbox<W: IsWorld>(
        &mut self,
        db: &Database<W, Postgres>,
    ) -> Result<Vec<WaitingParcel>, CrateError> {
        let waiting = self.list("receiver")?;
        let is_new = |waiting: &WaitingParcel| !db.has_accepted(waiting.id);
        Ok(waiting.into_iter().filter(is_new).collect())
    }

    /// The parcels of this world that wait for others, oldest first.
    ///
    /// # Errors
    /// As [`inbox`](Self::inbox).
    pub fn sent(&mut self) -> Result<Vec<WaitingParcel>, CrateError> {
        self.list("sender")
    }

    /// Reads a parcel that waits for this world, to be [accepted](crate::World::accept).
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::NotWaiting`], and those of [`Parcel::from_bytes`]; and as
    /// [`inbox`](Self::inbox).
    pub fn read<W: IsWorld>(
        &mut self,
        db: &mut Database<W, Postgres>,
        id: ParcelId,
    ) -> Result<Parcel, CrateError> {
        let sql = format!("SELECT contents FROM {PARCELS} WHERE parcel = $1 AND receiver = $2");
        let world = self.world.clone();
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&mail::name(id), Type::BYTEA), (&world, Type::TEXT)];
        let rows = self.query(&sql, &parameters)?;
        let refused = |error| CrateError::from(ErrorKind::Parcel(error));
        let Some(row) = rows.first() else {
            return Err(refused(ParcelError::NotWaiting { id }));
        };
        let contents: &[u8] = row.try_get(0).map_err(|error| self.failed(error.into()))?;
        let parcel = Parcel::from_bytes(contents).map_err(refused)?;
        if parcel.id() != id {
            let what = "it has another name than the one that it is stored by";
            return Err(refused(ParcelError::Damaged { at: 5, what }));
        }
        // It may have been sent back, and have come once more.
        db.mail_mut().forget_sent_back(id);
        Ok(parcel)
    }

    /// Sends a parcel back to the world that it comes from, which accepts it as any other. A process that does not have
    /// the world any more sends nothing back.
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::AlreadyAccepted`] if this world has accepted it, also if that is not
    /// flushed yet, and [`ParcelError::NotWaiting`]; and as [`inbox`](Self::inbox).
    pub fn send_back<W: IsWorld>(
        &mut self,
        db: &mut Database<W, Postgres>,
        id: ParcelId,
        reason: &str,
    ) -> Result<(), CrateError> {
        if db.has_accepted(id) {
            return Err(ErrorKind::Parcel(ParcelError::AlreadyAccepted { id }).into());
        }
        // Before it is away: what is not known to be away must not be accepted either.
        db.mail_mut().note_sent_back(id);
        let world = self.world.clone();
        // The owner's row is locked, so that nobody takes the world over in between.
        let sql = format!(
            "WITH owner AS (SELECT 1 FROM {}.{WORLD} WHERE world = $2 AND owner = $4 FOR SHARE)
             UPDATE {PARCELS} SET sender = receiver, receiver = sender, returned = $3
             WHERE parcel = $1 AND receiver = $2 AND EXISTS (SELECT 1 FROM owner)
             RETURNING pg_notify('{CHANNEL}', receiver)::text",
            quoted(&world)
        );
        let keeper = db.mail().keeper().to_owned();
        let reason = reason.replace('\0', "");
        let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
            (&mail::name(id), Type::BYTEA),
            (&world, Type::TEXT),
            (&reason, Type::TEXT),
            (&keeper, Type::TEXT),
        ];
        match self.query(&sql, &parameters)?.len() {
            1 => Ok(()),
            _ => Err(ErrorKind::Parcel(ParcelError::NotWaiting { id }).into()),
        }
    }

    /// Calls a parcel of this world back that is for a world that the database does not have: one whose name was written
    /// wrong, say. It waits for this world then.
    ///
    /// # Errors
    /// In [`ErrorKind::Parcel`] [`ParcelError::NotWaiting`], also if there is such a world; and as
    /// [`inbox`](Self::inbox).
    pub fn call_back(&mut self, id: ParcelId) -> Result<(), CrateError> {
        let world = self.world.clone();
        let sql = format!(
            "UPDATE {PARCELS} SET sender = receiver, receiver = sender, returned = 'called back'
             WHERE parcel = $1 AND sender = $2 AND receiver NOT IN (SELECT nspname FROM pg_namespace)
             RETURNING number"
        );
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&mail::name(id), Type::BYTEA), (&world, Type::TEXT)];
        match self.query(&sql, &parameters)?.len() {
            1 => Ok(()),
            _ => Err(ErrorKind::Parcel(ParcelError::NotWaiting { id }).into()),
        }
    }

    /// Blocks until the server says that a parcel is there for this world, or as long as this. Returns whether it has said
    /// so since the last call. A parcel may be there in any case, as after a connection was lost.
    ///
    /// # Errors
    /// As [`inbox`](Self::inbox).
    pub fn wait(&mut self, limit: Duration) -> Result<bool, CrateError> {
        let session = self.session()?;
        Ok(session.wait_for_call(limit))
    }

    fn list(&mut self, side: &str) -> Result<Vec<WaitingParcel>, CrateError> {
        let world = self.world.clone();
        let sql = format!(
            "SELECT parcel, sender, receiver, octet_length(contents)::bigint, returned FROM {PARCELS}
             WHERE {side} = $1 ORDER BY number"
        );
        let rows = self.query(&sql, &[(&world, Type::TEXT)])?;
        let read = |row: &Row| -> Result<Option<WaitingParcel>, tokio_postgres::Error> {
            let (name, n_bytes): (&[u8], i64) = (row.try_get(0)?, row.try_get(3)?);
            let Ok(name) = name.try_into() else {
                return Ok(None);
            };
            Ok(Some(WaitingParcel {
                id: ParcelId::from_bytes(name),
                from: row.try_get(1)?,
                to: row.try_get(2)?,
                n_bytes: n_bytes.unsigned_abs(),
                returned: row.try_get(4)?,
            }))
        };
        let waiting = rows.iter().filter_map(|row| read(row).transpose());
        let waiting = waiting.collect::<Result<_, _>>();
        Ok(waiting.map_err(|error| self.failed(error.into()))?)
    }

    fn query(
        &mut self,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, CrateError> {
        let session = self.session()?;
        let rows = session.answer(session.client().query_typed(sql, parameters));
        Ok(rows.map_err(|error| self.failed(error))?)
    }

    /// The session, opened again if it was lost.
    fn session(&mut self) -> Result<&Session, FileError> {
        if self.session.as_ref().is_none_or(Session::is_lost) {
            self.session = None;
            let failed = |error: Lost| error.at(&self.path);
            let session = Session::connect(&self.config, self.limits);
            let session = session.map_err(|error| failed(error.into()))?;
            session.listen(CHANNEL, &self.world);
            self.session = Some(session);
        }
        Ok(self.session.as_ref().expect("it was opened just now"))
    }

    fn failed(&self, error: Error) -> FileError {
        FileError::Outbox {
            path: self.path.clone(),
            source: backend_error(error),
        }
    }
}

impl PostgresOptions {
    /// Connects to the parcels of this world: see [`ServerOutbox`].
    ///
    /// # Errors
    /// As [`ServerOutbox::connect`].
    pub fn outbox(self) -> Result<ServerOutbox, CrateError> {
        let unnamed = PathBuf::from(format!("postgres:{}", self.world));
        let parsed = self.connection.parse::<Config>();
        let mut config = parsed.map_err(|error| Lost::from(error).at(&unnamed))?;
        let path = address(&config, &self.world);
        complete(&mut config);
        let limits = self.limits(&config);
        let mut outbox = ServerOutbox {
            config,
            limits,
            world: self.world,
            path,
            session: None,
        };
        let world = outbox.world.clone();
        let session = outbox.session()?;
        if let Err(error) = mail::create(session, &world) {
            return Err(outbox.failed(error).into());
        }
        Ok(outbox)
    }
}
