//! The columns of the rows of a text, as sinks know them.

use super::source::SourceColumn;
use crate::input::dump::catalog::CatalogColumn;
use crate::sql::Dialect;

/// The remark on a computed column whose values are not in the text.
pub(super) fn not_computed(table: &str, column: &str, dialect: Dialect) -> String {
    let from = match dialect {
        Dialect::Sqlite => "the SQLite file itself",
        Dialect::MySql => "the server itself (mysql://..)",
        Dialect::Postgres => "the server itself (postgres://..)",
    };
    format!(
        "column {table}.{column} is computed by the old database, and the text has no values of it: they are NULL, unless \
         the rows are imported from {from}"
    )
}

/// The columns of a table, as sinks know them.
pub(super) fn columns<'c>(columns: impl Iterator<Item = &'c CatalogColumn>) -> Vec<SourceColumn> {
    let columns = columns.map(|column| SourceColumn {
        name: column.name.clone(),
        type_name: column.type_name.clone(),
    });
    columns.collect()
}

/// Whether texts of a type are bytes in MySQL.
pub(super) fn is_bytes(type_name: &str) -> bool {
    let words = [
        "blob",
        "binary",
        "bit",
        "bytea",
        "geometry",
        "point",
        "linestring",
        "polygon",
    ];
    words.iter().any(|word| type_name.contains(word))
}
