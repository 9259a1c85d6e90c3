//! The same for keys by value: rows whose columns hold what no row of another table has in its UNIQUE columns.

use rusqlite::{Connection, params_from_iter};

use super::dangling::Dangling;
use super::left_out::{LeftOut, WasLeftOut};
use super::queries::quoted;
use super::report::{Misfit, MisfitKind};
use super::value::Converted;
use crate::model::{Model, RootModel, TableModel};

/// A key by value of the new file.
pub(super) struct ValueKeyColumns<'m> {
    table: &'m TableModel,
    columns: Vec<&'m str>,
    /// Those of its columns that may be NULL.
    nullable: Vec<&'m str>,
    target: &'m TableModel,
    named: Vec<&'m str>,
    /// In a nest: by which numbers no row is named.
    root: Option<&'m RootModel>,
}

/// All keys by value.
pub(super) fn value_keys(model: &Model) -> Vec<ValueKeyColumns<'_>> {
    let tables = model.tables.iter();
    let keys = tables.flat_map(|table| table.value_keys.iter().map(move |key| (table, key)));
    let described = keys.map(|(table, key)| {
        let target = &model[key.target];
        let columns = || key.columns.iter().map(|at| &table.columns[*at]);
        let named = target.uniques[key.target_index].columns.iter();
        ValueKeyColumns {
            table,
            columns: columns().map(|column| column.name.as_str()).collect(),
            nullable: columns()
                .filter(|column| !column.not_null)
                .map(|column| column.name.as_str())
                .collect(),
            target,
            named: named.map(|at| target.columns[*at].name.as_str()).collect(),
            root: key.root.as_ref(),
        }
    });
    described.collect()
}

/// Columns as one text that is equal where they are.
fn as_text(columns: impl Iterator<Item = String>) -> String {
    let quoted = columns.map(|column| format!("quote({column})"));
    quoted.collect::<Vec<_>>().join(" || ', ' || ")
}

impl ValueKeyColumns<'_> {
    /// The rows whose values name no row.
    fn condition(&self) -> String {
        let table = quoted(&self.table.name);
        let not_null = self
            .columns
            .iter()
            .map(|column| format!("{} IS NOT NULL", quoted(column)));
        let mut not_null: Vec<String> = not_null.collect();
        if let Some(root) = self.root {
            not_null.push(format!("NOT {}", is_at_root(self.table, root, &table)));
        }
        let pairs = self.columns.iter().zip(&self.named);
        let equal =
            pairs.map(|(own, named)| format!("target.{} = {table}.{}", quoted(named), quoted(own)));
        format!(
            "{} AND NOT EXISTS (SELECT 1 FROM {} AS target WHERE {})",
            not_null.join(" AND "),
            quoted(&self.target.name),
            equal.collect::<Vec<_>>().join(" AND ")
        )
    }
}

/// Whether a row, which is called `row` in a query, lies in no other one of its nest.
pub(super) fn is_at_root(table: &TableModel, root: &RootModel, row: &str) -> String {
    let parent = quoted(&table.columns[root.column].name);
    let ranges = root.numbers.iter();
    let ranges: Vec<String> = ranges
        .map(|(first, last)| format!("{row}.{parent} BETWEEN {first} AND {last}"))
        .collect();
    format!("({})", ranges.join(" OR "))
}

/// Records by which values the rows of a table could be named that are about to be deleted.
pub(super) fn note_deleted(
    new: &Connection,
    keys: &[ValueKeyColumns<'_>],
    left_out: &mut LeftOut,
    table: &str,
    condition: &str,
) -> rusqlite::Result<()> {
    for key in keys.iter().filter(|key| key.target.name == table) {
        let text = as_text(key.named.iter().map(|column| quoted(column)));
        let sql = format!("SELECT {text} FROM {} WHERE {condition}", quoted(table));
        let mut statement = new.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // NULL in one of the columns names nothing.
            let values: String = row.get(0)?;
            left_out.add_values(table, &key.named, &values);
        }
    }
    Ok(())
}

/// The same for a row that SQLite refuses.
pub(super) fn note_refused(
    new: &Connection,
    keys: &[ValueKeyColumns<'_>],
    left_out: &mut LeftOut,
    table: &str,
    values: &[(&str, &Converted<'_>)],
) -> rusqlite::Result<()> {
    for key in keys.iter().filter(|key| key.target.name == table) {
        let value = |name: &&str| {
            let found = values.iter().find(|(column, _)| column == name);
            found.map(|(_, value)| *value)
        };
        let Some(named) = key.named.iter().map(value).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let text = as_text((1..=named.len()).map(|n| format!("?{n}")));
        let mut statement = new.prepare_cached(&format!("SELECT {text}"))?;
        let values: String = statement.query_row(params_from_iter(named), |row| row.get(0))?;
        left_out.add_values(table, &key.named, &values);
    }
    Ok(())
}

impl Dangling<'_> {
    /// Deletes the rows whose values name no row, or sets what may be NULL, as for keys that are ids.
    pub(super) fn dangling_values(&mut self, keys: &[ValueKeyColumns<'_>]) -> rusqlite::Result<()> {
        for key in keys {
            self.dangling_value(key, keys)?;
        }
        Ok(())
    }

    fn dangling_value(
        &mut self,
        key: &ValueKeyColumns<'_>,
        keys: &[ValueKeyColumns<'_>],
    ) -> rusqlite::Result<()> {
        let (table, target) = (&key.table.name, &key.target.name);
        let (from, id, condition) = (quoted(table), quoted(&key.table.id_column), key.condition());
        let text = as_text(key.columns.iter().map(|column| quoted(column)));
        let is_carried = self.null_dangling && !key.nullable.is_empty();
        let sql = format!("SELECT {id}, {text} FROM {from} WHERE {condition} ORDER BY {id}");
        let mut statement = self.new.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut found = false;
        while let Some(row) = rows.next()? {
            let (id, names): (i64, String) = (row.get(0)?, row.get(1)?);
            found = true;
            let follows = self.left_out.has_values(target, &key.named, &names);
            if !is_carried {
                self.left_out.add(table, id);
            }
            let what = match follows {
                WasLeftOut::Yes => "was left out",
                WasLeftOut::No => "does not exist",
                WasLeftOut::Perhaps => "does not exist, or was left out",
            };
            let named = key.named.join(", ");
            self.misfits.push(Misfit {
                table: table.clone(),
                id,
                column: key.columns.join(", "),
                why: format!("refers to the row of {target} with {named} = {names}, which {what}"),
                kind: match follows {
                    WasLeftOut::Yes => MisfitKind::Follows {
                        table: target.clone(),
                    },
                    WasLeftOut::No | WasLeftOut::Perhaps => MisfitKind::DanglingValue { names },
                },
                place: None,
                is_carried,
            });
        }
        if !found {
            return Ok(());
        }
        let change = if is_carried {
            let null = key
                .nullable
                .iter()
                .map(|column| format!("{} = NULL", quoted(column)));
            let null = null.collect::<Vec<_>>().join(", ");
            format!("UPDATE OR ABORT {from} SET {null} WHERE {condition}")
        } else {
            note_deleted(self.new, keys, self.left_out, table, &condition)?;
            format!("DELETE FROM {from} WHERE {condition}")
        };
        self.new.execute(&change, [])?;
        Ok(())
    }
}
