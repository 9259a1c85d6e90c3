//! A disjoint-set forest of rows.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::store::key::AnyKey;

/// Disjoint sets of rows. A tree determines whether two rows are in one group, and a ring links all rows
/// of a group. Merging two groups takes a constant number of steps in both.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    nodes: Vec<Node>,
    by_row: HashMap<AnyKey, NodeId>,
    free: Vec<NodeId>,
}

/// A row that is in a group.
#[derive(Clone, Copy, Debug)]
struct Node {
    row: AnyKey,
    /// The parent in the tree, whose root identifies the group; the root is its own parent.
    parent: NodeId,
    /// The next node in the ring.
    next: NodeId,
    /// In a root, the number of nodes in its group.
    n_rows: u32,
}

/// Index of a node.
pub(crate) type NodeId = u32;

/// The parent of a free node.
const NO_NODE: NodeId = NodeId::MAX;

impl Groups {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.by_row.len()
    }

    /// The root of a row's group, if it is in one. O(log n).
    pub(crate) fn group(&self, row: AnyKey) -> Option<NodeId> {
        let mut id = *self.by_row.get(&row)?;
        while self.node(id).parent != id {
            id = self.node(id).parent;
        }
        Some(id)
    }

    /// The rows of a group.
    pub(crate) fn rows(&self, group: NodeId) -> impl Iterator<Item = AnyKey> {
        self.ring(group).map(|id| self.node(id).row)
    }

    fn ring(&self, start: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(start), move |&id| {
            let next = self.node(id).next;
            (next != start).then_some(next)
        })
    }

    pub(crate) fn roots(&self) -> impl Iterator<Item = NodeId> {
        let nodes = (0..).zip(&self.nodes);
        nodes.filter_map(|(id, node)| (node.parent == id).then_some(id))
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id as usize]
    }

    /// Merges these rows and the groups that they are in into one group.
    pub(crate) fn join(&mut self, rows: &[AnyKey]) {
        let mut group = None;
        for &row in rows {
            let id = self.enter(row);
            let own = self.root(id);
            group = Some(match group {
                Some(group) if group != own => self.merge(group, own),
                _ => own,
            });
        }
    }

    /// The node of a row; a row that is in no group gets a new node, in a group of its own.
    fn enter(&mut self, row: AnyKey) -> NodeId {
        match self.by_row.entry(row) {
            Entry::Occupied(id) => *id.get(),
            Entry::Vacant(vacant) => {
                let id = self.free.pop().unwrap_or_else(|| {
                    NodeId::try_from(self.nodes.len()).expect("memory does not hold 2^32 nodes")
                });
                let node = Node {
                    row,
                    parent: id,
                    next: id,
                    n_rows: 1,
                };
                match self.nodes.get_mut(id as usize) {
                    Some(free) => *free = node,
                    None => self.nodes.push(node),
                }
                *vacant.insert(id)
            }
        }
    }

    /// The root of a node's tree. Shortens the path by path halving.
    fn root(&mut self, id: NodeId) -> NodeId {
        let mut id = id;
        loop {
            let parent = self.node(id).parent;
            if parent == id {
                return id;
            }
            let above = self.node(parent).parent;
            self.node_mut(id).parent = above;
            id = above;
        }
    }

    /// Merges two groups, and returns the new root: that of the larger group, so that no path to a root
    /// is longer than log n.
    fn merge(&mut self, one: NodeId, other: NodeId) -> NodeId {
        let (large, small) = match self.node(one).n_rows < self.node(other).n_rows {
            true => (other, one),
            false => (one, other),
        };
        let Node { next, n_rows, .. } = *self.node(small);
        self.node_mut(small).parent = large;
        // Exchanging the successors of two nodes joins their rings.
        self.node_mut(small).next = self.node(large).next;
        let root = self.node_mut(large);
        root.next = next;
        root.n_rows += n_rows;
        large
    }

    /// Removes the group of a row. O(rows of the group).
    pub(crate) fn forget(&mut self, row: AnyKey) {
        if let Some(group) = self.group(row) {
            let ring: Vec<_> = self.ring(group).collect();
            ring.into_iter().for_each(|id| self.release(id));
        }
    }

    /// Removes all rows but these. The remaining rows of a group stay one group, unless only one remains.
    pub(crate) fn retain(&mut self, keep: impl Fn(AnyKey) -> bool) {
        let roots: Vec<_> = self.roots().collect();
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        for root in roots {
            for id in self.ring(root) {
                let is_kept = keep(self.node(id).row);
                if is_kept { &mut kept } else { &mut dropped }.push(id);
            }
            if kept.len() == 1 {
                dropped.append(&mut kept);
            }
            let nexts = kept.iter().cycle().skip(1);
            for (&id, &next) in kept.iter().zip(nexts) {
                let node = self.node_mut(id);
                (node.parent, node.next) = (kept[0], next);
            }
            if let Some(&root) = kept.first() {
                // The number fits: the group was larger before.
                self.node_mut(root).n_rows = kept.len() as u32;
            }
            dropped.drain(..).for_each(|id| self.release(id));
            kept.clear();
        }
    }

    fn release(&mut self, id: NodeId) {
        let row = self.node(id).row;
        self.by_row.remove(&row);
        self.node_mut(id).parent = NO_NODE;
        self.free.push(id);
    }

    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.by_row.clear();
        self.free.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::TableId;
    use crate::store::key::RawKey;
    use proptest::prelude::*;
    use slotmap::SlotMap;

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
            let mut keys = SlotMap::<RawKey, ()>::with_key();
            let rows = [(); N_ROWS].map(|()| AnyKey {
                table: TableId(0),
                key: keys.insert(()),
            });
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
                prop_assert!(groups.nodes.len() <= N_ROWS, "free nodes are not reused");
            }
        }
    }
}
