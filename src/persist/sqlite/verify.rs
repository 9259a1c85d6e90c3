//! Verifying that the file still has the contents that memory expects, after another connection has
//! touched it.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::schema::TableId;
use crate::store::table::dyn_table::DynTable;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::content_hash::{self, Adder, Hashes, InFile};
use super::statements;
use super::value::columns;

/// Whether every row of the file is as the last flush wrote it, and none is missing: in that case the
/// other connection has only run a checkpoint, as backup programs do. O(file).
///
/// Rows that are about to be written have no old value in memory; what they were in the file, the content hashes
/// say, which have to be those that the last flush has left there.
pub(super) fn is_unchanged<T: Tables>(
    file: &Connection,
    world: &World<T>,
    expected: &Hashes,
) -> rusqlite::Result<bool> {
    let mut found = Hashes::new(T::INFO);
    for (table_id, info) in (0..).map(TableId).zip(T::INFO) {
        let table = world.tables.table(table_id);
        let removed = table.dirty().removed().iter();
        let removed: HashSet<i64> = removed.map(|tombstone| tombstone.id).collect();
        let mut n_left = n_rows_in_file(table);
        let mut sums = Adder::default();
        let mut statement = file.prepare(&statements::select_all(info))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            let (columns, hash) = columns(row, id, info, found.seeds(table_id));
            sums.add(id, hash);
            let is_known = removed.contains(&id) || table.file_has(id, &columns, &world.tables);
            if n_left == 0 || !is_known {
                return Ok(false);
            }
            n_left -= 1;
        }
        if n_left > 0 {
            return Ok(false);
        }
        found.set(table_id, sums.finish());
    }
    let mut statement = file.prepare(statements::SELECT_IDS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.set_next_id(row.get(0)?, row.get(1)?);
    }
    let are_stored = match (expected.in_file(), content_hash::stored(file)?) {
        (InFile::All, Some(stored)) => expected.differing(&stored).is_empty(),
        (InFile::Missing, None) => true,
        _ => false,
    };
    Ok(are_stored && found.are_same(expected))
}

/// Number of rows that the table had at the last flush.
fn n_rows_in_file<T>(table: &dyn DynTable<T>) -> usize {
    let listed = table.dirty().listed().iter();
    let n_new = listed.filter(|&&key| table.is_new_row(key)).count();
    table.n_rows() - n_new + table.dirty().removed().len()
}
