//! Which of several servers has the world.
//!
//! After a failover an old primary that was started again accepts writes like the new one, and may come first in the
//! connection string. So all hosts are asked, and the one with the newest state is taken: also by a process that was
//! started anew, and remembers nothing of the world.

use std::cmp::Reverse;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tokio_postgres::Row;

use super::error::Error;
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
    fn of(session: &Session, world: &str) -> Result<Self, Error> {
        let sql =
            "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint";
        let timeline = answered(session.row(sql, &[]), NO_TIMELINE)?;
        let sql = format!(
            "SELECT epoch, generation FROM {}.{WORLD} WHERE world = $1",
            quoted(world)
        );
        let rows = answered(session.rows(&sql, &[world]), NO_WORLD)?.unwrap_or_default();
        let state = |row: &Row| Ok::<_, Error>((row.try_get(0)?, row.try_get(1)?));
        Ok(Self {
            timeline: timeline.map(|row| row.try_get(0)).transpose()?,
            state: rows.first().map(state).transpose()?,
        })
    }
}

/// What a server says that has no timelines, does not show them, or is a standby.
const NO_TIMELINE: &[&str] = &["55000", "42883", "0A000", "42501"];

/// What a server says that has no such schema, or no such table in it.
pub(super) const NO_WORLD: &[&str] = &["3F000", "42P01"];

/// What a server says that is there and lets no client in for the moment: it has too many clients, or is starting.
const BUSY: &[&str] = &["53300", "57P03"];

fn is_busy(error: &ConnectError) -> bool {
    match error {
        ConnectError::Server(error) => error.sqlstate().is_some_and(|code| BUSY.contains(&code)),
        ConnectError::Thread(_) => false,
    }
}

/// An answer; `None` where the server says one of these things. Whatever else it says is no answer.
fn answered<R>(answer: Result<R, Error>, nothing: &[&str]) -> Result<Option<R>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if (error.sqlstate()).is_some_and(|code| nothing.contains(&code)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a host has answered.
enum Answer<S> {
    /// How new its state is, with the session.
    Age(Age, S),
    /// It lets us in, and does not tell.
    Silent(ConnectError),
    /// There is no session.
    Away(ConnectError),
}

/// The best answer of several hosts so far.
struct Newest<S> {
    best: Option<((Age, Reverse<usize>), S)>,
    /// The error of the last host in their order.
    failed: Option<(usize, ConnectError)>,
    silent: Option<ConnectError>,
}

impl<S> Newest<S> {
    const fn new() -> Self {
        Self {
            best: None,
            failed: None,
            silent: None,
        }
    }

    fn see(&mut self, place: usize, answer: Answer<S>) {
        match answer {
            Answer::Age(age, session) => {
                let age = (age, Reverse(place));
                if self.best.as_ref().is_none_or(|(best, _)| age > *best) {
                    self.best = Some((age, session));
                }
            }
            Answer::Silent(error) => {
                tracing::warn!(
                    place,
                    ?error,
                    "a host does not say what it has of the world"
                );
                self.silent.get_or_insert(error);
            }
            Answer::Away(error) => {
                if self.failed.as_ref().is_none_or(|(last, _)| place > *last) {
                    self.failed = Some((place, error));
                }
            }
        }
    }

    /// The newest state. Where no host has the world, but one of them does not tell, there may be one all the same, and
    /// it must not be made anew beside that.
    fn take(self) -> Result<S, ConnectError> {
        match (self.best, self.silent, self.failed) {
            (Some(((Age { state: None, .. }, _), _)) | None, Some(error), _) => Err(error),
            (Some((_, session)), _, _) => Ok(session),
            (None, None, Some((_, error))) => Err(error),
            (None, None, None) => unreachable!("each host has a thread, and each thread an answer"),
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
            let answer = match Session::connect(&host, limits) {
                Err(error) if is_busy(&error) => Answer::Silent(error),
                Err(error) => Answer::Away(error),
                Ok(session) => match Age::of(&session, &world) {
                    Ok(age) => Answer::Age(age, session),
                    Err(error) if session.is_lost() => Answer::Away(ConnectError::Server(error)),
                    Err(error) => Answer::Silent(ConnectError::Server(error)),
                },
            };
            // The one who asked may have what it wants by now.
            let _ = sender.send((place, answer));
        };
        let thread = thread::Builder::new().name("gamedb-connect".into());
        thread.spawn(connect).map_err(ConnectError::Thread)?;
    }
    drop(sender);
    let (mut newest, mut deadline) = (Newest::new(), None::<Instant>);
    loop {
        let next = match deadline {
            None => receiver.recv().ok(),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                receiver.recv_timeout(left).ok()
            }
        };
        let Some((place, answer)) = next else {
            return newest.take();
        };
        // While no host has the world, all of them are waited for: it must not be made anew beside one that is late.
        if let Answer::Age(Age { state: Some(_), .. }, _) = answer {
            deadline.get_or_insert_with(|| Instant::now() + OTHERS);
        }
        newest.see(place, answer);
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

    fn error(what: &str) -> ConnectError {
        ConnectError::Thread(std::io::Error::other(what.to_owned()))
    }

    /// The host that is taken, or the error.
    fn taken(answers: Vec<Answer<&'static str>>) -> Result<&'static str, String> {
        let mut newest = Newest::new();
        for (place, answer) in answers.into_iter().enumerate() {
            newest.see(place, answer);
        }
        newest.take().map_err(|error| match error {
            ConnectError::Thread(error) => error.to_string(),
            ConnectError::Server(error) => panic!("{error:?}"),
        })
    }

    #[test]
    fn a_host_that_does_not_tell_is_no_host_without_the_world() {
        let age = |state| Age {
            timeline: Some(1),
            state,
        };
        let (has, has_not) = (age(Some((1, 1))), age(None));
        let silent = || Answer::Silent(error("permission denied"));
        let away = || Answer::Away(error("refused"));
        for (answers, expected) in [
            (vec![silent(), Answer::Age(has, "b")], Ok("b")),
            (vec![away(), Answer::Age(has_not, "b")], Ok("b")),
            // The world would be made a second time.
            (
                vec![silent(), Answer::Age(has_not, "b")],
                Err("permission denied"),
            ),
            (vec![silent(), away()], Err("permission denied")),
            (vec![away(), away()], Err("refused")),
            (vec![Answer::Age(has, "a"), Answer::Age(has, "b")], Ok("a")),
        ] {
            assert_eq!(taken(answers), expected.map_err(str::to_owned));
        }
    }

    #[test]
    fn only_what_says_so_means_that_there_is_no_world() {
        let silence = || Err::<i64, _>(Error::NoAnswer(Duration::from_secs(1)));
        assert!(answered(silence(), NO_WORLD).is_err());
        assert!(answered(silence(), NO_TIMELINE).is_err());
        assert!(matches!(answered(Ok(3), NO_WORLD), Ok(Some(3))));
    }
}
