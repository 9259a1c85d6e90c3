//! Flushes in the background: submitted, polled, collected, and merged back if they were not written.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::field::Empty;

use crate::error::{FileError, FlushFailure, Outcome};
use crate::persist::engine::EngineWriter;
use crate::persist::error::Failed;
use crate::persist::numbers;
use crate::persist::report::FlushReport;
use crate::persist::ticket::{Durability, Generation, Ticket};
use crate::store::row_set::Selection;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::{Pipeline, Refused, capture, count};

impl<W: EngineWriter> Pipeline<W> {
    /// Captures everything that has changed, and hands it to the writer thread.
    pub(in crate::persist) fn submit<T: Tables>(
        &mut self,
        world: &mut World<T>,
        refused: Refused,
    ) -> Result<Ticket, FileError> {
        let start = Instant::now();
        self.collect(world);
        self.check(world)?;
        if self.state.has_unreported() {
            let _: FlushReport = self.retry_or_report(world)?;
            return Ok(self.ticket());
        }
        self.worker.start().map_err(|source| {
            let source = Arc::new(source);
            self.at_path(FlushFailure::NoThread { source })
        })?;
        if let Some(batch) = self.unanswered.take() {
            self.worker.submit(batch, Duration::ZERO);
            world.mail.written_by(self.worker.issued());
            // What comes next builds on it, and does not replace it.
            self.worker.wait_until_begun();
        }
        if let Some(waiting) = self.worker.recall() {
            self.unmerged.push(waiting);
            self.unstage(world);
        }
        // What is captured now includes what that one had captured.
        self.recalled = None;
        self.submitted = refused;
        let mut batch = self.next_batch::<T>();
        batch.may_leave_out = refused == Refused::LeaveOut;
        capture(&self.path, &mut batch, world, Selection::All);
        if batch.is_empty() {
            batch.mark_committed(world, Selection::All);
            self.recycle(batch);
            if !self.worker.is_busy() {
                if !self.has_just_seen() {
                    // While the thread makes a checkpoint it is not waited for, and the next call looks.
                    let look = |writer: &mut W| writer.look_without_waiting(world);
                    let seen = self.worker.with_idle_writer(look);
                    self.saw(seen.transpose())?;
                }
                self.worker.mark_all_committed(false);
            }
        } else {
            batch.take_over(world);
            self.seen = None;
            self.worker.submit(batch, start.elapsed());
            world.mail.written_by(self.worker.issued());
        }
        Ok(self.ticket())
    }

    /// Captures a part of what the next [`submit`](Self::submit) would have to capture. Returns the
    /// number of rows that it has examined.
    pub(in crate::persist) fn stage<T: Tables>(
        &mut self,
        world: &mut World<T>,
        rows: usize,
    ) -> usize {
        self.collect(world);
        if self.state.has_unreported() || !self.is_trusted(world) {
            return 0;
        }
        let span =
            tracing::debug_span!("capture", path = %self.path.display(), rows = Empty).entered();
        let mut staged = self.next_batch::<T>();
        let room = world.len().saturating_sub(staged.n_captured());
        let n_copied = staged.capture_oldest(world, rows.min(room));
        self.staged = Some(staged);
        span.record("rows", n_copied);
        n_copied
    }

    /// The result of a ticket's flush; `None` while it is in flight.
    pub(in crate::persist) fn poll<T: Tables>(
        &mut self,
        world: &mut World<T>,
        ticket: Ticket,
    ) -> Option<Result<FlushReport, FileError>> {
        self.collect(world);
        let postponed = self.postponed(world);
        if postponed.is_none()
            && let Err(error) = self.submit_recalled(world)
        {
            return Some(Err(error));
        }
        if ticket.world_identity != self.world_identity {
            return Some(Err(self.at_path(FlushFailure::OtherTicket)));
        }
        let generation = ticket.generation.0;
        if self.worker.collected() >= generation {
            // Later generations may have had nothing to write but next ids, or nothing at all.
            return Some(Ok(FlushReport {
                generation: Generation(self.worker.collected()),
                ..self.last_report.clone()
            }));
        }
        if let Some(cause) = postponed {
            return Some(Err(self.at_path(cause)));
        }
        if self.state.has_failed(generation) {
            return Some(self.retry_or_report(world));
        }
        if self.worker.is_busy() {
            return None;
        }
        // Nothing is in flight, and the generation was neither written nor lost: no such ticket was issued.
        Some(Err(self.at_path(Failed::poisoned())))
    }

    /// Blocks until a ticket's flush is in the file, or has failed.
    pub(in crate::persist) fn wait<T: Tables>(
        &mut self,
        world: &mut World<T>,
        ticket: Ticket,
    ) -> Result<FlushReport, FileError> {
        loop {
            if let Some(outcome) = self.poll(world, ticket) {
                return outcome;
            }
            self.worker.wait();
        }
    }

    /// Why an accepted flush that has to be captured again cannot be now. It is not lost, and not reported: the next
    /// call that looks tries again.
    pub(super) fn postponed<T: Tables>(&self, world: &World<T>) -> Option<FlushFailure> {
        let is_due = self.recalled.is_some() || self.state.has_unreported_foreign_write();
        if !is_due {
            None
        } else if world.identity() != self.world_identity {
            Some(FlushFailure::OtherWorld)
        } else {
            world.log.is_open().then_some(FlushFailure::TransactionOpen)
        }
    }

    /// Submits the background flush again that waited behind one that has left rows out.
    pub(super) fn submit_recalled<T: Tables>(
        &mut self,
        world: &mut World<T>,
    ) -> Result<(), FileError> {
        match self.recalled {
            Some(refused) => self.submit(world, refused).map(|_: Ticket| ()),
            None => Ok(()),
        }
    }

    /// Collects the results of the writer thread. Rows that it could not write are dirty again
    /// afterwards.
    pub(super) fn collect<T: Tables>(&mut self, world: &mut World<T>) {
        let collected = self.worker.collect();
        for mut committed in collected.committed {
            let generation = Generation(committed.generation);
            self.last_report = FlushReport {
                took: committed.took,
                generation,
                ..committed.report
            };
            tracing::debug!(path = %self.path.display(), report = ?self.last_report, "a background flush is in the file");
            count(&mut self.counted, &self.path, &self.last_report);
            self.state.forget_failure();
            if committed.batch.has_left_out() {
                committed.batch.keep_left_out();
                self.unmerged.push(committed.batch);
            } else {
                self.recycle(committed.batch);
            }
        }
        if let Some(recalled) = collected.recalled {
            self.recalled = Some(self.submitted);
            self.unmerged.push(recalled);
        }
        if let Some(lost) = collected.lost {
            let Failed { outcome, cause } = &lost.cause;
            let cause: &dyn Error = cause;
            tracing::warn!(path = %self.path.display(), %outcome, cause, "flush in the background failed");
            self.note_failure(&lost.cause);
            let mut batches = lost.batches.into_iter();
            if let Some(first) = batches.as_mut_slice().first_mut() {
                first.may_be_stored = lost.cause.outcome == Outcome::Unknown;
            }
            let may_commit_again = W::may_commit_again(&lost.cause);
            if may_commit_again {
                self.unanswered = batches.next();
            }
            let is_lost = lost.cause.outcome == Outcome::Unknown && !may_commit_again;
            self.state.fail(lost.last, lost.cause, is_lost);
            self.unmerged.extend(batches);
        }
        if !self.unmerged.is_empty() {
            // What was staged builds on what has to be merged back.
            self.unstage(world);
        }
    }

    /// Merges batches that were not written back into the world. If the world was exchanged for another
    /// one, they are kept until the world that they were captured from is back.
    pub(super) fn merge_back<T: Tables>(&mut self, world: &mut World<T>) {
        if world.identity() == self.world_identity {
            // The newest first, because each was captured from a world without those before it.
            for mut batch in std::mem::take(&mut self.unmerged).into_iter().rev() {
                let rows = batch.n_captured();
                let _entered =
                    tracing::debug_span!("merge", path = %self.path.display(), rows).entered();
                batch.restore(world);
                numbers::merged(&self.path);
                self.recycle(batch);
            }
        }
    }

    /// Makes the staged rows dirty again, for a caller that has to see all changes.
    pub(super) fn unstage<T: Tables>(&mut self, world: &mut World<T>) {
        self.unmerged.extend(self.staged.take());
        self.merge_back(world);
    }

    /// Reports the failure of a background flush. The first time, if another program has touched the file, it
    /// tries again in the foreground, where the file can be compared with the world: the thread has no world
    /// to compare it with.
    pub(super) fn retry_or_report<T: Tables>(
        &mut self,
        world: &mut World<T>,
    ) -> Result<FlushReport, FileError> {
        match self.state.report() {
            None => Ok(self.last_report.clone()),
            Some((failed, true))
                if matches!(failed.cause, FlushFailure::ForeignWrite) && !self.worker.is_busy() =>
            {
                self.write_all(world, Durability::Process, self.submitted)
            }
            Some((failed, _)) => Err(self.at_path(failed)),
        }
    }
}
