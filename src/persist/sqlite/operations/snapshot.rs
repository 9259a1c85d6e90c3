//! Reading a world file without writing anything, neither to it nor beside it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::FileError;

use super::super::belonging::{open_bare, refuse_strangers};
use super::super::create::{has_log, is_log, with_ending};
use super::super::error::open_error;
use super::super::lock::{Lock, lock_of, refuse_other_than_file, resolved};
use super::super::lock_record::{self, LockRecord};
use super::super::one_database::in_memory;

/// How long an operator's command waits for another program that locks the file.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A file as it is at one moment, with its log.
pub(in crate::persist::sqlite) struct Snapshot {
    pub(in crate::persist::sqlite) connection: Connection,
    _held: Held,
}

/// A file that no game opens as long as this lives, unless one has it open already.
pub(super) struct Held {
    path: PathBuf,
    /// Whether the file and its log are read as by any other program: a game has it open, or the caller may write to it.
    pub(super) is_in_use: bool,
    /// The lock file, where there is one.
    _lock: Option<File>,
}

impl Held {
    /// Refuses a file that does not belong to the log beside it.
    pub(super) fn refuse_strangers(&self, record: Option<&LockRecord>) -> Result<(), FileError> {
        let is_empty = std::fs::metadata(&self.path).is_ok_and(|file| file.len() == 0);
        if self.is_in_use || is_empty {
            // The game that has it open has looked already, and the log changes.
            return Ok(());
        }
        refuse_strangers(&self.path, record)
    }

    /// Whether SQLite reads the file beside others that write to it.
    fn is_read_as_by_others(&self) -> bool {
        // What a rollback journal means only SQLite knows; it says so if it would have to write for it.
        self.is_in_use || is_log(&with_ending(&resolved(&self.path), "-journal"))
    }

    /// What the lock file says.
    pub(super) fn record(&self) -> Option<LockRecord> {
        lock_record::read_at(&lock_of(&self.path))
    }

    /// Takes a snapshot of the file.
    ///
    /// A file that a game has open is read as any other program reads it. A log that was left behind is brought into
    /// a copy in memory, because SQLite would have to make an index for it beside the file. Every other file is read
    /// as one that never changes. `patience` is how long another program is waited for that locks the file.
    pub(super) fn read(self, which: Which, patience: Duration) -> Result<Snapshot, FileError> {
        let path = &self.path;
        let at_path = |source| open_error(path, source);
        let connection = if self.is_read_as_by_others() {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags).map_err(at_path)?;
            connection.busy_timeout(patience).map_err(at_path)?;
            let settings = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; BEGIN; \
                            SELECT count(*) FROM sqlite_schema";
            connection.execute_batch(settings).map_err(at_path)?;
            connection
        } else if which == Which::WithLog && has_log(path) {
            in_memory(path)?
        } else {
            open_bare(path).map_err(at_path)?
        };
        Ok(Snapshot {
            connection,
            _held: self,
        })
    }
}

/// A snapshot of a file and the log that belongs to it.
pub(in crate::persist::sqlite) fn snapshot(path: &Path) -> Result<Snapshot, FileError> {
    refuse_other_than_file(path)?;
    let held = hold(path)?;
    held.refuse_strangers(held.record().as_ref())?;
    held.read(Which::WithLog, PATIENCE)
}

/// Opens a file to be looked at by a tool, with the log that belongs to it, and without making anything beside it. No game
/// is kept from opening the file meanwhile.
///
/// The second value says whether the connection reads the file as any other program does: then it has begun a transaction,
/// and should not live longer than one question, because the game that closes the file could not take its log away.
/// Otherwise it shows the file as it was: as long as neither the file nor its log is written to, that is how it is.
///
/// A program that locks the file is waited for as long as `patience`, now and by the connection later.
///
/// # Errors
/// Where nothing could be looked at.
pub fn open_to_look(path: &Path, patience: Duration) -> Result<(Connection, bool), FileError> {
    refuse_other_than_file(path)?;
    let held = hold(path)?;
    let which = match held.refuse_strangers(held.record().as_ref()) {
        Err(FileError::OtherLog { .. }) => Which::FileAlone,
        // What is wrong with a file is said by those who want to write to it, or to verify it.
        _ => Which::WithLog,
    };
    let is_shared = held.is_read_as_by_others();
    let connection = held.read(which, patience)?.connection;
    connection
        .busy_timeout(patience)
        .map_err(|source| open_error(path, source))?;
    Ok((connection, is_shared))
}

/// Whether the log beside a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    WithLog,
    FileAlone,
}

/// Keeps games from opening a file.
pub(super) fn hold(path: &Path) -> Result<Held, FileError> {
    refuse_missing(path)?;
    let (lock, is_in_use) = shared_lock(path)?;
    Ok(Held {
        path: path.to_owned(),
        is_in_use,
        _lock: lock,
    })
}

/// A snapshot of a file whose lock the caller has, and that has been looked at. A log that was left behind is read
/// where it is: it belongs to the caller, who is about to write.
pub(in crate::persist::sqlite) fn locked_snapshot(
    path: &Path,
    _lock: &Lock,
) -> Result<Snapshot, FileError> {
    refuse_missing(path)?;
    let held = Held {
        path: path.to_owned(),
        is_in_use: has_log(path),
        _lock: None,
    };
    held.read(Which::WithLog, PATIENCE)
}

fn refuse_missing(path: &Path) -> Result<(), FileError> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(()),
        Err(_) => Err(FileError::NotThere {
            path: path.to_owned(),
        }),
    }
}

/// Locks out games for as long as the file is read; they may be many that read. Says whether a game has it. Where that
/// cannot be found out, nothing is read: a file that changes must not be read as one that never does.
fn shared_lock(path: &Path) -> Result<(Option<File>, bool), FileError> {
    let lock = lock_of(path);
    let failed = |source| FileError::Lock {
        lock: lock.clone(),
        source,
    };
    let file = match File::open(&lock) {
        Ok(file) => file,
        // It is not made where it is missing: nothing is written.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((None, false)),
        Err(source) => return Err(failed(source)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok((Some(file), false)),
        Err(TryLockError::WouldBlock) => Ok((None, true)),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
