//! Removing a row with everything that is removed with it.

use smallvec::{SmallVec, smallvec};

use crate::error::{Error, ErrorKind};
use crate::schema::graph::Reference;
use crate::schema::{OnDelete, TableId, TableKind};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, Key, RawKey};
use crate::store::table::stored::Tables;
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::value_keys::NamedByValue;

impl<T: Tables> World<T> {
    /// Removes a row with all that it owns, and with the rows whose foreign keys are declared `ON DELETE
    /// CASCADE`; those declared `SET NULL` become NULL. The cost is proportional to the rows it touches,
    /// and no depth of ownership overflows the stack.
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`], and [`ErrorKind::StillReferenced`] when another row references one of the
    /// removed rows. On error the world is unchanged.
    pub fn remove<E: Entity<Tables = T>>(&mut self, key: Key<E>) -> Result<(), Error> {
        let table = E::table(&self.tables);
        if !table.contains_key(key) {
            return Err(table.no_row(key));
        }
        self.transaction(|world| {
            world.remove_all(smallvec![AnyKey {
                table: E::TABLE,
                key: key.raw(),
            }])
        })
    }

    /// Removes these rows and all that is removed with them. Must run in a transaction.
    pub(crate) fn remove_all(&mut self, mut to_remove: SmallVec<[AnyKey; 4]>) -> Result<(), Error> {
        let mut refusing = Vec::new();
        let mut named = NamedByValue::default();
        while let Some(row) = to_remove.pop() {
            // The row may have been removed with another one already.
            let Some(id) = self.tables.table(row.table).id_of(row.key) else {
                continue;
            };
            for n in 0..self.references[row.table.index()].len() {
                let reference = self.references[row.table.index()][n];
                match self.action(reference) {
                    Action::RemovePivotRow => self.remove_if_live(reference.table, row.key),
                    Action::Remove(table) => {
                        let children = self.children(reference, row.key);
                        to_remove.extend(children.into_iter().map(|key| AnyKey { table, key }));
                    }
                    Action::SetNull => {
                        for child in self.children(reference, row.key) {
                            if Self::HAS_VALUE_KEYS {
                                self.before_null_key(reference, child, &mut named);
                            }
                            if self
                                .tables
                                .table_mut(reference.table)
                                .set_null(reference.foreign_key, child)
                            {
                                self.recorded(reference.table);
                            }
                        }
                    }
                    Action::Refuse => refusing.push((reference, row, id)),
                }
            }
            if Self::HAS_VALUE_KEYS {
                self.remove_named(row, id, &mut to_remove, &mut named);
            }
            self.remove_single(row);
        }
        if Self::HAS_VALUE_KEYS {
            self.refuse_bereft(&named)?;
        }
        // Rows that referenced a removed row may have been removed as well by now.
        refusing
            .into_iter()
            .try_for_each(|(reference, row, id)| self.still_referenced(reference, row, id))
    }

    /// Removes a live row and nothing else.
    #[inline]
    pub(crate) fn remove_single(&mut self, row: AnyKey) {
        let owners = match Self::HAS_VALUE_KEYS {
            true => self.owners_by_value(row),
            false => SmallVec::new(),
        };
        let table = self.tables.table_mut(row.table);
        table.remove(row.key);
        if Self::HAS_VALUE_KEYS {
            table.dirty_mut().belonged_also(row.key, owners);
        }
        self.recorded(row.table);
    }

    /// A foreign key of `child` is about to become NULL, and may be a part of what other rows name it by.
    fn before_null_key(&self, reference: Reference, child: RawKey, named: &mut NamedByValue) {
        let Reference { table, foreign_key } = reference;
        let column = T::INFO[table.index()].foreign_keys[foreign_key].column;
        self.before_null(AnyKey { table, key: child }, &[column], named);
    }

    pub(crate) fn action(&self, reference: Reference) -> Action {
        let info = T::INFO[reference.table.index()];
        match (
            info.kind,
            info.foreign_keys[reference.foreign_key].on_delete,
        ) {
            _ if info.is_owned_key(reference.foreign_key) => Action::RemovePivotRow,
            (TableKind::Pivot { owned }, _) => Action::Remove(owned),
            (_, OnDelete::Cascade) => Action::Remove(reference.table),
            (_, OnDelete::SetNull) => Action::SetNull,
            (_, OnDelete::Restrict) => Action::Refuse,
        }
    }

    fn children(&self, reference: Reference, parent: RawKey) -> Vec<RawKey> {
        self.tables
            .table(reference.table)
            .children_of(reference.foreign_key, Parent::Row(parent))
            .collect()
    }

    /// Removes a row and nothing else, unless it has been removed already.
    pub(crate) fn remove_if_live(&mut self, table: TableId, key: RawKey) {
        if self.tables.table(table).id_of(key).is_some() {
            self.remove_single(AnyKey { table, key });
        }
    }

    fn still_referenced(&self, reference: Reference, row: AnyKey, id: i64) -> Result<(), Error> {
        let by = self.tables.table(reference.table);
        let mut children = by.children_of(reference.foreign_key, Parent::Row(row.key));
        let Some(by_id) = children.next().and_then(|child| by.id_of(child)) else {
            return Ok(());
        };
        Err(ErrorKind::StillReferenced {
            table: T::INFO[row.table.index()].name,
            id,
            by_table: by.info().name,
            column: by.info().foreign_key_column(reference.foreign_key),
            by_id,
        }
        .into())
    }
}

/// What removing a row does to the rows that reference it.
pub(crate) enum Action {
    /// The pivot row of the row is removed with it.
    RemovePivotRow,
    /// Rows of this table are removed: those that reference the row, or, for an arm of a pivot, those that it owns.
    Remove(TableId),
    /// The foreign key becomes NULL.
    SetNull,
    /// The removal is refused, unless it removes the referencing rows as well.
    Refuse,
}
