//! The next ids of the tables: no id is given again that the source has given to a row which is gone, or which does not
//! fit.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::announced::NEXT_IDS;
use super::queries::quoted;
use super::source::{Accepted, Cell, SourceTable, TableId};
use super::value::ValueKind;
use crate::schema::Schema;

/// Where SQLite keeps the highest id that each table with AUTOINCREMENT has given.
pub(super) const SEQUENCES: &str = "sqlite_sequence";

/// The table of a world file in which they are. The engine compares the declaration with its own.
const DECLARATION: &str = "CREATE TABLE gamedb_ids (
    table_name TEXT PRIMARY KEY,
    next_id    INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

/// The next ids that are known.
#[derive(Debug, Default)]
pub(super) struct NextIds {
    /// The positions of the name and of the number in a row of each of the two tables that have them.
    columns: BTreeMap<TableId, (usize, usize)>,
    /// What these two tables say, by the names of tables.
    rows: Vec<(TableId, String, i64)>,
    /// By the position of the table in the schema.
    ids: BTreeMap<usize, i64>,
}

impl NextIds {
    /// How rows of a world's table are sent.
    const OF_WORLD: TableId = TableId(usize::MAX);
    /// How rows of SQLite's own table are sent.
    const OF_SQLITE: TableId = TableId(usize::MAX - 1);

    /// Whether rows of this table are next ids.
    pub(super) fn is_own(table: TableId) -> bool {
        [Self::OF_WORLD, Self::OF_SQLITE].contains(&table)
    }

    /// Takes a table with next ids, if it has the right columns.
    pub(super) fn accept(&mut self, table: &SourceTable) -> Option<Accepted> {
        let (id, number) = match table.name.as_str() {
            NEXT_IDS => (Self::OF_WORLD, "next_id"),
            _ => (Self::OF_SQLITE, "seq"),
        };
        let find = |names: &[&str]| {
            let mut columns = table.columns.iter();
            columns.position(|column| names.contains(&column.name.as_str()))
        };
        self.columns
            .insert(id, (find(&["table_name", "name"])?, find(&[number])?));
        Some(Accepted {
            id,
            position: usize::MAX,
            is_wanted: vec![true; table.columns.len()],
        })
    }

    /// Takes a row of such a table.
    pub(super) fn row(&mut self, table: TableId, cells: &[Cell<'_>]) {
        let Some((name, number)) = self.columns.get(&table) else {
            return;
        };
        let (name, number) = (cells[*name], cells[*number]);
        let number = ValueKind::Integer.convert(number);
        if let (Cell::Text(name), Some(number)) = (name, number.ok().and_then(|n| n.integer())) {
            let name = String::from_utf8_lossy(name).into_owned();
            let next = match table {
                Self::OF_SQLITE => number.saturating_add(1),
                _ => number,
            };
            self.rows.push((table, name, next));
        }
    }

    /// Forgets the rows of such a table.
    pub(super) fn clear(&mut self, table: TableId) {
        self.rows.retain(|(of, ..)| *of != table);
    }

    /// Keeps all ids below this one from being given, in the table at a position of the schema.
    pub(super) fn raise(&mut self, position: usize, next_id: i64) {
        let known = self.ids.entry(position).or_insert(next_id);
        *known = next_id.max(*known);
    }

    /// Writes those that the rows of the new file do not show by themselves.
    pub(super) fn write(mut self, new: &Connection, schema: &Schema) -> rusqlite::Result<()> {
        for (_, name, next_id) in std::mem::take(&mut self.rows) {
            let position = schema.position_of(&name);
            if let Some(position) = position {
                self.raise(position, next_id);
            }
        }
        let mut wanted = Vec::new();
        for (position, next_id) in self.ids {
            let table = &schema.tables[position];
            let Some(id) = table.primary_key.first().filter(|_| table.rowid_key) else {
                continue;
            };
            let sql = format!(
                "SELECT ifnull(max({}), 0) FROM {}",
                quoted(id),
                quoted(&table.name)
            );
            let highest: i64 = new.query_row(&sql, [], |row| row.get(0))?;
            if next_id > highest.max(0).saturating_add(1) {
                wanted.push((&table.name, next_id));
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        new.execute_batch(DECLARATION)?;
        let mut insert = new.prepare(&format!(
            "INSERT INTO {NEXT_IDS} (table_name, next_id) VALUES (?1, ?2)"
        ))?;
        for (table, next_id) in wanted {
            insert.execute((table, next_id))?;
        }
        Ok(())
    }
}
