//! Txn groups: rows that were changed in one transaction have to reach the file together.

mod disjoint_sets;

use crate::store::key::AnyKey;
use crate::store::row_set::RowSet;
use disjoint_sets::{Groups, NodeId};

/// Number of rows that are recorded before they are folded into groups, which takes well below a
/// millisecond.
const LONG: usize = 1 << 12;

/// The groups are not compacted for fewer clean rows than this.
const FEW: usize = 1024;

/// Rows that were changed in one transaction and have not been flushed since.
///
/// A transaction only appends its rows to a list. The list is folded into groups when a group is looked
/// up, or when the list has become long.
#[derive(Debug, Default)]
pub(crate) struct TxnGroups {
    /// The rows of transactions, and the end of each transaction. The rows after the last end belong to
    /// the transaction that is being recorded.
    recorded: Vec<AnyKey>,
    ends: Vec<usize>,
    /// The groups that earlier rows were folded into.
    groups: Groups,
}

impl TxnGroups {
    /// Records a row of the current transaction.
    #[inline]
    pub(crate) fn add(&mut self, row: AnyKey) {
        self.recorded.push(row);
    }

    /// Ends the current transaction. A single row does not form a group.
    pub(crate) fn close(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        match &self.recorded[start..] {
            [] => {}
            [first, others @ ..] if others.iter().all(|row| row == first) => {
                self.recorded.truncate(start);
            }
            _ => self.ends.push(self.recorded.len()),
        }
    }

    /// Folds the recorded rows into groups.
    pub(crate) fn fold(&mut self) {
        let mut start = 0;
        for end in self.ends.drain(..) {
            self.groups.join(&self.recorded[start..end]);
            start = end;
        }
        self.recorded.clear();
    }

    /// Folds the recorded rows into groups, if there are many. Returns whether it did.
    #[inline]
    pub(crate) fn fold_long(&mut self) -> bool {
        let is_long = self.recorded.len() > LONG;
        if is_long {
            self.fold();
        }
        is_long
    }

    /// Whether there is no group.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.groups.len() == 0
    }

    /// Whether most of the rows in groups are clean, given the number of dirty rows.
    pub(crate) fn is_mostly_clean(&self, n_dirty: usize) -> bool {
        self.groups.len() > 2 * n_dirty + FEW
    }

    /// Removes the rows that are clean. Rows that were connected through them stay in one group. O(rows).
    pub(crate) fn compact(&mut self, is_dirty: impl Fn(AnyKey) -> bool) {
        self.groups.retain(is_dirty);
    }

    /// Appends the groups of a later list. O(rows of the later list).
    pub(crate) fn append(&mut self, later: &Self) {
        if later.groups.len() > 0 {
            self.fold();
            let mut rows = Vec::new();
            for root in later.groups.roots() {
                rows.clear();
                rows.extend(later.groups.rows(root));
                self.groups.join(&rows);
            }
        }
        let start = self.recorded.len();
        self.recorded.extend_from_slice(&later.recorded);
        self.ends.extend(later.ends.iter().map(|end| start + end));
        self.fold_long();
    }

    /// Removes all groups, because all rows have been flushed.
    pub(crate) fn clear(&mut self) {
        self.recorded.clear();
        self.ends.clear();
        self.groups.clear();
    }

    /// Removes the groups of these rows, which have been saved completely. O(rows).
    pub(crate) fn forget(&mut self, saved: &RowSet) {
        self.fold();
        for row in saved.iter() {
            self.groups.forget(row);
        }
    }

    /// The group of a row, among those that have been [folded](Self::fold). O(log n).
    pub(crate) fn group(&self, row: AnyKey) -> Option<Group> {
        self.groups.group(row).map(Group)
    }

    /// The rows of a group.
    pub(crate) fn rows(&self, group: Group) -> impl Iterator<Item = AnyKey> {
        self.groups.rows(group.0)
    }
}

/// Identifies a group until rows are folded, forgotten or compacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Group(NodeId);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TableId;
    use crate::store::key::RawKey;
    use slotmap::SlotMap;

    fn rows<const N: usize>() -> [AnyKey; N] {
        let mut keys = SlotMap::<RawKey, usize>::with_key();
        std::array::from_fn(|n| AnyKey {
            table: TableId(0),
            key: keys.insert(n),
        })
    }

    fn group(txn_groups: &mut TxnGroups, rows: &[AnyKey]) {
        rows.iter().for_each(|&row| txn_groups.add(row));
        txn_groups.close();
    }

    fn with(txn_groups: &mut TxnGroups, row: AnyKey) -> Vec<AnyKey> {
        txn_groups.fold();
        let group = txn_groups.group(row);
        let mut rows: Vec<_> = group
            .into_iter()
            .flat_map(|group| txn_groups.rows(group))
            .collect();
        rows.sort_unstable();
        rows
    }

    #[test]
    fn groups_that_share_a_row_are_merged() {
        let [a, b, c, d, e] = rows();
        let mut txn_groups = TxnGroups::default();
        group(&mut txn_groups, &[a, b, a]);
        group(&mut txn_groups, &[d, e]);
        group(&mut txn_groups, &[c, b]);
        assert!(!txn_groups.is_empty(), "groups are recorded");
        assert_eq!(with(&mut txn_groups, a), [a, b, c]);
        assert_eq!(with(&mut txn_groups, e), [d, e]);
        assert!(!txn_groups.is_empty(), "groups are made");
    }

    #[test]
    fn a_single_row_does_not_form_a_group() {
        let [a, b] = rows();
        let mut txn_groups = TxnGroups::default();
        group(&mut txn_groups, &[a, a]);
        group(&mut txn_groups, &[b]);
        group(&mut txn_groups, &[]);
        assert!(txn_groups.is_empty() && txn_groups.recorded.is_empty());
        assert_eq!(with(&mut txn_groups, a), []);
    }

    #[test]
    fn groups_stay_joined_when_the_row_that_joined_them_is_dropped() {
        let [a, b, c, d] = rows();
        let mut txn_groups = TxnGroups::default();
        group(&mut txn_groups, &[a, b]);
        group(&mut txn_groups, &[b, c]);
        group(&mut txn_groups, &[c, d]);
        txn_groups.fold();
        txn_groups.compact(|row| row != b);
        assert_eq!(with(&mut txn_groups, a), [a, c, d]);
        assert_eq!(with(&mut txn_groups, b), []);
    }

    #[test]
    fn groups_that_come_back_are_joined_with_what_has_changed_since() {
        let [a, b, c, d, e] = rows();
        let (mut before, mut since) = (TxnGroups::default(), TxnGroups::default());
        group(&mut before, &[a, b]);
        group(&mut before, &[c, d]);
        group(&mut since, &[b, e]);
        since.append(&before);
        assert_eq!(with(&mut since, a), [a, b, e]);
        assert_eq!(with(&mut since, d), [c, d]);
    }

    #[test]
    fn recorded_rows_are_folded_before_the_list_is_long() {
        let [a, b, c, d, e] = rows();
        let mut txn_groups = TxnGroups::default();
        let mut longest = 0;
        for _ in 0..LONG {
            group(&mut txn_groups, &[a, b]);
            group(&mut txn_groups, &[c, d, c]);
            longest = longest.max(txn_groups.recorded.len());
            txn_groups.fold_long();
            assert!(txn_groups.groups.len() <= 4, "there are four rows");
        }
        assert!((LONG..LONG + 5).contains(&longest));
        group(&mut txn_groups, &[d, e]);
        assert_eq!(with(&mut txn_groups, b), [a, b]);
        assert_eq!(with(&mut txn_groups, c), [c, d, e]);
    }

    #[test]
    fn append_takes_recorded_rows_and_folded_groups() {
        let [a, b, c, d, e] = rows();
        for (fold_one, fold_other) in [(false, false), (false, true), (true, false), (true, true)] {
            let (mut one, mut other) = (TxnGroups::default(), TxnGroups::default());
            group(&mut one, &[a, b]);
            group(&mut other, &[c, d]);
            group(&mut other, &[b, e]);
            if fold_one {
                one.fold();
            }
            if fold_other {
                other.fold();
            }
            // A further transaction is recorded after the fold, so that both lists have unfolded rows.
            group(&mut other, &[d, c]);
            one.append(&other);
            assert_eq!(with(&mut one, a), [a, b, e]);
            assert_eq!(with(&mut one, d), [c, d]);
        }
    }

    #[test]
    fn groups_are_compacted_when_most_of_their_rows_are_clean() {
        let mut keys = SlotMap::<RawKey, ()>::with_key();
        let mut txn_groups = TxnGroups::default();
        let mut pair = || {
            [(); 2].map(|()| AnyKey {
                table: TableId(0),
                key: keys.insert(()),
            })
        };
        let n_dirty = 2 * FEW;
        for _ in 0..n_dirty + FEW / 2 {
            assert!(!txn_groups.is_mostly_clean(n_dirty));
            group(&mut txn_groups, &pair());
            txn_groups.fold();
        }
        assert!(!txn_groups.is_mostly_clean(n_dirty));
        let last = pair();
        group(&mut txn_groups, &last);
        txn_groups.fold();
        assert!(txn_groups.is_mostly_clean(n_dirty));
        txn_groups.compact(|row| last.contains(&row));
        assert_eq!(txn_groups.groups.len(), 2);
        assert_eq!(with(&mut txn_groups, last[0]), last);
        txn_groups.clear();
        assert!(txn_groups.is_empty());
    }

    #[test]
    fn saved_groups_are_forgotten() {
        let [a, b, c, d] = rows();
        let mut txn_groups = TxnGroups::default();
        group(&mut txn_groups, &[a, b]);
        group(&mut txn_groups, &[c, d]);
        txn_groups.forget(&RowSet::from_iter([a, b]));
        assert_eq!(with(&mut txn_groups, a), []);
        assert_eq!(with(&mut txn_groups, d), [c, d]);
    }
}
