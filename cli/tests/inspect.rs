//! `gamedb inspect`: the page over a file.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rusqlite::Connection;

/// Ends the command at the end of a test, also of one that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gamedb"))
}

fn get(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (address, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
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
