//! A world with its file, and the model: each step is applied to both.

use std::collections::{BTreeMap, BTreeSet};

use crate::background::InFlight;
use crate::block::Beside;
use crate::common::{Database, TestFile};
use crate::compare::{Expected, InFile, any_table, compare, keys};
use crate::file;
use crate::mirror::Mirrors;
use crate::naive::{Naive, RowId};
use crate::operation::{Block, Operation, Step};
use crate::stale::Stale;
use gamedb::codegen::RawKey;
use gamedb_models::World;

/// An open world, and its model.
pub(crate) struct Open {
    pub(crate) db: Database<World>,
    /// The connection of another program, which reads the file, and interferes where a flush has to fail.
    pub(crate) outsider: file::Outsider,
}

pub(crate) struct Driver {
    pub(crate) file: TestFile,
    pub(crate) open: Option<Open>,
    pub(crate) memory: Naive,
    /// The contents of the file, read after each step that may have written to it; while a flush is in
    /// flight, the contents after it.
    pub(crate) in_file: Naive,
    /// Whether the model predicts exactly what is dirty: not between a save and the next flush.
    pub(crate) is_exact: bool,
    /// Whether rows may be staged, which cannot be observed: they count as clean, and the file does not
    /// have them yet.
    pub(crate) is_prepared: bool,
    pub(crate) stale: Stale,
    pub(crate) in_flight: InFlight,
    /// Whether another program may have written to the file since the database wrote to it.
    pub(crate) is_touched: bool,
    keys: BTreeMap<RowId, RawKey>,
    mirrors: Mirrors,
    /// The rows of each transaction since the last flush: a save includes all of them or none.
    pub(crate) groups: Vec<BTreeSet<RowId>>,
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

    pub(crate) fn on(file: TestFile) -> Self {
        Self {
            file,
            open: None,
            memory: Naive::default(),
            in_file: Naive::default(),
            is_exact: true,
            is_prepared: false,
            stale: Stale::default(),
            in_flight: InFlight::default(),
            is_touched: false,
            keys: BTreeMap::new(),
            mirrors: Mirrors::default(),
            groups: Vec::new(),
        }
    }

    /// Opens the file. Memory is equal to its contents.
    pub(crate) fn enter(&mut self) {
        let db = file::open(&self.file);
        let outsider = file::outsider(&self.file);
        self.in_file = file::read(&outsider);
        self.open = Some(Open { db, outsider });
        self.memory = self.in_file.clone();
        self.is_exact = true;
        self.is_prepared = false;
        self.stale = Stale::default();
        self.in_flight.clear();
        self.is_touched = false;
        self.keys.clear();
        self.mirrors.clear();
        self.groups.clear();
    }

    pub(crate) fn open(&mut self) -> &mut Open {
        self.open.as_mut().unwrap()
    }

    pub(crate) fn leave(&mut self) -> Database<World> {
        self.open.take().unwrap().db
    }

    pub(crate) fn step(&mut self, step: &Step) {
        match step {
            Step::Do(operation) => self.operate(operation),
            Step::Transaction(block) => self.transact(block),
            Step::Flush => {
                let report = self.open().db.flush().unwrap();
                self.flushed(report);
            }
            Step::FailingFlush(n) => self.fail_to_flush(*n),
            Step::PartialFlush(n) => self.flush_in_two(*n),
            Step::BusyFlush => self.find_it_busy(),
            Step::Prepare(rows) => self.prepare(*rows),
            Step::Background => self.flush_in_background(),
            Step::Ask(n, ask) => self.ask(*n, *ask),
            Step::FailingBackground(failing) => self.fail_in_background(failing),
            Step::Save(table, pick, scope, afterwards) => {
                self.save(*table, *pick, *scope, afterwards);
            }
            Step::FailingSave(table, pick) => self.fail_to_save(*table, *pick),
            Step::Watch(watch) => {
                let world = &mut self.open.as_mut().unwrap().db;
                self.mirrors.step(*watch, world, &self.memory);
            }
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
                file: self.what_is_in_file(),
            },
        );
    }

    /// The expected contents of the file, if they can be observed.
    fn what_is_in_file(&self) -> Option<InFile<'_>> {
        (!self.is_prepared).then_some(InFile {
            rows: &self.in_file,
            is_exact: self.is_exact,
        })
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
            file: (!self.is_prepared).then_some(InFile {
                rows: &self.in_file,
                is_exact: self.is_exact,
            }),
            stale: &self.stale,
            born: Vec::new(),
            touched: BTreeSet::new(),
        };
        let world: &mut World = &mut self.open.as_mut().unwrap().db;
        body(&mut beside, world);
        self.mirrors.note(&beside.touched);
        for (table, key) in beside.born {
            if any_table(world, table).id_of(key).is_none() {
                self.stale.remember(table, key);
            }
        }
    }

    pub(crate) fn operate(&mut self, operation: &Operation) {
        self.beside(|beside, world| {
            let _ = beside.operate(world, operation);
        });
    }

    pub(crate) fn transact(&mut self, block: &Block) {
        let before = self.memory.clone();
        self.beside(|beside, world| {
            beside.run(world, block, 0);
        });
        self.groups.push(before.changes(&self.memory));
    }

    /// Asserts that a row keeps its key while it is live, and that the key of a removed row finds
    /// nothing.
    pub(crate) fn note_keys(&mut self) {
        let world = &self.open.as_ref().unwrap().db;
        let now: BTreeMap<_, _> = keys(world).collect();
        for (row, key) in &self.keys {
            match now.get(row) {
                Some(same) => assert_eq!(same, key, "{row:?} has another key"),
                None if row.0.owned().is_none() => self.stale.remember(row.0, *key),
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
}
