//! The settings of a session.

use std::time::Duration;

use super::super::error::Error;
use super::super::schema::literal;
use super::super::tls::Reach;
use super::{Limits, Session};

/// How long to wait for another connection through the same pooler: it may have none.
const ANOTHER: Duration = Duration::from_secs(1);

/// A setting of our own, which is among those that a connection begins with: it tells whether they have reached the server.
pub(in super::super) const MARK: &str = "gamedb.session";

impl Session {
    /// Sets what a connection begins with, if a pooler has kept it to itself: pgbouncer does, or refuses the connection. Returns
    /// whether there is such a pooler.
    pub(super) fn set_missing(&self, options: &str) -> Result<bool, Error> {
        let settings = parse(options);
        if !settings.iter().any(|(name, _)| name == MARK) {
            return Ok(false);
        }
        let found = self.row(
            "SELECT current_setting($1, true) IS NOT DISTINCT FROM 'on'",
            &[MARK],
        )?;
        if found.try_get(0)? {
            return Ok(false);
        }
        tracing::debug!(
            "the connection's options have not reached the server; they are set one by one"
        );
        let set = settings.iter().map(|(name, value)| {
            format!("set_config({}, {}, false)", literal(name), literal(value))
        });
        let set: Vec<_> = set.collect();
        // An expression, so that a later one of the same name comes later.
        self.row(&format!("SELECT {}", set.join(", ")), &[])?;
        Ok(true)
    }

    /// Sets what is set, for this session: it would otherwise follow a change of the server's configuration, and say that
    /// its commits are as durable as before. And no timeout ends a session because nothing happens in its world, or
    /// because a flush takes long; not every version has these settings, so they are not part of the connection string.
    pub(super) fn keep_setting(&self) -> Result<String, Error> {
        let name = "synchronous_commit";
        let sql = "SELECT set_config($1, current_setting($1), false), (SELECT count(set_config(name, '0', false))
            FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout'))";
        Ok(self.row(sql, &[name])?.try_get(0)?)
    }

    /// Whether a pooler gives the server's connection of this session to others between two transactions: then another one
    /// through the same pooler, which is opened meanwhile, has the same process of the server. Where that other one gets no
    /// connection, or another's, it is not noticed.
    pub(in super::super) fn is_lent_out(&self, reach: &Reach) -> Result<bool, Error> {
        if !self.is_pooled {
            return Ok(false);
        }
        let limits = Limits {
            answer: Some(ANOTHER),
            connect: ANOTHER,
        };
        let Ok(other) = Session::connect(reach, limits) else {
            return Ok(false);
        };
        let own = self.process()?;
        Ok(other.process().is_ok_and(|process| process == own))
    }

    /// The process of the server.
    fn process(&self) -> Result<i32, Error> {
        Ok(self.row("SELECT pg_backend_pid()", &[])?.try_get(0)?)
    }

    /// Makes the server look once a second whether its client is still there. Otherwise a session that was given up while
    /// it waits for a lock would keep its own locks until it gets that one, and the next flush would wait for it.
    pub(super) fn notice_closed_clients(&self) {
        // Servers before 14 do not have the setting, and some systems cannot have it: what ends the session is said
        // by the next request.
        if let Err(error) = self.batch("SET client_connection_check_interval = '1s'") {
            tracing::debug!(
                ?error,
                "the server does not look whether its clients are there"
            );
        }
    }
}

/// The settings of a command line, as a server reads it: `-c name=value`, `-cname=value` or `--name=value`, between spaces
/// of which a backslash makes parts of a value. What is something else is left to the server, which refuses it.
fn parse(options: &str) -> Vec<(String, String)> {
    let (mut words, mut word, mut is_escaped) = (Vec::new(), String::new(), false);
    for character in options.chars() {
        match character {
            '\\' if !is_escaped => {
                is_escaped = true;
                continue;
            }
            _ if character.is_ascii_whitespace() && !is_escaped => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(character),
        }
        is_escaped = false;
    }
    words.extend((!word.is_empty()).then_some(word));
    let mut words = words.into_iter();
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let setting = match (word.as_str(), word.strip_prefix("--")) {
            ("-c", _) => words.next().unwrap_or_default(),
            (_, Some(long)) => long.to_owned(),
            _ => word.strip_prefix("-c").unwrap_or_default().to_owned(),
        };
        if let Some((name, value)) = setting.split_once('=') {
            // A server takes one for the other on its command line.
            settings.push((name.replace('-', "_"), value.to_owned()));
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_a_server_reads_them() {
        for (options, expected) in [
            ("", vec![]),
            ("-c a=1", vec![("a", "1")]),
            (
                "  -c  a=b\\ c\t-cd=\\\\e --f-g=h=i ",
                vec![("a", "b c"), ("d", "\\e"), ("f_g", "h=i")],
            ),
            (
                "-c a=1 -c a=2 -c b=",
                vec![("a", "1"), ("a", "2"), ("b", "")],
            ),
            ("-c", vec![]),
            ("-c a -d 3 -x", vec![]),
        ] {
            let found = parse(options);
            let found: Vec<_> = found
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect();
            assert_eq!(found, expected, "{options:?}");
        }
    }
}
