//! Which rows differ from the file: the dirty set of one table.

use std::borrow::Cow;

use bitflags::bitflags;
#[cfg(feature = "sqlite")]
use slotmap::Key as _;
use smallvec::SmallVec;

use crate::schema::TableId;
use crate::store::key::{AnyKey, RawKey};
use crate::store::row_set::Selection;
use crate::store::tracking::change_set::ChangeSet;

/// Rows that are fetched before the first of them is looked at. Dirty rows are far apart in memory; a
/// processor fetches several at once if nothing but fetching is asked of it.
const BLOCK: usize = 32;

bitflags! {
    /// What is known of a row beside its dirty columns.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct RowState: u8 {
        /// The file does not have it yet.
        const NEW = 1;
        /// It was removed in a transaction that is still open; only a rollback finds it.
        const REMOVED = 1 << 1;
        /// Its key is in the list of the dirty set.
        const LISTED = 1 << 2;
        /// Its key is in the dirty set's list of rows that have moved.
        const MOVED = 1 << 3;
    }
}

/// A row that the file still has and memory has not.
#[derive(Clone, Debug)]
pub struct Tombstone {
    /// Its id in the file.
    pub id: i64,
    /// Its key while it lived.
    pub key: RawKey,
    /// The rows that it belonged to, so that saving one of them takes the removal along.
    pub belonged_to: SmallVec<[AnyKey; 1]>,
    /// Whether it belongs to somebody else in the file: it was given away and then removed.
    pub has_moved: bool,
}

/// The rows of one table that differ from the file, at a cost that is that of the changes.
///
/// The list holds every row that is new or has dirty columns, each once (the row's own
/// [`RowState::LISTED`] says so). It may also hold rows that have become clean by a rollback or a
/// save of their own, and keys of rows that are gone: whoever reads it asks the row.
///
/// Of those that name another row than in the file there is a list of the same kind
/// ([`RowState::MOVED`]), where a save looks for what has left a row.
#[derive(Debug, Default)]
pub struct DirtySet {
    listed: Vec<RawKey>,
    moved: Vec<RawKey>,
    removed: Vec<Tombstone>,
}

impl DirtySet {
    /// Keys that may be dirty, in no order.
    #[must_use]
    pub fn listed(&self) -> &[RawKey] {
        &self.listed
    }

    /// Keys of rows that may name another row than in the file, in no order. One may stand there twice.
    #[must_use]
    pub fn moved(&self) -> &[RawKey] {
        &self.moved
    }

    /// How many of the list, from its beginning, are the oldest ones.
    pub(crate) fn n_oldest(&self, most: usize) -> usize {
        self.listed.len().min(most)
    }

    /// Puts the oldest part of the list into the order in which the rows stand in memory, in which
    /// they are fetched faster. O(n).
    #[cfg(feature = "sqlite")]
    pub(crate) fn sort(&mut self, most: usize) {
        let n = self.n_oldest(most);
        // The lower half of a key is its place in slotmap as it is today; only speed depends on it.
        #[allow(clippy::cast_possible_truncation)]
        radsort::sort_by_key(&mut self.listed[..n], |key| key.data().as_ffi() as u32);
    }

    /// Fetches the selected rows of this table, and looks at each that is there, with few waits for
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

    /// Rows to be deleted from the file.
    #[must_use]
    pub fn removed(&self) -> &[Tombstone] {
        &self.removed
    }

    /// Those of them that are selected, in this table.
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

    /// Puts a row into the list, unless its state says that it is there.
    #[inline]
    pub(crate) fn enlist(&mut self, key: RawKey, state: &mut RowState) {
        if !state.contains(RowState::LISTED) {
            state.insert(RowState::LISTED);
            self.listed.push(key);
        }
    }

    /// Puts a row into the list of those that have moved, too.
    pub(crate) fn enlist_moved(&mut self, key: RawKey, state: &mut RowState) {
        if !state.contains(RowState::MOVED) {
            state.insert(RowState::MOVED);
            self.moved.push(key);
        }
    }

    /// Keeps the lists in proportion to the table, where rows come and go and nothing is flushed.
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

    /// Takes back the last burial.
    pub(crate) fn pop_tombstone(&mut self) {
        self.removed.pop();
    }

    /// Forgets the removed rows that were captured: they have been deleted from the file.
    pub(crate) fn forget_removed(&mut self, change_set: &ChangeSet) {
        if change_set.removed().len() > 0 {
            self.removed
                .retain(|tombstone| !change_set.removes(tombstone.id, tombstone.key));
        }
    }

    /// Forgets everything: there is another file.
    #[cfg(feature = "sqlite")]
    pub(crate) fn clear(&mut self) {
        self.listed.clear();
        self.moved.clear();
        self.removed.clear();
    }

    /// Exchanges the removed rows for an empty list: somebody else answers for them.
    #[cfg(feature = "sqlite")]
    pub(crate) fn swap_removed(&mut self, removed: &mut Vec<Tombstone>) {
        std::mem::swap(&mut self.removed, removed);
    }

    /// After what was captured has not been written: its removed rows are to be deleted still, and the
    /// new ones that were removed meanwhile are nothing, because the file never had them. Of the others
    /// the file may have an older owner.
    pub(crate) fn restore(&mut self, change_set: &ChangeSet, removed: &mut Vec<Tombstone>) {
        change_set.amend(&mut self.removed);
        self.removed.append(removed);
    }

    /// Takes all rows out of the lists; `clean` clears their own flags.
    pub(crate) fn clear_listed(&mut self, clean: impl FnMut(RawKey)) {
        self.listed.drain(..).for_each(clean);
        self.moved.clear();
    }

    /// The same with the oldest ones. In the list of those that have moved they are left: a look at the
    /// row says that it has not.
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
            let gone = rows.insert(());
            rows.remove(gone);
            dirty.enlist(gone, &mut RowState::empty());
            dirty.shrink(n_rows, |key| rows.contains_key(key));
        }
        assert_eq!(dirty.listed().len(), most, "taken out too early");
        let last = rows.insert(());
        dirty.enlist(last, &mut RowState::empty());
        dirty.shrink(n_rows, |key| rows.contains_key(key));
        assert!(dirty.listed().iter().eq(living.iter().chain([&last])));
    }

    #[test]
    fn a_row_that_moves_again_is_listed_once_and_forgotten_when_it_is_gone() {
        let mut rows = SlotMap::<RawKey, ()>::with_key();
        let mut dirty = DirtySet::default();
        let (stays, mut state) = (rows.insert(()), RowState::empty());
        for _ in 0..2 {
            dirty.enlist_moved(stays, &mut state);
        }
        assert_eq!(dirty.moved(), [stays]);
        for _ in 0..65 {
            let gone = rows.insert(());
            rows.remove(gone);
            dirty.enlist_moved(gone, &mut RowState::empty());
        }
        dirty.shrink(1, |key| rows.contains_key(key));
        assert_eq!(dirty.moved().len(), 66, "taken out too early");
        dirty.enlist_moved(rows.insert(()), &mut RowState::empty());
        dirty.shrink(1, |key| rows.contains_key(key));
        assert_eq!(dirty.moved().len(), 2);
        dirty.clear_listed(|_| ());
        assert_eq!(dirty.moved(), []);
    }
}
