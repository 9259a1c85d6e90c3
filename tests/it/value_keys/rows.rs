//! The rows of a world and of a file, as values that can be compared.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::Value as Cell;

use super::models::World;

/// The columns of all rows, by table and id.
pub(crate) type Rows = BTreeMap<String, BTreeMap<i64, Vec<Cell>>>;

pub(crate) fn cell(value: gamedb::Value<'_>) -> Cell {
    match value {
        gamedb::Value::Null => Cell::Null,
        gamedb::Value::Integer(integer) => Cell::Integer(integer),
        gamedb::Value::Real(real) => Cell::Real(real),
        gamedb::Value::Text(text) => Cell::Text(text.to_owned()),
        gamedb::Value::Blob(bytes) => Cell::Blob(bytes.to_vec()),
    }
}

pub(crate) fn rows_of(world: &World) -> Rows {
    let of_table = |table: gamedb::UntypedTable<'_>| {
        let columns = 0..table.info().columns.len();
        let rows = table.rows_from(i64::MIN);
        let rows = rows.map(|row| {
            let cells = columns
                .clone()
                .map(|column| cell(row.value(column).as_value()));
            (row.id(), cells.collect())
        });
        (table.info().name.to_owned(), rows.collect())
    };
    world.untyped_tables().map(of_table).collect()
}

pub(crate) fn rows_in(connection: &Connection) -> Rows {
    let of_table = |table: &str, n_columns: usize| {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            let cells = (1..=n_columns).map(|column| row.get(column));
            Ok((row.get(0)?, cells.collect::<Result<_, _>>()?))
        };
        let rows = statement.query_map([], row).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let world = World::new();
    let tables = world.untyped_tables().map(|table| table.info());
    let rows = tables.map(|info| {
        (
            info.name.to_owned(),
            of_table(info.name, info.columns.len()),
        )
    });
    rows.collect()
}
