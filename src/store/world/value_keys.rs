//! Keys by value: columns that name a row of another table by the values that it has in UNIQUE columns.
//!
//! Nothing is stored for them but what the columns hold. The named row is found by its values in the unique index of
//! its table, and the rows that name one in the index on their own columns, so that no step has to keep a third index
//! in order, and a rollback knows nothing of them.

use bitflags::Flags as _;
use smallvec::SmallVec;

use crate::error::{Error, ErrorKind, Problem, ProblemKind};
#[cfg(feature = "persist")]
use crate::schema::TableId;
use crate::schema::graph::{ValueReference, has_value_keys};
use crate::schema::value::{Encoded, Value};
use crate::schema::{OnDelete, TableInfo, ValueKey};
use crate::store::index::{IndexHasher, KeyList, Keys};
use crate::store::key::{AnyKey, RawKey};
use crate::store::row::entity::{Resolve, names_and_values};
use crate::store::table::flag;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::world::World;
use crate::store::world::entity::Entity;

/// A key by value with the constants that describe it.
struct Described {
    key: &'static ValueKey,
    /// Its columns.
    own: &'static [usize],
    /// The columns that it names.
    named: &'static [usize],
}

impl Described {
    /// Whether one of these values, those of its columns, means that no row is named.
    fn is_at_root<'v>(&self, value: impl Fn(usize) -> Option<Encoded<'v>>) -> bool {
        // Only nests look at values.
        self.key.root.as_ref().is_some_and(|root| {
            value(root.column)
                .is_some_and(|value| self.key.is_at_root(root.column, value.as_value()))
        })
    }

    /// Whether a row with this value in the named column cannot be named, because the number means no row.
    fn is_never_named<'v>(&self, value: impl Fn(usize) -> Option<Encoded<'v>>) -> bool {
        self.key.root.as_ref().is_some_and(|root| {
            let mut columns = self.own.iter().zip(self.named);
            let named = columns.find(|(own, _)| **own == root.column);
            let value = named.and_then(|(_, named)| value(*named));
            value.is_some_and(|value| self.key.is_at_root(root.column, value.as_value()))
        })
    }

    fn of(tables: &[&'static TableInfo], reference: ValueReference) -> Self {
        let info = tables[reference.table.index()];
        let key = &info.value_keys[reference.value_key];
        Self {
            key,
            own: key.own_columns(info),
            named: key.named_columns(tables),
        }
    }
}

/// The row that a row names by the key at this position; `None` also where one of the columns is NULL. O(1).
pub(crate) fn named_row<T: Tables>(
    tables: &T,
    reference: ValueReference,
    by: RawKey,
) -> Option<RawKey> {
    let described = Described::of(T::INFO, reference);
    let Described { key, own, named } = described;
    let (from, to) = (tables.table(reference.table), tables.table(key.table));
    if described.is_at_root(|column| from.row_value(tables, by, column)) {
        return None;
    }
    let hash = |hasher: &IndexHasher<'_>| from.row_hash(by, key.index, hasher);
    let is_it = |row| {
        let mut columns = own.iter().zip(named);
        columns.all(|(&own, &named)| {
            from.row_value(tables, by, own) == to.row_value(tables, row, named)
        })
    };
    to.rows_with(key.target_index, &hash, &is_it).next()
}

/// The rows that name a live row by the key at this position, in id order. O(1).
pub(crate) fn naming_rows<T: Tables>(
    tables: &T,
    reference: ValueReference,
    row: RawKey,
) -> Keys<'_> {
    let list = naming_list(tables, reference, row);
    list.map_or_else(Keys::default, KeyList::iter)
}

/// The same as the index has them; `None` if there are none.
pub(crate) fn naming_list<T: Tables>(
    tables: &T,
    reference: ValueReference,
    row: RawKey,
) -> Option<&KeyList> {
    let described = Described::of(T::INFO, reference);
    let Described { key, own, named } = described;
    let (from, to) = (tables.table(reference.table), tables.table(key.table));
    let is_never_named = described.is_never_named(|column| to.row_value(tables, row, column));
    let hash = |hasher: &IndexHasher<'_>| to.row_hash(row, key.target_index, hasher);
    let is_it = |by| {
        let mut columns = own.iter().zip(named);
        columns.all(|(&own, &named)| {
            from.row_value(tables, by, own) == to.row_value(tables, row, named)
        })
    };
    let is_it = |by| !is_never_named && is_it(by);
    from.list_with(key.index, &hash, &is_it)
}

/// Whether a live row has values in all columns of the key at this position, and no row has them.
fn dangles<T: Tables>(tables: &T, reference: ValueReference, by: RawKey) -> bool {
    let described = Described::of(T::INFO, reference);
    let own = described.own;
    let from = tables.table(reference.table);
    if described.is_at_root(|column| from.row_value(tables, by, column)) {
        return false;
    }
    let has_value = |&column: &usize| {
        let value = from.row_value(tables, by, column);
        value.is_some_and(|value| value.as_value() != Value::Null)
    };
    own.iter().all(has_value) && named_row(tables, reference, by).is_none()
}

/// Refuses a row that names no row by a key of which one of these columns is a part. A row may name itself.
#[inline(never)]
pub(super) fn validate_value_keys<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    for key in E::INFO.value_keys {
        let own = key.own_columns(E::INFO);
        if !own
            .iter()
            .any(|&column| columns.contains(flag::<E>(column)))
        {
            continue;
        }
        let values: SmallVec<[Encoded<'_>; 2]> = own
            .iter()
            .map(|&column| row.value(column, tables))
            .collect();
        let is_none = |(value, &column): (&Encoded<'_>, &usize)| {
            let value = value.as_value();
            value == Value::Null || key.is_at_root(column, value)
        };
        if values.iter().zip(own).any(is_none) {
            continue;
        }
        let named = key.named_columns(<E::Tables as Resolve>::INFO);
        // What lies in itself is in no owner's reach any more.
        let itself = key.table == E::TABLE
            && key.root.is_none()
            && named
                .iter()
                .zip(&values)
                .all(|(&column, value)| row.value(column, tables) == *value);
        let to = tables.table(key.table);
        let hash = |hasher: &IndexHasher<'_>| row.index_hash(key.index, hasher);
        let is_it = |other| {
            let mut columns = named.iter().zip(&values);
            columns.all(|(&column, value)| {
                to.row_value(tables, other, column)
                    .is_some_and(|other| other == *value)
            })
        };
        if !itself
            && to
                .rows_with(key.target_index, &hash, &is_it)
                .next()
                .is_none()
        {
            return Err(no_such_value(row, id, key, tables));
        }
    }
    Ok(())
}

#[cold]
fn no_such_value<E: Entity>(
    row: &E,
    id: Option<i64>,
    key: &'static ValueKey,
    tables: &E::Tables,
) -> Error {
    let (_, value) = names_and_values(row, key.own_columns(E::INFO), tables);
    let target = tables.table(key.table).info();
    ErrorKind::NoSuchValue {
        table: E::INFO.name,
        id,
        column: key.columns,
        value,
        target: target.name,
        target_column: target.index_columns(key.target_index),
    }
    .into()
}

/// Rows that named a row which a removal takes away, and that may name no row when it is done.
struct Bereft {
    reference: ValueReference,
    /// The row that they named, and its id.
    row: AnyKey,
    id: i64,
    by: Vec<RawKey>,
}

/// What one removal has done to rows that name others by value, as far as that decides whether it is refused.
#[derive(Default)]
pub(super) struct NamedByValue {
    bereft: Vec<Bereft>,
}

impl<T: Tables> World<T> {
    /// Whether a table of this world has a key by value.
    pub(crate) const HAS_VALUE_KEYS: bool = has_value_keys(T::INFO);

    /// Refuses to change these columns of a row while another row names it by them. The columns are those that will
    /// have another value; names by the key `but` do not count.
    pub(super) fn refuse_change_of_named(
        &self,
        row: AnyKey,
        is_written: &dyn Fn(usize) -> bool,
        but: Option<ValueReference>,
    ) -> Result<(), Error> {
        for &reference in &self.value_references[row.table.index()] {
            if but == Some(reference) {
                continue;
            }
            let Described { key, named, .. } = Described::of(T::INFO, reference);
            if !named.iter().any(|&column| is_written(column)) {
                continue;
            }
            if let Some(by) = naming_rows(&*self.tables, reference, row.key).next() {
                let info = T::INFO[row.table.index()];
                return Err(ErrorKind::StillNamed {
                    table: info.name,
                    id: self.id_of_live(row),
                    column: info.index_columns(key.target_index),
                    by_table: T::INFO[reference.table.index()].name,
                    by_column: key.columns,
                    by_id: self.id_of_live(AnyKey {
                        table: reference.table,
                        key: by,
                    }),
                }
                .into());
            }
        }
        Ok(())
    }

    /// Does to the rows that name a row by value what its removal does to them. The row is still there.
    pub(super) fn remove_named(
        &mut self,
        row: AnyKey,
        id: i64,
        to_remove: &mut SmallVec<[AnyKey; 4]>,
        named: &mut NamedByValue,
    ) {
        for n in 0..self.value_references[row.table.index()].len() {
            let reference = self.value_references[row.table.index()][n];
            let ValueReference { table, value_key } = reference;
            let by: Vec<_> = naming_rows(&*self.tables, reference, row.key).collect();
            if by.is_empty() {
                continue;
            }
            match T::INFO[table.index()].value_keys[value_key].on_delete {
                OnDelete::Cascade => {
                    to_remove.extend(by.into_iter().map(|key| AnyKey { table, key }));
                }
                OnDelete::SetNull => {
                    let own = Described::of(T::INFO, reference).own;
                    for key in by {
                        self.before_null(AnyKey { table, key }, own, named);
                        for _ in 0..self.tables.table_mut(table).set_value_null(value_key, key) {
                            self.recorded(table);
                        }
                    }
                }
                OnDelete::Restrict => named.bereft.push(Bereft {
                    reference,
                    row,
                    id,
                    by,
                }),
            }
        }
    }

    /// Records which rows name a row by one of these columns, which a removal is about to set to NULL.
    pub(super) fn before_null(&self, row: AnyKey, columns: &[usize], named: &mut NamedByValue) {
        for &reference in &self.value_references[row.table.index()] {
            let of_key = Described::of(T::INFO, reference).named;
            if !of_key.iter().any(|column| columns.contains(column)) {
                continue;
            }
            let by: Vec<_> = naming_rows(&*self.tables, reference, row.key).collect();
            if !by.is_empty() {
                let id = self.id_of_live(row);
                named.bereft.push(Bereft {
                    reference,
                    row,
                    id,
                    by,
                });
            }
        }
    }

    /// Refuses a removal after which a row names no row any more by value.
    pub(super) fn refuse_bereft(&self, named: &NamedByValue) -> Result<(), Error> {
        for Bereft {
            reference,
            row,
            id,
            by,
        } in &named.bereft
        {
            let table = self.tables.table(reference.table);
            // Rows that named a removed row may have been removed as well, or name no row at all.
            let mut left = by.iter().copied().filter(|&key| table.id_of(key).is_some());
            if let Some(key) = left.find(|&key| dangles(&*self.tables, *reference, key)) {
                return Err(ErrorKind::StillReferenced {
                    table: T::INFO[row.table.index()].name,
                    id: *id,
                    by_table: table.info().name,
                    column: table.info().value_keys[reference.value_key].columns,
                    by_id: self.id_of_live(AnyKey {
                        table: reference.table,
                        key,
                    }),
                }
                .into());
            }
        }
        Ok(())
    }

    /// The live rows with which a row is removed because it names them by value.
    pub(super) fn owners_by_value(&self, row: AnyKey) -> SmallVec<[AnyKey; 1]> {
        let keys = T::INFO[row.table.index()].value_keys.iter().enumerate();
        let cascading = keys.filter(|(_, key)| key.on_delete == OnDelete::Cascade);
        let owners = cascading.filter_map(|(value_key, key)| {
            let table = row.table;
            let reference = ValueReference { table, value_key };
            let owner = named_row(&*self.tables, reference, row.key)?;
            Some(AnyKey {
                table: key.table,
                key: owner,
            })
        });
        owners.collect()
    }

    /// The rows that name a row by value, each with the key that it does it by. Of keys that these columns are named
    /// by, or of all.
    pub(super) fn all_naming(
        &self,
        row: AnyKey,
        columns: Option<&[usize]>,
    ) -> Vec<(ValueReference, RawKey)> {
        let references = self.value_references[row.table.index()].iter();
        let is_asked = |reference: &&ValueReference| {
            let named = Described::of(T::INFO, **reference).named;
            columns.is_none_or(|columns| named.iter().any(|column| columns.contains(column)))
        };
        let naming = |&reference: &ValueReference| {
            let by = naming_rows(&*self.tables, reference, row.key);
            by.map(move |key| (reference, key))
        };
        references.filter(is_asked).flat_map(naming).collect()
    }

    /// A problem if a live row names no row by the key at this position.
    pub(super) fn dangling_value(&self, reference: ValueReference, by: RawKey) -> Option<Problem> {
        let tables = &*self.tables;
        if !dangles(tables, reference, by) {
            return None;
        }
        let Described { key, own, .. } = Described::of(T::INFO, reference);
        let (from, to) = (tables.table(reference.table), tables.table(key.table));
        let values = own
            .iter()
            .filter_map(|&column| from.row_value(tables, by, column));
        let values: Vec<_> = values.map(|value| value.to_string()).collect();
        Some(Problem {
            table: from.info().name,
            id: from
                .id_of(by)
                .expect("a row whose values were read is live"),
            column: key.columns.to_owned(),
            kind: ProblemKind::NoSuchValue {
                value: values.join(", "),
                target: to.info().name,
                target_column: to.info().index_columns(key.target_index),
            },
        })
    }

    /// The rows that name no row by value, of the keys for which `is_asked` holds: a problem for each. O(rows of tables
    /// with such keys).
    pub(crate) fn dangling_values(
        &self,
        is_asked: impl Fn(&TableInfo, &TableInfo) -> bool,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !Self::HAS_VALUE_KEYS {
            return problems;
        }
        for table in all_tables::<T>() {
            let info = T::INFO[table.index()];
            for (value_key, key) in info.value_keys.iter().enumerate() {
                if !is_asked(info, T::INFO[key.table.index()]) {
                    continue;
                }
                let reference = ValueReference { table, value_key };
                let rows = self.tables.table(table).rows_by_id();
                problems.extend(rows.filter_map(|(_, key)| self.dangling_value(reference, key)));
            }
        }
        problems
    }

    /// What happens to a row when the row is removed that it names by value.
    pub(super) fn on_removal_by_value(&self, reference: ValueReference) -> OnDelete {
        T::INFO[reference.table.index()].value_keys[reference.value_key].on_delete
    }

    /// The columns of a table that another table names by value, key by key.
    #[cfg(feature = "persist")]
    pub(super) fn named_columns(
        &self,
        table: TableId,
    ) -> impl Iterator<Item = (ValueReference, &'static [usize])> {
        let references = self.value_references[table.index()].iter();
        references.map(|&reference| (reference, Described::of(T::INFO, reference).named))
    }
}
