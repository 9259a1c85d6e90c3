//! A migration and the files beside the one that it changes: the log of a killed server, earlier backups.

use std::fs;

use gamedb::codegen::traits::*;
use gamedb::{Consent, FileError, Migration, MigrationError};
use gamedb_models::Tables;

use super::SqlFile;
use crate::common::sample::{flushed_file, rename};
use crate::common::{TestFile, contents_of};

/// World, log and lock file, as a kill would leave them now.
fn killed(file: &TestFile) -> TestFile {
    let image = TestFile::new();
    for ending in ["", "-wal", "-lock"] {
        let name = format!("world.db{ending}");
        fs::copy(file.folder().join(&name), image.folder().join(&name)).unwrap();
    }
    image
}

#[test]
fn the_log_beside_an_empty_file_is_not_deleted_by_looking() {
    let (file, db, _) = flushed_file();
    let image = killed(&file);
    drop(db);
    fs::File::create(image.path()).unwrap();
    let log = image.folder().join("world.db-wal");
    let before = fs::read(&log).unwrap();
    let refused = Migration::plan(image.path(), Tables::DDL);
    assert!(
        matches!(
            refused,
            Err(MigrationError::File(FileError::LogWithoutFile { .. }))
        ),
        "{refused:?}"
    );
    assert!(!before.is_empty() && fs::read(&log).unwrap() == before);
}

#[test]
fn no_backup_is_written_over_or_removed_by_a_later_migration() {
    let with = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER) STRICT;";
    let without = "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;";
    let file = SqlFile::new(&format!("{with} INSERT INTO t VALUES (1, 7);"));
    let consent = Consent::new().drop("t.hp");
    let first = file.plan(without).run(&consent).unwrap().backup.unwrap();
    let bytes = fs::read(&first).unwrap();
    file.migrate(with, &Consent::new()).unwrap();
    file.connection()
        .execute("UPDATE t SET hp = 8", [])
        .unwrap();
    file.refused(without, &Consent::new());
    assert_eq!(fs::read(&first).unwrap(), bytes);
    let second = file.plan(without).run(&consent).unwrap().backup.unwrap();
    assert_ne!(first, second);
    assert_eq!(fs::read(&first).unwrap(), bytes);
    assert!(fs::read(&second).unwrap() != bytes);
}

#[test]
fn a_table_that_stays_has_content_hashes_too() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let old = "CREATE TABLE guilds (id INTEGER PRIMARY KEY, name TEXT) STRICT;
        INSERT INTO guilds VALUES (1, 'blue'); INSERT INTO gamedb_ids VALUES ('guilds', 2);";
    file.writer().execute_batch(old).unwrap();
    let migration = Migration::plan(file.path(), Tables::DDL).unwrap();
    assert_eq!(migration.kept_tables(), ["guilds"]);
    migration.run(&Consent::new().accept_edits()).unwrap();
    let report = gamedb::verify(file.path(), |_| ()).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    let again = Migration::plan(file.path(), Tables::DDL).unwrap();
    again.run(&Consent::new()).unwrap();
    drop(file.open());
}

#[test]
fn the_file_of_a_killed_server_keeps_its_log_where_it_is_not_migrated() {
    let (file, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "again");
    let _ = db.flush().unwrap();
    let world = contents_of(&db);
    for with_lock in [true, false] {
        let image = killed(&file);
        if !with_lock {
            fs::remove_file(image.folder().join("world.db-lock")).unwrap();
        }
        let schema = Tables::DDL.replacen("    full_name        TEXT    NOT NULL,\n", "", 1);
        let migration = Migration::plan(image.path(), &schema).unwrap();
        let refused = migration.run(&Consent::new());
        assert!(
            matches!(refused, Err(MigrationError::NotAllowed { .. })),
            "{refused:?}"
        );
        assert!(image.folder().join("world.db-wal").exists());
        assert_eq!(contents_of(&image.open()), world);
    }
}

#[test]
fn the_file_of_a_killed_server_can_be_migrated_and_loses_nothing_unnoticed_afterwards() {
    let (file, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "again");
    let _ = db.flush().unwrap();
    let image = killed(&file);
    drop(db);
    let schema = Tables::DDL.replacen(
        "    full_name        TEXT    NOT NULL,\n",
        "    full_name        TEXT    NOT NULL,\n    more TEXT,\n",
        1,
    );
    let stamp = || image.query::<i64>("SELECT stamp FROM gamedb_state");
    for schema in [&schema, Tables::DDL] {
        let before = stamp();
        let migration = Migration::plan(image.path(), schema).unwrap();
        migration.run(&Consent::new()).unwrap();
        // It is a state of its own, of a file that is closed, and no copy that SQLite has made.
        assert_ne!(stamp(), before);
        let is_its_own = "SELECT is_open = 0 AND state.schema_version = now.schema_version
            FROM gamedb_state AS state, pragma_schema_version AS now";
        assert!(image.query::<bool>(is_its_own));
        let report = gamedb::verify(image.path(), |_| ()).unwrap();
        assert!(report.is_sound(), "{:?}", report.problems);
    }
    let mut db = image.open();
    let ada = gamedb_models::Player::find_by_email(&db, "1@example.com")
        .unwrap()
        .key();
    for n in 0..10 {
        rename(&mut db, ada, &n.to_string());
        let _ = db.flush().unwrap();
    }
    let without_log = killed(&image);
    fs::remove_file(without_log.folder().join("world.db-wal")).unwrap();
    assert!(matches!(
        without_log.refused(),
        FileError::FlushesLost { .. } | FileError::LogMissing { .. }
    ));
    assert_eq!(contents_of(&killed(&image).open()), contents_of(&db));
}

/// All names in a folder with their bytes.
fn all_bytes(folder: &std::path::Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        (name, fs::read(file.path()).unwrap())
    });
    files.collect()
}

#[test]
fn a_plan_writes_nothing_beside_a_file_that_is_closed_or_of_a_killed_server() {
    let (file, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "again");
    let _ = db.flush().unwrap();
    let image = killed(&file);
    let _ = db.close().unwrap();
    let schema = Tables::DDL.replacen("    full_name        TEXT    NOT NULL,\n", "", 1);
    for file in [&file, &image] {
        let before = all_bytes(file.folder());
        let migration = Migration::plan(file.path(), &schema).unwrap();
        assert_eq!(migration.steps().len(), 1);
        assert!(migration.to_string().contains("2 rows"), "{migration}");
        assert!(all_bytes(file.folder()) == before, "something was written");
    }
    // A game has it open, and what it has flushed is seen.
    let db = image.open();
    let migration = Migration::plan(image.path(), &schema).unwrap();
    assert!(migration.to_string().contains("2 rows"), "{migration}");
    drop(db);
    // A log that is not the file's would be read as if it were.
    let (source, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "again");
    let _ = db.flush().unwrap();
    let other = killed(&source);
    fs::copy(file.path(), other.path()).unwrap();
    let refused = Migration::plan(other.path(), &schema);
    assert!(
        matches!(
            refused,
            Err(MigrationError::File(FileError::OtherLog { .. }))
        ),
        "{refused:?}"
    );
}

/// Rows of a damaged file are not read: a loop of pages would never end.
#[test]
fn a_damaged_file_is_neither_planned_for_nor_migrated() {
    let schema = |columns: &str| {
        format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, {columns}) STRICT; CREATE INDEX i ON t (hp);"
        )
    };
    let old = schema("hp INTEGER, name TEXT");
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO t SELECT i, i, hex(zeroblob(100)) FROM n;";
    let file = SqlFile::new(&format!("PRAGMA page_size = 512; {old} {rows}"));
    let new = schema("hp INTEGER NOT NULL, name TEXT");
    let planned = file.plan(&new);
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 't'";
    let root: i64 = file
        .connection()
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    let mut bytes = fs::read(file.path()).unwrap();
    let page = (root as usize - 1) * 512;
    // Two children of the table's root are one page.
    let cell = |bytes: &[u8], n: usize| {
        let place = page + 12 + 2 * n;
        page + usize::from(u16::from_be_bytes([bytes[place], bytes[place + 1]]))
    };
    assert_eq!(bytes[page], 5, "it is an inner page");
    let (first, second) = (cell(&bytes, 0), cell(&bytes, 1));
    bytes.copy_within(first..first + 4, second);
    fs::write(file.path(), &bytes).unwrap();
    let damaged = |error: MigrationError| match error {
        MigrationError::File(FileError::Damaged { problems, .. }) => {
            assert!(problems[0].contains("t"), "{problems:?}");
        }
        other => panic!("{other}"),
    };
    damaged(Migration::plan(file.path(), &new).unwrap_err());
    damaged(planned.run(&Consent::new()).unwrap_err());
    assert!(fs::read(file.path()).unwrap() == bytes, "it was written to");
}

/// Its row stays in the table of next ids, and no id of it comes back.
#[test]
fn a_table_may_get_the_name_of_one_that_was_dropped_by_hand() {
    for (old_next, next, expected) in [(900, 20, 900), (20, 900, 900)] {
        let file = SqlFile::new(&format!(
            "CREATE TABLE heroes (id INTEGER PRIMARY KEY, hp INTEGER) STRICT;
             INSERT INTO heroes VALUES (7, 1);
             CREATE TABLE gamedb_ids (table_name TEXT PRIMARY KEY, next_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
             INSERT INTO gamedb_ids VALUES ('heroes', {next}), ('players', {old_next});"
        ));
        let schema = "-- @renamed from=heroes
            CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER) STRICT;";
        file.migrate(schema, &Consent::new()).unwrap();
        let ids = file.rows("SELECT table_name, next_id FROM gamedb_ids");
        let expected = vec![
            super::text("players"),
            rusqlite::types::Value::Integer(expected),
        ];
        assert_eq!(ids, [expected]);
    }
}

/// Foreign keys are off while tables are made anew, so they are asked for before the transaction is committed.
#[test]
fn rows_that_a_script_leaves_without_what_they_name_are_refused() {
    let schema = |more: &str| {
        format!(
            "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER{more}) STRICT;
             CREATE TABLE pets (id INTEGER PRIMARY KEY, player_id INTEGER NOT NULL REFERENCES players (id)) STRICT;"
        )
    };
    let rows = "INSERT INTO players VALUES (1, 1), (2, 2); INSERT INTO pets VALUES (8, 1), (9, 2);";
    let file = SqlFile::new(&(schema("") + rows));
    let script = Consent::new().script("DELETE FROM players WHERE id = 2;");
    match file.refused(&schema(", level INTEGER"), &script) {
        MigrationError::Dangling { rows } => {
            assert_eq!(rows.len(), 1);
            assert!(rows[0].contains("row 9 of pets"), "{rows:?}");
        }
        other => panic!("{other}"),
    }
}
