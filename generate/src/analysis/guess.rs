//! The table that a column's name refers to, where nothing else says it: `player_id` → `players`.

use crate::config::Config;
use crate::names::{self, Ident};
use crate::schema::{Column, Schema, Table};

/// What a column's name says.
#[derive(Debug, PartialEq)]
pub(crate) enum Guess<'s> {
    /// It is no key's name.
    None,
    /// It is a key to this table.
    One(&'s Table),
    /// These tables fit equally well, so none is taken.
    Several(Vec<&'s Table>),
}

/// The table that a column's name refers to. A prefix `owner_` is not part of the table's name.
pub(crate) fn guess<'s>(
    schema: &'s Schema,
    config: &Config,
    table: &Table,
    column: &Column,
) -> Guess<'s> {
    if !column.is_integer() || column.must_be_null && column.not_null || column.names_no_rows {
        return Guess::None;
    }
    // Most columns do not end with `_id`, and this test is cheaper than making an identifier.
    let is_other = |last: char| last.is_ascii_alphanumeric() && !last.eq_ignore_ascii_case(&'d');
    if column.name.ends_with(is_other) {
        return Guess::None;
    }
    let name = Ident::new(&column.name);
    let Some(stem) = name.stem().strip_suffix("_id").filter(|s| !s.is_empty()) else {
        return Guess::None;
    };
    if let Some(target) = with_prefix(schema, table, column, stem) {
        return Guess::One(target);
    }
    let mut found = named(schema, config, stem);
    // A plain column of that very name in the target says that the name means something else: `careers` with a
    // `career_id` beside its `id` has two numbers of its own.
    found.retain(|target| !has_plain(target, column));
    if found.is_empty()
        && let Some(owner) = stem.strip_prefix("owner_")
    {
        found = named(schema, config, owner);
        // No row is its own owner, as a constant would make it.
        found.retain(|target| !is_same(target, table) || column.default.is_none());
    }
    if found.len() > 1 {
        let keyed = |target: &&&Table| has_key(target, column);
        let mut by_key = found.iter().filter(keyed);
        if let (Some(only), None) = (by_key.next(), by_key.next()) {
            return Guess::One(only);
        }
    }
    match found.as_slice() {
        [] => Guess::None,
        [only] => Guess::One(only),
        _ => Guess::Several(found),
    }
}

fn is_same(one: &Table, other: &Table) -> bool {
    one.name == other.name
}

/// Whether the id of a table has the name of this column.
fn has_key(table: &Table, column: &Column) -> bool {
    let mut key = table.primary_key.iter();
    key.any(|key| key.eq_ignore_ascii_case(&column.name))
}

fn has_plain(table: &Table, column: &Column) -> bool {
    table
        .column(&column.name)
        .is_some_and(|same| !same.primary_key)
}

/// Whether a column can point to rows of this table.
fn has_ids(table: &Table) -> bool {
    table.rowid_key && !table.has_surrogate_id()
}

/// The table of the same prefix whose id has the name of the column: `old_attachments.letter_id` →
/// `old_letters.letter_id`.
fn with_prefix<'s>(
    schema: &'s Schema,
    table: &Table,
    column: &Column,
    stem: &str,
) -> Option<&'s Table> {
    let mut keyed = schema
        .tables
        .iter()
        .filter(|target| has_ids(target) && !is_same(target, table) && has_key(target, column))
        .peekable();
    keyed.peek()?;
    let (many, own) = (names::plural(stem), Ident::new(&table.name));
    let fits = |target: &&Table| {
        let name = Ident::new(&target.name);
        let name = name.stem();
        let prefix = [many.as_str(), stem]
            .into_iter()
            .find_map(|word| name.strip_suffix(word));
        prefix.is_some_and(|prefix| prefix.ends_with('_') && own.stem().starts_with(prefix))
    };
    keyed.filter(fits).max_by_key(|target| target.name.len())
}

/// The tables that a word names.
fn named<'s>(schema: &'s Schema, config: &Config, word: &str) -> Vec<&'s Table> {
    let many = names::plural(word);
    let fits = |table: &&Table| {
        let said = config.table(&table.name).and_then(|t| t.singular.as_ref());
        has_ids(table)
            && match said {
                Some(singular) => singular.get_ref() == word,
                None => {
                    let table = Ident::new(config.bare(&table.name));
                    let table = table.stem();
                    table == word || table == many || names::singular(table) == word
                }
            }
    };
    schema.tables.iter().filter(fits).collect()
}
