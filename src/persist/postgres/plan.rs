//! What a flush sends: one statement for all rows of a table that are deleted, and one for those with the same columns.
//!
//! Statements go out in an order in which none finds its rows in the way of another: deletes first, children before
//! their parents; inserts, parents before their children; then updates. Where that is not enough, as for a row that
//! leaves a deleted parent for a new one, keys and unique values are checked at the end: all of them are deferrable.

use tokio_postgres::types::Type;

use crate::persist::batch::{Batch, TableBatch};
use crate::persist::report::FlushReport;
use crate::schema::value::{ColumnKind, Value};
use crate::store::tracking::change_set::{ChangeSet, ChangedRow, Shape};

use super::array::{Array, types};
use super::schema::{NEXT_IDS, Schema, Table, quoted, type_name};

/// What a statement does with its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verb {
    Delete,
    Insert,
    Update,
}

/// One statement, with the rows that it writes.
pub(super) struct Group<'b> {
    pub(super) verb: Verb,
    pub(super) table: &'b Table,
    change_set: &'b ChangeSet,
    pub(super) ids: Vec<i64>,
    pub(super) rows: Vec<ChangedRow>,
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
    fn delete(table: &'b Table, change_set: &'b ChangeSet) -> Option<Self> {
        let ids: Vec<i64> = change_set.removed().collect();
        let id = quoted(table.info.id);
        let sql = format!("DELETE FROM {} WHERE {id} = ANY($1)", table.name);
        (!ids.is_empty()).then(|| Self {
            verb: Verb::Delete,
            table,
            change_set,
            ids,
            rows: Vec::new(),
            columns: Vec::new(),
            sql,
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
            types: all.map(|&kind| types(kind).1).collect(),
            columns: kinds,
            sql,
        }
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

    /// The rows with a text that the server does not take, each with its column.
    pub(super) fn with_nul(&self) -> impl Iterator<Item = (&ChangedRow, &'static str)> {
        let is_text = |(_, kind): &(usize, &ColumnKind)| **kind == ColumnKind::Text;
        let places: Vec<usize> = (self.columns.iter().enumerate().filter(is_text))
            .map(|(place, _)| place)
            .collect();
        self.rows.iter().filter_map(move |row| {
            let has_nul = |place: &&usize| match self.change_set.value_at(row, **place) {
                Value::Text(text) => text.contains('\0'),
                _ => false,
            };
            let place = *places.iter().find(has_nul)?;
            let column = self.change_set.shape(row).columns[place];
            Some((row, self.table.info.columns[usize::from(column)]))
        })
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
        .filter_map(|(table, change_set)| Group::delete(table, change_set))
        .collect();
    let mut updates = Vec::new();
    for (table, change_set) in tables() {
        let mut by_shape: Vec<Vec<ChangedRow>> = change_set.shapes().map(|_| Vec::new()).collect();
        for row in change_set.rows() {
            by_shape[row.shape].push(*row);
        }
        for (shape, rows) in change_set.shapes().zip(by_shape) {
            // A row that was removed after it was captured has left its shape behind.
            if rows.is_empty() {
                continue;
            }
            let group = Group::write(table, change_set, shape, rows);
            if shape.is_new {
                groups.push(group);
            } else {
                updates.push(group);
            }
        }
    }
    groups.extend(updates);
    groups
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
