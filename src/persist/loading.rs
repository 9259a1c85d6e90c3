//! What the engines share when they load a world: room for its rows, and the next ids of its tables.

use crate::schema::TableId;
use crate::store::table::stored::Tables;

/// A table that memory has no room for, and the number of its rows, as what is stored says.
pub(super) type TooLarge = (&'static str, usize);

/// Reserves memory for the rows of a table. `counts` has the rows of every table, as what is stored says: that must not
/// end the process.
///
/// # Errors
/// If there is no memory for so many rows.
pub(super) fn reserve_rows<T: Tables>(
    tables: &mut T,
    id: TableId,
    counts: &[usize],
) -> Result<(), TooLarge> {
    let (info, n_rows) = (T::INFO[id.index()], counts[id.index()]);
    let n_rows_of = |table: Option<TableId>| table.map_or(0, |table| tables.table(table).n_rows());
    let foreign_keys = info.foreign_keys.iter();
    let n_parents: Vec<usize> = foreign_keys.map(|key| n_rows_of(key.table)).collect();
    let reserved = tables.table_mut(id).expect(n_rows, &n_parents);
    reserved.map_err(|_| (info.name, n_rows))
}

/// Takes over the next id that a table had when it was stored; the highest one, if it is stored under several cases of its
/// name, which are one to SQLite. What is stored of tables that the world does not have is passed over.
pub(super) fn take_over_next_id<T: Tables>(tables: &mut T, table: &str, next_id: i64) {
    let mut positions = T::INFO.iter().zip(0..);
    let position = positions.find(|(info, _)| info.name.eq_ignore_ascii_case(table));
    let Some((_, id)) = position else { return };
    let counter = tables.table_mut(TableId(id)).counter_mut();
    counter.flushed(next_id);
    if counter.next().is_none() {
        // No error: the ids may really be used up, and the rows that are there can be read and changed.
        tracing::warn!(table, "no id is left for new rows, says gamedb_ids");
    }
}
