//! Who owned what: changes of owners that the change feed has told of while the inspector ran.

use std::collections::VecDeque;

use gamedb::{Effect, Positions, TableInfo, TableKind, UntypedRow};
use serde::Serialize;

use crate::database::place;
use crate::inspected::Place;

/// The changes of owners, the newest last.
#[derive(Debug)]
pub(crate) struct Owners {
    /// The most changes that are kept; none are if it is 0.
    most: usize,
    kept: VecDeque<Kept>,
    /// Seconds after which every change is kept; `None` before the feed is read.
    since: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Kept {
    seconds: f64,
    table: usize,
    id: i64,
    event: Event,
    owner: Option<Place>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    /// Its page was looked at, and it had this owner, which no kept change tells of.
    Seen,
    /// It is new, and has this owner.
    Inserted,
    /// It has this owner from now on.
    Given,
    Removed,
}

/// The owners of one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct History {
    is_kept: bool,
    /// Seconds from which on no change is missing.
    since: Option<f64>,
    /// The present, in the same seconds.
    now: f64,
    most: usize,
    events: Vec<Listed>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Listed {
    seconds: f64,
    event: Event,
    owner: Option<Place>,
}

/// A change that the feed tells of: the position of its table, the id, the effect, and the row if it is still there.
pub(crate) struct Told<'c> {
    pub(crate) table: usize,
    pub(crate) info: &'static TableInfo,
    pub(crate) id: i64,
    pub(crate) effect: &'c Effect<Positions>,
    pub(crate) row: Option<UntypedRow<'c>>,
}

impl Owners {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            kept: VecDeque::new(),
            since: None,
        }
    }

    /// Whether the change feed has to be read for this.
    pub(crate) fn is_kept(&self) -> bool {
        self.most > 0
    }

    /// What has changed before this moment was not told.
    pub(crate) fn missed_before(&mut self, seconds: f64) {
        if self.is_kept() {
            self.since = Some(seconds);
        }
    }

    /// Keeps a change if it is one of an owner. O(1).
    pub(crate) fn told(&mut self, change: &Told<'_>, seconds: f64) {
        let Some((row, event)) = owned_row(change) else {
            return;
        };
        let (table, id, owner) = match row {
            // An owned row is found by its id, so the place of the row says which one it is.
            Some(row) => (row.table().id().index(), row.id(), row.owner().map(place)),
            None => (change.table, change.id, None),
        };
        self.push(Kept {
            seconds,
            table,
            id,
            event,
            owner,
        });
    }

    fn push(&mut self, kept: Kept) {
        if self.kept.len() >= self.most
            && let Some(gone) = self.kept.pop_front()
        {
            self.since = self.since.map(|since| since.max(gone.seconds));
        }
        self.kept.push_back(kept);
    }

    /// The owners of a row, and that which it has now, if it is there. O(kept changes).
    pub(crate) fn of(
        &mut self,
        (table, id): (usize, i64),
        row: Option<Option<Place>>,
        now: f64,
    ) -> History {
        let is_it = |kept: &&Kept| kept.table == table && kept.id == id;
        let last = self.kept.iter().rev().find(is_it);
        if let Some(owner) = row
            && self.since.is_some()
            && last.is_none_or(|last| last.owner != owner)
        {
            self.push(Kept {
                seconds: now,
                table,
                id,
                event: Event::Seen,
                owner,
            });
        }
        let events = self.kept.iter().filter(is_it).map(|kept| Listed {
            seconds: kept.seconds,
            event: kept.event,
            owner: kept.owner,
        });
        History {
            is_kept: self.is_kept(),
            since: self.since,
            now,
            most: self.most,
            events: events.collect(),
        }
    }
}

/// The row whose owner changes, and how; no row when it is removed.
fn owned_row<'c>(change: &Told<'c>) -> Option<(Option<UntypedRow<'c>>, Event)> {
    let owning = || change.info.foreign_keys.iter().filter(|key| key.owns);
    match (change.info.kind, change.effect) {
        (TableKind::Pivot { .. }, Effect::Removed) => None, // The owned row is removed too.
        (TableKind::Pivot { .. }, effect) => {
            let event = match effect {
                Effect::Inserted => Event::Inserted,
                Effect::Changed(_) | Effect::Removed => Event::Given,
            };
            Some((Some(change.row?.owned()?), event))
        }
        (TableKind::Owned { .. }, Effect::Removed) => Some((None, Event::Removed)),
        (TableKind::Owned { .. }, _) => None, // Its pivot tells of it.
        (TableKind::Entity, Effect::Removed) => owning().next().map(|_| (None, Event::Removed)),
        (TableKind::Entity, Effect::Inserted) => {
            owning().next()?;
            Some((Some(change.row?), Event::Inserted))
        }
        (TableKind::Entity, Effect::Changed(columns)) => {
            let mut columns = columns.iter();
            columns.find(|column| owning().any(|key| key.column == usize::from(**column)))?;
            Some((Some(change.row?), Event::Given))
        }
    }
}
