//! What can go wrong with the files of an import.

use std::path::PathBuf;

use super::{ServerError, TextError};

/// Why an import failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The old file cannot be opened or read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Another program has written to the old file while it was read.
    #[error("{} was written to while it was read; stop the program that does it, and import again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The server cannot be reached or read.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The text of a dump cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// Why, and where.
        source: TextError,
    },
    /// The new file cannot be made or written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The old file has a table, and one that it is renamed from.
    #[error(
        "the old file has the tables {table} and {old}, and the schema says that {table} is renamed from {old}; remove \
         `-- @renamed from={old}`, or drop one of the two tables"
    )]
    BothNames {
        /// The table, as the schema names it.
        table: String,
        /// Its old name.
        old: String,
    },
    /// The schema declares a rename that cannot be followed, because it has the old name for something else too.
    #[error(
        "the schema says that {name} is renamed from {old}, which the old file has, and that {other} is it too: remove \
         `-- @renamed from={old}` if that is done, or import with a schema in which nothing else is called, or was called, {old}"
    )]
    RenameNotFollowed {
        /// The table, or the table and the column, as the schema names it.
        name: String,
        /// Its old name.
        old: String,
        /// What has that name in the schema, or is renamed from it too.
        other: String,
    },
    /// The new file exists already.
    #[error("{} exists already, and is not overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
}
