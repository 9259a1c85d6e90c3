//! Transactions in memory over the whole world, and savepoints within them.

use std::ops::{Deref, DerefMut};

use crate::schema::TableId;
#[cfg(feature = "persist")]
use crate::store::key::AnyKey;
use crate::store::table::stored::Tables;
#[cfg(feature = "persist")]
use crate::store::table::stored::all_tables;
use crate::store::world::World;

/// The world's undo log: which tables were written, in order. Each table has an undo log of its own with
/// the steps.
#[derive(Debug, Default)]
pub(crate) struct UndoLog {
    /// Runs of consecutive steps on one table: the table and the number of steps.
    runs: Vec<(TableId, usize)>,
    n_steps: usize,
    depth: usize,
}

impl UndoLog {
    /// Whether a transaction is open.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.depth > 0
    }

    #[inline]
    fn push(&mut self, table: TableId) {
        self.n_steps += 1;
        match self.runs.last_mut() {
            Some((last, n)) if *last == table => *n += 1,
            _ => self.runs.push((table, 1)),
        }
    }

    /// Removes the last step, and returns the table that it was on.
    fn pop(&mut self) -> Option<TableId> {
        let (table, n) = self.runs.last_mut()?;
        let table = *table;
        *n -= 1;
        if *n == 0 {
            self.runs.pop();
        }
        self.n_steps -= 1;
        Some(table)
    }
}

/// An open transaction, or a savepoint within one. It dereferences to the world.
///
/// If it is dropped without [`commit`](Self::commit), as by `?` or by a panic, it rolls back: rows, keys,
/// indexes, ownership, dirty flags and id counters are as they were when it began.
#[derive(Debug)]
pub struct Transaction<'w, T: Tables> {
    world: &'w mut World<T>,
    start: usize,
    /// How many parcels had left or come when it began.
    #[cfg(feature = "persist")]
    start_of_mail: usize,
}

impl<T: Tables> World<T> {
    /// Runs `body`, and commits what it did if it returns `Ok`. On `Err`, and on a panic (which is
    /// propagated), it rolls back: rows and their keys, indexes, ownership, dirty flags and id counters
    /// are as they were before.
    ///
    /// Transactions nest: an inner one that fails rolls back its own steps only. The cost is proportional
    /// to the number of steps. Nothing is flushed in between, because a flush needs the
    /// [`Database`](crate::Database).
    ///
    /// # Errors
    /// The error that `body` returns.
    pub fn transaction<R, X>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<R, X>,
    ) -> Result<R, X> {
        let mut transaction = self.begin();
        let result = body(&mut transaction)?;
        transaction.commit();
        Ok(result)
    }

    /// Opens a transaction, or a savepoint if one is open: for code that does not fit into a closure.
    pub fn begin(&mut self) -> Transaction<'_, T> {
        self.log.depth += 1;
        Transaction {
            start: self.log.n_steps,
            #[cfg(feature = "persist")]
            start_of_mail: self.mail.n_steps(),
            world: self,
        }
    }
}

impl<T: Tables> World<T> {
    /// Whether steps have to be recorded: for a rollback, or for subscribers.
    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.log.is_open() || self.commit_sink.feed.is_watched()
    }

    /// Called after a table has recorded a step, which is final outside of a transaction.
    #[inline]
    pub(crate) fn recorded(&mut self, table: TableId) {
        if self.log.is_open() {
            self.log.push(table);
        } else {
            self.tables.table_mut(table).commit(&mut self.commit_sink);
            self.commit_sink.close();
        }
    }

    /// Keeps the txn groups proportional to the dirty rows: new rows that were removed leave neither a
    /// row nor a tombstone to write, and stay in their group until it is compacted.
    #[cfg(feature = "persist")]
    #[inline]
    fn compact_txn_groups(&mut self) {
        if self.commit_sink.txn_groups.fold_long() {
            self.compact_folded_txn_groups();
        }
    }

    #[cfg(feature = "persist")]
    #[cold]
    fn compact_folded_txn_groups(&mut self) {
        let tables = &self.tables;
        let dirty = all_tables::<T>().map(|table| tables.table(table).dirty());
        let n_dirty = dirty.map(|dirty| dirty.listed().len() + dirty.removed().len());
        if !self.commit_sink.txn_groups.is_mostly_clean(n_dirty.sum()) {
            return;
        }
        let removed: hashbrown::HashSet<AnyKey> = all_tables::<T>()
            .flat_map(|table| {
                let removed = tables.table(table).dirty().removed().iter();
                removed.map(move |tombstone| AnyKey {
                    table,
                    key: tombstone.key,
                })
            })
            .collect();
        self.commit_sink
            .txn_groups
            .compact(|row| tables.table(row.table).is_dirty_row(row.key) || removed.contains(&row));
    }
}

impl<T: Tables> Transaction<'_, T> {
    /// Commits: keeps all steps. The outer transaction of a savepoint can still roll them back. O(steps).
    pub fn commit(mut self) {
        // `drop` rolls back to `start`, so nothing is left for it.
        self.start = self.world.log.n_steps;
        #[cfg(feature = "persist")]
        {
            self.start_of_mail = usize::MAX;
        }
    }

    /// Rolls back all steps, as dropping does. O(steps).
    pub fn rollback(self) {}
}

impl<T: Tables> Drop for Transaction<'_, T> {
    fn drop(&mut self) {
        let World {
            tables,
            log,
            commit_sink,
            #[cfg(feature = "persist")]
            mail,
            ..
        } = &mut *self.world;
        while log.n_steps > self.start {
            let table = log.pop().expect("the log has all the steps that it counts");
            tables.table_mut(table).undo();
        }
        #[cfg(feature = "persist")]
        if mail.n_steps() > self.start_of_mail {
            mail.undo_to(self.start_of_mail);
        }
        // In the world that a program has put in the place of this one, no transaction may be open.
        log.depth = log.depth.saturating_sub(1);
        if log.depth == 0 {
            log.n_steps = 0;
            // The first call for a table commits all of its steps; further calls find none.
            for (table, _) in log.runs.drain(..) {
                tables.table_mut(table).commit(commit_sink);
            }
            commit_sink.close();
            #[cfg(feature = "persist")]
            self.world.compact_txn_groups();
        }
    }
}

impl<T: Tables> Deref for Transaction<'_, T> {
    type Target = World<T>;

    fn deref(&self) -> &World<T> {
        self.world
    }
}

impl<T: Tables> DerefMut for Transaction<'_, T> {
    fn deref_mut(&mut self) -> &mut World<T> {
        self.world
    }
}
