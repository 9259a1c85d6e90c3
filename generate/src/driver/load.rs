//! From a schema file to a [`Schema`]: reads the file, translates it unless it is canonical, and reads the
//! translation.
//!
//! ```text
//! file ──input──> Ddl ──canonical──> SQLite text ──sqlite::read──> Schema
//! ```

use std::io::Read as _;
use std::path::Path;

use rusqlite::Connection;

use super::dump_rows::{self, RowsOf, Text};
use super::folder;
use super::guessed_rows::{self, Refuted};
use super::missing_targets::{self, Source};
use crate::analysis::relations::{self, Nullable};
use crate::canonical::{self, Canonical};
use crate::config::Config;
use crate::error::{Error, ImportError, ReadError, TextError};
use crate::import::server::{Address, Server, ServerSchema};
use crate::input::ddl::Ddl;
use crate::input::dump::file::{self, TextFile};
use crate::input::dump::structure::Structure;
use crate::input::{decode, detect, migrations, read, sqlite_file};
use crate::schema::sqlite;
use crate::schema::{OwnerPair, Schema};
use crate::sql::Dialect;

/// A schema that was read.
#[derive(Debug)]
pub(crate) struct LoadedSchema {
    pub(crate) schema: Schema,
    /// The schema as canonical SQLite.
    pub(crate) text: String,
    /// Whether this is a translation, rather than the text of the file itself.
    pub(crate) is_translated: bool,
}

/// The start of every SQLite file.
const SQLITE_HEADER: &[u8] = b"SQLite format 3\0";

/// Reads a schema file, or the schema of a server.
///
/// # Errors
/// [`Error::ReadFile`] or [`Error::Server`]; [`Error::Schema`] for what SQLite refuses.
pub(crate) fn schema_file(
    path: &Path,
    dialect: Option<Dialect>,
    config: &Config,
) -> Result<LoadedSchema, Error> {
    let failed = |source| Error::ReadFile {
        path: path.to_owned(),
        source,
    };
    if let Some(address) = path.to_str().and_then(Address::parse) {
        return from_server(&address, config);
    }
    if path.is_dir() {
        return from_folder(path, dialect, config);
    }
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    let head = SQLITE_HEADER.len() as u64;
    file.by_ref()
        .take(head)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let name = path.display().to_string();
    if bytes == SQLITE_HEADER {
        drop(file);
        let refused = |source| Error::Schema {
            file: name.clone(),
            source,
        };
        let found = sqlite_file::open(path).map_err(refused)?;
        let note = format!("{name} is a SQLite file");
        return from_sqlite(found, None, &name, config, note, None);
    }
    let text = TextFile::open(path).map_err(failed)?;
    if text.is_compressed || text.total > MOST_BYTES {
        return from_dump(path, dialect, config);
    }
    file.read_to_end(&mut bytes).map_err(failed)?;
    from_bytes(&bytes, &name, dialect, config)
}

/// A text with more bytes is not kept in memory: its rows are passed over while it is read.
const MOST_BYTES: u64 = 1 << 26;

/// Reads the schema of a dump that is compressed, or too large to be kept in memory.
fn from_dump(
    path: &Path,
    dialect: Option<Dialect>,
    config: &Config,
) -> Result<LoadedSchema, Error> {
    let failed = |source| {
        Error::Import(ImportError::Text {
            path: path.to_owned(),
            source,
        })
    };
    let detected = match dialect {
        Some(dialect) => dialect,
        None => file::dump_dialect(path).map_err(|error| failed(TextError::Io(error)))?,
    };
    let structure = Structure::read(path, detected).map_err(failed)?;
    let name = path.display().to_string();
    // Its rows are not in the text that is read, but in the file.
    let rows = Some(Text::InFile(path));
    let source = from_text(&structure.text, true, &name, Some(detected), config, rows);
    let mut source = source
        .map_err(|error| missing_targets::relocate(error, |line| (None, structure.line(line))))?;
    let schema = &mut source.schema;
    if structure.n_passed > 0 {
        let n = structure.n_passed;
        schema
            .notes
            .push(format!("passed over: {n} statements with rows"));
    }
    for warning in &mut schema.warnings {
        *warning = structure.in_dump(warning);
    }
    Ok(source)
}

/// Reads the schema of a server. Its dialect is that of the server, whatever was asked for.
fn from_server(address: &Address, config: &Config) -> Result<LoadedSchema, Error> {
    let ServerSchema {
        text,
        warning,
        dialect,
        address,
    } = Server::connect(address)?.schema()?;
    let note = format!("read from {address}");
    let source = from_script(&text, dialect, &address, config, note, None);
    // The lines are those of a text that nobody has.
    let mut source = source.map_err(|error| missing_targets::relocate(error, |_| (None, None)))?;
    source.schema.warnings.splice(0..0, warning);
    Ok(source)
}

/// Reads the bytes of a schema text; `name` is what errors call it.
fn from_bytes(
    bytes: &[u8],
    name: &str,
    dialect: Option<Dialect>,
    config: &Config,
) -> Result<LoadedSchema, Error> {
    let (source, lossy) = decode::decode(bytes);
    let migrations::UpOnly { text, n_down } = migrations::up_only(&source);
    let mut source = from_text(&text, n_down > 0, name, dialect, config, None)?;
    source.schema.notes.extend(passed_over(
        n_down,
        "part of a migration",
        "parts of migrations",
    ));
    source.schema.warnings.splice(0..0, lossy);
    Ok(source)
}

fn passed_over(n: usize, one: &str, several: &str) -> Option<String> {
    let what = if n == 1 { one } else { several };
    (n > 0).then(|| format!("passed over: {n} Down {what}"))
}

/// Reads the files of a folder as one text.
fn from_folder(
    path: &Path,
    dialect: Option<Dialect>,
    config: &Config,
) -> Result<LoadedSchema, Error> {
    let folder = folder::read(path)?;
    let name = path.display().to_string();
    let source = from_text(&folder.text, true, &name, dialect, config, None);
    let mut source = source.map_err(|error| {
        missing_targets::relocate(error, |line| match folder.place(line) {
            Some((file, line)) => (Some(file.to_owned()), Some(line)),
            None => (None, Some(line)),
        })
    })?;
    let schema = &mut source.schema;
    schema.notes.extend(passed_over(
        folder.n_down,
        "file or part of a migration",
        "files of migrations",
    ));
    for warning in &mut schema.warnings {
        *warning = folder.in_file(warning);
    }
    schema.warnings.splice(0..0, folder.warnings);
    Ok(source)
}

/// Reads a schema text. `is_changed`: whether it is not the text of a single file any more. `rows`: where its rows
/// are, if not in it.
fn from_text(
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

fn from_sqlite(
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

fn from_script(
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

/// The rows beside a schema.
enum Rows<'r> {
    /// Those of a SQLite file.
    File(&'r Connection),
    /// Those that a text has INSERTs and COPYs for.
    Text(Text<'r>),
}

fn finish(
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

fn headed(name: &str, text: &str) -> String {
    let file = name
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(name)
        .replace(['\n', '\r'], " ");
    format!(
        "{GENERATED} from `{file}` by `gamedb generate`. Do not edit; edit the schema and rerun.\n\n{text}"
    )
}
