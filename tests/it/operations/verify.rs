//! Verifying a file.

use super::*;

#[test]
fn a_sound_file_is_sound_open_closed_or_killed_and_is_not_written_to() {
    let (file, mut db, sample) = flushed_file();
    let report = gamedb::verify(file.path(), |_| {}).unwrap();
    assert!(report.is_sound() && !report.is_closed, "{report:?}");
    assert!(report.has_hashes);
    rename(&mut db, sample.ada, "Ada");
    let _ = db.flush().unwrap();
    assert_eq!(
        gamedb::verify(file.path(), |_| {}).unwrap().generation,
        Some(2)
    );
    let killed = killed(&file);
    let before = killed.bytes();
    let mut n_stages = 0;
    let report = gamedb::verify(killed.path(), |_| n_stages += 1).unwrap();
    assert!(
        report.is_sound() && !report.is_closed && report.generation == Some(2),
        "{report:?}"
    );
    assert!(n_stages >= 5);
    assert!(killed.bytes() == before, "written to");
    let n_rows = db.len() as u64;
    let _ = db.close().unwrap();
    let before = file.bytes();
    let report = gamedb::verify(file.path(), |_| {}).unwrap();
    assert!(report.is_sound() && report.is_closed, "{report:?}");
    assert_eq!((report.n_tables, report.n_rows), (14, n_rows));
    assert!(file.bytes() == before, "written to");
}

#[test]
fn what_is_wrong_is_listed() {
    let cases = [
        (
            "DELETE FROM attribute_owners WHERE id = 1",
            "pivots",
            "attributes",
        ),
        (
            "DELETE FROM players WHERE id = 1",
            "foreign keys",
            "mobiles",
        ),
        (
            "UPDATE players SET full_name = 'Eve' WHERE id = 1",
            "content",
            "players",
        ),
    ];
    for (sql, check, table) in cases {
        let (file, db, _) = flushed_file();
        let _ = db.close().unwrap();
        let other = file.writer();
        other.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        other.execute_batch(sql).unwrap();
        drop(other);
        let report = gamedb::verify(file.path(), |_| {}).unwrap();
        let mut problems = report.problems.iter();
        let is_it = problems.any(|problem| {
            problem.check == check && problem.table.as_deref().unwrap_or("") == table
        });
        assert!(is_it, "{sql}: {:?}", report.problems);
    }
}

#[test]
fn a_log_that_is_not_the_files_is_named() {
    let (file, mut db, _) = flushed_file();
    let old = killed(&file);
    drop(db);
    db = file.open();
    let ada = sample::ada(&db);
    rename(&mut db, ada, "Ada");
    let _ = db.flush().unwrap();
    std::fs::copy(
        file.folder().join("world.db-wal"),
        old.folder().join("world.db-wal"),
    )
    .unwrap();
    let report = gamedb::verify(old.path(), |_| {}).unwrap();
    assert!(
        report.problems.iter().any(|problem| problem.check == "log"),
        "{report:?}"
    );
}

#[test]
fn what_is_no_file_or_none_of_sqlites_is_an_error() {
    let file = TestFile::new();
    let missing = file_error(gamedb::verify(file.path(), |_| {}));
    assert!(matches!(missing, FileError::NotThere { .. }), "{missing}");
    std::fs::write(file.path(), vec![7; 9_000]).unwrap();
    let other = file_error(gamedb::verify(file.path(), |_| {}));
    assert!(matches!(other, FileError::NotADatabase { .. }), "{other}");
    assert_eq!(names(file.folder()), ["world.db"]);
}

/// Within each stage, by pages or rows: a large file does not stand still at a part of a bar.
#[test]
fn progress_goes_on_within_each_stage_and_comes_to_its_end() {
    let file = TestFile::new();
    let small = "PRAGMA page_size = 512; VACUUM";
    Connection::open(file.path())
        .unwrap()
        .execute_batch(small)
        .unwrap();
    let mut db = file.open();
    for n in 0..12_000 {
        let key = db.insert(player(n)).unwrap();
        if n < 100 {
            let luck = crate::common::sample::attribute("luck");
            let _ = db.get_mut(key).unwrap().add_attribute(luck).unwrap();
        }
    }
    let n_rows = db.len() as u64;
    let _ = db.close().unwrap();
    let n_pages = file.query::<i64>("PRAGMA page_count").unsigned_abs();
    let mut stages: Vec<(String, Vec<u64>, u64)> = Vec::new();
    let report = gamedb::verify(file.path(), |progress| {
        assert!(progress.done <= progress.total, "{progress:?}");
        match stages.last_mut() {
            Some((stage, done, total)) if stage == progress.stage => {
                assert_eq!(*total, progress.total, "{progress:?}");
                assert!(done.last() <= Some(&progress.done), "{progress:?}");
                done.push(progress.done);
            }
            _ => stages.push((
                progress.stage.to_owned(),
                vec![progress.done],
                progress.total,
            )),
        }
    });
    assert!(report.unwrap().is_sound());
    let names: Vec<_> = stages.iter().map(|(stage, ..)| stage.as_str()).collect();
    let expected = [
        "ids",
        "pages",
        "rows and indexes",
        "foreign keys",
        "pivots",
        "content",
    ];
    assert_eq!(names, expected);
    for (stage, done, total) in &stages {
        let is_of_pages = stage == "pages";
        assert_eq!(
            *total,
            if is_of_pages { n_pages } else { n_rows },
            "{stage}"
        );
        assert_eq!(done.last(), Some(total), "{stage}");
        // How often it is told while SQLite is at work depends on the machine.
        let is_within = done.iter().any(|&done| 0 < done && done < *total);
        assert!(
            is_within || is_of_pages || stage == "rows and indexes",
            "{stage}: {done:?}"
        );
    }
}

/// A file that is read as one that never changes must not be opened by a game meanwhile.
#[test]
fn no_game_opens_a_file_that_is_being_read() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let to = |name: &str| file.folder().join(name);
    let mut n_refused = 0;
    let mut open = |_: gamedb::Progress<'_>| {
        let refused = file_error(file.try_open().map(drop));
        assert!(
            matches!(refused, FileError::AlreadyOpen { .. }),
            "{refused}"
        );
        n_refused += 1;
    };
    let _ = gamedb::verify(file.path(), &mut open).unwrap();
    let _ = gamedb::backup(file.path(), to("backup.db"), &mut open).unwrap();
    let _ = gamedb::rescue(file.path(), to("rescued.db"), &mut open).unwrap();
    let _ = gamedb::restore(file.path(), to("other.db"), &mut open).unwrap();
    assert!(n_refused > 4, "{n_refused}");
    assert!(file.try_open().is_ok());
}
