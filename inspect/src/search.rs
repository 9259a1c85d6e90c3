//! Rows of one table, searched and sorted: a job that goes on over many ticks.

mod best;

use gamedb::Value;
use serde::Serialize;

use crate::cell::{Cell, IN_LISTS, Reason};
use crate::inspected::{AnyRow, Inspected, KeySchema, TableSchema, Unreadable};
use crate::query::{Query, Scratch};
use best::Best;

/// Number of rows that are looked at before the clock is.
const CHUNK: usize = 256;
/// Number of bytes that are looked at or copied before the clock is. One value is looked at as a whole.
const BYTES: usize = 64 * 1024;
/// The most rows of one page.
pub(crate) const MOST_ROWS: usize = 200;
/// The last row of a sorted list that can be reached: all rows before it are kept and sorted, in one go.
pub(crate) const MOST_SORTED: usize = 2000;

/// Which rows, and in which order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) table: usize,
    pub(crate) query: Query,
    pub(crate) order: Order,
    pub(crate) limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// By place, from this one on.
    Place(i64),
    /// By a column, `None` for the id, without the first `skip` rows.
    Column {
        column: Option<usize>,
        is_descending: bool,
        skip: usize,
    },
}

/// The rows of a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Page {
    rows: Vec<PageRow>,
    /// Number of rows that were looked at.
    n_scanned: u64,
    /// Number of rows that satisfy the query among them.
    n_found: u64,
    n_rows: u64,
    /// The place at which the next page begins, if there is one.
    #[serde(serialize_with = "crate::cell::optional_as_text")]
    next: Option<i64>,
    /// Whether the search has come to its end.
    is_done: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct PageRow {
    #[serde(serialize_with = "crate::cell::as_text")]
    at: i64,
    #[serde(serialize_with = "crate::cell::as_text")]
    id: i64,
    cells: Vec<Cell>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unflushed: Option<Reason>,
}

/// A search that is under way.
#[derive(Debug)]
pub(crate) struct Search {
    wanted: Wanted,
    n_columns: usize,
    /// Only in a pivot is a row's place not its id.
    is_pivot: bool,
    /// The foreign key, among the incoming ones of another table, through which an index finds the rows.
    index: Option<ByIndex>,
    /// Where to go on; `None` at the end.
    next: Option<i64>,
    n_scanned: u64,
    n_found: u64,
    rows: Vec<PageRow>,
    best: Best,
    scratch: Scratch,
}

/// Rows that name one row are found without a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ByIndex {
    parent: usize,
    at: i64,
    incoming: usize,
}

/// What is left of a step.
struct Left {
    n_rows: usize,
    n_bytes: usize,
}

impl Left {
    fn of_step() -> Self {
        Self {
            n_rows: CHUNK,
            n_bytes: BYTES,
        }
    }

    fn is_nothing(&self) -> bool {
        self.n_rows == 0 || self.n_bytes == 0
    }

    fn take(&mut self, n_bytes: usize) {
        self.n_rows -= 1;
        self.n_bytes = self.n_bytes.saturating_sub(n_bytes);
    }
}

impl Search {
    pub(crate) fn new(wanted: Wanted, tables: &[TableSchema]) -> Self {
        let from = match wanted.order {
            Order::Place(at) => at,
            Order::Column { .. } => i64::MIN,
        };
        let most = match wanted.order {
            Order::Place(_) => 0,
            Order::Column { skip, .. } => skip + wanted.limit,
        };
        Self {
            n_columns: tables[wanted.table].columns.len(),
            is_pivot: tables[wanted.table].pivot_of.is_some(),
            index: by_index(&wanted, tables),
            next: Some(from),
            n_scanned: 0,
            n_found: 0,
            rows: Vec::new(),
            best: Best::new(
                most,
                matches!(
                    wanted.order,
                    Order::Column {
                        is_descending: true,
                        ..
                    }
                ),
            ),
            scratch: Scratch::default(),
            wanted,
        }
    }

    /// Looks at some more rows. Returns whether the search has come to its end.
    pub(crate) fn step(&mut self, world: &dyn Inspected) -> Result<bool, Unreadable> {
        if let Some(id) = self.wanted.query.wanted_id()
            && self.next.is_some()
            && !self.is_pivot
        {
            return self.one(world, id);
        }
        let Some(from) = self.next else {
            return Ok(true);
        };
        match self.index {
            Some(index) => self.step_index(world, index, from)?,
            None => self.step_scan(world, from)?,
        }
        Ok(self.next.is_none() || self.is_full())
    }

    /// Whether the page has all rows that it needs. It takes one more, to know whether there is another page.
    fn is_full(&self) -> bool {
        self.best.most == 0 && self.rows.len() > self.wanted.limit
    }

    fn step_scan(&mut self, world: &dyn Inspected, from: i64) -> Result<(), Unreadable> {
        let mut left = Left::of_step();
        self.next = None;
        let table = self.wanted.table;
        world.scan(table, from, &mut |row| self.go_on(row, &mut left))
    }

    fn step_index(
        &mut self,
        world: &dyn Inspected,
        index: ByIndex,
        from: i64,
    ) -> Result<(), Unreadable> {
        let mut left = Left::of_step();
        self.next = None;
        let ByIndex {
            parent,
            at,
            incoming,
        } = index;
        // Not in a pivot, so the place of a row is its id.
        world.naming(parent, at, incoming, from, &mut |row| {
            self.go_on(row, &mut left)
        })
    }

    /// Looks at a row, unless the step is over: then the next one begins there.
    fn go_on(&mut self, row: &dyn AnyRow, left: &mut Left) -> bool {
        if left.is_nothing() || self.is_full() {
            self.next = Some(row.at());
            return false;
        }
        left.take(self.look(row));
        true
    }

    fn one(&mut self, world: &dyn Inspected, id: i64) -> Result<bool, Unreadable> {
        let from = self.next.take().unwrap_or(i64::MAX);
        world.row(self.wanted.table, id, &mut |row| {
            if row.at() >= from {
                self.look(row);
            }
        })?;
        Ok(true)
    }

    /// Looks at one row. Returns the number of bytes that were looked at and copied.
    fn look(&mut self, row: &dyn AnyRow) -> usize {
        self.n_scanned += 1;
        let query = &self.wanted.query;
        let is_found = query.matches(row, self.n_columns, &mut self.scratch);
        let n_bytes = self.scratch.take_n_bytes();
        if !is_found {
            return n_bytes;
        }
        self.n_found += 1;
        n_bytes
            + match self.wanted.order {
                Order::Place(_) => {
                    // Of each value no more than a list shows, and of all rows no more than a page has.
                    self.rows.push(copy(row, self.n_columns));
                    0
                }
                Order::Column { column, .. } => match column {
                    None => self.best.offer(Value::Integer(row.id()), row.at()),
                    Some(column) => self.best.offer(row.value(column).as_value(), row.at()),
                },
            }
    }

    /// The page as far as the search has come.
    pub(crate) fn page(&mut self, world: &dyn Inspected) -> Result<Page, Unreadable> {
        let is_done = self.next.is_none() || self.is_full();
        let (mut rows, mut next) = (self.rows.clone(), None);
        if let Order::Column { skip, .. } = self.wanted.order {
            let n_columns = self.n_columns;
            rows.clear();
            for at in self.best.ranked().skip(skip).take(self.wanted.limit) {
                // A row that was removed meanwhile is left out.
                let mut push = |row: &dyn AnyRow| rows.push(copy(row, n_columns));
                world.row(self.wanted.table, at, &mut push)?;
            }
        } else if rows.len() > self.wanted.limit {
            next = rows.get(self.wanted.limit).map(|row| row.at);
            rows.truncate(self.wanted.limit);
            self.n_found = self.n_found.min(self.wanted.limit as u64);
        }
        Ok(Page {
            rows,
            n_scanned: self.n_scanned,
            n_found: self.n_found,
            n_rows: world.size(self.wanted.table)?.rows,
            next,
            is_done,
        })
    }
}

fn copy(row: &dyn AnyRow, n_columns: usize) -> PageRow {
    PageRow {
        at: row.at(),
        id: row.id(),
        cells: (0..n_columns)
            .map(|column| Cell::of(&row.value(column), IN_LISTS))
            .collect(),
        unflushed: row.unflushed().as_ref().map(Reason::from),
    }
}

/// The index that finds the rows of a search, if a term names a row by a foreign key.
fn by_index(wanted: &Wanted, tables: &[TableSchema]) -> Option<ByIndex> {
    let table = &tables[wanted.table];
    if table.pivot_of.is_some() {
        // The index has a pivot's rows in the order of their ids, which is not that of their places.
        return None;
    }
    wanted.query.wanted_integers().find_map(|(column, id)| {
        let mut keys = table.foreign_keys.iter();
        let foreign_key = keys.position(|key| key.column == column && key.table.is_some())?;
        let parent = table.foreign_keys[foreign_key].table?;
        // A pivot's row is not found by its id.
        if tables[parent].pivot_of.is_some() {
            return None;
        }
        let mut incoming = tables[parent].incoming.iter();
        let key = KeySchema::Foreign(foreign_key);
        let incoming = incoming.position(|of| of.table == wanted.table && of.key == key)?;
        Some(ByIndex {
            parent,
            at: id,
            incoming,
        })
    })
}

#[cfg(test)]
pub(crate) mod tests;
