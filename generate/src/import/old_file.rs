//! The tables of the schema, as the old file has them.

use rusqlite::Connection;

use super::config_lines::key_of;
use crate::analysis::relations::Found;
use crate::model::Model;
use crate::schema::{OwnerPair, Schema, Table};

use super::queries::{count, quoted};

/// Where a file that was a world keeps the next id of each table.
pub(super) const NEXT_IDS: &str = "gamedb_ids";

/// Where it keeps the content hashes, which say nothing of a new file.
const HASHES: &str = "gamedb_hashes";

/// The tables of an old file that the schema has too.
pub(super) struct OldFile {
    tables: Vec<OldTable>,
    /// Tables and columns that only one of the two has.
    pub(super) notes: Vec<String>,
}

/// A table that both have.
pub(super) struct OldTable {
    /// Its name in the schema.
    table: String,
    /// Its name in the old file.
    name: String,
    /// The columns that both have, as indexes into the table of the schema.
    pub(super) columns: Vec<usize>,
    /// The same as expressions over the columns of the old file.
    sources: Vec<String>,
    /// The number that stands for NULL in each of them.
    pub(super) nones: Vec<Option<i64>>,
    has_rowid: bool,
    n_rows: u64,
}

impl OldFile {
    pub(super) fn of(old: &Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let mut found = Self {
            tables: Vec::new(),
            notes: Vec::new(),
        };
        let mut statement = old.prepare(
            "SELECT name, wr FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             ORDER BY name",
        )?;
        let tables = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let tables: Vec<(String, bool)> = tables.collect::<Result<_, _>>()?;
        for table in &schema.tables {
            let same = |(name, _): &&(String, bool)| name.eq_ignore_ascii_case(&table.name);
            match tables.iter().find(same) {
                None => found
                    .notes
                    .push(format!("table {} is not in the old file", table.name)),
                Some((name, without_rowid)) => {
                    let from = found.table_of(old, name, !without_rowid, table)?;
                    found.tables.push(from);
                }
            }
        }
        for (name, _) in &tables {
            if schema.table(name).is_none() && ![NEXT_IDS, HASHES].contains(&name.as_str()) {
                found
                    .notes
                    .push(format!("table {name} of the old file is not in the schema"));
            }
        }
        Ok(found)
    }

    fn table_of(
        &mut self,
        old: &Connection,
        name: &str,
        has_rowid: bool,
        table: &Table,
    ) -> rusqlite::Result<OldTable> {
        // `hidden` is 1 for columns that only virtual tables have.
        let mut statement =
            old.prepare("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1")?;
        let there: Vec<String> = statement
            .query_map([name], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let (mut columns, mut sources) = (Vec::new(), Vec::new());
        let mut used = Vec::new();
        let find = |name: &str| there.iter().find(|other| other.eq_ignore_ascii_case(name));
        for (at, column) in table.columns.iter().enumerate() {
            let arm = table.owner_pairs.iter().find_map(|pair| {
                let arm = pair.arms.iter().position(|arm| arm.column == column.name)?;
                Some((pair, arm, find(&pair.id)?, find(&pair.kind)?))
            });
            if let (None, Some((pair, arm, id, kind))) = (find(&column.name), arm) {
                columns.push(at);
                sources.push(arm_of(pair, arm));
                used.extend([id, kind]);
                continue;
            }
            match find(&column.name) {
                Some(other) => {
                    columns.push(at);
                    sources.push(quoted(other));
                }
                // An id that the old file does not have is assigned by SQLite.
                None if column.primary_key && table.rowid_key => {}
                None => self.notes.push(format!(
                    "column {}.{} is not in the old file",
                    table.name, column.name
                )),
            }
        }
        for other in &there {
            if table.column(other).is_none() && !used.contains(&other) {
                self.notes.push(format!(
                    "column {}.{other} of the old file is not in the schema",
                    table.name
                ));
            }
        }
        let sql = format!("SELECT count(*) FROM {}", quoted(name));
        Ok(OldTable {
            table: table.name.clone(),
            name: name.to_owned(),
            nones: columns.iter().map(|at| table.columns[*at].none).collect(),
            columns,
            sources,
            has_rowid,
            n_rows: count(old, &sql)?,
        })
    }

    pub(super) fn table(&self, name: &str) -> Option<&OldTable> {
        self.tables.iter().find(|table| table.table == name)
    }

    /// Lets 0 be an id where a guessed key points to a table that has a row 0.
    pub(super) fn keep_zeros(
        &mut self,
        old: &Connection,
        schema: &Schema,
        model: &Model,
    ) -> rusqlite::Result<()> {
        for at in 0..self.tables.len() {
            let Some(table) = schema.table(&self.tables[at].table) else {
                continue;
            };
            for place in 0..self.tables[at].nones.len() {
                let own = &self.tables[at];
                let name = &table.columns[own.columns[place]].name;
                let (Some(number), Some(key)) =
                    (own.nones[place], key_of(model, &table.name, name))
                else {
                    continue;
                };
                let target = &model[key.target];
                if key.found != Found::Convention {
                    continue;
                }
                let Some(there) = self.table(&target.name) else {
                    continue;
                };
                let (from, id) = (quoted(&there.name), quoted(&target.id_column));
                let sql = format!("SELECT count(*) FROM {from} WHERE {id} = {number}");
                if count(old, &sql)? > 0 {
                    self.tables[at].nones[place] = None;
                }
            }
        }
        Ok(())
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.tables.iter().map(|table| table.n_rows).sum()
    }
}

/// The expression for one column of an owner, from the two columns of the old file. For a kind without a
/// column the first one yields a text, which does not fit there, so that the row is reported.
fn arm_of(pair: &OwnerPair, arm: usize) -> String {
    let (id, kind) = (quoted(&pair.id), quoted(&pair.kind));
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let own = text(&pair.arms[arm].value);
    let mut expression = format!("CASE WHEN CAST({kind} AS TEXT) = {own} THEN {id}");
    if arm == 0 {
        let known: Vec<String> = pair.arms.iter().map(|arm| text(&arm.value)).collect();
        let known = known.join(", ");
        let name = text(&format!("{} ", pair.kind));
        expression.push_str(&format!(
            " WHEN {id} IS NOT NULL AND CAST({kind} AS TEXT) NOT IN ({known}) THEN {name} || {kind}"
        ));
    }
    expression.push_str(" END");
    expression
}

impl OldTable {
    /// The columns that both have, row by row in a defined order.
    pub(super) fn select(&self) -> String {
        let columns = if self.sources.is_empty() {
            "NULL".to_owned()
        } else {
            self.sources.join(", ")
        };
        // A table WITHOUT ROWID is read in the order of its key.
        let order = if self.has_rowid {
            " ORDER BY rowid"
        } else {
            ""
        };
        format!("SELECT {columns} FROM {}{order}", quoted(&self.name))
    }
}
