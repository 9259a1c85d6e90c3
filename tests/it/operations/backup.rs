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

/// SQLite tries to take away what it has beside a file when it closes it, and says nothing if it cannot. What has content
/// then may be a part of the file.
#[test]
fn a_copy_that_is_not_all_in_one_file_is_no_backup() {
    let (file, db, _) = flushed_file();
    let world = contents_of(&db);
    for ending in ["-wal", "-shm", "-journal"] {
        for content in ["pages", ""] {
            let beside = unfinished(&to(&file), ending);
            let made = gamedb::backup(file.path(), to(&file), |progress| {
                if progress.stage == "content" {
                    std::fs::write(&beside, content).unwrap();
                }
            });
            let is_left = |name: &String| name.starts_with("backup");
            let left: Vec<_> = names(file.folder()).into_iter().filter(is_left).collect();
            if content.is_empty() {
                let _ = made.unwrap();
                assert_eq!(left, ["backup.db"], "{ending}");
                assert_eq!(in_file(&to(&file)), world);
                std::fs::remove_file(to(&file)).unwrap();
                continue;
            }
            let error = file_error(made);
            assert!(
                matches!(&error, FileError::Io { path, .. } if *path == beside),
                "{ending}: {error}"
            );
            assert_eq!(left, [""; 0], "{ending}");
        }
    }
}

/// In a container every process has the same number, so the name of its copy is taken.
#[test]
fn what_a_backup_that_was_killed_has_left_is_in_nobodys_way() {
    let (file, db, _) = flushed_file();
    let taken = [unfinished(&to(&file), ""), unfinished(&to(&file), "-2-wal")];
    for taken in &taken {
        std::fs::write(taken, "left").unwrap();
    }
    let _ = gamedb::backup(file.path(), to(&file), |_| {}).unwrap();
    assert_eq!(in_file(&to(&file)), contents_of(&db));
    for taken in &taken {
        assert_eq!(std::fs::read(taken).unwrap(), b"left");
    }
    let backups = names(file.folder()).into_iter();
    let backups: Vec<_> = backups
        .filter(|name| name.starts_with("backup.db"))
        .collect();
    assert_eq!(backups.len(), 3, "{backups:?}");
}

/// It would be read as a file that nobody writes to.
#[cfg(unix)]
#[test]
fn a_file_is_not_read_if_nobody_knows_whether_a_game_has_it() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let lock = file.folder().join("world.db-lock");
    std::fs::remove_file(&lock).unwrap();
    std::os::unix::fs::symlink(&lock, &lock).unwrap();
    let errors = [
        file_error(gamedb::backup(file.path(), to(&file), |_| {})),
        file_error(gamedb::verify(file.path(), |_| {})),
        file_error(gamedb::rescue(file.path(), to(&file), |_| {})),
    ];
    for error in errors {
        assert!(matches!(error, FileError::Lock { .. }), "{error}");
    }
    assert!(!to(&file).exists());
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

/// The game flushes while the copy is made. Prints how long it waited at most.
#[test]
fn the_loop_is_not_held_up_by_a_backup() {
    let (file, mut db) = new_file();
    for n in 0..20_000 {
        db.insert(player(n)).unwrap();
    }
    let _ = db.flush().unwrap();
    let start = std::time::Instant::now();
    let backup = db.backup(to(&file)).unwrap();
    let call = start.elapsed();
    let (mut longest, mut n_flushes) = (std::time::Duration::ZERO, 0);
    while !backup.is_finished() {
        db.insert(player(100_000 + n_flushes)).unwrap();
        let start = std::time::Instant::now();
        let _ = db.flush().unwrap();
        longest = longest.max(start.elapsed());
        n_flushes += 1;
    }
    let report = backup.wait().unwrap();
    println!(
        "call {call:?}, longest of {n_flushes} flushes {longest:?}, all of it {:?}",
        report.took
    );
    assert!(
        n_flushes > 0,
        "the copy was complete when the call returned"
    );
}
