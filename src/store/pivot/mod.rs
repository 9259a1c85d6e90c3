//! The pivot: an ownership table (an "exclusive arc") that maps owned rows to their owners and back, in
//! id order.

mod dyn_table;
mod invariants;
mod packed_row;
mod update;

use slotmap::SecondaryMap;

use crate::schema::TableInfo;
use crate::store::index::ids::Counter;
use crate::store::index::{Keys, Parent, ParentIndex};
use crate::store::key::{Id, Key, RawKey};
use crate::store::row::entity::{PivotRow, Resolve as _};
use crate::store::row::owner::Owner;
use crate::store::table::stored::Tables;
use crate::store::tracking::dirty::{DirtySet, RowState};
use packed_row::PackedRow;

/// A pivot's row type with its table. [`tables!`](crate::tables) implements it.
pub trait StoredPivot: PivotRow<Tables: Tables> {
    /// Its table.
    fn table(tables: &Self::Tables) -> &Pivot<Self>;
    /// Its table.
    fn table_mut(tables: &mut Self::Tables) -> &mut Pivot<Self>;
}

/// The rows of a pivot table, for reading.
///
/// An owned row has exactly one owner, so a pivot row needs no key of its own: it is stored under the key
/// of the owned row. The rows of an owner are ordered by the pivot rows' ids, which is the order in which
/// they were added.
#[derive(Debug)]
pub struct Pivot<P: PivotRow> {
    rows: SecondaryMap<RawKey, PackedRow<P>>,
    arms: Box<[ParentIndex]>,
    counter: Counter,
    dirty: DirtySet,
    undo: Vec<Undo<P>>,
}

#[derive(Debug)]
enum Undo<P: PivotRow> {
    Insert {
        owned: RawKey,
        id: i64,
        next_id: Option<i64>,
    },
    Remove {
        owned: RawKey,
        packed: PackedRow<P>,
    },
    Move {
        owned: RawKey,
        packed: PackedRow<P>,
    },
    /// Ids were marked as used that no row has.
    UseUp {
        next_id: Option<i64>,
    },
}

impl<P: PivotRow> Default for Pivot<P> {
    fn default() -> Self {
        Self {
            rows: SecondaryMap::new(),
            arms: P::INFO
                .arms()
                .iter()
                .map(|_| ParentIndex::default())
                .collect(),
            counter: Counter::default(),
            dirty: DirtySet::default(),
            undo: Vec::new(),
        }
    }
}

/// Reading.
impl<P: PivotRow> Pivot<P> {
    /// The schema of the table.
    pub const INFO: &'static TableInfo = P::INFO;

    /// The pivot row of an owned row. O(1).
    #[inline]
    #[must_use]
    pub fn of(&self, owned: Key<P::Owned>) -> Option<P> {
        let packed = self.rows.get(owned.raw())?;
        Some(P::new(Id::new(packed.id()), owned, packed.owner()))
    }

    /// The owner of a row. O(1).
    #[inline]
    #[must_use]
    pub fn owner(&self, owned: Key<P::Owned>) -> Option<P::Owner> {
        self.rows.get(owned.raw()).map(PackedRow::owner)
    }

    /// The rows of an owner, in the order in which they were added. O(1).
    #[inline]
    #[must_use]
    pub fn owned_by(&self, owner: P::Owner) -> Keys<'_> {
        let (arm, parent) = owner.arm();
        self.arms[arm].children(parent)
    }

    /// The pivot rows of an owner, in the order in which they were added.
    pub fn rows_of(
        &self,
        owner: P::Owner,
    ) -> impl DoubleEndedIterator<Item = P> + ExactSizeIterator {
        let row = move |owned| P::new(Id::new(self.rows[owned].id()), Key::from_raw(owned), owner);
        self.owned_by(owner).map(row)
    }

    /// All rows, in the order in which the owned rows are stored in memory.
    pub fn iter(&self) -> impl Iterator<Item = P> {
        self.rows.iter().map(|(owned, packed)| {
            let id = Id::new(packed.id());
            P::new(id, Key::from_raw(owned), packed.owner())
        })
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the table is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn state(&self, owned: RawKey) -> RowState {
        let packed = self.rows.get(owned);
        packed.map_or(RowState::empty(), PackedRow::state)
    }
}

fn bit(arm: usize) -> u32 {
    1 << arm
}

/// The owner as column and id, for messages.
pub(crate) fn describe<P: PivotRow>(owner: P::Owner, tables: &P::Tables) -> String {
    let (arm, parent) = owner.arm();
    let id = match (parent, P::INFO.arms()[arm].table) {
        (Parent::Row(key), Some(table)) => tables.id_of(table, key),
        (Parent::Outside(id), _) => Some(id),
        (Parent::Row(_), None) => None,
    };
    let column = P::INFO.columns[P::INFO.arms()[arm].column];
    id.map_or_else(|| column.to_owned(), |id| format!("{column} {id}"))
}
