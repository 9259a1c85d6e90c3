//! The bits of sets of columns, whatever the width of the table.

use std::ops::{BitAnd, BitOr, BitXor, Not};

use crate::schema::TableInfo;
use crate::schema::check_constraint::Operand;

/// The bits of a set of columns, which [`entity!`](crate::entity) gives a name for each table.
///
/// `B` is the smallest integer that has a bit for each column, from `u8` to `u128`, because a set
/// stands in each row; a table of more than 128 columns has `[u64; N]`. All of them have the same
/// `const` methods, which the operators of integers could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ColumnBits<B>(B);

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl ColumnBits<$integer> {
            /// No bit.
            pub const NONE: Self = Self(0);

            /// The bit of this number.
            ///
            /// # Panics
            /// When there are not as many bits; at compile time, in a constant.
            #[inline]
            #[must_use]
            pub const fn bit(number: usize) -> Self {
                Self(1 << number)
            }

            /// The first `n` bits.
            ///
            /// # Panics
            /// When there are not as many bits; at compile time, in a constant.
            #[inline]
            #[must_use]
            pub const fn first(n: usize) -> Self {
                if n == 0 {
                    return Self(0);
                }
                Self(<$integer>::MAX >> (<$integer>::BITS as usize - n))
            }

            /// The bits that are in one of two sets.
            #[inline]
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// The bits that are in both of two sets.
            #[inline]
            #[must_use]
            pub const fn intersection(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }

            /// The bits that are not in a set.
            #[inline]
            #[must_use]
            pub const fn complement(self) -> Self {
                Self(!self.0)
            }

            /// Whether no bit is in the set.
            #[inline]
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// The bits themselves.
            #[inline]
            #[must_use]
            pub const fn get(self) -> $integer {
                self.0
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128);

impl<const WORDS: usize> ColumnBits<[u64; WORDS]> {
    /// No bit.
    pub const NONE: Self = Self([0; WORDS]);

    /// The bit of this number.
    ///
    /// # Panics
    /// When there are not as many bits; at compile time, in a constant.
    #[inline]
    #[must_use]
    pub const fn bit(number: usize) -> Self {
        let mut words = [0; WORDS];
        words[number / 64] = 1 << (number % 64);
        Self(words)
    }

    /// The first `n` bits.
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

    /// The bits themselves.
    #[inline]
    #[must_use]
    pub const fn get(self) -> [u64; WORDS] {
        self.0
    }
}

/// Sets of columns from their positions.
macro_rules! sets {
    ($([$($generics:tt)*] $bits:ty;)*) => {$(
        impl<$($generics)*> ColumnBits<$bits> {
            /// The columns of the parts of a field whose bits are set in a mask.
            #[inline]
            #[must_use]
            pub const fn parts(columns: &[usize], parts: u32) -> Self {
                let mut set = Self::NONE;
                let mut part = 0;
                while part < columns.len() {
                    if parts & 1 << part != 0 {
                        set = set.union(Self::bit(columns[part]));
                    }
                    part += 1;
                }
                set
            }

            /// The columns at these positions.
            const fn of(columns: &[usize]) -> Self {
                let mut set = Self::NONE;
                let mut at = 0;
                while at < columns.len() {
                    set = set.union(Self::bit(columns[at]));
                    at += 1;
                }
                set
            }

            /// The columns that an index or a foreign key is on.
            #[must_use]
            pub const fn indexed(info: &TableInfo) -> Self {
                let mut set = Self::NONE;
                let mut at = 0;
                while at < info.foreign_keys.len() {
                    set = set.union(Self::bit(info.foreign_keys[at].column));
                    at += 1;
                }
                at = 0;
                while at < info.indexes.len() {
                    set = set.union(Self::of(info.indexes[at].columns));
                    at += 1;
                }
                set
            }

            /// The columns of CHECKs.
            #[must_use]
            pub const fn checked(info: &TableInfo) -> Self {
                let mut set = Self::NONE;
                let mut at = 0;
                while at < info.checks.len() {
                    if let Operand::Column(column) | Operand::Length(column) = info.checks[at].left {
                        set = set.union(Self::bit(column));
                    }
                    if let Operand::Column(column) | Operand::Length(column) = info.checks[at].right {
                        set = set.union(Self::bit(column));
                    }
                    at += 1;
                }
                at = 0;
                while at < info.conditions.len() {
                    set = set.union(Self::of(info.conditions[at].columns));
                    at += 1;
                }
                set
            }
        }
    )*};
}

sets! {
    [] u8;
    [] u16;
    [] u32;
    [] u64;
    [] u128;
    [const WORDS: usize] [u64; WORDS];
}

/// Implements the traits that `bitflags` requires of its bits, which are not implemented for all widths otherwise.
macro_rules! operators {
    ($([$($generics:tt)*] $bits:ty;)*) => {$(
        impl<$($generics)*> Default for ColumnBits<$bits> {
            #[inline]
            fn default() -> Self {
                Self::NONE
            }
        }

        impl<$($generics)*> BitOr for ColumnBits<$bits> {
            type Output = Self;

            #[inline]
            fn bitor(self, other: Self) -> Self {
                self.union(other)
            }
        }

        impl<$($generics)*> BitAnd for ColumnBits<$bits> {
            type Output = Self;

            #[inline]
            fn bitand(self, other: Self) -> Self {
                self.intersection(other)
            }
        }

        impl<$($generics)*> BitXor for ColumnBits<$bits> {
            type Output = Self;

            #[inline]
            fn bitxor(self, other: Self) -> Self {
                let either = self.union(other);
                either.intersection(self.intersection(other).complement())
            }
        }

        impl<$($generics)*> Not for ColumnBits<$bits> {
            type Output = Self;

            #[inline]
            fn not(self) -> Self {
                self.complement()
            }
        }

        impl<$($generics)*> bitflags::Bits for ColumnBits<$bits> {
            const EMPTY: Self = Self::NONE;
            const ALL: Self = Self::NONE.complement();
        }
    )*};
}

operators! {
    [] u8;
    [] u16;
    [] u32;
    [] u64;
    [] u128;
    [const WORDS: usize] [u64; WORDS];
}

#[cfg(test)]
mod tests {
    use super::ColumnBits;

    /// The same of every width, though each has methods of its own.
    macro_rules! bits_stand_where_they_belong {
        ($($name:ident: $bits:ty, $n:literal;)*) => {$(
            #[test]
            fn $name() {
                type Bits = ColumnBits<$bits>;
                for n in 0..$n {
                    let bit = Bits::bit(n);
                    assert_eq!(Bits::first(n + 1) ^ Bits::first(n), bit, "{n}");
                    assert_eq!(Bits::first(n) & bit, Bits::NONE, "{n}");
                    assert!(!(bit | Bits::bit(5)).is_empty());
                    assert_eq!(!bit & bit, Bits::NONE);
                    assert_eq!(!bit | bit, <Bits as bitflags::Bits>::ALL);
                }
                assert_eq!(Bits::first($n), <Bits as bitflags::Bits>::ALL);
                assert_eq!(Bits::first(0), <Bits as bitflags::Bits>::EMPTY);
                assert!(Bits::default().is_empty());
            }
        )*};
    }

    bits_stand_where_they_belong! {
        in_8: u8, 8;
        in_16: u16, 16;
        in_32: u32, 32;
        in_64: u64, 64;
        in_128: u128, 128;
        in_words: [u64; 3], 192;
    }
}
