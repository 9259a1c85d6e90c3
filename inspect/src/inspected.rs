//! What can be inspected: tables with rows, read as values.

use gamedb::{Effect, Encoded, FlushStats, OnRemoval, Positions, ReferenceKey};
use serde::Serialize;

/// A world that an [`Inspector`](crate::Inspector) shows: an open [`Database`](gamedb::Database), or, with
/// the feature `file`, a file that no game has open.
///
/// Tables are named by their positions in the [`Schema`], rows by their places: numbers in whose order
/// [`scan`](Self::scan) visits them.
pub trait Inspected {
    /// Path of the world file.
    fn path(&self) -> String;

    /// The tables. They stay the same while the world is open, so they are asked for once.
    fn schema(&self) -> Schema;

    /// Numbers of a table. O(1), except for a file.
    ///
    /// # Errors
    /// What the file system or SQLite says.
    fn size(&self, table: usize) -> Result<Size, Unreadable>;

    /// Visits the rows whose place is at least `from`, in ascending order, until `visit` returns false.
    ///
    /// # Errors
    /// What the file system or SQLite says.
    fn scan(
        &self,
        table: usize,
        from: i64,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable>;

    /// Calls `visit` with the row at this place, if there is one.
    ///
    /// # Errors
    /// What the file system or SQLite says.
    fn row(
        &self,
        table: usize,
        at: i64,
        visit: &mut dyn FnMut(&dyn AnyRow),
    ) -> Result<(), Unreadable>;

    /// Visits the rows that name the row at this place with one of the [incoming](TableSchema::incoming)
    /// keys and whose id is at least `from`, in the order of their ids, until `visit` returns false. To start with a
    /// later one costs no more than with the first, so that many rows can be visited in parts.
    ///
    /// # Errors
    /// What the file system or SQLite says.
    fn naming(
        &self,
        table: usize,
        at: i64,
        incoming: usize,
        from: i64,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable>;

    /// Number of the rows that name the row at this place with one of the incoming keys. O(1), except for a file.
    ///
    /// # Errors
    /// What the file system or SQLite says.
    fn n_naming(&self, table: usize, at: i64, incoming: usize) -> Result<usize, Unreadable>;

    /// Visits rows that differ from the file, the newest first, until `visit` returns false. It may look at
    /// some of them only. A file differs from nothing.
    fn dirty(&self, table: usize, visit: &mut dyn FnMut(&dyn AnyRow) -> bool);

    /// The first ids of removed rows that the file still has.
    fn removed(&self, table: usize, most: usize) -> Vec<i64>;

    /// What the flushes have written; `None` where nothing is flushed.
    fn flushes(&self) -> Option<FlushStats>;

    /// Runs `answer`, which asks all the rest: whatever has to be opened for that is opened once, if it is asked for
    /// anything at all, and where that fails, the others fail at once. A world in memory has nothing to open.
    fn hold(&self, answer: &mut dyn FnMut()) {
        answer();
    }
}

/// A row of any table, as [`Inspected`] shows it.
pub trait AnyRow {
    /// The row's place in its table.
    fn at(&self) -> i64;
    /// The row's id.
    fn id(&self) -> i64;
    /// The row's key in memory, as text.
    fn key(&self) -> Option<String>;
    /// The value of a column, as the file stores it.
    fn value(&self, column: usize) -> Encoded<'_>;
    /// What the next flush does with the row.
    fn unflushed(&self) -> Option<Effect<Positions>>;
    /// The row that a foreign key names.
    fn target(&self, foreign_key: usize) -> Option<Place>;
    /// The row that a key by value names.
    fn target_by_value(&self, value_key: usize) -> Option<Place>;
    /// The row that owns this one.
    fn owner(&self) -> Option<Place>;
    /// The row that a pivot's row is about.
    fn owned(&self) -> Option<Place>;
}

/// A row's table and place, with its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// Position of the table.
    pub table: usize,
    /// The row's place in its table.
    #[serde(serialize_with = "crate::cell::as_text")]
    pub at: i64,
    /// The row's id.
    #[serde(serialize_with = "crate::cell::as_text")]
    pub id: i64,
}

/// Numbers of one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Number of rows.
    pub rows: u64,
    /// Bytes of memory, or of the file where that is known.
    pub bytes: Option<u64>,
    /// The most rows that the next flush inserts or updates.
    pub dirty: u64,
    /// Number of removed rows that the file still has.
    pub removed: u64,
}

/// The tables of a world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// The tables, in declaration order.
    pub tables: Vec<TableSchema>,
}

/// A table: its names and keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableSchema {
    /// The table's name.
    pub name: String,
    /// The name of the id column.
    pub id: String,
    /// All other columns.
    pub columns: Vec<String>,
    /// The foreign keys.
    pub foreign_keys: Vec<ForeignKeySchema>,
    /// The keys by value.
    pub value_keys: Vec<ValueKeySchema>,
    /// If the table is a pivot: the table of the rows that it names the owners of.
    pub pivot_of: Option<usize>,
    /// The keys of all tables that name rows of this table, in the order in which a removal follows them.
    pub incoming: Vec<IncomingSchema>,
}

/// A column that names a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ForeignKeySchema {
    /// Position of the column in [`TableSchema::columns`].
    pub column: usize,
    /// The table of the named rows; `None` for ids of something outside of the world.
    pub table: Option<usize>,
}

/// Columns that name a row by the values that it has in other columns than its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueKeySchema {
    /// Positions of the columns in [`TableSchema::columns`].
    pub columns: Vec<usize>,
    /// The table of the named rows.
    pub table: usize,
    /// For each of the columns, the position of that which it names there.
    pub named: Vec<usize>,
}

/// A key that names rows of a table, seen from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IncomingSchema {
    /// The table that has the key.
    pub table: usize,
    /// Which of its keys it is.
    pub key: KeySchema,
    /// What happens to its rows when the row that they name is removed.
    pub on_removal: Fate,
}

/// A key of a table, by its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySchema {
    /// One of its [foreign keys](TableSchema::foreign_keys).
    Foreign(usize),
    /// One of its [keys by value](TableSchema::value_keys).
    ByValue(usize),
}

impl From<ReferenceKey> for KeySchema {
    fn from(key: ReferenceKey) -> Self {
        match key {
            ReferenceKey::Foreign(foreign_key) => KeySchema::Foreign(foreign_key),
            ReferenceKey::ByValue(value_key) => KeySchema::ByValue(value_key),
        }
    }
}

impl TableSchema {
    /// The columns of a key.
    #[must_use]
    pub fn columns_of(&self, key: KeySchema) -> &[usize] {
        match key {
            KeySchema::Foreign(key) => std::slice::from_ref(&self.foreign_keys[key].column),
            KeySchema::ByValue(key) => &self.value_keys[key].columns,
        }
    }

    /// The columns by which a key of this table names a row; none for a foreign key, which does it by the id.
    #[must_use]
    pub fn named_by(&self, key: KeySchema) -> &[usize] {
        match key {
            KeySchema::Foreign(_) => &[],
            KeySchema::ByValue(key) => &self.value_keys[key].named,
        }
    }
}

/// What happens to a row when the row that it names is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is removed too.
    Removed,
    /// It is a pivot's row: the row that it is about is removed, and it goes with it.
    RemovedWithOwned,
    /// The columns of the key become NULL.
    SetNull,
    /// The removal is refused, unless this row is removed as well, or names nothing any more.
    Refused,
}

impl From<OnRemoval> for Fate {
    fn from(on_removal: OnRemoval) -> Self {
        match on_removal {
            OnRemoval::Removed => Fate::Removed,
            OnRemoval::RemovedWithOwned(_) => Fate::RemovedWithOwned,
            OnRemoval::SetNull => Fate::SetNull,
            OnRemoval::Refused => Fate::Refused,
        }
    }
}

/// A world could not be read. A world in memory always can; a file may be gone, locked or damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);
