//! The columns of a table that both files have.

use rusqlite::Row;
use rusqlite::types::Value;

use super::old_file::OldTable;
use super::queries::quoted;
use super::refusal::Wrong;
use super::report::MisfitKind;
use super::value::ValueKind;
use crate::schema::Table;

/// The columns of one table that both files have, in the order of its `SELECT`.
pub(super) struct CommonColumns<'t> {
    pub(super) table: &'t Table,
    names: Vec<&'t str>,
    kinds: Vec<ValueKind>,
    /// The number that stands for NULL in each, and how often it was met.
    nones: Vec<Option<(i64, u64)>>,
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
            nones: from
                .nones
                .iter()
                .map(|none| none.map(|number| (number, 0)))
                .collect(),
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
    pub(super) fn convert(&mut self, row: &Row<'_>) -> rusqlite::Result<(Vec<Value>, Vec<Wrong>)> {
        let mut values = Vec::with_capacity(self.names.len());
        let mut wrong = Vec::new();
        let columns = self.names.iter().zip(&self.kinds).zip(&mut self.nones);
        for (at, ((name, kind), none)) in columns.enumerate() {
            match (kind.convert(row.get_ref(at)?), none) {
                (Ok(Value::Integer(value)), Some((number, n_met))) if value == *number => {
                    *n_met += 1;
                    values.push(Value::Null);
                }
                (Ok(value), _) => values.push(value),
                (Err(why), _) => {
                    let column = (*name).to_owned();
                    let kind = MisfitKind::Conversion;
                    wrong.push(Wrong { column, why, kind });
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

    /// An integer among the values of a row.
    pub(super) fn integer(&self, values: &[Value], name: &str) -> Option<i64> {
        let at = self.names.iter().position(|own| *own == name)?;
        match values[at] {
            Value::Integer(integer) => Some(integer),
            _ => None,
        }
    }

    /// The columns in which a number was met that stands for NULL: the number, and how often.
    pub(super) fn nones(&self) -> impl Iterator<Item = (&'t str, i64, u64)> {
        let met = self.names.iter().zip(&self.nones);
        met.filter_map(|(name, none)| {
            let (number, n_met) = none.filter(|(_, n_met)| *n_met > 0)?;
            Some((*name, number, n_met))
        })
    }

    pub(super) fn with_names<'v>(&self, values: &'v [Value]) -> Vec<(&'t str, &'v Value)> {
        self.names.iter().copied().zip(values).collect()
    }
}
