//! The thread's side: it takes what there is to do, does it with the writer, and gives the writer back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Writes;
use super::shared::{Finished, Shared, Task, WriterSlot};

impl<W: Writes> Shared<W> {
    /// The main loop of the thread.
    pub(super) fn work(&self) {
        while let Some((mut writer, task)) = self.next_task() {
            match task {
                Task::Run(generation, mut batch) => {
                    let result = catch(|| writer.run(&mut batch));
                    let mut state = self.lock();
                    let result = match result {
                        Ok(result) => {
                            state.writer = WriterSlot::Idle(writer);
                            result
                        }
                        Err(message) => {
                            state.writer = WriterSlot::Dead(None);
                            Err(W::died(message))
                        }
                    };
                    if result.is_ok() {
                        state.committed = generation;
                        state.checkpoint_due = Some(generation);
                    }
                    state.is_halted = result.is_err() || W::has_left_out(&batch);
                    state.finished.push_back(Finished {
                        generation,
                        batch,
                        result,
                    });
                }
                Task::Checkpoint(generation) => {
                    let is_durable = catch(|| writer.checkpoint_if_due());
                    let mut state = self.lock();
                    state.checkpoint_due = None;
                    state.writer = match is_durable {
                        Ok(_) => WriterSlot::Idle(writer),
                        Err(ref message) => WriterSlot::Dead(Some(message.clone())),
                    };
                    if let Ok(true) = is_durable {
                        state.durable = generation;
                    }
                }
            }
            self.changed.notify_all();
        }
    }

    /// Blocks until there is a task. `None` if there will be no more.
    fn next_task(&self) -> Option<(W, Task<W>)> {
        let mut state = self.lock();
        loop {
            if let WriterSlot::Idle(_) = state.writer {
                if let Some(task) = state.take_task() {
                    self.changed.notify_all();
                    return Some((state.take_writer()?, task));
                }
                if state.is_closing {
                    return None;
                }
            }
            if let WriterSlot::Dead(_) = state.writer {
                return None;
            }
            state = self.wait(state);
        }
    }
}

/// Runs a closure, and returns the message of its panic as an error.
fn catch<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    // A writer that has panicked is not used again, so no broken invariant of it is seen.
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| message(&*panic))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
