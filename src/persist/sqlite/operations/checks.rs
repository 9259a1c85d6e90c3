//! The checks of a file, one after the other. Each goes as far as it can, whatever the others have found.

use rusqlite::{Connection, Row};

use super::super::content_hash::{Checked, check};
use super::super::statements::quoted;
use super::Progress;
use super::verify::{FileProblem, VerifyReport};

/// More messages than this of one check say nothing more.
const MOST: i64 = 1000;

type OnProgress<'p> = &'p mut dyn FnMut(Progress<'_>);

pub(super) fn run(file: &Connection, report: &mut VerifyReport, progress: OnProgress<'_>) {
    let total = 5;
    let mut stage = |stage, done| progress(Progress { stage, done, total });
    stage("pages", 0);
    let found = pages(file);
    record(report, "pages", found);
    let tables = match tables(file) {
        Ok(tables) => tables,
        Err(error) => return record(report, "schema", Err(error)),
    };
    report.n_tables = tables.len();
    stage("ids", 1);
    for table in &tables {
        let found = ids(file, table, &mut report.n_rows);
        record(report, "ids", found);
    }
    stage("foreign keys", 2);
    for table in &tables {
        let found = foreign_keys(file, table);
        record(report, "foreign keys", found);
    }
    stage("pivots", 3);
    for table in &tables {
        let found = pivot(file, table);
        record(report, "pivots", found);
    }
    stage("content", 4);
    let found = content(file, &mut report.has_hashes);
    let is_as_written = report.has_hashes && matches!(&found, Ok(blocks) if blocks.is_empty());
    record(report, "content", found);
    if is_as_written {
        // What a world has written has owners: so this table only looks like a pivot, and the models know better.
        report.problems.retain(|problem| problem.check != "pivots");
    }
    stage("content", 5);
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

fn pages(file: &Connection) -> rusqlite::Result<Vec<FileProblem>> {
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
fn ids(file: &Connection, table: &str, n_rows: &mut u64) -> rusqlite::Result<Vec<FileProblem>> {
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

fn content(file: &Connection, has_hashes: &mut bool) -> rusqlite::Result<Vec<FileProblem>> {
    let blocks = match check(file, |_| {})? {
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
