//! Taking back: transactions in memory over the whole world, and savepoints in them.

use std::ops::{Deref, DerefMut};

use crate::schema::TableId;
#[cfg(feature = "persist")]
use crate::store::key::AnyKey;
use crate::store::table::stored::Tables;
#[cfg(feature = "persist")]
use crate::store::table::stored::all_tables;
use crate::store::world::World;

/// Which tables were written, in order. How to take each step back, the tables know themselves.
#[derive(Debug, Default)]
pub(crate) struct UndoLog {
    /// Steps in a row on one table, and how many there are.
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

    /// Takes the last step away, and says which table it was on.
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

/// An open transaction, or a savepoint inside of one. The world is reached through it.
///
/// Dropped without [`commit`](Self::commit), as by `?` or a panic, it rolls back: rows, keys,
/// indexes, ownership, dirty flags and id counters are as they were when it began.
#[derive(Debug)]
pub struct Transaction<'w, T: Tables> {
    world: &'w mut World<T>,
    start: usize,
}

impl<T: Tables> World<T> {
    /// Runs `body`, and keeps what it did if it returns `Ok`. On `Err`, and on a panic (which goes
    /// on), everything is as it was before: rows, the same keys, indexes, ownership, dirty flags and
    /// id counters.
    ///
    /// Transactions nest: an inner one that fails takes back its own steps only. The cost is that of
    /// what was touched. Nothing is flushed in between, because a flush needs the
    /// [`Database`](crate::Database).
    ///
    /// # Errors
    /// What `body` returns.
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
            world: self,
        }
    }
}

impl<T: Tables> World<T> {
    /// Whether steps have to be recorded: to be taken back, or to be told to subscribers.
    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.log.is_open() || self.commit_sink.feed.is_watched()
    }

    /// A table has recorded a step. Outside of a transaction that is final.
    #[inline]
    pub(crate) fn recorded(&mut self, table: TableId) {
        if self.log.is_open() {
            self.log.push(table);
        } else {
            self.tables.table_mut(table).commit(&mut self.commit_sink);
            self.commit_sink.close();
        }
    }

    /// Keeps the groups of rows that were changed together in proportion to the dirty rows: new rows may
    /// have been removed, and are nothing any more.
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
    /// Keeps what was done. In a savepoint, the outer transaction can still take it back. O(steps).
    pub fn commit(mut self) {
        // What is left for `drop` to take back starts after what was done.
        self.start = self.world.log.n_steps;
    }

    /// Takes back what was done, as dropping does. O(steps).
    pub fn rollback(self) {}
}

impl<T: Tables> Drop for Transaction<'_, T> {
    fn drop(&mut self) {
        let World {
            tables,
            log,
            commit_sink,
            ..
        } = &mut *self.world;
        while log.n_steps > self.start {
            let Some(table) = log.pop() else { break };
            tables.table_mut(table).undo();
        }
        log.depth = log.depth.saturating_sub(1);
        if log.depth == 0 {
            log.n_steps = 0;
            // The first call for a table does all of its steps; the others find none.
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
