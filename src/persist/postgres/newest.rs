//! Which of several servers has the world.
//!
//! After a failover an old primary that was started again accepts writes like the new one, and may come first in the
//! connection string. So all hosts are asked, and the one with the newest state is taken: also by a process that was
//! started anew, and remembers nothing of the world.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tokio_postgres::Row;

use super::hosts::one_by_one;
use super::schema::{WORLD, quoted};
use super::session::{ConnectError, Limits, Session};
use super::tls::Reach;

/// How long other hosts have to answer once one has: a host that is gone must not keep a failover waiting.
const OTHERS: Duration = Duration::from_secs(1);

/// How new the state of a server is, as far as it says. The greatest is the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Age {
    /// Rises with each promotion of a standby. `None` for a server that is a standby itself, or that has no timelines.
    timeline: Option<i64>,
    /// `None` where there is no such world.
    state: Option<(i64, i64)>,
}

impl Age {
    fn of(session: &Session, world: &str) -> Self {
        let sql =
            "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint";
        let timeline = session.row(sql, &[]);
        let sql = format!(
            "SELECT epoch, generation FROM {}.{WORLD} WHERE world = $1",
            quoted(world)
        );
        let rows = session.rows(&sql, &[world]).unwrap_or_default();
        let state = |row: &Row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?));
        Self {
            timeline: timeline.ok().and_then(|row| row.try_get(0).ok()),
            state: rows.first().and_then(state),
        }
    }
}

/// Connects to the host that has the newest state of a world, and to the first of them where it is the same.
pub(super) fn connect(reach: &Reach, limits: Limits, world: &str) -> Result<Session, ConnectError> {
    let hosts = one_by_one(&reach.config);
    if hosts.len() < 2 {
        return Session::connect(reach, limits);
    }
    let (sender, receiver) = mpsc::channel();
    for (place, config) in hosts.into_iter().enumerate() {
        let sender = sender.clone();
        let tls = reach.tls.clone();
        let host = Reach { config, tls };
        let world = world.to_owned();
        let connect = move || {
            // It is asked here: one that stops answering must not keep those waiting that have answered.
            let connected = Session::connect(&host, limits);
            let connected = connected.map(|session| (Age::of(&session, &world), session));
            // The one who asked may have what it wants by now.
            let _ = sender.send((place, connected));
        };
        let thread = thread::Builder::new().name("gamedb-connect".into());
        thread.spawn(connect).map_err(ConnectError::Thread)?;
    }
    drop(sender);
    let (mut newest, mut failed, mut deadline) = (None, None, None::<Instant>);
    loop {
        let next = match deadline {
            None => receiver.recv().ok(),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                receiver.recv_timeout(left).ok()
            }
        };
        match next {
            None => break,
            Some((place, Ok((age, session)))) => {
                deadline.get_or_insert_with(|| Instant::now() + OTHERS);
                let age = (age, std::cmp::Reverse(place));
                if newest.as_ref().is_none_or(|(best, _)| age > *best) {
                    newest = Some((age, session));
                }
            }
            Some((place, Err(error))) => {
                if failed.as_ref().is_none_or(|(last, _)| place > *last) {
                    failed = Some((place, error));
                }
            }
        }
    }
    match (newest, failed) {
        (Some((_, session)), _) => Ok(session),
        (None, Some((_, error))) => Err(error),
        (None, None) => unreachable!("each host has a thread, and each thread an answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promoted_server_is_newer_than_an_old_primary_whatever_that_has_written() {
        let age = |timeline, state| Age { timeline, state };
        let oldest_first = [
            age(None, None),
            age(None, Some((9, 9))),
            age(Some(1), None),
            age(Some(1), Some((2, 30))),
            age(Some(1), Some((3, 20))),
            age(Some(1), Some((3, 21))),
            age(Some(2), Some((2, 10))),
        ];
        assert!(oldest_first.is_sorted_by(|older, newer| older < newer));
    }
}
