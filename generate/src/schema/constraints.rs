//! What the rows of a table have to keep: foreign keys, UNIQUE and other indexes, CHECKs.

use super::expression::Expression;
use crate::sql::OnDelete;

/// A declared foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it points to, as that table's declaration spells it where it exists.
    pub table: String,
    /// The columns it points to.
    pub target_columns: Vec<String>,
    /// What happens to this row when the other one is deleted.
    pub on_delete: OnDelete,
}

/// A UNIQUE constraint, or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name; the database's own for a UNIQUE constraint.
    pub name: String,
    /// Its columns in key order. Expressions have none, and are left out.
    pub columns: Vec<String>,
    /// Whether a part of it is an expression.
    pub expression: bool,
    /// The first collation that is neither BINARY nor NOCASE.
    pub collation: Option<String>,
    /// The columns that are compared by NOCASE.
    pub no_case: Vec<String>,
    /// Which rows it covers.
    pub partial: Partial,
}

/// The rows that an index covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partial {
    /// All rows.
    No,
    /// `WHERE c IS NOT NULL`, of its own columns: for UNIQUE the same as all rows.
    NotNull,
    /// Any other WHERE.
    Where(String),
}

impl Partial {
    /// Whether it makes no difference to uniqueness.
    pub fn covers_all(&self) -> bool {
        matches!(self, Self::No | Self::NotNull)
    }
}

/// A CHECK.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What it says, if it is recognized.
    pub kind: CheckKind,
    /// Its expression as written, on one line.
    pub text: String,
    /// The same as a tree, if every part of it means in memory what it means in SQLite.
    pub expression: Option<Expression>,
}

/// What a CHECK says.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// `c IN ('A', 'B')`.
    Texts {
        /// The column.
        column: String,
        /// The texts.
        texts: Vec<String>,
    },
    /// `c IN (0, 1)`.
    Bool(String),
    /// `c IS NULL`.
    IsNull(String),
    /// `(a IS NOT NULL) + (b IS NOT NULL) = 1`.
    ExactlyOne(Vec<String>),
    /// `(a IS NOT NULL) + (b IS NOT NULL) <= 1`.
    AtMostOne(Vec<String>),
    /// `(a IS NULL) = (b IS NULL)`, chained.
    AllOrNone(Vec<String>),
    /// Comparisons of columns with constants or with each other, all of which hold.
    Compare(Vec<Comparison>),
    /// Anything else.
    Other,
}

/// `hp <= max_hp`, `length(name) > 0`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The left side.
    pub left: Operand,
    /// How it is compared.
    pub operator: ComparisonOperator,
    /// The right side.
    pub right: Operand,
}

impl Comparison {
    /// The columns on either side.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        [&self.left, &self.right]
            .into_iter()
            .filter_map(|operand| match operand {
                Operand::Column(column) | Operand::Length(column) => Some(column),
                Operand::Integer(_) | Operand::Real(_) | Operand::Text(_) => None,
            })
    }
}

/// One side of a [`Comparison`].
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A column.
    Column(String),
    /// `length()` of a column.
    Length(String),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// A text.
    Text(String),
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonOperator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}
