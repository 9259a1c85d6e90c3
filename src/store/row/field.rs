//! What a type has to be to stand in a row: how it is written to columns, and read from them.

use std::hash::Hash;

use ecow::EcoString;

use crate::schema::value::{ColumnKind, Encoded, Value};
use crate::store::index::IndexState;
use crate::store::key::{Key, RawKey};
use crate::store::row::entity::{Resolve, Row, id_of};
use crate::store::row::reader::{ColumnProblem, RowReader};

/// A type that a field of a row can have.
///
/// A field stands in one column, or, as a composite or an owner does, in several: its parts, counted
/// from 0. `T` are the tables of the world. It is a parameter so that a program can implement the trait
/// for a type of another crate, which [`column_type!`](crate::column_type) does: the orphan rule asks
/// for one type of its own, and the tables are that. For the same reason there is no implementation for
/// all types with some property: it would leave no room for theirs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type that a column can have",
    label = "not stored in a column",
    note = "`gamedb::column_type!` makes a column type of it"
)]
pub trait Field<T: Resolve>: Sized {
    /// What stands in the column of a type of the program's own, to be held against the schema when the
    /// models are compiled. The types that the generator chooses itself have none.
    const STORED_AS: Option<ColumnKind> = None;

    /// The value of a part for the file: enums as text, keys as ids.
    fn value<'a>(&'a self, part: usize, tables: &'a T) -> Encoded<'a>;

    /// Reads the field from its columns, one for each part.
    ///
    /// # Errors
    /// What is wrong with the columns.
    fn load(row: &RowReader<'_, T>, columns: &[usize]) -> Result<Self, ColumnProblem>;

    /// Bit n: part n has another value than in `other`, or a value in one of them only.
    fn differing(&self, other: &Self) -> u32;

    /// Bit n: part n has a value.
    #[inline]
    fn used(&self) -> u32 {
        1
    }

    /// Whether a part is NaN. What asks this of every field of a row pays for the fields that have
    /// floating-point numbers, and for no others.
    #[inline]
    fn has_nan(&self) -> bool {
        false
    }

    /// The row that a part names.
    #[inline]
    fn parent(&self, _part: usize) -> Option<RawKey> {
        None
    }

    /// NULL in all parts, if that is a value of the type.
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
    /// Hashes the value, as it is hashed when it is looked for. Returns whether there is one: NULL is
    /// equal to nothing.
    fn hash(&self, state: &mut IndexState) -> bool;
}

macro_rules! plain {
    ($($ty:ty: $this:ident => $value:expr;)*) => {$(
        impl<T: Resolve> Field<T> for $ty {
            #[inline]
            fn value<'a>(&'a self, _: usize, _: &'a T) -> Encoded<'a> {
                let $this = self;
                Encoded::Borrowed($value)
            }

            #[inline]
            fn load(row: &RowReader<'_, T>, columns: &[usize]) -> Result<Self, ColumnProblem> {
                row.read(columns[0])
            }

            #[inline]
            fn differing(&self, other: &Self) -> u32 {
                u32::from(self != other)
            }
        }

        impl<T: Resolve> IndexedField<T> for $ty {
            #[inline]
            fn hash(&self, state: &mut IndexState) -> bool {
                Hash::hash(self, state);
                true
            }
        }
    )*};
}

plain! {
    bool: this => Value::Integer((*this).into());
    i64: this => Value::Integer(*this);
    String: this => Value::Text(this);
    EcoString: this => Value::Text(this);
    Vec<u8>: this => Value::Blob(this);
}

impl<T: Resolve> Field<T> for f64 {
    #[inline]
    fn value<'a>(&'a self, _: usize, _: &'a T) -> Encoded<'a> {
        Encoded::Borrowed(Value::Real(*self))
    }

    #[inline]
    fn load(row: &RowReader<'_, T>, columns: &[usize]) -> Result<Self, ColumnProblem> {
        row.read(columns[0])
    }

    #[inline]
    fn differing(&self, other: &Self) -> u32 {
        u32::from(self != other)
    }

    #[inline]
    fn has_nan(&self) -> bool {
        self.is_nan()
    }
}

impl<T: Resolve> IndexedField<T> for f64 {
    #[inline]
    fn hash(&self, state: &mut IndexState) -> bool {
        // -0.0 is 0.0.
        Hash::hash(&(self + 0.0).to_bits(), state);
        true
    }
}

impl<T: Resolve, E: Row<Tables = T>> Field<T> for Key<E> {
    #[inline]
    fn value<'a>(&'a self, _: usize, tables: &'a T) -> Encoded<'a> {
        Encoded::Borrowed(id_of(tables, *self))
    }

    #[inline]
    fn load(row: &RowReader<'_, T>, columns: &[usize]) -> Result<Self, ColumnProblem> {
        row.key(columns[0])
    }

    #[inline]
    fn differing(&self, other: &Self) -> u32 {
        u32::from(self != other)
    }

    #[inline]
    fn parent(&self, _: usize) -> Option<RawKey> {
        Some(self.raw())
    }
}

impl<T: Resolve, E: Row<Tables = T>> IndexedField<T> for Key<E> {
    #[inline]
    fn hash(&self, state: &mut IndexState) -> bool {
        Hash::hash(self, state);
        true
    }
}

/// A value that may be missing: all of its columns are NULL then.
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

/// Holds the type of a column against what the schema says of it, when the models are compiled.
///
/// # Panics
/// When the type of a field is stored as something else, which the file would refuse in each flush.
pub const fn assert_stored_as(stored_as: Option<ColumnKind>, column: ColumnKind) {
    if let Some(stored_as) = stored_as {
        assert!(
            stored_as as u8 == column as u8,
            "`column_type!` stores the type of this field as something else than its column holds"
        );
    }
}
