//! Why a world file was not migrated.

use std::fmt;
use std::path::PathBuf;

use crate::error::{BackendError, Difference, FileError, list, with_causes};

use super::step::Step;

/// Why a [`Migration`](crate::Migration) was not planned or not carried out. The file is unchanged, but for
/// [`OutcomeUnknown`](Self::OutcomeUnknown).
#[derive(thiserror::Error)]
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
    /// A name that was to be dropped is that of nothing that can be: it is misspelt, or was dropped before.
    #[error(
        "{name} is no table or column that can be dropped; {}",
        if droppable.is_empty() { "there is nothing to drop".to_owned() } else { format!("these can be: {}", droppable.join(", ")) }
    )]
    IdleDrop {
        /// The name, in lower case.
        name: String,
        /// All tables and columns that can be dropped.
        droppable: Vec<String>,
    },
    /// A line of a script is not understood, or says again what another one has said.
    #[error(
        "line {line} of the script is not `-- @from <fingerprint>`, `-- @to <fingerprint>` or `-- @fill table.column = expression`, \
         or says it a second time: {text}"
    )]
    Script {
        /// The line, counted from 1.
        line: usize,
        /// What it says.
        text: String,
    },
    /// A script or a function was written for other schemas.
    #[error(
        "the script or the function is for a schema with the fingerprint {expected:016x}, and here it is {found:016x}"
    )]
    OtherSchemas {
        /// The fingerprint that the script or the function names.
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
    /// A statement of a script would end the transaction of the migration, or reach another file.
    #[error(
        "the script may have neither BEGIN, COMMIT, ROLLBACK and savepoints nor ATTACH; remove them"
    )]
    ScriptForbidden {
        /// What SQLite says.
        source: BackendError,
    },
    /// A line of a script would fill nothing.
    #[error("the script cannot fill {column}: {why}")]
    Fill {
        /// The table and the column that it names.
        column: String,
        /// Why not.
        why: &'static str,
    },
    /// A function in Rust cannot be called, or what it would give could not be used.
    #[error("the function for {table}{}: {why}", column.as_ref().map(|column| format!(".{column}")).unwrap_or_default())]
    Function {
        /// The table that it was given for.
        table: String,
        /// The column, if it is about one.
        column: Option<String>,
        /// Why not.
        why: &'static str,
    },
    /// A function in Rust made no new row of an old one, or one that its columns cannot hold.
    #[error("row {id} of {table} was not converted by its function")]
    RowRefused {
        /// The table, by its name in the new schema.
        table: String,
        /// The row.
        id: i64,
        /// What the function, or SQLite, says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file could not be copied before it was migrated.
    #[error("no backup could be made at {}", to.display())]
    NoBackup {
        /// Where it was to be.
        to: PathBuf,
        /// Why.
        source: std::io::Error,
    },
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
    /// The commit of the migration has failed, and all of it may be in the file, or nothing. The copy that was made before
    /// is kept.
    #[error(
        "it is not known whether {} has its new schema, because its commit failed; compare it again, which says which schema it has; {}",
        path.display(),
        backup.as_ref().map_or_else(|| "no copy was made before".to_owned(), |backup| format!("the file as it was is {}", backup.display()))
    )]
    OutcomeUnknown {
        /// The world file.
        path: PathBuf,
        /// The copy of the file as it was, unless none was made.
        backup: Option<PathBuf>,
        /// What SQLite says.
        source: BackendError,
    },
    /// Foreign keys of the file name rows that do not exist.
    #[error("{}; delete these rows or change them in a script", list(rows))]
    Dangling {
        /// The first of them.
        rows: Vec<String>,
    },
}

/// Prints the message with its causes: this is what a program shows whose `main` returns the error.
impl fmt::Debug for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_causes(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persist::sqlite::error::backend_error;

    /// One of each, with the number of its causes. A new variant does not compile without its number.
    fn n_causes(error: &MigrationError) -> usize {
        match error {
            MigrationError::File(_)
            | MigrationError::Changed { .. }
            | MigrationError::NotAllowed { .. }
            | MigrationError::IdleDrop { .. }
            | MigrationError::Script { .. }
            | MigrationError::OtherSchemas { .. }
            | MigrationError::RowsLost { .. }
            | MigrationError::Fill { .. }
            | MigrationError::Function { .. }
            | MigrationError::NotReached { .. }
            | MigrationError::Dangling { .. } => 0,
            MigrationError::NoBackup { .. } | MigrationError::RowRefused { .. } => 1,
            MigrationError::Schema { .. }
            | MigrationError::ScriptFailed { .. }
            | MigrationError::ScriptForbidden { .. }
            | MigrationError::OutcomeUnknown { .. }
            | MigrationError::NotCopied { .. } => 2,
        }
    }

    fn one_of_each() -> [MigrationError; 18] {
        let path = || PathBuf::from("world.db");
        let source = || {
            let connection = rusqlite::Connection::open_in_memory().expect("it opens");
            let failed = connection.execute_batch("SELECT * FROM x");
            backend_error(failed.expect_err("it fails"))
        };
        [
            MigrationError::File(FileError::NotThere { path: path() }),
            MigrationError::Schema { source: source() },
            MigrationError::Changed { path: path() },
            MigrationError::NotAllowed { steps: Vec::new() },
            MigrationError::IdleDrop {
                name: "notes".into(),
                droppable: vec!["players.note".into()],
            },
            MigrationError::Script {
                line: 1,
                text: "-- @x".into(),
            },
            MigrationError::OtherSchemas {
                expected: 1,
                found: 2,
            },
            MigrationError::Fill {
                column: "players.hp".into(),
                why: "the schema has no such column",
            },
            MigrationError::Function {
                table: "players".into(),
                column: Some("hp".into()),
                why: "the schema has no such column",
            },
            MigrationError::RowRefused {
                table: "players".into(),
                id: 7,
                source: "no name".into(),
            },
            MigrationError::ScriptForbidden { source: source() },
            MigrationError::ScriptFailed { source: source() },
            MigrationError::NoBackup {
                to: path(),
                source: std::io::Error::other("no room"),
            },
            MigrationError::NotCopied { source: source() },
            MigrationError::OutcomeUnknown {
                path: path(),
                backup: None,
                source: source(),
            },
            MigrationError::RowsLost {
                table: "items".into(),
                expected: 2,
                found: 1,
            },
            MigrationError::NotReached {
                differences: Vec::new(),
            },
            MigrationError::Dangling {
                rows: vec!["row 1 of items names a row of x that does not exist".into()],
            },
        ]
    }

    #[test]
    fn every_cause_is_said_once() {
        for error in one_of_each() {
            let mut messages = vec![error.to_string()];
            let mut next = std::error::Error::source(&error);
            while let Some(cause) = next {
                assert!(
                    !messages
                        .iter()
                        .any(|message| message.contains(&cause.to_string())),
                    "{messages:?}"
                );
                messages.push(cause.to_string());
                next = cause.source();
            }
            assert_eq!(messages.len() - 1, n_causes(&error), "{messages:?}");
            // What `main` prints.
            assert_eq!(format!("{error:?}"), messages.join(": "));
            assert_eq!(format!("{error:#?}"), messages.join(": "));
        }
    }
}
