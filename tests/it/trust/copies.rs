//! Copies that SQLite has made of a world, and that are worlds of their own from then on: what is left of them when the
//! process or the machine dies in the checkpoint that brings their first flushes in.

use std::path::{Path, PathBuf};

use crate::common::lock::{after_restart, in_format_1};
use crate::common::sample::{fill, flushed_file, rename};
use crate::common::{Contents, TestFile, contents_of};
use gamedb::{Database, Error, ErrorKind, FileError};
use gamedb_faults::Random;
use gamedb_models::{Player, World};

/// Bytes of a page.
const PAGE: usize = 512;

fn beside(file: &TestFile, ending: &str) -> PathBuf {
    file.folder().join(format!("world.db{ending}"))
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// A world of small pages that is open, and has been flushed twice since.
fn open_world() -> (TestFile, Database<World>) {
    let file = TestFile::new();
    let small = format!("PRAGMA page_size = {PAGE}; VACUUM");
    file.writer().execute_batch(&small).unwrap();
    let mut db = file.open();
    fill(&mut db);
    let _ = db.close().unwrap();
    let mut db = file.open();
    flush_names(&mut db, &["a", "b"]);
    (file, db)
}

fn flush_names(db: &mut Database<World>, names: &[&str]) {
    let ada = Player::find_by_email(db, "1@example.com").unwrap().key();
    for name in names {
        rename(db, ada, name);
        let _ = db.flush().unwrap();
    }
}

fn copy_of_sqlites(file: &TestFile, by_vacuum: bool) -> TestFile {
    let copy = TestFile::new();
    let source = file.writer();
    if by_vacuum {
        let path = copy.path();
        let sql = "VACUUM INTO ?1";
        source.execute(sql, [path.to_str().unwrap()]).unwrap();
    } else {
        let progress = None::<fn(rusqlite::backup::Progress)>;
        source.backup("main", copy.path(), progress).unwrap();
    }
    copy
}

/// A copy that was adopted and flushed to, before and after the checkpoint of its first log.
struct Checkpoint {
    before: Vec<u8>,
    after: Vec<u8>,
    log: Vec<u8>,
    lock: Vec<u8>,
    world: Contents,
}

impl Checkpoint {
    fn of(by_vacuum: bool) -> Self {
        let (file, db) = open_world();
        let copy = copy_of_sqlites(&file, by_vacuum);
        drop(db);
        Self::of_copy(&copy)
    }

    fn of_copy(copy: &TestFile) -> Self {
        Self::of_edited_copy(copy, "")
    }

    /// With what another program has written behind the last flush.
    fn of_edited_copy(copy: &TestFile, edit: &str) -> Self {
        let mut db = copy.open();
        flush_names(&mut db, &["c", &"d".repeat(3 * PAGE), "e"]);
        copy.writer().execute_batch(edit).unwrap();
        let [before, log, lock] = ["", "-wal", "-lock"].map(|ending| bytes(&beside(copy, ending)));
        let killed = TestFile::new();
        for (ending, content) in [("", &before), ("-wal", &log)] {
            std::fs::write(beside(&killed, ending), content).unwrap();
        }
        let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
        let other = killed.writer();
        other.query_row(checkpoint, [], |_| Ok(())).unwrap();
        let after = bytes(&killed.path());
        let world = copy.contents();
        assert!(!edit.is_empty() || world == contents_of(&db));
        assert!(before != after && !log.is_empty());
        Self {
            before,
            after,
            log,
            lock,
            world,
        }
    }

    fn n_pages(&self) -> usize {
        self.after.len() / PAGE
    }

    /// Opens the file with those pages that have been brought in.
    fn open_with(&self, is_in: impl Fn(usize) -> bool, lock: Option<&[u8]>) -> Contents {
        contents_of(&self.image(is_in, lock).open())
    }

    /// The file with those pages that have been brought in, and the log.
    fn image(&self, is_in: impl Fn(usize) -> bool, lock: Option<&[u8]>) -> TestFile {
        let mut file = self.before.clone();
        file.resize(self.after.len().max(file.len()), 0);
        for page in (0..self.n_pages()).filter(|&page| is_in(page)) {
            let place = page * PAGE..(page + 1) * PAGE;
            file[place.clone()].copy_from_slice(&self.after[place]);
        }
        let image = TestFile::new();
        std::fs::write(image.path(), file).unwrap();
        std::fs::write(beside(&image, "-wal"), &self.log).unwrap();
        if let Some(lock) = lock {
            std::fs::write(beside(&image, "-lock"), lock).unwrap();
        }
        image
    }
}

/// A checkpoint writes pages in their order.
#[test]
fn a_kill_in_the_first_checkpoint_of_an_adopted_copy_is_no_other_file() {
    for by_vacuum in [false, true] {
        let checkpoint = Checkpoint::of(by_vacuum);
        for n_done in 0..=checkpoint.n_pages() {
            for lock in [Some(&checkpoint.lock[..]), None] {
                let found = checkpoint.open_with(|page| page < n_done, lock);
                assert!(found == checkpoint.world, "{by_vacuum} {n_done}");
            }
        }
    }
}

/// A power cut may have lost any of the pages, and the log was synced before.
#[test]
fn a_power_cut_in_the_first_checkpoint_of_an_adopted_copy_is_no_other_file() {
    for by_vacuum in [false, true] {
        let checkpoint = Checkpoint::of(by_vacuum);
        let lock = after_restart(&checkpoint.lock);
        let mut random = Random::new(3);
        for one_in in [2, 2, 2, 2, 2, 2, 3, 3, 3, 5, 9, 20] {
            let is_in: Vec<_> = (0..checkpoint.n_pages())
                .map(|_| random.below(one_in) == 0)
                .collect();
            let found = checkpoint.open_with(|page| is_in[page], Some(&lock));
            assert!(found == checkpoint.world, "{by_vacuum} {is_in:?}");
        }
        for left_out in 0..checkpoint.n_pages() {
            let found = checkpoint.open_with(|page| page != left_out, Some(&lock));
            assert!(found == checkpoint.world, "{by_vacuum} all but {left_out}");
            let found = checkpoint.open_with(|page| page == left_out, Some(&lock));
            assert!(found == checkpoint.world, "{by_vacuum} only {left_out}");
        }
    }
}

/// Its number is a small one, as that of no file of ours is.
#[test]
fn a_power_cut_in_the_first_checkpoint_of_a_backup_that_was_vacuumed_is_no_other_file() {
    let (file, db) = open_world();
    let copy = copy_of_sqlites(&file, false);
    drop(db);
    copy.writer().execute_batch("VACUUM").unwrap();
    let checkpoint = Checkpoint::of_copy(&copy);
    let lock = after_restart(&checkpoint.lock);
    for chosen in 0..checkpoint.n_pages() {
        let found = checkpoint.open_with(|page| page != chosen, Some(&lock));
        assert!(found == checkpoint.world, "all but {chosen}");
        let found = checkpoint.open_with(|page| page == chosen, Some(&lock));
        assert!(found == checkpoint.world, "only {chosen}");
    }
}

/// The process died between the two writes, and another program has brought the log in and deleted it.
#[test]
fn a_file_without_a_log_may_be_one_flush_newer_than_its_lock_record() {
    for is_rebuilt in [false, true] {
        let (file, mut db) = open_world();
        let lock = bytes(&beside(&file, "-lock"));
        for n_newer in 1..=2 {
            if is_rebuilt {
                file.writer().execute_batch("VACUUM").unwrap();
            }
            flush_names(&mut db, &[&n_newer.to_string()]);
            let killed = TestFile::new();
            for ending in ["", "-wal"] {
                std::fs::copy(beside(&file, ending), beside(&killed, ending)).unwrap();
            }
            let other = killed.writer();
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            other.query_row(checkpoint, [], |_| Ok(())).unwrap();
            drop(other);
            assert!(!beside(&killed, "-wal").exists());
            std::fs::write(beside(&killed, "-lock"), &lock).unwrap();
            if n_newer == 1 {
                assert_eq!(contents_of(&killed.open()), contents_of(&db));
                continue;
            }
            // What came after may be in a log that is gone.
            let refused = killed.refused();
            assert!(matches!(refused, FileError::LogMissing { .. }), "{refused}");
        }
    }
}

/// The record of a copy that went on apart says nothing of this file, whatever its number.
#[test]
fn a_file_that_does_not_follow_its_lock_record_is_no_flush_newer() {
    let (file, db) = open_world();
    let backup = file.folder().join("backup.db");
    let _ = db.backup(&backup).unwrap().wait().unwrap();
    drop(db);
    let other = TestFile::new();
    std::fs::copy(&backup, other.path()).unwrap();
    let (mut db, mut apart) = (file.open(), other.open());
    flush_names(&mut db, &["c", "d"]);
    flush_names(&mut apart, &["e"]);
    let mixed = TestFile::new();
    for ending in ["", "-wal"] {
        std::fs::copy(beside(&file, ending), beside(&mixed, ending)).unwrap();
    }
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    let program = mixed.writer();
    program.query_row(checkpoint, [], |_| Ok(())).unwrap();
    drop(program);
    std::fs::copy(beside(&other, "-lock"), beside(&mixed, "-lock")).unwrap();
    let refused = mixed.refused();
    assert!(matches!(refused, FileError::LogMissing { .. }), "{refused}");
}

/// VACUUM puts rows on other pages, and what the log has builds on that.
#[test]
fn a_file_from_before_a_vacuum_is_not_that_of_the_log_behind_it() {
    let (file, mut db) = open_world();
    let run = |sql: &str| file.writer().execute_batch(sql).unwrap();
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    let before = bytes(&file.path());
    run("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    flush_names(&mut db, &["c"]);
    let mixed = TestFile::new();
    for ending in ["", "-wal"] {
        std::fs::copy(beside(&file, ending), beside(&mixed, ending)).unwrap();
    }
    assert_eq!(contents_of(&mixed.open()), contents_of(&db));
    std::fs::copy(beside(&file, "-wal"), beside(&mixed, "-wal")).unwrap();
    std::fs::write(mixed.path(), before).unwrap();
    let _ = std::fs::remove_file(beside(&mixed, "-lock"));
    let refused = mixed.refused();
    assert!(matches!(refused, FileError::OtherLog { .. }), "{refused}");
}

/// Both have a state that the log has. VACUUM INTO puts rows on other pages; `.backup` leaves every page in its place.
#[test]
fn a_copy_of_sqlites_under_the_log_of_the_original_is_refused_or_right() {
    let (file, mut db) = open_world();
    let copies = [true, false].map(|by_vacuum| copy_of_sqlites(&file, by_vacuum));
    flush_names(&mut db, &["c", "d"]);
    for (n, copy) in copies.iter().enumerate() {
        std::fs::copy(beside(&file, "-wal"), beside(copy, "-wal")).unwrap();
        if n == 1 {
            assert_eq!(contents_of(&copy.open()), contents_of(&db));
            continue;
        }
        match copy.refused() {
            FileError::OtherLog { relation, .. } => {
                assert!(relation.contains("copy"), "{relation}")
            }
            other => panic!("{other}"),
        }
    }
}

/// The page of the number is not the only one that is in another place then.
#[test]
fn a_backup_that_was_vacuumed_is_not_the_file_of_the_originals_log() {
    // The log may have the first page, which is written when the file grows, or not.
    for name in ["c".to_owned(), "c".repeat(20 * PAGE)] {
        let (file, mut db) = open_world();
        let copy = copy_of_sqlites(&file, false);
        copy.writer().execute_batch("VACUUM").unwrap();
        let version = "PRAGMA schema_version";
        let version: i64 = copy
            .writer()
            .query_row(version, [], |row| row.get(0))
            .unwrap();
        assert_eq!(version, 2);
        flush_names(&mut db, &[&name, "d"]);
        std::fs::copy(beside(&file, "-wal"), beside(&copy, "-wal")).unwrap();
        match copy.refused() {
            FileError::OtherLog { relation, .. } => {
                assert!(relation.contains("copy"), "{relation}");
            }
            other => panic!("{other}"),
        }
    }
}

/// What was put where it does not belong: the files of `file`, and the log of `of_log`.
fn under_the_log_of(file: &TestFile, of_log: &TestFile) -> TestFile {
    let mixed = TestFile::new();
    std::fs::copy(file.path(), mixed.path()).unwrap();
    std::fs::copy(beside(of_log, "-wal"), beside(&mixed, "-wal")).unwrap();
    mixed
}

fn assert_other_log(mixed: &TestFile, what: &str) {
    match mixed.refused() {
        FileError::OtherLog { relation, .. } => assert!(relation.contains("copy"), "{relation}"),
        other => panic!("{what}: {other}"),
    }
    let report = gamedb::verify(mixed.path(), |_| {}).unwrap();
    assert!(!report.is_sound(), "{what}");
}

/// The first page says which number the schema has; where a log begins with it, it looks like the adoption of a copy.
#[test]
fn a_backup_that_was_vacuumed_is_not_the_file_of_a_log_that_begins_with_the_first_page() {
    for n_before in [0, 1] {
        let (file, db) = open_world();
        let _ = db.close().unwrap();
        let mut db = file.open();
        let backup = |n: usize| {
            let copy = copy_of_sqlites(&file, false);
            copy.writer().execute_batch("VACUUM").unwrap();
            (n, copy)
        };
        let mut copies = vec![backup(0)];
        flush_names(&mut db, &["c".repeat(20 * PAGE).as_str()]);
        copies.push(backup(1));
        flush_names(&mut db, &["d"]);
        for (n, copy) in copies.iter().filter(|(n, _)| *n >= n_before) {
            assert_other_log(&under_the_log_of(copy, &file), &format!("after {n}"));
        }
        assert_eq!(contents_of(&killed(&file).open()), contents_of(&db));
    }
}

fn killed(file: &TestFile) -> TestFile {
    under_the_log_of(file, file)
}

/// Two copies of one state have the same number: one was VACUUMed, the other got a table of somebody's.
#[test]
fn a_copy_is_not_the_file_of_the_log_of_another_copy_with_the_same_number() {
    let (file, mut db) = open_world();
    // VACUUM puts all of it on other pages.
    let players: Vec<_> = db.iter::<Player>().map(|(key, _)| key).collect();
    for (n, player) in players.into_iter().enumerate() {
        rename(&mut db, player, &"x".repeat(n % 7 * PAGE));
    }
    flush_names(&mut db, &["e"]);
    let copies = [0, 1].map(|_| copy_of_sqlites(&file, false));
    drop(db);
    copies[0].writer().execute_batch("VACUUM").unwrap();
    let table = "CREATE TABLE notes (id INTEGER PRIMARY KEY)";
    copies[1].writer().execute_batch(table).unwrap();
    let worlds = copies.each_ref().map(|copy| {
        let mut db = copy.open();
        flush_names(&mut db, &["c", "d"]);
        db
    });
    for [one, other] in [[0, 1], [1, 0]] {
        let opened = killed(&copies[one]).open();
        assert_eq!(contents_of(&opened), contents_of(&worlds[one]));
        let mixed = under_the_log_of(&copies[other], &copies[one]);
        assert_other_log(&mixed, &format!("{other} under {one}"));
    }
    // And no edit behind the last flush hides it.
    for [one, other] in [[0, 1], [1, 0]] {
        let edit = "UPDATE players SET full_name = 'by hand' WHERE email = '1@example.com'";
        copies[one].writer().execute_batch(edit).unwrap();
        let mixed = under_the_log_of(&copies[other], &copies[one]);
        assert_other_log(&mixed, &format!("{other} under {one}, edited"));
    }
}

/// Its pages are where the log looks for them, and only its rows tell.
#[test]
fn a_copy_that_was_changed_by_hand_is_not_the_file_of_the_log_of_another_one() {
    let behind = "UPDATE players SET full_name = 'by hand' WHERE email = '1@example.com'";
    for behind in ["", behind] {
        let (file, db) = open_world();
        let [one, other] = [0, 1].map(|_| copy_of_sqlites(&file, false));
        drop(db);
        let mut db = one.open();
        flush_names(&mut db, &["c", "d"]);
        one.writer().execute_batch(behind).unwrap();
        let edit = "UPDATE mobiles SET what_we_call_you = 'other'";
        other.writer().execute_batch(edit).unwrap();
        assert_other_log(&under_the_log_of(&other, &one), behind);
    }
}

/// File and log are one up to the last flush. The edit behind it is told, and may be taken.
#[test]
fn an_edit_in_the_first_log_of_an_adopted_copy_is_no_other_file() {
    let edit = "UPDATE players SET full_name = 'by hand' WHERE email = '1@example.com'";
    let edits = [edit.to_owned(), format!("{edit}; VACUUM")];
    for (by_vacuum, edit) in [false, true]
        .into_iter()
        .flat_map(|by| edits.iter().map(move |edit| (by, edit)))
    {
        let (file, db) = open_world();
        let copy = copy_of_sqlites(&file, by_vacuum);
        drop(db);
        let mut db = copy.open();
        flush_names(&mut db, &["c", &"d".repeat(3 * PAGE), "e"]);
        copy.writer().execute_batch(edit).unwrap();
        let edited = killed(&copy);
        match edited.try_open().map_err(Error::into_kind).unwrap_err() {
            ErrorKind::File(FileError::Altered { blocks, .. }) => assert_eq!(blocks.len(), 1),
            other => panic!("{by_vacuum} {edit}: {other:?}"),
        }
        assert_eq!(contents_of(&edited.accept_edits()), copy.contents());
    }
}

/// Which rows the file had before the edit, nobody knows where a part of the edit is in it. So the two cannot be told from
/// those of different copies, and the error says what else it may be, and the guide what to do then.
#[test]
fn a_kill_in_a_checkpoint_of_an_edit_is_refused_and_the_edit_can_be_taken() {
    let edit = "UPDATE players SET full_name = 'by hand', email = email || '!'";
    for by_vacuum in [false, true] {
        let (file, db) = open_world();
        let copy = copy_of_sqlites(&file, by_vacuum);
        drop(db);
        let checkpoint = Checkpoint::of_edited_copy(&copy, edit);
        let mut n_other_logs = 0;
        for n_done in (0..=checkpoint.n_pages()).step_by(8) {
            let image = checkpoint.image(|page| page < n_done, Some(&checkpoint.lock));
            match image.try_open().map_err(Error::into_kind).unwrap_err() {
                // SQLite reads the log then, so an index of it is left beside it.
                ErrorKind::File(FileError::Altered { .. }) => {}
                ErrorKind::File(FileError::OtherLog { relation, .. }) => {
                    let said = "another program has changed rows";
                    assert!(relation.contains(said), "{n_done}: {relation}");
                    n_other_logs += 1;
                }
                other => panic!("{n_done}: {other:?}"),
            }
            // What the guide says.
            let checkpoint_all = "PRAGMA wal_checkpoint(TRUNCATE)";
            let program = image.writer();
            let is_busy = program.query_row(checkpoint_all, [], |row| row.get(0));
            assert_eq!(is_busy, Ok(false));
            drop(program);
            let report = gamedb::verify(image.path(), |_| {}).unwrap();
            let checks: Vec<_> = report.problems.iter().map(|found| found.check).collect();
            assert_eq!(checks, ["content"], "{n_done}: {report:?}");
            let refused = image.refused();
            assert!(matches!(refused, FileError::Altered { .. }), "{refused}");
            assert_eq!(contents_of(&image.accept_edits()), checkpoint.world);
        }
        assert!(n_other_logs > 0, "{by_vacuum}");
    }
}

/// A file of an older format has no name, and neither has what it begins with.
#[test]
fn a_file_without_a_state_is_not_that_of_the_log_of_another_one() {
    let files = ["", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)"].map(|more| {
        let rows = "INSERT INTO players (id, full_name, what_we_call_you, security_token, over_13, year_of_birth, email)
            VALUES (1, 'a', 'a', 'a', 1, 1990, '1@example.com')";
        TestFile::by_hand(|ddl| format!("{more};{ddl}"), rows)
    });
    let before = files.each_ref().map(|file| {
        let copy = TestFile::new();
        file.writer()
            .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
            .unwrap();
        std::fs::copy(file.path(), copy.path()).unwrap();
        copy
    });
    let worlds = files.each_ref().map(|file| {
        let mut db = file.open();
        flush_names(&mut db, &["c", "d"]);
        db
    });
    for [one, other] in [[0, 1], [1, 0]] {
        let right = under_the_log_of(&before[one], &files[one]);
        assert_eq!(contents_of(&right.open()), contents_of(&worlds[one]));
        assert_other_log(
            &under_the_log_of(&before[other], &files[one]),
            &format!("{one}"),
        );
    }
}

/// A record of yesterday's format says what was acknowledged just as one of today's does.
#[test]
fn a_lock_record_of_format_1_is_believed_and_written_anew() {
    let (file, mut db, sample) = flushed_file();
    rename(&mut db, sample.ada, "again");
    let _ = db.flush().unwrap();
    let world = contents_of(&db);
    let lock = in_format_1(&bytes(&beside(&file, "-lock")));
    let killed = |with_log: bool| {
        let killed = TestFile::new();
        for ending in ["", "-wal"].iter().take(1 + usize::from(with_log)) {
            std::fs::copy(beside(&file, ending), beside(&killed, ending)).unwrap();
        }
        std::fs::write(beside(&killed, "-lock"), &lock).unwrap();
        killed
    };
    let refused = killed(false).refused();
    assert!(
        matches!(
            refused,
            FileError::FlushesLost {
                acknowledged: 2,
                ..
            }
        ),
        "{refused}"
    );
    let right = killed(true);
    let db = right.open();
    assert_eq!(contents_of(&db), world);
    let lock = bytes(&beside(&right, "-lock"));
    assert!(lock.starts_with(b"gamedb-lock 2\n"));
    let _ = db.close().unwrap();
    assert_eq!(contents_of(&right.open()), world);
}
