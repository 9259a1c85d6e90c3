//! What a row is: the traits that generated code implements.

use std::fmt::Debug;

use bitflags::Flags;

use crate::schema::value::{Encoded, Value};
use crate::schema::{TableId, TableInfo};
use crate::store::index::IndexHasher;
use crate::store::key::{Id, Key, RawKey, WorldNumber};
use crate::store::row::owner::Owner;
use crate::store::row::reader::{ColumnProblem, RowReader};

/// Converts between the keys and ids of other rows: a foreign key is a key in memory and an id in the file.
pub trait Resolve: Send + Sync + Sized + 'static {
    /// The tables in declaration order: [`TableId`] counts them.
    const INFO: &'static [&'static TableInfo];

    /// The id of a live row. O(1).
    fn id_of(&self, table: TableId, key: RawKey) -> Option<i64>;
    /// The key of a live row. O(1), but O(rows) for a pivot, whose ids nothing refers to.
    fn key_of(&self, table: TableId, id: i64) -> Option<RawKey>;
}

/// The columns of a table as a set of flags.
pub trait ColumnSet: Flags + Copy + PartialEq + Debug + Send + Sync {}
impl<C: Flags + Copy + PartialEq + Debug + Send + Sync> ColumnSet for C {}

/// A row as fields that are written one at a time. [`entity!`](crate::entity) implements it.
pub trait Fields {
    /// Its columns as flags, counted as in [`TableInfo::columns`].
    type Columns: ColumnSet;
    /// One field with a value for it: what a setter writes, and what a rollback writes back.
    type Field: Debug + Send + Sync;

    /// The columns that writing `field` would change.
    fn differs(&self, field: &Self::Field) -> Self::Columns;
    /// Whether a part of `field` is NaN.
    fn is_nan(field: &Self::Field) -> bool;
    /// Writes `field` and returns the old one.
    fn replace(&mut self, field: Self::Field) -> Self::Field;
}

/// A row type: its columns, keys and values. Generated for each table that is not a pivot.
pub trait Row: Fields + Clone + Debug + Default + PartialEq + Send + Sync + 'static {
    /// The tables of its world.
    type Tables: Resolve;

    /// The table's place among the tables.
    const TABLE: TableId;
    /// The description of the table.
    const INFO: &'static TableInfo;
    /// The columns that an index or a foreign key is on.
    const INDEXED: Self::Columns;
    /// The columns of [`TableInfo::checks`].
    const CHECKED: Self::Columns;

    /// Whether a column is NaN, in place of which the file would have NULL.
    fn has_nan(&self) -> bool;
    /// The row that the foreign key at this position references.
    #[inline]
    fn parent(&self, _foreign_key: usize) -> Option<RawKey> {
        None
    }
    /// A column with a foreign key that is known to be a key of another world.
    #[inline]
    fn key_of_another_world(&self, _world: WorldNumber) -> Option<usize> {
        None
    }
    /// The names of the row's fields.
    #[cfg(feature = "serde")]
    fn field_names() -> &'static [&'static str] {
        &[]
    }
    /// Writes the fields for a format of serde.
    ///
    /// # Errors
    /// That of the format.
    #[cfg(feature = "serde")]
    fn serialize_fields<M: serde::ser::SerializeMap>(
        &self,
        _tables: &Self::Tables,
        _map: &mut M,
    ) -> Result<(), M::Error> {
        Ok(())
    }
    /// The field that sets the foreign key at this position to NULL, if the column is nullable.
    fn null_field(_foreign_key: usize) -> Option<Self::Field> {
        None
    }
    /// The fields that set all columns of the key by value at this position to NULL; none where that is not what the
    /// removal of the named row does.
    fn null_fields(_value_key: usize) -> Vec<Self::Field> {
        Vec::new()
    }
    /// The hash of the values of an index; `None` when one of them is NULL, which is equal to nothing.
    fn index_hash(&self, _index: usize, _hasher: &IndexHasher<'_>) -> Option<u64> {
        None
    }
    /// Whether another row has the same values in an index.
    fn index_eq(&self, _other: &Self, _index: usize) -> bool {
        false
    }
    /// The value of a column for the file: enums as text, keys as ids.
    fn value<'a>(&'a self, column: usize, tables: &'a Self::Tables) -> Encoded<'a>;
    /// Makes a row of the columns of a file.
    ///
    /// # Errors
    /// The first column whose value does not fit the schema.
    fn load(row: &RowReader<'_, Self::Tables>) -> Result<Self, ColumnProblem>;
}

/// A row of a pivot, as the world returns it. Generated.
pub trait PivotRow: Copy + Debug + PartialEq + Send + Sync + 'static {
    /// The tables of its world.
    type Tables: Resolve;
    /// The entity that is owned.
    type Owned: Row<Tables = Self::Tables>;
    /// The owner: an enum with one variant for each arm.
    type Owner: Owner;
    /// The table's place among the tables.
    const TABLE: TableId;
    /// The description of the table.
    const INFO: &'static TableInfo;

    /// Makes a row of its parts.
    fn new(id: Id<Self>, owned: Key<Self::Owned>, owner: Self::Owner) -> Self;
    /// The owned row.
    fn owned(&self) -> Key<Self::Owned>;
}

/// The value of a foreign key's column in the file: the id of the row that the key references.
pub(crate) fn id_of<'a, E: Row>(tables: &E::Tables, key: Key<E>) -> Value<'a> {
    tables.id_of(E::TABLE, key.raw()).into()
}

/// The column of a row that is NaN, for a message.
pub(crate) fn nan_column<E: Row>(row: &E, tables: &E::Tables) -> usize {
    let is_nan = |column: &usize| match row.value(*column, tables).as_value() {
        Value::Real(real) => real.is_nan(),
        _ => false,
    };
    let column = (0..E::INFO.columns.len()).find(is_nan);
    column.expect("a row that has a NaN has it in one of its columns")
}

/// Columns and their values for a message.
pub(crate) fn names_and_values<E: Row>(
    row: &E,
    columns: &[usize],
    tables: &E::Tables,
) -> (String, String) {
    let names: Vec<_> = columns
        .iter()
        .map(|&column| E::INFO.columns[column])
        .collect();
    let values: Vec<_> = columns
        .iter()
        .map(|&column| row.value(column, tables).to_string())
        .collect();
    (names.join(", "), values.join(", "))
}
