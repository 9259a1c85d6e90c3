//! Rows that a file refuses.

use slotmap::DefaultKey;

use super::{BackendError, problem};

/// How many refused rows an error lists; it counts all of them.
pub(crate) const MOST_LISTED: usize = 100;

/// How many of them its message names.
const MOST_NAMED: usize = 5;

/// A row that the file refuses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefusedRow {
    /// The table.
    pub table: &'static str,
    /// The row's id.
    pub id: i64,
    /// The constraint, as SQLite names it: the text of a CHECK, or its name if it has one, or the columns that have to
    /// be unique. `None` if SQLite does not say.
    pub constraint: Option<String>,
    /// What SQLite says.
    pub source: BackendError,
    pub(crate) key: DefaultKey,
}

impl RefusedRow {
    /// Constructs it with the constraint that SQLite's message names.
    pub(crate) fn new(table: &'static str, id: i64, key: DefaultKey, source: BackendError) -> Self {
        Self {
            table,
            id,
            constraint: constraint_of(&source.to_string()),
            source,
            key,
        }
    }
}

impl std::fmt::Display for RefusedRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "row {} of {} ({})", self.id, self.table, self.source)
    }
}

/// The constraint that SQLite's message names.
pub(crate) fn constraint_of(message: &str) -> Option<String> {
    let (_, constraint) = message.split_once("constraint failed: ")?;
    Some(constraint.to_owned())
}

/// The rows of an error as its message names them: the first few, and how many more there are.
pub(crate) fn named(rows: &[RefusedRow], n_rows: usize) -> String {
    let first = &rows[..rows.len().min(MOST_NAMED)];
    let more = match n_rows.saturating_sub(first.len()) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    problem::list(first) + &more
}
