//! The rows of one table of a damaged file.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use crate::persist::sqlite::statements::quoted;

use super::{RescuedTable, is_of_the_disk};

/// The rescue of one table.
pub(super) struct Rescue<'c> {
    old: &'c Connection,
    new: &'c Connection,
    select: String,
    insert: String,
    table: String,
    /// Rows that were seen, whether they were taken or not.
    seen: BTreeSet<i64>,
    found: RescuedTable,
    /// How many rows may still be looked at.
    left: u64,
}

impl<'c> Rescue<'c> {
    pub(super) fn of_table(
        old: &'c Connection,
        new: &'c Connection,
        table: &str,
        most: u64,
    ) -> rusqlite::Result<RescuedTable> {
        let mut statement = new.prepare("SELECT name FROM pragma_table_info(?)")?;
        let columns = statement.query_map([table], |row| row.get::<_, String>(0))?;
        let columns: Vec<_> = columns
            .map(|name| Ok(quoted(&name?)))
            .collect::<rusqlite::Result<_>>()?;
        let (list, name) = (columns.join(", "), quoted(table));
        let marks = vec!["?"; columns.len()].join(", ");
        let mut rescue = Self {
            old,
            new,
            select: format!("SELECT rowid, {list} FROM {name} NOT INDEXED"),
            insert: format!("INSERT OR ABORT INTO {name} ({list}) VALUES ({marks})"),
            table: table.to_owned(),
            seen: BTreeSet::new(),
            found: RescuedTable {
                table: table.to_owned(),
                ..RescuedTable::default()
            },
            left: most,
        };
        rescue.run()?;
        Ok(rescue.found)
    }

    fn run(&mut self) -> rusqlite::Result<()> {
        let mut first = i64::MIN;
        let mut before = None;
        // Up, and over what cannot be read.
        loop {
            let (last, is_whole) = self.scan(first)?;
            before = last.or(before);
            if is_whole {
                break;
            }
            // Ids begin with 1.
            let next = before.map_or(0, |last| last.saturating_add(1));
            let Some(readable) = self.next_readable(next.max(first)) else {
                self.found.gaps.push((before, None));
                break;
            };
            self.found.gaps.push((before, Some(readable)));
            first = readable;
        }
        if !self.found.gaps.is_empty() {
            self.scan_down()?;
            self.by_indexes()?;
            self.close_gaps();
        }
        Ok(())
    }

    /// Takes rows from an id on, in order. Returns the last one, and whether it came to the end.
    fn scan(&mut self, first: i64) -> rusqlite::Result<(Option<i64>, bool)> {
        let old = self.old;
        let Ok(mut statement) =
            old.prepare(&format!("{} WHERE rowid >= ? ORDER BY rowid", self.select))
        else {
            return Ok((None, false));
        };
        let Ok(mut rows) = statement.query([first]) else {
            return Ok((None, false));
        };
        let mut last = None;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let Ok(id) = row.get(0) else {
                        return Ok((last, false));
                    };
                    let is_in_order = last.is_none_or(|last| last < id) && id >= first;
                    if !is_in_order || self.left == 0 {
                        return Ok((last, false));
                    }
                    self.left -= 1;
                    if !self.take(id)? {
                        // A page in another one's place: what comes next is not known.
                        return Ok((last, false));
                    }
                    last = Some(id);
                }
                Ok(None) => return Ok((last, true)),
                Err(_) => return Ok((last, false)),
            }
        }
    }

    /// The next id from which rows can be read again, as far as it can be found by trying.
    fn next_readable(&self, from: i64) -> Option<i64> {
        let found = |id: i64| {
            let sql = format!("{} WHERE rowid >= ? ORDER BY rowid LIMIT 1", self.select);
            let mut statement = self.old.prepare_cached(&sql).ok()?;
            let row = statement.query_row([id], |row| row.get::<_, i64>(0)).ok()?;
            // One that is not where it is looked for says nothing.
            (row >= id && self.read(row).is_some()).then_some(row)
        };
        let (mut step, mut unreadable) = (1_i64, from);
        let mut readable = loop {
            let id = from.checked_add(step)?;
            if let Some(row) = found(id) {
                break row;
            }
            unreadable = id;
            step = step.checked_mul(2)?;
        };
        let mut first = unreadable;
        let mut end = readable;
        while end.checked_sub(first).is_none_or(|distance| distance > 1) {
            let middle = first + (end / 2 - first / 2).max(1);
            if middle >= end {
                break;
            }
            match found(middle) {
                Some(row) => (end, readable) = (middle, row),
                None => first = middle,
            }
        }
        Some(readable)
    }

    /// Takes rows from the last id down, as far as that goes.
    fn scan_down(&mut self) -> rusqlite::Result<()> {
        let old = self.old;
        let sql = format!("{} ORDER BY rowid DESC", self.select);
        let Ok(mut statement) = old.prepare(&sql) else {
            return Ok(());
        };
        let Ok(mut rows) = statement.query([]) else {
            return Ok(());
        };
        let mut last: Option<i64> = None;
        while let Ok(Some(row)) = rows.next() {
            let Ok(id) = row.get(0) else { break };
            if last.is_some_and(|last| last <= id) || self.left == 0 {
                break;
            }
            self.left -= 1;
            last = Some(id);
            if !self.seen.contains(&id) && !self.take(id)? {
                break;
            }
        }
        Ok(())
    }

    /// Takes the rows that an index names.
    fn by_indexes(&mut self) -> rusqlite::Result<()> {
        let old = self.old;
        let Ok(mut statement) =
            old.prepare("SELECT name FROM pragma_index_list(?) WHERE NOT partial")
        else {
            return Ok(());
        };
        let names = statement.query_map([&self.table], |row| row.get::<_, String>(0));
        let names: Vec<String> = names.map_or_else(
            |_| Vec::new(),
            |names| names.filter_map(Result::ok).collect(),
        );
        let mut lost = BTreeSet::new();
        for index in names {
            let Some(column) = self.first_column(&index) else {
                continue;
            };
            let sql = format!(
                "SELECT rowid FROM {} INDEXED BY {} ORDER BY {column}",
                quoted(&self.table),
                quoted(&index)
            );
            let Ok(mut statement) = old.prepare(&sql) else {
                continue;
            };
            let Ok(mut rows) = statement.query([]) else {
                continue;
            };
            while let Ok(Some(row)) = rows.next() {
                let Ok(id) = row.get(0) else { break };
                if self.left == 0 {
                    break;
                }
                self.left -= 1;
                if !self.seen.contains(&id) && !self.take(id)? {
                    lost.insert(id);
                }
            }
        }
        self.found.lost = lost
            .into_iter()
            .filter(|id| !self.seen.contains(id))
            .collect();
        Ok(())
    }

    fn first_column(&self, index: &str) -> Option<String> {
        let sql = "SELECT name FROM pragma_index_xinfo(?) WHERE seqno = 0";
        let name: Option<String> = self.old.query_row(sql, [index], |row| row.get(0)).ok()?;
        name.map(|name| quoted(&name))
    }

    /// A row, if looking for its id finds it.
    fn read(&self, id: i64) -> Option<Vec<Value>> {
        let mut statement = self
            .old
            .prepare_cached(&format!("{} WHERE rowid = ?", self.select))
            .ok()?;
        let n_columns = statement.column_count();
        let read = |row: &Row<'_>| {
            let found: i64 = row.get(0)?;
            let values = (1..n_columns)
                .map(|n| row.get(n))
                .collect::<Result<Vec<Value>, _>>()?;
            Ok((found == id).then_some(values))
        };
        statement.query_row([id], read).optional().ok()??
    }

    /// Brings a row over. Returns whether it could be read.
    fn take(&mut self, id: i64) -> rusqlite::Result<bool> {
        let Some(values) = self.read(id) else {
            return Ok(false);
        };
        if self.seen.insert(id) {
            let mut insert = self.new.prepare_cached(&self.insert)?;
            match insert.execute(params_from_iter(values)) {
                Ok(_) => self.found.n_rows += 1,
                Err(error) if is_of_the_disk(&error) => return Err(error),
                Err(error) => self.found.refused.push((id, error.to_string())),
            }
        }
        Ok(true)
    }

    /// Makes gaps as narrow as what was found says.
    fn close_gaps(&mut self) {
        let seen = &self.seen;
        for (before, after) in &mut self.found.gaps {
            let (low, high) = (before.unwrap_or(i64::MIN), after.unwrap_or(i64::MAX));
            // What was found from the other end, or by an index, ends the gap only if nothing before it is open.
            let inside = || {
                seen.iter()
                    .copied()
                    .filter(move |id| low < *id && *id < high)
            };
            if after.is_none() {
                *after = inside().next();
            }
        }
    }
}
