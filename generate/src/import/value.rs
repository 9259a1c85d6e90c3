//! Converts values of the old file to the types of the new one, if the conversion is lossless.

use rusqlite::types::{Value, ValueRef};

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

    /// The value as this kind.
    ///
    /// # Errors
    /// The reason why it cannot be converted.
    pub(super) fn convert(self, value: ValueRef<'_>) -> Result<Value, String> {
        if let ValueRef::Text(bytes) = value
            && std::str::from_utf8(bytes).is_err()
        {
            return Err("the text is not valid UTF-8".to_owned());
        }
        let converted = match (self, value) {
            (_, ValueRef::Null) => Some(Value::Null),
            (Self::Any, value) => Value::try_from(value).ok(),
            (Self::Bool, value) => boolean(value).map(|truth| Value::Integer(truth.into())),
            (Self::Integer, value) => integer(value).map(Value::Integer),
            (Self::Real, value) => real(value).map(Value::Real),
            (Self::Text, value) => text(value).map(Value::Text),
            (Self::Blob, ValueRef::Blob(bytes) | ValueRef::Text(bytes)) => {
                Some(Value::Blob(bytes.to_owned()))
            }
            (Self::Blob, _) => None,
        };
        converted.ok_or_else(|| format!("{} cannot be converted to {}", shown(value), self.name()))
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

fn boolean(value: ValueRef<'_>) -> Option<bool> {
    let ValueRef::Text(word) = value else {
        return match integer(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        };
    };
    let word = std::str::from_utf8(word).ok()?.trim().to_ascii_lowercase();
    match word.as_str() {
        "0" | "f" | "false" | "n" | "no" | "off" => Some(false),
        "1" | "t" | "true" | "y" | "yes" | "on" => Some(true),
        _ => None,
    }
}

fn integer(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(integer) => Some(integer),
        ValueRef::Real(real) => whole(real),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).ok()?.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// A number without a fraction, in the range in which every integer is exact as a floating-point number.
fn whole(real: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    (real.fract() == 0.0 && real.abs() <= EXACT).then_some(real as i64)
}

fn real(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Real(real) => Some(real),
        ValueRef::Integer(integer) => {
            let real = integer as f64;
            (whole(real) == Some(integer)).then_some(real)
        }
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).ok()?.trim();
            text.parse().ok().filter(|real: &f64| real.is_finite())
        }
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            std::str::from_utf8(bytes).ok().map(str::to_owned)
        }
        ValueRef::Integer(integer) => Some(integer.to_string()),
        ValueRef::Real(real) => Some(format!("{real:?}")),
        ValueRef::Null => None,
    }
}

/// A value for messages; only the beginning of a long one.
pub(super) fn shown(value: ValueRef<'_>) -> String {
    const MOST: usize = 60;
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(integer) => integer.to_string(),
        ValueRef::Real(real) => format!("{real:?}"),
        ValueRef::Text(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            match text.char_indices().nth(MOST) {
                None => format!("{text:?}"),
                Some((end, _)) => format!("{:?}..", &text[..end]),
            }
        }
        ValueRef::Blob(bytes) => format!("a blob of {} bytes", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_loses_nothing_is_converted() {
        let text = |text: &'static str| ValueRef::Text(text.as_bytes());
        let is = |kind: ValueKind, from, to: Value| assert_eq!(kind.convert(from), Ok(to));
        is(ValueKind::Integer, text(" 12 "), Value::Integer(12));
        is(ValueKind::Integer, text("3.0"), Value::Integer(3));
        is(ValueKind::Integer, ValueRef::Real(-7.0), Value::Integer(-7));
        is(ValueKind::Real, ValueRef::Integer(3), Value::Real(3.0));
        is(ValueKind::Real, text("1e3"), Value::Real(1000.0));
        is(ValueKind::Bool, text("TRUE"), Value::Integer(1));
        is(
            ValueKind::Text,
            ValueRef::Integer(5),
            Value::Text("5".into()),
        );
        is(
            ValueKind::Text,
            ValueRef::Blob(b"abc"),
            Value::Text("abc".into()),
        );
        is(ValueKind::Blob, text("abc"), Value::Blob(b"abc".to_vec()));
        is(ValueKind::Any, ValueRef::Real(0.5), Value::Real(0.5));
        is(ValueKind::Integer, ValueRef::Null, Value::Null);

        let not = |kind: ValueKind, from, why: &str| {
            assert_eq!(kind.convert(from), Err(why.to_owned()));
        };
        not(
            ValueKind::Integer,
            text("abc"),
            "\"abc\" cannot be converted to a 64-bit integer",
        );
        not(
            ValueKind::Integer,
            ValueRef::Real(0.5),
            "0.5 cannot be converted to a 64-bit integer",
        );
        not(
            ValueKind::Integer,
            ValueRef::Real(1e300),
            "1e300 cannot be converted to a 64-bit integer",
        );
        let big = i64::MAX - 1;
        not(
            ValueKind::Real,
            ValueRef::Integer(big),
            "9223372036854775806 cannot be converted to a floating-point number without loss",
        );
        not(
            ValueKind::Bool,
            ValueRef::Integer(2),
            "2 cannot be converted to a boolean",
        );
        not(
            ValueKind::Text,
            ValueRef::Blob(&[0xff]),
            "a blob of 1 bytes cannot be converted to text",
        );
        not(
            ValueKind::Text,
            ValueRef::Text(&[0xff]),
            "the text is not valid UTF-8",
        );
        not(
            ValueKind::Blob,
            ValueRef::Integer(1),
            "1 cannot be converted to a blob",
        );
    }
}
