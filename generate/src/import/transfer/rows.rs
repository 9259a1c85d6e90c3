//! Rows as they come: inserted, merged, or left out.

use super::{ColumnList, Inserted, TableState, Transfer};
use crate::error::ImportError;
use crate::import::announced::NEXT_IDS;
use crate::import::columns::{CommonColumns, columns_of};
use crate::import::dangling_values::note_refused;
use crate::import::next_ids::{NextIds, SEQUENCES};
use crate::import::options::Progress;
use crate::import::queries::quoted;
use crate::import::refusal::{Wrong, is_constraint, is_unique, refused};
use crate::import::report::Misfit;
use crate::import::source::{
    Accepted, Cell, Conflict, RowSink, SourceColumn, SourceRow, SourceTable, TableId,
};
use crate::import::value::Converted;
use crate::sql::Dialect;

impl Transfer<'_> {
    /// Inserts a row, and returns what SQLite refuses about it.
    fn insert(
        &mut self,
        at: usize,
        values: &mut [Converted<'_>],
        conflict: Conflict<'_>,
    ) -> rusqlite::Result<Inserted> {
        let list = &mut self.lists[at];
        let state = &mut self.tables[list.position];
        loop {
            let error = match CommonColumns::execute(&mut list.insert, values) {
                Ok(_) => {
                    state.n_inserted += 1;
                    return Ok(Inserted::Yes);
                }
                Err(error) => error,
            };
            if !is_constraint(&error) {
                return Err(error);
            }
            let merge = match conflict {
                _ if !is_unique(&error) => None,
                Conflict::Refuse => None,
                Conflict::Ignore => {
                    state.n_merged += 1;
                    return Ok(Inserted::Yes);
                }
                Conflict::Later => {
                    state.n_read -= 1;
                    return Ok(Inserted::Later);
                }
                Conflict::Replace => Some(list.columns.replace()),
                Conflict::Update(columns) => Some(list.columns.update(columns)),
            };
            if let Some(sql) = merge {
                let mut merge = self.new.prepare_cached(&sql)?;
                match CommonColumns::execute(&mut merge, values) {
                    Ok(_) if conflict == Conflict::Replace => {
                        state.n_inserted += 1;
                        state.has_replaced = true;
                    }
                    Ok(_) => state.n_merged += 1,
                    Err(error) if is_constraint(&error) => {
                        let values = list.columns.with_names(values);
                        return refused(self.new, list.columns.table, &values, &error)
                            .map(Inserted::Refused);
                    }
                    Err(error) => return Err(error),
                }
                return Ok(Inserted::Yes);
            }
            if !list.columns.set_null(values) {
                let values = list.columns.with_names(values);
                return refused(self.new, list.columns.table, &values, &error)
                    .map(Inserted::Refused);
            }
        }
    }

    /// Records a row that is left out.
    fn leave_out(
        &mut self,
        at: usize,
        values: &[Converted<'_>],
        row: SourceRow<'_>,
        wrong: Vec<Wrong>,
    ) -> rusqlite::Result<()> {
        let list = &self.lists[at];
        let (table, state) = (list.columns.table, &self.tables[list.position]);
        let own_id = list.columns.id(values);
        if let (None, Some(place)) = (own_id, row.place) {
            self.unnumbered.insert(place.offset.cast_signed());
        }
        if let Some(id) = own_id {
            self.left_out.add(&table.name, id);
        }
        let owned = state.owned.as_ref();
        if let Some(owned) = owned.and_then(|name| list.columns.integer(values, name)) {
            self.left_out.add_owned(&table.name, owned);
        }
        let named = list.columns.with_names(values);
        note_refused(
            self.new,
            &self.value_keys,
            &mut self.left_out,
            &table.name,
            &named,
        )?;
        let id = own_id.unwrap_or(state.n_read.cast_signed());
        let misfits = wrong.into_iter().map(|Wrong { column, why, kind }| Misfit {
            table: table.name.clone(),
            id,
            column,
            why,
            kind,
            place: row.place,
            is_carried: false,
        });
        misfits.for_each(|misfit| self.report.misfits.push(misfit));
        Ok(())
    }

    /// Takes a row without the columns for which it says DEFAULT.
    fn row_with_defaults(&mut self, at: usize, row: SourceRow<'_>) -> Result<bool, ImportError> {
        let from = &self.lists[at].from;
        let given = || {
            row.cells
                .iter()
                .zip(&from.columns)
                .filter(|(cell, _)| **cell != Cell::Default)
        };
        let table = SourceTable {
            columns: given().map(|(_, column)| column.clone()).collect(),
            ..from.clone()
        };
        let cells: Vec<Cell<'_>> = given().map(|(cell, _)| *cell).collect();
        match self.table(&table)? {
            Some(accepted) => self.row(
                accepted.id,
                SourceRow {
                    cells: &cells,
                    ..row
                },
            ),
            None => Ok(true),
        }
    }
}

impl RowSink for Transfer<'_> {
    fn table(&mut self, table: &SourceTable) -> Result<Option<Accepted>, ImportError> {
        if let Some(known) = self.known.get(table) {
            return Ok(known.clone());
        }
        let is_next_ids =
            table.name == NEXT_IDS || table.name == SEQUENCES && self.dialect == Dialect::Sqlite;
        let accepted = if is_next_ids {
            self.next_ids.accept(table)
        } else if let Some(position) = self.announced.add(table, self.schema)? {
            let to = &self.schema.tables[position];
            let zero = |column: &str| self.zeros.of(self.model, &to.name, column);
            let columns = CommonColumns::of(table, to, self.dialect, zero);
            let insert = self.new.prepare(&columns.insert());
            let is_wanted = columns.is_wanted.clone();
            self.lists.push(ColumnList {
                position,
                from: table.clone(),
                columns,
                insert: insert.map_err(|e| self.options.write(e))?,
            });
            Some(Accepted {
                id: TableId(self.lists.len() - 1),
                position,
                is_wanted,
            })
        } else {
            None
        };
        self.known.insert(table.clone(), accepted.clone());
        Ok(accepted)
    }

    fn left_behind(&mut self, table: &SourceTable) {
        self.announced.leave_behind(table);
    }

    fn columns(&self, schema: &str, name: &str) -> Option<Vec<SourceColumn>> {
        let position = self.announced.position(schema, name, self.schema)?;
        columns_of(&self.schema.tables[position])
    }

    fn row(&mut self, table: TableId, row: SourceRow<'_>) -> Result<bool, ImportError> {
        if NextIds::is_own(table) {
            self.next_ids.row(table, row.cells);
            return Ok(true);
        }
        let TableId(at) = table;
        let list = &mut self.lists[at];
        assert_eq!(
            row.cells.len(),
            list.from.columns.len(),
            "a cell for each column"
        );
        if row.cells.contains(&Cell::Default) {
            return self.row_with_defaults(at, row);
        }
        self.current = list.position;
        self.tables[list.position].n_read += 1;
        let (mut values, mut wrong) = list.columns.convert(row.cells);
        if wrong.is_empty() {
            let inserted = self.insert(at, &mut values, row.conflict);
            match inserted.map_err(|e| self.options.write(e))? {
                Inserted::Yes => {}
                Inserted::Later => return Ok(false),
                Inserted::Refused(what) => wrong.push(what),
            }
        }
        self.lists[at].columns.count_dropped(row.cells);
        if !wrong.is_empty() {
            self.leave_out(at, &values, row, wrong)
                .map_err(|e| self.options.write(e))?;
        }
        Ok(true)
    }

    fn clear(&mut self, table: TableId) -> Result<(), ImportError> {
        if NextIds::is_own(table) {
            self.next_ids.clear(table);
            return Ok(());
        }
        let position = self.lists[table.0].position;
        let name = &self.schema.tables[position].name;
        let sql = format!("DELETE FROM {}", quoted(name));
        self.new
            .execute_batch(&sql)
            .map_err(|e| self.options.write(e))?;
        let owned = self.tables[position].owned.take();
        self.tables[position] = TableState {
            owned,
            ..TableState::default()
        };
        for list in self
            .lists
            .iter_mut()
            .filter(|list| list.position == position)
        {
            list.columns.clear();
        }
        self.left_out.clear(name);
        self.report.misfits.clear(name);
        Ok(())
    }

    fn next_id(&mut self, table: &SourceTable, column: &str, next_id: i64) {
        let Some(position) = self.announced.of(table) else {
            return;
        };
        let to = &self.schema.tables[position];
        let id = to.numbered_by().and_then(|id| to.column(id));
        if id.is_some_and(|id| to.place_of(id, &[column]).is_some()) {
            self.next_ids.raise(position, next_id);
        }
    }

    fn progress(&mut self, done: u64, total: u64) {
        let table = self.schema.tables.get(self.current);
        (self.on_progress)(Progress {
            table: table.map_or("", |table| &table.name),
            done,
            total,
            unit: self.unit,
        });
    }

    fn note(&mut self, note: String) {
        self.report.notes.push(note);
    }
}
