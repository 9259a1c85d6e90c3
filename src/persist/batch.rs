//! What one transaction writes: taken out of the world, and merged back where it was not written.

use crate::schema::graph::TableOrder;
use crate::schema::{TableId, TableInfo};
use crate::store::row_set::Selection;
use crate::store::table::dyn_table::DynTable;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::dirty::Tombstone;
use crate::store::tracking::txn_groups::TxnGroups;
use crate::store::world::World;

/// Changes copied out of a world; nothing in it refers to the world.
#[derive(Debug)]
pub(super) struct Batch {
    /// All tables, in the order in which rows are inserted.
    pub(super) tables: Vec<TableBatch>,
    /// The next ids that the file does not know yet.
    pub(super) next_ids: Vec<NextId>,
    /// Which of the rows were changed in one transaction, while the batch answers for them.
    txn_groups: TxnGroups,
}

#[derive(Debug)]
pub(super) struct TableBatch {
    pub(super) info: &'static TableInfo,
    pub(super) change_set: ChangeSet,
    /// The rows to be deleted, while the batch answers for them.
    removed: Vec<Tombstone>,
}

#[derive(Debug)]
pub(super) struct NextId {
    pub(super) info: &'static TableInfo,
    pub(super) next: i64,
    table: TableId,
    /// What the file has.
    before: i64,
}

impl NextId {
    /// Whether it is to be written only so that something is.
    pub(super) fn is_in_file(&self) -> bool {
        self.next == self.before
    }
}

impl Batch {
    /// One with nothing in it.
    pub(super) fn new<T: Tables>(order: &TableOrder) -> Self {
        let table = |&id: &TableId| TableBatch {
            info: T::INFO[id.index()],
            change_set: ChangeSet::new(id),
            removed: Vec::new(),
        };
        Self {
            tables: order.tables.iter().map(table).collect(),
            next_ids: Vec::new(),
            txn_groups: TxnGroups::default(),
        }
    }

    /// Empties it, to be used again.
    pub(super) fn clear(&mut self) {
        for table in &mut self.tables {
            table.change_set.clear();
            table.removed.clear();
        }
        self.next_ids.clear();
        self.txn_groups.clear();
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.next_ids.is_empty() && self.tables.iter().all(|table| table.change_set.is_empty())
    }

    /// Copies the changes out, where they are in no order.
    pub(super) fn capture<T: Tables>(&mut self, world: &mut World<T>, which: Selection<'_>) {
        for TableBatch { change_set, .. } in &mut self.tables {
            capture(world, which, change_set);
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

    /// Copies a part of the changes out, of so many rows at most, and makes the batch answer for them:
    /// see [`take_over`](Self::take_over). Next ids and removed rows are left for the end. Returns how
    /// many rows it was.
    pub(super) fn capture_ahead<T: Tables>(&mut self, world: &mut World<T>, rows: usize) -> usize {
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

    /// Number of rows that were copied out; those that were several times count so.
    pub(super) fn n_captured(&self) -> usize {
        let change_set = self
            .tables
            .iter()
            .map(|table| table.change_set.rows().len());
        change_set.sum()
    }

    /// Puts the rows into the order of their ids, in which they are written, each once: what the caller
    /// of a flush in the background does not wait for.
    pub(super) fn merge_copies(&mut self) {
        for TableBatch {
            change_set,
            removed,
            ..
        } in &mut self.tables
        {
            change_set.merge_copies(removed);
        }
    }

    /// Adds a next id that the file has already: a row to write where there is nothing else.
    pub(super) fn write_a_next_id<T: Tables>(&mut self, world: &World<T>) {
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

    /// Notes that the file has what was captured; also, where nothing was, that what is listed as
    /// dirty is not.
    pub(super) fn written<T: Tables>(&self, world: &mut World<T>, which: Selection<'_>) {
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
            Selection::All => world.commit_sink.txn_groups.clear(),
            Selection::Only(rows) => world.commit_sink.txn_groups.forget(rows),
            // The batch has taken them.
            Selection::Oldest(_) => {}
        }
    }

    /// Makes the batch answer for what was captured, which was everything: the world is clean, and
    /// counts from here on what differs from the file with the batch in it.
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
        self.written(world, Selection::All);
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

    /// The other way round, when it was not written: what it answered for is dirty again, and so is
    /// what has changed since. Where several were taken over, the last one comes first.
    pub(super) fn restore<T: Tables>(&mut self, world: &mut World<T>) {
        self.merge_copies();
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
        // The older ones first: a slot that a row of theirs has left may be another row's by now.
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
