//! CHECKs that compare columns with constants or with each other: those that the engine enforces too.

use sqlparser::ast::{BinaryOperator, Expr, FunctionArguments, UnaryOperator, Value};

use crate::schema::{Column, Comparison, ComparisonOperator as Operator, Operand};
use crate::sql::expression::{bare, column_name};

/// How values are compared.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Class {
    Number,
    Text,
}

/// The comparisons that an expression consists of, if it is nothing else.
pub(crate) fn read(expr: &Expr, columns: &[Column]) -> Option<Vec<Comparison>> {
    match bare(expr) {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            let mut found = read(left, columns)?;
            found.extend(read(right, columns)?);
            Some(found)
        }
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Or,
            right,
        } => guarded(left, right, columns).or_else(|| guarded(right, left, columns)),
        Expr::BinaryOp { left, op, right } => {
            Some(vec![comparison(left, operator(op)?, right, columns)?])
        }
        Expr::Between {
            expr,
            negated: false,
            low,
            high,
        } => Some(vec![
            comparison(expr, Operator::GreaterOrEqual, low, columns)?,
            comparison(expr, Operator::LessOrEqual, high, columns)?,
        ]),
        _ => None,
    }
}

/// `c IS NULL OR ..`: the guard is redundant, because a CHECK accepts a comparison with NULL.
fn guarded(guard: &Expr, rest: &Expr, columns: &[Column]) -> Option<Vec<Comparison>> {
    let Expr::IsNull(inner) = bare(guard) else {
        return None;
    };
    let name = column(inner, columns)?;
    let found = read(rest, columns)?;
    found
        .iter()
        .all(|comparison| comparison.columns().any(|column| *column == name))
        .then_some(found)
}

fn comparison(
    left: &Expr,
    operator: Operator,
    right: &Expr,
    columns: &[Column],
) -> Option<Comparison> {
    let (left, left_class) = operand(left, columns)?;
    let (right, right_class) = operand(right, columns)?;
    let comparison = Comparison {
        left,
        operator,
        right,
    };
    // SQLite compares a number with a text by converting one of them, or by the order of types.
    (left_class == right_class && comparison.columns().next().is_some()).then_some(comparison)
}

pub(super) fn operator(operator: &BinaryOperator) -> Option<Operator> {
    Some(match operator {
        BinaryOperator::Lt => Operator::Less,
        BinaryOperator::LtEq => Operator::LessOrEqual,
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::NotEqual,
        BinaryOperator::GtEq => Operator::GreaterOrEqual,
        BinaryOperator::Gt => Operator::Greater,
        _ => return None,
    })
}

fn operand(expr: &Expr, columns: &[Column]) -> Option<(Operand, Class)> {
    match bare(expr) {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
            let name = column(expr, columns)?;
            let class = class(columns.iter().find(|column| column.name == name)?)?;
            Some((Operand::Column(name), class))
        }
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => number_operand(number),
            Value::SingleQuotedString(text) => Some((Operand::Text(text.clone()), Class::Text)),
            _ => None,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => match bare(expr) {
            Expr::Value(value) => match &value.value {
                Value::Number(number, _) => number_operand(&format!("-{number}")),
                _ => None,
            },
            _ => None,
        },
        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("length") => {
            let FunctionArguments::List(arguments) = &function.args else {
                return None;
            };
            let [argument] = arguments.args.as_slice() else {
                return None;
            };
            let sqlparser::ast::FunctionArg::Unnamed(sqlparser::ast::FunctionArgExpr::Expr(
                argument,
            )) = argument
            else {
                return None;
            };
            let name = column(argument, columns)?;
            let declared = columns.iter().find(|column| column.name == name)?;
            // SQLite's length() of a number is that of its text.
            let has_length = affinity(declared) != Some(Class::Number);
            has_length.then_some((Operand::Length(name), Class::Number))
        }
        _ => None,
    }
}

pub(super) fn number_operand(number: &str) -> Option<(Operand, Class)> {
    let operand = match number.parse::<i64>() {
        Ok(integer) => Operand::Integer(integer),
        Err(_) => Operand::Real(number.parse().ok().filter(|real: &f64| real.is_finite())?),
    };
    Some((operand, Class::Number))
}

fn class(column: &Column) -> Option<Class> {
    let class = affinity(column)?;
    // The engine compares texts by BINARY only.
    let is_collated = column.declaration.to_ascii_uppercase().contains("COLLATE");
    (class == Class::Number || !is_collated).then_some(class)
}

/// By SQLite's rules; `None` for blobs and for columns without a type.
fn affinity(column: &Column) -> Option<Class> {
    let declared = column.declared_type.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    if has(&["INT"]) {
        Some(Class::Number)
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Some(Class::Text)
    } else if has(&["REAL", "FLOA", "DOUB", "BOOL"]) {
        Some(Class::Number)
    } else {
        None
    }
}

/// The column that an expression is, as the table spells it.
pub(super) fn column(expr: &Expr, columns: &[Column]) -> Option<String> {
    let name = column_name(expr)?;
    columns
        .iter()
        .find(|column| column.name.eq_ignore_ascii_case(name))
        .map(|column| column.name.clone())
}
