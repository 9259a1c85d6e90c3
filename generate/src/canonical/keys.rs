//! Ids, foreign keys, UNIQUE sets and indexes.

use super::check_translation;
use super::draft::{Id, IndexDraft, ReferenceDraft, TableDraft, surrogate};
use crate::input::ddl::{Ddl, DeclaredForeignKey, DeclaredKey, DeclaredTable, KeyPart};
use crate::input::types::SqlType;
use crate::schema::{ForeignKey, OnDelete};
use crate::sql::Dialect;
use crate::sql::cursor::Path;

/// Determines the id of each table.
pub(super) fn ids(ddl: &Ddl, tables: &mut [TableDraft]) {
    // A key that points to another table's id is not an id of its own, so tables depend on each other.
    let mut waiting = Vec::new();
    for at in 0..tables.len() {
        match single(ddl, tables, at) {
            Err(why) => {
                let name = surrogate(&tables[at]);
                tables[at].id = Id::Surrogate { name, why };
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
                Id::Column(_) => {
                    let why = format!(
                        "`{}` is the id of its row in {}",
                        tables[*at].columns[*column].name, tables[*target].name
                    );
                    let name = surrogate(&tables[*at]);
                    tables[*at].id = Id::Surrogate { name, why };
                }
                // The key is not followed, so it can be the id.
                Id::Surrogate { .. } => tables[*at].id = Id::Column(*column),
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

/// The column of a primary key of one integer column, with the table whose id it points to, if any; or
/// the reason why there is no such column.
fn single(ddl: &Ddl, tables: &[TableDraft], at: usize) -> Result<(usize, Option<usize>), String> {
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
    Ok((*column, target))
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

/// Puts foreign keys that point to ids into their columns, and returns the others.
pub(super) fn foreign_keys(
    ddl: &Ddl,
    tables: &mut [TableDraft],
    warnings: &mut Vec<String>,
) -> Vec<(String, ForeignKey)> {
    let mut unfollowed = Vec::new();
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
                ))
            };
            if places.len() < key.columns.len() || places.is_empty() {
                warn("has a column that the table does not have; it is left out");
                continue;
            }
            let found = followed(ddl, tables, at, &places, target, key);
            let column = match found {
                Ok(column) => column,
                Err(why) => {
                    warn(&format!("is not followed in memory: {why}"));
                    let target_name = target
                        .map_or_else(|| key.target.name.clone(), |at| tables[at].name.clone());
                    let target_columns = match (key.target_columns.as_slice(), target) {
                        ([], Some(at)) => ddl.tables[at].primary_key.clone(),
                        (columns, _) => columns.to_vec(),
                    };
                    let columns = places
                        .iter()
                        .map(|place| tables[at].columns[*place].name.clone());
                    let key = ForeignKey {
                        columns: columns.collect(),
                        table: target_name,
                        target_columns,
                        on_delete: key.on_delete,
                    };
                    unfollowed.push((name, key));
                    continue;
                }
            };
            let Some(target) = target else {
                continue;
            };
            if let Some(other) = &tables[at].columns[column].references {
                if other.table != target {
                    let first = tables[other.table].name.clone();
                    warn(&format!(
                        "is left out: the column points to {first} already"
                    ));
                }
                continue;
            }
            let on_delete = match key.on_delete {
                OnDelete::SetDefault => {
                    warn("is kept with NO ACTION: ON DELETE SET DEFAULT is not supported");
                    OnDelete::NoAction
                }
                OnDelete::SetNull if tables[at].columns[column].not_null => {
                    warn(
                        "is kept with NO ACTION: ON DELETE SET NULL cannot be, the column is NOT NULL",
                    );
                    OnDelete::NoAction
                }
                action => action,
            };
            let column = &mut tables[at].columns[column];
            // The width is that of the id that it points to.
            column.kind = SqlType::ANY_INTEGER;
            column.references = Some(ReferenceDraft {
                table: target,
                on_delete,
            });
        }
    }
    unfollowed
}

/// The column of a foreign key that points to an id, or why it does not.
fn followed(
    ddl: &Ddl,
    tables: &[TableDraft],
    at: usize,
    places: &[usize],
    target: Option<usize>,
    key: &DeclaredForeignKey,
) -> Result<usize, String> {
    let Some(target) = target else {
        return Err("the schema has no such table".to_owned());
    };
    let [column] = places else {
        return Err("it has several columns".to_owned());
    };
    let Id::Column(id) = tables[target].id else {
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
    Ok(*column)
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

/// Translates UNIQUE sets and indexes.
pub(super) fn sets(
    ddl: &Ddl,
    dialect: Dialect,
    tables: &mut [TableDraft],
    warnings: &mut Vec<String>,
) {
    for (source, table) in ddl.tables.iter().zip(tables) {
        let primary: Vec<usize> = source
            .primary_key
            .iter()
            .filter_map(|name| source.position(name))
            .collect();
        if !primary.is_empty() && !matches!(table.id, Id::Column(_)) {
            compared(source, table, &primary, dialect, warnings);
            table.uniques.push(primary.clone());
        }
        for key in &source.keys {
            let label = key
                .name
                .clone()
                .unwrap_or_else(|| "without a name".to_owned());
            let mut warn =
                |what: &str| warnings.push(format!("table {}: index {label} {what}", table.name));
            let places: Option<Vec<usize>> = key
                .parts
                .iter()
                .map(|part| part.column().and_then(|name| source.position(name)))
                .collect();
            let Some(places) = places else {
                let expression = key.parts.iter().find_map(|part| match part {
                    KeyPart::Expression(text) => Some(text.as_str()),
                    _ => None,
                });
                let what = match (expression, key.unique) {
                    (Some(text), true) => format!(
                        "is left out, and what it keeps unique is not: `{text}` is computed"
                    ),
                    (Some(text), false) => format!("is left out: `{text}` is computed"),
                    (None, _) => {
                        "is left out: it has a column that the table does not have".to_owned()
                    }
                };
                warn(&what);
                continue;
            };
            let mut unique = key.unique;
            if unique
                && key
                    .parts
                    .iter()
                    .any(|part| matches!(part, KeyPart::Prefix(..)))
            {
                warn("is not UNIQUE here: it compares only the start of a text");
                unique = false;
            }
            let partial = key.condition.as_ref().filter(|condition| {
                !check_translation::only_not_null(condition, dialect, table, &places)
            });
            if let Some(condition) = partial.filter(|_| unique) {
                let condition = crate::sql::tokens::join(condition);
                warn(&format!(
                    "is not UNIQUE here: it covers only the rows where `{condition}`"
                ));
                unique = false;
            }
            if let Some(collation) = key.collation.as_ref().filter(|collation| {
                unique && dialect == Dialect::Sqlite && !collation.eq_ignore_ascii_case("BINARY")
            }) {
                warn(&format!(
                    "is UNIQUE by exact text here, and not by {collation}"
                ));
            }
            if unique {
                compared(source, table, &places, dialect, warnings);
                let is_id = matches!((&table.id, places.as_slice()), (Id::Column(id), [only]) if id == only);
                if !is_id && !table.uniques.contains(&places) {
                    table.uniques.push(places);
                }
            } else {
                let default = || {
                    format!(
                        "{}_{}",
                        table.name,
                        table.column_names(&places).replace(", ", "_")
                    )
                };
                let name = key.name.clone().unwrap_or_else(default);
                if !table.indexes.iter().any(|index| index.columns == places) {
                    table.indexes.push(IndexDraft {
                        name,
                        columns: places,
                    });
                }
            }
        }
    }
}

/// Warns where MySQL's collation compares texts as equal that SQLite tells apart.
fn compared(
    source: &DeclaredTable,
    table: &TableDraft,
    places: &[usize],
    dialect: Dialect,
    warnings: &mut Vec<String>,
) {
    if dialect != Dialect::MySql {
        return;
    }
    let exact = |collation: &str| {
        let collation = collation.to_ascii_lowercase();
        collation == "binary" || collation.ends_with("_bin") || collation.ends_with("_cs")
    };
    let texts = places
        .iter()
        .filter(|at| matches!(table.columns[**at].kind, SqlType::Text(_)));
    let loose: Vec<usize> = texts
        .filter(|at| {
            let own = source
                .columns
                .get(**at)
                .and_then(|column| column.collation.as_ref());
            !own.or(source.collation.as_ref())
                .is_some_and(|collation| exact(collation))
        })
        .copied()
        .collect();
    if !loose.is_empty() {
        warnings.push(format!(
            "table {}: UNIQUE ({}) compares texts exactly here; MySQL takes some for equal, such as those that differ in upper and lower case",
            table.name,
            table.column_names(places)
        ));
    }
}

/// Gives the columns of foreign keys that are not followed an index, as databases do.
pub(super) fn unfollowed_indexes(tables: &mut [TableDraft], unfollowed: &[(String, ForeignKey)]) {
    for (name, key) in unfollowed {
        let Some(table) = tables.iter_mut().find(|table| table.name == *name) else {
            continue;
        };
        let places: Vec<usize> = key
            .columns
            .iter()
            .filter_map(|name| table.position(name))
            .collect();
        let is_id =
            matches!((&table.id, places.as_slice()), (Id::Column(id), [only]) if id == only);
        let indexes = table.indexes.iter().map(|index| &index.columns);
        if is_id
            || indexes
                .chain(&table.uniques)
                .any(|columns| columns.starts_with(&places))
        {
            continue;
        }
        let name = format!("{}_{}", table.name, key.columns.join("_"));
        table.indexes.push(IndexDraft {
            name,
            columns: places,
        });
    }
}
