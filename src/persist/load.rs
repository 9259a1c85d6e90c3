//! From the file into memory: tables, indexes and ownership, all clean; or a list of what does not fit.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::error::{Problem, ProblemKind};
use crate::store::entity::{RowSource, Tables};
use crate::store::schema::{TableId, TableKind};
use crate::store::value::Value;
use crate::store::world::World;

use super::sql;

/// In which order to load and to insert: a table after those that it points to. Where they point in
/// a circle, or a table to itself, the rows pointed to are made room for first.
#[derive(Debug)]
pub(super) struct LoadOrder {
    pub(super) tables: Vec<TableId>,
    make_room: Vec<TableId>,
}

impl LoadOrder {
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

/// What was read.
pub(super) struct Loaded<T: Tables> {
    pub(super) world: World<T>,
    pub(super) problems: Vec<Problem>,
}

/// Reads a whole file. Does not write, and stops at nothing but an error of SQLite's.
pub(super) fn load<T: Tables>(
    connection: &Connection,
    order: &LoadOrder,
) -> rusqlite::Result<Loaded<T>> {
    let mut loaded = Loaded {
        world: World::<T>::new(),
        problems: Vec::new(),
    };
    let tables = &mut loaded.world.tables;
    for &id in &order.make_room {
        let mut statement = connection.prepare(&sql::select_ids(T::INFO[id.index()]))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            tables.table_mut(id).preallocate(row.get(0)?);
        }
    }
    for &id in &order.tables {
        let load_row = tables.table(id).loader();
        let mut statement = connection.prepare(&sql::select_all(T::INFO[id.index()]))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            loaded
                .problems
                .extend(load_row(tables, row.get(0)?, &SqliteRow(row)));
        }
    }
    if connection.query_row(sql::IDS_EXIST, [], |row| row.get(0))? {
        let mut statement = connection.prepare(sql::SELECT_IDS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let place = T::INFO.iter().zip(0..).find(|(info, _)| info.name == name);
            if let Some((_, table)) = place {
                tables
                    .table_mut(TableId(table))
                    .counter_mut()
                    .flushed(row.get(1)?);
            }
        }
    }
    for &id in &order.tables {
        loaded
            .problems
            .extend(without_owner::<T>(connection, tables, id)?);
    }
    loaded.problems.extend(loaded.world.islands());
    Ok(loaded)
}

/// The rows of an owned table that nobody owns. Asks the file, because a pivot's row that does not fit
/// still says that its owned row is not the one to blame.
fn without_owner<T: Tables>(
    connection: &Connection,
    tables: &T,
    id: TableId,
) -> rusqlite::Result<Vec<Problem>> {
    let info = T::INFO[id.index()];
    let TableKind::Owned { pivot } = info.kind else {
        return Ok(Vec::new());
    };
    if tables.table(id).n_rows() == tables.table(pivot).n_rows() {
        return Ok(Vec::new());
    }
    let pivot = T::INFO[pivot.index()];
    let mut statement = connection.prepare(&sql::select_unowned(info, pivot))?;
    let problem = |row: &Row<'_>| {
        let kind = ProblemKind::NoOwner { pivot: pivot.name };
        Ok(Problem::of_row(info, row.get(0)?, kind))
    };
    statement.query_map([], problem)?.collect()
}

/// The current row of a query whose first column is the id.
pub(super) struct SqliteRow<'a, 'stmt>(pub(super) &'a Row<'stmt>);

impl RowSource for SqliteRow<'_, '_> {
    #[inline]
    fn value(&self, column: usize) -> Result<Value<'_>, ProblemKind> {
        match self.0.get_ref(column + 1) {
            Ok(ValueRef::Null) | Err(_) => Ok(Value::Null),
            Ok(ValueRef::Integer(integer)) => Ok(Value::Integer(integer)),
            Ok(ValueRef::Real(real)) => Ok(Value::Real(real)),
            Ok(ValueRef::Text(text)) => match std::str::from_utf8(text) {
                Ok(text) => Ok(Value::Text(text)),
                Err(_) => Err(ProblemKind::NotUtf8),
            },
            Ok(ValueRef::Blob(bytes)) => Ok(Value::Blob(bytes)),
        }
    }
}
