//! Committing a batch: one transaction, with its rows, the next ids, the parcels, the content hashes and the state.

use std::collections::HashSet;

use rusqlite::{Connection, Transaction};

use crate::error::Outcome;
use crate::persist::batch::{Batch, Bonds};
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;

use super::attempt::{Attempt, attempt};
use super::content_hash::{Changes, Hashes, Pending};
use super::error::{flush_failure, is_rolled_back, refused_rows};
use super::left_out;
use super::mail;
use super::stamp::FileState;
use super::statements;

/// A number that changes whenever another connection commits to the file.
pub(super) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}

/// A number that changes whenever the schema of the file is.
pub(super) fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA schema_version", [], |row| row.get(0))
}

/// Writes a batch and commits: all of it, or, if rows may be left out, all but those that the file refuses and those
/// that are bound to them. Returns what that has done to the content hashes, too.
pub(super) fn commit_batch(
    transaction: Transaction<'_>,
    batch: &mut Batch,
    in_world: Option<&Bonds<'_>>,
    hashes: &Hashes,
    state: &FileState,
) -> Result<(FlushReport, Changes), Failed> {
    let mut left_out = None;
    let (report, mut hashes) = if batch.may_leave_out {
        let own = batch.bonds();
        let bonds = in_world.unwrap_or(&own);
        let (report, hashes, rows) = left_out::write_the_rest(&transaction, batch, bonds, hashes)?;
        left_out = Some(rows);
        (report, hashes)
    } else {
        let Attempt {
            report,
            hashes,
            refused,
            ..
        } = attempt(&transaction, batch, &HashSet::new(), hashes)?;
        if !refused.is_empty() {
            return Err(refused_rows(&refused));
        }
        (report, hashes)
    };
    write_next_ids(&transaction, batch, &mut hashes)?;
    // If anything is left out, all that parcels have moved is: see `left_out`.
    if left_out.as_ref().is_none_or(HashSet::is_empty) {
        mail::write(&transaction, &batch.mail)?;
    }
    let changes = hashes.write(&transaction)?;
    state.write(&transaction)?;
    commit(transaction)?;
    if let Some(rows) = left_out {
        batch.leave_out(rows);
    }
    Ok((report, changes))
}

fn write_next_ids(
    connection: &Connection,
    batch: &Batch,
    hashes: &mut Pending<'_>,
) -> Result<(), Failed> {
    for id in &batch.next_ids {
        if id.is_in_file() {
            // SQLite writes no page for a row that does not change.
            connection
                .prepare_cached(statements::DELETE_ID)?
                .execute([id.info.name])?;
        }
        connection
            .prepare_cached(statements::UPSERT_ID)?
            .execute((id.info.name, id.next))?;
        hashes.next_id(id.info.name, id.next);
    }
    Ok(())
}

/// Ends a transaction, so that all of it is in the file.
pub(super) fn commit(transaction: Transaction<'_>) -> Result<(), Failed> {
    let committed = transaction.execute_batch("COMMIT");
    let Err(error) = committed else { return Ok(()) };
    // The transaction is rolled back, by SQLite already or when it is dropped. But what it has written to the log
    // before may be all of it, and is found there when the file is opened again.
    let outcome = if is_rolled_back(&error) {
        Outcome::NotCommitted
    } else {
        Outcome::Unknown
    };
    Err(Failed {
        outcome,
        cause: flush_failure(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After a full disk, for example, SQLite rolls back by itself, and the outcome is certain.
    #[test]
    fn a_commit_that_sqlite_has_rolled_back_is_not_committed() -> rusqlite::Result<()> {
        let mut connection = Connection::open_in_memory()?;
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY)")?;
        connection.commit_hook(Some(|| true))?;
        let transaction = connection.transaction()?;
        transaction.execute_batch("INSERT INTO t VALUES (1)")?;
        let failed = commit(transaction).err();
        assert_eq!(
            failed.map(|failed| failed.outcome),
            Some(Outcome::NotCommitted)
        );
        assert!(connection.is_autocommit());
        let n_rows: i64 = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?;
        assert_eq!(n_rows, 0);
        Ok(())
    }
}
