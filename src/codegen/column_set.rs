//! Sets of columns: one type for each table.

use std::fmt;

use bitflags::Flags;

/// Writes a set as `bitflags!` does: `PlayerColumns(FULL_NAME | EMAIL)`.
///
/// # Errors
/// Those of the formatter.
pub fn fmt_columns<C: Flags>(set: &C, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{name}(")?;
    let mut before = "";
    for (column, _) in set.iter_names() {
        write!(f, "{before}{column}")?;
        before = " | ";
    }
    f.write_str(if before.is_empty() { "0x0)" } else { ")" })
}

/// Writes the methods and operators of a set of columns. The columns themselves, and the trait
/// [`Flags`], are [`entity!`](crate::entity)'s.
///
/// It replaces `bitflags!`, whose expansion took two fifths of the time in which the compiler checks the
/// models. The methods that `bitflags!` generates and this macro does not are methods of the trait.
#[doc(hidden)]
#[macro_export]
macro_rules! column_set {
    ($name:ident, $bits:ty) => {
        #[allow(dead_code)]
        impl $name {
            /// No column.
            #[inline]
            #[must_use]
            pub const fn empty() -> Self {
                Self($crate::codegen::ColumnBits::<$bits>::NONE)
            }

            /// All columns.
            #[inline]
            #[must_use]
            pub const fn all() -> Self {
                Self($crate::codegen::ColumnBits::<$bits>::first(
                    <Self as $crate::codegen::Flags>::FLAGS.len(),
                ))
            }

            /// Whether there is no column in the set.
            #[inline]
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// Whether all columns of another set are in this one.
            #[inline]
            #[must_use]
            pub const fn contains(&self, other: Self) -> bool {
                other.difference(*self).is_empty()
            }

            /// Whether a column of another set is in this one.
            #[inline]
            #[must_use]
            pub const fn intersects(&self, other: Self) -> bool {
                !self.intersection(other).is_empty()
            }

            /// The columns of either set.
            #[inline]
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0.union(other.0))
            }

            /// The columns of both sets.
            #[inline]
            #[must_use]
            pub const fn intersection(self, other: Self) -> Self {
                Self(self.0.intersection(other.0))
            }

            /// The columns that another set does not have.
            #[inline]
            #[must_use]
            pub const fn difference(self, other: Self) -> Self {
                Self(self.0.intersection(other.0.complement()))
            }

            /// Adds the columns of another set.
            #[inline]
            pub fn insert(&mut self, other: Self) {
                *self = self.union(other);
            }

            /// Takes the columns of another set out.
            #[inline]
            pub fn remove(&mut self, other: Self) {
                *self = self.difference(other);
            }

            /// The set as bits, of which the first stands for the first column.
            #[inline]
            #[must_use]
            pub const fn bits(self) -> $bits {
                self.0.get()
            }

            /// The columns with their names.
            pub fn iter_names(&self) -> impl Iterator<Item = (&'static str, Self)> + use<> {
                $crate::codegen::Flags::iter_names(self)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::codegen::fmt_columns(self, stringify!($name), f)
            }
        }

        impl ::core::ops::BitOr for $name {
            type Output = Self;

            #[inline]
            fn bitor(self, other: Self) -> Self {
                self.union(other)
            }
        }

        impl ::core::ops::BitOrAssign for $name {
            #[inline]
            fn bitor_assign(&mut self, other: Self) {
                self.insert(other);
            }
        }

        impl ::core::ops::BitAnd for $name {
            type Output = Self;

            #[inline]
            fn bitand(self, other: Self) -> Self {
                self.intersection(other)
            }
        }

        impl ::core::ops::Sub for $name {
            type Output = Self;

            #[inline]
            fn sub(self, other: Self) -> Self {
                self.difference(other)
            }
        }

        impl ::core::ops::Not for $name {
            type Output = Self;

            #[inline]
            fn not(self) -> Self {
                Self::all().difference(self)
            }
        }

        impl ::core::iter::FromIterator<$name> for $name {
            fn from_iter<I: IntoIterator<Item = Self>>(columns: I) -> Self {
                columns.into_iter().fold(Self::empty(), Self::union)
            }
        }
    };
}
