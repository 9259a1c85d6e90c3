//! Creating a world file: whether a new one may be created, its journal mode and its tables.

use std::fs::Metadata;
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
    with_ending(&resolved(path), "-wal")
}

/// Puts a file into WAL mode.
pub(super) fn use_wal(connection: &Connection, path: &Path) -> Result<(), FileError> {
    let mode = switch_to_wal(connection).map_err(|source| open_error(path, source))?;
    refuse_unless_wal(mode, path)
}

/// Asks for a write-ahead log. Returns how the file is written now.
pub(super) fn switch_to_wal(connection: &Connection) -> rusqlite::Result<String> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
}

pub(super) fn refuse_unless_wal(mode: String, path: &Path) -> Result<(), FileError> {
    match mode {
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

/// What SQLite puts beside a file, and reads with it: a log and its index, and a rollback journal.
pub(super) const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The first name of this kind that is free, and under which no file would find anything beside it:
/// `world.db-wal.aside-1`, for example.
pub(super) fn free_name(path: &Path) -> PathBuf {
    let mut names = (1..).map(|n: u32| with_ending(path, &format!(".aside-{n}")));
    let is_free = |name: &PathBuf| {
        let mut endings = [""].iter().chain(&BESIDE).chain(&["-lock"]);
        endings.all(|ending| std::fs::symlink_metadata(with_ending(name, ending)).is_err())
    };
    let free = names.find(is_free);
    free.expect("a folder has fewer files than there are numbers")
}

/// The two names of a file that a restore has set aside without putting another one in its place, because it was
/// interrupted: that of the world, and the other one. The path may be either of them. Where several restores were
/// interrupted, it is the first one's, which has the log.
pub(super) fn interrupted_restore(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let path = resolved(path);
    let file = std::fs::metadata(&path).ok()?;
    let entries = std::fs::read_dir(path.parent()?).ok()?;
    let pairs = entries.flatten().filter_map(|entry| {
        let other = path.with_file_name(entry.file_name());
        let as_world = number_of_aside(&path, &other).map(|n| (n, &path, &other));
        let as_aside = || number_of_aside(&other, &path).map(|n| (n, &other, &path));
        let (n, world, aside) = as_world.or_else(as_aside)?;
        // A link to the name is no name of the file.
        let is_one = entry
            .metadata()
            .is_ok_and(|other| is_same_file(&file, &other));
        is_one.then(|| (n, world.clone(), aside.clone()))
    });
    pairs.min().map(|(_, world, aside)| (world, aside))
}

/// The number in a name that [`free_name`] has made of another one.
fn number_of_aside(world: &Path, aside: &Path) -> Option<u32> {
    let (world, aside) = (world.file_name()?, aside.file_name()?);
    let behind = aside
        .as_encoded_bytes()
        .strip_prefix(world.as_encoded_bytes())?;
    let number = std::str::from_utf8(behind.strip_prefix(b".aside-")?).ok()?;
    let is_number = number.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| number.parse().ok()).flatten()
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// The system does not tell.
#[cfg(not(unix))]
fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
    false
}

/// What stands beside a new file of this name that SQLite would take for a part of it.
pub(super) fn left_beside(path: &Path) -> Option<PathBuf> {
    let mut beside = BESIDE.map(|ending| with_ending(path, ending)).into_iter();
    beside.find(|name| std::fs::symlink_metadata(name).is_ok())
}

/// A path with something behind its name.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
