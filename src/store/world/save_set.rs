//! Which rows go along when one row is saved.

use hashbrown::HashSet;

use crate::schema::TableKind;
use crate::schema::graph::Reference;
use crate::store::index::Parent;
use crate::store::key::AnyKey;
use crate::store::key::RawKey;
use crate::store::row_set::RowSet;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::txn_groups::Group;
use crate::store::world::World;
use crate::store::world::remove::Action;

/// Whether what a row owns is saved with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveScope {
    /// With all that it owns: through pivots, and through foreign keys that say `ON DELETE CASCADE`.
    Owned,
    /// The row alone, and what it cannot be in the file without.
    Row,
}

/// The rows to write so that `row` is in the file as it is in memory, and the file is still true:
/// what it owns, what has been removed from it, and the rows without which the file would name
/// rows that are not there.
pub(crate) fn rows_to_save<T: Tables>(
    world: &mut World<T>,
    row: AnyKey,
    scope: SaveScope,
) -> ToSave {
    world.commit_sink.txn_groups.fold();
    let world = &*world;
    let mut closure = Closure {
        world,
        rows: HashSet::new(),
        to_visit: Vec::new(),
        groups: HashSet::new(),
    };
    closure.add(row);
    if scope == SaveScope::Owned {
        closure.add_owned();
        closure.add_removed_from();
    }
    let n_asked = closure.n_dirty();
    loop {
        let before = closure.rows.len();
        if scope == SaveScope::Owned {
            closure.add_removed_from();
            closure.add_that_left();
        }
        closure.add_needed();
        closure.add_that_let_go();
        closure.add_changed_together();
        if closure.rows.len() == before {
            return ToSave {
                rows: closure.rows.into_iter().collect(),
                n_asked,
            };
        }
    }
}

/// The rows that are written when one is saved.
pub(crate) struct ToSave {
    pub(crate) rows: RowSet,
    /// How many of those that differ from the file are the row itself, what it owns and what was
    /// removed from it.
    pub(crate) n_asked: usize,
}

struct Closure<'w, T: Tables> {
    world: &'w World<T>,
    rows: HashSet<AnyKey>,
    to_visit: Vec<AnyKey>,
    /// The groups whose rows are among them.
    groups: HashSet<Group>,
}

impl<T: Tables> Closure<'_, T> {
    fn add(&mut self, row: AnyKey) {
        if self.rows.insert(row) {
            self.to_visit.push(row);
        }
    }

    /// What the rows own, and what that owns.
    fn add_owned(&mut self) {
        while let Some(row) = self.to_visit.pop() {
            for &reference in &self.world.references[row.table.index()] {
                let children = |parent| {
                    let table = self.world.tables.table(reference.table);
                    table
                        .children_of(reference.foreign_key, Parent::Row(parent))
                        .collect::<Vec<_>>()
                };
                match self.world.action(reference) {
                    Action::RemovePivotRow => self.add(AnyKey {
                        table: reference.table,
                        key: row.key,
                    }),
                    Action::Remove(table) => {
                        children(row.key)
                            .into_iter()
                            .for_each(|key| self.add(AnyKey { table, key }));
                    }
                    Action::SetNull | Action::Refuse => {}
                }
            }
        }
    }

    /// The removed rows that belonged to one of the rows.
    fn add_removed_from(&mut self) {
        for table in all_tables::<T>() {
            for tombstone in self.world.tables.table(table).dirty().removed() {
                if tombstone
                    .belonged_to
                    .iter()
                    .any(|owner| self.rows.contains(owner))
                {
                    self.add(AnyKey {
                        table,
                        key: tombstone.key,
                    });
                }
            }
        }
    }

    /// The rows that have gone to another owner, of those that the rows may have owned in the file:
    /// else what was given away would stay there as long as the other side is not saved. Also when the
    /// other one does not have it any more either.
    fn add_that_left(&mut self) {
        let tables: HashSet<_> = self.rows.iter().map(|row| row.table).collect();
        for table in tables {
            for &reference in &self.world.references[table.index()] {
                if let Action::Remove(_) = self.world.action(reference) {
                    let child = self.world.tables.table(reference.table);
                    let moved = child.dirty().moved().iter().copied();
                    let left = moved.filter(|&key| child.has_moved(reference.foreign_key, key));
                    let removed = child.dirty().removed().iter();
                    let removed = removed.filter(|row| row.has_moved).map(|row| row.key);
                    self.rows.extend(left.chain(removed).map(|key| AnyKey {
                        table: reference.table,
                        key,
                    }));
                }
            }
        }
    }

    /// The rows that were changed in one transaction with one of the rows: half of a trade in the file
    /// would be an item lost, or an item twice.
    fn add_changed_together(&mut self) {
        let txn_groups = &self.world.commit_sink.txn_groups;
        let mut along = Vec::new();
        for &row in &self.rows {
            if let Some(group) = txn_groups.group(row)
                && self.groups.insert(group)
            {
                along.extend(txn_groups.rows(group));
            }
        }
        self.rows.extend(along);
    }

    /// How many of the rows differ from the file.
    fn n_dirty(&self) -> usize {
        let tables = &self.world.tables;
        let is_dirty = |row: &&AnyKey| tables.table(row.table).is_dirty_row(row.key);
        let removed = all_tables::<T>().map(|table| {
            let removed = tables.table(table).dirty().removed().iter();
            let is_taken = |key| self.rows.contains(&AnyKey { table, key });
            removed.filter(|row| is_taken(row.key)).count()
        });
        self.rows.iter().filter(is_dirty).count() + removed.sum::<usize>()
    }

    /// New rows that the rows name, and the pivot's row of each owned one.
    fn add_needed(&mut self) {
        let mut to_visit: Vec<_> = self.rows.iter().copied().collect();
        while let Some(row) = to_visit.pop() {
            let table = self.world.tables.table(row.table);
            let info = table.info();
            let mut needed = Vec::new();
            for (n, foreign_key) in info.foreign_keys.iter().enumerate() {
                if let (Some(target), Some(Parent::Row(key))) =
                    (foreign_key.table, table.parent_of(n, row.key))
                    && self.world.tables.table(target).is_new_row(key)
                {
                    needed.push(AnyKey { table: target, key });
                }
            }
            if let TableKind::Owned { pivot } = info.kind
                && self.world.tables.table(pivot).is_new_row(row.key)
            {
                needed.push(AnyKey {
                    table: pivot,
                    key: row.key,
                });
            }
            for row in needed {
                if self.rows.insert(row) {
                    to_visit.push(row);
                }
            }
        }
    }

    /// Where a row is deleted from the file, the rows that named it there, and do no more. Which ones
    /// they are nobody knows; it is some of the changed or removed rows of the tables that can name it.
    fn add_that_let_go(&mut self) {
        for table in all_tables::<T>() {
            let removed = self.world.tables.table(table).dirty().removed();
            let is_taken = |key: &RawKey| self.rows.contains(&AnyKey { table, key: *key });
            let removed: Vec<_> = removed.iter().map(|row| row.key).filter(is_taken).collect();
            if removed.is_empty() {
                continue;
            }
            for &Reference { table, foreign_key } in &self.world.references[table.index()] {
                let child = self.world.tables.table(table);
                // A pivot's row has the key of the owned row.
                let is_pivot_row =
                    matches!(child.info().kind, TableKind::Pivot { .. }) && foreign_key == 0;
                let moved = child.dirty().moved().iter().copied();
                let moved = moved.filter(|&key| child.has_moved(foreign_key, key));
                let gone = child.dirty().removed().iter().map(|row| row.key);
                let gone = gone.filter(|key| !is_pivot_row || removed.contains(key));
                self.rows
                    .extend(moved.chain(gone).map(|key| AnyKey { table, key }));
            }
        }
    }
}
