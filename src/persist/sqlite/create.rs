//! Creating a world file: whether a new one may be created, its journal mode and its tables.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::error::FileError;

use super::error::open_error;
use super::lock::resolved;
use super::stamp::{self, FileState};
use super::{format, schema_diff, statements};

/// Refuses to create a new file if an old one seems to be lost. SQLite takes a log beside an empty file for one
/// that was left behind, and deletes it.
pub(super) fn refuse_lost_file(path: &Path, existing: bool) -> Result<(), FileError> {
    let path = path.to_owned();
    let length = std::fs::metadata(&path).map(|file| file.len());
    if length.as_ref().is_ok_and(|&length| length > 0) {
        return Ok(());
    }
    if has_log(&path) {
        let log = log_of(&path);
        return Err(FileError::LogWithoutFile { path, log });
    }
    match length {
        Ok(_) if existing => Err(FileError::Empty { path }),
        Err(_) if existing => Err(FileError::NotThere { path }),
        _ => Ok(()),
    }
}

/// Whether a process that died has left a write-ahead log beside the file.
pub(super) fn has_log(path: &Path) -> bool {
    is_log(&log_of(path))
}

/// Whether there is a write-ahead log at this path.
pub(super) fn is_log(log: &Path) -> bool {
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The write-ahead log of a file. SQLite follows links, and puts the log beside the file itself.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut log = resolved(path).into_os_string();
    log.push("-wal");
    log.into()
}

/// Puts a file into WAL mode.
pub(super) fn use_wal(connection: &Connection, path: &Path) -> Result<(), FileError> {
    let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0));
    match mode.map_err(|source| open_error(path, source))? {
        mode if mode == "wal" => Ok(()),
        mode => Err(FileError::NotWal {
            path: path.to_owned(),
            mode,
        }),
    }
}

/// Creates the tables of an empty world, unless another process has just done so.
pub(super) fn create_tables(connection: &mut Connection, ddl: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if schema_diff::is_empty(&transaction)? {
        transaction.execute_batch(ddl)?;
        transaction.execute_batch(statements::CREATE_IDS)?;
        stamp::create(&transaction)?;
        transaction.execute_batch(statements::CREATE_HASHES)?;
        format::mark(&transaction)?;
    }
    transaction.commit()
}

/// Makes a file that fits ready to be written to, in one transaction: with the table of next ids and a state. Returns
/// the state. Nothing is written to a file that has both.
pub(super) fn prepare(connection: &mut Connection) -> rusqlite::Result<FileState> {
    let has_ids: bool = connection.query_row(statements::IDS_EXIST, [], |row| row.get(0))?;
    if has_ids && let Some(state) = stamp::ready(connection)? {
        return Ok(state);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !has_ids {
        transaction.execute_batch(statements::CREATE_IDS)?;
    }
    let state = stamp::adopt(&transaction)?;
    transaction.commit()?;
    Ok(state)
}

/// Moves the log of another file out of the way, under a name that is free. Returns that name.
pub(super) fn set_log_aside(log: &Path) -> Result<PathBuf, FileError> {
    let aside = free_name(log);
    match std::fs::rename(log, &aside) {
        Ok(()) => Ok(aside),
        Err(source) => Err(FileError::Log {
            log: log.to_owned(),
            source,
        }),
    }
}

/// The first name of this kind that no file has: `world.db-wal.aside-1`, for example.
pub(super) fn free_name(path: &Path) -> PathBuf {
    let name = |n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".aside-{n}"));
        PathBuf::from(name)
    };
    let mut names = (1..).map(name);
    let free = names.find(|name| std::fs::symlink_metadata(name).is_err());
    free.expect("a folder has fewer files than there are numbers")
}
