//! The change feed: which rows were inserted, changed and removed since a subscriber last read it.

use std::sync::{Arc, Weak};

use hashbrown::DefaultHashBuilder;
use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::error::{Error, ErrorKind};
use crate::schema::TableId;
use crate::store::key::{AnyKey, RawKey};
use crate::store::tracking::effect::{Effect, Positions};

/// A subscriber's position in the change feed of a world: changes before it have been read.
///
/// Returned by [`World::subscribe`](crate::World::subscribe); dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscription {
    token: Arc<()>,
}

/// Net effects by table and id, in the order in which they were recorded, except that rows which were
/// inserted and removed leave gaps that later entries fill.
pub(crate) type Pending = IndexMap<(TableId, i64), Net, DefaultHashBuilder>;

/// The net effect on the row of an id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Net {
    /// The key of the row that had the id before, if it was removed and a new row has its id: what leaves an
    /// interest and comes in again does so in a mirror. The effect is `Inserted` then.
    pub(crate) removed: Option<RawKey>,
    pub(crate) key: RawKey,
    pub(crate) effect: Effect<Positions>,
}

/// The subscribers, and the changes that they have not read.
///
/// A write is recorded once, however many subscribers there are; the recorded changes are handed out to
/// all subscribers when one of them reads the feed.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    recorded: Pending,
    subscribers: Vec<Subscriber>,
}

#[derive(Debug)]
struct Subscriber {
    token: Weak<()>,
    capacity: usize,
    /// `None` once the capacity was exceeded.
    pending: Option<Pending>,
}

impl Feed {
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        !self.subscribers.is_empty()
    }

    pub(crate) fn record(&mut self, row: AnyKey, id: i64, effect: Effect<Positions>) {
        record(&mut self.recorded, (row.table, id), row.key, effect);
        // From time to time, subscribers that were dropped are removed, and changes are handed out, so
        // that a subscriber that never reads the feed, or no longer exists, cannot fill the memory.
        let n_recorded = self.recorded.len();
        if n_recorded.is_power_of_two() {
            self.forget_dropped();
        }
        let most = self
            .subscribers
            .iter()
            .map(|subscriber| subscriber.capacity);
        if n_recorded > most.max().unwrap_or(0) {
            self.hand_out();
        }
    }

    pub(crate) fn subscribe(&mut self, capacity: usize) -> Subscription {
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

    /// Hands the recorded changes out to all subscribers.
    pub(crate) fn hand_out(&mut self) {
        self.forget_dropped();
        let recorded = std::mem::take(&mut self.recorded);
        let Some((last, others)) = self.subscribers.split_last_mut() else {
            return;
        };
        for subscriber in others {
            subscriber.add(recorded.clone());
        }
        last.add(recorded);
    }

    pub(crate) fn take(&mut self, subscription: &Subscription) -> Result<Pending, Error> {
        self.hand_out();
        let token = Arc::as_ptr(&subscription.token);
        let subscriber = self
            .subscribers
            .iter_mut()
            .find(|subscriber| subscriber.token.as_ptr() == token)
            .ok_or(ErrorKind::NotSubscribed)?;
        let capacity = subscriber.capacity;
        let pending = subscriber.pending.replace(Pending::default());
        pending.ok_or_else(|| ErrorKind::ChangesMissed { capacity }.into())
    }
}

impl Subscriber {
    fn add(&mut self, recorded: Pending) {
        let Some(pending) = &mut self.pending else {
            return;
        };
        if pending.is_empty() {
            *pending = recorded;
        } else {
            for (row, net) in recorded {
                if let Some(removed) = net.removed {
                    record(pending, row, removed, Effect::Removed);
                }
                record(pending, row, net.key, net.effect);
            }
        }
        if pending.len() > self.capacity {
            self.pending = None;
        }
    }
}

/// Merges one more effect into the net effect of a row.
fn record(pending: &mut Pending, row: (TableId, i64), key: RawKey, effect: Effect<Positions>) {
    let mut entry = match pending.entry(row) {
        Entry::Vacant(entry) => {
            let removed = None;
            entry.insert(Net {
                removed,
                key,
                effect,
            });
            return;
        }
        Entry::Occupied(entry) => entry,
    };
    let net = entry.get_mut();
    match (&mut net.effect, effect) {
        (Effect::Inserted, Effect::Removed) => match net.removed.take() {
            Some(removed) => {
                net.key = removed;
                net.effect = Effect::Removed;
            }
            None => drop(entry.swap_remove()),
        },
        (Effect::Changed(columns), Effect::Changed(more)) => {
            columns.extend(more);
            columns.sort_unstable();
            columns.dedup();
        }
        (before @ Effect::Changed(_), Effect::Removed) => *before = Effect::Removed,
        (before @ Effect::Removed, Effect::Inserted) => {
            *before = Effect::Inserted;
            net.removed = Some(std::mem::replace(&mut net.key, key));
        }
        // A new row stays new whatever is written to it.
        (Effect::Inserted, Effect::Changed(_)) => {}
        // A row that is there is not inserted, and one that is not there is neither written to nor removed.
        (before, effect) => debug_assert!(false, "{effect:?} of a row after {before:?}"),
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
            record(&mut pending, ROW, RawKey::null(), effect.clone());
        }
        pending.swap_remove(&ROW).map(|net| net.effect)
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

    /// Several rows have the id one after the other, and a reader who is slow merges what was merged already.
    #[test]
    fn effects_of_rows_with_the_same_id_add_up() {
        use Effect::{Inserted, Removed};
        let key = |n| RawKey::from(slotmap::KeyData::from_ffi(n));
        let steps = [
            (1, changed(&[1])),
            (1, Removed),
            (2, Inserted),
            (2, changed(&[2])),
            (2, Removed),
            (3, Inserted),
        ];
        let net = |removed: Option<u64>, n, effect| {
            let removed = removed.map(key);
            let key = key(n);
            Some(Net {
                removed,
                key,
                effect,
            })
        };
        let expected = [
            net(None, 1, changed(&[1])),
            net(None, 1, Removed),
            net(Some(1), 2, Inserted),
            net(Some(1), 2, Inserted),
            net(None, 1, Removed),
            net(Some(1), 3, Inserted),
        ];
        let of = |steps: &[(u64, Effect<Positions>)]| {
            let mut pending = Pending::default();
            for (n, effect) in steps {
                record(&mut pending, ROW, key(*n), effect.clone());
            }
            pending
        };
        for (n, expected) in expected.iter().enumerate() {
            let steps = &steps[..=n];
            assert_eq!(of(steps).get(&ROW), expected.as_ref(), "{steps:?}");
            for cut in 0..=steps.len() {
                let mut subscriber = Subscriber {
                    token: Weak::new(),
                    capacity: 1,
                    pending: Some(of(&steps[..cut])),
                };
                subscriber.add(of(&steps[cut..]));
                let pending = subscriber.pending.expect("one row");
                assert_eq!(pending.get(&ROW), expected.as_ref(), "{steps:?} {cut}");
            }
        }
        let new = of(&[(1, Inserted), (1, Removed), (2, Inserted)]);
        assert_eq!(new.get(&ROW), net(None, 2, Inserted).as_ref());
    }

    fn record_rows(feed: &mut Feed, ids: std::ops::Range<i64>) {
        let (table, key) = (TableId(0), RawKey::null());
        ids.for_each(|id| feed.record(AnyKey { table, key }, id, Effect::Inserted));
    }

    #[test]
    fn memory_stays_bounded_for_those_who_never_look() {
        let mut feed = Feed::default();
        let (small, large) = (feed.subscribe(10), feed.subscribe(1000));
        record_rows(&mut feed, 0..100_000);
        assert!(feed.recorded.len() <= 1001);
        assert!(feed.subscribers.iter().all(|s| s.pending.is_none()));
        for subscription in [&small, &large] {
            let missed = feed.take(subscription).expect_err("too much for both");
            assert!(matches!(missed.kind(), ErrorKind::ChangesMissed { .. }));
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
        record_rows(&mut feed, 0..7);
        drop(dropped);
        record_rows(&mut feed, 7..8);
        assert!(!feed.is_watched());
        assert!(feed.recorded.is_empty());
    }
}
