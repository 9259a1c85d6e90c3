//! The parcels of a world in its file: those that have left it and are not known to be delivered, and the names of those
//! that it has accepted. Both tables are made when the first parcel leaves or comes; a file without them has no parcels.

use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};

use crate::error::ParcelId;
use crate::error::{FlushFailure, Problem, ProblemKind};
use crate::persist::error::Failed;
use crate::store::tracking::mail::{Mail, MailStep, MailWrite, Outgoing, writes};
use crate::store::tracking::parcel::Parcel;

use super::error::is_refused;

/// The name of the table of parcels that have left.
pub(super) const OUTBOX: &str = "gamedb_outbox";

/// The name of the table of parcels that were accepted.
pub(super) const INBOX: &str = "gamedb_inbox";

/// Parcels are in the order in which they have left.
const CREATE: &str = "CREATE TABLE gamedb_outbox (
    number   INTEGER PRIMARY KEY,
    parcel   BLOB NOT NULL UNIQUE,
    receiver TEXT NOT NULL,
    contents BLOB NOT NULL
) STRICT;
CREATE TABLE gamedb_inbox (
    parcel BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;";

const EXIST: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'
    AND lower(name) IN ('gamedb_outbox', 'gamedb_inbox')";

/// Whether one of our tables, of which `name` is one, is in the file.
pub(super) const OUTBOX_EXISTS: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'gamedb_outbox'";

pub(super) const INBOX_EXISTS: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'gamedb_inbox'";

/// Whether both tables are there.
pub(super) fn are_there(file: &Connection) -> rusqlite::Result<bool> {
    let n_tables: i64 = file.query_row(EXIST, [], |row| row.get(0))?;
    Ok(n_tables == 2)
}

/// The one of the two tables that is not there although the other one is: both are made at once.
fn lost(there: (bool, bool)) -> Option<(&'static str, &'static str)> {
    match there {
        (false, true) => Some((OUTBOX, "parcels that waited in it are lost")),
        (true, false) => Some((INBOX, "parcels that were accepted may come in twice")),
        (true, true) | (false, false) => None,
    }
}

fn which_are_there(file: &Connection) -> rusqlite::Result<(bool, bool)> {
    let exists = |sql| file.query_row(sql, [], |row| row.get::<_, bool>(0));
    Ok((exists(OUTBOX_EXISTS)?, exists(INBOX_EXISTS)?))
}

/// What is wrong with a file that has one of the two tables, for people.
pub(super) fn half_lost(file: &Connection) -> rusqlite::Result<Option<String>> {
    let lost = lost(which_are_there(file)?);
    Ok(lost.map(|(table, means)| format!("{table}: the table is lost: {means}")))
}

/// Makes the tables, inside of the transaction that first needs them.
pub(super) fn create(transaction: &Connection) -> rusqlite::Result<()> {
    transaction.execute_batch(CREATE)
}

/// Writes what has happened to parcels, inside of the transaction that writes the rows that have left or come.
pub(super) fn write(transaction: &Connection, steps: &[MailStep]) -> Result<(), Failed> {
    for write in writes(steps) {
        let (table, touched) = match write {
            MailWrite::Post(sent) => {
                let sql =
                    "INSERT INTO gamedb_outbox (parcel, receiver, contents) VALUES (?1, ?2, ?3)";
                let id = sent.parcel.id();
                let parameters = (&id.as_bytes()[..], &*sent.to, sent.parcel.as_bytes());
                (
                    OUTBOX,
                    transaction.prepare_cached(sql)?.execute(parameters)?,
                )
            }
            MailWrite::Accept { id, .. } => {
                let sql = "INSERT INTO gamedb_inbox (parcel) VALUES (?1)";
                (
                    INBOX,
                    transaction
                        .prepare_cached(sql)?
                        .execute([&id.as_bytes()[..]])?,
                )
            }
            MailWrite::Drop(id) => {
                let sql = "DELETE FROM gamedb_outbox WHERE parcel = ?1";
                (
                    OUTBOX,
                    transaction
                        .prepare_cached(sql)?
                        .execute([&id.as_bytes()[..]])?,
                )
            }
        };
        if touched != 1 {
            let id = 0;
            return Err(FlushFailure::RowCount { table, id, touched }.into());
        }
    }
    Ok(())
}

/// Reads both tables, if they are there. Returns what in them is no parcel.
pub(super) fn load(file: &Connection, mail: &mut Mail) -> rusqlite::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    if file.query_row(OUTBOX_EXISTS, [], |row| row.get(0))? {
        let sql = "SELECT number, parcel, receiver, contents FROM gamedb_outbox ORDER BY number";
        let mut statement = file.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            let id = parcel_id(row.get_ref(1)?);
            let to = row.get_ref(2)?.as_str();
            let bytes = row.get_ref(3)?.as_blob();
            let parcel = bytes.map(|bytes| Parcel::from_bytes(bytes.to_vec()));
            match (id, to, parcel) {
                (Some(id), Ok(to), Ok(Ok(parcel))) if parcel.id() == id => {
                    let to = to.into();
                    mail.load_outgoing(Outgoing { parcel, to });
                }
                (_, _, parcel) => {
                    let reason = match parcel {
                        Ok(Err(error)) => error.to_string(),
                        _ => "it has another name, or no receiver".to_owned(),
                    };
                    problems.push(unreadable(OUTBOX, number, "contents", reason));
                }
            }
        }
    }
    if file.query_row(INBOX_EXISTS, [], |row| row.get(0))? {
        let mut statement = file.prepare("SELECT parcel FROM gamedb_inbox")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            match parcel_id(row.get_ref(0)?) {
                Some(id) => mail.load_accepted(id),
                None => {
                    let reason = "it has not sixteen bytes".to_owned();
                    problems.push(unreadable(INBOX, 0, "parcel", reason));
                }
            }
        }
    }
    Ok(problems)
}

/// How many parcels stand in the outbox.
pub(super) fn n_outgoing(file: &Connection) -> rusqlite::Result<i64> {
    if !file.query_row(OUTBOX_EXISTS, [], |row| row.get::<_, bool>(0))? {
        return Ok(0);
    }
    file.query_row("SELECT count(*) FROM gamedb_outbox", [], |row| row.get(0))
}

/// The names in the inbox.
#[cfg(feature = "postgres")]
pub(super) fn accepted(file: &Connection) -> rusqlite::Result<Vec<Vec<u8>>> {
    if !file.query_row(INBOX_EXISTS, [], |row| row.get::<_, bool>(0))? {
        return Ok(Vec::new());
    }
    let mut statement = file.prepare("SELECT parcel FROM gamedb_inbox")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Makes both tables of a new file, if there are names for the inbox.
#[cfg(feature = "postgres")]
pub(super) fn store_accepted(file: &Connection, names: &[Vec<u8>]) -> rusqlite::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    create(file)?;
    let mut statement = file.prepare("INSERT INTO gamedb_inbox (parcel) VALUES (?1)")?;
    (names.iter()).try_for_each(|name| statement.execute([name]).map(drop))
}

/// Copies what can be read of both tables of a damaged file into a new one. Returns what was lost, for people.
///
/// # Errors
/// Those of the new file.
pub(super) fn rescue(old: &Connection, new: &Connection) -> rusqlite::Result<Vec<String>> {
    let there = which_are_there(old)?;
    if there == (false, false) {
        return Ok(Vec::new());
    }
    create(new)?;
    let mut notes = Vec::from_iter(half_lost(old)?);
    let tables = [
        (OUTBOX, "number, parcel, receiver, contents", there.0),
        (INBOX, "parcel", there.1),
    ];
    for (table, columns, _) in tables.into_iter().filter(|&(.., is_there)| is_there) {
        let means = match table {
            OUTBOX => "these parcels are lost",
            _ => "parcels that were accepted may come in twice",
        };
        let (unread, n_refused) = copy(old, new, table, columns)?;
        if let Some(error) = unread {
            notes.push(format!(
                "{table}: rows from the first one on that cannot be read are lost ({error}): {means}"
            ));
        }
        if n_refused > 0 {
            let does = format!("{n_refused} of its rows do not fit the new file");
            notes.push(format!("{table}: {does}: {means}"));
        }
    }
    Ok(notes)
}

/// Copies the rows of a table up to the first one that cannot be read. Returns why it cannot, and how many the new file has
/// refused.
fn copy(
    old: &Connection,
    new: &Connection,
    table: &str,
    columns: &str,
) -> rusqlite::Result<(Option<rusqlite::Error>, usize)> {
    let n_columns = columns.split(',').count();
    let marks = vec!["?"; n_columns].join(", ");
    let mut insert = new.prepare(&format!("INSERT INTO {table} ({columns}) VALUES ({marks})"))?;
    let mut n_refused = 0;
    let mut statement = match old.prepare(&format!("SELECT {columns} FROM {table}")) {
        Ok(statement) => statement,
        Err(error) => return Ok((Some(error), n_refused)),
    };
    let mut rows = statement.query([])?;
    loop {
        let values = match rows.next() {
            Ok(None) => return Ok((None, n_refused)),
            Ok(Some(row)) => (0..n_columns).map(|n| row.get::<_, Value>(n)).collect(),
            Err(error) => Err(error),
        };
        let values: Vec<_> = match values {
            Ok(values) => values,
            Err(error) => return Ok((Some(error), n_refused)),
        };
        match insert.execute(rusqlite::params_from_iter(values)) {
            Ok(_) => {}
            Err(error) if is_refused(&error) => n_refused += 1,
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn parcel_id(value: ValueRef<'_>) -> Option<ParcelId> {
    let bytes = value.as_blob().ok()?;
    bytes.try_into().ok().map(ParcelId::from_bytes)
}

fn unreadable(table: &'static str, id: i64, column: &str, reason: String) -> Problem {
    Problem {
        table,
        id,
        column: column.to_owned(),
        kind: ProblemKind::Unreadable {
            expected: "a parcel",
            found: "something else".to_owned(),
            reason,
        },
    }
}
