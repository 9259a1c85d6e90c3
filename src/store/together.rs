//! Which rows were changed in one transaction: they have to reach the file together.

use std::collections::{BTreeMap, HashMap, HashSet};

use slotmap::SecondaryMap;

use super::dirty::AnyKey;
use super::key::RawKey;

/// Below this many members nobody asks whether they are still dirty.
const SMALL: usize = 1024;

/// Groups of rows that were changed in one transaction and have not been flushed since.
///
/// A row is entered into the group of the first transaction that has it; one that has rows of several
/// groups makes one of them. So the rows of the same few transactions, again and again, cost a
/// look-up each, and each row stands here once. Where rows come and go and nothing is flushed, those
/// that are gone are taken out from time to time.
#[derive(Debug, Default)]
pub(crate) struct Together {
    /// The rows, each with the group that it was entered into.
    members: Vec<(AnyKey, Group)>,
    /// The same by table and key.
    group_of: Vec<SecondaryMap<RawKey, Group>>,
    /// The older group that each group has become a part of: itself, if none.
    part_of: Vec<Group>,
    /// The group that is being written, from its second row on, and its first row.
    current: Option<Group>,
    first: Option<AnyKey>,
    /// The number of members from which it is worth looking for those that are gone.
    compact_at: usize,
}

/// Position of a group among all.
type Group = u32;

impl Together {
    /// Adds a row to the group that is being written. One row is none.
    #[inline]
    pub(crate) fn add(&mut self, row: AnyKey) {
        match (self.current, self.first) {
            (Some(group), _) => self.enter(row, group),
            (None, None) => self.first = Some(row),
            (None, Some(first)) if first == row => {}
            (None, Some(first)) => {
                let group = self.group(first).unwrap_or_else(|| self.new_group());
                self.current = Some(group);
                self.enter(first, group);
                // Which may be a part of an older one now.
                self.add(row);
            }
        }
    }

    /// Ends the group that is being written.
    pub(crate) fn close(&mut self) {
        (self.current, self.first) = (None, None);
    }

    #[inline]
    fn enter(&mut self, row: AnyKey, group: Group) {
        match self.group(row) {
            Some(other) if other == group => {}
            Some(other) => self.merge(other, group),
            None => {
                let table = row.table.index();
                if self.group_of.len() <= table {
                    self.group_of.resize_with(table + 1, SecondaryMap::new);
                }
                self.group_of[table].insert(row.key, group);
                self.members.push((row, group));
            }
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

    /// Makes one group of two that are whole, and goes on writing that.
    fn merge(&mut self, one: Group, other: Group) {
        let (older, newer) = (one.min(other), one.max(other));
        self.part_of[newer as usize] = older;
        self.current = Some(older);
    }

    fn new_group(&mut self) -> Group {
        // Each has a member that no other has, and memory does not hold as many.
        let group = u32::try_from(self.part_of.len()).unwrap_or(Group::MAX);
        self.part_of.push(group);
        group
    }

    /// Whether there is no group.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether so many rows have come that some of them may be gone.
    pub(crate) fn is_long(&self) -> bool {
        self.members.len() > self.compact_at.max(SMALL)
    }

    /// Takes the rows out that are not dirty any more.
    pub(crate) fn compact(&mut self, is_dirty: impl Fn(AnyKey) -> bool) {
        // Whole ones, because a row that is gone still holds together who gave to it and who got from it.
        let whole = self.whole_groups();
        let mut n_left = vec![0_usize; whole.len()];
        let mut left = Vec::with_capacity(self.members.len());
        for &(row, group) in &self.members {
            let group = whole[group as usize];
            if is_dirty(row) {
                n_left[group as usize] += 1;
                left.push((row, group));
            }
        }
        self.clear();
        let groups = left.into_iter();
        self.enter_groups(
            groups.filter(|&(_, group)| n_left[group as usize] > 1),
            whole.len(),
        );
        self.compact_at = 2 * self.members.len();
    }

    /// Adds the groups of a later list. O(its members).
    pub(crate) fn append(&mut self, other: &Self) {
        let whole = other.whole_groups();
        let members = other.members.iter();
        self.enter_groups(
            members.map(|&(row, group)| (row, whole[group as usize])),
            whole.len(),
        );
    }

    /// Adds groups that are numbered in another way, of so many.
    fn enter_groups(&mut self, rows: impl Iterator<Item = (AnyKey, Group)>, n_groups: usize) {
        let mut mine: Vec<Option<Group>> = vec![None; n_groups];
        for (row, group) in rows {
            let mine = &mut mine[group as usize];
            let group = match *mine {
                Some(group) => self.whole(group),
                None => self.group(row).unwrap_or_else(|| self.new_group()),
            };
            *mine = Some(group);
            self.enter(row, group);
        }
        self.close();
    }

    /// Forgets all groups: everything has been flushed.
    pub(crate) fn clear(&mut self) {
        // What stands for all rows of a table stays: to make it anew takes time.
        for (row, _) in self.members.drain(..) {
            self.group_of[row.table.index()].remove(row.key);
        }
        self.part_of.clear();
        self.compact_at = 0;
        self.close();
    }

    /// Forgets the groups of these rows, which have been saved.
    pub(crate) fn forget(&mut self, saved: &HashSet<AnyKey>) {
        self.compact(|row| !saved.contains(&row));
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

    /// The groups by their rows. O(members).
    pub(crate) fn index(&self) -> Groups {
        let whole = self.whole_groups();
        let (mut of_row, mut rows) = (HashMap::new(), BTreeMap::<Group, Vec<AnyKey>>::new());
        for &(row, group) in &self.members {
            let group = whole[group as usize];
            of_row.insert(row, group);
            rows.entry(group).or_default().push(row);
        }
        Groups { of_row, rows }
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
    fn groups_that_come_back_are_joined_with_what_has_changed_since() {
        let [a, b, c, d, e] = rows();
        let (mut before, mut since) = (Together::default(), Together::default());
        group(&mut before, &[a, b]);
        group(&mut before, &[c, d]);
        group(&mut since, &[b, e]);
        since.append(&before);
        assert_eq!(with(&since, a), [a, b, e]);
        assert_eq!(with(&since, d), [c, d]);
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
