//! What has changed since a subscriber last looked: the change feed as a program reads it.

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

/// What became of the rows of a world since a subscriber last looked: each row once, with the net
/// effect, by table in declaration order and by ascending id.
///
/// A row that was inserted and removed meanwhile is not in it, and one that was inserted and changed
/// is inserted. A column that was written and written back counts as changed.
pub struct Changes<'w, T: Tables> {
    pub(crate) world: &'w World<T>,
    pub(crate) rows: Vec<Changed>,
}

/// What became of one row of `E`.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<E: Entity> {
    /// Its key; stale if it was removed.
    pub key: Key<E>,
    /// Its id.
    pub id: Id<E>,
    /// What became of it.
    pub effect: Effect<E::Columns>,
}

/// What became of one row of a pivot.
#[derive(Clone, Debug, PartialEq)]
pub struct PivotChange<P: PivotRow> {
    /// The key of the owned row; stale if it was removed.
    pub owned: Key<P::Owned>,
    /// The id of the pivot's row.
    pub id: Id<P>,
    /// What became of it. Changed means that the owned row has another owner now.
    pub effect: Effect<()>,
}

/// What became of one row, whatever its type.
#[derive(Clone, Debug)]
pub struct AnyChange<'c> {
    /// The table.
    pub table: &'static TableInfo,
    /// The row's id.
    pub id: i64,
    /// What became of it; columns by position in [`TableInfo::columns`].
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
    /// Begins to note what changes, for [`changes`](Self::changes). As long as somebody subscribes,
    /// every write costs a few more look-ups; without, nothing.
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction.
    pub fn subscribe(&mut self) -> Result<Subscription, Error> {
        self.subscribe_with(usize::MAX)
    }

    /// The same for a subscriber for whom at most `capacity` changed rows are kept; one that looks
    /// too seldom is told so then. Without it, what is kept is still no more than one note for each
    /// row that is there or was when it last looked.
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction.
    pub fn subscribe_with(&mut self, capacity: usize) -> Result<Subscription, Error> {
        self.refuse_in_transaction()?;
        // What happened before is not for the new one.
        self.commit_sink.feed.hand_out();
        Ok(self.commit_sink.feed.subscribe(capacity))
    }

    /// What has happened since this subscriber last looked, or subscribed. What was rolled back has
    /// not happened. O(n log n) for n changed rows.
    ///
    /// # Errors
    /// [`ErrorKind::ChangesMissed`] if there was more than the subscriber's capacity: it has to look at
    /// the whole world, as by [`snapshot`](Self::snapshot), and is up to date then.
    /// [`ErrorKind::TransactionOpen`] inside of a transaction, [`ErrorKind::NotSubscribed`] for another
    /// world's subscription.
    pub fn changes(&mut self, subscription: &mut Subscription) -> Result<Changes<'_, T>, Error> {
        self.refuse_in_transaction()?;
        let pending = self.commit_sink.feed.take(subscription)?;
        let mut rows: Vec<Changed> = pending
            .into_iter()
            .map(|((table, id), (key, effect))| Changed {
                table,
                id,
                key,
                effect,
            })
            .collect();
        rows.sort_unstable_by_key(|row| (row.table, row.id));
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
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing has happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All of them, whatever their table.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = AnyChange<'_>> {
        self.rows.iter().map(|row| AnyChange {
            table: T::INFO[row.table.index()],
            id: row.id,
            effect: &row.effect,
        })
    }

    /// Those of the rows of `E`.
    pub fn of<E: Entity<Tables = T>>(&self) -> impl ExactSizeIterator<Item = Change<E>> + '_ {
        self.rows_of(E::TABLE).iter().map(|row| Change {
            key: Key::from_raw(row.key),
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

    /// Those of the rows of a pivot: who was given to whom.
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
