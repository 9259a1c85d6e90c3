//! Flushing in the background: what is on its way, what a ticket promises, and what a failure leaves.

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
pub(crate) struct OnTheWay {
    /// What stands in the file if none of them is there.
    landed: Naive,
    /// Oldest first, each with what stands in the file when it is there.
    sent: Vec<(Ticket, Naive)>,
}

impl OnTheWay {
    /// Nothing is, any more.
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

/// What has to be there again when flushes in the background have failed.
struct Unflushed {
    /// The world as if nothing had been flushed; everything is done to it too.
    memory: Naive,
    in_file: Naive,
    is_exact: bool,
    groups: Vec<BTreeSet<RowId>>,
}

impl Driver {
    pub(crate) fn flush_in_background(&mut self) {
        // Next ids alone are something to write too.
        let is_pending = self.is_touched && self.in_file != self.memory.clone().in_file();
        let before = self.in_file.clone();
        let ticket = self.open().db.flush_in_background().unwrap();
        self.change_set();
        self.on_the_way.send(ticket, &before, &self.in_file);
        if is_pending {
            // Compared with memory and written in the foreground, as soon as the thread has found that
            // somebody has touched the file; when that is, nobody knows.
            self.land();
            self.is_touched = false;
        }
    }

    /// Copies a part of what has changed ahead of the next one.
    pub(crate) fn prepare(&mut self, rows: usize) {
        let n_copied = self.open().db.prepare_flush(rows);
        assert!(n_copied <= rows);
        self.is_prepared = true;
    }

    /// What has changed was copied out: from here on the world counts what differs from that.
    fn change_set(&mut self) {
        assert_eq!(self.open().db.n_dirty(), 0);
        self.in_file = self.memory.clone().in_file();
        self.memory.flushed();
        self.is_exact = true;
        self.is_prepared = false;
        self.groups.clear();
    }

    /// Asks for one of those on the way.
    pub(crate) fn ask(&mut self, n: usize, ask: Ask) {
        let n_sent = self.on_the_way.sent.len();
        if n_sent == 0 {
            return;
        }
        let n = n % n_sent;
        let ticket = self.on_the_way.sent[n].0;
        let db = &mut self.open().db;
        let report = match ask {
            Ask::Wait => Some(db.wait(ticket)),
            Ask::Poll => db.poll(ticket),
            Ask::No => None,
        };
        if let Some(report) = report {
            assert!(report.unwrap().generation >= ticket.generation());
            assert!(db.committed() >= ticket.generation());
            let there = self.on_the_way.sent.drain(..=n).next_back();
            self.on_the_way.landed = there.unwrap().1;
        }
        let found = file::read(&self.open().outsider);
        self.is_one_of_sent(&found);
    }

    /// The file is as some flush has left it, none between two, and none before one that is there.
    pub(crate) fn is_one_of_sent(&self, found: &Naive) {
        let OnTheWay { landed, sent } = &self.on_the_way;
        let is_it = match sent.is_empty() {
            true => *found == self.in_file,
            false => found == landed || sent.iter().any(|(_, after)| found == after),
        };
        assert!(is_it, "the file is as no flush has left it");
    }

    /// Waits for all that is on its way.
    pub(crate) fn land(&mut self) {
        if let Some(last) = self.on_the_way.sent.len().checked_sub(1) {
            self.ask(last, Ask::Wait);
        }
    }

    /// What is done while a flush is on its way.
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

    /// Flushes in the background that fail.
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
            // What it reports depends on when the thread has begun.
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
        let mut is_told = false;
        self.change_set();
        for inner in &failing.first {
            unflushed.predict(inner);
            self.inner(inner, failing);
        }
        if let Some(second) = &failing.second {
            match self.open().db.flush_in_background() {
                Ok(ticket) => {
                    tickets.push(ticket);
                    unflushed.groups.append(&mut self.groups);
                    self.change_set();
                }
                // The first one has failed already, and nothing else was done.
                Err(error) => {
                    assert_obstructed(Err::<(), _>(error), obstacle);
                    is_told = true;
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
        notice(db, failing.noticed, &tickets, obstacle, is_told);
        file::clear_away(outsider, obstacle, found);
        self.is_touched |= obstacle == Obstacle::Foreign;
        self.take_back(&mut unflushed);
        if failing.noticed != Noticed::Flush {
            let found = file::read(&self.open().outsider);
            assert!(found == self.in_file, "a failed flush left a trace");
        }
    }

    /// As if nothing had been flushed.
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

/// Asks for a batch that has failed, in one of the ways in which that can be noticed.
fn notice(
    db: &mut Database<World>,
    noticed: Noticed,
    tickets: &[Ticket],
    obstacle: Obstacle,
    is_told: bool,
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
                // It was told before, and what it was to write has been undone since.
                Ok(ticket) if is_told => match db.poll(ticket) {
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
