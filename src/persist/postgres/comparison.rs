//! CHECKs in PostgreSQL's dialect, as far as both dialects mean the same.
//!
//! Comparisons are translated from the models' description of them, and not from their text; what is more than a
//! comparison, by `condition.rs`.

use crate::schema::check_constraint::{Check, Comparison, Operand};
use crate::schema::value::ColumnKind;

use super::schema::{Column, literal, quoted};

/// From here on a double has no place for each integer, so that a comparison would round.
const LARGE: i64 = 1 << 53;

/// What an operand is compared as. Only operands of one class mean the same in both dialects.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Integer,
    Real,
    /// An integer that both kinds of numbers can be compared with, without rounding.
    SmallInteger,
    Text,
}

/// The condition of a CHECK; `None` if PostgreSQL would decide otherwise for some row.
pub(super) fn sql(check: &Check, columns: &[Column]) -> Option<String> {
    let (left, one) = operand(check.left, columns)?;
    let (right, other) = operand(check.right, columns)?;
    let is_number = |class| class != Class::Text;
    let is_same = one == other
        || (is_number(one)
            && is_number(other)
            && (one == Class::SmallInteger || other == Class::SmallInteger));
    if !is_same {
        return None;
    }
    // SQLite compares the bytes of texts.
    let collation = if one == Class::Text {
        " COLLATE \"C\""
    } else {
        ""
    };
    let sign = sign(check.comparison);
    Some(format!("{left}{collation} {sign} {right}"))
}

pub(super) fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Greater => ">",
    }
}

fn operand(operand: Operand, columns: &[Column]) -> Option<(String, Class)> {
    Some(match operand {
        Operand::Column(column) => {
            let Column { name, kind, .. } = columns[column];
            let class = match kind {
                ColumnKind::Integer => Class::Integer,
                ColumnKind::Real => Class::Real,
                ColumnKind::Text => Class::Text,
                ColumnKind::Blob => return None,
            };
            (quoted(name), class)
        }
        Operand::Length(column) => {
            let Column { name, kind, .. } = columns[column];
            let function = match kind {
                ColumnKind::Text => "char_length",
                ColumnKind::Blob => "octet_length",
                ColumnKind::Integer | ColumnKind::Real => return None,
            };
            (format!("{function}({})", quoted(name)), Class::SmallInteger)
        }
        Operand::Integer(integer) if integer.unsigned_abs() < LARGE.unsigned_abs() => {
            (integer.to_string(), Class::SmallInteger)
        }
        Operand::Integer(integer) => (format!("'{integer}'::bigint"), Class::Integer),
        Operand::Real(real) if real.is_finite() => {
            (format!("'{real:?}'::double precision"), Class::Real)
        }
        Operand::Real(_) => return None,
        Operand::Text(text) if text.contains('\0') => return None,
        Operand::Text(text) => (literal(text), Class::Text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        column("hp", ColumnKind::Integer),
        column("volume", ColumnKind::Real),
        column("name", ColumnKind::Text),
        column("picture", ColumnKind::Blob),
    ];

    const fn column(name: &'static str, kind: ColumnKind) -> Column {
        Column {
            name,
            kind,
            is_not_null: false,
        }
    }

    #[test]
    fn a_comparison_is_translated_or_left_to_memory() {
        use Operand::{Column, Integer, Length, Real, Text};
        let of = |left, comparison, right| sql(&Check::new("", left, comparison, right), COLUMNS);
        let is = |left, right| of(left, Comparison::GreaterOrEqual, right);
        for (left, right, expected) in [
            (Column(0), Integer(0), Some("\"hp\" >= 0")),
            (Column(1), Integer(-3), Some("\"volume\" >= -3")),
            (
                Column(1),
                Real(0.5),
                Some("\"volume\" >= '0.5'::double precision"),
            ),
            (
                Column(0),
                Integer(i64::MIN),
                Some("\"hp\" >= '-9223372036854775808'::bigint"),
            ),
            (
                Column(2),
                Text("it's"),
                Some("\"name\" COLLATE \"C\" >= 'it''s'"),
            ),
            (Length(2), Integer(3), Some("char_length(\"name\") >= 3")),
            (
                Length(3),
                Column(0),
                Some("octet_length(\"picture\") >= \"hp\""),
            ),
            // They would be rounded, or compared as texts, or not at all.
            (Column(1), Integer(i64::MAX), None),
            (Column(0), Column(1), None),
            (Column(0), Real(0.5), None),
            (Column(2), Integer(1), None),
            (Column(3), Column(3), None),
            (Column(1), Real(f64::INFINITY), None),
            (Column(2), Text("a\0"), None),
        ] {
            assert_eq!(is(left, right).as_deref(), expected, "{left:?} {right:?}");
        }
    }
}
