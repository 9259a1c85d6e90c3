//! The writer thread, and the exchange of batches with it: a writer that changes hands, one batch being
//! written, one waiting.
//!
//! It depends neither on SQLite nor on the world, so that `tests/protocol.rs` can explore every
//! interleaving.

mod shared;
mod thread;

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use super::sync::{Arc, Builder, Condvar, JoinHandle, Mutex};

use shared::{Finished, Shared, State, WriterSlot};

/// A writer of batches. There is one, and whichever thread holds it may write.
pub(super) trait Writes: Send + 'static {
    /// What one transaction writes.
    type Batch: Send + 'static;
    /// The result of a batch that was written.
    type Report: Send + 'static;
    /// Why a batch was not written.
    type Failed: Send + 'static;

    /// Writes a batch, all of it or nothing.
    fn run(&mut self, batch: &mut Self::Batch) -> Result<Self::Report, Self::Failed>;

    /// Runs a checkpoint if one is due, after a batch was written. Returns whether everything that was
    /// ever written now survives a power cut.
    fn checkpoint_if_due(&mut self) -> bool;

    /// Whether a batch that was written has rows that were left out, and that have to be merged back into the world
    /// before anything that builds on it is written.
    fn has_left_out(batch: &Self::Batch) -> bool;

    /// The failure of a batch during which the thread panicked.
    fn died(message: String) -> Self::Failed;
}

/// The caller's side.
pub(super) struct Worker<W: Writes> {
    shared: Arc<Shared<W>>,
    thread: Option<JoinHandle<()>>,
    /// For each batch in flight, oldest first, how long its capture blocked the caller.
    in_flight: VecDeque<Duration>,
    /// The last generation that was issued.
    issued: u64,
    /// The last generation that the caller knows to be written, or to have nothing left to write.
    collected: u64,
}

/// The results that the caller has not collected before.
pub(super) struct Collected<W: Writes> {
    /// Oldest first.
    pub(super) committed: Vec<Committed<W>>,
    pub(super) lost: Option<Lost<W>>,
    /// The batch that waited behind one that has left rows out: it has to be merged back and submitted again.
    pub(super) recalled: Option<W::Batch>,
}

/// A batch that was written.
pub(super) struct Committed<W: Writes> {
    pub(super) generation: u64,
    pub(super) batch: W::Batch,
    pub(super) report: W::Report,
    /// How long its capture blocked the caller.
    pub(super) took: Duration,
}

/// A batch that was not written, and the one that waited behind it.
pub(super) struct Lost<W: Writes> {
    pub(super) cause: W::Failed,
    /// The last generation that was lost.
    pub(super) last: u64,
    /// Oldest first.
    pub(super) batches: Vec<W::Batch>,
}

impl<W: Writes> Worker<W> {
    pub(super) fn new(writer: W) -> Self {
        let state = State {
            writer: WriterSlot::Idle(writer),
            waiting: None,
            finished: VecDeque::new(),
            is_halted: false,
            checkpoint_due: None,
            committed: 0,
            durable: 0,
            is_closing: false,
        };
        let shared = Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
            thread: None,
            in_flight: VecDeque::new(),
            issued: 0,
            collected: 0,
        }
    }

    /// Starts the thread, unless it is running.
    pub(super) fn start(&mut self) -> io::Result<()> {
        if self.thread.is_none() {
            let shared = Arc::clone(&self.shared);
            let thread = Builder::new().name("gamedb-writer".into());
            self.thread = Some(thread.spawn(move || shared.work())?);
        }
        Ok(())
    }

    /// Whether batches are in flight.
    pub(super) fn is_busy(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// The last generation that was issued.
    pub(super) fn issued(&self) -> u64 {
        self.issued
    }

    /// The last generation that the caller knows to be written, or to have nothing left to write.
    pub(super) fn collected(&self) -> u64 {
        self.collected
    }

    /// The last generation that is written, whether the caller has collected it or not.
    pub(super) fn committed(&self) -> u64 {
        self.collected.max(self.shared.lock().committed)
    }

    /// The last generation that survives a power cut.
    pub(super) fn durable(&self) -> u64 {
        self.shared.lock().durable
    }

    /// Hands a batch to the thread, which writes it after all earlier ones. No batch may be waiting: see
    /// [`Self::recall`].
    pub(super) fn submit(&mut self, batch: W::Batch, took: Duration) {
        self.issued += 1;
        self.in_flight.push_back(took);
        let mut state = self.shared.lock();
        debug_assert!(state.waiting.is_none(), "a batch would be lost");
        state.waiting = Some((self.issued, batch));
        self.shared.changed.notify_all();
    }

    /// Blocks until the thread has begun the waiting batch, which it does at once if it has nothing else to do.
    pub(super) fn wait_until_begun(&self) {
        let mut state = self.shared.lock();
        while state.waiting.is_some() && !matches!(state.writer, WriterSlot::Dead(_)) {
            state = self.shared.wait(state);
        }
    }

    /// Takes the waiting batch back, unless the thread has begun it.
    pub(super) fn recall(&mut self) -> Option<W::Batch> {
        let (_, batch) = self.shared.lock().waiting.take()?;
        self.in_flight.pop_back();
        Some(batch)
    }

    /// The results since the last call. After a failure all batches in flight come back at once, and more
    /// can be submitted.
    pub(super) fn collect(&mut self) -> Collected<W> {
        let mut state = self.shared.lock();
        let finished = std::mem::take(&mut state.finished);
        let died = match &mut state.writer {
            WriterSlot::Dead(message) => message.take(),
            WriterSlot::Idle(_) | WriterSlot::Taken => None,
        };
        let is_lost = state.is_halted || died.is_some();
        let waiting = if is_lost { state.waiting.take() } else { None };
        state.is_halted = false;
        drop(state);

        let (mut committed, mut batches) = (Vec::new(), Vec::new());
        let mut cause = died.map(W::died);
        for Finished {
            generation,
            batch,
            result,
        } in finished
        {
            let took = self.in_flight.pop_front();
            let took = took.expect("a finished batch was in flight");
            match result {
                Ok(report) => {
                    self.collected = generation;
                    committed.push(Committed {
                        generation,
                        batch,
                        report,
                        took,
                    });
                }
                Err(failed) => {
                    cause = Some(failed);
                    batches.push(batch);
                }
            }
        }
        let mut recalled = None;
        if let Some((_, batch)) = waiting {
            self.in_flight.pop_back();
            match cause {
                Some(_) => batches.push(batch),
                None => recalled = Some(batch),
            }
        }
        let last = self.issued;
        let lost = cause.map(|cause| Lost {
            cause,
            last,
            batches,
        });
        // The generation of a recalled batch whose changes had cancelled out has nothing left to write.
        let is_last = lost.is_none() && recalled.is_none() && self.in_flight.is_empty();
        if is_last && !committed.is_empty() {
            self.collected = self.issued;
        }
        Collected {
            committed,
            lost,
            recalled,
        }
    }

    /// Blocks until there is a result to collect. Returns at once if nothing is in flight.
    pub(super) fn wait(&self) {
        if self.in_flight.is_empty() {
            return;
        }
        let mut state = self.shared.lock();
        while state.finished.is_empty() && !matches!(state.writer, WriterSlot::Dead(_)) {
            state = self.shared.wait(state);
        }
    }

    /// Lends the writer to the caller once it is idle and no checkpoint is due. `None` if the thread has
    /// panicked with it.
    pub(super) fn with_writer<R>(&self, use_it: impl FnOnce(&mut W) -> R) -> Option<R> {
        let mut state = self.shared.lock();
        while !matches!(state.writer, WriterSlot::Dead(_))
            && (matches!(state.writer, WriterSlot::Taken) || state.checkpoint_due.is_some())
        {
            state = self.shared.wait(state);
        }
        let mut lent = Guard {
            shared: &self.shared,
            writer: state.take_writer(),
        };
        drop(state);
        lent.writer.as_mut().map(use_it)
    }

    /// The same, but without waiting: `None` also while the thread has the writer, or is about to.
    pub(super) fn with_idle_writer<R>(&self, use_it: impl FnOnce(&mut W) -> R) -> Option<R> {
        let mut state = self.shared.lock();
        if state.checkpoint_due.is_some() {
            return None;
        }
        let mut lent = Guard {
            shared: &self.shared,
            writer: state.take_writer(),
        };
        drop(state);
        lent.writer.as_mut().map(use_it)
    }

    /// Records that the caller has written everything, with or without a generation of its own.
    pub(super) fn mark_all_committed(&mut self, is_new: bool) {
        debug_assert!(self.in_flight.is_empty(), "batches are in flight");
        self.issued += u64::from(is_new);
        self.collected = self.issued;
        self.shared.lock().committed = self.issued;
    }

    /// Records that everything that was ever written survives a power cut.
    pub(super) fn mark_durable(&self) {
        self.shared.lock().durable = self.collected;
    }

    /// Requests the checkpoint that is due after the caller has written. Without a thread, the caller
    /// runs it.
    pub(super) fn request_checkpoint(&mut self) {
        match self.start() {
            Ok(()) => {
                self.shared.lock().checkpoint_due = Some(self.collected);
                self.shared.changed.notify_all();
            }
            Err(_) => {
                if self.with_writer(Writes::checkpoint_if_due) == Some(true) {
                    self.mark_durable();
                }
            }
        }
    }

    /// Ends the thread once it has written the batches in flight; their results can be collected
    /// afterwards.
    pub(super) fn close(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // The thread catches every panic, so join returns no error.
            let _ = thread.join();
        }
    }
}

impl<W: Writes> Drop for Worker<W> {
    fn drop(&mut self) {
        self.close();
    }
}

/// The writer in the caller's hands. When the guard is dropped, also by a panic, the writer is idle again.
struct Guard<'w, W: Writes> {
    shared: &'w Shared<W>,
    writer: Option<W>,
}

impl<W: Writes> Drop for Guard<'_, W> {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            self.shared.lock().writer = WriterSlot::Idle(writer);
            self.shared.changed.notify_all();
        }
    }
}
