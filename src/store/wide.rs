//! Sets of columns for tables that have more of them than the widest integer has bits.

use std::ops::{BitAnd, BitOr, BitXor, Not};

/// A set of up to `64 * WORDS` bits: what the flags of [`wide_columns!`](crate::wide_columns) are made
/// of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WideBits<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> WideBits<WORDS> {
    /// No bit.
    pub const NONE: Self = Self([0; WORDS]);

    /// The bit of this number.
    ///
    /// # Panics
    /// When there are not as many bits; at compile time, in a constant.
    #[must_use]
    pub const fn bit(number: usize) -> Self {
        let mut words = [0; WORDS];
        words[number / 64] = 1 << (number % 64);
        Self(words)
    }

    /// The first bits.
    ///
    /// # Panics
    /// When there are not as many bits; at compile time, in a constant.
    #[must_use]
    pub const fn first(n: usize) -> Self {
        let mut words = [0; WORDS];
        let mut word = 0;
        while word < n / 64 {
            words[word] = u64::MAX;
            word += 1;
        }
        if !n.is_multiple_of(64) {
            words[word] = (1 << (n % 64)) - 1;
        }
        Self(words)
    }

    /// The bits that are in one of two sets.
    #[inline]
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        let mut words = self.0;
        let mut word = 0;
        while word < WORDS {
            words[word] |= other.0[word];
            word += 1;
        }
        Self(words)
    }

    /// The bits that are in both of two sets.
    #[inline]
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        let mut words = self.0;
        let mut word = 0;
        while word < WORDS {
            words[word] &= other.0[word];
            word += 1;
        }
        Self(words)
    }

    /// The bits that are not in a set.
    #[inline]
    #[must_use]
    pub const fn complement(self) -> Self {
        let mut words = self.0;
        let mut word = 0;
        while word < WORDS {
            words[word] = !words[word];
            word += 1;
        }
        Self(words)
    }

    /// Whether no bit is in the set.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        let mut word = 0;
        while word < WORDS {
            if self.0[word] != 0 {
                return false;
            }
            word += 1;
        }
        true
    }
}

impl<const WORDS: usize> Default for WideBits<WORDS> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<const WORDS: usize> BitOr for WideBits<WORDS> {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl<const WORDS: usize> BitAnd for WideBits<WORDS> {
    type Output = Self;

    #[inline]
    fn bitand(self, other: Self) -> Self {
        self.intersection(other)
    }
}

impl<const WORDS: usize> BitXor for WideBits<WORDS> {
    type Output = Self;

    #[inline]
    fn bitxor(self, other: Self) -> Self {
        let either = self.union(other);
        either.intersection(self.intersection(other).complement())
    }
}

impl<const WORDS: usize> Not for WideBits<WORDS> {
    type Output = Self;

    #[inline]
    fn not(self) -> Self {
        self.complement()
    }
}

impl<const WORDS: usize> bitflags::Bits for WideBits<WORDS> {
    const EMPTY: Self = Self::NONE;
    const ALL: Self = Self([u64::MAX; WORDS]);
}

/// Declares the columns of a table as flags, where there are more than `bitflags!` has room for; the
/// type is used as one of those. After the name stands the number of words of 64 bits, and after each
/// flag its number.
///
/// ```
/// use gamedb::model::{Flags as _, wide_columns};
///
/// wide_columns! {
///     /// Columns of `creature_template`.
///     pub struct CreatureColumns: 3 {
///         /// `entry`
///         const ENTRY = 0;
///         /// `name`
///         const NAME = 1;
///         /// `subname`
///         const SUBNAME = 2;
///     }
/// }
///
/// let both = CreatureColumns::ENTRY | CreatureColumns::SUBNAME;
/// assert!(both.contains(CreatureColumns::ENTRY) && !both.contains(CreatureColumns::NAME));
/// assert_eq!(CreatureColumns::all().difference(both), CreatureColumns::NAME);
/// assert_eq!(format!("{both:?}"), "CreatureColumns(ENTRY | SUBNAME)");
/// ```
#[macro_export]
macro_rules! wide_columns {
    (
        $(#[$attribute:meta])*
        $vis:vis struct $name:ident: $words:literal {
            $($(#[$doc:meta])* const $flag:ident = $number:literal;)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        $vis struct $name($crate::model::WideBits<$words>);

        impl $name {
            $(
                $(#[$doc])*
                pub const $flag: Self = Self($crate::model::WideBits::bit($number));
            )*

            /// No column.
            #[inline]
            #[must_use]
            pub const fn empty() -> Self {
                Self($crate::model::WideBits::NONE)
            }

            /// All columns.
            #[inline]
            #[must_use]
            pub const fn all() -> Self {
                Self($crate::model::WideBits::first(<Self as $crate::model::Flags>::FLAGS.len()))
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
        }

        impl $crate::model::Flags for $name {
            const FLAGS: &'static [$crate::model::Flag<Self>] =
                &[$($crate::model::Flag::new(stringify!($flag), Self::$flag),)*];

            type Bits = $crate::model::WideBits<$words>;

            #[inline]
            fn all() -> Self {
                Self::all()
            }

            #[inline]
            fn bits(&self) -> Self::Bits {
                self.0
            }

            #[inline]
            fn from_bits_retain(bits: Self::Bits) -> Self {
                Self(bits)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(concat!(stringify!($name), "("))?;
                let mut before = "";
                for (name, _) in $crate::model::Flags::iter_names(self) {
                    write!(f, "{before}{name}")?;
                    before = " | ";
                }
                f.write_str(if before.is_empty() { "0x0)" } else { ")" })
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

        impl ::core::iter::FromIterator<$name> for $name {
            fn from_iter<I: IntoIterator<Item = Self>>(columns: I) -> Self {
                columns.into_iter().fold(Self::empty(), Self::union)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use bitflags::Bits as _;

    use super::WideBits;

    type Bits = WideBits<3>;

    #[test]
    fn bits_stand_in_their_words() {
        for n in [0, 1, 63, 64, 127, 128, 191] {
            let bit = Bits::bit(n);
            assert_eq!(Bits::first(n + 1) ^ Bits::first(n), bit, "{n}");
            assert_eq!(Bits::first(n) & bit, Bits::NONE, "{n}");
            assert!(!(bit | Bits::bit(5)).is_empty());
            assert_eq!(!bit & bit, Bits::NONE);
            assert_eq!(!bit | bit, Bits::ALL);
        }
        assert_eq!(Bits::first(192), Bits::ALL);
        assert_eq!(Bits::first(0), Bits::EMPTY);
        assert!(Bits::default().is_empty());
    }
}
