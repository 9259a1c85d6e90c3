//! The types of fields: how they are written to columns, and read from them.

use std::hash::Hash;

use ecow::EcoString;

use crate::schema::value::{ColumnKind, Encoded, Value};
use crate::store::index::IndexState;
use crate::store::key::{Key, RawKey, WorldNumber};
use crate::store::row::entity::{Resolve, Row, id_of};
use crate::store::row::reader::{ColumnProblem, RowReader};

/// A type that a field of a row can have.
///
/// A field has one column or, if it is a composite or an owner, several: its parts, numbered from 0. `T` are the tables
/// of the world. It is a parameter so that a program can implement the trait for a type of another crate, which [`column_type!`](crate::column_type) does: the orphan rule requires a local
/// type, and the tables are one. For the same reason there is no blanket implementation: it would overlap with
/// those of programs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type that a column can have",
    label = "not stored in a column",
    note = "`gamedb::column_type!` makes a column type of it"
)]
pub trait Field<T: Resolve>: Sized {
    /// The kind of column of a type of the program's own, which is compared with the schema when the models are
    /// compiled. `None` for the types that the generator chooses itself.
    const STORED_AS: Option<ColumnKind> = None;

    /// The value of a part for the file: enums as text, keys as ids.
    fn value<'a>(&'a self, part: usize, tables: &'a T) -> Encoded<'a>;

    /// Reads the field from its columns, one for each part.
    ///
    /// # Errors
    /// The columns whose values do not fit, and why.
    fn load(row: &RowReader<'_, T>, columns: &[usize]) -> Result<Self, ColumnProblem>;

    /// Bit n: part n has another value than in `other`, or a value in one of them only.
    fn differing(&self, other: &Self) -> u32;

    /// Bit n: part n has a value.
    #[inline]
    fn used(&self) -> u32 {
        1
    }

    /// Whether a part is NaN. For a whole row this costs only as much as its fields with floating-point numbers,
    /// because for all others it is a constant.
    #[inline]
    fn has_nan(&self) -> bool {
        false
    }

    /// The row that a part references.
    #[inline]
    fn parent(&self, _part: usize) -> Option<RawKey> {
        None
    }

    /// Whether a part is a key that is known to be one of another world.
    #[inline]
    fn is_of_another_world(&self, _part: usize, _world: WorldNumber) -> bool {
        false
    }

    /// Writes the field for a format of serde: as it is stored, unless it has several parts.
    ///
    /// # Errors
    /// That of the format.
    #[cfg(feature = "serde")]
    fn serialize<S: serde::Serializer>(
        &self,
        tables: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(&self.value(0, tables).as_value(), serializer)
    }

    /// The value with NULL in all parts, if the type has one.
    #[inline]
    #[must_use]
    fn null() -> Option<Self> {
        None
    }
}

/// A [`Field`] of one column that an index can be on.
#[diagnostic::on_unimplemented(
    message = "no index can be on a column of type `{Self}`",
    note = "types of `gamedb::column_type!` have to be `Hash`"
)]
pub trait IndexedField<T: Resolve>: Field<T> {
    /// Hashes the value in the same way as a lookup does. Returns `false` for NULL, which equals no value.
    fn hash(&self, state: &mut IndexState) -> bool;
}

/// A type with one column, whose values are compared, and hashed, as they are. What is special to it follows.
macro_rules! plain {
    ($([$($generics:tt)*] $ty:ty: |$this:ident, $tables:ident| $value:expr, $load:ident $({ $($special:item)* })?)*) => {$(
        impl<T: Resolve $($generics)*> Field<T> for $ty {
            #[inline]
            fn value<'a>(&'a self, _: usize, $tables: &'a T) -> Encoded<'a> {
                let $this = self;
                Encoded::Borrowed($value)
            }

            #[inline]
            fn load(row: &RowReader<'_, T>, columns: &[usize]) -> Result<Self, ColumnProblem> {
                row.$load(columns[0])
            }

            #[inline]
            fn differing(&self, other: &Self) -> u32 {
                u32::from(self != other)
            }

            $($($special)*)?
        }
    )*};
}

/// The types of [`plain!`] whose derived hash is that of an index.
macro_rules! plainly_indexed {
    ($([$($generics:tt)*] $ty:ty)*) => {$(
        impl<T: Resolve $($generics)*> IndexedField<T> for $ty {
            #[inline]
            fn hash(&self, state: &mut IndexState) -> bool {
                Hash::hash(self, state);
                true
            }
        }
    )*};
}

plain! {
    [] i64: |this, _tables| Value::Integer(*this), read
    [] String: |this, _tables| Value::Text(this), read
    [] EcoString: |this, _tables| Value::Text(this), read
    [] Vec<u8>: |this, _tables| Value::Blob(this), read
    [] bool: |this, _tables| Value::Integer((*this).into()), read {
        #[cfg(feature = "serde")]
        fn serialize<S: serde::Serializer>(&self, _: &T, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bool(*self)
        }
    }
    [] f64: |this, _tables| Value::Real(*this), read {
        #[inline]
        fn has_nan(&self) -> bool {
            self.is_nan()
        }
    }
    [, E: Row<Tables = T>] Key<E>: |this, tables| id_of(tables, *this), key {
        #[inline]
        fn parent(&self, _: usize) -> Option<RawKey> {
            Some(self.raw())
        }

        #[inline]
        fn is_of_another_world(&self, _: usize, world: WorldNumber) -> bool {
            Key::is_of_another_world(*self, world)
        }
    }
}

plainly_indexed! {
    [] i64
    [] String
    [] EcoString
    [] Vec<u8>
    [] bool
    [, E: Row<Tables = T>] Key<E>
}

impl<T: Resolve> IndexedField<T> for f64 {
    #[inline]
    fn hash(&self, state: &mut IndexState) -> bool {
        // -0.0 equals 0.0, so both need one hash.
        Hash::hash(&(self + 0.0).to_bits(), state);
        true
    }
}

/// An optional value; if it is `None`, all of its columns are NULL.
impl<T: Resolve, F: Field<T>> Field<T> for Option<F> {
    const STORED_AS: Option<ColumnKind> = F::STORED_AS;

    #[inline]
    fn value<'a>(&'a self, part: usize, tables: &'a T) -> Encoded<'a> {
        match self {
            Some(field) => field.value(part, tables),
            None => Encoded::Borrowed(Value::Null),
        }
    }

    #[inline]
    fn load(row: &RowReader<'_, T>, columns: &[usize]) -> Result<Self, ColumnProblem> {
        if row.used(columns)? == 0 {
            return Ok(None);
        }
        F::load(row, columns).map(Some)
    }

    #[inline]
    fn differing(&self, other: &Self) -> u32 {
        match (self, other) {
            (Some(old), Some(new)) => old.differing(new),
            (old, new) => old.used() | new.used(),
        }
    }

    #[inline]
    fn used(&self) -> u32 {
        self.as_ref().map_or(0, F::used)
    }

    #[inline]
    fn has_nan(&self) -> bool {
        self.as_ref().is_some_and(F::has_nan)
    }

    #[inline]
    fn parent(&self, part: usize) -> Option<RawKey> {
        self.as_ref().and_then(|field| field.parent(part))
    }

    #[inline]
    fn is_of_another_world(&self, part: usize, world: WorldNumber) -> bool {
        self.as_ref()
            .is_some_and(|field| field.is_of_another_world(part, world))
    }

    #[cfg(feature = "serde")]
    fn serialize<S: serde::Serializer>(
        &self,
        tables: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Some(field) => field.serialize(tables, serializer),
            None => serializer.serialize_none(),
        }
    }

    #[inline]
    fn null() -> Option<Self> {
        Some(None)
    }
}

impl<T: Resolve, F: IndexedField<T>> IndexedField<T> for Option<F> {
    #[inline]
    fn hash(&self, state: &mut IndexState) -> bool {
        self.as_ref().is_some_and(|field| field.hash(state))
    }
}

/// Compares the type of a column with the schema when the models are compiled.
///
/// # Panics
/// If the type of a field is stored as another kind of value, which the file would refuse at each flush.
pub const fn assert_stored_as(stored_as: Option<ColumnKind>, column: ColumnKind) {
    if let Some(stored_as) = stored_as {
        assert!(
            stored_as as u8 == column as u8,
            "`column_type!` stores the type of this field as something else than its column holds"
        );
    }
}
