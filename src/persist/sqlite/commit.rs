//! Committing a batch: one transaction, in which each statement has to touch exactly one row.

use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{CachedStatement, Connection, Statement, Transaction};

use crate::error::{FlushFailure, Outcome};
use crate::persist::batch::{Batch, TableBatch};
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::schema::TableInfo;
use crate::schema::value::Value;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::effect::position;

use super::content_hash::{Changes, Hashes, Pending};
use super::error::{flush_failure, is_rolled_back, is_unique_violation, row_failure};
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

/// Writes a batch inside of a transaction. Returns what it has done to the content hashes, too.
pub(super) fn write_batch(
    transaction: &Transaction<'_>,
    batch: &Batch,
    hashes: &Hashes,
) -> Result<(FlushReport, Changes), Failed> {
    let mut report = FlushReport::default();
    let mut hashes = Pending::new(hashes);
    for TableBatch {
        info, change_set, ..
    } in batch.tables.iter().rev()
    {
        report.deleted += delete(transaction, info, change_set, &mut hashes)?;
    }
    let mut refused = Vec::new();
    for TableBatch {
        info, change_set, ..
    } in &batch.tables
    {
        let mut statements = Statements::new(transaction, info, change_set)?;
        for row in change_set.rows() {
            match statements.execute(row, &mut hashes)? {
                RowOutcome::Written => count(change_set, row, &mut report),
                RowOutcome::ValueTaken(_) => refused.push(Refused {
                    info,
                    change_set,
                    row,
                }),
            }
        }
    }
    untangle(transaction, refused, &mut report, &mut hashes)?;
    for id in &batch.next_ids {
        if id.is_in_file() {
            // SQLite writes no page for a row that does not change.
            transaction
                .prepare_cached(statements::DELETE_ID)?
                .execute([id.info.name])?;
        }
        transaction
            .prepare_cached(statements::UPSERT_ID)?
            .execute((id.info.name, id.next))?;
        hashes.next_id(id.info.name, id.next);
    }
    let changes = hashes.write(transaction)?;
    Ok((report, changes))
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
    info: &TableInfo,
    change_set: &ChangeSet,
    hashes: &mut Pending<'_>,
) -> Result<usize, Failed> {
    if change_set.removed().len() == 0 {
        return Ok(0);
    }
    let mut statement = connection.prepare_cached(&statements::delete(info))?;
    for id in change_set.removed() {
        hashes.begin_delete(change_set.table, id);
        let touched = statement
            .execute([id])
            .map_err(|source| row_failure(info, id, source))?;
        touched_one(info, id, touched)?;
        hashes
            .deleted(change_set.table, id)
            .map_err(|touched| not_one(info, id, touched))?;
    }
    Ok(change_set.removed().len())
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
                hashes
                    .written(self.change_set, row)
                    .map_err(|touched| not_one(self.info, row.id, touched))?;
                Ok(RowOutcome::Written)
            }
            Err(source) if is_unique_violation(&source) => Ok(RowOutcome::ValueTaken(source)),
            Err(source) => Err(row_failure(self.info, row.id, source)),
        }
    }
}

fn bind(statement: &mut Statement<'_>, n: usize, value: Value<'_>) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(n, bound(value))
}

/// A row that could not be written yet, because another one still has its unique value in the file.
struct Refused<'b> {
    info: &'static TableInfo,
    change_set: &'b ChangeSet,
    row: &'b ChangedRow,
}

impl Refused<'_> {
    fn retry(
        &self,
        connection: &Connection,
        hashes: &mut Pending<'_>,
    ) -> Result<RowOutcome, Failed> {
        Statements::new(connection, self.info, self.change_set)?.execute(self.row, hashes)
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
    refused: Vec<Refused<'_>>,
    report: &mut FlushReport,
    hashes: &mut Pending<'_>,
) -> Result<(), Failed> {
    let (mut new, mut aside) = (Vec::new(), Vec::new());
    for row in refused.into_iter().rev() {
        if let RowOutcome::Written = row.retry(connection, hashes)? {
            count(row.change_set, row.row, report);
        } else if row.change_set.shape(row.row).is_new {
            new.push(row);
        } else {
            aside.push(row);
        }
    }
    let values = aside
        .iter()
        .map(|row| step_aside(connection, row, hashes))
        .collect::<Result<Vec<_>, _>>()?;
    for row in new {
        match row.retry(connection, hashes)? {
            RowOutcome::Written => report.inserted += 1,
            RowOutcome::ValueTaken(source) => {
                return Err(row_failure(row.info, row.row.id, source));
            }
        }
    }
    for (row, values) in aside.iter().zip(values) {
        step_back(connection, row, &values, hashes)?;
        report.updated += 1;
    }
    Ok(())
}

/// Deletes a row from the file, and returns all of its values as they are to be.
fn step_aside(
    connection: &Connection,
    refused: &Refused<'_>,
    hashes: &mut Pending<'_>,
) -> Result<Vec<SqlValue>, Failed> {
    let Refused {
        info,
        change_set,
        row,
        ..
    } = refused;
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
    refused: &Refused<'_>,
    values: &[SqlValue],
    hashes: &mut Pending<'_>,
) -> Result<(), Failed> {
    let Refused { info, row, .. } = refused;
    let shape = crate::store::tracking::change_set::Shape {
        is_new: true,
        columns: (0..info.columns.len()).map(position).collect(),
    };
    let mut statement = connection.prepare_cached(&statements::insert_or_update(info, &shape))?;
    let id = SqlValue::Integer(row.id);
    let parameters = rusqlite::params_from_iter(values.iter().chain([&id]));
    let touched = statement
        .execute(parameters)
        .map_err(|source| row_failure(info, row.id, source))?;
    touched_one(info, row.id, touched)?;
    let values = values.iter().map(ValueRef::from);
    hashes.inserted(refused.change_set.table, row.id, values);
    Ok(())
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
