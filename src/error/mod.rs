//! What can go wrong, each with the table, the row and the column it is about.

#[cfg(feature = "sqlite")]
mod backend;
#[cfg(feature = "sqlite")]
mod file;
mod problem;
#[cfg(test)]
mod tests;

#[cfg(feature = "sqlite")]
pub use backend::BackendError;
#[cfg(feature = "sqlite")]
pub use file::{Difference, FileError, FlushFailure, Outcome};
pub use problem::{Problem, ProblemKind};

/// Why an operation was refused. It changed nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The key's row is not there: it was removed, or never was.
    #[error("no row of {table} has this key")]
    StaleKey {
        /// The table of the key.
        table: &'static str,
    },
    /// Another row has the value already.
    #[error(
        "{}: {column} has to be unique, and row {existing} has {value} already",
        place(table, *id)
    )]
    NotUnique {
        /// The table.
        table: &'static str,
        /// The row that was to be written; `None` for one that was to be inserted.
        id: Option<i64>,
        /// The column, or the columns, separated by commas.
        column: String,
        /// The value that was refused.
        value: String,
        /// Id of the row that has it.
        existing: i64,
    },
    /// A foreign key names a row that is not there.
    #[error("{}: {column} names a row of {target} that does not exist", place(table, *id))]
    NoSuchRow {
        /// The table of the foreign key.
        table: &'static str,
        /// The row that was to be written; `None` for one that was to be inserted.
        id: Option<i64>,
        /// The column of the foreign key.
        column: &'static str,
        /// The table that it points to.
        target: &'static str,
    },
    /// A row cannot be removed because another one names it.
    #[error("row {id} of {table} is still named by {column} of row {by_id} of {by_table}")]
    StillReferenced {
        /// The table of the row.
        table: &'static str,
        /// The row's id.
        id: i64,
        /// The table of the row in the way.
        by_table: &'static str,
        /// The column that names the row.
        column: &'static str,
        /// Id of the row in the way.
        by_id: i64,
    },
    /// NaN cannot be stored: SQLite would make NULL of it.
    #[error("{}: {column} cannot be NaN", place(table, *id))]
    NotANumber {
        /// The table.
        table: &'static str,
        /// The row that was to be written; `None` for one that was to be inserted.
        id: Option<i64>,
        /// The column.
        column: &'static str,
    },
    /// A CHECK of the schema does not hold.
    #[error("{}: {column} cannot be {value}: CHECK ({check})", place(table, *id))]
    CheckFailed {
        /// The table.
        table: &'static str,
        /// The row that was to be written; `None` for one that was to be inserted.
        id: Option<i64>,
        /// The column, or the columns, separated by commas.
        column: String,
        /// The value that was refused, or the values.
        value: String,
        /// The CHECK, as the schema has it.
        check: &'static str,
    },
    /// The row belongs to somebody else, and an owned row has exactly one owner.
    #[error("row {id} of {table} belongs to {owner}; give it to its new owner instead")]
    AlreadyOwned {
        /// The table of the owned row.
        table: &'static str,
        /// Its id.
        id: i64,
        /// Whom it belongs to, as column and id.
        owner: String,
    },
    /// The row does not belong to the one it was to be taken from.
    #[error("row {id} of {table} belongs to {owner}, not to the owner named here")]
    NotTheOwner {
        /// The table of the owned row.
        table: &'static str,
        /// Its id.
        id: i64,
        /// Whom it belongs to, as column and id.
        owner: String,
    },
    /// A row cannot own its owner, nor itself: nobody could find them any more.
    #[error(
        "row {id} of {table} cannot belong to row {owner_id} of {owner_table}, which belongs to it"
    )]
    OwnsItself {
        /// The table of the row.
        table: &'static str,
        /// Its id.
        id: i64,
        /// The table of the owner that was refused.
        owner_table: &'static str,
        /// The id of the owner that was refused.
        owner_id: i64,
    },
    /// The same row stands twice in a list of rows to keep.
    #[error("row {id} of {table} stands in the list twice")]
    Twice {
        /// The table.
        table: &'static str,
        /// The row's id.
        id: i64,
    },
    /// Two rows are not linked, and cannot be unlinked.
    #[error("{table}: no row has {value} in {column}")]
    NotLinked {
        /// The join table.
        table: &'static str,
        /// Its two columns.
        column: String,
        /// The ids of the two rows, in the same order.
        value: String,
    },
    /// All 2^63 ids of a table have been given.
    #[error("{table} has no ids left")]
    IdExhausted {
        /// The table.
        table: &'static str,
    },
    /// It cannot be done while a transaction is open: its steps may still be taken back.
    #[error("not while a transaction is open")]
    TransactionOpen,
    /// The subscription is one to another world.
    #[error("the subscription is one to another world")]
    NotSubscribed,
    /// A subscriber looked too seldom, and does not know all that has happened. It is up to date from
    /// now on, once it has looked at the whole world.
    #[error("more than {capacity} rows have changed since the subscriber last looked")]
    ChangesMissed {
        /// How many were to be kept for it at most.
        capacity: usize,
    },
    /// The changes of another world do not fit this one.
    #[error("{} rows do not fit, the first of them: {}", problems.len(), first(problems))]
    NotApplied {
        /// What does not fit.
        problems: Vec<Problem>,
    },
    /// The changes are those of a world with other tables.
    #[error("{table} is not a table of this world, or has other columns in it")]
    OtherSchema {
        /// The first table that differs.
        table: &'static str,
    },
    /// Something about the world file.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    File(#[from] FileError),
}

fn first(problems: &[Problem]) -> String {
    problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// A table, and which of its rows.
fn place(table: &str, id: Option<i64>) -> String {
    id.map_or_else(|| table.to_owned(), |id| format!("{table} row {id}"))
}
