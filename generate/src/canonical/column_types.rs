//! Types, defaults and comments of columns.

use super::draft::ColumnDraft;
use super::warnings::ByColumn;
use super::{defaults, sql_names};
use crate::config::{ColumnType, Config, TypeName};
use crate::input::ddl::{Ddl, DeclaredColumn, DeclaredTable, NamedKind};
use crate::input::types::SqlType;
use crate::names::Ident;
use crate::sql::Dialect;

/// Translates the columns of a table.
pub(super) fn translate(
    ddl: &Ddl,
    table: &DeclaredTable,
    name: &str,
    dialect: Dialect,
    config: &Config,
    warnings: &mut Vec<String>,
    of_columns: &mut ByColumn,
) -> Vec<ColumnDraft> {
    let mut columns = Vec::new();
    for (column, own) in table
        .columns
        .iter()
        .zip(sql_names::columns(table, name, warnings))
    {
        let mut warn = |what: &str| of_columns.add(format!("{name}.{own}"), what);
        let resolved = resolve(ddl, column, name, &own, dialect, config);
        if let Some(what) = resolved.warning {
            warn(&what);
        }
        let kind = as_number(resolved.kind, column, resolved.overridden, dialect);
        if let Some(expression) = &column.generated {
            warn(&format!(
                "computed by the database as `{expression}`; here it is a plain column, which the game has to set"
            ));
        }
        if let Some(value) = &column.on_update {
            warn(&format!(
                "ON UPDATE {value} is not kept: nothing sets it when the row changes"
            ));
        }
        let mut numbered = column.identity;
        let default = column.default.as_ref().or(resolved.default.as_ref());
        let default =
            match default.map(|pieces| defaults::default(pieces, &column.ty, &kind, dialect)) {
                Some(defaults::Default::Number) => {
                    numbered = true;
                    None
                }
                None | Some(defaults::Default::Null) => None,
                Some(defaults::Default::Sql(sql)) => Some(sql),
                Some(defaults::Default::Lost(text)) => {
                    warn(&format!(
                        "DEFAULT {text} is not kept; the game has to set the value"
                    ));
                    None
                }
            };
        columns.push(ColumnDraft {
            no_case: false,
            not_null: column.not_null || resolved.not_null,
            default,
            kind,
            references: None,
            numbered,
            comment: column.comment.clone(),
            source_type: column.ty.names().into_iter().next().unwrap_or_default(),
            name: own,
        });
    }
    columns
}

/// A column's type in SQLite, and what its domain adds.
struct Resolved {
    kind: SqlType,
    overridden: bool,
    warning: Option<String>,
    /// NOT NULL and DEFAULT of its domain.
    not_null: bool,
    default: Option<Vec<crate::sql::tokens::Piece>>,
}

impl Resolved {
    fn new(kind: SqlType, warning: Option<&str>) -> Self {
        Self {
            kind,
            overridden: false,
            warning: warning.map(str::to_owned),
            not_null: false,
            default: None,
        }
    }
}

fn resolve(
    ddl: &Ddl,
    column: &DeclaredColumn,
    table: &str,
    name: &str,
    dialect: Dialect,
    config: &Config,
) -> Resolved {
    let meaning = meaning(ddl, column, dialect, 0);
    let section = config
        .column(table, name)
        .and_then(|section| section.type_name.as_ref());
    let wanted = match section.map(|wanted| wanted.get_ref()) {
        Some(ColumnType::Known(known)) => Some(*known),
        // A type of the program's own is stored as what the column holds.
        Some(ColumnType::Own(_)) => None,
        None => config.type_of(&column.ty.names()),
    };
    if let Some(wanted) = wanted {
        let (kind, not_null, default) = match meaning {
            Some(meaning) => (Some(meaning.kind), meaning.not_null, meaning.default),
            None => (None, false, None),
        };
        let kind = match (wanted, kind) {
            // The column has the requested type already; keeping its own type keeps its width.
            (TypeName::I64, Some(kind @ SqlType::Integer(..))) => kind,
            (TypeName::I64, Some(SqlType::Bool)) if column.ty.base.contains("int") => {
                tiny(column.ty.unsigned)
            }
            (TypeName::F64, Some(kind @ SqlType::Real { .. })) => kind,
            (TypeName::Text | TypeName::ShortText, Some(kind)) if kind.sql() == "TEXT" => kind,
            (TypeName::Blob, Some(kind @ SqlType::Blob(_))) => kind,
            (TypeName::Bool, _) => SqlType::Bool,
            (TypeName::I64, _) => SqlType::ANY_INTEGER,
            (TypeName::F64, _) => SqlType::Real { unsigned: false },
            (TypeName::Text | TypeName::ShortText, _) => SqlType::Other,
            (TypeName::Blob, _) => SqlType::Blob(None),
        };
        return Resolved {
            kind,
            overridden: true,
            warning: None,
            not_null,
            default,
        };
    }
    meaning.unwrap_or_else(|| unknown(column))
}

fn meaning(ddl: &Ddl, column: &DeclaredColumn, dialect: Dialect, depth: usize) -> Option<Resolved> {
    let ty = &column.ty;
    if ty.base.is_empty() {
        return Some(typeless(column));
    }
    if dialect == Dialect::Sqlite && ty.is_plain_numeric() {
        return Some(numeric(column));
    }
    let array = "an array is kept as the text that the database writes for it";
    match ddl.named_type(&ty.base).map(|named| &named.kind) {
        Some(_) if ty.array => Some(Resolved::new(SqlType::Other, Some(array))),
        Some(NamedKind::Enum(texts)) => Some(Resolved::new(SqlType::Enum(texts.clone()), None)),
        Some(NamedKind::Other) => Some(Resolved::new(
            SqlType::Other,
            Some("its type has parts, and is kept as the text that the database writes for it"),
        )),
        // The depth is limited, in case a domain is defined by itself.
        Some(NamedKind::Domain(of, _)) if depth < 16 => {
            let mut found = meaning(ddl, of, dialect, depth + 1)?;
            found.not_null |= of.not_null;
            found.default = of.default.clone().or(found.default);
            Some(found)
        }
        _ => ty
            .meaning(dialect)
            .map(|meaning| Resolved::new(meaning.kind, meaning.warning)),
    }
}

/// The type of a column's values in a SQLite file, if all of them are of one type.
fn held(column: &DeclaredColumn) -> Option<(SqlType, &'static str)> {
    let held = column.held.iter().map(String::as_str);
    let mut held = held.filter(|held| *held != "null");
    match (held.next(), held.next()) {
        (Some("integer"), None) => Some((SqlType::ANY_INTEGER, "integers")),
        (Some("real"), None) => Some((SqlType::Real { unsigned: false }, "reals")),
        (Some("text"), None) => Some((SqlType::Text(None), "texts")),
        (Some("blob"), None) => Some((SqlType::Blob(None), "blobs")),
        _ => None,
    }
}

/// A column of an unknown type holds the text that its database writes for its values.
fn unknown(column: &DeclaredColumn) -> Resolved {
    let (kind, word) = held(column).unwrap_or((SqlType::Other, "texts"));
    Resolved::new(
        kind,
        Some(&format!(
            "type {:?} is not known; here it holds {word}; `[types] {:?}` says otherwise",
            column.ty.text, column.ty.base
        )),
    )
}

/// A NUMERIC column of SQLite holds numbers of any kind, and texts that are no numbers.
fn numeric(column: &DeclaredColumn) -> Resolved {
    let has = |kind: &str| column.held.iter().any(|held| held == kind);
    if has("text") || has("blob") {
        let warning = "holds texts among its numbers; here it holds texts; `[columns.\"..\"] type` says otherwise";
        return Resolved::new(SqlType::Text(None), Some(warning));
    }
    let kind = match has("integer") && !has("real") {
        true => SqlType::ANY_INTEGER,
        false => SqlType::Real { unsigned: false },
    };
    Resolved::new(kind, None)
}

/// A SQLite column without a type holds anything.
fn typeless(column: &DeclaredColumn) -> Resolved {
    let (kind, what) = match held(column) {
        Some((kind, word)) => (
            kind,
            format!("has no type; all its values are {word}, and here it holds {word}"),
        ),
        None => {
            let what = if column.held.iter().all(|held| held == "null") {
                "has no type, and can hold anything in SQLite; here it holds texts"
            } else {
                "has no type, and holds values of several types; here it holds texts"
            };
            (SqlType::Text(None), what.to_owned())
        }
    };
    Resolved::new(
        kind,
        Some(&format!("{what}; `[columns.\"..\"] type` says otherwise")),
    )
}

fn tiny(unsigned: bool) -> SqlType {
    if unsigned {
        SqlType::Integer(0, 255)
    } else {
        SqlType::Integer(-128, 127)
    }
}

/// A TINYINT(1) is an integer, and no bool, if its name ends in `id`, or if its DEFAULT or a row has another number
/// than 0 and 1.
fn as_number(
    kind: SqlType,
    column: &DeclaredColumn,
    overridden: bool,
    dialect: Dialect,
) -> SqlType {
    let is_tiny = kind == SqlType::Bool && !overridden && column.ty.base.contains("int");
    if !is_tiny {
        return kind;
    }
    let tiny = match dialect {
        // SQLite does not keep to the width.
        Dialect::Sqlite => SqlType::ANY_INTEGER,
        _ => tiny(column.ty.unsigned),
    };
    let name = Ident::new(&column.name);
    let is_id = name.stem() == "id" || name.stem().ends_with("_id");
    if is_id || column.has_other_numbers {
        return tiny;
    }
    let default = column.default.as_ref();
    match default.map(|pieces| defaults::default(pieces, &column.ty, &tiny, dialect)) {
        Some(defaults::Default::Sql(text)) if text != "0" && text != "1" => tiny,
        _ => kind,
    }
}
