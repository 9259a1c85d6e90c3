//! Rust types of columns, and the values of DEFAULTs.

use crate::config::{ColumnType, Config, TypeName};
use crate::error::{Error, ModelError};
use crate::model::{Literal, Scalar};
use crate::schema::{Allowed, Clock, Column, Table};

/// The type of a column: as the config says, else as its CHECK and declaration say.
pub(super) fn scalar(config: &Config, table: &Table, column: &Column) -> Result<Scalar, Error> {
    let declared = declared(&column.declared_type);
    let section = config.column(&table.name, &column.name);
    if let Some(wanted) = section.and_then(|section| section.type_name.as_ref()) {
        let known = match wanted.get_ref() {
            ColumnType::Known(known) => known,
            // What it is stored as is what the column holds.
            ColumnType::Own(_) => return declared.ok_or_else(|| unknown(table, column)),
        };
        let scalar = match known {
            TypeName::Bool => Scalar::Bool,
            TypeName::I64 => Scalar::I64,
            TypeName::F64 => Scalar::F64,
            TypeName::Text => Scalar::Text,
            TypeName::ShortText => Scalar::ShortText,
            TypeName::Blob => Scalar::Blob,
        };
        let alike = [
            [Scalar::Bool, Scalar::I64],
            [Scalar::Text, Scalar::ShortText],
        ];
        let fits = declared.is_none_or(|declared| {
            let both = |types: &[Scalar; 2]| types.contains(&declared) && types.contains(&scalar);
            declared == scalar || alike.iter().any(both)
        });
        if !fits {
            let what = format!(
                "column {}.{} is declared {}, which cannot be {}",
                table.name,
                column.name,
                column.declared_type,
                scalar.rust()
            );
            return Err(config.impossible(wanted.span(), what).into());
        }
        return Ok(scalar);
    }
    match (declared, &column.allowed) {
        (Some(Scalar::I64), Some(Allowed::Bool)) => Ok(Scalar::Bool),
        (Some(scalar), _) => Ok(scalar),
        (None, _) => Err(unknown(table, column)),
    }
}

/// A column whose declaration says nothing.
fn unknown(table: &Table, column: &Column) -> Error {
    ModelError::ColumnType {
        table: table.name.clone(),
        column: column.name.clone(),
        declared: column.declared_type.clone(),
    }
    .into()
}

/// The type of a declaration, by the names that SQL dialects share.
fn declared(text: &str) -> Option<Scalar> {
    let upper = text.to_ascii_uppercase();
    let words = upper.split('(').next().unwrap_or_default().trim();
    match words {
        "TINYINT" if upper.replace(' ', "") == "TINYINT(1)" => Some(Scalar::Bool),
        "BOOL" | "BOOLEAN" => Some(Scalar::Bool),
        "INT" | "INTEGER" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "BIGINT" | "INT2" | "INT4"
        | "INT8" => Some(Scalar::I64),
        "REAL" | "DOUBLE" | "DOUBLE PRECISION" | "FLOAT" => Some(Scalar::F64),
        "TEXT" | "CHAR" | "CHARACTER" | "VARCHAR" | "NCHAR" | "NVARCHAR" | "CLOB"
        | "VARYING CHARACTER" | "NATIVE CHARACTER" => Some(Scalar::Text),
        "BLOB" => Some(Scalar::Blob),
        _ => None,
    }
}

/// The value of a DEFAULT, where it is a plain literal of the column's type, or a clock.
pub(super) fn literal(sql: &str, scalar: Scalar) -> Option<Literal> {
    let mut text = sql.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        text = inner.trim();
    }
    if text.eq_ignore_ascii_case("NULL") {
        return Some(Literal::Null);
    }
    let clock = match scalar {
        Scalar::Text | Scalar::ShortText => Clock::of(text, false),
        Scalar::I64 => Clock::of(text, true),
        Scalar::Bool | Scalar::F64 | Scalar::Blob => None,
    };
    if let Some(clock) = clock {
        return Some(Literal::Now(clock));
    }
    let quoted = quoted(text);
    // SQLite converts a string to a number in a numeric column.
    let number = quoted.as_deref().unwrap_or(text).trim();
    match scalar {
        Scalar::Text | Scalar::ShortText => quoted.map(Literal::Text),
        Scalar::Blob => blob(text).map(Literal::Blob),
        Scalar::I64 => number.parse().ok().map(Literal::I64),
        Scalar::F64 => {
            let plain = number.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            let parsed: Option<f64> = plain.then(|| number.parse().ok()).flatten();
            // SQLite stores -0.0 as 0.0.
            parsed
                .filter(|n| n.is_finite())
                .map(|n| Literal::F64(n + 0.0))
        }
        Scalar::Bool => match number.to_ascii_uppercase().as_str() {
            "0" | "FALSE" => Some(Literal::Bool(false)),
            "1" | "TRUE" => Some(Literal::Bool(true)),
            _ => None,
        },
    }
}

/// The value of a single SQL string literal.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let halves = inner.replace("''", "");
    (!halves.contains('\'')).then(|| inner.replace("''", "'"))
}

fn blob(text: &str) -> Option<Vec<u8>> {
    let hex = text.strip_prefix(['x', 'X'])?;
    let hex = hex.strip_prefix('\'')?.strip_suffix('\'')?;
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok())
        .collect()
}
