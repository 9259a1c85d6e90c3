//! Rows beside a schema, which show whether a column whose name looks like a key is one.

use rusqlite::Connection;

use crate::analysis::relations::{self, Found, Relation};
use crate::config::Config;
use crate::schema::Schema;

/// A guess that rows refute.
pub(crate) struct Refuted {
    table: String,
    column: String,
    target: String,
    n_values: i64,
    n_dangling: i64,
}

/// The guessed keys whose values do not name rows: any of a NOT NULL column, half of another one, in which
/// those that name no row can be NULL.
pub(crate) fn refuted(schema: &Schema, config: &Config, rows: &Connection) -> Vec<Refuted> {
    let relations = relations::by_table(schema, config).into_iter().flatten();
    let guesses = relations.filter(|relation| relation.found == Found::Convention);
    guesses
        .filter_map(|guess| {
            // Where the rows cannot be read, they refute nothing.
            let (n_values, n_dangling) = count(schema, &guess, rows).ok()?;
            Refuted::of(guess, n_values, n_dangling)
        })
        .collect()
}

/// How many values a column has, and how many of them name no row. 0 does not count where it is the
/// DEFAULT of a NOT NULL column, because there it stands for none.
fn count(schema: &Schema, guess: &Relation, rows: &Connection) -> rusqlite::Result<(i64, i64)> {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let target = schema.table(&guess.target);
    let id = target.and_then(|target| target.primary_key.first());
    let names = [&guess.table, &guess.column, &guess.target];
    let [table, column, target] = names.map(|name| quoted(name));
    let id = id.map_or_else(|| "rowid".to_owned(), |id| quoted(id));
    let known = schema
        .table(&guess.table)
        .and_then(|t| t.column(&guess.column));
    let zero = known.filter(|known| known.not_null && known.default.as_deref() == Some("0"));
    let not_zero = zero.map_or("", |_| " AND own.value <> 0");
    let sql = format!(
        "WITH own AS (SELECT {column} AS value FROM {table})
         SELECT count(*), ifnull(sum(NOT EXISTS (SELECT 1 FROM {target} AS target WHERE target.{id} = own.value)), 0)
         FROM own WHERE own.value IS NOT NULL{not_zero}"
    );
    rows.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Takes refuted guesses back.
pub(crate) fn take_back(schema: &mut Schema, refuted: &[Refuted]) {
    for guess in refuted {
        if let Some(column) = schema.column_mut(&guess.table, &guess.column) {
            column.names_no_rows = true;
        }
    }
}

impl Refuted {
    /// A guess about a column that has so many values, if too many of them name no row.
    pub(super) fn of(guess: Relation, n_values: i64, n_dangling: i64) -> Option<Self> {
        let is_refuted = match guess.nullable {
            true => 2 * n_dangling > n_values,
            false => n_dangling > 0,
        };
        is_refuted.then_some(Self {
            table: guess.table,
            column: guess.column,
            target: guess.target,
            n_values,
            n_dangling,
        })
    }

    /// Its table and its column.
    pub(crate) fn place(&self) -> (String, String) {
        (self.table.clone(), self.column.clone())
    }

    pub(crate) fn note(&self) -> String {
        let place = format!("{}.{}", self.table, self.column);
        format!(
            "column {place}: its name looks like a key to {target}, and {} of its {} values name no row there, so it is \
             a plain column; `[columns.{place:?}] references = {target:?}` says otherwise",
            self.n_dangling,
            self.n_values,
            target = self.target,
        )
    }
}
