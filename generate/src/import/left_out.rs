//! The rows that were left out, so that what follows from one names it.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use super::id_set::IdSet;

/// The rows that were left out.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Their ids, by table.
    ids: HashMap<String, IdSet>,
    /// The owned rows that left out rows of a pivot name.
    owned: HashMap<String, IdSet>,
    /// Hashes of the values of their columns that a key by value names, by table and columns. They only say why a row
    /// follows, and texts of any number and length would not fit in memory.
    values: HashMap<(String, String), HashSet<u64>>,
    /// How many hashes there are.
    n_values: usize,
}

/// How many values are known at most, of all tables.
const MOST_VALUES: usize = 1 << 20;

/// Ids of left out rows are not given again, unless fewer than this many would be left.
const IDS_LEFT: i64 = 1 << 32;

/// Whether a row with these values was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WasLeftOut {
    Yes,
    No,
    /// More rows were left out than are known.
    Perhaps,
}

impl LeftOut {
    pub(super) fn add(&mut self, table: &str, id: i64) {
        add(&mut self.ids, table, id);
    }

    pub(super) fn add_owned(&mut self, pivot: &str, owned: i64) {
        add(&mut self.owned, pivot, owned);
    }

    pub(super) fn add_values(&mut self, table: &str, columns: &[&str], values: &str) {
        if self.n_values < MOST_VALUES {
            let key = (table.to_owned(), columns.join(", "));
            let known = self.values.entry(key).or_default();
            self.n_values += usize::from(known.insert(hash(values)));
        }
    }

    pub(super) fn has_values(&self, table: &str, columns: &[&str], values: &str) -> WasLeftOut {
        let key = (table.to_owned(), columns.join(", "));
        let left_out = self.values.get(&key);
        match left_out.is_some_and(|left_out| left_out.contains(&hash(values))) {
            true => WasLeftOut::Yes,
            false if self.n_values < MOST_VALUES => WasLeftOut::No,
            false => WasLeftOut::Perhaps,
        }
    }

    /// Forgets the rows of a table.
    pub(super) fn clear(&mut self, table: &str) {
        self.ids.remove(table);
        self.owned.remove(table);
        self.values.retain(|(of, _), _| of != table);
        self.n_values = self.values.values().map(HashSet::len).sum();
    }

    /// The highest id of a row of a table that was left out, as far as there are enough ids above it; and whether there
    /// is one without.
    pub(super) fn highest(&self, table: &str) -> (Option<i64>, bool) {
        let end = i64::MAX - IDS_LEFT;
        let ids = self.ids.get(table);
        let is_beyond = ids.and_then(IdSet::last).is_some_and(|last| last >= end);
        (ids.and_then(|ids| ids.last_below(end)), is_beyond)
    }

    pub(super) fn has(&self, table: &str, id: i64) -> bool {
        self.ids.get(table).is_some_and(|ids| ids.contains(id))
    }

    pub(super) fn has_owned(&self, pivot: &str, owned: i64) -> bool {
        self.owned.get(pivot).is_some_and(|ids| ids.contains(owned))
    }
}

fn hash(values: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(values)
}

fn add(map: &mut HashMap<String, IdSet>, table: &str, id: i64) {
    match map.get_mut(table) {
        Some(ids) => ids.insert(id),
        None => map.entry(table.to_owned()).or_default().insert(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_known_up_to_a_number_and_said_to_be_unknown_beyond() {
        let mut left_out = LeftOut::default();
        let has = |left_out: &LeftOut, value: usize| {
            left_out.has_values("t", &["a", "b"], &value.to_string())
        };
        let add = |left_out: &mut LeftOut, value: usize| {
            left_out.add_values("t", &["a", "b"], &value.to_string());
        };
        for value in 0..MOST_VALUES - 1 {
            add(&mut left_out, value);
            add(&mut left_out, value);
        }
        assert_eq!(has(&left_out, 0), WasLeftOut::Yes);
        assert_eq!(has(&left_out, MOST_VALUES), WasLeftOut::No);
        for value in 0..1000 {
            left_out.add_values("u", &["a"], &value.to_string());
        }
        assert_eq!(left_out.n_values, MOST_VALUES);
        assert_eq!(has(&left_out, MOST_VALUES), WasLeftOut::Perhaps);
        assert_eq!(has(&left_out, MOST_VALUES - 2), WasLeftOut::Yes);
        left_out.clear("u");
        assert_eq!(has(&left_out, MOST_VALUES), WasLeftOut::No);
    }

    #[test]
    fn the_highest_id_leaves_ids_above_it() {
        let mut left_out = LeftOut::default();
        assert_eq!(left_out.highest("t"), (None, false));
        for (id, expected) in [
            (-5, (Some(-5), false)),
            (7, (Some(7), false)),
            (i64::MAX, (Some(7), true)),
            (i64::MAX - IDS_LEFT, (Some(7), true)),
            (
                i64::MAX - IDS_LEFT - 1,
                (Some(i64::MAX - IDS_LEFT - 1), true),
            ),
        ] {
            left_out.add("t", id);
            assert_eq!(left_out.highest("t"), expected, "{id}");
        }
    }
}
