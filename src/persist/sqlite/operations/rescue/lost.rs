//! Tables that a damaged file does not list any more, as far as something in it still tells of them.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::error::DamagedBlock;
use crate::persist::sqlite::mail::{INBOX, OUTBOX};
use crate::persist::sqlite::quick_check::{computed_tables, whole_file};
use crate::persist::sqlite::statements::NEXT_IDS;

/// Tables that are not listed, and what in the file names them.
pub(super) struct LostTables(BTreeMap<String, BTreeSet<String>>);

impl LostTables {
    /// Those that have a next id, an index or a trigger. `listed` has the names in lower case.
    pub(super) fn named_in(file: &Connection, listed: &BTreeSet<String>) -> Self {
        let mut lost = Self(BTreeMap::new());
        // What cannot be read names nothing; that is told elsewhere.
        let next_ids = "SELECT table_name, 'a next id' FROM gamedb_ids";
        let entries = "SELECT tbl_name, type || ' ' || name FROM sqlite_schema
            WHERE type IN ('index', 'trigger')";
        for (table, what) in pairs(file, next_ids)
            .into_iter()
            .chain(pairs(file, entries))
        {
            let table = table.to_ascii_lowercase();
            // Each of the two tables of parcels tells of the other one.
            let is_reported = table == OUTBOX && listed.contains(INBOX);
            if !is_reported && table != NEXT_IDS && !listed.contains(&table) {
                lost.0.entry(table).or_default().insert(what);
            }
        }
        lost
    }

    /// There is a content hash of rows of a table that is not there.
    pub(super) fn has_hashes(&mut self, block: &DamagedBlock) {
        let named = self.0.entry(block.table.clone()).or_default();
        named.insert(format!("content hashes of {block}"));
    }

    /// One for each table, for people.
    pub(super) fn notes(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(table, named)| {
            let named = Vec::from_iter(named).join(", ");
            format!("{table}: the table is lost: the file does not list it, and has {named}")
        })
    }
}

fn pairs(file: &Connection, sql: &str) -> Vec<(String, String)> {
    let Ok(mut statement) = file.prepare(sql) else {
        return Vec::new();
    };
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.map_or_else(|_| Vec::new(), |rows| rows.filter_map(Result::ok).collect())
}

/// Says that pages belong to nothing that the file lists: that is all that is left of a table which nothing names. Says, too,
/// that it cannot tell.
pub(super) fn unlisted_pages(file: &Connection) -> Option<String> {
    let cannot_tell = |why: String| {
        format!("whether a table is lost that nothing in the file names cannot be told: {why}")
    };
    let found = || -> rusqlite::Result<Option<String>> {
        let computed = computed_tables(file)?;
        if !computed.is_empty() {
            // SQLite would compute its values, which may take any time and memory.
            let tables = computed.join(", ");
            return Ok(Some(cannot_tell(format!(
                "values of {tables} are computed"
            ))));
        }
        let messages = whole_file(file)?;
        let lines = messages.iter().flat_map(|message| message.lines());
        let n_pages = lines.filter(|line| line.contains("never used")).count();
        Ok((n_pages > 0).then(|| {
            format!(
                "pages of the file belong to nothing that it lists ({n_pages} or more): a table that nothing names, or a \
                 part of one, may be lost"
            )
        }))
    };
    found().unwrap_or_else(|error| Some(cannot_tell(error.to_string())))
}
