//! A flush without the rows that the server refuses, and without those that are bound to them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::persist::batch::{Batch, Bonds, TableBatch};
use crate::persist::error::Failed;
use crate::persist::left_out::{EXACT_ATTEMPTS, Held, LeftOut, StoredRows};
use crate::schema::{TableInfo, TableKind};
use crate::store::row::reader::Cell;

use super::array::{Array, types};
use super::error::{Error, flush_failure};
use super::flush::{Broken, Written};
use super::load::Stored;
use super::plan::Group;
use super::refused::{attempt, values_taken};
use super::schema::{Schema, Table, quoted};
use super::session::Session;

/// Writes all rows of a batch that can be written, in an open transaction.
pub(super) fn write_the_rest(
    session: &Session,
    schema: &Schema,
    batch: &Batch,
    groups: &[Group<'_>],
    bonds: &Bonds<'_>,
) -> Result<Written, Broken> {
    let on_server = OnServer {
        session,
        schema,
        batch,
        rows: RefCell::default(),
        pivots: RefCell::default(),
    };
    let mut left_out = LeftOut::new(&on_server, batch, bonds);
    for n in 0_usize.. {
        session.batch("SAVEPOINT gamedb_attempt")?;
        let attempt = attempt(session, schema, groups, &left_out.rows)?;
        if attempt.refused.is_empty() {
            let mut report = attempt.report;
            report.left_out = left_out.list;
            return Ok(Written {
                report,
                left_out: left_out.rows,
            });
        }
        session.batch("ROLLBACK TO gamedb_attempt; RELEASE gamedb_attempt")?;
        let n_before = left_out.rows.len();
        for (table, row) in &attempt.refused {
            left_out.refuse(*table, row);
        }
        let (table, row) = &attempt.refused[0];
        left_out.hold_back_parcels(&batch.mail, *table, row);
        assert!(
            left_out.rows.len() > n_before,
            "a row is refused that was not written"
        );
        if n >= EXACT_ATTEMPTS {
            let taken = values_taken(session, groups)?;
            taken.into_iter().for_each(|row| left_out.wait(row));
        }
        left_out.close_over()?;
    }
    unreachable!("each attempt leaves out more rows than the one before, and a batch has an end")
}

/// The rows of the server. Those of the batch are asked for a table at a time, and each of them once.
struct OnServer<'s> {
    session: &'s Session,
    schema: &'s Schema,
    batch: &'s Batch,
    /// By the name of the table.
    rows: RefCell<HashMap<&'static str, Known>>,
    /// For each pivot, its rows by the ids of the owned ones.
    pivots: RefCell<HashMap<&'static str, HashMap<i64, i64>>>,
}

/// The rows of a table that were asked for; those that are not there are empty.
type Known = HashMap<i64, Vec<Option<Held>>>;

impl OnServer<'_> {
    fn table(&self, info: &'static TableInfo) -> &Table {
        let mut tables = self.schema.tables.iter();
        let table = tables.find(|table| table.info.name == info.name);
        table.expect("the schema has the tables of the batch")
    }

    /// The ids of the rows of a table that the batch changes or removes.
    fn ids(&self, info: &'static TableInfo) -> Vec<i64> {
        let mut tables = self.batch.tables.iter();
        let table = tables.find(|table| table.info.name == info.name);
        let Some(TableBatch { change_set, .. }) = table else {
            return Vec::new();
        };
        let written = change_set.rows().iter();
        let old = written.filter(|row| !change_set.is_new(row));
        let ids: HashSet<i64> = old.map(|row| row.id).chain(change_set.removed()).collect();
        ids.into_iter().collect()
    }

    fn query(&self, sql: &str, ids: &[i64]) -> Result<Vec<Row>, Error> {
        let ids = Array::of_ids(ids);
        let client = self.session.client();
        (self.session).answer(client.query_typed(sql, &[(&ids, Type::INT8_ARRAY)]))
    }

    /// Asks for rows of a table, the id first.
    fn fetch(&self, info: &'static TableInfo, ids: &[i64]) -> Result<Known, Error> {
        let columns = info.columns.iter().map(|column| quoted(column));
        let id = quoted(info.id);
        let columns: Vec<_> = [id.clone()].into_iter().chain(columns).collect();
        let sql = format!(
            "SELECT {} FROM {} WHERE {id} = ANY($1)",
            columns.join(", "),
            self.table(info).name
        );
        let mut known: Known = ids.iter().map(|&id| (id, Vec::new())).collect();
        for row in self.query(&sql, ids)? {
            let held = |n| -> Result<_, Error> {
                Ok(match row.try_get(n)? {
                    Stored(Cell::Value(value)) => Held::of(value),
                    Stored(Cell::NotUtf8) => unreachable!("the database has the encoding UTF8"),
                })
            };
            let values: Result<Vec<_>, Error> = (1..row.len()).map(held).collect();
            known.insert(row.try_get(0)?, values?);
        }
        Ok(known)
    }

    fn known_row(&self, info: &'static TableInfo, id: i64) -> Result<Vec<Option<Held>>, Error> {
        let mut rows = self.rows.borrow_mut();
        if !rows.contains_key(info.name) {
            rows.insert(info.name, self.fetch(info, &self.ids(info))?);
        }
        let known = rows.get_mut(info.name).expect("it has been inserted");
        if !known.contains_key(&id) {
            known.extend(self.fetch(info, &[id])?);
        }
        Ok(known[&id].clone())
    }

    fn fetch_pivot(&self, pivot: &'static TableInfo) -> Result<HashMap<i64, i64>, Error> {
        let TableKind::Pivot { owned } = pivot.kind else {
            unreachable!("only a pivot has owned rows")
        };
        let owned = self.ids(self.schema.table(owned).info);
        let column = quoted(pivot.owned_column());
        let sql = format!(
            "SELECT {column}, {} FROM {} WHERE {column} = ANY($1)",
            quoted(pivot.id),
            self.table(pivot).name
        );
        let rows = self.query(&sql, &owned)?;
        let pairs = rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        pairs.collect()
    }

    fn id_with(
        &self,
        info: &'static TableInfo,
        columns: &[usize],
        values: &[Held],
    ) -> Result<Option<i64>, Error> {
        let table = self.table(info);
        let (mut same, mut parameters) = (Vec::new(), Vec::new());
        for ((n, &column), value) in (1..).zip(columns).zip(values) {
            same.push(format!("{} = ${n}", quoted(info.columns[column])));
            let (element, _) = types(table.columns[column].kind);
            parameters.push((value.parameter(), element));
        }
        let sql = format!(
            "SELECT {} FROM {} WHERE {}",
            quoted(info.id),
            table.name,
            same.join(" AND ")
        );
        let parameters: Vec<_> = (parameters.iter())
            .map(|(value, ty)| (&**value, ty.clone()))
            .collect();
        let client = self.session.client();
        let rows = (self.session).answer(client.query_typed(&sql, &parameters))?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }
}

impl Held {
    fn parameter(&self) -> Box<dyn ToSql + Sync + '_> {
        match self {
            Self::Integer(integer) => Box::new(*integer),
            Self::Real(bits) => Box::new(f64::from_bits(*bits)),
            Self::Text(text) => Box::new(text.as_str()),
            Self::Blob(bytes) => Box::new(bytes.as_slice()),
        }
    }
}

fn failed(error: Error) -> Failed {
    flush_failure(error).into()
}

impl StoredRows for OnServer<'_> {
    fn row(&self, info: &'static TableInfo, id: i64) -> Result<Vec<Option<Held>>, Failed> {
        self.known_row(info, id).map_err(failed)
    }

    fn pivot_row(&self, pivot: &'static TableInfo, owned: i64) -> Result<Option<i64>, Failed> {
        let mut pivots = self.pivots.borrow_mut();
        if !pivots.contains_key(pivot.name) {
            let rows = self.fetch_pivot(pivot).map_err(failed)?;
            pivots.insert(pivot.name, rows);
        }
        if let Some(&id) = pivots[pivot.name].get(&owned) {
            return Ok(Some(id));
        }
        // The owned row may be one that the batch does not have.
        self.id_with(pivot, &[pivot.owned_key().column], &[Held::Integer(owned)])
            .map_err(failed)
    }

    fn with_values(
        &self,
        info: &'static TableInfo,
        columns: &[usize],
        values: &[Held],
    ) -> Result<Option<i64>, Failed> {
        self.id_with(info, columns, values).map_err(failed)
    }
}
