//! The schema of a file, compared whole: what runs in a flush, or decides what a row may be, is what the
//! models say.

use crate::common::TestFile;
use crate::common::sample::{flushed, player};
use gamedb::codegen::traits::*;
use gamedb::{Difference, FileError, Options};
use gamedb_models::{Tables, World};

fn differences_of(file: &TestFile) -> Vec<Difference> {
    match file.refused() {
        FileError::Schema { path, differences } => {
            assert_eq!(path, file.path());
            differences
        }
        other => panic!("{other}"),
    }
}

/// What is said of a file that was made by these statements.
fn said_of(alter: impl FnOnce(String) -> String, statements: &str) -> Vec<String> {
    let differences = differences_of(&TestFile::by_hand(alter, statements));
    differences.iter().map(ToString::to_string).collect()
}

/// A file as gamedb makes it, with its table of next ids.
const IDS: &str = "CREATE TABLE gamedb_ids (table_name TEXT PRIMARY KEY, next_id INTEGER NOT NULL) \
    STRICT, WITHOUT ROWID;";

#[test]
fn a_trigger_on_any_table_is_refused_however_it_is_written() {
    for (table, name) in [
        ("players", "players"),
        ("PLAYERS", "PLAYERS"),
        ("\"Players\"", "Players"),
        ("gamedb_ids", "gamedb_ids"),
        ("[GameDB_Ids]", "GameDB_Ids"),
    ] {
        for event in ["AFTER UPDATE", "BEFORE INSERT", "AFTER DELETE"] {
            let trigger = format!(
                "{IDS} CREATE TRIGGER meddle {event} ON {table} BEGIN
                     UPDATE players SET full_name = 'hacked' WHERE id = 1; END"
            );
            let said = said_of(|ddl| ddl, &trigger);
            let expected = format!("trigger meddle on table {name} would change rows unseen");
            assert_eq!(said, [expected], "{trigger}");
        }
    }
}

/// It looks in the file for what the next id is, and writes it there at each flush.
#[test]
fn the_table_of_next_ids_is_compared_as_every_table() {
    let endless =
        "CREATE VIEW gamedb_ids AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT 'players' AS table_name, i AS next_id FROM n";
    let with =
        |columns: &str, options: &str| format!("CREATE TABLE gamedb_ids ({columns}) {options}");
    let (key, next) = ("table_name TEXT PRIMARY KEY", "next_id INTEGER NOT NULL");
    let good = "STRICT, WITHOUT ROWID";
    for (sql, expected) in [
        (endless.into(), "gamedb_ids is a view, and not a table"),
        (
            with(&format!("table_name TEXT NOT NULL, {next}"), "STRICT"),
            "column gamedb_ids.table_name is declared as TEXT NOT NULL, not as TEXT PRIMARY KEY",
        ),
        (
            with(&format!("{key}, next_id TEXT NOT NULL"), good),
            "column gamedb_ids.next_id is declared as TEXT NOT NULL, not as INTEGER NOT NULL",
        ),
        (
            with(&format!("{key}, {next}, more TEXT"), good),
            "column gamedb_ids.more is not in the models",
        ),
        (
            with(&format!("{key}, {next} CHECK (next_id < 9)"), good),
            "table gamedb_ids: CHECK (next_id < 9) is not in the models",
        ),
        (
            with(&format!("{key}, {next}"), "STRICT"),
            "table gamedb_ids: WITHOUT ROWID is missing",
        ),
        (
            with(&format!("{key}, {next} UNIQUE"), good),
            "table gamedb_ids: UNIQUE (next_id) is not in the models",
        ),
        (
            format!("{IDS} CREATE INDEX more ON gamedb_ids (next_id)"),
            "table gamedb_ids: an index on (next_id) is not in the models",
        ),
    ] {
        assert_eq!(said_of(|ddl| ddl, &sql)[0], expected, "{sql}");
    }
}

/// The models have a new kind of item; the file would refuse the first row of it, and all flushes with it.
#[test]
fn a_check_that_is_not_that_of_the_models_is_a_difference() {
    let alter = |ddl: String| {
        let before =
            "('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT')";
        assert!(ddl.contains(before));
        ddl.replacen(before, &before.replace("'WEAPON', ", ""), 1)
    };
    let differences = differences_of(&TestFile::by_hand(alter, ""));
    for expected in [true, false] {
        assert!(
            differences.iter().any(|difference| matches!(
                difference,
                Difference::Check { check, expected: found, .. }
                    if *found == expected && check.starts_with("item_type IN (") && check.contains("'WEAPON'") == expected
            )),
            "{differences:#?}"
        );
    }
    assert_eq!(differences.len(), 2, "{differences:#?}");
}

#[test]
fn a_check_that_takes_memory_at_each_write_is_a_difference() {
    let alter = |ddl: String| {
        let column = "year_of_birth    INTEGER NOT NULL";
        let check = format!("{column} CHECK (hex(zeroblob(450000000)) <> '')");
        ddl.replacen(column, &check, 1)
    };
    assert_eq!(
        said_of(alter, ""),
        ["table players: CHECK (hex(zeroblob(450000000)) <> '') is not in the models"]
    );
}

#[test]
fn indexes_that_compute_something_are_differences() {
    for (index, expected) in [
        ("(lower(full_name))", "( lower ( full_name ) )"),
        (
            "(full_name) WHERE over_13 = 1",
            "( full_name ) where over_13 = 1",
        ),
    ] {
        let sql = format!("CREATE INDEX more ON players {index}");
        let expected = format!("table players: an index on {expected} is not in the models");
        assert_eq!(said_of(|ddl| ddl, &sql), [expected]);
    }
}

#[test]
fn columns_that_are_computed_or_compare_in_another_way_are_differences() {
    let column = "year_of_birth    INTEGER NOT NULL";
    for (to, expected) in [
        (
            format!("{column}, age INTEGER AS (2000 - year_of_birth)"),
            "column players.age is not in the models",
        ),
        (
            "year_of_birth INTEGER NOT NULL AS (1815)".into(),
            "column players.year_of_birth is declared as INTEGER NOT NULL GENERATED AS (1815), not as INTEGER NOT NULL",
        ),
    ] {
        assert_eq!(said_of(|ddl| ddl.replacen(column, &to, 1), ""), [expected]);
    }
}

#[test]
fn a_view_in_the_place_of_a_table_is_a_difference() {
    let view = "DROP TABLE item_blueprint_components;
        CREATE VIEW item_blueprint_components AS SELECT 1 AS id";
    assert_eq!(
        said_of(|ddl| ddl, view),
        ["item_blueprint_components is a view, and not a table"]
    );
}

/// Written by hand: other spaces, quotes, case, order and comments; constraints of the table in the place of a
/// column's; one CHECK in the place of two.
#[test]
fn the_same_schema_in_other_words_is_no_difference() {
    let in_other_words = |ddl: String| {
        let mut ddl = ddl;
        for (from, to) in [
            ("CREATE TABLE players (", "create table \"Players\"("),
            (
                "    id               INTEGER PRIMARY KEY",
                "  [ID] integer constraint pk primary key not null",
            ),
            (
                "('VIRTUAL', 'CONTAINER', 'WEAPON',",
                "(/* any order */ 'WEAPON','VIRTUAL' , 'CONTAINER',",
            ),
            ("is_max_stacked IN (0, 1)", "(\"IS_MAX_STACKED\" in(1,0))"),
            (
                "max_entries            INTEGER NOT NULL CHECK (max_entries >= 0)",
                "max_entries INT CONSTRAINT some NOT NULL",
            ),
            (
                "max_volume             REAL    NOT NULL CHECK (max_volume >= 0)",
                "max_volume REAL NOT NULL CHECK (`max_volume`>=0 AND (max_entries >= 0))",
            ),
        ] {
            assert!(ddl.contains(from), "{from}");
            ddl = ddl.replacen(from, to, 1);
        }
        ddl
    };
    let more = "CREATE INDEX names ON players (full_name, email);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT CHECK (note <> ''));
        CREATE TRIGGER noted AFTER INSERT ON notes BEGIN DELETE FROM notes WHERE id < 9; END;";
    let file = TestFile::by_hand(in_other_words, more);
    let mut db = file.open();
    let _ = flushed(&mut db);
    file.reopen(db);
}

/// As one that was made before indexes and next ids were written.
#[test]
fn a_file_without_plain_indexes_or_next_ids_is_the_same_world() {
    let file = TestFile::by_hand(|ddl| ddl, "DROP INDEX inventory_entries_item_id");
    let mut db = file.open();
    let _ = flushed(&mut db);
    file.reopen(db);
}

#[test]
fn rules_that_only_the_file_has_are_taken_if_they_are_trusted() {
    let rules = "CREATE INDEX years ON players (year_of_birth) WHERE over_13;
        CREATE TABLE audit (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TRIGGER audited AFTER INSERT ON players
            BEGIN INSERT INTO audit (name) VALUES (NEW.full_name); END;";
    let file = TestFile::by_hand(|ddl| ddl, rules);
    assert_eq!(differences_of(&file).len(), 2);
    let options = || Options::new().trust_rules_of_file();
    let mut db = options().open::<World>(file.path()).unwrap();
    db.insert(player(1)).unwrap();
    let _ = db.close().unwrap();
    assert_eq!(file.query::<i64>("SELECT count(*) FROM audit"), 1);
    // Everything else has to fit all the same.
    for more in [
        "DROP TABLE attribute_owners",
        "CREATE TRIGGER ours AFTER INSERT ON gamedb_ids BEGIN SELECT 1; END",
    ] {
        let file = TestFile::by_hand(|ddl| ddl, &format!("{IDS} {more}"));
        assert!(options().open::<World>(file.path()).is_err(), "{more}");
    }
    assert_eq!(Tables::INFO.len(), 14);
}
