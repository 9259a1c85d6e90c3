//! Ids that the game gives to new rows: how an operation chooses one, and when it is refused.

use proptest::prelude::*;
use proptest::sample::select;

use crate::naive::Naive;
use crate::rules::{Refusal, Refusals};
use crate::schema::Table;
use crate::value::Pick;

/// How an id is chosen, for a table that the operation names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// So far above the next id, or below it.
    FromNext(i64),
    /// That of a live row; the next id if there is none.
    Of(Pick),
    /// This one.
    Exactly(i64),
}

impl Chosen {
    /// The id in a table with this next id; `of` returns the id of a live row.
    pub(crate) fn id(self, next: i64, of: impl FnOnce(Pick) -> Option<i64>) -> i64 {
        match self {
            Chosen::FromNext(distance) => next.saturating_add(distance),
            Chosen::Of(pick) => of(pick).unwrap_or(next),
            Chosen::Exactly(id) => id,
        }
    }
}

/// Most ids are free. A few are so large that they have no place in the dense part of the index of ids, and one in
/// some thousand operations exhausts the ids of its table.
pub(crate) fn chosen() -> BoxedStrategy<Chosen> {
    prop_oneof![
        300 => (0..3_i64).prop_map(Chosen::FromNext),
        100 => (0..3_000_i64).prop_map(Chosen::FromNext),
        20 => (1_i64 << 33..1 << 34).prop_map(Chosen::FromNext),
        60 => (-20..0_i64).prop_map(Chosen::FromNext),
        40 => (0..1000_usize).prop_map(|n| Chosen::Of(Pick::Row(n))),
        40 => select(vec![0, -1, 1, i64::MIN, i64::MAX]).prop_map(Chosen::Exactly),
        1 => select(vec![i64::MAX - 1, i64::MAX - 2, i64::MAX - 40]).prop_map(Chosen::Exactly),
    ]
    .boxed()
}

impl Naive {
    /// The id that an operation chooses.
    pub(crate) fn chosen(&self, table: Table, chosen: Chosen) -> i64 {
        chosen.id(self.next_id[table.n()], |pick| {
            let id = self.pick(table, pick);
            self.has((table, id)).then_some(id)
        })
    }

    /// The reasons to refuse an id for a new row.
    pub(crate) fn against_id(&self, table: Table, id: i64) -> Refusals {
        let mut against = Refusals::new();
        if self.has((table, id)) {
            against.insert(Refusal::IdTaken);
        }
        if id <= 0 || id == i64::MAX {
            against.insert(Refusal::IdOutOfRange);
        }
        if id < self.next_id[table.n()] {
            against.insert(Refusal::IdUsed);
        }
        if self.next_id[table.n()] == i64::MAX {
            against.insert(Refusal::IdExhausted);
        }
        against
    }
}
