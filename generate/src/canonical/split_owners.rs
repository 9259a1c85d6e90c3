//! Splits owners of two columns: see [`crate::config::owner_pairs`].

use super::sql_names;
use crate::config::owner_pairs::pair;
use crate::config::{Config, OwnerSection};
use crate::error::{ConfigError, Error};
use crate::input::ddl::{
    Ddl, DeclaredCheck, DeclaredColumn, DeclaredForeignKey, DeclaredTable, KeyPart, NamedKind,
};
use crate::schema::{OnDelete, OwnerPair};
use crate::sql::Dialect;
use crate::sql::cursor::Path;
use crate::sql::tokens;

/// Replaces each pair that the config names by a column for each table, and returns the pairs with their
/// tables. Names that the schema does not have are reported by [`Config::verify`].
///
/// # Errors
/// [`Error::Config`] if a column of that name exists already.
pub(crate) fn split_owners(
    ddl: &mut Ddl,
    dialect: Dialect,
    config: &Config,
    warnings: &mut Vec<String>,
) -> Result<Vec<(String, OwnerPair)>, Error> {
    let mut found = Vec::new();
    let tables = sql_names::tables(&ddl.tables, &mut Vec::new());
    for (section_table, fields) in &config.sections().owners {
        let Some(at) = tables
            .iter()
            .position(|name| name == section_table.get_ref())
        else {
            continue;
        };
        for section in fields.values() {
            let Some(pair) = pair(config, section) else {
                continue;
            };
            let place = |name: &str| tables.iter().position(|known| known == name);
            let targets: Option<Vec<usize>> =
                pair.arms.iter().map(|arm| place(&arm.table)).collect();
            let table = &ddl.tables[at];
            let (Some(targets), Some(id), Some(kind)) = (
                targets,
                table.position(&pair.id),
                table.position(&pair.kind),
            ) else {
                continue;
            };
            if let Some(arm) = pair
                .arms
                .iter()
                .find(|arm| table.position(&arm.column).is_some())
            {
                return Err(there_already(config, section, &arm.column).into());
            }
            warnings.extend(kinds_without_variant(ddl, at, kind, &pair));
            let targets: Vec<Path> = targets
                .into_iter()
                .map(|target| Path {
                    schema: Some(ddl.tables[target].schema.clone()),
                    name: ddl.tables[target].name.clone(),
                })
                .collect();
            let table = &mut ddl.tables[at];
            let required = match &section.required {
                Some(said) => *said.get_ref(),
                None => table.columns[id].not_null && table.columns[kind].not_null,
            };
            replace(table, id, &pair, targets, warnings);
            table.checks.push(one_of(&pair, required, dialect));
            found.push((section_table.get_ref().clone(), pair));
        }
    }
    Ok(found)
}

fn there_already(config: &Config, section: &OwnerSection, column: &str) -> ConfigError {
    let at = section.id.as_ref().map(|id| id.span());
    let what = format!("column {column:?}, which would replace it, exists already");
    config.impossible(at.unwrap_or_default(), what)
}

/// A warning about values of the kind column that no variant has.
fn kinds_without_variant(ddl: &Ddl, table: usize, kind: usize, pair: &OwnerPair) -> Option<String> {
    let table = &ddl.tables[table];
    let column = &table.columns[kind];
    let named = ddl.named_type(&column.ty.base).map(|named| &named.kind);
    let texts = match named {
        Some(NamedKind::Enum(texts)) => texts,
        _ if column.ty.base == "enum" => &column.ty.arguments,
        _ => return None,
    };
    let unknown = |text: &&String| !pair.arms.iter().any(|arm| arm.value == **text);
    let unknown: Vec<&str> = texts.iter().filter(unknown).map(String::as_str).collect();
    (!unknown.is_empty()).then(|| {
        format!(
            "column {}.{}: no variant has {}; rows with it have no place in the world",
            table.name,
            column.name,
            unknown.join(", ")
        )
    })
}

/// Replaces a pair by the columns of its tables. UNIQUE sets that contain the owner are lost, because a
/// world's index cannot contain part of an owner.
fn replace(
    table: &mut DeclaredTable,
    id: usize,
    pair: &OwnerPair,
    targets: Vec<Path>,
    warnings: &mut Vec<String>,
) {
    let old = table.columns[id].clone();
    let primary = table.primary_key.clone();
    let of_pair = |name: &str| {
        [&pair.id, &pair.kind]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
    };
    let mut lost = |columns: Vec<&str>| {
        if columns.iter().any(|name| of_pair(name)) {
            warnings.push(format!(
                "table {}: ({}) is not UNIQUE here: it has a part of an owner",
                table.name,
                columns.join(", ")
            ));
        }
    };
    lost(primary.iter().map(String::as_str).collect());
    for key in table.keys.iter().filter(|key| key.unique) {
        lost(key.parts.iter().filter_map(KeyPart::column).collect());
    }
    for name in &primary {
        if let Some(column) = table.column_mut(name) {
            column.not_null = true;
        }
    }
    table.keys.retain(|key| {
        let mut names = key.parts.iter().filter_map(KeyPart::column);
        !names.any(of_pair)
    });
    table.remove_column(&pair.id);
    table.remove_column(&pair.kind);
    for (n, (arm, target)) in pair.arms.iter().zip(targets).enumerate() {
        let column = DeclaredColumn {
            name: arm.column.clone(),
            not_null: false,
            default: None,
            comment: Some(format!("{} where {} is {}", pair.id, pair.kind, arm.value)),
            ..old.clone()
        };
        let at = (id + n).min(table.columns.len());
        table.columns.insert(at, column);
        table.foreign_keys.push(DeclaredForeignKey {
            name: None,
            columns: vec![arm.column.clone()],
            target,
            target_columns: Vec::new(),
            on_delete: OnDelete::NoAction,
        });
    }
}

/// The CHECK that exactly one of the columns is set, or at most one if the owner is optional.
fn one_of(pair: &OwnerPair, required: bool, dialect: Dialect) -> DeclaredCheck {
    let (quote, cast) = match dialect {
        Dialect::MySql => ('`', ""),
        Dialect::Postgres => ('"', "::integer"),
        Dialect::Sqlite => ('"', ""),
    };
    let set: Vec<String> = pair
        .arms
        .iter()
        .map(|arm| format!("({quote}{}{quote} IS NOT NULL){cast}", arm.column))
        .collect();
    let relation = if required { "=" } else { "<=" };
    let text = format!("{} {relation} 1", set.join(" + "));
    DeclaredCheck {
        name: None,
        pieces: tokens::pieces(&text, dialect.parser()),
    }
}
