//! The rows of a batch, each by a statement that has to touch exactly one row: what was written of them, and which of
//! them the file refuses.

use std::collections::HashSet;

use rusqlite::{CachedStatement, Connection, Statement};

use crate::error::{FlushFailure, RefusedRow};
use crate::persist::batch::{Batch, TableBatch};
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::schema::value::Value;
use crate::schema::{TableId, TableInfo};
use crate::store::key::AnyKey;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};

use super::content_hash::{Hashes, Pending};
use super::error::{is_refused, is_unique_violation, refused_row};
use super::statements;
use super::taken_values::{Waiting, untangle};
use super::value::bound;

/// The outcome of writing the rows of a batch.
pub(super) struct Attempt<'h> {
    pub(super) report: FlushReport,
    /// What the rows that were written have done to the content hashes.
    pub(super) hashes: Pending<'h>,
    /// The rows that the file refuses. If there are any, what was written is no state that the file may have, and has
    /// to be rolled back.
    pub(super) refused: Vec<RefusedRow>,
    /// The tables of the refused rows, in the same order.
    pub(super) tables: Vec<TableId>,
    /// The rows whose unique values other rows had in the file at first.
    pub(super) value_taken: Vec<AnyKey>,
}

impl Attempt<'_> {
    pub(super) fn refuse(&mut self, table: TableId, row: RefusedRow) {
        self.tables.push(table);
        self.refused.push(row);
    }
}

/// Writes the rows of a batch but for some, and finds all that the file refuses: a statement that fails changes
/// nothing, and the next row can be tried. A trigger that ends the transaction ends the attempt too: what came after
/// it would be committed at once.
pub(super) fn attempt<'h>(
    connection: &Connection,
    batch: &Batch,
    but: &HashSet<AnyKey>,
    hashes: &'h Hashes,
) -> Result<Attempt<'h>, Failed> {
    let mut attempt = Attempt {
        report: FlushReport::default(),
        hashes: Pending::new(hashes),
        refused: Vec::new(),
        tables: Vec::new(),
        value_taken: Vec::new(),
    };
    for TableBatch {
        info, change_set, ..
    } in batch.tables.iter().rev()
    {
        delete(connection, info, change_set, but, &mut attempt)?;
        if connection.is_autocommit() {
            return Ok(attempt);
        }
    }
    let mut waiting = Vec::new();
    for TableBatch {
        info, change_set, ..
    } in &batch.tables
    {
        let table = change_set.table;
        let mut statements = Statements::new(connection, info, change_set)?;
        for row in change_set.rows() {
            let key = row.key;
            if !but.is_empty() && but.contains(&AnyKey { table, key }) {
                continue;
            }
            match statements.execute(row, &mut attempt.hashes)? {
                RowOutcome::Written => count(change_set, row, &mut attempt.report),
                RowOutcome::ValueTaken(_) => {
                    attempt.value_taken.push(AnyKey { table, key });
                    waiting.push(Waiting {
                        info,
                        change_set,
                        row,
                    });
                }
                RowOutcome::Refused(source) => {
                    attempt.refuse(table, refused_row(info, row.id, key, source));
                    if connection.is_autocommit() {
                        return Ok(attempt);
                    }
                }
            }
        }
    }
    // What waits for the value of a refused row would have to wait for ever.
    if attempt.refused.is_empty() {
        untangle(connection, waiting, &mut attempt)?;
    }
    Ok(attempt)
}

pub(super) fn count(change_set: &ChangeSet, row: &ChangedRow, report: &mut FlushReport) {
    if change_set.shape(row).is_new {
        report.inserted += 1;
    } else {
        report.updated += 1;
    }
}

pub(super) fn touched_one(info: &TableInfo, id: i64, touched: usize) -> Result<(), Failed> {
    if touched == 1 {
        Ok(())
    } else {
        Err(not_one(info, id, touched))
    }
}

pub(super) fn not_one(info: &TableInfo, id: i64, touched: usize) -> Failed {
    let table = info.name;
    FlushFailure::RowCount { table, id, touched }.into()
}

fn delete(
    connection: &Connection,
    info: &'static TableInfo,
    change_set: &ChangeSet,
    but: &HashSet<AnyKey>,
    attempt: &mut Attempt<'_>,
) -> Result<(), Failed> {
    if change_set.removed().len() == 0 {
        return Ok(());
    }
    let table = change_set.table;
    let mut statement = connection.prepare_cached(&statements::delete(info))?;
    for (id, key) in change_set.removed_rows() {
        if but.contains(&AnyKey { table, key }) {
            continue;
        }
        attempt.hashes.begin_delete(table, id);
        match statement.execute([id]) {
            Ok(touched) => {
                touched_one(info, id, touched)?;
                let deleted = attempt.hashes.deleted(table, id);
                deleted.map_err(|touched| not_one(info, id, touched))?;
                attempt.report.deleted += 1;
            }
            Err(source) if is_refused(&source) => {
                attempt.refuse(table, refused_row(info, id, key, source));
                if connection.is_autocommit() {
                    break;
                }
            }
            Err(source) => return Err(source.into()),
        }
    }
    Ok(())
}

/// The prepared statements for the rows of one table: one for each shape.
pub(super) struct Statements<'c> {
    info: &'static TableInfo,
    change_set: &'c ChangeSet,
    by_shape: Vec<CachedStatement<'c>>,
}

/// The outcome of one row's statement.
pub(super) enum RowOutcome {
    Written,
    /// Another row still has a value in the file that has to be unique.
    ValueTaken(rusqlite::Error),
    /// A constraint of the file refuses the row.
    Refused(rusqlite::Error),
}

impl<'c> Statements<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        info: &'static TableInfo,
        change_set: &'c ChangeSet,
    ) -> rusqlite::Result<Self> {
        let statement =
            |shape| connection.prepare_cached(&statements::insert_or_update(info, shape));
        let by_shape = change_set
            .shapes()
            .map(statement)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            info,
            change_set,
            by_shape,
        })
    }

    pub(super) fn execute(
        &mut self,
        row: &ChangedRow,
        hashes: &mut Pending<'_>,
    ) -> Result<RowOutcome, Failed> {
        let statement = &mut self.by_shape[row.shape];
        let mut n_bound = 0;
        for (n, value) in (1..).zip(self.change_set.values(row)) {
            bind(statement, n, value)?;
            n_bound = n;
        }
        bind(statement, n_bound + 1, Value::Integer(row.id))?;
        hashes.begin_write(self.change_set, row);
        match statement.raw_execute() {
            Ok(touched) => {
                touched_one(self.info, row.id, touched)?;
                let written = hashes.written(self.change_set, row);
                written.map_err(|touched| not_one(self.info, row.id, touched))?;
                Ok(RowOutcome::Written)
            }
            Err(source) if is_unique_violation(&source) => Ok(RowOutcome::ValueTaken(source)),
            Err(source) if is_refused(&source) => Ok(RowOutcome::Refused(source)),
            Err(source) => Err(source.into()),
        }
    }
}

fn bind(statement: &mut Statement<'_>, n: usize, value: Value<'_>) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(n, bound(value))
}
