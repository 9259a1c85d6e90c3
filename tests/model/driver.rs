//! A world with its file, and the model beside it: does each step to both.

use std::collections::BTreeMap;

use gamedb::error::Error;
use gamedb::model::RawKey;
use gamedb::persist::error::{FlushFailure, Outcome};
use gamedb::{Cascade, Database, FlushReport};
use gamedb_models::World;
use rusqlite::Connection;

use crate::block::Beside;
use crate::common::{TestFile, flush_failure, state_of};
use crate::compare::{Expected, any_table, compare, differing, keys};
use crate::file::{self, Verb};
use crate::naive::{Naive, Row, RowId};
use crate::operation::{Death, Operation, Step};
use crate::rows::{Finder, Typed, with_entity};
use crate::save::Saved;
use crate::schema::Table;
use crate::stale::Stale;
use crate::value::Pick;

/// An open world.
struct Open {
    db: Database<World>,
    /// Another program, which reads, and meddles where a flush has to fail.
    outsider: Connection,
}

pub(crate) struct Driver {
    file: TestFile,
    open: Option<Open>,
    memory: Naive,
    /// What stands in the file, read after each step that may have written to it.
    in_file: Naive,
    /// Whether the model knows what is dirty: not after a save, until the next flush.
    is_exact: bool,
    stale: Stale,
    keys: BTreeMap<RowId, RawKey>,
}

impl Driver {
    pub(crate) fn new(start: &Naive) -> Self {
        let is_fresh = start.next_id.iter().all(|&id| id == 1);
        let file = if is_fresh {
            TestFile::new()
        } else {
            file::with_next_ids(&start.next_id)
        };
        let mut driver = Self::on(file);
        driver.enter();
        assert!(driver.in_file == *start);
        driver
    }

    fn on(file: TestFile) -> Self {
        Self {
            file,
            open: None,
            memory: Naive::default(),
            in_file: Naive::default(),
            is_exact: true,
            stale: Stale::default(),
            keys: BTreeMap::new(),
        }
    }

    /// Opens the file. Memory is what stands in it.
    fn enter(&mut self) {
        let db = file::open(&self.file);
        let outsider = self.file.writer();
        outsider.set_prepared_statement_cache_capacity(64);
        self.in_file = file::read(&outsider);
        self.open = Some(Open { db, outsider });
        self.memory = self.in_file.clone();
        self.is_exact = true;
        self.stale = Stale::default();
        self.keys.clear();
    }

    fn open(&mut self) -> &mut Open {
        self.open.as_mut().unwrap()
    }

    fn leave(&mut self) -> Database<World> {
        self.open.take().unwrap().db
    }

    pub(crate) fn step(&mut self, step: &Step) {
        match step {
            Step::Do(operation) => self.operate(operation),
            Step::Transaction(block) => {
                self.beside(|beside, world| {
                    beside.run(world, block, 0);
                });
            }
            Step::Flush => {
                let report = self.open().db.flush().unwrap();
                self.flushed(report);
            }
            Step::FailingFlush(n) => self.fail_to_flush(*n),
            Step::BusyFlush => self.find_it_busy(),
            Step::Save(table, pick, cascade, afterwards) => {
                self.save(*table, *pick, *cascade, afterwards);
            }
            Step::FailingSave(table, pick) => self.fail_to_save(*table, *pick),
            Step::Crash(death) => self.die(*death),
            Step::Reopen => {
                let report = self.leave().close().unwrap();
                self.check_report(report);
                let expected = self.memory.clone().in_file();
                self.enter();
                assert!(self.in_file == expected, "the file after closing");
            }
        }
        self.note_keys();
    }

    /// Compares everything with the model.
    pub(crate) fn check(&self) {
        let world = &self.open.as_ref().unwrap().db;
        assert_eq!(world.check(), [""; 0]);
        compare(
            world,
            Expected {
                memory: &self.memory,
                in_file: &self.in_file,
                is_exact: self.is_exact,
            },
        );
    }

    pub(crate) fn memory(&self) -> &Naive {
        &self.memory
    }

    pub(crate) fn in_file(&self) -> &Naive {
        &self.in_file
    }

    /// Flushes, and compares the file a last time.
    pub(crate) fn finish(mut self) {
        self.step(&Step::Reopen);
        self.check();
    }

    fn beside(&mut self, body: impl FnOnce(&mut Beside<'_>, &mut World)) {
        let mut beside = Beside {
            model: &mut self.memory,
            in_file: &self.in_file,
            is_exact: self.is_exact,
            stale: &self.stale,
            born: Vec::new(),
        };
        let world: &mut World = &mut self.open.as_mut().unwrap().db;
        body(&mut beside, world);
        for (table, key) in beside.born {
            if any_table(world, table).id_of(key).is_none() {
                self.stale.bury(table, key);
            }
        }
    }

    fn operate(&mut self, operation: &Operation) {
        self.beside(|beside, world| {
            let _ = beside.operate(world, operation);
        });
    }

    /// A row keeps its key for as long as it lives, and a key that has lost its row finds nothing.
    fn note_keys(&mut self) {
        let world = &self.open.as_ref().unwrap().db;
        let now: BTreeMap<_, _> = keys(world).collect();
        for (row, key) in &self.keys {
            match now.get(row) {
                Some(same) => assert_eq!(same, key, "{row:?} has another key"),
                None if row.0.owned().is_none() => self.stale.bury(row.0, *key),
                None => {}
            }
        }
        for (table, key) in self.stale.iter() {
            assert_eq!(
                any_table(world, table).id_of(key),
                None,
                "a stale key finds a row"
            );
        }
        self.keys = now;
    }

    fn flushed(&mut self, report: FlushReport) {
        self.check_report(report);
        self.in_file = file::read(&self.open().outsider);
        let expected = self.memory.clone().in_file();
        assert!(self.in_file == expected, "the file after a flush");
        assert_eq!(self.open().db.n_dirty(), 0);
        self.memory.flushed();
        self.is_exact = true;
    }

    /// What a flush says that it has written, before the model hears of it.
    fn check_report(&self, report: FlushReport) {
        let pending = self.pending();
        let count =
            |is_it: fn(&Verb) -> bool| pending.iter().filter(|(verb, _)| is_it(verb)).count();
        assert_eq!(report.inserted, count(|verb| matches!(verb, Verb::Insert)));
        assert_eq!(report.deleted, count(|verb| matches!(verb, Verb::Delete)));
        let is_written = |(_, row): &(RowId, &Row)| !row.is_new && row.is_dirty();
        if self.is_exact {
            assert_eq!(
                report.updated,
                self.memory.all_rows().filter(is_written).count()
            );
        } else {
            assert!(report.updated >= count(|verb| matches!(verb, Verb::Update)));
        }
    }

    /// The rows in which memory and file differ, and what a flush has to do about each.
    fn pending(&self) -> Vec<(Verb, RowId)> {
        let mut pending = Vec::new();
        for (id, row) in self.memory.all_rows() {
            match self.in_file.row(id) {
                None => pending.push((Verb::Insert, id)),
                Some(old) if !differing(row, old).is_empty() => pending.push((Verb::Update, id)),
                Some(_) => {}
            }
        }
        let gone = self
            .in_file
            .all_rows()
            .filter(|(id, _)| !self.memory.has(*id));
        pending.extend(gone.map(|(id, _)| (Verb::Delete, id)));
        pending
    }

    /// Makes the file refuse a row, and `write` has to fail at it without a trace.
    fn fail(
        &mut self,
        (verb, id): (Verb, RowId),
        write: impl Fn(&mut Database<World>) -> Result<FlushReport, Error>,
    ) {
        let Open { db, outsider } = self.open();
        let before = state_of(db);
        file::refuse(outsider, verb, id);
        let (outcome, cause) = flush_failure(write(db));
        file::allow(outsider);
        assert_eq!(outcome, Outcome::NotCommitted);
        match cause {
            FlushFailure::Refused { table, id: row, .. } => {
                assert_eq!((table, row), (id.0.name(), id.1))
            }
            other => panic!("{other}"),
        }
        assert!(
            state_of(db) == before,
            "a failed write left a trace in memory"
        );
        assert!(
            file::read(outsider) == self.in_file,
            "a failed write left a trace in the file"
        );
    }

    fn fail_to_flush(&mut self, n: usize) {
        let pending = self.pending();
        if !pending.is_empty() {
            self.fail(pending[n % pending.len()], Database::flush);
        }
    }

    fn fail_to_save(&mut self, table: Table, pick: Pick) {
        let row = (table, self.memory.pick(table, pick));
        if let Some(&pending) = self.pending().iter().find(|(_, id)| *id == row) {
            let stale = std::mem::take(&mut self.stale);
            self.fail(pending, |db| save(db, &stale, table, pick, Cascade::Owned));
            self.stale = stale;
        }
    }

    fn find_it_busy(&mut self) {
        let is_pending = !self.pending().is_empty();
        let Open { db, outsider } = self.open();
        let before = state_of(db);
        outsider.execute_batch("BEGIN IMMEDIATE").unwrap();
        let flushed = db.flush();
        outsider.execute_batch("ROLLBACK").unwrap();
        // With nothing to write there is nothing to wait for.
        if is_pending || flushed.is_err() {
            let (outcome, cause) = flush_failure(flushed);
            assert_eq!(outcome, Outcome::NotCommitted);
            assert!(matches!(cause, FlushFailure::Busy), "{cause}");
        }
        assert!(
            state_of(db) == before,
            "a flush that found the file busy left a trace"
        );
    }

    fn save(&mut self, table: Table, pick: Pick, cascade: Cascade, afterwards: &[Operation]) {
        let row = (table, self.memory.pick(table, pick));
        let saved = {
            let Open { db, .. } = self.open.as_mut().unwrap();
            save(db, &self.stale, table, pick, cascade)
        };
        let after = file::read(&self.open().outsider);
        match saved {
            Err(error) => {
                assert!(
                    matches!(error, Error::StaleKey { .. }) && !self.memory.has(row),
                    "{error}"
                );
                assert!(after == self.in_file);
                return;
            }
            Ok(report) => Saved {
                row,
                cascade,
                memory: &self.memory,
                before: &self.in_file,
                after: &after,
                report,
            }
            .check(),
        }
        self.in_file = after;
        self.is_exact = false;
        if !afterwards.is_empty() {
            self.live_again(afterwards);
        }
    }

    /// A second life, from what is in the file now.
    fn live_again(&mut self, operations: &[Operation]) {
        let mut second = Self::on(file::copy(&self.open().outsider));
        second.enter();
        assert!(second.in_file == self.in_file);
        second.check();
        for operation in operations {
            second.operate(operation);
        }
        second.finish();
    }

    fn die(&mut self, death: Death) {
        let db = self.leave();
        let left = std::mem::replace(&mut self.file, TestFile::new());
        self.file = file::die(death, left, db);
        let expected = self.in_file.clone();
        self.enter();
        assert!(self.in_file == expected, "the file after a crash");
    }
}

fn save(
    db: &mut Database<World>,
    stale: &Stale,
    table: Table,
    pick: Pick,
    cascade: Cascade,
) -> Result<FlushReport, Error> {
    with_entity!(
        table,
        E => {
            let key = Finder { world: db, stale }.key::<E>(pick);
            assert_eq!(E::AT, table);
            db.save_with(key, cascade)
        },
        else panic!("a pivot's row is not saved by itself")
    )
}
