//! The index from a value to the rows that have it.

use std::hash::{BuildHasher, Hash, Hasher as _};

use hashbrown::hash_table::{Entry, HashTable};
use smallvec::SmallVec;

use super::key_list::{InsertAt, KeyList, Keys};
use crate::store::key::RawKey;

/// Hasher of the value indexes. It is seeded at random, because players choose names.
pub(crate) type ValueHasher = hashbrown::DefaultHashBuilder;

/// The hasher state into which the values of a row are hashed, one after the other.
pub type IndexState = <ValueHasher as BuildHasher>::Hasher;

/// Hashes values for an index, in the same way for rows and for searches.
pub struct IndexHasher<'a>(pub(crate) &'a ValueHasher);

impl IndexHasher<'_> {
    /// The hash of the values that `hash` writes into the state; `None` if it returns false because a
    /// value is NULL.
    #[inline]
    pub fn hash(&self, hash: impl FnOnce(&mut IndexState) -> bool) -> Option<u64> {
        let mut state = self.0.build_hasher();
        hash(&mut state).then(|| state.finish())
    }
}

/// Maps a value, or a tuple of values, to the rows that have it.
///
/// The index stores hashes and keys only; the values are compared in the rows.
#[derive(Debug, Default)]
pub(crate) struct ValueIndex {
    lists: HashTable<(u64, KeyList)>,
    hasher: ValueHasher,
}

impl ValueIndex {
    /// The hash of a value: text is hashed as `&str`, several values as a tuple.
    #[inline]
    #[allow(
        clippy::manual_hash_one,
        reason = "rows hash field by field; `hash_one` may be specialized to another result"
    )]
    pub(crate) fn hash(&self, value: &(impl Hash + ?Sized)) -> u64 {
        let mut state = self.hasher.build_hasher();
        value.hash(&mut state);
        state.finish()
    }

    /// The hasher, with which rows hash their own values.
    pub(crate) fn hasher(&self) -> &ValueHasher {
        &self.hasher
    }

    /// The rows of the entry with this hash whose value satisfies `is_it`, in id order.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(RawKey) -> bool) -> Keys<'_> {
        let found = self.list(hash, is_it);
        found.map_or_else(Keys::default, KeyList::iter)
    }

    /// The entry with this hash whose value satisfies `is_it`.
    #[inline]
    pub(crate) fn list(&self, hash: u64, is_it: impl Fn(RawKey) -> bool) -> Option<&KeyList> {
        let found = self.lists.find(hash, |(other, keys)| {
            *other == hash && keys.iter().next().is_some_and(&is_it)
        });
        found.map(|(_, keys)| keys)
    }

    /// Bytes that were allocated, without those of long lists.
    pub(crate) fn n_bytes(&self) -> usize {
        self.lists.allocation_size()
    }

    pub(crate) fn insert(
        &mut self,
        hash: u64,
        id: i64,
        key: RawKey,
        same: impl Fn(RawKey) -> bool,
        id_of: impl Fn(RawKey) -> i64,
    ) {
        let same_value = |(other, keys): &(u64, KeyList)| {
            *other == hash && keys.iter().next().is_some_and(&same)
        };
        match self.lists.entry(hash, same_value, |(other, _)| *other) {
            Entry::Occupied(mut list) => list.get_mut().1.insert(id, key, InsertAt::ById, id_of),
            Entry::Vacant(place) => {
                place.insert((hash, KeyList::Few(SmallVec::from_iter([key]))));
            }
        }
    }

    pub(crate) fn remove(
        &mut self,
        hash: u64,
        id: i64,
        key: RawKey,
        same: impl Fn(RawKey) -> bool,
    ) {
        let same_value = |(other, keys): &(u64, KeyList)| {
            *other == hash
                && keys
                    .iter()
                    .next()
                    .is_some_and(|first| first == key || same(first))
        };
        if let Ok(mut list) = self.lists.find_entry(hash, same_value) {
            list.get_mut().1.remove(id, key);
            if list.get().1.is_empty() {
                list.remove();
            }
        }
    }

    /// All entries of the index: the rows of one value each, in no particular order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &KeyList> {
        self.lists.iter().map(|(_, keys)| keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::SlotMap;

    /// Keys of rows with ids from 0 on.
    fn keys(n: i64) -> (SlotMap<RawKey, i64>, Vec<RawKey>) {
        let mut rows = SlotMap::new();
        let keys = (0..n).map(|id| rows.insert(id)).collect();
        (rows, keys)
    }

    #[test]
    fn a_row_is_taken_from_its_own_value_whichever_is_looked_at_first() {
        let (rows, keys) = keys(20);
        for &gone in &keys {
            let mut index = ValueIndex::default();
            for &key in &keys {
                index.insert(7, rows[key], key, |_| false, |other| rows[other]);
            }
            index.remove(7, rows[gone], gone, |_| false);
            let left = keys.iter().filter(|&&key| {
                let mut found = index.find(7, |other| other == key);
                found.next().is_some()
            });
            assert!(left.eq(keys.iter().filter(|&&key| key != gone)));
            assert_eq!(index.entries().count(), keys.len() - 1);
        }
    }

    #[test]
    fn two_values_with_one_hash_are_kept_apart() {
        let (rows, keys) = keys(3);
        let (a, b, c) = (keys[0], keys[1], keys[2]);
        // `a` and `c` have the same value.
        let same = |one: RawKey, other: RawKey| (one == b) == (other == b);
        let mut index = ValueIndex::default();
        for key in [c, b, a] {
            index.insert(
                7,
                rows[key],
                key,
                |other| same(key, other),
                |other| rows[other],
            );
        }
        let find = |index: &ValueIndex, value: RawKey| {
            let found = index.find(7, |other| same(value, other));
            found.collect::<Vec<_>>()
        };
        assert_eq!(find(&index, a), [a, c]);
        assert_eq!(find(&index, b), [b]);
        assert_eq!(index.find(7, |_| false).len(), 0);
        assert_eq!(index.find(8, |_| true).len(), 0);
        index.remove(7, rows[a], a, |other| same(a, other));
        assert_eq!(find(&index, a), [c]);
        assert_eq!(find(&index, b), [b]);
        index.remove(7, rows[c], c, |other| same(c, other));
        assert_eq!(find(&index, a), []);
        assert_eq!(find(&index, b), [b]);
        assert_eq!(index.entries().count(), 1);
    }
}
