//! What a removal would take along: a job that goes on over many ticks, and removes nothing.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::cell::Cell;
use crate::inspected::{Fate, Inspected, Place, Schema, Unreadable};
use crate::row_page::label_of;

/// Number of rows that are followed before the clock is looked at.
const CHUNK: usize = 128;
/// Number of rows of each table that are named.
const FEW: usize = 50;
/// A removal of more rows is not followed to its end.
const MOST: usize = 100_000;

/// A removal that is being followed. It goes the way that [`gamedb::World::remove`] goes.
#[derive(Debug)]
pub(crate) struct Removal {
    start: Place,
    /// Rows to be removed whose children were not looked at, each with the foreign key to go on with and
    /// the number of its children that were seen.
    to_visit: Vec<(Place, usize, usize)>,
    removed: HashSet<(usize, i64)>,
    by_table: HashMap<usize, Removed>,
    set_null: Vec<Held>,
    refusing: Vec<Held>,
    is_cut: bool,
}

/// A row that stays, and names a row that goes.
#[derive(Clone, Copy, Debug)]
struct Held {
    row: Place,
    foreign_key: usize,
    of: Place,
}

#[derive(Clone, Debug, Default)]
struct Removed {
    n_rows: u64,
    first: Vec<Place>,
}

/// What was found so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Preview {
    start: Place,
    removed: Vec<RemovedRows>,
    n_removed: u64,
    /// Rows whose foreign key becomes NULL.
    set_null: Vec<HeldRow>,
    n_set_null: usize,
    /// Rows that refuse the removal, because they would name a row that is gone.
    refusing: Vec<HeldRow>,
    n_refusing: usize,
    /// Whether there are too many rows to follow all of them.
    is_cut: bool,
    is_done: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct RemovedRows {
    table: usize,
    n_rows: u64,
    rows: Vec<Labelled>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Labelled {
    place: Place,
    label: Option<Cell>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct HeldRow {
    place: Place,
    foreign_key: usize,
    of: Place,
}

impl Removal {
    /// Starts with a row; `None` if there is none at this place. A pivot's row is removed with the row that it is
    /// about, so that one is the start.
    pub(crate) fn new(
        world: &dyn Inspected,
        table: usize,
        at: i64,
    ) -> Result<Option<Self>, Unreadable> {
        let mut start = None;
        world.row(table, at, &mut |row| {
            let own = Place {
                table,
                at: row.at(),
                id: row.id(),
            };
            start = Some(row.owned().unwrap_or(own));
        })?;
        Ok(start.map(|start| {
            let mut removal = Self {
                start,
                to_visit: Vec::new(),
                removed: HashSet::new(),
                by_table: HashMap::new(),
                set_null: Vec::new(),
                refusing: Vec::new(),
                is_cut: false,
            };
            removal.remove(start, true);
            removal
        }))
    }

    fn remove(&mut self, row: Place, has_children: bool) {
        if self.removed.len() >= MOST {
            self.is_cut = true;
            return;
        }
        if !self.removed.insert((row.table, row.at)) {
            return;
        }
        let of_table = self.by_table.entry(row.table).or_default();
        of_table.n_rows += 1;
        if of_table.first.len() < FEW {
            of_table.first.push(row);
        }
        if has_children {
            self.to_visit.push((row, 0, 0));
        }
    }

    /// Follows some more rows. Returns whether the end was reached.
    pub(crate) fn step(
        &mut self,
        world: &dyn Inspected,
        schema: &Schema,
    ) -> Result<bool, Unreadable> {
        let mut n_left = CHUNK;
        while n_left > 0
            && let Some((row, incoming, skip)) = self.to_visit.pop()
        {
            let Some(key) = schema.tables[row.table].incoming.get(incoming) else {
                continue;
            };
            let mut found = Vec::new();
            let n_naming = world.naming(row.table, row.at, incoming, skip, &mut |child| {
                let own = Place {
                    table: key.table,
                    at: child.at(),
                    id: child.id(),
                };
                found.push((own, child.owned()));
                found.len() < CHUNK
            })?;
            n_left = n_left.saturating_sub(found.len() + 1);
            let seen = skip + found.len();
            let is_last = seen >= n_naming || found.is_empty();
            // What comes after this foreign key, or after this part of its rows, is visited later.
            self.to_visit.push(if is_last {
                (row, incoming + 1, 0)
            } else {
                (row, incoming, seen)
            });
            for (own, owned) in found {
                let held = Held {
                    row: own,
                    foreign_key: key.foreign_key,
                    of: row,
                };
                match (key.on_removal, owned) {
                    (Fate::RemovedWithOwned, Some(owned)) => self.remove(owned, true),
                    // Nothing names a pivot's row.
                    (Fate::Removed | Fate::RemovedWithOwned, _) => {
                        let has_children = !schema.tables[own.table].incoming.is_empty();
                        self.remove(own, has_children);
                    }
                    (Fate::SetNull, _) => self.set_null.push(held),
                    (Fate::Refused, _) => self.refusing.push(held),
                }
                if self.set_null.len().max(self.refusing.len()) >= MOST {
                    self.is_cut = true;
                }
            }
            if self.is_cut {
                self.to_visit.clear();
            }
        }
        Ok(self.to_visit.is_empty())
    }

    /// What was found so far.
    pub(crate) fn preview(
        &self,
        world: &dyn Inspected,
        schema: &Schema,
    ) -> Result<Preview, Unreadable> {
        let mut removed = Vec::new();
        for (&table, of_table) in &self.by_table {
            let mut rows = Vec::new();
            for &place in &of_table.first {
                let mut label = None;
                world.row(place.table, place.at, &mut |row| {
                    label = label_of(row, schema.tables[table].columns.len());
                })?;
                rows.push(Labelled { place, label });
            }
            removed.push(RemovedRows {
                table,
                n_rows: of_table.n_rows,
                rows,
            });
        }
        removed.sort_unstable_by_key(|rows| rows.table);
        // A row that goes itself holds nothing and needs no NULL.
        let staying = |held: &&Held| !self.removed.contains(&(held.row.table, held.row.at));
        let some = |held: &[Held]| {
            let rows = held.iter().filter(staying).take(FEW).map(|held| HeldRow {
                place: held.row,
                foreign_key: held.foreign_key,
                of: held.of,
            });
            (rows.collect(), held.iter().filter(staying).count())
        };
        let (set_null, n_set_null) = some(&self.set_null);
        let (refusing, n_refusing) = some(&self.refusing);
        Ok(Preview {
            start: self.start,
            n_removed: self.removed.len() as u64,
            removed,
            set_null,
            n_set_null,
            refusing,
            n_refusing,
            is_cut: self.is_cut,
            is_done: self.to_visit.is_empty(),
        })
    }
}
