//! The rows that were left out, so that what follows from one names it.

use std::collections::{HashMap, HashSet};

/// The rows that were left out.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Their ids, by table.
    ids: HashMap<String, HashSet<i64>>,
    /// The owned rows that left out rows of a pivot name.
    owned: HashMap<String, HashSet<i64>>,
}

impl LeftOut {
    pub(super) fn add(&mut self, table: &str, id: i64) {
        add(&mut self.ids, table, id);
    }

    pub(super) fn add_owned(&mut self, pivot: &str, owned: i64) {
        add(&mut self.owned, pivot, owned);
    }

    /// Forgets the rows of a table.
    pub(super) fn clear(&mut self, table: &str) {
        self.ids.remove(table);
        self.owned.remove(table);
    }

    /// The highest id of a row of a table that was left out.
    pub(super) fn highest(&self, table: &str) -> Option<i64> {
        self.ids.get(table)?.iter().copied().max()
    }

    pub(super) fn has(&self, table: &str, id: i64) -> bool {
        self.ids.get(table).is_some_and(|ids| ids.contains(&id))
    }

    pub(super) fn has_owned(&self, pivot: &str, owned: i64) -> bool {
        self.owned
            .get(pivot)
            .is_some_and(|ids| ids.contains(&owned))
    }
}

fn add(map: &mut HashMap<String, HashSet<i64>>, table: &str, id: i64) {
    match map.get_mut(table) {
        Some(ids) => {
            ids.insert(id);
        }
        None => {
            map.insert(table.to_owned(), HashSet::from([id]));
        }
    }
}
