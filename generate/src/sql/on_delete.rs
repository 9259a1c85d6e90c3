//! What a foreign key does when the row that it points to is deleted.

/// The ON DELETE action of a foreign key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDelete {
    /// The row pointed to cannot be deleted; checked at the end of the statement.
    #[default]
    NoAction,
    /// The row pointed to cannot be deleted.
    Restrict,
    /// This row is deleted too.
    Cascade,
    /// The column becomes NULL.
    SetNull,
    /// The column gets its DEFAULT.
    SetDefault,
}

impl OnDelete {
    /// Its SQL keywords.
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
