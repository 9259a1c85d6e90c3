//! Change sets: what a flush has to write, copied out of the tables. A change set has no references into
//! the world.

use hashbrown::DefaultHashBuilder;
use indexmap::IndexSet;

use crate::schema::TableId;
use crate::schema::value::{Encoded, Value};
use crate::store::key::RawKey;
use crate::store::tracking::effect::{Positions, position};
use crate::store::tracking::tombstone::Tombstone;

/// The write set of one table, in id order.
#[derive(Clone, Debug)]
pub struct ChangeSet {
    /// The table.
    pub table: TableId,
    /// A shape is identified by its index.
    shapes: IndexSet<Shape, DefaultHashBuilder>,
    shape_of_new: Option<usize>,
    rows: Vec<ChangedRow>,
    cells: PackedValues,
    /// Sorted.
    removed: Vec<(i64, RawKey)>,
}

/// A sequence of values that owns its contents.
#[derive(Clone, Debug, Default)]
pub(crate) struct PackedValues {
    cells: Vec<PackedValue>,
    text: String,
    bytes: Vec<u8>,
}

/// The columns that a row is written with. Rows of the same shape share a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Whether the file does not have the row yet.
    pub is_new: bool,
    /// The columns, ascending.
    pub columns: Positions,
}

/// One row to write.
#[derive(Clone, Copy, Debug)]
pub struct ChangedRow {
    /// The row's id.
    pub id: i64,
    /// The row's key; for a pivot row, the key of the owned row.
    pub key: RawKey,
    /// Index of the row's [`Shape`].
    pub shape: usize,
    first_cell: usize,
}

#[derive(Clone, Copy, Debug)]
enum PackedValue {
    Null,
    Integer(i64),
    Real(f64),
    Text { start: usize, len: usize },
    Blob { start: usize, len: usize },
}

impl ChangeSet {
    /// An empty change set.
    #[must_use]
    pub fn new(table: TableId) -> Self {
        Self {
            table,
            shapes: IndexSet::default(),
            shape_of_new: None,
            rows: Vec::new(),
            cells: PackedValues::default(),
            removed: Vec::new(),
        }
    }

    /// Clears the change set, and keeps its allocations for the next capture.
    #[cfg(feature = "persist")]
    pub(crate) fn clear(&mut self) {
        self.shapes.clear();
        self.shape_of_new = None;
        self.rows.clear();
        self.cells.clear();
        self.removed.clear();
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.removed.is_empty()
    }

    /// The shapes of the rows, each once; a row refers to its shape by index.
    pub fn shapes(&self) -> impl ExactSizeIterator<Item = &Shape> {
        self.shapes.iter()
    }

    /// The shape of a row.
    #[inline]
    #[must_use]
    pub fn shape(&self, row: &ChangedRow) -> &Shape {
        &self.shapes[row.shape]
    }

    /// The rows to insert and to update; in id order once they have been coalesced.
    #[must_use]
    pub fn rows(&self) -> &[ChangedRow] {
        &self.rows
    }

    /// Ids of the rows to delete, ascending.
    pub fn removed(&self) -> impl ExactSizeIterator<Item = i64> {
        self.removed.iter().map(|&(id, _)| id)
    }

    /// Whether this row is to be deleted. O(log n).
    pub(crate) fn removes(&self, id: i64, key: RawKey) -> bool {
        self.removed.binary_search(&(id, key)).is_ok()
    }

    /// Looks up a row; the rows have to be in id order. O(log n).
    fn row(&self, id: i64, key: RawKey) -> Option<&ChangedRow> {
        let first = self.rows.partition_point(|row| row.id < id);
        let mut rows = self.rows[first..].iter().take_while(|row| row.id == id);
        rows.find(|row| row.key == key)
    }

    /// The values of a row, in the order of its shape's columns.
    pub fn values(&self, row: &ChangedRow) -> impl Iterator<Item = Value<'_>> {
        let n_columns = self.shape(row).columns.len();
        (row.first_cell..row.first_cell + n_columns).map(|cell| self.cells.value(cell))
    }

    /// The value of a row in the column at this place of its shape. O(1).
    ///
    /// # Panics
    /// If the shape has no such place.
    #[inline]
    #[must_use]
    pub fn value_at(&self, row: &ChangedRow, place: usize) -> Value<'_> {
        assert!(
            place < self.shape(row).columns.len(),
            "the shape of the row has no column at {place}"
        );
        self.cells.value(row.first_cell + place)
    }

    /// Whether a row is a new one, with all of its columns.
    #[must_use]
    pub fn is_new(&self, row: &ChangedRow) -> bool {
        self.shape(row).is_new
    }

    /// The value of a column in a row; `None` if the row does not have it among the columns of its
    /// shape.
    #[must_use]
    pub fn value(&self, row: &ChangedRow, column: usize) -> Option<Value<'_>> {
        let place = self.place(row, column)?;
        Some(self.cells.value(place))
    }

    /// The cell that stores a row's value of a column.
    fn place(&self, row: &ChangedRow, column: usize) -> Option<usize> {
        let columns = &self.shape(row).columns;
        Some(row.first_cell + columns.binary_search(&position(column)).ok()?)
    }

    /// Whether both change sets have the same ids with the same columns and values. Keys differ between
    /// worlds.
    pub(crate) fn has_same_changes(&self, other: &Self) -> bool {
        let same = |(mine, others): (&ChangedRow, &ChangedRow)| {
            mine.id == others.id
                && self.shape(mine) == other.shape(others)
                && self.values(mine).eq(other.values(others))
        };
        self.removed().eq(other.removed())
            && self.rows.len() == other.rows.len()
            && self.rows.iter().zip(&other.rows).all(same)
    }

    /// The shape of new rows: all columns.
    pub(crate) fn new_shape(&mut self, n_columns: usize) -> usize {
        *self.shape_of_new.get_or_insert_with(|| {
            let shape = Shape {
                is_new: true,
                columns: (0..n_columns).map(position).collect(),
            };
            self.shapes.insert_full(shape).0
        })
    }

    /// The shape of rows with these dirty columns, ascending. O(columns), independent of the number of
    /// shapes.
    pub(crate) fn changed_shape(&mut self, columns: Positions) -> usize {
        let is_new = false;
        self.shapes.insert_full(Shape { is_new, columns }).0
    }

    /// Sorts the rows by id, and merges rows that were captured more than once. Rows are copied in the
    /// order in which they are found, and only their small headers are sorted afterwards: sorting before
    /// the capture would fetch every row twice.
    ///
    /// A row that was captured several times, because it changed in between, becomes one change, as if it
    /// had been captured only at the end. `tombstones` are those of the removed rows, as far as they are
    /// known.
    #[cfg(feature = "persist")]
    pub(crate) fn coalesce(&mut self, tombstones: &mut Vec<Tombstone>) {
        self.rows
            .sort_unstable_by_key(|row| (row.id, row.first_cell));
        // The key is compared too, because a delta can insert a row with the id of a removed one.
        let is_same = |a: &ChangedRow, b: &ChangedRow| (a.id, a.key) == (b.id, b.key);
        if self.rows.windows(2).any(|two| is_same(&two[0], &two[1])) {
            for row in std::mem::take(&mut self.rows) {
                match self.rows.pop() {
                    Some(older) if is_same(&older, &row) => {
                        let merged = self.merged(older, row);
                        self.rows.push(merged);
                    }
                    before => self.rows.extend(before.into_iter().chain([row])),
                }
            }
        }
        // This runs in the writer thread, because freeing a hundred megabytes takes as long as a tick.
        shrink(&mut self.rows);
        self.cells.shrink();
        let mut removed_since = self.removed.clone();
        removed_since.retain(|&(id, key)| self.row(id, key).is_some());
        if !removed_since.is_empty() {
            self.amend(tombstones);
            let mut removed = std::mem::take(&mut self.removed);
            removed.retain(|&(id, key)| self.row(id, key).is_none_or(|row| !self.is_new(row)));
            self.removed = removed;
            self.rows
                .retain(|row| removed_since.binary_search(&(row.id, row.key)).is_err());
        }
    }

    /// Merges two captures of a row: the columns of both, with the later values.
    #[cfg(feature = "persist")]
    fn merged(&mut self, older: ChangedRow, newer: ChangedRow) -> ChangedRow {
        let columns_of = |row: &ChangedRow| self.shape(row).columns.as_slice();
        let (before, since) = (columns_of(&older), columns_of(&newer));
        let mut columns: Positions = before.iter().chain(since).copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let cell = |&column: &u16| {
            let column = usize::from(column);
            let place = self.place(&newer, column);
            let place = place.or_else(|| self.place(&older, column));
            self.cells.cells[place.expect("the column is one of the two captures")]
        };
        let cells: Vec<_> = columns.iter().map(cell).collect();
        let shape = if self.is_new(&older) {
            older.shape
        } else {
            self.changed_shape(columns)
        };
        let first_cell = self.cells.len();
        self.cells.cells.extend(cells);
        ChangedRow {
            shape,
            first_cell,
            ..newer
        }
    }

    /// Amends the tombstones of rows that were removed after a capture that is not in the file: a new row
    /// leaves no tombstone, and any other row may have another owner in the file.
    pub(crate) fn amend(&self, removed: &mut Vec<Tombstone>) {
        removed.retain_mut(|tombstone| {
            let row = self.row(tombstone.id, tombstone.key);
            tombstone.has_moved |= row.is_some();
            row.is_none_or(|row| !self.is_new(row))
        });
    }

    /// Keeps these rows only, to be written or deleted.
    #[cfg(feature = "persist")]
    pub(crate) fn retain(&mut self, keep: impl Fn(RawKey) -> bool) {
        self.rows.retain(|row| keep(row.key));
        self.removed.retain(|&(_, key)| keep(key));
    }

    /// Ids and keys of the rows to delete.
    #[cfg(feature = "persist")]
    pub(crate) fn removed_rows(&self) -> impl ExactSizeIterator<Item = (i64, RawKey)> {
        self.removed.iter().copied()
    }

    /// Adds a row; `value` is called for each column of its shape.
    #[inline]
    pub(crate) fn push<'v>(
        &mut self,
        id: i64,
        key: RawKey,
        shape: usize,
        mut value: impl FnMut(usize) -> Encoded<'v>,
    ) {
        self.rows.push(ChangedRow {
            id,
            key,
            shape,
            first_cell: self.cells.len(),
        });
        for &column in &self.shapes[shape].columns {
            self.cells.push(value(column.into()).as_value());
        }
    }

    /// Adds a removed row whose id is above those of all that were added.
    pub(crate) fn remove_next(&mut self, id: i64, key: RawKey) {
        debug_assert!(self.removed.last().is_none_or(|(last, _)| *last < id));
        self.removed.push((id, key));
    }

    pub(crate) fn remove(&mut self, rows: impl Iterator<Item = (i64, RawKey)>) {
        self.removed.extend(rows);
        self.removed.sort_unstable();
    }
}

impl PackedValues {
    /// Number of values.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The value at a position.
    ///
    /// # Panics
    /// If the position is out of range.
    #[inline]
    #[must_use]
    pub(crate) fn value(&self, position: usize) -> Value<'_> {
        match self.cells[position] {
            PackedValue::Null => Value::Null,
            PackedValue::Integer(integer) => Value::Integer(integer),
            PackedValue::Real(real) => Value::Real(real),
            PackedValue::Text { start, len } => Value::Text(&self.text[start..start + len]),
            PackedValue::Blob { start, len } => Value::Blob(&self.bytes[start..start + len]),
        }
    }

    /// Adds a value.
    #[inline]
    pub(crate) fn push(&mut self, value: Value<'_>) {
        self.cells.push(match value {
            Value::Null => PackedValue::Null,
            Value::Integer(integer) => PackedValue::Integer(integer),
            Value::Real(real) => PackedValue::Real(real),
            Value::Text(text) => {
                let start = self.text.len();
                self.text.push_str(text);
                let len = text.len();
                PackedValue::Text { start, len }
            }
            Value::Blob(blob) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(blob);
                let len = blob.len();
                PackedValue::Blob { start, len }
            }
        });
    }

    /// Removes the values, and keeps the allocations.
    #[cfg(feature = "persist")]
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.text.clear();
        self.bytes.clear();
    }

    /// Frees capacity that is far beyond the current number of values.
    #[cfg(feature = "persist")]
    fn shrink(&mut self) {
        shrink(&mut self.cells);
        self.text.shrink_to(room_for(self.text.len()));
        shrink(&mut self.bytes);
    }

    /// Number of bytes of all texts and blobs.
    #[cfg(feature = "persist")]
    pub(crate) fn n_bytes(&self) -> usize {
        self.text.len() + self.bytes.len()
    }
}

/// Capacity that is worth keeping for the next capture.
#[cfg(feature = "persist")]
fn room_for(len: usize) -> usize {
    4 * len + 4096
}

#[cfg(feature = "persist")]
fn shrink<V>(values: &mut Vec<V>) {
    values.shrink_to(room_for(values.len()));
}
