//! The writer thread and how batches go to it, in every order of events that there is: loom tries them
//! all. The world is a number per row, the file too, and a batch is what differs. A crate of its own,
//! because it compiles `src/persist/worker.rs` itself, with loom's locks and threads in the place of std's.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "../src/persist/worker.rs"]
#[allow(dead_code, unreachable_pub, reason = "the test uses a part of it")]
mod worker;

/// What the library's own module of this name has, in the form that loom watches.
mod sync {
    pub(super) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(super) use loom::thread::{Builder, JoinHandle};
}

use std::time::Duration;

use loom::sync::{Arc, Mutex};
use worker::{Collected, Worker, Writes};

const ROWS: usize = 2;

type Rows = [u8; ROWS];

/// New values of rows.
type Batch = [Option<u8>; ROWS];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failed {
    Refused,
    Died,
}

/// What happens to the batches, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Good,
    Refuse,
    PanicBefore,
    PanicAfter,
    PanicTidying,
}

/// All states that the file has had, and how often it was tidied up after.
#[derive(Debug, Default)]
struct File {
    states: Vec<Rows>,
    untidy: usize,
    most_untidy: usize,
}

struct Writer {
    file: Arc<Mutex<File>>,
    fates: Vec<Fate>,
}

impl Writes for Writer {
    type Batch = Batch;
    type Report = ();
    type Failed = Failed;

    fn write(&mut self, batch: &mut Batch) -> Result<(), Failed> {
        let fate = self.fates.first().copied().unwrap_or(Fate::Good);
        if fate != Fate::PanicTidying {
            self.fates.drain(..1.min(self.fates.len()));
        }
        match fate {
            Fate::Refuse => return Err(Failed::Refused),
            Fate::PanicBefore => std::panic::resume_unwind(Box::new("before")),
            Fate::Good | Fate::PanicAfter | Fate::PanicTidying => {}
        }
        let mut file = self.file.lock().unwrap();
        let mut rows = file.states.last().copied().unwrap_or_default();
        for (row, new) in rows.iter_mut().zip(batch) {
            *row = new.unwrap_or(*row);
        }
        file.states.push(rows);
        file.untidy += 1;
        file.most_untidy = file.most_untidy.max(file.untidy);
        drop(file);
        if fate == Fate::PanicAfter {
            std::panic::resume_unwind(Box::new("after"));
        }
        Ok(())
    }

    fn tidy(&mut self) -> bool {
        if self.fates.first() == Some(&Fate::PanicTidying) {
            std::panic::resume_unwind(Box::new(String::from("tidying")));
        }
        self.file.lock().unwrap().untidy = 0;
        true
    }

    fn died(_: String) -> Failed {
        Failed::Died
    }
}

/// The caller: a world that knows which rows differ from the file with all batches in it.
struct Caller {
    rows: Rows,
    dirty: [bool; ROWS],
    worker: Worker<Writer>,
    file: Arc<Mutex<File>>,
    /// What was captured, by generation: each a state that the file may have.
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
        for (dirty, new) in self.dirty.iter_mut().zip(batch) {
            *dirty |= new.is_some();
        }
    }

    fn collect(&mut self) {
        let Collected { written, lost } = self.worker.collect();
        for written in &written {
            assert!(
                self.change_set
                    .iter()
                    .any(|(g, _)| *g == written.generation)
            );
        }
        assert!(self.worker.known() <= self.worker.committed());
        if let Some(lost) = lost {
            assert!(lost.batches.len() <= 2);
            lost.batches
                .into_iter()
                .for_each(|batch| self.restore(batch));
            assert!(!self.worker.is_busy());
            self.failures.push((lost.last, lost.cause));
        }
    }

    /// As `Database::flush_in_background`; says whether it was accepted.
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
        let batch: Batch = std::array::from_fn(capture);
        self.dirty = [false; ROWS];
        self.worker.submit(batch, Duration::ZERO);
        self.change_set.push((self.worker.given(), self.rows));
        true
    }

    /// As `Database::flush`, and whether it could.
    fn flush_here(&mut self) -> bool {
        self.finish();
        let capture = |row: usize| self.dirty[row].then_some(self.rows[row]);
        let mut batch: Batch = std::array::from_fn(capture);
        let write = |writer: &mut Writer| {
            // Panics are for the thread.
            writer
                .fates
                .retain(|fate| matches!(fate, Fate::Good | Fate::Refuse));
            writer.write(&mut batch)
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
        self.worker.wrote_all(true);
        self.change_set.push((self.worker.given(), self.rows));
        self.worker.tidy();
        true
    }

    fn finish(&mut self) {
        while self.worker.is_busy() {
            self.worker.wait();
            self.collect();
        }
    }

    /// The file is what the world was at some capture, in order; and what is not in it is dirty.
    fn end(mut self) {
        self.finish();
        self.worker.close();
        self.collect();
        let file = self.file.lock().unwrap();
        // The thread tidies up before it writes again, and so does the caller.
        assert!(file.most_untidy <= 1);
        let mut change_set = self.change_set.iter().map(|(_, rows)| *rows);
        for state in &file.states {
            assert!(change_set.any(|rows| rows == *state), "{file:?}");
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
            let known = self.worker.known();
            let at = |(generation, _): &&(u64, Rows)| *generation <= known;
            let (_, rows) = self
                .change_set
                .iter()
                .rfind(at)
                .copied()
                .unwrap_or_default();
            assert_eq!(rows, last);
            assert_eq!(self.worker.committed(), known);
            assert_eq!(self.worker.durable(), known);
        }
        let is_all_there = last == self.rows;
        assert!(is_all_there || !self.failures.is_empty() || self.dirty != [false; ROWS]);
    }
}

/// Tries all orders of what the caller and the thread do.
fn explore(fates: &'static [Fate], script: fn(&mut Caller)) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(move || {
        let mut caller = Caller::new(fates);
        script(&mut caller);
        caller.end();
    });
}

const ALL_FATES: [&[Fate]; 9] = [
    &[],
    &[Fate::Refuse],
    &[Fate::Good, Fate::Refuse],
    &[Fate::Refuse, Fate::Refuse],
    &[Fate::PanicBefore],
    &[Fate::PanicAfter],
    &[Fate::PanicTidying],
    &[Fate::Good, Fate::PanicBefore],
    &[Fate::Refuse, Fate::PanicAfter],
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

/// Two flushes of the caller's own in a row: the second one does not overtake the tidying up after the
/// first one, or the log would grow without end.
#[test]
fn tidying_up_is_not_starved() {
    for fates in [&[][..], &[Fate::Refuse], &[Fate::PanicTidying]] {
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
