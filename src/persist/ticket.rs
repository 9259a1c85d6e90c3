//! Generations and tickets, which identify a flush; and the durability of a commit.

use std::fmt;

/// The sequence number of a flush of a [`Database`] that had something to write. Flushes reach the file
/// in this order: if one is in the file, so are all before it.
///
/// [`Database`]: crate::Database
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub(super) u64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returned by [`Database::flush_in_background`], to query the result: [`Database::poll`],
/// [`Database::wait`]. Querying is optional.
///
/// [`Database::flush_in_background`]: crate::Database::flush_in_background
/// [`Database::poll`]: crate::Database::poll
/// [`Database::wait`]: crate::Database::wait
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "whether it is in the file, only the ticket says"]
pub struct Ticket {
    pub(super) generation: Generation,
    /// Identity of the world that was loaded: a ticket of another database is not valid here.
    pub(super) world_identity: u64,
}

impl Ticket {
    /// The flush that it is for.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }
}

/// What a commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// The death of the process.
    Process,
    /// A power cut too: the log is synced.
    PowerCut,
}
