//! The change feed for those who look at it: each page has a watch with its own filter.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use gamedb::AnyChange;
use serde::Serialize;

use crate::cell::Reason;

/// Number of changes that are kept for a watch.
const KEPT: usize = 1000;
/// Number of changes of one tick that a watch lists; the others are counted.
const PER_TICK: usize = 100;
/// Number of watches: pages with different filters.
const MOST: usize = 16;
/// A watch that nobody has asked for ends after this.
const FORGOTTEN: Duration = Duration::from_secs(5);

/// Which changes: of all tables, of one table, or of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) table: Option<usize>,
    pub(crate) id: Option<i64>,
}

/// The watches.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    watches: Vec<Watch>,
    /// Number of watches that were begun.
    n_begun: u64,
    /// Whether the program hands over the changes at all.
    is_followed: bool,
    n_ticks: u64,
}

#[derive(Debug)]
struct Watch {
    /// Which one it is of all that were begun: the changes of each are counted from 0.
    number: u64,
    filter: Filter,
    changes: VecDeque<Listed>,
    next: u64,
    n_seen: u64,
    n_omitted: u64,
    n_missed: u64,
    asked: Instant,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Listed {
    number: u64,
    /// The `answer_mut` that has seen it, counted.
    tick: u64,
    /// Seconds since the inspector was bound.
    seconds: f64,
    table: usize,
    #[serde(serialize_with = "crate::cell::as_text")]
    id: i64,
    effect: Reason,
}

/// The changes of a watch after a number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Seen {
    is_followed: bool,
    /// The watch that has seen them. If it is another one than before, that has ended, and what has changed until this
    /// one began is missing.
    watch: u64,
    changes: Vec<Listed>,
    /// The number to ask with the next time.
    next: u64,
    /// Number of changes that the filter has let through since the watch began.
    n_seen: u64,
    /// Number of them that were more than a page can show.
    n_omitted: u64,
    /// Number of changes since the number that was asked with that came and went between two questions: more than are
    /// kept.
    n_lost: u64,
    /// How often more changed than the subscription holds.
    n_missed: u64,
}

impl Feed {
    /// Whether the program hands over the changes.
    pub(crate) fn is_followed(&self) -> bool {
        self.is_followed
    }

    /// Whether somebody looks at the feed.
    pub(crate) fn is_wanted(&mut self, now: Instant) -> bool {
        let is_fresh = |watch: &Watch| now.saturating_duration_since(watch.asked) < FORGOTTEN;
        self.watches.retain(is_fresh);
        !self.watches.is_empty()
    }

    /// Called by each `answer_mut`, whether somebody looks or not.
    pub(crate) fn follow(&mut self) {
        self.is_followed = true;
        self.n_ticks += 1;
    }

    /// Lists changes, each with its table's position, for those who want them. O(changes) for each watch.
    pub(crate) fn push<'c>(
        &mut self,
        changes: impl Iterator<Item = (usize, AnyChange<'c>)> + Clone,
        seconds: f64,
    ) {
        for watch in &mut self.watches {
            let mut n_listed = 0;
            for (table, change) in changes.clone() {
                let is_it = watch.filter.table.is_none_or(|wanted| wanted == table)
                    && watch.filter.id.is_none_or(|id| id == change.id);
                if !is_it {
                    continue;
                }
                watch.n_seen += 1;
                n_listed += 1;
                if n_listed > PER_TICK {
                    watch.n_omitted += 1;
                    continue;
                }
                if watch.changes.len() == KEPT {
                    watch.changes.pop_front();
                }
                watch.changes.push_back(Listed {
                    number: watch.next,
                    tick: self.n_ticks,
                    seconds,
                    table,
                    id: change.id,
                    effect: change.effect.into(),
                });
                watch.next += 1;
            }
        }
    }

    /// More has changed than the subscription holds.
    pub(crate) fn missed(&mut self) {
        self.watches
            .iter_mut()
            .for_each(|watch| watch.n_missed += 1);
    }

    /// The changes that a page has not seen: those from a number of a watch on, or all that are kept, if it knows
    /// another watch. The first question begins one.
    pub(crate) fn since(
        &mut self,
        filter: Filter,
        known: Option<u64>,
        since: u64,
        now: Instant,
    ) -> Seen {
        let is_followed = self.is_followed;
        let watch = self.watch(filter, now);
        watch.asked = now;
        let is_known = known.is_none_or(|known| known == watch.number);
        let since = if is_known { since } else { 0 };
        let first = watch.next - watch.changes.len() as u64;
        let new = watch.changes.iter().filter(|change| change.number >= since);
        Seen {
            is_followed,
            watch: watch.number,
            changes: new.cloned().collect(),
            next: watch.next,
            n_seen: watch.n_seen,
            n_omitted: watch.n_omitted,
            n_lost: first.saturating_sub(since),
            n_missed: watch.n_missed,
        }
    }

    /// The watch with this filter, which begins if there is none.
    fn watch(&mut self, filter: Filter, now: Instant) -> &mut Watch {
        let mut watches = self.watches.iter();
        let place = watches.position(|watch| watch.filter == filter);
        let place = place.unwrap_or_else(|| {
            if self.watches.len() == MOST {
                let oldest = (0..MOST).min_by_key(|&n| self.watches[n].asked);
                self.watches.remove(oldest.unwrap_or(0));
            }
            self.n_begun += 1;
            self.watches.push(Watch {
                number: self.n_begun,
                filter,
                changes: VecDeque::new(),
                next: 0,
                n_seen: 0,
                n_omitted: 0,
                n_missed: 0,
                asked: now,
            });
            self.watches.len() - 1
        });
        &mut self.watches[place]
    }
}
