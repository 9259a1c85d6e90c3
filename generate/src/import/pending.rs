//! Rows of a statement whose end says what happens to rows that are there already.

use super::source::{Cell, Conflict, RowSink, SourceRow, TableId, TextPlace};
use crate::error::ImportError;

/// The rows of a statement that are there already, until its end is read.
#[derive(Debug, Default)]
pub(super) struct Pending {
    rows: Vec<(Vec<OwnedCell>, TextPlace)>,
    n_bytes: usize,
}

/// The most memory that such rows may take.
const MOST_BYTES: usize = 1 << 26;

#[derive(Debug)]
enum OwnedCell {
    Null,
    Default,
    Integer(i64),
    Real(f64),
    Decimal(String),
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    Bits(String),
    Expression(String),
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The line of the first one.
    pub(super) fn line(&self) -> u64 {
        self.rows.first().map_or(0, |(_, place)| place.line)
    }

    /// Keeps a row; `false` if there are too many.
    pub(super) fn add(&mut self, cells: &[Cell<'_>], place: TextPlace) -> bool {
        if self.n_bytes > MOST_BYTES {
            return false;
        }
        let row: Vec<OwnedCell> = cells.iter().map(|cell| OwnedCell::of(*cell)).collect();
        let n_bytes = row.iter().map(OwnedCell::n_bytes);
        self.n_bytes += n_bytes.sum::<usize>();
        self.rows.push((row, place));
        true
    }

    /// Sends the rows again, with what happens to them.
    pub(super) fn send(
        self,
        sink: &mut dyn RowSink,
        id: TableId,
        conflict: Conflict<'_>,
    ) -> Result<(), ImportError> {
        for (row, place) in &self.rows {
            let cells: Vec<Cell<'_>> = row.iter().map(OwnedCell::cell).collect();
            let row = SourceRow {
                cells: &cells,
                place: Some(*place),
                conflict,
            };
            sink.row(id, row)?;
        }
        Ok(())
    }
}

impl OwnedCell {
    fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Default => Self::Default,
            Cell::Integer(integer) => Self::Integer(integer),
            Cell::Real(real) => Self::Real(real),
            Cell::Decimal(digits) => Self::Decimal(digits.to_owned()),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Bytes(bytes) => Self::Bytes(bytes.to_owned()),
            Cell::Bits(bits) => Self::Bits(bits.to_owned()),
            Cell::Expression(text) => Self::Expression(text.to_owned()),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Default => Cell::Default,
            Self::Integer(integer) => Cell::Integer(*integer),
            Self::Real(real) => Cell::Real(*real),
            Self::Decimal(digits) => Cell::Decimal(digits),
            Self::Text(text) => Cell::Text(text),
            Self::Bytes(bytes) => Cell::Bytes(bytes),
            Self::Bits(bits) => Cell::Bits(bits),
            Self::Expression(text) => Cell::Expression(text),
        }
    }

    fn n_bytes(&self) -> usize {
        let beside = match self {
            Self::Null | Self::Default | Self::Integer(_) | Self::Real(_) => 0,
            Self::Decimal(text) | Self::Bits(text) | Self::Expression(text) => text.len(),
            Self::Text(bytes) | Self::Bytes(bytes) => bytes.len(),
        };
        size_of::<Self>() + beside
    }
}
