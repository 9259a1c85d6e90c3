//! SQLite's errors, translated into those of the crate.

use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};

use crate::error::{BackendError, FileError, FlushFailure};
use crate::persist::error::Failed;
use crate::schema::TableInfo;

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        flush_failure(error).into()
    }
}

pub(super) fn flush_failure(error: Error) -> FlushFailure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => FlushFailure::Busy,
        Some(ErrorCode::DiskFull) => FlushFailure::Full,
        _ if is_refused_write(&error) => FlushFailure::Full,
        _ => FlushFailure::Backend(backend_error(error)),
    }
}

/// The error of a statement for one row.
pub(super) fn row_failure(info: &TableInfo, id: i64, error: Error) -> Failed {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => {
            let (table, source) = (info.name, backend_error(error));
            FlushFailure::Refused { table, id, source }.into()
        }
        _ => error.into(),
    }
}

pub(super) fn open_error(path: &Path, error: Error) -> FileError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => FileError::NotADatabase { path },
        Some(ErrorCode::DatabaseCorrupt) => FileError::Damaged {
            path,
            problems: vec![error.to_string()],
        },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => FileError::ReadOnly { path },
        _ => FileError::Open {
            path,
            source: backend_error(error),
        },
    }
}

fn backend_error(error: Error) -> BackendError {
    let (code, is_unique) = (extended_code(&error), is_unique_violation(&error));
    BackendError::new(error, code, is_unique)
}

/// Whether the system refused a write. SQLite calls it a full disk only if the system does, and not if it is
/// a quota or a limit. The outcome is certain then, because the end of the transaction is written last.
pub(super) fn is_refused_write(error: &Error) -> bool {
    extended_code(error) == Some(ffi::SQLITE_IOERR_WRITE)
}

pub(super) fn is_unique_violation(error: &Error) -> bool {
    // The id itself is taken if a delta has brought it back while its old row is still in the file.
    matches!(
        extended_code(error),
        Some(
            ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID
        )
    )
}

fn extended_code(error: &Error) -> Option<i32> {
    match error {
        Error::SqliteFailure(error, _) | Error::SqlInputError { error, .. } => {
            Some(error.extended_code)
        }
        _ => None,
    }
}
