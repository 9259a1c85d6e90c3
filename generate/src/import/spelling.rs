//! What the databases write in ways of their own: bytes as text, bits as bytes, booleans as letters.

use std::borrow::Cow;

use super::source::Cell;
use super::value::{Converted, ValueKind};
use crate::input::dump::hex_bytes;
use crate::schema::Column;
use crate::sql::Dialect;

/// How a column's values are written, where that is not as they are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As they are meant.
    Plain,
    /// PostgreSQL's bytes: `\x00ff`, or text with octal escapes.
    Bytea,
    /// PostgreSQL's `t` and `f`, where the column holds numbers.
    Letters,
    /// MySQL's bits: bytes, the highest first, which may be written as a text.
    Bits,
    /// MySQL's bytes, which are a number where the column holds numbers.
    Bytes,
}

impl Spelling {
    /// How the values of a column are written. `type_name` is its type in the source, if that is known.
    pub(super) fn of(dialect: Dialect, type_name: &str, column: &Column) -> Self {
        let kind = ValueKind::of(column);
        let of_schema = column.source_type.as_deref().unwrap_or_default();
        let is_type = |name: &str| {
            let base = |text: &str| text.split('(').next().is_some_and(|base| base == name);
            type_name == name || type_name.is_empty() && base(of_schema)
        };
        match (dialect, kind) {
            (Dialect::Postgres, ValueKind::Blob) => Self::Bytea,
            (Dialect::Postgres, ValueKind::Integer | ValueKind::Real) => Self::Letters,
            (Dialect::MySql, ValueKind::Bool | ValueKind::Integer | ValueKind::Real) => {
                match is_type("bit") {
                    true => Self::Bits,
                    false => Self::Bytes,
                }
            }
            (Dialect::MySql, ValueKind::Blob) => Self::Bits,
            _ => Self::Plain,
        }
    }

    /// The value as this kind.
    ///
    /// # Errors
    /// The reason why it cannot be converted.
    pub(super) fn convert<'c>(
        self,
        kind: ValueKind,
        cell: Cell<'c>,
    ) -> Result<Converted<'c>, String> {
        match (self, cell) {
            (Self::Bytea, Cell::Text(text)) => match bytea(text) {
                Some(bytes) => Ok(Converted::Blob(bytes)),
                None => Err("the text is not bytes as PostgreSQL writes them".to_owned()),
            },
            (Self::Letters, Cell::Text(b"t" | b"true")) => kind.convert(Cell::Integer(1)),
            (Self::Letters, Cell::Text(b"f" | b"false")) => kind.convert(Cell::Integer(0)),
            (Self::Bits, Cell::Bits(bits)) if kind == ValueKind::Blob => {
                Ok(Converted::Blob(packed(bits).into()))
            }
            (Self::Bits, Cell::Text(bytes) | Cell::Bytes(bytes))
            | (Self::Bytes, Cell::Bytes(bytes))
                if kind != ValueKind::Blob =>
            {
                match (number(bytes), cell) {
                    // A BIT(1) never holds the digit, whose byte is 48 or 49.
                    (Some(48 | 49), Cell::Text(_)) if kind == ValueKind::Bool => kind.convert(cell),
                    (Some(number), _) => kind.convert(Cell::Integer(number)),
                    (None, _) => kind.convert(cell),
                }
            }
            _ => kind.convert(cell),
        }
    }
}

/// The bytes that a text of PostgreSQL stands for.
fn bytea(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if let Some(digits) = text.strip_prefix(b"\\x") {
        let mut bytes = Vec::with_capacity(digits.len() / 2);
        if !digits.len().is_multiple_of(2) {
            return None;
        }
        hex_bytes(digits, &mut bytes)?;
        return Some(bytes.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = match (byte, behind) {
            (b'\\', [b'\\', behind @ ..]) => {
                bytes.push(b'\\');
                behind
            }
            (
                b'\\',
                [
                    a @ b'0'..=b'3',
                    b @ b'0'..=b'7',
                    c @ b'0'..=b'7',
                    behind @ ..,
                ],
            ) => {
                bytes.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                behind
            }
            (b'\\', _) => return None,
            _ => {
                bytes.push(byte);
                behind
            }
        };
    }
    Some(bytes.into())
}

/// Bits as bytes, filled with zeros at the front.
fn packed(bits: &str) -> Vec<u8> {
    let mut bytes = vec![0; bits.len().div_ceil(8)];
    for (at, bit) in bits.bytes().rev().enumerate() {
        if bit == b'1' {
            let last = bytes.len() - 1;
            bytes[last - at / 8] |= 1 << (at % 8);
        }
    }
    bytes
}

/// Bytes as a number, the highest first.
fn number(bytes: &[u8]) -> Option<i64> {
    let n_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let significant = &bytes[n_zeros..];
    let fold = |number: i64, byte: &u8| number << 8 | i64::from(*byte);
    let number = significant.iter().fold(0, fold);
    let fits = significant.len() < 8 || significant.len() == 8 && significant[0] < 0x80;
    (fits && !bytes.is_empty()).then_some(number)
}
