//! The dirty set of one table: which rows differ from the file.

use std::borrow::Cow;

use bitflags::bitflags;
#[cfg(feature = "persist")]
use slotmap::Key as _;
use smallvec::SmallVec;

use crate::schema::TableId;
use crate::store::key::{AnyKey, RawKey};
use crate::store::row_set::Selection;
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::tombstone::Tombstone;

/// Number of rows that are fetched before the first of them is processed. Dirty rows are far apart in
/// memory; a processor overlaps several cache misses if there is no other work between them.
const BLOCK: usize = 32;

bitflags! {
    /// The state of a row besides its dirty flags.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct RowState: u8 {
        /// The file does not have the row yet.
        const NEW = 1;
        /// The row was removed in a transaction that is still open; only a rollback accesses it.
        const REMOVED = 1 << 1;
        /// The row's key is in the list of the dirty set.
        const LISTED = 1 << 2;
        /// The row's key is in the dirty set's list of moved rows.
        const MOVED = 1 << 3;
    }
}

/// The rows of one table that differ from the file. Time and memory are proportional to the changes.
///
/// The list contains every row that is new or has dirty columns, each once (the row's own
/// [`RowState::LISTED`] records it). It may also contain rows that have become clean by a rollback or a
/// save of their own, and keys of removed rows: a reader has to check the row itself.
///
/// A second list ([`RowState::MOVED`]) contains the moved rows: those with a foreign key that differs
/// from the file. A save looks there for rows that have left the saved row.
#[derive(Debug, Default)]
pub struct DirtySet {
    listed: Vec<RawKey>,
    moved: Vec<RawKey>,
    removed: Vec<Tombstone>,
}

impl DirtySet {
    /// Keys of rows that may be dirty, in no particular order.
    #[must_use]
    pub fn listed(&self) -> &[RawKey] {
        &self.listed
    }

    /// Keys of rows that may have a foreign key that differs from the file, in no particular order. A key
    /// may be listed twice.
    #[must_use]
    pub fn moved(&self) -> &[RawKey] {
        &self.moved
    }

    /// Bytes that were allocated.
    pub(crate) fn n_bytes(&self) -> usize {
        (self.listed.capacity() + self.moved.capacity()) * size_of::<RawKey>()
            + self.removed.capacity() * size_of::<Tombstone>()
    }

    /// Number of list entries, from the beginning, that are among the `most` oldest ones.
    pub(crate) fn n_oldest(&self, most: usize) -> usize {
        self.listed.len().min(most)
    }

    /// Sorts the oldest part of the list into the order in which the rows are stored in memory, in which
    /// they are fetched faster. O(n).
    #[cfg(feature = "persist")]
    pub(crate) fn sort(&mut self, most: usize) {
        let n = self.n_oldest(most);
        // The lower half of a key is its slot index in the current slotmap; only speed depends on it.
        #[allow(clippy::cast_possible_truncation)]
        radsort::sort_by_key(&mut self.listed[..n], |key| key.data().as_ffi() as u32);
    }

    /// Fetches the selected rows of this table, and calls `look` for each that exists, with few stalls on
    /// memory: see [`BLOCK`].
    pub(crate) fn visit<R: Copy>(
        &self,
        table: TableId,
        which: Selection<'_>,
        fetch: impl Fn(RawKey) -> Option<R>,
        mut look: impl FnMut(RawKey, R),
    ) {
        let keys: Cow<'_, [RawKey]> = match which {
            Selection::All => (&self.listed).into(),
            Selection::Oldest(n) => self.listed[..self.n_oldest(n)].into(),
            Selection::Only(rows) => rows.keys(table).collect(),
        };
        let mut rows = SmallVec::<[(RawKey, R); BLOCK]>::new();
        for keys in keys.chunks(BLOCK) {
            for &key in keys {
                if let Some(row) = fetch(key) {
                    rows.push((key, row));
                }
            }
            rows.iter().for_each(|&(key, row)| look(key, row));
            rows.clear();
        }
    }

    /// Tombstones of the rows to be deleted from the file.
    #[must_use]
    pub fn removed(&self) -> &[Tombstone] {
        &self.removed
    }

    /// The selected tombstones of this table.
    pub(crate) fn removed_for(
        &self,
        table: TableId,
        which: Selection<'_>,
    ) -> impl Iterator<Item = &Tombstone> {
        self.removed.iter().filter(move |tombstone| {
            let key = tombstone.key;
            match which {
                Selection::All => true,
                Selection::Oldest(_) => false,
                Selection::Only(rows) => rows.contains(AnyKey { table, key }),
            }
        })
    }

    /// Adds a row to the list, unless its state records that it is listed.
    #[inline]
    pub(crate) fn enlist(&mut self, key: RawKey, state: &mut RowState) {
        if !state.contains(RowState::LISTED) {
            state.insert(RowState::LISTED);
            self.listed.push(key);
        }
    }

    /// Adds a row to the list of moved rows as well.
    pub(crate) fn enlist_moved(&mut self, key: RawKey, state: &mut RowState) {
        if !state.contains(RowState::MOVED) {
            state.insert(RowState::MOVED);
            self.moved.push(key);
        }
    }

    /// Keeps the lists proportional to the table while rows are inserted and removed and nothing is
    /// flushed.
    #[inline]
    pub(crate) fn shrink(&mut self, n_rows: usize, is_there: impl Fn(RawKey) -> bool) {
        for list in [&mut self.listed, &mut self.moved] {
            if list.len() > 2 * n_rows + 64 {
                list.retain(|&key| is_there(key));
            }
        }
    }

    pub(crate) fn add_tombstone(&mut self, tombstone: Tombstone) {
        self.removed.push(tombstone);
    }

    /// Adds rows to those that a row belonged to that has just been removed, if it left a tombstone.
    pub(crate) fn belonged_also(&mut self, key: RawKey, to: impl IntoIterator<Item = AnyKey>) {
        if let Some(tombstone) = self.removed.last_mut().filter(|last| last.key == key) {
            tombstone.belonged_to.extend(to);
        }
    }

    /// Removes the tombstone that was added last.
    pub(crate) fn pop_tombstone(&mut self) {
        self.removed.pop();
    }

    /// Drops the tombstones of the captured rows: the rows have been deleted from the file.
    pub(crate) fn forget_removed(&mut self, change_set: &ChangeSet) {
        if change_set.removed().len() > 0 {
            self.removed
                .retain(|tombstone| !change_set.removes(tombstone.id, tombstone.key));
        }
    }

    /// Clears the dirty set, because the world gets another file.
    #[cfg(feature = "persist")]
    pub(crate) fn clear(&mut self) {
        self.listed.clear();
        self.moved.clear();
        self.removed.clear();
    }

    /// Exchanges the tombstones for an empty list: the in-flight batch owns them from now on.
    #[cfg(feature = "persist")]
    pub(crate) fn swap_removed(&mut self, removed: &mut Vec<Tombstone>) {
        std::mem::swap(&mut self.removed, removed);
    }

    /// Merges a captured change set back, because it was not committed: its tombstones still have to be
    /// written. New rows of it that were removed since leave no tombstone, because the file never had
    /// them. Other rows of it that were removed since may have an older owner in the file.
    pub(crate) fn restore(&mut self, change_set: &ChangeSet, removed: &mut Vec<Tombstone>) {
        change_set.amend(&mut self.removed);
        self.removed.append(removed);
    }

    /// Clears the lists; `clean` resets each row's own flags.
    pub(crate) fn clear_listed(&mut self, clean: impl FnMut(RawKey)) {
        self.listed.drain(..).for_each(clean);
        self.moved.clear();
    }

    /// The same for the oldest rows. They stay in the list of moved rows, whose readers check the row
    /// itself.
    pub(crate) fn clear_oldest(&mut self, most: usize, clean: impl FnMut(RawKey)) {
        let n = self.n_oldest(most);
        self.listed.drain(..n).for_each(clean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::SlotMap;

    #[test]
    fn the_list_is_kept_in_proportion_to_the_rows() {
        let mut rows = SlotMap::<RawKey, ()>::new();
        let mut dirty = DirtySet::default();
        let n_rows = 100;
        let living: Vec<_> = (0..n_rows).map(|_| rows.insert(())).collect();
        for &key in &living {
            dirty.enlist(key, &mut RowState::empty());
        }
        let most = 2 * n_rows + 64;
        while dirty.listed().len() < most {
            let removed = rows.insert(());
            rows.remove(removed);
            dirty.enlist(removed, &mut RowState::empty());
            dirty.shrink(n_rows, |key| rows.contains_key(key));
        }
        assert_eq!(dirty.listed().len(), most, "shrunk too early");
        let last = rows.insert(());
        dirty.enlist(last, &mut RowState::empty());
        dirty.shrink(n_rows, |key| rows.contains_key(key));
        assert!(dirty.listed().iter().eq(living.iter().chain([&last])));
    }

    #[test]
    fn a_row_that_moves_again_is_listed_once_and_dropped_after_its_removal() {
        let mut rows = SlotMap::<RawKey, ()>::with_key();
        let mut dirty = DirtySet::default();
        let (stays, mut state) = (rows.insert(()), RowState::empty());
        for _ in 0..2 {
            dirty.enlist_moved(stays, &mut state);
        }
        assert_eq!(dirty.moved(), [stays]);
        for _ in 0..65 {
            let removed = rows.insert(());
            rows.remove(removed);
            dirty.enlist_moved(removed, &mut RowState::empty());
        }
        dirty.shrink(1, |key| rows.contains_key(key));
        assert_eq!(dirty.moved().len(), 66, "shrunk too early");
        dirty.enlist_moved(rows.insert(()), &mut RowState::empty());
        dirty.shrink(1, |key| rows.contains_key(key));
        assert_eq!(dirty.moved().len(), 2);
        dirty.clear_listed(|_| ());
        assert_eq!(dirty.moved(), []);
    }
}
