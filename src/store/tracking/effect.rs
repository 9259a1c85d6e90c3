//! What became of a row.

use smallvec::SmallVec;

/// Positions of columns, ascending: columns of a row whose type is not known.
pub type Positions = SmallVec<[u16; 4]>;

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
