//! The columns of a table that both files have.

use rusqlite::Row;
use rusqlite::types::Value;

use super::old_file::OldTable;
use super::queries::quoted;
use super::refusal::Wrong;
use super::value::ValueKind;
use crate::schema::Table;

/// The columns of one table that both files have, in the order of its `SELECT`.
pub(super) struct CommonColumns<'t> {
    pub(super) table: &'t Table,
    names: Vec<&'t str>,
    kinds: Vec<ValueKind>,
    /// The index of the id among them, if the old file has it.
    id: Option<usize>,
}

impl<'t> CommonColumns<'t> {
    pub(super) fn of(from: &OldTable, table: &'t Table) -> Self {
        let columns = || from.columns.iter().map(|&place| &table.columns[place]);
        Self {
            table,
            names: columns().map(|column| column.name.as_str()).collect(),
            kinds: columns().map(ValueKind::of).collect(),
            id: columns().position(|column| table.rowid_key && column.primary_key),
        }
    }

    /// The statement that inserts a row of them.
    pub(super) fn insert(&self) -> String {
        let into = quoted(&self.table.name);
        if self.names.is_empty() {
            return format!("INSERT INTO {into} DEFAULT VALUES");
        }
        let columns: Vec<String> = self.names.iter().map(|name| quoted(name)).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        format!(
            "INSERT INTO {into} ({}) VALUES ({marks})",
            columns.join(", ")
        )
    }

    /// The values of a row in the types of the new file. Values that do not fit are NULL there, and reported.
    pub(super) fn convert(&self, row: &Row<'_>) -> rusqlite::Result<(Vec<Value>, Vec<Wrong>)> {
        let mut values = Vec::with_capacity(self.names.len());
        let mut wrong = Vec::new();
        for (at, (name, kind)) in self.names.iter().zip(&self.kinds).enumerate() {
            match kind.convert(row.get_ref(at)?) {
                Ok(value) => values.push(value),
                Err(why) => {
                    let column = (*name).to_owned();
                    wrong.push(Wrong { column, why });
                    values.push(Value::Null);
                }
            }
        }
        Ok((values, wrong))
    }

    /// The id among the values of a row.
    pub(super) fn id(&self, values: &[Value]) -> Option<i64> {
        match values[self.id?] {
            Value::Integer(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn with_names<'v>(&self, values: &'v [Value]) -> Vec<(&'t str, &'v Value)> {
        self.names.iter().copied().zip(values).collect()
    }
}
