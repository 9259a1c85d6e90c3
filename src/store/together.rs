//! Which rows were changed in one transaction: they have to reach the file together.

use std::collections::{BTreeMap, HashMap, HashSet};

use slotmap::SecondaryMap;

use super::dirty::AnyKey;
use super::key::RawKey;

/// So many rows of transactions are noted before groups are made of them.
const LONG: usize = 1 << 14;

/// Below this many members nobody asks whether they are still dirty.
const SMALL: usize = 1024;

/// Rows that were changed in one transaction and have not been flushed since.
///
/// A transaction notes its rows, one after the other. What groups they make up is found out when
/// somebody asks, or when the list has become long; most of the time a flush comes first, and nobody
/// ever does.
#[derive(Debug, Default)]
pub(crate) struct Together {
    /// The rows of transactions, and where each transaction ends. After the last end comes the one
    /// that is being written.
    noted: Vec<AnyKey>,
    ends: Vec<usize>,
    /// What was noted before.
    groups: UnionFind,
    /// The number of members from which it is worth looking for those that are gone.
    compact_at: usize,
}

impl Together {
    /// Notes a row of the transaction that is being written.
    #[inline]
    pub(crate) fn add(&mut self, row: AnyKey) {
        self.noted.push(row);
    }

    /// Ends the transaction that is being written. One row is no group.
    pub(crate) fn close(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        match &self.noted[start..] {
            [] => {}
            [first, others @ ..] if others.iter().all(|row| row == first) => {
                self.noted.truncate(start);
            }
            _ => self.ends.push(self.noted.len()),
        }
    }

    /// Makes groups of what was noted.
    fn fold(&mut self) {
        let mut start = 0;
        for end in self.ends.drain(..) {
            self.groups.join(&self.noted[start..end]);
            start = end;
        }
        self.noted.clear();
    }

    /// Makes groups of what was noted, if that is much.
    #[inline]
    pub(crate) fn fold_long(&mut self) {
        if self.noted.len() > LONG {
            self.fold();
        }
    }

    /// Whether there is no group.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.groups.members.is_empty()
    }

    /// Whether there are so many rows in groups that some of them may be gone.
    pub(crate) fn is_long(&self) -> bool {
        self.groups.members.len() > self.compact_at.max(SMALL)
    }

    /// Takes the rows out that are not dirty any more.
    pub(crate) fn compact(&mut self, is_dirty: impl Fn(AnyKey) -> bool) {
        self.fold();
        // Whole ones, because a row that is gone still holds together who gave to it and who got from it.
        let whole = self.groups.whole_groups();
        let mut n_left = vec![0_usize; whole.len()];
        let mut left = Vec::with_capacity(self.groups.members.len());
        for &(row, group) in &self.groups.members {
            let group = whole[group as usize];
            if is_dirty(row) {
                n_left[group as usize] += 1;
                left.push((row, group));
            }
        }
        self.groups.clear();
        let left = left.into_iter();
        self.groups.enter_all(
            left.filter(|&(_, group)| n_left[group as usize] > 1),
            whole.len(),
        );
        self.compact_at = 2 * self.groups.members.len();
    }

    /// Adds what a later list has. O(its rows).
    pub(crate) fn append(&mut self, later: &Self) {
        if !later.groups.members.is_empty() {
            self.fold();
            let whole = later.groups.whole_groups();
            let members = later.groups.members.iter();
            self.groups.enter_all(
                members.map(|&(row, group)| (row, whole[group as usize])),
                whole.len(),
            );
        }
        let start = self.noted.len();
        self.noted.extend_from_slice(&later.noted);
        self.ends.extend(later.ends.iter().map(|end| start + end));
        self.fold_long();
    }

    /// Forgets everything: it has been flushed.
    pub(crate) fn clear(&mut self) {
        self.noted.clear();
        self.ends.clear();
        self.groups.clear();
        self.compact_at = 0;
    }

    /// Forgets the groups of these rows, which have been saved.
    pub(crate) fn forget(&mut self, saved: &HashSet<AnyKey>) {
        self.compact(|row| !saved.contains(&row));
    }

    /// The groups by their rows. O(rows).
    pub(crate) fn groups(&mut self) -> Groups {
        self.fold();
        let whole = self.groups.whole_groups();
        let (mut of_row, mut rows) = (HashMap::new(), BTreeMap::<Group, Vec<AnyKey>>::new());
        for &(row, group) in &self.groups.members {
            let group = whole[group as usize];
            of_row.insert(row, group);
            rows.entry(group).or_default().push(row);
        }
        Groups { of_row, rows }
    }
}

/// Groups of rows. A row is entered into the group of the first transaction that has it; one that has
/// rows of several groups makes one of them. So each row stands here once, in however many
/// transactions it was.
#[derive(Debug, Default)]
struct UnionFind {
    /// The rows, each with the group that it was entered into.
    members: Vec<(AnyKey, Group)>,
    /// The same by table and key.
    group_of: Vec<SecondaryMap<RawKey, Group>>,
    /// The older group that each group has become a part of: itself, if none.
    part_of: Vec<Group>,
}

/// Position of a group among all.
type Group = u32;

impl UnionFind {
    /// Makes one group of these rows, and of all whose groups they are in.
    fn join(&mut self, rows: &[AnyKey]) {
        let mut group = None;
        for &row in rows {
            group = Some(self.enter(row, group));
        }
    }

    /// Enters a row into a group, or into its own or a new one if none is given; returns the whole
    /// group.
    #[inline]
    fn enter(&mut self, row: AnyKey, group: Option<Group>) -> Group {
        match (self.group(row), group) {
            (Some(own), None) => own,
            // Mostly, where the same rows take part again and again.
            (Some(own), Some(group)) if own == group => own,
            (Some(own), Some(group)) => self.merge(own, group),
            (None, group) => {
                let group = group.unwrap_or_else(|| self.new_group());
                let table = row.table.index();
                if self.group_of.len() <= table {
                    self.group_of.resize_with(table + 1, SecondaryMap::new);
                }
                self.group_of[table].insert(row.key, group);
                self.members.push((row, group));
                group
            }
        }
    }

    /// Enters rows into groups that are numbered in another way, of so many.
    fn enter_all(&mut self, rows: impl Iterator<Item = (AnyKey, Group)>, n_groups: usize) {
        let mut mine: Vec<Option<Group>> = vec![None; n_groups];
        for (row, group) in rows {
            let mine = &mut mine[group as usize];
            // Which may have become a part of another one meanwhile.
            let group = mine.map(|group| self.whole(group));
            *mine = Some(self.enter(row, group));
        }
    }

    /// The group of a row, with all that it has become a part of.
    #[inline]
    fn group(&mut self, row: AnyKey) -> Option<Group> {
        let group = *self.group_of.get(row.table.index())?.get(row.key)?;
        Some(self.whole(group))
    }

    /// What a group has become a part of. On the way the next ones are made shorter.
    #[inline]
    fn whole(&mut self, group: Group) -> Group {
        let mut group = group as usize;
        while self.part_of[group] as usize != group {
            self.part_of[group] = self.part_of[self.part_of[group] as usize];
            group = self.part_of[group] as usize;
        }
        group as Group
    }

    /// Makes one group of two that are whole.
    fn merge(&mut self, one: Group, other: Group) -> Group {
        let (older, newer) = (one.min(other), one.max(other));
        self.part_of[newer as usize] = older;
        older
    }

    fn new_group(&mut self) -> Group {
        // Each has a member that no other has, and memory does not hold as many.
        let group = u32::try_from(self.part_of.len()).unwrap_or(Group::MAX);
        self.part_of.push(group);
        group
    }

    fn clear(&mut self) {
        // What stands for all rows of a table stays: to make it anew takes time.
        for (row, _) in self.members.drain(..) {
            self.group_of[row.table.index()].remove(row.key);
        }
        self.part_of.clear();
    }

    /// What each group has become a part of.
    fn whole_groups(&self) -> Vec<Group> {
        let mut whole = self.part_of.clone();
        for group in 0..whole.len() {
            // Those that it can be a part of are older, and have been looked at.
            whole[group] = whole[whole[group] as usize];
        }
        whole
    }
}

/// The groups by their rows, each to be taken once.
pub(crate) struct Groups {
    of_row: HashMap<AnyKey, Group>,
    rows: BTreeMap<Group, Vec<AnyKey>>,
}

impl Groups {
    /// All rows that were changed together with this one, or with one of those, and so on; without
    /// those that have been returned before.
    pub(crate) fn take_with(&mut self, row: AnyKey) -> Vec<AnyKey> {
        let group = self.of_row.get(&row);
        group
            .and_then(|group| self.rows.remove(group))
            .unwrap_or_default()
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

    fn with(together: &mut Together, row: AnyKey) -> Vec<AnyKey> {
        let mut rows = together.groups().take_with(row);
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
        assert_eq!(with(&mut together, a), [a, b, c]);
        assert_eq!(with(&mut together, e), [d, e]);
    }

    #[test]
    fn one_row_is_no_group() {
        let [a, b] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, a]);
        group(&mut together, &[b]);
        group(&mut together, &[]);
        assert_eq!(with(&mut together, a), []);
        assert!(together.is_empty() && together.noted.is_empty());
    }

    #[test]
    fn a_row_that_is_gone_still_holds_its_groups_together() {
        let [a, b, c, d] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, b]);
        group(&mut together, &[b, c]);
        group(&mut together, &[c, d]);
        together.compact(|row| row != b);
        assert_eq!(with(&mut together, a), [a, c, d]);
        assert_eq!(together.groups.members.len(), 3);
    }

    #[test]
    fn groups_that_come_back_are_joined_with_what_has_changed_since() {
        let [a, b, c, d, e] = rows();
        let (mut before, mut since) = (Together::default(), Together::default());
        group(&mut before, &[a, b]);
        group(&mut before, &[c, d]);
        group(&mut since, &[b, e]);
        since.append(&before);
        assert_eq!(with(&mut since, a), [a, b, e]);
        assert_eq!(with(&mut since, d), [c, d]);
    }

    #[test]
    fn what_was_noted_is_kept_short_and_says_the_same() {
        let [a, b, c, d, e] = rows();
        let mut together = Together::default();
        let mut longest = 0;
        for _ in 0..LONG {
            group(&mut together, &[a, b]);
            group(&mut together, &[c, d, c]);
            longest = longest.max(together.noted.len());
            together.fold_long();
            assert!(!together.is_long(), "there are four rows");
        }
        assert!((LONG..LONG + 5).contains(&longest));
        group(&mut together, &[d, e]);
        assert_eq!(with(&mut together, b), [a, b]);
        assert_eq!(with(&mut together, c), [c, d, e]);
    }

    #[test]
    fn what_is_appended_may_be_noted_or_in_groups() {
        let [a, b, c, d, e] = rows();
        for (fold_one, fold_other) in [(false, false), (false, true), (true, false), (true, true)] {
            let (mut one, mut other) = (Together::default(), Together::default());
            group(&mut one, &[a, b]);
            group(&mut other, &[c, d]);
            group(&mut other, &[b, e]);
            if fold_one {
                one.fold();
            }
            if fold_other {
                other.fold();
            }
            // As much is noted after it as before.
            group(&mut other, &[d, c]);
            one.append(&other);
            assert_eq!(with(&mut one, a), [a, b, e]);
            assert_eq!(with(&mut one, d), [c, d]);
        }
    }

    #[test]
    fn many_rows_are_looked_through_when_they_have_doubled() {
        let mut keys = SlotMap::<RawKey, ()>::new();
        let mut together = Together::default();
        let mut n_compacted = 0;
        for _ in 0..4 * SMALL {
            let rows = [(); 2].map(|()| AnyKey {
                table: TableId(0),
                key: keys.insert(()),
            });
            group(&mut together, &rows);
            together.fold();
            if together.is_long() {
                n_compacted += 1;
                together.compact(|_| true);
            }
        }
        // At 1,026, 2,054 and 4,110 rows.
        assert_eq!(n_compacted, 3);
        together.clear();
        assert!(together.is_empty());
    }

    #[test]
    fn saved_groups_are_forgotten() {
        let [a, b, c, d] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, b]);
        group(&mut together, &[c, d]);
        together.forget(&HashSet::from([a, b]));
        assert_eq!(with(&mut together, a), []);
        assert_eq!(with(&mut together, d), [c, d]);
    }
}
