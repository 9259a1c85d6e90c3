//! The rows of a table in parts, for threads that read them side by side.

use std::borrow::Cow;

use slotmap::Key as _;

use super::Table;
use crate::store::key::{Key, RawKey};
use crate::store::row::entity::Row;

/// A part of the rows of a table with their keys, in id order: [`Table::parts`].
#[derive(Debug)]
pub struct Part<'a, E: Row> {
    /// Null where an id has no row.
    keys: Cow<'a, [RawKey]>,
    at: usize,
    table: &'a Table<E>,
}

impl<E: Row> Table<E> {
    /// All rows in at most `n` parts, about as many ids in each: for threads that read them side by side. One part
    /// after the other, they have all rows in id order.
    ///
    /// O(`n`); O(rows) if ids are far beyond the number of rows, because their keys are copied then.
    ///
    /// ```
    /// use gamedb_models::{Mobile, World};
    ///
    /// let mut world = World::new();
    /// for n in 0..1000 {
    ///     world.insert(Mobile { what_we_call_you: format!("mob {n}"), ..Mobile::default() })?;
    /// }
    /// let longest = std::thread::scope(|scope| {
    ///     let threads: Vec<_> = world
    ///         .mobiles
    ///         .parts(4)
    ///         .map(|part| scope.spawn(|| part.map(|(_, mobile)| mobile.what_we_call_you.len()).max()))
    ///         .collect();
    ///     threads.into_iter().filter_map(|thread| thread.join().expect("no panic")).max()
    /// });
    /// assert_eq!(longest, Some("mob 999".len()));
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    pub fn parts(&self, n: usize) -> impl ExactSizeIterator<Item = Part<'_, E>> {
        let parts = self.ids.parts(n.max(1)).into_iter();
        parts.map(|keys| Part {
            keys,
            at: 0,
            table: self,
        })
    }
}

impl<'a, E: Row> Iterator for Part<'a, E> {
    type Item = (Key<E>, &'a E);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let key = *self.keys.get(self.at)?;
            self.at += 1;
            if !key.is_null() {
                return Some(self.table.lent(key));
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.keys.len() - self.at))
    }
}
