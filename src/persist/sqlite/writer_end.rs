//! What becomes of a file when a commit has failed, and when it is closed.

use std::time::Duration;

use rusqlite::TransactionBehavior;

use crate::error::{FlushFailure, Outcome};
use crate::persist::error::Failed;

use super::commit;
use super::create::log_of;
use super::log_reader::Log;
use super::options::checkpoint_on_close;
use super::stamp::FileState;
use super::writer::Writer;

impl Writer {
    /// Tells whether a state is in the log, where a failed commit leaves that open. What was not written whole is not
    /// there for anybody who opens the file later, and the next transaction is written over it. If all of it is
    /// there, SQLite does not know it on this connection, so it stays unknown until the file is opened again. After
    /// a failed sync what is read back proves nothing.
    pub(super) fn resolve(&self, failed: Failed, state: &FileState) -> Failed {
        let is_open_question = failed.outcome == Outcome::Unknown
            && !matches!(failed.cause, FlushFailure::SyncFailed { .. });
        let log = is_open_question.then(|| Log::read(&log_of(&self.path)));
        match log {
            Some(Ok(log)) if !log.has(state) => Failed {
                outcome: Outcome::NotCommitted,
                ..failed
            },
            _ => failed,
        }
    }

    /// Stops writing to the file after a failure that leaves it open what is on the disk.
    pub(super) fn distrust(&mut self, failed: &Failed) {
        let is_failed_sync = matches!(failed.cause, FlushFailure::SyncFailed { .. });
        if is_failed_sync {
            self.broken = Some(failed.cause.clone());
            self.history.note_failed_sync();
        }
        if is_failed_sync || failed.outcome == Outcome::Unknown {
            self.leave_log();
        }
    }

    /// Makes SQLite leave the log beside the file when it is closed. A checkpoint would read it, and pages that a
    /// failed sync has dropped are read as if they were on the disk: a power cut in the middle of it would leave
    /// a file that nothing can mend.
    pub(super) fn leave_log(&mut self) {
        self.is_certain = false;
        if let Err(error) = checkpoint_on_close(&self.connection, false) {
            tracing::error!(path = %self.path.display(), %error, "closing will run a checkpoint");
        }
    }

    /// Writes that no database has the file open any more. Nothing is written where another program has written.
    fn mark_closed(&mut self) -> Result<(), Failed> {
        // Closing does not wait for another program.
        self.connection.busy_timeout(Duration::ZERO)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        if commit::data_version(&transaction)? == self.version {
            let closed = self.history.closed();
            closed.write(&transaction)?;
            commit::commit(transaction)?;
        }
        Ok(())
    }
}

impl Drop for Writer {
    /// Writes that the file was closed, after all flushes and before the connection is closed.
    fn drop(&mut self) {
        if !self.is_certain || self.broken.is_some() || !self.files.are_there(&self.path) {
            return;
        }
        if self.history.is_open()
            && let Err(failed) = self.mark_closed()
        {
            let error: &dyn std::error::Error = &failed.cause;
            tracing::warn!(path = %self.path.display(), error, "the file is not marked as closed");
            return self.distrust(&failed);
        }
        // SQLite would do it when the connection is closed, and say nothing of a failed sync.
        self.checkpoint();
    }
}
