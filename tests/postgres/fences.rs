//! Who has a world, and what becomes of those who had it before.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::common::sample::{ada, attribute, fill, flushed_file, player, rename};
use crate::common::{
    Database, TestFile, assert_wrote, contents_of, flush_failure, new_file, server, wait_until,
};
use gamedb::{Error, FileError, FlushFailure, Outcome, PostgresOptions};
use gamedb_models::{Player, World};

#[track_caller]
fn assert_fenced<R: std::fmt::Debug>(result: Result<R, Error>) {
    let error = format!("{result:?}");
    let (outcome, cause) = flush_failure(result);
    assert!(matches!(&cause, FlushFailure::Fenced { .. }), "{error}");
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(!cause.is_transient());
}

#[test]
fn whoever_opens_a_world_fences_off_its_owner() {
    let (file, mut first, sample) = flushed_file();
    let mut second = file.open();
    rename(&mut first, sample.ada, "of the first");
    let before = file.contents();
    for _ in 0..2 {
        assert_fenced(first.flush());
        assert_fenced(first.flush_durable());
        assert_fenced(first.save(sample.ada));
        let ticket = first.flush_in_background().unwrap();
        assert_fenced(first.wait(ticket));
    }
    assert_eq!(file.contents(), before);
    // Nothing to write is no reason to believe that the world is stored.
    rename(&mut first, sample.ada, "player 1");
    assert_eq!(first.n_dirty(), 1);
    let ada = ada(&second);
    rename(&mut second, ada, "of the second");
    assert_wrote(second.flush().unwrap(), (0, 1, 0));
    assert_fenced(first.flush());
    drop(first);
    file.reopen(second);
}

#[test]
fn an_empty_flush_of_a_fenced_world_fails_too() {
    let (file, mut first) = new_file();
    assert_wrote(first.flush().unwrap(), (0, 0, 0));
    let second = file.open();
    // A flush with nothing to write does not look again at once.
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_fenced(first.flush());
    drop(second);
    // Its owner is gone, and the world is still not the first one's.
    assert_fenced(first.flush());
}

/// The next owner goes on with the same ids, so what the one before inserts collides with it. The fence counts for more.
#[test]
fn a_fenced_flush_is_fenced_whatever_else_is_wrong_with_it() {
    for collision in ["id", "email", "parent"] {
        let (file, mut first, sample) = flushed_file();
        let mut second = file.open();
        match collision {
            "id" => {
                second.insert(player(10)).unwrap();
                first.insert(player(11)).unwrap();
            }
            "email" => {
                second.insert(player(10)).unwrap();
                let other = first.insert(player(11)).unwrap();
                first.remove(other).unwrap();
                first.insert(player(10)).unwrap();
            }
            _ => {
                let bob = Player::find_by_email(&second, "2@example.com").unwrap();
                let bob = bob.key();
                second.remove(bob).unwrap();
                let mut bob = first.get_mut(sample.bob).unwrap();
                bob.add_attribute(attribute("late")).unwrap();
            }
        }
        let _ = second.flush().unwrap();
        for _ in 0..2 {
            assert_fenced(first.flush());
        }
        let ticket = first.flush_in_background().unwrap();
        assert_fenced(first.wait(ticket));
        file.reopen(second);
    }
}

/// The flush waits for the row that the other one has locked, and then sees its epoch.
#[test]
fn a_flush_that_waits_behind_an_opening_is_fenced() {
    let file = TestFile::new();
    // At this level it would fail because of the other transaction, before it could see whose world it is.
    let level = "-c%20default_transaction_isolation%3Drepeatable%5C%20read";
    let address = format!("{}?options={level}", server());
    let mut first: Database<World> = PostgresOptions::new(address, &file.world).open().unwrap();
    let sample = fill(&mut first);
    let _ = first.flush().unwrap();
    let outsider = file.writer();
    outsider
        .execute("BEGIN; UPDATE gamedb_world SET epoch = epoch + 1, owner = 'another'")
        .unwrap();
    rename(&mut first, sample.ada, "late");
    let ticket = first.flush_in_background().unwrap();
    wait_until(|| {
        assert!(first.poll(ticket).is_none());
        file.number(
            "SELECT count(*) FROM pg_locks JOIN pg_class c ON c.oid = relation
             WHERE c.oid = 'gamedb_world'::regclass AND pid IN (SELECT pid FROM pg_locks WHERE NOT granted)",
        ) > 0
    });
    outsider.execute("COMMIT").unwrap();
    let (_, cause) = flush_failure(first.wait(ticket));
    assert!(
        matches!(&cause, FlushFailure::Fenced { owner, .. } if owner == "another"),
        "{cause}"
    );
    assert_ne!(file.contents(), contents_of(&first));
}

/// A server that has less than it has acknowledged is a standby that had not got it, or an old primary.
#[test]
fn a_world_that_is_older_than_acknowledged_is_refused() {
    let (file, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "newer");
    let _ = db.flush().unwrap();
    let set = |generation: i64| {
        file.execute(&format!(
            "UPDATE gamedb_world SET generation = {generation}"
        ))
    };
    let generation = file.number("SELECT generation FROM gamedb_world");
    drop(db);
    set(generation - 1);
    match file.refused() {
        FileError::OlderWorld {
            found,
            acknowledged,
            ..
        } => {
            assert_eq!(
                [found, acknowledged].map(|n| n as i64),
                [generation - 1, generation]
            );
        }
        other => panic!("{other}"),
    }
    set(generation);
    drop(file.open());
}

/// Two primaries may have had as many flushes, but not the same ones. What was opened again has the higher epoch. The
/// older one is not written to, because it may wait for a standby that it does not have.
#[test]
fn an_old_primary_is_known_by_its_epoch_and_not_written_to() {
    let file = TestFile::new();
    let address = format!("{}?application_name=fences", server());
    let mut db: Database<World> = PostgresOptions::new(address, &file.world).open().unwrap();
    let sample = fill(&mut db);
    let _ = db.flush().unwrap();
    let row = || {
        let writer = file.writer();
        let sql = "SELECT epoch, generation, owner FROM gamedb_world";
        writer.read(sql, |value| value.to_string()).unwrap()
    };
    let disconnect = || {
        file.number(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE application_name = 'fences'",
        )
    };
    let newer = row();
    for owner in ["owner", "'the owner before'"] {
        file.execute(&format!(
            "CREATE TABLE newer AS SELECT * FROM gamedb_world;
             UPDATE gamedb_world SET epoch = epoch - 1, owner = {owner}"
        ));
        let older = row();
        // After a refusal it has no session.
        assert_eq!(disconnect(), i64::from(owner == "owner"));
        for _ in 0..2 {
            rename(&mut db, sample.ada, "not there");
            let (outcome, cause) = wait_for_answer(&mut db);
            assert_eq!(outcome, Outcome::NotCommitted);
            assert!(matches!(cause, FlushFailure::OlderWorld { .. }), "{cause}");
        }
        assert!(matches!(file.refused(), FileError::OlderWorld { .. }));
        assert_eq!(row(), older, "the old primary was written to");
        file.execute(
            "DELETE FROM gamedb_world; INSERT INTO gamedb_world SELECT * FROM newer; DROP TABLE newer",
        );
    }
    assert_eq!(row(), newer);
    rename(&mut db, sample.ada, "there");
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    file.reopen(db);
}

/// The failure of a flush, once it has connected again.
fn wait_for_answer(db: &mut Database<World>) -> (Outcome, FlushFailure) {
    loop {
        match flush_failure(db.flush()) {
            (_, FlushFailure::Disconnected { .. }) => {}
            failure => return failure,
        }
    }
}

const CHILD: &str = "GAMEDB_TEST_CHILD";

/// The other process of the test below, and nothing where the test is run alone: it flushes one number after the other,
/// says each that was acknowledged, and ends when it is fenced.
#[test]
fn child_process() {
    let Ok(world) = std::env::var(CHILD) else {
        return;
    };
    let mut db: Database<World> = PostgresOptions::new(server(), world).open().unwrap();
    let ada = db.insert(player(0)).unwrap();
    for n in 0.. {
        db.get_mut(ada).unwrap().set_year_of_birth(n);
        match db.flush() {
            Ok(_) => println!("acknowledged {n}"),
            Err(error) => {
                assert_fenced::<()>(Err(error));
                println!("fenced at {n}");
                std::io::stdout().flush().unwrap();
                return;
            }
        }
    }
}

/// One process after the other takes the world over while the one before is in the middle of its flushes.
#[test]
fn a_process_that_is_taken_over_loses_nothing_and_writes_nothing_more() {
    let file = TestFile::new();
    drop(file.open());
    for round in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "fences::child_process", "--nocapture"])
            .env(CHILD, &file.world)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let ready = format!("acknowledged {}", 5 * round);
        assert!(lines.any(|line| line.ends_with(&ready)));
        let mut db = file.open();
        let player = Player::find_by_email(&db, "0@example.com").unwrap();
        let (found, key) = (player.year_of_birth, player.key());
        let mut acknowledged = 5 * round;
        let mut fenced = None;
        for line in lines {
            if let Some((_, n)) = line.split_once("acknowledged ") {
                acknowledged = n.parse().unwrap();
            } else if let Some((_, n)) = line.split_once("fenced at ") {
                fenced = Some(n.parse::<i64>().unwrap());
            }
        }
        assert!(child.wait().unwrap().success());
        assert_eq!(
            found, acknowledged,
            "what is here is what was acknowledged last"
        );
        assert_eq!(fenced, Some(acknowledged + 1));
        db.remove(key).unwrap();
        let _ = db.flush().unwrap();
        file.reopen(db);
    }
}
