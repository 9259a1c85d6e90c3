//! The rows that do not fit, of which some are listed and all are counted: a text may have more of them than memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::Discriminant;
use std::ops::Deref;

use super::report::{Misfit, MisfitKind};

/// The rows that do not fit, or that were changed to fit, in the order in which they were met: the first 1,000 of each
/// table, column and kind of reason. [`groups`](super::ImportReport::groups) says how many there are.
#[derive(Clone, Debug, Default)]
pub struct Misfits {
    listed: Vec<Misfit>,
    groups: HashMap<Key, Counted>,
    n_all: u64,
}

/// How many misfits of one group are listed.
const N_LISTED: u64 = 1000;

/// What the misfits of a group have in common: table, column, whether they are carried over, kind, and the table that
/// they follow from.
type Key = (
    String,
    String,
    bool,
    Discriminant<MisfitKind>,
    Option<String>,
);

#[derive(Clone, Debug, Default)]
struct Counted {
    n_rows: u64,
    /// The numbers by which they refer to rows that do not exist: two of them at most.
    names: BTreeSet<i64>,
}

impl Misfits {
    pub(super) fn push(&mut self, misfit: Misfit) {
        let group = self.groups.entry(key(&misfit)).or_default();
        group.n_rows += 1;
        self.n_all += 1;
        if let MisfitKind::Dangling { names } = misfit.kind
            && group.names.len() < 2
        {
            group.names.insert(names);
        }
        if group.n_rows <= N_LISTED {
            self.listed.push(misfit);
        }
    }

    /// How many there are, listed or not.
    pub(super) fn n_all(&self) -> u64 {
        self.n_all
    }

    /// How many there are like this one.
    pub(super) fn n_like(&self, misfit: &Misfit) -> u64 {
        self.groups
            .get(&key(misfit))
            .map_or(0, |group| group.n_rows)
    }

    /// Forgets those of a table.
    pub(super) fn clear(&mut self, table: &str) {
        self.listed.retain(|misfit| misfit.table != table);
        self.groups.retain(|(of, ..), _| of != table);
        self.n_all = self.groups.values().map(|group| group.n_rows).sum();
    }

    /// The listed ones, whose places may be found later.
    pub(super) fn listed_mut(&mut self) -> &mut [Misfit] {
        &mut self.listed
    }

    /// The tables and columns that refer to rows which do not exist, with the number if they all have the same.
    pub(super) fn dangling(&self) -> impl Iterator<Item = (&str, &str, Option<i64>)> {
        let mut found: BTreeMap<(&str, &str), BTreeSet<i64>> = BTreeMap::new();
        for ((table, column, ..), group) in &self.groups {
            if !group.names.is_empty() {
                let names = found.entry((table, column)).or_default();
                names.extend(&group.names);
            }
        }
        found.into_iter().map(|((table, column), names)| {
            let only = names.first().copied().filter(|_| names.len() == 1);
            (table, column, only)
        })
    }
}

fn key(misfit: &Misfit) -> Key {
    let cause = match &misfit.kind {
        MisfitKind::Follows { table } => Some(table.clone()),
        _ => None,
    };
    (
        misfit.table.clone(),
        misfit.column.clone(),
        misfit.is_carried,
        std::mem::discriminant(&misfit.kind),
        cause,
    )
}

impl Deref for Misfits {
    type Target = [Misfit];

    fn deref(&self) -> &[Misfit] {
        &self.listed
    }
}

/// Equal lists, and equally many of each.
impl PartialEq for Misfits {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |(key, group): (&Key, &Counted)| {
            let there = other.groups.get(key);
            there.is_some_and(|there| there.n_rows == group.n_rows)
        };
        self.listed == other.listed
            && self.groups.len() == other.groups.len()
            && self.groups.iter().all(is_same)
    }
}

impl Eq for Misfits {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ImportReport;

    fn misfit(id: i64, names: i64) -> Misfit {
        Misfit {
            table: "items".to_owned(),
            id,
            column: "holder".to_owned(),
            why: String::new(),
            kind: MisfitKind::Dangling { names },
            place: None,
            is_carried: false,
        }
    }

    #[test]
    fn all_are_counted_and_some_are_listed() {
        let mut misfits = Misfits::default();
        for id in 1..=2_500 {
            misfits.push(misfit(id, 7));
        }
        misfits.push(Misfit {
            table: "pets".to_owned(),
            ..misfit(1, 7)
        });
        assert_eq!((misfits.len(), misfits.n_all()), (1001, 2501));
        let one = |misfits: &Misfits| misfits.dangling().next().and_then(|(.., only)| only);
        assert_eq!(one(&misfits), Some(7));
        // One that is not listed.
        misfits.push(misfit(2_501, 8));
        assert_eq!(one(&misfits), None);
        let report = ImportReport {
            misfits,
            ..ImportReport::default()
        };
        let groups = report.groups();
        assert_eq!((groups[0].n_rows, groups[0].n_more), (2501, 2498));
        assert_eq!((groups[1].n_rows, groups[1].n_more), (1, 0));
        let mut misfits = report.misfits;
        misfits.clear("items");
        assert_eq!((misfits.len(), misfits.n_all()), (1, 1));
    }
}
