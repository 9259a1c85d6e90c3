//! Takes the rows of a source into the new file, in one transaction.

mod finish;
mod rows;

use std::collections::HashMap;

use rusqlite::{Connection, Statement};

use super::announced::Announced;
use super::columns::CommonColumns;
use super::dangling::owned_column;
use super::dangling_values::{ValueKeyColumns, value_keys};
use super::id_set::IdSet;
use super::left_out::LeftOut;
use super::next_ids::NextIds;
use super::options::{ImportOptions, Progress};
use super::places::Places;
use super::refusal::Wrong;
use super::report::ImportReport;
use super::source::{Accepted, ProgressUnit, Source, SourceTable};
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
        self.announced.refuse_unclear(self.schema)?;
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
        report.left_behind = self.announced.left_behind(self.options);
        if !report.needs_consent() {
            self.commit()?;
        }
        let mut notes = self.announced.notes(self.schema);
        notes.extend(self.announced.renumbered(self.schema, self.model));
        notes.append(&mut report.notes);
        report.notes = notes;
        Ok(report)
    }
}
