//! The type-erased interface of a pivot, for removal, loading and flushing.

use std::collections::TryReserveError;

use super::packed_row::PackedRow;
use super::{Pivot, StoredPivot, bit};
use crate::error::{Problem, ProblemKind};
use crate::schema::TableInfo;
use crate::schema::value::{Encoded, Value};
use crate::store::index::ids::Counter;
use crate::store::index::{InsertAt, KeyList, Parent, ParentIndex};
use crate::store::key::{Key, RawKey, WorldNumber};
use crate::store::row::entity::{PivotRow, Resolve as _, Row as _};
#[cfg(feature = "serde")]
use crate::store::row::owner::Owner as _;
use crate::store::row::owner::owner_value;
use crate::store::row::reader::{Cell, ColumnProblem, RowReader};
use crate::store::row_set::Selection;
use crate::store::table::dyn_table::{ApplyRow, DynTable, LoadRow, RowsFrom, with_headroom};
use crate::store::table::stored::Tables as _;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::commit_sink::CommitSink;
use crate::store::tracking::delta::overlay;
use crate::store::tracking::dirty::{DirtySet, RowState};
use crate::store::tracking::effect::{Effect, Positions, position};
use crate::store::tracking::tombstone::Tombstone;

impl<P: PivotRow> Pivot<P> {
    fn value<'a>(
        packed: &PackedRow<P>,
        owned: RawKey,
        column: usize,
        tables: &P::Tables,
    ) -> Value<'a> {
        if column == P::INFO.owned_key().column {
            return tables.id_of(P::Owned::TABLE, owned).into();
        }
        let arms = P::INFO.arms();
        match arms.iter().position(|arm| arm.column == column) {
            Some(arm) => owner_value(packed.owner(), arm, arms[arm].table, tables),
            None => Value::Null,
        }
    }

    fn read(row: &RowReader<'_, P::Tables>) -> Result<(Key<P::Owned>, P::Owner), ColumnProblem> {
        let owned = row.key(P::INFO.owned_key().column)?;
        let arms = P::INFO.arms().iter();
        // Each foreign key has a column of its own.
        if P::INFO.columns.len() > P::INFO.foreign_keys.len() {
            let is_used = |column: &usize| {
                let mut used = P::INFO.foreign_keys.iter();
                used.any(|key| key.column == *column)
            };
            for column in (0..P::INFO.columns.len()).filter(|column| !is_used(column)) {
                row.unused(column)?;
            }
        }
        let owner = row.owner(arms.map(|arm| (arm.column, arm.table)))?;
        Ok((owned, owner))
    }

    /// The dirty arms of a row; `None` for a row that the file does not have.
    fn dirty_arms_of(&self, key: RawKey) -> Option<u32> {
        let packed = self.rows.get(key)?;
        (!packed.is_new()).then_some(packed.dirty())
    }
}

fn load_row<P: StoredPivot>(tables: &mut P::Tables, id: i64, columns: &[Cell<'_>]) -> Vec<Problem> {
    match Pivot::<P>::read(&RowReader::new(columns, tables)) {
        Ok((owned, owner)) => P::table_mut(tables).fill(id, owned.raw(), owner),
        Err(problem) => vec![problem.of(P::INFO, id)],
    }
}

fn apply_row<P: StoredPivot>(
    tables: &mut P::Tables,
    change_set: &ChangeSet,
    row: &ChangedRow,
) -> Result<RawKey, Vec<Problem>> {
    let problem = |problem: ColumnProblem| vec![problem.of(P::INFO, row.id)];
    // The change set always has the column of the owned row, changed or not.
    let column = P::INFO.owned_key().column;
    let only = overlay(change_set, row, P::INFO, |_| Value::Null);
    let owned = RowReader::new(&only, tables).key(column);
    drop(only);
    let owned: Key<P::Owned> = owned.map_err(problem)?;
    let pivot = P::table(tables);
    let packed = pivot.rows.get(owned.raw());
    let columns = overlay(change_set, row, P::INFO, |column| {
        let value = |packed| Pivot::<P>::value(packed, owned.raw(), column, tables);
        packed.map_or(Value::Null, value)
    });
    let read = Pivot::<P>::read(&RowReader::new(&columns, tables));
    drop(columns);
    let (_, owner) = read.map_err(problem)?;
    let kind = match (change_set.is_new(row), packed) {
        // Ids only grow, so a new row's id is usually above the counter, which saves the O(rows) lookup.
        (true, None)
            if pivot.counter.next().is_none_or(|next| row.id < next)
                && pivot.key_of(row.id).is_some() =>
        {
            return Err(vec![Problem::of_row(
                P::INFO,
                row.id,
                ProblemKind::AlreadyThere,
            )]);
        }
        (true, None) => {
            let pivot = P::table_mut(tables);
            pivot.insert(row.id, owned.raw(), owner, InsertAt::ById, true);
            return Ok(owned.raw());
        }
        (false, Some(packed)) if packed.id() == row.id => {
            P::table_mut(tables).give(owned.raw(), owner, true);
            return Ok(owned.raw());
        }
        (true, Some(packed)) => ProblemKind::NotUnique {
            existing: packed.id(),
        },
        (false, _) => ProblemKind::Missing,
    };
    let columns = vec![column];
    Err(problem(ColumnProblem { columns, kind }))
}

impl<P: StoredPivot> DynTable<P::Tables> for Pivot<P> {
    fn info(&self) -> &'static TableInfo {
        P::INFO
    }

    #[cfg(feature = "serde")]
    fn owner_of<'a>(&self, tables: &P::Tables, owned: RawKey) -> Option<(&'static str, Value<'a>)> {
        let owner = self.rows.get(owned)?.owner();
        let arm = owner.arm().0;
        let id = owner_value(owner, arm, P::INFO.arms()[arm].table, tables);
        Some((P::Owner::NAMES[arm], id))
    }

    /// Its rows have no keys.
    fn set_world(&mut self, _world: WorldNumber) {}

    fn n_rows(&self) -> usize {
        self.rows.len()
    }

    fn id_of(&self, key: RawKey) -> Option<i64> {
        self.rows.get(key).map(PackedRow::id)
    }

    /// O(n): no foreign key references a pivot row by its id, so there is no index.
    fn key_of(&self, id: i64) -> Option<RawKey> {
        self.rows
            .iter()
            .find(|(_, packed)| packed.id() == id)
            .map(|(owned, _)| owned)
    }

    fn rows_by_id(&self) -> Box<dyn Iterator<Item = (i64, RawKey)> + '_> {
        let mut rows: Vec<_> = (self.rows.iter())
            .map(|(owned, packed)| (packed.id(), owned))
            .collect();
        rows.sort_unstable();
        Box::new(rows.into_iter())
    }

    fn rows_from<'a>(&'a self, tables: &'a P::Tables, at: i64) -> RowsFrom<'a> {
        let owned = tables.table(P::Owned::TABLE).rows_from(tables, at);
        Box::new(owned.filter(|&(_, key)| self.rows.contains_key(key)))
    }

    fn row_value<'a>(
        &'a self,
        tables: &'a P::Tables,
        key: RawKey,
        column: usize,
    ) -> Option<Encoded<'a>> {
        let packed = self.rows.get(key)?;
        Some(Encoded::Borrowed(Self::value(packed, key, column, tables)))
    }

    fn unflushed(&self, key: RawKey) -> Option<Effect<Positions>> {
        let packed = self.rows.get(key).filter(|packed| packed.is_dirty())?;
        if packed.is_new() {
            return Some(Effect::Inserted);
        }
        let arms = P::INFO.arms().iter().enumerate();
        let dirty = arms.filter(|&(arm, _)| packed.dirty() & bit(arm) != 0);
        Some(Effect::Changed(
            dirty.map(|(_, arm)| position(arm.column)).collect(),
        ))
    }

    fn n_bytes(&self) -> usize {
        // The map has the key's version beside each row.
        let rows = self.rows.capacity() * (size_of::<PackedRow<P>>() + size_of::<u32>());
        let arms: usize = self.arms.iter().map(ParentIndex::n_bytes).sum();
        rows + arms + self.dirty.n_bytes()
    }

    fn child_list(&self, foreign_key: usize, parent: Parent) -> Option<&KeyList> {
        let arm = P::INFO.arm_of_key(foreign_key);
        let arm = arm.expect("the owned row's key is the pivot row's key, and is not looked up");
        self.arms[arm].list(parent)
    }

    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent> {
        let packed = self.rows.get(key)?;
        if P::INFO.is_owned_key(foreign_key) {
            return Some(Parent::Row(key));
        }
        let (arm, parent) = packed.arm();
        (P::INFO.key_of_arm(arm) == foreign_key).then_some(parent)
    }

    fn dirty(&self) -> &DirtySet {
        &self.dirty
    }

    fn dirty_mut(&mut self) -> &mut DirtySet {
        &mut self.dirty
    }

    fn is_dirty_row(&self, key: RawKey) -> bool {
        self.rows.get(key).is_some_and(PackedRow::is_dirty)
    }

    fn has_moved(&self, foreign_key: usize, key: RawKey) -> bool {
        let arm = P::INFO.arm_of_key(foreign_key);
        arm.zip(self.dirty_arms_of(key))
            .is_some_and(|(arm, dirty)| dirty & bit(arm) != 0)
    }

    fn is_new_row(&self, key: RawKey) -> bool {
        self.rows.get(key).is_some_and(PackedRow::is_new)
    }

    fn counter(&self) -> &Counter {
        &self.counter
    }

    fn counter_mut(&mut self) -> &mut Counter {
        &mut self.counter
    }

    fn remove(&mut self, key: RawKey) {
        self.remove(key);
    }

    fn set_null(&mut self, _: usize, _: RawKey) -> bool {
        false
    }

    fn undo(&mut self) {
        self.undo();
    }

    fn commit(&mut self, sink: &mut CommitSink) {
        self.commit(sink);
    }

    fn capture(&self, tables: &P::Tables, which: Selection<'_>, change_set: &mut ChangeSet) {
        let fetch = |key| self.rows.get(key).filter(|packed| packed.is_dirty());
        self.dirty.visit(P::TABLE, which, fetch, |key, packed| {
            let shape = if packed.is_new() {
                change_set.new_shape(P::INFO.columns.len())
            } else {
                let arms = (0..self.arms.len()).filter(|&arm| packed.dirty() & bit(arm) != 0);
                change_set.changed_shape(
                    arms.map(|arm| position(P::INFO.arms()[arm].column))
                        .collect(),
                )
            };
            change_set.push(packed.id(), key, shape, |column| {
                Encoded::Borrowed(Self::value(packed, key, column, tables))
            });
        });
        let removed = self.dirty.removed_for(P::TABLE, which);
        change_set.remove(removed.map(|tombstone| (tombstone.id, tombstone.key)));
    }

    fn copy(
        &self,
        tables: &P::Tables,
        key: RawKey,
        columns: Option<&Positions>,
        change_set: &mut ChangeSet,
    ) {
        let Some(packed) = self.rows.get(key) else {
            return;
        };
        let shape = match columns {
            None => change_set.new_shape(P::INFO.columns.len()),
            Some(columns) => {
                // The column of the owned row is always included: `apply` looks up the pivot row by it.
                let mut columns = columns.clone();
                columns.push(position(P::INFO.owned_key().column));
                columns.sort_unstable();
                columns.dedup();
                change_set.changed_shape(columns)
            }
        };
        change_set.push(packed.id(), key, shape, |column| {
            Encoded::Borrowed(Self::value(packed, key, column, tables))
        });
    }

    fn reserve(&mut self, _: i64) {}

    fn use_up(&mut self, id: i64) {
        self.use_up(id);
    }

    fn applier(&self) -> ApplyRow<P::Tables> {
        apply_row::<P>
    }

    fn conflicts(&self, _: RawKey) -> Vec<Problem> {
        Vec::new()
    }

    fn flushed(&mut self, which: Selection<'_>, change_set: &ChangeSet) {
        let clean = |key| {
            if let Some(packed) = self.rows.get_mut(key) {
                packed.clean();
                packed.set_state(packed.state() - (RowState::LISTED | RowState::MOVED));
            }
        };
        match which {
            Selection::All => self.dirty.clear_listed(clean),
            Selection::Oldest(n) => self.dirty.clear_oldest(n, clean),
            Selection::Only(_) => {
                for row in change_set.rows() {
                    if let Some(packed) = self.rows.get_mut(row.key) {
                        packed.clean();
                    }
                }
            }
        }
        self.dirty.forget_removed(change_set);
    }

    fn restore(&mut self, change_set: &ChangeSet, removed: &mut Vec<Tombstone>) {
        for row in change_set.rows() {
            let Some(packed) = self.rows.get_mut(row.key) else {
                continue;
            };
            let mut state = packed.state();
            if change_set.is_new(row) {
                state.insert(RowState::NEW);
            } else {
                let columns = &change_set.shape(row).columns;
                let arms = (0..self.arms.len())
                    .filter(|&a| columns.contains(&position(P::INFO.arms()[a].column)));
                arms.for_each(|arm| packed.touch(bit(arm)));
                self.dirty.enlist_moved(row.key, &mut state);
            }
            self.dirty.enlist(row.key, &mut state);
            packed.set_state(state);
        }
        self.dirty.restore(change_set, removed);
    }

    #[cfg(feature = "persist")]
    #[cold]
    fn forget_file(&mut self) {
        self.dirty.clear();
        for (key, packed) in &mut self.rows {
            packed.clean();
            let mut state = RowState::NEW;
            self.dirty.enlist(key, &mut state);
            packed.set_state(state);
        }
        self.counter.forget_file();
    }

    fn file_has(&self, id: i64, row: &[Cell<'_>], tables: &P::Tables) -> bool {
        let owned = match row[P::INFO.owned_key().column] {
            Cell::Value(Value::Integer(owned)) => tables.key_of(P::Owned::TABLE, owned),
            _ => None,
        };
        let packed = owned.and_then(|owned| Some((owned, self.rows.get(owned)?)));
        let Some((owned, packed)) = packed.filter(|(_, packed)| packed.id() == id) else {
            return false;
        };
        let is_dirty = |column| {
            let arms = P::INFO.arms();
            let arm = arms.iter().position(|arm| arm.column == column);
            arm.is_some_and(|arm| packed.dirty() & bit(arm) != 0)
        };
        let mut clean = (0..P::INFO.columns.len()).filter(|&column| !is_dirty(column));
        !packed.is_new()
            && clean.all(|column| {
                row[column] == Cell::Value(Self::value(packed, owned, column, tables))
            })
    }

    fn expect(&mut self, n_rows: usize, n_parents: &[usize]) -> Result<(), TryReserveError> {
        self.rows.try_set_capacity(with_headroom(n_rows))?;
        for (parents, &n) in self
            .arms
            .iter_mut()
            .zip(&n_parents[P::INFO.key_of_arm(0)..])
        {
            parents.expect(with_headroom(n));
        }
        Ok(())
    }

    fn preallocate(&mut self, _: i64) {}

    fn loader(&self) -> LoadRow<P::Tables> {
        load_row::<P>
    }

    fn check(&self, tables: &P::Tables) -> Vec<String> {
        super::invariants::differences(self, tables)
    }
}
