//! Whether a world file is what was written to it, as far as that can be seen without its models.

use std::path::{Path, PathBuf};

use crate::error::FileError;

use super::super::format;
use super::super::stamp::{self, FileState};
use super::Progress;
use super::checks;
use super::snapshot::{Held, PATIENCE, Which, hold};

/// What [`verify`] has found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyReport {
    /// The file.
    pub path: PathBuf,
    /// The world's identity, which all its copies share; `None` in a file of an older format.
    pub world: Option<String>,
    /// The last flush that is in the file, counted since the world began.
    pub generation: Option<u64>,
    /// Whether it was closed by the last game that had it open. If not, a game has it open now, or was killed.
    pub is_closed: bool,
    /// Number of tables, without those of gamedb.
    pub n_tables: usize,
    /// Number of rows in them.
    pub n_rows: u64,
    /// Whether the file has content hashes, without which a flipped bit in a value is not found.
    pub has_hashes: bool,
    /// All that is wrong.
    pub problems: Vec<FileProblem>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileProblem {
    /// What was looked at: `log`, `format`, `pages`, `ids`, `foreign keys`, `pivots` or `content`.
    pub check: &'static str,
    /// The table, if it is about one.
    pub table: Option<String>,
    /// The row, if it is about one.
    pub id: Option<i64>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl std::fmt::Display for FileProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.check)?;
        if let Some(table) = &self.table {
            write!(f, "{table}: ")?;
        }
        if let Some(id) = self.id {
            write!(f, "row {id}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl FileProblem {
    pub(super) fn new(check: &'static str, message: impl Into<String>) -> Self {
        Self {
            check,
            table: None,
            id: None,
            message: message.into(),
        }
    }

    pub(super) fn of(mut self, table: &str, id: Option<i64>) -> Self {
        self.table = Some(table.to_owned());
        self.id = id;
        self
    }
}

/// Checks a world file without its models, and without writing anything: neither to the file nor beside it, also
/// if a log was left there. It may be in a read-only folder, and a game may have it open; then what was flushed is
/// checked. O(file). A file with a log that was left behind is read into memory.
///
/// Checked are: whether the log belongs to the file, and nothing is missing that was acknowledged; the mark of the
/// format; all pages, indexes and UNIQUEs (SQLite's `integrity_check`); that ids ascend; foreign keys; that
/// owned rows have an owner; and the content hashes, which say in which block of rows something is not what was
/// written.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("world.db");
/// # let _ = gamedb::Database::<gamedb_models::World>::open(&path)?.close()?;
/// let report = gamedb::verify(&path, |_| {})?;
/// assert!(report.is_sound(), "{:?}", report.problems);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where nothing could be looked at: [`FileError::NotThere`], [`FileError::NotADatabase`], [`FileError::Io`] and
/// what SQLite says, in [`ErrorKind::File`](crate::ErrorKind::File). What is wrong with the file is in the report.
pub fn verify(
    path: impl AsRef<Path>,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<VerifyReport, crate::Error> {
    Ok(verify_file(path.as_ref(), &mut progress)?)
}

pub(in crate::persist::sqlite) fn verify_file(
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<VerifyReport, FileError> {
    let mut report = VerifyReport {
        path: path.to_owned(),
        world: None,
        generation: None,
        is_closed: true,
        n_tables: 0,
        n_rows: 0,
        has_hashes: false,
        problems: Vec::new(),
    };
    let held = hold(path)?;
    let which = look_at_log(&held, path, &mut report.problems)?;
    let mut seen = held.read(which, PATIENCE)?;
    let file = &seen.connection;
    match format::mark_of(file, path) {
        Ok(_) => {}
        Err(error @ FileError::NewerFormat { .. }) => {
            report
                .problems
                .push(FileProblem::new("format", error.to_string()));
            return Ok(report);
        }
        Err(error) => return Err(error),
    }
    let state = stamp::is_there(file).and_then(|is_there| {
        let state = is_there.then(|| FileState::read(file));
        Ok(state.transpose()?.flatten())
    });
    if let Ok(Some(state)) = state {
        report.world = Some(state.world.to_string());
        report.generation = u64::try_from(state.at.generation).ok();
        report.is_closed = !state.is_open;
    }
    checks::run(&mut seen.connection, &mut report, progress);
    Ok(report)
}

/// Whether the log is to be read: it is, if it belongs to the file.
fn look_at_log(
    held: &Held,
    path: &Path,
    problems: &mut Vec<FileProblem>,
) -> Result<Which, FileError> {
    let record = held.record();
    if let Some(record) = &record
        && record.has_failed_sync
        && record.may_be_of_this_boot()
    {
        let path = path.to_owned();
        let message = FileError::FailedSync { path }.to_string();
        problems.push(FileProblem::new("log", message));
    }
    let error = match held.refuse_strangers(record.as_ref()) {
        Ok(()) => return Ok(Which::WithLog),
        Err(error) => error,
    };
    let which = match error {
        FileError::OtherLog { .. } => Which::FileAlone,
        FileError::FlushesLost { .. } | FileError::LogMissing { .. } => Which::WithLog,
        error => return Err(error),
    };
    problems.push(FileProblem::new("log", error.to_string()));
    Ok(which)
}
