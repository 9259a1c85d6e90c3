//! The change feed: what was inserted, changed and removed since a subscriber last looked.

use std::fmt;
use std::sync::{Arc, Weak};

use bitflags::Flags as _;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::error::Error;

use crate::schema::{TableId, TableInfo};
use crate::store::key::{Id, Key, RawKey};
use crate::store::row::entity::{Entity, PivotRow, Tables};
use crate::store::table::flag;
use crate::store::tracking::dirty::AnyKey;
use crate::store::world::World;

pub use crate::store::tracking::commit_sink::{Effect, Positions};

/// A place in the change feed of a world: what has happened until here has been seen.
///
/// Made by [`World::subscribe`]; dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    token: Arc<()>,
}

/// What became of the rows of a world since a subscriber last looked: each row once, with the net
/// effect, by table in declaration order and by ascending id.
///
/// A row that was inserted and removed meanwhile is not in it, and one that was inserted and changed
/// is inserted. A column that was written and written back counts as changed.
pub struct Changes<'w, T: Tables> {
    pub(in crate::store) world: &'w World<T>,
    pub(in crate::store) rows: Vec<Changed>,
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
pub(in crate::store) struct Changed {
    pub(in crate::store) table: TableId,
    pub(in crate::store) id: i64,
    pub(in crate::store) key: RawKey,
    pub(in crate::store) effect: Effect<Positions>,
}

impl<T: Tables> World<T> {
    /// Begins to note what changes, for [`changes`](Self::changes). As long as somebody subscribes,
    /// every write costs a few more look-ups; without, nothing.
    ///
    /// # Errors
    /// [`Error::TransactionOpen`] inside of a transaction.
    pub fn subscribe(&mut self) -> Result<Subscription, Error> {
        self.subscribe_with(usize::MAX)
    }

    /// The same for a subscriber for whom at most `capacity` changed rows are kept; one that looks
    /// too seldom is told so then. Without it, what is kept is still no more than one note for each
    /// row that is there or was when it last looked.
    ///
    /// # Errors
    /// [`Error::TransactionOpen`] inside of a transaction.
    pub fn subscribe_with(&mut self, capacity: usize) -> Result<Subscription, Error> {
        self.refuse_in_transaction()?;
        // What happened before is not for the new one.
        self.ledger.feed.hand_out();
        Ok(self.ledger.feed.subscribe(capacity))
    }

    /// What has happened since this subscriber last looked, or subscribed. What was rolled back has
    /// not happened. O(n log n) for n changed rows.
    ///
    /// # Errors
    /// [`Error::ChangesMissed`] if there was more than the subscriber's capacity: it has to look at
    /// the whole world, as by [`snapshot`](Self::snapshot), and is up to date then.
    /// [`Error::TransactionOpen`] inside of a transaction, [`Error::NotSubscribed`] for another
    /// world's subscription.
    pub fn changes(&mut self, subscription: &mut Subscription) -> Result<Changes<'_, T>, Error> {
        self.refuse_in_transaction()?;
        let pending = self.ledger.feed.take(subscription)?;
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
            return Err(Error::TransactionOpen);
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

/// Net effects by table and id.
type Pending = HashMap<(TableId, i64), (RawKey, Effect<Positions>)>;

/// Who looks, and what has not been looked at.
///
/// A write is noted once, whoever looks; it is handed out to all subscribers when one of them does.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    noted: Pending,
    subscribers: Vec<Subscriber>,
}

#[derive(Debug)]
struct Subscriber {
    token: Weak<()>,
    capacity: usize,
    /// `None` once there was more than the capacity.
    pending: Option<Pending>,
}

impl Feed {
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        !self.subscribers.is_empty()
    }

    pub(crate) fn note(&mut self, row: AnyKey, id: i64, effect: Effect<Positions>) {
        note(&mut self.noted, (row.table, id), row.key, effect);
        // Now and then: a subscriber that never looks, or is not there any more, must not fill the
        // memory.
        let n_noted = self.noted.len();
        if n_noted.is_power_of_two() {
            self.forget_dropped();
        }
        let most = self
            .subscribers
            .iter()
            .map(|subscriber| subscriber.capacity);
        if n_noted > most.max().unwrap_or(0) {
            self.hand_out();
        }
    }

    fn subscribe(&mut self, capacity: usize) -> Subscription {
        let token = Arc::new(());
        self.subscribers.push(Subscriber {
            token: Arc::downgrade(&token),
            capacity,
            pending: Some(Pending::default()),
        });
        Subscription { token }
    }

    fn forget_dropped(&mut self) {
        self.subscribers
            .retain(|subscriber| subscriber.token.strong_count() > 0);
    }

    /// Gives what was noted to all subscribers.
    fn hand_out(&mut self) {
        self.forget_dropped();
        let noted = std::mem::take(&mut self.noted);
        let Some((last, others)) = self.subscribers.split_last_mut() else {
            return;
        };
        for subscriber in others {
            subscriber.add(noted.clone());
        }
        last.add(noted);
    }

    fn take(&mut self, subscription: &Subscription) -> Result<Pending, Error> {
        self.hand_out();
        let token = Arc::as_ptr(&subscription.token);
        let subscriber = self
            .subscribers
            .iter_mut()
            .find(|subscriber| subscriber.token.as_ptr() == token)
            .ok_or(Error::NotSubscribed)?;
        let capacity = subscriber.capacity;
        subscriber
            .pending
            .replace(Pending::default())
            .ok_or(Error::ChangesMissed { capacity })
    }
}

impl Subscriber {
    fn add(&mut self, noted: Pending) {
        let Some(pending) = &mut self.pending else {
            return;
        };
        if pending.is_empty() {
            *pending = noted;
        } else {
            for (row, (key, effect)) in noted {
                note(pending, row, key, effect);
            }
        }
        if pending.len() > self.capacity {
            self.pending = None;
        }
    }
}

/// Puts one more effect to those that a row had already.
fn note(pending: &mut Pending, row: (TableId, i64), key: RawKey, effect: Effect<Positions>) {
    let mut entry = match pending.entry(row) {
        Entry::Vacant(entry) => {
            entry.insert((key, effect));
            return;
        }
        Entry::Occupied(entry) => entry,
    };
    match (&mut entry.get_mut().1, effect) {
        (Effect::Inserted, Effect::Removed) => {
            entry.remove();
        }
        (Effect::Changed(columns), Effect::Changed(more)) => {
            columns.extend(more);
            columns.sort_unstable();
            columns.dedup();
        }
        (before @ Effect::Changed(_), Effect::Removed) => *before = Effect::Removed,
        // A new row stays new whatever is written to it; ids do not come back.
        (Effect::Inserted | Effect::Removed, _) | (Effect::Changed(_), Effect::Inserted) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::Key as _;

    const ROW: (TableId, i64) = (TableId(3), 7);

    fn net(effects: &[Effect<Positions>]) -> Option<Effect<Positions>> {
        let mut pending = Pending::default();
        for effect in effects {
            note(&mut pending, ROW, RawKey::null(), effect.clone());
        }
        pending.remove(&ROW).map(|(_, effect)| effect)
    }

    fn changed(columns: &[u16]) -> Effect<Positions> {
        Effect::Changed(columns.into())
    }

    #[test]
    fn effects_of_one_row_add_up() {
        use Effect::{Inserted, Removed};
        assert_eq!(net(&[Inserted, Removed]), None);
        assert_eq!(net(&[Inserted, changed(&[1])]), Some(Inserted));
        assert_eq!(net(&[Inserted, changed(&[1]), Removed]), None);
        assert_eq!(net(&[changed(&[2]), Removed]), Some(Removed));
        let both = [changed(&[4, 9]), changed(&[0, 4])];
        assert_eq!(net(&both), Some(changed(&[0, 4, 9])));
    }

    fn note_rows(feed: &mut Feed, ids: std::ops::Range<i64>) {
        let (table, key) = (TableId(0), RawKey::null());
        ids.for_each(|id| feed.note(AnyKey { table, key }, id, Effect::Inserted));
    }

    #[test]
    fn memory_stays_bounded_for_those_who_never_look() {
        let mut feed = Feed::default();
        let (small, large) = (feed.subscribe(10), feed.subscribe(1000));
        note_rows(&mut feed, 0..100_000);
        assert!(feed.noted.len() <= 1001);
        assert!(feed.subscribers.iter().all(|s| s.pending.is_none()));
        for subscription in [&small, &large] {
            let missed = feed.take(subscription);
            assert!(matches!(missed, Err(Error::ChangesMissed { .. })));
            assert!(
                feed.take(subscription)
                    .is_ok_and(|pending| pending.is_empty())
            );
        }
    }

    #[test]
    fn a_dropped_subscription_costs_nothing_for_long() {
        let mut feed = Feed::default();
        let dropped = feed.subscribe(usize::MAX);
        note_rows(&mut feed, 0..7);
        drop(dropped);
        note_rows(&mut feed, 7..8);
        assert!(!feed.is_watched());
        assert!(feed.noted.is_empty());
    }
}
