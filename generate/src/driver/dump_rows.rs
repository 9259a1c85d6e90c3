//! The rows of a dump, which show whether a column whose name looks like a key is one.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use super::guessed_rows::Refuted;
use crate::analysis::relations::{self, Found, Relation};
use crate::canonical::Canonical;
use crate::config::Config;
use crate::error::TextError;
use crate::import::id_set::IdSet;
use crate::input::cell::Cell;
use crate::input::ddl::Ddl;
use crate::input::dump::catalog::Catalog;
use crate::input::dump::file::TextFile;
use crate::input::dump::{CHUNK, Dump, Event, Target};
use crate::schema::Schema;
use crate::sql::Dialect;
use crate::sql::cursor;

/// The text that has the rows.
#[derive(Clone, Copy)]
pub(crate) enum Text<'t> {
    InMemory(&'t str),
    /// A file, which is streamed.
    InFile(&'t Path),
}

/// A dump, and what its tables are called here.
pub(crate) struct RowsOf<'d> {
    text: Text<'d>,
    dialect: Dialect,
    tables: Vec<Named>,
}

/// A table of a dump.
struct Named {
    schema: String,
    name: String,
    /// Its name here.
    own: String,
    /// The names of its columns, each with the name here.
    columns: Vec<(String, String)>,
}

impl<'d> RowsOf<'d> {
    /// The rows of a text whose schema was translated.
    pub(crate) fn translated(
        text: Text<'d>,
        dialect: Dialect,
        ddl: &Ddl,
        canonical: &Canonical,
    ) -> Self {
        let tables = ddl.tables.iter().zip(canonical.names());
        let named =
            |(table, (own, columns)): (&crate::input::ddl::DeclaredTable, (&str, Vec<&str>))| {
                let names = table.columns.iter().zip(columns);
                Named {
                    schema: table.schema.clone(),
                    name: table.name.clone(),
                    own: own.to_owned(),
                    columns: names
                        .map(|(column, own)| (column.name.clone(), own.to_owned()))
                        .collect(),
                }
            };
        Self {
            text,
            dialect,
            tables: tables.map(named).collect(),
        }
    }

    /// The rows of a text that is canonical already.
    pub(crate) fn canonical(text: Text<'d>, schema: &Schema) -> Self {
        let tables = schema.tables.iter().map(|table| Named {
            schema: String::new(),
            name: table.name.clone(),
            own: table.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.name.clone()))
                .collect(),
        });
        Self {
            text,
            dialect: Dialect::Sqlite,
            tables: tables.collect(),
        }
    }

    /// Calls `see` with the whole numbers in some columns of all rows: those that `wanted` gives numbers of its own for,
    /// by the names of table and column here.
    fn each(
        &self,
        wanted: &dyn Fn(&str, &str) -> Vec<usize>,
        see: &mut dyn FnMut(usize, i64),
    ) -> Result<(), TextError> {
        match self.text {
            Text::InMemory(text) => self.read(text.as_bytes(), wanted, see),
            Text::InFile(path) => {
                let file = TextFile::open(path).map_err(TextError::Io)?;
                self.read(file.reader, wanted, see)
            }
        }
    }

    fn read(
        &self,
        reader: impl Read,
        wanted: &dyn Fn(&str, &str) -> Vec<usize>,
        see: &mut dyn FnMut(usize, i64),
    ) -> Result<(), TextError> {
        let Ok(mut catalog) = Catalog::of(self.dialect) else {
            return Ok(());
        };
        let mut dump = Dump::new(reader, self.dialect, CHUNK);
        // The columns that are wanted of the rows that follow, by their places.
        let mut columns: Vec<(usize, Vec<usize>)> = Vec::new();
        while let Some(event) = dump.next()? {
            match event {
                Event::Statement(statement, _) | Event::LastStatement(statement, _) => {
                    catalog.statement(&statement);
                }
                Event::Rows(target, ..) => {
                    columns = self.columns(&catalog, &target, wanted);
                    if columns.is_empty() {
                        while dump.skip_row()? {}
                    }
                }
                Event::Row(cells, _) => {
                    for (at, of) in &columns {
                        if let Some(number) = cells.get(*at).and_then(number) {
                            of.iter().for_each(|of| see(*of, number));
                        }
                    }
                }
                Event::End(_) => {}
            }
        }
        Ok(())
    }

    fn columns(
        &self,
        catalog: &Catalog,
        target: &Target,
        wanted: &dyn Fn(&str, &str) -> Vec<usize>,
    ) -> Vec<(usize, Vec<usize>)> {
        let path = cursor::Path {
            schema: target.schema.clone(),
            name: target.table.clone(),
        };
        let Some(known) = catalog.table(&path) else {
            return Vec::new();
        };
        let mut tables = self.tables.iter();
        let is_it = |table: &&Named| {
            table.name.eq_ignore_ascii_case(&known.name) && table.schema == known.schema
        };
        let Some(table) = tables.find(is_it) else {
            return Vec::new();
        };
        let names = match &target.columns {
            Some(names) => names.clone(),
            None => known.names_of_row(target.is_copy, self.dialect),
        };
        let found = names.iter().enumerate().filter_map(|(at, name)| {
            let mut columns = table.columns.iter();
            let (_, own) = columns.find(|(source, _)| source.eq_ignore_ascii_case(name))?;
            let of = wanted(&table.own, own);
            (!of.is_empty()).then_some((at, of))
        });
        found.collect()
    }
}

/// The whole number that a value is.
fn number(cell: &Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Integer(number) => Some(*number),
        Cell::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
        _ => None,
    }
}

/// A column whose name looks like a key, and how many of its values name no row.
struct Guessed {
    relation: Relation,
    /// Whether 0 stands for none: it is the DEFAULT of a NOT NULL column.
    has_zero: bool,
    n_values: i64,
    n_dangling: i64,
}

/// The guessed keys whose values in the dump do not name rows, as
/// [`guessed_rows::refuted`](super::guessed_rows::refuted). The text is read twice, once for the ids, and only if there
/// are guesses. A text that cannot be read refutes nothing; whoever imports its rows reports that.
pub(crate) fn refuted(schema: &Schema, config: &Config, rows: &RowsOf<'_>) -> Vec<Refuted> {
    let relations = relations::by_table(schema, config).into_iter().flatten();
    let guesses = relations.filter(|relation| relation.found == Found::Convention);
    let mut guesses: Vec<Guessed> = guesses
        .map(|relation| Guessed {
            has_zero: has_zero(schema, &relation),
            relation,
            n_values: 0,
            n_dangling: 0,
        })
        .collect();
    if guesses.is_empty() || count(schema, rows, &mut guesses).is_err() {
        return Vec::new();
    }
    let refuted = guesses
        .into_iter()
        .filter_map(|guess| Refuted::of(guess.relation, guess.n_values, guess.n_dangling));
    refuted.collect()
}

/// Counts the values of each column, and those that name no row.
fn count(schema: &Schema, rows: &RowsOf<'_>, guesses: &mut [Guessed]) -> Result<(), TextError> {
    let mut targets: HashMap<String, usize> = HashMap::new();
    let target_of: Vec<usize> = guesses
        .iter()
        .map(|guess| {
            let n = targets.len();
            *targets.entry(guess.relation.target.clone()).or_insert(n)
        })
        .collect();
    let mut ids: Vec<IdSet> = targets.iter().map(|_| IdSet::default()).collect();
    let is_id = |table: &str, column: &str| {
        let id = schema
            .table(table)
            .and_then(|table| table.primary_key.first());
        let is_id = id.is_some_and(|id| id == column);
        let target = targets.get(table).filter(|_| is_id);
        target.copied().into_iter().collect()
    };
    rows.each(&is_id, &mut |target, id| ids[target].insert(id))?;
    let places: Vec<(String, String)> = guesses
        .iter()
        .map(|guess| (guess.relation.table.clone(), guess.relation.column.clone()))
        .collect();
    let is_guess = |table: &str, column: &str| {
        let places = places.iter().enumerate();
        let of = places.filter(|(_, place)| place.0 == table && place.1 == column);
        of.map(|(at, _)| at).collect()
    };
    rows.each(&is_guess, &mut |at, value| {
        let guess = &mut guesses[at];
        if !(guess.has_zero && value == 0) {
            guess.n_values += 1;
            guess.n_dangling += i64::from(!ids[target_of[at]].contains(value));
        }
    })
}

fn has_zero(schema: &Schema, relation: &Relation) -> bool {
    let table = schema.table(&relation.table);
    let column = table.and_then(|table| table.column(&relation.column));
    column.is_some_and(|column| column.not_null && column.default.as_deref() == Some("0"))
}
