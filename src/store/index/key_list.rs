//! The keys that an index stores for one parent, or for one value.

use std::collections::{BTreeSet, btree_set};
use std::{iter, slice};

use slotmap::KeyData;
use smallvec::SmallVec;

use crate::store::key::RawKey;

/// Up to this many keys are stored in a vector, where a lookup is a linear scan; more are stored in a
/// tree.
const FEW: usize = 32;

/// Keys in ascending order of their ids.
///
/// Nearly all parents have few children, which are stored inline; a parent with 100,000 children gets a
/// tree, in which insertion and removal cost O(log n).
#[derive(Clone, Debug)]
pub enum KeyList {
    /// Up to 32 keys, the first eight of them without an allocation.
    Few(SmallVec<[RawKey; 8]>),
    /// More than 32 keys.
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
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(keys) => keys.len(),
            Self::Many(keys) => keys.len(),
        }
    }

    /// Whether the list is empty.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys in order.
    #[inline]
    #[must_use]
    pub(crate) fn iter(&self) -> Keys<'_> {
        Keys(match self {
            Self::Few(keys) => KeysKind::Few(keys.iter()),
            Self::Many(keys) => KeysKind::Many(keys.iter()),
        })
    }

    /// The keys from an id on, in order. O(log n) to start. `id_of` returns the ids of the keys that are in the list.
    pub(crate) fn iter_from(
        &self,
        from: i64,
        id_of: impl Fn(RawKey) -> i64,
    ) -> Box<dyn Iterator<Item = RawKey> + '_> {
        match self {
            Self::Few(keys) => {
                let start = keys.partition_point(|&key| id_of(key) < from);
                Box::new(keys[start..].iter().copied())
            }
            Self::Many(keys) => {
                let first = RawKey::from(KeyData::from_ffi(0));
                debug_assert!(first <= RawKey::default(), "no key comes before it");
                Box::new(keys.range((from, first)..).map(|&(_, key)| key))
            }
        }
    }

    /// Inserts a key at its position. `id_of` returns the ids of the keys that are in the list.
    #[inline]
    pub(super) fn insert(
        &mut self,
        id: i64,
        key: RawKey,
        at: InsertAt,
        id_of: impl Fn(RawKey) -> i64,
    ) {
        match self {
            Self::Few(keys) if keys.len() < FEW => match at {
                InsertAt::Last => keys.push(key),
                InsertAt::ById => {
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
    pub(super) fn remove(&mut self, id: i64, key: RawKey) {
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

/// What is known about the position of a new key in a [`KeyList`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InsertAt {
    /// Its id is larger than all others: the row was just inserted, or rows are loaded in id order.
    Last,
    /// Nothing is known: the ids have to be compared.
    ById,
}

/// Keys of rows, in ascending order of their ids.
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
            list.insert(id, key, InsertAt::ById, |other| rows[other]);
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

    /// Keys of rows with ids from 0 on.
    fn keys(n: i64) -> (SlotMap<RawKey, i64>, Vec<RawKey>) {
        let mut rows = SlotMap::new();
        let keys = (0..n).map(|id| rows.insert(id)).collect();
        (rows, keys)
    }

    #[test]
    fn a_list_is_searched_through_only_while_it_is_short() {
        let (rows, keys) = keys(FEW as i64 + 1);
        let mut list = KeyList::default();
        // The keys are not inserted in id order; the last one goes to the middle.
        let order = keys.iter().step_by(2).chain(keys.iter().skip(1).step_by(2));
        for (n, &key) in (1..).zip(order) {
            list.insert(rows[key], key, InsertAt::ById, |other| rows[other]);
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
}
