//! Values of columns, and their conversion from and to the types of fields.

use std::borrow::Cow;
use std::fmt;

use ecow::EcoString;

use crate::error::ProblemKind;

/// The value of one column, as a file can hold it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// An integer; also a boolean (0 or 1) or an id.
    Integer(i64),
    /// A floating-point number, never NaN.
    Real(f64),
    /// A text; also a variant of an enum.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl Value<'_> {
    /// The type of the value, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Integer(_) => "an integer",
            Value::Real(_) => "a real number",
            Value::Text(_) => "a text",
            Value::Blob(_) => "a blob",
        }
    }

    pub(crate) fn instead_of(&self, expected: &'static str) -> ProblemKind {
        match self {
            Value::Null => ProblemKind::Null,
            other => ProblemKind::WrongType {
                expected,
                found: other.to_string(),
            },
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Integer(integer) => integer.fmt(f),
            Value::Real(real) => fmt::Debug::fmt(real, f),
            Value::Text(text) => fmt::Debug::fmt(text, f),
            Value::Blob(bytes) => write!(f, "a blob of {} bytes", bytes.len()),
        }
    }
}

/// The storage class of a column, with the Rust type that it is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// An integer.
    Integer,
    /// A floating-point number.
    Real,
    /// A text.
    Text,
    /// Bytes.
    Blob,
}

/// The encoded value of one column of a row: borrowed from the row, or built for the file if the row
/// stores it in another form, for example a date that is stored as text.
///
/// [`Value`] is `Copy`, because loading passes each value through several functions; therefore owned
/// values have a type of their own.
#[derive(Clone, Debug)]
pub enum Encoded<'a> {
    /// The value as the row stores it.
    Borrowed(Value<'a>),
    /// A text that was built for the file.
    Text(Box<str>),
    /// Bytes that were built for the file.
    Blob(Box<[u8]>),
}

impl<'a> Encoded<'a> {
    /// NULL.
    pub const NULL: Self = Encoded::Borrowed(Value::Null);

    /// The value.
    #[inline]
    #[must_use]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Encoded::Borrowed(value) => *value,
            Encoded::Text(text) => Value::Text(text),
            Encoded::Blob(bytes) => Value::Blob(bytes),
        }
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        match text.into() {
            Cow::Borrowed(text) => Encoded::Borrowed(Value::Text(text)),
            Cow::Owned(text) => Encoded::Text(text.into()),
        }
    }

    /// Bytes.
    #[must_use]
    pub fn blob(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        match bytes.into() {
            Cow::Borrowed(bytes) => Encoded::Borrowed(Value::Blob(bytes)),
            Cow::Owned(bytes) => Encoded::Blob(bytes.into()),
        }
    }
}

impl PartialEq for Encoded<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_value() == other.as_value()
    }
}

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_value().fmt(f)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Integer(value.into())
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Value::Real(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Blob(value)
    }
}

impl<'a, V: Into<Value<'a>>> From<Option<V>> for Value<'a> {
    fn from(value: Option<V>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// A Rust type that the value of a column converts to.
pub trait FromValue: Sized {
    /// Converts the value.
    ///
    /// # Errors
    /// What is wrong with the value, if it is not of this type.
    fn from_value(value: Value<'_>) -> Result<Self, ProblemKind>;
}

impl FromValue for i64 {
    fn from_value(value: Value<'_>) -> Result<Self, ProblemKind> {
        match value {
            Value::Integer(integer) => Ok(integer),
            other => Err(other.instead_of("an integer")),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Result<Self, ProblemKind> {
        match value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            other => Err(other.instead_of("0 or 1")),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Value<'_>) -> Result<Self, ProblemKind> {
        match value {
            Value::Real(real) => Ok(real),
            // A REAL column returns integral numbers as reals; a column of any other type may return
            // integers.
            #[allow(clippy::cast_precision_loss, reason = "checked to be exact")]
            Value::Integer(integer) if (integer as f64) as i128 == i128::from(integer) => {
                Ok(integer as f64)
            }
            other => Err(other.instead_of("a real number")),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Result<Self, ProblemKind> {
        match value {
            Value::Text(text) => Ok(text.to_owned()),
            other => Err(other.instead_of("a text")),
        }
    }
}

impl FromValue for EcoString {
    fn from_value(value: Value<'_>) -> Result<Self, ProblemKind> {
        match value {
            Value::Text(text) => Ok(text.into()),
            other => Err(other.instead_of("a text")),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Result<Self, ProblemKind> {
        match value {
            Value::Blob(bytes) => Ok(bytes.to_owned()),
            other => Err(other.instead_of("a blob")),
        }
    }
}
