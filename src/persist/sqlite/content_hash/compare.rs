//! Checking the sums of a file without the models of its world.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};

use crate::error::{DamagedBlock, FileError};
use crate::persist::sqlite::create::refuse_lost_file;
use crate::persist::sqlite::error::open_error;
use crate::persist::sqlite::format::Mark;
use crate::persist::sqlite::options::checkpoint_on_close;
use crate::persist::sqlite::statements::{self, NEXT_IDS, quoted};

use super::stored::{InFile, Stored, begin_anew, stored, write};
use super::sums::{Adder, Sums, differing, differing_next_ids};
use super::{Seeds, block_of, hash_of_next_ids, ids_of};

/// After how many rows progress is reported.
const STEP: u64 = 4096;

/// What the sums of a file say.
#[derive(Debug, PartialEq)]
pub(in crate::persist::sqlite) enum Checked {
    /// The file has no table for them: it was written by an older version, or by another program.
    NoHashes,
    /// All blocks that are not what was written, by the names of their tables and their ids; the next ids come last.
    Blocks(Vec<DamagedBlock>),
}

/// Compares all rows of the tables that have sums with these, and the next ids too. Names of tables and columns
/// are those in the file. O(file). Nothing is written, and all is read in one snapshot, if the caller has begun a
/// transaction.
///
/// `progress` is called with the number of rows that have been read so far, of all tables.
///
/// The pages of the file should have been looked at by `quick_check` before: where they are damaged, this may
/// return an error of SQLite's, but it does end, because ids have to ascend.
pub(in crate::persist::sqlite) fn check(
    file: &Connection,
    mut progress: impl FnMut(u64),
) -> rusqlite::Result<Checked> {
    let Some(stored) = stored(file)? else {
        return Ok(Checked::NoHashes);
    };
    let next_ids = next_ids(file)?;
    let (mut blocks, mut n_rows) = (Vec::new(), 0);
    for table in &tables_with_sums(&stored, &next_ids) {
        let mut count = || {
            n_rows += 1;
            if n_rows % STEP == 0 {
                progress(n_rows);
            }
        };
        blocks.extend(table_blocks(file, table, &stored, &mut count)?);
    }
    progress(n_rows);
    let hash = hash_of_next_ids(next_ids.iter().map(|(name, id)| (name.as_str(), *id)));
    blocks.extend(differing_next_ids(hash, &stored));
    Ok(Checked::Blocks(blocks))
}

/// What the sums say of a file of which not everything can be read.
#[derive(Debug)]
pub(in crate::persist::sqlite) struct Compared {
    /// All blocks that are not what was written, as in [`Checked::Blocks`].
    pub(in crate::persist::sqlite) blocks: Vec<DamagedBlock>,
    /// The tables that could not be compared, and why.
    pub(in crate::persist::sqlite) unreadable: Vec<(String, rusqlite::Error)>,
}

/// Compares as [`check`] does, and goes on with the next table where one cannot be read. `None`: the file has no sums.
///
/// # Errors
/// The sums themselves cannot be read.
pub(in crate::persist::sqlite) fn check_readable(
    file: &Connection,
) -> rusqlite::Result<Option<Compared>> {
    let Some(stored) = stored(file)? else {
        return Ok(None);
    };
    let (mut blocks, mut unreadable) = (Vec::new(), Vec::new());
    let next_ids = next_ids(file);
    let readable_ids = next_ids.as_deref().unwrap_or_default();
    for table in tables_with_sums(&stored, readable_ids) {
        match table_blocks(file, &table, &stored, &mut || ()) {
            Ok(found) => blocks.extend(found),
            Err(error) => unreadable.push((table, error)),
        }
    }
    match next_ids {
        Ok(next_ids) => {
            let hash = hash_of_next_ids(next_ids.iter().map(|(name, id)| (name.as_str(), *id)));
            blocks.extend(differing_next_ids(hash, &stored));
        }
        Err(error) => unreadable.push((NEXT_IDS.to_owned(), error)),
    }
    Ok(Some(Compared { blocks, unreadable }))
}

/// The tables that are compared, by their names in lower case: those with sums, and those with a next id.
fn tables_with_sums(stored: &Stored, next_ids: &[(String, i64)]) -> BTreeSet<String> {
    let mut tables: BTreeSet<String> = stored.keys().cloned().collect();
    tables.extend(next_ids.iter().map(|(name, _)| name.to_ascii_lowercase()));
    tables.remove(NEXT_IDS);
    tables
}

/// The blocks of one table that are not what was written: all of them, if there is no such table.
fn table_blocks(
    file: &Connection,
    table: &str,
    stored: &Stored,
    count: &mut impl FnMut(),
) -> rusqlite::Result<Vec<DamagedBlock>> {
    Ok(match add_up(file, table, count)? {
        Ok(sums) => differing(table, &sums, stored),
        Err(id) => {
            let (table, ids) = (table.to_owned(), Some(ids_of(block_of(id))));
            vec![DamagedBlock { table, ids }]
        }
    })
}

/// The sums of a table as it is; none, if there is no such table. Or the first id that is not above the one before
/// it: a damaged tree may go on for ever.
fn add_up(
    file: &Connection,
    table: &str,
    count: &mut impl FnMut(),
) -> rusqlite::Result<Result<Sums, i64>> {
    let Some(columns) = columns(file, table)? else {
        return Ok(Ok(Sums::default()));
    };
    let seeds = Seeds::new(
        table,
        &columns.id,
        columns.others.iter().map(String::as_str),
    );
    let list: Vec<_> = [&columns.id].into_iter().chain(&columns.others).collect();
    let list: Vec<_> = list.into_iter().map(|name| quoted(name)).collect();
    let sql = format!(
        "SELECT {} FROM {} ORDER BY 1",
        list.join(", "),
        quoted(table)
    );
    let mut statement = file.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let (mut sums, mut last) = (Adder::default(), None);
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if last.replace(id).is_some_and(|last| last >= id) {
            return Ok(Err(id));
        }
        let values = (1..list.len()).map(|n| row.get_ref_unwrap(n));
        sums.add(id, seeds.row(id, values));
        count();
    }
    Ok(Ok(sums.finish()))
}

/// Refuses a file whose rows are not what was written, or that has lost its content hashes.
pub(in crate::persist::sqlite) fn refuse_edits(
    file: &Connection,
    path: &Path,
    mark: Mark,
) -> Result<(), FileError> {
    let checked = check(file, |_| ()).map_err(|source| open_error(path, source))?;
    let path = path.to_owned();
    match checked {
        Checked::NoHashes if mark.promises_hashes() => Err(FileError::NoHashes { path }),
        Checked::Blocks(blocks) if !blocks.is_empty() => Err(FileError::Altered { path, blocks }),
        Checked::NoHashes | Checked::Blocks(_) => Ok(()),
    }
}

/// Writes the sums of these tables, as they are now, in the open transaction that has changed them by SQL. A file
/// that has no content hashes gets none, unless its mark promises them: it has lost them, and that was agreed to.
pub(in crate::persist::sqlite) fn sum_anew<'t>(
    transaction: &Connection,
    mark: Mark,
    tables: impl Iterator<Item = &'t str>,
) -> rusqlite::Result<()> {
    let in_file = match stored(transaction)? {
        Some(_) => InFile::Others,
        None if mark.promises_hashes() => InFile::Missing,
        None => return Ok(()),
    };
    begin_anew(transaction, in_file)?;
    let own: BTreeSet<_> = tables.map(str::to_ascii_lowercase).collect();
    for table in &own {
        write_sums(transaction, table)?;
    }
    sum_others(transaction, &own)?;
    let next_ids = next_ids(transaction)?;
    let hash = hash_of_next_ids(next_ids.iter().map(|(name, id)| (name.as_str(), *id)));
    write(transaction, NEXT_IDS, 0, hash)
}

/// Writes the sums of tables that have a next id and are not among these, as tables that the models do not have any
/// more: [`check`] looks at them too.
pub(super) fn sum_others(transaction: &Connection, own: &BTreeSet<String>) -> rusqlite::Result<()> {
    let with_ids = next_ids(transaction)?.into_iter();
    let with_ids: BTreeSet<_> = with_ids
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    for table in with_ids.difference(own) {
        write_sums(transaction, table)?;
    }
    Ok(())
}

/// Writes the sums of a table, by its name in lower case, as its rows are now.
fn write_sums(transaction: &Connection, table: &str) -> rusqlite::Result<()> {
    // A tree that does not end would have been found by now; without sums its rows are refused by `open`.
    let sums = add_up(transaction, table, &mut || ())?.unwrap_or_default();
    for (block, sum) in sums {
        write(transaction, table, block, sum)?;
    }
    Ok(())
}

/// The stored columns of a table.
struct Columns {
    id: String,
    others: Vec<String>,
}

/// `None` if there is no such table, or its rows have no id.
fn columns(file: &Connection, table: &str) -> rusqlite::Result<Option<Columns>> {
    let table = &table.to_ascii_lowercase();
    let has_ids = "SELECT NOT wr FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND lower(name) = ?";
    let has_ids: Option<bool> = file
        .query_row(has_ids, [table], |row| row.get(0))
        .optional()?;
    if has_ids != Some(true) {
        return Ok(None);
    }
    let sql = "SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid";
    let mut statement = file.prepare(sql)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let all: Vec<(String, bool)> = statement
        .query_map([table], read)?
        .collect::<Result<_, _>>()?;
    let (ids, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, is_key)| *is_key);
    let names = |columns: Vec<(String, bool)>| columns.into_iter().map(|(name, _)| name);
    let others = names(others).collect();
    let mut ids = names(ids);
    Ok(match (ids.next(), ids.next()) {
        (Some(id), None) => Some(Columns { id, others }),
        _ => None,
    })
}

fn next_ids(file: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    if !file.query_row(statements::IDS_EXIST, [], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    let mut statement = file.prepare(statements::SELECT_IDS)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    statement.query_map([], read)?.collect()
}

/// Checks the content hashes of a file without its models, read-only. `None`: it has none.
///
/// # Errors
/// Those of SQLite.
pub fn damaged_blocks(
    path: &Path,
    progress: impl FnMut(u64),
) -> Result<Option<Vec<DamagedBlock>>, FileError> {
    // SQLite would delete the log beside an empty file.
    refuse_lost_file(path, true)?;
    let check = || {
        let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        checkpoint_on_close(&file, false)?;
        file.pragma_update(None, "trusted_schema", false)?;
        file.pragma_update(None, "cell_size_check", true)?;
        file.execute_batch("BEGIN")?;
        check(&file, progress)
    };
    match check().map_err(|source| open_error(path, source))? {
        Checked::NoHashes => Ok(None),
        Checked::Blocks(blocks) => Ok(Some(blocks)),
    }
}
