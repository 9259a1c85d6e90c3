//! Whether a file may be written to, whether it was looked at, and what is told of a failure.

use std::time::Instant;

use crate::error::{FileError, FlushFailure, Outcome};
use crate::persist::engine::EngineWriter;
use crate::persist::error::Failed;
use crate::persist::numbers;
use crate::persist::state::State;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::{LOOK, Pipeline};

impl<W: EngineWriter> Pipeline<W> {
    /// Whether the file was looked at so lately that a flush with nothing to write need not do it again.
    pub(super) fn has_just_seen(&self) -> bool {
        self.seen.is_some_and(|seen| seen.elapsed() < LOOK)
    }

    /// Records what a look at the file has said; `None` if there was none.
    pub(super) fn saw(&mut self, seen: Result<Option<()>, Failed>) -> Result<(), FileError> {
        let seen = seen.map_err(|failed| self.failed(failed))?;
        if seen.is_some() {
            self.seen = Some(Instant::now());
        }
        Ok(())
    }

    /// Makes the next flush look at the file, also if it was looked at just now.
    pub(in crate::persist) fn look_next(&mut self) {
        self.seen = None;
    }

    pub(super) fn is_trusted<T: Tables>(&self, world: &World<T>) -> bool {
        !matches!(self.state, State::Poisoned(_))
            && world.identity() == self.world_identity
            && !world.log.is_open()
    }

    /// Whether this world may be written to the file.
    pub(super) fn check<T: Tables>(&mut self, world: &World<T>) -> Result<(), FileError> {
        if let State::Poisoned(_) = self.state {
            return Err(self.poisoned());
        }
        if world.identity() != self.world_identity {
            return Err(self.at_path(FlushFailure::OtherWorld));
        }
        if world.log.is_open() {
            return Err(self.at_path(FlushFailure::TransactionOpen));
        }
        Ok(())
    }

    /// A failure in the caller's thread.
    pub(super) fn failed(&mut self, failed: Failed) -> FileError {
        self.seen = None;
        self.note_failure(&failed);
        if failed.outcome == Outcome::Unknown && !W::may_commit_again(&failed) {
            self.state.poison();
        }
        self.at_path(failed)
    }

    /// Why the file is not written to any more: the failure that caused it, the first time. To open the file again
    /// is the way on after every failure but that of a sync, so that one is said each time.
    pub(super) fn poisoned(&mut self) -> FileError {
        let mut failed = self.state.report_first().unwrap_or_else(Failed::poisoned);
        if let (FlushFailure::Poisoned, Some(cause)) = (&failed.cause, &self.failed_sync) {
            failed.cause = cause.clone();
        }
        self.at_path(failed)
    }

    pub(super) fn note_failure(&mut self, failed: &Failed) {
        self.counted.n_failed += 1;
        numbers::failed(&self.path);
        if let FlushFailure::SyncFailed { .. } = failed.cause {
            self.failed_sync = Some(failed.cause.clone());
        }
    }

    pub(super) fn at_path(&self, failed: impl Into<Failed>) -> FileError {
        let Failed { outcome, cause } = failed.into();
        FileError::Flush {
            path: self.path.clone(),
            outcome,
            cause,
        }
    }
}
