//! Flushing in the background: the caller pays for the capture, a thread writes.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::error::Error;
use crate::store::row_set::Selection;

use super::batch::Batch;
use super::database::{Database, IsWorld};
use super::error::{FileError, FlushFailure, Outcome};
use super::flush::FlushReport;
use super::worker::Lost;
use super::writer::Durability;

/// Counts the flushes of a [`Database`] that had something to write. They reach the file in this
/// order: when one is there, so are all before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub(super) u64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What [`Database::flush_in_background`] returns, to ask what has become of it:
/// [`Database::poll`], [`Database::wait`]. Nothing depends on asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "whether it is in the file, only the ticket says"]
pub struct Ticket {
    generation: Generation,
    /// The world that was loaded: another database's ticket says nothing here.
    world: u64,
}

impl Ticket {
    /// Which flush it is for.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }
}

/// A flush in the background that has failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// The last generation that is not in the file because of it.
    last: u64,
    outcome: Outcome,
    cause: FlushFailure,
    /// Whether the caller has heard of it.
    is_told: bool,
}

impl<W: IsWorld> Database<W> {
    /// Writes every row that has changed, as [`flush`](Self::flush) does, but in a thread: the changed
    /// columns are copied out, and the caller goes on. What changes meanwhile is for the next flush.
    /// O(changes), and never waits for the disk.
    ///
    /// One batch is being written at a time, and one more may wait. If one waits already, it is taken
    /// back, and what it was to write goes along with the new one; its ticket is good for that. So it
    /// can be called as often as one likes, and memory stays in proportion to what has changed.
    ///
    /// While a batch is on its way its rows count as clean. If it fails, they are dirty again as if it
    /// had never been tried, and the batch that waited behind it fails too, because it builds on it. All
    /// tickets of both say so; if none was asked, the next call of this method does, and does nothing
    /// else. After that it can be tried again, and everything is written that the failed ones were to
    /// write. [`flush`](Self::flush), [`save`](Self::save), [`close`](Self::close) and
    /// [`into_world`](Self::into_world) wait for all that is on its way first.
    ///
    /// If another program has touched the file, as a backup program may, the next call of this method,
    /// of [`poll`](Self::poll) or of [`wait`](Self::wait) compares the file with memory, and if that is
    /// all that happened, flushes in the foreground, once.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`Error::File`]: that of an earlier flush in the background, or because
    /// the thread cannot be started, or the file is not written to any more. Nothing was captured then.
    pub fn flush_in_background(&mut self) -> Result<Ticket, Error> {
        let start = Instant::now();
        self.collect();
        self.check_trust()?;
        if self.has_untold() {
            let _: FlushReport = self.retry_or_tell()?;
            return Ok(self.ticket());
        }
        self.worker.start().map_err(|source| {
            let source = Arc::new(source);
            self.flush_error(Outcome::NotCommitted, FlushFailure::NoThread { source })
        })?;
        if let Some(waiting) = self.worker.recall() {
            self.unmerged.push(waiting);
            self.put_back_ahead();
        }
        let mut batch = self.take_ahead();
        batch.capture(&mut self.world, Selection::All);
        if batch.is_empty() {
            batch.written(&mut self.world, Selection::All);
            self.recycle(batch);
            if !self.worker.is_busy() {
                self.worker.wrote_all(false);
            }
        } else {
            batch.take_over(&mut self.world);
            self.worker.submit(batch, start.elapsed());
        }
        Ok(self.ticket())
    }

    /// What has become of a flush in the background: `None` while it is on its way. Does not wait for
    /// the disk, but where [`flush_in_background`](Self::flush_in_background) says so.
    ///
    /// Once it is in the file, the report is that of the last one that is, which may be a later one:
    /// [`FlushReport::generation`] says which.
    pub fn poll(&mut self, ticket: Ticket) -> Option<Result<FlushReport, Error>> {
        self.collect();
        self.outcome_of(ticket)
            .map(|outcome| outcome.map_err(Error::from))
    }

    /// Waits until a flush in the background is in the file, or has failed.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`Error::File`], as [`flush`](Self::flush); its rows are dirty again.
    pub fn wait(&mut self, ticket: Ticket) -> Result<FlushReport, Error> {
        loop {
            if let Some(outcome) = self.poll(ticket) {
                return outcome;
            }
            self.worker.wait();
        }
    }

    /// Up to which flush everything is in the file, and survives the death of the process.
    #[must_use]
    pub fn committed(&self) -> Generation {
        Generation(self.worker.committed())
    }

    /// Up to which flush everything survives a power cut, as far as the disk keeps its word. Nothing is
    /// claimed of what was in the file when it was opened.
    ///
    /// SQLite syncs the write-ahead log before a checkpoint moves its pages into the file, and syncs the
    /// file after it has moved all of them: so this follows [`committed`](Self::committed) at each
    /// checkpoint that no reader was in the way of, about every 4 MB, and at each
    /// [`flush_durable`](Self::flush_durable).
    #[must_use]
    pub fn durable(&self) -> Generation {
        Generation(self.worker.durable())
    }

    fn ticket(&self) -> Ticket {
        Ticket {
            generation: Generation(self.worker.given()),
            world: self.loaded,
        }
    }

    fn outcome_of(&mut self, ticket: Ticket) -> Option<Result<FlushReport, FileError>> {
        if ticket.world != self.loaded {
            let other = self.flush_error(Outcome::NotCommitted, FlushFailure::OtherTicket);
            return Some(Err(other));
        }
        let generation = ticket.generation.0;
        if self.worker.known() >= generation {
            // What came after it may have had nothing to write but next ids, or nothing any more.
            return Some(Ok(FlushReport {
                generation: Generation(self.worker.known()),
                ..self.last_report
            }));
        }
        if self
            .failure
            .as_ref()
            .is_some_and(|failure| generation <= failure.last)
        {
            return Some(self.retry_or_tell());
        }
        if self.worker.is_busy() {
            return None;
        }
        // Nothing is on its way, and it was neither written nor lost: there is no such ticket.
        Some(Err(
            self.flush_error(Outcome::Unknown, FlushFailure::Poisoned)
        ))
    }

    /// Takes notice of what the thread has done. What it could not write is dirty again.
    pub(super) fn collect(&mut self) {
        let collected = self.worker.collect();
        for written in collected.written {
            let generation = Generation(written.generation);
            self.last_report = FlushReport {
                took: written.took,
                generation,
                ..written.report
            };
            self.failure = None;
            self.recycle(written.batch);
        }
        if let Some(Lost {
            cause,
            last,
            batches,
        }) = collected.lost
        {
            let (outcome, cause) = (cause.outcome, cause.cause);
            tracing::warn!(path = %self.path.display(), %outcome, %cause, "flush in the background failed");
            self.is_poisoned |= outcome == Outcome::Unknown;
            self.failure = Some(Failure {
                last,
                outcome,
                cause,
                is_told: false,
            });
            self.unmerged = batches;
            self.put_back_ahead();
        }
        self.merge_back();
    }

    /// Makes dirty again what is not in the file. Another world, in the place of the one that it was
    /// captured from, is none of its business.
    pub(super) fn merge_back(&mut self) {
        if self.world.identity() == self.loaded {
            // The last one that was taken out of the world comes first.
            for mut batch in std::mem::take(&mut self.unmerged).into_iter().rev() {
                batch.restore(&mut self.world);
                self.recycle(batch);
            }
        }
    }

    /// Waits for all that is on its way.
    pub(super) fn finish(&mut self) {
        while self.worker.is_busy() {
            self.worker.wait();
            self.collect();
        }
        self.put_back_ahead();
    }

    /// The same, before the world and its file part.
    pub(super) fn finish_for_good(&mut self) {
        self.finish();
        if self.has_untold()
            && let Err(error) = self.retry_or_tell()
        {
            tracing::error!(path = %self.path.display(), %error, "an accepted flush is not in the file");
        }
    }

    pub(super) fn has_untold(&self) -> bool {
        self.failure
            .as_ref()
            .is_some_and(|failure| !failure.is_told)
    }

    /// The failure that nobody has heard of yet.
    pub(super) fn untold(&mut self) -> Option<FileError> {
        let failure = self.failure.as_mut().filter(|failure| !failure.is_told)?;
        failure.is_told = true;
        let (outcome, cause) = (failure.outcome, failure.cause.clone());
        Some(self.flush_error(outcome, cause))
    }

    /// What is said of a failure. The first time, where another program has touched the file, it is
    /// compared with the world, which can only be done in here, where the world is.
    fn retry_or_tell(&mut self) -> Result<FlushReport, FileError> {
        let Some(failure) = &mut self.failure else {
            return Ok(self.last_report);
        };
        let was_told = std::mem::replace(&mut failure.is_told, true);
        let (outcome, cause) = (failure.outcome, failure.cause.clone());
        match cause {
            FlushFailure::ForeignWrite if !was_told && !self.worker.is_busy() => {
                self.write(Selection::All, Durability::Process)
            }
            cause => Err(self.flush_error(outcome, cause)),
        }
    }

    /// An empty batch.
    pub(super) fn batch(&mut self) -> Batch {
        let spare = self.spare.pop();
        spare.unwrap_or_else(|| Batch::new::<W::Tables>(&self.order))
    }

    /// Keeps a batch that has been done with, to be used again.
    pub(super) fn recycle(&mut self, mut batch: Batch) {
        // As many as can be on their way at once, and one that is being prepared.
        if self.spare.len() < 3 {
            batch.clear();
            self.spare.push(batch);
        }
    }
}
