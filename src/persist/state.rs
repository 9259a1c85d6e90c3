//! Whether the file may be written to, and the failure that the caller has to hear of.

use crate::error::Outcome;

use super::error::Failed;

/// The state of a file, and the last failure that no later flush has made up for.
#[derive(Debug)]
pub(super) enum State {
    Healthy,
    /// A flush in the background has failed. It can be tried again.
    Failed(Failure),
    /// What is in the file is not known, so it is not written to any more.
    Poisoned(Option<Failure>),
}

/// A flush in the background that has failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// The last generation that is not in the file because of it.
    last: u64,
    failed: Failed,
    /// Whether the caller has heard of it.
    is_reported: bool,
}

impl State {
    pub(super) fn is_poisoned(&self) -> bool {
        matches!(self, Self::Poisoned(_))
    }

    /// Whether a generation is not in the file because of a failure.
    pub(super) fn has_failed(&self, generation: u64) -> bool {
        self.failure()
            .is_some_and(|failure| generation <= failure.last)
    }

    pub(super) fn has_unreported(&self) -> bool {
        self.failure().is_some_and(|failure| !failure.is_reported)
    }

    /// The failure, if the caller has not heard of it yet.
    pub(super) fn report_first(&mut self) -> Option<Failed> {
        match self.report()? {
            (failed, true) => Some(failed),
            (_, false) => None,
        }
    }

    /// The failure, and whether the caller hears of it for the first time.
    pub(super) fn report(&mut self) -> Option<(Failed, bool)> {
        let failure = match self {
            Self::Healthy | Self::Poisoned(None) => return None,
            Self::Failed(failure) | Self::Poisoned(Some(failure)) => failure,
        };
        let was_reported = std::mem::replace(&mut failure.is_reported, true);
        Some((failure.failed.clone(), !was_reported))
    }

    /// A flush in the background has failed, and with it all generations up to `last`.
    pub(super) fn fail(&mut self, last: u64, failed: Failed) {
        let is_poisoned = self.is_poisoned() || failed.outcome == Outcome::Unknown;
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

    /// A flush in the caller's thread has left the file in an unknown state. An earlier failure stays
    /// that of its tickets.
    pub(super) fn poison(&mut self) {
        *self = match std::mem::replace(self, Self::Healthy) {
            Self::Healthy => Self::Poisoned(None),
            Self::Failed(failure) => Self::Poisoned(Some(failure)),
            poisoned @ Self::Poisoned(_) => poisoned,
        };
    }

    /// A later flush has written what the failed one was to write.
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
