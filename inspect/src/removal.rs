//! What a removal would take along: a job that goes on over many ticks, and removes nothing.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::cell::Cell;
use crate::inspected::{Fate, IncomingSchema, Inspected, KeySchema, Place, Schema, Unreadable};
use crate::row_page::label_of;

/// Number of rows that are followed before the clock is looked at.
const CHUNK: usize = 128;
/// Number of rows of each table that are named.
const FEW: usize = 50;
/// Number of rows that are looked at once more, at the end, before the clock is.
const SIFTED: usize = 1024;
/// A removal of more rows is not followed to its end.
const MOST: usize = 100_000;

/// A removal that is being followed. It goes the way that [`gamedb::World::remove`] goes, in the same order: of two keys
/// that share a column, the one that is followed first may set it to NULL, and then the other names nothing.
#[derive(Debug)]
pub(crate) struct Removal {
    start: Place,
    /// Rows to be removed. One that is named twice is in it twice.
    to_visit: Vec<Place>,
    /// The row whose keys are being followed; it is still there.
    current: Option<Visit>,
    /// Keys of which a named column becomes NULL: who names the row by it names nothing any more.
    lost_names: Vec<Visit>,
    removed: HashSet<(usize, i64)>,
    by_table: HashMap<usize, Removed>,
    /// Columns that become NULL.
    nulls: HashSet<(usize, i64, usize)>,
    set_null: Vec<Held>,
    refusing: Vec<Held>,
    /// How many of these were looked at once more, after everything was followed.
    n_sifted: usize,
    still_null: Staying,
    still_refusing: Staying,
    is_cut: bool,
}

/// A row, the key that names it to go on with, and the least id of the naming rows that were not seen yet.
#[derive(Clone, Copy, Debug)]
struct Visit {
    row: Place,
    incoming: usize,
    from: i64,
}

impl Visit {
    fn new(row: Place, incoming: usize) -> Self {
        Self {
            row,
            incoming,
            from: i64::MIN,
        }
    }
}

/// A row that stays, and names a row that goes, or one that loses its name.
#[derive(Clone, Copy, Debug)]
struct Held {
    row: Place,
    key: KeySchema,
    of: Place,
}

/// Rows that stay and are affected in the end: a row that was followed later may have taken them along.
#[derive(Debug, Default)]
struct Staying {
    n_rows: usize,
    first: Vec<Held>,
}

impl Staying {
    fn push(&mut self, held: Held) {
        self.n_rows += 1;
        if self.first.len() < FEW {
            self.first.push(held);
        }
    }
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
    /// Rows of which a key becomes NULL. Their number grows while keys are being followed, and afterwards there are at most
    /// so many, until it is done. The same holds for those that refuse.
    set_null: Vec<HeldRow>,
    n_set_null: usize,
    /// Rows that refuse the removal, because they would name a row that is gone.
    refusing: Vec<HeldRow>,
    n_refusing: usize,
    /// Whether there are too many rows to follow all of them.
    is_cut: bool,
    /// Whether all keys were followed, so that nothing more is found. Never if there are too many rows.
    is_followed: bool,
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
    key: KeySchema,
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
        Ok(start.map(|start| Self {
            start,
            to_visit: vec![start],
            current: None,
            lost_names: Vec::new(),
            removed: HashSet::new(),
            by_table: HashMap::new(),
            nulls: HashSet::new(),
            set_null: Vec::new(),
            refusing: Vec::new(),
            n_sifted: 0,
            still_null: Staying::default(),
            still_refusing: Staying::default(),
            is_cut: false,
        }))
    }

    fn is_removed(&self, row: Place) -> bool {
        self.removed.contains(&(row.table, row.at))
    }

    /// Whether one of these columns of a row becomes NULL.
    fn has_null(&self, row: Place, columns: &[usize]) -> bool {
        let mut columns = columns.iter();
        columns.any(|&column| self.nulls.contains(&(row.table, row.at, column)))
    }

    fn remove(&mut self, row: Place) {
        if !self.removed.insert((row.table, row.at)) {
            return;
        }
        let of_table = self.by_table.entry(row.table).or_default();
        of_table.n_rows += 1;
        if of_table.first.len() < FEW {
            of_table.first.push(row);
        }
        self.is_cut |= self.removed.len() >= MOST;
    }

    /// The rows to look at next: those that name a row by one key.
    fn next_visit(&mut self, schema: &Schema) -> Option<Visit> {
        loop {
            if let Some(visit) = self.lost_names.pop() {
                return Some(visit);
            }
            if let Some(visit) = self.current.take() {
                if visit.incoming < schema.tables[visit.row.table].incoming.len() {
                    return Some(visit);
                }
                self.remove(visit.row);
            }
            let row = self.to_visit.pop()?;
            if !self.is_removed(row) {
                self.current = Some(Visit::new(row, 0));
            }
        }
    }

    /// Follows some more rows. Returns whether the end was reached.
    pub(crate) fn step(
        &mut self,
        world: &dyn Inspected,
        schema: &Schema,
    ) -> Result<bool, Unreadable> {
        if !self.is_followed() {
            self.follow_some(world, schema)?;
        }
        if self.is_followed() {
            self.sift(schema);
        }
        Ok(self.is_done())
    }

    /// Looks once more at some of the rows that were found to stay.
    fn sift(&mut self, schema: &Schema) {
        for _ in 0..SIFTED {
            let n = self.n_sifted;
            if let Some(&held) = self.set_null.get(n) {
                // A row that goes itself needs no NULL.
                if !self.is_removed(held.row) {
                    self.still_null.push(held);
                }
            } else if let Some(&held) = self.refusing.get(n - self.set_null.len()) {
                // And holds nothing; nor does one whose key becomes NULL.
                let columns = schema.tables[held.row.table].columns_of(held.key);
                if !self.is_removed(held.row) && !self.has_null(held.row, columns) {
                    self.still_refusing.push(held);
                }
            } else {
                return;
            }
            self.n_sifted += 1;
        }
    }

    fn follow_some(&mut self, world: &dyn Inspected, schema: &Schema) -> Result<(), Unreadable> {
        let mut n_left = CHUNK;
        while n_left > 0 && !self.is_cut {
            let is_of_lost = !self.lost_names.is_empty();
            let Some(visit) = self.next_visit(schema) else {
                return Ok(());
            };
            let Visit {
                row,
                incoming,
                from,
            } = visit;
            let key = schema.tables[row.table].incoming[incoming];
            let (mut found, mut next) = (Vec::new(), None);
            world.naming(row.table, row.at, incoming, from, &mut |by| {
                if found.len() == CHUNK {
                    next = Some(by.id());
                    return false;
                }
                let own = Place {
                    table: key.table,
                    at: by.at(),
                    id: by.id(),
                };
                found.push((own, by.owned()));
                true
            })?;
            n_left = n_left.saturating_sub(found.len() + 1);
            let rest = next.map(|from| Visit { from, ..visit });
            if is_of_lost {
                let held = found.iter().map(|&(by, _)| Held {
                    row: by,
                    key: key.key,
                    of: row,
                });
                self.refusing.extend(held);
                self.lost_names.extend(rest);
            } else {
                // A row whose name has become NULL is named by nothing.
                let named = schema.tables[key.table].named_by(key.key);
                let is_named = !self.has_null(row, named);
                let rest = rest.filter(|_| is_named);
                self.current = Some(rest.unwrap_or_else(|| Visit::new(row, incoming + 1)));
                if is_named {
                    for (by, owned) in found {
                        self.follow(schema, key, row, by, owned);
                    }
                }
            }
            let n_most = self.set_null.len().max(self.refusing.len());
            self.is_cut |= n_most.max(self.to_visit.len() / 2) >= MOST;
        }
        if self.is_cut {
            self.to_visit.clear();
            self.lost_names.clear();
            self.current = None;
        }
        Ok(())
    }

    fn is_followed(&self) -> bool {
        self.to_visit.is_empty() && self.lost_names.is_empty() && self.current.is_none()
    }

    fn is_done(&self) -> bool {
        self.is_followed() && self.n_sifted == self.set_null.len() + self.refusing.len()
    }

    /// What becomes of a row that names a row which is being removed.
    fn follow(
        &mut self,
        schema: &Schema,
        key: IncomingSchema,
        of: Place,
        by: Place,
        owned: Option<Place>,
    ) {
        let info = &schema.tables[by.table];
        let columns = info.columns_of(key.key);
        if self.is_removed(by) || self.has_null(by, columns) {
            return;
        }
        let held = Held {
            row: by,
            key: key.key,
            of,
        };
        match (key.on_removal, owned) {
            (Fate::RemovedWithOwned, Some(owned)) => self.to_visit.push(owned),
            // Nothing names a pivot's row, and it goes before the row that it is about.
            (Fate::Removed | Fate::RemovedWithOwned, _) if info.pivot_of.is_some() => {
                self.remove(by);
            }
            (Fate::Removed | Fate::RemovedWithOwned, _) => self.to_visit.push(by),
            (Fate::SetNull, _) => {
                self.set_null.push(held);
                self.lose_names(schema, by, columns);
                let columns = columns.iter();
                self.nulls
                    .extend(columns.map(|&column| (by.table, by.at, column)));
            }
            (Fate::Refused, _) => self.refusing.push(held),
        }
    }

    /// Whoever names a row by one of these columns, which are about to become NULL, may name nothing afterwards.
    fn lose_names(&mut self, schema: &Schema, row: Place, columns: &[usize]) {
        for (incoming, key) in schema.tables[row.table].incoming.iter().enumerate() {
            let named = schema.tables[key.table].named_by(key.key);
            let is_lost = named.iter().any(|column| columns.contains(column));
            if is_lost && !self.has_null(row, named) {
                self.lost_names.push(Visit::new(row, incoming));
            }
        }
    }

    /// What was found so far. O(rows that are listed), and not O(rows that were found): each partial answer has one.
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
        let (set_null, n_set_null) = self.listed(&self.set_null, &self.still_null);
        let (refusing, n_refusing) = self.listed(&self.refusing, &self.still_refusing);
        Ok(Preview {
            start: self.start,
            n_removed: self.removed.len() as u64,
            removed,
            set_null,
            n_set_null,
            refusing,
            n_refusing,
            is_cut: self.is_cut,
            is_followed: self.is_followed() && !self.is_cut,
            is_done: self.is_done(),
        })
    }

    /// The first rows, and the number of all of them: until the end is reached, of all that were found so far and may stay.
    fn listed(&self, found: &[Held], staying: &Staying) -> (Vec<HeldRow>, usize) {
        let row = |held: &Held| HeldRow {
            place: held.row,
            key: held.key,
            of: held.of,
        };
        if self.is_done() {
            return (staying.first.iter().map(row).collect(), staying.n_rows);
        }
        let first = found.iter().take(FEW);
        let first = first.filter(|held| !self.is_removed(held.row));
        (first.map(row).collect(), found.len())
    }
}

#[cfg(test)]
mod tests;
