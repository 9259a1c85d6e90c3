//! The schema of each table as constants, which generated code provides.

pub(crate) mod check_constraint;
pub(crate) mod expression;
pub(crate) mod graph;
mod pattern;
pub(crate) mod value;

use crate::schema::check_constraint::Check;
use crate::schema::expression::Condition;

/// Position of a table among the tables of its world, in declaration order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u16);

impl TableId {
    /// The position as an index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The schema of a table: its names, foreign keys, indexes and CHECKs.
#[derive(Debug)]
pub struct TableInfo {
    /// The table's name in the file.
    pub name: &'static str,
    /// The name of the id column.
    pub id: &'static str,
    /// All columns except the id, in declaration order. Positions of columns refer to this list, and so
    /// do dirty flags.
    pub columns: &'static [&'static str],
    /// The foreign keys. In a pivot (an exclusive arc) the first one references the [owned
    /// row](Self::owned_key), and the [arms](Self::arms) follow.
    pub foreign_keys: &'static [ForeignKey],
    /// The keys by value. They have a list of their own, so that a table without them pays nothing for them.
    pub value_keys: &'static [ValueKey],
    /// Unique and plain indexes on values; every foreign key is indexed anyway.
    pub indexes: &'static [IndexInfo],
    /// The CHECKs that are comparisons. Memory enforces these and the [conditions](Self::conditions); the file
    /// enforces these and may enforce more.
    pub checks: &'static [Check],
    /// The CHECKs that memory enforces and that are more than a comparison. They have a list of their own, so that a
    /// table without them pays nothing for them.
    pub conditions: &'static [Condition],
    /// The kind of the rows.
    pub kind: TableKind,
}

/// The kind of the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// Rows that are not owned through a pivot.
    Entity,
    /// Owned rows: each has exactly one owner, which this pivot stores.
    Owned {
        /// The pivot.
        pivot: TableId,
    },
    /// Pivot rows: each names the owner of a row of another table.
    Pivot {
        /// The table of the owned rows.
        owned: TableId,
    },
}

/// A column that references a row of another table.
#[derive(Debug)]
pub struct ForeignKey {
    /// Position of the column in [`TableInfo::columns`].
    pub column: usize,
    /// The referenced table; `None` for an arm of a pivot that has no table and stores a bare id.
    pub table: Option<TableId>,
    /// What happens to this row when the referenced row is removed.
    pub on_delete: OnDelete,
    /// Whether the column is UNIQUE.
    pub unique: bool,
    /// Whether it names the row's owner. Not set for the arms of a pivot, which always do.
    pub owns: bool,
}

impl ForeignKey {
    /// A foreign key to a table with the defaults of SQL: `RESTRICT`, and not `UNIQUE`.
    #[must_use]
    pub const fn to(column: usize, table: TableId) -> Self {
        Self {
            column,
            table: Some(table),
            on_delete: OnDelete::Restrict,
            unique: false,
            owns: false,
        }
    }

    /// An arm of a pivot that has no table and stores a bare id.
    #[must_use]
    pub const fn arm(column: usize) -> Self {
        Self {
            column,
            table: None,
            on_delete: OnDelete::Restrict,
            unique: false,
            owns: false,
        }
    }

    /// The same with `ON DELETE CASCADE`.
    #[must_use]
    pub const fn cascade(self) -> Self {
        Self {
            on_delete: OnDelete::Cascade,
            ..self
        }
    }

    /// The same with `ON DELETE SET NULL`.
    #[must_use]
    pub const fn set_null(self) -> Self {
        Self {
            on_delete: OnDelete::SetNull,
            ..self
        }
    }

    /// The same with `UNIQUE`.
    #[must_use]
    pub const fn unique(self) -> Self {
        Self {
            unique: true,
            ..self
        }
    }

    /// The same for one arm of a row's owner.
    #[must_use]
    pub const fn owner(self) -> Self {
        Self { owns: true, ..self }
    }
}

/// A key by value: one column or several that name a row of another table by the values that it has in UNIQUE
/// columns, and not by its id. If one of them is NULL, no row is named.
///
/// The named row is found through the index on the UNIQUE columns, and the naming rows through that on their own; both
/// indexes hash the same types in the same order.
#[derive(Debug)]
pub struct ValueKey {
    /// The names of its columns, separated by commas.
    pub columns: &'static str,
    /// Position of the index on its columns in [`TableInfo::indexes`].
    pub index: usize,
    /// The table of the named rows.
    pub table: TableId,
    /// Position of the unique index on the named columns in the [`TableInfo::indexes`] of that table.
    pub target_index: usize,
    /// What happens to this row when the named row is removed.
    pub on_delete: OnDelete,
    /// In a nest, the values of one of its columns by which it names no row.
    pub root: Option<Root>,
}

/// Numbers that name no row, in one of the columns of a [`ValueKey`].
#[derive(Debug)]
pub struct Root {
    /// Position of the column in [`TableInfo::columns`].
    pub column: usize,
    /// The numbers, as first and last ones of ranges.
    pub numbers: &'static [(i64, i64)],
}

impl Root {
    /// Whether a number names no row.
    pub(crate) fn contains(&self, number: i64) -> bool {
        let mut ranges = self.numbers.iter();
        ranges.any(|(first, last)| (*first..=*last).contains(&number))
    }

    /// The highest number.
    pub(crate) fn last(&self) -> i64 {
        self.numbers
            .iter()
            .map(|(_, last)| *last)
            .max()
            .unwrap_or(0)
    }
}

impl ValueKey {
    /// A key by value with the defaults of SQL: `RESTRICT`.
    #[must_use]
    pub const fn to(
        columns: &'static str,
        index: usize,
        table: TableId,
        target_index: usize,
    ) -> Self {
        Self {
            columns,
            index,
            table,
            target_index,
            on_delete: OnDelete::Restrict,
            root: None,
        }
    }

    /// The same with `ON DELETE CASCADE`.
    #[must_use]
    pub const fn cascade(self) -> Self {
        Self {
            on_delete: OnDelete::Cascade,
            ..self
        }
    }

    /// The same with `ON DELETE SET NULL`.
    #[must_use]
    pub const fn set_null(self) -> Self {
        Self {
            on_delete: OnDelete::SetNull,
            ..self
        }
    }

    /// The same as a nest: with these numbers in this column no row is named, and no row lies in itself.
    #[must_use]
    pub const fn nest(self, column: usize, numbers: &'static [(i64, i64)]) -> Self {
        Self {
            root: Some(Root { column, numbers }),
            ..self
        }
    }

    /// Whether this value in one of its columns means that no row is named.
    pub(crate) fn is_at_root(&self, column: usize, value: value::Value<'_>) -> bool {
        match (&self.root, value) {
            (Some(root), value::Value::Integer(number)) => {
                root.column == column && root.contains(number)
            }
            _ => false,
        }
    }

    /// Positions of its columns in [`TableInfo::columns`] of its own table.
    pub(crate) fn own_columns(&self, own: &TableInfo) -> &'static [usize] {
        own.indexes[self.index].columns
    }

    /// Positions of the named columns in [`TableInfo::columns`] of the other table.
    pub(crate) fn named_columns(&self, tables: &[&'static TableInfo]) -> &'static [usize] {
        tables[self.table.index()].indexes[self.target_index].columns
    }
}

/// What happens to a row when the row that it references is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The referenced row cannot be removed while this row exists (`RESTRICT`, `NO ACTION`).
    Restrict,
    /// The row is removed too.
    Cascade,
    /// The foreign key becomes NULL.
    SetNull,
}

/// An index on the values of one or more columns.
#[derive(Debug)]
pub struct IndexInfo {
    /// Positions of the columns in [`TableInfo::columns`].
    pub columns: &'static [usize],
    /// Whether the values have to be unique.
    pub unique: bool,
    /// Those of the columns whose texts are compared by SQLite's collation NOCASE: without regard to the case of ASCII
    /// letters.
    pub no_case: &'static [usize],
}

impl IndexInfo {
    /// A `UNIQUE` set of columns.
    #[must_use]
    pub const fn unique(columns: &'static [usize]) -> Self {
        Self {
            columns,
            unique: true,
            no_case: &[],
        }
    }

    /// An index that is not unique.
    #[must_use]
    pub const fn plain(columns: &'static [usize]) -> Self {
        Self {
            columns,
            unique: false,
            no_case: &[],
        }
    }

    /// The same with columns that are compared by NOCASE.
    #[must_use]
    pub const fn no_case(self, no_case: &'static [usize]) -> Self {
        Self { no_case, ..self }
    }
}

/// The columns of a pivot. Their positions among the foreign keys are defined here and nowhere else.
impl TableInfo {
    /// Position of the foreign key that references the owned row.
    const OWNED_KEY: usize = 0;
    /// Position of the first arm; the other arms follow.
    const FIRST_ARM: usize = 1;

    /// The foreign key that references the owned row.
    ///
    /// # Panics
    /// If the table has no foreign keys, and so is not a pivot.
    #[inline]
    #[must_use]
    pub const fn owned_key(&self) -> &'static ForeignKey {
        &self.foreign_keys[Self::OWNED_KEY]
    }

    /// The name of the column that references the owned row.
    ///
    /// # Panics
    /// If the table has no foreign keys, and so is not a pivot.
    #[must_use]
    pub(crate) const fn owned_column(&self) -> &'static str {
        self.columns[self.owned_key().column]
    }

    /// The arms: the foreign keys that can name the owner.
    ///
    /// # Panics
    /// If the table has no foreign keys, and so is not a pivot.
    #[inline]
    #[must_use]
    pub const fn arms(&self) -> &'static [ForeignKey] {
        self.foreign_keys.split_at(Self::FIRST_ARM).1
    }

    /// Whether the table is a pivot and the foreign key at this position references the owned row.
    #[inline]
    #[must_use]
    pub const fn is_owned_key(&self, foreign_key: usize) -> bool {
        matches!(self.kind, TableKind::Pivot { .. }) && foreign_key == Self::OWNED_KEY
    }

    /// Position of an arm among the foreign keys.
    #[inline]
    #[must_use]
    pub const fn key_of_arm(&self, arm: usize) -> usize {
        Self::FIRST_ARM + arm
    }

    /// The arm at this position among the foreign keys; `None` for the foreign key to the owned row.
    #[inline]
    #[must_use]
    pub const fn arm_of_key(&self, foreign_key: usize) -> Option<usize> {
        foreign_key.checked_sub(Self::FIRST_ARM)
    }
}

impl TableInfo {
    /// Names of the columns of an index, for messages.
    #[must_use]
    pub fn index_columns(&self, index: usize) -> String {
        let names: Vec<_> = self.indexes[index]
            .columns
            .iter()
            .map(|&c| self.columns[c])
            .collect();
        names.join(", ")
    }

    /// Name of a foreign key's column.
    #[must_use]
    pub fn foreign_key_column(&self, foreign_key: usize) -> &'static str {
        self.columns[self.foreign_keys[foreign_key].column]
    }
}
