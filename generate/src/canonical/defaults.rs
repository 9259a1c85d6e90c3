//! Translates DEFAULTs.

use sqlparser::tokenizer::Token;

use super::clocks;
use super::sql_names::literal;
use crate::input::types::{DeclaredType, SqlType};
use crate::sql::Dialect;
use crate::sql::cursor::text;
use crate::sql::tokens::{Piece, join};

/// A DEFAULT in SQLite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Default {
    /// None.
    Null,
    /// The next number of a sequence; gamedb assigns ids itself.
    Number,
    /// A literal, in SQLite's words.
    Sql(String),
    /// Something that cannot be kept, as written.
    Lost(String),
}

/// Translates the tokens of a DEFAULT of a column of this type.
pub(super) fn default(
    pieces: &[Piece],
    ty: &DeclaredType,
    kind: &SqlType,
    dialect: Dialect,
) -> Default {
    let lost = || Default::Lost(join(pieces).replace(['\n', '\r'], " "));
    if matches!(kind.sql(), "TEXT" | "INTEGER")
        && let Some(clock) = clocks::clock(pieces, ty, kind, dialect)
    {
        return Default::Sql(clock);
    }
    match value(pieces, dialect) {
        Some(Value::Text(text)) if dialect == Dialect::Postgres && is_clock(&text, kind) => lost(),
        Some(Value::Null) => Default::Null,
        Some(Value::Sequence) => Default::Number,
        Some(value) => sql(&value, kind).map_or_else(lost, Default::Sql),
        None => lost(),
    }
}

/// Whether PostgreSQL reads a text as the time at which it reads it.
fn is_clock(text: &str, kind: &SqlType) -> bool {
    let words = ["now", "today", "tomorrow", "yesterday"];
    let text = text.trim();
    *kind == SqlType::Moment && words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

enum Value {
    Null,
    Sequence,
    Bool(bool),
    /// With its sign.
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    /// `b'101'`
    Bits(String),
}

/// A literal, in parentheses and with casts or without.
fn value(pieces: &[Piece], dialect: Dialect) -> Option<Value> {
    let token = |piece: &Piece| piece.token.token.clone();
    match pieces {
        [open, inside @ .., close]
            if token(open) == Token::LParen
                && token(close) == Token::RParen
                && balanced(inside) =>
        {
            return value(inside, dialect);
        }
        [sign, rest @ ..] if matches!(token(sign), Token::Minus | Token::Plus) => {
            let Some(Value::Number(number)) = value(rest, dialect) else {
                return None;
            };
            let minus = token(sign) == Token::Minus;
            return Some(Value::Number(if minus {
                format!("-{number}")
            } else {
                number
            }));
        }
        _ => {}
    }
    // Casts: `'0'::numeric`, `('x'::text)::character varying`.
    if let Some(at) = cast(pieces) {
        let plain = pieces[at + 1..].iter().all(|piece| {
            piece.name().is_some()
                || matches!(
                    token(piece),
                    Token::LParen | Token::RParen | Token::Number(..) | Token::Comma
                )
                || matches!(
                    token(piece),
                    Token::LBracket | Token::RBracket | Token::Period
                )
        });
        return if plain {
            value(&pieces[..at], dialect)
        } else {
            None
        };
    }
    match pieces {
        [only] => single(only, dialect),
        // `_utf8mb4'x'`, `N 'x'`, `b '0'`
        [prefix, only] if prefix.keyword().is_some_and(|word| word.starts_with('_')) => {
            single(only, dialect)
        }
        [first, ..] if first.is("nextval") || first.is("NEXT") => Some(Value::Sequence),
        _ => None,
    }
}

/// Whether parentheses are balanced within these tokens, as they are not in the inside of
/// `('a')::varchar(3)`.
fn balanced(pieces: &[Piece]) -> bool {
    let mut depth = 0_i64;
    pieces.iter().all(|piece| {
        match piece.token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ => {}
        }
        depth >= 0
    })
}

/// The last `::` outside of parentheses.
fn cast(pieces: &[Piece]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut found = None;
    for (at, piece) in pieces.iter().enumerate() {
        match piece.token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::DoubleColon if depth == 0 => found = Some(at),
            _ => {}
        }
    }
    found
}

fn single(piece: &Piece, dialect: Dialect) -> Option<Value> {
    if piece.is("NULL") {
        return Some(Value::Null);
    }
    if piece.is("TRUE") {
        return Some(Value::Bool(true));
    }
    if piece.is("FALSE") {
        return Some(Value::Bool(false));
    }
    match &piece.token.token {
        // SQLite treats a name that it does not know as a string.
        Token::Word(word) if dialect == Dialect::Sqlite && word.quote_style == Some('"') => {
            Some(Value::Text(word.value.clone()))
        }
        Token::Number(number, _) => Some(Value::Number(number.clone())),
        Token::SingleQuotedByteStringLiteral(bits) | Token::DoubleQuotedByteStringLiteral(bits) => {
            Some(Value::Bits(bits.clone()))
        }
        Token::HexStringLiteral(hex) => bytes(hex).map(Value::Bytes),
        // Double quotes enclose a string in MySQL and SQLite, and a name in PostgreSQL.
        Token::DoubleQuotedString(_) if dialect == Dialect::Postgres => None,
        _ => text(piece).map(Value::Text),
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok())
        .collect()
}

fn sql(value: &Value, kind: &SqlType) -> Option<String> {
    match kind {
        SqlType::Bool => match value {
            Value::Bool(bool) => Some(i64::from(*bool)),
            Value::Number(text) | Value::Text(text) => {
                match text.trim().to_ascii_lowercase().as_str() {
                    "0" | "f" | "false" | "n" | "no" | "off" => Some(0),
                    "1" | "t" | "true" | "y" | "yes" | "on" => Some(1),
                    _ => None,
                }
            }
            Value::Bits(bits) => i64::from_str_radix(bits, 2)
                .ok()
                .filter(|n| (0..=1).contains(n)),
            Value::Bytes(bytes) if bytes.as_slice() == [0] || bytes.as_slice() == [1] => {
                bytes.first().map(|b| i64::from(*b))
            }
            _ => None,
        }
        .map(|number| number.to_string()),
        SqlType::Integer(low, high) => {
            let number = match value {
                Value::Bool(bool) => i64::from(*bool),
                Value::Number(text) | Value::Text(text) => whole(text.trim())?,
                Value::Bits(bits) => i64::from_str_radix(bits, 2).ok()?,
                _ => return None,
            };
            (*low..=*high).contains(&number).then(|| number.to_string())
        }
        SqlType::Real { .. } => {
            let (Value::Number(text) | Value::Text(text)) = value else {
                return None;
            };
            let text = text.trim();
            let number: f64 = text.parse().ok()?;
            // Rust parses `nan` and `inf` as numbers, SQLite does not.
            let digits = text
                .chars()
                .all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
            (digits && number.is_finite()).then(|| format!("{number:?}"))
        }
        SqlType::Exact(scale) => match value {
            Value::Number(text) | Value::Text(text) => Some(literal(&exact(text.trim(), *scale))),
            _ => None,
        },
        SqlType::Enum(texts) => match value {
            Value::Text(text) if texts.contains(text) => Some(literal(text)),
            _ => None,
        },
        SqlType::Text(longest) => {
            let text = string(value)?;
            let fits = longest.is_none_or(|longest| text.chars().count() as u64 <= longest);
            fits.then(|| literal(&text))
        }
        SqlType::Moment | SqlType::Other => string(value).map(|text| literal(&text)),
        SqlType::Blob(longest) => {
            let bytes = match value {
                Value::Bytes(bytes) => bytes.clone(),
                Value::Text(text) if !text.starts_with("\\x") => text.clone().into_bytes(),
                Value::Text(text) => bytes(text.strip_prefix("\\x")?)?,
                _ => return None,
            };
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            longest
                .is_none_or(|longest| bytes.len() as u64 <= longest)
                .then(|| format!("x'{hex}'"))
        }
    }
}

fn string(value: &Value) -> Option<String> {
    match value {
        // SQLite's string literals end at a NUL character.
        Value::Text(text) if text.contains('\0') => None,
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(bool) => Some(bool.to_string()),
        _ => None,
    }
}

/// A whole number; `1.0` is one.
fn whole(text: &str) -> Option<i64> {
    let text = match text.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    text.parse().ok()
}

/// A decimal number, padded to the scale of its type.
fn exact(text: &str, scale: Option<u32>) -> String {
    let is_plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.".contains(c));
    let (Some(scale), true) = (
        scale.and_then(|scale| usize::try_from(scale).ok()),
        is_plain,
    ) else {
        return text.to_owned();
    };
    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
    let whole = if whole.is_empty() { "0" } else { whole };
    // Digits beyond the scale are kept: how the source database rounds is not known here.
    if digits.len() > scale {
        return text.to_owned();
    }
    match scale {
        0 => whole.to_owned(),
        _ => format!("{whole}.{digits:0<scale$}"),
    }
}
