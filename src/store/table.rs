//! The rows of one entity type.

use bitflags::{Flag, Flags as _};
use slotmap::SlotMap;
use smallvec::SmallVec;
use std::collections::HashSet;

use crate::error::{Problem, ProblemKind};

use super::capture::Captured;
use super::dirty::{AnyKey, DirtySet, RowState, Tombstone};
use super::entity::{Entity, IndexHasher, RowReader, RowSource};
use super::ids::{Counter, Ids};
use super::index::{Keys, Parent, ParentIndex, Place, ValueIndex};
use super::key::{Id, Key, RawKey};
use super::schema::{OnDelete, TableInfo};

/// The rows of `E`, for reading. Rows come, change and go through the world only, because only the
/// world sees what else hangs on them.
#[derive(Debug)]
pub struct Table<E: Entity> {
    pub(crate) rows: SlotMap<RawKey, Slot<E>>,
    n_live: usize,
    pub(crate) ids: Ids,
    pub(crate) parents: Box<[ParentIndex]>,
    pub(crate) indexes: Box<[ValueIndex]>,
    pub(crate) dirty: DirtySet,
    undo: Vec<Undo<E>>,
}

/// A row, and what the engine knows of it.
#[derive(Debug)]
pub(crate) struct Slot<E: Entity> {
    pub(crate) row: E,
    pub(crate) id: i64,
    pub(crate) dirty: E::Columns,
    pub(crate) state: RowState,
}

/// How to take back one step.
#[derive(Debug)]
enum Undo<E: Entity> {
    Insert { key: RawKey },
    Remove { key: RawKey },
    Write { key: RawKey, old: E::Field, dirty: E::Columns },
}

/// The flag of a column.
#[inline]
pub(crate) fn flag<E: Entity>(column: usize) -> E::Columns {
    let flag: &Flag<E::Columns> = &E::Columns::FLAGS[column];
    E::Columns::from_bits_retain(flag.value().bits())
}

/// The columns of a set, ascending.
pub(crate) fn columns_of<E: Entity>(set: E::Columns) -> impl Iterator<Item = usize> {
    (0..E::INFO.columns.len()).filter(move |&column| set.contains(flag::<E>(column)))
}

impl<E: Entity> Default for Table<E> {
    fn default() -> Self {
        Self {
            rows: SlotMap::with_key(),
            n_live: 0,
            ids: Ids::default(),
            parents: E::INFO.foreign_keys.iter().map(|_| ParentIndex::default()).collect(),
            indexes: E::INFO.indexes.iter().map(|_| ValueIndex::default()).collect(),
            dirty: DirtySet::default(),
            undo: Vec::new(),
        }
    }
}

/// Reading.
impl<E: Entity> Table<E> {
    /// What the schema says of the table.
    pub const INFO: &'static TableInfo = E::INFO;

    /// The row of a key. O(1).
    #[inline]
    #[must_use]
    pub fn get(&self, key: Key<E>) -> Option<&E> {
        self.slot(key.raw()).map(|slot| &slot.row)
    }

    /// Whether the key's row is there. O(1).
    #[inline]
    #[must_use]
    pub fn contains_key(&self, key: Key<E>) -> bool {
        self.slot(key.raw()).is_some()
    }

    /// Number of rows. O(1).
    #[must_use]
    pub fn len(&self) -> usize {
        self.n_live
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_live == 0
    }

    /// The id of a row. O(1).
    #[inline]
    #[must_use]
    pub fn id(&self, key: Key<E>) -> Option<Id<E>> {
        self.slot(key.raw()).map(|slot| Id::new(slot.id))
    }

    /// The key of the row with this id. O(1).
    #[inline]
    #[must_use]
    pub fn key(&self, id: Id<E>) -> Option<Key<E>> {
        self.ids.key(id.get()).map(Key::from_raw)
    }

    /// All rows, in the order in which they lie in memory: the fastest way to see them all. It is
    /// the order of ids until rows are removed, whose places the next ones take; the same operations
    /// always give the same order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (Key<E>, &E)> + Clone {
        let live = |(_, slot): &(RawKey, &Slot<E>)| !slot.state.contains(RowState::REMOVED);
        self.rows.iter().filter(live).map(|(key, slot)| (Key::from_raw(key), &slot.row))
    }

    /// All rows in ascending order of their ids, which is the order of their insertion.
    pub fn iter_by_id(&self) -> impl Iterator<Item = (Key<E>, &E)> {
        self.ids.iter().map(|(_, key)| (Key::from_raw(key), &self.rows[key].row))
    }

    /// The columns of a row that the file does not have as they are in memory; all of them for a row
    /// that the file does not have at all. Empty for a clean row, and for a key without a row.
    #[must_use]
    pub fn dirty_columns(&self, key: Key<E>) -> E::Columns {
        match self.slot(key.raw()) {
            Some(slot) if slot.state.contains(RowState::NEW) => E::Columns::all(),
            Some(slot) => slot.dirty,
            None => E::Columns::empty(),
        }
    }

    /// Whether the file does not have a row as it is in memory.
    #[must_use]
    pub fn is_dirty(&self, key: Key<E>) -> bool {
        self.slot(key.raw()).is_some_and(Slot::is_dirty)
    }

    /// The rows whose foreign key at this position names `parent`, in order of their ids. O(1).
    #[inline]
    #[must_use]
    pub fn children(&self, foreign_key: usize, parent: RawKey) -> Rows<'_, E> {
        Rows { keys: self.parents[foreign_key].children(Parent::Row(parent)), table: self }
    }

    /// The rows that have `value` in the index at this position, in order of their ids; `is_it` says
    /// whether a row has it. O(1). How the generated `find_by_*` find.
    pub fn find<'a>(
        &'a self,
        index: usize,
        value: impl std::hash::Hash,
        is_it: impl Fn(&E) -> bool,
    ) -> Rows<'a, E> {
        let index = &self.indexes[index];
        Rows { keys: index.find(index.hash(&value), |key| is_it(&self.rows[key].row)), table: self }
    }

    #[inline]
    pub(crate) fn slot(&self, key: RawKey) -> Option<&Slot<E>> {
        self.rows.get(key).filter(|slot| !slot.state.contains(RowState::REMOVED))
    }

    #[inline]
    pub(crate) fn slot_mut(&mut self, key: RawKey) -> Option<&mut Slot<E>> {
        self.rows.get_mut(key).filter(|slot| !slot.state.contains(RowState::REMOVED))
    }

    /// The unique index at this position that already has the row's values in another row, if any,
    /// with that row.
    pub(crate) fn conflict(&self, row: &E, but: Option<RawKey>, index: usize) -> Option<&Slot<E>> {
        if !E::INFO.indexes[index].unique {
            return None;
        }
        let index_of_values = &self.indexes[index];
        let hash = row.index_hash(index, &IndexHasher(index_of_values.hasher()))?;
        // The row itself may stand first in the index while it is being changed.
        let is_it = |key: RawKey| Some(key) != but && self.rows[key].row.index_eq(row, index);
        let found = index_of_values.find(hash, is_it).next()?;
        self.rows.get(found)
    }
}

impl<E: Entity> Slot<E> {
    #[inline]
    fn is_dirty(&self) -> bool {
        self.state.contains(RowState::NEW) || !self.dirty.is_empty()
    }
}

/// Rows of a table with their keys, in order.
#[derive(Debug)]
pub struct Rows<'a, E: Entity> {
    keys: Keys<'a>,
    table: &'a Table<E>,
}

impl<'a, E: Entity> Rows<'a, E> {
    pub(crate) fn new(keys: Keys<'a>, table: &'a Table<E>) -> Self {
        Self { keys, table }
    }

    /// The keys alone, which is cheaper.
    pub fn keys(self) -> impl DoubleEndedIterator<Item = Key<E>> + ExactSizeIterator + use<'a, E> {
        self.keys.map(Key::from_raw)
    }
}

impl<E: Entity> Clone for Rows<'_, E> {
    fn clone(&self) -> Self {
        Self { keys: self.keys.clone(), table: self.table }
    }
}

impl<'a, E: Entity> Iterator for Rows<'a, E> {
    type Item = (Key<E>, &'a E);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.keys.next().map(|key| (Key::from_raw(key), &self.table.rows[key].row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.keys.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let table = self.table;
        self.keys.fold(init, |folded, key| f(folded, (Key::from_raw(key), &table.rows[key].row)))
    }
}

impl<E: Entity> DoubleEndedIterator for Rows<'_, E> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.keys.next_back().map(|key| (Key::from_raw(key), &self.table.rows[key].row))
    }
}

impl<E: Entity> ExactSizeIterator for Rows<'_, E> {}

/// Changing. Whoever calls has made sure that the world allows it.
impl<E: Entity> Table<E> {
    /// Puts a new row in. `record` says whether a transaction is open.
    #[inline]
    pub(crate) fn insert(&mut self, id: i64, row: E, record: bool) -> RawKey {
        let (rows, dirty) = (&mut self.rows, &mut self.dirty);
        dirty.shrink(rows.len(), |key| rows.contains_key(key));
        let slot = Slot { row, id, dirty: E::Columns::empty(), state: RowState::NEW };
        let key = rows.insert(slot);
        dirty.list(key, &mut rows[key].state);
        self.ids.insert(id, key);
        self.n_live += 1;
        self.link(key, Place::Last);
        if record {
            self.undo.push(Undo::Insert { key });
        }
        key
    }

    /// Marks columns as changed, after the row was written.
    #[inline]
    pub(crate) fn wrote(&mut self, key: RawKey, columns: E::Columns, old: E::Field, record: bool) {
        let slot = &mut self.rows[key];
        if record {
            self.undo.push(Undo::Write { key, old, dirty: slot.dirty });
        }
        slot.dirty.insert(columns);
        self.dirty.list(key, &mut slot.state);
    }

    /// Enters a row into all indexes.
    pub(crate) fn link(&mut self, key: RawKey, at: Place) {
        let slot = &self.rows[key];
        let id_of = |other: RawKey| self.rows[other].id;
        for (n, parents) in self.parents.iter_mut().enumerate() {
            if let Some(parent) = slot.row.parent(n) {
                parents.link(Parent::Row(parent), slot.id, key, at, id_of);
            }
        }
        for (n, index) in self.indexes.iter_mut().enumerate() {
            if let Some(hash) = slot.row.index_hash(n, &IndexHasher(index.hasher())) {
                index.link(hash, slot.id, key, |other| self.rows[other].row.index_eq(&slot.row, n), id_of);
            }
        }
    }

    /// Takes a row out of all indexes.
    pub(crate) fn unlink(&mut self, key: RawKey) {
        let slot = &self.rows[key];
        for (n, parents) in self.parents.iter_mut().enumerate() {
            if let Some(parent) = slot.row.parent(n) {
                parents.unlink(Parent::Row(parent), slot.id, key);
            }
        }
        for (n, index) in self.indexes.iter_mut().enumerate() {
            if let Some(hash) = slot.row.index_hash(n, &IndexHasher(index.hasher())) {
                index.unlink(hash, slot.id, key, |other| self.rows[other].row.index_eq(&slot.row, n));
            }
        }
    }

    /// The rows that removing `key` takes it from: what its tombstone remembers.
    fn belongs_to(&self, key: RawKey) -> SmallVec<[AnyKey; 1]> {
        let row = &self.rows[key].row;
        let foreign_keys = E::INFO.foreign_keys.iter().enumerate();
        let cascading = foreign_keys.filter(|(_, foreign_key)| foreign_key.on_delete == OnDelete::Cascade);
        let mut parents: SmallVec<_> = cascading
            .filter_map(|(n, foreign_key)| Some(AnyKey { table: foreign_key.table?, key: row.parent(n)? }))
            .collect();
        if let super::schema::TableKind::Owned { pivot } = E::INFO.kind {
            parents.push(AnyKey { table: pivot, key });
        }
        parents
    }

    /// Fills in a row of the file: clean, and linked into the indexes. The problems are those of
    /// unique values that are not.
    fn fill(&mut self, id: i64, row: E) -> Vec<Problem> {
        let key = match self.ids.key(id) {
            Some(key) => {
                self.rows[key].row = row;
                key
            }
            None => self.allocate(id, row),
        };
        let problems = self.duplicates(key);
        self.link(key, Place::Last);
        problems
    }

    fn allocate(&mut self, id: i64, row: E) -> RawKey {
        let slot = Slot { row, id, dirty: E::Columns::empty(), state: RowState::empty() };
        let key = self.rows.insert(slot);
        self.ids.insert(id, key);
        self.n_live += 1;
        key
    }

    fn duplicates(&self, key: RawKey) -> Vec<Problem> {
        let slot = &self.rows[key];
        let problem = |column: String, existing: i64| {
            let kind = ProblemKind::NotUnique { existing };
            Problem { table: E::INFO.name, id: slot.id, column, kind }
        };
        let foreign_keys = E::INFO.foreign_keys.iter().enumerate().filter(|(_, key)| key.unique);
        let by_parent = foreign_keys.filter_map(|(n, _)| {
            let other = self.parents[n].children(Parent::Row(slot.row.parent(n)?)).next()?;
            Some(problem(E::INFO.foreign_key_column(n).to_owned(), self.rows[other].id))
        });
        let by_value = (0..E::INFO.indexes.len()).filter_map(|n| {
            let other = self.conflict(&slot.row, Some(key), n)?;
            Some(problem(E::INFO.index_columns(n), other.id))
        });
        by_parent.chain(by_value).collect()
    }
}

/// Which rows to capture.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// Every dirty row.
    All,
    /// The dirty rows among these, and the removed ones among these.
    Only(&'a HashSet<AnyKey>),
}

impl Selection<'_> {
    pub(crate) fn has(&self, key: AnyKey) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(&key),
        }
    }
}

/// Reads one row of a file into a table.
pub type LoadRow<T> = fn(&mut T, i64, &dyn RowSource) -> Vec<Problem>;

/// A table without its row type: what removal, loading and flushing see. Engine and generated code
/// only; a world hands out tables for reading.
pub trait AnyTable<T> {
    /// What the schema says of it.
    fn info(&self) -> &'static TableInfo;
    /// Number of rows.
    fn n_rows(&self) -> usize;
    /// The id of a live row.
    fn id_of(&self, key: RawKey) -> Option<i64>;
    /// The key of a live row.
    fn key_of(&self, id: i64) -> Option<RawKey>;
    /// All live rows in ascending order of their ids.
    fn rows_by_id(&self) -> Box<dyn Iterator<Item = (i64, RawKey)> + '_>;
    /// The rows whose foreign key at this position names `parent`.
    fn children_of(&self, foreign_key: usize, parent: Parent) -> Keys<'_>;
    /// What a live row's foreign key at this position names.
    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent>;
    /// What differs from the file.
    fn dirty(&self) -> &DirtySet;
    /// Whether a live row differs from the file.
    fn is_dirty_row(&self, key: RawKey) -> bool;
    /// Whether the file does not have a live row.
    fn is_new_row(&self, key: RawKey) -> bool;
    /// The counter of ids.
    fn counter(&self) -> &Counter;
    /// The counter of ids.
    fn counter_mut(&mut self) -> &mut Counter;

    /// Takes a live row out. It can be put back until [`Self::commit`].
    fn remove(&mut self, key: RawKey);
    /// Makes a foreign key name nobody, where it can. Says whether it could.
    fn orphan(&mut self, foreign_key: usize, key: RawKey) -> bool;
    /// Takes the last recorded step back.
    fn undo(&mut self);
    /// Forgets how to take back, and frees the rows that were removed.
    fn commit(&mut self);

    /// Copies the changes out.
    fn capture(&self, tables: &T, which: Selection<'_>, captured: &mut Captured);
    /// Notes that the file has what was captured.
    fn flushed(&mut self, which: Selection<'_>, captured: &Captured);

    /// Makes room for a row that others may name before it is loaded.
    fn preallocate(&mut self, id: i64);
    /// How to load a row.
    fn loader(&self) -> LoadRow<T>;

    /// Differences between the indexes and the ones rebuilt from the rows; empty if all is well. For tests.
    fn check(&self, tables: &T) -> Vec<String>;
}

fn load_row<E: Entity>(tables: &mut E::Tables, id: i64, source: &dyn RowSource) -> Vec<Problem> {
    match E::load(&RowReader::new(source, tables)) {
        Ok(row) => E::table_mut(tables).fill(id, row),
        Err(problem) => vec![problem.of(E::INFO, id)],
    }
}

impl<E: Entity> AnyTable<E::Tables> for Table<E> {
    fn info(&self) -> &'static TableInfo {
        E::INFO
    }

    fn n_rows(&self) -> usize {
        self.n_live
    }

    fn id_of(&self, key: RawKey) -> Option<i64> {
        self.slot(key).map(|slot| slot.id)
    }

    fn key_of(&self, id: i64) -> Option<RawKey> {
        self.ids.key(id)
    }

    fn rows_by_id(&self) -> Box<dyn Iterator<Item = (i64, RawKey)> + '_> {
        Box::new(self.ids.iter())
    }

    fn children_of(&self, foreign_key: usize, parent: Parent) -> Keys<'_> {
        self.parents[foreign_key].children(parent)
    }

    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent> {
        self.slot(key)?.row.parent(foreign_key).map(Parent::Row)
    }

    fn dirty(&self) -> &DirtySet {
        &self.dirty
    }

    fn is_dirty_row(&self, key: RawKey) -> bool {
        self.slot(key).is_some_and(Slot::is_dirty)
    }

    fn is_new_row(&self, key: RawKey) -> bool {
        self.slot(key).is_some_and(|slot| slot.state.contains(RowState::NEW))
    }

    fn counter(&self) -> &Counter {
        self.ids.counter()
    }

    fn counter_mut(&mut self) -> &mut Counter {
        self.ids.counter_mut()
    }

    fn remove(&mut self, key: RawKey) {
        if self.slot(key).is_none() {
            return;
        }
        let belonged_to = self.belongs_to(key);
        self.unlink(key);
        let slot = &mut self.rows[key];
        slot.state.insert(RowState::REMOVED);
        let id = slot.id;
        if !slot.state.contains(RowState::NEW) {
            self.dirty.bury(Tombstone { id, key, belonged_to });
        }
        self.ids.remove(id);
        self.n_live -= 1;
        self.undo.push(Undo::Remove { key });
    }

    fn orphan(&mut self, foreign_key: usize, key: RawKey) -> bool {
        let Some(field) = E::orphaned(foreign_key) else { return false };
        let Some(columns) = self.slot(key).map(|slot| slot.row.differs(&field)) else { return false };
        self.unlink(key);
        let old = self.rows[key].row.replace(field);
        self.link(key, Place::ById);
        self.wrote(key, columns, old, true);
        true
    }

    fn undo(&mut self) {
        match self.undo.pop() {
            Some(Undo::Insert { key }) => {
                self.unlink(key);
                if let Some(slot) = self.rows.remove(key) {
                    self.n_live -= 1;
                    self.ids.remove(slot.id);
                    self.ids.counter_mut().take_back(slot.id);
                }
            }
            Some(Undo::Remove { key }) => {
                let slot = &mut self.rows[key];
                slot.state.remove(RowState::REMOVED);
                let is_new = slot.state.contains(RowState::NEW);
                self.ids.put(slot.id, key);
                self.n_live += 1;
                if !is_new {
                    self.dirty.unbury();
                }
                self.link(key, Place::ById);
            }
            Some(Undo::Write { key, old, dirty }) => {
                let indexed = self.rows[key].row.differs(&old).intersects(E::INDEXED);
                if indexed {
                    self.unlink(key);
                }
                let slot = &mut self.rows[key];
                slot.row.replace(old);
                slot.dirty = dirty;
                if indexed {
                    self.link(key, Place::ById);
                }
            }
            None => {}
        }
    }

    fn commit(&mut self) {
        for step in self.undo.drain(..) {
            if let Undo::Remove { key } = step {
                self.rows.remove(key);
            }
        }
    }

    fn capture(&self, tables: &E::Tables, which: Selection<'_>, captured: &mut Captured) {
        let selected = |key| which.has(AnyKey { table: E::TABLE, key });
        let listed = self.dirty.listed().iter().filter(|&&key| selected(key));
        let dirty = listed.filter_map(|&key| Some((key, self.slot(key)?))).filter(|(_, slot)| slot.is_dirty());
        let mut rows: Vec<_> = dirty.map(|(key, slot)| (slot.id, key)).collect();
        rows.sort_unstable_by_key(|&(id, _)| id);
        let n_columns = E::INFO.columns.len();
        let mut new_rows = None;
        let mut last_mask = None;
        for (id, key) in rows {
            let slot = &self.rows[key];
            let shape = if slot.state.contains(RowState::NEW) {
                *new_rows.get_or_insert_with(|| captured.shape(true, 0..n_columns))
            } else {
                match last_mask {
                    Some((mask, shape)) if mask == slot.dirty => shape,
                    _ => {
                        let shape = captured.shape(false, columns_of::<E>(slot.dirty));
                        last_mask = Some((slot.dirty, shape));
                        shape
                    }
                }
            };
            captured.push(id, key, shape, |column| slot.row.value(column, tables));
        }
        let removed = self.dirty.removed().iter().filter(|tombstone| selected(tombstone.key));
        captured.remove(removed.map(|tombstone| tombstone.id));
    }

    fn flushed(&mut self, which: Selection<'_>, captured: &Captured) {
        match which {
            Selection::All => {
                let listed = self.dirty.take_listed();
                for &key in &listed {
                    if let Some(slot) = self.rows.get_mut(key) {
                        slot.dirty = E::Columns::empty();
                        slot.state.remove(RowState::NEW | RowState::LISTED);
                    }
                }
                self.dirty.reuse(listed);
            }
            Selection::Only(_) => {
                for row in captured.rows() {
                    if let Some(slot) = self.rows.get_mut(row.key) {
                        slot.dirty = E::Columns::empty();
                        slot.state.remove(RowState::NEW);
                    }
                }
            }
        }
        self.dirty.forget_removed(|tombstone| captured.removed().binary_search(&tombstone.id).is_ok());
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
        super::check::table(self, tables)
    }
}
