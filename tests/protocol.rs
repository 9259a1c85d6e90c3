//! The writer thread and the exchange of batches with it, in every interleaving: loom explores all of
//! them. The world is a number per row, and so is the file; a batch contains the rows that differ. A
//! crate of its own, because it compiles `src/persist/worker/` itself, with loom's locks and threads in
//! place of std's.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "../src/persist/worker/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the test uses a part of it")]
mod worker;

/// The contents of the library's module of this name, from loom.
mod sync {
    pub(super) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(super) use loom::thread::{Builder, JoinHandle};
}

use std::time::Duration;

use loom::sync::{Arc, Mutex};
use worker::{Collected, Committed, Worker, Writes};

const ROWS: usize = 2;

type Rows = [u8; ROWS];

/// New values of rows.
#[derive(Clone, Copy, Debug, Default)]
struct Batch {
    rows: [Option<u8>; ROWS],
    /// It was written without these rows, and they are what it has now.
    has_left_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failed {
    Refused,
    Died,
}

/// The fate of each batch, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Good,
    Refuse,
    /// The first row is left out.
    LeaveOut,
    PanicBefore,
    PanicAfter,
    PanicAtCheckpoint,
}

/// All states that the file has had, and the number of batches since its last checkpoint.
#[derive(Debug, Default)]
struct File {
    states: Vec<Rows>,
    uncheckpointed: usize,
    most_uncheckpointed: usize,
    /// Number of batches that were written without one of their rows.
    n_left_out: usize,
}

struct Writer {
    file: Arc<Mutex<File>>,
    fates: Vec<Fate>,
}

impl Writes for Writer {
    type Batch = Batch;
    type Report = ();
    type Failed = Failed;

    fn run(&mut self, batch: &mut Batch) -> Result<(), Failed> {
        let fate = self.fates.first().copied().unwrap_or(Fate::Good);
        if fate != Fate::PanicAtCheckpoint {
            self.fates.drain(..1.min(self.fates.len()));
        }
        match fate {
            Fate::Refuse => return Err(Failed::Refused),
            Fate::PanicBefore => std::panic::resume_unwind(Box::new("before")),
            Fate::Good | Fate::LeaveOut | Fate::PanicAfter | Fate::PanicAtCheckpoint => {}
        }
        let left_out = match fate {
            Fate::LeaveOut => batch.rows[0].take(),
            _ => None,
        };
        let mut file = self.file.lock().unwrap();
        let mut rows = file.states.last().copied().unwrap_or_default();
        for (row, new) in rows.iter_mut().zip(batch.rows) {
            *row = new.unwrap_or(*row);
        }
        if left_out.is_some() {
            batch.rows = [left_out, None];
            batch.has_left_out = true;
            file.n_left_out += 1;
        }
        file.states.push(rows);
        file.uncheckpointed += 1;
        file.most_uncheckpointed = file.most_uncheckpointed.max(file.uncheckpointed);
        drop(file);
        if fate == Fate::PanicAfter {
            std::panic::resume_unwind(Box::new("after"));
        }
        Ok(())
    }

    fn checkpoint_if_due(&mut self) -> bool {
        if self.fates.first() == Some(&Fate::PanicAtCheckpoint) {
            std::panic::resume_unwind(Box::new(String::from("checkpoint")));
        }
        self.file.lock().unwrap().uncheckpointed = 0;
        true
    }

    fn has_left_out(batch: &Batch) -> bool {
        batch.has_left_out
    }

    fn died(_: String) -> Failed {
        Failed::Died
    }
}

/// The caller: a world that tracks which rows differ from the file with all batches written.
struct Caller {
    rows: Rows,
    dirty: [bool; ROWS],
    worker: Worker<Writer>,
    file: Arc<Mutex<File>>,
    /// The captured state of each generation: a state that the file may have.
    change_set: Vec<(u64, Rows)>,
    failures: Vec<(u64, Failed)>,
}

impl Caller {
    fn new(fates: &[Fate]) -> Self {
        let file = Arc::new(Mutex::new(File::default()));
        let fates = fates.to_vec();
        let writer = Writer {
            file: Arc::clone(&file),
            fates,
        };
        Self {
            rows: Rows::default(),
            dirty: [false; ROWS],
            worker: Worker::new(writer),
            file,
            change_set: Vec::new(),
            failures: Vec::new(),
        }
    }

    fn set(&mut self, row: usize, value: u8) {
        self.rows[row] = value;
        self.dirty[row] = true;
    }

    fn restore(&mut self, batch: Batch) {
        for (dirty, new) in self.dirty.iter_mut().zip(batch.rows) {
            *dirty |= new.is_some();
        }
    }

    fn collect(&mut self) {
        let Collected {
            committed,
            lost,
            recalled,
        } = self.worker.collect();
        // It builds on a batch that is not in the file as a whole.
        let has_left_out = |committed: &Committed<Writer>| committed.batch.has_left_out;
        assert!(recalled.is_none() || committed.last().is_some_and(has_left_out));
        recalled.into_iter().for_each(|batch| self.restore(batch));
        for committed in &committed {
            assert!(
                self.change_set
                    .iter()
                    .any(|(g, _)| *g == committed.generation)
            );
            if committed.batch.has_left_out {
                self.restore(committed.batch);
            }
        }
        assert!(self.worker.collected() <= self.worker.committed());
        if let Some(lost) = lost {
            assert!(lost.batches.len() <= 2);
            lost.batches
                .into_iter()
                .for_each(|batch| self.restore(batch));
            assert!(!self.worker.is_busy());
            self.failures.push((lost.last, lost.cause));
        }
    }

    /// Like `Database::flush_in_background`; returns whether the flush was accepted.
    fn flush(&mut self) -> bool {
        self.collect();
        if self
            .failures
            .iter()
            .any(|(_, cause)| *cause == Failed::Died)
        {
            return false;
        }
        self.worker.start().unwrap();
        if let Some(batch) = self.worker.recall() {
            self.restore(batch);
        }
        let capture = |row: usize| self.dirty[row].then_some(self.rows[row]);
        let batch = Batch {
            rows: std::array::from_fn(capture),
            has_left_out: false,
        };
        self.dirty = [false; ROWS];
        self.worker.submit(batch, Duration::ZERO);
        self.change_set.push((self.worker.issued(), self.rows));
        true
    }

    /// Like `Database::flush`; returns whether it succeeded.
    fn flush_here(&mut self) -> bool {
        self.finish();
        let capture = |row: usize| self.dirty[row].then_some(self.rows[row]);
        let mut batch = Batch {
            rows: std::array::from_fn(capture),
            has_left_out: false,
        };
        let write = |writer: &mut Writer| {
            // Only the thread panics.
            writer
                .fates
                .retain(|fate| matches!(fate, Fate::Good | Fate::Refuse | Fate::LeaveOut));
            writer.run(&mut batch)
        };
        match self.worker.with_writer(write) {
            Some(Ok(())) => {}
            Some(Err(_)) => return false,
            None => {
                self.collect();
                return false;
            }
        }
        self.dirty = [false; ROWS];
        if batch.has_left_out {
            self.restore(batch);
        }
        self.worker.mark_all_committed(true);
        self.change_set.push((self.worker.issued(), self.rows));
        self.worker.request_checkpoint();
        true
    }

    fn finish(&mut self) {
        while self.worker.is_busy() {
            self.worker.wait();
            self.collect();
        }
    }

    /// Asserts that the states of the file are those of the captures, in order, and that all rows that
    /// differ from the file are dirty.
    fn end(mut self) {
        self.finish();
        self.worker.close();
        self.collect();
        let file = self.file.lock().unwrap();
        // Both the thread and the caller run a due checkpoint before they write again.
        assert!(file.most_uncheckpointed <= 1);
        if file.n_left_out == 0 {
            let mut change_set = self.change_set.iter().map(|(_, rows)| *rows);
            for state in &file.states {
                assert!(change_set.any(|rows| rows == *state), "{file:?}");
            }
        }
        // The scripts only count up, and nothing that is older comes back.
        for row in 0..ROWS {
            assert!(file.states.is_sorted_by_key(|state| state[row]), "{file:?}");
        }
        let last = file.states.last().copied().unwrap_or_default();
        for (row, &in_file) in last.iter().enumerate() {
            assert!(
                in_file == self.rows[row] || self.dirty[row],
                "a change is lost"
            );
        }
        let has_died = self
            .failures
            .iter()
            .any(|(_, cause)| *cause == Failed::Died);
        if !has_died {
            let collected = self.worker.collected();
            let at = |(generation, _): &&(u64, Rows)| *generation <= collected;
            let (_, rows) = self
                .change_set
                .iter()
                .rfind(at)
                .copied()
                .unwrap_or_default();
            if file.n_left_out == 0 {
                assert_eq!(rows, last);
            }
            assert_eq!(self.worker.committed(), collected);
            assert_eq!(self.worker.durable(), collected);
        }
        let is_all_there = last == self.rows;
        assert!(is_all_there || !self.failures.is_empty() || self.dirty != [false; ROWS]);
    }
}

/// Explores every interleaving of the caller and the thread.
fn explore(fates: &'static [Fate], script: fn(&mut Caller)) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(move || {
        let mut caller = Caller::new(fates);
        script(&mut caller);
        caller.end();
    });
}

const ALL_FATES: [&[Fate]; 13] = [
    &[],
    &[Fate::Refuse],
    &[Fate::Good, Fate::Refuse],
    &[Fate::Refuse, Fate::Refuse],
    &[Fate::PanicBefore],
    &[Fate::PanicAfter],
    &[Fate::PanicAtCheckpoint],
    &[Fate::Good, Fate::PanicBefore],
    &[Fate::Refuse, Fate::PanicAfter],
    &[Fate::LeaveOut],
    &[Fate::Good, Fate::LeaveOut],
    &[Fate::LeaveOut, Fate::LeaveOut],
    &[Fate::LeaveOut, Fate::Refuse],
];

#[test]
fn three_flushes_one_after_the_other() {
    for fates in ALL_FATES {
        explore(fates, |caller| {
            caller.set(0, 1);
            caller.flush();
            caller.set(0, 2);
            caller.set(1, 1);
            caller.flush();
            caller.set(1, 2);
            caller.flush();
        });
    }
}

#[test]
fn the_caller_looks_and_flushes_itself_in_between() {
    for fates in ALL_FATES {
        explore(fates, |caller| {
            caller.set(0, 1);
            caller.flush();
            caller.set(0, 2);
            caller.collect();
            caller.set(1, 1);
            caller.flush_here();
            caller.set(1, 2);
            caller.flush();
        });
    }
}

#[test]
fn what_was_accepted_is_written_when_it_closes() {
    for fates in ALL_FATES {
        explore(fates, |caller| {
            caller.set(0, 1);
            caller.flush();
            caller.set(1, 1);
            caller.flush();
            caller.worker.close();
        });
    }
}

/// Two consecutive flushes in the caller's thread: the second one does not overtake the checkpoint after
/// the first one, otherwise the log would grow without bound.
#[test]
fn checkpoints_are_not_starved() {
    for fates in [
        &[][..],
        &[Fate::Refuse],
        &[Fate::LeaveOut],
        &[Fate::PanicAtCheckpoint],
    ] {
        explore(fates, |caller| {
            caller.set(0, 1);
            caller.flush_here();
            caller.set(0, 2);
            caller.flush_here();
            caller.set(0, 3);
            caller.flush();
        });
    }
}

/// A batch of which it is not known whether it is stored has to be answered before anything is captured on top of it: the
/// next one must not be merged with it.
#[test]
fn a_batch_that_was_waited_for_to_begin_is_not_taken_back() {
    for fates in ALL_FATES {
        explore(fates, |caller| {
            caller.set(0, 1);
            // While the thread has something else to do, such as the checkpoint after this one.
            caller.flush();
            caller.finish();
            caller.set(1, 1);
            if !caller.flush() {
                return;
            }
            caller.worker.wait_until_begun();
            if let Some(batch) = caller.worker.recall() {
                // A thread that has died begins nothing.
                caller.restore(batch);
                caller.collect();
                let died = |(_, failed): &(u64, Failed)| *failed == Failed::Died;
                assert!(caller.failures.iter().any(died), "it had not begun");
            }
        });
    }
}
