//! The net effect on a row.

use smallvec::SmallVec;

/// Positions of columns, ascending: a column set of a type-erased row.
pub type Positions = SmallVec<[u16; 4]>;

/// The position of a column, as stored in [`Positions`].
///
/// # Panics
/// Never for a column of a table: SQLite allows 32,767 of them.
#[inline]
pub(crate) fn position(column: usize) -> u16 {
    u16::try_from(column).expect("a table has 32,767 columns at most")
}

/// The net effect on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<C> {
    /// The row is new.
    Inserted,
    /// These columns were written to another value.
    Changed(C),
    /// The row was removed.
    Removed,
}
