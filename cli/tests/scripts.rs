//! What scripts rely on: one JSON document, exit codes, and no colours where they are not wanted.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use serde_json::Value;

const SCHEMA: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;";

struct Ran {
    code: Option<i32>,
    printed: String,
    said: String,
}

fn gamedb(folder: &Path, arguments: &[&str]) -> Ran {
    let (code, printed, said) = common::gamedb(folder, arguments);
    Ran {
        code,
        printed,
        said,
    }
}

/// A folder with a schema, a world file of it with a row, and the same file with a damaged page.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("schema.sql"), SCHEMA).unwrap();
    std::fs::write(
        path("wider.sql"),
        SCHEMA.replace("hp INTEGER", "level INTEGER"),
    )
    .unwrap();
    let file = Connection::open(path("world.db")).unwrap();
    file.execute_batch(SCHEMA).unwrap();
    file.execute_batch("INSERT INTO players VALUES (1, 7)")
        .unwrap();
    drop(file);
    let mut bytes = std::fs::read(path("world.db")).unwrap();
    bytes[5000..5100].fill(0x5a);
    bytes[4096..4100].fill(0xff);
    std::fs::write(path("damaged.db"), bytes).unwrap();
    folder
}

#[test]
fn every_subcommand_prints_one_document_and_exits_as_documented() {
    let folder = folder();
    // The arguments, the exit code, a key of the document, and its value.
    let cases: &[(&str, i32, &str, Value)] = &[
        (
            "generate --schema schema.sql --out models.rs --check",
            1,
            "outcome",
            "stale".into(),
        ),
        (
            "generate --schema schema.sql --out models.rs",
            0,
            "outcome",
            "written".into(),
        ),
        (
            "generate --schema schema.sql --out models.rs",
            0,
            "outcome",
            "unchanged".into(),
        ),
        (
            "explain --schema schema.sql",
            0,
            "/tables/0/name",
            "players".into(),
        ),
        (
            "explain --schema schema.sql --suggest",
            0,
            "config",
            "".into(),
        ),
        (
            "diagram --schema schema.sql --out world.svg",
            0,
            "file",
            "world.svg".into(),
        ),
        (
            "diff world.db --schema schema.sql",
            0,
            "safety",
            "safe".into(),
        ),
        (
            "diff world.db --schema wider.sql",
            1,
            "safety",
            "by hand".into(),
        ),
        (
            "migrate world.db --schema wider.sql",
            1,
            "/needs/1/option",
            "--drop players.hp".into(),
        ),
        (
            "migrate world.db --schema schema.sql",
            0,
            "is_migrated",
            true.into(),
        ),
        (
            "migrate world.db --schema schema.sql --accept-edits",
            0,
            "is_migrated",
            true.into(),
        ),
        ("verify world.db", 0, "is_sound", true.into()),
        ("verify damaged.db", 1, "is_sound", false.into()),
        ("backup world.db backup.db", 0, "file", "backup.db".into()),
        ("restore backup.db restored.db", 0, "aside", Value::Null),
        (
            "rescue damaged.db rescued.db",
            1,
            "is_complete",
            false.into(),
        ),
        (
            "import --from world.db --schema schema.sql --dry-run",
            0,
            "n_left_out",
            0.into(),
        ),
        ("new game", 0, "folder", "game".into()),
        ("man --out man", 0, "folder", "man".into()),
    ];
    for (line, code, key, value) in cases {
        let mut arguments: Vec<_> = line.split(' ').collect();
        arguments.push("--json");
        let ran = gamedb(folder.path(), &arguments);
        assert_eq!(ran.code, Some(*code), "{line}: {}{}", ran.printed, ran.said);
        // The whole of it is one document.
        let document: Value = serde_json::from_str(&ran.printed)
            .unwrap_or_else(|error| panic!("{line}: {error}: {}", ran.printed));
        let found = match key.strip_prefix('/') {
            Some(_) => document.pointer(key),
            None => document.get(key),
        };
        assert_eq!(found, Some(value), "{line}: {document:#}");
    }
    for text in ["completions fish", "man"] {
        let arguments: Vec<_> = ["--json"].into_iter().chain(text.split(' ')).collect();
        let ran = gamedb(folder.path(), &arguments);
        let document: Value = serde_json::from_str(&ran.printed).unwrap();
        let (key, _) = text.split_once(' ').unwrap_or((text, ""));
        assert!(document[key].as_str().unwrap().contains("rescue"));
    }
}

#[test]
fn a_failure_is_a_document_too_and_exits_with_2() {
    let folder = folder();
    let before = std::fs::read(folder.path().join("world.db")).unwrap();
    let lines = [
        "generate --schema gone.sql --out models.rs",
        "explain --schema gone.sql",
        "diagram --schema gone.sql",
        "diff gone.db --schema schema.sql",
        "migrate gone.db --schema schema.sql",
        "verify gone.db",
        "backup gone.db backup.db",
        "backup world.db world.db",
        "restore gone.db world.db",
        "rescue gone.db rescued.db",
        "import --from gone.db --schema schema.sql --out new.db",
        "inspect gone.db",
        "new 9lives",
        "man --out schema.sql",
    ];
    for line in lines {
        let arguments: Vec<_> = line.split(' ').collect();
        let ran = gamedb(folder.path(), &arguments);
        assert_eq!(ran.code, Some(2), "{line}: {}", ran.printed);
        assert_eq!(ran.printed, "", "{line}");
        assert!(ran.said.starts_with("error: "), "{line}: {}", ran.said);

        let arguments: Vec<_> = ["--json"].into_iter().chain(arguments).collect();
        let ran = gamedb(folder.path(), &arguments);
        assert_eq!(ran.code, Some(2), "{line}: {}", ran.printed);
        let document: Value = serde_json::from_str(&ran.printed).unwrap();
        let error = document["error"].as_str().unwrap();
        assert_eq!(ran.said, format!("error: {error}\n"), "{line}");
    }
    for usage in [
        "",
        "dance",
        "verify",
        "backup world.db",
        "completions csh",
        "verify a b c",
    ] {
        let arguments: Vec<_> = usage.split_whitespace().collect();
        let ran = gamedb(folder.path(), &arguments);
        assert_eq!(ran.code, Some(2), "{usage}");
        assert!(
            ran.printed.is_empty() && ran.said.contains("--help"),
            "{usage}: {}",
            ran.said
        );
    }
    assert_eq!(
        std::fs::read(folder.path().join("world.db")).unwrap(),
        before
    );
    assert_eq!(gamedb(folder.path(), &["--help"]).code, Some(0));
}

#[test]
fn colours_are_left_out_where_they_are_not_wanted() {
    let colours = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gamedb"));
        let names = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"];
        for name in names {
            command.env_remove(name);
        }
        let output = command
            .envs(variables.iter().copied())
            .arg("--help")
            .output();
        let text = output.unwrap().stdout;
        assert!(!text.is_empty());
        text.contains(&0x1b)
    };
    assert!(!colours(&[]), "a pipe is no terminal");
    assert!(colours(&[("CLICOLOR_FORCE", "1")]), "they can be there");
    assert!(!colours(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn completions_and_pages_know_every_subcommand() {
    let folder = folder();
    let help = gamedb(folder.path(), &["--help"]).printed;
    let list = help
        .split("Commands:")
        .nth(1)
        .unwrap()
        .split("Options:")
        .next()
        .unwrap();
    // Lines that go on have more spaces before them.
    let names = list.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter(|line| !line.starts_with(' '));
    let names: Vec<_> = names
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.contains(&"verify") && names.len() > 12, "{names:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = gamedb(folder.path(), &["completions", shell]);
        assert_eq!(ran.code, Some(0));
        for name in &names {
            assert!(ran.printed.contains(name), "{shell} does not know {name}");
        }
    }
    assert_eq!(
        gamedb(folder.path(), &["man", "--out", "man"]).code,
        Some(0)
    );
    for name in names.iter().filter(|&&name| name != "help") {
        let page = folder.path().join(format!("man/gamedb-{name}.1"));
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains(".TH"), "{name}");
    }
    let page = gamedb(folder.path(), &["man"]).printed;
    assert!(
        page.contains(".TH gamedb 1") && page.contains("NO_COLOR"),
        "{page}"
    );
}

#[test]
fn bash_takes_its_completions() {
    let folder = folder();
    let completions = gamedb(folder.path(), &["completions", "bash"]).printed;
    std::fs::write(folder.path().join("completions"), completions).unwrap();
    let script = "source ./completions
        COMP_WORDS=(gamedb ver); COMP_CWORD=1; COMPREPLY=()
        _gamedb gamedb ver gamedb; echo \"${COMPREPLY[@]}\"";
    let bash = Command::new("bash")
        .current_dir(folder.path())
        .args(["-c", script])
        .output();
    match bash {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "verify"),
        Err(_) => eprintln!("skipped: there is no bash"),
    }
}
