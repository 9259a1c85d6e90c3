//! Carrying a plan out, inside of a transaction that is open.

use rusqlite::Connection;

use crate::persist::sqlite::declaration;
use crate::persist::sqlite::statements::{self, quoted};

use super::layout::Table;
use super::plan::{Plan, Rebuilt};

/// Makes the tables of the plan. Rows are copied while all old tables are still there under their names, so that
/// an expression may look at any of them; then the new tables take the places of the old ones. Foreign keys are off,
/// and renaming a table leaves the texts of the others alone.
pub(super) fn carry_out(transaction: &Connection, plan: &Plan) -> rusqlite::Result<()> {
    let sequences = sequences(transaction, plan)?;
    for rebuilt in &plan.rebuilt {
        copy(transaction, rebuilt)?;
    }
    let replaced = plan.rebuilt.iter().map(|rebuilt| &rebuilt.mapping.old);
    for old in replaced.chain(&plan.dropped) {
        transaction.execute_batch(&format!("DROP TABLE {}", quoted(old)))?;
    }
    for Rebuilt { new, .. } in &plan.rebuilt {
        let (from, to) = (quoted(&interim(&new.name)), quoted(&new.name));
        transaction.execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}"))?;
    }
    for index in &plan.dropped_indexes {
        transaction.execute_batch(&format!("DROP INDEX {}", quoted(index)))?;
    }
    for table in &plan.created {
        transaction.execute_batch(&table.sql)?;
    }
    let rebuilt = plan.rebuilt.iter().map(|rebuilt| &rebuilt.new);
    let tables = rebuilt.chain(&plan.created);
    let indexes = tables.flat_map(|table| table.indexes.values());
    for index in indexes.chain(&plan.indexes) {
        transaction.execute_batch(index)?;
    }
    move_ids(transaction, plan)?;
    restore_sequences(transaction, plan, &sequences)
}

/// The name of a new table until it takes the place of the old one.
fn interim(name: &str) -> String {
    format!("gamedb_new_{name}")
}

/// Makes the new table under its interim name.
pub(super) fn create_interim(connection: &Connection, new: &Table) -> rusqlite::Result<()> {
    let body = declaration::body(&new.sql);
    let interim = quoted(&interim(&new.name));
    connection.execute_batch(&format!("CREATE TABLE {interim} {body}"))
}

fn copy(transaction: &Connection, Rebuilt { new, mapping }: &Rebuilt) -> rusqlite::Result<()> {
    let interim = interim(&new.name);
    create_interim(transaction, new)?;
    let columns = mapping.values.iter().map(|(name, _)| quoted(name));
    let columns = columns.collect::<Vec<_>>().join(", ");
    // ABORT, whatever the table declares with ON CONFLICT: a row that is replaced or passed over would be lost.
    let sql = format!(
        "INSERT OR ABORT INTO {} ({columns}) {}",
        quoted(&interim),
        mapping.select_from(&mapping.old)
    );
    transaction.execute(&sql, [])?;
    Ok(())
}

/// The next ids of renamed tables, and of tables that are no more.
fn move_ids(transaction: &Connection, plan: &Plan) -> rusqlite::Result<()> {
    let has_ids: bool = transaction.query_row(statements::IDS_EXIST, [], |row| row.get(0))?;
    if !has_ids {
        return Ok(());
    }
    for table in &plan.dropped {
        take_id(transaction, table)?;
    }
    let renamed = plan
        .rebuilt
        .iter()
        .filter(|Rebuilt { new, mapping }| new.name != mapping.old);
    // In two passes, because two tables may change their names with each other's.
    for Rebuilt { new, mapping } in renamed.clone() {
        let next_id = take_id(transaction, &mapping.old)?;
        raise_id(transaction, &interim(&new.name), next_id)?;
    }
    for Rebuilt { new, .. } in renamed {
        // A table of that name may have been dropped by hand, and have left its row: none of its ids comes back.
        let left = take_id(transaction, &new.name)?;
        let next_id = take_id(transaction, &interim(&new.name))?;
        raise_id(transaction, &new.name, left.max(next_id))?;
    }
    Ok(())
}

/// The next id of a table, whatever the case of the letters under which it is stored.
pub(super) fn next_id(transaction: &Connection, table: &str) -> rusqlite::Result<Option<i64>> {
    let highest = "SELECT max(next_id) FROM gamedb_ids WHERE table_name = ?1 COLLATE NOCASE";
    transaction.query_row(highest, [table], |row| row.get(0))
}

/// Removes the next id of a table, whatever the case of the letters under which it is stored, and returns it.
pub(super) fn take_id(transaction: &Connection, table: &str) -> rusqlite::Result<Option<i64>> {
    let next_id = next_id(transaction, table)?;
    let delete = "DELETE FROM gamedb_ids WHERE table_name = ?1 COLLATE NOCASE";
    transaction.execute(delete, [table])?;
    Ok(next_id)
}

/// Keeps all ids of a table below this one from being given.
pub(super) fn raise_id(
    transaction: &Connection,
    table: &str,
    next_id: Option<i64>,
) -> rusqlite::Result<()> {
    if let Some(next_id) = next_id {
        let known = take_id(transaction, table)?;
        transaction.execute(
            statements::UPSERT_ID,
            (table, next_id.max(known.unwrap_or(next_id))),
        )?;
    }
    Ok(())
}

/// The highest ids that SQLite has given in tables with AUTOINCREMENT, which are rebuilt: those tables go, and SQLite
/// forgets them.
fn sequences(transaction: &Connection, plan: &Plan) -> rusqlite::Result<Vec<(String, i64)>> {
    let exist = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'";
    if !transaction.query_row(exist, [], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    // Anybody may write into that table.
    let mut highest = transaction.prepare(
        "SELECT max(seq) FROM sqlite_sequence WHERE name = ?1 COLLATE NOCASE AND typeof(seq) = 'integer'",
    )?;
    let mut sequences = Vec::new();
    for Rebuilt { new, mapping } in &plan.rebuilt {
        let given: Option<i64> = highest.query_row([&mapping.old], |row| row.get(0))?;
        sequences.extend(given.map(|given| (new.name.clone(), given)));
    }
    Ok(sequences)
}

/// Keeps the ids that SQLite has assigned from being assigned to other rows, by SQLite and by a world.
fn restore_sequences(
    transaction: &Connection,
    plan: &Plan,
    sequences: &[(String, i64)],
) -> rusqlite::Result<()> {
    for (table, given) in sequences {
        let restore = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
        transaction.execute(restore, (table, given))?;
        let mut rebuilt = plan.rebuilt.iter();
        let id = rebuilt
            .find(|rebuilt| rebuilt.new.name == *table)
            .and_then(|rebuilt| rebuilt.new.id.as_deref());
        let Some(id) = id else { continue };
        let highest = format!(
            "SELECT ifnull(max({}), 0) FROM {}",
            quoted(id),
            quoted(table)
        );
        let highest: i64 = transaction.query_row(&highest, [], |row| row.get(0))?;
        if *given > highest {
            transaction.execute_batch(statements::CREATE_IDS)?;
            raise_id(transaction, table, Some(given.saturating_add(1)))?;
        }
    }
    Ok(())
}
