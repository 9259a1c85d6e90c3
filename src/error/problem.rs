//! One row of a file, or of another world's changes, that does not fit.

use std::fmt;

/// One row of a file that is not what it has to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Its table.
    pub table: &'static str,
    /// Its id.
    pub id: i64,
    /// The column, or columns, that the problem is in.
    pub column: String,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} row {}, {}: {}",
            self.table, self.id, self.column, self.kind
        )
    }
}

/// What is wrong with a value in a file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A column without NULLs has one.
    #[error("is NULL")]
    Null,
    /// A value of another type, or out of the type's range.
    #[error("has to be {expected}, and is {found}")]
    WrongType {
        /// What the models have.
        expected: &'static str,
        /// What the file has.
        found: String,
    },
    /// A value that a type of the program's own refuses.
    #[error("has to be {expected}, and is {found}: {reason}")]
    Unreadable {
        /// The type.
        expected: &'static str,
        /// What the file has.
        found: String,
        /// What the type says of it.
        reason: String,
    },
    /// A text that the enum does not have.
    #[error("{text:?} is not one of {expected}")]
    UnknownText {
        /// The enum.
        expected: &'static str,
        /// The text in the file.
        text: String,
    },
    /// A text that is not UTF-8.
    #[error("is not valid UTF-8")]
    NotUtf8,
    /// A foreign key to a row that is not there.
    #[error("names row {id} of {target}, which does not exist")]
    Dangling {
        /// The table pointed to.
        target: &'static str,
        /// The id that is not there.
        id: i64,
    },
    /// A key by value that no row has.
    #[error("is {value}, and no row of {target} has that in {target_column}")]
    NoSuchValue {
        /// What the key holds; the values of several columns are separated by commas.
        value: String,
        /// The table pointed to.
        target: &'static str,
        /// The column of that table, or the columns, in the same order.
        target_column: String,
    },
    /// A value where only NULL is allowed.
    #[error("has to be NULL, and is {found}")]
    NotNull {
        /// What the file has.
        found: String,
    },
    /// None of several columns has a value, where one has to.
    #[error("none of them has a value, and one has to")]
    NoneOf,
    /// Several columns have a value, where only one can.
    #[error("more than one of them has a value")]
    MoreThanOne,
    /// Several columns have values that do not go together.
    #[error("the ones with a value do not make up exactly one")]
    NotOneOf,
    /// Another row has the same value, where it has to be unique.
    #[error("row {existing} has the same value, which has to be unique")]
    NotUnique {
        /// Id of the other row.
        existing: i64,
    },
    /// A row that is to be changed or removed, and is not there.
    #[error("is not there")]
    Missing,
    /// A row that is to be inserted, and is there.
    #[error("is there already")]
    AlreadyThere,
    /// Not a number.
    #[error("cannot be NaN")]
    NotANumber,
    /// A text with a NUL, for a server that has no place for it.
    #[error(
        "has a NUL, which a text on a PostgreSQL server cannot have; remove it before the world is moved there"
    )]
    HasNul,
    /// A row that a file refuses.
    #[error("the file refuses the row: {reason}")]
    Refused {
        /// What SQLite says.
        reason: String,
    },
    /// Values that a CHECK of the schema does not allow.
    #[error("cannot be {value}: CHECK ({check})")]
    CheckFailed {
        /// What the file has.
        value: String,
        /// The CHECK, as the schema has it.
        check: &'static str,
    },
    /// An owner that belongs to the row itself, directly or through others.
    #[error("names an owner that belongs to the row itself")]
    OwnsItself,
    /// An owned row that no pivot row names.
    #[error("no row of {pivot} says whose it is")]
    NoOwner {
        /// The pivot table.
        pivot: &'static str,
    },
}

/// The first few of a list, and how many more there are.
pub(crate) fn list(items: &[impl fmt::Display]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<_> = items.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = items.len().saturating_sub(SHOWN);
    let and_more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    shown.join("; ") + &and_more
}
