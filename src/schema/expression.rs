//! CHECKs that are more than a comparison: expressions as constants, evaluated as SQLite does.

use crate::schema::check_constraint::{Comparison, compare};
use crate::schema::pattern::{is_glob, is_like, up_to_nul};
use crate::schema::value::{Encoded, Value};

/// An expression of a CHECK.
///
/// Conversions between numbers and texts are made by the generator, as far as a constant allows it: `Compare`, `Is`
/// and `In` convert nothing, operands of arithmetic and of logic are numbers, and `Length` is of anything but a real
/// number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expression {
    /// The value of a column, by its position in [`TableInfo::columns`](crate::schema::TableInfo::columns).
    Column(usize),
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A text.
    Text(&'static str),
    /// `NOT`
    Not(&'static Expression),
    /// `AND`
    And(&'static [Expression]),
    /// `OR`
    Or(&'static [Expression]),
    /// A comparison.
    Compare(&'static Expression, Comparison, &'static Expression),
    /// `IS`: NULL is equal to NULL.
    Is(&'static Expression, &'static Expression),
    /// `IN` a list.
    In(&'static Expression, &'static [Expression]),
    /// `LIKE` a pattern, with the character of its `ESCAPE`.
    Like(&'static Expression, &'static str, Option<char>),
    /// `GLOB` a pattern.
    Glob(&'static Expression, &'static str),
    /// `+`
    Add(&'static Expression, &'static Expression),
    /// `-`
    Subtract(&'static Expression, &'static Expression),
    /// `*`
    Multiply(&'static Expression, &'static Expression),
    /// `/`
    Divide(&'static Expression, &'static Expression),
    /// `%`
    Remainder(&'static Expression, &'static Expression),
    /// `abs()`
    Abs(&'static Expression),
    /// `length()`
    Length(&'static Expression),
    /// `typeof()`
    TypeOf(&'static Expression),
}

/// A CHECK, or one operand of its `AND`, that is more than a comparison.
#[derive(Debug)]
pub struct Condition {
    /// The SQL text, as in the schema.
    pub sql: &'static str,
    /// The columns that it refers to, each once.
    pub columns: &'static [usize],
    /// What it says.
    pub expression: Expression,
}

impl Condition {
    /// Whether a row satisfies it. As in SQL, one that is unknown because of a NULL is satisfied.
    #[inline(never)]
    pub fn holds<'v>(&self, value: &mut dyn FnMut(usize) -> Encoded<'v>) -> bool {
        // Where SQLite has an error for a result, it refuses the row.
        self.expression
            .truth(value)
            .is_ok_and(|truth| truth != Some(false))
    }
}

/// `abs()` of the lowest integer, which is an error in SQLite too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Overflow;

/// The values of a row's columns.
type Row<'r, 'v> = dyn FnMut(usize) -> Encoded<'v> + 'r;

impl Expression {
    /// Three-valued: `None` is unknown.
    fn truth<'v>(&self, row: &mut Row<'_, 'v>) -> Result<Option<bool>, Overflow> {
        Ok(match self {
            Self::Not(operand) => operand.truth(row)?.map(|truth| !truth),
            Self::And(operands) => all(operands, row)?,
            Self::Or(operands) => {
                let mut found = Some(false);
                for operand in *operands {
                    match operand.truth(row)? {
                        Some(true) => return Ok(Some(true)),
                        None => found = None,
                        Some(false) => {}
                    }
                }
                found
            }
            Self::Compare(left, comparison, right) => {
                let (left, right) = (left.value(row)?, right.value(row)?);
                let ordering = compare(left.as_value(), right.as_value());
                ordering.map(|ordering| comparison.is_met_by(ordering))
            }
            Self::Is(left, right) => {
                let (left, right) = (left.value(row)?, right.value(row)?);
                Some(match (left.as_value(), right.as_value()) {
                    (Value::Null, Value::Null) => true,
                    (left, right) => compare(left, right).is_some_and(std::cmp::Ordering::is_eq),
                })
            }
            Self::In(operand, list) => is_in(operand, list, row)?,
            Self::Like(text, pattern, escape) => {
                with_text(&text.value(row)?, |text| is_like(text, pattern, *escape))
            }
            Self::Glob(text, pattern) => {
                with_text(&text.value(row)?, |text| is_glob(text, pattern))
            }
            Self::Column(_)
            | Self::Null
            | Self::Integer(_)
            | Self::Real(_)
            | Self::Text(_)
            | Self::Add(..)
            | Self::Subtract(..)
            | Self::Multiply(..)
            | Self::Divide(..)
            | Self::Remainder(..)
            | Self::Abs(_)
            | Self::Length(_)
            | Self::TypeOf(_) => number(&self.value(row)?).map(|number| match number {
                Number::Integer(integer) => integer != 0,
                Number::Real(real) => real != 0.0,
            }),
        })
    }

    fn value<'v>(&self, row: &mut Row<'_, 'v>) -> Result<Encoded<'v>, Overflow> {
        Ok(Encoded::Borrowed(match self {
            Self::Column(column) => return Ok(row(*column)),
            Self::Null => Value::Null,
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Real(real) => Value::Real(*real),
            Self::Text(text) => Value::Text(text),
            Self::Add(left, right) => {
                compute(left, right, row, i64::checked_add, |left, right| {
                    left + right
                })?
            }
            Self::Subtract(left, right) => {
                compute(left, right, row, i64::checked_sub, |left, right| {
                    left - right
                })?
            }
            Self::Multiply(left, right) => {
                compute(left, right, row, i64::checked_mul, |left, right| {
                    left * right
                })?
            }
            Self::Divide(left, right) => match operands(left, right, row)? {
                None | Some((_, Number::Integer(0))) => Value::Null,
                // By zero there is no quotient, not even an infinite one.
                Some((_, Number::Real(0.0))) => Value::Null,
                Some((left, right)) => {
                    left.compute(right, i64::checked_div, |left, right| left / right)
                }
            },
            Self::Remainder(left, right) => {
                operands(left, right, row)?.map_or(Value::Null, |(left, right)| left.rest(right))
            }
            Self::Abs(operand) => match number(&operand.value(row)?) {
                None => Value::Null,
                Some(Number::Integer(integer)) => {
                    Value::Integer(integer.checked_abs().ok_or(Overflow)?)
                }
                Some(Number::Real(real)) => Value::Real(real.abs()),
            },
            Self::Length(operand) => length(operand.value(row)?.as_value()),
            Self::TypeOf(operand) => Value::Text(match operand.value(row)?.as_value() {
                Value::Null => "null",
                Value::Integer(_) => "integer",
                Value::Real(_) => "real",
                Value::Text(_) => "text",
                Value::Blob(_) => "blob",
            }),
            Self::Not(_)
            | Self::And(_)
            | Self::Or(_)
            | Self::Compare(..)
            | Self::Is(..)
            | Self::In(..)
            | Self::Like(..)
            | Self::Glob(..) => self.truth(row)?.into(),
        }))
    }
}

fn all(operands: &[Expression], row: &mut Row<'_, '_>) -> Result<Option<bool>, Overflow> {
    let mut found = Some(true);
    for operand in operands {
        match operand.truth(row)? {
            Some(false) => return Ok(Some(false)),
            None => found = None,
            Some(true) => {}
        }
    }
    Ok(found)
}

fn is_in(
    operand: &Expression,
    list: &[Expression],
    row: &mut Row<'_, '_>,
) -> Result<Option<bool>, Overflow> {
    // Nothing is in an empty list, not even NULL.
    let mut found = Some(false);
    if list.is_empty() {
        return Ok(found);
    }
    let operand = operand.value(row)?;
    for item in list {
        match compare(operand.as_value(), item.value(row)?.as_value()) {
            Some(ordering) if ordering.is_eq() => return Ok(Some(true)),
            None => found = None,
            Some(_) => {}
        }
    }
    Ok(found)
}

fn with_text(value: &Encoded<'_>, is_met: impl FnOnce(&str) -> bool) -> Option<bool> {
    match value.as_value() {
        Value::Null => None,
        Value::Text(text) => Some(is_met(text)),
        Value::Integer(integer) => Some(is_met(&integer.to_string())),
        Value::Real(_) | Value::Blob(_) => panic!("generated patterns are for texts and integers"),
    }
}

/// SQLite's `length()`: the characters of a text up to its first NUL, also of an integer's text, and the bytes of a
/// blob.
fn length<'v>(value: Value<'_>) -> Value<'v> {
    let length = match value {
        Value::Null => return Value::Null,
        Value::Text(text) => up_to_nul(text).chars().count(),
        Value::Blob(bytes) => bytes.len(),
        Value::Integer(integer) => {
            let digits = integer.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
            return Value::Integer(i64::from(digits) + i64::from(integer < 0));
        }
        Value::Real(_) => panic!("no generated length() is that of a real number"),
    };
    Value::Integer(i64::try_from(length).expect("what is in memory is shorter than i64::MAX"))
}

#[derive(Clone, Copy, Debug)]
enum Number {
    Integer(i64),
    Real(f64),
}

/// `None` for NULL.
fn number(value: &Encoded<'_>) -> Option<Number> {
    match value.as_value() {
        Value::Null => None,
        Value::Integer(integer) => Some(Number::Integer(integer)),
        Value::Real(real) => Some(Number::Real(real)),
        Value::Text(_) | Value::Blob(_) => panic!("generated conditions compute with numbers only"),
    }
}

/// `None` if one of them is NULL. Both are evaluated in any case, because either may overflow.
fn operands(
    left: &Expression,
    right: &Expression,
    row: &mut Row<'_, '_>,
) -> Result<Option<(Number, Number)>, Overflow> {
    let (left, right) = (left.value(row)?, right.value(row)?);
    Ok(number(&left).zip(number(&right)))
}

fn compute<'v>(
    left: &Expression,
    right: &Expression,
    row: &mut Row<'_, '_>,
    integer: fn(i64, i64) -> Option<i64>,
    real: fn(f64, f64) -> f64,
) -> Result<Value<'v>, Overflow> {
    let operands = operands(left, right, row)?;
    Ok(operands.map_or(Value::Null, |(left, right)| {
        left.compute(right, integer, real)
    }))
}

impl Number {
    /// Integers that overflow become real numbers.
    fn compute<'v>(
        self,
        other: Self,
        integer: fn(i64, i64) -> Option<i64>,
        real: fn(f64, f64) -> f64,
    ) -> Value<'v> {
        if let (Self::Integer(left), Self::Integer(right)) = (self, other)
            && let Some(result) = integer(left, right)
        {
            return Value::Integer(result);
        }
        real_or_null(real(self.real(), other.real()))
    }

    /// Both as integers; NULL for a division by zero.
    fn rest<'v>(self, other: Self) -> Value<'v> {
        // It overflows for a divisor of -1 alone, by which every integer is divisible.
        let rest = match other.integer() {
            0 => return Value::Null,
            divisor => self.integer().checked_rem(divisor).unwrap_or(0),
        };
        match (self, other) {
            (Self::Integer(_), Self::Integer(_)) => Value::Integer(rest),
            #[allow(clippy::cast_precision_loss, reason = "as SQLite does")]
            _ => real_or_null(rest as f64),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "as SQLite does")]
    fn real(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Real(real) => real,
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "it saturates, as SQLite's cast does"
    )]
    fn integer(self) -> i64 {
        match self {
            Self::Integer(integer) => integer,
            Self::Real(real) => real as i64,
        }
    }
}

/// SQLite has no NaN.
fn real_or_null<'v>(real: f64) -> Value<'v> {
    if real.is_nan() {
        Value::Null
    } else {
        Value::Real(real)
    }
}
