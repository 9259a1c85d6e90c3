//! A database that is dropped with changes that were not flushed, in a program of its own, which has no subscriber.

use std::process::Command;

use crate::common::TestFile;
use crate::common::sample::player;
use gamedb::Database;
use gamedb_models::World;

/// What the program does with its database; without it this is the test.
const HOW: &str = "GAMEDB_TEST_DROP";
const FILE: &str = "GAMEDB_TEST_FILE";
const THIS: &str = "dropped::lost_changes_are_told_of_without_a_subscriber";

/// What a program says on standard error that ends its database so.
fn said(how: &str) -> String {
    let file = TestFile::new();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", THIS, "--nocapture"]);
    command
        .env(HOW, how)
        .env(FILE, file.path())
        .env("RUST_BACKTRACE", "0");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("gamedb: "));
    let path = file.path().display().to_string();
    lines
        .map(|line| line.replace(&path, "FILE") + "\n")
        .collect()
}

#[test]
fn lost_changes_are_told_of_without_a_subscriber() {
    let Some(how) = std::env::var_os(HOW) else {
        let lost = "gamedb: FILE was dropped with 2 changed rows that were not flushed, and they are lost; `close` flushes \
                    them, `discard` says that they are not needed\n";
        assert_eq!(said("drop"), lost);
        for how in ["close", "flush", "discard", "into_world", "panic", "listen"] {
            assert_eq!(said(how), "", "{how}");
        }
        return;
    };
    if how == "listen" {
        // Any subscriber will do: it hears of it, and nothing is written past it.
        let _ = tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new());
    }
    let mut db = Database::<World>::open(std::env::var_os(FILE).unwrap()).unwrap();
    db.insert(player(1)).unwrap();
    db.insert(player(2)).unwrap();
    match how.to_str() {
        Some("close") => drop(db.close().unwrap()),
        Some("flush") => {
            db.flush().unwrap();
        }
        Some("discard") => db.discard(),
        Some("into_world") => drop(db.into_world()),
        // What a panic leaves behind is told of by the panic.
        Some("panic") => panic!("with {db:?}"),
        _ => drop(db),
    }
}

#[test]
fn what_is_discarded_is_not_in_the_file_and_what_was_accepted_is() {
    let file = TestFile::new();
    let mut db = file.open();
    db.insert(player(1)).unwrap();
    let _ = db.flush_in_background().unwrap();
    db.insert(player(2)).unwrap();
    db.discard();
    let db = file.open();
    let emails: Vec<_> = db
        .players
        .iter()
        .map(|(_, row)| row.email.as_str())
        .collect();
    assert_eq!(emails, ["1@example.com"]);
}
