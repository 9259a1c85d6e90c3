//! What becomes of the next ids of tables that a script renames or drops: the schemas before and after do not tell.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::persist::sqlite::statements;

use super::rebuild::{next_id, raise_id, take_id};

/// The tables before a script, in lower case, and the page at which the tree of each begins.
pub(super) struct TablesBefore(BTreeMap<String, i64>);

impl TablesBefore {
    pub(super) fn of(transaction: &Connection) -> rusqlite::Result<Self> {
        tables(transaction).map(Self)
    }

    /// After the script: a table that it has renamed gives no id again. `altered` are the tables that ALTER TABLE was
    /// asked to change, in lower case. Where a dropped table's tree has begun, that of another table may begin.
    pub(super) fn follow_renames(
        &self,
        transaction: &Connection,
        altered: &BTreeSet<String>,
    ) -> rusqlite::Result<()> {
        if !has_ids(transaction)? {
            return Ok(());
        }
        let now = tables(transaction)?.into_iter();
        let now: BTreeMap<_, _> = now.map(|(name, page)| (page, name)).collect();
        let mut renamed = Vec::new();
        for (old, page) in self.0.iter().filter(|(old, _)| altered.contains(*old)) {
            // That of a module of SQLite's has no tree.
            if let Some(new) = now.get(page).filter(|new| *page > 0 && *new != old) {
                renamed.push((new, next_id(transaction, old)?));
            }
        }
        // All are read by now, because two tables may have changed their names. A table that has the old name again keeps
        // its row: the script may have made it to take the rows of the renamed one.
        for (new, next_id) in renamed {
            raise_id(transaction, new, next_id)?;
        }
        Ok(())
    }

    /// At the end of the migration: a table that is no more leaves no next id, by which it would be taken for a lost one.
    /// That of a table which was not there before stays; it may be lost.
    pub(super) fn forget_dropped(&self, transaction: &Connection) -> rusqlite::Result<()> {
        if !has_ids(transaction)? {
            return Ok(());
        }
        let now = tables(transaction)?;
        for dropped in self.0.keys().filter(|table| !now.contains_key(*table)) {
            take_id(transaction, dropped)?;
        }
        Ok(())
    }
}

fn has_ids(transaction: &Connection) -> rusqlite::Result<bool> {
    transaction.query_row(statements::IDS_EXIST, [], |row| row.get(0))
}

fn tables(transaction: &Connection) -> rusqlite::Result<BTreeMap<String, i64>> {
    let sql = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'";
    let mut statement = transaction.prepare(sql)?;
    let tables = statement.query_map([], |row| {
        let name: String = row.get(0)?;
        Ok((name.to_ascii_lowercase(), row.get(1)?))
    })?;
    tables.collect()
}
