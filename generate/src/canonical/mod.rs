//! Translates a schema into SQLite's own words: STRICT tables whose rows have one integer id each,
//! types that keep what the source's types keep, and foreign keys that point to ids.
//!
//! All later stages read the canonical text and nothing else.

mod check_translation;
mod clocks;
mod column_types;
mod defaults;
mod draft;
mod indexes;
mod keys;
mod own_numbers;
mod recognize;
mod split_owners;
mod sql_names;
mod value_keys;
mod warnings;
mod write;

pub(crate) use recognize::is_canonical;
pub(crate) use split_owners::split_owners;

use crate::config::Config;
use crate::input::ddl::{Ddl, DeclaredForeignKey};
use crate::names::Ident;
use crate::schema::{ForeignKey, SourceName, game_number, shared_key};
use crate::sql::Dialect;
use draft::{Id, TableDraft};
use warnings::ByColumn;

/// A schema in SQLite's words.
#[derive(Debug, Default)]
pub(crate) struct Canonical {
    /// The statements.
    pub(crate) text: String,
    /// What the translation loses.
    pub(crate) warnings: Vec<String>,
    /// Foreign keys that are not in the text, with their tables.
    pub(crate) unfollowed: Vec<(String, ForeignKey)>,
    tables: Vec<TableDraft>,
}

impl Canonical {
    /// Makes these columns nullable, without a DEFAULT.
    pub(crate) fn make_nullable(&mut self, places: &[NullableColumn<'_>]) {
        let mut said = ByColumn::default();
        for NullableColumn {
            table,
            name,
            warning,
        } in places
        {
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
            if let Some(warning) = warning {
                said.add(format!("{}.{name}", table.name), warning);
            }
        }
        self.warnings.extend(said.into_warnings());
        self.text = write::write(&self.tables);
    }

    /// Says in the text that a column is no key, whatever its name looks like: what says so is not in the text.
    pub(crate) fn say_no_keys(&mut self, columns: &[(String, String)]) {
        for (table, name) in columns {
            let mut tables = self.tables.iter_mut();
            let Some(table) = tables.find(|known| known.name == *table) else {
                continue;
            };
            if let Id::Surrogate { why, .. } = &mut table.id
                && why.starts_with(&shared_key(name))
            {
                *why = game_number(name);
            }
            if let Some(at) = table.position(name) {
                table.columns[at].say_no_key();
            }
        }
        self.text = write::write(&self.tables);
    }

    /// The name of a table in the source.
    pub(crate) fn source_name(&self, table: &str) -> Option<SourceName> {
        let table = self.tables.iter().find(|known| known.name == table)?;
        table.source.clone()
    }

    /// The names of the tables, in the order of the source, with those of their columns, without ids that the
    /// source does not have.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.tables.iter().map(|table| {
            let columns = table.columns.iter();
            (
                table.name.as_str(),
                columns.map(|column| column.name.as_str()).collect(),
            )
        })
    }

    /// The type of a column in the source, as `[types]` names it.
    pub(crate) fn source_type(&self, table: &str, column: &str) -> Option<String> {
        let table = self.tables.iter().find(|known| known.name == table)?;
        let column = &table.columns[table.position(column)?];
        Some(column.source_type.clone()).filter(|source| !source.is_empty())
    }
}

/// A column that becomes nullable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NullableColumn<'c> {
    pub(crate) table: &'c str,
    pub(crate) name: &'c str,
    /// What to say about it.
    pub(crate) warning: Option<&'static str>,
}

/// Translates a schema.
pub(crate) fn translate(ddl: &Ddl, dialect: Dialect, config: &Config) -> Canonical {
    let mut canonical = Canonical::default();
    let warnings = &mut canonical.warnings;
    let mut of_columns = ByColumn::default();
    let mut tables = Vec::new();
    for (source, name) in ddl
        .tables
        .iter()
        .zip(sql_names::tables(&ddl.tables, warnings))
    {
        let mut columns = column_types::translate(
            ddl,
            source,
            &name,
            dialect,
            config,
            warnings,
            &mut of_columns,
        );
        for at in ddl.inherited_keys(tables.len()) {
            let is_declared = |key: &DeclaredForeignKey| matches!(key.columns.as_slice(), [only] if source.position(only) == Some(at));
            let looks_like_one = Ident::new(&columns[at].name).stem().ends_with("_id");
            if looks_like_one && !source.foreign_keys.iter().any(is_declared) {
                columns[at].say_no_key();
            }
        }
        let comment = source.comment.clone();
        tables.push(TableDraft {
            name,
            source: Some(SourceName {
                schema: source.schema.clone(),
                name: source.name.clone(),
            }),
            comment,
            columns,
            ..TableDraft::default()
        });
    }
    keys::ids(ddl, &mut tables, config);
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
    // What is UNIQUE decides which keys can be followed.
    let mut of_indexes = Vec::new();
    indexes::sets(ddl, dialect, &mut tables, config, &mut of_indexes);
    indexes::of_nests(&mut tables, config);
    canonical.unfollowed = keys::foreign_keys(ddl, &mut tables, config, warnings);
    warnings.append(&mut of_indexes);
    indexes::of_unfollowed(&mut tables, &canonical.unfollowed);
    for (source, table) in ddl.tables.iter().zip(&mut tables) {
        table.checks.extend(check_translation::checks(
            ddl, source, table, dialect, warnings,
        ));
    }
    sql_names::indexes(&mut tables);
    canonical.text = write::write(&tables);
    canonical.tables = tables;
    canonical
}
