//! Restoring a backup.

use super::*;

#[test]
fn a_restore_over_a_killed_world_moves_it_aside_whole() {
    let (file, mut db, sample) = flushed_file();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    let old = contents_of(&db);
    rename(&mut db, sample.ada, "Ada");
    let _ = db.flush().unwrap();
    let refused = file_error(gamedb::restore(&backup, file.path(), |_| {}));
    assert!(
        matches!(refused, FileError::AlreadyOpen { .. }),
        "{refused}"
    );
    let killed = killed(&file);
    for n in 1..=2 {
        let report = gamedb::restore(&backup, killed.path(), |_| {}).unwrap();
        let aside = report.aside.unwrap();
        assert_eq!(
            aside.file_name().unwrap(),
            format!("world.db.aside-{n}").as_str()
        );
        assert_eq!(report.generation, Some(1));
        let db = killed.open();
        assert_eq!(contents_of(&db), old);
        drop(db);
        if n == 1 {
            // What was moved aside can be opened, with its log.
            assert_eq!(
                contents_of(&Database::<World>::open(&aside).unwrap()),
                contents_of(&db_of(&file, &db_name()))
            );
        }
    }
    drop(db);
}

fn db_name() -> String {
    "again.db".into()
}

/// What the file holds that is open.
fn db_of(file: &TestFile, name: &str) -> Database<World> {
    let to = file.folder().join(name);
    let _ = gamedb::backup(file.path(), &to, |_| {}).unwrap();
    Database::open(to).unwrap()
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let (file, db, _) = flushed_file();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    let _ = db.close().unwrap();
    let sql = "UPDATE players SET full_name = 'Eve' WHERE id = 1";
    Connection::open(&backup)
        .unwrap()
        .execute_batch(sql)
        .unwrap();
    let before = file.bytes();
    let error = file_error(gamedb::restore(&backup, file.path(), |_| {}));
    assert!(matches!(error, FileError::Damaged { .. }), "{error}");
    assert!(file.bytes() == before);
    let itself = file_error(gamedb::restore(file.path(), file.path(), |_| {}));
    assert!(matches!(itself, FileError::Exists { .. }), "{itself}");
    assert!(file.bytes() == before);
}

#[test]
fn a_restore_to_a_place_without_a_world_makes_one() {
    let (file, db, _) = flushed_file();
    let world = contents_of(&db);
    let other = TestFile::new();
    let report = gamedb::restore(file.path(), other.path(), |_| {}).unwrap();
    assert_eq!(report.aside, None);
    assert_eq!(contents_of(&other.open()), world);
}
