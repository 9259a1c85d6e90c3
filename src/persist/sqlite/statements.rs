//! The SQL statements.

use std::fmt::Write as _;

use crate::schema::TableInfo;
use crate::store::tracking::change_set::Shape;

use super::content_hash;

/// The name of the table of next ids.
pub(super) const NEXT_IDS: &str = "gamedb_ids";

/// The table that stores the next id of every table, so that the highest id is not assigned again after
/// its row was removed.
pub(super) const CREATE_IDS: &str = "CREATE TABLE IF NOT EXISTS gamedb_ids (
    table_name TEXT PRIMARY KEY,
    next_id    INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

pub(super) const SELECT_IDS: &str = "SELECT table_name, next_id FROM gamedb_ids";

pub(super) const UPSERT_ID: &str = "INSERT INTO gamedb_ids (table_name, next_id) VALUES (?1, ?2)
    ON CONFLICT (table_name) DO UPDATE SET next_id = excluded.next_id";

pub(super) const DELETE_ID: &str = "DELETE FROM gamedb_ids WHERE table_name = ?1";

pub(super) const IDS_EXIST: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'gamedb_ids'";

/// The name of the table of content hashes.
pub(super) const HASHES: &str = "gamedb_hashes";

/// The table that stores the content hash of every block of rows.
pub(super) const CREATE_HASHES: &str = "CREATE TABLE IF NOT EXISTS gamedb_hashes (
    table_name TEXT    NOT NULL,
    block      INTEGER NOT NULL,
    sum        INTEGER NOT NULL,
    PRIMARY KEY (table_name, block)
) STRICT, WITHOUT ROWID";

pub(super) const SELECT_HASHES: &str = "SELECT table_name, block, sum FROM gamedb_hashes";

pub(super) const UPSERT_HASH: &str =
    "INSERT INTO gamedb_hashes (table_name, block, sum) VALUES (?1, ?2, ?3)
    ON CONFLICT (table_name, block) DO UPDATE SET sum = excluded.sum";

pub(super) const DELETE_HASH: &str =
    "DELETE FROM gamedb_hashes WHERE table_name = ?1 AND block = ?2";

pub(super) const DELETE_HASHES: &str = "DELETE FROM gamedb_hashes";

pub(super) const HASHES_EXIST: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'gamedb_hashes'";

/// A name as a quoted SQL identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn quoted_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(quoted).collect::<Vec<_>>().join(", ")
}

/// The statement that writes rows of this shape: the columns in order, and the id last. `OR ABORT` is what
/// SQLite does anyway, unless the table says otherwise: `UNIQUE ON CONFLICT REPLACE` would delete another
/// row, `ROLLBACK` end the transaction. An UPDATE and a DELETE hand over the old values of their columns for the
/// content hash.
pub(super) fn insert_or_update(info: &TableInfo, shape: &Shape) -> String {
    let names = || {
        shape
            .columns
            .iter()
            .map(|&column| info.columns[usize::from(column)])
    };
    if shape.is_new {
        let marks = vec!["?"; shape.columns.len() + 1].join(", ");
        let columns = quoted_list(names().chain([info.id]));
        return format!(
            "INSERT OR ABORT INTO {} ({columns}) VALUES ({marks})",
            quoted(info.name)
        );
    }
    let mut sql = format!("UPDATE OR ABORT {} SET ", quoted(info.name));
    for (n, name) in names().enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        let _ = write!(sql, "{comma}{} = ?", quoted(name));
    }
    let old = content_hash::and_old(names());
    let _ = write!(sql, " WHERE {} = ?{old}", quoted(info.id));
    sql
}

pub(super) fn delete(info: &TableInfo) -> String {
    format!(
        "DELETE FROM {} WHERE {} = ?{}",
        quoted(info.name),
        quoted(info.id),
        content_hash::and_old(info.columns.iter().copied())
    )
}

/// All rows in order of their ids: the id, and the columns.
pub(super) fn select_all(info: &TableInfo) -> String {
    let columns = quoted_list([info.id].into_iter().chain(info.columns.iter().copied()));
    format!(
        "SELECT {columns} FROM {} ORDER BY {}",
        quoted(info.name),
        quoted(info.id)
    )
}

/// The same for the rows whose ids are in a range.
pub(super) fn select_range(info: &TableInfo) -> String {
    let columns = quoted_list([info.id].into_iter().chain(info.columns.iter().copied()));
    format!(
        "SELECT {columns} FROM {} WHERE {id} BETWEEN ?1 AND ?2 ORDER BY {id}",
        quoted(info.name),
        id = quoted(info.id)
    )
}

/// The first and the last id.
pub(super) fn select_bounds(info: &TableInfo) -> String {
    // In a subquery each, because SQLite uses the index for min() and max() only if they are the only
    // aggregate of a query.
    format!(
        "SELECT (SELECT min({id}) FROM {table}), (SELECT max({id}) FROM {table})",
        id = quoted(info.id),
        table = quoted(info.name)
    )
}

pub(super) fn count(info: &TableInfo) -> String {
    format!("SELECT count(*) FROM {}", quoted(info.name))
}

pub(super) fn select_ids(info: &TableInfo) -> String {
    format!(
        "SELECT {0} FROM {1} ORDER BY {0}",
        quoted(info.id),
        quoted(info.name)
    )
}

/// Ids of the owned rows without a pivot row.
pub(super) fn select_unowned(owned: &TableInfo, pivot: &TableInfo) -> String {
    let (table, id) = (quoted(owned.name), quoted(owned.id));
    let (pivot, owned) = (quoted(pivot.name), quoted(pivot.owned_column()));
    format!(
        "SELECT {id} FROM {table} NOT INDEXED WHERE {id} NOT IN
            (SELECT {owned} FROM {pivot} NOT INDEXED WHERE {owned} IS NOT NULL) ORDER BY {id}"
    )
}

/// One row: all columns except the id.
pub(super) fn select_row(info: &TableInfo) -> String {
    let columns = quoted_list(info.columns.iter().copied());
    format!(
        "SELECT {columns} FROM {} WHERE {} = ?",
        quoted(info.name),
        quoted(info.id)
    )
}

/// The id of the row with these values in these columns.
pub(super) fn select_id_by(info: &TableInfo, columns: &[usize]) -> String {
    let equal = columns
        .iter()
        .map(|&column| format!("{} = ?", quoted(info.columns[column])));
    format!(
        "SELECT {} FROM {} WHERE {}",
        quoted(info.id),
        quoted(info.name),
        equal.collect::<Vec<_>>().join(" AND ")
    )
}

/// The id of the pivot row of an owned row.
pub(super) fn select_pivot_row(pivot: &TableInfo) -> String {
    format!(
        "SELECT {} FROM {} WHERE {} = ?",
        quoted(pivot.id),
        quoted(pivot.name),
        quoted(pivot.owned_column())
    )
}
