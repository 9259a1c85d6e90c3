//! A failed transaction, as reported to the pipeline.

use crate::error::{FlushFailure, Outcome};

/// A failed transaction.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) outcome: Outcome,
    pub(super) cause: FlushFailure,
}

impl Failed {
    /// The writer thread has panicked with a batch.
    pub(super) fn died(message: String) -> Self {
        Self {
            outcome: Outcome::Unknown,
            cause: FlushFailure::WriterDied { message },
        }
    }

    /// An earlier transaction had an unknown outcome.
    pub(super) fn poisoned() -> Self {
        Self {
            outcome: Outcome::Unknown,
            cause: FlushFailure::Poisoned,
        }
    }
}

impl From<FlushFailure> for Failed {
    fn from(cause: FlushFailure) -> Self {
        Self {
            outcome: Outcome::NotCommitted,
            cause,
        }
    }
}
