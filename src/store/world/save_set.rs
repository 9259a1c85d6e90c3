//! The save set: the rows that are written when one row is saved.

use hashbrown::{DefaultHashBuilder, HashSet};
use indexmap::IndexSet;

use crate::schema::graph::{Reference, ValueReference};
use crate::schema::{OnDelete, TableKind};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, RawKey};
use crate::store::row_set::RowSet;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::tombstone::Tombstone;
use crate::store::tracking::txn_groups::Group;
use crate::store::world::World;
use crate::store::world::remove::Action;
use crate::store::world::value_keys::{named_row, naming_rows};

/// Whether the rows that a row owns are saved with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveScope {
    /// The row and all that it owns: through pivots, and through foreign keys that are declared `ON
    /// DELETE CASCADE`.
    Owned,
    /// The row itself, and the rows without which it cannot be in the file.
    Row,
}

/// The rows to write so that the file has `row` as it is in memory and stays consistent: what it owns,
/// what has been removed from it, and the rows without which the file would have dangling references.
pub(crate) fn rows_to_save<T: Tables>(
    world: &mut World<T>,
    row: AnyKey,
    scope: SaveScope,
) -> ToSave {
    world.commit_sink.txn_groups.fold();
    let world = &*world;
    let mut closure = Closure {
        world,
        rows: IndexSet::default(),
        groups: HashSet::new(),
    };
    closure.rows.insert(row);
    if scope == SaveScope::Owned {
        closure.add_owned();
        closure.add_removed_from();
    }
    let n_requested = closure.n_dirty();
    loop {
        let before = closure.rows.len();
        if scope == SaveScope::Owned {
            closure.add_removed_from();
            closure.add_moved_away();
        }
        closure.add_referenced();
        closure.add_former_referrers();
        if World::<T>::HAS_VALUE_KEYS {
            closure.add_named();
        }
        closure.add_txn_groups();
        if closure.rows.len() == before {
            return ToSave {
                rows: closure.rows.into_iter().collect(),
                n_requested,
            };
        }
    }
}

/// The save set of a row.
pub(crate) struct ToSave {
    pub(crate) rows: RowSet,
    /// Number of dirty rows that were requested: the row itself, what it owns and what was removed from
    /// it. The others are implied.
    pub(crate) n_requested: usize,
}

struct Closure<'w, T: Tables> {
    world: &'w World<T>,
    /// Each row once, in the order in which it was found, so that a traversal can continue at the
    /// position where it stopped.
    rows: IndexSet<AnyKey, DefaultHashBuilder>,
    /// The txn groups whose rows have been added.
    groups: HashSet<Group>,
}

impl<T: Tables> Closure<'_, T> {
    /// Adds all that the rows own, directly or not.
    fn add_owned(&mut self) {
        let mut n_visited = 0;
        while let Some(&row) = self.rows.get_index(n_visited) {
            n_visited += 1;
            for &reference in &self.world.references[row.table.index()] {
                let children = |parent| {
                    let table = self.world.tables.table(reference.table);
                    table
                        .children_of(reference.foreign_key, Parent::Row(parent))
                        .collect::<Vec<_>>()
                };
                match self.world.action(reference) {
                    Action::RemovePivotRow => {
                        self.rows.insert(AnyKey {
                            table: reference.table,
                            key: row.key,
                        });
                    }
                    Action::Remove(table) => {
                        let children = children(row.key).into_iter();
                        self.rows.extend(children.map(|key| AnyKey { table, key }));
                    }
                    Action::SetNull | Action::Refuse => {}
                }
            }
            if World::<T>::HAS_VALUE_KEYS {
                self.add_owned_by_value(row);
            }
        }
    }

    /// Adds the removed rows that belonged to one of the rows.
    fn add_removed_from(&mut self) {
        for table in all_tables::<T>() {
            for tombstone in self.world.tables.table(table).dirty().removed() {
                if tombstone
                    .belonged_to
                    .iter()
                    .any(|owner| self.rows.contains(owner))
                {
                    self.rows.insert(AnyKey {
                        table,
                        key: tombstone.key,
                    });
                }
            }
        }
    }

    /// Adds the rows that have moved to another owner and may have belonged to one of the rows in the
    /// file: otherwise a row that was given away would stay with its old owner in the file until the new
    /// owner is saved. This includes rows that the new owner has lost in turn.
    fn add_moved_away(&mut self) {
        let tables: HashSet<_> = self.rows.iter().map(|row| row.table).collect();
        for table in tables {
            for &reference in &self.world.references[table.index()] {
                if let Action::Remove(_) = self.world.action(reference) {
                    let child = self.world.tables.table(reference.table);
                    let moved = child.dirty().moved().iter().copied();
                    let moved = moved.filter(|&key| child.has_moved(reference.foreign_key, key));
                    let removed = child.dirty().removed().iter();
                    let removed = removed.filter(|row| row.has_moved).map(|row| row.key);
                    self.rows.extend(moved.chain(removed).map(|key| AnyKey {
                        table: reference.table,
                        key,
                    }));
                }
            }
            for (reference, _) in self.world.named_columns(table) {
                if self.world.on_removal_by_value(reference) == OnDelete::Cascade {
                    let removed = |tombstone: &Tombstone| tombstone.has_moved;
                    self.rows.extend(self.former_naming(reference, removed));
                }
            }
        }
    }

    /// Adds the rows that are removed with a row that they name by value.
    fn add_owned_by_value(&mut self, row: AnyKey) {
        for (reference, _) in self.world.named_columns(row.table) {
            if self.world.on_removal_by_value(reference) == OnDelete::Cascade {
                let by = naming_rows(&*self.world.tables, reference, row.key);
                let table = reference.table;
                self.rows.extend(by.map(|key| AnyKey { table, key }));
            }
        }
    }

    /// The rows that may name another row by value in the file than in memory: live ones, and removed ones for which
    /// `is_one` holds.
    fn former_naming(
        &self,
        reference: ValueReference,
        is_one: impl Fn(&Tombstone) -> bool,
    ) -> Vec<AnyKey> {
        let ValueReference { table, value_key } = reference;
        let by = self.world.tables.table(table);
        let own = by.info().value_keys[value_key].own_columns(by.info());
        let moved = by.dirty().moved().iter().copied();
        let moved = moved.filter(|&key| by.has_changed(own, key));
        let removed = by.dirty().removed().iter().filter(|row| is_one(row));
        let rows = moved.chain(removed.map(|row| row.key));
        rows.map(|key| AnyKey { table, key }).collect()
    }

    /// Adds what the file needs for rows that name others by value: the named rows, where the file does not have
    /// them with these values, and the rows that name a row in the file by values that it has no longer.
    fn add_named(&mut self) {
        let world = self.world;
        let mut n_visited = 0;
        while let Some(&row) = self.rows.get_index(n_visited) {
            n_visited += 1;
            let table = world.tables.table(row.table);
            for (value_key, key) in table.info().value_keys.iter().enumerate() {
                let reference = ValueReference {
                    table: row.table,
                    value_key,
                };
                let (to, named) = (world.tables.table(key.table), key.named_columns(T::INFO));
                let needed = named_row(&*world.tables, reference, row.key)
                    .filter(|&key| to.is_new_row(key) || to.has_changed(named, key));
                self.rows.extend(needed.map(|named| AnyKey {
                    table: key.table,
                    key: named,
                }));
            }
            for (reference, named) in world.named_columns(row.table) {
                if table.id_of(row.key).is_none() || table.has_changed(named, row.key) {
                    self.rows.extend(self.former_naming(reference, |_| true));
                }
            }
        }
    }

    /// Adds the rows that were changed in one transaction with one of the rows: half of a trade in the
    /// file would lose an item, or duplicate it.
    fn add_txn_groups(&mut self) {
        let txn_groups = &self.world.commit_sink.txn_groups;
        let mut rows_of_groups = Vec::new();
        for &row in &self.rows {
            if let Some(group) = txn_groups.group(row)
                && self.groups.insert(group)
            {
                rows_of_groups.extend(txn_groups.rows(group));
            }
        }
        self.rows.extend(rows_of_groups);
    }

    /// Number of the rows that differ from the file.
    fn n_dirty(&self) -> usize {
        let tables = &self.world.tables;
        let is_dirty = |row: &&AnyKey| tables.table(row.table).is_dirty_row(row.key);
        let removed = all_tables::<T>().map(|table| {
            let removed = tables.table(table).dirty().removed().iter();
            let is_in_set = |key| self.rows.contains(&AnyKey { table, key });
            removed.filter(|row| is_in_set(row.key)).count()
        });
        self.rows.iter().filter(is_dirty).count() + removed.sum::<usize>()
    }

    /// Adds the new rows that the rows reference, and the pivot row of each owned row.
    fn add_referenced(&mut self) {
        let mut n_visited = 0;
        while let Some(&row) = self.rows.get_index(n_visited) {
            n_visited += 1;
            let table = self.world.tables.table(row.table);
            let info = table.info();
            for (n, foreign_key) in info.foreign_keys.iter().enumerate() {
                if let (Some(target), Some(Parent::Row(key))) =
                    (foreign_key.table, table.parent_of(n, row.key))
                    && self.world.tables.table(target).is_new_row(key)
                {
                    self.rows.insert(AnyKey { table: target, key });
                }
            }
            if let TableKind::Owned { pivot } = info.kind
                && self.world.tables.table(pivot).is_new_row(row.key)
            {
                self.rows.insert(AnyKey {
                    table: pivot,
                    key: row.key,
                });
            }
        }
    }

    /// Adds the rows that reference a deleted row in the file and do not in memory. The old values are
    /// not kept, so these rows are unknown; they are among the moved or removed rows of the tables that
    /// can reference it.
    fn add_former_referrers(&mut self) {
        for table in all_tables::<T>() {
            let removed = self.world.tables.table(table).dirty().removed();
            let is_in_set = |key: &RawKey| self.rows.contains(&AnyKey { table, key: *key });
            let removed: Vec<_> = removed
                .iter()
                .map(|row| row.key)
                .filter(is_in_set)
                .collect();
            if removed.is_empty() {
                continue;
            }
            for &Reference { table, foreign_key } in &self.world.references[table.index()] {
                let child = self.world.tables.table(table);
                // A pivot row has the key of its owned row.
                let is_pivot_row = child.info().is_owned_key(foreign_key);
                let moved = child.dirty().moved().iter().copied();
                let moved = moved.filter(|&key| child.has_moved(foreign_key, key));
                let removed_children = child.dirty().removed().iter().map(|row| row.key);
                let removed_children =
                    removed_children.filter(|key| !is_pivot_row || removed.contains(key));
                self.rows.extend(
                    moved
                        .chain(removed_children)
                        .map(|key| AnyKey { table, key }),
                );
            }
        }
    }
}
