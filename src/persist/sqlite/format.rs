//! The mark in the header of a file, its `application_id`: that it is a world, and in which format. The header's
//! `user_version` is the game's own.

use std::path::Path;

use rusqlite::Connection;

use crate::error::FileError;

use super::error::open_error;

/// `gdb`, and the number of the format in the last byte.
const WORLD: i32 = 0x6764_6200;

/// The newest format that is known here, and the one that is written. Format 1 had no content hashes.
const FORMAT: u8 = 2;

/// The first format whose files have content hashes.
const FIRST_WITH_HASHES: u8 = 2;

/// The mark of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// There is none: it was written by an older version, or by hand.
    None,
    /// Ours, with the number of the format.
    World(u8),
    /// Another program's, which stays as it is.
    Other,
}

impl Mark {
    /// The mark of a file that is written now.
    pub(super) const CURRENT: Self = Self::World(FORMAT);

    /// Whether the next write has to mark the file.
    pub(super) fn is_outdated(self) -> bool {
        match self {
            Self::None => true,
            Self::World(format) => format < FORMAT,
            Self::Other => false,
        }
    }

    /// Whether the file has to have content hashes.
    pub(super) fn promises_hashes(self) -> bool {
        matches!(self, Self::World(format) if format >= FIRST_WITH_HASHES)
    }
}

/// Reads the mark, and refuses a file of a newer format.
pub(super) fn mark_of(connection: &Connection, path: &Path) -> Result<Mark, FileError> {
    let mark = connection.query_row("PRAGMA application_id", [], |row| row.get(0));
    let mark: i32 = mark.map_err(|source| open_error(path, source))?;
    let [.., format] = mark.to_be_bytes();
    match format {
        _ if mark == 0 => Ok(Mark::None),
        1.. if is_ours(mark) => {
            if format > FORMAT {
                return Err(FileError::NewerFormat {
                    path: path.to_owned(),
                    format,
                    known: FORMAT,
                });
            }
            Ok(Mark::World(format))
        }
        _ => Ok(Mark::Other),
    }
}

/// Whether a mark is that of a world, in any format.
pub(super) fn is_ours(mark: i32) -> bool {
    let [world @ .., _] = mark.to_be_bytes();
    WORLD.to_be_bytes().starts_with(&world)
}

/// Marks the file, inside of the transaction that is open.
pub(super) fn mark(transaction: &Connection) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "application_id", WORLD | i32::from(FORMAT))
}
