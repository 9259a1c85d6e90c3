//! Inserting, changing and removing rows.

use bitflags::Flags as _;
use smallvec::SmallVec;

use super::undo::Undo;
use super::{Slot, Table, WriteOutcome, flag, mark_dirty};
use crate::error::{Problem, ProblemKind};
use crate::schema::{ForeignKey, OnDelete, TableKind};
use crate::store::index::{IndexHasher, InsertAt, Parent};
use crate::store::key::{AnyKey, RawKey};
use crate::store::row::entity::Row;
use crate::store::tracking::dirty::RowState;
use crate::store::tracking::tombstone::Tombstone;

/// Changing rows. The caller has checked that the world allows it.
impl<E: Row> Table<E> {
    /// Inserts a new row. `record` is true while a transaction is open or a subscriber exists: the step
    /// is recorded in the undo log then.
    #[inline]
    pub(crate) fn insert(&mut self, id: i64, row: E, record: bool) -> RawKey {
        let (rows, dirty) = (&mut self.rows, &mut self.dirty);
        dirty.shrink(rows.len(), |key| rows.contains_key(key));
        let slot = Slot {
            row,
            id,
            dirty: E::Columns::empty(),
            state: RowState::NEW,
        };
        let key = rows.insert(slot);
        dirty.enlist(key, &mut rows[key].state);
        self.ids.insert(id, key);
        self.n_live += 1;
        self.index_row(key, E::Columns::all(), InsertAt::Last);
        if record {
            self.undo.push(Undo::Insert { key });
        }
        key
    }

    /// Writes a field, unless it has to be validated first: because of an index, a foreign key, NaN, or a
    /// row that does not exist. It does a single lookup, because in a large world each lookup is a cache
    /// miss.
    #[inline]
    pub(crate) fn write(&mut self, key: RawKey, field: E::Field, record: bool) -> WriteOutcome<E> {
        let Some(slot) = self.rows.get_mut(key) else {
            return WriteOutcome::NeedsValidation(field);
        };
        if slot.state.contains(RowState::REMOVED) {
            return WriteOutcome::NeedsValidation(field);
        }
        let columns = slot.row.differs(&field);
        if columns.is_empty() {
            return WriteOutcome::Unchanged;
        }
        let guarded = E::INDEXED.union(E::CHECKED);
        if columns.intersects(guarded) || E::is_nan(&field) {
            return WriteOutcome::NeedsValidation(field);
        }
        let old = slot.row.replace(field);
        if record {
            let dirty = slot.dirty;
            self.undo.push(Undo::Write { key, old, dirty });
        }
        slot.dirty.insert(columns);
        // None of these columns is a foreign key, so the row has not moved.
        self.dirty.enlist(key, &mut slot.state);
        WriteOutcome::Written
    }

    /// Marks columns as dirty, after the row was written.
    #[inline]
    pub(crate) fn mark_written(
        &mut self,
        key: RawKey,
        columns: E::Columns,
        old: E::Field,
        record: bool,
    ) {
        let slot = &mut self.rows[key];
        if record {
            self.undo.push(Undo::Write {
                key,
                old,
                dirty: slot.dirty,
            });
        }
        slot.dirty.insert(columns);
        mark_dirty(&mut self.dirty, key, slot);
    }

    /// Adds a row to the indexes on these columns.
    pub(crate) fn index_row(&mut self, key: RawKey, columns: E::Columns, at: InsertAt) {
        let slot = &self.rows[key];
        let id_of = |other: RawKey| self.rows[other].id;
        for (n, parents) in self.parents.iter_mut().enumerate() {
            if is_key_on::<E>(n, columns)
                && let Some(parent) = slot.row.parent(n)
            {
                parents.insert(Parent::Row(parent), slot.id, key, at, id_of);
            }
        }
        for (n, index) in self.indexes.iter_mut().enumerate() {
            if is_index_on::<E>(n, columns)
                && let Some(hash) = slot.row.index_hash(n, &IndexHasher(index.hasher()))
            {
                index.insert(
                    hash,
                    slot.id,
                    key,
                    |other| self.rows[other].row.index_eq(&slot.row, n),
                    id_of,
                );
            }
        }
    }

    /// Removes a row from the indexes on these columns.
    pub(crate) fn unindex_row(&mut self, key: RawKey, columns: E::Columns) {
        let slot = &self.rows[key];
        for (n, parents) in self.parents.iter_mut().enumerate() {
            if is_key_on::<E>(n, columns)
                && let Some(parent) = slot.row.parent(n)
            {
                parents.remove(Parent::Row(parent), slot.id, key);
            }
        }
        for (n, index) in self.indexes.iter_mut().enumerate() {
            if is_index_on::<E>(n, columns)
                && let Some(hash) = slot.row.index_hash(n, &IndexHasher(index.hasher()))
            {
                index.remove(hash, slot.id, key, |other| {
                    self.rows[other].row.index_eq(&slot.row, n)
                });
            }
        }
    }

    /// Removes a live row. It stays in its slot, marked as removed, until the transaction ends.
    pub(crate) fn remove(&mut self, key: RawKey) {
        if self.slot(key).is_none() {
            return;
        }
        let belonged_to = self.belongs_to(key);
        self.unindex_row(key, E::Columns::all());
        let slot = &mut self.rows[key];
        slot.state.insert(RowState::REMOVED);
        let id = slot.id;
        if !slot.state.contains(RowState::NEW) {
            let mut owners = cascading::<E>();
            let has_moved = owners.any(|(_, owner)| slot.dirty.contains(flag::<E>(owner.column)));
            self.dirty.add_tombstone(Tombstone {
                id,
                key,
                belonged_to,
                has_moved: has_moved || names_by_other_value::<E>(slot.dirty),
            });
        }
        self.ids.remove(id);
        self.n_live -= 1;
        self.undo.push(Undo::Remove { key });
    }

    /// Sets a foreign key to NULL, where the column is nullable. Returns whether it did.
    pub(crate) fn set_null(&mut self, foreign_key: usize, key: RawKey) -> bool {
        let Some(field) = E::null_field(foreign_key) else {
            return false;
        };
        self.write_null(key, field)
    }

    /// Writes a field that is NULL, without validation. Returns whether that was a step.
    pub(super) fn write_null(&mut self, key: RawKey, field: E::Field) -> bool {
        let Some(columns) = self.slot(key).map(|slot| slot.row.differs(&field)) else {
            return false;
        };
        if columns.is_empty() {
            return false;
        }
        self.unindex_row(key, columns);
        let old = self.rows[key].row.replace(field);
        self.index_row(key, columns, InsertAt::ById);
        self.mark_written(key, columns, old, true);
        true
    }

    /// Exchanges the values of a row that the caller has taken out of its indexes on these columns, or puts the old
    /// ones back.
    pub(crate) fn exchange(&mut self, key: RawKey, row: E) -> E {
        std::mem::replace(&mut self.rows[key].row, row)
    }

    /// Marks columns as dirty, after several of them were written at once.
    pub(crate) fn mark_replaced(&mut self, key: RawKey, columns: E::Columns, old: E, record: bool) {
        let slot = &mut self.rows[key];
        let dirty = slot.dirty;
        slot.dirty.insert(columns);
        mark_dirty(&mut self.dirty, key, slot);
        if record {
            self.undo.push(Undo::Replace {
                key,
                old: Box::new(old),
                columns,
                dirty,
            });
        }
    }

    /// Reserves a row with a given id, as a step that can be undone.
    pub(crate) fn reserve(&mut self, id: i64) {
        let next_id = self.ids.counter().next();
        let key = self.allocate(id, E::default());
        let slot = &mut self.rows[key];
        slot.state.insert(RowState::NEW);
        self.dirty.enlist(key, &mut slot.state);
        self.undo.push(Undo::Reserve { key, next_id });
    }

    /// Marks an id as used, so that it is not assigned any more, as a step that can be undone.
    pub(crate) fn use_up(&mut self, id: i64) {
        let next_id = self.ids.counter().next();
        self.ids.counter_mut().use_up(id);
        self.undo.push(Undo::UseUp { next_id });
    }

    /// Writes several columns at once, or the values of a reserved row. The caller validates all rows
    /// after the last one is written: until then they may hold each other's values.
    pub(crate) fn overwrite(&mut self, key: RawKey, row: E, columns: Option<E::Columns>) {
        let Some(columns) = columns else {
            self.rows[key].row = row;
            self.index_row(key, E::Columns::all(), InsertAt::ById);
            self.undo.push(Undo::Fill { key });
            return;
        };
        self.unindex_row(key, columns);
        let old = self.exchange(key, row);
        self.index_row(key, columns, InsertAt::ById);
        self.mark_replaced(key, columns, old, true);
    }

    /// The rows that `key` belongs to and is removed from: recorded in its tombstone.
    fn belongs_to(&self, key: RawKey) -> SmallVec<[AnyKey; 1]> {
        let row = &self.rows[key].row;
        let mut parents: SmallVec<_> = cascading::<E>()
            .filter_map(|(n, foreign_key)| {
                Some(AnyKey {
                    table: foreign_key.table?,
                    key: row.parent(n)?,
                })
            })
            .collect();
        if let TableKind::Owned { pivot } = E::INFO.kind {
            parents.push(AnyKey { table: pivot, key });
        }
        parents
    }

    /// Loads a row of the file: clean, and added to the indexes. Returns a problem for each value that
    /// should be unique and is not.
    pub(crate) fn fill(&mut self, id: i64, row: E) -> Vec<Problem> {
        let key = match self.ids.key(id) {
            Some(key) => {
                self.rows[key].row = row;
                key
            }
            None => self.allocate(id, row),
        };
        let problems = self.conflicts(key);
        self.index_row(key, E::Columns::all(), InsertAt::Last);
        problems
    }

    pub(crate) fn allocate(&mut self, id: i64, row: E) -> RawKey {
        let slot = Slot {
            row,
            id,
            dirty: E::Columns::empty(),
            state: RowState::empty(),
        };
        let key = self.rows.insert(slot);
        self.ids.insert(id, key);
        self.n_live += 1;
        key
    }

    /// A problem for each unique value of this row that another row has too.
    pub(crate) fn conflicts(&self, key: RawKey) -> Vec<Problem> {
        let slot = &self.rows[key];
        let problem = |column: String, existing: i64| {
            let kind = ProblemKind::NotUnique { existing };
            Problem {
                table: E::INFO.name,
                id: slot.id,
                column,
                kind,
            }
        };
        let foreign_keys = E::INFO
            .foreign_keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.unique);
        let by_parent = foreign_keys.filter_map(|(n, _)| {
            let other = self.parents[n]
                .children(Parent::Row(slot.row.parent(n)?))
                .find(|&other| other != key)?;
            Some(problem(
                E::INFO.foreign_key_column(n).to_owned(),
                self.rows[other].id,
            ))
        });
        let by_value = (0..E::INFO.indexes.len()).filter_map(|n| {
            let other = self.conflict(&slot.row, Some(key), n)?;
            Some(problem(E::INFO.index_columns(n), other.id))
        });
        by_parent.chain(by_value).collect()
    }
}

/// The foreign keys with `ON DELETE CASCADE`: the row is removed with the rows that they reference. With
/// their positions.
fn cascading<E: Row>() -> impl Iterator<Item = (usize, &'static ForeignKey)> {
    let foreign_keys = E::INFO.foreign_keys.iter().enumerate();
    foreign_keys.filter(|(_, foreign_key)| foreign_key.on_delete == OnDelete::Cascade)
}

/// Whether one of these columns is in a key by value with `ON DELETE CASCADE`.
#[inline]
fn names_by_other_value<E: Row>(columns: E::Columns) -> bool {
    let mut cascading = E::INFO
        .value_keys
        .iter()
        .filter(|key| key.on_delete == OnDelete::Cascade);
    cascading.any(|key| is_index_on::<E>(key.index, columns))
}

/// Whether the column of the foreign key at this position is one of these columns.
#[inline]
fn is_key_on<E: Row>(foreign_key: usize, columns: E::Columns) -> bool {
    columns.contains(flag::<E>(E::INFO.foreign_keys[foreign_key].column))
}

/// Whether the index at this position covers one of these columns.
#[inline]
fn is_index_on<E: Row>(index: usize, columns: E::Columns) -> bool {
    let mut its_columns = E::INFO.indexes[index].columns.iter();
    its_columns.any(|&column| columns.contains(flag::<E>(column)))
}
