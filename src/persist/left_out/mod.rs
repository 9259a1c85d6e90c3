//! Rows that a flush has left out, because the file refuses them or because they are bound to such a row.

mod bound;
mod by_value;
mod owners;
mod stored;

use crate::error::RefusedRow;
use crate::store::key::{Key, RawKey};
use crate::store::row::entity::Row;

pub(super) use bound::LeftOut;
pub(super) use stored::{Held, StoredRows};

/// How many attempts leave out no more than they have to. After these, every row that waits for a unique value is
/// left out at once: a long chain of them would take an attempt for each.
pub(super) const EXACT_ATTEMPTS: usize = 8;

impl RefusedRow {
    /// The row's key, if it is a row of this type; a pivot's row has none. If the file refuses the removal of a row, its
    /// key finds nothing any more.
    #[must_use]
    pub fn key<E: Row>(&self) -> Option<Key<E>> {
        (E::INFO.name == self.table).then(|| Key::from_raw(self.key))
    }
}

/// A row that a flush has left out: see
/// [`flush_without_refused`](crate::Database::flush_without_refused).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOutRow {
    /// The table.
    pub table: &'static str,
    /// The row's id.
    pub id: i64,
    /// Why it was left out.
    pub reason: LeftOutReason,
    pub(crate) key: RawKey,
}

impl LeftOutRow {
    /// The row's key, if it is a row of this type, as [`RefusedRow::key`] finds it.
    #[must_use]
    pub fn key<E: Row>(&self) -> Option<Key<E>> {
        (E::INFO.name == self.table).then(|| Key::from_raw(self.key))
    }
}

/// Why a flush has left a row out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// The file refuses it.
    Refused {
        /// The constraint, as in [`RefusedRow::constraint`].
        constraint: Option<String>,
        /// What SQLite says, or the server.
        message: String,
    },
    /// It is bound to another row that was left out.
    Bound {
        /// How.
        bond: Bond,
        /// The other row's table.
        table: &'static str,
        /// The other row's id.
        id: i64,
    },
}

/// What binds a row to another one, so that the file cannot have one of them without the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bond {
    /// They were changed in one transaction.
    Transaction,
    /// The row references the other one, which the file does not have.
    References,
    /// The row belongs to the other one, or has belonged to it until it was removed.
    Ownership,
    /// The row was removed, and the other one references it in the file.
    ReferencedInFile,
    /// The row has come with a parcel, or left with one: nothing that a parcel has moved is written while any row is left
    /// out.
    Parcel,
}
