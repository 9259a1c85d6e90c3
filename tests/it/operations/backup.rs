//! Backups.

use super::*;

fn to(folder: &TestFile) -> PathBuf {
    folder.folder().join("backup.db")
}

#[test]
fn a_backup_while_the_game_runs_has_what_was_flushed_when_it_began() {
    let (file, mut db, sample) = flushed_file();
    for n in 100..3_000 {
        db.insert(player(n)).unwrap();
    }
    let _ = db.flush().unwrap();
    let before = contents_of(&db);
    rename(&mut db, sample.ada, "dirty");
    let backup = db.backup(to(&file)).unwrap();
    for n in 3_000..3_010 {
        db.insert(player(n)).unwrap();
        let _ = db.flush().unwrap();
    }
    let report = backup.wait().unwrap();
    assert_eq!((report.generation, &report.path), (Some(2), &to(&file)));
    assert!(in_file(&to(&file)) == before);
    // It is a world that was closed, alone in its folder.
    let left: Vec<_> = names(file.folder())
        .into_iter()
        .filter(|name| name.starts_with("backup"))
        .collect();
    assert_eq!(left, ["backup.db"]);
    let report = gamedb::verify(to(&file), |_| {}).unwrap();
    assert!(report.is_sound() && report.is_closed, "{report:?}");
    assert!(contents_of(&Database::<World>::open(to(&file)).unwrap()) == before);
    file.reopen(db);
}

#[test]
fn a_backup_that_is_dropped_or_refused_leaves_no_file() {
    let (file, db, _) = flushed_file();
    drop(db.backup(to(&file)).unwrap());
    let is_left = |name: &String| name.contains("unfinished");
    assert!(!names(file.folder()).iter().any(is_left));
    let _ = std::fs::remove_file(to(&file));
    std::fs::write(to(&file), "mine").unwrap();
    let refused = db.backup(to(&file)).map(drop);
    assert!(matches!(file_error(refused), FileError::Exists { .. }));
    assert_eq!(std::fs::read(to(&file)).unwrap(), b"mine");
    let nowhere = file.folder().join("missing").join("backup.db");
    assert!(db.backup(nowhere).and_then(gamedb::Backup::wait).is_err());
    assert!(!names(file.folder()).iter().any(is_left));
}

/// Of a backup, and of a backup of that, as of a game that was killed.
#[test]
fn a_backup_is_a_world_like_any_other() {
    let (file, db, _) = flushed_file();
    let world = contents_of(&db);
    let killed = killed(&file);
    let first = to(&killed);
    let _ = gamedb::backup(killed.path(), &first, |_| {}).unwrap();
    let second = killed.folder().join("second.db");
    let _ = gamedb::backup(&first, &second, |_| {}).unwrap();
    let db = Database::<World>::open(&second).unwrap();
    assert_eq!(contents_of(&db), world);
    let third = killed.folder().join("third.db");
    let _ = db.backup(&third).unwrap().wait().unwrap();
    assert_eq!(in_file(&third), world);
}

#[test]
fn a_damaged_file_is_no_backup() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let sql = "UPDATE players SET full_name = 'Eve' WHERE id = 1";
    file.writer().execute_batch(sql).unwrap();
    let error = file_error(gamedb::backup(file.path(), to(&file), |_| {}));
    assert!(matches!(error, FileError::Damaged { .. }), "{error}");
    assert!(!to(&file).exists());
}
