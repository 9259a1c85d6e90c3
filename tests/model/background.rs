//! Background flushes: what is in flight, what a ticket promises, and the state after a failure.

use std::collections::BTreeSet;

use gamedb::{Database, Error, FlushReport, Ticket};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::World;

use crate::common::flush_failure;
use crate::driver::{Driver, Open};
use crate::file;
use crate::naive::{Naive, RowId};
use crate::operation::{Ask, FailingBackground, Inner, Noticed, Obstacle};
use crate::predict::{predict, predict_block};

/// The flushes that may not be in the file yet.
#[derive(Default)]
pub(crate) struct InFlight {
    /// The contents of the file if none of them has been written.
    landed: Naive,
    /// Oldest first, each with the contents of the file once it has been written.
    sent: Vec<(Ticket, Naive)>,
}

impl InFlight {
    /// No flush is in flight any more.
    pub(crate) fn clear(&mut self) {
        self.sent.clear();
    }

    fn send(&mut self, ticket: Ticket, before: &Naive, after: &Naive) {
        if self.sent.is_empty() {
            self.landed = before.clone();
        }
        self.sent.push((ticket, after.clone()));
    }
}

/// The state to restore after background flushes have failed.
struct Unflushed {
    /// The world as if nothing had been flushed; every operation is applied to it too.
    memory: Naive,
    in_file: Naive,
    is_exact: bool,
    groups: Vec<BTreeSet<RowId>>,
}

impl Driver {
    pub(crate) fn flush_in_background(&mut self) {
        // A flush that writes next ids only is a flush too, and so is one of rows that are dirty although they are
        // what they were.
        let is_pending = self.in_file != self.memory.clone().in_file()
            || self.memory.all_rows().any(|(_, row)| row.is_dirty());
        let before = self.in_file.clone();
        let ticket = self.open().db.flush_in_background().unwrap();
        self.capture();
        self.in_flight.send(ticket, &before, &self.in_file);
        if self.is_touched {
            // The flush is compared with memory and written in the foreground as soon as the thread has
            // detected that another program has touched the file; when that happens is not determined.
            self.land();
            self.is_touched = !is_pending;
        }
    }

    /// Stages a part of the changes for the next flush.
    pub(crate) fn prepare(&mut self, rows: usize) {
        let n_copied = self.open().db.prepare_flush(rows);
        assert!(n_copied <= rows);
        self.is_prepared = true;
    }

    /// The changes were captured: from here on the world is compared with the captured state.
    fn capture(&mut self) {
        assert_eq!(self.open().db.n_dirty(), 0);
        self.in_file = self.memory.clone().in_file();
        self.memory.flushed();
        self.is_exact = true;
        self.is_prepared = false;
        self.groups.clear();
    }

    /// Polls the ticket of one of the flushes in flight.
    pub(crate) fn ask(&mut self, n: usize, ask: Ask) {
        let n_sent = self.in_flight.sent.len();
        if n_sent == 0 {
            return;
        }
        let n = n % n_sent;
        let ticket = self.in_flight.sent[n].0;
        let db = &mut self.open().db;
        let report = match ask {
            Ask::Wait => Some(db.wait(ticket)),
            Ask::Poll => db.poll(ticket),
            Ask::No => None,
        };
        if let Some(report) = report {
            assert!(report.unwrap().generation >= ticket.generation());
            assert!(db.committed() >= ticket.generation());
            let there = self.in_flight.sent.drain(..=n).next_back();
            self.in_flight.landed = there.unwrap().1;
        }
        let found = file::read(&self.open().outsider);
        self.is_one_of_sent(&found);
    }

    /// Asserts that the file is in the state after one of the flushes: not between two, and not before
    /// one that is known to be written.
    pub(crate) fn is_one_of_sent(&self, found: &Naive) {
        let InFlight { landed, sent } = &self.in_flight;
        let is_it = match sent.is_empty() {
            true => *found == self.in_file,
            false => found == landed || sent.iter().any(|(_, after)| found == after),
        };
        assert!(is_it, "the file is in the state of no flush");
    }

    /// Waits for all flushes in flight.
    pub(crate) fn land(&mut self) {
        if let Some(last) = self.in_flight.sent.len().checked_sub(1) {
            self.ask(last, Ask::Wait);
        }
    }

    /// Applies a step while a flush is in flight.
    fn inner(&mut self, inner: &Inner, failing: &FailingBackground) {
        match inner {
            Inner::Do(operation) => self.operate(operation),
            Inner::Block(block) => self.transact(block),
        }
        self.note_keys();
        self.check();
        if failing.ahead > 0 {
            self.prepare(failing.ahead);
        }
    }

    /// Runs background flushes that fail.
    pub(crate) fn fail_in_background(&mut self, failing: &FailingBackground) {
        self.land();
        if self.pending().is_empty() {
            for inner in failing.inner() {
                self.inner(inner, failing);
            }
        } else {
            self.fail_behind(failing);
        }
        if failing.noticed == Noticed::Flush {
            // The report depends on when the thread has started the batch.
            let _: FlushReport = self.open().db.flush().unwrap();
            self.is_flushed();
        }
    }

    fn fail_behind(&mut self, failing: &FailingBackground) {
        let mut unflushed = Unflushed {
            memory: self.memory.clone(),
            in_file: self.in_file.clone(),
            is_exact: self.is_exact,
            groups: std::mem::take(&mut self.groups),
        };
        let obstacle = failing.obstacle;
        let Open { db, outsider } = self.open();
        let found = file::obstruct(outsider, obstacle);
        let mut tickets = vec![db.flush_in_background().unwrap()];
        let mut is_reported = false;
        self.capture();
        for inner in &failing.first {
            unflushed.predict(inner);
            self.inner(inner, failing);
        }
        if let Some(second) = &failing.second {
            match self.open().db.flush_in_background() {
                Ok(ticket) => {
                    tickets.push(ticket);
                    unflushed.groups.append(&mut self.groups);
                    self.capture();
                }
                // The first flush has failed already, and the call only reported that.
                Err(error) => {
                    assert_obstructed(Err::<(), _>(error), obstacle);
                    is_reported = true;
                    self.take_back(&mut unflushed);
                    self.check();
                }
            }
            for inner in second {
                unflushed.predict(inner);
                self.inner(inner, failing);
            }
        }
        let Open { db, outsider } = self.open();
        notice(db, failing.noticed, &tickets, obstacle, is_reported);
        file::clear_away(outsider, obstacle, found);
        self.is_touched |= obstacle == Obstacle::Foreign;
        self.take_back(&mut unflushed);
        if failing.noticed != Noticed::Flush {
            let found = file::read(&self.open().outsider);
            assert!(found == self.in_file, "a failed flush left a trace");
        }
    }

    /// Resets the model to the state as if nothing had been flushed.
    fn take_back(&mut self, unflushed: &mut Unflushed) {
        self.memory = unflushed.memory.clone();
        self.in_file = unflushed.in_file.clone();
        self.is_exact = unflushed.is_exact;
        self.groups.append(&mut unflushed.groups);
    }
}

impl Unflushed {
    fn predict(&mut self, inner: &Inner) {
        match inner {
            Inner::Do(operation) => {
                let _ = predict(&mut self.memory, operation);
            }
            Inner::Block(block) => {
                predict_block(&mut self.memory, block);
            }
        }
    }
}

fn assert_obstructed<R: std::fmt::Debug>(result: Result<R, Error>, obstacle: Obstacle) {
    let (outcome, cause) = flush_failure(result);
    assert_eq!(outcome, Outcome::NotCommitted);
    let is_it = match obstacle {
        Obstacle::Busy => matches!(cause, FlushFailure::Busy),
        Obstacle::Foreign => matches!(cause, FlushFailure::ForeignWrite),
    };
    assert!(is_it, "{cause}");
}

/// Detects the failed batch, in one of the possible ways.
fn notice(
    db: &mut Database<World>,
    noticed: Noticed,
    tickets: &[Ticket],
    obstacle: Obstacle,
    is_reported: bool,
) {
    match noticed {
        Noticed::Wait => {
            for &ticket in tickets {
                assert_obstructed(db.wait(ticket), obstacle);
            }
        }
        Noticed::Poll => {
            let told = std::iter::from_fn(|| Some(db.poll(tickets[0]))).find_map(|told| told);
            assert_obstructed(told.unwrap(), obstacle);
        }
        Noticed::Again => loop {
            match db.flush_in_background() {
                Err(told) => {
                    assert_obstructed(Err::<(), _>(told), obstacle);
                    break;
                }
                // The failure was reported before, and the changes of the batch have been undone since.
                Ok(ticket) if is_reported => match db.poll(ticket) {
                    Some(Ok(_)) => break,
                    Some(told) => {
                        assert_obstructed(told, obstacle);
                        break;
                    }
                    None => {}
                },
                Ok(_) => {}
            }
        },
        Noticed::Flush => {}
    }
}
