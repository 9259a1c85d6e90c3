//! Lines for gamedb.toml that the names of columns make likely.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::relations;
use crate::config::Config;
use crate::names::{self, Ident};
use crate::schema::{Column, Schema, Table};

/// The keys that names make likely, as text for gamedb.toml: those that one table fits, and, as comments, those that
/// several fit. What is a key already is not among them.
pub fn suggest(schema: &Schema, config: &Config) -> String {
    let prefix = match config.sections().prefix {
        Some(_) => None,
        None => common_prefix(schema),
    };
    let bare = |table: &Table| {
        let name = config.bare(&table.name);
        let prefix = prefix.as_deref().unwrap_or_default();
        Ident::new(name.strip_prefix(prefix).unwrap_or(name))
            .stem()
            .to_owned()
    };
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for table in &schema.tables {
        for column in &table.columns {
            let decided = column.primary_key
                || !column.is_integer()
                || config.references(&table.name, &column.name).is_some()
                || relations::relation(schema, config, table, column).is_some();
            if decided {
                continue;
            }
            let targets = targets(schema, &bare, column);
            if !targets.is_empty() {
                found.entry(&column.name).or_default().extend(targets);
            }
        }
    }
    // Writing to a String does not fail.
    let mut text = String::new();
    if let Some(prefix) = prefix {
        let _ = writeln!(text, "prefix = {prefix:?}");
    }
    let (sure, ambiguous): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|(_, targets)| targets.len() == 1);
    for (lines, head, comment) in [
        (sure, "# One table fits each of these.\n[references]", ""),
        (
            ambiguous,
            "# Several tables fit each of these; one line of each can be taken.",
            "# ",
        ),
    ] {
        if lines.is_empty() {
            continue;
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{head}");
        for (column, targets) in lines {
            let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let key = match column.chars().all(is_bare) {
                true => column.to_owned(),
                false => format!("{column:?}"),
            };
            for target in targets {
                let _ = writeln!(text, "{comment}{key} = {target:?}");
            }
        }
    }
    text
}

/// What the names of all tables start with, up to an underscore.
fn common_prefix(schema: &Schema) -> Option<String> {
    let first = schema.tables.first()?;
    let (start, _) = first.name.split_once('_')?;
    let prefix = format!("{start}_");
    let is_common =
        |table: &Table| table.name.len() > prefix.len() && table.name.starts_with(&prefix);
    (schema.tables.len() > 2 && schema.tables.iter().all(is_common)).then_some(prefix)
}

/// The tables that a column's name can mean. A table whose id has that very name comes before one whose name is
/// the word, and that before those whose names start with it.
fn targets<'s>(
    schema: &'s Schema,
    bare: &dyn Fn(&Table) -> String,
    column: &Column,
) -> Vec<&'s str> {
    let name = column.name.to_lowercase();
    let Some(word) = name.strip_suffix("id") else {
        return Vec::new();
    };
    let word = word.trim_end_matches('_');
    // `android`, `paid` and their like are words: one that is a key has a table's name in it.
    if word.len() < 3 {
        return Vec::new();
    }
    let tables = || {
        let mut tables = schema.tables.iter();
        std::iter::from_fn(move || tables.next())
            .filter(|table| table.rowid_key && !table.has_surrogate_id())
    };
    let has_key = |table: &&Table| {
        let mut key = table.primary_key.iter();
        key.any(|key| key.eq_ignore_ascii_case(&column.name))
    };
    let many = names::plural(word);
    let is_word = |table: &&Table| {
        let own = bare(table).replace('_', "");
        let word = word.replace('_', "");
        own == word || own == many.replace('_', "") || names::singular(&own) == word
    };
    let starts = |table: &&Table| bare(table).starts_with(word);
    let names = |found: Vec<&'s Table>| found.into_iter().map(|t| t.name.as_str()).collect();
    let by_key: Vec<&Table> = tables().filter(has_key).collect();
    if !by_key.is_empty() {
        return names(by_key);
    }
    let by_start: Vec<&Table> = tables().filter(starts).collect();
    if by_start.is_empty() {
        return names(tables().filter(is_word).collect());
    }
    // Another table that starts with the word leaves a doubt, unless it is `word_..`, which is about the word.
    let is_rival =
        |table: &&&Table| is_word(table) || !bare(table).starts_with(&format!("{word}_"));
    let rivals: Vec<&Table> = by_start.iter().filter(is_rival).copied().collect();
    names(if rivals.is_empty() { by_start } else { rivals })
}
