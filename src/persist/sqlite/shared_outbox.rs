//! A file of SQLite's that the worlds of one machine share, through which parcels go from one to another.
//!
//! A world's file and this one are two files, which no transaction covers. So a parcel is in its sender's file, written by the
//! flush that deletes its rows there; then in this one; then its name is in the receiver's file, written by the flush that
//! inserts its rows there. Each place forgets it only when the next one has it and a power cut does not take it away, and
//! each takes it once, by its name. So wherever it stops, the parcel is in one place at least, and whatever is done again
//! adds nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, Transaction, TransactionBehavior,
};

use crate::error::{Error, ErrorKind, FileError, ParcelError, ParcelId};
use crate::persist::outbox::{Exchanged, MOST_WAITING, WaitingParcel, shortened};
use crate::store::tracking::mail::Mail;
use crate::store::tracking::parcel::{MOST_BYTES, Parcel};

use super::create::{refuse_unless_wal, switch_to_wal};
use super::error::{backend_error, open_error};
use super::lock::refuse_other_than_file;
use super::mail::parcel_id;
use super::outbox_states::{self, claim, note_state, refusal};
use super::world_files::WorldFiles;

/// `gdo`, and the number of the format.
const MARK: i32 = 0x6764_6f01;

const CREATE: &str = "CREATE TABLE worlds (
    name     TEXT PRIMARY KEY,
    identity BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE parcels (
    number   INTEGER PRIMARY KEY,
    parcel   BLOB NOT NULL UNIQUE,
    sender   TEXT NOT NULL,
    receiver TEXT NOT NULL,
    returned TEXT,
    contents BLOB NOT NULL
) STRICT;
CREATE INDEX parcels_receiver ON parcels (receiver, number);
CREATE INDEX parcels_sender ON parcels (sender, number);";

/// How long another process that writes to the file is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file through which the worlds of one machine hand rows over to each other: see
/// [`hand_over`](crate::World::hand_over). Each process opens it under the name of its world.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// use gamedb::{Database, SharedOutbox};
/// use gamedb_models::{Player, World};
///
/// let mut north = Database::<World>::open(folder.join("north.db"))?;
/// let ada = north.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
/// north.hand_over(ada, "south")?;
/// north.flush_durable()?;
/// SharedOutbox::open(folder.join("outbox.db"), "north")?.exchange(&mut north)?;
///
/// // In another process:
/// let mut south = Database::<World>::open(folder.join("south.db"))?;
/// let mut outbox = SharedOutbox::open(folder.join("outbox.db"), "south")?;
/// for waiting in outbox.inbox(&south)? {
///     let parcel = outbox.read(&mut south, waiting.id)?;
///     match south.accept(&parcel) {
///         Ok(arrived) => println!("player {} is here now", arrived.root::<Player>().unwrap()),
///         Err(refused) => outbox.send_back(&mut south, waiting.id, &refused.to_string())?,
///     }
/// }
/// south.flush_durable()?;
/// assert_eq!(outbox.exchange(&mut south)?.acknowledged, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SharedOutbox {
    connection: Connection,
    path: PathBuf,
    name: String,
    files: WorldFiles,
}

impl SharedOutbox {
    /// Opens the file, or makes it, for the world that others know by this name. A relative path is that of the file that it
    /// names now, also when the process goes to another folder; a URI is no path.
    ///
    /// # Errors
    /// [`FileError::NotAnOutbox`] for a file that is something else, and any error of SQLite or the file system, in
    /// [`ErrorKind::File`].
    pub fn open(path: impl AsRef<Path>, name: &str) -> Result<Self, Error> {
        Ok(Self::open_at(path.as_ref(), name)?)
    }

    fn open_at(path: &Path, name: &str) -> Result<Self, FileError> {
        refuse_other_than_file(path)?;
        // It stays the file that it is, wherever the process goes.
        let path = std::path::absolute(path).map_err(|source| FileError::Io {
            path: path.to_owned(),
            source,
        })?;
        let path = path.as_path();
        let at_path = |source| open_error(path, source);
        // Without URIs, as for worlds: the file that is looked at later is the one of this path.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(at_path)?;
        connection.busy_timeout(PATIENCE).map_err(at_path)?;
        let is_new = |connection: &Connection| -> rusqlite::Result<bool> {
            let count = "SELECT count(*) FROM sqlite_schema";
            Ok(connection.query_row(count, [], |row| row.get::<_, i64>(0))? == 0)
        };
        let mark = |connection: &Connection| -> rusqlite::Result<i32> {
            connection.query_row("PRAGMA application_id", [], |row| row.get(0))
        };
        let refused = FileError::NotAnOutbox {
            path: path.to_owned(),
        };
        // In this order: a process that sees the tables sees the mark, which comes with them.
        if !is_new(&connection).map_err(at_path)? && mark(&connection).map_err(at_path)? != MARK {
            return Err(refused);
        }
        // SQLite itself does not wait here: two processes that both read the new file would wait for each other.
        let mode = patiently(|| switch_to_wal(&connection)).map_err(at_path)?;
        refuse_unless_wal(mode, path)?;
        // What is in this file is in no other one for a while, so each commit is synced.
        connection
            .pragma_update(None, "synchronous", "FULL")
            .map_err(at_path)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = transaction.map_err(at_path)?;
        // Another process may have made it in the meantime.
        if is_new(&transaction).map_err(at_path)? {
            transaction.execute_batch(CREATE).map_err(at_path)?;
            transaction
                .pragma_update(None, "application_id", MARK)
                .map_err(at_path)?;
        }
        if mark(&transaction).map_err(at_path)? != MARK {
            return Err(refused);
        }
        transaction
            .execute_batch(outbox_states::CREATE)
            .map_err(at_path)?;
        transaction.commit().map_err(at_path)?;
        let opened = Self {
            connection,
            path: path.to_owned(),
            name: name.to_owned(),
            files: WorldFiles::of(path),
        };
        opened.refuse_moved()?;
        Ok(opened)
    }

    /// The name of the world that it was opened for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Delivers what has left a world by flushes up to this one, and takes away what has come into it by them.
    pub(in crate::persist) fn exchange_mail(
        &mut self,
        mail: &mut Mail,
        durable: u64,
    ) -> Result<Exchanged, FileError> {
        let mut exchanged = Exchanged::default();
        let accepted: Vec<ParcelId> = (self.names("receiver").map_err(|e| self.failed(e))?)
            .into_iter()
            .filter(|&id| mail.has_durably_accepted(id, durable))
            .collect();
        let outgoing: Vec<_> = mail.deliverable(durable).cloned().collect();
        exchanged.held_back = mail.outbox().len() - outgoing.len();
        let name = &self.name;
        let transaction = self.begin(mail)?;
        let write = || -> rusqlite::Result<()> {
            for outgoing in &outgoing {
                // It may be there already, also as one that was sent back.
                let sql = "INSERT INTO parcels (parcel, sender, receiver, contents) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (parcel) DO NOTHING";
                let id = outgoing.parcel.id();
                let parameters = (
                    &id.as_bytes()[..],
                    name,
                    &*outgoing.to,
                    outgoing.parcel.as_bytes(),
                );
                transaction.prepare_cached(sql)?.execute(parameters)?;
            }
            for id in &accepted {
                let sql = "DELETE FROM parcels WHERE parcel = ?1 AND receiver = ?2";
                transaction
                    .prepare_cached(sql)?
                    .execute((&id.as_bytes()[..], name))?;
            }
            if !(outgoing.is_empty() && accepted.is_empty()) {
                note_state(&transaction, name, mail.home())?;
            }
            Ok(())
        };
        write().map_err(|error| self.failed(error))?;
        transaction.commit().map_err(|error| self.failed(error))?;
        // A file without a name takes what is delivered with it when the last process ends.
        self.refuse_moved()?;
        exchanged.delivered = outgoing.len();
        exchanged.acknowledged = accepted.len();
        for outgoing in outgoing {
            mail.leave(outgoing.parcel.id());
        }
        Ok(exchanged)
    }

    /// Says that the world has this name, before it takes anything: what it may have accepted must not be called back.
    pub(in crate::persist) fn claim(&self, mail: &Mail) -> Result<(), FileError> {
        let transaction = self.begin(mail)?;
        transaction.commit().map_err(|error| self.failed(error))
    }

    /// Begins a transaction for the world, if it is the one of this name, and in no older state than it has been here.
    fn begin(&self, mail: &Mail) -> Result<Transaction<'_>, FileError> {
        self.refuse_moved()?;
        let failed = |error| self.failed(error);
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
                .map_err(failed)?;
        let home = mail.home();
        if !claim(&transaction, &self.name, &home.world).map_err(failed)? {
            let (path, name) = (self.path.clone(), self.name.clone());
            return Err(FileError::OtherWorldOfName { path, name });
        }
        let Some(refused) = refusal(&transaction, &self.name, home).map_err(failed)? else {
            return Ok(transaction);
        };
        // That it was refused is kept: it counts on, and would have had as many flushes after a while.
        transaction.commit().map_err(failed)?;
        Err(FileError::RestoredWorld {
            path: self.path.clone(),
            name: self.name.clone(),
            found: refused.found.unsigned_abs(),
            exchanged: refused.exchanged.unsigned_abs(),
        })
    }

    /// Refuses to go on with a file that is not the one at its path any more.
    fn refuse_moved(&self) -> Result<(), FileError> {
        if self.files.are_there(&self.path) {
            return Ok(());
        }
        let path = self.path.clone();
        Err(FileError::OutboxMoved { path })
    }

    /// The parcels that wait for this world, after a place.
    pub(in crate::persist) fn waiting(&self, after: u64) -> Result<Vec<WaitingParcel>, FileError> {
        let waiting = self.list("receiver", after);
        waiting.map_err(|error| self.failed(error))
    }

    /// Reads a parcel that waits for this world.
    pub(in crate::persist) fn read_parcel(&self, id: ParcelId) -> Result<Parcel, Error> {
        let sql = "SELECT length(contents), CASE WHEN length(contents) <= ?3 THEN contents END FROM parcels
            WHERE parcel = ?1 AND receiver = ?2";
        let found = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found: Option<(i64, Option<Vec<u8>>)> = (self.connection)
            .query_row(sql, (&id.as_bytes()[..], &self.name, MOST_BYTES), found)
            .optional()
            .map_err(|error| self.failed(error))?;
        let refused = |error| Error::from(ErrorKind::Parcel(error));
        let Some((bytes, contents)) = found else {
            return Err(refused(ParcelError::NotWaiting { id }));
        };
        let (bytes, most) = (bytes.unsigned_abs(), MOST_BYTES.into());
        let contents = contents.ok_or_else(|| refused(ParcelError::TooLarge { bytes, most }))?;
        let parcel = Parcel::from_bytes(contents).map_err(refused)?;
        if parcel.id() != id {
            let what = "it has another name than the one that it is stored by";
            return Err(refused(ParcelError::Damaged { at: 5, what }));
        }
        Ok(parcel)
    }

    /// Sends a parcel back, unless it is not there.
    pub(in crate::persist) fn return_parcel(
        &mut self,
        id: ParcelId,
        reason: &str,
    ) -> Result<(), Error> {
        let sql = "UPDATE parcels SET sender = receiver, receiver = sender, returned = ?3
            WHERE parcel = ?1 AND receiver = ?2";
        let touched = self
            .connection
            .execute(sql, (&id.as_bytes()[..], &self.name, shortened(reason)));
        match touched.map_err(|error| self.failed(error))? {
            1 => Ok(()),
            _ => Err(ErrorKind::Parcel(ParcelError::NotWaiting { id }).into()),
        }
    }

    /// The parcels of this world that wait for others, oldest first: a thousand at most.
    ///
    /// # Errors
    /// Any error of SQLite, in [`ErrorKind::File`].
    pub fn sent(&self) -> Result<Vec<WaitingParcel>, Error> {
        self.sent_after(0)
    }

    /// Those of them that wait after this [place](WaitingParcel::place).
    ///
    /// # Errors
    /// Any error of SQLite, in [`ErrorKind::File`].
    pub fn sent_after(&self, place: u64) -> Result<Vec<WaitingParcel>, Error> {
        let sent = self.list("sender", place);
        Ok(sent.map_err(|error| self.failed(error))?)
    }

    /// Calls a parcel back, unless the world that it is for may have it.
    pub(in crate::persist) fn call_parcel_back(&mut self, id: ParcelId) -> Result<(), Error> {
        let sql =
            "UPDATE parcels SET sender = receiver, receiver = sender, returned = 'called back'
            WHERE parcel = ?1 AND sender = ?2 AND receiver NOT IN (SELECT name FROM worlds)";
        let touched = self
            .connection
            .execute(sql, (&id.as_bytes()[..], &self.name));
        match touched.map_err(|error| self.failed(error))? {
            1 => Ok(()),
            _ => Err(ErrorKind::Parcel(ParcelError::NotWaiting { id }).into()),
        }
    }

    /// Lets another world have this name: one that was made anew, where the old one is gone for good; or the same world in
    /// an older state, where it is accepted what that does to parcels ([`FileError::RestoredWorld`]).
    ///
    /// # Errors
    /// [`FileError::OutboxMoved`], and any error of SQLite, in [`ErrorKind::File`].
    pub fn forget_world(&mut self) -> Result<(), Error> {
        self.refuse_moved()?;
        let forget = || -> rusqlite::Result<()> {
            let transaction =
                Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            outbox_states::forget(&transaction, &self.name)?;
            transaction.commit()
        };
        forget().map_err(|error| self.failed(error))?;
        // It may have been moved before the commit.
        Ok(self.refuse_moved()?)
    }

    fn names(&self, side: &str) -> rusqlite::Result<Vec<ParcelId>> {
        let sql = format!("SELECT parcel FROM parcels WHERE {side} = ?1 ORDER BY number");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([&self.name])?;
        let mut names = Vec::new();
        while let Some(row) = rows.next()? {
            names.extend(parcel_id(row.get_ref(0)?));
        }
        Ok(names)
    }

    fn list(&self, side: &str, after: u64) -> rusqlite::Result<Vec<WaitingParcel>> {
        // What is longer was written by another program, and is no text for people.
        let sql = format!(
            "SELECT parcel, number, {}, {}, length(contents), {} FROM parcels
            WHERE {side} = ?1 AND number > ?2 AND length(parcel) = 16 ORDER BY number LIMIT {MOST_WAITING}",
            start_of("sender"),
            start_of("receiver"),
            start_of("returned")
        );
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query((&self.name, after))?;
        let mut waiting = Vec::new();
        while let Some(row) = rows.next()? {
            let (place, n_bytes): (i64, i64) = (row.get(1)?, row.get(4)?);
            if let Some(id) = parcel_id(row.get_ref(0)?) {
                waiting.push(WaitingParcel {
                    id,
                    place: place.unsigned_abs(),
                    from: text(row.get(2)?),
                    to: text(row.get(3)?),
                    n_bytes: n_bytes.unsigned_abs(),
                    returned: row.get::<_, Option<_>>(5)?.map(text),
                });
            }
        }
        Ok(waiting)
    }

    fn failed(&self, source: rusqlite::Error) -> FileError {
        FileError::Outbox {
            path: self.path.clone(),
            source: backend_error(source),
        }
    }
}

/// Calls again, for as long as another process is in the way and not for ever.
fn patiently<R>(call: impl Fn() -> rusqlite::Result<R>) -> rusqlite::Result<R> {
    let start = Instant::now();
    loop {
        match call() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(1));
            }
            result => return result,
        }
    }
}

/// The first characters of a text of another program, which may be of any length and no UTF-8.
fn start_of(column: &str) -> String {
    format!("CAST(substr({column}, 1, 1000) AS BLOB)")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
