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
    for schema in [&schema, Tables::DDL] {
        let migration = Migration::plan(image.path(), schema).unwrap();
        migration.run(&Consent::new()).unwrap();
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
