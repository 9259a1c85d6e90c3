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
    /// Foreign keys to a table or a column that the schema does not have.
    #[error("{}", missing_targets(missing))]
    MissingTargets {
        /// All of them, in the order of their lines.
        missing: Vec<MissingTarget>,
    },
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

/// A foreign key to a table or a column that the schema does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingTarget {
    /// The file of its REFERENCES, in a folder of migrations.
    pub file: Option<String>,
    /// The line of its REFERENCES, counted from 1, where the schema is a text.
    pub line: Option<usize>,
    /// The table of the foreign key.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that it points to.
    pub target: String,
    /// The column that the target does not have; `None` if the table itself is not there.
    pub column: Option<String>,
    /// The name that is most like the missing one, if one is like it at all.
    pub nearest: Option<String>,
}

impl std::fmt::Display for MissingTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { table, target, .. } = self;
        if let Some(file) = &self.file {
            write!(f, "{file} ")?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        match self.columns.as_slice() {
            [column] => write!(f, "column {table}.{column}")?,
            columns => write!(f, "foreign key ({}) of table {table}", columns.join(", "))?,
        }
        match &self.column {
            None => write!(
                f,
                " references table {target:?}, which the schema does not have"
            )?,
            Some(column) => write!(
                f,
                " references column {column:?}, which table {target:?} does not have"
            )?,
        }
        match &self.nearest {
            Some(nearest) => write!(f, "; the nearest name is {nearest:?}"),
            None => Ok(()),
        }
    }
}

/// A line for each of them, and how the config says that it is meant so.
fn missing_targets(missing: &[MissingTarget]) -> String {
    let mut text: Vec<String> = missing.iter().map(MissingTarget::to_string).collect();
    let mut absent: Vec<&str> = Vec::new();
    for found in missing.iter().filter(|found| found.column.is_none()) {
        if !absent.contains(&found.target.as_str()) {
            absent.push(&found.target);
        }
    }
    if !absent.is_empty() {
        let them = if absent.len() == 1 { "it" } else { "them" };
        text.push(format!(
            "`absent_tables = {absent:?}` at the top of gamedb.toml says that the schema leaves {them} out on purpose"
        ));
    } else if let Some(MissingTarget { table, columns, .. }) = missing.first() {
        let column = columns.first().map_or("", String::as_str);
        text.push(format!(
            "`[columns.\"{table}.{column}\"] references = false` in gamedb.toml makes a plain column of it"
        ));
    }
    text.join("\n  ")
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
