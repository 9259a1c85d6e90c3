//! The rows of a parcel are put into a world, under new ids and keys.

use std::collections::{BTreeMap, HashMap};

use crate::error::{Error, ErrorKind, ParcelError, Problem, ProblemKind};
use crate::schema::value::{Encoded, Value};
use crate::schema::{TableId, TableInfo, TableKind};
use crate::store::key::{AnyKey, RawKey};
use crate::store::table::stored::Tables;
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::delta::Delta;
use crate::store::tracking::parcel::Parcel;
use crate::store::tracking::parcel::bytes::ParcelCell;
use crate::store::world::World;

use super::unpacked::Unpacked;
use super::{Arrived, key_of_column, name_index};

impl<T: Tables> World<T> {
    /// Puts the rows of a parcel into the world, under new ids and keys: all of them, or none. O(rows).
    ///
    /// The parcel may come from anywhere; whatever its bytes say, the world keeps what its schema promises. It is not
    /// recorded that it has come: [`accept`](Self::accept) does that.
    ///
    /// # Errors
    /// [`ErrorKind::NotApplied`] with all rows that do not fit, by the ids that they had: a UNIQUE value that another
    /// row has, a CHECK, a row of this world that they name and that is not here. In [`ErrorKind::Parcel`]
    /// [`ParcelError::OtherSchema`] and [`ParcelError::Damaged`]. On error the world is unchanged.
    pub fn unpack(&mut self, parcel: &Parcel) -> Result<Arrived, Error> {
        self.unpack_rows(parcel).map(|(arrived, _)| arrived)
    }

    pub(super) fn unpack_rows(&mut self, parcel: &Parcel) -> Result<(Arrived, Vec<AnyKey>), Error> {
        let world = self.fingerprint();
        if parcel.fingerprint() != world {
            let parcel = parcel.fingerprint();
            return Err(ErrorKind::Parcel(ParcelError::OtherSchema { parcel, world }).into());
        }
        let unpacked = Unpacked::read::<T>(parcel).map_err(ErrorKind::Parcel)?;
        let ids = self.new_ids(&unpacked)?;
        let delta = self.delta_of_parcel(&unpacked, &ids)?;
        self.apply(&delta)
            .map_err(|error| with_old_ids(error, &ids, T::INFO))?;
        let key_of = |(&(table, _), &id): (&(TableId, i64), &i64)| {
            let key = self.tables.table(table).key_of(id);
            // A pivot's row stands beside the owned row, which is among these.
            key.map(|key| AnyKey { table, key })
        };
        let is_found = |row: &(&(TableId, i64), &i64)| {
            !matches!(T::INFO[row.0.0.index()].kind, TableKind::Pivot { .. })
        };
        let rows = ids.iter().filter(is_found).filter_map(key_of).collect();
        let arrived = Arrived {
            parcel: parcel.id(),
            root: unpacked.root,
            ids,
        };
        Ok((arrived, rows))
    }

    /// The ids that the rows of a parcel get here: the next ones of each table, in the order of the ids that they had.
    fn new_ids(&self, unpacked: &Unpacked<'_>) -> Result<BTreeMap<(TableId, i64), i64>, Error> {
        let mut ids: BTreeMap<(TableId, i64), i64> = unpacked
            .rows
            .iter()
            .map(|row| ((row.table, row.id), 0))
            .collect();
        let mut last: Option<(TableId, i64)> = None;
        for (&(table, _), new) in &mut ids {
            let next = match last {
                Some((of, id)) if of == table => id.checked_add(1).filter(|&id| id < i64::MAX),
                _ => self.tables.table(table).counter().next(),
            };
            let next = next.ok_or_else(|| Error::id_exhausted(T::INFO[table.index()].name))?;
            *new = next;
            last = Some((table, next));
        }
        Ok(ids)
    }

    /// The rows of a parcel as those of a delta.
    fn delta_of_parcel(
        &self,
        unpacked: &Unpacked<'_>,
        ids: &BTreeMap<(TableId, i64), i64>,
    ) -> Result<Delta, Error> {
        let mut by_table: BTreeMap<TableId, ChangeSet> = BTreeMap::new();
        let mut problems = Vec::new();
        let mut found: HashMap<(TableId, Vec<String>), Option<i64>> = HashMap::new();
        for row in &unpacked.rows {
            let info = T::INFO[row.table.index()];
            let mut values: Vec<Value<'_>> = Vec::with_capacity(row.cells.len());
            for (column, cell) in row.cells.iter().enumerate() {
                let target = key_of_column(info, column).map(|(_, target)| target);
                values.push(match (cell, target) {
                    (ParcelCell::Value(value), _) => *value,
                    (ParcelCell::Inside(id), Some(target)) => Value::Integer(ids[&(target, *id)]),
                    (ParcelCell::Outside(name), Some(target)) => {
                        // Debug says all of a value, and Display of a blob only how long it is.
                        let words = (name.iter())
                            .map(|value| format!("{:?}", value.as_value()))
                            .collect();
                        let id = found.entry((target, words));
                        match id.or_insert_with(|| self.named(target, name)) {
                            Some(id) => Value::Integer(*id),
                            None => {
                                problems.push(not_found::<T>(info, row.id, column, target, name));
                                Value::Null
                            }
                        }
                    }
                    (_, None) => unreachable!("only foreign keys name rows: `Unpacked::read`"),
                });
            }
            let change_set = by_table
                .entry(row.table)
                .or_insert_with(|| ChangeSet::new(row.table));
            let shape = change_set.new_shape(info.columns.len());
            let new = ids[&(row.table, row.id)];
            change_set.push(new, RawKey::default(), shape, |column| {
                Encoded::Borrowed(values[column])
            });
        }
        if !problems.is_empty() {
            return Err(ErrorKind::NotApplied { problems }.into());
        }
        let tables = by_table.into_iter();
        Ok(Delta {
            tables: tables
                .map(|(table, set)| (T::INFO[table.index()], set))
                .collect(),
            used_ids: Vec::new(),
        })
    }

    /// The row that has these values in the columns that name the rows of its table in parcels. O(1) for most tables.
    fn named(&self, table: TableId, name: &[Encoded<'_>]) -> Option<i64> {
        let index = name_index::<T>(table)?;
        let of = self.tables.table(table);
        let columns = T::INFO[table.index()].indexes[index].columns;
        if columns.len() != name.len() || name.contains(&Encoded::NULL) {
            return None;
        }
        let is_it = |key: RawKey| {
            let mut pairs = columns.iter().zip(name);
            pairs.all(|(&column, value)| {
                let own = of.row_value(&self.tables, key, column);
                own.is_some_and(|own| own == *value)
            })
        };
        let key = match of.rows_with_values(&self.tables, index, name, &is_it) {
            Some(found) => found.into_iter().next(),
            // The values do not make up a row to be looked up, so each row is asked.
            None => of.rows_by_id().map(|(_, key)| key).find(|&key| is_it(key)),
        };
        of.id_of(key?)
    }
}

fn not_found<T: Tables>(
    info: &'static TableInfo,
    id: i64,
    column: usize,
    target: TableId,
    name: &[Encoded<'_>],
) -> Problem {
    let target = T::INFO[target.index()];
    let names = T::PARCEL_NAMES
        .iter()
        .find(|(table, _)| *table == target.name);
    let values: Vec<_> = name.iter().map(ToString::to_string).collect();
    Problem {
        table: info.name,
        id,
        column: info.columns[column].to_owned(),
        kind: ProblemKind::NoSuchValue {
            value: values.join(", "),
            target: target.name,
            target_column: names.map_or_else(String::new, |(_, columns)| columns.join(", ")),
        },
    }
}

/// Names the rows that do not fit as the parcel does: the ids that they were to have here, no other program knows.
fn with_old_ids(
    error: Error,
    ids: &BTreeMap<(TableId, i64), i64>,
    infos: &[&'static TableInfo],
) -> Error {
    match error.into_kind() {
        ErrorKind::NotApplied { mut problems } => {
            let old: HashMap<(&str, i64), i64> = ids
                .iter()
                .map(|(&(table, old), &new)| ((infos[table.index()].name, new), old))
                .collect();
            for problem in &mut problems {
                if let Some(&old) = old.get(&(problem.table, problem.id)) {
                    problem.id = old;
                }
            }
            ErrorKind::NotApplied { problems }.into()
        }
        other => other.into(),
    }
}
