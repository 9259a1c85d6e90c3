//! Verifying that the file still has the contents that memory expects, after another connection has
//! touched it.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::schema::TableId;
use crate::store::table::dyn_table::DynTable;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::statements;
use super::value::columns;

/// Whether every row of the file is as the last flush wrote it, and none is missing: in that case the
/// other connection has only run a checkpoint, as backup programs do. O(file).
pub(super) fn is_unchanged<T: Tables>(
    file: &Connection,
    world: &World<T>,
) -> rusqlite::Result<bool> {
    for (id, info) in (0..).map(TableId).zip(T::INFO) {
        let table = world.tables.table(id);
        let removed = table.dirty().removed().iter();
        let removed: HashSet<i64> = removed.map(|tombstone| tombstone.id).collect();
        let mut n_left = n_rows_in_file(table);
        let mut statement = file.prepare(&statements::select_all(info))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            let is_known =
                removed.contains(&id) || table.file_has(id, &columns(row, info), &world.tables);
            if n_left == 0 || !is_known {
                return Ok(false);
            }
            n_left -= 1;
        }
        if n_left > 0 {
            return Ok(false);
        }
    }
    let mut statement = file.prepare(statements::SELECT_IDS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, next_id): (String, i64) = (row.get(0)?, row.get(1)?);
        let place = T::INFO.iter().zip(0..).find(|(info, _)| info.name == name);
        let counter = place.map(|(_, id)| world.tables.table(TableId(id)).counter());
        if counter.is_some_and(|counter| counter.in_file() != next_id) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Number of rows that the table had at the last flush.
fn n_rows_in_file<T>(table: &dyn DynTable<T>) -> usize {
    let listed = table.dirty().listed().iter();
    let n_new = listed.filter(|&&key| table.is_new_row(key)).count();
    table.n_rows() - n_new + table.dirty().removed().len()
}
