//! Opening a world file: checked and read first, and only then written to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::FileError;
use crate::schema::graph::TableOrder;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::error::open_error;
use super::load::load;
use super::lock::{FileIdentity, Lock, resolved};
use super::options::{Options, checkpoint_on_close, configure};
use super::parallel_load::second_connection;
use super::writer::Writer;
use super::{commit, schema_diff, statements};

/// From this many bytes on a file is worth a second connection: 1 MB.
const LARGE: u64 = 1 << 20;

/// A world file that is open, locked and read.
pub(in crate::persist) struct Opened<T: Tables> {
    pub(in crate::persist) world: World<T>,
    pub(in crate::persist) writer: Writer,
    pub(in crate::persist) lock: Lock,
}

pub(in crate::persist) fn open<T: Tables>(
    options: Options,
    path: &Path,
    order: &TableOrder,
) -> Result<Opened<T>, FileError> {
    let lock = Lock::acquire(path)?;
    look_for_file(path, options.existing)?;
    let at_path = |source| open_error(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(at_path)?;
    // Before SQLite makes files beside one that it can only read.
    if connection.is_readonly("main").map_err(at_path)? {
        return Err(FileError::ReadOnly {
            path: path.to_owned(),
        });
    }
    // One that is refused is not written to, so the log that it came with stays beside it.
    checkpoint_on_close(&connection, !has_log(path)).map_err(at_path)?;
    let wal_pages = configure(&mut connection, options).map_err(at_path)?;
    if schema_diff::is_empty(&connection).map_err(at_path)? {
        use_wal(&connection, path)?;
        create(&mut connection, T::DDL).map_err(at_path)?;
    } else if journal_mode(&connection).map_err(at_path)? != "wal" {
        // A file from elsewhere. Nothing is written to it before all of it is known to fit; after
        // that it is read again, because SQLite takes the change of mode for somebody else's write.
        read::<T>(&connection, path, order)?;
        use_wal(&connection, path)?;
    }
    let (world, version) = read::<T>(&connection, path, order)?;
    // Now that the file is known to fit.
    if !connection
        .query_row(statements::IDS_EXIST, [], |row| row.get(0))
        .map_err(at_path)?
    {
        connection
            .execute_batch(statements::CREATE_IDS)
            .map_err(at_path)?;
    }
    let writer = Writer {
        connection,
        path: path.to_owned(),
        file: FileIdentity::of(path),
        version,
        wal_pages,
        // Whoever wrote it last may have been killed.
        is_synced: false,
        broken: None,
    };
    Ok(Opened {
        world,
        writer,
        lock,
    })
}

/// Refuses to make a file where one is missed.
fn look_for_file(path: &Path, existing: bool) -> Result<(), FileError> {
    let path = path.to_owned();
    if std::fs::metadata(&path).is_ok() {
        return Ok(());
    }
    if has_log(&path) {
        let log = log_of(&path);
        return Err(FileError::LogWithoutFile { path, log });
    }
    if existing {
        return Err(FileError::NotThere { path });
    }
    Ok(())
}

/// Whether a process that died has left a write-ahead log beside the file.
fn has_log(path: &Path) -> bool {
    std::fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0)
}

/// SQLite follows links, and puts the log beside the file itself.
fn log_of(path: &Path) -> PathBuf {
    let mut log = resolved(path).into_os_string();
    log.push("-wal");
    log.into()
}

fn journal_mode(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))
}

fn use_wal(connection: &Connection, path: &Path) -> Result<(), FileError> {
    let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0));
    match mode.map_err(|source| open_error(path, source))? {
        mode if mode == "wal" => Ok(()),
        mode => Err(FileError::NotWal {
            path: path.to_owned(),
            mode,
        }),
    }
}

/// Makes an empty world, unless somebody else has just done so.
fn create(connection: &mut Connection, ddl: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if schema_diff::is_empty(&transaction)? {
        transaction.execute_batch(ddl)?;
        transaction.execute_batch(statements::CREATE_IDS)?;
    }
    transaction.commit()
}

/// Reads the file as it is at one moment, and the version that it had then.
fn read<T: Tables>(
    connection: &Connection,
    path: &Path,
    order: &TableOrder,
) -> Result<(World<T>, i64), FileError> {
    let at_path = |source| open_error(path, source);
    let (snapshot, mut second) = snapshot(connection, path).map_err(at_path)?;
    let differences = schema_diff::differences(&snapshot, T::DDL).map_err(at_path)?;
    if !differences.is_empty() {
        return Err(FileError::Schema {
            path: path.to_owned(),
            differences,
        });
    }
    let loaded = load::<T>(&snapshot, second.as_mut(), order).map_err(at_path)?;
    if !loaded.problems.is_empty() {
        return Err(FileError::Rows {
            path: path.to_owned(),
            problems: loaded.problems,
        });
    }
    drop(second);
    let version = commit::data_version(&snapshot).map_err(at_path)?;
    snapshot.commit().map_err(at_path)?;
    Ok((loaded.world, version))
}

/// One state of a file, and a second connection that sees the same one, where the file is large
/// enough to be read by two threads.
fn snapshot<'c>(
    connection: &'c Connection,
    path: &Path,
) -> rusqlite::Result<(Transaction<'c>, Option<Connection>)> {
    let begin = |behavior| Transaction::new_unchecked(connection, behavior);
    let is_large = std::fs::metadata(path).is_ok_and(|file| file.len() >= LARGE);
    if !is_large {
        return Ok((begin(TransactionBehavior::Deferred)?, None));
    }
    // As long as nobody else can write, both see the same. Somebody who is writing now is not waited
    // for: one connection has to do then.
    let timeout: u32 = connection.query_row("PRAGMA busy_timeout", [], |row| row.get(0))?;
    connection.busy_timeout(Duration::ZERO)?;
    let begun = begin(TransactionBehavior::Immediate);
    connection.busy_timeout(Duration::from_millis(timeout.into()))?;
    match begun {
        Ok(transaction) => Ok((transaction, second_connection(path))),
        Err(_) => Ok((begin(TransactionBehavior::Deferred)?, None)),
    }
}
