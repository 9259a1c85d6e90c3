//! The tree that a CHECK is read as.

use super::ComparisonOperator;

/// An expression of a CHECK. Conversions of constants that SQLite would make have been made.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A column.
    Column(String),
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// A text.
    Text(String),
    /// `NOT`
    Not(Box<Expression>),
    /// `AND`
    And(Vec<Expression>),
    /// `OR`
    Or(Vec<Expression>),
    /// A comparison.
    Compare(Box<Expression>, ComparisonOperator, Box<Expression>),
    /// `IS`: NULL is equal to NULL.
    Is(Box<Expression>, Box<Expression>),
    /// `IN` a list.
    In(Box<Expression>, Vec<Expression>),
    /// `LIKE` a pattern, with the character of its `ESCAPE`.
    Like(Box<Expression>, String, Option<char>),
    /// `GLOB` a pattern.
    Glob(Box<Expression>, String),
    /// A computation.
    Arithmetic(Box<Expression>, Arithmetic, Box<Expression>),
    /// `abs()`
    Abs(Box<Expression>),
    /// `length()`
    Length(Box<Expression>),
    /// `typeof()`
    TypeOf(Box<Expression>),
}

/// What is computed of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Expression {
    /// The columns that it refers to, each once, in the order in which they occur.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        self.visit(&mut |part| {
            if let Self::Column(name) = part
                && !columns.contains(&name.as_str())
            {
                columns.push(name);
            }
        });
        columns
    }

    /// The same without columns of which only NULL or not NULL matters.
    pub fn columns_by_value(&self) -> Vec<&str> {
        match self {
            Self::Is(operand, null)
                if **null == Self::Null && matches!(**operand, Self::Column(_)) =>
            {
                Vec::new()
            }
            Self::Column(name) => vec![name],
            other => {
                let parts = other.parts().into_iter();
                parts.flat_map(Self::columns_by_value).collect()
            }
        }
    }

    fn visit<'e>(&'e self, look: &mut impl FnMut(&'e Self)) {
        look(self);
        for part in self.parts() {
            part.visit(look);
        }
    }

    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Column(_) | Self::Null | Self::Integer(_) | Self::Real(_) | Self::Text(_) => {
                Vec::new()
            }
            Self::Not(operand)
            | Self::Like(operand, ..)
            | Self::Glob(operand, _)
            | Self::Abs(operand)
            | Self::Length(operand)
            | Self::TypeOf(operand) => vec![operand],
            Self::And(operands) | Self::Or(operands) => operands.iter().collect(),
            Self::Compare(left, _, right)
            | Self::Is(left, right)
            | Self::Arithmetic(left, _, right) => vec![left, right],
            Self::In(operand, list) => [operand.as_ref()].into_iter().chain(list).collect(),
        }
    }
}
