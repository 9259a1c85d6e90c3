//! What the caller and the thread share, behind one lock: where the writer is, and which batches wait or are finished.

use std::collections::VecDeque;
use std::sync::PoisonError;

use super::super::sync::{Condvar, Mutex, MutexGuard};
use super::Writes;

pub(super) struct Shared<W: Writes> {
    pub(super) state: Mutex<State<W>>,
    pub(super) changed: Condvar,
}

pub(super) struct State<W: Writes> {
    pub(super) writer: WriterSlot<W>,
    pub(super) waiting: Option<(u64, W::Batch)>,
    pub(super) finished: VecDeque<Finished<W>>,
    /// A batch has failed, or has left rows out, and the caller has not collected it yet. The waiting batch builds
    /// on all of it, so the thread does not begin it.
    pub(super) is_halted: bool,
    /// The last generation written, if a checkpoint has to run before more is written.
    pub(super) checkpoint_due: Option<u64>,
    pub(super) committed: u64,
    pub(super) durable: u64,
    pub(super) is_closing: bool,
}

pub(super) enum WriterSlot<W> {
    Idle(W),
    /// The thread or the caller holds it.
    Taken,
    /// The thread has panicked with it. The message stays until the caller collects it.
    Dead(Option<String>),
}

pub(super) struct Finished<W: Writes> {
    pub(super) generation: u64,
    pub(super) batch: W::Batch,
    pub(super) result: Result<W::Report, W::Failed>,
}

pub(super) enum Task<W: Writes> {
    Run(u64, W::Batch),
    Checkpoint(u64),
}

impl<W: Writes> Shared<W> {
    /// No code that can panic runs while the lock is held, so it is never poisoned.
    pub(super) fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wait<'s>(&self, state: MutexGuard<'s, State<W>>) -> MutexGuard<'s, State<W>> {
        let state = self.changed.wait(state);
        state.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Writes> State<W> {
    /// `None` if the writer is not idle.
    pub(super) fn take_writer(&mut self) -> Option<W> {
        match std::mem::replace(&mut self.writer, WriterSlot::Taken) {
            WriterSlot::Idle(writer) => Some(writer),
            other => {
                self.writer = other;
                None
            }
        }
    }

    /// Checkpoints come first, so that the log cannot grow without end.
    pub(super) fn take_task(&mut self) -> Option<Task<W>> {
        if let Some(generation) = self.checkpoint_due {
            return Some(Task::Checkpoint(generation));
        }
        if self.is_halted {
            return None;
        }
        let (generation, batch) = self.waiting.take()?;
        Some(Task::Run(generation, batch))
    }
}
