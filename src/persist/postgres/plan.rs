//! What a flush sends: one statement for all rows of a table that are deleted, and one for those with the same columns;
//! several where the rows are so many that a message would become too long.
//!
//! Statements go out in an order in which none finds its rows in the way of another: deletes first, children before
//! their parents; then steps aside; inserts, parents before their children; then updates. Where that is not enough, as for a row that
//! leaves a deleted parent for a new one, keys and unique values are checked at the end: all of them are deferrable, but for
//! the values that keys name.

use tokio_postgres::types::Type;

use crate::persist::batch::{Batch, TableBatch};
use crate::persist::report::FlushReport;
use crate::schema::value::{ColumnKind, Value};
use crate::store::key::{AnyKey, RawKey};
use crate::store::tracking::change_set::{ChangeSet, ChangedRow, Shape};

use super::array::{Array, types};
use super::schema::{Column, NEXT_IDS, Schema, Table, quoted, type_name};

/// How much goes into one statement. The server takes messages and arrays of less than 1 GB.
#[derive(Clone, Copy)]
struct Limit {
    rows: usize,
    /// Of texts and blobs.
    bytes: usize,
}

const LIMIT: Limit = Limit {
    rows: 10_000,
    bytes: 64 << 20,
};

/// Cuts a list so that no part has more than the limit; what has more by itself is a part of its own.
fn cut<R>(rows: Vec<R>, limit: Limit, bytes_of: impl Fn(&R) -> usize) -> Vec<Vec<R>> {
    let mut parts: Vec<Vec<R>> = Vec::new();
    let mut n_bytes = 0;
    for row in rows {
        let more = bytes_of(&row);
        match parts.last_mut() {
            Some(part) if part.len() < limit.rows && n_bytes + more <= limit.bytes => {
                part.push(row);
                n_bytes += more;
            }
            _ => {
                parts.push(vec![row]);
                n_bytes = more;
            }
        }
    }
    parts
}

/// What a statement does with its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verb {
    Delete,
    /// Rows that get other values that keys name get values that no row has before: others may get the values that they
    /// had, or have those that they will get.
    StepAside,
    Insert,
    Update,
}

/// One statement, with the rows that it writes.
pub(super) struct Group<'b> {
    pub(super) verb: Verb,
    pub(super) table: &'b Table,
    change_set: &'b ChangeSet,
    pub(super) ids: Vec<i64>,
    /// Empty where they are deleted.
    pub(super) rows: Vec<ChangedRow>,
    /// The keys of the rows that are deleted.
    removed: Vec<RawKey>,
    columns: Vec<ColumnKind>,
    pub(super) sql: String,
    pub(super) types: Vec<Type>,
}

/// The next ids that a flush writes, which are one statement, too.
pub(super) struct NextIds {
    names: Vec<&'static str>,
    ids: Vec<i64>,
    pub(super) sql: String,
}

impl<'b> Group<'b> {
    fn deletes(table: &'b Table, change_set: &'b ChangeSet) -> impl Iterator<Item = Self> {
        let id = quoted(table.info.id);
        let sql = format!("DELETE FROM {} WHERE {id} = ANY($1)", table.name);
        let parts = cut(change_set.removed_rows().collect(), LIMIT, |_| 0);
        parts.into_iter().map(move |rows| Self {
            verb: Verb::Delete,
            table,
            change_set,
            ids: rows.iter().map(|&(id, _)| id).collect(),
            removed: rows.into_iter().map(|(_, key)| key).collect(),
            rows: Vec::new(),
            columns: Vec::new(),
            sql: sql.clone(),
            types: vec![Type::INT8_ARRAY],
        })
    }

    fn write(
        table: &'b Table,
        change_set: &'b ChangeSet,
        shape: &Shape,
        rows: Vec<ChangedRow>,
    ) -> Self {
        let columns = shape.columns.iter();
        let columns: Vec<_> = (columns.map(|&column| table.columns[usize::from(column)])).collect();
        let names: Vec<_> = columns.iter().map(|column| quoted(column.name)).collect();
        let kinds: Vec<_> = columns.iter().map(|column| column.kind).collect();
        let id = quoted(table.info.id);
        let arrays = [ColumnKind::Integer].iter().chain(&kinds).zip(1..);
        let arrays: Vec<_> =
            (arrays.map(|(&kind, n)| format!("${n}::{}[]", type_name(kind)))).collect();
        let arrays = arrays.join(", ");
        let listed: String = names.iter().map(|name| format!(", {name}")).collect();
        let (verb, sql) = if shape.is_new {
            let sql = format!(
                "INSERT INTO {} ({id}{listed}) SELECT * FROM unnest({arrays})",
                table.name
            );
            (Verb::Insert, sql)
        } else {
            // Names of our own, so that no column is called like another one's value.
            let (values, sets): (String, Vec<_>) = (
                (0..names.len()).map(|n| format!(", gamedb_{n}")).collect(),
                (names.iter().zip(0..))
                    .map(|(name, n)| format!("{name} = v.gamedb_{n}"))
                    .collect(),
            );
            let sql = format!(
                "UPDATE {} AS t SET {} FROM unnest({arrays}) AS v(gamedb_id{values}) WHERE t.{id} = v.gamedb_id",
                table.name,
                sets.join(", ")
            );
            (Verb::Update, sql)
        };
        let all = [ColumnKind::Integer].iter().chain(&kinds);
        Self {
            verb,
            table,
            change_set,
            ids: rows.iter().map(|row| row.id).collect(),
            rows,
            removed: Vec::new(),
            types: all.map(|&kind| types(kind).1).collect(),
            columns: kinds,
            sql,
        }
    }

    /// The statement that has the rows of an update step aside before it; `None` if no key names what it changes.
    fn aside(&self) -> Option<Self> {
        let sets = self.table.steps_aside(|column| {
            let name = self.table.columns[column].name;
            self.columns().any(|(_, written)| written.name == name)
        });
        if sets.is_empty() {
            return None;
        }
        let id = quoted(self.table.info.id);
        let (table, sets) = (&self.table.name, sets.join(", "));
        Some(Self {
            verb: Verb::StepAside,
            ids: self.ids.clone(),
            rows: self.rows.clone(),
            removed: Vec::new(),
            columns: Vec::new(),
            sql: format!("UPDATE {table} SET {sets} WHERE {id} = ANY($1)"),
            types: vec![Type::INT8_ARRAY],
            ..*self
        })
    }

    /// How many rows the statement has to touch.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn parameters(&self) -> Vec<Array<'_>> {
        let ids = [Array::of_ids(&self.ids)].into_iter();
        let cells = self.columns.iter().enumerate();
        let cells =
            cells.map(|(place, &kind)| Array::of_cells(self.change_set, &self.rows, place, kind));
        ids.chain(cells).collect()
    }

    /// The same statement for some of its rows, by their places.
    pub(super) fn part(&self, places: &[usize]) -> Self {
        fn some<R: Copy>(all: &[R], places: &[usize]) -> Vec<R> {
            let some = places.iter().filter_map(|&place| all.get(place));
            some.copied().collect()
        }
        Self {
            ids: some(&self.ids, places),
            rows: some(&self.rows, places),
            removed: some(&self.removed, places),
            columns: self.columns.clone(),
            sql: self.sql.clone(),
            types: self.types.clone(),
            ..*self
        }
    }

    /// The key of the row at this place, and its table.
    pub(super) fn key(&self, place: usize) -> AnyKey {
        let key = match self.verb {
            Verb::Delete => self.removed[place],
            Verb::StepAside | Verb::Insert | Verb::Update => self.rows[place].key,
        };
        let table = self.change_set.table;
        AnyKey { table, key }
    }

    /// The columns that the statement writes, by their places in its rows.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        let rows = if self.verb == Verb::StepAside {
            &[]
        } else {
            self.rows.as_slice()
        };
        let shape = rows.first().map(|row| self.change_set.shape(row));
        let columns = shape.into_iter().flat_map(|shape| shape.columns.iter());
        let columns = columns.map(|&column| &self.table.columns[usize::from(column)]);
        columns.enumerate()
    }

    /// The value of a row in the column at this place.
    pub(super) fn value(&self, row: usize, place: usize) -> Value<'_> {
        self.change_set.value_at(&self.rows[row], place)
    }

    /// The parameters for some of the columns.
    pub(super) fn parameters_of(&self, places: &[usize]) -> Vec<Array<'_>> {
        let all = self.parameters();
        let cells = places.iter().map(|place| all[place + 1]);
        [all[0]].into_iter().chain(cells).collect()
    }

    /// The column of a row with a text that the server does not take.
    pub(super) fn with_nul(&self, row: usize) -> Option<&'static str> {
        if self.verb == Verb::Delete {
            return None;
        }
        let mut columns = self.columns();
        columns.find_map(|(place, column)| {
            let has_nul = column.kind == ColumnKind::Text
                && matches!(self.value(row, place), Value::Text(text) if text.contains('\0'));
            has_nul.then_some(column.name)
        })
    }

    /// Whether any row has such a text.
    pub(super) fn has_nul(&self) -> bool {
        let has_text = self.columns.contains(&ColumnKind::Text);
        has_text && (0..self.rows.len()).any(|row| self.with_nul(row).is_some())
    }
}

impl NextIds {
    pub(super) const TYPES: [Type; 2] = [Type::TEXT_ARRAY, Type::INT8_ARRAY];

    pub(super) fn parameters(&self) -> Vec<Array<'_>> {
        vec![Array::of_names(&self.names), Array::of_ids(&self.ids)]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// The statements that write a batch, in their order.
pub(super) fn groups<'b>(schema: &'b Schema, batch: &'b Batch) -> Vec<Group<'b>> {
    let tables = || {
        let tables = batch.tables.iter();
        tables.map(|TableBatch { change_set, .. }| (schema.table(change_set.table), change_set))
    };
    let deletes = tables().rev();
    let mut groups: Vec<_> = deletes
        .flat_map(|(table, change_set)| Group::deletes(table, change_set))
        .collect();
    let (mut asides, mut inserts, mut updates) = (Vec::new(), Vec::new(), Vec::new());
    for (table, change_set) in tables() {
        let mut by_shape: Vec<Vec<ChangedRow>> = change_set.shapes().map(|_| Vec::new()).collect();
        for row in change_set.rows() {
            by_shape[row.shape].push(*row);
        }
        for (shape, rows) in change_set.shapes().zip(by_shape) {
            // A row that was removed after it was captured has left its shape behind, and then there is no part.
            let bytes_of = |row: &ChangedRow| bytes_of(change_set, row, shape.columns.len());
            for rows in cut(rows, LIMIT, bytes_of) {
                let group = Group::write(table, change_set, shape, rows);
                if shape.is_new {
                    inserts.push(group);
                } else {
                    asides.extend(group.aside());
                    updates.push(group);
                }
            }
        }
    }
    groups.extend(asides);
    groups.extend(inserts);
    groups.extend(updates);
    groups
}

/// How many bytes the texts and blobs of a row have.
fn bytes_of(change_set: &ChangeSet, row: &ChangedRow, n_columns: usize) -> usize {
    let bytes = (0..n_columns).map(|place| match change_set.value_at(row, place) {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Null | Value::Integer(_) | Value::Real(_) => 0,
    });
    bytes.sum()
}

/// The statement for the next ids of a batch.
pub(super) fn next_ids(schema: &Schema, batch: &Batch) -> NextIds {
    NextIds {
        names: batch.next_ids.iter().map(|id| id.info.name).collect(),
        ids: batch.next_ids.iter().map(|id| id.next).collect(),
        sql: format!(
            "INSERT INTO {} (table_name, next_id) SELECT * FROM unnest($1::text[], $2::bigint[])
             ON CONFLICT (table_name) DO UPDATE SET next_id = excluded.next_id",
            schema.own(NEXT_IDS)
        ),
    }
}

/// What these statements do, once they are committed.
pub(super) fn report(groups: &[Group<'_>]) -> FlushReport {
    let n_rows = |verb| {
        let groups = groups.iter().filter(|group| group.verb == verb);
        groups.map(Group::len).sum()
    };
    FlushReport {
        deleted: n_rows(Verb::Delete),
        inserted: n_rows(Verb::Insert),
        updated: n_rows(Verb::Update),
        ..FlushReport::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_no_more_rows_and_bytes_than_the_limit() {
        let limit = Limit { rows: 3, bytes: 10 };
        for (rows, expected) in [
            (vec![], vec![]),
            (vec![0; 3], vec![3]),
            (vec![0; 7], vec![3, 3, 1]),
            (vec![5, 5, 1, 9, 2], vec![2, 2, 1]),
            (vec![1, 99, 1], vec![1, 1, 1]),
            (vec![10, 0, 0, 0], vec![3, 1]),
        ] {
            let parts = cut(rows.clone(), limit, |&bytes| bytes);
            let lengths: Vec<_> = parts.iter().map(Vec::len).collect();
            assert_eq!(lengths, expected, "{rows:?}");
            assert_eq!(parts.concat(), rows);
        }
    }
}
