//! Where the tables of a picture go: columns from left to right, what is pointed to before what points
//! to it. Lines that pass a column get a place of their own in it, one for each table pointed to, so
//! that no line runs through a table.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Edge, Graph, Role};
use super::order::{homes, neighbours, order};

/// Between two columns, where lines bend.
const CHANNEL: f64 = 90.0;
/// Between two tables of a column.
const GAP: f64 = 22.0;
/// Between a line that passes and what is below it.
const LANE: f64 = 9.0;
/// Between a line that passes and what is above it: its label stands there.
const LABELLED: f64 = 15.0;
/// The room beside a table for the line from it to itself.
pub(super) const LOOP: f64 = 28.0;
/// How much wider than high a picture should be.
const ASPECT: f64 = 1.6;

/// A table with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The whole picture.
pub(super) struct Layout {
    /// The tables, as in the graph.
    pub(super) tables: Vec<Placed>,
    /// For each edge the heights at which it passes the columns between its tables, from the table
    /// pointed to on: left and right end of the column, and the height.
    pub(super) lanes: Vec<Vec<(f64, f64, f64)>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Something in a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Table(usize),
    /// Where the lines to a table pass; arms have another colour, and a lane of their own.
    Lane(usize, Role),
}

/// Places tables of these sizes.
pub(super) fn layout(graph: &Graph, sizes: &[(f64, f64)]) -> Layout {
    let n_tables = graph.tables.len();
    let connected: BTreeSet<usize> = graph
        .edges
        .iter()
        .filter(|edge| edge.from != edge.to)
        .flat_map(|edge| [edge.from, edge.to])
        .collect();
    let homes = homes(graph);
    let mut layers = layers(graph, &connected);
    for layer in &mut layers {
        layer.sort_by_key(|table| (homes[*table], *table));
    }
    let mut columns = split(layers, sizes);
    let at = places(&columns, n_tables);
    let routes: Vec<Vec<usize>> = graph
        .edges
        .iter()
        .map(|edge| match (at[edge.to], at[edge.from]) {
            (Some(to), Some(from)) if to < from => (to + 1..from).collect(),
            (Some(to), Some(from)) if from < to => (from + 1..to).rev().collect(),
            _ => Vec::new(),
        })
        .collect();
    for (edge, route) in graph.edges.iter().zip(&routes) {
        for column in route {
            let lane = Thing::Lane(edge.to, edge.role);
            if !columns[*column].contains(&lane) {
                columns[*column].push(lane);
            }
        }
    }
    order(graph, &routes, &at, &homes, &mut columns);
    let mut heights = stack(&columns, sizes);
    straighten(graph, &routes, &at, &columns, sizes, &mut heights);
    draw(graph, sizes, &connected, &columns, &routes, &heights)
}

/// The layer of each connected table: one more than that of what it points to. Edges that would close
/// a circle do not count.
fn layers(graph: &Graph, connected: &BTreeSet<usize>) -> Vec<Vec<usize>> {
    let mut parents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in &graph.edges {
        if edge.from != edge.to {
            parents.entry(edge.from).or_default().push(edge.to);
        }
    }
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done(usize),
    }
    let mut states = vec![State::New; graph.tables.len()];
    for &start in connected {
        // Depth first without recursion: a chain of tables can be long.
        let mut open = vec![(start, 0, 0)];
        while let Some((table, next, layer)) = open.pop() {
            if matches!(states[table], State::Done(_)) {
                continue;
            }
            states[table] = State::Open;
            let of_table = parents.get(&table).map_or(&[][..], Vec::as_slice);
            match of_table.get(next) {
                None => states[table] = State::Done(layer),
                Some(&parent) => match states[parent] {
                    State::Done(above) => open.push((table, next + 1, layer.max(above + 1))),
                    State::Open => open.push((table, next + 1, layer)),
                    State::New => {
                        open.push((table, next, layer));
                        open.push((parent, 0, 0));
                    }
                },
            }
        }
    }
    let mut layers: Vec<Vec<usize>> = Vec::new();
    for &table in connected {
        let State::Done(layer) = states[table] else {
            continue;
        };
        if layers.len() <= layer {
            layers.resize(layer + 1, Vec::new());
        }
        layers[layer].push(table);
    }
    layers.retain(|layer| !layer.is_empty());
    layers
}

/// Takes layers apart that would be much higher than the picture has to be.
fn split(layers: Vec<Vec<usize>>, sizes: &[(f64, f64)]) -> Vec<Vec<Thing>> {
    let tall = |tables: &[usize]| -> f64 { tables.iter().map(|t| sizes[*t].1 + GAP).sum() };
    let area: f64 = layers
        .iter()
        .flatten()
        .map(|t| (sizes[*t].0 + CHANNEL) * (sizes[*t].1 + GAP))
        .sum();
    let tallest = sizes.iter().map(|size| size.1).fold(0.0, f64::max);
    let height = (area / ASPECT).sqrt().max(tallest + GAP);
    let mut columns = Vec::new();
    for layer in layers {
        let n_columns = (tall(&layer) / (height * 1.25)).ceil().max(1.0);
        let share = tall(&layer) / n_columns;
        let mut column: Vec<Thing> = Vec::new();
        let mut so_far = 0.0;
        for table in layer {
            if so_far >= share {
                columns.push(std::mem::take(&mut column));
                so_far = 0.0;
            }
            so_far += sizes[table].1 + GAP;
            column.push(Thing::Table(table));
        }
        columns.push(column);
    }
    columns
}

/// The column of each table that is in one.
fn places(columns: &[Vec<Thing>], n_tables: usize) -> Vec<Option<usize>> {
    let mut at = vec![None; n_tables];
    for (column, things) in columns.iter().enumerate() {
        for thing in things {
            if let Thing::Table(table) = thing {
                at[*table] = Some(column);
            }
        }
    }
    at
}

fn height(thing: Thing, sizes: &[(f64, f64)]) -> f64 {
    match thing {
        Thing::Table(table) => sizes[table].1,
        Thing::Lane(..) => 0.0,
    }
}

fn gap(above: Thing, below: Thing) -> f64 {
    match (above, below) {
        (Thing::Table(_), Thing::Table(_)) => GAP,
        (_, Thing::Lane(..)) => LABELLED,
        (Thing::Lane(..), Thing::Table(_)) => LANE,
    }
}

/// The upper ends of all things, as close together as they may be, around one middle.
fn stack(columns: &[Vec<Thing>], sizes: &[(f64, f64)]) -> Vec<Vec<f64>> {
    let mut all = Vec::new();
    for things in columns {
        let mut ends = Vec::new();
        let mut y = 0.0;
        for (at, thing) in things.iter().enumerate() {
            if at > 0 {
                y += gap(things[at - 1], *thing);
            }
            ends.push(y);
            y += height(*thing, sizes);
        }
        for end in &mut ends {
            *end -= y / 2.0;
        }
        all.push(ends);
    }
    all
}

/// Moves things to the heights of what they are connected with, as far as their neighbours let them.
fn straighten(
    graph: &Graph,
    routes: &[Vec<usize>],
    at: &[Option<usize>],
    columns: &[Vec<Thing>],
    sizes: &[(f64, f64)],
    heights: &mut [Vec<f64>],
) {
    let near = neighbours(graph, routes, at);
    let mut index: BTreeMap<(usize, Thing), usize> = BTreeMap::new();
    for (column, things) in columns.iter().enumerate() {
        for (rank, thing) in things.iter().enumerate() {
            index.insert((column, *thing), rank);
        }
    }
    let total: f64 = columns
        .iter()
        .map(|things| things.iter().map(|t| height(*t, sizes) + GAP).sum())
        .fold(0.0, f64::max);
    for round in 0..24 {
        for step in 0..columns.len() {
            let column = match round % 2 {
                0 => step,
                _ => columns.len() - 1 - step,
            };
            let things = &columns[column];
            for rank in 0..things.len() {
                let thing = things[rank];
                let others = near.get(&(column, thing)).into_iter().flatten();
                let middles: Vec<f64> = others
                    .filter_map(|other| {
                        let rank = *index.get(other)?;
                        Some(heights[other.0][rank] + height(other.1, sizes) / 2.0)
                    })
                    .collect();
                if middles.is_empty() {
                    continue;
                }
                let own = height(thing, sizes);
                let wanted = middles.iter().sum::<f64>() / middles.len() as f64 - own / 2.0;
                let lowest = match rank {
                    0 => -total / 2.0,
                    _ => {
                        let above = things[rank - 1];
                        heights[column][rank - 1] + height(above, sizes) + gap(above, thing)
                    }
                };
                let highest = match things.get(rank + 1) {
                    None => total / 2.0 - own,
                    Some(below) => heights[column][rank + 1] - gap(thing, *below) - own,
                };
                heights[column][rank] = wanted.min(highest).max(lowest);
            }
        }
    }
}

fn draw(
    graph: &Graph,
    sizes: &[(f64, f64)],
    connected: &BTreeSet<usize>,
    columns: &[Vec<Thing>],
    routes: &[Vec<usize>],
    heights: &[Vec<f64>],
) -> Layout {
    let nowhere = Placed {
        x: 0.0,
        y: 0.0,
        width: 0.0,
        height: 0.0,
    };
    let mut tables = vec![nowhere; graph.tables.len()];
    let top = heights.iter().flatten().copied().fold(0.0, f64::min);
    let mut lanes: BTreeMap<(usize, Thing), (f64, f64, f64)> = BTreeMap::new();
    let (mut x, mut bottom) = (0.0, 0.0_f64);
    for (column, things) in columns.iter().enumerate() {
        let widths = things.iter().map(|thing| match thing {
            Thing::Table(table) => sizes[*table].0,
            Thing::Lane(..) => 0.0,
        });
        let width = widths.fold(0.0, f64::max);
        for (thing, y) in things.iter().zip(&heights[column]) {
            let y = y - top;
            match *thing {
                Thing::Table(table) => {
                    tables[table] = Placed {
                        x,
                        y,
                        width,
                        height: sizes[table].1,
                    };
                    bottom = bottom.max(y + sizes[table].1);
                }
                lane => {
                    lanes.insert((column, lane), (x, x + width, y));
                    bottom = bottom.max(y);
                }
            }
        }
        x += width + CHANNEL;
    }
    let mut width = (x - CHANNEL).max(0.0);
    let alone: Vec<usize> = (0..graph.tables.len())
        .filter(|table| !connected.contains(table))
        .collect();
    let has_loop: BTreeSet<usize> = graph.edges.iter().map(|edge| edge.to).collect();
    let lower = shelve(&alone, &has_loop, sizes, &mut tables, width, bottom);
    for table in &alone {
        width = width.max(tables[*table].x + tables[*table].width + LOOP);
    }
    let way = |(edge, route): (&Edge, &Vec<usize>)| {
        let lane = Thing::Lane(edge.to, edge.role);
        let passed = route
            .iter()
            .filter_map(|column| lanes.get(&(*column, lane)));
        passed.copied().collect()
    };
    Layout {
        lanes: graph.edges.iter().zip(routes).map(way).collect(),
        tables,
        width,
        height: lower,
    }
}

/// Puts tables that nothing connects below the others, each into the shortest pile. Returns the lower
/// end.
fn shelve(
    alone: &[usize],
    has_loop: &BTreeSet<usize>,
    sizes: &[(f64, f64)],
    tables: &mut [Placed],
    width: f64,
    bottom: f64,
) -> f64 {
    let widest = alone.iter().map(|t| sizes[*t].0).fold(0.0, f64::max);
    if alone.is_empty() {
        return bottom;
    }
    // A table that nothing else connects may still point to itself.
    let is_looped = alone.iter().any(|table| has_loop.contains(table));
    let step = widest + if is_looped { LOOP + GAP } else { GAP };
    let area: f64 = alone.iter().map(|t| step * (sizes[*t].1 + GAP)).sum();
    let wide = width.max((area * ASPECT).sqrt());
    let n_piles = ((wide + GAP) / step).floor().max(1.0) as usize;
    let start = if bottom > 0.0 {
        bottom + 2.0 * GAP
    } else {
        0.0
    };
    let mut piles = vec![start; n_piles];
    for table in alone {
        let shortest = (0..n_piles).min_by(|a, b| piles[*a].total_cmp(&piles[*b]));
        let Some(pile) = shortest else { continue };
        tables[*table] = Placed {
            x: pile as f64 * step,
            y: piles[pile],
            width: widest,
            height: sizes[*table].1,
        };
        piles[pile] += sizes[*table].1 + GAP;
    }
    piles.into_iter().fold(bottom, f64::max) - GAP
}
