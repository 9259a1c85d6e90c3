//! Colours of the lines of foreign keys: those to one table have one, so that they can be followed where they pass
//! others.

use std::collections::BTreeSet;

use super::graph::{Graph, Role};
use super::layout::Layout;

/// The classes of `picture.css`, each with the space before it.
const HUES: [&str; 8] = [
    " hue-0", " hue-1", " hue-2", " hue-3", " hue-4", " hue-5", " hue-6", " hue-7",
];

/// The class of the lines to each table; empty for those that only one other table points to. Tables that stand beside
/// each other have different colours, because the colours go around in the order in which tables stand.
pub(super) fn hues(graph: &Graph, layout: &Layout) -> Vec<&'static str> {
    let mut children = vec![BTreeSet::new(); graph.tables.len()];
    for edge in &graph.edges {
        if edge.role == Role::Key && edge.from != edge.to {
            children[edge.to].insert(edge.from);
        }
    }
    let mut hubs: Vec<usize> = (0..graph.tables.len())
        .filter(|table| children[*table].len() > 1)
        .collect();
    hubs.sort_by(|a, b| {
        let (a, b) = (&layout.tables[*a], &layout.tables[*b]);
        a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
    });
    let mut hues = vec![""; graph.tables.len()];
    for (hub, hue) in hubs.into_iter().zip(HUES.iter().cycle()) {
        hues[hub] = hue;
    }
    hues
}
