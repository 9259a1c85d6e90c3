//! What another program does to a file, or to its schema, while it is open.

use std::time::{Duration, Instant};

use crate::common::sample::{fill, flushed_file, player};
use crate::common::{TestFile, flush_failure, state_of};
use gamedb::{Database, FlushFailure, Outcome};
use gamedb_models::World;

/// What another program does, how it takes it back, and what is said of it.
const CHANGES: [(&str, &str, &str); 5] = [
    (
        "CREATE TRIGGER meddle AFTER UPDATE ON PLAYERS
            BEGIN UPDATE players SET year_of_birth = 999 WHERE id = NEW.id; END",
        "DROP TRIGGER meddle",
        "trigger meddle on table PLAYERS would change rows unseen",
    ),
    (
        "CREATE TRIGGER meddle AFTER UPDATE ON gamedb_ids BEGIN DELETE FROM mobiles; END",
        "DROP TRIGGER meddle",
        "trigger meddle on table gamedb_ids would change rows unseen",
    ),
    (
        "ALTER TABLE players ADD COLUMN guild TEXT",
        "ALTER TABLE players DROP COLUMN guild",
        "column players.guild is not in the models",
    ),
    (
        "CREATE UNIQUE INDEX more ON players (full_name)",
        "DROP INDEX more",
        "table players: UNIQUE (full_name) is not in the models",
    ),
    (
        "ALTER TABLE players RENAME TO people",
        "ALTER TABLE people RENAME TO players",
        "table players is missing",
    ),
];

#[test]
fn a_schema_that_another_program_changes_is_noticed_at_the_next_flush() {
    let (file, mut db, sample) = flushed_file();
    for (n, (change, undo, said)) in (0..).zip(CHANGES) {
        for is_dirty in [true, false] {
            if is_dirty {
                db.get_mut(sample.ada).unwrap().set_year_of_birth(n);
            }
            let before = state_of(&db);
            file.writer().execute_batch(change).unwrap();
            for _ in 0..2 {
                let (outcome, cause) = flush_failure(db.flush());
                assert_eq!(outcome, Outcome::NotCommitted);
                assert!(cause.to_string().contains(said), "{cause}");
                assert!(matches!(cause, FlushFailure::SchemaChanged { .. }));
                assert_eq!(state_of(&db), before);
            }
            file.writer().execute_batch(undo).unwrap();
            let _ = db.flush().unwrap();
        }
    }
    file.reopen(db);
}

#[test]
fn a_changed_schema_is_noticed_in_the_background_too() {
    let (file, mut db, sample) = flushed_file();
    let (change, undo, said) = CHANGES[0];
    file.writer().execute_batch(change).unwrap();
    db.get_mut(sample.ada).unwrap().set_year_of_birth(1);
    let ticket = db.flush_in_background().unwrap();
    let (outcome, cause) = flush_failure(db.wait(ticket));
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(cause.to_string().contains(said), "{cause}");
    assert_eq!(
        file.query::<i64>("SELECT count(*) FROM players WHERE year_of_birth IN (1, 999)"),
        0
    );
    file.writer().execute_batch(undo).unwrap();
    file.reopen(db);
}

/// They change the version of the schema, or the schema, and nothing that matters.
#[test]
fn what_programs_do_that_look_after_a_file_is_no_alarm() {
    let (file, mut db, sample) = flushed_file();
    for (n, harmless) in (0..).zip([
        "VACUUM",
        "ANALYZE",
        "REINDEX",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)",
        "CREATE INDEX names ON players (full_name)",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "DROP TABLE notes",
    ]) {
        file.writer().execute_batch(harmless).unwrap();
        db.get_mut(sample.ada).unwrap().set_year_of_birth(n);
        assert_eq!(db.flush().unwrap().updated, 1, "{harmless}");
        let _ = db.flush().unwrap();
    }
    file.reopen(db);
}

/// The table of next ids is made after the file was compared, and that is no foreign change.
#[test]
fn a_file_that_gets_its_next_ids_is_compared_once_more_and_no_alarm() {
    let file = TestFile::by_hand(|ddl| ddl, "");
    let mut db = file.open();
    let _ = fill(&mut db);
    let _ = db.flush().unwrap();
    file.writer().execute_batch("VACUUM").unwrap();
    db.insert(player(77)).unwrap();
    let _ = db.flush().unwrap();
    file.writer().execute_batch(CHANGES[0].0).unwrap();
    let (_, cause) = flush_failure(db.flush());
    assert!(
        matches!(cause, FlushFailure::SchemaChanged { .. }),
        "{cause}"
    );
    file.writer().execute_batch(CHANGES[0].1).unwrap();
    file.reopen(db);
}

/// What is done to a file that nothing is written to.
type Harm = fn(&TestFile);

/// A look at the file is not repeated within ten milliseconds, if nothing was written since: so what happens to it is told
/// that much later at most, and by every call that follows.
#[test]
fn a_flush_with_nothing_to_write_tells_of_harm_ten_milliseconds_later_at_most() {
    const MOST: Duration = Duration::from_millis(10);
    let harms: [(&str, Harm); 4] = [
        ("removed", |file| std::fs::remove_file(file.path()).unwrap()),
        ("its log removed", |file| {
            std::fs::remove_file(file.folder().join("world.db-wal")).unwrap();
        }),
        ("moved", |file| {
            std::fs::rename(file.path(), file.folder().join("other.db")).unwrap();
        }),
        ("written to", |file| {
            let sql = "UPDATE players SET year_of_birth = 3";
            file.writer().execute_batch(sql).unwrap();
        }),
    ];
    for (what, harm) in harms {
        for in_background in [false, true] {
            let flush = |db: &mut Database<World>| match in_background {
                false => db.flush().map(drop),
                true => db.flush_in_background().map(drop),
            };
            let (file, mut db, _) = flushed_file();
            flush(&mut db).unwrap();
            harm(&file);
            let then = Instant::now();
            // It is called at any rate, which does not put the next look off.
            let told = loop {
                let begun = then.elapsed();
                match flush(&mut db) {
                    Ok(()) => assert!(begun < MOST, "{what}: unseen after {begun:?}"),
                    Err(error) => break error,
                }
            };
            let (_, cause) = flush_failure::<()>(Err(told));
            let is_it = matches!(cause, FlushFailure::Moved | FlushFailure::ForeignWrite);
            assert!(is_it, "{what}: {cause:?}");
            assert!(flush(&mut db).is_err(), "{what}: it is told again");
            assert!(db.close().is_err(), "{what}");
        }
    }
}

/// What was acknowledged is never taken for seen: only a look is.
#[test]
fn after_a_write_the_next_flush_looks_at_once_and_so_do_a_durable_one_and_a_close() {
    let (file, mut db, sample) = flushed_file();
    let _ = db.flush().unwrap();
    crate::common::sample::rename(&mut db, sample.ada, "again");
    let _ = db.flush().unwrap();
    std::fs::remove_file(file.path()).unwrap();
    let (_, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::Moved), "{cause:?}");
    for is_durable in [false, true] {
        let (file, mut db, _) = flushed_file();
        let _ = db.flush_durable().unwrap();
        let _ = db.flush().unwrap();
        std::fs::remove_file(file.path()).unwrap();
        if is_durable {
            let (_, cause) = flush_failure(db.flush_durable());
            assert!(matches!(cause, FlushFailure::Moved), "{cause:?}");
        }
        assert!(db.close().is_err());
    }
}

/// Another state of the world, that a tool has brought into the file, stays what it is.
#[test]
fn a_file_that_another_program_has_written_to_is_not_marked_when_it_is_closed() {
    let (file, db, _) = flushed_file();
    let other = "UPDATE gamedb_state SET generation = 77, stamp = 5";
    file.writer().execute_batch(other).unwrap();
    db.discard();
    let found: String = file.query("SELECT generation || ' ' || stamp FROM gamedb_state");
    assert_eq!(found, "77 5");
}

/// SQLite counts up with each change; a program may set any number.
#[test]
fn a_schema_that_is_changed_under_a_lower_number_is_noticed() {
    let (file, mut db, sample) = flushed_file();
    let (change, undo, said) = CHANGES[0];
    // So that the number is known.
    file.writer().execute_batch("VACUUM").unwrap();
    db.get_mut(sample.ada).unwrap().set_year_of_birth(1);
    let _ = db.flush().unwrap();
    let lower = format!("{change}; PRAGMA schema_version = 3");
    file.writer().execute_batch(&lower).unwrap();
    db.get_mut(sample.ada).unwrap().set_year_of_birth(2);
    let (_, cause) = flush_failure(db.flush());
    assert!(cause.to_string().contains(said), "{cause}");
    file.writer().execute_batch(undo).unwrap();
    file.reopen(db);
}
