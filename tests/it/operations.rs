//! What an operator does with a world file: verify, back up, restore, and rescue what can be read of a damaged one.

use std::path::{Path, PathBuf};

use crate::common::sample::{flushed_file, player, rename};
use crate::common::{Contents, TestFile, contents_of, contents_of_file, new_file};
use gamedb::{Database, Error, ErrorKind, FileError, Options};
use gamedb_models::World;
use rusqlite::Connection;

fn file_error<R: std::fmt::Debug>(result: Result<R, Error>) -> FileError {
    match result.unwrap_err().into_kind() {
        ErrorKind::File(error) => error,
        other => panic!("{other}"),
    }
}

fn in_file(path: &Path) -> Contents {
    contents_of_file(&Connection::open(path).unwrap())
}

/// All names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The files of a world as a kill would leave them, in a folder of their own.
fn killed(file: &TestFile) -> TestFile {
    let other = TestFile::new();
    for ending in ["", "-wal", "-lock"] {
        let name = format!("world.db{ending}");
        let (from, to) = (file.folder().join(&name), other.folder().join(&name));
        std::fs::copy(from, to).unwrap();
    }
    other
}

mod verify {
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
        let (file, mut db, sample) = flushed_file();
        let old = killed(&file);
        drop(db);
        db = file.open();
        rename(&mut db, sample.ada, "Ada");
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
}

mod backup {
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
}

mod restore {
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
}

mod rescue {
    use super::*;
    use std::collections::BTreeSet;

    const PAGE: usize = 512;

    /// A closed file of small pages with many rows, and its bytes.
    fn many_rows() -> (TestFile, Contents) {
        let file = TestFile::new();
        let pages = format!("PRAGMA page_size = {PAGE}; VACUUM");
        Connection::open(file.path())
            .unwrap()
            .execute_batch(&pages)
            .unwrap();
        let mut db = file.open();
        for n in 0..400 {
            let key = db.insert(player(n)).unwrap();
            if n % 3 == 0 {
                let mut player = db.get_mut(key).unwrap();
                let _ = player
                    .add_attribute(crate::common::sample::attribute("luck"))
                    .unwrap();
            }
        }
        let world = contents_of(&db);
        let _ = db.close().unwrap();
        (file, world)
    }

    /// The leaves of the table of players, with the ids in each. SQLite tells in which one a row is by what it cannot
    /// read when the page is gone.
    fn ids_readable(path: &Path, table: &str) -> BTreeSet<i64> {
        let file = Connection::open(path).unwrap();
        let sql = format!("SELECT full_name FROM {table} NOT INDEXED WHERE id = ?");
        let is_there = |id: &i64| {
            file.query_row(&sql, [id], |row| row.get::<_, String>(0))
                .is_ok()
        };
        (1..=400).filter(is_there).collect()
    }

    fn check(file: &TestFile, world: &Contents, what: &str) -> gamedb::RescueReport {
        let to = file.folder().join("rescued.db");
        let before = std::fs::read(file.path()).unwrap();
        let report = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
        assert!(std::fs::read(file.path()).unwrap() == before);
        let rescued = in_file(&to);
        for (table, rows) in &rescued {
            for (id, row) in rows {
                assert_eq!(
                    world[table].get(id),
                    Some(row),
                    "{what}: {table} {id} was invented"
                );
            }
        }
        let readable = ids_readable(&file.path(), "players");
        let found: BTreeSet<_> = rescued["players"].keys().copied().collect();
        let missed: Vec<_> = readable.difference(&found).collect();
        assert!(
            missed.is_empty(),
            "{what}: {missed:?} can be read; {report:?}"
        );
        let n_lost = world["players"].len() - found.len();
        let players = report
            .tables
            .iter()
            .find(|table| table.table == "players")
            .unwrap();
        assert_eq!(n_lost > 0, !players.is_complete(), "{what}: {players:?}");
        assert!(players.n_rows as usize == found.len());
        std::fs::remove_file(to).unwrap();
        report
    }

    #[test]
    fn a_whole_file_is_rescued_whole_and_can_be_opened() {
        let (file, world) = many_rows();
        let to = file.folder().join("rescued.db");
        let report = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
        assert!(report.is_complete(), "{report:?}");
        let mut db = Options::new().accept_edits().open::<World>(&to).unwrap();
        assert_eq!(contents_of(&db), world);
        let next = db.insert(player(9_999)).unwrap();
        assert_eq!(db.id(next).unwrap().get(), 401);
        let again = file_error(gamedb::rescue(file.path(), &to, |_| {}));
        assert!(matches!(again, FileError::Exists { .. }), "{again}");
    }

    #[test]
    fn every_row_on_an_undamaged_page_comes_back_and_none_is_invented() {
        let (file, world) = many_rows();
        let whole = std::fs::read(file.path()).unwrap();
        let n_pages = whole.len() / PAGE;
        let step = std::env::var("GAMEDB_DAMAGED_PAGES").map_or(n_pages / 12, |n| {
            n_pages / n.parse::<usize>().unwrap().min(n_pages)
        });
        let mut n_lossy = 0;
        for page in (1..n_pages).step_by(step.max(1)) {
            let place = page * PAGE..(page + 1) * PAGE;
            let noise = (0..PAGE).map(|n| ((n * 7 + page * 31) ^ (n >> 3)) as u8);
            for (what, content) in [
                ("zeroed", vec![0; PAGE]),
                ("noise", noise.collect::<Vec<_>>()),
            ] {
                let mut damaged = whole.clone();
                damaged[place.clone()].copy_from_slice(&content);
                // The list of tables is on the first pages.
                std::fs::write(file.path(), &damaged).unwrap();
                if is_schema(&file) {
                    let report = check(&file, &world, &format!("page {page} {what}"));
                    n_lossy += usize::from(!report.is_complete());
                }
            }
        }
        assert!(n_lossy > 5, "{n_lossy}");
    }

    /// Whether the list of tables can be read.
    fn is_schema(file: &TestFile) -> bool {
        let connection = Connection::open(file.path()).unwrap();
        connection
            .query_row("SELECT count(*) FROM players WHERE id = 0", [], |_| Ok(()))
            .is_ok()
            && connection
                .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
                .is_ok()
    }

    #[test]
    fn a_file_that_was_cut_off_gives_what_is_left() {
        let (file, world) = many_rows();
        let whole = std::fs::read(file.path()).unwrap();
        let n_pages = whole.len() / PAGE;
        for kept in [n_pages / 4, n_pages / 2, n_pages - 3] {
            std::fs::write(file.path(), &whole[..kept * PAGE]).unwrap();
            if is_schema(&file) {
                let _ = check(&file, &world, &format!("cut to {kept}"));
            }
        }
    }

    #[test]
    fn where_nothing_can_be_read_it_says_so_and_leaves_no_file() {
        let (file, db) = new_file();
        let _ = db.close().unwrap();
        let to = file.folder().join("rescued.db");
        std::fs::write(file.path(), vec![9; 20_000]).unwrap();
        let error = file_error(gamedb::rescue(file.path(), &to, |_| {}));
        assert!(matches!(error, FileError::NotADatabase { .. }), "{error}");
        assert!(
            names(file.folder())
                .iter()
                .all(|name| !name.contains("rescued"))
        );
    }
}
