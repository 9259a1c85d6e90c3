//! The rows of one entity type.

mod cells;
pub(crate) mod dyn_table;
mod erased;
mod invariants;
mod parts;
mod rows;
pub(crate) mod stored;
mod undo;
mod update;

use bitflags::{Flag, Flags as _};
use slotmap::SlotMap;

use crate::error::Error;
use crate::schema::TableInfo;
use crate::store::index::IndexHasher;
use crate::store::index::ids::Ids;
use crate::store::index::{Parent, ParentIndex, ValueIndex};
use crate::store::key::{Id, Key, RawKey, WorldNumber};
use crate::store::row::entity::Row;
use crate::store::tracking::dirty::{DirtySet, RowState};
use crate::store::tracking::effect::{Positions, position};

pub use parts::Part;
pub use rows::Rows;

use undo::Undo;

/// The rows of `E`, for reading. Rows are inserted, changed and removed through the world only, because
/// only the world can reach the rows of other tables that depend on them.
#[derive(Debug)]
pub struct Table<E: Row> {
    pub(crate) rows: SlotMap<RawKey, Slot<E>>,
    n_live: usize,
    pub(crate) ids: Ids,
    pub(crate) parents: Box<[ParentIndex]>,
    pub(crate) indexes: Box<[ValueIndex]>,
    pub(crate) dirty: DirtySet,
    undo: Vec<Undo<E>>,
    world: WorldNumber,
}

/// A row, with its id and its state in the engine.
#[derive(Debug)]
pub(crate) struct Slot<E: Row> {
    pub(crate) row: E,
    pub(crate) id: i64,
    pub(crate) dirty: E::Columns,
    pub(crate) state: RowState,
}

/// The outcome of a write.
pub(crate) enum WriteOutcome<E: Row> {
    /// The row already had the value.
    Unchanged,
    /// The value was written.
    Written,
    /// The value has to be validated first; nothing was written.
    NeedsValidation(E::Field),
}

/// The column set with this one column.
#[inline]
pub(crate) fn flag<E: Row>(column: usize) -> E::Columns {
    let flag: &Flag<E::Columns> = &E::Columns::FLAGS[column];
    E::Columns::from_bits_retain(flag.value().bits())
}

/// Adds a row to the dirty lists that its dirty columns require.
#[inline]
pub(crate) fn mark_dirty<E: Row>(dirty: &mut DirtySet, key: RawKey, slot: &mut Slot<E>) {
    dirty.enlist(key, &mut slot.state);
    if !slot.state.contains(RowState::NEW) && names_another_row::<E>(slot.dirty) {
        dirty.enlist_moved(key, &mut slot.state);
    }
}

/// Whether one of these columns names a row of another table, by its id or by value.
#[inline]
pub(crate) fn names_another_row<E: Row>(columns: E::Columns) -> bool {
    let mut foreign_keys = E::INFO.foreign_keys.iter();
    let mut by_value = E::INFO
        .value_keys
        .iter()
        .flat_map(|key| key.own_columns(E::INFO));
    foreign_keys.any(|foreign_key| columns.contains(flag::<E>(foreign_key.column)))
        || by_value.any(|&column| columns.contains(flag::<E>(column)))
}

/// The columns of a column set, ascending.
pub(crate) fn columns_of<E: Row>(set: E::Columns) -> impl Iterator<Item = usize> {
    (0..E::INFO.columns.len()).filter(move |&column| set.contains(flag::<E>(column)))
}

/// The columns of a column set as positions, type-erased.
pub(crate) fn positions<E: Row>(set: E::Columns) -> Positions {
    columns_of::<E>(set).map(position).collect()
}

impl<E: Row> Default for Table<E> {
    fn default() -> Self {
        Self {
            rows: SlotMap::with_key(),
            n_live: 0,
            ids: Ids::default(),
            parents: E::INFO
                .foreign_keys
                .iter()
                .map(|_| ParentIndex::default())
                .collect(),
            indexes: E::INFO
                .indexes
                .iter()
                .map(|_| ValueIndex::default())
                .collect(),
            dirty: DirtySet::default(),
            undo: Vec::new(),
            world: WorldNumber::default(),
        }
    }
}

/// Reading.
impl<E: Row> Table<E> {
    /// The schema of the table.
    pub const INFO: &'static TableInfo = E::INFO;

    /// The row with this key. O(1).
    #[inline]
    #[must_use]
    pub fn get(&self, key: Key<E>) -> Option<&E> {
        self.slot_of(key).map(|slot| &slot.row)
    }

    /// Whether the table has a row with this key. O(1).
    #[inline]
    #[must_use]
    pub fn contains_key(&self, key: Key<E>) -> bool {
        self.slot_of(key).is_some()
    }

    /// Number of rows. O(1).
    #[must_use]
    pub fn len(&self) -> usize {
        self.n_live
    }

    /// Whether the table is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_live == 0
    }

    /// The id of a row. O(1).
    #[inline]
    #[must_use]
    pub fn id(&self, key: Key<E>) -> Option<Id<E>> {
        self.slot_of(key).map(|slot| Id::new(slot.id))
    }

    /// The key of the row with this id. O(1).
    #[inline]
    #[must_use]
    pub fn key(&self, id: Id<E>) -> Option<Key<E>> {
        let key = self.ids.key(id.get())?;
        Some(Key::of(key, self.world, id.get()))
    }

    /// All rows, in the order in which they are stored in memory: the fastest way to visit all of them.
    /// It is id order until rows are removed, whose slots later rows reuse; the same operations always
    /// give the same order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (Key<E>, &E)> + Clone {
        let live = |(_, slot): &(RawKey, &Slot<E>)| !slot.state.contains(RowState::REMOVED);
        self.rows
            .iter()
            .filter(live)
            .map(|(key, slot)| (Key::of(key, self.world, slot.id), &slot.row))
    }

    /// All rows in id order, which is the order of insertion.
    pub fn iter_by_id(&self) -> impl Iterator<Item = (Key<E>, &E)> {
        self.ids
            .iter()
            .map(|(id, key)| (Key::of(key, self.world, id), &self.rows[key].row))
    }

    /// The columns of a row that the next flush has to write; all of them for a new row. Empty for a
    /// clean row, for a row whose changes are in flight in the background, and for a key without a row.
    #[must_use]
    pub fn dirty_columns(&self, key: Key<E>) -> E::Columns {
        match self.slot_of(key) {
            Some(slot) if slot.state.contains(RowState::NEW) => E::Columns::all(),
            Some(slot) => slot.dirty,
            None => E::Columns::empty(),
        }
    }

    /// Whether a row differs from the file.
    #[must_use]
    pub fn is_dirty(&self, key: Key<E>) -> bool {
        self.slot_of(key).is_some_and(Slot::is_dirty)
    }

    /// The rows whose foreign key at this position references `parent`, in id order. O(1).
    #[inline]
    #[must_use]
    pub fn children(&self, foreign_key: usize, parent: RawKey) -> Rows<'_, E> {
        Rows::new(
            self.parents[foreign_key].children(Parent::Row(parent)),
            self,
        )
    }

    /// The rows that have `value` in the index at this position, in id order; `is_it` compares a row with
    /// the value. O(1). The generated `find_by_*` functions use it.
    pub fn find<'a>(
        &'a self,
        index: usize,
        value: impl std::hash::Hash,
        is_it: impl Fn(&E) -> bool,
    ) -> Rows<'a, E> {
        let index = &self.indexes[index];
        Rows::new(
            index.find(index.hash(&value), |key| is_it(&self.rows[key].row)),
            self,
        )
    }

    /// The slot of a live row, by a key that the program has.
    #[inline]
    pub(crate) fn slot_of(&self, key: Key<E>) -> Option<&Slot<E>> {
        if key.is_of_another_world(self.world) {
            return None;
        }
        self.slot(key.raw())
    }

    /// A row that an index or a foreign key has, and so a live one, with its key.
    #[inline]
    pub(crate) fn lent(&self, key: RawKey) -> (Key<E>, &E) {
        let slot = &self.rows[key];
        (self.key_of_slot(key, slot), &slot.row)
    }

    /// The key of a row, as it is lent out.
    #[inline]
    pub(crate) fn key_of_slot(&self, key: RawKey, slot: &Slot<E>) -> Key<E> {
        Key::of(key, self.world, slot.id)
    }

    /// The world that the table belongs to.
    #[inline]
    pub(crate) fn world(&self) -> WorldNumber {
        self.world
    }

    /// Why a key has no row.
    #[cold]
    #[inline(never)]
    pub(crate) fn no_row(&self, key: Key<E>) -> Error {
        let (table, id) = (E::INFO.name, key.id_at_origin());
        if key.is_of_another_world(self.world) {
            return Error::other_world(table, None, id);
        }
        // A row that this transaction has removed still has its slot.
        let removed = self.rows.get(key.raw()).map(|slot| slot.id);
        Error::stale_key(table, removed.or(id))
    }

    #[inline]
    pub(crate) fn slot(&self, key: RawKey) -> Option<&Slot<E>> {
        self.rows
            .get(key)
            .filter(|slot| !slot.state.contains(RowState::REMOVED))
    }

    /// The other row that already has this row's values in the index at this position, if that index is
    /// unique.
    pub(crate) fn conflict(&self, row: &E, but: Option<RawKey>, index: usize) -> Option<&Slot<E>> {
        if !E::INFO.indexes[index].unique {
            return None;
        }
        let index_of_values = &self.indexes[index];
        let hash = row.index_hash(index, &IndexHasher(index_of_values.hasher()))?;
        let same = |key: RawKey| self.rows[key].row.index_eq(row, index);
        let mut found = index_of_values.find(hash, same);
        self.rows.get(found.find(|&other| Some(other) != but)?)
    }
}

impl<E: Row> Slot<E> {
    #[inline]
    fn is_dirty(&self) -> bool {
        self.state.contains(RowState::NEW) || !self.dirty.is_empty()
    }
}
