//! The flush pipeline: a batch is captured out of the world, written by the caller or by a thread, and
//! merged back into the world if it was not written.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use crate::error::{FileError, FlushFailure, Outcome};
use crate::schema::graph::TableOrder;
use crate::store::key::AnyKey;
use crate::store::row_set::Selection;
use crate::store::table::stored::Tables;
use crate::store::world::World;
use crate::store::world::save_set::{SaveScope, ToSave, rows_to_save};

use super::batch::Batch;
use super::error::Failed;
use super::report::FlushReport;
use super::sqlite::Writer;
use super::state::State;
use super::ticket::{Durability, Generation, Ticket};
use super::worker::Worker;

/// Batches that are kept to be used again: as many as can be in flight at once, and a staged one.
const POOL: usize = 3;

/// The way of a world's changes into its file.
pub(super) struct Pipeline {
    worker: Worker<Writer>,
    path: PathBuf,
    order: TableOrder,
    wal_pages: Arc<AtomicU32>,
    /// The world that the file belongs to: `mem::swap` can put another one in its place.
    world_identity: u64,
    pool: Vec<Batch>,
    /// What was captured ahead of the next flush in the background.
    staged: Option<Batch>,
    state: State,
    /// The report of the last flush that was written.
    last_report: FlushReport,
    /// Batches that were not written and are not dirty in the world again yet, oldest first.
    unmerged: Vec<Batch>,
}

impl Pipeline {
    /// For a world that was just read from its file.
    pub(super) fn start<T: Tables>(
        writer: Writer,
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
            last_report: FlushReport::default(),
            unmerged: Vec::new(),
        };
        // No row is dirty, so this writes the next ids alone, where the file comes from elsewhere.
        let _ = pipeline.write_now(world, Selection::All, Durability::Process)?;
        let at_close = |writer: &mut Writer| writer.checkpoint_on_close();
        pipeline.worker.with_writer(at_close).transpose()?;
        Ok(pipeline)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Up to which generation everything is in the file.
    pub(super) fn committed(&self) -> Generation {
        Generation(self.worker.committed())
    }

    /// Up to which generation everything survives a power cut.
    pub(super) fn durable(&self) -> Generation {
        Generation(self.worker.durable())
    }

    /// Puts another world in the place of the one that was read: the file has none of its rows.
    pub(super) fn replace_world<T: Tables>(&mut self, world: &mut World<T>) {
        self.world_identity = world.forget_file();
    }

    /// Writes the selected changes in the caller's thread, after all that is in flight.
    pub(super) fn write_now<T: Tables>(
        &mut self,
        world: &mut World<T>,
        which: Selection<'_>,
        durability: Durability,
    ) -> Result<FlushReport, FileError> {
        self.drain(world);
        self.check(world)?;
        let mut batch = self.empty_batch::<T>();
        let result = self.write_batch(world, &mut batch, which, durability);
        self.recycle(batch);
        result
    }

    /// Writes a row in the caller's thread, with those that the file cannot have it without.
    pub(super) fn save<T: Tables>(
        &mut self,
        world: &mut World<T>,
        row: AnyKey,
        scope: SaveScope,
    ) -> Result<FlushReport, FileError> {
        // What is in flight and fails has to be dirty before anybody looks at what is.
        self.drain(world);
        let ToSave { rows, n_asked } = rows_to_save(world, row, scope);
        let mut report = match self.write_now(world, Selection::Only(&rows), Durability::Process) {
            Err(FileError::Flush {
                cause: FlushFailure::Refused { source, .. },
                ..
            }) if source.is_unique_violation() => {
                self.write_now(world, Selection::All, Durability::Process)
            }
            written => written,
        }?;
        report.implied = report.rows().saturating_sub(n_asked);
        Ok(report)
    }

    /// Captures all that has changed, and gives it to the thread.
    pub(super) fn submit<T: Tables>(&mut self, world: &mut World<T>) -> Result<Ticket, FileError> {
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
        let mut batch = self.next_batch::<T>();
        batch.capture(world, Selection::All);
        if batch.is_empty() {
            batch.written(world, Selection::All);
            self.recycle(batch);
            if !self.worker.is_busy() {
                self.worker.wrote_all(false);
            }
        } else {
            batch.take_over(world);
            self.worker.submit(batch, start.elapsed());
        }
        Ok(self.ticket())
    }

    /// Captures a part of the next batch for the thread ahead of [`submit`](Self::submit). Returns how
    /// many rows it has looked at.
    pub(super) fn stage<T: Tables>(&mut self, world: &mut World<T>, rows: usize) -> usize {
        self.collect(world);
        if self.state.has_unreported() || !self.is_trusted(world) {
            return 0;
        }
        let mut staged = self.next_batch::<T>();
        let room = world.len().saturating_sub(staged.n_captured());
        let n_copied = staged.capture_ahead(world, rows.min(room));
        self.staged = Some(staged);
        n_copied
    }

    /// What has become of a ticket's flush; `None` while it is in flight.
    pub(super) fn poll<T: Tables>(
        &mut self,
        world: &mut World<T>,
        ticket: Ticket,
    ) -> Option<Result<FlushReport, FileError>> {
        self.collect(world);
        if ticket.world != self.world_identity {
            return Some(Err(self.at_path(FlushFailure::OtherTicket)));
        }
        let generation = ticket.generation.0;
        if self.worker.known() >= generation {
            // What came after it may have had nothing to write but next ids, or nothing any more.
            return Some(Ok(FlushReport {
                generation: Generation(self.worker.known()),
                ..self.last_report
            }));
        }
        if self.state.has_failed(generation) {
            return Some(self.retry_or_report(world));
        }
        if self.worker.is_busy() {
            return None;
        }
        // Nothing is in flight, and it was neither written nor lost: there is no such ticket.
        Some(Err(self.at_path(Failed::poisoned())))
    }

    /// Waits until a ticket's flush is in the file, or has failed.
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

    /// Waits for all that is in flight. What was not written, and what was staged, is dirty then.
    pub(super) fn drain<T: Tables>(&mut self, world: &mut World<T>) {
        while self.worker.is_busy() {
            self.worker.wait();
            self.collect(world);
        }
        self.unstage(world);
    }

    /// The same, before the world and its file part.
    pub(super) fn drain_for_good<T: Tables>(&mut self, world: &mut World<T>) {
        self.drain(world);
        if self.state.has_unreported()
            && let Err(error) = self.retry_or_report(world)
        {
            let error: &dyn Error = &error;
            tracing::error!(path = %self.path.display(), error, "an accepted flush is not in the file");
        }
    }

    /// Ends the thread, once it has written what was given to it.
    pub(super) fn close(&mut self) {
        self.worker.close();
    }

    /// Captures the selected changes and writes them. Nothing is in flight.
    fn write_batch<T: Tables>(
        &mut self,
        world: &mut World<T>,
        batch: &mut Batch,
        which: Selection<'_>,
        durability: Durability,
    ) -> Result<FlushReport, FileError> {
        let start = Instant::now();
        batch.capture(world, which);
        let has_changes = !batch.is_empty();
        let is_synced = |writer: &mut Writer| writer.is_synced();
        let is_behind =
            durability == Durability::PowerCut && self.worker.with_writer(is_synced) != Some(true);
        if is_behind {
            batch.write_a_next_id(world);
        }
        if !has_changes && !is_behind {
            // What is listed as dirty, and is not, is cleared away.
            return Ok(self.written(world, batch, which, FlushReport::default()));
        }
        let write = |writer: &mut Writer| {
            let written = writer.write_from(batch, durability, world);
            written.map(|report| (report, writer.needs_checkpoint()))
        };
        let (mut report, needs_checkpoint) = match self.worker.with_writer(write) {
            Some(Ok(written)) => written,
            Some(Err(failed)) => {
                if failed.outcome == Outcome::Unknown {
                    self.state.poison();
                }
                return Err(self.at_path(failed));
            }
            None => {
                self.collect(world);
                return Err(self.poisoned());
            }
        };
        report.took = start.elapsed();
        // Only now that the transaction has been committed.
        let report = self.written(world, batch, which, report);
        if durability == Durability::PowerCut {
            self.worker.note_durable();
        }
        if needs_checkpoint {
            self.worker.tidy();
        }
        tracing::debug!(?report, "flushed");
        Ok(report)
    }

    /// Notes that what was captured is in the file.
    fn written<T: Tables>(
        &mut self,
        world: &mut World<T>,
        batch: &Batch,
        which: Selection<'_>,
        mut report: FlushReport,
    ) -> FlushReport {
        batch.written(world, which);
        if let Selection::All = which {
            let has_written = report.rows() > 0 || !batch.next_ids.is_empty();
            if has_written || self.worker.known() < self.worker.given() {
                self.worker.wrote_all(has_written);
            }
            self.state.forget_failure();
        }
        report.generation = Generation(self.worker.known());
        report.wal_pages = self.wal_pages.load(Ordering::Relaxed);
        if let Selection::All = which
            && report.rows() > 0
        {
            self.last_report = report;
        }
        report
    }

    /// Takes notice of what the thread has done. What it could not write is dirty again.
    fn collect<T: Tables>(&mut self, world: &mut World<T>) {
        let collected = self.worker.collect();
        for written in collected.written {
            let generation = Generation(written.generation);
            self.last_report = FlushReport {
                took: written.took,
                generation,
                ..written.report
            };
            self.state.forget_failure();
            self.recycle(written.batch);
        }
        if let Some(lost) = collected.lost {
            let Failed { outcome, cause } = &lost.cause;
            let cause: &dyn Error = cause;
            tracing::warn!(path = %self.path.display(), %outcome, cause, "flush in the background failed");
            self.state.fail(lost.last, lost.cause);
            self.unmerged = lost.batches;
            self.unstage(world);
        }
        self.merge_back(world);
    }

    /// Makes dirty again what is not in the file. Another world, in the place of the one that it was
    /// captured from, is none of its business.
    fn merge_back<T: Tables>(&mut self, world: &mut World<T>) {
        if world.identity() == self.world_identity {
            // The last one that was taken out of the world comes first.
            for mut batch in std::mem::take(&mut self.unmerged).into_iter().rev() {
                batch.restore(world);
                self.recycle(batch);
            }
        }
    }

    /// Makes the staged rows dirty again: somebody wants to know of all changes.
    fn unstage<T: Tables>(&mut self, world: &mut World<T>) {
        self.unmerged.extend(self.staged.take());
        self.merge_back(world);
    }

    /// What the next flush in the background adds to.
    fn next_batch<T: Tables>(&mut self) -> Batch {
        let staged = self.staged.take();
        staged.unwrap_or_else(|| self.empty_batch::<T>())
    }

    fn empty_batch<T: Tables>(&mut self) -> Batch {
        let pooled = self.pool.pop();
        pooled.unwrap_or_else(|| Batch::new::<T>(&self.order))
    }

    /// Keeps a batch that has been done with, to be used again.
    fn recycle(&mut self, mut batch: Batch) {
        if self.pool.len() < POOL {
            batch.clear();
            self.pool.push(batch);
        }
    }

    fn ticket(&self) -> Ticket {
        Ticket {
            generation: Generation(self.worker.given()),
            world: self.world_identity,
        }
    }

    fn is_trusted<T: Tables>(&self, world: &World<T>) -> bool {
        !self.state.is_poisoned() && world.identity() == self.world_identity && !world.log.is_open()
    }

    /// Whether this world can be written to the file.
    fn check<T: Tables>(&mut self, world: &World<T>) -> Result<(), FileError> {
        if self.state.is_poisoned() {
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

    /// What is said of a failure. The first time, where another program has touched the file, it is
    /// compared with the world, which the thread cannot do, because the world is here.
    fn retry_or_report<T: Tables>(
        &mut self,
        world: &mut World<T>,
    ) -> Result<FlushReport, FileError> {
        match self.state.report() {
            None => Ok(self.last_report),
            Some((failed, true))
                if matches!(failed.cause, FlushFailure::ForeignWrite) && !self.worker.is_busy() =>
            {
                self.write_now(world, Selection::All, Durability::Process)
            }
            Some((failed, _)) => Err(self.at_path(failed)),
        }
    }

    /// What made the file one that is not written to any more, where nobody has heard of it yet.
    fn poisoned(&mut self) -> FileError {
        let failed = self.state.report_first();
        self.at_path(failed.unwrap_or_else(Failed::poisoned))
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
