//! What can be read of a damaged file, in a new one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};

use crate::error::{Error, FileError};

use super::super::create::log_of;
use super::super::error::open_error;
use super::super::stamp;
use super::super::statements::quoted;
use super::Progress;
use super::copy::Unfinished;
use super::snapshot::{Which, hold};

/// What [`rescue`] has found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RescueReport {
    /// The new file.
    pub path: PathBuf,
    /// Each table of the damaged file.
    pub tables: Vec<RescuedTable>,
    /// What else could not be brought over: a log that is not the file's, indexes, rows that name lost ones.
    pub notes: Vec<String>,
}

impl RescueReport {
    /// Whether nothing is known to be lost.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let mut tables = self.tables.iter();
        self.notes.is_empty() && tables.all(RescuedTable::is_complete)
    }
}

/// What was rescued of one table.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RescuedTable {
    /// The table.
    pub table: String,
    /// Number of rows that were brought over.
    pub n_rows: u64,
    /// Ids between which rows may be lost, exclusive; `None` where nothing is known before or after.
    pub gaps: Vec<(Option<i64>, Option<i64>)>,
    /// Rows that an index of the damaged file still has, and that cannot be read.
    pub lost: Vec<i64>,
    /// Rows that were read and that the new file refuses, with the reason.
    pub refused: Vec<(i64, String)>,
}

impl RescuedTable {
    /// Whether nothing of it is known to be lost.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty() && self.lost.is_empty() && self.refused.is_empty()
    }
}

/// Copies what can be read of a damaged file into a new one, row by row round the damaged pages: from the first id
/// up, from the last one down, between them wherever a row can be found, and then each row that an index names. The
/// damaged file is not written to. O(file), and longer where much is damaged.
///
/// A row counts as read if looking for its id finds it. What nobody can see is a value that was changed inside of a
/// page: [`verify`](crate::verify) tells by the content hashes in which block of rows something is not what was
/// written. The new file has no content hashes, so it is opened with
/// [`Options::accept_edits`](crate::Options::accept_edits); rows that name a lost one are listed when it is opened.
///
/// # Errors
/// [`FileError::Exists`] if there is a file `to`; [`FileError::Damaged`] if not even the list of tables can be read;
/// and what the system and SQLite say of the new file. No new file is left then.
pub fn rescue(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<RescueReport, Error> {
    Ok(rescue_file(from.as_ref(), to.as_ref(), &mut progress)?)
}

fn rescue_file(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<RescueReport, FileError> {
    if std::fs::symlink_metadata(to).is_ok() {
        let path = to.to_owned();
        return Err(FileError::Exists { path });
    }
    let unfinished = Unfinished::beside(to)?;
    let mut report = RescueReport {
        path: to.to_owned(),
        tables: Vec::new(),
        notes: Vec::new(),
    };
    let held = hold(from)?;
    let mut which = Which::WithLog;
    if let Err(error) = held.refuse_strangers(held.record().as_ref()) {
        if let FileError::OtherLog { .. } = error {
            which = Which::FileAlone;
        }
        report.notes.push(error.to_string());
    }
    let seen = held.read(which)?;
    let old = &seen.connection;
    let at_old = |source| open_error(from, source);
    let at_new = |source| open_error(unfinished.path(), source);
    let n_bytes = std::fs::metadata(from).map_or(0, |file| file.len());
    // A row has no fewer bytes; a tree that has more rows goes round in circles.
    let most = n_bytes / 6 + std::fs::metadata(log_of(from)).map_or(0, |log| log.len());
    let declared = declarations(old).map_err(at_old)?;
    let new = Connection::open(unfinished.path()).map_err(at_new)?;
    let no_rules = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN";
    new.execute_batch(no_rules).map_err(at_new)?;
    let total = declared.tables.len() as u64;
    for (done, (table, sql)) in (0..).zip(&declared.tables) {
        let stage = &format!("rows of {table}");
        progress(Progress { stage, done, total });
        new.execute_batch(sql).map_err(at_new)?;
        let rescued = Rescue::of_table(old, &new, table, most).map_err(at_new)?;
        report.tables.push(rescued);
    }
    for sql in &declared.indexes {
        if let Err(error) = new.execute_batch(sql) {
            report.notes.push(format!("{error}: {sql}"));
        }
    }
    own_tables(old, &new, &declared).map_err(at_new)?;
    report.notes.extend(dangling(&new).map_err(at_new)?);
    new.execute_batch("COMMIT").map_err(at_new)?;
    new.close().map_err(|(_, source)| at_new(source))?;
    unfinished.put(to)?;
    Ok(report)
}

/// The statements that made the file.
struct Declarations {
    /// Of the tables with ids, by name.
    tables: BTreeMap<String, String>,
    /// Of indexes that are no constraints.
    indexes: Vec<String>,
    /// Whether it has the table of next ids.
    has_ids: bool,
}

fn declarations(file: &Connection) -> rusqlite::Result<Declarations> {
    let mut statement = file.prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let all = statement.query_map([], read)?;
    let mut declared = Declarations {
        tables: BTreeMap::new(),
        indexes: Vec::new(),
        has_ids: false,
    };
    for one in all {
        let (kind, name, sql): (String, String, String) = one?;
        match kind.as_str() {
            "table" if name == "gamedb_ids" => declared.has_ids = true,
            // The state is made anew, and so are content hashes, by the models.
            "table" if name.starts_with("gamedb_") => {}
            "table" if has_ids(file, &name)? => drop(declared.tables.insert(name, sql)),
            "index" => declared.indexes.push(sql),
            _ => {}
        }
    }
    Ok(declared)
}

/// Whether the rows of a table have ids: every table that a world has.
fn has_ids(file: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM pragma_table_list
        WHERE schema = 'main' AND name = ? AND type = 'table' AND NOT wr";
    file.query_row(sql, [table], |row| row.get(0))
}

/// The rescue of one table.
struct Rescue<'c> {
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
    fn of_table(
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

/// Next ids, as far as they can be read and above all rows; and a state of its own.
fn own_tables(old: &Connection, new: &Connection, declared: &Declarations) -> rusqlite::Result<()> {
    new.execute_batch(super::super::statements::CREATE_IDS)?;
    let mut next_ids: BTreeMap<String, i64> = BTreeMap::new();
    if declared.has_ids
        && let Ok(mut statement) = old.prepare("SELECT table_name, next_id FROM gamedb_ids")
        && let Ok(mut rows) = statement.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            if let (Ok(table), Ok(next)) = (row.get(0), row.get(1)) {
                next_ids.insert(table, next);
            }
        }
    }
    for table in declared.tables.keys() {
        let sql = format!("SELECT max(rowid) FROM {}", quoted(table));
        let last: Option<i64> = new.query_row(&sql, [], |row| row.get(0))?;
        if let Some(last) = last {
            let next = next_ids.entry(table.clone()).or_default();
            *next = (*next).max(last.saturating_add(1));
        }
    }
    for (table, next) in next_ids {
        new.execute(super::super::statements::UPSERT_ID, (table, next))?;
    }
    stamp::create(new)
}

/// What the new file's rows name and it does not have.
fn dangling(new: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        new.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 1000")?;
    let note = |row: &Row<'_>| {
        let (table, id, parent): (String, Option<i64>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!(
            "{table}: row {} names a row of {parent} that is lost",
            id.unwrap_or(0)
        ))
    };
    statement.query_map([], note)?.collect()
}
