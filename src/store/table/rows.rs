//! Iterators over rows of one table that an index found.

use std::marker::PhantomData;

use super::Table;
use crate::store::index::Keys;
use crate::store::key::Key;
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
            entity: PhantomData,
        }
    }
}

/// Keys of rows of a table, in id order: [`Rows::keys`].
#[derive(Debug)]
pub struct RowKeys<'a, E> {
    keys: Keys<'a>,
    entity: PhantomData<fn() -> E>,
}

impl<E> Iterator for RowKeys<'_, E> {
    type Item = Key<E>;

    #[inline]
    fn next(&mut self) -> Option<Key<E>> {
        self.keys.next().map(Key::from_raw)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.keys.size_hint()
    }
}

impl<E> DoubleEndedIterator for RowKeys<'_, E> {
    #[inline]
    fn next_back(&mut self) -> Option<Key<E>> {
        self.keys.next_back().map(Key::from_raw)
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
        self.keys
            .next()
            .map(|key| (Key::from_raw(key), &self.table.rows[key].row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.keys.size_hint()
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let table = self.table;
        self.keys.fold(init, |folded, key| {
            f(folded, (Key::from_raw(key), &table.rows[key].row))
        })
    }
}

impl<E: Row> DoubleEndedIterator for Rows<'_, E> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.keys
            .next_back()
            .map(|key| (Key::from_raw(key), &self.table.rows[key].row))
    }
}

impl<E: Row> ExactSizeIterator for Rows<'_, E> {}
