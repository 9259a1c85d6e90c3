//! The flush pipeline: a batch is captured out of the world, written by the caller or by the writer thread,
//! and merged back into the world if it was not written.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tracing::field::{Empty, debug};

use crate::error::{FileError, FlushFailure, Outcome, RefusedRow};
use crate::schema::graph::TableOrder;
use crate::store::key::AnyKey;
use crate::store::row_set::Selection;
use crate::store::table::stored::Tables;
use crate::store::world::World;
use crate::store::world::save_set::{SaveScope, ToSave, rows_to_save};

use super::batch::Batch;
use super::engine::EngineWriter;
use super::error::Failed;
use super::numbers;
use super::report::FlushReport;
use super::state::State;
use super::stats::FlushStats;
use super::ticket::{Durability, Generation, Ticket};
use super::worker::Worker;

/// How many empty batches are kept for reuse: as many as can be in flight at once, and a staged one.
const POOL: usize = 3;

/// With nothing to write, a file that was looked at this long ago is not looked at again: to look takes several calls of
/// the system, and a loop may flush at any rate.
const LOOK: Duration = Duration::from_millis(10);

/// The path of a world's changes into its file, or whatever an engine keeps it in: the worker, the batches, and the
/// state of the file.
pub(super) struct Pipeline<W: EngineWriter> {
    worker: Worker<W>,
    path: PathBuf,
    order: TableOrder,
    wal_pages: Arc<AtomicU32>,
    /// Identity of the world that was loaded: `mem::swap` can exchange it for another one, which must not
    /// be written to this file.
    world_identity: u64,
    pool: Vec<Batch>,
    /// The part of the next background flush that was captured in the ticks before it.
    staged: Option<Batch>,
    state: State,
    /// The failed sync after which nothing is written to the file any more, even if it is opened again.
    failed_sync: Option<FlushFailure>,
    /// The report of the last flush that was written.
    last_report: FlushReport,
    /// What was written since the file was opened.
    counted: FlushStats,
    /// Batches that were not written, or not completely, and are not merged back into the world yet, oldest first.
    unmerged: Vec<Batch>,
    /// A background flush that was accepted and has to be submitted again, because the one before it has left rows
    /// out.
    recalled: Option<Refused>,
    /// What the last background flush does with rows that the file refuses.
    submitted: Refused,
    /// When the file was looked at last, if nothing was written since.
    seen: Option<Instant>,
}

/// What becomes of a flush when the file refuses rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It fails.
    Fail,
    /// They are left out, with the rows that are bound to them.
    LeaveOut,
}

impl<W: EngineWriter> Pipeline<W> {
    /// A pipeline for a world that was just loaded from its file.
    pub(super) fn start<T: Tables>(
        writer: W,
        path: &Path,
        order: TableOrder,
        world: &mut World<T>,
    ) -> Result<Self, FileError> {
        let mut pipeline = Self {
            path: path.to_owned(),
            order,
            wal_pages: writer.wal_pages(),
            worker: Worker::new(writer),
            world_identity: world.identity(),
            pool: Vec::new(),
            staged: None,
            state: State::Healthy,
            failed_sync: None,
            last_report: FlushReport::default(),
            counted: FlushStats::default(),
            unmerged: Vec::new(),
            recalled: None,
            submitted: Refused::Fail,
            seen: None,
        };
        // No row is dirty, so this writes the next ids alone, if the file comes from elsewhere.
        let _ = pipeline.write_all(world, Durability::Process, Refused::Fail)?;
        pipeline.look_next();
        pipeline.worker.with_writer(W::begin).transpose()?;
        Ok(pipeline)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The last generation that is in the file, as are all before it.
    pub(super) fn committed(&self) -> Generation {
        Generation(self.worker.committed())
    }

    /// The last generation that survives a power cut, as do all before it.
    pub(super) fn durable(&self) -> Generation {
        Generation(self.worker.durable())
    }

    /// What was written since the file was opened. O(1).
    pub(super) fn stats(&self) -> FlushStats {
        FlushStats {
            wal_pages: self.wal_pages.load(Ordering::Relaxed),
            committed: self.committed(),
            durable: self.durable(),
            is_in_flight: self.worker.is_busy(),
            ..self.counted.clone()
        }
    }

    /// Assigns the file to another world, of which it has no rows yet.
    pub(super) fn replace_world<T: Tables>(&mut self, world: &mut World<T>) {
        self.world_identity = world.forget_file();
        self.seen = None;
    }

    /// Drains the pipeline, and writes all changes in the caller's thread.
    pub(super) fn write_all<T: Tables>(
        &mut self,
        world: &mut World<T>,
        durability: Durability,
        refused: Refused,
    ) -> Result<FlushReport, FileError> {
        self.write_now(world, Selection::All, durability, refused)
    }

    fn write_now<T: Tables>(
        &mut self,
        world: &mut World<T>,
        which: Selection<'_>,
        durability: Durability,
        refused: Refused,
    ) -> Result<FlushReport, FileError> {
        self.drain(world);
        self.check(world)?;
        let mut batch = self.empty_batch::<T>();
        batch.may_leave_out = refused == Refused::LeaveOut;
        let result = self.write_batch(world, &mut batch, which, durability);
        self.recycle(batch);
        result
    }

    /// Writes a row in the caller's thread, with the rows without which the file would not be consistent.
    /// If a unique value still belongs to another row in the file, it writes everything.
    pub(super) fn save<T: Tables>(
        &mut self,
        world: &mut World<T>,
        row: AnyKey,
        scope: SaveScope,
    ) -> Result<FlushReport, FileError> {
        // A batch that fails in flight makes its rows dirty again, and they may be among those to save.
        self.drain(world);
        let ToSave { rows, n_requested } = rows_to_save(world, row, scope);
        let which = Selection::Only(&rows);
        let is_taken = |row: &RefusedRow| row.source.is_unique_violation();
        let mut report = match self.write_now(world, which, Durability::Process, Refused::Fail) {
            Err(FileError::Flush {
                cause: FlushFailure::Refused { rows, .. },
                ..
            }) if rows.iter().all(is_taken) => {
                self.write_all(world, Durability::Process, Refused::Fail)
            }
            written => written,
        }?;
        report.implied = report.rows().saturating_sub(n_requested);
        Ok(report)
    }

    /// Captures everything that has changed, and hands it to the writer thread.
    pub(super) fn submit<T: Tables>(
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
        if let Some(waiting) = self.worker.recall() {
            self.unmerged.push(waiting);
            self.unstage(world);
        }
        // What is captured now includes what that one had captured.
        self.recalled = None;
        self.submitted = refused;
        let mut batch = self.next_batch::<T>();
        batch.may_leave_out = refused == Refused::LeaveOut;
        capture(&mut batch, world, Selection::All);
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
        }
        Ok(self.ticket())
    }

    /// Captures a part of what the next [`submit`](Self::submit) would have to capture. Returns the
    /// number of rows that it has examined.
    pub(super) fn stage<T: Tables>(&mut self, world: &mut World<T>, rows: usize) -> usize {
        self.collect(world);
        if self.state.has_unreported() || !self.is_trusted(world) {
            return 0;
        }
        let span = tracing::debug_span!("capture", rows = Empty).entered();
        let mut staged = self.next_batch::<T>();
        let room = world.len().saturating_sub(staged.n_captured());
        let n_copied = staged.capture_oldest(world, rows.min(room));
        self.staged = Some(staged);
        span.record("rows", n_copied);
        n_copied
    }

    /// The result of a ticket's flush; `None` while it is in flight.
    pub(super) fn poll<T: Tables>(
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
    pub(super) fn wait<T: Tables>(
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
    fn postponed<T: Tables>(&self, world: &World<T>) -> Option<FlushFailure> {
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
    fn submit_recalled<T: Tables>(&mut self, world: &mut World<T>) -> Result<(), FileError> {
        match self.recalled {
            Some(refused) => self.submit(world, refused).map(|_: Ticket| ()),
            None => Ok(()),
        }
    }

    /// Waits for the batches in flight. Rows that they could not write, and rows that were staged, are
    /// dirty again afterwards.
    pub(super) fn drain<T: Tables>(&mut self, world: &mut World<T>) {
        while self.worker.is_busy() {
            self.worker.wait();
            self.collect(world);
        }
        self.unstage(world);
    }

    /// Drains the pipeline before the world is separated from its file. A failure that was not reported
    /// is logged, because no ticket can be polled after that.
    pub(super) fn drain_for_good<T: Tables>(&mut self, world: &mut World<T>) {
        self.drain(world);
        // It was accepted, so it is written, unless the world is not the one that was loaded.
        if let Err(error) = self.submit_recalled(world) {
            let error: &dyn Error = &error;
            tracing::error!(path = %self.path.display(), error, "an accepted flush is not in the file");
        }
        self.drain(world);
        if self.state.has_unreported()
            && let Err(error) = self.retry_or_report(world)
        {
            let error: &dyn Error = &error;
            tracing::error!(path = %self.path.display(), error, "an accepted flush is not in the file");
        }
    }

    /// Ends the writer thread once it has written the batches in flight.
    pub(super) fn close(&mut self) {
        self.worker.close();
    }

    /// Captures the selected changes and writes them. Requires that no batch is in flight.
    fn write_batch<T: Tables>(
        &mut self,
        world: &mut World<T>,
        batch: &mut Batch,
        which: Selection<'_>,
        durability: Durability,
    ) -> Result<FlushReport, FileError> {
        let start = Instant::now();
        let span = tracing::debug_span!("flush", path = %self.path.display(), rows = Empty, generation = Empty, took = Empty, writing = Empty);
        let _entered = span.enter();
        capture(batch, world, which);
        let has_changes = !batch.is_empty();
        let is_durable = |writer: &mut W| writer.is_durable();
        let is_behind =
            durability == Durability::PowerCut && self.worker.with_writer(is_durable) != Some(true);
        if is_behind {
            batch.add_unchanged_next_id(world);
        }
        if !has_changes && !is_behind {
            if durability == Durability::PowerCut || !self.has_just_seen() {
                let look = |writer: &mut W| writer.look(world);
                let Some(seen) = self.worker.with_writer(look) else {
                    self.collect(world);
                    return Err(self.poisoned());
                };
                self.saw(seen.map(Some))?;
            }
            // Removes rows that are clean from the list of dirty rows.
            return Ok(self.mark_committed(world, batch, which, FlushReport::default()));
        }
        self.seen = None;
        if batch.may_leave_out {
            world.commit_sink.txn_groups.fold();
        }
        let write = |writer: &mut W| {
            let written = writer.commit_from(batch, durability, world);
            written.map(|report| (report, writer.is_durable(), writer.needs_checkpoint()))
        };
        let (mut report, is_durable, needs_checkpoint) = match self.worker.with_writer(write) {
            Some(Ok(written)) => written,
            Some(Err(failed)) => return Err(self.failed(failed)),
            None => {
                self.collect(world);
                return Err(self.poisoned());
            }
        };
        report.took = start.elapsed();
        // Flags are cleared only after the transaction has been committed.
        let report = self.mark_committed(world, batch, which, report);
        if is_durable {
            self.worker.mark_durable();
        }
        if needs_checkpoint {
            self.worker.request_checkpoint();
        }
        span.record("rows", report.rows())
            .record("generation", report.generation.0)
            .record("took", debug(report.took))
            .record("writing", debug(report.writing));
        tracing::debug!(?report, "flushed");
        Ok(report)
    }

    /// Whether the file was looked at so lately that a flush with nothing to write need not do it again.
    fn has_just_seen(&self) -> bool {
        self.seen.is_some_and(|seen| seen.elapsed() < LOOK)
    }

    /// Records what a look at the file has said; `None` if there was none.
    fn saw(&mut self, seen: Result<Option<()>, Failed>) -> Result<(), FileError> {
        let seen = seen.map_err(|failed| self.failed(failed))?;
        if seen.is_some() {
            self.seen = Some(Instant::now());
        }
        Ok(())
    }

    /// Makes the next flush look at the file, also if it was looked at just now.
    pub(super) fn look_next(&mut self) {
        self.seen = None;
    }

    /// Records that what was captured is in the file.
    fn mark_committed<T: Tables>(
        &mut self,
        world: &mut World<T>,
        batch: &mut Batch,
        which: Selection<'_>,
        mut report: FlushReport,
    ) -> FlushReport {
        let has_written = report.rows() > 0 || !batch.next_ids.is_empty();
        if batch.has_left_out() {
            batch.take_over(world);
            batch.keep_left_out();
            batch.restore(world);
        } else {
            batch.mark_committed(world, which);
        }
        if let Selection::All = which {
            if has_written || self.worker.collected() < self.worker.issued() {
                self.worker.mark_all_committed(has_written);
            }
            self.state.forget_failure();
            self.recalled = None;
        }
        report.generation = Generation(self.worker.collected());
        report.wal_pages = self.wal_pages.load(Ordering::Relaxed);
        count(&mut self.counted, &self.path, &report);
        if let Selection::All = which
            && report.rows() > 0
        {
            self.last_report = report.clone();
        }
        report
    }

    /// Collects the results of the writer thread. Rows that it could not write are dirty again
    /// afterwards.
    fn collect<T: Tables>(&mut self, world: &mut World<T>) {
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
            self.state.fail(lost.last, lost.cause);
            self.unmerged.extend(lost.batches);
        }
        if !self.unmerged.is_empty() {
            // What was staged builds on what has to be merged back.
            self.unstage(world);
        }
    }

    /// Merges batches that were not written back into the world. If the world was exchanged for another
    /// one, they are kept until the world that they were captured from is back.
    fn merge_back<T: Tables>(&mut self, world: &mut World<T>) {
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
    fn unstage<T: Tables>(&mut self, world: &mut World<T>) {
        self.unmerged.extend(self.staged.take());
        self.merge_back(world);
    }

    /// The batch that the next background flush adds to: the staged one, or an empty one.
    fn next_batch<T: Tables>(&mut self) -> Batch {
        let staged = self.staged.take();
        staged.unwrap_or_else(|| self.empty_batch::<T>())
    }

    fn empty_batch<T: Tables>(&mut self) -> Batch {
        let pooled = self.pool.pop();
        pooled.unwrap_or_else(|| Batch::new::<T>(&self.order))
    }

    /// Puts a batch back into the pool, where its capacity is reused.
    fn recycle(&mut self, mut batch: Batch) {
        if self.pool.len() < POOL {
            batch.clear();
            self.pool.push(batch);
        }
    }

    fn ticket(&self) -> Ticket {
        Ticket {
            generation: Generation(self.worker.issued()),
            world_identity: self.world_identity,
        }
    }

    fn is_trusted<T: Tables>(&self, world: &World<T>) -> bool {
        !matches!(self.state, State::Poisoned(_))
            && world.identity() == self.world_identity
            && !world.log.is_open()
    }

    /// Whether this world may be written to the file.
    fn check<T: Tables>(&mut self, world: &World<T>) -> Result<(), FileError> {
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

    /// Reports the failure of a background flush. The first time, if another program has touched the file, it
    /// tries again in the foreground, where the file can be compared with the world: the thread has no world
    /// to compare it with.
    fn retry_or_report<T: Tables>(
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

    /// A failure in the caller's thread.
    fn failed(&mut self, failed: Failed) -> FileError {
        self.seen = None;
        self.note_failure(&failed);
        if failed.outcome == Outcome::Unknown {
            self.state.poison();
        }
        self.at_path(failed)
    }

    /// Why the file is not written to any more: the failure that caused it, the first time. To open the file again
    /// is the way on after every failure but that of a sync, so that one is said each time.
    fn poisoned(&mut self) -> FileError {
        let mut failed = self.state.report_first().unwrap_or_else(Failed::poisoned);
        if let (FlushFailure::Poisoned, Some(cause)) = (&failed.cause, &self.failed_sync) {
            failed.cause = cause.clone();
        }
        self.at_path(failed)
    }

    fn note_failure(&mut self, failed: &Failed) {
        self.counted.n_failed += 1;
        numbers::failed(&self.path);
        if let FlushFailure::SyncFailed { .. } = failed.cause {
            self.failed_sync = Some(failed.cause.clone());
        }
    }

    fn at_path(&self, failed: impl Into<Failed>) -> FileError {
        let Failed { outcome, cause } = failed.into();
        FileError::Flush {
            path: self.path.clone(),
            outcome,
            cause,
        }
    }
}

/// Captures the selected changes.
fn capture<T: Tables>(batch: &mut Batch, world: &mut World<T>, which: Selection<'_>) {
    let span = tracing::debug_span!("capture", rows = Empty);
    let _entered = span.enter();
    batch.capture(world, which);
    if !span.is_disabled() {
        span.record("rows", batch.n_captured());
    }
}

/// Counts a flush that is in the file. Those that had nothing to write do not count.
fn count(counted: &mut FlushStats, path: &Path, report: &FlushReport) {
    counted.count(report);
    if report.rows() > 0 {
        numbers::flushed(path, report);
    }
}
