//! Copies the rows of an old SQLite file into a new world file with the same tables in another shape.
//!
//! A row that does not fit is left out and listed. Other rows are left out with it only if they require it.

mod common_columns;
mod config_lines;
mod dangling;
mod left_out;
mod old_file;
mod options;
mod queries;
mod refusal;
mod report;
mod transfer;
mod value;

use rusqlite::{Connection, OpenFlags};

pub use crate::error::ImportError;
use crate::model::Model;
use crate::schema::Schema;
use left_out::LeftOut;
use old_file::OldFile;
pub use options::{ImportOptions, Progress};
pub use report::{
    Change, ChangeKind, ImportReport, ImportedTable, Misfit, MisfitGroup, MisfitKind,
};
use transfer::{Failed, Transfer};

/// Copies the rows of `options.from` into a new file with this schema, in one transaction: after an error
/// there is no new file. Without `options.out` the report is made, and nothing is written. `on_progress` is called every thousand rows and after each table.
///
/// # Errors
/// [`ImportError`], when a file cannot be read or written at all. Rows that do not fit are no error; they
/// are listed in the report.
pub fn import(
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
    let read = |source| ImportError::Read {
        path: options.from.clone(),
        source,
    };
    let write = |source| ImportError::Write {
        path: out.clone(),
        source,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let old = Connection::open_with_flags(&options.from, flags).map_err(read)?;
    let mut source = OldFile::of(&old, schema).map_err(read)?;
    source.keep_zeros(&old, schema, model).map_err(read)?;
    let new = Connection::open(&out).map_err(write)?;
    let mut transfer = Transfer {
        schema,
        model,
        new: &new,
        report: ImportReport {
            notes: source.notes.clone(),
            ..ImportReport::default()
        },
        done: 0,
        total: source.n_rows(),
        left_out: LeftOut::default(),
    };
    let result = transfer.run(&old, &source, options, on_progress);
    let report = std::mem::take(&mut transfer.report);
    drop(new);
    match result {
        Ok(()) => Ok(report),
        Err(failed) => {
            // The transaction was rolled back, so the file that was created above is empty.
            if options.out.is_some() {
                let _ = std::fs::remove_file(&out);
            }
            Err(match failed {
                Failed::Read(source) => read(source),
                Failed::Write(source) => write(source),
            })
        }
    }
}
