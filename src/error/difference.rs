//! Where the schema of a file differs from that of the models.

/// Where a file and the models do not agree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// A table is not there.
    #[error("table {table} is missing")]
    NoTable {
        /// The table.
        table: String,
    },
    /// Something else than a table has a table's name.
    #[error("{table} is a {kind}, and not a table")]
    NotATable {
        /// The table.
        table: String,
        /// What it is in the file: `view`, `virtual` or `shadow`.
        kind: String,
    },
    /// A column is not there.
    #[error("column {table}.{column} is missing")]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column that the models do not have.
    #[error("column {table}.{column} is not in the models")]
    UnknownColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column is declared in another way.
    #[error("column {table}.{column} is declared as {found}, not as {expected}")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What the models have.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// Foreign keys or unique columns differ; or on a server, whether a table is logged or has row-level security.
    #[error("table {table}: {what} is {}", if *.expected { "missing" } else { "not in the models" })]
    Constraint {
        /// The table.
        table: String,
        /// What it is about.
        what: String,
        /// Whether the models have it, and the file does not; or the other way round.
        expected: bool,
    },
    /// A CHECK is not the same: the file refuses rows that the models take, or takes rows that they do not.
    #[error(
        "table {table}: CHECK ({check}) is {}", if *.expected { "missing" } else { "not in the models" }
    )]
    Check {
        /// The table.
        table: String,
        /// The CHECK, or one of those that it is made of with AND.
        check: String,
        /// Whether the models have it, and the file does not; or the other way round.
        expected: bool,
    },
    /// An index that the models do not have, and that computes something at each write.
    #[error("table {table}: an index on {index} is not in the models")]
    Index {
        /// The table.
        table: String,
        /// What it is on.
        index: String,
    },
    /// A trigger would change rows behind the world's back.
    #[error("trigger {trigger} on table {table} would change rows unseen")]
    Trigger {
        /// The table.
        table: String,
        /// The trigger.
        trigger: String,
    },
    /// A table that is not the world's points into it. The world would not keep that reference valid.
    #[error("table {table} is not in the models, and points to {target}")]
    ForeignTable {
        /// The other table.
        table: String,
        /// The world's table.
        target: String,
    },
}
