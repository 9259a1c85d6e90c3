//! What a flush says, for worlds of any engine.

use gamedb::{Error, ErrorKind, FileError, FlushFailure};

/// The error of a failed flush or save.
pub(crate) fn flush_failure<R: std::fmt::Debug>(
    result: Result<R, Error>,
) -> (gamedb::Outcome, FlushFailure) {
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

/// Table and id of the only row that a file refuses.
#[track_caller]
pub(crate) fn only_refused(cause: FlushFailure) -> (&'static str, i64) {
    match cause {
        FlushFailure::Refused { rows, n_rows: 1 } => (rows[0].table, rows[0].id),
        other => panic!("{other}"),
    }
}

/// The return type of a setter: a `Result` if it can refuse, `()` if it cannot.
pub(crate) trait Done {
    fn done(self) -> Result<(), Error>;
}
impl Done for () {
    fn done(self) -> Result<(), Error> {
        Ok(())
    }
}
impl Done for Result<(), Error> {
    fn done(self) -> Self {
        self
    }
}
