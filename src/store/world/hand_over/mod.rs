//! Rows that leave a world for another one, and come into it: with all that goes where they go.

mod arrived;
#[cfg(feature = "persist")]
mod outbox;
mod pack;
mod unpack;
mod unpacked;

pub use arrived::Arrived;

use crate::schema::{ForeignKey, TableId, TableInfo};
use crate::store::table::stored::Tables;
use crate::store::tracking::parcel;
use crate::store::world::World;

impl<T: Tables> World<T> {
    /// A number that two worlds have in common if a parcel of the one can be put into the other: it is made of their
    /// tables, columns, keys, UNIQUEs and CHECKs. O(columns).
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        parcel::fingerprint(T::INFO, T::PARCEL_NAMES)
    }
}

/// The foreign key on a column, with the table that it names rows of.
fn key_of_column(
    info: &'static TableInfo,
    column: usize,
) -> Option<(&'static ForeignKey, TableId)> {
    let mut keys = info.foreign_keys.iter();
    let key = keys.find(|key| key.column == column)?;
    Some((key, key.table?))
}

/// The unique index whose values name the rows of a table in parcels.
fn name_index<T: Tables>(table: TableId) -> Option<usize> {
    let info = T::INFO[table.index()];
    let mut names = T::PARCEL_NAMES.iter();
    let (_, columns) = names.find(|(name, _)| *name == info.name)?;
    info.indexes.iter().position(|index| {
        let names = index.columns.iter().map(|&column| info.columns[column]);
        index.unique && names.eq(columns.iter().copied())
    })
}
