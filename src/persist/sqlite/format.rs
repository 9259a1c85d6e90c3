//! The mark in the header of a file, its `application_id`: that it is a world, and in which format. The header's
//! `user_version` is the game's own.

use std::path::Path;

use rusqlite::Connection;

use crate::error::FileError;

use super::error::open_error;

/// `gdb`, and the number of the format in the last byte.
const WORLD: i32 = 0x6764_6200;

/// The newest format that is known here, and the one that is written: 1 has no `gamedb_state`.
const FORMAT: u8 = 2;

/// Refuses a file of a newer format. Returns whether the file has a mark that stays as it is: of the format that is
/// written here, or of another program. All others are marked when they are opened.
pub(super) fn has_mark(connection: &Connection, path: &Path) -> Result<bool, FileError> {
    let mark = connection.query_row("PRAGMA application_id", [], |row| row.get(0));
    let mark: i32 = mark.map_err(|source| open_error(path, source))?;
    let [world @ .., format] = mark.to_be_bytes();
    let is_world = format > 0 && WORLD.to_be_bytes().starts_with(&world);
    if is_world && format > FORMAT {
        return Err(FileError::NewerFormat {
            path: path.to_owned(),
            format,
            known: FORMAT,
        });
    }
    Ok(mark != 0 && (!is_world || format == FORMAT))
}

/// Marks the file, inside of the transaction that is open.
pub(super) fn mark(transaction: &Connection) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "application_id", WORLD | i32::from(FORMAT))
}
