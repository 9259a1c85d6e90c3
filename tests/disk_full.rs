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

#[test]
fn a_limit_is_a_full_disk() {
    let file = TestFile::new();
    drop(file.open());
    // SIGXFSZ would end the process; an ignored signal stays ignored after exec.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["limited_process", "--exact", "--nocapture"])
        .env(PATH, file.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("all held"),
        "{output:?}"
    );
    let db = file.open();
    assert_eq!(db.attributes.len(), 6_000);
}
