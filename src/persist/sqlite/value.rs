//! Values of the world as SQLite's: bound to a statement, and read from a row.

use rusqlite::Row;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};

use crate::schema::TableInfo;
use crate::schema::value::Value;
use crate::store::row::reader::{Cell, Cells};

use super::content_hash::Seeds;

/// A value as it is bound to a statement.
pub(super) fn bound(value: Value<'_>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(value_ref(value))
}

/// A value as SQLite's own type, which borrows it.
#[inline]
pub(super) fn value_ref(value: Value<'_>) -> ValueRef<'_> {
    match value {
        Value::Null => ValueRef::Null,
        Value::Integer(integer) => ValueRef::Integer(integer),
        Value::Real(real) => ValueRef::Real(real),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Blob(bytes) => ValueRef::Blob(bytes),
    }
}

/// A value as SQLite's own type, which owns it.
pub(super) fn owned(value: Value<'_>) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Integer(integer) => SqlValue::Integer(integer),
        Value::Real(real) => SqlValue::Real(real),
        Value::Text(text) => SqlValue::Text(text.to_owned()),
        Value::Blob(bytes) => SqlValue::Blob(bytes.to_owned()),
    }
}

/// The columns of the current row of a query whose first column is the id, and the hash of the row, which is that of
/// the bytes also where a text is not valid UTF-8.
#[inline]
pub(super) fn columns<'row>(
    row: &'row Row<'_>,
    id: i64,
    info: &TableInfo,
    seeds: &Seeds,
) -> (Cells<'row>, u64) {
    let mut cells = Cells::new();
    let hash = seeds.row(
        id,
        (1..=info.columns.len()).map(|column| {
            let value = raw(row, column);
            cells.push(cell(value));
            value
        }),
    );
    (cells, hash)
}

#[inline]
pub(super) fn raw<'row>(row: &'row Row<'_>, column: usize) -> ValueRef<'row> {
    row.get_ref(column)
        .expect("a query has the columns that are read of it")
}

#[inline]
pub(super) fn cell(value: ValueRef<'_>) -> Cell<'_> {
    Cell::Value(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text),
            Err(_) => return Cell::NotUtf8,
        },
        ValueRef::Blob(bytes) => Value::Blob(bytes),
    })
}
