//! File, log and lock file of one world: what happens to them when an operator, another program or a dying disk
//! exchanges or removes one. `tests/restores.rs` tries all combinations at random.

use std::path::{Path, PathBuf};

use crate::common::lock::after_restart;
use crate::common::sample::{Sample, flushed_file, rename};
use crate::common::{Contents, TestFile, contents_of};
use gamedb::{Database, Error, ErrorKind, FileError, Options};
use gamedb_models::World;

/// A world of some flushes, whose files are taken at several moments.
struct Server {
    file: TestFile,
    db: Database<World>,
    sample: Sample,
}

const ENDINGS: [&str; 3] = ["", "-wal", "-lock"];

fn beside(folder: &Path, ending: &str) -> PathBuf {
    folder.join(format!("world.db{ending}"))
}

impl Server {
    fn start() -> Self {
        let (file, db, sample) = flushed_file();
        let _ = db.close().unwrap();
        let db = file.open();
        let mut server = Self { file, db, sample };
        // Its own keys.
        server.sample.ada = gamedb_models::Player::find_by_email(&server.db, "1@example.com")
            .unwrap()
            .key();
        server
    }

    fn flush(&mut self, name: &str) {
        rename(&mut self.db, self.sample.ada, name);
        let _ = self.db.flush().unwrap();
    }

    /// Some of the files as a kill would leave them now, put into a folder.
    fn put(&self, endings: &[&str], to: &TestFile) {
        for ending in endings {
            let (from, to) = (
                beside(self.file.folder(), ending),
                beside(to.folder(), ending),
            );
            std::fs::copy(from, to).unwrap();
        }
    }

    fn killed(&self) -> TestFile {
        let folder = TestFile::new();
        self.put(&ENDINGS, &folder);
        folder
    }

    fn world(&self) -> Contents {
        contents_of(&self.db)
    }

    fn sql(&self, sql: &str) {
        self.file.writer().execute_batch(sql).unwrap();
    }
}

fn remove(file: &TestFile, ending: &str) {
    std::fs::remove_file(beside(file.folder(), ending)).unwrap();
}

fn opened(file: &TestFile) -> Contents {
    contents_of(&file.open())
}

/// Opens it with the state that is there.
fn opened_as_it_is(file: &TestFile) -> Contents {
    let db = Options::new()
        .accept_older_state()
        .open::<World>(file.path());
    let db = db.unwrap();
    assert_eq!(db.check(), [""; 0]);
    let contents = contents_of(&db);
    let _ = db.close().unwrap();
    // It was said once; from now on it is a world like any other.
    assert_eq!(opened(file), contents);
    contents
}

#[test]
fn a_backup_under_the_log_of_a_killed_server_is_refused() {
    let mut server = Server::start();
    let backup = server.killed();
    let old = opened(&backup);
    server.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    server.flush("a");
    server.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    server.flush("b");
    let killed = server.killed();
    std::fs::copy(backup.path(), killed.path()).unwrap();
    match killed.refused() {
        FileError::OtherLog {
            path,
            log,
            relation,
        } => {
            assert_eq!(
                (path, log),
                (
                    killed.path(),
                    beside(killed.folder(), "-wal").canonicalize().unwrap()
                )
            );
            assert!(relation.contains("older than the log"), "{relation}");
        }
        other => panic!("{other}"),
    }
    let message = killed.refused().to_string();
    assert!(
        message.contains("gamedb restore") && message.contains("accept_older_state"),
        "{message}"
    );
    assert_eq!(opened_as_it_is(&killed), old);
    assert!(
        beside(killed.folder(), "-wal.aside-1").exists(),
        "the log is not deleted"
    );
}

#[test]
fn a_newer_file_under_an_older_log_is_refused() {
    let mut server = Server::start();
    server.flush("a");
    let older = server.killed();
    server.flush("b");
    server.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    server.put(&[""], &older);
    match older.refused() {
        FileError::OtherLog { relation, .. } => assert!(relation.contains("newer"), "{relation}"),
        other => panic!("{other}"),
    }
    assert_eq!(opened_as_it_is(&older), server.world());
}

#[test]
fn the_log_of_another_world_is_refused() {
    let (mut one, mut other) = (Server::start(), Server::start());
    one.flush("a");
    other.flush("b");
    let killed = one.killed();
    other.put(&["-wal"], &killed);
    match killed.refused() {
        FileError::OtherLog { relation, .. } => {
            assert!(relation.contains("another world"), "{relation}")
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_log_that_was_deleted_or_damaged_after_a_kill_is_missed() {
    let mut server = Server::start();
    let before = server.world();
    server.flush("a");
    server.flush("b");
    let killed = server.killed();
    let log = beside(killed.folder(), "-wal");
    let mut bytes = std::fs::read(&log).unwrap();
    let middle = bytes.len() - 100;
    bytes[middle] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    match killed.refused() {
        FileError::FlushesLost {
            found,
            acknowledged,
            ..
        } => assert_eq!((found, acknowledged), (2, 3)),
        other => panic!("{other}"),
    }
    remove(&killed, "-wal");
    match killed.refused() {
        FileError::FlushesLost {
            found,
            acknowledged,
            ..
        } => assert_eq!((found, acknowledged), (1, 3)),
        other => panic!("{other}"),
    }
    assert_eq!(opened_as_it_is(&killed), before);
}

#[test]
fn a_file_that_was_copied_while_it_was_open_is_refused_and_a_copy_of_sqlites_is_not() {
    let mut server = Server::start();
    server.flush("a");
    server.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    server.flush("b");
    let copy = TestFile::new();
    server.put(&[""], &copy);
    match copy.refused() {
        FileError::LogMissing { generation, .. } => assert_eq!(generation, 2),
        other => panic!("{other}"),
    }
    let copy = TestFile::new();
    server
        .file
        .writer()
        .execute("VACUUM INTO ?1", [copy.path().to_str().unwrap()])
        .unwrap();
    assert_eq!(opened(&copy), server.world());
    // A copy of a copy, each made while a game has it open.
    let mut from = server.file.path();
    let mut open = Vec::new();
    for _ in 0..3 {
        let copy = TestFile::new();
        let source = rusqlite::Connection::open(&from).unwrap();
        source
            .backup("main", copy.path(), None::<fn(rusqlite::backup::Progress)>)
            .unwrap();
        let mut db = copy.open();
        assert_eq!(contents_of(&db), server.world());
        let ada = gamedb_models::Player::find_by_email(&db, "1@example.com")
            .unwrap()
            .key();
        rename(&mut db, ada, "c");
        let _ = db.flush().unwrap();
        rename(&mut db, ada, "b");
        let _ = db.flush().unwrap();
        from = copy.path();
        open.push((copy, db));
    }
}

#[test]
fn files_that_were_moved_together_are_opened_with_and_without_the_lock() {
    let mut server = Server::start();
    for (n, checkpoint) in [
        "",
        "PRAGMA wal_checkpoint(PASSIVE)",
        "PRAGMA wal_checkpoint(RESTART)",
        "VACUUM",
    ]
    .into_iter()
    .enumerate()
    {
        server.flush(&format!("{n}"));
        server.sql(checkpoint);
        server.flush(&format!("{n} again"));
        assert_eq!(opened(&server.killed()), server.world(), "{checkpoint}");
        let moved = server.killed();
        remove(&moved, "-lock");
        assert_eq!(opened(&moved), server.world(), "{checkpoint}");
        // What is closed is all in the file.
        for ending in ["-lock", "-wal", "-shm"] {
            let _ = std::fs::remove_file(beside(moved.folder(), ending));
        }
        assert_eq!(opened(&moved), server.world(), "{checkpoint}");
    }
}

/// It recovers the log, and deletes it when it closes the file.
#[test]
fn another_program_that_opens_the_file_of_a_killed_server_is_no_alarm() {
    for sql in [
        "SELECT count(*) FROM players",
        "VACUUM",
        "ANALYZE",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ] {
        let mut server = Server::start();
        server.flush("a");
        let killed = server.killed();
        let other = killed.writer();
        other
            .prepare(sql)
            .unwrap()
            .query([])
            .unwrap()
            .next()
            .unwrap();
        drop(other);
        assert!(!beside(killed.folder(), "-wal").exists());
        assert_eq!(opened(&killed), server.world(), "{sql}");
    }
}

/// Makes the lock file that of another start of the machine.
fn restart(file: &TestFile) {
    let lock = beside(file.folder(), "-lock");
    let text = after_restart(&std::fs::read(&lock).unwrap());
    std::fs::write(&lock, text).unwrap();
}

#[test]
fn flushes_that_a_power_cut_takes_are_no_alarm_and_durable_ones_are() {
    let mut server = Server::start();
    let before = server.world();
    server.flush("a");
    // The log was not synced, and is gone.
    let cut = server.killed();
    remove(&cut, "-wal");
    restart(&cut);
    assert_eq!(opened(&cut), before);
    rename(&mut server.db, server.sample.ada, "b");
    let _ = server.db.flush_durable().unwrap();
    let cut = server.killed();
    remove(&cut, "-wal");
    restart(&cut);
    assert!(matches!(
        cut.refused(),
        FileError::FlushesLost {
            acknowledged: 3,
            ..
        }
    ));
}

/// What a killed server has flushed is no more durable because another one has opened it.
#[test]
fn flushes_that_are_opened_again_are_no_more_durable_for_that() {
    let mut server = Server::start();
    let before = server.world();
    server.flush("a");
    let killed = server.killed();
    let again = killed.open();
    let cut = TestFile::new();
    for ending in ["", "-lock"] {
        let (from, to) = (
            beside(killed.folder(), ending),
            beside(cut.folder(), ending),
        );
        std::fs::copy(from, to).unwrap();
    }
    restart(&cut);
    assert_eq!(opened(&cut), before);
    drop(again);
}

/// A checkpoint makes durable what it has brought in, and a reader keeps it from bringing in all.
#[test]
fn a_checkpoint_of_a_part_makes_nothing_durable() {
    let server = Server::start();
    let before = server.world();
    let Server { file, db, sample } = server;
    let _ = db.close().unwrap();
    let options = file.options().largest_log(1);
    let db = options.open(file.path()).unwrap();
    let mut server = Server { file, db, sample };
    server.sample.ada = gamedb_models::Player::find_by_email(&server.db, "1@example.com")
        .unwrap()
        .key();
    let reader = server.file.reader();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM players")
        .unwrap();
    server.flush("a");
    rename(&mut server.db, server.sample.ada, "b");
    let (_, cause) = crate::common::flush_failure(server.db.flush());
    assert!(
        matches!(cause, gamedb::FlushFailure::LogTooLarge { .. }),
        "{cause}"
    );
    // The log was synced, and is gone all the same: only what was told to be durable is missed.
    let cut = server.killed();
    remove(&cut, "-wal");
    restart(&cut);
    assert_eq!(opened(&cut), before);
    reader.execute_batch("COMMIT").unwrap();
    let _ = server.db.flush().unwrap();
}

#[test]
fn a_file_that_is_emptied_is_no_new_world_after_a_kill() {
    let (file, mut db) = crate::common::new_file();
    db.insert(crate::common::sample::player(1)).unwrap();
    let _ = db.flush().unwrap();
    let killed = TestFile::new();
    for ending in ["", "-lock"] {
        std::fs::copy(
            beside(file.folder(), ending),
            beside(killed.folder(), ending),
        )
        .unwrap();
    }
    // All of the world was in the log.
    assert!(matches!(
        killed.refused(),
        FileError::FlushesLost {
            found: 0,
            acknowledged: 1,
            ..
        }
    ));
    // Who removes the file wants a new one.
    remove(&killed, "");
    assert!(killed.open().is_empty());
}

#[test]
fn a_clean_backup_over_a_closed_world_is_opened_without_a_word() {
    let mut server = Server::start();
    let backup = server.file.folder().join("backup.db");
    let _ = server.db.backup(&backup).unwrap().wait().unwrap();
    let old = server.world();
    server.flush("a");
    let Server { file, db, .. } = server;
    let _ = db.close().unwrap();
    std::fs::copy(&backup, file.path()).unwrap();
    assert_eq!(opened(&file), old);
}

#[test]
fn the_error_of_a_state_that_a_hand_has_changed_is_typed() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let least = "UPDATE gamedb_state SET generation = -9223372036854775808";
    file.writer().execute_batch(least).unwrap();
    assert!(matches!(
        file.refused(),
        FileError::FlushesLost { found: 0, .. }
    ));
    for sql in [
        "DELETE FROM gamedb_state",
        "INSERT INTO gamedb_state SELECT 2, world, generation, stamp, previous, is_open, schema_version FROM gamedb_state",
        "UPDATE gamedb_state SET world = x'00'",
        "UPDATE gamedb_state SET generation = 9223372036854775807",
    ] {
        let (file, db, _) = flushed_file();
        let world = contents_of(&db);
        let _ = db.close().unwrap();
        file.writer().execute_batch(sql).unwrap();
        // It is not the world's: what fits is opened, and gets a state again.
        assert_eq!(opened(&file), world, "{sql}");
        assert_eq!(
            file.query::<i64>("SELECT count(*) FROM gamedb_state"),
            1,
            "{sql}"
        );
    }
    for (sql, what) in [
        (
            "DROP TABLE gamedb_state; CREATE VIEW gamedb_state AS SELECT 1 AS id",
            "gamedb_state is a view",
        ),
        (
            "ALTER TABLE gamedb_state ADD COLUMN more INTEGER",
            "column gamedb_state.more is not in the models",
        ),
        (
            "CREATE TRIGGER t AFTER UPDATE ON GAMEDB_STATE BEGIN SELECT 1; END",
            "trigger t on table",
        ),
    ] {
        let (file, db, _) = flushed_file();
        let _ = db.close().unwrap();
        file.writer().execute_batch(sql).unwrap();
        let error = file.try_open().map_err(Error::into_kind).unwrap_err();
        match error {
            ErrorKind::File(error @ FileError::Schema { .. }) => {
                assert!(error.to_string().contains(what), "{error}")
            }
            other => panic!("{other}"),
        }
    }
}

/// The first flush into a file that was made elsewhere makes the table of content hashes, and so changes the schema.
#[test]
fn a_file_that_was_made_elsewhere_is_its_own_after_the_first_flush() {
    let file = TestFile::by_hand(|ddl| ddl, "");
    let mut db = file.open();
    let ada = db.insert(crate::common::sample::player(1)).unwrap();
    let _ = db.flush().unwrap();
    for checkpoints in [false, true] {
        if checkpoints {
            let sql = "PRAGMA wal_checkpoint(PASSIVE)";
            file.writer().query_row(sql, [], |_| Ok(())).unwrap();
        }
        rename(&mut db, ada, "again");
        let _ = db.flush().unwrap();
        let killed = TestFile::new();
        for ending in ENDINGS {
            let (from, to) = (
                beside(file.folder(), ending),
                beside(killed.folder(), ending),
            );
            std::fs::copy(from, to).unwrap();
        }
        assert_eq!(opened(&killed), contents_of(&db), "{checkpoints}");
    }
}

/// The log then begins with a transaction that has no state, and whose schema is not that of the file.
#[test]
fn a_schema_that_another_program_has_changed_in_the_log_is_no_other_file() {
    let mut server = Server::start();
    server.sql("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
    server.flush("a");
    server.flush("b");
    assert_eq!(opened(&server.killed()), server.world());
}

/// A flush with nothing to write is the first to see what another program has done to the schema.
#[test]
fn a_file_that_was_rebuilt_before_an_empty_flush_is_no_other_file() {
    let mut server = Server::start();
    server.flush("a");
    server.sql("VACUUM");
    let _ = server.db.flush().unwrap();
    server.flush("b");
    server.sql("PRAGMA wal_checkpoint(PASSIVE)");
    server.flush("c");
    assert_eq!(opened(&server.killed()), server.world());
}
