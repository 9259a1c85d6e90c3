//! UNIQUE sets and indexes.

use super::check_translation::only_not_null;
use super::draft::{Id, IndexDraft, TableDraft};
use crate::config::Config;
use crate::input::ddl::{Ddl, DeclaredKey, DeclaredTable, KeyPart};
use crate::input::types::SqlType;
use crate::schema::ForeignKey;
use crate::sql::Dialect;
use crate::sql::tokens::join;

/// Translates UNIQUE sets and indexes.
pub(super) fn sets(
    ddl: &Ddl,
    dialect: Dialect,
    tables: &mut [TableDraft],
    config: &Config,
    warnings: &mut Vec<String>,
) {
    for (source, table) in ddl.tables.iter().zip(tables) {
        for at in 0..source.columns.len() {
            table.columns[at].no_case =
                dialect == Dialect::Sqlite && is_no_case(ddl, source, table, at, config);
        }
        let primary: Vec<usize> = source
            .primary_key
            .iter()
            .filter_map(|name| source.position(name))
            .collect();
        if !primary.is_empty() && !matches!(table.id, Id::Column(_)) {
            compared(source, table, &primary, dialect, warnings);
            exact_key(source, table, &primary, dialect, warnings);
            table.uniques.push(primary.clone());
        }
        for key in &source.keys {
            let Some(places) = places(source, table, key, warnings) else {
                continue;
            };
            if is_unique((source, table), key, &places, dialect, warnings) {
                compared(source, table, &places, dialect, warnings);
                if key.nulls_equal && places.iter().any(|at| !table.columns[*at].not_null) {
                    warnings.push(format!(
                        "table {}: UNIQUE ({}) lets several rows have NULL there: NULLS NOT DISTINCT is not kept",
                        table.name,
                        table.column_names(&places)
                    ));
                }
                let is_id = matches!((&table.id, places.as_slice()), (Id::Column(id), [only]) if id == only);
                if !is_id && !table.uniques.contains(&places) {
                    table.uniques.push(places);
                }
            } else if !table.indexes.iter().any(|index| index.columns == places) {
                let name = key.name.clone().unwrap_or_else(|| {
                    let columns = table.column_names(&places).replace(", ", "_");
                    format!("{}_{columns}", table.name)
                });
                let columns = places;
                table.indexes.push(IndexDraft { name, columns });
            }
        }
    }
}

/// Whether a column of texts is UNIQUE by NOCASE, in every set that it is a part of. What names a row by value is
/// compared exactly, so a column that is named, or that a nest is counted in, is none.
fn is_no_case(
    ddl: &Ddl,
    source: &DeclaredTable,
    table: &TableDraft,
    at: usize,
    config: &Config,
) -> bool {
    let column = &source.columns[at];
    let is_it = |name: &str| name.eq_ignore_ascii_case(&column.name);
    let mut foreign_keys = ddl.tables.iter().flat_map(|table| &table.foreign_keys);
    let is_named = foreign_keys.any(|key| {
        key.target.name.eq_ignore_ascii_case(&source.name)
            && key.target_columns.iter().any(|name| is_it(name))
    });
    let nest = config.nest(&table.name);
    let is_counted_in = nest.is_some_and(|nest| is_it(nest.within.get_ref()));
    let mut keys = source.keys.iter().filter(|key| key.unique);
    let has = |key: &&DeclaredKey| {
        let mut columns = key.parts.iter().filter_map(KeyPart::column);
        columns.any(is_it)
    };
    let mut unique = keys.by_ref().filter(has).peekable();
    matches!(table.columns[at].kind, SqlType::Text(_))
        && !is_named
        && !source.primary_key.iter().any(|name| is_it(name))
        && !is_counted_in
        && unique.peek().is_some()
        && unique.all(|key| key.no_case.iter().any(|name| is_it(name)))
}

/// Makes the numbers of a nest UNIQUE, which its rows are found by.
pub(super) fn of_nests(tables: &mut [TableDraft], config: &Config) {
    for table in tables {
        let Some(nest) = config.nest(&table.name) else {
            continue;
        };
        let places = [&nest.within, &nest.child].map(|name| table.position(name.get_ref()));
        let [Some(within), Some(child)] = places else {
            continue;
        };
        let has =
            |set: &Vec<usize>| set.len() == 2 && set.contains(&within) && set.contains(&child);
        if !table.uniques.iter().any(has) {
            table.uniques.push(vec![within, child]);
        }
    }
}

/// A warning about an index.
fn warning(table: &TableDraft, key: &DeclaredKey, what: &str) -> String {
    let index = match &key.name {
        Some(name) => format!("index {name}"),
        None => {
            let parts = key.parts.iter().map(|part| match part {
                KeyPart::Column(name) | KeyPart::Prefix(name, _) => name.as_str(),
                KeyPart::Expression(text) => text.as_str(),
            });
            let kind = if key.unique { "UNIQUE" } else { "the index" };
            format!("{kind} ({})", parts.collect::<Vec<_>>().join(", "))
        }
    };
    format!("table {}: {index} {what}", table.name)
}

/// The columns of an index; `None` with a warning if it has other parts, so that it is left out.
fn places(
    source: &DeclaredTable,
    table: &TableDraft,
    key: &DeclaredKey,
    warnings: &mut Vec<String>,
) -> Option<Vec<usize>> {
    let columns = key.parts.iter().map(KeyPart::column);
    let places: Option<Vec<usize>> = columns
        .map(|column| column.and_then(|name| source.position(name)))
        .collect();
    if places.is_none() {
        let expression = key.parts.iter().find_map(|part| match part {
            KeyPart::Expression(text) => Some(text.as_str()),
            _ => None,
        });
        let what = match (expression, key.unique) {
            (Some(text), true) => {
                format!("is left out, and what it keeps unique is not: `{text}` is computed")
            }
            (Some(text), false) => format!("is left out: `{text}` is computed"),
            (None, _) => "is left out: it has a column that the table does not have".to_owned(),
        };
        warnings.push(warning(table, key, &what));
    }
    places
}

/// Whether a UNIQUE index is UNIQUE in SQLite too, with a warning if it is not or compares otherwise.
fn is_unique(
    (source, table): (&DeclaredTable, &TableDraft),
    key: &DeclaredKey,
    places: &[usize],
    dialect: Dialect,
    warnings: &mut Vec<String>,
) -> bool {
    if !key.unique {
        return false;
    }
    let mut warn = |what: &str| warnings.push(warning(table, key, what));
    let mut parts = key.parts.iter();
    if parts.any(|part| matches!(part, KeyPart::Prefix(..))) {
        warn("is not UNIQUE here: it compares only the start of a text");
        return false;
    }
    if let Some(condition) = &key.condition
        && !only_not_null(condition, dialect, table, places)
    {
        let condition = join(condition);
        warn(&format!(
            "is not UNIQUE here: it covers only the rows where `{condition}`"
        ));
        return false;
    }
    let is_lost = |name: &&String| {
        let place = source.position(name);
        place.is_some_and(|at| !table.columns[at].no_case)
    };
    let no_case = key.no_case.iter().find(is_lost).map(|_| "NOCASE");
    if dialect == Dialect::Sqlite
        && let Some(collation) = key.collation.as_deref().or(no_case)
    {
        warn(&format!(
            "is UNIQUE by exact text here, and not by {collation}"
        ));
    }
    true
}

/// Warns where the texts of a primary key are compared without regard to case in the source.
fn exact_key(
    source: &DeclaredTable,
    table: &TableDraft,
    primary: &[usize],
    dialect: Dialect,
    warnings: &mut Vec<String>,
) {
    let collation = |at: &usize| source.columns.get(*at)?.collation.as_deref();
    let is_other = |collation: &&str| !collation.eq_ignore_ascii_case("BINARY");
    if dialect == Dialect::Sqlite
        && let Some(collation) = primary.iter().filter_map(collation).find(is_other)
    {
        warnings.push(format!(
            "table {}: PRIMARY KEY ({}) is UNIQUE by exact text here, and not by {}; with a column `id INTEGER PRIMARY KEY`, \
             a UNIQUE column of texts is compared as it is declared",
            table.name,
            table.column_names(primary),
            collation.to_ascii_uppercase()
        ));
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
    let warning = format!(
        "table {}: UNIQUE ({}) compares texts exactly here; MySQL takes some for equal, such as those that differ in upper and lower case",
        table.name,
        table.column_names(places)
    );
    // Two keys over the same columns are one to say.
    if !loose.is_empty() && !warnings.contains(&warning) {
        warnings.push(warning);
    }
}

/// Gives the columns of foreign keys that are not followed an index, as databases do. One that merely starts with
/// them does not do: models have a finder for exactly these columns.
pub(super) fn of_unfollowed(tables: &mut [TableDraft], unfollowed: &[(String, ForeignKey)]) {
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
                .any(|columns| *columns == places)
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
