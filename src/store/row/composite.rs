//! Fields that stand in several columns: one value, or one owner, out of several kinds.

use bitflags::Flags;

use crate::error::ProblemKind;

use crate::schema::value::{FromValue, Value};
use crate::store::row::entity::Resolve;
use crate::store::row::owner::Owner;
use crate::store::row::reader::{ColumnProblem, RowReader};

/// A value of one of several kinds, each with nullable columns of its own. Generated, as an enum.
pub trait Union: Sized {
    /// Number of columns.
    const PARTS: usize;

    /// The value of a column: NULL for those of the other kinds.
    fn part(&self, part: usize) -> Value<'_>;
    /// Bit n: column n has a value.
    fn used(&self) -> u32;
    /// Bit n: column n has another value than in `other`, or a value in one of them only.
    fn differing(&self, other: &Self) -> u32;
    /// Puts the value together, if the columns that are `used` (bit n: column n) make one up.
    ///
    /// # Errors
    /// When one of the columns has a value of another type.
    fn load<T: Resolve>(used: u32, parts: &Parts<'_, '_, T>)
    -> Result<Option<Self>, ColumnProblem>;
}

/// A value that may be missing: all of its columns are NULL then.
impl<U: Union> Union for Option<U> {
    const PARTS: usize = U::PARTS;

    fn part(&self, part: usize) -> Value<'_> {
        self.as_ref().map_or(Value::Null, |value| value.part(part))
    }

    fn used(&self) -> u32 {
        self.as_ref().map_or(0, U::used)
    }

    #[inline]
    fn differing(&self, other: &Self) -> u32 {
        match (self, other) {
            (Some(old), Some(new)) => old.differing(new),
            (old, new) => old.used() | new.used(),
        }
    }

    fn load<T: Resolve>(
        used: u32,
        parts: &Parts<'_, '_, T>,
    ) -> Result<Option<Self>, ColumnProblem> {
        if used == 0 {
            return Ok(Some(None));
        }
        U::load(used, parts).map(|value| value.map(Some))
    }
}

/// Reads the columns of a [`Union`], counted from its first one.
pub struct Parts<'r, 'a, T> {
    row: &'r RowReader<'a, T>,
    columns: &'r [usize],
}

impl<T: Resolve> Parts<'_, '_, T> {
    /// Reads a column.
    ///
    /// # Errors
    /// When the value is not of this type.
    pub fn read<V: FromValue>(&self, part: usize) -> Result<V, ColumnProblem> {
        self.row.read(self.columns[part])
    }
}

impl<T: Resolve> RowReader<'_, T> {
    /// Reads the one value that these columns make up.
    ///
    /// # Errors
    /// When they make up none, or more than one, or one of them has a value of another type.
    pub fn union<U: Union>(&self, columns: &[usize]) -> Result<U, ColumnProblem> {
        let mut used = 0;
        for (part, &column) in columns.iter().enumerate() {
            used |= u32::from(!self.is_null(column)?) << part;
        }
        U::load(used, &Parts { row: self, columns })?.ok_or_else(|| ColumnProblem {
            columns: columns.to_vec(),
            kind: if used == 0 {
                ProblemKind::NoneOf
            } else {
                ProblemKind::NotOneOf
            },
        })
    }
}

/// The flags of the columns whose bits are set: of [`Union::differing`].
#[inline]
pub fn union_flags<C: Flags + Copy>(columns: &[C], differing: u32) -> C {
    let mut flags = C::empty();
    for (part, &column) in columns.iter().enumerate() {
        if differing & 1 << part != 0 {
            flags.insert(column);
        }
    }
    flags
}

/// The flags of the owner columns that change when the owner does; `arms` has one for each arm.
#[inline]
pub fn owner_flags<C: Flags + Copy, O: Owner>(arms: &[C], old: Option<O>, new: Option<O>) -> C {
    let mut flags = C::empty();
    if old != new {
        for owner in [old, new].into_iter().flatten() {
            flags.insert(arms[owner.arm().0]);
        }
    }
    flags
}
