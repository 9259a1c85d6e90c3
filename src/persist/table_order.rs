//! The order in which tables are read and written.

use crate::schema::TableId;
use crate::store::table::stored::Tables;

/// In which order to load and to insert: a table after those that it points to. Where they point in
/// a circle, or a table to itself, the rows pointed to are made room for first.
#[derive(Debug)]
pub(super) struct TableOrder {
    pub(super) tables: Vec<TableId>,
    pub(super) make_room: Vec<TableId>,
}

impl TableOrder {
    pub(super) fn of<T: Tables>() -> Self {
        let targets = |table: TableId| {
            T::INFO[table.index()]
                .foreign_keys
                .iter()
                .filter_map(|key| key.table)
        };
        let mut waiting: Vec<TableId> = (0..).take(T::INFO.len()).map(TableId).collect();
        let (mut tables, mut make_room) = (Vec::new(), Vec::new());
        while !waiting.is_empty() {
            let is_free = |table: &TableId| {
                targets(*table).all(|target| target == *table || !waiting.contains(&target))
            };
            let next = waiting.iter().position(is_free).unwrap_or(0);
            let table = waiting.remove(next);
            make_room.extend(
                targets(table).filter(|target| *target == table || waiting.contains(target)),
            );
            tables.push(table);
        }
        make_room.sort_unstable();
        make_room.dedup();
        Self { tables, make_room }
    }
}
