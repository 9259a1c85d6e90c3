//! The rows that were left out, so that what follows from one names it.

use std::collections::{HashMap, HashSet};

use super::id_set::IdSet;

/// The rows that were left out.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Their ids, by table.
    ids: HashMap<String, IdSet>,
    /// The owned rows that left out rows of a pivot name.
    owned: HashMap<String, IdSet>,
    /// The values of their columns that a key by value names, by table and columns.
    values: HashMap<(String, String), HashSet<String>>,
}

impl LeftOut {
    pub(super) fn add(&mut self, table: &str, id: i64) {
        add(&mut self.ids, table, id);
    }

    pub(super) fn add_owned(&mut self, pivot: &str, owned: i64) {
        add(&mut self.owned, pivot, owned);
    }

    pub(super) fn add_values(&mut self, table: &str, columns: &[&str], values: String) {
        let key = (table.to_owned(), columns.join(", "));
        self.values.entry(key).or_default().insert(values);
    }

    pub(super) fn has_values(&self, table: &str, columns: &[&str], values: &str) -> bool {
        let key = (table.to_owned(), columns.join(", "));
        let left_out = self.values.get(&key);
        left_out.is_some_and(|left_out| left_out.contains(values))
    }

    /// Forgets the rows of a table.
    pub(super) fn clear(&mut self, table: &str) {
        self.ids.remove(table);
        self.owned.remove(table);
        self.values.retain(|(of, _), _| of != table);
    }

    /// The highest id of a row of a table that was left out.
    pub(super) fn highest(&self, table: &str) -> Option<i64> {
        self.ids.get(table)?.last()
    }

    pub(super) fn has(&self, table: &str, id: i64) -> bool {
        self.ids.get(table).is_some_and(|ids| ids.contains(id))
    }

    pub(super) fn has_owned(&self, pivot: &str, owned: i64) -> bool {
        self.owned.get(pivot).is_some_and(|ids| ids.contains(owned))
    }
}

fn add(map: &mut HashMap<String, IdSet>, table: &str, id: i64) {
    match map.get_mut(table) {
        Some(ids) => ids.insert(id),
        None => map.entry(table.to_owned()).or_default().insert(id),
    }
}
