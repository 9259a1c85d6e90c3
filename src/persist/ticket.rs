//! How a flush is named, and what a commit promises.

use std::fmt;

/// Counts the flushes of a [`Database`](crate::Database) that had something to write. They reach the file in this
/// order: when one is there, so are all before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub(super) u64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What [`Database::flush_in_background`](crate::Database::flush_in_background) returns, to ask what has become of it:
/// [`Database::poll`](crate::Database::poll), [`Database::wait`](crate::Database::wait). Nothing depends on asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "whether it is in the file, only the ticket says"]
pub struct Ticket {
    pub(super) generation: Generation,
    /// The world that was loaded: another database's ticket says nothing here.
    pub(super) world: u64,
}

impl Ticket {
    /// Which flush it is for.
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
