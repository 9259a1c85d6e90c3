//! Connections that are slow, break, and come back.

use std::time::{Duration, Instant};

use crate::common::sample::{fill, player, rename};
use crate::common::{Database, TestFile, assert_wrote, contents_of, flush_failure, wait_until};
use crate::proxy::{Commit, Proxy};
use gamedb::{ErrorKind, FileError, FlushFailure, Outcome, PostgresOptions};
use gamedb_models::World;

/// A world behind a proxy.
fn proxied(patience: Duration) -> (TestFile, Proxy, Database<World>) {
    let (file, proxy) = (TestFile::new(), Proxy::new());
    let options = PostgresOptions::new(proxy.address(), &file.world).patience(patience);
    let db = options.open::<World>().unwrap();
    (file, proxy, db)
}

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_commit_without_an_answer_is_resolved_by_the_server() {
    let (file, proxy, mut db) = proxied(PATIENCE);
    let sample = fill(&mut db);
    for round in 0..4 {
        rename(&mut db, sample.ada, &format!("committed {round}"));
        db.insert(player(100 + round)).unwrap();
        proxy.next_commit_is(Commit::Unanswered);
        let report = db.flush().unwrap();
        assert!(report.inserted >= 1);
        assert_eq!((db.n_dirty(), file.contents()), (0, contents_of(&db)));

        let before = file.contents();
        rename(&mut db, sample.ada, &format!("lost {round}"));
        db.insert(player(200 + round)).unwrap();
        proxy.next_commit_is(Commit::Lost);
        let failed = db.flush().unwrap_err();
        assert!(failed.is_transient(), "{failed}");
        let (outcome, cause) = flush_failure::<()>(Err(failed));
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(
            matches!(cause, FlushFailure::Disconnected { .. }),
            "{cause}"
        );
        assert_eq!(file.contents(), before);
        // Nothing is twice there, and nothing is missing.
        assert_wrote(db.flush().unwrap(), (1, 1, 0));
        assert_eq!(file.contents(), contents_of(&db));
    }
    drop(db);
    assert_eq!(file.open().check(), [""; 0]);
}

#[test]
fn a_background_flush_is_resolved_in_its_thread() {
    let (file, proxy, mut db) = proxied(PATIENCE);
    for (n, fate) in [Commit::Unanswered, Commit::Lost, Commit::Answered]
        .into_iter()
        .enumerate()
    {
        db.insert(player(n as i64)).unwrap();
        proxy.next_commit_is(fate);
        let ticket = db.flush_in_background().unwrap();
        let written = db.wait(ticket);
        assert_eq!(
            written.is_ok(),
            fate != Commit::Lost,
            "{fate:?}: {written:?}"
        );
        assert_eq!(db.n_dirty(), usize::from(fate == Commit::Lost), "{fate:?}");
    }
    assert_eq!(file.contents(), contents_of(&db));
}

/// While nothing is known of a commit, somebody else takes the world.
#[test]
fn a_commit_without_an_answer_stays_unknown_where_somebody_else_has_the_world() {
    let (file, proxy, mut db) = proxied(PATIENCE);
    fill(&mut db);
    proxy.open(false);
    proxy.next_commit_is(Commit::Unanswered);
    let other = std::thread::scope(|scope| {
        let flush = scope.spawn(|| flush_failure(db.flush()));
        wait_until(|| file.number("SELECT count(*) FROM players") > 0);
        let other = file.open();
        proxy.open(true);
        let (outcome, cause) = flush.join().unwrap();
        assert_eq!(outcome, Outcome::Unknown);
        assert!(matches!(cause, FlushFailure::Fenced { .. }), "{cause}");
        other
    });
    // It was committed, as whoever has it now sees.
    assert_eq!(contents_of(&other), contents_of(&db));
}

#[test]
fn a_server_that_stays_away_leaves_the_outcome_unknown_until_it_is_back() {
    let (file, proxy, mut db) = proxied(Duration::from_millis(100));
    fill(&mut db);
    proxy.open(false);
    proxy.next_commit_is(Commit::Unanswered);
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::Unknown, "{cause}");
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::Unknown, "{cause}");
    proxy.open(true);
    // It was committed, so that there is nothing left to write.
    assert_wrote(db.flush().unwrap(), (0, 0, 0));
    assert_eq!(file.contents(), contents_of(&db));
    db.insert(player(77)).unwrap();
    assert_wrote(db.flush().unwrap(), (1, 0, 0));
    file.reopen(db);
}

#[test]
fn a_session_that_was_ended_is_made_again() {
    let (file, proxy, mut db) = proxied(PATIENCE);
    let sample = fill(&mut db);
    let _ = db.flush().unwrap();
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks
        WHERE relation = 'players'::regclass AND NOT granted";
    for round in 0..3 {
        // The flush waits for a lock, so that its session can be found, and is ended there.
        let outsider = file.writer();
        outsider.execute("BEGIN; LOCK TABLE players").unwrap();
        rename(&mut db, sample.ada, &format!("round {round}"));
        let ticket = db.flush_in_background().unwrap();
        wait_until(|| file.number(kill) > 0);
        let (outcome, cause) = flush_failure(db.wait(ticket));
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(
            matches!(cause, FlushFailure::Disconnected { .. }),
            "{cause}"
        );
        outsider.execute("ROLLBACK").unwrap();
        assert_wrote(db.flush().unwrap(), (0, 1, 0));
    }
    // Without a server the loop goes on, and its rows wait.
    proxy.open(false);
    let outsider = file.writer();
    outsider.execute("BEGIN; LOCK TABLE players").unwrap();
    rename(&mut db, sample.ada, "waiting");
    let ticket = db.flush_in_background().unwrap();
    wait_until(|| file.number(kill) > 0);
    let _ = db.wait(ticket).unwrap_err();
    outsider.execute("ROLLBACK").unwrap();
    for _ in 0..3 {
        let failed = db.flush().unwrap_err();
        assert!(failed.is_transient(), "{failed}");
    }
    proxy.open(true);
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    assert_eq!(file.contents(), contents_of(&db));
}

/// All statements of a flush go out together, and then the COMMIT.
#[test]
fn a_flush_takes_two_round_trips_however_many_statements_it_has() {
    const ONE_WAY: Duration = Duration::from_millis(60);
    let (_file, proxy, mut db) = proxied(PATIENCE);
    let sample = fill(&mut db);
    let _ = db.flush().unwrap();
    let change = |db: &mut Database<World>, n: i64| {
        db.get_mut(sample.ada).unwrap().set_year_of_birth(n);
        rename(db, sample.bob, &format!("bob {n}"));
        db.get_mut(sample.avatar)
            .unwrap()
            .set_what_we_call_you(format!("avatar {n}"));
        db.get_mut(sample.luck)
            .unwrap()
            .set_internal_name(format!("luck {n}"));
        db.get_mut(sample.bag).unwrap().set_owner_id(n);
        db.insert(player(n)).unwrap();
    };
    // The first time its statements are prepared.
    change(&mut db, 3000);
    let _ = db.flush().unwrap();
    change(&mut db, 3001);
    proxy.delay(ONE_WAY);
    let start = Instant::now();
    assert_wrote(db.flush().unwrap(), (1, 5, 0));
    let took = start.elapsed();
    assert!(
        took >= 4 * ONE_WAY,
        "{took:?}: the proxy holds nothing back"
    );
    assert!(took < 8 * ONE_WAY, "{took:?}: more than two round trips");
}

/// What follows a BEGIN that the server refuses is in no transaction, and is not written either.
#[test]
fn a_flush_without_its_begin_writes_nothing() {
    let (file, proxy, mut db) = proxied(PATIENCE);
    let sample = fill(&mut db);
    let _ = db.flush().unwrap();
    let before = file.contents();
    let generation = "SELECT generation FROM gamedb_world";
    let generation_before = file.number(generation);
    rename(&mut db, sample.ada, "changed");
    db.remove(sample.pet).unwrap();
    db.insert(player(7)).unwrap();
    proxy.spoil("BEGIN", 0);
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(
        matches!(&cause, FlushFailure::Backend(said) if said.sqlstate() == Some("42601")),
        "{cause}"
    );
    assert_eq!(file.contents(), before);
    assert_eq!(file.number(generation), generation_before);

    // The same where it is asked for the row that is to blame.
    let taken = "INSERT INTO players SELECT 500, '', '', '', 0, 0, '7@example.com'";
    file.execute(taken);
    proxy.spoil("BEGIN", 1);
    let (outcome, _) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    file.execute("DELETE FROM players WHERE id = 500");
    assert_eq!(file.contents(), before);
    assert_wrote(db.flush().unwrap(), (1, 1, 1));
    assert_eq!(file.contents(), contents_of(&db));
}

/// A question about the row that is to blame may fail. The next flush starts with a transaction of its own all the same.
#[test]
fn a_question_that_fails_leaves_no_transaction_behind() {
    let (file, proxy, mut db) = proxied(PATIENCE);
    fill(&mut db);
    let _ = db.flush().unwrap();
    file.execute("INSERT INTO players SELECT 500, '', '', '', 0, 0, '7@example.com'");
    db.insert(player(7)).unwrap();
    proxy.spoil("SELECT DISTINCT", 0);
    let (outcome, _) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    let (_, cause) = flush_failure(db.flush());
    assert!(
        matches!(cause, FlushFailure::Refused { n_rows: 1, .. }),
        "{cause}"
    );
    file.execute("DELETE FROM players WHERE id = 500");
    assert_wrote(db.flush().unwrap(), (1, 0, 0));
    assert_eq!(file.contents(), contents_of(&db));
}

#[test]
fn a_world_whose_server_is_away_is_not_opened() {
    let (file, proxy, db) = proxied(PATIENCE);
    drop(db);
    proxy.open(false);
    let failed = PostgresOptions::new(proxy.address(), &file.world)
        .open::<World>()
        .unwrap_err();
    assert!(
        matches!(failed.kind(), ErrorKind::File(FileError::Open { .. })),
        "{failed}"
    );
}
