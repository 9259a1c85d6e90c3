//! What is known about a table as a pivot.

use crate::analysis::relations::Found;

/// What is known about a table as a pivot, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PivotInfo {
    /// The table.
    pub table: String,
    /// Whether it is a pivot.
    pub is_pivot: bool,
    /// The foreign key to what is owned, where there is exactly one candidate.
    pub owned: Option<OwnedInfo>,
    /// The columns that are, or look like, owners; in column order.
    pub arms: Vec<ArmInfo>,
    /// Why it is a pivot, or all reasons why it is not.
    pub reasons: Vec<String>,
    /// Properties of a pivot that no constraint of the schema guarantees.
    pub warnings: Vec<String>,
}

/// The foreign key of a pivot to what is owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedInfo {
    /// The column.
    pub column: String,
    /// The owned table.
    pub table: String,
    /// How it was found.
    pub found: Found,
}

/// One owner column of a pivot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmInfo {
    /// The column.
    pub column: String,
    /// The owner's table, and how it was found; `None` for an owner outside of the database.
    pub target: Option<(String, Found)>,
    /// Whether it may be set; if not, it stays NULL.
    pub used: bool,
    /// Whether the owner gets the convenience methods.
    pub methods: bool,
}
