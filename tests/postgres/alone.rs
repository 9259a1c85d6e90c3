//! What changes the settings of the whole server. `tests/postgres/run` runs these tests after all others.

mod encryption;

use crate::common::sample::{player, rename};
use crate::common::{
    Database, TestFile, contents_of, flush_failure, new_file, server, stopped, wait_until,
};
use gamedb::internals::Outsider;
use gamedb::{FlushFailure, Outcome, PostgresOptions};
use gamedb_models::World;

const WAITS: &str = "wait_event = 'SyncRep' AND application_name = 'gamedb'";

/// A server that waits for a standby that is not there.
struct Waiting(Outsider);

impl Waiting {
    fn new(file: &TestFile) -> Self {
        let waiting = Self(file.writer());
        waiting.set("gone");
        waiting
    }

    fn set(&self, names: &str) {
        self.configure(&format!("SET synchronous_standby_names = '{names}'"));
        let is_set = format!(
            "SELECT (current_setting('synchronous_standby_names') = '{names}')::int::bigint"
        );
        wait_until(|| self.number(&is_set) == 1);
    }

    fn configure(&self, what: &str) {
        // Each on its own, because this is not done in a transaction.
        for sql in [
            "SET synchronous_commit = local",
            &format!("ALTER SYSTEM {what}"),
            "SELECT pg_reload_conf()",
        ] {
            self.0.execute(sql).unwrap();
        }
    }

    fn number(&self, sql: &str) -> i64 {
        let number = self.0.read(sql, |value| value.to_string()).unwrap()[0][0].clone();
        number.parse().unwrap()
    }

    /// How many sessions wait for the standby.
    fn n_waits(&self) -> i64 {
        self.number(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE {WAITS}"
        ))
    }

    /// Tells the server not to wait, as an operator may, as soon as it does. Returns when it has got on: what is told a
    /// session that is not there yet counts for the same wait, and the next one would never be cancelled.
    fn cancel(&self) {
        let started = |what: &str| {
            let sql = format!("SELECT {what} FROM pg_stat_activity WHERE {WAITS}");
            let rows = self.0.read(&sql, |value| value.to_string()).unwrap();
            rows.first().map(|row| row[0].clone())
        };
        let mut cancelled = None;
        wait_until(|| {
            cancelled = started("query_start::text || pg_cancel_backend(pid)::text");
            cancelled.is_some()
        });
        wait_until(|| started("query_start::text || 'true'") != cancelled);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.set("");
        self.configure("RESET synchronous_commit");
    }
}

/// A session goes on with the setting that it was opened with, because it has said which commits are durable.
#[test]
fn a_setting_that_is_weakened_later_is_not_that_of_a_session() {
    let (file, mut db) = new_file();
    let one = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    let server = Waiting::new(&file);
    server.configure("SET synchronous_commit = off");
    // The server's processes learn of it one by one, and this one did not ask for another setting.
    wait_until(|| {
        let other = file.writer();
        let setting = other.read("SELECT current_setting('synchronous_commit')", |value| {
            value.to_string()
        });
        setting.unwrap()[0][0].contains("off")
    });
    rename(&mut db, one, "on the standby, too");
    let ticket = db.flush_in_background().unwrap();
    wait_until(|| {
        assert!(
            db.poll(ticket).is_none(),
            "it does not wait for the standby"
        );
        server.n_waits() > 0
    });
    server.cancel();
    let report = db.wait(ticket).unwrap();
    assert_eq!(report.updated, 1);
    assert!(db.durable() < db.committed());
}

/// The server says that it has committed, and only a warning tells that its standby has nothing of it.
#[test]
fn a_commit_that_was_told_not_to_wait_for_its_standby_is_not_durable() {
    let file = TestFile::new();
    // Not even where warnings are not sent.
    let address = format!("{}?options=-c%20client_min_messages%3Derror", server());
    let options = PostgresOptions::new(address, &file.world);
    let mut db: Database<World> = options.open().unwrap();
    let one = db.insert(player(1)).unwrap();
    let report = db.flush().unwrap();
    let durable = report.generation;
    assert_eq!(db.durable(), durable);
    let server = Waiting::new(&file);

    rename(&mut db, one, "not on the standby");
    let ticket = db.flush_in_background().unwrap();
    server.cancel();
    let report = db.wait(ticket).unwrap();
    assert_eq!(report.updated, 1);
    assert_eq!(
        (db.committed(), db.durable()),
        (ticket.generation(), durable)
    );

    // With durability asked for it waits once more, and then says so.
    rename(&mut db, one, "nor this");
    let failed = std::thread::scope(|scope| {
        let flush = scope.spawn(|| flush_failure(db.flush_durable()));
        server.cancel();
        server.cancel();
        flush.join().unwrap()
    });
    assert_eq!(failed.0, Outcome::Unknown);
    assert!(
        matches!(failed.1, FlushFailure::NotReplicated),
        "{}",
        failed.1
    );
    drop(server);
    drop(db);
    let mut db = file.open();
    assert_eq!(
        db.get(db.key(gamedb::Id::<gamedb_models::Player>::new(1)).unwrap())
            .unwrap()
            .full_name,
        "nor this"
    );
    db.insert(player(2)).unwrap();
    let report = db.flush().unwrap();
    assert_eq!(db.durable(), report.generation);
}

/// The process that accepts the connections of a server.
#[cfg(target_os = "linux")]
fn postmaster(server: &TestFile) -> i64 {
    let outsider = server.writer();
    let pids = outsider
        .read("SELECT pg_backend_pid()::bigint", |value| value.to_string())
        .unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", pids[0][0])).unwrap();
    let parent = status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))
        .unwrap();
    parent.trim().parse().unwrap()
}

/// A server that accepts connections and does nothing with them: the system does that for a process that is stopped.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_is_stopped_is_waited_for_no_longer_than_it_may_take() {
    use std::time::{Duration, Instant};

    let file = TestFile::new();
    let limit = Duration::from_secs(1);
    let options = || file.options().answer_within(limit).connect_within(limit);
    let mut db = options().open::<World>().unwrap();
    let one = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    let outsider = file.writer();
    let ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'gamedb' AND pid <> pg_backend_pid()";
    let server = stopped(postmaster(&file));

    // The session is a process of its own.
    rename(&mut db, one, "still there");
    let _ = db.flush().unwrap();
    let start = Instant::now();
    let refused = options().open::<World>().map(drop).unwrap_err();
    assert!(start.elapsed() < 10 * limit);
    let text = refused.to_string();
    assert!(text.contains("has not answered for 1s"), "{text}");

    outsider.execute(ended).unwrap();
    rename(&mut db, one, "not there");
    for _ in 0..2 {
        let start = Instant::now();
        let (outcome, cause) = flush_failure(db.flush());
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(
            matches!(cause, FlushFailure::Disconnected { .. }),
            "{cause}"
        );
        assert!(start.elapsed() < 10 * limit);
    }
    drop(server);
    wait_until(|| db.flush().is_ok());
    assert_eq!(file.contents(), contents_of(&db));
}
