//! What another program does to the schema of a file while it is open.

use crate::common::sample::{fill, flushed_file, player};
use crate::common::{TestFile, flush_failure, state_of};
use gamedb::{FlushFailure, Outcome};

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
