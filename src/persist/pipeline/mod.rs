//! The flush pipeline: a batch is captured out of the world, written by the caller or by the writer thread,
//! and merged back into the world if it was not written.

mod background;
mod checks;
mod commit_again;

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
    /// A batch of which it is not known whether it is written, and which is committed again before any other one. It
    /// owns its rows, so the world is compared with what is stored if it is written.
    unanswered: Option<Batch>,
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
            unanswered: None,
            recalled: None,
            submitted: Refused::Fail,
            seen: None,
        };
        // No row is dirty, so this writes the next ids alone, if the file comes from elsewhere.
        let _ = pipeline.write_all(world, Durability::Process, Refused::Fail)?;
        if !world.mail.is_empty() {
            pipeline.sync_loaded(world)?;
        }
        pipeline.look_next();
        pipeline.worker.with_writer(W::begin).transpose()?;
        Ok(pipeline)
    }

    /// Makes durable what was loaded: a parcel that has left, or was accepted, before the process began waits for that, and
    /// a program that flushes in the background alone would let it wait for long. Where the disk is full, or another
    /// program is in the way, it waits for the next flush that is durable.
    fn sync_loaded<T: Tables>(&mut self, world: &mut World<T>) -> Result<(), FileError> {
        match self.write_all(world, Durability::PowerCut, Refused::Fail) {
            Err(error) => match &error {
                FileError::Flush {
                    outcome: Outcome::NotCommitted,
                    ..
                } => {
                    let error: &dyn Error = &error;
                    tracing::warn!(path = %self.path.display(), error, "parcels wait for a flush that is durable");
                    Ok(())
                }
                _ => Err(error),
            },
            Ok(_) => Ok(()),
        }
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

    /// The last durable generation, with all of them collected.
    pub(super) fn collect_durable<T: Tables>(
        &mut self,
        world: &mut World<T>,
    ) -> Result<u64, FileError> {
        // What becomes durable afterwards may not be collected.
        let durable = self.worker.durable();
        self.collect(world);
        self.check(world)?;
        Ok(durable)
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
        self.commit_again(world)?;
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
        // So may those of one that was left open, with what parcels have moved.
        let again = match self.unanswered.is_some() {
            true => (self.check(world)).and_then(|()| self.commit_again(world)),
            false => Ok(()),
        };
        let ToSave { rows, n_requested } = rows_to_save(world, row, scope);
        // A parcel is written with the rows that have left with it or come with it, and whatever came of these since.
        let has_mail = world.mail.n_steps() > 0;
        let which = Selection::Only(&rows);
        let is_taken = |row: &RefusedRow| row.source.is_unique_violation();
        let is_in_the_way = |cause: &FlushFailure| match cause {
            FlushFailure::Refused { rows, .. } => rows.iter().all(is_taken),
            // A server does not say whose id is taken.
            FlushFailure::Backend(error) => error.is_unique_violation(),
            _ => false,
        };
        let written = match again {
            Err(error) => Err(error),
            Ok(()) if has_mail => self.write_all(world, Durability::Process, Refused::Fail),
            Ok(()) => self.write_now(world, which, Durability::Process, Refused::Fail),
        };
        let mut report = match written {
            Err(FileError::Flush {
                outcome: Outcome::NotCommitted,
                cause,
                ..
            }) if is_in_the_way(&cause) => {
                self.write_all(world, Durability::Process, Refused::Fail)
            }
            written => written,
        }?;
        report.implied = report.rows().saturating_sub(n_requested);
        Ok(report)
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
        if self.check(world).is_ok()
            && let Err(error) = self.commit_again(world)
        {
            let error: &dyn Error = &error;
            tracing::error!(path = %self.path.display(), error, "whether a flush is stored is not known");
        }
        // Nothing commits it again any more, so its rows are dirty.
        if let Some(mut unanswered) = self.unanswered.take() {
            unanswered.may_be_stored = true;
            self.unmerged.push(unanswered);
            self.merge_back(world);
        }
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
        capture(&self.path, batch, world, which);
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
            Some(Err(failed)) => {
                if W::may_commit_again(&failed) {
                    batch.take_over_selected(world, which);
                    self.unanswered = Some(std::mem::replace(batch, self.empty_batch::<T>()));
                } else if failed.outcome == Outcome::Unknown {
                    world.mail.doubt();
                }
                return Err(self.failed(failed));
            }
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

    /// Records that what was captured is in the file.
    fn mark_committed<T: Tables>(
        &mut self,
        world: &mut World<T>,
        batch: &mut Batch,
        which: Selection<'_>,
        mut report: FlushReport,
    ) -> FlushReport {
        let has_written = report.rows() > 0 || !batch.next_ids.is_empty() || !batch.mail.is_empty();
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
            world.mail.written_by(self.worker.collected());
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
}

/// Captures the selected changes.
fn capture<T: Tables>(path: &Path, batch: &mut Batch, world: &mut World<T>, which: Selection<'_>) {
    let span = tracing::debug_span!("capture", path = %path.display(), rows = Empty);
    let _entered = span.enter();
    batch.capture(world, which);
    if let Selection::All = which {
        numbers::found_dirty(path, batch);
    }
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
