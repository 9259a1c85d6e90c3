//! Which rows were changed in one transaction: they have to reach the file together.

use std::collections::{HashMap, HashSet};

use smallvec::SmallVec;

use super::dirty::AnyKey;

/// Below this many members nobody asks whether they are still dirty.
const SMALL: usize = 1024;

/// Groups of rows that were changed in one transaction and have not been flushed since.
///
/// A group is a list of keys, written once when its transaction ends; that a row stands in several of
/// them is found out by whoever saves. Where transactions go on and nothing is flushed, the list is
/// rewritten from time to time with each dirty row in it once, so it stays in proportion to those.
#[derive(Debug, Default)]
pub(crate) struct Together {
    members: Vec<AnyKey>,
    /// For each group the end of its members.
    ends: Vec<usize>,
    /// The number of members from which it is worth rewriting.
    compact_at: usize,
}

impl Together {
    /// Adds a row to the group that is being written.
    #[inline]
    pub(crate) fn add(&mut self, row: AnyKey) {
        if self.members.last() != Some(&row) || self.members.len() == self.end() {
            self.members.push(row);
        }
    }

    /// Ends the group that is being written. One row is none.
    pub(crate) fn close(&mut self) {
        if self.members.len() > self.end() + 1 {
            self.ends.push(self.members.len());
        } else {
            self.members.truncate(self.end());
        }
    }

    /// Whether the list has grown enough to be worth rewriting.
    pub(crate) fn is_long(&self) -> bool {
        self.members.len() > self.compact_at.max(SMALL)
    }

    /// Rewrites the groups: those that share a row become one, with each row that `is_dirty` once.
    pub(crate) fn compact(&mut self, is_dirty: impl Fn(AnyKey) -> bool) {
        let (mut members, mut ends) = (Vec::new(), Vec::new());
        let mut groups = self.index();
        for n in 0..self.ends.len() {
            let start = members.len();
            // Also over rows that are gone: who gave to them, and who got from them, go together.
            let mut rows = groups.take(n);
            rows.sort_unstable();
            rows.dedup();
            members.extend(rows.into_iter().filter(|&row| is_dirty(row)));
            if members.len() > start + 1 {
                ends.push(members.len());
            } else {
                members.truncate(start);
            }
        }
        self.compact_at = 2 * members.len();
        (self.members, self.ends) = (members, ends);
    }

    /// Adds the groups of another list.
    pub(crate) fn append(&mut self, other: Self) {
        let start = self.members.len();
        self.members.extend(other.members);
        self.ends
            .extend(other.ends.into_iter().map(|end| start + end));
    }

    /// Forgets all groups: everything has been flushed.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets the groups of these rows, which have been saved.
    pub(crate) fn forget(&mut self, saved: &HashSet<AnyKey>) {
        self.compact(|row| !saved.contains(&row));
    }

    /// The groups by their rows. O(members).
    pub(crate) fn index(&self) -> Groups<'_> {
        let mut of_row: HashMap<AnyKey, SmallVec<[usize; 1]>> = HashMap::new();
        for n in 0..self.ends.len() {
            for &row in self.group(n) {
                let groups = of_row.entry(row).or_default();
                if groups.last() != Some(&n) {
                    groups.push(n);
                }
            }
        }
        Groups {
            together: self,
            of_row,
            is_taken: vec![false; self.ends.len()],
        }
    }

    fn end(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    fn group(&self, n: usize) -> &[AnyKey] {
        let start = n.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start..self.ends[n]]
    }
}

/// The groups by their rows, each to be taken once.
pub(crate) struct Groups<'t> {
    together: &'t Together,
    of_row: HashMap<AnyKey, SmallVec<[usize; 1]>>,
    is_taken: Vec<bool>,
}

impl Groups<'_> {
    /// All rows that were changed together with this one, or with one of those, and so on; without
    /// those that have been returned before. Some come more than once.
    pub(crate) fn take_with(&mut self, row: AnyKey) -> Vec<AnyKey> {
        let groups = self.of_row.get(&row).cloned().unwrap_or_default();
        groups.into_iter().flat_map(|n| self.take(n)).collect()
    }

    fn take(&mut self, group: usize) -> Vec<AnyKey> {
        let mut rows = Vec::new();
        let mut to_visit = vec![group];
        while let Some(n) = to_visit.pop() {
            if std::mem::replace(&mut self.is_taken[n], true) {
                continue;
            }
            for &row in self.together.group(n) {
                rows.push(row);
                to_visit.extend(self.of_row.get(&row).into_iter().flatten());
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::TableId;
    use slotmap::SlotMap;

    fn rows<const N: usize>() -> [AnyKey; N] {
        let mut keys = SlotMap::new();
        std::array::from_fn(|n| AnyKey {
            table: TableId(0),
            key: keys.insert(n),
        })
    }

    fn group(together: &mut Together, rows: &[AnyKey]) {
        rows.iter().for_each(|&row| together.add(row));
        together.close();
    }

    fn with(together: &Together, row: AnyKey) -> Vec<AnyKey> {
        let mut rows = together.index().take_with(row);
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    #[test]
    fn groups_that_share_a_row_go_together() {
        let [a, b, c, d, e] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, b, a]);
        group(&mut together, &[d, e]);
        group(&mut together, &[c, b]);
        assert_eq!(with(&together, a), [a, b, c]);
        assert_eq!(with(&together, e), [d, e]);
    }

    #[test]
    fn one_row_is_no_group() {
        let [a, b] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, a]);
        group(&mut together, &[b]);
        group(&mut together, &[]);
        assert_eq!(with(&together, a), []);
        assert!(together.members.is_empty());
    }

    #[test]
    fn a_row_that_is_gone_still_holds_its_groups_together() {
        let [a, b, c, d] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, b]);
        group(&mut together, &[b, c]);
        group(&mut together, &[c, d]);
        together.compact(|row| row != b);
        assert_eq!(with(&together, a), [a, c, d]);
        assert_eq!(together.members.len(), 3);
    }

    #[test]
    fn saved_groups_are_forgotten() {
        let [a, b, c, d] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, b]);
        group(&mut together, &[c, d]);
        together.forget(&HashSet::from([a, b]));
        assert_eq!(with(&together, a), []);
        assert_eq!(with(&together, d), [c, d]);
    }
}
