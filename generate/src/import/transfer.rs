//! Copies rows from the old file into the new one, in one transaction.

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Statement, params_from_iter};

use super::common_columns::CommonColumns;
use super::config_lines;
use super::dangling::{Dangling, owned_column};
use super::left_out::LeftOut;
use super::old_file::{NEXT_IDS, OldFile, OldTable};
use super::options::{ImportOptions, Progress};
use super::queries::{count, quoted};
use super::refusal::{Wrong, refused};
use super::report::{Change, ChangeKind, ImportReport, ImportedTable, Misfit};
use crate::model::Model;
use crate::schema::{Schema, Table};

/// On which side SQLite failed.
pub(super) enum Failed {
    Read(rusqlite::Error),
    Write(rusqlite::Error),
}

pub(super) struct Transfer<'i> {
    pub(super) schema: &'i Schema,
    pub(super) model: &'i Model,
    pub(super) new: &'i Connection,
    pub(super) report: ImportReport,
    pub(super) done: u64,
    pub(super) total: u64,
    pub(super) left_out: LeftOut,
}

impl Transfer<'_> {
    pub(super) fn run(
        &mut self,
        old: &Connection,
        source: &OldFile,
        options: &ImportOptions,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Failed> {
        let execute = |sql: &str| self.new.execute_batch(sql).map_err(Failed::Write);
        // Rows may come before those that they refer to; foreign keys are checked at the end.
        execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")?;
        for statement in &self.schema.statements {
            execute(statement)?;
        }
        for table in &self.schema.tables {
            let read = match source.table(&table.name) {
                None => 0,
                Some(from) => self.carry(old, from, table, on_progress)?,
            };
            self.report.tables.push(ImportedTable {
                name: table.name.clone(),
                read,
                carried: 0,
            });
        }
        self.carry_next_ids(old)?;
        let mut dangling = Dangling {
            new: self.new,
            model: self.model,
            null_dangling: options.null_dangling,
            left_out: &mut self.left_out,
            misfits: &mut self.report.misfits,
            changes: &mut self.report.changes,
        };
        dangling.remove().map_err(Failed::Write)?;
        for table in &mut self.report.tables {
            let sql = format!("SELECT count(*) FROM {}", quoted(&table.name));
            table.carried = count(self.new, &sql).map_err(Failed::Write)?;
        }
        self.report.lines = config_lines::lines(self.schema, self.model, &self.report);
        self.new.execute_batch("COMMIT").map_err(Failed::Write)
    }

    /// Copies the next ids of an old file that was a world, so that its ids are not assigned again.
    fn carry_next_ids(&self, old: &Connection) -> Result<(), Failed> {
        let read = |sql: &str| {
            let mut statement = old.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<Vec<(String, Value)>, _>>()
        };
        let definition = format!(
            "SELECT sql, 0 FROM sqlite_schema WHERE type = 'table' AND name = '{NEXT_IDS}'"
        );
        let Some((definition, _)) = read(&definition).map_err(Failed::Read)?.pop() else {
            return Ok(());
        };
        let next_ids = format!("SELECT table_name, next_id FROM {NEXT_IDS}");
        let next_ids = read(&next_ids).map_err(Failed::Read)?;
        self.new.execute_batch(&definition).map_err(Failed::Write)?;
        let insert = format!("INSERT INTO {NEXT_IDS} (table_name, next_id) VALUES (?1, ?2)");
        for (table, next_id) in next_ids {
            if self.schema.table(&table).is_some() {
                let inserted = self.new.execute(&insert, (table, next_id));
                inserted.map_err(Failed::Write)?;
            }
        }
        Ok(())
    }

    /// Copies the rows of one table, and returns how many were read.
    fn carry(
        &mut self,
        old: &Connection,
        from: &OldTable,
        table: &Table,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<u64, Failed> {
        const EVERY: u64 = 1000;
        let mut columns = CommonColumns::of(from, table);
        let owned = owned_column(self.model, &table.name);
        let mut insert = self.new.prepare(&columns.insert()).map_err(Failed::Write)?;
        let mut select = old.prepare(&from.select()).map_err(Failed::Read)?;
        let mut rows = select.query([]).map_err(Failed::Read)?;
        let mut n_read = 0;
        while let Some(row) = rows.next().map_err(Failed::Read)? {
            n_read += 1;
            self.done += 1;
            if self.done.is_multiple_of(EVERY) {
                on_progress(self.progress(table));
            }
            let (values, mut wrong) = columns.convert(row).map_err(Failed::Read)?;
            if wrong.is_empty() {
                wrong.extend(self.insert(&mut insert, &columns, &values)?);
            }
            if wrong.is_empty() {
                continue;
            }
            let own_id = columns.id(&values);
            if let Some(id) = own_id {
                self.left_out.add(&table.name, id);
            }
            if let Some(owned) = owned
                .as_ref()
                .and_then(|name| columns.integer(&values, name))
            {
                self.left_out.add_owned(&table.name, owned);
            }
            let misfits = wrong.into_iter().map(|Wrong { column, why, kind }| Misfit {
                table: table.name.clone(),
                id: own_id.unwrap_or(n_read),
                column,
                why,
                kind,
                is_carried: false,
            });
            self.report.misfits.extend(misfits);
        }
        on_progress(self.progress(table));
        for (column, number, n_values) in columns.nones() {
            self.report.changes.push(Change {
                table: table.name.clone(),
                column: column.to_owned(),
                n_values,
                kind: ChangeKind::None { number },
            });
        }
        Ok(n_read.unsigned_abs())
    }

    /// Inserts a row, and returns what SQLite refuses about it.
    fn insert(
        &self,
        insert: &mut Statement<'_>,
        columns: &CommonColumns<'_>,
        values: &[Value],
    ) -> Result<Option<Wrong>, Failed> {
        match insert.execute(params_from_iter(values)) {
            Ok(_) => Ok(None),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                let values = columns.with_names(values);
                let wrong = refused(self.new, columns.table, &values, &error);
                wrong.map(Some).map_err(Failed::Write)
            }
            Err(error) => Err(Failed::Write(error)),
        }
    }

    fn progress<'t>(&self, table: &'t Table) -> Progress<'t> {
        Progress {
            table: &table.name,
            done: self.done,
            total: self.total,
        }
    }
}
