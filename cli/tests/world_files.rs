//! `gamedb verify`, `backup`, `restore` and `rescue` from the outside.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::path::Path;

use common::gamedb as check;
use rusqlite::Connection;

/// A folder with a file of two tables in it, as any program of SQLite's makes it.
fn world() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = Connection::open(folder.path().join("world.db")).unwrap();
    file.execute_batch(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
         CREATE TABLE items (id INTEGER PRIMARY KEY, player_id INTEGER REFERENCES players (id)) STRICT;
         INSERT INTO players VALUES (1, 'Ada'), (2, 'Bob');
         INSERT INTO items VALUES (1, 1);",
    )
    .unwrap();
    folder
}

fn n_players(path: &Path) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row("SELECT count(*) FROM players", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn verify_says_with_its_exit_code_whether_a_file_is_sound() {
    let folder = world();
    let path = folder.path().join("world.db");
    let (code, text, _) = check(folder.path(), &["verify", "world.db"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("sound"), "{text}");
    let file = Connection::open(&path).unwrap();
    file.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM players WHERE id = 1")
        .unwrap();
    drop(file);
    let (code, text, _) = check(folder.path(), &["verify", "world.db", "--json"]);
    assert_eq!(code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["is_sound"], false);
    assert_eq!(report["problems"][0]["check"], "foreign keys");
    assert_eq!(report["problems"][0]["table"], "items");
    assert_eq!(report["problems"][0]["id"], 1);
    let (code, _, error) = check(folder.path(), &["verify", "missing.db"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("missing.db is not there"), "{error}");
}

#[test]
fn a_backup_is_restored_and_the_old_file_is_named() {
    let folder = world();
    let path = folder.path().join("world.db");
    let (code, text, error) = check(folder.path(), &["backup", "world.db", "backup.db"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(text.starts_with("backup.db: the world"), "{text}");
    let again = check(folder.path(), &["backup", "world.db", "backup.db"]);
    assert_eq!(again.0, Some(2));
    Connection::open(&path)
        .unwrap()
        .execute_batch("DELETE FROM items; DELETE FROM players")
        .unwrap();
    let (code, text, error) = check(folder.path(), &["restore", "backup.db", "world.db"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(
        text.contains("the old file is now") && text.contains("world.db.aside-1"),
        "{text}"
    );
    assert_eq!(n_players(&path), 2);
    assert_eq!(n_players(&folder.path().join("world.db.aside-1")), 0);
}

#[test]
fn restore_refuses_while_a_game_has_the_world_open() {
    let folder = world();
    let _ = check(folder.path(), &["backup", "world.db", "backup.db"]);
    let lock = std::fs::File::create(folder.path().join("world.db-lock")).unwrap();
    lock.lock().unwrap();
    let before = std::fs::read(folder.path().join("world.db")).unwrap();
    let (code, _, error) = check(folder.path(), &["restore", "backup.db", "world.db"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("is open already"), "{error}");
    assert!(std::fs::read(folder.path().join("world.db")).unwrap() == before);
}

#[test]
fn rescue_says_what_is_lost() {
    let folder = world();
    let path = folder.path().join("world.db");
    let (code, text, error) = check(folder.path(), &["rescue", "world.db", "whole.db"]);
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(text.contains("players: 2 rows"), "{text}");
    let root: usize = Connection::open(&path)
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'players'",
            [],
            |row| row.get::<_, u32>(0),
        )
        .unwrap() as usize;
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[(root - 1) * 4096..root * 4096].fill(0);
    std::fs::write(&path, bytes).unwrap();
    let (code, text, error) = check(folder.path(), &["rescue", "world.db", "rescued.db"]);
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(
        text.contains("players: damaged, and nothing can be read"),
        "{text}"
    );
    assert!(
        text.contains("items: row 1 names a row of players that is lost"),
        "{text}"
    );
    assert!(
        text.contains("gamedb import --schema SCHEMA --from rescued.db"),
        "{text}"
    );
    let (code, text, _) = check(folder.path(), &["verify", "world.db"]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("copy what can be read with `gamedb rescue`"),
        "{text}"
    );
}

/// All rows are there, and something else is not.
#[test]
fn rescue_says_with_its_exit_code_that_there_are_notes() {
    let folder = world();
    let more = "CREATE VIEW names AS SELECT name FROM players";
    Connection::open(folder.path().join("world.db"))
        .unwrap()
        .execute_batch(more)
        .unwrap();
    let (code, text, error) = check(folder.path(), &["rescue", "world.db", "rescued.db"]);
    assert_eq!(code, Some(1), "{text}{error}");
    let note = format!("names: the view is not brought over: {more}");
    assert!(text.contains(&note), "{text}");
    assert!(text.contains("players: 2 rows"), "{text}");
    let (code, text, error) = check(folder.path(), &["rescue", "world.db", "again.db", "--json"]);
    assert_eq!(code, Some(1), "{text}{error}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["is_complete"], false);
    assert_eq!(report["notes"], serde_json::json!([note]));
    assert_eq!(report["tables"][1]["n_rows"], 2);
    // The new file has no view, and nothing is missing of it.
    let (code, text, _) = check(
        folder.path(),
        &["rescue", "rescued.db", "third.db", "--json"],
    );
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &report["is_complete"]), (Some(0), &true.into()));
}

#[test]
fn rescue_tells_of_a_table_that_only_its_pages_are_left_of() {
    let folder = world();
    let lost = "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'items'";
    Connection::open(folder.path().join("world.db"))
        .unwrap()
        .execute_batch(lost)
        .unwrap();
    let (code, text, error) = check(folder.path(), &["rescue", "world.db", "rescued.db"]);
    assert_eq!(code, Some(1), "{text}{error}");
    let note = "pages of the file belong to nothing that it lists (1 or more)";
    assert!(text.contains(note), "{text}");
}
