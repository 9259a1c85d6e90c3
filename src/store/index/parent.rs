//! The index from a parent to its children.

use std::collections::HashMap;

use slotmap::SecondaryMap;

use super::key_list::{InsertAt, KeyList, Keys};
use crate::store::key::RawKey;

/// The row that a foreign key references, or the bare id where that table is not part of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    /// A row.
    Row(RawKey),
    /// The id of an object outside of this world.
    Outside(i64),
}

/// Maps each parent to its children: the reverse of one foreign key.
#[derive(Debug, Default)]
pub(crate) struct ParentIndex {
    rows: SecondaryMap<RawKey, KeyList>,
    outside: HashMap<i64, KeyList>,
    /// Expected number of parents: a capacity hint that is used up when the first parent gets a child.
    expected: usize,
}

impl ParentIndex {
    /// The children of a parent, in id order. O(1).
    #[inline]
    #[must_use]
    pub(crate) fn children(&self, parent: Parent) -> Keys<'_> {
        let list = self.list(parent);
        list.map_or_else(Keys::default, KeyList::iter)
    }

    /// The list of a parent's children, if it has any. O(1).
    #[inline]
    #[must_use]
    pub(crate) fn list(&self, parent: Parent) -> Option<&KeyList> {
        match parent {
            Parent::Row(key) => self.rows.get(key),
            Parent::Outside(id) => self.outside.get(&id),
        }
    }

    /// Capacity hint: the number of parents, which are in memory already. Memory is reserved when the first of them
    /// gets a child.
    pub(crate) fn expect(&mut self, n_parents: usize) {
        self.expected = n_parents;
    }

    /// Bytes that were allocated, without those of long lists.
    pub(crate) fn n_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<(u32, KeyList)>()
            + self.outside.capacity() * size_of::<(i64, KeyList)>()
    }

    #[inline]
    pub(crate) fn insert(
        &mut self,
        parent: Parent,
        id: i64,
        child: RawKey,
        at: InsertAt,
        id_of: impl Fn(RawKey) -> i64,
    ) {
        let list = match parent {
            Parent::Row(key) => {
                // `SecondaryMap::entry` mistakes a vacant slot for one that holds a newer key, once the
                // slot has been reused 2^30 times; `insert` does not.
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
    pub(crate) fn remove(&mut self, parent: Parent, id: i64, child: RawKey) {
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

    /// All parents that have children, with their children; in no particular order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Parent, &KeyList)> {
        let rows = self.rows.iter().map(|(key, list)| (Parent::Row(key), list));
        let outside = self
            .outside
            .iter()
            .map(|(&id, list)| (Parent::Outside(id), list));
        rows.chain(outside).filter(|(_, list)| !list.is_empty())
    }
}
