//! Values of the world as SQLite's: bound to a statement, and read from a row.

use rusqlite::Row;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};

use crate::schema::TableInfo;
use crate::schema::value::Value;
use crate::store::row::reader::{Cell, Cells};

/// A value as it is bound to a statement.
pub(super) fn bound(value: Value<'_>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Null => ValueRef::Null,
        Value::Integer(integer) => ValueRef::Integer(integer),
        Value::Real(real) => ValueRef::Real(real),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Blob(bytes) => ValueRef::Blob(bytes),
    })
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

/// The columns of the current row of a query whose first column is the id.
#[inline]
pub(super) fn columns<'row>(row: &'row Row<'_>, info: &TableInfo) -> Cells<'row> {
    let n_columns = info.columns.len();
    (1..=n_columns).map(|column| value(row, column)).collect()
}

#[inline]
pub(super) fn value<'row>(row: &'row Row<'_>, column: usize) -> Cell<'row> {
    Cell::Value(match row.get_ref(column) {
        Ok(ValueRef::Null) | Err(_) => Value::Null,
        Ok(ValueRef::Integer(integer)) => Value::Integer(integer),
        Ok(ValueRef::Real(real)) => Value::Real(real),
        Ok(ValueRef::Text(text)) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text),
            Err(_) => return Cell::NotUtf8,
        },
        Ok(ValueRef::Blob(bytes)) => Value::Blob(bytes),
    })
}
