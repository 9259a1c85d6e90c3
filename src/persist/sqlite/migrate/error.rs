//! Why a world file was not migrated.

use std::path::PathBuf;

use crate::error::{BackendError, Difference, FileError, list};

use super::step::Step;

/// Why a [`Migration`](crate::Migration) was not planned or not carried out. The file is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// SQLite refuses the statements of the schema.
    #[error("the schema is not SQLite's; `gamedb generate --sqlite-schema` translates others")]
    Schema {
        /// What SQLite says.
        source: BackendError,
    },
    /// The file has another schema than when the migration was planned.
    #[error("the schema of {} has changed since the migration was planned; plan it again", path.display())]
    Changed {
        /// The world file.
        path: PathBuf,
    },
    /// Steps that are not safe, and were not allowed.
    #[error("not allowed: {}", list(steps))]
    NotAllowed {
        /// All of them, each with what to do.
        steps: Vec<Step>,
    },
    /// A line of a script is not understood.
    #[error(
        "line {line} of the script is not `-- @from <fingerprint>`, `-- @to <fingerprint>` or `-- @fill table.column = expression`: {text}"
    )]
    Script {
        /// The line, counted from 1.
        line: usize,
        /// What it says.
        text: String,
    },
    /// A script was written for other schemas.
    #[error(
        "the script is for a schema with the fingerprint {expected:016x}, and here it is {found:016x}"
    )]
    OtherSchemas {
        /// The fingerprint that the script names.
        expected: u64,
        /// The fingerprint of the file, or of the schema.
        found: u64,
    },
    /// A statement of a script failed.
    #[error("the script failed")]
    ScriptFailed {
        /// What SQLite says.
        source: BackendError,
    },
    /// A script has ended the transaction that it runs in; what it did before that is in the file.
    #[error(
        "the script contains COMMIT or ROLLBACK, but the migration is one transaction; remove it, and restore the backup if the script has written before it"
    )]
    ScriptEndedTransaction,
    /// The rows could not be copied into the new tables.
    #[error("the rows cannot be copied into the new tables")]
    NotCopied {
        /// What SQLite says.
        source: BackendError,
    },
    /// A table would not have as many rows as before.
    #[error("table {table} would have {found} rows instead of {expected}")]
    RowsLost {
        /// The table.
        table: String,
        /// How many rows it had.
        expected: i64,
        /// How many it would have.
        found: i64,
    },
    /// The file would still differ from the schema.
    #[error("the file would still differ from the schema: {}", list(differences))]
    NotReached {
        /// All differences.
        differences: Vec<Difference>,
    },
    /// Foreign keys of the file name rows that do not exist.
    #[error("{}; delete these rows or change them in a script", list(rows))]
    Dangling {
        /// The first of them.
        rows: Vec<String>,
    },
}
