//! Values that were copied out of a row, as the page receives them.

use gamedb::{Effect, Encoded, Positions, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The most characters of a text that a list shows.
pub(crate) const IN_LISTS: usize = 120;
/// The most characters of a text that the page of one row shows.
pub(crate) const IN_FULL: usize = 20_000;
/// The most bytes of a blob that are shown.
const BLOB: usize = 32;

/// A copied value. Long texts and blobs are cut, and say how long they are.
///
/// Integers and reals are sent as text, because a number of JavaScript cannot hold every id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text { text: String, n_bytes: usize },
    Blob { head: Vec<u8>, n_bytes: usize },
}

impl Cell {
    /// Copies a value, with at most so many characters of a text.
    pub(crate) fn of(value: &Encoded<'_>, most: usize) -> Self {
        match value.as_value() {
            Value::Null => Cell::Null,
            Value::Integer(integer) => Cell::Integer(integer),
            Value::Real(real) => Cell::Real(real),
            Value::Text(text) => {
                let end = text
                    .char_indices()
                    .nth(most)
                    .map_or(text.len(), |(at, _)| at);
                Cell::Text {
                    text: text[..end].to_owned(),
                    n_bytes: text.len(),
                }
            }
            Value::Blob(bytes) => Cell::Blob {
                head: bytes[..bytes.len().min(BLOB)].to_owned(),
                n_bytes: bytes.len(),
            },
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Cell::Null => map.serialize_entry("null", &true)?,
            Cell::Integer(integer) => map.serialize_entry("integer", &integer.to_string())?,
            Cell::Real(real) => map.serialize_entry("real", &format!("{real:?}"))?,
            Cell::Text { text, n_bytes } => {
                map.serialize_entry("text", text)?;
                if *n_bytes > text.len() {
                    map.serialize_entry("bytes", n_bytes)?;
                }
            }
            Cell::Blob { head, n_bytes } => {
                let hex: String = head.iter().map(|byte| format!("{byte:02x}")).collect();
                map.serialize_entry("blob", &hex)?;
                map.serialize_entry("bytes", n_bytes)?;
            }
        }
        map.end()
    }
}

/// Why a row is dirty, as the page receives it: `inserted`, or the positions of the changed columns.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    Inserted,
    Changed(Vec<u16>),
    Removed,
}

impl From<&Effect<Positions>> for Reason {
    fn from(effect: &Effect<Positions>) -> Self {
        match effect {
            Effect::Inserted => Reason::Inserted,
            Effect::Changed(columns) => Reason::Changed(columns.to_vec()),
            Effect::Removed => Reason::Removed,
        }
    }
}

/// Writes an `i64` as text: a number of JavaScript has 53 bits.
pub(crate) fn as_text<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// Writes one of them, if there is one.
pub(crate) fn optional_as_text<S: Serializer>(
    number: &Option<i64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.collect_str(number),
        None => serializer.serialize_none(),
    }
}

/// Writes many of them.
pub(crate) fn all_as_text<S: Serializer>(
    numbers: &[i64],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(numbers.iter().map(i64::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: Value<'_>) -> String {
        let cell = Cell::of(&Encoded::Borrowed(value), 5);
        serde_json::to_string(&cell).expect("a cell is JSON")
    }

    #[test]
    fn values_arrive_whole_or_say_how_long_they_are() {
        assert_eq!(json(Value::Null), r#"{"null":true}"#);
        assert_eq!(
            json(Value::Integer(i64::MIN)),
            r#"{"integer":"-9223372036854775808"}"#
        );
        assert_eq!(json(Value::Real(0.1)), r#"{"real":"0.1"}"#);
        assert_eq!(json(Value::Real(f64::NEG_INFINITY)), r#"{"real":"-inf"}"#);
        assert_eq!(json(Value::Text("")), r#"{"text":""}"#);
        assert_eq!(json(Value::Text("<b>\"&")), r#"{"text":"<b>\"&"}"#);
        assert_eq!(
            json(Value::Text("äöüßéx")),
            r#"{"text":"äöüßé","bytes":11}"#
        );
        assert_eq!(json(Value::Blob(&[0, 255])), r#"{"blob":"00ff","bytes":2}"#);
        let long = json(Value::Blob(&[1; 1000]));
        assert_eq!(long.len(), r#"{"blob":"","bytes":1000}"#.len() + 2 * BLOB);
    }
}
