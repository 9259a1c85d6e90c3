//! The state of a file: whether it may be written to, and the failure that has to be reported to the
//! caller.

use crate::error::FlushFailure;

use super::error::Failed;

/// The state of a file, with the last failure that no later flush has recovered from.
#[derive(Debug)]
pub(super) enum State {
    Healthy,
    /// A background flush has failed. It can be retried.
    Failed(Failure),
    /// The contents of the file are unknown, so it is not written to any more.
    Poisoned(Option<Failure>),
}

/// The failure of a background flush.
#[derive(Debug)]
pub(super) struct Failure {
    /// The last generation that is not in the file because of this failure.
    last: u64,
    failed: Failed,
    /// Whether it has been reported to the caller.
    is_reported: bool,
}

impl State {
    /// Whether a generation is not in the file because of a failure.
    pub(super) fn has_failed(&self, generation: u64) -> bool {
        self.failure()
            .is_some_and(|failure| generation <= failure.last)
    }

    pub(super) fn has_unreported(&self) -> bool {
        self.failure().is_some_and(|failure| !failure.is_reported)
    }

    /// Whether another program has touched the file, and the flush that failed for it is still to be tried in the
    /// foreground.
    pub(super) fn has_unreported_foreign_write(&self) -> bool {
        let is_foreign =
            |failure: &Failure| matches!(failure.failed.cause, FlushFailure::ForeignWrite);
        self.has_unreported() && self.failure().is_some_and(is_foreign)
    }

    /// The failure, if it has not been reported yet.
    pub(super) fn report_first(&mut self) -> Option<Failed> {
        match self.report()? {
            (failed, true) => Some(failed),
            (_, false) => None,
        }
    }

    /// The failure, and whether this is the first time that it is reported.
    pub(super) fn report(&mut self) -> Option<(Failed, bool)> {
        let failure = match self {
            Self::Healthy | Self::Poisoned(None) => return None,
            Self::Failed(failure) | Self::Poisoned(Some(failure)) => failure,
        };
        let was_reported = std::mem::replace(&mut failure.is_reported, true);
        Some((failure.failed.clone(), !was_reported))
    }

    /// Records that a background flush has failed, and with it all generations up to `last`; and whether it will never be
    /// known what became of it.
    pub(super) fn fail(&mut self, last: u64, failed: Failed, is_lost: bool) {
        let is_poisoned = matches!(self, Self::Poisoned(_)) || is_lost;
        let failure = Failure {
            last,
            failed,
            is_reported: false,
        };
        *self = if is_poisoned {
            Self::Poisoned(Some(failure))
        } else {
            Self::Failed(failure)
        };
    }

    /// Records that a flush in the caller's thread has left the file in an unknown state. The tickets of
    /// an earlier failure still report that one.
    pub(super) fn poison(&mut self) {
        *self = match std::mem::replace(self, Self::Healthy) {
            Self::Healthy => Self::Poisoned(None),
            Self::Failed(failure) => Self::Poisoned(Some(failure)),
            poisoned @ Self::Poisoned(_) => poisoned,
        };
    }

    /// Records that a later flush has written what the failed one should have written.
    pub(super) fn forget_failure(&mut self) {
        match self {
            Self::Healthy | Self::Failed(_) => *self = Self::Healthy,
            Self::Poisoned(failure) => *failure = None,
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Healthy => None,
            Self::Failed(failure) => Some(failure),
            Self::Poisoned(failure) => failure.as_ref(),
        }
    }
}
