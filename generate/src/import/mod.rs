//! Copies the rows of an old file into a new world file with the same tables in another shape.
//!
//! A row that does not fit is left out and listed. Other rows are left out with it only if they require it.

mod announced;
mod columns;
mod config_lines;
mod dangling;
mod dangling_values;
mod dump;
mod dump_columns;
pub(crate) mod id_set;
mod left_out;
mod misfits;
mod nested;
mod next_ids;
mod options;
mod pending;
mod places;
mod queries;
mod refusal;
mod report;
pub(crate) mod server;
mod source;
mod spelling;
mod sqlite_file;
mod transfer;
mod value;
mod written;
mod zeros;

use std::path::Path;

use rusqlite::Connection;

pub use crate::error::ImportError;
use crate::error::TextError;
use crate::input::dump::file::dump_dialect;
use crate::model::Model;
use crate::schema::Schema;
use crate::sql::Dialect;
pub use dump::DumpFile;
pub use misfits::Misfits;
pub use options::{ImportOptions, Progress};
pub use report::{
    Change, ChangeKind, DroppedColumn, ImportReport, ImportedTable, Misfit, MisfitGroup,
    MisfitKind, TableLeftBehind,
};
pub use source::{
    Accepted, Cell, Conflict, ProgressUnit, RowSink, Source, SourceColumn, SourceRow, SourceTable,
    TableId, TextPlace,
};
use sqlite_file::FileKind;
pub use sqlite_file::SqliteFile;
use transfer::Transfer;

/// Opens a file as a source of rows: a SQLite file, or the text of a dump, plain or compressed. The text is read in
/// this dialect; without one, it is detected. Connects to a server, if the path is the address of one
/// (`mysql://user:password@host/database`).
///
/// # Errors
/// [`ImportError`], when the file cannot be opened or the server cannot be reached.
pub fn open(path: &Path, dialect: Option<Dialect>) -> Result<Box<dyn Source>, ImportError> {
    if let Some(address) = path.to_str().and_then(server::Address::parse) {
        return Ok(Box::new(server::Server::connect(&address)?));
    }
    let text_error = |source| ImportError::Text {
        path: path.to_owned(),
        source,
    };
    let failed = |error| text_error(TextError::Io(error));
    if !path.is_file() {
        return Ok(Box::new(SqliteFile::open(path)?));
    }
    match sqlite_file::kind(path).map_err(failed)? {
        FileKind::Sqlite => return Ok(Box::new(SqliteFile::open(path)?)),
        FileKind::PostgresCustom => return Err(text_error(TextError::CustomFormat)),
        FileKind::Text => {}
    }
    let dialect = match dialect {
        Some(dialect) => dialect,
        None => dump_dialect(path).map_err(failed)?,
    };
    Ok(Box::new(DumpFile::new(path, dialect)))
}

/// Copies the rows of a source into a new file with this schema, in one transaction: after an error there is no new
/// file. Without `options.out` the report is made, and nothing is written. `on_progress` is called now and then, and
/// at the end.
///
/// # Errors
/// [`ImportError`], when the source cannot be read or the new file cannot be written at all. Rows that do not fit
/// are no error; they are listed in the report.
pub fn import(
    source: &mut dyn Source,
    schema: &Schema,
    model: &Model,
    options: &ImportOptions,
    on_progress: &mut dyn FnMut(Progress<'_>),
) -> Result<ImportReport, ImportError> {
    if let Some(path) = options.out.as_ref().filter(|path| path.exists()) {
        return Err(ImportError::Exists { path: path.clone() });
    }
    // SQLite makes a file of its own for a database without a name, and removes it.
    let out = options.out.clone().unwrap_or_default();
    let new = Connection::open(&out).map_err(|source| options.write(source))?;
    let transfer = Transfer::begin(schema, model, &new, options, on_progress);
    let result = transfer.and_then(|transfer| transfer.run(source));
    drop(new);
    let is_written = result.as_ref().is_ok_and(|report| !report.needs_consent());
    if !is_written && options.out.is_some() {
        // The transaction was rolled back, so the file that was created above is empty.
        let _ = std::fs::remove_file(&out);
    }
    result
}
