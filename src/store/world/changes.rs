//! The change feed as a program reads it: what has changed since a subscriber last read it.

use std::fmt;

use bitflags::Flags as _;

use crate::error::{Error, ErrorKind};
use crate::schema::{TableId, TableInfo};
use crate::store::key::{Id, Key, RawKey};
use crate::store::row::entity::PivotRow;
use crate::store::table::flag;
use crate::store::table::stored::Tables;
use crate::store::tracking::effect::{Effect, Positions};
use crate::store::tracking::feed::Subscription;
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::untyped::UntypedRow;

/// The changes of a world since a subscriber last read the feed: each row once, with the net effect, by
/// table in declaration order and in id order.
///
/// A row that was inserted and removed in between is not included, and one that was inserted and changed
/// counts as inserted. A column that was written and then restored to its old value counts as changed.
///
/// An id may come back in a mirror: of a row that leaves a [`Watch`](crate::Watch) and comes in again, the mirror removes
/// one row and inserts another. Such an id is included twice, as removed with the stale key and then as inserted
/// with the new one.
pub struct Changes<'w, T: Tables> {
    pub(crate) world: &'w World<T>,
    pub(crate) rows: Vec<Changed>,
}

/// The net effect on one row of `E`.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<E: Entity> {
    /// The row's key; stale if the row was removed.
    pub key: Key<E>,
    /// The row's id.
    pub id: Id<E>,
    /// The net effect.
    pub effect: Effect<E::Columns>,
}

/// The net effect on one row of a pivot.
#[derive(Clone, Debug, PartialEq)]
pub struct PivotChange<P: PivotRow> {
    /// The key of the owned row; stale if the row was removed.
    pub owned: Key<P::Owned>,
    /// The id of the pivot row.
    pub id: Id<P>,
    /// The net effect. `Changed` means that the owned row has another owner now.
    pub effect: Effect<()>,
}

/// The net effect on one row, type-erased.
#[derive(Clone, Debug)]
pub struct AnyChange<'c> {
    /// The table.
    pub table: &'static TableInfo,
    /// The row's id.
    pub id: i64,
    /// The net effect; columns by their positions in [`TableInfo::columns`].
    pub effect: &'c Effect<Positions>,
}

/// One row of a [`Changes`].
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    pub(crate) table: TableId,
    pub(crate) id: i64,
    pub(crate) key: RawKey,
    pub(crate) effect: Effect<Positions>,
}

impl<T: Tables> World<T> {
    /// Starts recording changes for [`changes`](Self::changes). While there is a subscriber, every write
    /// costs a few more lookups; without one it costs nothing.
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction.
    pub fn subscribe(&mut self) -> Result<Subscription, Error> {
        self.subscribe_with(usize::MAX)
    }

    /// The same with a limit: at most `capacity` changed rows are kept for this subscriber. If more rows
    /// change before it reads the feed, [`changes`](Self::changes) returns an error. Without a limit, the
    /// feed still keeps no more than one entry for each row that exists now or existed when the
    /// subscriber last read it.
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction.
    pub fn subscribe_with(&mut self, capacity: usize) -> Result<Subscription, Error> {
        self.refuse_in_transaction()?;
        // The new subscriber does not receive earlier changes.
        self.commit_sink.feed.hand_out();
        Ok(self.commit_sink.feed.subscribe(capacity))
    }

    /// The changes since this subscriber last called it, or subscribed. Changes that were rolled back are
    /// not included. O(n log n) for n changed rows.
    ///
    /// # Errors
    /// [`ErrorKind::ChangesMissed`] if more rows changed than the subscriber's capacity: it has to read the
    /// whole world, for example with [`snapshot`](Self::snapshot), and is up to date then.
    /// [`ErrorKind::TransactionOpen`] inside of a transaction, [`ErrorKind::NotSubscribed`] for a
    /// subscription of another world.
    pub fn changes(&mut self, subscription: &mut Subscription) -> Result<Changes<'_, T>, Error> {
        self.refuse_in_transaction()?;
        let pending = self.commit_sink.feed.take(subscription)?;
        let mut rows = Vec::with_capacity(pending.len());
        for ((table, id), net) in pending {
            let of = |key, effect| Changed {
                table,
                id,
                key,
                effect,
            };
            rows.extend(net.removed.map(|key| of(key, Effect::Removed)));
            rows.push(of(net.key, net.effect));
        }
        let is_there = |row: &Changed| row.effect != Effect::Removed;
        rows.sort_unstable_by_key(|row| (row.table, row.id, is_there(row)));
        Ok(Changes { world: self, rows })
    }

    pub(crate) fn refuse_in_transaction(&self) -> Result<(), Error> {
        if self.log.is_open() {
            return Err(ErrorKind::TransactionOpen.into());
        }
        Ok(())
    }
}

impl<T: Tables> fmt::Debug for Changes<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Tables> Changes<'_, T> {
    /// Number of changes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The changes of all tables.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = AnyChange<'_>> {
        self.rows.iter().map(|row| AnyChange {
            table: T::INFO[row.table.index()],
            id: row.id,
            effect: &row.effect,
        })
    }

    /// The changes of all tables, each with its row, if that is still there.
    pub fn untyped(
        &self,
    ) -> impl ExactSizeIterator<Item = (AnyChange<'_>, Option<UntypedRow<'_>>)> {
        self.iter().zip(&self.rows).map(|(change, row)| {
            let row = self.world.untyped(row.table).with_key(row.key);
            (change, row)
        })
    }

    /// The changes of the rows of `E`.
    pub fn of<E: Entity<Tables = T>>(&self) -> impl ExactSizeIterator<Item = Change<E>> + '_ {
        self.rows_of(E::TABLE).iter().map(|row| Change {
            key: Key::of(row.key, E::table(&self.world.tables).world(), row.id),
            id: Id::new(row.id),
            effect: match &row.effect {
                Effect::Inserted => Effect::Inserted,
                Effect::Removed => Effect::Removed,
                Effect::Changed(columns) => {
                    let flags = columns.iter().map(|&column| flag::<E>(column.into()));
                    Effect::Changed(flags.fold(E::Columns::empty(), E::Columns::union))
                }
            },
        })
    }

    /// The changes of a pivot: which rows were added, moved to another owner, or removed.
    pub fn of_pivot<P: PivotRow<Tables = T>>(
        &self,
    ) -> impl ExactSizeIterator<Item = PivotChange<P>> + '_ {
        self.rows_of(P::TABLE).iter().map(|row| PivotChange {
            owned: Key::from_raw(row.key),
            id: Id::new(row.id),
            effect: match row.effect {
                Effect::Inserted => Effect::Inserted,
                Effect::Removed => Effect::Removed,
                Effect::Changed(_) => Effect::Changed(()),
            },
        })
    }

    fn rows_of(&self, table: TableId) -> &[Changed] {
        let start = self.rows.partition_point(|row| row.table < table);
        let end = self.rows.partition_point(|row| row.table <= table);
        &self.rows[start..end]
    }
}
