//! Why a flush failed, and what became of its rows.

use std::sync::Arc;

use super::difference::Difference;
use super::problem::list;
use super::refused::{self, RefusedRow};
use super::{BackendError, ParcelId};

/// What became of the rows of a failed flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// None of them is in the file.
    NotCommitted,
    /// All of them are, or none. The file is not written to any more, not even when it is closed. Open it
    /// again, which tells; but after [`FlushFailure::SyncFailed`] go on in another file.
    ///
    /// A server that did not answer is asked again by the next flush, unless another process has the world by then
    /// ([`FlushFailure::Fenced`]). Until then these rows count as clean, as those of a flush in flight.
    Unknown,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotCommitted => "nothing was written",
            Self::Unknown => "whether it was written is not known",
        })
    }
}

/// What to do after a failed flush, where the cause does not say it itself.
pub(super) fn what_next(outcome: Outcome, cause: &FlushFailure) -> &'static str {
    match (outcome, cause) {
        (_, FlushFailure::SyncFailed { .. } | FlushFailure::CheckpointFailed { .. }) => "",
        // Of these the system says why, and not what to do.
        (
            Outcome::NotCommitted,
            FlushFailure::Backend(_)
            | FlushFailure::NoThread { .. }
            | FlushFailure::Disconnected { .. },
        ) => ", so it can be tried again",
        (Outcome::NotCommitted, _) => "",
        (
            Outcome::Unknown,
            FlushFailure::Disconnected { .. }
            | FlushFailure::OlderWorld { .. }
            | FlushFailure::NotReplicated,
        ) => "; the next flush finds out",
        (Outcome::Unknown, _) => "; open the file again",
    }
}

/// Why a flush failed. It can be cloned, because a flush in the background may be asked about more than
/// once.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushFailure {
    /// Another program was writing for longer than the configured wait. On a server also: a statement took longer than
    /// `statement_timeout`, or an operator has cancelled it.
    #[error("another program is writing to the file; try again")]
    Busy,
    /// The disk is full, or a quota or limit is used up: nothing more can be written to the file. It can
    /// be tried again when there is room. A disk that is broken is not full: that is
    /// [`Backend`](Self::Backend).
    ///
    /// Before this is said, a checkpoint is tried, and the batch once more: the next commit writes over a log whose
    /// pages are all in the file. So the log was full, and a reader holds it, or the file has no room either.
    ///
    /// A limit on the size of files (`ulimit -f`, `LimitFSIZE=`) is told to a process by the signal SIGXFSZ, which ends
    /// it unless it is ignored. What was flushed is in the file; but to get this error instead, a program has to ignore
    /// the signal, for example with `trap '' XFSZ` in the shell script that starts it. The library leaves signals alone.
    #[error(
        "the disk is full, or a quota or limit of the file's size is reached; make room and try again"
    )]
    Full,
    /// The disk has failed to keep what was written. It may have dropped that, and still read it as if it were
    /// there: so nothing is written to this file any more, not even when it is closed, and no later sync is
    /// believed. What was durable is in it. All of the world is in memory: go on in a new file, on another
    /// disk, with [`Database::create`](crate::Database::create).
    #[error(
        "the disk has failed to keep what was written, so nothing is written to this file any more; go on in a new one, on another disk"
    )]
    SyncFailed {
        /// What SQLite says.
        source: BackendError,
    },
    /// The write-ahead log could not be brought into the file after an earlier flush. All flushes are in the log;
    /// nothing is written any more until the file is opened again.
    #[error(
        "the log could not be brought into the file after an earlier flush; open the file again"
    )]
    CheckpointFailed {
        /// What SQLite says.
        source: BackendError,
    },
    /// A reader keeps the write-ahead log from shrinking, and it has become as large as
    /// [`Options::largest_log`](crate::Options::largest_log) says. It can be tried again when the reader has
    /// gone.
    #[error(
        "a reader keeps {bytes} bytes of the log from being brought into the file, and {most} may be; end the reader and try again"
    )]
    LogTooLarge {
        /// Bytes of the log that are not in the file.
        bytes: u64,
        /// How many may be.
        most: u64,
    },
    /// A row that has to be in the file is not there, or one that may not be is.
    #[error(
        "a statement for row {id} of {table} touched {touched} rows instead of one; open the file again"
    )]
    RowCount {
        /// The table.
        table: &'static str,
        /// The row's id.
        id: i64,
        /// How many rows it touched.
        touched: usize,
    },
    /// A parcel that this world has accepted does not wait for it any more. Its rows are in memory, and must not be written.
    #[error(
        "parcel {id}, which this world has accepted, does not wait for it any more: another process has taken it, or a failover \
         has lost it; discard this world, and open it again"
    )]
    ParcelGone {
        /// The parcel.
        id: ParcelId,
    },
    /// Rows were refused by the file itself. Change them, or write everything else with
    /// [`flush_without_refused`](crate::Database::flush_without_refused).
    #[error("the file refuses {}; mend them, or flush without them", refused::named(rows, *n_rows))]
    Refused {
        /// The rows, in the order in which they were to be written; at most 100 of them.
        rows: Vec<RefusedRow>,
        /// How many there are.
        n_rows: usize,
    },
    /// Another program has written to the file since it was read, and what it wrote is not in memory.
    /// Nothing is written for as long as file and memory differ in anything but what is about to be
    /// written. So either take back what it wrote, or open the world again, without what has changed since
    /// the last flush; or go on in another file, with [`Database::create`](crate::Database::create).
    #[error(
        "another program has written to the file: take that back, open the file again, or go on in a new one"
    )]
    ForeignWrite,
    /// Another program has changed the schema of the file, so that a flush would do something else there than
    /// the models say. Nothing is written until that is taken back.
    #[error(
        "another program has changed the schema of the file: {}; take that back, or go on in a new file",
        list(differences)
    )]
    SchemaChanged {
        /// All differences from the models.
        differences: Vec<Difference>,
    },
    /// The file or its write-ahead log was moved, deleted, or replaced by another while it was open. What is
    /// written to a log that is gone is lost when the process ends.
    #[error(
        "the file, or its write-ahead log, has been moved, deleted or replaced; put it back, or go on in a new one"
    )]
    Moved,
    /// An earlier flush had an unknown outcome.
    #[error("an earlier flush left the file in an unknown state; open it again")]
    Poisoned,
    /// The world in the database is not the one that was loaded: it was swapped with another.
    #[error("this is not the world that was loaded from the file; put that one back in its place")]
    OtherWorld,
    /// A transaction was left open: it was forgotten, or its world was put in another one's place
    /// meanwhile. What it did can neither be kept nor be taken back any more.
    #[error("a transaction was left open and cannot be ended any more; load the world again")]
    TransactionOpen,
    /// The thread that writes in the background has panicked. All that it was to write is dirty again;
    /// whether the last batch is in the file is not known.
    #[error("the writer thread has panicked ({message}); open the file again")]
    WriterDied {
        /// What it said.
        message: String,
    },
    /// The thread that writes in the background could not be started.
    #[error("the writer thread cannot be started")]
    NoThread {
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The ticket was given out by another database.
    #[error("the ticket is another database's; ask that one")]
    OtherTicket,
    /// Another process has opened the world on its server since, and has it now. No flush of this one is written any
    /// more: close it, and open the world again only if it is meant to be taken back.
    #[error(
        "the world belongs to {owner} since {since}; close this one, or open it again to take it back"
    )]
    Fenced {
        /// What the other one calls itself: its program and process.
        owner: String,
        /// When it has opened the world, by the server's clock.
        since: String,
    },
    /// The connection to the server is lost, or cannot be made. The next flush connects again.
    #[error("the server is not reached")]
    Disconnected {
        /// What the system says, or the server.
        source: BackendError,
    },
    /// The server has another state of the world than the one that it acknowledged to this process: it is a standby
    /// that had not got it, or an old primary that was started again, even if it has had as many flushes. The next flush
    /// connects again.
    #[error(
        "the server has another state of the world, after flush {found} since it began, than the one with flush \
         {acknowledged} that was acknowledged; connect to the server that has that one"
    )]
    OlderWorld {
        /// The flush that is there.
        found: u64,
        /// The flush that was acknowledged.
        acknowledged: u64,
    },
    /// The server has committed, and was told by an operator not to wait for its standby: a failover may lose what it
    /// has committed. Said only where durability was asked for.
    #[error(
        "the server was told not to wait for its standby, so a failover may lose what it has committed"
    )]
    NotReplicated,
    /// What SQLite says, or a server.
    #[error(transparent)]
    Backend(BackendError),
}

impl FlushFailure {
    /// Whether trying again may help by itself: another program was writing, a reader did not end, the disk was full, or
    /// a server was not reached. Every other failure stays until a person has done something about it.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Full | Self::LogTooLarge { .. } | Self::Disconnected { .. }
        )
    }
}
