//! Writing to the file, with success and failure: flush, save, and the state after a crash.

use gamedb::Outcome;
use gamedb::{Error, ErrorKind};
use gamedb::{FlushReport, SaveScope};
use gamedb_models::World;

use crate::common::{Database, State, TestFile, flush_failure, only_refused, state_of};
use crate::compare::differing;
use crate::driver::{Driver, Open};
use crate::file::{self, Verb};
use crate::naive::{Row, RowId};
use crate::operation::{Death, Obstacle, Operation};
use crate::rows::{Finder, Typed, with_entity};
use crate::save::{Saved, check_left_out};
use crate::schema::Table;
use crate::stale::Stale;
use crate::value::Pick;

impl Driver {
    pub(crate) fn flushed(&mut self, report: FlushReport) {
        self.is_touched &= report.rows() == 0;
        self.check_report(report);
        self.is_flushed();
    }

    pub(crate) fn is_flushed(&mut self) {
        self.in_file = file::read(&self.open().outsider);
        let expected = self.memory.clone().in_file();
        assert!(self.in_file == expected, "the file after a flush");
        assert_eq!(self.open().db.n_dirty(), 0);
        self.memory.flushed();
        self.is_exact = true;
        self.is_prepared = false;
        self.groups.clear();
        self.in_flight.clear();
    }

    /// Compares the report of a flush with the model, before the flush is applied to the model.
    pub(crate) fn check_report(&self, report: FlushReport) {
        let pending = self.pending();
        let count =
            |is_it: fn(&Verb) -> bool| pending.iter().filter(|(verb, _)| is_it(verb)).count();
        assert_eq!(report.implied, 0);
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

    /// The rows that differ between memory and file, with the statement that a flush executes for each.
    pub(crate) fn pending(&self) -> Vec<(Verb, RowId)> {
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

    /// Makes the file refuse a row; `write` has to fail at it and leave no trace.
    fn fail(
        &mut self,
        (verb, id): (Verb, RowId),
        write: impl Fn(&mut Database<World>) -> Result<FlushReport, Error>,
    ) {
        self.land();
        self.is_touched = file::IS_COMPARED;
        let before = self.state_before_put_back();
        let Open { db, outsider } = self.open();
        file::refuse(outsider, verb, id);
        let (outcome, cause) = flush_failure(write(db));
        file::allow(outsider);
        assert_eq!(outcome, Outcome::NotCommitted);
        assert_eq!(only_refused(cause), (id.0.name(), id.1));
        assert!(
            before.is_none_or(|before| state_of(db) == before),
            "a failed write left a trace in memory"
        );
        assert!(
            file::read(outsider) == self.in_file,
            "a failed write left a trace in the file"
        );
    }

    /// The state to expect after a failure. `None` if rows were staged, which are made dirty again first:
    /// the next comparison with the model covers them.
    fn state_before_put_back(&mut self) -> Option<State> {
        let was_prepared = std::mem::replace(&mut self.is_prepared, false);
        (!was_prepared).then(|| state_of(&self.open().db))
    }

    pub(crate) fn fail_to_flush(&mut self, n: usize) {
        let pending = self.pending();
        if !pending.is_empty() {
            self.fail(pending[n % pending.len()], Database::flush);
        }
    }

    pub(crate) fn flush_in_two(&mut self, n: usize) {
        self.land();
        let pending = self.pending();
        if !pending.is_empty() {
            let (verb, id) = pending[n % pending.len()];
            let Open { db, outsider } = self.open();
            file::refuse(outsider, verb, id);
            let report = db.flush_without_refused().unwrap();
            file::allow(outsider);
            let after = file::read(outsider);
            let worlds = (&self.in_file, &self.memory, &after);
            check_left_out(id, worlds, &self.groups, &report);
            self.in_file = after;
            self.is_exact = false;
        }
        let report = self.open().db.flush().unwrap();
        self.flushed(report);
    }

    pub(crate) fn fail_to_save(&mut self, table: Table, pick: Pick) {
        let row = (table, self.memory.pick(table, pick));
        if let Some(&pending) = self.pending().iter().find(|(_, id)| *id == row) {
            let stale = std::mem::take(&mut self.stale);
            self.fail(pending, |db| {
                save(db, &stale, table, pick, SaveScope::Owned)
            });
            self.stale = stale;
        }
    }

    pub(crate) fn find_it_busy(&mut self) {
        let is_pending = !self.pending().is_empty();
        self.land();
        let before = self.state_before_put_back();
        let Open { db, outsider } = self.open();
        let found = file::obstruct(outsider, Obstacle::Busy);
        let flushed = db.flush();
        file::clear_away(outsider, Obstacle::Busy, found);
        // With nothing to write, the flush does not wait for the other program.
        if is_pending || flushed.is_err() {
            let (outcome, cause) = flush_failure(flushed);
            assert_eq!(outcome, Outcome::NotCommitted);
            assert!(file::is_failure_of(Obstacle::Busy, &cause), "{cause}");
        }
        assert!(
            before.is_none_or(|before| state_of(db) == before),
            "a flush that found the file busy left a trace"
        );
    }

    pub(crate) fn save(
        &mut self,
        table: Table,
        pick: Pick,
        scope: SaveScope,
        afterwards: &[Operation],
    ) {
        let row = (table, self.memory.pick(table, pick));
        let saved = {
            let Open { db, .. } = self.open.as_mut().unwrap();
            save(db, &self.stale, table, pick, scope)
        };
        let after = file::read(&self.open().outsider);
        match saved {
            Err(error) => {
                assert!(
                    matches!(error.kind(), ErrorKind::StaleKey { .. }) && !self.memory.has(row),
                    "{error}"
                );
                self.is_one_of_sent(&after);
                return;
            }
            Ok(report) => {
                let saved = Saved {
                    row,
                    scope,
                    memory: &self.memory,
                    before: &self.in_file,
                    after: &after,
                    report,
                    groups: &self.groups,
                };
                saved.check();
                let left = self
                    .groups
                    .iter()
                    .filter(|group| !saved.has_written_of(group));
                self.groups = left.cloned().collect();
            }
        }
        self.in_file = after;
        self.in_flight.clear();
        self.is_exact = false;
        self.is_prepared = false;
        if !afterwards.is_empty() {
            self.live_again(afterwards);
        }
    }

    /// Opens a copy of the file as it is now, and continues there.
    fn live_again(&mut self, operations: &[Operation]) {
        let mut second = Self::on(file::copy(&self.file));
        second.enter();
        assert!(second.in_file == self.in_file);
        second.check();
        for operation in operations {
            second.operate(operation);
            second.check();
        }
        second.finish();
    }

    pub(crate) fn die(&mut self, death: Death) {
        if death == Death::Kill {
            // Otherwise the file could be in the state after any of the flushes in flight: see
            // [`Self::ask`].
            self.land();
        }
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
    scope: SaveScope,
) -> Result<FlushReport, Error> {
    with_entity!(
        table,
        E => {
            let key = Finder { world: db, stale }.key::<E>(pick);
            assert_eq!(E::AT, table);
            db.save_with(key, scope)
        },
        else panic!("a pivot's row is not saved by itself")
    )
}
