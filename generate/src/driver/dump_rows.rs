//! The rows of a dump, which show whether a column whose name looks like a key is one.

use std::collections::{HashMap, HashSet};

use super::guessed_rows::Refuted;
use crate::analysis::relations::{self, Found, Relation};
use crate::canonical::Canonical;
use crate::config::Config;
use crate::input::ddl::Ddl;
use crate::input::rows;
use crate::schema::Schema;
use crate::sql::Dialect;

/// A dump, and what its tables are called here.
pub(crate) struct Dump<'d> {
    pub(crate) text: &'d str,
    pub(crate) dialect: Dialect,
    pub(crate) ddl: &'d Ddl,
    pub(crate) canonical: &'d Canonical,
}

/// The values of a column whose name looks like a key, each with how many rows have it.
struct Guessed {
    relation: Relation,
    values: HashMap<i64, i64>,
    /// Whether 0 stands for none: it is the DEFAULT of a NOT NULL column.
    has_zero: bool,
}

/// A column whose values are collected.
struct Wanted {
    /// Its place in the source's table.
    column: usize,
    /// The guesses that it is the column of.
    guesses: Vec<usize>,
    /// The table whose ids it has.
    ids_of: Option<String>,
}

/// The guessed keys whose values in the dump do not name rows, as
/// [`guessed_rows::refuted`](super::guessed_rows::refuted). Memory is proportional to the different values of these
/// columns, and to the ids that they would name.
pub(crate) fn refuted(schema: &Schema, config: &Config, dump: &Dump<'_>) -> Vec<Refuted> {
    let relations = relations::by_table(schema, config).into_iter().flatten();
    let guesses = relations.filter(|relation| relation.found == Found::Convention);
    let mut guesses: Vec<Guessed> = guesses
        .map(|relation| Guessed {
            has_zero: has_zero(schema, &relation),
            relation,
            values: HashMap::new(),
        })
        .collect();
    if guesses.is_empty() {
        return Vec::new();
    }
    let wanted = wanted(schema, dump, &guesses);
    let mut ids: HashMap<String, HashSet<i64>> = HashMap::new();
    let mut n_rows = 0_u64;
    rows::each(dump.text, dump.dialect, dump.ddl, |table, row| {
        n_rows += 1;
        for Wanted {
            column,
            guesses: of,
            ids_of,
        } in &wanted[table]
        {
            let Some(value) = row.get(*column).copied().flatten() else {
                continue;
            };
            for &guess in of {
                *guesses[guess].values.entry(value).or_default() += 1;
            }
            if let Some(table) = ids_of {
                match ids.get_mut(table) {
                    Some(ids) => ids.insert(value),
                    None => ids.entry(table.clone()).or_default().insert(value),
                };
            }
        }
    });
    // A dump without rows refutes nothing.
    if n_rows == 0 {
        return Vec::new();
    }
    let none = HashSet::new();
    guesses
        .into_iter()
        .filter_map(|guess| {
            let ids = ids.get(&guess.relation.target).unwrap_or(&none);
            let values = guess.values.iter();
            let values = values.filter(|(value, _)| !(guess.has_zero && **value == 0));
            let (mut n_values, mut n_dangling) = (0, 0);
            for (value, n) in values {
                n_values += n;
                n_dangling += if ids.contains(value) { 0 } else { *n };
            }
            Refuted::of(guess.relation, n_values, n_dangling)
        })
        .collect()
}

fn has_zero(schema: &Schema, relation: &Relation) -> bool {
    let table = schema.table(&relation.table);
    let column = table.and_then(|table| table.column(&relation.column));
    column.is_some_and(|column| column.not_null && column.default.as_deref() == Some("0"))
}

/// The columns whose values are collected, for each table of the source.
fn wanted(schema: &Schema, dump: &Dump<'_>, guesses: &[Guessed]) -> Vec<Vec<Wanted>> {
    let tables = dump.canonical.names();
    let of_table = |(name, columns): (&str, Vec<&str>)| {
        let table = schema.table(name);
        let id = table.and_then(|table| table.primary_key.first());
        let is_target = guesses.iter().any(|guess| guess.relation.target == name);
        let mut wanted = Vec::new();
        for (column, own) in columns.into_iter().enumerate() {
            let is_it =
                |guess: &Guessed| guess.relation.table == name && guess.relation.column == own;
            let found = (0..guesses.len()).filter(|&n| is_it(&guesses[n]));
            let guesses: Vec<usize> = found.collect();
            let ids_of = (is_target && id.is_some_and(|id| id == own)).then(|| name.to_owned());
            if !guesses.is_empty() || ids_of.is_some() {
                wanted.push(Wanted {
                    column,
                    guesses,
                    ids_of,
                });
            }
        }
        wanted
    };
    tables.map(of_table).collect()
}
