//! What is done when all rows were read: what dangles goes, next ids are written, and the report is made.

use rusqlite::Connection;

use super::Transfer;
use crate::error::ImportError;
use crate::import::config_lines;
use crate::import::dangling::Dangling;
use crate::import::queries::{count, quoted};
use crate::import::report::{Change, ChangeKind, DroppedColumn, ImportReport, ImportedTable};

impl Transfer<'_> {
    pub(super) fn finish(&mut self) -> rusqlite::Result<ImportReport> {
        let mut report = std::mem::take(&mut self.report);
        report.changes.extend(self.nones()?);
        report.changes.extend(self.rewritten());
        for (table, state) in self.schema.tables.iter().zip(&mut self.tables) {
            if state.has_replaced {
                let n_there = count_rows(self.new, &table.name)?;
                state.n_merged += state.n_inserted.saturating_sub(n_there);
            }
            report.tables.push(ImportedTable {
                name: table.name.clone(),
                read: state.n_read - state.n_merged,
                carried: 0,
            });
        }
        let mut dangling = Dangling {
            new: self.new,
            model: self.model,
            null_dangling: self.options.null_dangling,
            left_out: &mut self.left_out,
            misfits: &mut report.misfits,
            changes: &mut report.changes,
        };
        dangling.remove()?;
        for (position, table) in self.schema.tables.iter().enumerate() {
            // An id that the new file has given to a row was never seen by anybody.
            if table.numbered_by().is_none() {
                continue;
            }
            let (highest, is_beyond) = self.left_out.highest(&table.name);
            if let Some(highest) = highest {
                self.next_ids.raise(position, highest + 1);
            }
            if is_beyond {
                report.notes.push(format!(
                    "table {}: a row that was left out has so high an id that hardly any would be left above it; it may be \
                     given again",
                    table.name
                ));
            }
        }
        std::mem::take(&mut self.next_ids).write(self.new, self.schema)?;
        for table in &mut report.tables {
            table.carried = count_rows(self.new, &table.name)?;
        }
        report.lines = config_lines::lines(self.schema, self.model, &report);
        Ok(report)
    }

    pub(super) fn commit(&self) -> Result<(), ImportError> {
        let committed = self.new.execute_batch("COMMIT");
        committed.map_err(|e| self.options.write(e))
    }

    /// The columns of the source that have values and are not in the schema, in the order of the schema.
    pub(super) fn dropped(&self) -> Vec<DroppedColumn> {
        let mut dropped: Vec<DroppedColumn> = Vec::new();
        for (at, table) in self.schema.tables.iter().enumerate() {
            for list in self.lists.iter().filter(|list| list.position == at) {
                for (place, n_values) in list.columns.dropped().filter(|&(_, n)| n > 0) {
                    let column = &list.from.columns[place].name;
                    let is_it = |known: &&mut DroppedColumn| {
                        known.table == table.name && known.column == *column
                    };
                    match dropped.iter_mut().find(is_it) {
                        Some(known) => known.n_values += n_values,
                        None => dropped.push(DroppedColumn {
                            table: table.name.clone(),
                            column: column.clone(),
                            n_values,
                            is_allowed: self.options.drops(&table.name, column),
                        }),
                    }
                }
            }
        }
        dropped
    }

    /// The numbers that stood for NULL, by table and column, in the order of the schema.
    fn nones(&self) -> rusqlite::Result<Vec<Change>> {
        let mut changes: Vec<Change> = Vec::new();
        for (at, table) in self.schema.tables.iter().enumerate() {
            let lists = self.lists.iter().filter(|list| list.position == at);
            let mut met: Vec<_> = lists.flat_map(|list| list.columns.nones()).collect();
            met.extend(self.zeros.set_null(self.new, self.model, table)?);
            for (column, number, n_values) in met {
                let is_it =
                    |change: &&mut Change| change.table == table.name && change.column == column;
                match changes.iter_mut().find(is_it) {
                    Some(change) => change.n_values += n_values,
                    None => changes.push(Change {
                        table: table.name.clone(),
                        column: column.to_owned(),
                        n_values,
                        kind: ChangeKind::None { number },
                    }),
                }
            }
        }
        Ok(changes)
    }
}

impl Transfer<'_> {
    /// The texts whose numbers are written otherwise, by table and column, in the order of the schema.
    fn rewritten(&self) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for (at, table) in self.schema.tables.iter().enumerate() {
            let lists = self.lists.iter().filter(|list| list.position == at);
            for (column, first, n_values) in lists.flat_map(|list| list.columns.rewritten()) {
                let is_it =
                    |change: &&mut Change| change.table == table.name && change.column == column;
                match changes.iter_mut().find(is_it) {
                    Some(change) => change.n_values += n_values,
                    None => changes.push(Change {
                        table: table.name.clone(),
                        column: column.to_owned(),
                        n_values,
                        kind: ChangeKind::WrittenOtherwise {
                            text: first.text.clone(),
                            number: first.number.clone(),
                        },
                    }),
                }
            }
        }
        changes
    }
}

fn count_rows(new: &Connection, table: &str) -> rusqlite::Result<u64> {
    count(new, &format!("SELECT count(*) FROM {}", quoted(table)))
}
