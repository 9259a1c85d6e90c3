//! The expected effect of a save. It may include more rows than it has to, so this checks the required
//! minimum, and what must never happen.

use std::collections::BTreeSet;

use gamedb::{FlushReport, SaveScope};

use crate::compare::differing;
use crate::naive::{Naive, RowId};

pub(crate) struct Saved<'a> {
    pub(crate) row: RowId,
    pub(crate) scope: SaveScope,
    pub(crate) memory: &'a Naive,
    pub(crate) before: &'a Naive,
    pub(crate) after: &'a Naive,
    pub(crate) report: FlushReport,
    /// The rows of each transaction since the last flush.
    pub(crate) groups: &'a [BTreeSet<RowId>],
}

impl Saved<'_> {
    pub(crate) fn check(&self) {
        self.each_row_is_old_or_new();
        for row in self.least() {
            assert!(
                self.is_as_in_memory(row),
                "{row:?} was not saved with {:?}",
                self.row
            );
        }
        for group in self
            .groups
            .iter()
            .filter(|group| self.has_written_of(group))
        {
            for row in group {
                assert!(
                    self.is_as_in_memory(*row),
                    "half of a transaction, without {row:?}"
                );
            }
        }
        assert_eq!(
            self.after.contradictions(),
            [],
            "the file could not be opened"
        );
        self.report_is_true();
    }

    /// The row, the rows that it owns in memory, and those that it owned in the file and has lost since.
    fn least(&self) -> BTreeSet<RowId> {
        if self.scope == SaveScope::Row {
            return BTreeSet::from([self.row]);
        }
        let mut least = self.memory.goes_with(self.row);
        let (mut seen, mut to_visit) = (BTreeSet::new(), vec![self.row]);
        while let Some(row) = to_visit.pop() {
            if self.before.has(row) && seen.insert(row) {
                // A row that has another owner now belongs to that owner, with all that it owns.
                let is_elsewhere = self.memory.has(row) && !least.contains(&row);
                if !is_elsewhere {
                    to_visit.extend(self.before.goes_next(row));
                }
            }
        }
        least.extend(seen);
        least
    }

    /// Whether one of these rows was written.
    pub(crate) fn has_written_of(&self, group: &BTreeSet<RowId>) -> bool {
        group
            .iter()
            .any(|row| !is_same(self.after, self.before, *row))
    }

    fn is_as_in_memory(&self, row: RowId) -> bool {
        is_same(self.after, self.memory, row)
    }

    fn each_row_is_old_or_new(&self) {
        let worlds = [self.memory, self.before, self.after];
        let rows: BTreeSet<_> = worlds
            .into_iter()
            .flat_map(|naive| naive.all_rows().map(|(id, _)| id))
            .collect();
        for row in rows {
            let is_old = is_same(self.after, self.before, row);
            assert!(
                is_old || self.is_as_in_memory(row),
                "{row:?} has neither its old nor its new contents"
            );
        }
        for (after, before) in self.after.next_id.iter().zip(self.before.next_id) {
            assert!(*after >= before, "an id will be assigned again");
        }
    }

    fn report_is_true(&self) {
        let in_one =
            |one: &Naive, other: &Naive| one.all_rows().filter(|(id, _)| !other.has(*id)).count();
        assert_eq!(self.report.inserted, in_one(self.after, self.before));
        assert_eq!(self.report.deleted, in_one(self.before, self.after));
        let changed = self.after.all_rows().filter(|(id, row)| {
            let before = self.before.row(*id);
            before.is_some_and(|before| !differing(row, before).is_empty())
        });
        assert!(self.report.updated >= changed.count());
        let is_asked = !is_same(self.memory, self.before, self.row);
        assert!(self.report.implied + usize::from(is_asked) <= self.report.rows());
    }
}

/// Checks a flush that has left rows out, because the file has refused one of them.
pub(crate) fn check_left_out(
    refused: RowId,
    (before, memory, after): (&Naive, &Naive, &Naive),
    groups: &[BTreeSet<RowId>],
    report: &FlushReport,
) {
    let left_out: BTreeSet<(&str, i64)> = report
        .left_out
        .iter()
        .map(|row| (row.table, row.id))
        .collect();
    let is_left = |row: RowId| left_out.contains(&(row.0.name(), row.1));
    assert!(is_left(refused));
    let worlds = [before, memory, after].into_iter();
    let rows: BTreeSet<_> = worlds
        .flat_map(|naive| naive.all_rows().map(|(id, _)| id))
        .collect();
    for row in rows {
        let expected = if is_left(row) { before } else { memory };
        assert!(
            is_same(after, expected, row),
            "{row:?} is left out: {}",
            is_left(row)
        );
    }
    for group in groups {
        let is_written = |row: &&RowId| !is_same(after, before, **row);
        let is_missing = |row: &&RowId| !is_same(after, memory, **row);
        let is_in_part =
            group.iter().any(|row| is_written(&row)) && group.iter().any(|row| is_missing(&row));
        assert!(!is_in_part, "half of a transaction is left out: {group:?}");
    }
    for (next, used) in after.next_id.iter().zip(memory.next_id) {
        assert!(*next >= used, "an id will be assigned again");
    }
    assert_eq!(after.contradictions(), [], "the file could not be opened");
}

fn is_same(one: &Naive, other: &Naive, row: RowId) -> bool {
    one.row(row).map(|row| &row.cells) == other.row(row).map(|row| &row.cells)
}
