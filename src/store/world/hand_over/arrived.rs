//! What a parcel has become in the world that it was put into.

use std::collections::BTreeMap;

use crate::error::ParcelId;
use crate::schema::TableId;
use crate::store::key::Id;
use crate::store::row::entity::Row;

/// What has become of the rows of a parcel in the world that it was put into: they have new ids and keys.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub(super) parcel: ParcelId,
    pub(super) root: (TableId, i64),
    /// New ids by tables and the ids that the rows had.
    pub(super) ids: BTreeMap<(TableId, i64), i64>,
}

impl Arrived {
    /// The parcel that they have come with.
    #[must_use]
    pub fn parcel(&self) -> ParcelId {
        self.parcel
    }

    /// The new id of the row that was handed over, if it is a row of this type. [`World::key`](crate::World::key) finds its key.
    #[must_use]
    pub fn root<E: Row>(&self) -> Option<Id<E>> {
        let (table, id) = self.root;
        (table == E::TABLE).then(|| Id::new(self.ids[&(table, id)]))
    }

    /// The new id of the row that had this one in the world that it comes from. O(log n).
    #[must_use]
    pub fn id<E: Row>(&self, old: Id<E>) -> Option<Id<E>> {
        self.ids.get(&(E::TABLE, old.get())).copied().map(Id::new)
    }

    /// The old and the new id of all rows of this type, by old ids.
    pub fn ids<E: Row>(&self) -> impl Iterator<Item = (Id<E>, Id<E>)> {
        let of_table = self.ids.range((E::TABLE, i64::MIN)..=(E::TABLE, i64::MAX));
        of_table.map(|(&(_, old), &new)| (Id::new(old), Id::new(new)))
    }

    /// Number of rows, of all tables.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.ids.len()
    }
}
