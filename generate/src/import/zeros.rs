//! Numbers that stand for NULL by a guess: 0 in a column whose name looks like a key to a table, as long as that
//! table has no row 0.

use std::collections::HashMap;

use rusqlite::Connection;

use super::columns::Zero;
use super::config_lines::key_of;
use super::queries::{count, quoted};
use super::source::{Source, SourceTable};
use crate::analysis::relations::Found;
use crate::error::ImportError;
use crate::model::{ForeignKeyModel, Model};
use crate::schema::{Schema, Table};

/// What is known before rows are read, by table and column.
#[derive(Debug, Default)]
pub(super) struct Zeros {
    known: HashMap<(String, String), Zero>,
}

impl Zeros {
    /// Asks the source whether its tables have such rows.
    pub(super) fn known(
        schema: &Schema,
        model: &Model,
        source: &mut dyn Source,
    ) -> Result<Self, ImportError> {
        let tables = source.tables()?;
        let mut known = HashMap::new();
        for table in &schema.tables {
            for (column, number, key) in guesses(model, table) {
                let target = &model[key.target];
                let is_it = |known: &&SourceTable| known.name.eq_ignore_ascii_case(&target.name);
                let Some(there) = tables.iter().find(is_it) else {
                    continue;
                };
                let names: Vec<&str> = there.columns.iter().map(|c| &*c.name).collect();
                let to = schema.table(&target.name);
                let id = to.and_then(|to| to.place_of(to.column(&target.id_column)?, &names));
                let has_row = match id {
                    Some(id) => source.has_row(there, names[id], number)?,
                    None => Some(false),
                };
                if let Some(has_row) = has_row {
                    let zero = if has_row { Zero::Stays } else { Zero::Null };
                    known.insert((table.name.clone(), column.to_owned()), zero);
                }
            }
        }
        Ok(Self { known })
    }

    /// What a number that stands for NULL becomes in a column.
    pub(super) fn of(&self, model: &Model, table: &str, column: &str) -> Zero {
        let key = key_of(model, table, column);
        if key.is_none_or(|key| key.found != Found::Convention) {
            return Zero::Null;
        }
        let place = (table.to_owned(), column.to_owned());
        self.known.get(&place).copied().unwrap_or(Zero::Later)
    }

    /// Sets the numbers to NULL that were not known before, where they name no row. Returns the columns, the
    /// number, and how often it was met.
    pub(super) fn set_null<'t>(
        &self,
        new: &Connection,
        model: &Model,
        table: &'t Table,
    ) -> rusqlite::Result<Vec<(&'t str, i64, u64)>> {
        let mut met = Vec::new();
        for (column, number, key) in guesses(model, table) {
            if self.of(model, &table.name, column) != Zero::Later {
                continue;
            }
            let target = &model[key.target];
            let (from, id) = (quoted(&target.name), quoted(&target.id_column));
            let there = format!("SELECT count(*) FROM {from} WHERE {id} = {number}");
            if count(new, &there)? > 0 {
                continue;
            }
            let (own, name) = (quoted(&table.name), quoted(column));
            let sql = format!("UPDATE OR ABORT {own} SET {name} = NULL WHERE {name} = {number}");
            let n_values = new.execute(&sql, [])? as u64;
            if n_values > 0 {
                met.push((column, number, n_values));
            }
        }
        Ok(met)
    }
}

/// The columns of a table whose numbers stand for NULL by a guess.
fn guesses<'t, 'm>(model: &'m Model, table: &'t Table) -> Vec<(&'t str, i64, &'m ForeignKeyModel)> {
    let of_column = |column: &'t crate::schema::Column| {
        let (number, key) = (column.none?, key_of(model, &table.name, &column.name)?);
        (key.found == Found::Convention).then_some((column.name.as_str(), number, key))
    };
    table.columns.iter().filter_map(of_column).collect()
}
