//! Files that are not a world of these models: other tables, not a database, locked files. Each is
//! refused, and not a byte of it changes.

use std::time::Duration;

use crate::common::sample::{flushed, player};
use crate::common::{TestFile, new_file};
use gamedb::Difference;
use gamedb::{ErrorKind, FileError, Options};
use gamedb_models::World;

fn differences(file: &TestFile) -> Vec<String> {
    match file.refused() {
        FileError::Schema { path, differences } => {
            assert_eq!(path, file.path());
            differences.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other}"),
    }
}

#[track_caller]
fn differs(from: &str, to: &str, expected: &[&str]) {
    let alter = |ddl: String| {
        assert!(ddl.contains(from), "{from}");
        ddl.replacen(from, to, 1)
    };
    assert_eq!(differences(&TestFile::by_hand(alter, "")), expected);
}

#[test]
fn a_missing_table() {
    let file = TestFile::by_hand(
        |ddl| ddl,
        "DROP TABLE item_blueprint_components; DROP TABLE attribute_owners;",
    );
    assert_eq!(
        differences(&file),
        [
            "table attribute_owners is missing",
            "table item_blueprint_components is missing"
        ]
    );
}

#[test]
fn a_missing_column_and_a_renamed_one() {
    differs(
        "    security_token   TEXT    NOT NULL,\n",
        "",
        &["column players.security_token is missing"],
    );
    differs(
        "    bake_time_ms INTEGER NOT NULL CHECK (bake_time_ms >= 0)",
        "    bake_time    INTEGER NOT NULL",
        &[
            "column item_blueprints.bake_time_ms is missing",
            "column item_blueprints.bake_time is not in the models",
            "table item_blueprints: CHECK (bake_time_ms >= 0) is missing",
        ],
    );
}

#[test]
fn a_column_that_the_models_do_not_have() {
    let column = "column players.guild is not in the models";
    for declaration in ["TEXT NOT NULL", "TEXT NOT NULL DEFAULT 'none'", "TEXT"] {
        let players = "    security_token   TEXT    NOT NULL,\n";
        let more = format!("{players}    guild {declaration},\n");
        differs(players, &more, &[column]);
    }
}

#[test]
fn a_column_of_another_type_or_without_not_null() {
    differs(
        "year_of_birth    INTEGER NOT NULL",
        "year_of_birth    TEXT NOT NULL",
        &["column players.year_of_birth is declared as TEXT NOT NULL, not as INTEGER NOT NULL"],
    );
    differs(
        "full_name        TEXT    NOT NULL",
        "full_name        TEXT",
        &["column players.full_name is declared as TEXT, not as TEXT NOT NULL"],
    );
}

#[test]
fn a_table_that_is_not_strict_or_has_lost_its_unique_or_its_foreign_key() {
    differs(
        "    email            TEXT    NOT NULL UNIQUE\n) STRICT",
        "    email            TEXT    NOT NULL\n)",
        &[
            "table players: STRICT is missing",
            "table players: UNIQUE (email) is missing",
        ],
    );
    differs(
        "attribute_id INTEGER NOT NULL UNIQUE REFERENCES attributes (id) ON DELETE CASCADE",
        "attribute_id INTEGER NOT NULL REFERENCES attributes (id)",
        &[
            "table attribute_owners: FOREIGN KEY (attribute_id) REFERENCES attributes ON DELETE CASCADE is missing",
            "table attribute_owners: FOREIGN KEY (attribute_id) REFERENCES attributes ON DELETE NO ACTION is not in the models",
            "table attribute_owners: UNIQUE (attribute_id) is missing",
        ],
    );
    differs(
        "what_we_call_you TEXT    NOT NULL, -- The name that other players see.",
        "what_we_call_you TEXT    NOT NULL UNIQUE,",
        &["table players: UNIQUE (what_we_call_you) is not in the models"],
    );
}

/// In memory two players may differ by case alone; a file with this collation would refuse them.
#[test]
fn a_unique_column_with_another_collation() {
    let alter = |ddl: String| {
        ddl.replacen(
            "email            TEXT    NOT NULL UNIQUE",
            "email TEXT NOT NULL COLLATE NOCASE UNIQUE",
            1,
        )
    };
    let file = TestFile::by_hand(alter, "");
    assert_eq!(
        differences(&file),
        [
            "column players.email is declared as TEXT NOT NULL COLLATE NOCASE, not as TEXT NOT NULL",
            "table players: UNIQUE (email COLLATE NOCASE) is not in the models",
            "table players: UNIQUE (email) is missing",
        ]
    );
}

/// A partial unique index refuses rows that memory accepts.
#[test]
fn a_partial_unique_index() {
    let index = "CREATE UNIQUE INDEX one_name ON items (item_type) WHERE max_stack_size IS NULL";
    let file = TestFile::by_hand(|ddl| ddl, index);
    assert_eq!(differences(&file).len(), 1);
}

#[test]
fn a_trigger_and_a_table_that_points_into_the_world() {
    let rows = "CREATE TRIGGER meddle AFTER INSERT ON players BEGIN DELETE FROM items; END;
         CREATE TABLE guilds (id INTEGER PRIMARY KEY, leader INTEGER REFERENCES players (id));";
    assert_eq!(
        differences(&TestFile::by_hand(|ddl| ddl, rows)),
        [
            "trigger meddle on table players would change rows unseen",
            "table guilds is not in the models, and points to players",
        ]
    );
}

#[test]
fn several_differences_are_all_listed() {
    let alter = |ddl: String| {
        let ddl = ddl.replacen("bake_time_ms INTEGER", "bake_time_ms REAL", 1);
        ddl.replacen(
            "max_volume             REAL    NOT NULL",
            "max_volume REAL",
            1,
        )
    };
    let file = TestFile::by_hand(
        alter,
        "DROP TABLE mobile_item_attributes; ALTER TABLE items ADD COLUMN x TEXT",
    );
    assert_eq!(differences(&file).len(), 4);
}

#[test]
fn something_else_than_a_database() {
    let garbage: Vec<u8> = (0..10_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2])
        .collect();
    let half_a_header = b"SQLite format 3\0\x10\0".to_vec();
    for bytes in [garbage, b"a text file\n".repeat(100), half_a_header] {
        let file = TestFile::new();
        std::fs::write(file.path(), &bytes).unwrap();
        match file.refused() {
            FileError::NotADatabase { path } => assert_eq!(path, file.path()),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_world_that_was_cut_short() {
    let (file, mut db) = new_file();
    for n in 0..500 {
        db.insert(player(n)).unwrap();
    }
    let _ = db.close().unwrap();
    let whole = std::fs::read(file.path()).unwrap();
    for n in [whole.len() / 2, whole.len() - 4096, 4096, 5000] {
        std::fs::write(file.path(), &whole[..n]).unwrap();
        file.refused();
    }
    std::fs::write(file.path(), &whole).unwrap();
    assert_eq!(file.open().players.len(), 500);
}

#[test]
fn an_empty_file_is_a_new_world() {
    let file = TestFile::new();
    std::fs::write(file.path(), b"").unwrap();
    let mut db = file.open();
    let _ = flushed(&mut db);
    file.reopen(db);
}

#[test]
fn a_folder_and_a_path_into_nowhere() {
    let file = TestFile::new();
    let nowhere = file.folder().join("no").join("such").join("world.db");
    for path in [file.folder().to_owned(), nowhere] {
        let error = gamedb::Database::<World>::open(&path).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::File(_)), "{error}");
        // The folder that is not there, or the file.
        let place = path.parent().filter(|folder| !folder.exists());
        let place = place.unwrap_or(&path).display().to_string();
        assert!(error.to_string().contains(&place), "{error}");
    }
}

#[test]
fn a_file_that_another_program_has_locked() {
    let file = TestFile::by_hand(|ddl| ddl, "");
    let other = file.writer();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let open = || {
        Options::new()
            .busy_timeout(Duration::from_millis(20))
            .open::<World>(file.path())
    };
    let error = open().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::File(FileError::Open { .. })),
        "{error}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert!(open().is_ok());
}

/// A file that is refused is not written to, and a checkpoint of its log would write to it.
#[test]
fn a_refused_file_keeps_its_write_ahead_log() {
    let file = TestFile::by_hand(|ddl| ddl, "");
    let crashed = TestFile::new();
    {
        let writer = file.writer();
        writer
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
            .unwrap();
        writer
            .execute_batch("ALTER TABLE items ADD COLUMN x TEXT")
            .unwrap();
        for name in ["world.db", "world.db-wal"] {
            std::fs::copy(file.folder().join(name), crashed.folder().join(name)).unwrap();
        }
    }
    let before = crashed.bytes();
    let error = crashed.try_open().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::File(FileError::Schema { .. })),
        "{error}"
    );
    let after = crashed.bytes();
    for name in ["world.db", "world.db-wal"] {
        assert!(after.get(name) == before.get(name), "{name} was changed");
    }
}

#[test]
fn unique_indexes_that_the_models_do_not_have_are_differences() {
    for index in [
        "ON players (full_name) WHERE full_name <> ''",
        "ON players (full_name COLLATE NOCASE)",
        "ON players (lower(full_name))",
    ] {
        let file = TestFile::by_hand(
            |schema| schema + &format!("CREATE UNIQUE INDEX more {index};"),
            "",
        );
        let FileError::Schema { differences, .. } = file.refused() else {
            panic!("{index} was not noticed");
        };
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(matches!(
            &differences[0],
            Difference::Constraint { table, expected: false, .. } if table == "players"
        ));
    }
}
