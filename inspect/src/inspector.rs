//! The inspector as a program uses it.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use gamedb::{Database, Error, ErrorKind, IsWorld, TableInfo, Value};

use crate::inspected::Inspected;
use crate::owners::Told;
use crate::question::{Answer, Edit, NewValue, Refusal};
use crate::server::Server;
use crate::state::{State, send};

/// The most changed rows between two calls of `answer_mut` that the change feed holds.
const FEED_CAPACITY: usize = 100_000;

/// A web server on this machine that shows a world: see the [crate's documentation](crate).
///
/// Dropping it ends the server.
#[derive(Debug)]
pub struct Inspector {
    state: Mutex<State>,
    server: Server,
}

/// Settings of an [`Inspector`].
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub(crate) may_edit: bool,
    pub(crate) n_owners: usize,
}

/// The server cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address can be reached from other machines. Bind to 127.0.0.1, with a port of your choice, and reach it from
    /// elsewhere through an SSH tunnel with the same port at both ends: `ssh -L PORT:127.0.0.1:PORT HOST`.
    #[error(
        "{address} can be reached from other machines: the inspector binds to a loopback address only"
    )]
    NotLoopback {
        /// The refused address.
        address: SocketAddr,
    },
    /// The address is none, or a name that cannot be resolved.
    #[error("the address of the inspector cannot be resolved: {source}")]
    Resolve {
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The address cannot be bound to: another program may listen there.
    #[error("the inspector cannot listen at {}: {source}", listed(addresses))]
    Listen {
        /// The address; several where a name has several.
        addresses: Vec<SocketAddr>,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// The operating system has no random numbers for the token.
    #[error("the inspector has no random token: {source}")]
    NoToken {
        /// What the operating system says.
        #[source]
        source: getrandom::Error,
    },
}

fn listed(addresses: &[SocketAddr]) -> String {
    let addresses: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
    addresses.join(" or ")
}

impl Settings {
    /// The settings of [`Inspector::bind`]: read-only.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the page write values, in each [`Inspector::answer_mut`]. They are checked as every value that
    /// the game writes: UNIQUE, CHECK, foreign keys, ownership; what does not fit is refused. Rules that
    /// are not in the schema are not checked.
    #[must_use]
    pub fn allow_edits(self) -> Self {
        Self {
            may_edit: true,
            ..self
        }
    }

    /// Keeps the last `most` changes of owners, from the first [`Inspector::answer_mut`] on, and shows them on the
    /// pages of the rows: who got them, who has them, and whose were removed. Some 80 bytes each; none are kept
    /// unless this is called.
    ///
    /// The world has one more [subscriber](gamedb::World::subscribe) then, whether a page is open or not.
    #[must_use]
    pub fn keep_owners(self, most: usize) -> Self {
        Self {
            n_owners: most,
            ..self
        }
    }

    /// Starts the server: see [`Inspector::bind`].
    ///
    /// # Errors
    /// As [`Inspector::bind`].
    pub fn bind(self, address: impl ToSocketAddrs) -> Result<Inspector, BindError> {
        let (sender, questions) = mpsc::channel();
        Ok(Inspector {
            server: Server::start(address, sender)?,
            state: Mutex::new(State::new(questions, &self)),
        })
    }
}

impl Inspector {
    /// Starts the server on an address of this machine; port 0 is any free port. The page is at
    /// [`url`](Self::url), once [`answer`](Self::answer) is called again and again.
    ///
    /// # Errors
    /// [`BindError::NotLoopback`] for an address that other machines can reach, and what the operating
    /// system says.
    pub fn bind(address: impl ToSocketAddrs) -> Result<Self, BindError> {
        Settings::new().bind(address)
    }

    /// The address of the page, with the token. Whoever has it sees the whole world. `Debug` of the inspector does not
    /// show it.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The address of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Answers the page's questions, until `budget` is used up. What is not finished goes on in the next
    /// call. Called between two ticks; half a millisecond is enough for all pages, more makes long
    /// searches faster.
    ///
    /// Without a question it takes less than a microsecond. One step of work, 256 rows or 64 KiB of values that are
    /// looked at, is done whatever the budget is, so that a budget that is too small makes the page slow, and not silent.
    ///
    /// The change feed and [edits](Settings::allow_edits) need [`answer_mut`](Self::answer_mut).
    pub fn answer(&self, world: &impl Inspected, budget: Duration) {
        self.state().answer(world, budget);
    }

    /// As [`answer`](Self::answer), and besides hands the change feed to the pages that show it, and writes
    /// the values that the page sends, if that is [allowed](Settings::allow_edits).
    ///
    /// While a page shows the change feed, the world has one more
    /// [subscriber](gamedb::World::subscribe). Its changes are listed in O(n log n) for n rows that have
    /// changed since the last call; that is not part of the budget.
    pub fn answer_mut<W: IsWorld>(&self, db: &mut Database<W>, budget: Duration) {
        let start = Instant::now();
        let mut state = self.state();
        while let Some((edit, reply)) = state.edits.pop_front() {
            // The page was told that an edit nobody waits for has failed, so it must not happen any more.
            if !reply.is_closed() {
                send(reply, write(db, &edit));
            }
            if start.elapsed() >= budget {
                break;
            }
        }
        follow(&mut state, db, start);
        state.answer(db, budget.saturating_sub(start.elapsed()));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // After a panic in the middle of an answer, that one question gets none.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes one value, as a delta that the world checks.
fn write<W: IsWorld>(db: &mut Database<W>, edit: &Edit) -> Result<Answer, Refusal> {
    let table = db
        .untyped_tables()
        .nth(edit.table)
        .ok_or(Refusal::NoTable)?;
    let row = table.row(edit.at).ok_or(Refusal::NoRow)?;
    let value = match &edit.value {
        NewValue::Null => Value::Null,
        NewValue::Integer(integer) => Value::Integer(*integer),
        NewValue::Real(real) => Value::Real(*real),
        NewValue::Text(text) => Value::Text(text),
    };
    let delta = row.with_value(edit.column, value);
    match db.apply(&delta) {
        Ok(()) => Ok(Answer::Edited { edited: true }),
        Err(error) => Err(Refusal::NotWritten(error.to_string())),
    }
}

/// Reads the change feed for the pages that show it.
fn follow<W: IsWorld>(state: &mut State, db: &mut Database<W>, now: Instant) {
    state.feed.follow();
    let seconds = state.history.seconds(now);
    if !state.feed.is_wanted(now) && !state.owners.is_kept() {
        state.subscription = None;
        return;
    }
    let Some(subscription) = &mut state.subscription else {
        // It is refused inside of a transaction; then the next call tries again.
        state.subscription = db.subscribe_with(FEED_CAPACITY).ok();
        state.owners.missed_before(seconds);
        return;
    };
    let infos: Vec<&'static TableInfo> = db.untyped_tables().map(|table| table.info()).collect();
    match db.changes(subscription) {
        Ok(changes) => {
            // They come by table in declaration order.
            let mut table = 0;
            let listed = changes.untyped().filter_map(|(change, row)| {
                table += infos[table..]
                    .iter()
                    .position(|info| info.name == change.table.name)?;
                let told = Told {
                    table,
                    info: change.table,
                    id: change.id,
                    effect: change.effect,
                    row,
                };
                Some((told, change))
            });
            let listed: Vec<_> = listed.collect();
            let of_feed = listed
                .iter()
                .map(|(told, change)| (told.table, change.clone()));
            state.feed.push(of_feed, seconds);
            if state.owners.is_kept() {
                for (told, _) in &listed {
                    state.owners.told(told, seconds);
                }
            }
        }
        Err(error) => {
            state.feed.missed();
            state.owners.missed_before(seconds);
            if !is_missed(&error) {
                state.subscription = None;
            }
        }
    }
}

/// Whether the subscription goes on: only changes of the past are missing.
fn is_missed(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::ChangesMissed { .. })
}
