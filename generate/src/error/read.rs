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
    /// A script that creates no table, or drops all of them again.
    #[error("{}; `--dialect` names another dialect{}", nothing(*dialect, why, *n_dropped), first(warnings))]
    NoTables {
        /// What it was read as.
        dialect: Dialect,
        /// What the guess is based on; empty where the dialect was named.
        why: String,
        /// How many tables it creates and drops again.
        n_dropped: usize,
        /// What could not be read.
        warnings: Vec<String>,
    },
}

/// Why there is no table.
fn nothing(dialect: Dialect, why: &str, n_dropped: usize) -> String {
    let name = match why {
        "" => dialect.name().to_owned(),
        why => format!("{} ({why})", dialect.name()),
    };
    match n_dropped {
        0 => format!("no CREATE TABLE can be read as {name}"),
        1 => format!("no table is left: read as {name}, it creates 1 table, and drops it again"),
        n => {
            format!("no table is left: read as {name}, it creates {n} tables, and drops them again")
        }
    }
}

/// The first three warnings, a line each.
fn first(warnings: &[String]) -> String {
    let lines = warnings.iter().take(3);
    lines.map(|warning| format!("\n  {warning}")).collect()
}
