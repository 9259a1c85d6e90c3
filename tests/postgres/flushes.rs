//! What a flush says it has done, and what the server refuses.

use crate::common::sample::{ada, fill, flushed_file, player, rename};
use crate::common::{
    Database, TestFile, assert_wrote, contents_of, flush_failure, new_file, server,
};
use gamedb::{FlushFailure, Outcome, PostgresOptions};
use gamedb_models::{Attribute, Player, PlayerKey, World};

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
    let FlushFailure::Refused { rows, n_rows: 1 } = cause else {
        panic!("{cause}")
    };
    assert_eq!(rows[0].key(), Some(next));
    assert_eq!(rows[0].source.sqlstate(), Some("23505"));
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

/// Bytes of a text that cannot be compressed to less than an index holds.
fn long(n: u64) -> String {
    let mut state = n | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005) + 1;
        char::from(b'!' + (state >> 40) as u8 % 90)
    };
    std::iter::repeat_with(&mut next).take(9_000).collect()
}

/// An index of the server holds less of a text than a row does.
#[test]
fn a_text_that_is_too_long_for_an_index_is_refused_with_its_row() {
    let (file, mut db, sample) = flushed_file();
    let before = file.contents();
    // In a UNIQUE column, in an indexed one, and in one that has no index, where it is none too long.
    let email = db
        .insert(Player {
            email: long(1),
            ..player(50)
        })
        .unwrap();
    db.get_mut(sample.bob)
        .unwrap()
        .set_what_we_call_you(long(2));
    db.get_mut(sample.ada).unwrap().set_full_name(long(3));
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    let said = cause.to_string();
    let FlushFailure::Refused { rows, n_rows: 2 } = cause else {
        panic!("{cause}")
    };
    for (row, key, column, rule) in [
        (&rows[0], email, "email", "UNIQUE (email) DEFERRABLE"),
        (
            &rows[1],
            sample.bob,
            "what_we_call_you",
            "INDEX (what_we_call_you)",
        ),
    ] {
        assert_eq!(row.key(), Some(key));
        assert_eq!(row.source.sqlstate(), Some("54000"));
        let message = row.source.to_string();
        assert!(
            message.starts_with(&format!("the value of {column} has 9000 bytes")),
            "{message}"
        );
        assert!(said.contains(&message), "{said}");
        assert_eq!(row.constraint.as_deref(), Some(rule));
    }
    assert_eq!(file.contents(), before);

    let report = db.flush_without_refused().unwrap();
    assert_eq!((report.left_out.len(), report.rows()), (2, 1));
    // What repeats itself is compressed, and a plain index may be dropped.
    db.get_mut(email)
        .unwrap()
        .set_email("x".repeat(9_000))
        .unwrap();
    let index: String = file.query(
        "SELECT quote_ident(indexname)::text FROM pg_indexes WHERE schemaname = current_schema
            AND tablename = 'players' AND indexdef LIKE '%(what_we_call_you)'",
    );
    file.execute(&format!("DROP INDEX {index}"));
    assert_wrote(db.flush().unwrap(), (1, 1, 0));
    file.reopen(db);
}

/// One flush that violates everything that there is: each row is named, with what it violates.
#[test]
fn every_row_that_the_server_refuses_is_listed() {
    let (file, mut db, sample) = flushed_file();
    file.execute("ALTER TABLE players ADD CONSTRAINT no_bots CHECK (full_name <> 'bot')");
    file.execute("INSERT INTO players VALUES (900, '', '', '', 0, 0, 'taken@example.com')");
    let before = file.contents();
    let bots: Vec<_> = (100..125)
        .map(|n| {
            let full_name = if n % 5 == 0 { "bot" } else { "no bot" }.into();
            db.insert(Player {
                full_name,
                ..player(n)
            })
            .unwrap()
        })
        .collect();
    db.get_mut(bots[7]).unwrap().set_full_name("a\0b");
    rename(&mut db, sample.bob, "bot");
    let (_, cause) = flush_failure(db.flush());
    let FlushFailure::Refused { rows, n_rows: 7 } = cause else {
        panic!("{cause}")
    };
    let bad = [0, 5, 7, 10, 15, 20].map(|n| bots[n]);
    let found: Vec<_> = rows.iter().filter_map(gamedb::RefusedRow::key).collect();
    assert_eq!(
        found.iter().collect::<std::collections::HashSet<_>>(),
        bad.iter().chain([&sample.bob]).collect()
    );
    for key in bad {
        rename(&mut db, key, "fine");
    }
    rename(&mut db, sample.bob, "fine");

    // What is checked at the end comes after that.
    db.get_mut(bots[1])
        .unwrap()
        .set_email("taken@example.com")
        .unwrap();
    let (_, cause) = flush_failure(db.flush());
    let FlushFailure::Refused { rows, n_rows: 1 } = cause else {
        panic!("{cause}")
    };
    assert_eq!(rows[0].key(), Some(bots[1]));
    assert!(rows[0].source.is_unique_violation());
    assert_eq!(
        rows[0].constraint.as_deref(),
        Some("UNIQUE (email) DEFERRABLE")
    );
    assert_eq!(file.contents(), before);
    let report = db.flush_without_refused().unwrap();
    assert_eq!(report.left_out.len(), 1);
    db.get_mut(bots[1])
        .unwrap()
        .set_email("free@example.com")
        .unwrap();
    file.execute(
        "DELETE FROM players WHERE id = 900;
        ALTER TABLE players DROP CONSTRAINT no_bots",
    );
    file.reopen(db);
}

/// Memory does not have the rows of other programs.
#[test]
fn a_removed_row_that_rows_of_other_programs_reference_is_named() {
    let (file, mut db, sample) = flushed_file();
    let pet = db.id(sample.pet).unwrap().get();
    let owned = format!(
        "INSERT INTO mobiles (id, mobile_type, owner_mobile_id, what_we_call_you) VALUES (900, 'NPC', {pet}, '')"
    );
    file.execute(&owned);
    db.remove(sample.pet).unwrap();
    rename(&mut db, sample.bob, "Bob");
    let (_, cause) = flush_failure(db.flush());
    let FlushFailure::Refused { rows, n_rows: 1 } = cause else {
        panic!("{cause}")
    };
    assert_eq!((rows[0].table, rows[0].id), ("mobiles", pet));
    assert_eq!(rows[0].source.sqlstate(), Some("23503"));
    let report = db.flush_without_refused().unwrap();
    assert!(report.left_out.iter().any(|row| row.id == pet));
    assert_eq!(report.updated, 1);
    file.execute("DELETE FROM mobiles WHERE id = 900");
    file.reopen(db);
}

/// A player with an attribute, which is three rows.
fn with_attribute(db: &mut Database<World>, n: i64) -> PlayerKey {
    let key = db.insert(player(n)).unwrap();
    let mut owner = db.get_mut(key).unwrap();
    owner.add_attribute(Attribute::default()).unwrap();
    key
}

/// The server plans a statement once for a session, and this one knows the tables when they have three rows.
#[test]
fn a_world_that_has_grown_is_not_read_to_write_a_few_rows() {
    let (file, mut db) = new_file();
    let mut keys: Vec<_> = (0..3).map(|n| with_attribute(&mut db, n)).collect();
    let _ = db.flush().unwrap();
    file.execute("ANALYZE players, attributes, attribute_owners");
    let mut change = |db: &mut Database<World>, n: i64| {
        let key = keys.pop().unwrap();
        rename(db, key, "renamed");
        db.remove(keys.pop().unwrap()).unwrap();
        keys.push(key);
        keys.push(with_attribute(db, n));
        assert_wrote(db.flush().unwrap(), (3, 1, 3));
    };
    change(&mut db, 3);
    for n in 1_000..3_000 {
        let _ = with_attribute(&mut db, n);
    }
    let _ = db.flush().unwrap();
    for n in 4..8 {
        change(&mut db, n);
    }
    let _ = db.close().unwrap();
    let sum = |column: &str| {
        let schema = &file.world.replace('\'', "''");
        file.number(&format!(
            "SELECT coalesce(sum({column}), 0)::bigint FROM pg_stat_all_tables WHERE schemaname = '{schema}'
             AND relname IN ('players', 'attributes', 'attribute_owners')"
        ))
    };
    // The session says what it has done when it ends.
    while sum("n_tup_ins") < 3 * (3 + 1 + 2_000 + 4) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let n_read = sum("seq_tup_read");
    assert!(n_read < 100, "{n_read} rows were read one after the other");
}
