//! What a flush says, for worlds of any engine.

use gamedb::{Error, ErrorKind, FileError};

/// The error of a failed flush or save.
pub(crate) fn flush_failure<R: std::fmt::Debug>(
    result: Result<R, Error>,
) -> (gamedb::Outcome, gamedb::FlushFailure) {
    match result.unwrap_err().into_kind() {
        ErrorKind::File(FileError::Flush { outcome, cause, .. }) => (outcome, cause),
        other => panic!("{other}"),
    }
}

/// Asserts the counts of a report: rows inserted, updated, deleted.
#[track_caller]
pub(crate) fn assert_wrote(report: gamedb::FlushReport, rows: (usize, usize, usize)) {
    assert_eq!((report.inserted, report.updated, report.deleted), rows);
}
