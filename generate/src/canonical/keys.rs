//! Ids and foreign keys.

use super::draft::{Id, ReferenceDraft, TableDraft, surrogate};
use super::own_numbers;
use super::value_keys;
use crate::config::{Config, References};
use crate::input::ddl::{Ddl, DeclaredForeignKey, DeclaredKey, DeclaredTable, KeyPart};
use crate::input::types::SqlType;
use crate::schema::{ForeignKey, NUMBERED_BY_KEY, OnDelete, shared_key};
use crate::sql::cursor::Path;

/// Determines the id of each table.
pub(super) fn ids(ddl: &Ddl, tables: &mut [TableDraft], config: &Config) {
    // A key that points to another table's id is not an id of its own, so tables depend on each other.
    let mut waiting = Vec::new();
    for at in 0..tables.len() {
        match single(ddl, tables, config, at) {
            Err(why) => {
                let name = surrogate(&tables[at]);
                tables[at].id = Id::Surrogate {
                    name,
                    why,
                    numbered_by: None,
                };
            }
            Ok((column, None)) => tables[at].id = Id::Column(column),
            Ok((column, Some(target))) => waiting.push((at, column, target)),
        }
    }
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|(at, column, target)| {
            match &tables[*target].id {
                Id::Unknown => return true,
                _ if tables[*target].pointed_id().is_some() => {
                    tables[*at].id = extension(&tables[*at], *column, &tables[*target].name);
                }
                // The key is not followed, so it can be the id.
                _ => tables[*at].id = Id::Column(*column),
            }
            false
        });
        if waiting.len() == before {
            // These tables depend on each other in a cycle; the first one keeps its key as the id.
            let (at, column, _) = waiting.remove(0);
            tables[at].id = Id::Column(column);
        }
    }
    for (source, table) in ddl.tables.iter().zip(tables) {
        for at in source
            .primary_key
            .iter()
            .filter_map(|name| source.position(name))
        {
            table.columns[at].not_null = true;
        }
        if let Id::Column(at) = table.id {
            let column = &mut table.columns[at];
            column.kind = SqlType::ANY_INTEGER;
            column.default = None;
        }
    }
}

/// The id of rows whose key is the id of a row in another table. An import gives a row the id that its key has, so that
/// keys to the one are keys to the other.
fn extension(table: &TableDraft, column: usize, target: &str) -> Id {
    let own = &table.columns[column].name;
    let mut why = format!("{}{target}", shared_key(own));
    // The comment is where an import reads it, and no comment keeps such a name.
    let is_kept = !own.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    if is_kept {
        why.push_str(NUMBERED_BY_KEY);
    }
    Id::Surrogate {
        name: surrogate(table),
        why,
        numbered_by: is_kept.then_some(column),
    }
}

/// The column of a primary key of one integer column, with the table whose id it points to, if any; or
/// the reason why there is no such column.
fn single(
    ddl: &Ddl,
    tables: &[TableDraft],
    config: &Config,
    at: usize,
) -> Result<(usize, Option<usize>), String> {
    let source = &ddl.tables[at];
    let mut places: Vec<usize> = source
        .primary_key
        .iter()
        .filter_map(|name| source.position(name))
        .collect();
    if places.len() != 1
        && let Some(own) = numbered(source)
    {
        places = vec![own];
    }
    let [column] = places.as_slice() else {
        return Err(match places.as_slice() {
            [] => "the source has no primary key".to_owned(),
            several => format!("the source's key is ({})", tables[at].column_names(several)),
        });
    };
    let own = &tables[at].columns[*column];
    if !own.kind.is_integer() {
        return Err(format!("the source's key is ({})", own.name));
    }
    let declared = source.foreign_keys.iter().any(|key| {
        let [name] = key.columns.as_slice() else {
            return false;
        };
        source.position(name) == Some(*column)
    });
    let is_said = config.references(&tables[at].name, &own.name).is_some();
    if !declared
        && !is_said
        && let Some(why) = own_numbers::why_a_field(ddl, tables, config, at, *column)
    {
        return Err(why);
    }
    let target = source.foreign_keys.iter().find_map(|key| {
        let [name] = key.columns.as_slice() else {
            return None;
        };
        if source.position(name) != Some(*column) {
            return None;
        }
        let target = ddl.position(&key.target, &source.schema)?;
        (target != at && names_key(&ddl.tables[target], key)).then_some(target)
    });
    let said = config.references(&tables[at].name, &own.name);
    let said = said.and_then(|to| match to.get_ref() {
        References::Table(to) => tables.iter().position(|table| table.name == *to),
        References::No(_) => None,
    });
    Ok((*column, target.or(said.filter(|to| *to != at))))
}

/// The NOT NULL UNIQUE column that the database numbers. It takes the place of a primary key where there is
/// none, or where the primary key has several columns.
fn numbered(source: &DeclaredTable) -> Option<usize> {
    source.columns.iter().position(|column| {
        let is_own = |key: &DeclaredKey| {
            key.unique
                && key.condition.is_none()
                && matches!(key.parts.as_slice(), [KeyPart::Column(only)] if only.eq_ignore_ascii_case(&column.name))
        };
        column.identity && column.not_null && source.keys.iter().any(is_own)
    })
}

/// Whether a foreign key of one column points to a primary key of one column.
fn names_key(target: &DeclaredTable, key: &DeclaredForeignKey) -> bool {
    let own = numbered(target).map(|at| target.columns[at].name.clone());
    match (key.target_columns.as_slice(), target.primary_key.as_slice()) {
        ([], [_]) => true,
        ([to], [id]) => to.eq_ignore_ascii_case(id),
        ([to], _) => own.is_some_and(|id| to.eq_ignore_ascii_case(&id)),
        _ => false,
    }
}

/// Puts foreign keys that point to ids into their columns, and those that point to UNIQUE columns beside them; returns
/// the others.
pub(super) fn foreign_keys(
    ddl: &Ddl,
    tables: &mut [TableDraft],
    config: &Config,
    warnings: &mut Vec<String>,
) -> Vec<(String, ForeignKey)> {
    let (mut unfollowed, mut others) = (Vec::new(), Vec::new());
    for (at, source) in ddl.tables.iter().enumerate() {
        for key in &source.foreign_keys {
            let places: Vec<usize> = key
                .columns
                .iter()
                .filter_map(|name| source.position(name))
                .collect();
            let target = ddl.position(&key.target, &source.schema);
            let name = tables[at].name.clone();
            let columns = tables[at].column_names(&places);
            let mut warn = |why: &str| {
                warnings.push(format!(
                    "table {name}: the foreign key ({columns}) -> {} {why}",
                    shown(key)
                ));
            };
            if places.len() < key.columns.len() || places.is_empty() {
                warn("has a column that the table does not have; it is left out");
                continue;
            }
            match followed(ddl, tables, at, &places, target, key) {
                Ok((column, target)) => {
                    let own = &tables[at];
                    let wanted = config.on_delete(&own.name, &own.columns[column].name);
                    let on_delete = wanted.unwrap_or(key.on_delete);
                    if let Some(why) = refer(tables, at, column, target, on_delete) {
                        warn(&why);
                    }
                }
                Err(why) => {
                    let place = warnings.len();
                    let key = (key, in_drafts(ddl, tables, at, &places, target, key));
                    others.push((at, why, place, key));
                }
            }
        }
    }
    // From the last one back, so that the places of the warnings before it stay.
    for (at, why, place, (declared, key)) in others.into_iter().rev() {
        let columns = key.columns.join(", ");
        let (name, to) = (tables[at].name.clone(), shown(declared));
        let mut warn = |what: &str| {
            let warning = format!("table {name}: the foreign key ({columns}) -> {to} {what}");
            warnings.insert(place, warning);
        };
        match value_keys::follow(tables, at, &key, config) {
            Ok(None) => {}
            Ok(Some(what)) => warn(what),
            Err(other) => {
                let why = other.unwrap_or(why);
                warn(&format!("is not followed in memory: {why}"));
                unfollowed.push((name.clone(), key));
            }
        }
    }
    for table in tables {
        table.value_keys.reverse();
    }
    unfollowed.reverse();
    unfollowed
}

/// Makes a column refer to a table's id; or returns a warning about what is different or left out.
fn refer(
    tables: &mut [TableDraft],
    at: usize,
    column: usize,
    target: usize,
    on_delete: OnDelete,
) -> Option<String> {
    if let Some(other) = &tables[at].columns[column].references {
        let first = &tables[other.table].name;
        let what = || format!("is left out: the column points to {first} already");
        return (other.table != target).then(what);
    }
    let column = &mut tables[at].columns[column];
    let warning = match on_delete {
        OnDelete::SetDefault => {
            Some("is kept with NO ACTION: ON DELETE SET DEFAULT is not supported")
        }
        OnDelete::SetNull if column.not_null => {
            Some("is kept with NO ACTION: ON DELETE SET NULL cannot be, the column is NOT NULL")
        }
        _ => None,
    };
    let on_delete = match warning {
        Some(_) => OnDelete::NoAction,
        None => on_delete,
    };
    // The width is that of the id that it points to.
    column.kind = SqlType::ANY_INTEGER;
    column.references = Some(ReferenceDraft {
        table: target,
        on_delete,
    });
    warning.map(str::to_owned)
}

/// A foreign key that is not followed, with the names of the translation.
fn in_drafts(
    ddl: &Ddl,
    tables: &[TableDraft],
    at: usize,
    places: &[usize],
    target: Option<usize>,
    key: &DeclaredForeignKey,
) -> ForeignKey {
    let columns = places
        .iter()
        .map(|place| tables[at].columns[*place].name.clone());
    ForeignKey {
        columns: columns.collect(),
        table: target.map_or_else(|| key.target.name.clone(), |at| tables[at].name.clone()),
        target_columns: match (key.target_columns.as_slice(), target) {
            ([], Some(at)) => ddl.tables[at].primary_key.clone(),
            (columns, _) => columns.to_vec(),
        },
        on_delete: key.on_delete,
    }
}

/// The column of a foreign key that points to an id, and the table of that id.
///
/// # Errors
/// The reason why it does not point to an id.
fn followed(
    ddl: &Ddl,
    tables: &[TableDraft],
    at: usize,
    places: &[usize],
    target: Option<usize>,
    key: &DeclaredForeignKey,
) -> Result<(usize, usize), String> {
    let Some(target) = target else {
        return Err("the schema has no such table".to_owned());
    };
    let [column] = places else {
        return Err("it has several columns".to_owned());
    };
    let Some((_, id)) = tables[target].pointed_id() else {
        return Err(format!("{} has no such id", tables[target].name));
    };
    if !names_key(&ddl.tables[target], key) {
        return Err(format!(
            "it points to another column than the id `{}`",
            tables[target].columns[id].name
        ));
    }
    if matches!(tables[at].id, Id::Column(own) if own == *column) {
        return Err("the column is the id of its own row".to_owned());
    }
    if !tables[at].columns[*column].kind.is_integer() {
        return Err("the column holds no integers".to_owned());
    }
    Ok((*column, target))
}

fn shown(key: &DeclaredForeignKey) -> String {
    let Path { schema, name } = &key.target;
    let name = schema
        .as_ref()
        .map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
    match key.target_columns.as_slice() {
        [] => name,
        columns => format!("{name} ({})", columns.join(", ")),
    }
}
