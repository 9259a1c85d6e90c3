//! SQLite's errors, translated into those of the crate.

use std::io;
use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};

use crate::error::{BackendError, FileError, FlushFailure, MOST_LISTED, RefusedRow};
use crate::persist::error::Failed;
use crate::schema::TableInfo;
use crate::store::key::RawKey;

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        flush_failure(error).into()
    }
}

/// The failure of a flush. It has to be asked at once, while the system's own error is the last of this thread.
pub(super) fn flush_failure(error: Error) -> FlushFailure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => FlushFailure::Busy,
        Some(ErrorCode::DiskFull) => FlushFailure::Full,
        _ if is_refused_write(&error) => FlushFailure::Full,
        _ if is_failed_sync(&error) => {
            let source = backend_error(error);
            FlushFailure::SyncFailed { source }
        }
        _ => FlushFailure::Backend(backend_error(error)),
    }
}

/// Whether a statement failed because a constraint refuses its row.
pub(super) fn is_refused(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

pub(super) fn refused_row(info: &TableInfo, id: i64, key: RawKey, error: Error) -> RefusedRow {
    RefusedRow::new(info.name, id, key, backend_error(error))
}

/// The failure of a flush because of these rows.
pub(super) fn refused_rows(rows: &[RefusedRow]) -> Failed {
    let n_rows = rows.len();
    let rows = rows[..n_rows.min(MOST_LISTED)].to_vec();
    FlushFailure::Refused { rows, n_rows }.into()
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

pub(super) fn backend_error(error: Error) -> BackendError {
    let (code, is_unique) = (extended_code(&error), is_unique_violation(&error));
    BackendError::new(error, code, is_unique)
}

/// Whether a commit that failed is certain not to be in the file. Only these errors come before the end of the
/// transaction is written, or in its place: another program was in the way, the file was full, or SQLite has
/// rolled back by itself. After any other one, all of it may stand in the log.
pub(super) fn is_rolled_back(error: &Error) -> bool {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::ConstraintViolation
            | ErrorCode::OperationAborted,
        ) => true,
        _ => extended_code(error) == Some(ffi::SQLITE_IOERR_WRITE) && is_refused_write(error),
    }
}

/// Whether the system refused to make a file larger. SQLite calls it a full disk only if the disk is full, and an
/// I/O error like any other if it is a quota or a limit. What tells them from a broken disk is the error of the
/// system, which SQLite leaves where the system does. `sqlite3_system_errno` is a copy of it, taken somewhat
/// earlier, and not to be called without `unsafe`.
fn is_refused_write(error: &Error) -> bool {
    let is_growth = matches!(
        extended_code(error),
        Some(ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE)
    );
    is_growth
        && matches!(
            io::Error::last_os_error().kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
}

/// Whether the disk did not keep what was written. It may have dropped that, and say nothing of it at the next sync.
pub(super) fn is_failed_sync(error: &Error) -> bool {
    matches!(
        extended_code(error),
        Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC)
    )
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
