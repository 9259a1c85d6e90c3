//! Rows whose unique values other rows still have in the file.

use rusqlite::Connection;
use rusqlite::types::{Value as SqlValue, ValueRef};

use crate::persist::error::Failed;
use crate::schema::TableInfo;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow, Shape};
use crate::store::tracking::effect::position;

use super::attempt::{Attempt, RowOutcome, Statements, count, not_one, touched_one};
use super::content_hash::Pending;
use super::error::{is_refused, refused_row};
use super::statements;
use super::value::owned;

/// A row that could not be written yet, because another one still has its unique value in the file.
pub(super) struct Waiting<'b> {
    pub(super) info: &'static TableInfo,
    pub(super) change_set: &'b ChangeSet,
    pub(super) row: &'b ChangedRow,
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
pub(super) fn untangle(
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
    let shape = Shape {
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
