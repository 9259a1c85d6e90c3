//! Translates CHECKs, if every part of them is known to mean the same in SQLite.

use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, FunctionArg, FunctionArgExpr, FunctionArguments,
    InTarget, UnaryOperator, Value,
};

use super::draft::TableDraft;
use super::sql_names::{literal, quoted};
use crate::input::ddl::{Ddl, DeclaredTable, NamedKind};
use crate::input::types::SqlType;
use crate::sql::Dialect;
use crate::sql::expression::{bare, column_name, parse};
use crate::sql::tokens::{Piece, join};

/// The CHECKs of a table, those of its columns' domains included.
pub(super) fn checks(
    ddl: &Ddl,
    source: &DeclaredTable,
    table: &TableDraft,
    dialect: Dialect,
    warnings: &mut Vec<String>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut all: Vec<Vec<Piece>> = source
        .checks
        .iter()
        .map(|check| check.pieces.clone())
        .collect();
    for (column, own) in source.columns.iter().zip(&table.columns) {
        // The CHECK of a domain does not apply to an array of it.
        let mut base = if column.ty.array {
            ""
        } else {
            column.ty.base.as_str()
        };
        // A domain of a domain has the CHECKs of both.
        for _ in 0..16 {
            let Some(NamedKind::Domain(of, checks)) = ddl.named_type(base).map(|ty| &ty.kind)
            else {
                break;
            };
            for check in checks {
                let mut pieces = check.pieces.clone();
                for piece in &mut pieces {
                    piece.rename("VALUE", &own.name);
                }
                all.push(pieces);
            }
            base = of.ty.base.as_str();
        }
    }
    for pieces in all {
        let translated = match dialect {
            Dialect::Sqlite => {
                as_written(&pieces, table).or_else(|| translate(&pieces, table, dialect))
            }
            _ => translate(&pieces, table, dialect),
        };
        match translated {
            Some(text) if found.contains(&text) => {}
            Some(text) => found.push(text),
            None => warnings.push(format!(
                "table {}: CHECK ({}) is left out: it is not known to mean the same in SQLite",
                table.name,
                join(&pieces).replace(['\n', '\r'], " ")
            )),
        }
    }
    found
}

/// SQLite's own text, unless it names a column whose type the translation changes.
fn as_written(pieces: &[Piece], table: &TableDraft) -> Option<String> {
    let changed = |piece: &Piece| {
        let at = piece.name().and_then(|name| table.position(name));
        at.is_some_and(|at| {
            matches!(
                table.columns[at].kind,
                SqlType::Exact(_) | SqlType::Moment | SqlType::Other
            )
        })
    };
    let text = join(pieces);
    (!pieces.iter().any(changed) && !text.contains('\n')).then_some(text)
}

/// A CHECK in SQLite's words.
fn translate(pieces: &[Piece], table: &TableDraft, dialect: Dialect) -> Option<String> {
    let expr = parse(pieces, dialect)?;
    let translation = Translation { table, dialect };
    translation
        .expr(bare(&expr))
        .filter(|text| !text.contains('\0'))
}

/// Whether a condition only leaves out rows where these columns are NULL.
pub(super) fn only_not_null(
    pieces: &[Piece],
    dialect: Dialect,
    table: &TableDraft,
    places: &[usize],
) -> bool {
    fn all(expr: &Expr, own: &dyn Fn(&Expr) -> bool) -> bool {
        match bare(expr) {
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => all(left, own) && all(right, own),
            Expr::IsNotNull(inner) => own(bare(inner)),
            _ => false,
        }
    }
    let translation = Translation { table, dialect };
    let own = |expr: &Expr| {
        translation
            .column(expr)
            .is_some_and(|at| places.contains(&at))
    };
    parse(pieces, dialect).is_some_and(|expr| all(&expr, &own))
}

struct Translation<'t> {
    table: &'t TableDraft,
    dialect: Dialect,
}

impl Translation<'_> {
    /// The column that an expression names.
    fn column(&self, expr: &Expr) -> Option<usize> {
        self.table.position(column_name(expr)?)
    }

    fn name(&self, at: usize) -> String {
        quoted(&self.table.columns[at].name)
    }

    fn expr(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Nested(inner) => Some(format!("({})", self.expr(bare(inner))?)),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                let at = self.column(expr)?;
                // These columns hold numbers as text, which does not compare as a number does.
                let comparable = !matches!(
                    self.table.columns[at].kind,
                    SqlType::Exact(_) | SqlType::Other
                );
                comparable.then(|| self.name(at))
            }
            Expr::Value(value) => self.value(&value.value),
            Expr::Prefixed { prefix, value } if prefix.value.starts_with('_') => self.expr(value),
            Expr::IsNull(inner) => Some(format!("{} IS NULL", self.whole(inner)?)),
            Expr::IsNotNull(inner) => Some(format!("{} IS NOT NULL", self.whole(inner)?)),
            Expr::IsTrue(inner) => Some(format!("{} IS TRUE", self.part(inner)?)),
            Expr::IsFalse(inner) => Some(format!("{} IS FALSE", self.part(inner)?)),
            Expr::IsNotTrue(inner) => Some(format!("{} IS NOT TRUE", self.part(inner)?)),
            Expr::IsNotFalse(inner) => Some(format!("{} IS NOT FALSE", self.part(inner)?)),
            Expr::In {
                expr,
                target: InTarget::List(list),
                negated,
                global: false,
            } => self.in_list(expr, list, *negated),
            Expr::AnyOp {
                left,
                compare_op: BinaryOperator::Eq,
                right,
                ..
            } => match uncast(right) {
                Expr::Array(array) => self.in_list(left, &array.elem, false),
                _ => None,
            },
            Expr::Between {
                expr,
                negated,
                low,
                high,
            } => {
                let not = if *negated { "NOT " } else { "" };
                let (expr, low, high) = (self.part(expr)?, self.part(low)?, self.part(high)?);
                Some(format!("{expr} {not}BETWEEN {low} AND {high}"))
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::UnaryOp { op, expr } => {
                let inner = self.part(expr)?;
                match op {
                    UnaryOperator::Not => Some(format!("NOT {inner}")),
                    UnaryOperator::Minus => Some(format!("-{inner}")),
                    UnaryOperator::Plus => Some(inner),
                    _ => None,
                }
            }
            Expr::Cast {
                kind: CastKind::Cast | CastKind::DoubleColon,
                expr,
                data_type,
                ..
            } => self.cast(expr, data_type),
            Expr::Function(function) => self.function(function),
            _ => None,
        }
    }

    /// An expression as part of another one.
    fn part(&self, expr: &Expr) -> Option<String> {
        let inner = bare(expr);
        let text = self.expr(inner)?;
        let is_compound = matches!(
            inner,
            Expr::BinaryOp { .. }
                | Expr::Between { .. }
                | Expr::In { .. }
                | Expr::AnyOp { .. }
                | Expr::IsNull(_)
                | Expr::IsNotNull(_)
                | Expr::IsTrue(_)
                | Expr::IsFalse(_)
                | Expr::IsNotTrue(_)
                | Expr::IsNotFalse(_)
        ) || matches!(
            inner,
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                ..
            }
        );
        Some(if is_compound {
            format!("({text})")
        } else {
            text
        })
    }

    /// An expression of which only NULL or not NULL matters, so that any column will do.
    fn whole(&self, expr: &Expr) -> Option<String> {
        match self.column(uncast(expr)) {
            Some(at) => Some(self.name(at)),
            None => self.part(expr),
        }
    }

    fn in_list(&self, expr: &Expr, list: &[Expr], negated: bool) -> Option<String> {
        let not = if negated { "NOT " } else { "" };
        let items: Option<Vec<String>> = list.iter().map(|item| self.part(item)).collect();
        Some(format!(
            "{} {not}IN ({})",
            self.part(expr)?,
            items?.join(", ")
        ))
    }

    fn value(&self, value: &Value) -> Option<String> {
        match value {
            Value::Number(number, _) => Some(number.clone()),
            Value::SingleQuotedString(text)
            | Value::NationalStringLiteral(text)
            | Value::EscapedStringLiteral(text) => Some(literal(text)),
            Value::DoubleQuotedString(text) if self.dialect == Dialect::MySql => {
                Some(literal(text))
            }
            Value::Boolean(true) => Some("1".to_owned()),
            Value::Boolean(false) => Some("0".to_owned()),
            Value::Null => Some("NULL".to_owned()),
            _ => None,
        }
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<String> {
        let sql = match op {
            BinaryOperator::And => "AND",
            BinaryOperator::Or => "OR",
            BinaryOperator::Eq => "=",
            BinaryOperator::NotEq => "<>",
            BinaryOperator::Lt => "<",
            BinaryOperator::LtEq => "<=",
            BinaryOperator::Gt => ">",
            BinaryOperator::GtEq => ">=",
            BinaryOperator::Plus => "+",
            BinaryOperator::Minus => "-",
            BinaryOperator::Multiply => "*",
            // Integer division truncates in PostgreSQL and SQLite, but not in MySQL.
            BinaryOperator::Divide if self.dialect != Dialect::MySql => "/",
            BinaryOperator::Modulo => "%",
            BinaryOperator::StringConcat if self.dialect != Dialect::MySql => "||",
            _ => return None,
        };
        // `a AND b AND c` needs no parentheses.
        let side = |expr: &Expr| {
            let plain = matches!(op, BinaryOperator::And)
                && !matches!(
                    bare(expr),
                    Expr::BinaryOp {
                        op: BinaryOperator::Or,
                        ..
                    }
                );
            if plain {
                self.expr(bare(expr))
            } else {
                self.part(expr)
            }
        };
        Some(format!("{} {sql} {}", side(left)?, side(right)?))
    }

    /// A cast that changes nothing here: of a literal, or of a column to what it holds anyway.
    fn cast(&self, expr: &Expr, to: &DataType) -> Option<String> {
        let to = to.to_string().to_ascii_uppercase();
        let is = |words: &[&str]| words.iter().any(|word| to.starts_with(word));
        let text = is(&["TEXT", "VARCHAR", "CHARACTER VARYING", "BPCHAR", "CITEXT"]);
        let integer = is(&["INT", "BIGINT", "SMALLINT", "TINYINT", "SIGNED", "UNSIGNED"]);
        let real = is(&["DOUBLE", "REAL", "FLOAT", "NUMERIC", "DECIMAL"]);
        let moment = is(&["DATE", "TIME"]);
        match bare(expr) {
            Expr::Value(value) => match &value.value {
                Value::SingleQuotedString(text) if integer || real => {
                    let number = text.trim();
                    let plain = number.parse::<f64>().is_ok_and(f64::is_finite)
                        && number
                            .chars()
                            .all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
                    plain.then(|| number.to_owned())
                }
                // `to` is a type that the schema defines, mostly an enum.
                Value::SingleQuotedString(_) => self.expr(bare(expr)),
                Value::Number(..) if integer || real => self.expr(bare(expr)),
                Value::Null => self.expr(bare(expr)),
                _ => None,
            },
            Expr::UnaryOp { .. } if integer || real => self.expr(bare(expr)),
            // Part of a count of columns that are set.
            Expr::IsNull(_) | Expr::IsNotNull(_) if integer => self.part(expr),
            Expr::Cast { .. } => self.expr(bare(expr)),
            inner => {
                let kind = &self.table.columns[self.column(inner)?].kind;
                let same = match kind {
                    SqlType::Text(_) | SqlType::Enum(_) => text,
                    SqlType::Bool | SqlType::Integer(..) => integer || real,
                    SqlType::Real { .. } => real,
                    SqlType::Moment => moment,
                    SqlType::Exact(_) | SqlType::Other | SqlType::Blob(_) => false,
                };
                if same { self.expr(inner) } else { None }
            }
        }
    }

    fn function(&self, function: &sqlparser::ast::Function) -> Option<String> {
        let FunctionArguments::List(list) = &function.args else {
            return None;
        };
        let arguments: Option<Vec<&Expr>> = list
            .args
            .iter()
            .map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            })
            .collect();
        let arguments = arguments?;
        let name = function.name.to_string().to_ascii_lowercase();
        let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
        if name == "num_nonnulls" {
            let parts: Option<Vec<String>> = arguments
                .iter()
                .map(|argument| Some(format!("({} IS NOT NULL)", self.whole(argument)?)))
                .collect();
            return Some(parts?.join(" + "));
        }
        let sql = match (name, self.dialect) {
            ("char_length" | "character_length", _)
            | ("length", Dialect::Postgres | Dialect::Sqlite) => "length",
            // In MySQL `length` counts bytes.
            ("length" | "octet_length", _) => "octet_length",
            ("abs", _) => "abs",
            ("coalesce", _) => "coalesce",
            ("ifnull", Dialect::MySql) => "ifnull",
            ("nullif", _) => "nullif",
            ("json_valid", _) => {
                // MariaDB's CHECK on a JSON column, which is a text here.
                let at = self.column(arguments.first()?)?;
                return Some(format!("json_valid({})", self.name(at)));
            }
            _ => return None,
        };
        let parts: Option<Vec<String>> = arguments
            .iter()
            .map(|argument| self.expr(bare(argument)))
            .collect();
        Some(format!("{sql}({})", parts?.join(", ")))
    }
}

/// An expression without the casts and parentheses around it.
fn uncast(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => uncast(inner),
        Expr::Cast { expr, .. } => uncast(expr),
        other => other,
    }
}
