//! Ids that get another name, and the tables whose foreign keys call them by the old one.

use gamedb::{Consent, Safety};
use rusqlite::types::Value::Integer;

use super::SqlFile;

const ROWS: &str = "INSERT INTO players VALUES (1), (2); INSERT INTO pets VALUES (1, 2), (2, 1);";

fn schema(id: &str, key: &str) -> String {
    format!(
        "CREATE TABLE players ({id}\n) STRICT;
         CREATE TABLE pets (id INTEGER PRIMARY KEY, player_id INTEGER NOT NULL REFERENCES players {key}) STRICT;"
    )
}

/// Migrates, and asserts that the pets still name their players, under whatever name these have their ids.
#[track_caller]
fn assert_followed(old: &str, new: &str) {
    let file = SqlFile::new(&format!("{old} {ROWS}"));
    let plan = file.plan(new);
    assert_eq!(plan.safety(), Safety::Safe, "{plan}");
    file.migrate(new, &Consent::new()).unwrap();
    let rows = file.rows("SELECT id, player_id FROM pets ORDER BY id");
    assert_eq!(
        rows,
        [[Integer(1), Integer(2)], [Integer(2), Integer(1)]],
        "{new}"
    );
    // The keys are followed by SQLite too.
    let connection = file.connection();
    connection
        .pragma_update(None, "foreign_keys", true)
        .unwrap();
    let insert =
        |player: i64| connection.execute("INSERT INTO pets VALUES (?1 + 10, ?1)", [player]);
    insert(2).unwrap();
    let refused = insert(3).map(|_| ()).expect_err("no player has this id");
    assert!(
        refused
            .to_string()
            .contains("FOREIGN KEY constraint failed"),
        "{refused}"
    );
}

#[test]
fn a_key_that_writes_the_old_name_of_an_id_gets_the_new_one() {
    let uid = "uid INTEGER PRIMARY KEY -- @renamed from=id";
    for (before, after) in [
        ("(id)", "(uid)"),
        ("(\"ID\")", "(Uid)"),
        ("(id)", ""),
        ("", "(uid)"),
        ("", ""),
    ] {
        let old = schema("id INTEGER PRIMARY KEY", before);
        assert_followed(&old, &schema(uid, after));
    }
}

#[test]
fn a_key_does_not_follow_the_old_name_of_an_id_to_a_new_column() {
    let old = schema("id INTEGER PRIMARY KEY", "(id)");
    let new = schema("uid INTEGER PRIMARY KEY, id INTEGER UNIQUE", "(uid)");
    let file = SqlFile::new(&format!("{old} {ROWS}"));
    file.migrate(&new, &Consent::new()).unwrap();
    assert_eq!(
        file.rows(
            "SELECT uid, player_id FROM pets JOIN players ON uid = player_id ORDER BY pets.id"
        ),
        [[Integer(2), Integer(2)], [Integer(1), Integer(1)]]
    );
}

#[test]
fn tables_and_ids_that_are_renamed_together_are_followed() {
    let old = schema("id INTEGER PRIMARY KEY", "(id)");
    let new = schema("uid INTEGER PRIMARY KEY -- @renamed from=id", "(uid)");
    let new = format!(
        "-- @renamed from=players\n{}",
        new.replace("players", "heroes")
            .replacen("from=heroes", "from=players", 1)
    );
    assert_followed(&old, &new);
}

#[test]
fn another_notation_of_a_key_to_an_id_is_no_step() {
    let (with, without) = ["(id)", ""]
        .map(|key| schema("id INTEGER PRIMARY KEY", key))
        .into();
    for (old, new) in [(&with, &without), (&without, &with)] {
        assert_eq!(SqlFile::new(old).steps(new), [""; 0]);
    }
}
