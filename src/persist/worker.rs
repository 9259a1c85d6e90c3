//! The writer thread, and how batches go to it and come back: a writer that changes hands, one batch
//! at work, one waiting.
//!
//! Knows nothing of SQLite and of the world, so that `tests/protocol.rs` can try all orders of events.

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::time::Duration;

use super::sync::{Arc, Builder, Condvar, JoinHandle, Mutex, MutexGuard};

/// Who writes batches. There is one, and whoever has it may write.
pub(super) trait Writes: Send + 'static {
    /// What is written at once.
    type Batch: Send + 'static;
    /// What is said of a batch that was written.
    type Report: Send + 'static;
    /// What is said of one that was not.
    type Failed: Send + 'static;

    /// Writes a batch, all of it or nothing.
    fn write(&mut self, batch: &mut Self::Batch) -> Result<Self::Report, Self::Failed>;

    /// Tidies up after a batch was written. Says whether all that was ever written is now safe from a
    /// power cut.
    fn tidy(&mut self) -> bool;

    /// What is said where the thread panicked.
    fn died(message: String) -> Self::Failed;
}

/// The caller's side.
pub(super) struct Worker<W: Writes> {
    shared: Arc<Shared<W>>,
    thread: Option<JoinHandle<()>>,
    /// For each batch that the caller has given away and not got back, oldest first, how long it was
    /// kept for that.
    in_flight: VecDeque<Duration>,
    /// The last generation that was given to anybody.
    given: u64,
    /// All up to here are written, or need not be.
    committed: u64,
}

struct Shared<W: Writes> {
    state: Mutex<State<W>>,
    changed: Condvar,
}

struct State<W: Writes> {
    writer: Place<W>,
    waiting: Option<(u64, W::Batch)>,
    finished: VecDeque<Finished<W>>,
    /// A batch has failed, and the caller does not know yet. The one that waits builds on it, so it is
    /// not begun.
    is_halted: bool,
    /// Up to this generation all is written, and has to be tidied up after before more is.
    to_tidy: Option<u64>,
    committed: u64,
    durable: u64,
    is_closing: bool,
}

enum Place<W> {
    AtRest(W),
    /// Somebody has it.
    Taken,
    /// The thread has panicked. With what it said, until somebody is told.
    Gone(Option<String>),
}

struct Finished<W: Writes> {
    generation: u64,
    batch: W::Batch,
    result: Result<W::Report, W::Failed>,
}

/// What has become of batches.
pub(super) struct Collected<W: Writes> {
    /// Oldest first.
    pub(super) written: Vec<Written<W>>,
    pub(super) lost: Option<Lost<W>>,
}

/// A batch that was written.
pub(super) struct Written<W: Writes> {
    pub(super) generation: u64,
    pub(super) batch: W::Batch,
    pub(super) report: W::Report,
    /// How long the caller was kept.
    pub(super) took: Duration,
}

/// A batch that was not written, and the one that was to come after it.
pub(super) struct Lost<W: Writes> {
    pub(super) cause: W::Failed,
    /// The last generation that this is true of.
    pub(super) last: u64,
    /// Oldest first.
    pub(super) batches: Vec<W::Batch>,
}

enum Task<W: Writes> {
    Write(u64, W::Batch),
    Tidy(u64),
}

impl<W: Writes> Worker<W> {
    pub(super) fn new(writer: W) -> Self {
        let state = State {
            writer: Place::AtRest(writer),
            waiting: None,
            finished: VecDeque::new(),
            is_halted: false,
            to_tidy: None,
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
            given: 0,
            committed: 0,
        }
    }

    /// Starts the thread, unless it is there.
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

    /// The last generation that was given to anybody.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// Up to which generation the caller knows of.
    pub(super) fn known(&self) -> u64 {
        self.committed
    }

    /// Up to which generation all is written.
    pub(super) fn committed(&self) -> u64 {
        self.committed.max(self.shared.lock().committed)
    }

    /// Up to which generation all is safe from a power cut.
    pub(super) fn durable(&self) -> u64 {
        self.shared.lock().durable
    }

    /// Gives a batch away, to be written after all others. None may be waiting: see [`Self::recall`].
    pub(super) fn submit(&mut self, batch: W::Batch, took: Duration) {
        self.given += 1;
        self.in_flight.push_back(took);
        let mut state = self.shared.lock();
        debug_assert!(state.waiting.is_none(), "a batch would be lost");
        state.waiting = Some((self.given, batch));
        self.shared.changed.notify_all();
    }

    /// Takes back the batch that waits, if it has not been begun.
    pub(super) fn recall(&mut self) -> Option<W::Batch> {
        let (_, batch) = self.shared.lock().waiting.take()?;
        self.in_flight.pop_back();
        Some(batch)
    }

    /// What has become of batches since the last call. After a failure all that were in flight come
    /// back at once, and more can be given away.
    pub(super) fn collect(&mut self) -> Collected<W> {
        let mut state = self.shared.lock();
        let finished = std::mem::take(&mut state.finished);
        let died = match &mut state.writer {
            Place::Gone(message) => message.take(),
            Place::AtRest(_) | Place::Taken => None,
        };
        let is_lost = state.is_halted || died.is_some();
        let waiting = if is_lost { state.waiting.take() } else { None };
        state.is_halted = false;
        drop(state);

        let (mut written, mut batches) = (Vec::new(), Vec::new());
        let mut cause = died.map(W::died);
        for Finished {
            generation,
            batch,
            result,
        } in finished
        {
            let took = self.in_flight.pop_front();
            match result {
                Ok(report) => {
                    self.committed = generation;
                    written.push(Written {
                        generation,
                        batch,
                        report,
                        took: took.unwrap_or_default(),
                    });
                }
                Err(failed) => {
                    cause = Some(failed);
                    batches.push(batch);
                }
            }
        }
        if let Some((_, batch)) = waiting {
            self.in_flight.pop_back();
            batches.push(batch);
        }
        let last = self.given;
        let lost = cause.map(|cause| Lost {
            cause,
            last,
            batches,
        });
        // What was taken back, and came to nothing, is written with the last one.
        if lost.is_none() && !written.is_empty() && self.in_flight.is_empty() {
            self.committed = self.given;
        }
        Collected { written, lost }
    }

    /// Waits until there is something to collect. Returns at once if nothing is in flight.
    pub(super) fn wait(&self) {
        if self.in_flight.is_empty() {
            return;
        }
        let mut state = self.shared.lock();
        while state.finished.is_empty() && !matches!(state.writer, Place::Gone(_)) {
            state = self.shared.wait(state);
        }
    }

    /// Lends the writer to the caller, to be used in place, once it is at rest and has tidied up.
    /// `None` if the thread has panicked with it.
    pub(super) fn with_writer<R>(&self, use_it: impl FnOnce(&mut W) -> R) -> Option<R> {
        let mut state = self.shared.lock();
        while !matches!(state.writer, Place::Gone(_))
            && (matches!(state.writer, Place::Taken) || state.to_tidy.is_some())
        {
            state = self.shared.wait(state);
        }
        let mut lent = Lent {
            shared: &self.shared,
            writer: state.take_writer(),
        };
        drop(state);
        lent.writer.as_mut().map(use_it)
    }

    /// Notes that the caller has written all that there was, with or without a generation of its own.
    pub(super) fn wrote_all(&mut self, is_new: bool) {
        debug_assert!(self.in_flight.is_empty(), "not all is written");
        self.given += u64::from(is_new);
        self.committed = self.given;
        self.shared.lock().committed = self.given;
    }

    /// Notes that all that was ever written is safe from a power cut.
    pub(super) fn note_durable(&self) {
        self.shared.lock().durable = self.committed;
    }

    /// Has the thread tidy up after what the caller has written. Without a thread the caller does it.
    pub(super) fn tidy(&mut self) {
        match self.start() {
            Ok(()) => {
                self.shared.lock().to_tidy = Some(self.committed);
                self.shared.changed.notify_all();
            }
            Err(_) => {
                if self.with_writer(Writes::tidy) == Some(true) {
                    self.note_durable();
                }
            }
        }
    }

    /// Ends the thread when it has written what was given to it. What became of that is to be
    /// collected.
    pub(super) fn close(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It catches every panic, so there is nothing to hear of.
            let _ = thread.join();
        }
    }
}

impl<W: Writes> Drop for Worker<W> {
    fn drop(&mut self) {
        self.close();
    }
}

/// The writer in the caller's hands. Dropped, also by a panic, it is at rest again.
struct Lent<'w, W: Writes> {
    shared: &'w Shared<W>,
    writer: Option<W>,
}

impl<W: Writes> Drop for Lent<'_, W> {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            self.shared.lock().writer = Place::AtRest(writer);
            self.shared.changed.notify_all();
        }
    }
}

impl<W: Writes> Shared<W> {
    /// Nothing that can panic is done while it is held, so it is never poisoned.
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State<W>>) -> MutexGuard<'s, State<W>> {
        let state = self.changed.wait(state);
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// What the thread does.
    fn work(&self) {
        while let Some((mut writer, task)) = self.next_task() {
            match task {
                Task::Write(generation, mut batch) => {
                    let result = catch(|| writer.write(&mut batch));
                    let mut state = self.lock();
                    let result = match result {
                        Ok(result) => {
                            state.writer = Place::AtRest(writer);
                            result
                        }
                        Err(message) => {
                            state.writer = Place::Gone(None);
                            Err(W::died(message))
                        }
                    };
                    if result.is_ok() {
                        state.committed = generation;
                        state.to_tidy = Some(generation);
                    } else {
                        state.is_halted = true;
                    }
                    state.finished.push_back(Finished {
                        generation,
                        batch,
                        result,
                    });
                }
                Task::Tidy(generation) => {
                    let is_durable = catch(|| writer.tidy());
                    let mut state = self.lock();
                    state.to_tidy = None;
                    state.writer = match is_durable {
                        Ok(_) => Place::AtRest(writer),
                        Err(ref message) => Place::Gone(Some(message.clone())),
                    };
                    if let Ok(true) = is_durable {
                        state.durable = generation;
                    }
                }
            }
            self.changed.notify_all();
        }
    }

    /// Waits for something to do. `None` if there will be nothing more.
    fn next_task(&self) -> Option<(W, Task<W>)> {
        let mut state = self.lock();
        loop {
            if let Place::AtRest(_) = state.writer {
                if let Some(task) = state.take_task() {
                    return Some((state.take_writer()?, task));
                }
                if state.is_closing {
                    return None;
                }
            }
            if let Place::Gone(_) = state.writer {
                return None;
            }
            state = self.wait(state);
        }
    }
}

impl<W: Writes> State<W> {
    /// `None` if it is not at rest.
    fn take_writer(&mut self) -> Option<W> {
        match std::mem::replace(&mut self.writer, Place::Taken) {
            Place::AtRest(writer) => Some(writer),
            other => {
                self.writer = other;
                None
            }
        }
    }

    /// Tidying up comes first, so that what has to be tidied up after does not pile up.
    fn take_task(&mut self) -> Option<Task<W>> {
        if let Some(generation) = self.to_tidy {
            return Some(Task::Tidy(generation));
        }
        if self.is_halted {
            return None;
        }
        let (generation, batch) = self.waiting.take()?;
        Some(Task::Write(generation, batch))
    }
}

/// Runs it, and returns what it says when it panics.
fn catch<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    // Whatever it has left half-done is not used again.
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| message(&*panic))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
