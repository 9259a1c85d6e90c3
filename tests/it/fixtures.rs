//! World files that older versions have made, opened by this one. `tests/fixtures/README.md` says how they were made.

use std::fs;
use std::path::{Path, PathBuf};

use gamedb::{Consent, Database, FileError, Migration, Options};
use gamedb_models::{AttributeValue, Player, World};
use rusqlite::Connection;

/// The mark of a world in its file's header, with the format in the last byte.
const WORLD: i64 = 0x6764_6200;

const FILES: [(&str, i64); 2] = [("format1.world", 1), ("format2.world", 2)];

/// A copy of a file in a folder of its own.
fn copy(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let to = folder.path().join("world.db");
    fs::copy(from.join(name), &to).unwrap();
    (folder, to)
}

fn mark(path: &Path) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row("PRAGMA application_id", [], |row| row.get(0))
        .unwrap()
}

/// What the older version has written.
#[track_caller]
fn has_its_rows(db: &Database<World>) {
    let ada = Player::find_by_email(db, "ada@example.com").unwrap();
    assert_eq!(ada.full_name, "Ada Lovelace");
    let avatar = ada.mobile().unwrap();
    let values: Vec<_> = avatar
        .attributes()
        .map(|(_, row)| (row.internal_name.to_string(), row.value.clone()))
        .collect();
    let place = AttributeValue::Vector3 {
        x: 1.0,
        y: -2.5,
        z: 1e300,
    };
    let expected = [
        ("strength", AttributeValue::Double(17.5)),
        ("visible", AttributeValue::Bool(true)),
        ("place", place),
    ];
    assert_eq!(
        values,
        expected.map(|(name, value)| (name.to_owned(), value))
    );
    assert!(Player::find_by_email(db, "bob@example.com").is_none());
    assert_eq!(db.check(), [""; 0]);
}

#[test]
fn files_of_every_format_open_with_their_rows_and_go_on() {
    for (name, format) in FILES {
        let (_folder, path) = copy(name);
        assert_eq!(mark(&path) & 0xff, format, "{name}");
        assert_eq!(mark(&path) & !0xff, WORLD, "{name}");
        assert!(gamedb::verify(&path, |_| ()).unwrap().is_sound(), "{name}");

        let mut db = Options::new().existing().open::<World>(&path).unwrap();
        has_its_rows(&db);
        let new = db.insert(Player::default()).unwrap();
        // Bob had the id 2, and is gone.
        assert_eq!(db.id(new).unwrap().get(), 3, "{name}");
        let _ = db.flush().unwrap();
        db.close().unwrap();

        // It is a file of today's format now, with content hashes.
        let report = gamedb::verify(&path, |_| ()).unwrap();
        assert!(report.is_sound() && report.has_hashes, "{name}: {report:?}");
        let (_, newest) = FILES[FILES.len() - 1];
        assert_eq!(mark(&path) & 0xff, newest, "{name}");
        let db = Database::<World>::open(&path).unwrap();
        has_its_rows(&db);
        assert_eq!(db.players.len(), 2, "{name}");
    }
}

#[test]
fn files_of_every_format_are_migrated() {
    for (name, _) in FILES {
        let (_folder, path) = copy(name);
        let file = Connection::open(&path).unwrap();
        let tables = "SELECT group_concat(sql, ';') FROM sqlite_schema WHERE name NOT LIKE 'gamedb%' AND sql IS NOT NULL";
        let schema: String = file.query_row(tables, [], |row| row.get(0)).unwrap();
        drop(file);
        let wider = schema.replacen("full_name", "age INTEGER NOT NULL DEFAULT 7, full_name", 1);
        assert_ne!(schema, wider);
        let migration = Migration::plan(&path, &wider).unwrap();
        assert_eq!(migration.steps().len(), 1, "{name}: {migration}");
        migration.run(&Consent::new()).unwrap();
        assert!(gamedb::verify(&path, |_| ()).unwrap().is_sound(), "{name}");
        let file = Connection::open(&path).unwrap();
        let rows = "SELECT count(*) FROM players WHERE age = 7 AND full_name = 'Ada Lovelace'";
        let n: i64 = file.query_row(rows, [], |row| row.get(0)).unwrap();
        assert_eq!(n, 1, "{name}");
        drop(file);
        // And back again; the age is dropped by consent.
        let back = Migration::plan(&path, &schema).unwrap();
        back.run(&Consent::new().drop("players.age")).unwrap();
        has_its_rows(&Database::<World>::open(&path).unwrap());
    }
}

#[test]
fn a_value_of_an_old_file_that_was_changed_is_found_once_the_file_has_hashes() {
    for (name, format) in FILES {
        let (_folder, path) = copy(name);
        let file = Connection::open(&path).unwrap();
        let changed = "UPDATE players SET full_name = 'Eve' WHERE email = 'ada@example.com'";
        assert_eq!(file.execute(changed, []).unwrap(), 1);
        drop(file);
        let opened = Database::<World>::open(&path);
        if format == 1 {
            // Nothing says what it was.
            let db = opened.unwrap();
            assert_eq!(
                Player::find_by_email(&db, "ada@example.com")
                    .unwrap()
                    .full_name,
                "Eve"
            );
            continue;
        }
        let error = opened.unwrap_err();
        let gamedb::ErrorKind::File(FileError::Altered { .. }) = error.kind() else {
            panic!("{error}");
        };
    }
}
