//! What can go wrong with the text of a schema.

use crate::sql::Dialect;

/// A schema text that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// SQLite refused a statement.
    #[error("{}{message}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Sql {
        /// The line, counted from 1, that SQLite names.
        line: Option<usize>,
        /// SQLite's message.
        message: String,
    },
    /// SQLite failed in some other way.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
    /// Something in the schema that a world cannot keep.
    #[error("{what} {name:?}: a world cannot keep it, because rows are changed in memory")]
    Unsupported {
        /// The kind of thing.
        what: String,
        /// Its name.
        name: String,
    },
    /// A script that creates no table.
    #[error("no CREATE TABLE can be read as {}; `--dialect` names another dialect{}", dialect.name(), first(warnings))]
    NoTables {
        /// What it was read as.
        dialect: Dialect,
        /// What could not be read.
        warnings: Vec<String>,
    },
}

/// The first three warnings, a line each.
fn first(warnings: &[String]) -> String {
    let lines = warnings.iter().take(3);
    lines.map(|warning| format!("\n  {warning}")).collect()
}
