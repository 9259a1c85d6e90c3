//! What a shared outbox knows of the worlds that use it: whose a name is, up to which flush its world has moved parcels, and
//! whether it was put back from a backup since.

use std::sync::atomic::Ordering;

use rusqlite::{Connection, OptionalExtension as _};

use crate::store::tracking::home::Home;

/// Up to which flush of its file each world has moved parcels, and by which opening of it; and the worlds that were refused
/// because they had an older state. Files of before lack these tables.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS states (
    name       TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    opening    BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
    name      TEXT PRIMARY KEY,
    found     INTEGER NOT NULL,
    exchanged INTEGER NOT NULL
) STRICT, WITHOUT ROWID;";

/// Why a world is refused: it was put back from a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// How many flushes it had had when that was noticed first.
    pub(super) found: i64,
    /// The flush up to which it has moved parcels.
    pub(super) exchanged: i64,
}

/// Makes a name that of a world. Returns whether it is, and not another's.
pub(super) fn claim(
    transaction: &Connection,
    name: &str,
    identity: &[u8; 16],
) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO worlds (name, identity) VALUES (?1, ?2)
        ON CONFLICT (name) DO UPDATE SET identity = excluded.identity WHERE identity = x''";
    transaction
        .prepare_cached(sql)?
        .execute((name, &identity[..]))?;
    let sql = "SELECT identity FROM worlds WHERE name = ?1";
    let known: Vec<u8> = transaction
        .prepare_cached(sql)?
        .query_row([name], |row| row.get(0))?;
    Ok(known == *identity)
}

/// Why the world of this name moves no parcels, if it had a state when it was opened that is older than the one up to which it
/// has moved them; also if that was so once and was not accepted. It is recorded by the transaction. The very opening that
/// has moved them last is not concerned: all that it has written came after.
pub(super) fn refusal(
    transaction: &Connection,
    name: &str,
    home: &Home,
) -> rusqlite::Result<Option<Refusal>> {
    let sql = "SELECT generation, opening FROM states WHERE name = ?1";
    let state = (transaction.prepare_cached(sql)?)
        .query_row([name], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    if let Some((_, opening)) = &state
        && opening == home.opening.as_bytes()
    {
        return Ok(None);
    }
    let sql = "SELECT found, exchanged FROM refused WHERE name = ?1";
    let known = (transaction.prepare_cached(sql)?)
        .query_row([name], |row| {
            let (found, exchanged) = (row.get(0)?, row.get(1)?);
            Ok(Refusal { found, exchanged })
        })
        .optional()?;
    let is_older = |&(generation, _): &(i64, _)| home.opened_at < generation;
    let (None, Some((exchanged, _))) = (known, state.filter(is_older)) else {
        return Ok(known);
    };
    let found = home.opened_at;
    let sql = "INSERT INTO refused (name, found, exchanged) VALUES (?1, ?2, ?3)";
    (transaction.prepare_cached(sql)?).execute((name, found, exchanged))?;
    Ok(Some(Refusal { found, exchanged }))
}

/// Records up to which flush the world has moved parcels: one that a power cut does not take back.
pub(super) fn note_state(
    transaction: &Connection,
    name: &str,
    home: &Home,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO states (name, generation, opening) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET generation = excluded.generation, opening = excluded.opening";
    let durable = home.durable.load(Ordering::SeqCst);
    let opening = &home.opening.as_bytes()[..];
    transaction
        .prepare_cached(sql)?
        .execute((name, durable, opening))?;
    Ok(())
}

/// Lets another world have this name, or the same one in an older state.
pub(super) fn forget(transaction: &Connection, name: &str) -> rusqlite::Result<()> {
    // The name stays: the old world may have accepted what was sent to it.
    let sql = "UPDATE worlds SET identity = x'' WHERE name = ?1";
    transaction.execute(sql, [name])?;
    for table in ["states", "refused"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE name = ?1"), [name])?;
    }
    Ok(())
}
