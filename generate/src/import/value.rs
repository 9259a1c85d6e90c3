//! Converts values of a source to the types of the new file, if the conversion is lossless.

use std::borrow::Cow;
use std::str::from_utf8;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::source::Cell;
use crate::schema::{Allowed, Column};

/// What a column of the new file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    Bool,
    Integer,
    Real,
    Text,
    Blob,
    Any,
}

/// A value of the new file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Converted<'c> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'c, str>),
    Blob(Cow<'c, [u8]>),
}

impl ValueKind {
    /// By SQLite's rules for the declared type.
    pub(super) fn of(column: &Column) -> Self {
        if column.allowed == Some(Allowed::Bool) {
            return Self::Bool;
        }
        let declared = column.declared_type.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["INT", "BOOL"]) {
            Self::Integer
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Self::Text
        } else if has(&["BLOB"]) {
            Self::Blob
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Self::Real
        } else {
            Self::Any
        }
    }

    /// The value as this kind. A DEFAULT is not a value.
    ///
    /// # Errors
    /// The reason why it cannot be converted.
    pub(super) fn convert(self, cell: Cell<'_>) -> Result<Converted<'_>, String> {
        if let Cell::Text(bytes) = cell
            && self != Self::Blob
            && from_utf8(bytes).is_err()
        {
            return Err("the text is not valid UTF-8".to_owned());
        }
        if let Cell::Expression(text) = cell {
            return Err(format!("`{text}` is computed by the database"));
        }
        let converted = match (self, cell) {
            (_, Cell::Null) => Some(Converted::Null),
            (Self::Any, cell) => any(cell),
            (Self::Bool, cell) => boolean(cell).map(|truth| Converted::Integer(truth.into())),
            (Self::Integer, cell) => integer(cell).map(Converted::Integer),
            (Self::Real, cell) => real(cell).map(Converted::Real),
            (Self::Text, cell) => text(cell).map(Converted::Text),
            (Self::Blob, Cell::Bytes(bytes) | Cell::Text(bytes)) => {
                Some(Converted::Blob(bytes.into()))
            }
            (Self::Blob, _) => None,
        };
        converted.ok_or_else(|| self.refusal(cell))
    }

    /// Why a value cannot be converted.
    pub(super) fn refusal(self, cell: Cell<'_>) -> String {
        format!("{} cannot be converted to {}", shown(cell), self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bool => "a boolean",
            Self::Integer => "a 64-bit integer",
            Self::Real => "a floating-point number without loss",
            Self::Text => "text",
            Self::Blob => "a blob",
            Self::Any => "a value",
        }
    }
}

impl Converted<'_> {
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// The value for messages.
    pub(super) fn shown(&self) -> String {
        shown(match self {
            Self::Null => Cell::Null,
            Self::Integer(integer) => Cell::Integer(*integer),
            Self::Real(real) => Cell::Real(*real),
            Self::Text(text) => Cell::Text(text.as_bytes()),
            Self::Blob(bytes) => Cell::Bytes(bytes),
        })
    }
}

impl ToSql for Converted<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(integer) => ValueRef::Integer(*integer),
            Self::Real(real) => ValueRef::Real(*real),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn any(cell: Cell<'_>) -> Option<Converted<'_>> {
    match cell {
        Cell::Integer(integer) => Some(Converted::Integer(integer)),
        Cell::Real(real) => Some(Converted::Real(real)),
        Cell::Bytes(bytes) => Some(Converted::Blob(bytes.into())),
        Cell::Null | Cell::Default | Cell::Expression(_) => None,
        Cell::Decimal(_) | Cell::Text(_) | Cell::Bits(_) => text(cell).map(Converted::Text),
    }
}

fn boolean(cell: Cell<'_>) -> Option<bool> {
    let Cell::Text(word) = cell else {
        return match integer(cell)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
    };
    let word = from_utf8(word).ok()?.trim().to_ascii_lowercase();
    match word.as_str() {
        "0" | "f" | "false" | "n" | "no" | "off" => Some(false),
        "1" | "t" | "true" | "y" | "yes" | "on" => Some(true),
        _ => None,
    }
}

fn integer(cell: Cell<'_>) -> Option<i64> {
    let digits = match cell {
        Cell::Integer(integer) => return Some(integer),
        Cell::Real(real) => return whole(real),
        Cell::Bits(bits) => return i64::from_str_radix(bits, 2).ok(),
        Cell::Text(text) => from_utf8(text).ok()?.trim(),
        Cell::Decimal(digits) => digits,
        Cell::Null | Cell::Default | Cell::Bytes(_) | Cell::Expression(_) => return None,
    };
    digits.parse().ok().or_else(|| exact(digits))
}

/// The integer that digits with a point or an exponent are, with nothing rounded.
fn exact(digits: &str) -> Option<i64> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [before, behind].concat();
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let point = i64::try_from(before.len()).ok()? + i64::from(exponent);
    let significant = all.trim_end_matches('0');
    let n_zeros = point - i64::try_from(significant.len()).ok()?;
    if significant.is_empty() {
        return Some(0);
    }
    // More zeros than the largest integer has digits, or digits behind the point.
    if !(0..=19).contains(&n_zeros) {
        return None;
    }
    let zeros = "0".repeat(usize::try_from(n_zeros).ok()?);
    let integer: i64 = format!("{sign}{significant}{zeros}").parse().ok()?;
    // With an exponent it is written by a database that had a floating-point number.
    let is_float = digits.contains(['e', 'E']);
    (!is_float || integer.unsigned_abs() <= 1 << 53).then_some(integer)
}

/// A number without a fraction, in the range in which every integer is exact as a floating-point number.
fn whole(real: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    (real.fract() == 0.0 && real.abs() <= EXACT).then_some(real as i64)
}

fn real(cell: Cell<'_>) -> Option<f64> {
    let digits = match cell {
        Cell::Real(real) => return Some(real),
        Cell::Integer(integer) => {
            let real = integer as f64;
            return (whole(real) == Some(integer)).then_some(real);
        }
        Cell::Text(text) => from_utf8(text).ok()?.trim(),
        Cell::Decimal(digits) => digits,
        Cell::Null | Cell::Default | Cell::Bytes(_) | Cell::Bits(_) | Cell::Expression(_) => {
            return None;
        }
    };
    // PostgreSQL's words; any other text that is read as infinite is a number that is too large.
    match digits {
        "Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let real = digits.parse().ok().filter(|real: &f64| real.is_finite())?;
    // An integer is written with all its digits, and has to keep them.
    let is_exact = match digits.parse::<i128>() {
        Ok(integer) => real as i128 == integer,
        Err(_) => true,
    };
    is_exact.then_some(real)
}

fn text(cell: Cell<'_>) -> Option<Cow<'_, str>> {
    match cell {
        Cell::Text(bytes) | Cell::Bytes(bytes) => from_utf8(bytes).ok().map(Cow::Borrowed),
        Cell::Decimal(text) | Cell::Bits(text) => Some(text.into()),
        Cell::Integer(integer) => Some(integer.to_string().into()),
        Cell::Real(real) => Some(format!("{real:?}").into()),
        Cell::Null | Cell::Default | Cell::Expression(_) => None,
    }
}

/// A value for messages; only the beginning of a long one.
pub(super) fn shown(cell: Cell<'_>) -> String {
    const MOST: usize = 60;
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Default => "DEFAULT".to_owned(),
        Cell::Integer(integer) => integer.to_string(),
        Cell::Real(real) => format!("{real:?}"),
        Cell::Decimal(text) | Cell::Expression(text) => text.to_owned(),
        Cell::Bits(bits) => format!("b'{bits}'"),
        Cell::Text(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            match text.char_indices().nth(MOST) {
                None => format!("{text:?}"),
                Some((end, _)) => format!("{:?}..", &text[..end]),
            }
        }
        Cell::Bytes(bytes) => format!("a blob of {} bytes", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell<'_> {
        Cell::Text(text.as_bytes())
    }

    #[track_caller]
    fn is(kind: ValueKind, from: Cell<'_>, to: Converted<'_>) {
        assert_eq!(kind.convert(from), Ok(to));
    }

    #[track_caller]
    fn not(kind: ValueKind, from: Cell<'_>, why: &str) {
        assert_eq!(kind.convert(from), Err(why.to_owned()));
    }

    #[test]
    fn digits_and_bits_are_converted_without_loss() {
        let decimal = Cell::Decimal;
        is(
            ValueKind::Text,
            decimal("1.10"),
            Converted::Text("1.10".into()),
        );
        is(
            ValueKind::Integer,
            decimal("9223372036854775807.00"),
            Converted::Integer(i64::MAX),
        );
        is(ValueKind::Integer, decimal("1e3"), Converted::Integer(1000));
        is(ValueKind::Real, decimal("0.1"), Converted::Real(0.1));
        is(
            ValueKind::Real,
            text("-Infinity"),
            Converted::Real(f64::NEG_INFINITY),
        );
        is(ValueKind::Bool, Cell::Bits("1"), Converted::Integer(1));
        is(ValueKind::Integer, Cell::Bits("101"), Converted::Integer(5));
        is(
            ValueKind::Text,
            Cell::Bits("010"),
            Converted::Text("010".into()),
        );
        is(
            ValueKind::Integer,
            decimal("-1.25e2"),
            Converted::Integer(-125),
        );
        is(ValueKind::Integer, decimal("0.00"), Converted::Integer(0));
        for rounded in [
            "0.99999999999999999999",
            "1.00000000000000000001",
            "9007199254740991.6",
            "1e-1",
            "1e18",
            ".",
            "e3",
            "--1",
        ] {
            let why = format!("{rounded} cannot be converted to a 64-bit integer");
            not(ValueKind::Integer, decimal(rounded), &why);
        }
        not(
            ValueKind::Integer,
            decimal("18446744073709551615"),
            "18446744073709551615 cannot be converted to a 64-bit integer",
        );
        for digits in ["9007199254740993", "1e400", "NaN", "inf"] {
            let why =
                format!("{digits} cannot be converted to a floating-point number without loss");
            not(ValueKind::Real, decimal(digits), &why);
        }
    }

    #[test]
    fn only_what_loses_nothing_is_converted() {
        is(ValueKind::Integer, text(" 12 "), Converted::Integer(12));
        is(ValueKind::Integer, text("3.0"), Converted::Integer(3));
        is(ValueKind::Integer, Cell::Real(-7.0), Converted::Integer(-7));
        is(ValueKind::Real, Cell::Integer(3), Converted::Real(3.0));
        is(ValueKind::Real, text("1e3"), Converted::Real(1000.0));
        is(ValueKind::Bool, text("TRUE"), Converted::Integer(1));
        is(
            ValueKind::Text,
            Cell::Integer(5),
            Converted::Text("5".into()),
        );
        is(
            ValueKind::Text,
            Cell::Bytes(b"abc"),
            Converted::Text("abc".into()),
        );
        is(ValueKind::Blob, text("abc"), Converted::Blob(b"abc".into()));
        is(ValueKind::Any, Cell::Real(0.5), Converted::Real(0.5));
        is(ValueKind::Integer, Cell::Null, Converted::Null);

        not(
            ValueKind::Integer,
            text("abc"),
            "\"abc\" cannot be converted to a 64-bit integer",
        );
        not(
            ValueKind::Integer,
            Cell::Real(0.5),
            "0.5 cannot be converted to a 64-bit integer",
        );
        not(
            ValueKind::Integer,
            Cell::Real(1e300),
            "1e300 cannot be converted to a 64-bit integer",
        );
        let big = i64::MAX - 1;
        not(
            ValueKind::Real,
            Cell::Integer(big),
            "9223372036854775806 cannot be converted to a floating-point number without loss",
        );
        not(
            ValueKind::Bool,
            Cell::Integer(2),
            "2 cannot be converted to a boolean",
        );
        not(
            ValueKind::Text,
            Cell::Bytes(&[0xff]),
            "a blob of 1 bytes cannot be converted to text",
        );
        not(
            ValueKind::Text,
            Cell::Text(&[0xff]),
            "the text is not valid UTF-8",
        );
        not(
            ValueKind::Blob,
            Cell::Integer(1),
            "1 cannot be converted to a blob",
        );
    }
}
