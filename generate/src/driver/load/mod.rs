//! From a schema file to a [`Schema`]: reads the file, which may be a folder, a dump or a server, translates it unless
//! it is canonical, and reads the translation.
//!
//! ```text
//! file ──input──> Ddl ──canonical──> SQLite text ──sqlite::read──> Schema
//! ```

mod text;
mod translation;

use std::io::Read as _;
use std::path::Path;

use super::dump_rows::Text;
use super::folder;
use super::missing_targets;
use crate::config::Config;
use crate::error::{Error, ImportError, TextError};
use crate::import::server::{Address, Server, ServerSchema};
use crate::input::dump::file::{self, TextFile};
use crate::input::dump::structure::Structure;
use crate::input::{decode, migrations, sqlite_file};
use crate::schema::Schema;
use crate::sql::Dialect;

use text::{from_script, from_sqlite, from_text};

pub(crate) use translation::GENERATED;

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
