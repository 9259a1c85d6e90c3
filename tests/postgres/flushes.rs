//! What a flush says it has done, and what the server refuses.

use crate::common::sample::{ada, fill, flushed_file, player, rename};
use crate::common::{
    Database, TestFile, assert_wrote, contents_of, flush_failure, new_file, server,
};
use gamedb::{FlushFailure, Outcome, PostgresOptions};
use gamedb_models::World;

#[test]
fn tickets_generations_and_durability_are_those_of_the_server() {
    let (file, mut db) = new_file();
    db.insert(player(1)).unwrap();
    let ticket = db.flush_in_background().unwrap();
    let report = db.wait(ticket).unwrap();
    assert_eq!(
        (report.inserted, report.generation),
        (1, ticket.generation())
    );
    assert_eq!(db.committed(), ticket.generation());
    let before = file.number("SELECT generation FROM gamedb_world");
    // Several in a row: some of them are recalled, and none is lost.
    let tickets: Vec<_> = (2..30)
        .map(|n| {
            db.insert(player(n)).unwrap();
            db.flush_in_background().unwrap()
        })
        .collect();
    for ticket in tickets {
        let _ = db.wait(ticket).unwrap();
    }
    assert_eq!(file.contents(), contents_of(&db));
    assert!(file.number("SELECT generation FROM gamedb_world") > before);
    db.insert(player(99)).unwrap();
    let report = db.flush().unwrap();
    assert_eq!(db.durable(), report.generation, "synchronous_commit is on");
    file.reopen(db);
}

#[test]
fn a_session_that_does_not_wait_for_the_disk_is_durable_where_that_is_asked_for() {
    let file = TestFile::new();
    let address = format!("{}?options=-c%20synchronous_commit%3Doff", server());
    let mut db: Database<World> = PostgresOptions::new(address, &file.world).open().unwrap();
    let opened = db.durable();
    db.insert(player(1)).unwrap();
    let report = db.flush().unwrap();
    assert_eq!((db.committed(), db.durable()), (report.generation, opened));
    let ticket = {
        db.insert(player(2)).unwrap();
        db.flush_in_background().unwrap()
    };
    let _ = db.wait(ticket).unwrap();
    assert_eq!(db.durable(), opened);
    // With nothing to write but that.
    let _ = db.flush_durable().unwrap();
    assert_eq!(db.durable(), db.committed());
    db.insert(player(3)).unwrap();
    let report = db.flush_durable().unwrap();
    assert_eq!((report.inserted, db.durable()), (1, report.generation));
}

/// A constraint that came after the world was opened; memory does not know it.
#[test]
fn a_row_that_the_server_refuses_is_named() {
    let (file, mut db, sample) = flushed_file();
    file.execute("ALTER TABLE players ADD CONSTRAINT no_bots CHECK (full_name <> 'bot')");
    let before = file.contents();
    rename(&mut db, sample.bob, "bot");
    let new = db.insert(player(7)).unwrap();
    for _ in 0..2 {
        let (outcome, cause) = flush_failure(db.flush());
        assert_eq!(outcome, Outcome::NotCommitted);
        let FlushFailure::Refused { rows, n_rows: 1 } = cause else {
            panic!("{cause}")
        };
        assert_eq!(rows[0].key(), Some(sample.bob));
        assert_eq!(rows[0].constraint.as_deref(), Some("no_bots"));
        assert_eq!(rows[0].source.sqlstate(), Some("23514"));
        assert_eq!(file.contents(), before);
        assert_eq!(db.n_dirty(), 2);
    }
    rename(&mut db, sample.bob, "no bot");
    db.get_mut(new).unwrap().set_full_name("bot");
    let (_, cause) = flush_failure(db.flush());
    let FlushFailure::Refused { rows, .. } = cause else {
        panic!("{cause}")
    };
    assert_eq!(rows[0].key(), Some(new));
    file.execute("ALTER TABLE players DROP CONSTRAINT no_bots");
    assert_wrote(db.flush().unwrap(), (1, 1, 0));
    file.reopen(db);
}

#[test]
fn a_row_that_is_gone_or_there_already_is_no_silent_success() {
    let (file, mut db, sample) = flushed_file();
    let id = db.id(sample.bob).unwrap().get();
    file.execute(&format!("DELETE FROM players WHERE id = {id}"));
    rename(&mut db, sample.ada, "changed");
    rename(&mut db, sample.bob, "gone");
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(
        matches!(cause, FlushFailure::RowCount { table: "players", id: found, touched: 1 } if found == id),
        "{cause}"
    );
    assert_eq!(
        file.number("SELECT count(*) FROM players WHERE full_name = 'changed'"),
        0
    );
    db.remove(sample.bob).unwrap();
    let (_, cause) = flush_failure(db.flush());
    assert!(
        matches!(cause, FlushFailure::RowCount { touched: 0, .. }),
        "{cause}"
    );

    let (file, mut db, _) = flushed_file();
    let next = db.insert(player(50)).unwrap();
    let id = db.id(next).unwrap().get();
    file.execute(&format!(
        "INSERT INTO players VALUES ({id}, '', '', '', 0, 0, 'taken')"
    ));
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(
        matches!(&cause, FlushFailure::Backend(said) if said.sqlstate() == Some("23505")),
        "{cause}"
    );
    file.execute(&format!("DELETE FROM players WHERE id = {id}"));
    assert_wrote(db.flush().unwrap(), (1, 0, 0));
}

/// A row that was removed and comes back with its id finds itself on the server: then everything is written.
#[test]
fn a_row_that_comes_back_with_its_id_can_be_saved() {
    let (file, mut db) = new_file();
    let key = db.insert(player(1)).unwrap();
    let other = db.insert(player(2)).unwrap();
    let _ = db.flush().unwrap();
    let mut origin = World::new();
    origin.insert(player(1)).unwrap();
    let snapshot = origin.snapshot().unwrap();
    db.remove(key).unwrap();
    db.apply(&snapshot).unwrap();
    rename(&mut db, other, "other");
    let back = ada(&db);
    let _ = db.save(back).unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}

/// More rows than any list of parameters would hold, in all three kinds of statements.
#[test]
fn many_rows_are_a_few_statements() {
    const N: i64 = 20_000;
    let (file, mut db) = new_file();
    fill(&mut db);
    let keys: Vec<_> = (10..10 + N)
        .map(|n| db.insert(player(n)).unwrap())
        .collect();
    let report = db.flush().unwrap();
    assert!(report.inserted > keys.len());
    for (n, &key) in keys.iter().enumerate() {
        match n % 4 {
            0 => db.remove(key).unwrap(),
            1 => rename(&mut db, key, "renamed"),
            // Each takes the value of another.
            2 => db
                .get_mut(key)
                .unwrap()
                .set_email(format!("aside {n}"))
                .unwrap(),
            _ => {}
        }
    }
    for (n, &key) in keys.iter().enumerate().filter(|(n, _)| n % 4 == 3) {
        let email = format!("{}@example.com", n as i64 + 10 - 1);
        db.get_mut(key).unwrap().set_email(email).unwrap();
    }
    for (n, &key) in keys.iter().enumerate().filter(|(n, _)| n % 4 == 2) {
        let email = format!("{}@example.com", n as i64 + 10 + 1);
        db.get_mut(key).unwrap().set_email(email).unwrap();
    }
    let n = keys.len();
    assert_wrote(db.flush().unwrap(), (0, 3 * n / 4, n / 4));
    file.reopen(db);
}
