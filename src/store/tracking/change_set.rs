//! What a flush has to write, copied out of the tables: nothing in it refers to the world.

use hashbrown::HashMap;

use crate::schema::TableId;
use crate::schema::value::{Encoded, Value};
use crate::store::key::RawKey;
use crate::store::tracking::dirty::Tombstone;
use crate::store::tracking::effect::Positions;

/// The changes of one table, in the order of ids.
#[derive(Clone, Debug)]
pub struct ChangeSet {
    /// The table.
    pub table: TableId,
    shapes: Vec<Shape>,
    shape_of_new: Option<usize>,
    shapes_of_changed: HashMap<Positions, usize>,
    rows: Vec<ChangedRow>,
    cells: PackedValues,
    /// In order.
    removed: Vec<(i64, RawKey)>,
}

/// Values, one after the other, that refer to nothing outside.
#[derive(Clone, Debug, Default)]
pub struct PackedValues {
    cells: Vec<PackedValue>,
    text: String,
    bytes: Vec<u8>,
}

/// The columns that a row is written with. Rows with the same ones share a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whether the file does not have the row yet.
    pub is_new: bool,
    /// The columns, ascending.
    pub columns: Vec<usize>,
}

/// One row to write.
#[derive(Clone, Copy, Debug)]
pub struct ChangedRow {
    /// Its id.
    pub id: i64,
    /// Its key; for a pivot's row, the key of the owned row.
    pub key: RawKey,
    /// Which of the [`Shape`]s it has.
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
    /// Nothing captured yet.
    #[must_use]
    pub fn new(table: TableId) -> Self {
        let (shapes, shapes_of_changed, rows, cells, removed) = Default::default();
        Self {
            table,
            shapes,
            shape_of_new: None,
            shapes_of_changed,
            rows,
            cells,
            removed,
        }
    }

    /// Forgets what was captured, and keeps the room for the next time.
    #[cfg(feature = "sqlite")]
    pub(crate) fn clear(&mut self) {
        self.shapes.clear();
        self.shape_of_new = None;
        self.shapes_of_changed.clear();
        self.rows.clear();
        self.cells.clear();
        self.removed.clear();
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.removed.is_empty()
    }

    /// The shapes of the rows.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The rows to insert and to update, by ascending id once they are written.
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

    /// A row, once they are in order. O(log n).
    fn row(&self, id: i64, key: RawKey) -> Option<&ChangedRow> {
        let first = self.rows.partition_point(|row| row.id < id);
        let mut rows = self.rows[first..].iter().take_while(|row| row.id == id);
        rows.find(|row| row.key == key)
    }

    /// The values of a row, for the columns of its shape.
    pub fn values(&self, row: &ChangedRow) -> impl Iterator<Item = Value<'_>> {
        let n_columns = self.shapes[row.shape].columns.len();
        (row.first_cell..row.first_cell + n_columns).map(|cell| self.cells.value(cell))
    }

    /// Whether a row is a new one, with all of its columns.
    #[must_use]
    pub fn is_new(&self, row: &ChangedRow) -> bool {
        self.shapes[row.shape].is_new
    }

    /// The value of a column in a row; `None` if the row does not have it among the columns of its
    /// shape.
    #[must_use]
    pub fn value(&self, row: &ChangedRow, column: usize) -> Option<Value<'_>> {
        let place = self.place(row, column)?;
        Some(self.cells.value(place))
    }

    /// Where a row's value of a column stands among the cells.
    fn place(&self, row: &ChangedRow, column: usize) -> Option<usize> {
        let columns = &self.shapes[row.shape].columns;
        Some(row.first_cell + columns.binary_search(&column).ok()?)
    }

    /// Whether the same ids are there with the same columns and values. Keys are each world's own.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let same = |(mine, others): (&ChangedRow, &ChangedRow)| {
            mine.id == others.id
                && self.shapes[mine.shape] == other.shapes[others.shape]
                && self.values(mine).eq(other.values(others))
        };
        self.removed().eq(other.removed())
            && self.rows.len() == other.rows.len()
            && self.rows.iter().zip(&other.rows).all(same)
    }

    /// The shape of rows that the file does not have: all columns.
    pub(crate) fn new_shape(&mut self, n_columns: usize) -> usize {
        *self.shape_of_new.get_or_insert_with(|| {
            let columns = (0..n_columns).collect();
            let is_new = true;
            self.shapes.push(Shape { is_new, columns });
            self.shapes.len() - 1
        })
    }

    /// The shape of rows of which these columns have changed, ascending. O(columns), however many
    /// shapes there are.
    pub(crate) fn changed_shape(&mut self, columns: Positions) -> usize {
        if let Some(&shape) = self.shapes_of_changed.get(&columns) {
            return shape;
        }
        let shape = self.shapes.len();
        self.shapes.push(Shape {
            is_new: false,
            columns: columns.iter().map(|&column| column.into()).collect(),
        });
        self.shapes_of_changed.insert(columns, shape);
        shape
    }

    /// Puts the rows into the order of their ids. Each is copied out when it is found, and what is
    /// sorted then is small: sorted first, every row would have to be fetched twice.
    ///
    /// What was captured several times, because it went on changing, comes to one change, as if it had
    /// been captured at the end alone. `tombstones` are those of the removed rows, as far as they are
    /// known.
    #[cfg(feature = "sqlite")]
    pub(crate) fn merge_copies(&mut self, tombstones: &mut Vec<Tombstone>) {
        self.rows
            .sort_unstable_by_key(|row| (row.id, row.first_cell));
        // By the key too: a delta can bring back the id of a row that is gone.
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
        // In the thread that writes: to give back a hundred megabytes takes as long as a tick.
        shrink(&mut self.rows);
        self.cells.shrink();
        let mut gone = self.removed.clone();
        gone.retain(|&(id, key)| self.row(id, key).is_some());
        if !gone.is_empty() {
            self.amend(tombstones);
            let mut removed = std::mem::take(&mut self.removed);
            removed.retain(|&(id, key)| self.row(id, key).is_none_or(|row| !self.is_new(row)));
            self.removed = removed;
            self.rows
                .retain(|row| gone.binary_search(&(row.id, row.key)).is_err());
        }
    }

    /// A row that was captured twice: the columns of both, the later values.
    #[cfg(feature = "sqlite")]
    fn merged(&mut self, older: ChangedRow, newer: ChangedRow) -> ChangedRow {
        let columns_of = |row: &ChangedRow| self.shapes[row.shape].columns.as_slice();
        let (before, since) = (columns_of(&older), columns_of(&newer));
        let mut columns: Positions = (before.iter().chain(since))
            .map(|&column| u16::try_from(column).unwrap_or(u16::MAX))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let cells: Vec<_> = (columns.iter().map(|&column| usize::from(column)))
            .filter_map(|column| {
                let place = self.place(&newer, column);
                place.or_else(|| self.place(&older, column))
            })
            .map(|place| self.cells.cells[place])
            .collect();
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

    /// What rows that were removed after they had been captured come to where the file does not have
    /// what was captured: a new one to nothing, and another one may belong to somebody else there.
    pub(crate) fn amend(&self, removed: &mut Vec<Tombstone>) {
        removed.retain_mut(|tombstone| {
            let row = self.row(tombstone.id, tombstone.key);
            tombstone.has_moved |= row.is_some();
            row.is_none_or(|row| !self.is_new(row))
        });
    }

    /// Adds a row; [`Self::shapes`] says which columns `value` is asked for.
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
            self.cells.push(value(column).as_value());
        }
    }

    pub(crate) fn remove(&mut self, rows: impl Iterator<Item = (i64, RawKey)>) {
        self.removed.extend(rows);
        self.removed.sort_unstable();
    }
}

impl PackedValues {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The value at a position.
    ///
    /// # Panics
    /// When there are not so many.
    #[inline]
    #[must_use]
    pub fn value(&self, position: usize) -> Value<'_> {
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
    pub fn push(&mut self, value: Value<'_>) {
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

    /// Forgets the values, and keeps the room.
    #[cfg(feature = "sqlite")]
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.text.clear();
        self.bytes.clear();
    }

    /// Gives back the room that many more values than these have left.
    #[cfg(feature = "sqlite")]
    fn shrink(&mut self) {
        shrink(&mut self.cells);
        self.text.shrink_to(room_for(self.text.len()));
        shrink(&mut self.bytes);
    }

    /// Number of bytes of its texts and blobs.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.text.len() + self.bytes.len()
    }
}

/// Room that is worth keeping for the next time.
#[cfg(feature = "sqlite")]
fn room_for(len: usize) -> usize {
    4 * len + 4096
}

#[cfg(feature = "sqlite")]
fn shrink<V>(values: &mut Vec<V>) {
    values.shrink_to(room_for(values.len()));
}
