//! The fence: the row that says whose world it is, and which state of it.
//!
//! Who opens a world raises its epoch. Every flush updates the row under its own epoch, so a flush of a process that had
//! the world before touches no row, and is not committed. The same update tells what became of a commit whose answer
//! never came: it waits for the old transaction, if that is still in flight, and a later one is fenced. What
//! counts is that the update is committed, and not what it returns before: only the commit waits for a standby.
//!
//! The row is one in each cluster. Which of them has the newest state is known by what this process was told: epochs and
//! generations only rise, and after a failover the epoch is higher wherever the world was opened again.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use tokio_postgres::Row;

use super::error::Lost;
use super::schema::{Schema, WORLD, quoted};
use super::session::Session;

/// The newest state of each world that this process was told is stored, by the identity of the world. A server
/// that has an older one is a standby that had not got it, or an old primary that was started again.
static ACKNOWLEDGED: Mutex<BTreeMap<String, Acknowledged>> = Mutex::new(BTreeMap::new());

/// The highest numbers that were committed.
#[derive(Clone, Copy, Debug, Default)]
struct Acknowledged {
    /// Two primaries may have counted as many flushes, and different ones. The epoch of the old one is lower.
    epoch: i64,
    generation: i64,
}

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
    /// Whether the flushes that move parcels are recorded beside those: the role may lack the right to.
    pub(super) notes_states: bool,
}

/// What the row says.
#[derive(Debug)]
pub(super) struct State {
    pub(super) identity: String,
    pub(super) epoch: i64,
    pub(super) generation: i64,
    pub(super) owner: String,
    pub(super) since: String,
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
            Some(newest) if self.generation < newest.generation || self.epoch < newest.epoch => {
                Err(Lost::Older {
                    found: self.generation,
                    acknowledged: newest.generation,
                })
            }
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

fn acknowledged() -> std::sync::MutexGuard<'static, BTreeMap<String, Acknowledged>> {
    // No code that can panic runs while the lock is held.
    ACKNOWLEDGED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers that a generation is stored.
pub(super) fn acknowledge(identity: &str, generation: i64) {
    let mut acknowledged = acknowledged();
    let newest = acknowledged.entry(identity.to_owned()).or_default();
    newest.generation = generation.max(newest.generation);
}

/// Remembers that an epoch was begun, and that other servers do not know of it.
fn acknowledge_epoch(state: &State) {
    let mut acknowledged = acknowledged();
    let newest = acknowledged.entry(state.identity.clone()).or_default();
    newest.epoch = state.epoch.max(newest.epoch);
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
    read_of(session, &schema.world)
}

/// The same for a world of this name.
pub(super) fn read_of(session: &Session, world: &str) -> Result<State, Lost> {
    let own = quoted(world);
    let sql = format!("SELECT {COLUMNS} FROM {own}.{WORLD} WHERE world = $1");
    let rows = session.rows(&sql, &[world])?;
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

/// Goes on as the owner, in a new session. Fails if another process is the owner by now, or if the server has an older
/// state.
pub(super) fn resume(session: &Session, schema: &Schema, owner: &str) -> Result<State, Lost> {
    // A server that has an older state is not written to: an old primary would wait for a standby that has gone. And who
    // is the owner there says nothing.
    read(session, schema)?.refuse_older()?;
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
    acknowledge_epoch(&state);
    Ok(Some(state))
}
