//! A batch: the changes that one transaction writes, captured out of the world, and merged back into it
//! if they were not written.

use std::collections::HashSet;

use crate::schema::graph::TableOrder;
use crate::schema::{TableId, TableInfo};
use crate::store::key::AnyKey;
use crate::store::row_set::Selection;
use crate::store::table::dyn_table::DynTable;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::mail::MailStep;
use crate::store::tracking::tombstone::Tombstone;
use crate::store::tracking::txn_groups::TxnGroups;
use crate::store::world::World;

/// Changes captured out of a world. It borrows nothing from the world.
///
/// A batch in flight owns the dirty flags, tombstones and transaction groups of what it has captured: the
/// world counts those rows as clean until the batch is [restored](Self::restore).
#[derive(Debug)]
pub(super) struct Batch {
    /// All tables, in the order in which rows are inserted.
    pub(super) tables: Vec<TableBatch>,
    /// The next ids that the file does not know yet.
    pub(super) next_ids: Vec<NextId>,
    /// What has happened to parcels.
    pub(super) mail: Vec<MailStep>,
    /// The txn groups of the captured rows, while the batch is in flight.
    txn_groups: TxnGroups,
    /// Whether rows that the file refuses may be left out, instead of failing the batch.
    pub(super) may_leave_out: bool,
    /// Whether it may be stored although it counts as not written.
    pub(super) may_be_stored: bool,
    /// The rows that were left out when the batch was written.
    left_out: HashSet<AnyKey>,
}

/// What binds captured rows to each other, besides their values.
pub(super) struct Bonds<'b> {
    /// Folded.
    pub(super) txn_groups: &'b TxnGroups,
    pub(super) tombstones: Vec<(TableId, &'b Tombstone)>,
}

impl<'b> Bonds<'b> {
    /// Those of a batch that the world still owns the dirty flags of.
    pub(super) fn in_world<T: Tables>(world: &'b World<T>) -> Self {
        let tombstones = all_tables::<T>().flat_map(|table| {
            let removed = world.tables.table(table).dirty().removed().iter();
            removed.map(move |tombstone| (table, tombstone))
        });
        Self {
            txn_groups: &world.commit_sink.txn_groups,
            tombstones: tombstones.collect(),
        }
    }
}

#[derive(Debug)]
pub(super) struct TableBatch {
    pub(super) info: &'static TableInfo,
    pub(super) change_set: ChangeSet,
    /// The tombstones of the rows to delete, while the batch is in flight.
    removed: Vec<Tombstone>,
}

#[derive(Debug)]
pub(super) struct NextId {
    pub(super) info: &'static TableInfo,
    pub(super) next: i64,
    table: TableId,
    /// The next id that the file has.
    before: i64,
}

impl NextId {
    /// Whether the file already has this id, so that it is written only to have something to commit.
    pub(super) fn is_in_file(&self) -> bool {
        self.next == self.before
    }
}

impl Batch {
    /// An empty batch.
    pub(super) fn new<T: Tables>(order: &TableOrder) -> Self {
        let table = |&id: &TableId| TableBatch {
            info: T::INFO[id.index()],
            change_set: ChangeSet::new(id),
            removed: Vec::new(),
        };
        Self {
            tables: order.tables.iter().map(table).collect(),
            next_ids: Vec::new(),
            mail: Vec::new(),
            txn_groups: TxnGroups::default(),
            may_leave_out: false,
            may_be_stored: false,
            left_out: HashSet::new(),
        }
    }

    /// Clears the batch for reuse.
    pub(super) fn clear(&mut self) {
        for table in &mut self.tables {
            table.change_set.clear();
            table.removed.clear();
        }
        self.next_ids.clear();
        self.mail.clear();
        self.txn_groups.clear();
        self.may_leave_out = false;
        self.may_be_stored = false;
        self.left_out.clear();
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.next_ids.is_empty()
            && self.mail.is_empty()
            && self.tables.iter().all(|table| table.change_set.is_empty())
    }

    /// Captures the selected changes, in no particular order.
    pub(super) fn capture<T: Tables>(&mut self, world: &mut World<T>, which: Selection<'_>) {
        for TableBatch { change_set, .. } in &mut self.tables {
            capture(world, which, change_set);
        }
        if let Selection::All = which {
            self.mail = world.mail.capture();
        }
        self.next_ids.extend(all_tables::<T>().filter_map(|table| {
            let counter = world.tables.table(table).counter();
            Some(NextId {
                info: T::INFO[table.index()],
                next: counter.unflushed()?,
                table,
                before: counter.in_file(),
            })
        }));
    }

    /// Captures up to `rows` of the dirty rows, and makes the batch own them: see
    /// [`take_over`](Self::take_over). Next ids and tombstones are captured when the batch is completed.
    /// Returns the number of rows that were examined.
    pub(super) fn capture_oldest<T: Tables>(&mut self, world: &mut World<T>, rows: usize) -> usize {
        let mut left = rows;
        for TableBatch { change_set, .. } in &mut self.tables {
            let dirty = world.tables.table(change_set.table).dirty();
            let part = Selection::Oldest(left);
            let n_listed = dirty.n_oldest(left);
            if n_listed > 0 {
                capture(world, part, change_set);
                let table = world.tables.table_mut(change_set.table);
                table.flushed(part, change_set);
                left -= n_listed;
            }
        }
        if left < rows {
            self.take_groups(world);
        }
        rows - left
    }

    /// Number of captured rows; a row that was captured several times counts several times.
    pub(super) fn n_captured(&self) -> usize {
        let change_set = self
            .tables
            .iter()
            .map(|table| table.change_set.rows().len());
        change_set.sum()
    }

    /// Number of captured removals.
    #[cfg(feature = "metrics")]
    pub(super) fn n_removed(&self) -> usize {
        let tables = self.tables.iter();
        tables.map(|table| table.change_set.removed().len()).sum()
    }

    /// Sorts the rows by id, which is the order in which they are written, and merges those that were captured
    /// more than once. The writer thread does it, so that the caller of a background flush does not wait.
    pub(super) fn coalesce(&mut self) {
        for TableBatch {
            change_set,
            removed,
            ..
        } in &mut self.tables
        {
            change_set.coalesce(removed);
        }
        if self.may_leave_out {
            self.txn_groups.fold();
        }
    }

    /// What binds the rows of a batch in flight to each other.
    pub(super) fn bonds(&self) -> Bonds<'_> {
        let tombstones = self.tables.iter().flat_map(|table| {
            let removed = table.removed.iter();
            removed.map(|tombstone| (table.change_set.table, tombstone))
        });
        Bonds {
            txn_groups: &self.txn_groups,
            tombstones: tombstones.collect(),
        }
    }

    /// Records that the batch was written without these rows.
    pub(super) fn leave_out(&mut self, rows: HashSet<AnyKey>) {
        self.left_out = rows;
    }

    /// Whether the batch was written without some of its rows.
    pub(super) fn has_left_out(&self) -> bool {
        !self.left_out.is_empty()
    }

    /// Reduces a batch that was written, and that owns its rows, to those that were left out: what is left is to be
    /// [restored](Self::restore).
    pub(super) fn keep_left_out(&mut self) {
        let Self {
            tables,
            left_out,
            txn_groups,
            ..
        } = self;
        for TableBatch {
            change_set,
            removed,
            ..
        } in tables
        {
            let table = change_set.table;
            let is_left = |key| left_out.contains(&AnyKey { table, key });
            change_set.retain(is_left);
            removed.retain(|tombstone| is_left(tombstone.key));
        }
        txn_groups.fold();
        txn_groups.compact(|row| left_out.contains(&row));
        self.next_ids.clear();
        self.left_out.clear();
    }

    /// Adds a next id that the file already has, if there is nothing else to commit.
    pub(super) fn add_unchanged_next_id<T: Tables>(&mut self, world: &World<T>) {
        let ids = all_tables::<T>().take(1).map(|table| {
            let next = world.tables.table(table).counter().in_file();
            NextId {
                info: T::INFO[table.index()],
                next,
                table,
                before: next,
            }
        });
        if self.is_empty() {
            self.next_ids.extend(ids);
        }
    }

    /// Clears the dirty flags of what was captured, because the file has it. If nothing was captured, it clears
    /// the list of rows that may be dirty, because none of them is.
    pub(super) fn mark_committed<T: Tables>(&self, world: &mut World<T>, which: Selection<'_>) {
        for TableBatch { change_set, .. } in &self.tables {
            let table = world.tables.table_mut(change_set.table);
            if has_changes(table) {
                table.flushed(which, change_set);
            }
        }
        for id in &self.next_ids {
            let table = world.tables.table_mut(id.table);
            table.counter_mut().flushed(id.next);
        }
        match which {
            Selection::All => {
                world.commit_sink.txn_groups.clear();
                world.mail.take_over();
            }
            Selection::Only(rows) => world.commit_sink.txn_groups.forget(rows),
            // The batch already owns these rows.
            Selection::Oldest(_) => {}
        }
    }

    /// Makes the batch own what was captured, which was everything: the world is clean, and its dirty
    /// flags record from here on what differs from the file with the batch written to it.
    pub(super) fn take_over<T: Tables>(&mut self, world: &mut World<T>) {
        for TableBatch {
            change_set,
            removed,
            ..
        } in &mut self.tables
        {
            let table = world.tables.table_mut(change_set.table);
            table.dirty_mut().swap_removed(removed);
        }
        self.take_groups(world);
        self.mark_committed(world, Selection::All);
    }

    /// Makes the batch own what was captured, which were these rows: see [`take_over`](Self::take_over).
    pub(super) fn take_over_selected<T: Tables>(
        &mut self,
        world: &mut World<T>,
        which: Selection<'_>,
    ) {
        let Selection::Only(rows) = which else {
            return self.take_over(world);
        };
        for TableBatch {
            change_set,
            removed,
            ..
        } in &mut self.tables
        {
            let table = world.tables.table(change_set.table);
            let tombstones = table.dirty().removed().iter();
            let is_captured =
                |tombstone: &&Tombstone| change_set.removes(tombstone.id, tombstone.key);
            removed.extend(tombstones.filter(is_captured).cloned());
        }
        self.txn_groups.append(&world.commit_sink.txn_groups);
        self.txn_groups.fold();
        self.txn_groups.compact(|row| rows.contains(row));
        self.mark_committed(world, which);
    }

    fn take_groups<T: Tables>(&mut self, world: &mut World<T>) {
        let groups = &mut world.commit_sink.txn_groups;
        if self.txn_groups.is_empty() {
            std::mem::swap(&mut self.txn_groups, groups);
        } else {
            self.txn_groups.append(groups);
            groups.clear();
        }
    }

    /// Merges a batch that was not written back into the world: the rows that it owned are dirty again,
    /// in addition to those that have changed since. Where several batches are merged back, the newest
    /// comes first.
    pub(super) fn restore<T: Tables>(&mut self, world: &mut World<T>) {
        self.coalesce();
        for TableBatch {
            change_set,
            removed,
            ..
        } in &mut self.tables
        {
            let table = world.tables.table_mut(change_set.table);
            table.restore(change_set, removed);
        }
        for id in &self.next_ids {
            let table = world.tables.table_mut(id.table);
            table.counter_mut().flushed(id.before);
        }
        world.mail.restore(&mut self.mail, self.may_be_stored);
        self.mail.clear();
        // The older groups come first: the slot of one of their removed rows may have been reused since.
        self.txn_groups.append(&world.commit_sink.txn_groups);
        std::mem::swap(&mut self.txn_groups, &mut world.commit_sink.txn_groups);
        self.txn_groups.clear();
    }
}

fn capture<T: Tables>(world: &mut World<T>, which: Selection<'_>, change_set: &mut ChangeSet) {
    let table = world.tables.table_mut(change_set.table);
    if has_changes(table) {
        match which {
            Selection::All => table.dirty_mut().sort(usize::MAX),
            Selection::Oldest(n) => table.dirty_mut().sort(n),
            Selection::Only(_) => {}
        }
        let table = world.tables.table(change_set.table);
        table.capture(&world.tables, which, change_set);
    }
}

fn has_changes<T>(table: &dyn DynTable<T>) -> bool {
    !table.dirty().listed().is_empty() || !table.dirty().removed().is_empty()
}
