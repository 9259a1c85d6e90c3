//! Translates a schema into SQLite's own words: STRICT tables whose rows have one integer id each,
//! types that keep what the source's types keep, and foreign keys that point to ids.
//!
//! Everything behind this reads the canonical text and nothing else.

mod columns;
mod expression;
mod kept;
mod keys;
mod names;
mod owner_pairs;
mod text;
mod values;

pub(crate) use kept::is_canonical;
pub(crate) use owner_pairs::take_apart;

use crate::config::Config;
use crate::input::ddl::Ddl;
use crate::input::types::Kind;
use crate::schema::{ForeignKey, OnDelete, SURROGATE_ID};
use crate::sql::Dialect;

/// A schema in SQLite's words.
#[derive(Debug, Default)]
pub(crate) struct Canonical {
    /// The statements.
    pub(crate) text: String,
    /// What the translation loses.
    pub(crate) warnings: Vec<String>,
    /// Foreign keys that are not in the text, with their tables.
    pub(crate) unfollowed: Vec<(String, ForeignKey)>,
    tables: Vec<Table>,
}

impl Canonical {
    /// Lets these columns, by table and name, be NULL instead of 0.
    pub(crate) fn let_be_null(&mut self, places: &[(String, String)]) {
        let mut said = columns::Grouped::default();
        for (table, name) in places {
            let mut tables = self.tables.iter_mut();
            let Some(table) = tables.find(|known| known.name == *table) else {
                continue;
            };
            let Some(at) = table.position(name) else {
                continue;
            };
            let column = &mut table.columns[at];
            column.not_null = false;
            column.default = None;
            let place = format!("{}.{name}", table.name);
            said.add(
                place,
                "points to a row by its name, and 0 is none: here that is NULL; `[columns.\"..\"] references` says otherwise",
            );
        }
        self.warnings.extend(said.into_warnings());
        self.text = text::write(&self.tables);
    }
}

/// A table on its way to the text.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    pub(crate) columns: Vec<Column>,
    /// The column that is the id.
    pub(crate) id: Id,
    /// Sets of columns, by place.
    pub(crate) uniques: Vec<Vec<usize>>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) checks: Vec<String>,
}

/// What identifies a row.
#[derive(Debug, Default)]
pub(crate) enum Id {
    /// Not worked out yet.
    #[default]
    Unknown,
    /// A column of the source.
    Column(usize),
    /// A column that the source does not have, and why.
    Surrogate { name: String, why: String },
}

#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) not_null: bool,
    pub(crate) default: Option<String>,
    pub(crate) references: Option<Reference>,
    /// Whether the database numbers it.
    pub(crate) numbered: bool,
    pub(crate) comment: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Reference {
    /// The table, by place.
    pub(crate) table: usize,
    pub(crate) on_delete: OnDelete,
}

#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) columns: Vec<usize>,
}

impl Table {
    /// The place of a column.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns.position(|column| column.name.eq_ignore_ascii_case(name))
    }

    fn column_names(&self, places: &[usize]) -> String {
        let names: Vec<&str> = places
            .iter()
            .map(|at| self.columns[*at].name.as_str())
            .collect();
        names.join(", ")
    }
}

/// Translates a schema.
pub(crate) fn translate(ddl: &Ddl, dialect: Dialect, config: &Config) -> Canonical {
    let mut canonical = Canonical::default();
    let warnings = &mut canonical.warnings;
    let mut of_columns = columns::Grouped::default();
    let mut tables = Vec::new();
    for (source, name) in ddl.tables.iter().zip(names::tables(&ddl.tables, warnings)) {
        let columns = columns::translate(
            ddl,
            source,
            &name,
            dialect,
            config,
            warnings,
            &mut of_columns,
        );
        let comment = source.comment.clone();
        tables.push(Table {
            name,
            comment,
            columns,
            ..Table::default()
        });
    }
    keys::ids(ddl, &mut tables);
    for table in &tables {
        for (at, column) in table.columns.iter().enumerate() {
            if column.numbered && !matches!(table.id, Id::Column(id) if id == at) {
                let place = format!("{}.{}", table.name, column.name);
                of_columns.add(
                    place,
                    "numbered by the database; here the game has to set it",
                );
            }
        }
    }
    warnings.extend(of_columns.into_warnings());
    canonical.unfollowed = keys::foreign_keys(ddl, &mut tables, warnings);
    keys::sets(ddl, dialect, &mut tables, warnings);
    keys::unfollowed_indexes(&mut tables, &canonical.unfollowed);
    for (source, table) in ddl.tables.iter().zip(&mut tables) {
        table
            .checks
            .extend(expression::checks(ddl, source, table, dialect, warnings));
    }
    names::indexes(&mut tables);
    canonical.text = text::write(&tables);
    canonical.tables = tables;
    canonical
}

/// A free name for an id that the source does not have.
fn surrogate(table: &Table) -> String {
    let mut name = SURROGATE_ID.to_owned();
    let mut n = 2;
    while table.position(&name).is_some() {
        name = format!("{SURROGATE_ID}_{n}");
        n += 1;
    }
    name
}
