//! What generated code tells the engine about each table, as constants.

pub mod check_constraint;
pub(crate) mod graph;
pub mod value;

use crate::schema::check_constraint::Check;

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

/// What a table is called, and how it hangs together with the others.
#[derive(Debug)]
pub struct TableInfo {
    /// Its name in the file.
    pub name: &'static str,
    /// The name of its id column.
    pub id: &'static str,
    /// All columns but the id, in declaration order. A row's dirty flags count from here.
    pub columns: &'static [&'static str],
    /// Its foreign keys. In a pivot the first one is the owned row, and the arms follow.
    pub foreign_keys: &'static [ForeignKey],
    /// Unique and plain indexes on values; foreign keys have theirs of themselves.
    pub indexes: &'static [IndexInfo],
    /// The CHECKs that memory keeps; the file has these and may have more.
    pub checks: &'static [Check],
    /// What its rows are.
    pub kind: TableKind,
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// Rows that stand for themselves.
    Entity,
    /// Rows that exactly one owner has; this pivot says who.
    Owned {
        /// The pivot.
        pivot: TableId,
    },
    /// Rows that say who owns a row of another table.
    Pivot {
        /// The table of the owned rows.
        owned: TableId,
    },
}

/// A column that names a row of another table.
#[derive(Debug)]
pub struct ForeignKey {
    /// Position of the column in [`TableInfo::columns`].
    pub column: usize,
    /// The table it points to; `None` for a pivot's arm that has no table and carries a bare id.
    pub table: Option<TableId>,
    /// What becomes of this row when the other one is removed.
    pub on_delete: OnDelete,
    /// Whether two rows may not name the same one.
    pub unique: bool,
    /// Whether it names the row's owner. A pivot's arms do anyway.
    pub owns: bool,
}

impl ForeignKey {
    /// A foreign key to a table, as SQL has it without more words: `RESTRICT`, and not `UNIQUE`.
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

    /// An arm of a pivot that has no table, and carries a bare id.
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

/// What becomes of a row when the row that it names is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The other row cannot be removed while this one is there (`RESTRICT`, `NO ACTION`).
    Restrict,
    /// It is removed too.
    Cascade,
    /// It names nobody from then on.
    SetNull,
}

/// An index on the values of one or more columns.
#[derive(Debug)]
pub struct IndexInfo {
    /// Positions of the columns in [`TableInfo::columns`].
    pub columns: &'static [usize],
    /// Whether two rows may not have the same values.
    pub unique: bool,
}

impl IndexInfo {
    /// A `UNIQUE` set of columns.
    #[must_use]
    pub const fn unique(columns: &'static [usize]) -> Self {
        Self {
            columns,
            unique: true,
        }
    }

    /// An index whose values may be there more than once.
    #[must_use]
    pub const fn plain(columns: &'static [usize]) -> Self {
        Self {
            columns,
            unique: false,
        }
    }
}

impl TableInfo {
    /// Names of the columns of an index, for people.
    #[must_use]
    pub fn index_columns(&self, index: usize) -> String {
        let names: Vec<_> = self.indexes[index]
            .columns
            .iter()
            .map(|&c| self.columns[c])
            .collect();
        names.join(", ")
    }

    /// Name of the column of a foreign key.
    #[must_use]
    pub fn foreign_key_column(&self, foreign_key: usize) -> &'static str {
        self.columns[self.foreign_keys[foreign_key].column]
    }
}
