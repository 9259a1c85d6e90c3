//! Committing a batch: one transaction, in which each statement has to touch exactly one row.

use std::collections::HashSet;

use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{CachedStatement, Connection, Statement, Transaction};

use crate::error::{FlushFailure, Outcome, RefusedRow};
use crate::persist::batch::{Batch, Bonds, TableBatch};
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::schema::value::Value;
use crate::schema::{TableId, TableInfo};
use crate::store::key::AnyKey;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::effect::position;

use super::content_hash::{Changes, Hashes, Pending};
use super::error::{
    flush_failure, is_refused, is_rolled_back, is_unique_violation, refused_row, refused_rows,
};
use super::left_out;
use super::mail;
use super::stamp::FileState;
use super::statements;
use super::value::{bound, owned};

/// A number that changes whenever another connection commits to the file.
pub(super) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}

/// A number that changes whenever the schema of the file is.
pub(super) fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA schema_version", [], |row| row.get(0))
}

/// Writes a batch and commits: all of it, or, if rows may be left out, all but those that the file refuses and those
/// that are bound to them. Returns what that has done to the content hashes, too.
pub(super) fn commit_batch(
    transaction: Transaction<'_>,
    batch: &mut Batch,
    in_world: Option<&Bonds<'_>>,
    hashes: &Hashes,
    state: &FileState,
) -> Result<(FlushReport, Changes), Failed> {
    let mut left_out = None;
    let (report, mut hashes) = if batch.may_leave_out {
        let own = batch.bonds();
        let bonds = in_world.unwrap_or(&own);
        let (report, hashes, rows) = left_out::write_the_rest(&transaction, batch, bonds, hashes)?;
        left_out = Some(rows);
        (report, hashes)
    } else {
        let Attempt {
            report,
            hashes,
            refused,
            ..
        } = attempt(&transaction, batch, &HashSet::new(), hashes)?;
        if !refused.is_empty() {
            return Err(refused_rows(&refused));
        }
        (report, hashes)
    };
    write_next_ids(&transaction, batch, &mut hashes)?;
    // If anything is left out, all that parcels have moved is: see `left_out`.
    if left_out.as_ref().is_none_or(HashSet::is_empty) {
        mail::write(&transaction, &batch.mail)?;
    }
    let changes = hashes.write(&transaction)?;
    state.write(&transaction)?;
    commit(transaction)?;
    if let Some(rows) = left_out {
        batch.leave_out(rows);
    }
    Ok((report, changes))
}

fn write_next_ids(
    connection: &Connection,
    batch: &Batch,
    hashes: &mut Pending<'_>,
) -> Result<(), Failed> {
    for id in &batch.next_ids {
        if id.is_in_file() {
            // SQLite writes no page for a row that does not change.
            connection
                .prepare_cached(statements::DELETE_ID)?
                .execute([id.info.name])?;
        }
        connection
            .prepare_cached(statements::UPSERT_ID)?
            .execute((id.info.name, id.next))?;
        hashes.next_id(id.info.name, id.next);
    }
    Ok(())
}

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
    fn refuse(&mut self, table: TableId, row: RefusedRow) {
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

/// Ends a transaction, so that all of it is in the file.
pub(super) fn commit(transaction: Transaction<'_>) -> Result<(), Failed> {
    let committed = transaction.execute_batch("COMMIT");
    let Err(error) = committed else { return Ok(()) };
    // The transaction is rolled back, by SQLite already or when it is dropped. But what it has written to the log
    // before may be all of it, and is found there when the file is opened again.
    let outcome = if is_rolled_back(&error) {
        Outcome::NotCommitted
    } else {
        Outcome::Unknown
    };
    Err(Failed {
        outcome,
        cause: flush_failure(error),
    })
}

fn count(change_set: &ChangeSet, row: &ChangedRow, report: &mut FlushReport) {
    if change_set.shape(row).is_new {
        report.inserted += 1;
    } else {
        report.updated += 1;
    }
}

fn touched_one(info: &TableInfo, id: i64, touched: usize) -> Result<(), Failed> {
    if touched == 1 {
        Ok(())
    } else {
        Err(not_one(info, id, touched))
    }
}

fn not_one(info: &TableInfo, id: i64, touched: usize) -> Failed {
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
struct Statements<'c> {
    info: &'static TableInfo,
    change_set: &'c ChangeSet,
    by_shape: Vec<CachedStatement<'c>>,
}

/// The outcome of one row's statement.
enum RowOutcome {
    Written,
    /// Another row still has a value in the file that has to be unique.
    ValueTaken(rusqlite::Error),
    /// A constraint of the file refuses the row.
    Refused(rusqlite::Error),
}

impl<'c> Statements<'c> {
    fn new(
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

    fn execute(
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

/// A row that could not be written yet, because another one still has its unique value in the file.
struct Waiting<'b> {
    info: &'static TableInfo,
    change_set: &'b ChangeSet,
    row: &'b ChangedRow,
}

impl Waiting<'_> {
    fn retry(
        &self,
        connection: &Connection,
        hashes: &mut Pending<'_>,
    ) -> Result<RowOutcome, Failed> {
        Statements::new(connection, self.info, self.change_set)?.execute(self.row, hashes)
    }

    fn refuse(&self, source: rusqlite::Error, attempt: &mut Attempt<'_>) {
        let row = refused_row(self.info, self.row.id, self.row.key, source);
        attempt.refuse(self.change_set.table, row);
    }
}

/// Writes the rows whose unique values belong to other rows in the file. In memory all values are
/// different.
///
/// If values were passed on along a chain of rows, the last row is written first: then each finds its value
/// free. The rows that are left pass values on in a cycle, and all of them are deleted from the file before
/// they are inserted again. Each row takes a few statements, whatever their number.
fn untangle(
    connection: &Connection,
    waiting: Vec<Waiting<'_>>,
    attempt: &mut Attempt<'_>,
) -> Result<(), Failed> {
    let (mut new, mut aside) = (Vec::new(), Vec::new());
    for row in waiting.into_iter().rev() {
        match row.retry(connection, &mut attempt.hashes)? {
            RowOutcome::Written => count(row.change_set, row.row, &mut attempt.report),
            RowOutcome::Refused(source) => {
                row.refuse(source, attempt);
                if connection.is_autocommit() {
                    return Ok(());
                }
            }
            RowOutcome::ValueTaken(_) if row.change_set.is_new(row.row) => new.push(row),
            RowOutcome::ValueTaken(_) => aside.push(row),
        }
    }
    let values = aside
        .iter()
        .map(|row| step_aside(connection, row, &mut attempt.hashes))
        .collect::<Result<Vec<_>, _>>()?;
    for row in new {
        match row.retry(connection, &mut attempt.hashes)? {
            RowOutcome::Written => attempt.report.inserted += 1,
            RowOutcome::ValueTaken(source) | RowOutcome::Refused(source) => {
                row.refuse(source, attempt);
                if connection.is_autocommit() {
                    return Ok(());
                }
            }
        }
    }
    for (row, values) in aside.iter().zip(values) {
        match step_back(connection, row, &values, &mut attempt.hashes)? {
            RowOutcome::Written => attempt.report.updated += 1,
            RowOutcome::ValueTaken(source) | RowOutcome::Refused(source) => {
                row.refuse(source, attempt);
                if connection.is_autocommit() {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// Deletes a row from the file, and returns all of its values as they are to be.
fn step_aside(
    connection: &Connection,
    waiting: &Waiting<'_>,
    hashes: &mut Pending<'_>,
) -> Result<Vec<SqlValue>, Failed> {
    let Waiting {
        info,
        change_set,
        row,
    } = waiting;
    let read = |found: &rusqlite::Row<'_>| {
        (0..info.columns.len())
            .map(|column| found.get(column))
            .collect()
    };
    let mut values: Vec<SqlValue> = connection
        .prepare_cached(&statements::select_row(info))?
        .query_row([row.id], read)?;
    for (&column, value) in change_set
        .shape(row)
        .columns
        .iter()
        .zip(change_set.values(row))
    {
        values[usize::from(column)] = owned(value);
    }
    hashes.begin_delete(change_set.table, row.id);
    let touched = connection
        .prepare_cached(&statements::delete(info))?
        .execute([row.id])?;
    touched_one(info, row.id, touched)?;
    hashes
        .deleted(change_set.table, row.id)
        .map_err(|touched| not_one(info, row.id, touched))?;
    Ok(values)
}

fn step_back(
    connection: &Connection,
    waiting: &Waiting<'_>,
    values: &[SqlValue],
    hashes: &mut Pending<'_>,
) -> Result<RowOutcome, Failed> {
    let Waiting { info, row, .. } = waiting;
    let shape = crate::store::tracking::change_set::Shape {
        is_new: true,
        columns: (0..info.columns.len()).map(position).collect(),
    };
    let mut statement = connection.prepare_cached(&statements::insert_or_update(info, &shape))?;
    let id = SqlValue::Integer(row.id);
    let parameters = rusqlite::params_from_iter(values.iter().chain([&id]));
    match statement.execute(parameters) {
        Ok(touched) => {
            touched_one(info, row.id, touched)?;
            let values = values.iter().map(ValueRef::from);
            hashes.inserted(waiting.change_set.table, row.id, values);
            Ok(RowOutcome::Written)
        }
        Err(source) if is_refused(&source) => Ok(RowOutcome::Refused(source)),
        Err(source) => Err(source.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After a full disk, for example, SQLite rolls back by itself, and the outcome is certain.
    #[test]
    fn a_commit_that_sqlite_has_rolled_back_is_not_committed() -> rusqlite::Result<()> {
        let mut connection = Connection::open_in_memory()?;
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY)")?;
        connection.commit_hook(Some(|| true))?;
        let transaction = connection.transaction()?;
        transaction.execute_batch("INSERT INTO t VALUES (1)")?;
        let failed = commit(transaction).err();
        assert_eq!(
            failed.map(|failed| failed.outcome),
            Some(Outcome::NotCommitted)
        );
        assert!(connection.is_autocommit());
        let n_rows: i64 = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?;
        assert_eq!(n_rows, 0);
        Ok(())
    }
}
