//! What is known of an expression in SQL: how tightly it holds together, which values it can have, and what SQLite
//! converts it to in a comparison.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::comparisons::number_operand;
use crate::schema::{Expression, Operand};

/// How tightly an expression holds together without parentheses, from OR to a single name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    /// Everything between NOT and arithmetic: SQLite has several levels, parsers others. An operand has to hold
    /// together more tightly.
    Comparison,
    Sum,
    Product,
    Sign,
    Whole,
}

impl Level {
    pub(super) fn of(expr: &Expr) -> Self {
        match expr {
            Expr::BinaryOp { op, .. } => match op {
                BinaryOperator::Or => Self::Or,
                BinaryOperator::And => Self::And,
                BinaryOperator::Plus | BinaryOperator::Minus => Self::Sum,
                BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => {
                    Self::Product
                }
                _ => Self::Comparison,
            },
            Expr::UnaryOp { op, .. } => match op {
                UnaryOperator::Not => Self::Not,
                _ => Self::Sign,
            },
            Expr::Nested(_)
            | Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::Value(_)
            | Expr::Function(_) => Self::Whole,
            _ => Self::Comparison,
        }
    }
}

/// The storage classes that a value can have, besides NULL.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Kinds(pub(super) u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const INTEGER: Self = Self(1);
    pub(super) const REAL: Self = Self(2);
    pub(super) const TEXT: Self = Self(4);
    pub(super) const BLOB: Self = Self(8);
    pub(super) const NUMBER: Self = Self(1 | 2);

    pub(super) fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(super) fn is_numeric(self) -> bool {
        self.within(Self::NUMBER)
    }

    pub(super) fn may_be(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a column converts the other side of a comparison to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Affinity {
    Number,
    Text,
    Blob,
}

/// An expression with what is known of its values.
pub(super) struct Typed {
    pub(super) expression: Expression,
    pub(super) kinds: Kinds,
    /// Columns have one, and nothing else.
    pub(super) affinity: Option<Affinity>,
    /// Whether it is compared by another collation than BINARY.
    pub(super) is_collated: bool,
}

impl Typed {
    pub(super) fn new(expression: Expression, kinds: Kinds) -> Self {
        let (affinity, is_collated) = (None, false);
        Self {
            expression,
            kinds,
            affinity,
            is_collated,
        }
    }

    pub(super) fn truth(expression: Expression) -> Self {
        Self::new(expression, Kinds::INTEGER)
    }

    pub(super) fn of(operand: Operand) -> Self {
        match operand {
            Operand::Integer(integer) => Self::new(Expression::Integer(integer), Kinds::INTEGER),
            Operand::Real(real) => Self::new(Expression::Real(real), Kinds::REAL),
            Operand::Text(text) => Self::new(Expression::Text(text), Kinds::TEXT),
            Operand::Column(_) | Operand::Length(_) => {
                unreachable!("only constants are read as operands here")
            }
        }
    }

    /// As an operand of a comparison in which SQLite applies this affinity. `None` if that converts anything but
    /// a constant.
    pub(super) fn converted(self, affinity: Option<Affinity>) -> Option<Self> {
        match affinity {
            Some(Affinity::Number) if self.kinds.may_be(Kinds::TEXT) => match &self.expression {
                Expression::Text(text) => match text.parse::<f64>() {
                    Ok(number) if number.is_finite() => Some(Self::of(number_operand(text)?.0)),
                    _ if text.contains(|c: char| c.is_ascii_digit()) => None,
                    _ => Some(self),
                },
                _ => None,
            },
            Some(Affinity::Text) if self.kinds.may_be(Kinds::NUMBER) => match self.expression {
                Expression::Integer(integer) => Some(Self::of(Operand::Text(integer.to_string()))),
                _ => None,
            },
            _ => Some(self),
        }
    }
}
