//! What models cannot be made from.

use crate::sql::OnDelete;

/// A schema that models cannot be made from.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ModelError {
    /// A table without `INTEGER PRIMARY KEY`.
    #[error(
        "table {table:?} has no INTEGER PRIMARY KEY; an entity needs one integer id of its own"
    )]
    NoIntegerPrimaryKey {
        /// The table.
        table: String,
    },
    /// A primary key of several columns.
    #[error("table {table:?}: a primary key of several columns ({}) is not supported yet; give it an INTEGER PRIMARY KEY and make these UNIQUE", columns.join(", "))]
    CompositePrimaryKey {
        /// The table.
        table: String,
        /// The key's columns.
        columns: Vec<String>,
    },
    /// A foreign key in a column that does not hold integers, or is limited by a CHECK.
    #[error(
        "column {table}.{column}: a foreign key needs an INTEGER column, and this one is declared `{declared}`"
    )]
    ForeignKeyType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its declaration.
        declared: String,
    },
    /// An id that points to another table.
    #[error(
        "column {table}.{column}: a primary key that is a foreign key too is not supported yet; give the foreign key a UNIQUE column of its own"
    )]
    IdIsForeignKey {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An ON DELETE action that cannot be kept in memory, or not on this column.
    #[error("column {table}.{column}: ON DELETE {} {why}", action.sql())]
    OnDelete {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The action.
        action: OnDelete,
        /// Why not.
        why: &'static str,
    },
    /// A type without a corresponding Rust type.
    #[error(
        "column {table}.{column}: type {declared:?} is not supported yet; use INTEGER, REAL, TEXT or BLOB, or give `[columns.\"{table}.{column}\"] type`"
    )]
    ColumnType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type as declared.
        declared: String,
    },
    /// A computed column.
    #[error("column {table}.{column}: computed (GENERATED) columns are not supported yet")]
    GeneratedColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A UNIQUE that memory cannot keep.
    #[error("table {table:?}: unique index {index:?} {why}, which is not supported yet")]
    Unique {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// What it has that is not supported.
        why: String,
    },
    /// A table that was looked up by name and does not exist.
    #[error("the schema has no table {table:?}")]
    UnknownTable {
        /// The table.
        table: String,
    },
}
