//! The table of the file that the sums stand in.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::persist::sqlite::statements;

/// The sums that a file says it has, by table and block. `None` is something else than an integer.
pub(in crate::persist::sqlite) type Stored = BTreeMap<String, BTreeMap<i64, Option<u64>>>;

/// What a file has of the sums that are in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::persist::sqlite) enum InFile {
    /// It has no table for them: it was written by an older version, or by another program.
    Missing,
    /// It has others, which the next transaction replaces.
    Others,
    /// All of them.
    All,
}

/// Whether the file has the table.
pub(in crate::persist::sqlite) fn is_there(file: &Connection) -> rusqlite::Result<bool> {
    file.query_row(statements::HASHES_EXIST, [], |row| row.get(0))
}

/// Reads all sums; `None` if there is no table for them.
pub(in crate::persist::sqlite) fn stored(file: &Connection) -> rusqlite::Result<Option<Stored>> {
    if !is_there(file)? {
        return Ok(None);
    }
    let mut stored = Stored::new();
    let mut statement = file.prepare(statements::SELECT_HASHES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // A name or a block that is damaged is of no block, and the block that has lost its sum is found.
        let (ValueRef::Text(name), ValueRef::Integer(block)) = (row.get_ref(0)?, row.get_ref(1)?)
        else {
            continue;
        };
        let sum = match row.get_ref(2)? {
            ValueRef::Integer(sum) => Some(sum.cast_unsigned()),
            _ => None,
        };
        if let Ok(name) = std::str::from_utf8(name) {
            let blocks = stored.entry(name.to_owned()).or_default();
            blocks.insert(block, sum);
        }
    }
    Ok(Some(stored))
}

/// Makes the table, or empties it.
pub(super) fn begin_anew(transaction: &Connection, in_file: InFile) -> rusqlite::Result<()> {
    transaction.execute_batch(match in_file {
        InFile::Missing => statements::CREATE_HASHES,
        InFile::Others => statements::DELETE_HASHES,
        InFile::All => unreachable!("all sums are in the file"),
    })
}

/// Writes the sum of a block. It is bound as a value, because an addition in SQL would turn into a real number
/// where it overflows.
pub(super) fn write(
    transaction: &Connection,
    table: &str,
    block: i64,
    sum: u64,
) -> rusqlite::Result<()> {
    if sum == 0 {
        let mut statement = transaction.prepare_cached(statements::DELETE_HASH)?;
        statement.execute((table, block))?;
    } else {
        let mut statement = transaction.prepare_cached(statements::UPSERT_HASH)?;
        statement.execute((table, block, sum.cast_signed()))?;
    }
    Ok(())
}
