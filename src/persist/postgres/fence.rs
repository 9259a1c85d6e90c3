//! The fence: the row that says whose world it is, and which state of it.
//!
//! Who opens a world raises its epoch. Every flush updates the row under its own epoch, so a flush of a process that had
//! the world before touches no row, and is not committed. The same update tells what became of a commit whose answer
//! never came: it waits for the old transaction, if that is still in flight, and a later one is fenced. What
//! counts is that the update is committed, and not what it returns before: only the commit waits for a standby.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use tokio_postgres::Row;

use super::error::Lost;
use super::schema::{Schema, WORLD};
use super::session::Session;

/// The newest generation of each world that this process was told is stored, by the identity of the world. A server
/// that has an older one is a standby that had not got it, or an old primary that was started again.
static ACKNOWLEDGED: Mutex<BTreeMap<String, i64>> = Mutex::new(BTreeMap::new());

/// A world as a writer has it.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    /// What no other writer calls itself.
    pub(super) owner: String,
    /// Which world it is, whatever it is called.
    pub(super) identity: String,
    pub(super) epoch: i64,
    /// The generation that memory corresponds to.
    pub(super) generation: i64,
}

/// What the row says.
#[derive(Debug)]
pub(super) struct State {
    pub(super) identity: String,
    pub(super) epoch: i64,
    pub(super) generation: i64,
    pub(super) owner: String,
    since: String,
}

const COLUMNS: &str = "identity, epoch, generation, owner, since::text";

impl State {
    fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            identity: row.try_get(0)?,
            epoch: row.try_get(1)?,
            generation: row.try_get(2)?,
            owner: row.try_get(3)?,
            since: row.try_get(4)?,
        })
    }

    /// Refuses a state that is older than one that was acknowledged.
    pub(super) fn refuse_older(&self) -> Result<(), Lost> {
        let newest = acknowledged().get(&self.identity).copied();
        match newest {
            Some(acknowledged) if self.generation < acknowledged => Err(Lost::Older {
                found: self.generation,
                acknowledged,
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn fenced(self) -> Lost {
        Lost::Fenced {
            owner: self.owner,
            since: self.since,
        }
    }
}

fn acknowledged() -> std::sync::MutexGuard<'static, BTreeMap<String, i64>> {
    // No code that can panic runs while the lock is held.
    ACKNOWLEDGED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers that a generation is stored.
pub(super) fn acknowledge(identity: &str, generation: i64) {
    let mut acknowledged = acknowledged();
    match acknowledged.get_mut(identity) {
        Some(newest) => *newest = generation.max(*newest),
        None => {
            acknowledged.insert(identity.to_owned(), generation);
        }
    }
}

/// A name for a writer that no other one has.
pub(super) fn owner() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(std::path::Path::file_stem);
    let program = program.map_or("a program".into(), |stem| stem.to_string_lossy());
    format!(
        "{program}, process {}, {:016x}{:016x}",
        std::process::id(),
        random(),
        random()
    )
}

/// Reads the row, without a claim that it stays so.
pub(super) fn read(session: &Session, schema: &Schema) -> Result<State, Lost> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {} WHERE world = $1",
        schema.own(WORLD)
    );
    let rows = session.rows(&sql, &[&schema.world])?;
    let row = rows.first().ok_or(Lost::NoWorld)?;
    Ok(State::read(row)?)
}

/// Takes the world over from the process that has it.
pub(super) fn take_over(session: &Session, schema: &Schema, owner: &str) -> Result<State, Lost> {
    let sql = format!(
        "UPDATE {} SET epoch = epoch + 1, owner = $2, since = now() WHERE world = $1 RETURNING {COLUMNS}",
        schema.own(WORLD)
    );
    raise(session, &sql, schema, owner)?.ok_or(Lost::NoWorld)
}

/// Goes on as the owner, in a new session. Fails if another process is the owner by now.
pub(super) fn resume(session: &Session, schema: &Schema, owner: &str) -> Result<State, Lost> {
    let sql = format!(
        "UPDATE {} SET epoch = epoch + 1 WHERE world = $1 AND owner = $2 RETURNING {COLUMNS}",
        schema.own(WORLD)
    );
    match raise(session, &sql, schema, owner)? {
        Some(state) => Ok(state),
        None => Err(read(session, schema)?.fenced()),
    }
}

/// Raises the epoch, and waits until that is as durable as it can be, whatever the settings of the session are. After
/// that, the session writes in a transaction that says so, and nowhere else.
fn raise(
    session: &Session,
    sql: &str,
    schema: &Schema,
    owner: &str,
) -> Result<Option<State>, Lost> {
    session.forget_warnings();
    let weak = (!session.commits_durably()).then(|| session.synchronous_commit());
    let set = |is_read_only: &str, synchronous_commit: Option<&str>| {
        let synchronous =
            synchronous_commit.map(|value| format!("; SET synchronous_commit = '{value}'"));
        session.batch(&format!(
            "SET default_transaction_read_only = {is_read_only}{}",
            synchronous.unwrap_or_default()
        ))
    };
    set("off", weak.map(|_| "on"))?;
    let rows = session.rows(sql, &[&schema.world, owner])?;
    set("on", weak)?;
    if session.was_warned() {
        return Err(Lost::NotReplicated);
    }
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let state = State::read(row)?;
    state.refuse_older()?;
    Ok(Some(state))
}
