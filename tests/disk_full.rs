//! A full disk, simulated by a limit on the file size: the error is `Full`, nothing is written, and a
//! retry succeeds once there is room; and too little memory for what a file says of itself. A crate of its own,
//! because a limit applies to everything that a process does.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::path::Path;
use std::process::Command;

use common::TestFile;
use common::sample::{attribute, mobile};
use gamedb::{Database, Error, ErrorKind, FileError, Options};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::{AttributeOwnerKey, MobileKey, World};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Environment variable of the limited process: the file that it opens.
const PATH: &str = "GAMEDB_TEST_FULL";

/// The limit in bytes: more than the file has before the limit is set. Twice as much as that does not fit.
const LIMIT: u64 = 300_000;

fn limit(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let current = bytes.or(maximum);
    setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
}

fn assert_full(result: Result<impl std::fmt::Debug, Error>) {
    match result.unwrap_err().into_kind() {
        ErrorKind::File(FileError::Flush {
            outcome: Outcome::NotCommitted,
            cause: FlushFailure::Full,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
}

/// Adds more than fits.
fn grow(db: &mut Database<World>, key: MobileKey) {
    for n in 0..3_000 {
        let name = format!("{n} {}", "x".repeat(100));
        let mut mobile = db.get_mut(key).unwrap();
        mobile.add_attribute(attribute(&name)).unwrap();
    }
}

fn n_attributes(path: &Path) -> i64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    let count = "SELECT count(*) FROM attributes";
    connection.query_row(count, [], |row| row.get(0)).unwrap()
}

/// The body of the limited process; without the variable it does nothing.
#[test]
fn limited_process() {
    let Some(path) = std::env::var_os(PATH) else {
        return;
    };
    let path = Path::new(&path);
    let mut db = Database::<World>::open(path).unwrap();
    let key = db.insert(mobile(1)).unwrap();
    db.flush().unwrap();
    grow(&mut db, key);

    limit(Some(LIMIT));
    assert_full(db.flush());
    assert_full(db.flush_durable());
    assert_full(db.save(key));
    let ticket = db.flush_in_background().unwrap();
    assert_full(db.wait(ticket));
    assert_eq!(n_attributes(path), 0);
    assert_eq!(db.check(), [""; 0]);

    limit(None);
    assert_eq!(db.flush().unwrap().inserted, 6_000);
    assert_eq!(n_attributes(path), 3_000);

    // The log can be written and the file cannot: committed flushes stay committed, and further ones
    // succeed.
    grow(&mut db, key);
    let ticket = db.flush_in_background().unwrap();
    limit(Some(LIMIT));
    let _ = db.wait(ticket);
    limit(None);
    db.flush().unwrap();
    assert_eq!(n_attributes(path), 6_000);
    db.close().unwrap();
    println!("all held");
}

/// The body of a process whose log cannot grow beyond a limit; without the variable it does nothing.
#[test]
fn process_with_a_limited_log() {
    let Some(path) = std::env::var_os(PATH) else {
        return;
    };
    let path = Path::new(&path);
    let mut db = Database::<World>::open(path).unwrap();
    let keys: Vec<_> = (0..200).map(|n| db.insert(mobile(n)).unwrap()).collect();
    db.flush().unwrap();
    limit(Some(LIMIT));
    let mut n_written = 0;
    for n in 0..100 {
        for &key in &keys {
            let name = format!("at {n}");
            db.get_mut(key).unwrap().set_what_we_call_you(name);
        }
        let report = match n % 3 {
            0 => db.flush().unwrap(),
            1 => db.flush_durable().unwrap(),
            _ => {
                let ticket = db.flush_in_background().unwrap();
                db.wait(ticket).unwrap()
            }
        };
        n_written += report.updated;
    }
    assert_eq!(n_written, 100 * keys.len());
    // One page to each flush would be more than the log may have.
    let log = std::fs::metadata(path.with_extension("db-wal")).unwrap();
    assert!(log.len() <= LIMIT && 100 * 4_096 > LIMIT, "{log:?}");
    limit(None);
    db.close().unwrap();
    println!("all held");
}

/// Runs one of the tests above in a process that SIGXFSZ does not end.
fn run_limited(test: &str, file: &TestFile) {
    // An ignored signal stays ignored after exec.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(PATH, file.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("all held"),
        "{output:?}"
    );
}

#[test]
fn a_log_that_cannot_grow_is_brought_into_the_file_and_written_over() {
    let file = TestFile::new();
    drop(file.open());
    run_limited("process_with_a_limited_log", &file);
    let db = file.open();
    assert!(
        db.mobiles
            .iter()
            .all(|(_, row)| row.what_we_call_you == "at 99")
    );
    assert_eq!(db.mobiles.len(), 200);
}

#[test]
fn a_limit_is_a_full_disk() {
    let file = TestFile::new();
    drop(file.open());
    run_limited("limited_process", &file);
    let db = file.open();
    assert_eq!(db.attributes.len(), 6_000);
}

/// The body of the process that rescues a file to a full disk; without the variable it does nothing.
#[test]
fn process_that_rescues_to_a_full_disk() {
    let Some(path) = std::env::var_os(PATH) else {
        return;
    };
    let path = Path::new(&path);
    let to = path.with_extension("rescued");
    limit(Some(LIMIT));
    match gamedb::rescue(path, &to, |_| {}).map_err(Error::into_kind) {
        // No row is taken for one that does not fit: SQLite ends the transaction then.
        Err(ErrorKind::File(FileError::Open { path, source })) => {
            let code = source.code().unwrap() & 0xff;
            let [io_error, full] = [10, 13];
            assert!(code == io_error || code == full, "{source:?}");
            assert!(path.starts_with(to.parent().unwrap()), "{path:?}");
        }
        other => panic!("{other:?}"),
    }
    let files = path.parent().unwrap().read_dir().unwrap();
    let names = files.map(|file| file.unwrap().file_name());
    assert!(
        names
            .into_iter()
            .all(|name| !name.to_string_lossy().contains("rescued"))
    );
    limit(None);
    let report = gamedb::rescue(path, &to, |_| {}).unwrap();
    assert!(report.is_complete(), "{report:?}");
    println!("all held");
}

/// More than SQLite keeps in memory until a transaction ends.
#[test]
fn a_disk_that_is_full_refuses_no_rows_of_a_rescue() {
    let file = TestFile::new();
    let mut db = file.open();
    for n in 0..5_000 {
        let mut row = mobile(n);
        row.what_we_call_you = "x".repeat(1_000);
        db.insert(row).unwrap();
    }
    db.close().unwrap();
    run_limited("process_that_rescues_to_a_full_disk", &file);
}

/// Bytes of memory that the process has which opens a lying file.
const MEMORY: u64 = 1 << 30;

/// The body of the process with little memory; without the variable it does nothing.
#[test]
fn process_with_little_memory() {
    let Some(path) = std::env::var_os(PATH) else {
        return;
    };
    let maximum = getrlimit(Resource::As).maximum;
    let current = Some(MEMORY);
    setrlimit(Resource::As, Rlimit { current, maximum }).unwrap();
    let options = Options::new().skip_quick_check();
    match options.open::<World>(&path).map_err(Error::into_kind) {
        Err(ErrorKind::File(FileError::TooLarge { table, n_rows, .. })) => {
            assert_eq!(table, "attributes");
            assert!(n_rows > 10_000_000, "{n_rows}");
        }
        other => panic!("{other:?}"),
    }
    println!("all held");
}

/// A file of a few pages, and holes, says that it has millions of rows. To reserve memory for them must not end the
/// process. With `quick_check` it would be refused before.
#[test]
fn rows_that_memory_has_no_room_for_are_an_error() {
    const PAGE: usize = 4096;
    let file = TestFile::new();
    let mut db = file.open();
    let asset = AttributeOwnerKey::Asset(1);
    for _ in 0..100 {
        db.add(asset, attribute("")).unwrap();
    }
    db.close().unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'attributes'";
    let root = (usize::try_from(file.query::<i64>(sql)).unwrap() - 1) * PAGE;
    let mut bytes = std::fs::read(file.path()).unwrap();
    let n_pages = bytes.len() / PAGE;
    let leaf = bytes[root..root + PAGE].to_vec();
    assert_eq!(leaf[0], 13, "a leaf");
    // The root names one page 450 times, and that page the leaf.
    let interior = |child: usize| {
        let mut page = vec![0; PAGE];
        let child = u32::try_from(child).unwrap().to_be_bytes();
        page[0] = 5;
        page[3..5].copy_from_slice(&450_u16.to_be_bytes());
        page[5..7].copy_from_slice(&4000_u16.to_be_bytes());
        page[8..12].copy_from_slice(&child);
        for cell in 0..450 {
            page[12 + 2 * cell..][..2].copy_from_slice(&4000_u16.to_be_bytes());
        }
        page[4000..4004].copy_from_slice(&child);
        page[4004] = 1;
        page
    };
    bytes[root..root + PAGE].copy_from_slice(&interior(n_pages + 1));
    bytes.extend(interior(n_pages + 2));
    bytes.extend(leaf);
    bytes[28..32].copy_from_slice(&u32::try_from(n_pages + 2).unwrap().to_be_bytes());
    std::fs::write(file.path(), &bytes).unwrap();
    // Holes cost nothing, and make room for as many rows.
    let with_holes = std::fs::File::options().write(true).open(file.path());
    with_holes.unwrap().set_len(300 << 20).unwrap();
    run_limited("process_with_little_memory", &file);
}
