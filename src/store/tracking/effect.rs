//! What became of a row.

use smallvec::SmallVec;

/// Positions of columns, ascending: columns of a row whose type is not known.
pub type Positions = SmallVec<[u16; 4]>;

/// The position of a column, as [`Positions`] keep it.
///
/// # Panics
/// Never for a column of a table: SQLite allows 32,767 of them.
#[inline]
pub(crate) fn position(column: usize) -> u16 {
    u16::try_from(column).expect("a table has 32,767 columns at most")
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<C> {
    /// It is new.
    Inserted,
    /// These columns were written to another value.
    Changed(C),
    /// It is gone.
    Removed,
}
