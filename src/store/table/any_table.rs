//! A table without its row type: what removal, loading and flushing see.

use crate::error::Problem;

use crate::schema::TableInfo;
use crate::store::index::ids::Counter;
use crate::store::index::{Keys, Parent};
use crate::store::key::RawKey;
use crate::store::row::entity::Column;
use crate::store::tracking::change_set::{Captured, CapturedRow};
use crate::store::tracking::commit_sink::{Ledger, Positions};
use crate::store::tracking::dirty::{DirtySet, RowSet, Tombstone};

/// Which rows to capture.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// Every dirty row.
    All,
    /// So many of the dirty rows, from the beginning of the list, and no removed ones.
    Oldest(usize),
    /// The dirty rows among these, and the removed ones among these.
    Only(&'a RowSet),
}

/// Reads one row of a file into a table.
pub type LoadRow<T> = fn(&mut T, i64, &[Column<'_>]) -> Vec<Problem>;

/// Writes one row of a delta into a table: a step that can be taken back. Returns its key.
pub type ApplyRow<T> = fn(&mut T, &Captured, &CapturedRow) -> Result<RawKey, Vec<Problem>>;

/// Room for so many loaded rows, and for those that come next: without, the first insert would move
/// them all.
pub(crate) fn with_headroom(n_rows: usize) -> usize {
    n_rows + n_rows / 32 + 16
}

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
    /// What differs from the file.
    fn dirty_mut(&mut self) -> &mut DirtySet;
    /// Whether a live row differs from the file.
    fn is_dirty_row(&self, key: RawKey) -> bool;
    /// Whether the column of a foreign key differs from the file, in a live row that the file has.
    fn has_moved(&self, foreign_key: usize, key: RawKey) -> bool;
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
    /// Forgets how to take back, frees the rows that were removed, and tells what came of each step.
    fn commit(&mut self, ledger: &mut Ledger);

    /// Copies the changes out.
    fn capture(&self, tables: &T, which: Selection<'_>, captured: &mut Captured);
    /// Copies a live row out: these of its columns, or as a new row.
    fn copy(&self, tables: &T, key: RawKey, columns: Option<&Positions>, captured: &mut Captured);
    /// Makes room for a row of another world's delta, which others may name before it is written. A
    /// step that can be taken back.
    fn reserve(&mut self, id: i64);
    /// Makes sure that this id is not given any more. A step that can be taken back.
    fn use_up(&mut self, id: i64);
    /// How to write a row of another world's delta.
    fn applier(&self) -> ApplyRow<T>;
    /// The rows that have a value of this live row which has to be unique.
    fn conflicts(&self, key: RawKey) -> Vec<Problem>;
    /// Notes that the file has what was captured.
    fn flushed(&mut self, which: Selection<'_>, captured: &Captured);
    /// Notes that the file does not have what was captured after all, nor what was captured later:
    /// that has been restored before. `removed` are the rows that were to be deleted; empty afterwards.
    fn restore(&mut self, captured: &Captured, removed: &mut Vec<Tombstone>);

    /// Makes all rows new, and forgets the removed ones: there is another file, which has none.
    #[cfg(feature = "sqlite")]
    fn forget_file(&mut self);

    /// Whether a row of the file is a live one, and what memory believes it to be: in all columns that
    /// are not dirty.
    fn file_has(&self, id: i64, row: &[Column<'_>], tables: &T) -> bool;

    /// Says how many rows will be loaded, and how many there are of those that each of its foreign
    /// keys points to, so that what holds them need not grow on the way.
    fn expect(&mut self, n_rows: usize, n_parents: &[usize]);
    /// Makes room for a row that others may name before it is loaded.
    fn preallocate(&mut self, id: i64);
    /// How to load a row.
    fn loader(&self) -> LoadRow<T>;

    /// Differences between the indexes and the ones rebuilt from the rows; empty if all is well. For tests.
    fn check(&self, tables: &T) -> Vec<String>;
}
