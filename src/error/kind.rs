//! What an error says, by what was refused.

#[cfg(feature = "sqlite")]
use super::FileError;
use super::ParcelError;
use super::Problem;
use super::problem::list;

/// What an [`Error`](super::Error) says: why an operation was refused, and of which table, row and column.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key has no row: the row was removed, or the key belongs to another world.
    #[error("{}", stale(table, *id))]
    StaleKey {
        /// The table of the key.
        table: &'static str,
        /// The id of the row that was removed, where it is still known: in the transaction that removed it, and in
        /// builds with `debug_assertions`, in which [keys](crate::Key) carry it.
        id: Option<i64>,
    },
    /// The key belongs to another world: to one that was open before, or a mirror. Found in builds with
    /// `debug_assertions` only; in others, such a key is [`StaleKey`](Self::StaleKey), or finds another row.
    #[error(
        "{}: this key{} belongs to another world, such as a mirror, or the same file opened before; keys do not go from \
         world to world, ids do: `world.id(key)` there, and `world.key(id)` here",
        column.map_or_else(|| (*table).to_owned(), |column| format!("{table}.{column}")),
        id.map_or_else(String::new, |id| format!(" of row {id}"))
    )]
    OtherWorld {
        /// The table of the key, or of the row that was to name it.
        table: &'static str,
        /// The column that was to be set to it.
        column: Option<&'static str>,
        /// The id of its row in that world, if it was the key itself that was to be looked up.
        id: Option<i64>,
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
    /// A foreign key without a row: its row was removed or never inserted, or the key is the null key.
    #[error(
        "{}: {column} references no row of {target}; insert that row first, and use its key",
        place(table, *id)
    )]
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
    /// A key by value that no row of the other table has.
    #[error(
        "{}: {column} is {value}, and no row of {target} has that in {target_column}; insert that row first, or \
         use the value of one that is there",
        place(table, *id)
    )]
    NoSuchValue {
        /// The table of the key.
        table: &'static str,
        /// The row that was to be written; `None` for one that was to be inserted.
        id: Option<i64>,
        /// The columns of the key, separated by commas.
        column: &'static str,
        /// The values that no row has, in the same order.
        value: String,
        /// The table that it points to.
        target: &'static str,
        /// The columns of that table, in the same order.
        target_column: String,
    },
    /// A value cannot be changed because a row of another table names this row by it.
    #[error(
        "{column} of row {id} of {table} cannot change: {by_column} of row {by_id} of {by_table} names the row by \
         it; change or remove that row first"
    )]
    StillNamed {
        /// The table of the row.
        table: &'static str,
        /// The row's id.
        id: i64,
        /// The columns that were to be written, or go with one that was, separated by commas.
        column: String,
        /// The table of the row in the way.
        by_table: &'static str,
        /// The columns that name the row, separated by commas.
        by_column: &'static str,
        /// Id of the row in the way.
        by_id: i64,
    },
    /// A row cannot be removed because another row references it, with ON DELETE RESTRICT or NO ACTION.
    #[error(
        "row {id} of {table} cannot be removed: {column} of row {by_id} of {by_table} \
         references it; change or remove that row first"
    )]
    StillReferenced {
        /// The table of the row.
        table: &'static str,
        /// The row's id.
        id: i64,
        /// The table of the row in the way.
        by_table: &'static str,
        /// The column that references the row, or the columns, separated by commas.
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
    /// The row belongs to another owner, and an owned row has exactly one.
    #[error("row {id} of {table} belongs to {owner}; give it to its new owner instead")]
    AlreadyOwned {
        /// The table of the owned row.
        table: &'static str,
        /// Its id.
        id: i64,
        /// Its owner, as column and id.
        owner: String,
    },
    /// The row does not belong to the owner that it was to be taken from.
    #[error(
        "row {id} of {table} belongs to {owner}; only that owner can remove it or give it away"
    )]
    NotTheOwner {
        /// The table of the owned row.
        table: &'static str,
        /// Its id.
        id: i64,
        /// Its owner, as column and id.
        owner: String,
    },
    /// A row cannot own its owner, nor itself: a cycle of owners is reachable from no row outside of it.
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
    /// A list of rows to keep contains the same row twice.
    #[error("row {id} of {table} is in the list twice; each row can be kept once")]
    Twice {
        /// The table.
        table: &'static str,
        /// The row's id.
        id: i64,
    },
    /// Two rows are not linked, and cannot be unlinked.
    #[error("{table}: the two rows are not linked; no row has {value} in {column}")]
    NotLinked {
        /// The join table.
        table: &'static str,
        /// Its two columns.
        column: String,
        /// The ids of the two rows, in the same order.
        value: String,
    },
    /// All ids of a table, up to the largest that SQLite has, have been used.
    #[error(
        "{table}: no id is left for another row; all up to {} have been used",
        i64::MAX
    )]
    IdExhausted {
        /// The table.
        table: &'static str,
    },
    /// Another row has the id that a new row was to have.
    #[error(
        "{table}: row {id} is there already; change that row, or insert the new one with another id"
    )]
    IdTaken {
        /// The table.
        table: &'static str,
        /// The id.
        id: i64,
    },
    /// The id that a new row was to have is below the next id of its table. A removed row may have had it, and
    /// the id of a removed row is never used again.
    #[error(
        "{table}: id {id} may have been the id of a removed row; the ids that are free begin with {next}"
    )]
    IdUsed {
        /// The table.
        table: &'static str,
        /// The id.
        id: i64,
        /// The lowest id that is free, and so are all above it.
        next: i64,
    },
    /// The id that a new row was to have is not one that a row can have.
    #[error("{table}: {id} cannot be the id of a row; use one from 1 to {}", i64::MAX - 1)]
    IdOutOfRange {
        /// The table.
        table: &'static str,
        /// The id.
        id: i64,
    },
    /// The operation is not possible while a transaction is open, whose changes may still be rolled back.
    #[error("not possible while a transaction is open; commit it or roll it back first")]
    TransactionOpen,
    /// The subscription belongs to another world.
    #[error("the subscription belongs to another world; subscribe to this one")]
    NotSubscribed,
    /// More rows have changed than the subscription's capacity, so some changes are lost. The subscriber is
    /// up to date again once it has read the whole world.
    #[error(
        "more than {capacity} rows have changed since the subscriber last read the changes; \
         read the whole world again, for example its snapshot"
    )]
    ChangesMissed {
        /// The subscription's capacity.
        capacity: usize,
    },
    /// The changes of another world do not fit this one, and none was applied. A mirror that has diverged
    /// starts again from a snapshot.
    #[error("the changes do not fit this world: {}", list(problems))]
    NotApplied {
        /// What does not fit.
        problems: Vec<Problem>,
    },
    /// The changes come from a world with other tables.
    #[error(
        "{table} is not a table of this world, or has other columns here; both worlds need the same models"
    )]
    OtherSchema {
        /// The first table that differs.
        table: &'static str,
    },
    /// A parcel could not be made, read or accepted.
    #[error(transparent)]
    Parcel(ParcelError),
    /// The world file could not be opened or written.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    File(FileError),
}

/// A key without a row.
fn stale(table: &str, id: Option<i64>) -> String {
    match id {
        Some(id) => format!("{table}: row {id} was removed, so its key has no row"),
        None => format!(
            "{table}: the key has no row; the row was removed, or the key belongs to another world"
        ),
    }
}

/// A table, and which of its rows.
fn place(table: &str, id: Option<i64>) -> String {
    id.map_or_else(|| table.to_owned(), |id| format!("{table} row {id}"))
}
