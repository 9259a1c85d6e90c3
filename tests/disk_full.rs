//! A full disk, simulated by a limit on the file size: the error is `Full`, nothing is written, and a
//! retry succeeds once there is room. A crate of its own, because the limit applies to everything that a
//! process writes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::path::Path;
use std::process::Command;

use common::TestFile;
use common::sample::{attribute, mobile};
use gamedb::{Database, Error, ErrorKind, FileError};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::{MobileKey, World};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Environment variable of the limited process: the file that it opens.
const PATH: &str = "GAMEDB_TEST_FULL";

/// The limit in bytes: about the size of the file before the limit is set. Twice as much does not fit.
const LIMIT: u64 = 200_000;

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
