//! Stale keys: keys of removed rows.

use gamedb::codegen::RawKey;

use crate::schema::{TABLES, Table};

/// The last few stale keys of each table.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    keys: [Vec<RawKey>; TABLES.len()],
}

/// Number of stale keys that are kept for each table.
const KEPT: usize = 16;

impl Stale {
    pub(crate) fn remember(&mut self, table: Table, key: RawKey) {
        let keys = &mut self.keys[table.n()];
        if !keys.contains(&key) {
            if keys.len() == KEPT {
                keys.remove(0);
            }
            keys.push(key);
        }
    }

    pub(crate) fn nth(&self, table: Table, n: usize) -> RawKey {
        let keys = &self.keys[table.n()];
        match keys.len() {
            0 => RawKey::default(),
            len => keys[n % len],
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Table, RawKey)> {
        let keys = |table: Table| self.keys[table.n()].iter().map(move |&key| (table, key));
        TABLES.into_iter().flat_map(keys)
    }
}
