//! Rows of one table, searched and sorted: a job that goes on over many ticks.

use std::cmp::Ordering;

use gamedb::Value;
use serde::Serialize;

use crate::cell::{Cell, IN_LISTS, Reason};
use crate::inspected::{AnyRow, Inspected, KeySchema, TableSchema, Unreadable};
use crate::query::Query;

/// Number of rows that are looked at before the clock is.
const CHUNK: usize = 256;
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
    #[serde(serialize_with = "optional_as_text")]
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

fn optional_as_text<S: serde::Serializer>(at: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => to.collect_str(at),
        None => to.serialize_none(),
    }
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
    scratch: String,
}

/// Rows that name one row are found without a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ByIndex {
    parent: usize,
    at: i64,
    incoming: usize,
    n_visited: usize,
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
            scratch: String::new(),
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
            Some(index) => self.step_index(world, index)?,
            None => self.step_scan(world, from)?,
        }
        Ok(self.next.is_none() || self.is_full())
    }

    /// Whether the page has all rows that it needs. It takes one more, to know whether there is another page.
    fn is_full(&self) -> bool {
        self.best.most == 0 && self.rows.len() > self.wanted.limit
    }

    fn step_scan(&mut self, world: &dyn Inspected, from: i64) -> Result<(), Unreadable> {
        let mut n_left = CHUNK;
        self.next = None;
        let table = self.wanted.table;
        world.scan(table, from, &mut |row| {
            if n_left == 0 || self.is_full() {
                self.next = Some(row.at());
                return false;
            }
            n_left -= 1;
            self.look(row);
            true
        })
    }

    fn step_index(&mut self, world: &dyn Inspected, index: ByIndex) -> Result<(), Unreadable> {
        let ByIndex {
            parent,
            at,
            incoming,
            n_visited,
        } = index;
        let mut n_left = CHUNK;
        let from = self.next.unwrap_or(i64::MAX);
        self.next = None;
        world.naming(parent, at, incoming, n_visited, &mut |row| {
            if n_left == 0 || self.is_full() {
                self.next = Some(from);
                return false;
            }
            n_left -= 1;
            if row.at() >= from {
                self.look(row);
            }
            true
        })?;
        self.index = Some(ByIndex {
            n_visited: n_visited + (CHUNK - n_left),
            ..index
        });
        Ok(())
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

    fn look(&mut self, row: &dyn AnyRow) {
        self.n_scanned += 1;
        if !self
            .wanted
            .query
            .matches(row, self.n_columns, &mut self.scratch)
        {
            return;
        }
        self.n_found += 1;
        match self.wanted.order {
            Order::Place(_) => self.rows.push(copy(row, self.n_columns)),
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
            n_visited: 0,
        })
    })
}

/// The first rows in the order of a column, kept while all rows go by.
#[derive(Debug)]
struct Best {
    most: usize,
    is_descending: bool,
    /// In no order; at most twice as many as wanted.
    kept: Vec<(SortKey, i64)>,
    /// The last one that is still wanted, once there are enough.
    bound: Option<(SortKey, i64)>,
}

/// A copied value in SQLite's order: NULL, numbers, texts, blobs.
#[derive(Clone, Debug, PartialEq)]
enum SortKey {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl SortKey {
    fn as_value(&self) -> Value<'_> {
        match self {
            SortKey::Null => Value::Null,
            SortKey::Integer(integer) => Value::Integer(*integer),
            SortKey::Real(real) => Value::Real(*real),
            SortKey::Text(text) => Value::Text(text),
            SortKey::Blob(bytes) => Value::Blob(bytes),
        }
    }

    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Null => SortKey::Null,
            Value::Integer(integer) => SortKey::Integer(integer),
            Value::Real(real) => SortKey::Real(real),
            Value::Text(text) => SortKey::Text(text.to_owned()),
            Value::Blob(bytes) => SortKey::Blob(bytes.to_owned()),
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "an order for people; ties go by place"
)]
fn compare(a: Value<'_>, b: Value<'_>) -> Ordering {
    let rank = |value: Value<'_>| match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 1,
        Value::Text(_) => 2,
        Value::Blob(_) => 3,
    };
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(&b),
        (Value::Integer(a), Value::Real(b)) => (a as f64).total_cmp(&b),
        (Value::Real(a), Value::Integer(b)) => a.total_cmp(&(b as f64)),
        (Value::Real(a), Value::Real(b)) => a.total_cmp(&b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Blob(a), Value::Blob(b)) => a.cmp(b),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

impl Best {
    fn new(most: usize, is_descending: bool) -> Self {
        Self {
            most,
            is_descending,
            kept: Vec::new(),
            bound: None,
        }
    }

    fn order(&self, a: (Value<'_>, i64), b: (Value<'_>, i64)) -> Ordering {
        let by_value = compare(a.0, b.0);
        let by_value = if self.is_descending {
            by_value.reverse()
        } else {
            by_value
        };
        by_value.then(a.1.cmp(&b.1))
    }

    fn offer(&mut self, value: Value<'_>, at: i64) {
        if let Some((key, place)) = &self.bound
            && self.order((value, at), (key.as_value(), *place)).is_gt()
        {
            return;
        }
        self.kept.push((SortKey::of(value), at));
        if self.kept.len() >= 2 * self.most.max(CHUNK) {
            self.sort();
            self.bound = self.kept.last().cloned();
        }
    }

    fn sort(&mut self) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_unstable_by(|a, b| self.order((a.0.as_value(), a.1), (b.0.as_value(), b.1)));
        kept.truncate(self.most);
        self.kept = kept;
    }

    /// The places of the first rows, in order.
    fn ranked(&mut self) -> impl Iterator<Item = i64> + '_ {
        self.sort();
        self.kept.iter().map(|&(_, at)| at)
    }
}
