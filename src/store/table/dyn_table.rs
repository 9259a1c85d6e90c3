//! The type-erased interface of tables and pivots, for removal, loading and flushing.

use std::collections::TryReserveError;

use crate::error::Problem;
use crate::schema::TableInfo;
use crate::schema::value::Encoded;
#[cfg(feature = "serde")]
use crate::schema::value::Value;
use crate::store::index::ids::Counter;
use crate::store::index::{IndexHasher, KeyList, Keys, Parent};
use crate::store::key::{RawKey, WorldNumber};
use crate::store::row::reader::Cell;
use crate::store::row_set::Selection;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::commit_sink::CommitSink;
use crate::store::tracking::dirty::DirtySet;
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
    fn children_of(&self, foreign_key: usize, parent: Parent) -> Keys<'_> {
        let list = self.child_list(foreign_key, parent);
        list.map_or_else(Keys::default, KeyList::iter)
    }
    /// The same as the index has them; `None` if there are none.
    fn child_list(&self, foreign_key: usize, parent: Parent) -> Option<&KeyList>;
    /// The parent that a live row's foreign key at this position references.
    fn parent_of(&self, foreign_key: usize, key: RawKey) -> Option<Parent>;
    /// Of a pivot: the arm by which a row is owned, and the id of its owner.
    #[cfg(feature = "serde")]
    fn owner_of<'a>(&self, _tables: &T, _owned: RawKey) -> Option<(&'static str, Value<'a>)> {
        None
    }
    /// The rows that have these values in the index at this position, in id order: those of its entry with this hash
    /// for which `is_it` holds. `hash` is called with the hasher of the index, and returns `None` where a value is
    /// NULL, which no row has. No row of a pivot is found, because a pivot has no such index.
    fn rows_with(
        &self,
        index: usize,
        hash: &dyn Fn(&IndexHasher<'_>) -> Option<u64>,
        is_it: &dyn Fn(RawKey) -> bool,
    ) -> Keys<'_> {
        let list = self.list_with(index, hash, is_it);
        list.map_or_else(Keys::default, KeyList::iter)
    }
    /// The same as the index has them; `None` if there are none.
    fn list_with(
        &self,
        _index: usize,
        _hash: &dyn Fn(&IndexHasher<'_>) -> Option<u64>,
        _is_it: &dyn Fn(RawKey) -> bool,
    ) -> Option<&KeyList> {
        None
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
