//! What can be read of a damaged file, in a new one.

mod table;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::error::{Error, FileError};
use crate::persist::sqlite::content_hash::{Checked, check};
use crate::persist::sqlite::create::log_of;
use crate::persist::sqlite::error::open_error;
use crate::persist::sqlite::format;
use crate::persist::sqlite::mail;
use crate::persist::sqlite::stamp;
use crate::persist::sqlite::statements::{self, quoted};

use super::Progress;
use super::copy::{Unfinished, refuse_taken};
use super::snapshot::{Which, hold};
use table::Rescue;

/// What [`rescue`] has found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RescueReport {
    /// The new file.
    pub path: PathBuf,
    /// Each table of the damaged file.
    pub tables: Vec<RescuedTable>,
    /// What else was not brought over: a log that is not the file's, tables without ids, views, triggers, indexes that
    /// the rows do not fit; and rows that name lost ones.
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
/// Tables WITHOUT ROWID, virtual tables, views and triggers are no part of a world. They are not brought over, and
/// [listed](RescueReport::notes) with their statements. The header's `user_version` is the same.
///
/// A row counts as read if looking for its id finds it. A value that was changed inside of a page is brought over as it
/// is, and the content hashes of the damaged file tell in which block of rows that is: a [note](RescueReport::notes),
/// for as far as all rows can be read. The new file has no content hashes. Rows that name a lost one are noted too, and
/// a game refuses the file until they are mended; an import of it into a new file leaves them out.
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
    refuse_taken(to)?;
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
    let is_in_use = held.is_in_use;
    let seen = held.read(which)?;
    let old = &seen.connection;
    let at_old = |source| open_error(from, source);
    // Without this SQLite reads nothing of a file that was cut off. Nothing is written: the file is open to be read.
    let lenient = "PRAGMA writable_schema = ON";
    old.execute_batch(lenient).map_err(at_old)?;
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
    report.notes.extend(declared.omitted);
    own_tables(old, &new, &declared.tables, declared.has_ids).map_err(at_new)?;
    report
        .notes
        .extend(mail::rescue(old, &new).map_err(at_new)?);
    copy_header(old, &new).map_err(at_new)?;
    report.notes.extend(dangling(&new).map_err(at_new)?);
    report.notes.extend(changed(old, &report.tables));
    // To close a file releases all locks that this process has on it, which may be those of a game.
    if !is_in_use {
        report.notes.extend(cut_off(from));
    }
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
    /// What is not brought over, for people.
    omitted: Vec<String>,
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
        omitted: Vec::new(),
    };
    for one in all {
        let (kind, name, sql): (String, String, String) = one?;
        match kind.as_str() {
            "table" if name == "gamedb_ids" => declared.has_ids = true,
            // The state is made anew, and so are content hashes, by the models.
            "table" if name.starts_with("gamedb_") => {}
            "table" => match without_ids(file, &name)? {
                None => drop(declared.tables.insert(name, sql)),
                Some(why) => {
                    let note = format!("{name}: {why}, so its rows are not brought over: {sql}");
                    declared.omitted.push(note);
                }
            },
            "index" => declared.indexes.push(sql),
            kind => {
                let note = format!("{name}: the {kind} is not brought over: {sql}");
                declared.omitted.push(note);
            }
        }
    }
    Ok(declared)
}

/// Why the rows of a table have no ids; `None` if they have, as in every table of a world.
fn without_ids(file: &Connection, table: &str) -> rusqlite::Result<Option<&'static str>> {
    let sql = "SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found: Option<(String, bool)> = file.query_row(sql, [table], read).optional()?;
    Ok(match found {
        Some((kind, false)) if kind == "table" => None,
        Some((kind, true)) if kind == "table" => Some("it is WITHOUT ROWID"),
        Some(_) => Some("it belongs to a module of SQLite's"),
        None => Some("SQLite does not know it"),
    })
}

/// What the header says of the file: the game's own version, and whose file it is, unless it is ours. The mark of a
/// world comes with the content hashes.
fn copy_header(old: &Connection, new: &Connection) -> rusqlite::Result<()> {
    let number = |pragma| old.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    new.pragma_update(None, "user_version", number("user_version")?)?;
    let owner = number("application_id")?;
    if !format::is_ours(owner) {
        new.pragma_update(None, "application_id", owner)?;
    }
    Ok(())
}

/// Next ids, as far as they can be read and above all rows; and a state of its own.
fn own_tables(
    old: &Connection,
    new: &Connection,
    tables: &BTreeMap<String, String>,
    has_ids: bool,
) -> rusqlite::Result<()> {
    new.execute_batch(statements::CREATE_IDS)?;
    let mut next_ids: BTreeMap<String, i64> = BTreeMap::new();
    if has_ids
        && let Ok(mut statement) = old.prepare("SELECT table_name, next_id FROM gamedb_ids")
        && let Ok(mut rows) = statement.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            if let (Ok(table), Ok(next)) = (row.get(0), row.get(1)) {
                next_ids.insert(table, next);
            }
        }
    }
    for table in tables.keys() {
        let sql = format!("SELECT max(rowid) FROM {}", quoted(table));
        let last: Option<i64> = new.query_row(&sql, [], |row| row.get(0))?;
        if let Some(last) = last {
            let next = next_ids.entry(table.clone()).or_default();
            *next = (*next).max(last.saturating_add(1));
        }
    }
    for (table, next) in next_ids {
        new.execute(statements::UPSERT_ID, (table, next))?;
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

/// Blocks of rows that could all be read, and yet are not what was written. Where the hashes cannot be compared,
/// because a page cannot be read, gaps say so already.
fn changed(old: &Connection, tables: &[RescuedTable]) -> Vec<String> {
    let Ok(Checked::Blocks(blocks)) = check(old, |_| {}) else {
        return Vec::new();
    };
    let is_whole = |name: &str| {
        let mut tables = tables.iter();
        tables.any(|one| one.table.eq_ignore_ascii_case(name) && one.is_complete())
    };
    let blocks = blocks.into_iter().filter(|block| is_whole(&block.table));
    blocks
        .map(|block| {
            format!("{block}: not what was written; one of these rows or more has changed")
        })
        .collect()
}

/// Says that pages are missing at the end of a file, also where no row was on them. A file with a log may have them
/// there.
fn cut_off(file: &Path) -> Option<String> {
    let has_log = std::fs::metadata(log_of(file)).is_ok_and(|log| log.len() > 0);
    let mut header = [0; 32];
    let mut opened = std::fs::File::open(file).ok()?;
    opened.read_exact(&mut header).ok()?;
    // A page of 65,536 bytes is written as 1.
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    let n_pages = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
    let n_bytes = opened.metadata().ok()?.len();
    let whole = u64::from(n_pages) * page;
    (!has_log && n_bytes < whole)
        .then(|| format!("the file is cut off: it has {n_bytes} bytes, and {whole} are its pages"))
}
