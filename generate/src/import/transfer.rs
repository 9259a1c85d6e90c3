//! Takes the rows of a source into the new file, in one transaction.

use std::collections::HashMap;

use rusqlite::{Connection, Statement};

use super::announced::{Announced, NEXT_IDS};
use super::columns::{CommonColumns, columns_of};
use super::config_lines;
use super::dangling::{Dangling, owned_column};
use super::dangling_values::{ValueKeyColumns, note_refused, value_keys};
use super::id_set::IdSet;
use super::left_out::LeftOut;
use super::next_ids::{NextIds, SEQUENCES};
use super::options::{ImportOptions, Progress};
use super::places::Places;
use super::queries::{count, quoted};
use super::refusal::{Wrong, is_constraint, is_unique, refused};
use super::report::{Change, ChangeKind, DroppedColumn, ImportReport, ImportedTable, Misfit};
use super::source::{
    Accepted, Cell, Conflict, ProgressUnit, RowSink, Source, SourceColumn, SourceRow, SourceTable,
    TableId,
};
use super::value::Converted;
use super::zeros::Zeros;
use crate::error::ImportError;
use crate::model::Model;
use crate::schema::{Schema, Table};
use crate::sql::Dialect;

/// The new file while rows come in.
pub(super) struct Transfer<'i> {
    schema: &'i Schema,
    model: &'i Model,
    new: &'i Connection,
    options: &'i ImportOptions,
    zeros: Zeros,
    dialect: Dialect,
    /// A state for each table of the schema.
    tables: Vec<TableState>,
    lists: Vec<ColumnList<'i>>,
    known: HashMap<SourceTable, Option<Accepted>>,
    announced: Announced,
    next_ids: NextIds,
    left_out: LeftOut,
    /// The offsets of the rows of a text that got no id, because they were left out when they were read.
    unnumbered: IdSet,
    value_keys: Vec<ValueKeyColumns<'i>>,
    report: ImportReport,
    /// The table of the last row.
    current: usize,
    unit: ProgressUnit,
    on_progress: &'i mut dyn FnMut(Progress<'_>),
}

/// What is known of the rows of a table.
#[derive(Debug, Default)]
struct TableState {
    /// Number of rows that were sent.
    n_read: u64,
    /// Number of rows that were inserted, or replaced another one.
    n_inserted: u64,
    /// Number of rows that the source's database would have passed over, or merged into another row.
    n_merged: u64,
    /// Whether a row replaced another one.
    has_replaced: bool,
    /// For a pivot: the column with the owned row.
    owned: Option<String>,
}

/// One list of columns in which rows of a table come.
struct ColumnList<'i> {
    /// The position of the table in the schema.
    position: usize,
    from: SourceTable,
    columns: CommonColumns<'i>,
    insert: Statement<'i>,
}

/// Whether a row was inserted.
enum Inserted {
    /// It was, or it was merged into another row.
    Yes,
    /// It is to be sent again.
    Later,
    /// SQLite refuses it.
    Refused(Wrong),
}

impl<'i> Transfer<'i> {
    /// Begins the transaction, and makes the tables.
    pub(super) fn begin(
        schema: &'i Schema,
        model: &'i Model,
        new: &'i Connection,
        options: &'i ImportOptions,
        on_progress: &'i mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, ImportError> {
        let execute = |sql: &str| new.execute_batch(sql).map_err(|e| options.write(e));
        // Rows may come before those that they refer to; foreign keys are checked at the end.
        execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")?;
        for statement in &schema.statements {
            execute(statement)?;
        }
        let state = |table: &Table| TableState {
            owned: owned_column(model, &table.name),
            ..TableState::default()
        };
        Ok(Self {
            schema,
            model,
            new,
            options,
            zeros: Zeros::default(),
            dialect: Dialect::Sqlite,
            tables: schema.tables.iter().map(state).collect(),
            lists: Vec::new(),
            known: HashMap::new(),
            announced: Announced::default(),
            next_ids: NextIds::default(),
            left_out: LeftOut::default(),
            unnumbered: IdSet::default(),
            value_keys: value_keys(model),
            report: ImportReport::default(),
            current: 0,
            unit: ProgressUnit::Rows,
            on_progress,
        })
    }

    /// Takes all rows of a source, and commits.
    pub(super) fn run(mut self, source: &mut dyn Source) -> Result<ImportReport, ImportError> {
        self.unit = source.unit();
        self.zeros = Zeros::known(self.schema, self.model, source)?;
        self.dialect = source.dialect();
        source.send(&mut self)?;
        let mut report = self.finish().map_err(|e| self.options.write(e))?;
        if self.unit == ProgressUnit::Bytes {
            let tables = self.tables.iter();
            let is_numbered = tables.map(|state| state.n_merged == 0 && !state.has_replaced);
            let is_numbered: Vec<bool> = is_numbered.collect();
            Places::find(
                source,
                self.schema,
                &is_numbered,
                &self.unnumbered,
                report.misfits.listed_mut(),
            )?;
        }
        report.dropped = self.dropped();
        if !report.needs_consent() {
            self.commit()?;
        }
        let mut notes = self.announced.notes(self.schema);
        notes.extend(self.announced.renumbered(self.schema, self.model));
        notes.append(&mut report.notes);
        report.notes = notes;
        Ok(report)
    }

    fn finish(&mut self) -> rusqlite::Result<ImportReport> {
        let mut report = std::mem::take(&mut self.report);
        report.changes.extend(self.nones()?);
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
            if table.numbered_by().is_some()
                && let Some(highest) = self.left_out.highest(&table.name)
            {
                self.next_ids.raise(position, highest.saturating_add(1));
            }
        }
        std::mem::take(&mut self.next_ids).write(self.new, self.schema)?;
        for table in &mut report.tables {
            table.carried = count_rows(self.new, &table.name)?;
        }
        report.lines = config_lines::lines(self.schema, self.model, &report);
        Ok(report)
    }

    fn commit(&self) -> Result<(), ImportError> {
        let committed = self.new.execute_batch("COMMIT");
        committed.map_err(|e| self.options.write(e))
    }

    /// The columns of the source that have values and are not in the schema, in the order of the schema.
    fn dropped(&self) -> Vec<DroppedColumn> {
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

fn count_rows(new: &Connection, table: &str) -> rusqlite::Result<u64> {
    count(new, &format!("SELECT count(*) FROM {}", quoted(table)))
}
