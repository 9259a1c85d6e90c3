//! The canonical translation of a schema, with what its rows refute, as a text that is read back.

use rusqlite::Connection;

use super::LoadedSchema;
use crate::analysis::relations::{self, Nullable};
use crate::canonical::{self, Canonical};
use crate::config::Config;
use crate::driver::dump_rows::{self, RowsOf, Text};
use crate::driver::guessed_rows::{self, Refuted};
use crate::error::Error;
use crate::input::ddl::Ddl;
use crate::schema::sqlite;
use crate::schema::{OwnerPair, Schema};
use crate::sql::Dialect;

/// The rows beside a schema.
pub(super) enum Rows<'r> {
    /// Those of a SQLite file.
    File(&'r Connection),
    /// Those that a text has INSERTs and COPYs for.
    Text(Text<'r>),
}

/// Translates what was read, and reads the translation.
pub(super) fn finish(
    mut ddl: Ddl,
    dialect: Dialect,
    name: &str,
    config: &Config,
    rows: Rows<'_>,
    mut notes: Vec<String>,
    mut warnings: Vec<String>,
) -> Result<LoadedSchema, Error> {
    let pairs = canonical::split_owners(&mut ddl, dialect, config, &mut warnings)?;
    let mut canonical = canonical::translate(&ddl, dialect, config);
    let (mut text, mut schema) = read_back(&canonical, &pairs, name)?;
    let refuted = match rows {
        Rows::File(connection) => guessed_rows::refuted(&schema, config, connection),
        Rows::Text(text) => {
            let rows = RowsOf::translated(text, dialect, &ddl, &canonical);
            dump_rows::refuted(&schema, config, &rows)
        }
    };
    notes.extend(refuted.iter().map(Refuted::note));
    let mut no_keys = relations::misleading(&schema, config);
    no_keys.extend(refuted.iter().map(Refuted::place));
    if !no_keys.is_empty() {
        canonical.say_no_keys(&no_keys);
        (text, schema) = read_back(&canonical, &pairs, name)?;
    }
    let nullable = relations::nullable(&schema, config);
    if !nullable.is_empty() {
        canonical.make_nullable(&nullable_columns(&nullable));
        (text, schema) = read_back(&canonical, &pairs, name)?;
    }
    for Nullable {
        table,
        column,
        none,
        ..
    } in nullable
    {
        if let Some(column) = schema.column_mut(&table, &column) {
            column.none = none;
        }
    }
    schema.notes = notes;
    schema.warnings = warnings;
    schema.warnings.extend(canonical.warnings);
    Ok(LoadedSchema {
        schema,
        text,
        is_translated: true,
    })
}

fn nullable_columns(nullable: &[Nullable]) -> Vec<canonical::NullableColumn<'_>> {
    let columns = nullable.iter().map(|column| canonical::NullableColumn {
        table: &column.table,
        name: &column.column,
        warning: match (column.is_guess, column.none) {
            (true, Some(_)) => Some(
                "points to a row by its name, and no row has the id 0: here it is NULL; `[columns.\"..\"] references` says otherwise",
            ),
            (true, None) => Some(
                "points to a row by its name, and its DEFAULT need not be a row's id: here it can be NULL, and has no DEFAULT; `[columns.\"..\"] references` says otherwise",
            ),
            (false, _) => None,
        },
    });
    columns.collect()
}

/// The text of a translation, and its schema, with the properties that SQL text cannot express.
fn read_back(
    canonical: &Canonical,
    pairs: &[(String, OwnerPair)],
    name: &str,
) -> Result<(String, Schema), Error> {
    let text = headed(name, &canonical.text);
    let mut schema = sqlite::read(&text).map_err(|source| Error::Canonical {
        file: name.to_owned(),
        source,
    })?;
    for table in &mut schema.tables {
        let keys = canonical.unfollowed.iter();
        let keys = keys.filter(|(of, _)| *of == table.name);
        table.source = canonical.source_name(&table.name);
        table.unfollowed_keys = keys.map(|(_, key)| key.clone()).collect();
        let pairs = pairs.iter().filter(|(of, _)| *of == table.name);
        table.owner_pairs = pairs.map(|(_, pair)| pair.clone()).collect();
        for column in &mut table.columns {
            column.source_type = canonical.source_type(&table.name, &column.name);
        }
    }
    Ok((text, schema))
}

/// The start of every translated schema.
pub(crate) const GENERATED: &str = "-- @generated";

/// A text under the line that says what it was made from.
pub(super) fn headed(name: &str, text: &str) -> String {
    let file = name
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(name)
        .replace(['\n', '\r'], " ");
    format!(
        "{GENERATED} from `{file}` by `gamedb generate`. Do not edit; edit the schema and rerun.\n\n{text}"
    )
}
