//! What an untyped table asks of its world, whose type it does not know.

use super::{IncomingReference, OnRemoval, ReferenceKey};
use crate::schema::graph::ValueReference;
use crate::schema::value::Encoded;
use crate::schema::{OnDelete, TableId, TableInfo, TableKind};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, RawKey};
use crate::store::table::dyn_table::RowsFrom;
use crate::store::table::stored::Tables;
use crate::store::tracking::effect::{Effect, Positions};
use crate::store::world::World;
use crate::store::world::remove::Action;
use crate::store::world::value_keys::{named_row, naming_list, naming_rows};

/// A world without its type.
pub(super) trait Erased {
    fn infos(&self) -> &'static [&'static TableInfo];
    fn n_rows(&self, table: TableId) -> usize;
    fn n_bytes(&self, table: TableId) -> usize;
    fn rows_from(&self, table: TableId, at: i64) -> RowsFrom<'_>;
    fn row_at(&self, table: TableId, at: i64) -> Option<RawKey>;
    fn id_of(&self, row: AnyKey) -> Option<i64>;
    fn value(&self, row: AnyKey, column: usize) -> Option<Encoded<'_>>;
    fn unflushed(&self, row: AnyKey) -> Option<Effect<Positions>>;
    fn listed(&self, table: TableId) -> &[RawKey];
    fn removed(&self, table: TableId) -> Box<dyn ExactSizeIterator<Item = i64> + '_>;
    fn parent(&self, row: AnyKey, foreign_key: usize) -> Option<Parent>;
    fn children(
        &self,
        table: TableId,
        foreign_key: usize,
        parent: RawKey,
    ) -> Box<dyn ExactSizeIterator<Item = RawKey> + '_>;
    /// The row that a live row names by value.
    fn named_by_value(&self, by: AnyKey, value_key: usize) -> Option<RawKey>;
    /// The rows of a table that name a live row by value.
    fn naming_by_value(
        &self,
        table: TableId,
        value_key: usize,
        row: RawKey,
    ) -> Box<dyn ExactSizeIterator<Item = RawKey> + '_>;
    /// The rows of a table that name a live row by a key, from an id on.
    fn naming_from(
        &self,
        table: TableId,
        key: ReferenceKey,
        row: RawKey,
        from: i64,
    ) -> Box<dyn Iterator<Item = RawKey> + '_>;
    fn references(&self, table: TableId) -> Vec<IncomingReference>;
}

impl<T: Tables> Erased for World<T> {
    fn infos(&self) -> &'static [&'static TableInfo] {
        T::INFO
    }

    fn n_rows(&self, table: TableId) -> usize {
        self.tables.table(table).n_rows()
    }

    fn n_bytes(&self, table: TableId) -> usize {
        self.tables.table(table).n_bytes()
    }

    fn rows_from(&self, table: TableId, at: i64) -> RowsFrom<'_> {
        self.tables.table(table).rows_from(&self.tables, at)
    }

    fn row_at(&self, table: TableId, at: i64) -> Option<RawKey> {
        let of = match T::INFO[table.index()].kind {
            TableKind::Pivot { owned } => owned,
            _ => table,
        };
        let key = self.tables.table(of).key_of(at)?;
        self.tables.table(table).id_of(key).map(|_| key)
    }

    fn id_of(&self, row: AnyKey) -> Option<i64> {
        self.tables.table(row.table).id_of(row.key)
    }

    fn value(&self, row: AnyKey, column: usize) -> Option<Encoded<'_>> {
        let table = self.tables.table(row.table);
        table.row_value(&self.tables, row.key, column)
    }

    fn unflushed(&self, row: AnyKey) -> Option<Effect<Positions>> {
        self.tables.table(row.table).unflushed(row.key)
    }

    fn listed(&self, table: TableId) -> &[RawKey] {
        self.tables.table(table).dirty().listed()
    }

    fn removed(&self, table: TableId) -> Box<dyn ExactSizeIterator<Item = i64> + '_> {
        let tombstones = self.tables.table(table).dirty().removed().iter();
        Box::new(tombstones.map(|tombstone| tombstone.id))
    }

    fn parent(&self, row: AnyKey, foreign_key: usize) -> Option<Parent> {
        self.tables.table(row.table).parent_of(foreign_key, row.key)
    }

    fn children(
        &self,
        table: TableId,
        foreign_key: usize,
        parent: RawKey,
    ) -> Box<dyn ExactSizeIterator<Item = RawKey> + '_> {
        let by = self.tables.table(table);
        if by.info().is_owned_key(foreign_key) {
            // A pivot's row stands under the key of its owned row.
            let own = by.id_of(parent).map(|_| parent);
            return Box::new(own.into_iter());
        }
        Box::new(by.children_of(foreign_key, Parent::Row(parent)))
    }

    fn named_by_value(&self, by: AnyKey, value_key: usize) -> Option<RawKey> {
        let table = by.table;
        named_row(&*self.tables, ValueReference { table, value_key }, by.key)
    }

    fn naming_by_value(
        &self,
        table: TableId,
        value_key: usize,
        row: RawKey,
    ) -> Box<dyn ExactSizeIterator<Item = RawKey> + '_> {
        let reference = ValueReference { table, value_key };
        Box::new(naming_rows(&*self.tables, reference, row))
    }

    fn naming_from(
        &self,
        table: TableId,
        key: ReferenceKey,
        row: RawKey,
        from: i64,
    ) -> Box<dyn Iterator<Item = RawKey> + '_> {
        let by = self.tables.table(table);
        let list = match key {
            ReferenceKey::Foreign(n) if by.info().is_owned_key(n) => {
                // A pivot's row stands under the key of its owned row.
                let own = by.id_of(row).filter(|&id| id >= from);
                return Box::new(own.map(|_| row).into_iter());
            }
            ReferenceKey::Foreign(n) => by.child_list(n, Parent::Row(row)),
            ReferenceKey::ByValue(value_key) => {
                naming_list(&*self.tables, ValueReference { table, value_key }, row)
            }
        };
        let id_of = |key| {
            let id = by.id_of(key);
            id.expect("a row that an index contains is live (invariant 1)")
        };
        match list {
            Some(list) => list.iter_from(from, id_of),
            None => Box::new(std::iter::empty()),
        }
    }

    fn references(&self, table: TableId) -> Vec<IncomingReference> {
        let foreign = self.references[table.index()].iter();
        let foreign = foreign.map(|&reference| IncomingReference {
            table: reference.table,
            key: ReferenceKey::Foreign(reference.foreign_key),
            on_removal: match (
                self.action(reference),
                T::INFO[reference.table.index()].kind,
            ) {
                (Action::Remove(owned), TableKind::Pivot { .. }) => {
                    OnRemoval::RemovedWithOwned(owned)
                }
                (Action::Remove(_) | Action::RemovePivotRow, _) => OnRemoval::Removed,
                (Action::SetNull, _) => OnRemoval::SetNull,
                (Action::Refuse, _) => OnRemoval::Refused,
            },
        });
        let by_value = self.value_references[table.index()].iter();
        let by_value = by_value.map(|&reference| IncomingReference {
            table: reference.table,
            key: ReferenceKey::ByValue(reference.value_key),
            on_removal: match self.on_removal_by_value(reference) {
                OnDelete::Cascade => OnRemoval::Removed,
                OnDelete::SetNull => OnRemoval::SetNull,
                OnDelete::Restrict => OnRemoval::Refused,
            },
        });
        foreign.chain(by_value).collect()
    }
}
