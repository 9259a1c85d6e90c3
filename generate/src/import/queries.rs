//! Helpers for the statements of an import.

use rusqlite::Connection;

/// The number that a query counts.
pub(super) fn count(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection
        .query_row(sql, [], |row| row.get(0))
        .map(i64::unsigned_abs)
}

/// A name in SQL, always quoted.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
