//! No id is given again after a migration, whatever the case of a table's name, and whoever has counted.

use gamedb::Consent;
use rusqlite::types::Value::Integer;

use super::{SqlFile, text};
use crate::common::sample::{flushed_file, player};

const IDS: &str = "CREATE TABLE gamedb_ids (table_name TEXT PRIMARY KEY, next_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

#[test]
fn a_world_finds_its_next_ids_under_every_case_of_a_name() {
    for rows in [
        "('PLAYERS', 5000)",
        "('PLAYERS', 5000), ('players', 50)",
        "('Players', 50), ('players', 5000)",
        "('Players', 5000), ('pLAYERS', 50)",
    ] {
        let (file, db, _) = flushed_file();
        let _ = db.close().unwrap();
        let sql = format!(
            "DELETE FROM gamedb_ids WHERE table_name = 'players'; INSERT INTO gamedb_ids VALUES {rows};"
        );
        file.writer().execute_batch(&sql).unwrap();
        let mut db = file.accept_edits();
        db.insert(player(501)).unwrap();
        let _ = db.flush().unwrap();
        assert_eq!(
            file.query::<i64>("SELECT max(id) FROM players"),
            5000,
            "{rows}"
        );
        // What was written is understood by the next one, too.
        let mut db = file.reopen(db);
        db.insert(player(502)).unwrap();
        let _ = db.close().unwrap();
        assert_eq!(
            file.query::<i64>("SELECT max(id) FROM players"),
            5001,
            "{rows}"
        );
        assert_eq!(file.damaged_blocks(), []);
    }
}

#[test]
fn a_renamed_table_takes_its_next_id_along_under_every_case_of_its_name() {
    for (ids, expected) in [
        ("('players', 100)", 100),
        ("('PLAYERS', 7), ('Players', 100), ('players', 50)", 100),
        // A table of the new name, which is gone, has left its own.
        ("('players', 100), ('Heroes', 200)", 200),
        ("('players', 100), ('HEROES', 20)", 100),
    ] {
        let file = SqlFile::new(&format!(
            "CREATE TABLE Players (id INTEGER PRIMARY KEY) STRICT; INSERT INTO players VALUES (1);
             {IDS} INSERT INTO gamedb_ids VALUES {ids}, ('other', 3);"
        ));
        let schema =
            "-- @renamed from=players\nCREATE TABLE heroes (id INTEGER PRIMARY KEY) STRICT;";
        file.migrate(schema, &Consent::new()).unwrap();
        assert_eq!(
            file.rows("SELECT table_name, next_id FROM gamedb_ids ORDER BY 1"),
            [
                [text("heroes"), Integer(expected)],
                [text("other"), Integer(3)]
            ],
            "{ids}"
        );
    }
}

#[test]
fn a_dropped_table_leaves_no_next_id_under_any_case_of_its_name() {
    let file = SqlFile::new(&format!(
        "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE Notes (id INTEGER PRIMARY KEY) STRICT;
         {IDS} INSERT INTO gamedb_ids VALUES ('notes', 9), ('NOTES', 8), ('a', 5);"
    ));
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;";
    let consent = Consent::new().drop("notes");
    let migration = gamedb::Migration::plan_with(file.path(), schema, &consent).unwrap();
    migration.run(&consent).unwrap();
    assert_eq!(
        file.rows("SELECT * FROM gamedb_ids"),
        [[text("a"), Integer(5)]]
    );
}

#[test]
fn ids_that_sqlite_has_counted_are_not_given_again_by_a_rebuilt_table() {
    let old =
        "CREATE TABLE Players (id INTEGER PRIMARY KEY AUTOINCREMENT, hp INTEGER NOT NULL) STRICT;
        INSERT INTO players VALUES (1, 7), (99, 8); DELETE FROM players WHERE id = 99;";
    for (schema, ids, table) in [
        (
            "CREATE TABLE players (id INTEGER PRIMARY KEY AUTOINCREMENT, hp REAL NOT NULL) STRICT;",
            "",
            "players",
        ),
        (
            "CREATE TABLE players (id INTEGER PRIMARY KEY, hp REAL NOT NULL) STRICT;",
            "",
            "players",
        ),
        (
            "-- @renamed from=players\nCREATE TABLE heroes (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;",
            "",
            "heroes",
        ),
        (
            "CREATE TABLE players (id INTEGER PRIMARY KEY, hp REAL NOT NULL) STRICT;",
            "INSERT INTO gamedb_ids VALUES ('Players', 3);",
            "players",
        ),
    ] {
        let own = if ids.is_empty() { "" } else { IDS };
        let file = SqlFile::new(&format!("{old}{own}{ids}"));
        file.migrate(schema, &Consent::new()).unwrap();
        assert_eq!(
            file.rows("SELECT table_name, next_id FROM gamedb_ids"),
            [[text(table), Integer(100)]],
            "{schema}"
        );
        if schema.contains("AUTOINCREMENT") {
            let counted = file.rows("SELECT seq FROM sqlite_sequence WHERE name = 'players'");
            assert_eq!(counted, [[Integer(99)]]);
        }
    }
    // Where the rows show it by themselves, nothing is written.
    let file = SqlFile::new(&old.replace(
        "DELETE FROM players WHERE id = 99;",
        "UPDATE sqlite_sequence SET seq = 'x';",
    ));
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY, hp REAL NOT NULL) STRICT;";
    file.migrate(schema, &Consent::new()).unwrap();
    let ids = "SELECT name FROM sqlite_schema WHERE name = 'gamedb_ids'";
    assert_eq!(file.rows(ids).len(), 0);
}

/// A file with the tables `notes` and `a`, whose rows with the highest ids are gone.
fn with_notes() -> SqlFile {
    SqlFile::new(&format!(
        "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE Notes (id INTEGER PRIMARY KEY) STRICT;
         INSERT INTO notes VALUES (1), (2);
         {IDS} INSERT INTO gamedb_ids VALUES ('notes', 9), ('NOTES', 8), ('a', 5), ('other', 3);"
    ))
}

#[test]
fn a_table_that_a_script_takes_away_leaves_no_next_id() {
    let a = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;";
    let people = "CREATE TABLE people (id INTEGER PRIMARY KEY) STRICT;";
    let moved = format!("{people} INSERT INTO people SELECT id FROM notes; DROP TABLE notes;");
    for (script, schema) in [
        ("DROP TABLE notes", a.to_owned()),
        (&*moved, format!("{a} {people}")),
        // The tree of the new table begins where that of the old one did, and yet it is another table.
        (
            &*format!("DROP TABLE notes; {people}"),
            format!("{a} {people}"),
        ),
        // A view is no table.
        (
            "DROP TABLE notes; CREATE VIEW notes AS SELECT id FROM a",
            a.to_owned(),
        ),
    ] {
        let file = with_notes();
        let migration = file.plan(&schema);
        migration.run(&Consent::new().script(script)).unwrap();
        assert_eq!(
            file.rows("SELECT * FROM gamedb_ids ORDER BY 1"),
            // Nobody knows of the other one why it is not there.
            [[text("a"), Integer(5)], [text("other"), Integer(3)]],
            "{script}"
        );
    }
}

#[test]
fn a_table_that_a_script_renames_takes_its_next_id_along() {
    let schema = |tables: &[&str]| {
        let table = |name: &&str| format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY) STRICT;");
        tables.iter().map(table).collect::<String>()
    };
    let rename = "ALTER TABLE notes RENAME TO People;";
    let swap =
        "ALTER TABLE notes RENAME TO t; ALTER TABLE a RENAME TO notes; ALTER TABLE t RENAME TO a;";
    let again = format!("{rename} CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;");
    let rebuilt = format!("{again} INSERT INTO notes SELECT id FROM people; DROP TABLE people");
    let own = format!(
        "{rename} UPDATE gamedb_ids SET table_name = 'people', next_id = 20 WHERE table_name = 'notes'"
    );
    let heroes = format!("-- @renamed from=people\n{}", schema(&["heroes", "a"]));
    for (script, schema, expected) in [
        (
            rename,
            schema(&["people", "a"]),
            &[("people", 9), ("a", 5)][..],
        ),
        // The table is not in the schema, and stays.
        (rename, schema(&["a"]), &[("people", 9), ("a", 5)]),
        (rename, heroes, &[("heroes", 9), ("a", 5)]),
        // Both keep what either of them has given.
        (swap, schema(&["notes", "a"]), &[("notes", 9), ("a", 9)]),
        (
            &*again,
            schema(&["notes", "people", "a"]),
            &[("notes", 9), ("people", 9), ("a", 5)],
        ),
        (
            &*rebuilt,
            schema(&["notes", "a"]),
            &[("notes", 9), ("a", 5)],
        ),
        (&*own, schema(&["people", "a"]), &[("people", 20), ("a", 5)]),
    ] {
        let file = with_notes();
        let migration = file.plan(&schema);
        migration.run(&Consent::new().script(script)).unwrap();
        let next_id = |table: &str| {
            let sql = "SELECT max(next_id) FROM gamedb_ids WHERE lower(table_name) =";
            file.rows(&format!("{sql} '{table}'"))
        };
        for &(table, expected) in expected {
            assert_eq!(next_id(table), [[Integer(expected)]], "{script}: {table}");
        }
        let tables = "SELECT count(DISTINCT lower(table_name)) FROM gamedb_ids";
        let n = i64::try_from(expected.len()).unwrap() + 1;
        assert_eq!(file.rows(tables), [[Integer(n)]], "{script}");
    }
}

/// A script that fails, or that drops the table of next ids.
#[test]
fn next_ids_are_as_they_were_where_a_script_is_not_followed() {
    let a = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;";
    let file = with_notes();
    for script in [
        "ALTER TABLE notes RENAME TO x; SELECT nothing",
        "DROP TABLE notes; INSERT INTO a VALUES (1), (1)",
    ] {
        let _ = file.refused(a, &Consent::new().script(script));
    }
    let migration = file.plan(a);
    let script = "DROP TABLE gamedb_ids; ALTER TABLE notes RENAME TO x";
    migration.run(&Consent::new().script(script)).unwrap();
    assert_eq!(file.rows("SELECT id FROM x").len(), 2);
}

/// It would be told that it has lost a table, which has never been lost.
#[test]
fn a_file_is_rescued_whole_after_a_script_has_dropped_a_table() {
    for script in ["DROP TABLE notes", "ALTER TABLE notes RENAME TO x"] {
        let file = with_notes();
        file.connection()
            .execute_batch("DELETE FROM gamedb_ids WHERE table_name = 'other'")
            .unwrap();
        let a = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;";
        let migration = file.plan(a);
        migration.run(&Consent::new().script(script)).unwrap();
        let to = file.path().with_file_name("rescued.db");
        let report = gamedb::rescue(file.path(), to, |_| {}).unwrap();
        assert!(report.is_complete(), "{script}: {report:?}");
    }
}
