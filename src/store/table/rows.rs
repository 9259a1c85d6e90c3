//! Iterators over rows of one table that an index found.

use std::marker::PhantomData;

use super::Table;
use crate::store::index::Keys;
use crate::store::key::{Key, RawKey, WorldNumber};
use crate::store::row::entity::Row;

/// Rows of a table with their keys, in id order.
#[derive(Debug)]
pub struct Rows<'a, E: Row> {
    keys: Keys<'a>,
    table: &'a Table<E>,
}

impl<'a, E: Row> Rows<'a, E> {
    pub(crate) fn new(keys: Keys<'a>, table: &'a Table<E>) -> Self {
        Self { keys, table }
    }

    /// Whether these are rows of this table.
    pub(crate) fn is_of(&self, table: &Table<E>) -> bool {
        std::ptr::eq(self.table, table)
    }

    /// The keys only, which is cheaper.
    pub fn keys(self) -> RowKeys<'a, E> {
        RowKeys {
            keys: self.keys,
            world: self.table.world(),
            entity: PhantomData,
        }
    }
}

/// Keys of rows of a table, in id order: [`Rows::keys`].
#[derive(Debug)]
pub struct RowKeys<'a, E> {
    keys: Keys<'a>,
    world: WorldNumber,
    entity: PhantomData<fn() -> E>,
}

impl<E> RowKeys<'_, E> {
    #[inline]
    fn typed(&self, key: RawKey) -> Key<E> {
        // Its row, and with it the id, is not looked at: that is what makes keys cheap.
        Key::in_world(key, self.world)
    }
}

impl<E> Iterator for RowKeys<'_, E> {
    type Item = Key<E>;

    #[inline]
    fn next(&mut self) -> Option<Key<E>> {
        let key = self.keys.next()?;
        Some(self.typed(key))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.keys.size_hint()
    }
}

impl<E> DoubleEndedIterator for RowKeys<'_, E> {
    #[inline]
    fn next_back(&mut self) -> Option<Key<E>> {
        let key = self.keys.next_back()?;
        Some(self.typed(key))
    }
}

impl<E> ExactSizeIterator for RowKeys<'_, E> {}

impl<E: Row> Clone for Rows<'_, E> {
    fn clone(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            table: self.table,
        }
    }
}

impl<'a, E: Row> Iterator for Rows<'a, E> {
    type Item = (Key<E>, &'a E);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let key = self.keys.next()?;
        Some(self.table.lent(key))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.keys.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let table = self.table;
        self.keys
            .fold(init, |folded, key| f(folded, table.lent(key)))
    }
}

impl<E: Row> DoubleEndedIterator for Rows<'_, E> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let key = self.keys.next_back()?;
        Some(self.table.lent(key))
    }
}

impl<E: Row> ExactSizeIterator for Rows<'_, E> {}
