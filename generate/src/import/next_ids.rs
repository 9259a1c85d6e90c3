//! The next ids of an old file that was a world, so that its ids are not assigned again.

use rusqlite::Connection;

use super::announced::NEXT_IDS;
use super::source::{Accepted, Cell, SourceTable, TableId};
use super::value::ValueKind;
use crate::schema::Schema;

/// The next ids of a source.
#[derive(Debug, Default)]
pub(super) struct NextIds {
    definition: String,
    /// The positions of the name and of the number in a row.
    columns: (usize, usize),
    rows: Vec<(String, i64)>,
}

impl NextIds {
    /// How rows of it are sent.
    pub(super) const TABLE: TableId = TableId(usize::MAX);

    /// Takes its table, if it is the one that a world has.
    pub(super) fn accept(&mut self, table: &SourceTable) -> Option<Accepted> {
        let find = |name: &str| {
            let mut columns = table.columns.iter();
            columns.position(|column| column.name == name)
        };
        self.columns = (find("table_name")?, find("next_id")?);
        self.definition = table.definition.clone()?;
        Some(Accepted {
            id: Self::TABLE,
            position: usize::MAX,
            is_wanted: vec![true; table.columns.len()],
        })
    }

    pub(super) fn add(&mut self, cells: &[Cell<'_>]) {
        let (name, number) = (cells[self.columns.0], cells[self.columns.1]);
        let number = ValueKind::Integer.convert(number);
        if let (Cell::Text(name), Some(number)) = (name, number.ok().and_then(|n| n.integer())) {
            let name = String::from_utf8_lossy(name).into_owned();
            self.rows.push((name, number));
        }
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }

    /// Writes those of the tables of the new file.
    pub(super) fn write(&self, new: &Connection, schema: &Schema) -> rusqlite::Result<()> {
        if self.definition.is_empty() {
            return Ok(());
        }
        new.execute_batch(&self.definition)?;
        let mut insert = new.prepare(&format!(
            "INSERT INTO {NEXT_IDS} (table_name, next_id) VALUES (?1, ?2)"
        ))?;
        for (table, next_id) in &self.rows {
            if schema.table(table).is_some() {
                insert.execute((table, next_id))?;
            }
        }
        Ok(())
    }
}
