//! The columns of the models as SQLite reads their declarations, for engines that make tables of their own from them.

use rusqlite::Connection;

use crate::error::BackendError;

use super::error::backend_error;

/// How a column of the models is declared.
#[derive(Debug)]
pub(in crate::persist) struct DeclaredColumn {
    pub(in crate::persist) table: String,
    pub(in crate::persist) column: String,
    /// The type, as it is written.
    pub(in crate::persist) declared: String,
    pub(in crate::persist) is_not_null: bool,
}

/// All columns of the tables that these statements create.
pub(in crate::persist) fn declared_columns(ddl: &str) -> Result<Vec<DeclaredColumn>, BackendError> {
    read(ddl).map_err(backend_error)
}

fn read(ddl: &str) -> rusqlite::Result<Vec<DeclaredColumn>> {
    let model = Connection::open_in_memory()?;
    model.execute_batch(ddl)?;
    let mut statement = model.prepare(
        "SELECT tables.name, columns.name, columns.type, columns.\"notnull\"
         FROM pragma_table_list AS tables, pragma_table_xinfo(tables.name) AS columns
         WHERE tables.schema = 'main' AND tables.type = 'table'",
    )?;
    let columns = statement.query_map([], |row| {
        Ok(DeclaredColumn {
            table: row.get(0)?,
            column: row.get(1)?,
            declared: row.get(2)?,
            is_not_null: row.get(3)?,
        })
    })?;
    columns.collect()
}
