//! A schema text, or what SQLite has read of it: in which dialect it is, and whether it has to be translated.

use super::LoadedSchema;
use super::translation::{Rows, finish, headed};
use crate::canonical;
use crate::config::Config;
use crate::driver::dump_rows::{self, RowsOf, Text};
use crate::driver::guessed_rows::{self, Refuted};
use crate::driver::missing_targets::{self, Source};
use crate::error::{Error, ReadError};
use crate::input::{detect, read, sqlite_file};
use crate::sql::Dialect;

/// Reads a schema text. `is_changed`: whether it is not the text of a single file any more. `rows`: where its rows
/// are, if not in it.
pub(super) fn from_text(
    source: &str,
    is_changed: bool,
    name: &str,
    dialect: Option<Dialect>,
    config: &Config,
    rows: Option<Text<'_>>,
) -> Result<LoadedSchema, Error> {
    let in_sqlite = match dialect {
        Some(Dialect::MySql | Dialect::Postgres) => None,
        _ => Some(sqlite_file::from_text(source)),
    };
    // For a canonical schema the dialect need not be guessed.
    let is_canonical = in_sqlite.as_ref().is_some_and(|found| {
        found
            .as_ref()
            .is_ok_and(|found| canonical::is_canonical(&found.schema, &found.skipped, config))
    });
    let taken = in_sqlite.as_ref().is_some_and(Result::is_ok);
    let guess = detect::detect(source, taken);
    let (dialect, note) = match dialect {
        Some(dialect) => (
            dialect,
            format!("read as {}, as --dialect says", dialect.name()),
        ),
        None if is_canonical => (
            Dialect::Sqlite,
            "read as SQLite: SQLite takes all of it".to_owned(),
        ),
        None => {
            let (dialect, why) = (guess.dialect, &guess.why);
            (
                dialect,
                format!(
                    "read as {}: {why}; --dialect says otherwise",
                    dialect.name()
                ),
            )
        }
    };
    match (dialect, in_sqlite) {
        (Dialect::Sqlite, Some(found)) => {
            let found = found.map_err(|source| Error::Schema {
                file: name.to_owned(),
                source: with_note(source, &note),
            })?;
            let mut loaded = from_sqlite(found, Some(source), name, config, note, rows)?;
            if is_changed && !loaded.is_translated {
                loaded.text = headed(name, source.trim_start());
                loaded.is_translated = true;
            }
            Ok(loaded)
        }
        _ => from_script(source, dialect, name, config, note, rows),
    }
}

/// Reads what SQLite has made of a text or of a file; a text that is canonical is taken as it is.
pub(super) fn from_sqlite(
    found: sqlite_file::SqliteSchema,
    text: Option<&str>,
    name: &str,
    config: &Config,
    note: String,
    rows: Option<Text<'_>>,
) -> Result<LoadedSchema, Error> {
    if found.schema.tables.is_empty() {
        return Err(Error::Schema {
            file: name.to_owned(),
            source: ReadError::NoTables {
                dialect: Dialect::Sqlite,
                why: why_of(&note),
                n_dropped: text.map_or(0, created),
                warnings: Vec::new(),
            },
        });
    }
    let (ddl, warnings) = sqlite_file::ddl(&found);
    let dialect = Dialect::Sqlite;
    let source = text.map(|text| Source { text, dialect });
    missing_targets::refuse(&ddl, config, name, source)?;
    if canonical::is_canonical(&found.schema, &found.skipped, config) {
        let mut schema = found.schema;
        let refuted = match rows {
            Some(text) => dump_rows::refuted(&schema, config, &RowsOf::canonical(text, &schema)),
            None => guessed_rows::refuted(&schema, config, &found.connection),
        };
        guessed_rows::take_back(&mut schema, &refuted);
        schema.notes.extend(refuted.iter().map(Refuted::note));
        let Some(text) = text else {
            // A SQLite file has no text of its own to keep.
            schema.notes.push(note);
            let statements = schema
                .statements
                .iter()
                .map(|statement| format!("{statement};\n"));
            let text = headed(name, &statements.collect::<Vec<_>>().join("\n"));
            return Ok(LoadedSchema {
                schema,
                text,
                is_translated: true,
            });
        };
        return Ok(LoadedSchema {
            schema,
            text: text.to_owned(),
            is_translated: false,
        });
    }
    let rows = rows.map_or(Rows::File(&found.connection), Rows::Text);
    finish(ddl, dialect, name, config, rows, vec![note], warnings)
}

/// What a guess of the dialect is based on, out of the note that says so.
fn why_of(note: &str) -> String {
    let guess = note.strip_suffix("; --dialect says otherwise");
    let why = guess.and_then(|guess| guess.split_once(": "));
    why.map(|(_, why)| why.to_owned()).unwrap_or_default()
}

/// An error of SQLite with the reason why the text was taken for SQLite's.
fn with_note(error: ReadError, note: &str) -> ReadError {
    match error {
        ReadError::Sql { line, message } if !why_of(note).is_empty() => ReadError::Sql {
            line,
            message: format!("{message}; {note}"),
        },
        other => other,
    }
}

/// How many tables a text of SQLite creates.
fn created(text: &str) -> usize {
    text.to_ascii_uppercase().matches("CREATE TABLE").count()
}

/// Reads a text of another dialect, statement by statement.
pub(super) fn from_script(
    source: &str,
    dialect: Dialect,
    name: &str,
    config: &Config,
    note: String,
    rows: Option<Text<'_>>,
) -> Result<LoadedSchema, Error> {
    let read = read::read(source, dialect);
    if read.ddl.tables.is_empty() {
        return Err(Error::Schema {
            file: name.to_owned(),
            source: ReadError::NoTables {
                dialect,
                why: why_of(&note),
                n_dropped: read.n_dropped,
                warnings: read.warnings,
            },
        });
    }
    let text = Source {
        text: source,
        dialect,
    };
    missing_targets::refuse(&read.ddl, config, name, Some(text))?;
    let mut notes = vec![note];
    if !read.skipped.is_empty() {
        let skipped = read.skipped.iter().map(|(what, n)| format!("{n} {what}"));
        notes.push(format!(
            "passed over: {}",
            skipped.collect::<Vec<_>>().join(", ")
        ));
    }
    let rows = Rows::Text(rows.unwrap_or(Text::InMemory(source)));
    finish(read.ddl, dialect, name, config, rows, notes, read.warnings)
}
