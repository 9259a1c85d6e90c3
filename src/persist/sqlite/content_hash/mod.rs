//! The content hash of a file: sums over the cells of its tables, stored in the file by the transaction that
//! writes the cells. A cell that was changed by anything else, as a disk that flips a bit, does not fit its sum.
//!
//! # Definition
//! This is a part of the file format, and does not change. All arithmetic is modulo 2^64.
//!
//! - **Seed** of a column: XXH3-64 (seed 0) of the table's name, a zero byte, and the column's name, with `A` to
//!   `Z` in lower case. The order of the columns does not matter.
//! - **Hash of a cell** in the row with the id `id`, which is 0 for NULL, and else
//!   `fold(seed ^ (id * 0x9E3779B97F4A7C15), bits ^ kind)`. `fold(a, b)` is the lower half of the 128 bits of
//!   `a * b` xor the upper half. `bits` and `kind` are
//!
//!   | value | bits | kind |
//!   |---|---|---|
//!   | integer | the integer | `0xA0761D6478BD642F` |
//!   | real | IEEE 754, and for -0.0 that of 0.0, as SQLite stores it | `0xE7037ED1A0B428DB` |
//!   | text | XXH3-64 (seed 0) of its UTF-8 | `0x8EBC6AF09C88C6E3` |
//!   | blob | XXH3-64 (seed 0) of its bytes | `0x589965CC75374CC3` |
//!
//! - **Hash of a row**: the sum over all of its stored columns (not the generated ones). The id is a column like
//!   the others, and so a row of NULLs counts too.
//! - **Sum of a block**: the sum over the rows with ids from `16384 * block` to `16384 * block + 16383`. It stands
//!   in `gamedb_hashes`, as a signed integer with the same bits, under the table's name in lower case. A sum of 0
//!   is left out.
//! - **`gamedb_ids`** counts as one row with the id 0. It has a column for each of its rows, which has the name
//!   that stands in `table_name`, and the value that stands in `next_id`. It has no column for the id.
//!
//! Indexes and the schema are not covered; neither are tables that no world has.

mod compare;
mod old_values;
mod pending;
mod stored;
mod sums;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use rusqlite::types::ValueRef;
use xxhash_rust::xxh3::xxh3_64;

use crate::schema::TableInfo;

use super::statements::NEXT_IDS;

pub use compare::damaged_blocks;
pub(super) use compare::{Checked, check, check_readable, refuse_edits, sum_anew};
pub(super) use old_values::{and_old, register};
pub(super) use pending::{Changes, Pending};
pub(super) use stored::{InFile, stored};
pub(super) use sums::{Adder, Hashes};

/// The ids of a block share all but these bits.
const BITS_OF_BLOCK: u32 = 14;

/// Spreads neighbouring ids over all bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

// An integer, a real, a text and a blob with the same bits have different hashes.
const INTEGER: u64 = 0xA076_1D64_78BD_642F;
const REAL: u64 = 0xE703_7ED1_A0B4_28DB;
const TEXT: u64 = 0x8EBC_6AF0_9C88_C6E3;
const BLOB: u64 = 0x5899_65CC_7537_4CC3;

/// The block that an id is in.
const fn block_of(id: i64) -> i64 {
    id >> BITS_OF_BLOCK
}

/// The ids of a block.
const fn ids_of(block: i64) -> RangeInclusive<i64> {
    let first = block << BITS_OF_BLOCK;
    first..=first + ((1 << BITS_OF_BLOCK) - 1)
}

/// The seed of a column.
fn seed(table: &str, column: &str) -> u64 {
    let name = [table.as_bytes(), b"\0", column.as_bytes()].concat();
    xxh3_64(&name.to_ascii_lowercase())
}

/// The hash of a cell.
#[inline]
fn cell(seed: u64, id: i64, value: ValueRef<'_>) -> u64 {
    let (bits, kind) = match value {
        ValueRef::Null => return 0,
        ValueRef::Integer(integer) => (integer.cast_unsigned(), INTEGER),
        ValueRef::Real(real) => ((real + 0.0).to_bits(), REAL),
        ValueRef::Text(text) => (xxh3_64(text), TEXT),
        ValueRef::Blob(bytes) => (xxh3_64(bytes), BLOB),
    };
    fold(seed ^ id.cast_unsigned().wrapping_mul(SPREAD), bits ^ kind)
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the halves of 128 bits")]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// The seeds of a table's columns.
#[derive(Clone, Debug)]
pub(super) struct Seeds {
    id: u64,
    columns: Box<[u64]>,
}

impl Seeds {
    pub(super) fn of(info: &TableInfo) -> Self {
        Self::new(info.name, info.id, info.columns.iter().copied())
    }

    fn new<'n>(table: &str, id: &str, columns: impl Iterator<Item = &'n str>) -> Self {
        Self {
            id: seed(table, id),
            columns: columns.map(|column| seed(table, column)).collect(),
        }
    }

    /// The hash of a row's id.
    #[inline]
    fn id(&self, id: i64) -> u64 {
        cell(self.id, id, ValueRef::Integer(id))
    }

    /// The hash of a whole row.
    #[inline]
    pub(super) fn row<'v>(&self, id: i64, values: impl Iterator<Item = ValueRef<'v>>) -> u64 {
        let columns = self.columns.iter().zip(values);
        columns.fold(self.id(id), |sum, (&seed, value)| {
            sum.wrapping_add(cell(seed, id, value))
        })
    }
}

/// The hash of `gamedb_ids`.
fn hash_of_next_ids<'n>(next_ids: impl IntoIterator<Item = (&'n str, i64)>) -> u64 {
    let hash = |(name, next_id)| cell(seed(NEXT_IDS, name), 0, ValueRef::Integer(next_id));
    next_ids.into_iter().map(hash).fold(0, u64::wrapping_add)
}
