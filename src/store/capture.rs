//! What a flush has to write, copied out of the tables: nothing in it refers to the world.

use super::key::RawKey;
use super::schema::TableId;
use super::value::Value;

/// The changes of one table, in the order of ids.
#[derive(Clone, Debug)]
pub struct Captured {
    /// The table.
    pub table: TableId,
    shapes: Vec<Shape>,
    rows: Vec<CapturedRow>,
    cells: Vec<Cell>,
    text: String,
    bytes: Vec<u8>,
    removed: Vec<i64>,
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
pub struct CapturedRow {
    /// Its id.
    pub id: i64,
    /// Its key; for a pivot's row, the key of the owned row.
    pub key: RawKey,
    /// Which of the [`Shape`]s it has.
    pub shape: usize,
    first_cell: usize,
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text { start: usize, len: usize },
    Blob { start: usize, len: usize },
}

impl Captured {
    /// Nothing captured yet.
    #[must_use]
    pub fn new(table: TableId) -> Self {
        let (shapes, rows, cells, removed) = Default::default();
        Self {
            table,
            shapes,
            rows,
            cells,
            text: String::new(),
            bytes: Vec::new(),
            removed,
        }
    }

    /// Forgets what was captured, and keeps the room for the next time.
    #[cfg(feature = "sqlite")]
    pub(crate) fn clear(&mut self) {
        // Room that a large flush has left is not kept by small ones.
        let is_roomy = |capacity: usize, len: usize| capacity > 4 * len + 4096;
        if is_roomy(self.cells.capacity(), self.cells.len())
            || is_roomy(self.text.capacity(), self.text.len())
            || is_roomy(self.bytes.capacity(), self.bytes.len())
        {
            *self = Self::new(self.table);
            return;
        }
        self.shapes.clear();
        self.rows.clear();
        self.cells.clear();
        self.text.clear();
        self.bytes.clear();
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

    /// The rows to insert and to update, by ascending id.
    #[must_use]
    pub fn rows(&self) -> &[CapturedRow] {
        &self.rows
    }

    /// Ids of the rows to delete, ascending.
    #[must_use]
    pub fn removed(&self) -> &[i64] {
        &self.removed
    }

    /// Whether a row with this id is captured as a new one. O(log n).
    #[must_use]
    pub fn inserts(&self, id: i64) -> bool {
        let place = self.rows.binary_search_by_key(&id, |row| row.id);
        place.is_ok_and(|place| self.is_new(&self.rows[place]))
    }

    /// The values of a row, for the columns of its shape.
    pub fn values(&self, row: &CapturedRow) -> impl Iterator<Item = Value<'_>> {
        let cells = &self.cells[row.first_cell..][..self.shapes[row.shape].columns.len()];
        cells.iter().map(|cell| self.cell(cell))
    }

    /// Whether a row is a new one, with all of its columns.
    #[must_use]
    pub fn is_new(&self, row: &CapturedRow) -> bool {
        self.shapes[row.shape].is_new
    }

    /// The value of a column in a row; `None` if the row does not have it among the columns of its
    /// shape.
    #[must_use]
    pub fn value(&self, row: &CapturedRow, column: usize) -> Option<Value<'_>> {
        let place = self.shapes[row.shape].columns.binary_search(&column).ok()?;
        Some(self.cell(&self.cells[row.first_cell + place]))
    }

    /// Whether the same ids are there with the same columns and values. Keys are each world's own.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let same = |(mine, others): (&CapturedRow, &CapturedRow)| {
            mine.id == others.id
                && self.shapes[mine.shape] == other.shapes[others.shape]
                && self.values(mine).eq(other.values(others))
        };
        self.removed == other.removed
            && self.rows.len() == other.rows.len()
            && self.rows.iter().zip(&other.rows).all(same)
    }

    fn cell(&self, cell: &Cell) -> Value<'_> {
        match *cell {
            Cell::Null => Value::Null,
            Cell::Integer(integer) => Value::Integer(integer),
            Cell::Real(real) => Value::Real(real),
            Cell::Text { start, len } => Value::Text(&self.text[start..start + len]),
            Cell::Blob { start, len } => Value::Blob(&self.bytes[start..start + len]),
        }
    }

    /// The position of a shape, which is made if no row had it so far.
    pub(crate) fn shape(&mut self, is_new: bool, columns: impl Iterator<Item = usize>) -> usize {
        let shape = Shape {
            is_new,
            columns: columns.collect(),
        };
        self.shapes
            .iter()
            .position(|other| *other == shape)
            .unwrap_or_else(|| {
                self.shapes.push(shape);
                self.shapes.len() - 1
            })
    }

    /// Adds a row; [`Self::shapes`] says which columns `value` is asked for.
    #[inline]
    pub(crate) fn push<'v>(
        &mut self,
        id: i64,
        key: RawKey,
        shape: usize,
        mut value: impl FnMut(usize) -> Value<'v>,
    ) {
        self.rows.push(CapturedRow {
            id,
            key,
            shape,
            first_cell: self.cells.len(),
        });
        for &column in &self.shapes[shape].columns {
            self.cells.push(match value(column) {
                Value::Null => Cell::Null,
                Value::Integer(integer) => Cell::Integer(integer),
                Value::Real(real) => Cell::Real(real),
                Value::Text(text) => {
                    let start = self.text.len();
                    self.text.push_str(text);
                    Cell::Text {
                        start,
                        len: text.len(),
                    }
                }
                Value::Blob(blob) => {
                    let start = self.bytes.len();
                    self.bytes.extend_from_slice(blob);
                    Cell::Blob {
                        start,
                        len: blob.len(),
                    }
                }
            });
        }
    }

    pub(crate) fn remove(&mut self, ids: impl Iterator<Item = i64>) {
        self.removed.extend(ids);
        self.removed.sort_unstable();
    }
}
