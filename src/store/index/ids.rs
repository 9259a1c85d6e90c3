//! The ids of one table: the map from id to key, and the next id.

use std::borrow::Cow;
use std::collections::{BTreeMap, TryReserveError};

use slotmap::Key as _;

use crate::store::key::RawKey;

/// Assigns ids, and maps them to keys.
///
/// Ids are assigned in order, so most of them index a plain vector: no hashing on load, 8 bytes per id.
/// Ids far beyond the number of rows (from a file written elsewhere, or in a table whose rows are often
/// inserted and removed) are stored in a tree instead, so that memory stays proportional to the number of
/// rows.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    dense: Vec<RawKey>,
    sparse: BTreeMap<i64, RawKey>,
    len: usize,
    counter: Counter,
}

/// The next id of a table, and the next id that the file has recorded.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    next: i64,
    flushed: i64,
}

impl Default for Counter {
    fn default() -> Self {
        Self {
            next: 1,
            flushed: 1,
        }
    }
}

impl Counter {
    /// The id of the next inserted row; `None` when the ids are exhausted.
    #[inline]
    #[must_use]
    pub fn next(&self) -> Option<i64> {
        (self.next < i64::MAX).then_some(self.next)
    }

    /// Marks `id` as used: only larger ids are assigned from now on.
    #[inline]
    pub fn use_up(&mut self, id: i64) {
        if id >= self.next {
            self.next = id.saturating_add(1);
        }
    }

    /// Releases all ids from this one on; `None` if no id was left.
    pub(crate) fn reset(&mut self, next: Option<i64>) {
        self.next = next.unwrap_or(i64::MAX);
    }

    /// Releases the id that was assigned last.
    pub(crate) fn release_last(&mut self, id: i64) {
        self.next = id;
    }

    /// The next id to write to the file, if the file does not have it yet.
    #[must_use]
    pub fn unflushed(&self) -> Option<i64> {
        (self.next != self.flushed).then_some(self.next)
    }

    /// The next id that the file has recorded.
    #[must_use]
    pub fn in_file(&self) -> i64 {
        self.flushed
    }

    /// Records that the file has no next id: it is a new file.
    #[cfg(feature = "persist")]
    pub(crate) fn forget_file(&mut self) {
        self.flushed = Self::default().flushed;
    }

    /// Records that the file has the next id `next`.
    pub fn flushed(&mut self, next: i64) {
        self.flushed = next;
        self.next = self.next.max(next);
    }
}

impl Ids {
    /// The key of the row with this id. O(1), or O(log n) for an id in the sparse part.
    #[inline]
    #[must_use]
    pub(crate) fn key(&self, id: i64) -> Option<RawKey> {
        let dense = usize::try_from(id)
            .ok()
            .and_then(|index| self.dense.get(index).copied());
        match dense {
            Some(key) => (!key.is_null()).then_some(key),
            None => self.sparse.get(&id).copied(),
        }
    }

    /// The counter that assigns the ids.
    #[must_use]
    pub(crate) fn counter(&self) -> &Counter {
        &self.counter
    }

    pub(crate) fn counter_mut(&mut self) -> &mut Counter {
        &mut self.counter
    }

    /// Capacity hint: `n_rows` rows with consecutive ids follow.
    pub(crate) fn expect(&mut self, n_rows: usize) -> Result<(), TryReserveError> {
        // Ids start at 1.
        let places = n_rows + 1;
        let more = places.saturating_sub(self.dense.len());
        self.dense.try_reserve_exact(more)
    }

    /// Adds a row and marks its id as used.
    pub(crate) fn insert(&mut self, id: i64, key: RawKey) {
        self.counter.use_up(id);
        self.put(id, key);
    }

    /// Adds a row whose id is marked as used already.
    pub(crate) fn put(&mut self, id: i64, key: RawKey) {
        self.len += 1;
        match usize::try_from(id) {
            Ok(index) if index < self.dense.len() => self.dense[index] = key,
            Ok(index) if index <= 4 * self.len + 1024 => {
                self.dense.resize(index + 1, RawKey::null());
                self.dense[index] = key;
                self.adopt_sparse();
            }
            _ => {
                self.sparse.insert(id, key);
            }
        }
    }

    /// Moves ids from the sparse part after `dense` has grown: no id may be stored in both.
    fn adopt_sparse(&mut self) {
        while let Some(entry) = self.sparse.range(0..).next() {
            let (&id, &key) = entry;
            let Some(place) = usize::try_from(id)
                .ok()
                .and_then(|index| self.dense.get_mut(index))
            else {
                break;
            };
            *place = key;
            self.sparse.remove(&id);
        }
    }

    /// Removes a row; its id stays marked as used.
    pub(crate) fn remove(&mut self, id: i64) {
        let dense = usize::try_from(id)
            .ok()
            .and_then(|index| self.dense.get_mut(index));
        let was_there = match dense {
            Some(place) => !std::mem::take(place).is_null(),
            None => self.sparse.remove(&id).is_some(),
        };
        self.len -= usize::from(was_there);
    }

    /// The first row whose id is at least `from`, with its id.
    pub(crate) fn at_or_after(&self, from: i64) -> Option<(i64, RawKey)> {
        self.iter_from(from).next()
    }

    /// All rows in ascending order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, RawKey)> + '_ {
        self.iter_from(i64::MIN)
    }

    /// The keys of all rows in ascending order of their ids, in at most `n` parts of about the same length. Null keys
    /// are those of ids without a row. Keys are copied if some ids are in the sparse part.
    pub(crate) fn parts(&self, n: usize) -> Vec<Cow<'_, [RawKey]>> {
        let size = |n_keys: usize| n_keys.div_ceil(n).max(1);
        if self.sparse.is_empty() {
            let parts = self.dense.chunks(size(self.dense.len()));
            return parts.map(Cow::Borrowed).collect();
        }
        let keys: Vec<RawKey> = self.iter().map(|(_, key)| key).collect();
        let parts = keys.chunks(size(keys.len()));
        parts.map(|part| Cow::Owned(part.to_vec())).collect()
    }

    /// Bytes that were allocated; for the sparse part, what its entries take.
    pub(crate) fn n_bytes(&self) -> usize {
        self.dense.capacity() * size_of::<RawKey>() + self.sparse.len() * size_of::<(i64, RawKey)>()
    }

    /// The rows whose id is at least `from`, in ascending order of their ids.
    #[allow(
        clippy::cast_possible_wrap,
        reason = "a vector is shorter than i64::MAX"
    )]
    pub(crate) fn iter_from(&self, from: i64) -> impl Iterator<Item = (i64, RawKey)> + '_ {
        let dense_len = self.dense.len() as i64;
        let start = usize::try_from(from.max(0))
            .unwrap_or(usize::MAX)
            .min(self.dense.len());
        let below = self
            .sparse
            .range(from.min(0)..0)
            .map(|(&id, &key)| (id, key));
        let dense = self.dense[start..].iter().enumerate();
        let dense = dense
            .filter(|(_, key)| !key.is_null())
            .map(move |(index, &key)| ((start + index) as i64, key));
        let above = self
            .sparse
            .range(dense_len.max(from)..)
            .map(|(&id, &key)| (id, key));
        below.chain(dense).chain(above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::SlotMap;

    #[test]
    fn ids_far_apart_are_found_in_order_and_do_not_fill_memory() {
        let mut keys = SlotMap::new();
        let mut ids = Ids::default();
        let wanted = [-7, 0, 3, 900, 5_000, 1_000_000_000_000, i64::MAX - 1];
        let entered: Vec<_> = [5_000, 900, i64::MAX - 1, 3, -7, 1_000_000_000_000, 0]
            .into_iter()
            .map(|id| (id, keys.insert(())))
            .collect();
        for &(id, key) in &entered {
            ids.insert(id, key);
        }
        assert_eq!(ids.iter().map(|(id, _)| id).collect::<Vec<_>>(), wanted);
        for (id, key) in entered {
            assert_eq!(ids.key(id), Some(key));
            ids.remove(id);
            assert_eq!(ids.key(id), None);
        }
        assert!(ids.dense.len() < 10_000);
        assert_eq!(ids.at_or_after(i64::MIN), None);
    }

    #[test]
    fn parts_have_every_row_once_and_in_order() {
        let far = [-7, 1_000_000_000_000, i64::MAX - 1];
        for (n_rows, far) in [
            (0, &far[..0]),
            (0, &far),
            (1, &[]),
            (1000, &[]),
            (1000, &far),
        ] {
            let mut keys = SlotMap::new();
            let mut ids = Ids::default();
            for id in (1..=n_rows).chain(far.iter().copied()) {
                ids.insert(id, keys.insert(()));
            }
            for removed in [1, 500, 1000] {
                ids.remove(removed);
            }
            let expected: Vec<_> = ids.iter().map(|(_, key)| key).collect();
            for n in [1, 2, 3, 7, 1000, 5000] {
                let parts = ids.parts(n);
                assert!(parts.len() <= n, "{} parts of {n}", parts.len());
                let found = parts.iter().flat_map(|part| part.iter().copied());
                let found: Vec<_> = found.filter(|key| !key.is_null()).collect();
                assert_eq!(found, expected, "{n_rows} rows in {n} parts");
                if n == 2 && n_rows == 1000 {
                    assert_eq!(parts.len(), 2);
                    assert!(parts[0].len().abs_diff(parts[1].len()) <= 1);
                }
            }
        }
    }

    #[test]
    fn a_sparse_id_moves_when_the_dense_part_reaches_it() {
        let mut keys = SlotMap::new();
        let mut ids = Ids::default();
        let early = keys.insert(());
        ids.insert(2_000, early);
        for id in 1..1_990 {
            ids.insert(id, keys.insert(()));
        }
        for id in 1_990..2_000 {
            ids.put(id, keys.insert(()));
        }
        for id in 2_001..2_010 {
            ids.insert(id, keys.insert(()));
        }
        assert_eq!(ids.key(2_000), Some(early));
        assert!(ids.sparse.is_empty());
        assert!(ids.iter().map(|(id, _)| id).eq(1..2_010));
        assert_eq!(ids.at_or_after(1_995).map(|(id, _)| id), Some(1_995));
    }

    #[test]
    fn the_last_id_is_never_given() {
        let mut counter = Counter::default();
        counter.use_up(i64::MAX - 2);
        assert_eq!(counter.next(), Some(i64::MAX - 1));
        counter.use_up(i64::MAX - 1);
        assert_eq!(counter.next(), None);
        counter.use_up(i64::MAX);
        assert_eq!(counter.next(), None);
    }
}
