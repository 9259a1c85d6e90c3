//! CHECKs of the schema that are enforced in memory: comparisons of columns with constants or with each
//! other.

use std::cmp::Ordering;

use crate::schema::value::{Encoded, Value};

/// A CHECK, or one operand of its `AND`.
#[derive(Debug)]
pub struct Check {
    /// The SQL text, as in the schema.
    pub sql: &'static str,
    /// The left operand.
    pub left: Operand,
    /// The comparison operator.
    pub comparison: Comparison,
    /// The right operand.
    pub right: Operand,
}

/// One side of a [`Check`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// The value of a column, by its position in [`TableInfo::columns`](crate::schema::TableInfo::columns).
    Column(usize),
    /// `length()` of a column: the number of characters of a text, or of bytes of a blob.
    Length(usize),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A text.
    Text(&'static str),
}

/// The comparison operator of a [`Check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
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

impl Check {
    /// A CHECK: `Check::new("hp >= 0", Operand::Column(3), Comparison::GreaterOrEqual, Operand::Integer(0))`.
    #[must_use]
    pub const fn new(
        sql: &'static str,
        left: Operand,
        comparison: Comparison,
        right: Operand,
    ) -> Self {
        Self {
            sql,
            left,
            comparison,
            right,
        }
    }

    /// The columns that it refers to; a column may occur twice.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        [self.left, self.right]
            .into_iter()
            .filter_map(|operand| match operand {
                Operand::Column(column) | Operand::Length(column) => Some(column),
                Operand::Integer(_) | Operand::Real(_) | Operand::Text(_) => None,
            })
    }

    /// Whether a row satisfies it. As in SQL, a comparison with NULL is satisfied.
    pub fn holds<'v>(&self, mut value: impl FnMut(usize) -> Encoded<'v>) -> bool {
        let mut of = |operand| match operand {
            Operand::Column(column) => value(column),
            Operand::Length(column) => Encoded::Borrowed(length(value(column).as_value())),
            Operand::Integer(integer) => Encoded::Borrowed(Value::Integer(integer)),
            Operand::Real(real) => Encoded::Borrowed(Value::Real(real)),
            Operand::Text(text) => Encoded::Borrowed(Value::Text(text)),
        };
        let (left, right) = (of(self.left), of(self.right));
        compare(left.as_value(), right.as_value())
            .is_none_or(|ordering| self.comparison.is_met_by(ordering))
    }
}

impl Comparison {
    /// Whether it is satisfied by operands in this order.
    pub(super) const fn is_met_by(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Greater => ordering.is_gt(),
        }
    }
}

/// The same as SQLite's `length()`: counts the characters of a text up to the first NUL.
fn length<'a>(value: Value<'_>) -> Value<'a> {
    let length = match value {
        Value::Text(text) => text.chars().take_while(|&c| c != '\0').count(),
        Value::Blob(bytes) => bytes.len(),
        Value::Null | Value::Integer(_) | Value::Real(_) => return Value::Null,
    };
    i64::try_from(length).map_or(Value::Null, Value::Integer)
}

/// Compares as SQLite does: numbers before texts before blobs. `None` if an operand is NULL.
pub(super) fn compare(left: Value<'_>, right: Value<'_>) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Null, _) | (_, Value::Null) => return None,
        (Value::Integer(left), Value::Integer(right)) => left.cmp(&right),
        (Value::Real(left), Value::Real(right)) => return left.partial_cmp(&right),
        (Value::Integer(left), Value::Real(right)) => return compare_mixed(left, right),
        (Value::Real(left), Value::Integer(right)) => {
            return compare_mixed(right, left).map(Ordering::reverse);
        }
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Blob(left), Value::Blob(right)) => left.cmp(right),
        (left, right) => class(left).cmp(&class(right)),
    })
}

fn class(value: Value<'_>) -> u8 {
    match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 1,
        Value::Text(_) => 2,
        Value::Blob(_) => 3,
    }
}

/// Compares without rounding the integer, which may have more digits than a real number can represent.
fn compare_mixed(integer: i64, real: f64) -> Option<Ordering> {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if real.is_nan() {
        None
    } else if real >= TWO_63 {
        Some(Ordering::Less)
    } else if real < -TWO_63 {
        Some(Ordering::Greater)
    } else {
        // In this range the conversion of the integral part is exact.
        let whole = real.trunc() as i64;
        Some(
            integer
                .cmp(&whole)
                .then_with(|| real.trunc().partial_cmp(&real).unwrap_or(Ordering::Equal)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};

    fn holds(left: Operand, comparison: Comparison, right: Operand, row: &[Value<'_>]) -> bool {
        Check::new("", left, comparison, right).holds(|column| Encoded::Borrowed(row[column]))
    }

    #[test]
    fn null_satisfies_everything() {
        for comparison in [Less, LessOrEqual, NotEqual, GreaterOrEqual, Greater] {
            let null = [Value::Null, Value::Integer(1)];
            assert!(holds(
                Operand::Column(0),
                comparison,
                Operand::Integer(0),
                &null
            ));
            assert!(holds(
                Operand::Column(0),
                comparison,
                Operand::Column(1),
                &null
            ));
            assert!(holds(
                Operand::Length(0),
                comparison,
                Operand::Integer(9),
                &null
            ));
        }
    }

    #[test]
    fn bounds_belong_or_do_not() {
        let row = [Value::Integer(5)];
        let five = |comparison| holds(Operand::Column(0), comparison, Operand::Integer(5), &row);
        assert!(five(LessOrEqual) && five(GreaterOrEqual) && five(Comparison::Equal));
        assert!(!five(Less) && !five(Greater) && !five(NotEqual));
    }

    #[test]
    fn lengths_are_in_characters_up_to_a_nul() {
        let row = [
            Value::Text("grün"),
            Value::Text("a\0bc"),
            Value::Blob(b"\0\0\0"),
        ];
        for (column, length) in [(0, 4), (1, 1), (2, 3)] {
            let length = Operand::Integer(length);
            assert!(holds(
                Operand::Length(column),
                Comparison::Equal,
                length,
                &row
            ));
        }
    }

    #[test]
    fn large_integers_are_not_rounded() {
        let big = (1_i64 << 53) + 1;
        assert_eq!(
            compare_mixed(big, (1_i64 << 53) as f64),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compare_mixed(i64::MAX, 9_223_372_036_854_775_808.0),
            Some(Ordering::Less)
        );
        assert_eq!(
            compare_mixed(i64::MIN, -9_223_372_036_854_775_808.0),
            Some(Ordering::Equal)
        );
        assert_eq!(
            compare_mixed(i64::MIN, f64::NEG_INFINITY),
            Some(Ordering::Greater)
        );
        assert_eq!(compare_mixed(-1, -0.5), Some(Ordering::Less));
        assert_eq!(compare_mixed(0, -0.5), Some(Ordering::Greater));
        assert_eq!(compare_mixed(0, 0.5), Some(Ordering::Less));
    }
}
