//! What can be read of a damaged file, in a new one.

mod lost;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row};

use crate::error::{Error, FileError};
use crate::persist::sqlite::content_hash::check_readable;
use crate::persist::sqlite::create::log_of;
use crate::persist::sqlite::error::open_error;
use crate::persist::sqlite::format;
use crate::persist::sqlite::mail;
use crate::persist::sqlite::stamp;
use crate::persist::sqlite::statements::{self, NEXT_IDS, quoted};

use super::Progress;
use super::copy::{Unfinished, refuse_taken};
use super::snapshot::{PATIENCE, Which, hold};
use lost::LostTables;
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
    /// the rows do not fit, and tables that the file has lost; rows that name lost ones; values and next ids that have
    /// changed, or that may have, because the content hashes could not be compared.
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
/// for as far as all rows of its table can be read. There is one, too, for a table that the file does not list any more, if
/// anything in the file still names it, and for pages that belong to no table. The new file has no content hashes. Rows that name a lost one are noted too, and
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
    let seen = held.read(which, PATIENCE)?;
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
        match new.execute_batch(sql) {
            Ok(()) => {}
            Err(error) if is_of_the_disk(&error) => return Err(at_new(error)),
            Err(error) => report.notes.push(format!("{error}: {sql}")),
        }
    }
    report.notes.extend(declared.omitted);
    let unread = own_tables(old, &new, &declared.tables, declared.has_ids).map_err(at_new)?;
    report.notes.extend(unread);
    report
        .notes
        .extend(mail::rescue(old, &new).map_err(at_new)?);
    copy_header(old, &new).map_err(at_new)?;
    report.notes.extend(dangling(&new).map_err(at_new)?);
    let mut lost = LostTables::named_in(old, &declared.listed);
    let changed = changed(old, from, &report.tables, &mut lost);
    report.notes.extend(changed);
    report.notes.extend(lost.notes());
    report.notes.extend(lost::unlisted_pages(old));
    // To close a file releases all locks that this process has on it, which may be those of a game.
    if !is_in_use {
        report.notes.extend(cut_off(from));
    }
    new.execute_batch("COMMIT").map_err(at_new)?;
    new.close().map_err(|(_, source)| at_new(source))?;
    unfinished.put(to)?;
    Ok(report)
}

/// Whether the new file could not be written. Every other error is about what is written to it.
fn is_of_the_disk(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
        )
    )
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
    /// The names of all tables and views that it lists, in lower case.
    listed: BTreeSet<String>,
}

fn declarations(file: &Connection) -> rusqlite::Result<Declarations> {
    // Where only the name is damaged, SQLite has the table under the name in its statement.
    let mut statement = file.prepare(
        "SELECT type, coalesce(name, tbl_name, ''), sql FROM sqlite_schema WHERE coalesce(name, tbl_name, '') NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let all = statement.query_map([], read)?;
    let mut declared = Declarations {
        tables: BTreeMap::new(),
        indexes: Vec::new(),
        has_ids: false,
        omitted: Vec::new(),
        listed: BTreeSet::new(),
    };
    for one in all {
        let (kind, name, sql): (String, String, Option<String>) = one?;
        if sql.is_some() && matches!(kind.as_str(), "table" | "view") {
            declared.listed.insert(name.to_ascii_lowercase());
        }
        if kind == "table" && name == NEXT_IDS {
            declared.has_ids = true;
            continue;
        }
        // Only an index of a constraint has none, and the name of that begins with sqlite_.
        let Some(sql) = sql else {
            let note = format!("{name}: the {kind} is lost: the statement that made it is gone");
            declared.omitted.push(note);
            continue;
        };
        match kind.as_str() {
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

/// Next ids, as far as they can be read and above all rows; and a state of its own. Says so if not all could be read.
fn own_tables(
    old: &Connection,
    new: &Connection,
    tables: &BTreeMap<String, String>,
    has_ids: bool,
) -> rusqlite::Result<Option<String>> {
    new.execute_batch(statements::CREATE_IDS)?;
    let mut next_ids: BTreeMap<String, i64> = BTreeMap::new();
    let unread = match has_ids {
        true => read_next_ids(old, &mut next_ids).err(),
        false => None,
    };
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
    stamp::create(new)?;
    Ok(unread.map(|error| {
        format!("{NEXT_IDS}: not all next ids can be read ({error}): {GIVEN_OUT_AGAIN}")
    }))
}

/// What it means that next ids are lost.
const GIVEN_OUT_AGAIN: &str = "ids of rows that were removed may be given out again";

/// Takes all next ids that can be read, and returns the first error.
fn read_next_ids(old: &Connection, next_ids: &mut BTreeMap<String, i64>) -> rusqlite::Result<()> {
    let mut statement = old.prepare(statements::SELECT_IDS)?;
    let mut rows = statement.query([])?;
    let mut all = Ok(());
    while let Some(row) = rows.next()? {
        match (row.get(0), row.get(1)) {
            (Ok(table), Ok(next)) => drop(next_ids.insert(table, next)),
            (Err(error), _) | (_, Err(error)) => all = all.and(Err(error)),
        }
    }
    all
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

/// What the content hashes say: blocks of rows that could all be read, and yet are not what was written; next ids that
/// have changed; and what could not be compared; and of which tables that are lost there are hashes. Of a table of which
/// not all rows can be read, the report says so already.
fn changed(
    old: &Connection,
    from: &Path,
    tables: &[RescuedTable],
    lost: &mut LostTables,
) -> Vec<String> {
    let compared = match check_readable(old) {
        Ok(Some(compared)) => compared,
        Ok(None) => {
            // What is newer than this version promises them too.
            let may_have_none =
                format::mark_of(old, from).is_ok_and(|mark| !mark.promises_hashes());
            let path = from.to_owned();
            let missing = || not_compared("the content hashes", &FileError::NoHashes { path });
            return (!may_have_none).then(missing).into_iter().collect();
        }
        Err(error) => return vec![not_compared("the content hashes", &error)],
    };
    let found = |name: &str| {
        let mut tables = tables.iter();
        tables.find(|one| one.table.eq_ignore_ascii_case(name))
    };
    let mut notes = Vec::new();
    for block in compared.blocks {
        match found(&block.table) {
            _ if block.table == NEXT_IDS => notes.push(format!(
                "{NEXT_IDS}: the next ids are not what was written: {GIVEN_OUT_AGAIN}"
            )),
            Some(table) if table.is_complete() => notes.push(format!(
                "{block}: not what was written; one of these rows or more has changed"
            )),
            Some(_) => {}
            None => lost.has_hashes(&block),
        }
    }
    for (table, error) in compared.unreadable {
        if found(&table).is_none_or(RescuedTable::is_complete) {
            let what = format!("the content hashes of {table}");
            notes.push(not_compared(&what, &error));
        }
    }
    notes
}

fn not_compared(what: &str, error: &dyn std::error::Error) -> String {
    format!("{what} could not be compared ({error}), so changed values would not have been noticed")
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
