//! Restoring a backup.

use super::*;
use crate::common::lock::after_failed_sync;

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

/// A name is free when nothing would be beside the file that SQLite, or the lock, would take for its own.
#[test]
fn what_is_beside_the_names_of_earlier_restores_is_not_written_over() {
    let (file, db, _) = flushed_file();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    let world = contents_of(&db);
    let killed = killed(&file);
    drop(db);
    let beside = |ending: &str| killed.folder().join(format!("world.db{ending}"));
    let taken = [
        ".aside-1-wal",
        ".aside-2-shm",
        ".aside-3-journal",
        ".aside-4-lock",
        ".aside-5",
    ];
    for ending in taken {
        std::fs::write(beside(ending), "only here").unwrap();
    }
    // A journal of the old file is no journal of the new one.
    std::fs::write(beside("-journal"), "the old one's").unwrap();
    let report = gamedb::restore(&backup, killed.path(), |_| {}).unwrap();
    assert_eq!(report.aside, Some(beside(".aside-6")));
    for ending in taken {
        assert_eq!(std::fs::read(beside(ending)).unwrap(), b"only here");
    }
    let journal = std::fs::read(beside(".aside-6-journal")).unwrap();
    assert_eq!(journal, b"the old one's");
    assert!(!beside("-journal").exists());
    assert_eq!(contents_of(&killed.open()), world);
    std::fs::remove_file(beside(".aside-6-journal")).unwrap();
    let aside = Database::<World>::open(beside(".aside-6")).unwrap();
    assert_eq!(contents_of(&aside), world);
}

/// SQLite would take it for a part of the new file, and play a journal back into it.
#[test]
fn no_new_file_is_made_beside_what_an_old_one_has_left() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    for ending in ["-wal", "-shm", "-journal"] {
        let to = TestFile::new();
        let left = to.folder().join(format!("world.db{ending}"));
        std::fs::write(&left, "left").unwrap();
        let errors = [
            file_error(gamedb::backup(file.path(), to.path(), |_| {})),
            file_error(gamedb::rescue(file.path(), to.path(), |_| {})),
        ];
        for error in errors {
            assert!(
                matches!(&error, FileError::Exists { path } if *path == left),
                "{error}"
            );
        }
        assert_eq!(names(to.folder()), [format!("world.db{ending}")]);
        // A restore moves it aside, as all that is in its place.
        let report = gamedb::restore(file.path(), to.path(), |_| {}).unwrap();
        assert_eq!(report.aside.is_some(), ending != "-shm");
        assert_eq!(contents_of(&to.open()), in_file(&file.path()));
    }
}

/// What the lock file says is about the file that is not there any more.
#[test]
fn a_restored_file_is_opened_after_a_failed_sync_of_the_old_one() {
    let (file, db, _) = flushed_file();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    let world = contents_of(&db);
    let killed = killed(&file);
    let lock = killed.folder().join("world.db-lock");
    let failed = after_failed_sync(&std::fs::read(&lock).unwrap());
    std::fs::write(&lock, failed).unwrap();
    let refused = killed.refused();
    assert!(matches!(refused, FileError::FailedSync { .. }), "{refused}");
    let _ = gamedb::restore(&backup, killed.path(), |_| {}).unwrap();
    assert_eq!(contents_of(&killed.open()), world);
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

/// What can fail comes before the old world is moved.
#[test]
fn a_restore_that_cannot_be_finished_changes_nothing() {
    let (file, db, _) = flushed_file();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    let killed = killed(&file);
    let before = killed.bytes();
    let beside = unfinished(&killed.path(), "-wal");
    let error = file_error(gamedb::restore(&backup, killed.path(), |progress| {
        // Some of the new file is not in it.
        if progress.stage == "content" {
            std::fs::write(&beside, "pages").unwrap();
        }
    }));
    assert!(
        matches!(&error, FileError::Io { path, .. } if *path == beside),
        "{error}"
    );
    assert!(killed.bytes() == before);
    assert_eq!(contents_of(&killed.open()), contents_of(&db));
}

/// A server that is started in the middle of it would make a new world where there is none.
#[test]
fn a_world_is_there_at_any_moment_of_a_restore() {
    let (file, db, _) = flushed_file();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    let killed = killed(&file);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let (path, order) = (killed.path(), std::sync::atomic::Ordering::SeqCst);
    let n_missed = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut n_missed = 0;
            while !is_over.load(order) {
                n_missed += usize::from(std::fs::metadata(&path).is_err());
            }
            n_missed
        });
        for _ in 0..5 {
            let _ = gamedb::restore(&backup, &path, |_| {}).unwrap();
        }
        is_over.store(true, order);
        watch.join().unwrap()
    });
    assert_eq!(n_missed, 0);
    // Each of them can be opened, and has one name.
    for n in 1..=5 {
        let aside = killed.folder().join(format!("world.db.aside-{n}"));
        assert!(Database::<World>::open(aside).is_ok(), "{n}");
    }
    assert_eq!(contents_of(&killed.open()), contents_of(&db));
}

/// How far a restore has come that was killed: what is under the name of the old world already, beside the file.
#[cfg(unix)]
fn interrupted(file: &TestFile, n: u32, moved: &[&str]) -> PathBuf {
    let killed = file.path();
    let aside = with_ending(&killed, &format!(".aside-{n}"));
    std::fs::hard_link(&killed, &aside).unwrap();
    for ending in moved {
        std::fs::rename(with_ending(&killed, ending), with_ending(&aside, ending)).unwrap();
    }
    aside
}

#[cfg(unix)]
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A backup, and what the world is afterwards: it has flushed once more, so that a log without which it is another
/// world is beside its file.
#[cfg(unix)]
fn backup_and_world() -> (TestFile, Database<World>, PathBuf, Contents) {
    let (file, mut db, sample) = flushed_file();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    rename(&mut db, sample.ada, "Ada");
    let _ = db.flush().unwrap();
    let world = contents_of(&db);
    (file, db, backup, world)
}

/// The file is refused under both of its names, and is not written to.
#[cfg(unix)]
#[track_caller]
fn is_told_of_the_restore(killed: &TestFile, aside: &Path) {
    let before = names(killed.folder());
    let refusals = [
        killed.refused(),
        file_error(Database::<World>::open(aside).map(drop)),
        file_error(
            Options::new()
                .accept_older_state()
                .open::<World>(killed.path())
                .map(drop),
        ),
    ];
    for refused in refusals {
        let FileError::RestoreInterrupted { path, aside: other } = &refused else {
            panic!("{refused}");
        };
        assert_eq!((path, &**other), (&killed.path(), aside));
        let message = refused.to_string();
        for ending in ["-wal", "-journal"] {
            let (from, to) = (with_ending(aside, ending), with_ending(path, ending));
            let advice = format!("{} to {}", from.display(), to.display());
            assert!(message.contains(&advice), "{message}");
        }
        assert!(message.ends_with(&format!("remove {}", aside.display())));
    }
    let own_lock = with_ending(aside, "-lock");
    std::fs::remove_file(own_lock).unwrap();
    assert_eq!(names(killed.folder()), before);
}

#[cfg(unix)]
#[test]
fn a_restore_that_was_killed_is_told_of_and_goes_on_where_it_was() {
    let (file, db, backup, world) = backup_and_world();
    let old = in_file(&backup);
    for (n, moved, next) in [(1, &[][..], 2), (1, &["-wal"], 2), (3, &["-wal"], 1)] {
        let killed = killed(&file);
        let aside = interrupted(&killed, n, moved);
        is_told_of_the_restore(&killed, &aside);
        let refused = file_error(gamedb::restore(&backup, &aside, |_| {}));
        let is_told = matches!(&refused, FileError::RestoreInterrupted { path, .. } if *path == killed.path());
        assert!(is_told, "{refused}");
        std::fs::remove_file(with_ending(&aside, "-lock")).unwrap();
        // Again, as somebody may who does not see what came of it.
        let report = gamedb::restore(&backup, killed.path(), |_| {}).unwrap();
        assert_eq!(report.aside.as_ref(), Some(&aside), "{moved:?}");
        let expected = [
            "",
            &format!(".aside-{n}"),
            &format!(".aside-{n}-wal"),
            "-lock",
        ];
        let mut expected = expected.map(|ending| format!("world.db{ending}"));
        expected.sort();
        assert_eq!(names(killed.folder()), expected);
        let set_aside = Database::<World>::open(&aside).unwrap();
        assert_eq!(contents_of(&set_aside), world, "{moved:?}");
        drop(set_aside);
        assert_eq!(contents_of(&killed.open()), old);
        // The next one is one of its own.
        let report = gamedb::restore(&backup, killed.path(), |_| {}).unwrap();
        let next = with_ending(&killed.path(), &format!(".aside-{next}"));
        assert_eq!(report.aside, Some(next));
    }
    drop(db);
}

/// The other way out that the message tells.
#[cfg(unix)]
#[test]
fn a_restore_that_was_killed_can_be_taken_back() {
    let (file, db, _, world) = backup_and_world();
    for moved in [&[][..], &["-wal"]] {
        let killed = killed(&file);
        let aside = interrupted(&killed, 1, moved);
        is_told_of_the_restore(&killed, &aside);
        for ending in ["-wal", "-journal"] {
            let moved = with_ending(&aside, ending);
            if moved.exists() {
                std::fs::rename(moved, with_ending(&killed.path(), ending)).unwrap();
            }
        }
        std::fs::remove_file(aside).unwrap();
        assert_eq!(contents_of(&killed.open()), world, "{moved:?}");
    }
    drop(db);
}

/// The world that is set aside may itself be what is to be restored.
#[cfg(unix)]
#[test]
fn what_a_killed_restore_has_set_aside_is_restored_with_its_log() {
    let (file, db, _, world) = backup_and_world();
    let killed = killed(&file);
    let aside = interrupted(&killed, 1, &["-wal"]);
    let report = gamedb::restore(&aside, killed.path(), |_| {}).unwrap();
    assert_eq!(report.aside.as_ref(), Some(&aside));
    assert_eq!(contents_of(&killed.open()), world);
    assert_eq!(contents_of(&Database::<World>::open(aside).unwrap()), world);
    drop(db);
}

/// Another program may have opened the file meanwhile, which knows nothing of the restore.
#[cfg(unix)]
#[test]
fn no_log_is_written_over_by_a_restore_that_goes_on() {
    let (file, db, backup, world) = backup_and_world();
    let old = in_file(&backup);
    for (left, n) in [("", 1), ("of another program", 2)] {
        let killed = killed(&file);
        let aside = interrupted(&killed, 1, &["-wal"]);
        let log = std::fs::read(with_ending(&aside, "-wal")).unwrap();
        std::fs::write(with_ending(&killed.path(), "-wal"), left).unwrap();
        let report = gamedb::restore(&backup, killed.path(), |_| {}).unwrap();
        let expected = with_ending(&killed.path(), &format!(".aside-{n}"));
        assert_eq!(report.aside.as_ref(), Some(&expected));
        assert!(std::fs::read(with_ending(&aside, "-wal")).unwrap() == log);
        if n == 1 {
            assert_eq!(contents_of(&Database::<World>::open(aside).unwrap()), world);
        } else {
            let other = std::fs::read_to_string(with_ending(&expected, "-wal"));
            assert_eq!(other.unwrap(), left);
        }
        assert_eq!(contents_of(&killed.open()), old);
    }
    drop(db);
}

/// A name like that of a world that was set aside is not enough, and neither is a second name.
#[cfg(unix)]
#[test]
fn only_a_file_under_both_names_is_an_interrupted_restore() {
    let (file, db, backup, _) = backup_and_world();
    let killed = killed(&file);
    let copy = with_ending(&killed.path(), ".aside-1");
    std::fs::copy(killed.path(), &copy).unwrap();
    std::os::unix::fs::symlink(killed.path(), with_ending(&killed.path(), ".aside-2")).unwrap();
    for other in [".aside-", ".aside-x", ".aside-1.old", ".second"] {
        let other = with_ending(&killed.path(), other);
        std::fs::hard_link(killed.path(), &other).unwrap();
        for path in [&killed.path(), &other] {
            let refused = file_error(Database::<World>::open(path).map(drop));
            assert!(
                matches!(refused, FileError::HardLinked { n_names: 2, .. }),
                "{refused}"
            );
        }
        std::fs::remove_file(other).unwrap();
    }
    let report = gamedb::restore(&backup, killed.path(), |_| {}).unwrap();
    assert_eq!(report.aside, Some(with_ending(&killed.path(), ".aside-3")));
    drop(db);
}
