//! Whether a file and the log beside it are one database, by what they hold together. It is looked at in memory, so
//! nothing is written.

use std::io;
use std::path::Path;

use rusqlite::Connection;

use crate::error::FileError;

use super::belonging::open_bare;
use super::content_hash::{Checked, check};
use super::create::log_of;
use super::error::open_error;
use super::log_reader::{self, Log};
use super::statements::quoted;

/// Whether the pages of the file and those of its log are the trees of one database, and its rows are those that were
/// written. O(file), and as much memory.
pub(super) fn are_one(path: &Path, log: &Log) -> Result<bool, FileError> {
    let at_path = |source| open_error(path, source);
    let with_commits = |n_commits| {
        // By way of SQLite: a file that is opened beside it takes its locks away when it is closed, and another part of
        // the program may be reading.
        let mut file = open_bare(path).map_err(at_path)?;
        let bytes = file.serialize("main").map_err(at_path)?.to_vec();
        with_log(path, bytes, n_commits)
    };
    let look = || {
        let file = with_commits(log.n_commits)?;
        if !is_whole(&file).map_err(at_path)? {
            return Ok(false);
        }
        if log.last().is_none() || is_as_written(&file).map_err(at_path)? {
            return Ok(true);
        }
        // What another program has written behind the last flush is an edit, and no sign of another file. A flush that
        // came after an edit would have refused it.
        let n_own = log.n_commits_to_last_state;
        if n_own == log.n_commits {
            return Ok(false);
        }
        drop(file);
        let file = with_commits(n_own)?;
        Ok(is_whole(&file).map_err(at_path)? && is_as_written(&file).map_err(at_path)?)
    };
    match look() {
        // What the log has does not fit to the file, or SQLite cannot make sense of what it reads.
        Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::InvalidData => {
            Ok(false)
        }
        Err(FileError::NotADatabase { .. } | FileError::Damaged { .. }) => Ok(false),
        found => found,
    }
}

/// Whether its pages are the trees of one database.
fn is_whole(file: &Connection) -> rusqlite::Result<bool> {
    // Rows that a CHECK refuses are listed when they are loaded.
    file.pragma_update(None, "ignore_check_constraints", true)?;
    let (plain, computed) = tables(file)?;
    let pragmas = if computed.is_empty() {
        vec!["PRAGMA integrity_check(1)".to_owned()]
    } else {
        // What they compute may take any time and memory. They are looked at when the file is opened.
        let of_table = |table| format!("PRAGMA integrity_check({})", quoted(table));
        plain.iter().map(|table| of_table(table)).collect()
    };
    for pragma in pragmas {
        let found: String = file.query_row(&pragma, [], |row| row.get(0))?;
        if found != "ok" && !found.contains(" value in ") {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether its rows are what was written, as far as it has content hashes.
fn is_as_written(file: &Connection) -> rusqlite::Result<bool> {
    Ok(!matches!(check(file, |_| ())?, Checked::Blocks(blocks) if !blocks.is_empty()))
}

/// The tables that consist of what was written, and those of which SQLite computes a part when it checks them.
fn tables(file: &Connection) -> rusqlite::Result<(Vec<String>, Vec<String>)> {
    let mut statement = file.prepare(
        "SELECT name, type = 'virtual'
             OR EXISTS (SELECT 1 FROM pragma_table_xinfo(list.name) WHERE hidden IN (2, 3))
             OR EXISTS (SELECT 1 FROM pragma_index_list(list.name) AS i WHERE i.partial
                 OR EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name) WHERE cid = -2))
         FROM pragma_table_list AS list
         WHERE schema = 'main' AND type <> 'view' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let (mut plain, mut computed) = (Vec::new(), Vec::new());
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let is_computed = row.get(1)?;
        let list = if is_computed {
            &mut computed
        } else {
            &mut plain
        };
        list.push(row.get(0)?);
    }
    Ok((plain, computed))
}

/// A file, and the transactions of its log.
pub(super) fn in_memory(path: &Path) -> Result<Connection, FileError> {
    let bytes = std::fs::read(path).map_err(|source| io_error(path, source))?;
    with_log(path, bytes, usize::MAX)
}

fn io_error(path: &Path, source: io::Error) -> FileError {
    FileError::Io {
        path: path.to_owned(),
        source,
    }
}

/// The bytes of a file, with the first transactions of the log beside it, at most so many.
fn with_log(path: &Path, mut bytes: Vec<u8>, most_commits: usize) -> Result<Connection, FileError> {
    let io = |source| io_error(path, source);
    log_reader::apply(&log_of(path), &mut bytes, most_commits).map_err(io)?;
    // In which the header says how it is written: without a log, which memory has none.
    if let Some(versions) = bytes.get_mut(18..20) {
        versions.fill(1);
    }
    let at_path = |source| open_error(path, source);
    let mut connection = Connection::open_in_memory().map_err(at_path)?;
    let len = bytes.len();
    connection
        .deserialize_read_exact("main", &bytes[..], len, true)
        .map_err(at_path)?;
    let settings = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON";
    connection.execute_batch(settings).map_err(at_path)?;
    Ok(connection)
}
