//! Servers and networks that are there and do not answer: nothing waits for them for ever, and nothing is written twice or
//! lost when they come back.

use std::io::Read as _;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::common::sample::{Sample, fill, player, rename};
use crate::common::{
    Database, TestFile, assert_wrote, contents_of, flush_failure, server, stopped, wait_until,
};
use crate::proxy::{Commit, Proxy};
use gamedb::{Error, FlushFailure, Outcome, PostgresOptions};
use gamedb_models::World;

/// How long an answer may take here.
const LIMIT: Duration = Duration::from_millis(600);

/// How long a call may take that waits for an answer, tries to connect again, and is run beside other tests.
const SOON: Duration = Duration::from_secs(10);

/// Calls again where an answer has taken too long because the machine is busy: what is asserted is what comes of it.
#[track_caller]
fn patiently<R>(mut call: impl FnMut() -> Result<R, Error>) -> R {
    let start = Instant::now();
    loop {
        match call() {
            Ok(result) => return result,
            Err(error) => {
                let said = format!("{error:#?}");
                assert!(
                    said.contains("Silent") && start.elapsed() < 6 * SOON,
                    "{said}"
                );
            }
        }
    }
}

struct Away {
    file: TestFile,
    proxy: Proxy,
    db: Database<World>,
    sample: Sample,
}

/// A world behind a proxy that is about to become silent.
fn away(patience: Duration) -> Away {
    let (file, proxy) = (TestFile::new(), Proxy::new());
    let options = PostgresOptions::new(proxy.address(), &file.world).patience(patience);
    let options = options.answer_within(LIMIT).connect_within(LIMIT);
    let mut db = patiently(|| options.clone().open::<World>());
    let sample = fill(&mut db);
    let _ = patiently(|| db.flush());
    Away {
        file,
        proxy,
        db,
        sample,
    }
}

/// Fails as a server does that is not there, in time.
#[track_caller]
fn assert_disconnected<R: std::fmt::Debug>(
    expected: Outcome,
    call: impl FnOnce() -> Result<R, Error>,
) {
    let start = Instant::now();
    let failed = call().unwrap_err();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert_eq!(failed.is_transient(), expected == Outcome::NotCommitted);
    let (outcome, cause) = flush_failure::<()>(Err(failed));
    assert_eq!(outcome, expected, "{cause}");
    assert!(
        matches!(cause, FlushFailure::Disconnected { .. }),
        "{cause}"
    );
}

impl Away {
    /// Asserts that the server has what memory has, once it answers again.
    #[track_caller]
    fn come_back(mut self) {
        self.proxy.swallow(false);
        let _ = patiently(|| self.db.flush());
        assert_eq!(self.db.n_dirty(), 0);
        assert_eq!(self.file.contents(), contents_of(&self.db));
        let Self { file, db, .. } = self;
        file.reopen(db);
    }
}

#[test]
fn a_network_that_swallows_everything_does_not_keep_a_flush() {
    let mut away = away(SOON);
    away.proxy.swallow(true);
    for round in 0..3 {
        rename(&mut away.db, away.sample.ada, &format!("round {round}"));
        assert_disconnected(Outcome::NotCommitted, || away.db.flush());
        assert_disconnected(Outcome::NotCommitted, || away.db.save(away.sample.ada));
    }
    away.come_back();
}

#[test]
fn a_commit_whose_answer_is_swallowed_is_resolved() {
    let mut away = away(SOON);
    for (round, fate) in [Commit::Silent, Commit::Swallowed].into_iter().enumerate() {
        let n = i64::try_from(round).unwrap();
        rename(&mut away.db, away.sample.ada, &format!("round {round}"));
        away.db.insert(player(100 + n)).unwrap();
        away.proxy.next_commit_is(fate);
        if fate == Commit::Silent {
            assert_wrote(away.db.flush().unwrap(), (1, 1, 0));
        } else {
            assert_disconnected(Outcome::NotCommitted, || away.db.flush());
        }
    }
    away.come_back();
}

/// How a flush is made of which nothing is known.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Flush,
    Durable,
    Background,
    Save,
}

/// A change of each kind.
fn change(away: &mut Away, round: i64) -> gamedb_models::PlayerKey {
    let new = away.db.insert(player(300 + round)).unwrap();
    let sample = &away.sample;
    rename(&mut away.db, sample.ada, &format!("unknown {round}"));
    new
}

fn write(away: &mut Away, how: How, new: gamedb_models::PlayerKey) -> Result<(), Error> {
    match how {
        How::Flush => away.db.flush().map(drop),
        How::Durable => away.db.flush_durable().map(drop),
        How::Background => {
            let ticket = away.db.flush_in_background()?;
            away.db.wait(ticket).map(drop)
        }
        How::Save => away.db.save(new).map(drop),
    }
}

/// Nothing is known of a flush while the server is away. When it is back, the next flush finds out, whatever has changed
/// since.
fn find_out(first: How) {
    let ways = [How::Flush, How::Durable, How::Background, How::Save];
    let mut away = away(Duration::ZERO);
    let fates = [Commit::Silent, Commit::Swallowed];
    for (round, fate) in (0..).zip(fates.into_iter().chain(fates)) {
        // Each way to find out is taken after each one to write, in one of the threads.
        let next = ways[(first as usize + round) % ways.len()];
        // Whom somebody has removed when it is found out, and who is new by then.
        let n = i64::try_from(round).unwrap();
        let gone = away.db.insert(player(200 + n)).unwrap();
        let new = change(&mut away, 10 * n);
        away.proxy.next_commit_is(fate);
        away.proxy.swallow_after_commit();
        assert_disconnected(Outcome::Unknown, || write(&mut away, first, new));
        if round == 0 {
            assert_disconnected(Outcome::Unknown, || away.db.flush());
        } else {
            away.db.remove(new).unwrap();
            away.db.remove(gone).unwrap();
        }
        let new = change(&mut away, 10 * n + 1);
        assert_eq!(away.db.check(), [""; 0]);
        away.proxy.swallow(false);
        patiently(|| write(&mut away, next, new));
        let _ = patiently(|| away.db.flush());
        assert_eq!(
            away.file.contents(),
            contents_of(&away.db),
            "{fate:?}, {first:?}, {next:?}"
        );
    }
    away.come_back();
}

#[test]
fn what_is_not_known_of_a_flush_is_found_out_by_the_next_one() {
    std::thread::scope(|scope| {
        for first in [How::Flush, How::Durable, How::Background, How::Save] {
            scope.spawn(move || find_out(first));
        }
    });
}

#[test]
fn a_game_loop_goes_on_while_the_server_is_away() {
    let mut away = away(Duration::ZERO);
    away.proxy.next_commit_is(Commit::Silent);
    away.proxy.swallow_after_commit();
    let (mut ticket, mut n_failed, mut slowest) = (None, 0, Duration::ZERO);
    let start = Instant::now();
    let mut n = 0;
    while n_failed < 3 {
        assert!(start.elapsed() < 4 * SOON);
        let tick = Instant::now();
        rename(&mut away.db, away.sample.ada, &format!("tick {n}"));
        if n % 10 == 0 {
            away.db.insert(player(1_000 + n)).unwrap();
            away.db.prepare_flush(3);
        }
        match ticket.take() {
            None => match away.db.flush_in_background() {
                Ok(next) => ticket = Some(next),
                Err(_) => n_failed += 1,
            },
            Some(waiting) => match away.db.poll(waiting) {
                None => ticket = Some(waiting),
                Some(Ok(report)) => panic!("{report:?}"),
                Some(Err(_)) => n_failed += 1,
            },
        }
        slowest = slowest.max(tick.elapsed());
        n += 1;
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(slowest < LIMIT, "a tick took {slowest:?}");
    away.come_back();
}

#[test]
fn closing_ends_while_the_server_is_away() {
    let mut away = away(LIMIT);
    away.proxy.next_commit_is(Commit::Swallowed);
    away.proxy.swallow_after_commit();
    away.db.insert(player(7)).unwrap();
    let _: gamedb::Ticket = away.db.flush_in_background().unwrap();
    let start = Instant::now();
    let failed = away
        .db
        .close()
        .map(drop)
        .map_err(|closing| format!("{closing:?}"));
    assert!(failed.is_err());
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

/// The process of the server that a world's flush runs in.
fn backend(file: &TestFile) -> i64 {
    let sql =
        "SELECT max(pid)::bigint FROM pg_stat_activity WHERE application_name = current_schema";
    file.number(sql)
}

fn named(file: &TestFile) -> PostgresOptions {
    let address = format!("{}?application_name={}", server(), file.world);
    let address = address.replace(' ', "%20").replace('"', "%22");
    PostgresOptions::new(address, &file.world)
        .answer_within(LIMIT)
        .connect_within(10 * LIMIT)
}

#[test]
fn a_process_of_the_server_that_is_stopped_before_a_flush_is_left_behind() {
    let file = TestFile::new();
    let mut db = patiently(|| named(&file).open::<World>());
    fill(&mut db);
    let pid = backend(&file);
    let stopped = stopped(pid);
    assert_disconnected(Outcome::NotCommitted, || db.flush());
    // It has no lock, so another one can do its work.
    let _ = patiently(|| db.flush());
    assert_ne!(backend(&file), pid);
    drop(stopped);
    file.reopen(db);
}

#[test]
fn a_process_of_the_server_that_is_stopped_in_a_flush_delays_the_next_one_only() {
    let file = TestFile::new();
    let mut db = patiently(|| named(&file).open::<World>());
    let sample = fill(&mut db);
    let _ = patiently(|| db.flush());
    // Its statement is prepared, so that the next flush waits in its transaction.
    rename(&mut db, sample.ada, "first");
    let _ = patiently(|| db.flush());
    let pid = backend(&file);
    let outsider = file.writer();
    outsider.execute("BEGIN; LOCK TABLE players").unwrap();
    rename(&mut db, sample.ada, "second");
    let ticket = db.flush_in_background().unwrap();
    wait_until(|| {
        file.number(
            "SELECT count(*) FROM pg_locks WHERE relation = 'players'::regclass AND NOT granted",
        ) > 0
    });
    let stopped = stopped(pid);
    outsider.execute("ROLLBACK").unwrap();
    assert_disconnected(Outcome::NotCommitted, || db.wait(ticket));
    // It has the row that says whose world it is.
    assert_disconnected(Outcome::NotCommitted, || db.flush());
    drop(stopped);
    wait_until(|| db.flush().is_ok());
    file.reopen(db);
}

/// A session that waits for a lock does not keep its own when it is given up.
#[test]
fn a_session_that_is_given_up_ends_on_the_server_too() {
    let file = TestFile::new();
    let mut db = patiently(|| named(&file).open::<World>());
    let sample = fill(&mut db);
    let _ = patiently(|| db.flush());
    let outsider = file.writer();
    outsider.execute("BEGIN; LOCK TABLE players").unwrap();
    rename(&mut db, sample.ada, "waits");
    for _ in 0..3 {
        assert_disconnected(Outcome::NotCommitted, || db.flush());
    }
    wait_until(|| {
        file.number("SELECT count(*) FROM pg_stat_activity WHERE application_name = current_schema")
            == 0
    });
    outsider.execute("ROLLBACK").unwrap();
    assert_wrote(patiently(|| db.flush()), (0, 1, 0));
    file.reopen(db);
}

/// What is limited is the time without an answer.
#[test]
fn a_flush_may_take_longer_than_an_answer() {
    let file = TestFile::new();
    let mut db = patiently(|| named(&file).open::<World>());
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$";
    file.execute(slow);
    for table in ["players", "mobiles", "items", "attributes"] {
        file.execute(&format!(
            "CREATE TRIGGER slow AFTER INSERT ON {table} EXECUTE FUNCTION slow()"
        ));
    }
    fill(&mut db);
    let start = Instant::now();
    let _ = db.flush().unwrap();
    assert!(start.elapsed() > 2 * LIMIT, "{:?}", start.elapsed());
    assert_eq!(file.contents(), contents_of(&db));
}

/// The keys of all rows are checked by one statement, which has one answer.
#[test]
fn the_check_of_many_rows_may_take_longer_than_another_answer() {
    let file = TestFile::new();
    let mut db = patiently(|| named(&file).open::<World>());
    file.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON players DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.id % 2000 = 0) EXECUTE FUNCTION slow()",
    );
    for n in 0..20_000 {
        let _ = db.insert(player(n)).unwrap();
    }
    let start = Instant::now();
    let _ = db.flush().unwrap();
    assert!(start.elapsed() > LIMIT, "{:?}", start.elapsed());
    assert_eq!(file.contents(), contents_of(&db));
}

#[test]
fn without_a_limit_a_flush_waits() {
    let file = TestFile::new();
    let mut db = named(&file).answer_within(None).open::<World>().unwrap();
    fill(&mut db);
    let outsider = file.writer();
    outsider.execute("BEGIN; LOCK TABLE players").unwrap();
    let ticket = db.flush_in_background().unwrap();
    std::thread::sleep(3 * LIMIT);
    assert!(db.poll(ticket).is_none());
    outsider.execute("ROLLBACK").unwrap();
    let _ = db.wait(ticket).unwrap();
}

#[test]
fn a_host_that_says_nothing_does_not_keep_the_next_one_from_being_asked() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in silent.incoming() {
            std::thread::spawn(move || {
                // Until it is given up.
                let _ = client.unwrap().read_to_end(&mut Vec::new());
            });
        }
    });
    let file = TestFile::new();
    let server = server();
    let (start, end) = server.split_once('@').unwrap();
    let both = format!("{start}@127.0.0.1:{port},{end}");
    let options = PostgresOptions::new(both, &file.world).connect_within(LIMIT);
    let mut db = options.open::<World>().unwrap();
    fill(&mut db);
    let _ = db.flush().unwrap();
    // It alone, and so nothing is opened, in time.
    let (_, end) = end.split_once('/').unwrap();
    let alone = format!("{start}@127.0.0.1:{port}/{end}");
    let options = PostgresOptions::new(alone, &file.world).connect_within(LIMIT);
    let start = Instant::now();
    let refused = options.open::<World>().map(drop).unwrap_err();
    assert!(start.elapsed() < SOON);
    let text = refused.to_string();
    assert!(text.contains("has not answered for 600ms"), "{text}");
}
