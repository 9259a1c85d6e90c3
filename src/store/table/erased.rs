//! A table as a [`DynTable`].

use std::collections::TryReserveError;

use bitflags::Flags as _;
use smallvec::SmallVec;

use super::cells::{apply_row, load_row, reads_as};
use super::dyn_table::{ApplyRow, DynTable, LoadRow, RowsFrom, with_headroom};
use super::stored::Stored;
use super::{Slot, Table, columns_of, flag, mark_dirty, positions};
use crate::error::Problem;
use crate::schema::TableInfo;
use crate::schema::value::Encoded;
use crate::store::index::ids::Counter;
use crate::store::index::{IndexHasher, KeyList, Keys, Parent, ParentIndex, ValueIndex};
use crate::store::key::{RawKey, WorldNumber};
use crate::store::row::reader::{Cell, RowReader};
use crate::store::row_set::Selection;
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::commit_sink::CommitSink;
use crate::store::tracking::dirty::{DirtySet, RowState};
use crate::store::tracking::effect::{Effect, Positions};
use crate::store::tracking::tombstone::Tombstone;

/// Number of shapes that are cached while rows are captured.
const N_SHAPES: usize = 8;

impl<E: Stored> DynTable<E::Tables> for Table<E> {
    fn info(&self) -> &'static TableInfo {
        E::INFO
    }

    fn set_world(&mut self, world: WorldNumber) {
        self.world = world;
    }

    fn n_rows(&self) -> usize {
        self.n_live
    }

    #[inline]
    fn id_of(&self, key: RawKey) -> Option<i64> {
        self.slot(key).map(|slot| slot.id)
    }

    #[inline]
    fn key_of(&self, id: i64) -> Option<RawKey> {
        self.ids.key(id)
    }

    fn rows_by_id(&self) -> Box<dyn Iterator<Item = (i64, RawKey)> + '_> {
        Box::new(self.ids.iter())
    }

    fn rows_from<'a>(&'a self, _: &'a E::Tables, at: i64) -> RowsFrom<'a> {
        Box::new(self.ids.iter_from(at))
    }

    #[inline]
    fn row_value<'a>(
        &'a self,
        tables: &'a E::Tables,
        key: RawKey,
        column: usize,
    ) -> Option<Encoded<'a>> {
        Some(self.slot(key)?.row.value(column, tables))
    }

    fn unflushed(&self, key: RawKey) -> Option<Effect<Positions>> {
        let slot = self.slot(key)?;
        if slot.state.contains(RowState::NEW) {
            return Some(Effect::Inserted);
        }
        (!slot.dirty.is_empty()).then(|| Effect::Changed(positions::<E>(slot.dirty)))
    }

    fn n_bytes(&self) -> usize {
        // A slot of the slotmap has its version beside the row.
        let rows = self.rows.capacity() * size_of::<(u32, Slot<E>)>();
        let parents: usize = self.parents.iter().map(ParentIndex::n_bytes).sum();
        let indexes: usize = self.indexes.iter().map(ValueIndex::n_bytes).sum();
        rows + self.ids.n_bytes() + parents + indexes + self.dirty.n_bytes()
    }

    fn child_list(&self, foreign_key: usize, parent: Parent) -> Option<&KeyList> {
        self.parents[foreign_key].list(parent)
    }

    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent> {
        self.slot(key)?.row.parent(foreign_key).map(Parent::Row)
    }

    fn list_with(
        &self,
        index: usize,
        hash: &dyn Fn(&IndexHasher<'_>) -> Option<u64>,
        is_it: &dyn Fn(RawKey) -> bool,
    ) -> Option<&KeyList> {
        let index = &self.indexes[index];
        let hash = hash(&IndexHasher(index.hasher()))?;
        index.list(hash, is_it)
    }

    fn rows_with_values(
        &self,
        tables: &E::Tables,
        index: usize,
        values: &[Encoded<'_>],
        is_it: &dyn Fn(RawKey) -> bool,
    ) -> Option<Keys<'_>> {
        // Any row will do for the other columns; what is hashed is a row, and not a value.
        let Some((_, any)) = self.ids.iter().next() else {
            return Some(Keys::default());
        };
        let columns = E::INFO.indexes[index].columns;
        let any = &self.rows[any].row;
        let all = 0..E::INFO.columns.len();
        let others: SmallVec<[_; 16]> = all.map(|column| any.value(column, tables)).collect();
        let cells: SmallVec<[Cell<'_>; 16]> = others
            .iter()
            .enumerate()
            .map(|(column, other)| {
                let own = columns.iter().position(|&own| own == column);
                Cell::Value(own.map_or(other, |place| &values[place]).as_value())
            })
            .collect();
        match E::load(&RowReader::new(&cells, tables).in_world(self.world)) {
            Ok(row) => {
                let hash = |hasher: &IndexHasher<'_>| row.index_hash(index, hasher);
                Some(self.rows_with(index, &hash, is_it))
            }
            // A value that the column cannot hold, no row has.
            Err(problem) if problem.columns.iter().all(|own| columns.contains(own)) => {
                Some(Keys::default())
            }
            Err(_) => None,
        }
    }

    fn row_hash(&self, key: RawKey, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        self.slot(key)?.row.index_hash(index, hasher)
    }

    fn dirty(&self) -> &DirtySet {
        &self.dirty
    }

    fn dirty_mut(&mut self) -> &mut DirtySet {
        &mut self.dirty
    }

    fn is_dirty_row(&self, key: RawKey) -> bool {
        self.slot(key).is_some_and(Slot::is_dirty)
    }

    fn has_moved(&self, foreign_key: usize, key: RawKey) -> bool {
        let column = flag::<E>(E::INFO.foreign_keys[foreign_key].column);
        self.slot(key)
            .is_some_and(|slot| !slot.state.contains(RowState::NEW) && slot.dirty.contains(column))
    }

    fn has_changed(&self, columns: &[usize], key: RawKey) -> bool {
        let mut columns = columns.iter().map(|&column| flag::<E>(column));
        self.slot(key).is_some_and(|slot| {
            !slot.state.contains(RowState::NEW) && columns.any(|column| slot.dirty.contains(column))
        })
    }

    fn is_new_row(&self, key: RawKey) -> bool {
        self.slot(key)
            .is_some_and(|slot| slot.state.contains(RowState::NEW))
    }

    fn counter(&self) -> &Counter {
        self.ids.counter()
    }

    fn counter_mut(&mut self) -> &mut Counter {
        self.ids.counter_mut()
    }

    fn remove(&mut self, key: RawKey) {
        self.remove(key);
    }

    fn set_null(&mut self, foreign_key: usize, key: RawKey) -> bool {
        self.set_null(foreign_key, key)
    }

    fn set_value_null(&mut self, value_key: usize, key: RawKey) -> usize {
        let fields = E::null_fields(value_key).into_iter();
        fields
            .map(|field| usize::from(self.write_null(key, field)))
            .sum()
    }

    fn undo(&mut self) {
        self.undo();
    }

    fn commit(&mut self, sink: &mut CommitSink) {
        self.commit(sink);
    }

    fn capture(&self, tables: &E::Tables, which: Selection<'_>, change_set: &mut ChangeSet) {
        let fetch = |key| {
            let slot = self.slot(key).filter(|slot| slot.is_dirty())?;
            // The value that will be copied is fetched too: it may be in another cache line, or in
            // another table.
            let column = columns_of::<E>(slot.dirty).next().unwrap_or(0);
            std::hint::black_box((slot.id, slot.row.value(column, tables)));
            Some(slot)
        };
        // Most rows have the same dirty columns as a row before them.
        let mut shapes = SmallVec::<[(E::Columns, usize); N_SHAPES]>::new();
        self.dirty.visit(E::TABLE, which, fetch, |key, slot| {
            let known = shapes.iter().find(|(columns, _)| *columns == slot.dirty);
            let shape = match known {
                _ if slot.state.contains(RowState::NEW) => {
                    change_set.new_shape(E::INFO.columns.len())
                }
                Some(&(_, shape)) => shape,
                None => {
                    let shape = change_set.changed_shape(positions::<E>(slot.dirty));
                    if shapes.len() < N_SHAPES {
                        shapes.push((slot.dirty, shape));
                    }
                    shape
                }
            };
            change_set.push(slot.id, key, shape, |column| slot.row.value(column, tables));
        });
        let removed = self.dirty.removed_for(E::TABLE, which);
        change_set.remove(removed.map(|tombstone| (tombstone.id, tombstone.key)));
    }

    fn copy(
        &self,
        tables: &E::Tables,
        key: RawKey,
        columns: Option<&Positions>,
        change_set: &mut ChangeSet,
    ) {
        let Some(slot) = self.slot(key) else { return };
        let shape = match columns {
            None => change_set.new_shape(E::INFO.columns.len()),
            Some(columns) => change_set.changed_shape(columns.clone()),
        };
        change_set.push(slot.id, key, shape, |column| slot.row.value(column, tables));
    }

    fn reserve(&mut self, id: i64) {
        self.reserve(id);
    }

    fn use_up(&mut self, id: i64) {
        self.use_up(id);
    }

    fn applier(&self) -> ApplyRow<E::Tables> {
        apply_row::<E>
    }

    fn conflicts(&self, key: RawKey) -> Vec<Problem> {
        self.conflicts(key)
    }

    fn flushed(&mut self, which: Selection<'_>, change_set: &ChangeSet) {
        let clean = |key| {
            if let Some(slot) = self.rows.get_mut(key) {
                slot.dirty = E::Columns::empty();
                let listed = RowState::LISTED | RowState::MOVED;
                slot.state.remove(RowState::NEW | listed);
            }
        };
        match which {
            Selection::All => self.dirty.clear_listed(clean),
            Selection::Oldest(n) => self.dirty.clear_oldest(n, clean),
            Selection::Only(_) => {
                for row in change_set.rows() {
                    if let Some(slot) = self.rows.get_mut(row.key) {
                        slot.dirty = E::Columns::empty();
                        slot.state.remove(RowState::NEW);
                    }
                }
            }
        }
        self.dirty.forget_removed(change_set);
    }

    fn restore(&mut self, change_set: &ChangeSet, removed: &mut Vec<Tombstone>) {
        for row in change_set.rows() {
            // A row that is missing was removed since the capture, and has a tombstone if the file has
            // it.
            let Some(slot) = self.rows.get_mut(row.key) else {
                continue;
            };
            if change_set.is_new(row) {
                slot.state.insert(RowState::NEW);
            } else {
                let columns = change_set.shape(row).columns.iter();
                columns.for_each(|&column| slot.dirty.insert(flag::<E>(column.into())));
            }
            mark_dirty(&mut self.dirty, row.key, slot);
        }
        self.dirty.restore(change_set, removed);
    }

    #[cfg(feature = "persist")]
    #[cold]
    fn forget_file(&mut self) {
        self.dirty.clear();
        for (key, slot) in &mut self.rows {
            slot.dirty = E::Columns::empty();
            slot.state = RowState::NEW;
            self.dirty.enlist(key, &mut slot.state);
        }
        self.ids.counter_mut().forget_file();
    }

    fn file_has(&self, id: i64, row: &[Cell<'_>], tables: &E::Tables) -> bool {
        let Some(slot) = self.ids.key(id).map(|key| &self.rows[key]) else {
            return false;
        };
        let clean =
            (0..E::INFO.columns.len()).filter(|&column| !slot.dirty.contains(flag::<E>(column)));
        !slot.state.contains(RowState::NEW)
            && (clean.clone().all(|column| {
                row[column] == Cell::Value(slot.row.value(column, tables).as_value())
            }) || reads_as(&slot.row, row, clean, tables))
    }

    fn expect(&mut self, n_rows: usize, n_parents: &[usize]) -> Result<(), TryReserveError> {
        let n_rows = with_headroom(n_rows);
        let more = n_rows.saturating_sub(self.rows.len());
        self.rows.try_reserve(more)?;
        self.ids.expect(n_rows)?;
        for (parents, &n) in self.parents.iter_mut().zip(n_parents) {
            parents.expect(with_headroom(n));
        }
        Ok(())
    }

    fn preallocate(&mut self, id: i64) {
        if self.ids.key(id).is_none() {
            self.allocate(id, E::default());
        }
    }

    fn loader(&self) -> LoadRow<E::Tables> {
        load_row::<E>
    }

    fn check(&self, tables: &E::Tables) -> Vec<String> {
        super::invariants::differences(self, tables)
    }
}
