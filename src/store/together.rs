//! Which rows were changed in one transaction: they have to reach the file together.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::dirty::{AnyKey, RowSet};

/// So many rows of transactions are noted before groups are made of them, in one go: well below a
/// millisecond.
const LONG: usize = 1 << 12;

/// Fewer rows than this that are not dirty any more do not matter.
const FEW: usize = 1024;

/// Rows that were changed in one transaction and have not been flushed since.
///
/// A transaction notes its rows, one after the other. What groups they make up is found out when
/// somebody asks, or when the list has become long.
#[derive(Debug, Default)]
pub(crate) struct Together {
    /// The rows of transactions, and where each transaction ends. After the last end comes the one
    /// that is being written.
    noted: Vec<AnyKey>,
    ends: Vec<usize>,
    /// What was noted before.
    groups: Groups,
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
    pub(crate) fn fold(&mut self) {
        let mut start = 0;
        for end in self.ends.drain(..) {
            self.groups.join(&self.noted[start..end]);
            start = end;
        }
        self.noted.clear();
    }

    /// Makes groups of what was noted, if that is much. Says whether it did.
    #[inline]
    pub(crate) fn fold_long(&mut self) -> bool {
        let is_long = self.noted.len() > LONG;
        if is_long {
            self.fold();
        }
        is_long
    }

    /// Whether there is no group.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.groups.len() == 0
    }

    /// Whether most of the rows in groups are not dirty any more, where there are so many dirty ones.
    pub(crate) fn is_mostly_clean(&self, n_dirty: usize) -> bool {
        self.groups.len() > 2 * n_dirty + FEW
    }

    /// Takes the rows out that are not dirty any more. What they held together stays so. O(rows).
    pub(crate) fn compact(&mut self, is_dirty: impl Fn(AnyKey) -> bool) {
        self.groups.retain(is_dirty);
    }

    /// Adds what a later list has. O(its rows).
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
    }

    /// Forgets the groups of these rows, which have been saved as a whole. O(rows).
    pub(crate) fn forget(&mut self, saved: &RowSet) {
        self.fold();
        for row in saved.iter() {
            self.groups.forget(row);
        }
    }

    /// The group of a row, of what has been [folded](Self::fold). O(log n).
    pub(crate) fn group(&self, row: AnyKey) -> Option<Group> {
        self.groups.group(row).map(Group)
    }

    /// The rows of a group.
    pub(crate) fn rows(&self, group: Group) -> impl Iterator<Item = AnyKey> {
        self.groups.rows(group.0)
    }
}

/// A group, as long as nothing is folded, forgotten or taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Group(Place);

/// Groups of rows: disjoint sets, whose trees say which rows are in one group, and whose rings lead
/// through all of its rows. Both are made one by a constant number of steps.
#[derive(Debug, Default)]
struct Groups {
    nodes: Vec<Node>,
    by_row: HashMap<AnyKey, Place>,
    free: Vec<Place>,
}

/// A row in a group.
#[derive(Clone, Copy, Debug)]
struct Node {
    row: AnyKey,
    /// The next node on the way to the root, which stands for the group; of the root, itself.
    parent: Place,
    /// The next node of the ring.
    next: Place,
    /// Of a root, the number of nodes in its group.
    n_rows: u32,
}

/// Where a node stands.
type Place = u32;

/// No node's place.
const NOWHERE: Place = Place::MAX;

impl Groups {
    /// Number of rows.
    fn len(&self) -> usize {
        self.by_row.len()
    }

    /// The root of a row's group, if it is in one. O(log n).
    fn group(&self, row: AnyKey) -> Option<Place> {
        let mut place = *self.by_row.get(&row)?;
        while self.node(place).parent != place {
            place = self.node(place).parent;
        }
        Some(place)
    }

    /// The rows of a group.
    fn rows(&self, group: Place) -> impl Iterator<Item = AnyKey> {
        self.ring(group).map(|place| self.node(place).row)
    }

    fn ring(&self, start: Place) -> impl Iterator<Item = Place> {
        std::iter::successors(Some(start), move |&place| {
            let next = self.node(place).next;
            (next != start).then_some(next)
        })
    }

    fn roots(&self) -> impl Iterator<Item = Place> {
        let nodes = (0..).zip(&self.nodes);
        nodes.filter_map(|(place, node)| (node.parent == place).then_some(place))
    }

    fn node(&self, place: Place) -> &Node {
        &self.nodes[place as usize]
    }

    fn node_mut(&mut self, place: Place) -> &mut Node {
        &mut self.nodes[place as usize]
    }

    /// Makes one group of these rows, and of all whose groups they are in.
    fn join(&mut self, rows: &[AnyKey]) {
        let mut group = None;
        for &row in rows {
            let place = self.enter(row);
            let own = self.root(place);
            group = Some(match group {
                Some(group) if group != own => self.merge(group, own),
                _ => own,
            });
        }
    }

    /// The node of a row: a new one, alone in its group, if there is none.
    fn enter(&mut self, row: AnyKey) -> Place {
        match self.by_row.entry(row) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(vacant) => {
                let place = self.free.pop().unwrap_or_else(|| {
                    // Memory does not hold as many.
                    Place::try_from(self.nodes.len()).unwrap_or(NOWHERE)
                });
                let node = Node {
                    row,
                    parent: place,
                    next: place,
                    n_rows: 1,
                };
                match self.nodes.get_mut(place as usize) {
                    Some(free) => *free = node,
                    None => self.nodes.push(node),
                }
                *vacant.insert(place)
            }
        }
    }

    /// The root of a node's tree. On the way the next ones are made shorter.
    fn root(&mut self, place: Place) -> Place {
        let mut place = place;
        loop {
            let parent = self.node(place).parent;
            if parent == place {
                return place;
            }
            let above = self.node(parent).parent;
            self.node_mut(place).parent = above;
            place = above;
        }
    }

    /// Makes one group of two, and returns its root: that of the larger one, so that no way to a root is
    /// longer than log n.
    fn merge(&mut self, one: Place, other: Place) -> Place {
        let (large, small) = match self.node(one).n_rows < self.node(other).n_rows {
            true => (other, one),
            false => (one, other),
        };
        let Node { next, n_rows, .. } = *self.node(small);
        self.node_mut(small).parent = large;
        // Exchanging where two rings go on makes one ring of them.
        self.node_mut(small).next = self.node(large).next;
        let root = self.node_mut(large);
        root.next = next;
        root.n_rows += n_rows;
        large
    }

    /// Forgets the group of a row. O(its rows).
    fn forget(&mut self, row: AnyKey) {
        if let Some(group) = self.group(row) {
            let ring: Vec<_> = self.ring(group).collect();
            ring.into_iter().for_each(|place| self.release(place));
        }
    }

    /// Keeps these rows. What is left of a group stays together; one row is none.
    fn retain(&mut self, keep: impl Fn(AnyKey) -> bool) {
        let roots: Vec<_> = self.roots().collect();
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for root in roots {
            for place in self.ring(root) {
                let is_kept = keep(self.node(place).row);
                if is_kept { &mut kept } else { &mut gone }.push(place);
            }
            if kept.len() == 1 {
                gone.append(&mut kept);
            }
            let nexts = kept.iter().cycle().skip(1);
            for (&place, &next) in kept.iter().zip(nexts) {
                let node = self.node_mut(place);
                (node.parent, node.next) = (kept[0], next);
            }
            if let Some(&root) = kept.first() {
                // There was room for them in the larger group.
                self.node_mut(root).n_rows = kept.len() as u32;
            }
            gone.drain(..).for_each(|place| self.release(place));
            kept.clear();
        }
    }

    fn release(&mut self, place: Place) {
        let row = self.node(place).row;
        self.by_row.remove(&row);
        self.node_mut(place).parent = NOWHERE;
        self.free.push(place);
    }

    fn clear(&mut self) {
        self.nodes.clear();
        self.by_row.clear();
        self.free.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::key::RawKey;
    use crate::store::schema::TableId;
    use proptest::prelude::*;
    use slotmap::SlotMap;

    fn rows<const N: usize>() -> [AnyKey; N] {
        let mut keys = SlotMap::<RawKey, usize>::with_key();
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
        together.fold();
        let group = together.group(row);
        let mut rows: Vec<_> = group
            .into_iter()
            .flat_map(|group| together.rows(group))
            .collect();
        rows.sort_unstable();
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
        together.fold();
        together.compact(|row| row != b);
        assert_eq!(with(&mut together, a), [a, c, d]);
        assert_eq!(with(&mut together, b), []);
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
            assert!(together.groups.len() <= 4, "there are four rows");
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
    fn rows_are_looked_through_when_most_of_them_are_clean() {
        let mut keys = SlotMap::<RawKey, ()>::with_key();
        let mut together = Together::default();
        let mut pair = || {
            [(); 2].map(|()| AnyKey {
                table: TableId(0),
                key: keys.insert(()),
            })
        };
        let n_dirty = 2 * FEW;
        while together.groups.len() < 2 * n_dirty + FEW {
            assert!(!together.is_mostly_clean(n_dirty));
            group(&mut together, &pair());
            together.fold();
        }
        assert!(!together.is_mostly_clean(n_dirty));
        let last = pair();
        group(&mut together, &last);
        together.fold();
        assert!(together.is_mostly_clean(n_dirty));
        together.compact(|row| last.contains(&row));
        assert_eq!(together.groups.len(), 2);
        assert_eq!(with(&mut together, last[0]), last);
        together.clear();
        assert!(together.is_empty());
    }

    #[test]
    fn saved_groups_are_forgotten() {
        let [a, b, c, d] = rows();
        let mut together = Together::default();
        group(&mut together, &[a, b]);
        group(&mut together, &[c, d]);
        together.forget(&RowSet::from_iter([a, b]));
        assert_eq!(with(&mut together, a), []);
        assert_eq!(with(&mut together, d), [c, d]);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Join(Vec<usize>),
        Forget(usize),
        Retain(Vec<bool>),
    }

    const N_ROWS: usize = 12;

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => prop::collection::vec(0..N_ROWS, 1..4).prop_map(Step::Join),
            1 => (0..N_ROWS).prop_map(Step::Forget),
            1 => prop::collection::vec(prop::bool::weighted(0.8), N_ROWS).prop_map(Step::Retain),
        ]
    }

    proptest! {
        #[test]
        fn groups_are_what_sets_would_be(steps in prop::collection::vec(step(), 1..40)) {
            let rows = rows::<N_ROWS>();
            let mut groups = Groups::default();
            let mut sets = Vec::<BTreeSet<usize>>::new();
            for step in steps {
                match step {
                    Step::Join(some) => {
                        groups.join(&some.iter().map(|&n| rows[n]).collect::<Vec<_>>());
                        let mut joined = BTreeSet::from_iter(some);
                        let is_apart = |set: &mut BTreeSet<usize>| set.is_disjoint(&joined);
                        let taken: Vec<_> = sets.extract_if(.., |set| !is_apart(set)).collect();
                        joined.extend(taken.into_iter().flatten());
                        sets.push(joined);
                    }
                    Step::Forget(n) => {
                        groups.forget(rows[n]);
                        sets.retain(|set| !set.contains(&n));
                    }
                    Step::Retain(kept) => {
                        groups.retain(|row| rows.iter().zip(&kept).any(|(r, &is)| is && *r == row));
                        sets.iter_mut().for_each(|set| set.retain(|&n| kept[n]));
                        sets.retain(|set| set.len() > 1);
                    }
                }
                let mut found = Vec::new();
                for root in groups.roots() {
                    let ring: Vec<_> = groups.rows(root).collect();
                    prop_assert_eq!(groups.node(root).n_rows as usize, ring.len());
                    prop_assert!(ring.iter().all(|&row| groups.group(row) == Some(root)));
                    let n = |row: &AnyKey| rows.iter().position(|other| other == row);
                    found.push(ring.iter().filter_map(n).collect::<BTreeSet<_>>());
                }
                found.sort_unstable();
                sets.sort_unstable();
                prop_assert_eq!(&found, &sets);
                prop_assert_eq!(groups.len(), sets.iter().map(BTreeSet::len).sum::<usize>());
                prop_assert!(groups.nodes.len() <= N_ROWS, "no node is used again");
            }
        }
    }
}
