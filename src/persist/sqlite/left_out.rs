//! A flush without the rows that the file refuses, and without those that are bound to them.

use std::collections::HashSet;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use crate::persist::batch::{Batch, Bonds};
use crate::persist::error::Failed;
use crate::persist::left_out::{EXACT_ATTEMPTS, Held, LeftOut, StoredRows};
use crate::persist::report::FlushReport;
use crate::schema::TableInfo;
use crate::schema::value::Value;
use crate::store::key::AnyKey;

use super::attempt::{Attempt, attempt};
use super::content_hash::{Hashes, Pending};
use super::error::refused_rows;
use super::statements;

/// Writes all rows of a batch that can be written, in an open transaction. Returns the others.
pub(super) fn write_the_rest<'h>(
    transaction: &Connection,
    batch: &Batch,
    bonds: &Bonds<'_>,
    in_file: &'h Hashes,
) -> Result<(FlushReport, Pending<'h>, HashSet<AnyKey>), Failed> {
    let mut left_out: Option<LeftOut<'_>> = None;
    for n in 0_usize.. {
        transaction.execute_batch("SAVEPOINT gamedb_attempt")?;
        let nothing = HashSet::new();
        let but = left_out
            .as_ref()
            .map_or(&nothing, |left_out| &left_out.rows);
        let Attempt {
            mut report,
            hashes,
            refused,
            tables,
            value_taken,
        } = attempt(transaction, batch, but, in_file)?;
        if refused.is_empty() {
            transaction.execute_batch("RELEASE gamedb_attempt")?;
            let Some(left_out) = left_out else {
                return Ok((report, hashes, HashSet::new()));
            };
            report.left_out = left_out.list;
            return Ok((report, hashes, left_out.rows));
        }
        if transaction.is_autocommit() {
            // A trigger has ended the transaction.
            return Err(refused_rows(&refused));
        }
        transaction.execute_batch("ROLLBACK TO gamedb_attempt; RELEASE gamedb_attempt")?;
        let left_out = left_out.get_or_insert_with(|| LeftOut::new(transaction, batch, bonds));
        let n_before = left_out.rows.len();
        let first = tables[0];
        for (table, row) in tables.into_iter().zip(&refused) {
            left_out.refuse(table, row);
        }
        left_out.hold_back_parcels(&batch.mail, first, &refused[0]);
        assert!(
            left_out.rows.len() > n_before,
            "a row is refused that was not written"
        );
        if n >= EXACT_ATTEMPTS {
            value_taken.into_iter().for_each(|row| left_out.wait(row));
        }
        left_out.close_over()?;
    }
    unreachable!("each attempt leaves out more rows than the one before, and a batch has an end")
}

impl StoredRows for Connection {
    fn row(&self, info: &'static TableInfo, id: i64) -> Result<Vec<Option<Held>>, Failed> {
        let mut statement = self.prepare_cached(&statements::select_row(info))?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else {
            return Ok(Vec::new());
        };
        let held = |column| -> Result<_, Failed> {
            Ok(match row.get_ref(column)? {
                ValueRef::Null => None,
                ValueRef::Integer(integer) => Some(Held::Integer(integer)),
                ValueRef::Real(real) => Held::of(Value::Real(real)),
                ValueRef::Text(text) => {
                    Some(Held::Text(String::from_utf8_lossy(text).into_owned()))
                }
                ValueRef::Blob(bytes) => Some(Held::Blob(bytes.to_vec())),
            })
        };
        (0..info.columns.len()).map(held).collect()
    }

    fn pivot_row(&self, pivot: &'static TableInfo, owned: i64) -> Result<Option<i64>, Failed> {
        let mut statement = self.prepare_cached(&statements::select_pivot_row(pivot))?;
        let mut rows = statement.query([owned])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    fn with_values(
        &self,
        info: &'static TableInfo,
        columns: &[usize],
        values: &[Held],
    ) -> Result<Option<i64>, Failed> {
        let mut statement = self.prepare_cached(&statements::select_id_by(info, columns))?;
        let mut rows = statement.query(params_from_iter(values.iter().map(bound)))?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }
}

fn bound(value: &Held) -> rusqlite::types::Value {
    match value {
        Held::Integer(integer) => (*integer).into(),
        Held::Real(bits) => f64::from_bits(*bits).into(),
        Held::Text(text) => text.clone().into(),
        Held::Blob(bytes) => bytes.clone().into(),
    }
}
