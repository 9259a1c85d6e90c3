//! Models that resolve, but that the engine does not support yet.

/// The most columns that a union can have: it has 32 flags.
pub(crate) const MOST_PARTS: usize = 32;

/// A schema that the engine does not support yet.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// A union with more columns than flags.
    #[error(
        "table {table:?}: field {field:?} stands in {n_columns} columns; more than {MOST_PARTS} are not supported yet"
    )]
    TooManyParts {
        /// The table.
        table: String,
        /// The union.
        field: String,
        /// How many columns it has.
        n_columns: usize,
    },
    /// An entity that is owned through two pivots.
    #[error("table {table:?} is owned through {} pivots ({}); one is supported yet: `[pivots.{}] pivot = false` makes a plain table of the other", pivots.len(), pivots.join(", "), pivots.last().map_or("", String::as_str))]
    OwnedTwice {
        /// The owned table.
        table: String,
        /// The pivots.
        pivots: Vec<String>,
    },
    /// A foreign key to a pivot, whose rows have no keys.
    #[error(
        "column {table}.{column}: its foreign key points to {pivot:?}, a pivot, whose rows have no keys of their own; point to what is owned instead, or `[pivots.{pivot}] pivot = false` makes a plain table of it"
    )]
    KeyToPivot {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The pivot.
        pivot: String,
    },
    /// A UNIQUE owner column that only the file would keep.
    #[error(
        "column {table}.{column}: UNIQUE is not supported yet on an owner column of a pivot, nor on one without a table"
    )]
    UniqueOwner {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Two arms with methods and one table, where the owner's key does not say which arm is meant.
    #[error(
        "pivot {pivot:?}: column {column:?} is one of two for owners of the same table; `[pivots.{pivot}] methods` has to name one of them at most"
    )]
    OneTableTwice {
        /// The pivot.
        pivot: String,
        /// The column.
        column: String,
    },
}
