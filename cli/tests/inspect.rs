//! `gamedb inspect`: the page over a file.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod running;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use rusqlite::Connection;

use running::{Running, get};

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gamedb"))
}

#[test]
fn inspect_prints_an_address_and_shows_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let file = Connection::open(&path).unwrap();
    file.execute_batch("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT) STRICT; INSERT INTO things VALUES (7, 'seven');").unwrap();
    let started = command()
        .arg("inspect")
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut running = Running(started.unwrap());
    let mut url = String::new();
    let mut lines = BufReader::new(running.0.stdout.take().unwrap());
    lines.read_line(&mut url).unwrap();
    let url = url.trim();
    assert!(get(url).contains("gamedb inspector"));
    let row = get(&format!("{url}api/row?table=0&at=7"));
    assert!(row.contains(r#""text":"seven""#), "{row}");
    assert!(!get(&format!("{url}api/schema")).contains("\"may_edit\":true"));
}

#[test]
fn inspect_says_which_file_it_cannot_read() {
    let output = command()
        .args(["inspect", "no/such/file.db"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("no/such/file.db") || said.contains("no\\such\\file.db"),
        "{said}"
    );
}
