//! Loading the file into memory: tables, indexes and ownership, all clean; or a list of what does not fit.

use rusqlite::{Connection, Row};

use crate::error::{Problem, ProblemKind};
use crate::schema::graph::TableOrder;
use crate::schema::{TableId, TableKind};
use crate::store::row::reader::Cell;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::parallel_load::{self, SMALL};
use super::statements;
use super::value::columns;

/// A world, and the rows of the file that do not fit into it.
pub(super) struct Loaded<T: Tables> {
    pub(super) world: World<T>,
    pub(super) problems: Vec<Problem>,
}

/// Loads a whole file. It does not write, and stops only at an error of SQLite's. Large tables are read by
/// two threads if there is a `second` connection, which has to see the same snapshot of the file.
pub(super) fn load<T: Tables>(
    connection: &Connection,
    mut second: Option<&mut Connection>,
    order: &TableOrder,
) -> rusqlite::Result<Loaded<T>> {
    let mut loaded = Loaded {
        world: World::<T>::new(),
        problems: Vec::new(),
    };
    let tables = &mut loaded.world.tables;
    for &id in &order.make_room {
        expect(connection, tables, id)?;
        let mut statement = connection.prepare(&statements::select_ids(T::INFO[id.index()]))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            tables.table_mut(id).preallocate(row.get(0)?);
        }
    }
    for &id in &order.tables {
        let n_rows = expect(connection, tables, id)?;
        let info = T::INFO[id.index()];
        let load_row = tables.table(id).loader();
        let problems = &mut loaded.problems;
        let mut see = |id, columns: &[Cell<'_>]| {
            // Most rows have no problems.
            problems.append(&mut load_row(tables, id, columns));
        };
        match &mut second {
            Some(second) if n_rows >= SMALL => {
                parallel_load::read(connection, second, info, n_rows, see)?;
            }
            _ => {
                let mut statement = connection.prepare(&statements::select_all(info))?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    see(row.get(0)?, &columns(row, info));
                }
            }
        }
    }
    load_next_ids(connection, tables)?;
    for &id in &order.tables {
        loaded
            .problems
            .extend(without_owner::<T>(connection, tables, id)?);
    }
    loaded.problems.extend(loaded.world.ownership_cycles());
    Ok(loaded)
}

/// Reads the next id of each table, if the file has them.
fn load_next_ids<T: Tables>(connection: &Connection, tables: &mut T) -> rusqlite::Result<()> {
    if !connection.query_row(statements::IDS_EXIST, [], |row| row.get(0))? {
        return Ok(());
    }
    let mut statement = connection.prepare(statements::SELECT_IDS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let position = T::INFO.iter().zip(0..).find(|(info, _)| info.name == name);
        if let Some((_, table)) = position {
            let counter = tables.table_mut(TableId(table)).counter_mut();
            counter.flushed(row.get(1)?);
        }
    }
    Ok(())
}

/// The rows of an owned table that have no owner. They are queried from the file: a pivot row that does
/// not fit still shows that its owned row has an owner, and is reported itself.
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
    let mut statement = connection.prepare(&statements::select_unowned(info, pivot))?;
    let problem = |row: &Row<'_>| {
        let kind = ProblemKind::NoOwner { pivot: pivot.name };
        Ok(Problem::of_row(info, row.get(0)?, kind))
    };
    statement.query_map([], problem)?.collect()
}

/// Counts the rows of a table, and gives the table the number as a capacity hint.
fn expect<T: Tables>(
    connection: &Connection,
    tables: &mut T,
    id: TableId,
) -> rusqlite::Result<usize> {
    let info = T::INFO[id.index()];
    let n_rows: i64 = connection.query_row(&statements::count(info), [], |row| row.get(0))?;
    let n_rows = usize::try_from(n_rows).unwrap_or(0);
    let n_rows_of = |table: Option<TableId>| table.map_or(0, |table| tables.table(table).n_rows());
    let foreign_keys = info.foreign_keys.iter();
    let n_parents: Vec<usize> = foreign_keys.map(|key| n_rows_of(key.table)).collect();
    tables.table_mut(id).expect(n_rows, &n_parents);
    Ok(n_rows)
}
