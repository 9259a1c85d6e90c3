//! What a foreign key does when the row that it points to goes.

/// The ON DELETE action of a foreign key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDelete {
    /// The row pointed to cannot go; checked when the statement is over.
    #[default]
    NoAction,
    /// The row pointed to cannot go.
    Restrict,
    /// This row goes too.
    Cascade,
    /// The column becomes NULL.
    SetNull,
    /// The column gets its DEFAULT.
    SetDefault,
}

impl OnDelete {
    /// The words of SQL for it.
    pub fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}
