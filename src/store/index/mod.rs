//! Indexes: from a parent to its children, and from a value to its rows.

pub mod ids;

use std::collections::{BTreeSet, HashMap, btree_set};
use std::hash::{BuildHasher, Hash};
use std::{iter, slice};

use hashbrown::hash_table::{Entry, HashTable};
use slotmap::SecondaryMap;
use smallvec::SmallVec;

use crate::store::key::RawKey;

/// Up to this many keys stand in a plain vector, where finding one is a scan; beyond it in a tree.
const FEW: usize = 32;

/// Keys in ascending order of their ids.
///
/// Nearly all parents have few children, so they stand inline; the one that has 100,000 gets a tree,
/// in which adding and removing costs O(log n).
#[derive(Clone, Debug)]
pub enum KeyList {
    /// Up to 32 keys, the first eight of them without allocation.
    Few(SmallVec<[RawKey; 8]>),
    /// More.
    Many(BTreeSet<(i64, RawKey)>),
}

impl Default for KeyList {
    fn default() -> Self {
        Self::Few(SmallVec::new())
    }
}

impl KeyList {
    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Few(keys) => keys.len(),
            Self::Many(keys) => keys.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys in order.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Keys<'_> {
        Keys(match self {
            Self::Few(keys) => KeysKind::Few(keys.iter()),
            Self::Many(keys) => KeysKind::Many(keys.iter()),
        })
    }

    /// Adds a key at its place. `id_of` tells the ids of the keys that are there already.
    #[inline]
    fn insert(&mut self, id: i64, key: RawKey, at: Place, id_of: impl Fn(RawKey) -> i64) {
        match self {
            Self::Few(keys) if keys.len() < FEW => match at {
                Place::Last => keys.push(key),
                Place::ById => {
                    let place = keys
                        .iter()
                        .rposition(|&other| id_of(other) < id)
                        .map_or(0, |before| before + 1);
                    keys.insert(place, key);
                }
            },
            Self::Few(keys) => {
                let mut many: BTreeSet<_> =
                    keys.iter().map(|&other| (id_of(other), other)).collect();
                many.insert((id, key));
                *self = Self::Many(many);
            }
            Self::Many(keys) => {
                keys.insert((id, key));
            }
        }
    }

    #[inline]
    fn remove(&mut self, id: i64, key: RawKey) {
        match self {
            Self::Few(keys) => {
                if let Some(place) = keys.iter().position(|&other| other == key) {
                    keys.remove(place);
                }
            }
            Self::Many(keys) => {
                keys.remove(&(id, key));
            }
        }
    }
}

/// What is known about the place of a new key in a [`KeyList`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Its id is larger than all others: a row just inserted, or loaded in order.
    Last,
    /// Nothing: look at the ids.
    ById,
}

/// Keys of a [`KeyList`], in order.
#[derive(Clone, Debug)]
pub struct Keys<'a>(KeysKind<'a>);

#[derive(Clone, Debug)]
enum KeysKind<'a> {
    Few(slice::Iter<'a, RawKey>),
    Many(btree_set::Iter<'a, (i64, RawKey)>),
}

impl Default for Keys<'_> {
    fn default() -> Self {
        Self(KeysKind::Few([].iter()))
    }
}

impl Iterator for Keys<'_> {
    type Item = RawKey;

    #[inline]
    fn next(&mut self) -> Option<RawKey> {
        match &mut self.0 {
            KeysKind::Few(keys) => keys.next().copied(),
            KeysKind::Many(keys) => keys.next().map(|&(_, key)| key),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            KeysKind::Few(keys) => keys.size_hint(),
            KeysKind::Many(keys) => keys.size_hint(),
        }
    }

    #[inline]
    fn fold<B, F: FnMut(B, RawKey) -> B>(self, init: B, mut f: F) -> B {
        match self.0 {
            KeysKind::Few(keys) => keys.fold(init, |folded, &key| f(folded, key)),
            KeysKind::Many(keys) => keys.fold(init, |folded, &(_, key)| f(folded, key)),
        }
    }
}

impl DoubleEndedIterator for Keys<'_> {
    fn next_back(&mut self) -> Option<RawKey> {
        match &mut self.0 {
            KeysKind::Few(keys) => keys.next_back().copied(),
            KeysKind::Many(keys) => keys.next_back().map(|&(_, key)| key),
        }
    }
}

impl ExactSizeIterator for Keys<'_> {}
impl iter::FusedIterator for Keys<'_> {}

/// The row at the other end of a foreign key, or the bare id where there is no such table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    /// A row.
    Row(RawKey),
    /// An id of something outside of this world.
    Outside(i64),
}

/// From each parent to its children: one foreign key, read backwards.
#[derive(Debug)]
pub struct ParentIndex {
    rows: SecondaryMap<RawKey, KeyList>,
    outside: HashMap<i64, KeyList>,
    /// Number of parents there may be, until the first one has children.
    expected: usize,
}

impl Default for ParentIndex {
    fn default() -> Self {
        Self {
            rows: SecondaryMap::new(),
            outside: HashMap::new(),
            expected: 0,
        }
    }
}

impl ParentIndex {
    /// The children of a parent, in order of their ids. O(1).
    #[inline]
    #[must_use]
    pub fn children(&self, parent: Parent) -> Keys<'_> {
        let list = match parent {
            Parent::Row(key) => self.rows.get(key),
            Parent::Outside(id) => self.outside.get(&id),
        };
        list.map_or_else(Keys::default, KeyList::iter)
    }

    /// Says how many parents there are. Room is made for them when the first one has children.
    pub(crate) fn expect(&mut self, n_parents: usize) {
        self.expected = n_parents;
    }

    #[inline]
    pub(crate) fn link(
        &mut self,
        parent: Parent,
        id: i64,
        child: RawKey,
        at: Place,
        id_of: impl Fn(RawKey) -> i64,
    ) {
        let list = match parent {
            Parent::Row(key) => {
                // `entry` of a secondary map takes a vacant place for one that an older key may not
                // have, once its slot has been used 2^30 times; `insert` does not.
                if !self.rows.contains_key(key) {
                    if self.rows.is_empty() {
                        self.rows.set_capacity(std::mem::take(&mut self.expected));
                    }
                    self.rows.insert(key, KeyList::default());
                }
                &mut self.rows[key]
            }
            Parent::Outside(id) => self.outside.entry(id).or_default(),
        };
        list.insert(id, child, at, id_of);
    }

    #[inline]
    pub(crate) fn unlink(&mut self, parent: Parent, id: i64, child: RawKey) {
        match parent {
            Parent::Row(key) => {
                if let Some(list) = self.rows.get_mut(key) {
                    list.remove(id, child);
                    if list.is_empty() {
                        self.rows.remove(key);
                    }
                }
            }
            Parent::Outside(outside) => {
                if let Some(list) = self.outside.get_mut(&outside) {
                    list.remove(id, child);
                    if list.is_empty() {
                        self.outside.remove(&outside);
                    }
                }
            }
        }
    }

    /// All parents that have children, with them; in no particular order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Parent, &KeyList)> {
        let rows = self.rows.iter().map(|(key, list)| (Parent::Row(key), list));
        let outside = self
            .outside
            .iter()
            .map(|(&id, list)| (Parent::Outside(id), list));
        rows.chain(outside).filter(|(_, list)| !list.is_empty())
    }
}

/// Hasher of the value indexes. Players choose names, so it is seeded at random.
pub(crate) type ValueHasher = hashbrown::DefaultHashBuilder;

/// From a value, or several, to the rows that have it.
///
/// The values themselves stay in the rows; the index holds hashes and keys, and asks the rows.
#[derive(Debug, Default)]
pub struct ValueIndex {
    lists: HashTable<(u64, KeyList)>,
    hasher: ValueHasher,
}

impl ValueIndex {
    /// The hash of a value: a text hashes as `&str`, several values as their tuple.
    #[inline]
    pub fn hash(&self, value: &(impl Hash + ?Sized)) -> u64 {
        self.hasher.hash_one(value)
    }

    /// The hasher, for rows to hash their own values.
    pub(crate) fn hasher(&self) -> &ValueHasher {
        &self.hasher
    }

    /// The rows with this hash for one of which `is_it` says yes, in order of their ids.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(RawKey) -> bool) -> Keys<'_> {
        let found = self.lists.find(hash, |(other, keys)| {
            *other == hash && keys.iter().next().is_some_and(&is_it)
        });
        found.map_or_else(Keys::default, |(_, keys)| keys.iter())
    }

    pub(crate) fn link(
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
            Entry::Occupied(mut list) => list.get_mut().1.insert(id, key, Place::ById, id_of),
            Entry::Vacant(place) => {
                place.insert((hash, KeyList::Few(SmallVec::from_iter([key]))));
            }
        }
    }

    pub(crate) fn unlink(
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

    /// All rows of the index, value by value; in no particular order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &KeyList> {
        self.lists.iter().map(|(_, keys)| keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::SlotMap;

    #[test]
    fn a_list_keeps_the_order_of_ids_when_few_become_many() {
        let mut rows = SlotMap::new();
        let keys: Vec<(i64, RawKey)> = (0..100).map(|id| (id, rows.insert(id))).collect();
        let mut list = KeyList::default();
        for &(id, key) in keys.iter().rev().step_by(2).chain(keys.iter().step_by(2)) {
            list.insert(id, key, Place::ById, |other| rows[other]);
        }
        assert!(matches!(list, KeyList::Many(_)));
        assert!(list.iter().eq(keys.iter().map(|&(_, key)| key)));
        assert!(list.iter().rev().eq(keys.iter().rev().map(|&(_, key)| key)));
        for &(id, key) in &keys[..70] {
            list.remove(id, key);
        }
        assert!(list.iter().eq(keys[70..].iter().map(|&(_, key)| key)));
        assert_eq!(list.iter().len(), 30);
    }

    /// Keys for ids from 0 on.
    fn keys(n: i64) -> (SlotMap<RawKey, i64>, Vec<RawKey>) {
        let mut rows = SlotMap::new();
        let keys = (0..n).map(|id| rows.insert(id)).collect();
        (rows, keys)
    }

    #[test]
    fn a_list_is_searched_through_only_while_it_is_short() {
        let (rows, keys) = keys(FEW as i64 + 1);
        let mut list = KeyList::default();
        // Not in the order of their ids, and the last one in the middle.
        let order = keys.iter().step_by(2).chain(keys.iter().skip(1).step_by(2));
        for (n, &key) in (1..).zip(order) {
            list.insert(rows[key], key, Place::ById, |other| rows[other]);
            assert_eq!(list.len(), n);
            assert_eq!(matches!(list, KeyList::Few(_)), n <= FEW);
            let mut expected: Vec<_> = keys
                .iter()
                .copied()
                .filter(|&key| list.iter().any(|other| other == key))
                .collect();
            assert_eq!(list.iter().collect::<Vec<_>>(), expected);
            expected.reverse();
            assert_eq!(list.iter().rev().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_row_is_taken_from_its_own_value_whichever_is_looked_at_first() {
        let (rows, keys) = keys(20);
        for &gone in &keys {
            let mut index = ValueIndex::default();
            for &key in &keys {
                index.link(7, rows[key], key, |_| false, |other| rows[other]);
            }
            index.unlink(7, rows[gone], gone, |_| false);
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
        // Two of them have the same value.
        let same = |one: RawKey, other: RawKey| (one == b) == (other == b);
        let mut index = ValueIndex::default();
        for key in [c, b, a] {
            index.link(
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
        index.unlink(7, rows[a], a, |other| same(a, other));
        assert_eq!(find(&index, a), [c]);
        assert_eq!(find(&index, b), [b]);
        index.unlink(7, rows[c], c, |other| same(c, other));
        assert_eq!(find(&index, a), []);
        assert_eq!(find(&index, b), [b]);
        assert_eq!(index.entries().count(), 1);
    }
}
