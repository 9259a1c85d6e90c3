//! The checks of a file, one after the other. Each goes as far as it can, whatever the others have found.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rusqlite::{Connection, Row};

use super::super::content_hash::{Checked, check};
use super::super::statements::quoted;
use super::Progress;
use super::verify::{FileProblem, VerifyReport};

/// More messages than this of one check say nothing more.
const MOST: i64 = 1000;

/// After how many rows progress is told.
const EVERY: u64 = 4096;

/// How many pages, or steps of SQLite's, are one tick of its progress.
const TICK: u16 = 64;

/// How often progress is told while SQLite is at work.
const PAUSE: Duration = Duration::from_millis(20);

/// What looks at one table.
type Check = fn(&Connection, &str) -> rusqlite::Result<Vec<FileProblem>>;

type OnProgress<'p> = &'p mut dyn FnMut(Progress<'_>);

pub(super) fn run(file: &mut Connection, report: &mut VerifyReport, progress: OnProgress<'_>) {
    let tables = match tables(file) {
        Ok(tables) => tables,
        Err(error) => {
            record(report, "schema", Err(error));
            Vec::new()
        }
    };
    report.n_tables = tables.len();
    let mut seen = Vec::new();
    let room: u64 = tables.iter().map(|table| room(file, table)).sum();
    for table in &tables {
        let before = report.n_rows;
        let found = ids(file, table, &mut report.n_rows, |done| {
            told("ids", done, room, progress);
        });
        record(report, "ids", found);
        seen.push((table.as_str(), report.n_rows - before));
    }
    told("ids", room, room, progress);
    let n_steps = seen
        .iter()
        .map(|&(table, n_rows)| steps(file, table, n_rows));
    let size = Size {
        n_pages: n_pages(file),
        n_rows: report.n_rows,
        n_steps: n_steps.sum(),
        is_in_rows: false,
    };
    let found = pages(file, size, progress);
    record(report, "pages", found);
    let total = report.n_rows;
    let each: [(_, Check); 2] = [("foreign keys", foreign_keys), ("pivots", pivot)];
    for (check, look) in each {
        let mut done = 0;
        for &(table, n_rows) in &seen {
            told(check, done, total, progress);
            let found = look(file, table);
            record(report, check, found);
            done += n_rows;
        }
        told(check, total, total, progress);
    }
    let found = content(file, &mut report.has_hashes, |done| {
        told("content", done, total, progress);
    });
    let is_as_written = report.has_hashes && matches!(&found, Ok(blocks) if blocks.is_empty());
    record(report, "content", found);
    if is_as_written {
        // What a world has written has owners: so this table only looks like a pivot, and the models know better.
        report.problems.retain(|problem| problem.check != "pivots");
    }
    told("content", total, total, progress);
}

/// Tells how far a stage is. What is expected is an estimate in some stages, and more may come.
fn told(stage: &str, done: u64, total: u64, progress: OnProgress<'_>) {
    let done = done.min(total);
    progress(Progress { stage, done, total });
}

/// Adds what a check has found, or why it could not go on.
fn record(
    report: &mut VerifyReport,
    name: &'static str,
    found: rusqlite::Result<Vec<FileProblem>>,
) {
    match found {
        Ok(problems) => report.problems.extend(problems),
        Err(error) => report
            .problems
            .push(FileProblem::new(name, error.to_string())),
    }
}

/// How much there is for SQLite to check.
struct Size {
    n_pages: u64,
    n_rows: u64,
    /// Steps of SQLite's over all rows and their entries in indexes.
    n_steps: u64,
    /// Whether all pages have been looked at.
    is_in_rows: bool,
}

impl Size {
    /// SQLite looks at the pages of all trees first, and then at each row with its entries in indexes.
    fn tell(&mut self, n_done: u64, progress: OnProgress<'_>) {
        let Some(n_steps) = n_done.checked_sub(self.n_pages) else {
            return told("pages", n_done, self.n_pages, progress);
        };
        if !std::mem::replace(&mut self.is_in_rows, true) {
            told("pages", self.n_pages, self.n_pages, progress);
        }
        let share = n_steps.min(self.n_steps) as f64 / self.n_steps.max(1) as f64;
        let done = (share * self.n_rows as f64) as u64;
        told("rows and indexes", done, self.n_rows, progress);
    }
}

/// SQLite's own check. It tells how far it is from within, where nothing of the caller's can be called; so it runs in a
/// thread, and the caller looks at what it has counted.
fn pages(
    file: &mut Connection,
    mut size: Size,
    progress: OnProgress<'_>,
) -> rusqlite::Result<Vec<FileProblem>> {
    let n_ticks = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&n_ticks);
    let count = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    file.progress_handler(TICK.into(), Some(count))?;
    told("pages", 0, size.n_pages, progress);
    let checked = &mut *file;
    let found = std::thread::scope(|scope| {
        // It is dropped when the thread ends, also by a panic.
        let (end, has_ended) = mpsc::channel::<()>();
        let check = move || {
            let _end = end;
            integrity_check(checked)
        };
        let thread = std::thread::Builder::new().name("gamedb-verify".into());
        let thread = match thread.spawn_scoped(scope, check) {
            Ok(thread) => thread,
            Err(error) => {
                let message = format!("they could not be checked: {error}");
                return Ok(vec![FileProblem::new("pages", message)]);
            }
        };
        while let Err(RecvTimeoutError::Timeout) = has_ended.recv_timeout(PAUSE) {
            size.tell(n_ticks.load(Ordering::Relaxed) * u64::from(TICK), progress);
        }
        match thread.join() {
            Ok(found) => found,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    size.tell(u64::MAX, progress);
    file.progress_handler(0, None::<fn() -> bool>)?;
    found
}

fn integrity_check(file: &Connection) -> rusqlite::Result<Vec<FileProblem>> {
    let mut statement = file.prepare("PRAGMA integrity_check(1000)")?;
    let messages = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut problems = Vec::new();
    for message in messages {
        for line in message?.lines() {
            if line != "ok" && !line.starts_with("***") {
                problems.push(FileProblem::new("pages", line));
            }
        }
    }
    Ok(problems)
}

fn n_pages(file: &Connection) -> u64 {
    let n_pages = file.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0));
    n_pages.map_or(0, i64::unsigned_abs)
}

/// How many rows a table may have, by its first and its last id.
fn room(file: &Connection, table: &str) -> u64 {
    let table = quoted(table);
    let id = |order: &str| {
        let sql = format!("SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid {order} LIMIT 1");
        file.query_row(&sql, [], |row| row.get::<_, i64>(0))
    };
    // What cannot be read is told by the checks.
    match (id("ASC"), id("DESC")) {
        (Ok(first), Ok(last)) if first <= last => last.abs_diff(first) + 1,
        _ => 0,
    }
    // Ids may have wide gaps; a row takes a few bytes.
    .min(n_pages(file) * 4096)
}

/// About how many steps SQLite takes to check the rows of a table.
fn steps(file: &Connection, table: &str, n_rows: u64) -> u64 {
    let number = |sql: &str| file.query_row(sql, [table], |row| row.get::<_, i64>(0));
    let columns = number("SELECT count(*) FROM pragma_table_info(?)").unwrap_or(0);
    let indexes = number("SELECT count(*) FROM pragma_index_list(?)").unwrap_or(0);
    n_rows * (5 + 3 * columns.unsigned_abs() + 9 * indexes.unsigned_abs())
}

/// The tables with ids, which are those of the models.
fn tables(file: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = file.prepare(
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND NOT wr AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             AND name NOT LIKE 'gamedb\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Rows stand in the order of their ids, if their tree is whole.
fn ids(
    file: &Connection,
    table: &str,
    n_rows: &mut u64,
    mut on_progress: impl FnMut(u64),
) -> rusqlite::Result<Vec<FileProblem>> {
    let sql = format!(
        "SELECT rowid FROM {} NOT INDEXED ORDER BY rowid",
        quoted(table)
    );
    let mut statement = file.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut last: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if let Some(last) = last.replace(id)
            && last >= id
        {
            let message = format!("it comes after row {last}");
            // A tree like this one may never end.
            return Ok(vec![FileProblem::new("ids", message).of(table, Some(id))]);
        }
        *n_rows += 1;
        if n_rows.is_multiple_of(EVERY) {
            on_progress(*n_rows);
        }
    }
    Ok(Vec::new())
}

fn foreign_keys(file: &Connection, table: &str) -> rusqlite::Result<Vec<FileProblem>> {
    let sql = "SELECT fk.rowid, fk.parent, list.\"from\"
        FROM pragma_foreign_key_check(?1) AS fk
            JOIN pragma_foreign_key_list(?1) AS list ON list.id = fk.fkid LIMIT ?2";
    let mut statement = file.prepare(sql)?;
    let problem = |row: &Row<'_>| {
        let (id, parent, column): (Option<i64>, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let message = format!("{column} names a row of {parent} that is not there");
        Ok(FileProblem::new("foreign keys", message).of(table, id))
    };
    statement.query_map((table, MOST), problem)?.collect()
}

/// What a pivot says: rows of a table that are owned. It is recognized as the generator does by default, by one
/// column that names what is owned and may not be NULL, and two or more that name owners.
fn pivot(file: &Connection, table: &str) -> rusqlite::Result<Vec<FileProblem>> {
    let sql = "SELECT key.\"from\", key.\"table\", info.\"notnull\"
        FROM pragma_foreign_key_list(?1) AS key JOIN pragma_table_info(?1) AS info ON info.name = key.\"from\"";
    let mut statement = file.prepare(sql)?;
    let keys = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let keys: Vec<(String, String, bool)> = keys.collect::<Result<_, _>>()?;
    let mut columns = file.prepare("SELECT count(*) FROM pragma_table_info(?1)")?;
    let n_columns: i64 = columns.query_row([table], |row| row.get(0))?;
    let (owned, owners): (Vec<_>, Vec<_>) =
        keys.into_iter().partition(|(.., is_required)| *is_required);
    // One more column may name owners without a table.
    let [(owned, target, _)] = &owned[..] else {
        return Ok(Vec::new());
    };
    if owners.len() < 2 || n_columns > owners.len() as i64 + 3 {
        return Ok(Vec::new());
    }
    let (owned, target, pivot) = (quoted(owned), target.as_str(), quoted(table));
    let sql = format!(
        "SELECT rowid FROM {0} NOT INDEXED WHERE rowid NOT IN (SELECT {owned} FROM {pivot} NOT INDEXED) LIMIT {MOST}",
        quoted(target)
    );
    let mut statement = file.prepare(&sql)?;
    let problem = |row: &Row<'_>| {
        let message = format!("no row of {table} says who owns it");
        Ok(FileProblem::new("pivots", message).of(target, Some(row.get(0)?)))
    };
    statement.query_map([], problem)?.collect()
}

fn content(
    file: &Connection,
    has_hashes: &mut bool,
    on_progress: impl FnMut(u64),
) -> rusqlite::Result<Vec<FileProblem>> {
    let blocks = match check(file, on_progress)? {
        Checked::NoHashes => return Ok(Vec::new()),
        Checked::Blocks(blocks) => blocks,
    };
    *has_hashes = true;
    let problem = |block: crate::error::DamagedBlock| {
        let message = format!("not what was written: {block}");
        FileProblem::new("content", message).of(&block.table, None)
    };
    Ok(blocks.into_iter().map(problem).collect())
}
