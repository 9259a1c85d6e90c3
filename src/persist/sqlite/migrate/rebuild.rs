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
    for table in &plan.created {
        transaction.execute_batch(&table.sql)?;
    }
    let rebuilt = plan.rebuilt.iter().map(|rebuilt| &rebuilt.new);
    let tables = rebuilt.chain(&plan.created);
    let indexes = tables.flat_map(|table| table.indexes.values());
    for index in indexes.chain(&plan.indexes) {
        transaction.execute_batch(index)?;
    }
    move_ids(transaction, plan)
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
        transaction.execute(statements::DELETE_ID, [table])?;
    }
    let renamed = plan
        .rebuilt
        .iter()
        .filter(|Rebuilt { new, mapping }| new.name != mapping.old);
    // In two passes, because two tables may change their names with each other's.
    let rename = "UPDATE gamedb_ids SET table_name = ?2 WHERE table_name = ?1";
    for Rebuilt { new, mapping } in renamed.clone() {
        transaction.execute(rename, [&mapping.old, &interim(&new.name)])?;
    }
    // A table of that name may have been dropped by hand, and have left its row: none of its ids comes back.
    let take = "INSERT INTO gamedb_ids (table_name, next_id)
        SELECT ?2, next_id FROM gamedb_ids WHERE table_name = ?1
        ON CONFLICT (table_name) DO UPDATE SET next_id = max(next_id, excluded.next_id)";
    for Rebuilt { new, .. } in renamed {
        let interim = interim(&new.name);
        transaction.execute(take, [&interim, &new.name])?;
        transaction.execute(statements::DELETE_ID, [&interim])?;
    }
    Ok(())
}
