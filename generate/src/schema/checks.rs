//! Recognizes what the CHECKs of a table say. SQLite has no pragma for CHECKs, so their text is parsed.

use sqlparser::ast::{BinaryOperator, Expr, InTarget, Value};
use sqlparser::tokenizer::Token;

use super::comparisons::{self, column};
use super::expressions;
use crate::schema::{Allowed, Check, CheckKind, Column, Partial};
use crate::sql::Dialect;
use crate::sql::create_table::Element;
use crate::sql::expression::{bare, parse};
use crate::sql::tokens::{Piece, join, sqlite_pieces};

/// The CHECKs of a column or table constraint.
pub(crate) fn read(element: &Element, columns: &[Column]) -> Vec<Check> {
    let mut found = Vec::new();
    let pieces = &element.pieces;
    let mut at = 0;
    while at + 1 < pieces.len() {
        let opens = pieces[at + 1].token.token == Token::LParen;
        if !(pieces[at].is("CHECK") && opens) {
            at += 1;
            continue;
        }
        let end = closing(pieces, at + 1);
        let inside = &pieces[at + 2..end];
        let text = join(inside);
        match parse(inside, Dialect::Sqlite) {
            Some(expr) => understand(&expr, &text, columns, &mut found),
            None => found.push(not_glob(inside, &text, columns).unwrap_or(Check {
                kind: CheckKind::Other,
                text,
                expression: None,
            })),
        }
        at = end;
    }
    found
}

/// A CHECK with a NOT GLOB, which the parser does not know. It is read in the words of an operator that SQLite does
/// not have.
fn not_glob(pieces: &[Piece], text: &str, columns: &[Column]) -> Option<Check> {
    let mut pieces = pieces.to_vec();
    if pieces.iter().any(|piece| piece.is("ILIKE")) {
        return None;
    }
    let mut before = false;
    for piece in &mut pieces {
        if before && piece.is("GLOB") {
            *piece = sqlite_pieces("ILIKE").pop()?;
        }
        before = piece.is("NOT");
    }
    let expr = parse(&pieces, Dialect::Sqlite)?;
    Some(Check {
        kind: CheckKind::Other,
        text: text.to_owned(),
        expression: Some(expressions::read(&expr, columns)?),
    })
}

/// Which rows an index covers, from its `CREATE INDEX` text.
pub(crate) fn partial(pieces: &[Piece], own: &[String], columns: &[Column]) -> Partial {
    let mut depth = 0_usize;
    let start = pieces.iter().position(|piece| {
        match piece.token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && piece.is("WHERE")
    });
    let Some(condition) = start.and_then(|at| pieces.get(at + 1..)) else {
        return Partial::No;
    };
    let set = parse(condition, Dialect::Sqlite).and_then(|expr| not_nulls(&expr, columns));
    match set {
        Some(set) if set.iter().all(|column| own.contains(column)) => Partial::NotNull,
        _ => Partial::Where(join(condition)),
    }
}

/// Puts what the CHECKs say about single columns into those columns.
pub(crate) fn apply(checks: &[Check], columns: &mut [Column]) {
    for check in checks {
        let (name, allowed) = match &check.kind {
            CheckKind::Texts { column, texts } => (column, Some(Allowed::Texts(texts.clone()))),
            CheckKind::Bool(column) => (column, Some(Allowed::Bool)),
            CheckKind::IsNull(column) => (column, None),
            _ => continue,
        };
        if let Some(column) = columns.iter_mut().find(|column| &column.name == name) {
            match allowed {
                Some(allowed) => column.allowed = Some(allowed),
                None => column.must_be_null = true,
            }
        }
    }
}

/// The index of the parenthesis that closes the one at `open`.
fn closing(pieces: &[Piece], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, piece) in pieces.iter().enumerate().skip(open) {
        match piece.token.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    pieces.len()
}

/// Classifies a CHECK; one that is not recognized as a whole is split at its ANDs.
fn understand(expr: &Expr, text: &str, columns: &[Column], found: &mut Vec<Check>) {
    let expr = bare(expr);
    let kind = kind(expr, columns);
    if kind == CheckKind::Other
        && let Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } = expr
    {
        understand(left, &left.to_string(), columns, found);
        understand(right, &right.to_string(), columns, found);
        return;
    }
    found.push(Check {
        kind,
        text: text.to_owned(),
        expression: expressions::read(expr, columns),
    });
}

fn kind(expr: &Expr, columns: &[Column]) -> CheckKind {
    one_column(expr, columns)
        .or_else(|| sum(expr, columns))
        .or_else(|| all_or_none(expr, columns))
        .or_else(|| comparisons::read(expr, columns).map(CheckKind::Compare))
        .unwrap_or(CheckKind::Other)
}

/// `c IN (..)`, also with `c IS NULL OR` before it, and `c IS NULL`.
fn one_column(expr: &Expr, columns: &[Column]) -> Option<CheckKind> {
    match expr {
        Expr::IsNull(inner) => Some(CheckKind::IsNull(column(inner, columns)?)),
        Expr::In {
            expr,
            target: InTarget::List(list),
            negated: false,
            global: false,
        } => in_list(column(expr, columns)?, list),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Or,
            right,
        } => {
            let parts = (
                one_column(bare(left), columns)?,
                one_column(bare(right), columns)?,
            );
            match parts {
                (CheckKind::IsNull(name), other) | (other, CheckKind::IsNull(name)) => {
                    let same = match &other {
                        CheckKind::Texts { column, .. } | CheckKind::Bool(column) => {
                            *column == name
                        }
                        _ => false,
                    };
                    same.then_some(other)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn in_list(column: String, list: &[Expr]) -> Option<CheckKind> {
    let values: Vec<&Value> = list
        .iter()
        .map(|item| match bare(item) {
            Expr::Value(value) => Some(&value.value),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let numbers: Vec<&str> = values
        .iter()
        .filter_map(|value| match value {
            Value::Number(number, _) => Some(number.as_str()),
            _ => None,
        })
        .collect();
    if numbers.len() == values.len() && matches!(numbers.as_slice(), ["0", "1"] | ["1", "0"]) {
        return Some(CheckKind::Bool(column));
    }
    let mut texts: Vec<String> = Vec::new();
    for value in values {
        match value {
            Value::SingleQuotedString(text) if texts.contains(text) => {}
            Value::SingleQuotedString(text) => texts.push(text.clone()),
            _ => return None,
        }
    }
    (!texts.is_empty()).then_some(CheckKind::Texts { column, texts })
}

/// `(a IS NOT NULL) + (b IS NOT NULL) = 1`, or `<= 1`.
fn sum(expr: &Expr, columns: &[Column]) -> Option<CheckKind> {
    let Expr::BinaryOp { left, op, right } = expr else {
        return None;
    };
    let Expr::Value(one) = bare(right) else {
        return None;
    };
    if !matches!(&one.value, Value::Number(number, _) if number == "1") {
        return None;
    }
    let mut set = Vec::new();
    terms(bare(left), columns, &mut set)?;
    if set.len() < 2 {
        return None;
    }
    match op {
        BinaryOperator::Eq => Some(CheckKind::ExactlyOne(set)),
        BinaryOperator::LtEq => Some(CheckKind::AtMostOne(set)),
        _ => None,
    }
}

fn terms(expr: &Expr, columns: &[Column], set: &mut Vec<String>) -> Option<()> {
    match expr {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Plus,
            right,
        } => {
            terms(bare(left), columns, set)?;
            terms(bare(right), columns, set)
        }
        Expr::IsNotNull(inner) => {
            let name = column(inner, columns)?;
            // A column counted twice is not a count of columns.
            if set.contains(&name) {
                return None;
            }
            set.push(name);
            Some(())
        }
        _ => None,
    }
}

/// `(a IS NULL) = (b IS NULL) AND (b IS NULL) = (c IS NULL)`.
fn all_or_none(expr: &Expr, columns: &[Column]) -> Option<CheckKind> {
    let mut set: Vec<String> = Vec::new();
    for part in conjunction(expr) {
        let Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } = part
        else {
            return None;
        };
        let (left, right) = match (bare(left), bare(right)) {
            (Expr::IsNull(a), Expr::IsNull(b)) | (Expr::IsNotNull(a), Expr::IsNotNull(b)) => {
                (column(a, columns)?, column(b, columns)?)
            }
            _ => return None,
        };
        // Each further part must hang on the ones before.
        if !set.is_empty() && !set.contains(&left) && !set.contains(&right) {
            return None;
        }
        for name in [left, right] {
            if !set.contains(&name) {
                set.push(name);
            }
        }
    }
    (set.len() > 1).then_some(CheckKind::AllOrNone(set))
}

fn not_nulls(expr: &Expr, columns: &[Column]) -> Option<Vec<String>> {
    conjunction(bare(expr))
        .into_iter()
        .map(|part| match part {
            Expr::IsNotNull(inner) => column(inner, columns),
            _ => None,
        })
        .collect()
}

fn conjunction(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            let mut parts = conjunction(bare(left));
            parts.extend(conjunction(bare(right)));
            parts
        }
        other => vec![other],
    }
}
