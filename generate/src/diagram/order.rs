//! In which order tables stand in a column: few lines cross, and the children of one parent stay together.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::layout::Thing;

/// The parent beside whose other children each table is placed; `None` for a table that points to no other one. Of
/// several parents it is the one with the fewest children: that a table points to the hub of a schema says little
/// about it.
pub(super) fn homes(graph: &Graph) -> Vec<Option<usize>> {
    let others = || graph.edges.iter().filter(|edge| edge.from != edge.to);
    let mut children = vec![BTreeSet::new(); graph.tables.len()];
    for edge in others() {
        children[edge.to].insert(edge.from);
    }
    let mut homes: Vec<Option<usize>> = vec![None; graph.tables.len()];
    for edge in others() {
        let is_better = |home: usize| {
            let rank = |parent: usize| (children[parent].len(), parent);
            rank(edge.to) < rank(home)
        };
        if homes[edge.from].is_none_or(is_better) {
            homes[edge.from] = Some(edge.to);
        }
    }
    homes
}

/// What stands next to each other on the way of every edge, column by column.
pub(super) fn neighbours(
    graph: &Graph,
    routes: &[Vec<usize>],
    at: &[Option<usize>],
) -> BTreeMap<(usize, Thing), BTreeSet<(usize, Thing)>> {
    let mut near: BTreeMap<(usize, Thing), BTreeSet<(usize, Thing)>> = BTreeMap::new();
    for (edge, route) in graph.edges.iter().zip(routes) {
        let (Some(to), Some(from)) = (at[edge.to], at[edge.from]) else {
            continue;
        };
        let mut way = vec![(to, Thing::Table(edge.to))];
        let lane = Thing::Lane(edge.to, edge.role);
        way.extend(route.iter().map(|column| (*column, lane)));
        way.push((from, Thing::Table(edge.from)));
        for pair in way.windows(2) {
            if let [a, b] = pair
                && a != b
            {
                near.entry(*a).or_default().insert(*b);
                near.entry(*b).or_default().insert(*a);
            }
        }
    }
    near
}

/// The things of a column that have to stand together: the children of one parent, with the lines that pass to
/// further children of it. A table without a parent is alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Of(usize),
    Alone(usize),
}

fn group(thing: Thing, homes: &[Option<usize>]) -> Group {
    match thing {
        Thing::Table(table) => homes[table].map_or(Group::Alone(table), Group::Of),
        Thing::Lane(parent, _) => Group::Of(parent),
    }
}

/// Puts the things of each column into an order in which few lines cross: that of the middles of what
/// they are connected with, to and fro, group by group.
pub(super) fn order(
    graph: &Graph,
    routes: &[Vec<usize>],
    at: &[Option<usize>],
    homes: &[Option<usize>],
    columns: &mut [Vec<Thing>],
) {
    let near = neighbours(graph, routes, at);
    for round in 0..12 {
        let mut ranks: BTreeMap<(usize, Thing), f64> = BTreeMap::new();
        for (column, things) in columns.iter().enumerate() {
            for (rank, thing) in things.iter().enumerate() {
                let rank = (rank as f64 + 0.5) / things.len() as f64;
                ranks.insert((column, *thing), rank);
            }
        }
        let forth: Vec<usize> = (0..columns.len()).collect();
        let back: Vec<usize> = forth.iter().rev().copied().collect();
        for column in if round % 2 == 0 { forth } else { back } {
            let middle = |thing: &Thing| {
                let own = ranks.get(&(column, *thing)).copied().unwrap_or_default();
                let others = near.get(&(column, *thing)).into_iter().flatten();
                let others = others.filter(|(other, _)| match round % 2 {
                    0 => *other < column,
                    _ => *other > column,
                });
                let others: Vec<f64> = others.filter_map(|o| ranks.get(o).copied()).collect();
                match others.len() {
                    0 => own,
                    n => others.iter().sum::<f64>() / n as f64,
                }
            };
            let keyed: Vec<(f64, Thing)> =
                columns[column].iter().map(|t| (middle(t), *t)).collect();
            let ordered = in_groups(keyed, homes);
            let n_things = ordered.len() as f64;
            for (rank, thing) in ordered.iter().enumerate() {
                ranks.insert((column, *thing), (rank as f64 + 0.5) / n_things);
            }
            columns[column] = ordered;
        }
    }
}

/// Sorts the groups by the mean of what their things are wanted at, and the things of each group by their own.
fn in_groups(keyed: Vec<(f64, Thing)>, homes: &[Option<usize>]) -> Vec<Thing> {
    let mut groups: BTreeMap<Group, Vec<(f64, Thing)>> = BTreeMap::new();
    for (wanted, thing) in keyed {
        let group = groups.entry(group(thing, homes)).or_default();
        group.push((wanted, thing));
    }
    let mut ordered: Vec<(f64, Vec<(f64, Thing)>)> = Vec::new();
    for (_, mut things) in groups {
        things.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mean = things.iter().map(|(wanted, _)| wanted).sum::<f64>() / things.len() as f64;
        ordered.push((mean, things));
    }
    // Stable: groups that are wanted at one height stay in the order of their parents.
    ordered.sort_by(|a, b| a.0.total_cmp(&b.0));
    let things = ordered.into_iter().flat_map(|(_, things)| things);
    things.map(|(_, thing)| thing).collect()
}
