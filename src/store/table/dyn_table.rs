//! The type-erased interface of a table, for removal, loading and flushing.

use std::collections::TryReserveError;

use bitflags::Flags as _;
use smallvec::SmallVec;

use super::stored::Stored;
use super::{Slot, Table, columns_of, flag, mark_dirty, positions};
use crate::error::{Problem, ProblemKind};
use crate::schema::TableInfo;
use crate::schema::value::Encoded;
use crate::store::index::ids::Counter;
use crate::store::index::{IndexHasher, Keys, Parent, ParentIndex, ValueIndex};
use crate::store::key::{RawKey, WorldNumber};
use crate::store::row::entity::{Row, names_and_values, nan_column};
use crate::store::row::reader::{Cell, ColumnProblem, RowReader};
use crate::store::row_set::Selection;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::commit_sink::CommitSink;
use crate::store::tracking::delta::overlay;
use crate::store::tracking::dirty::{DirtySet, RowState};
use crate::store::tracking::effect::{Effect, Positions};
use crate::store::tracking::tombstone::Tombstone;

/// Loads one row of a file into a table.
pub(crate) type LoadRow<T> = fn(&mut T, i64, &[Cell<'_>]) -> Vec<Problem>;

/// Applies one row of a delta to a table, as a step that can be undone. Returns its key.
pub(crate) type ApplyRow<T> = fn(&mut T, &ChangeSet, &ChangedRow) -> Result<RawKey, Vec<Problem>>;

/// Rows with their places, ascending: see [`DynTable::rows_from`].
pub(crate) type RowsFrom<'a> = Box<dyn Iterator<Item = (i64, RawKey)> + 'a>;

/// The capacity for `n_rows` loaded rows and for those that are inserted next: without the headroom, the
/// first insert would move all rows.
pub(crate) fn with_headroom(n_rows: usize) -> usize {
    n_rows + n_rows / 32 + 16
}

/// A type-erased table: the interface for removal, loading and flushing. For the engine and generated
/// code only; a world exposes its tables for reading.
pub trait DynTable<T> {
    /// The schema of the table.
    fn info(&self) -> &'static TableInfo;
    /// Says which world the table belongs to.
    fn set_world(&mut self, world: WorldNumber);
    /// Number of rows.
    fn n_rows(&self) -> usize;
    /// The id of a live row.
    fn id_of(&self, key: RawKey) -> Option<i64>;
    /// The key of a live row.
    fn key_of(&self, id: i64) -> Option<RawKey>;
    /// All live rows in ascending order of their ids.
    fn rows_by_id(&self) -> Box<dyn Iterator<Item = (i64, RawKey)> + '_>;
    /// All live rows whose id is at least `at`, in ascending order; for a pivot, by the ids of the owned
    /// rows, because its own are in no index. O(1) to start, O(log n) where ids are sparse.
    fn rows_from<'a>(&'a self, tables: &'a T, at: i64) -> RowsFrom<'a>;
    /// The value of a live row's column, as the file stores it.
    fn row_value<'a>(&'a self, tables: &'a T, key: RawKey, column: usize) -> Option<Encoded<'a>>;
    /// What the next flush does with a live row; `None` if it has nothing to write.
    fn unflushed(&self, key: RawKey) -> Option<Effect<Positions>>;
    /// Bytes of memory that were allocated, as far as capacities tell.
    fn n_bytes(&self) -> usize;
    /// The rows whose foreign key at this position references `parent`.
    fn children_of(&self, foreign_key: usize, parent: Parent) -> Keys<'_>;
    /// The parent that a live row's foreign key at this position references.
    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent>;
    /// The rows that have these values in the index at this position, in id order: those of its entry with this hash
    /// for which `is_it` holds. `hash` is called with the hasher of the index, and returns `None` where a value is
    /// NULL, which no row has. No row of a pivot is found, because a pivot has no such index.
    fn rows_with(
        &self,
        _index: usize,
        _hash: &dyn Fn(&IndexHasher<'_>) -> Option<u64>,
        _is_it: &dyn Fn(RawKey) -> bool,
    ) -> Keys<'_> {
        Keys::default()
    }
    /// The rows that have these values in the columns of an index, among which `is_it` holds. `None` where the values
    /// alone do not tell what their hash is, because a field has other columns too.
    fn rows_with_values(
        &self,
        _tables: &T,
        _index: usize,
        _values: &[Encoded<'_>],
        _is_it: &dyn Fn(RawKey) -> bool,
    ) -> Option<Keys<'_>> {
        None
    }
    /// The hash of a live row's values in one of its indexes, as another index over the same types hashes them; `None`
    /// where one of them is NULL.
    fn row_hash(&self, _key: RawKey, _index: usize, _hasher: &IndexHasher<'_>) -> Option<u64> {
        None
    }
    /// The rows that differ from the file.
    fn dirty(&self) -> &DirtySet;
    /// The rows that differ from the file.
    fn dirty_mut(&mut self) -> &mut DirtySet;
    /// Whether a live row differs from the file.
    fn is_dirty_row(&self, key: RawKey) -> bool;
    /// Whether the column of a foreign key differs from the file, in a live row that the file has.
    fn has_moved(&self, foreign_key: usize, key: RawKey) -> bool;
    /// Whether one of these columns differs from the file, in a live row that the file has.
    fn has_changed(&self, _columns: &[usize], _key: RawKey) -> bool {
        false
    }
    /// Whether a live row is missing in the file.
    fn is_new_row(&self, key: RawKey) -> bool;
    /// The counter that assigns ids.
    fn counter(&self) -> &Counter;
    /// The counter that assigns ids.
    fn counter_mut(&mut self) -> &mut Counter;

    /// Removes a live row. The removal can be undone until [`Self::commit`].
    fn remove(&mut self, key: RawKey);
    /// Sets a foreign key to NULL, where the column is nullable. Returns whether it did.
    fn set_null(&mut self, foreign_key: usize, key: RawKey) -> bool;
    /// Sets all columns of a key by value to NULL. Returns the number of steps that it took.
    fn set_value_null(&mut self, _value_key: usize, _key: RawKey) -> usize {
        0
    }
    /// Undoes the last recorded step.
    fn undo(&mut self);
    /// Clears the undo log, frees the removed rows, and records each step in the commit sink.
    fn commit(&mut self, sink: &mut CommitSink);

    /// Copies the selected changes into a change set.
    fn capture(&self, tables: &T, which: Selection<'_>, change_set: &mut ChangeSet);
    /// Copies a live row into a change set: these of its columns, or all of them as a new row.
    fn copy(
        &self,
        tables: &T,
        key: RawKey,
        columns: Option<&Positions>,
        change_set: &mut ChangeSet,
    );
    /// Reserves a row of another world's delta, which other rows may reference before it is written. A
    /// step that can be undone.
    fn reserve(&mut self, id: i64);
    /// Marks an id as used, so that it is not assigned any more. A step that can be undone.
    fn use_up(&mut self, id: i64);
    /// The function that applies a row of another world's delta.
    fn applier(&self) -> ApplyRow<T>;
    /// A problem for each unique value of this live row that another row has too.
    fn conflicts(&self, key: RawKey) -> Vec<Problem>;
    /// Clears the dirty flags of the captured rows: the file has them.
    fn flushed(&mut self, which: Selection<'_>, change_set: &ChangeSet);
    /// Merges a captured change set back, because it was not committed. Change sets that were captured
    /// later have been restored before. `removed` are the tombstones of the rows that were to be deleted;
    /// empty afterwards.
    fn restore(&mut self, change_set: &ChangeSet, removed: &mut Vec<Tombstone>);

    /// Marks all rows as new and drops the tombstones: the world gets another file, which has no rows.
    #[cfg(feature = "persist")]
    fn forget_file(&mut self);

    /// Whether a row of the file is live in memory and has the same values there, in all columns that are
    /// not dirty.
    fn file_has(&self, id: i64, row: &[Cell<'_>], tables: &T) -> bool;

    /// Capacity hint: how many rows will be loaded, and how many rows each foreign key's target table
    /// has, so that no collection has to grow during the load.
    ///
    /// # Errors
    /// If there is no memory for so many rows.
    fn expect(&mut self, n_rows: usize, n_parents: &[usize]) -> Result<(), TryReserveError>;
    /// Allocates a row that other rows may reference before it is loaded.
    fn preallocate(&mut self, id: i64);
    /// The function that loads a row.
    fn loader(&self) -> LoadRow<T>;

    /// Differences between the indexes and those rebuilt from the rows; empty if the table is consistent.
    /// For tests.
    fn check(&self, tables: &T) -> Vec<String>;
}

/// Number of shapes that are cached while rows are captured.
const N_SHAPES: usize = 8;

fn load_row<E: Stored>(tables: &mut E::Tables, id: i64, columns: &[Cell<'_>]) -> Vec<Problem> {
    let world = E::table(tables).world();
    match E::load(&RowReader::new(columns, tables).in_world(world)) {
        Ok(row) => {
            let mut problems = failed_checks(&row, id, tables);
            problems.extend(E::table_mut(tables).fill(id, row));
            problems
        }
        Err(problem) => {
            // Otherwise each row that references this one would be reported as well.
            E::table_mut(tables).preallocate(id);
            vec![problem.of(E::INFO, id)]
        }
    }
}

fn failed_checks<E: Row>(row: &E, id: i64, tables: &E::Tables) -> Vec<Problem> {
    let problem = |columns: &[usize], check: &'static str| {
        let (column, value) = names_and_values(row, columns, tables);
        Problem {
            table: E::INFO.name,
            id,
            column,
            kind: ProblemKind::CheckFailed { value, check },
        }
    };
    let checks = E::INFO.checks.iter();
    let checks = checks.filter(|check| !check.holds(|column| row.value(column, tables)));
    let checks = checks.map(|check| problem(&check.columns().collect::<Vec<_>>(), check.sql));
    let conditions = E::INFO.conditions.iter();
    let conditions =
        conditions.filter(|condition| !condition.holds(&mut |column| row.value(column, tables)));
    let conditions = conditions.map(|condition| problem(condition.columns, condition.sql));
    checks.chain(conditions).collect()
}

/// Whether the cells of a file are read as the values of a row in these columns. They are compared after
/// reading, because a user-defined type may accept several encodings, for example a time with `Z` or
/// `+00:00`.
fn reads_as<E: Row>(
    row: &E,
    cells: &[Cell<'_>],
    mut columns: impl Iterator<Item = usize>,
    tables: &E::Tables,
) -> bool {
    let read = E::load(&RowReader::new(cells, tables));
    read.is_ok_and(|read| {
        columns.all(|column| read.value(column, tables) == row.value(column, tables))
    })
}

fn apply_row<E: Stored>(
    tables: &mut E::Tables,
    change_set: &ChangeSet,
    row: &ChangedRow,
) -> Result<RawKey, Vec<Problem>> {
    let table = E::table(tables);
    let Some(key) = table.ids.key(row.id) else {
        return Err(vec![Problem::of_row(E::INFO, row.id, ProblemKind::Missing)]);
    };
    let before = &table.rows[key].row;
    let all = 0..E::INFO.columns.len();
    let before: SmallVec<[_; 16]> = all.map(|column| before.value(column, tables)).collect();
    let columns = overlay(change_set, row, E::INFO, |column| before[column].as_value());
    let new = E::load(&RowReader::new(&columns, tables).in_world(table.world()));
    drop(columns);
    drop(before);
    let new = new.map_err(|problem| vec![problem.of(E::INFO, row.id)])?;
    if new.has_nan() {
        let (columns, kind) = (vec![nan_column(&new, tables)], ProblemKind::NotANumber);
        return Err(vec![ColumnProblem { columns, kind }.of(E::INFO, row.id)]);
    }
    let failed = failed_checks(&new, row.id, tables);
    if !failed.is_empty() {
        return Err(failed);
    }
    let columns = (!change_set.is_new(row)).then(|| {
        let columns = change_set.shape(row).columns.iter();
        let flags = columns.map(|&column| flag::<E>(column.into()));
        flags.fold(E::Columns::empty(), E::Columns::union)
    });
    E::table_mut(tables).overwrite(key, new, columns);
    Ok(key)
}

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

    fn children_of(&self, foreign_key: usize, parent: Parent) -> Keys<'_> {
        self.parents[foreign_key].children(parent)
    }

    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent> {
        self.slot(key)?.row.parent(foreign_key).map(Parent::Row)
    }

    fn rows_with(
        &self,
        index: usize,
        hash: &dyn Fn(&IndexHasher<'_>) -> Option<u64>,
        is_it: &dyn Fn(RawKey) -> bool,
    ) -> Keys<'_> {
        let index = &self.indexes[index];
        let hash = hash(&IndexHasher(index.hasher()));
        hash.map_or_else(Keys::default, |hash| index.find(hash, is_it))
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
