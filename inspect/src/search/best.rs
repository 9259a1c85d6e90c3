//! The first rows in the order of a column, kept while all rows go by.

use std::cmp::Ordering;

use gamedb::Value;

use crate::cell::IN_LISTS;
use crate::order::integer_with_real;

/// The bytes of a text or a blob by which rows are sorted: as many as a list can show of it, so that the order is right
/// as far as it is seen. The whole values could be as large as the world, and comparing them as slow.
pub(super) const SORTED: usize = 4 * IN_LISTS;
/// The fewest rows that are kept before the last ones are dropped.
const FEWEST: usize = 256;

/// The first rows in the order of a column.
#[derive(Debug)]
pub(super) struct Best {
    pub(super) most: usize,
    is_descending: bool,
    /// In no order; at most twice as many as wanted.
    pub(super) kept: Vec<(SortKey<Box<[u8]>>, i64)>,
    /// The last one that is still wanted, once there are enough.
    bound: Option<(SortKey<Box<[u8]>>, i64)>,
}

/// A value in SQLite's order: NULL, numbers, texts, blobs. Of a long one it is the beginning.
#[derive(Clone, Copy, Debug)]
pub(super) enum SortKey<B> {
    Null,
    Integer(i64),
    Real(f64),
    Text(B),
    Blob(B),
}

impl<'v> SortKey<&'v [u8]> {
    pub(super) fn of(value: Value<'v>) -> Self {
        let cut = |bytes: &'v [u8]| &bytes[..bytes.len().min(SORTED)];
        match value {
            Value::Null => SortKey::Null,
            Value::Integer(integer) => SortKey::Integer(integer),
            // As the file has it.
            Value::Real(real) if real.is_nan() => SortKey::Null,
            Value::Real(real) => SortKey::Real(real),
            Value::Text(text) => SortKey::Text(cut(text.as_bytes())),
            Value::Blob(bytes) => SortKey::Blob(cut(bytes)),
        }
    }

    fn copied(self) -> SortKey<Box<[u8]>> {
        match self {
            SortKey::Null => SortKey::Null,
            SortKey::Integer(integer) => SortKey::Integer(integer),
            SortKey::Real(real) => SortKey::Real(real),
            SortKey::Text(bytes) => SortKey::Text(bytes.into()),
            SortKey::Blob(bytes) => SortKey::Blob(bytes.into()),
        }
    }
}

impl<B: AsRef<[u8]>> SortKey<B> {
    fn rank(&self) -> u8 {
        match self {
            SortKey::Null => 0,
            SortKey::Integer(_) | SortKey::Real(_) => 1,
            SortKey::Text(_) => 2,
            SortKey::Blob(_) => 3,
        }
    }

    /// Number of bytes outside of the key itself.
    pub(super) fn n_bytes(&self) -> usize {
        match self {
            SortKey::Text(bytes) | SortKey::Blob(bytes) => bytes.as_ref().len(),
            SortKey::Null | SortKey::Integer(_) | SortKey::Real(_) => 0,
        }
    }

    /// A total order: a sort by any other panics.
    pub(super) fn compare<C: AsRef<[u8]>>(&self, other: &SortKey<C>) -> Ordering {
        const NOT_NAN: &str = "a real that is no number is NULL";
        match (self, other) {
            (SortKey::Integer(a), SortKey::Integer(b)) => a.cmp(b),
            (SortKey::Integer(a), SortKey::Real(b)) => integer_with_real(*a, *b).expect(NOT_NAN),
            (SortKey::Real(a), SortKey::Integer(b)) => {
                integer_with_real(*b, *a).expect(NOT_NAN).reverse()
            }
            (SortKey::Real(a), SortKey::Real(b)) => a.partial_cmp(b).expect(NOT_NAN),
            (SortKey::Text(a), SortKey::Text(b)) | (SortKey::Blob(a), SortKey::Blob(b)) => {
                a.as_ref().cmp(b.as_ref())
            }
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl Best {
    pub(super) fn new(most: usize, is_descending: bool) -> Self {
        Self {
            most,
            is_descending,
            kept: Vec::new(),
            bound: None,
        }
    }

    /// Rows with the same value come by place.
    fn order<A: AsRef<[u8]>, B: AsRef<[u8]>>(
        is_descending: bool,
        a: &(SortKey<A>, i64),
        b: &(SortKey<B>, i64),
    ) -> Ordering {
        let by_value = a.0.compare(&b.0);
        let by_value = if is_descending {
            by_value.reverse()
        } else {
            by_value
        };
        by_value.then(a.1.cmp(&b.1))
    }

    /// Keeps a row if it may be wanted. Returns the number of bytes that were copied.
    pub(super) fn offer(&mut self, value: Value<'_>, at: i64) -> usize {
        let is_descending = self.is_descending;
        let offered = (SortKey::of(value), at);
        if let Some(bound) = &self.bound
            && Self::order(is_descending, &offered, bound).is_gt()
        {
            return 0;
        }
        let n_bytes = offered.0.n_bytes();
        self.kept.push((offered.0.copied(), at));
        if self.kept.len() >= 2 * self.most.max(FEWEST) {
            let last = self.most.saturating_sub(1);
            let order = |a: &_, b: &_| Self::order(is_descending, a, b);
            let (_, bound, _) = self.kept.select_nth_unstable_by(last, order);
            self.bound = Some(bound.clone());
            self.kept.truncate(self.most);
        }
        n_bytes
    }

    /// The places of the first rows, in order.
    pub(super) fn ranked(&mut self) -> impl Iterator<Item = i64> + '_ {
        let is_descending = self.is_descending;
        self.kept
            .sort_unstable_by(|a, b| Self::order(is_descending, a, b));
        self.kept.truncate(self.most);
        self.kept.iter().map(|&(_, at)| at)
    }
}
