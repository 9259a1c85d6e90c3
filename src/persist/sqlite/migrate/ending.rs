//! The end of a migration: its COMMIT, and what is left if it is not known whether that has worked.

use std::path::Path;

use rusqlite::{Connection, Transaction};

use crate::persist::sqlite::error::{backend_error, is_failed_sync, is_rolled_back, open_error};
use crate::persist::sqlite::lock::Lock;
use crate::persist::sqlite::lock_record::LockRecord;
use crate::persist::sqlite::open::record_of;
use crate::persist::sqlite::options::checkpoint_on_close;
use crate::persist::sqlite::stamp::FileState;

use super::error::MigrationError;

/// A COMMIT that has failed.
pub(super) struct FailedCommit {
    error: rusqlite::Error,
    /// The state of the file before.
    state: Option<FileState>,
}

/// Why there is no new schema, or perhaps is.
pub(super) enum Failure {
    /// The file is as it was.
    Unchanged(MigrationError),
    Commit(FailedCommit),
}

impl<E: Into<MigrationError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Unchanged(error.into())
    }
}

pub(super) fn commit(
    transaction: Transaction<'_>,
    state: Option<FileState>,
) -> Result<(), Failure> {
    // Not by the method, which would roll back and lose what the system says of the failure.
    let committed = transaction.execute_batch("COMMIT");
    committed.map_err(|error| Failure::Commit(FailedCommit { error, state }))
}

impl Failure {
    /// The error; removes the copy of the file, if the file is certain to be as it was. That the copy stays, if it does,
    /// is no harm.
    pub(super) fn into_error(
        self,
        file: &Connection,
        path: &Path,
        lock: &mut Lock,
        backup: Option<&Path>,
    ) -> MigrationError {
        let error = match self {
            Self::Unchanged(error) => error,
            Self::Commit(failed) => failed.into_error(file, path, lock, backup),
        };
        if !matches!(error, MigrationError::OutcomeUnknown { .. })
            && let Some(backup) = backup
        {
            let _ = std::fs::remove_file(backup);
        }
        error
    }
}

impl FailedCommit {
    /// The error for a commit of which it is certain that it is not in the file, or for one that may be.
    fn into_error(
        self,
        file: &Connection,
        path: &Path,
        lock: &mut Lock,
        backup: Option<&Path>,
    ) -> MigrationError {
        if is_rolled_back(&self.error) {
            return open_error(path, self.error).into();
        }
        // A checkpoint would read the log, and pages that a failed sync has dropped are read as if they were on the disk.
        if let Err(error) = checkpoint_on_close(file, false) {
            tracing::error!(path = %path.display(), %error, "closing will run a checkpoint");
        }
        if let (true, Some(state)) = (is_failed_sync(&self.error), self.state) {
            note_failed_sync(lock, path, &state);
        }
        MigrationError::OutcomeUnknown {
            path: path.to_owned(),
            backup: backup.map(Path::to_owned),
            source: backend_error(self.error),
        }
    }
}

/// Records in the lock file that the disk has failed to sync, so that the file is not believed until the machine has
/// started again.
fn note_failed_sync(lock: &mut Lock, path: &Path, state: &FileState) {
    let last = lock.record().ok().flatten();
    let begun = lock.begin(LockRecord {
        has_failed_sync: true,
        ..record_of(path, state, last)
    });
    match begun {
        Ok(mut record) => record.sync(),
        Err(error) => {
            tracing::error!(path = %path.display(), %error, "that the disk has failed is not recorded");
        }
    }
}
