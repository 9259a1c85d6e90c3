//! The parcels of the worlds of one database, as one of these worlds sees them.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::error::ParcelId;
use crate::error::{Error as CrateError, ErrorKind, FileError, ParcelError};
use crate::persist::outbox::{MOST_WAITING, WaitingParcel, shortened};
use crate::store::tracking::parcel::{MOST_BYTES, Parcel};

use super::error::{Error, Lost, backend_error};
use super::fence::{self, State};
use super::mail::{self, CHANNEL, PARCELS};
use super::newest::{self, NO_WORLD};
use super::open::target;
use super::options::PostgresOptions;
use super::schema::{WORLD, quoted};
use super::session::{Limits, Session};
use super::tls::Reach;

/// The parcels that wait for a world on a server, and those that it has sent. It has a connection of its own, so it waits for no
/// flush. The names of worlds are those that they are opened by.
///
/// A parcel waits from the moment when the flush is committed that deletes its rows, until the flush is that
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
///     outbox.exchange(&mut south)?;
///     outbox.wait(Duration::from_secs(1))?;
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), gamedb::Error>(())
/// ```
pub struct ServerOutbox {
    reach: Reach,
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
    /// Connects for the world of this name, and makes the tables of parcels unless they are there: a role that may not
    /// make them can use those that are. The world has to exist.
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

    /// The parcels that wait for this world, after a place.
    pub(in crate::persist) fn waiting(
        &mut self,
        after: u64,
    ) -> Result<Vec<WaitingParcel>, CrateError> {
        self.list("receiver", after)
    }

    /// Reads a parcel that waits for this world.
    pub(in crate::persist) fn read_parcel(
        &mut self,
        owner: &str,
        id: ParcelId,
    ) -> Result<Parcel, CrateError> {
        // One that is larger than a parcel may be is not even sent.
        let sql = format!(
            "SELECT octet_length(contents)::bigint, CASE WHEN octet_length(contents) <= {MOST_BYTES} THEN contents END
             FROM {PARCELS} WHERE parcel = $1 AND receiver = $2"
        );
        let world = self.world.clone();
        self.refuse_others(owner)?;
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&mail::name(id), Type::BYTEA), (&world, Type::TEXT)];
        let rows = self.query(&sql, &parameters)?;
        let refused = |error| CrateError::from(ErrorKind::Parcel(error));
        let Some(row) = rows.first() else {
            return Err(refused(ParcelError::NotWaiting { id }));
        };
        let read = || Ok((row.try_get(0)?, row.try_get(1)?));
        let (bytes, contents): (i64, Option<&[u8]>) =
            read().map_err(|error: tokio_postgres::Error| self.failed(error.into()))?;
        let (bytes, most) = (bytes.unsigned_abs(), MOST_BYTES.into());
        let contents = contents.ok_or_else(|| refused(ParcelError::TooLarge { bytes, most }))?;
        let parcel = Parcel::from_bytes(contents).map_err(refused)?;
        if parcel.id() != id {
            let what = "it has another name than the one that it is stored by";
            return Err(refused(ParcelError::Damaged { at: 5, what }));
        }
        Ok(parcel)
    }

    /// Sends a parcel back, unless it is not there, or another process is the owner of the world.
    pub(in crate::persist) fn return_parcel(
        &mut self,
        owner: &str,
        id: ParcelId,
        reason: &str,
    ) -> Result<(), CrateError> {
        // The owner's row is locked, so that no process takes the world over in between.
        let sql = format!(
            "WITH owner AS (SELECT 1 FROM {}.{WORLD} WHERE world = $2 AND owner = $3 FOR SHARE)
             UPDATE {PARCELS} SET sender = receiver, receiver = sender, returned = $4
             WHERE parcel = $1 AND receiver = $2 AND EXISTS (SELECT 1 FROM owner)
             RETURNING pg_notify('{CHANNEL}', receiver)::text",
            quoted(&self.world)
        );
        self.move_parcel(&sql, owner, id, &[&shortened(reason)])
    }

    /// Executes a statement that moves a parcel to another world, with the parcel, this world and its owner, and further
    /// texts.
    fn move_parcel(
        &mut self,
        sql: &str,
        owner: &str,
        id: ParcelId,
        texts: &[&str],
    ) -> Result<(), CrateError> {
        self.refuse_others(owner)?;
        let (name, world) = (mail::name(id), self.world.clone());
        let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> = vec![
            (&name, Type::BYTEA),
            (&world, Type::TEXT),
            (&owner, Type::TEXT),
        ];
        for text in texts {
            parameters.push((text, Type::TEXT));
        }
        match self.query(sql, &parameters)?.len() {
            1 => Ok(()),
            _ => Err(ErrorKind::Parcel(ParcelError::NotWaiting { id }).into()),
        }
    }

    /// The parcels of this world that wait for others, oldest first: a thousand at most.
    ///
    /// # Errors
    /// As [`inbox`](Self::inbox).
    pub fn sent(&mut self) -> Result<Vec<WaitingParcel>, CrateError> {
        self.sent_after(0)
    }

    /// Those of them that wait after this [place](WaitingParcel::place).
    ///
    /// # Errors
    /// As [`inbox`](Self::inbox).
    pub fn sent_after(&mut self, place: u64) -> Result<Vec<WaitingParcel>, CrateError> {
        self.list("sender", place)
    }

    /// Calls a parcel back, unless there is a world that it is for, or another process is the owner of this one.
    pub(in crate::persist) fn call_parcel_back(
        &mut self,
        owner: &str,
        id: ParcelId,
    ) -> Result<(), CrateError> {
        // A schema of another kind, as `public`, is no world, so no world would ever take it there.
        let sql = format!(
            "WITH owner AS (SELECT 1 FROM {}.{WORLD} WHERE world = $2 AND owner = $3 FOR SHARE)
             UPDATE {PARCELS} SET sender = receiver, receiver = sender, returned = 'called back'
             WHERE parcel = $1 AND sender = $2 AND EXISTS (SELECT 1 FROM owner)
                AND receiver NOT IN (SELECT nspname FROM pg_namespace JOIN pg_class ON relnamespace = pg_namespace.oid
                    WHERE relname = '{WORLD}')
             RETURNING number",
            quoted(&self.world)
        );
        self.move_parcel(&sql, owner, id, &[])
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

    fn list(&mut self, side: &str, after: u64) -> Result<Vec<WaitingParcel>, CrateError> {
        let world = self.world.clone();
        // What is longer was written by another program: a schema has no such name, and no reason is so long.
        let sql = format!(
            "SELECT parcel, number, left(sender, 1000), left(receiver, 1000), octet_length(contents)::bigint,
                left(returned, 1000)
             FROM {PARCELS} WHERE {side} = $1 AND number > $2 AND octet_length(parcel) = 16
             ORDER BY number LIMIT {MOST_WAITING}"
        );
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let parameters: [(&(dyn ToSql + Sync), Type); 2] =
            [(&world, Type::TEXT), (&after, Type::INT8)];
        let rows = self.query(&sql, &parameters)?;
        let read = |row: &Row| -> Result<Option<WaitingParcel>, tokio_postgres::Error> {
            let name: &[u8] = row.try_get(0)?;
            let (place, n_bytes): (i64, i64) = (row.try_get(1)?, row.try_get(4)?);
            let Ok(name) = name.try_into() else {
                return Ok(None);
            };
            Ok(Some(WaitingParcel {
                id: ParcelId::from_bytes(name),
                place: place.unsigned_abs(),
                from: row.try_get(2)?,
                to: row.try_get(3)?,
                n_bytes: n_bytes.unsigned_abs(),
                returned: row.try_get(5)?,
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
            let session = newest::connect(&self.reach, self.limits, &self.world);
            let session = session.map_err(|error| failed(error.into()))?;
            read_state(&session, &self.world).map_err(failed)?;
            session.listen(CHANNEL, &self.world);
            self.session = Some(session);
        }
        Ok(self.session.as_ref().expect("it was opened just now"))
    }

    /// Refuses a server that has become older than another one, because a session may outlive the promotion of a standby; and
    /// a caller that is not the owner of the world: a process that has lost it, or another world.
    fn refuse_others(&mut self, owner: &str) -> Result<(), FileError> {
        let world = self.world.clone();
        let state = read_state(self.session()?, &world).map_err(|error| error.at(&self.path))?;
        match state {
            Some(state) if state.owner != owner => Err(FileError::NotOwner {
                path: self.path.clone(),
                owner: state.owner,
                since: state.since,
            }),
            _ => Ok(()),
        }
    }

    fn failed(&self, error: Error) -> FileError {
        FileError::Outbox {
            path: self.path.clone(),
            source: backend_error(error),
        }
    }
}

/// Reads whose world it is; `None` for one that is not there, which has accepted nothing. Refuses a server whose state is
/// older than one that was acknowledged: a parcel that waits there may have been accepted.
fn read_state(session: &Session, world: &str) -> Result<Option<State>, Lost> {
    match fence::read_of(session, world) {
        Ok(state) => state.refuse_older().map(|()| Some(state)),
        Err(Lost::NoWorld) => Ok(None),
        Err(Lost::Server(error))
            if error
                .sqlstate()
                .is_some_and(|code| NO_WORLD.contains(&code)) =>
        {
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

impl PostgresOptions {
    /// Connects to the parcels of this world: see [`ServerOutbox`].
    ///
    /// # Errors
    /// As [`ServerOutbox::connect`].
    pub fn outbox(self) -> Result<ServerOutbox, CrateError> {
        let (reach, path) = target(&self.connection, &self.world)?;
        let limits = self.limits(&reach.config);
        let mut outbox = ServerOutbox {
            reach,
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
