//! Keys that have had a row once.

use gamedb::codegen::RawKey;

use crate::schema::{TABLES, Table};

/// The last few keys of each table whose rows are gone.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    keys: [Vec<RawKey>; TABLES.len()],
}

/// How many of a table are remembered.
const KEPT: usize = 16;

impl Stale {
    pub(crate) fn bury(&mut self, table: Table, key: RawKey) {
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
