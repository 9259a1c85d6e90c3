//! `gamedb diff` and `gamedb migrate` from the outside.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

const BEFORE: &str =
    "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, note TEXT) STRICT;";

/// A folder with a file of two players, and the schema that it is to have.
fn world(schema: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = Connection::open(folder.path().join("world.db")).unwrap();
    file.execute_batch(BEFORE).unwrap();
    file.execute_batch("INSERT INTO players VALUES (1, 7, 'x'), (2, 30, NULL)")
        .unwrap();
    std::fs::write(folder.path().join("schema.sql"), schema).unwrap();
    folder
}

fn gamedb(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gamedb"))
        .current_dir(folder)
        .args(arguments)
        .args(["world.db", "--schema", "schema.sql"])
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn players(folder: &Path, sql: &str) -> Vec<i64> {
    let file = Connection::open(folder.join("world.db")).unwrap();
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_rename_keeps_its_values_and_leaves_a_backup() {
    let folder = world(
        "CREATE TABLE players (
            id INTEGER PRIMARY KEY,
            health INTEGER NOT NULL, -- @renamed from=hp
            note TEXT
        ) STRICT;",
    );
    let (code, steps, _) = gamedb(folder.path(), &["diff"]);
    assert_eq!(code, Some(1));
    assert!(
        steps.starts_with("safe        players.health: renamed from hp\nfrom "),
        "{steps}"
    );
    let (code, printed, _) = gamedb(folder.path(), &["migrate"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(
        printed.contains("migrated in 1 step\nthe file as it was is world.db.before-"),
        "{printed}"
    );
    assert_eq!(
        players(folder.path(), "SELECT health FROM players"),
        [7, 30]
    );
    assert_eq!(gamedb(folder.path(), &["diff"]).0, Some(0));
    let backups = std::fs::read_dir(folder.path()).unwrap();
    let names = backups.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let backup = names
        .into_iter()
        .find(|name| name.contains(".before-"))
        .unwrap();
    let backup = Connection::open(folder.path().join(backup)).unwrap();
    let hp: i64 = backup
        .query_row("SELECT sum(hp) FROM players", [], |row| row.get(0))
        .unwrap();
    assert_eq!(hp, 37);
}

#[test]
fn what_is_not_safe_is_asked_for() {
    let folder =
        world("CREATE TABLE players (id INTEGER PRIMARY KEY, level INTEGER NOT NULL) STRICT;");
    let (code, _, asked) = gamedb(folder.path(), &["migrate"]);
    assert_eq!(code, Some(1));
    for option in [
        "--script FILE ",
        "--drop players.hp ",
        "--drop players.note ",
    ] {
        assert!(asked.contains(option), "{asked}");
    }
    assert_eq!(players(folder.path(), "SELECT hp FROM players"), [7, 30]);
    let (_, json, _) = gamedb(folder.path(), &["diff", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["safety"], "by hand");
    assert_eq!(json["steps"][1]["name"], "players.hp");
    assert_eq!(json["steps"][1]["rows"], 2);

    std::fs::write(
        folder.path().join("fill.sql"),
        "-- @fill players.level = hp / 10 + 1\n",
    )
    .unwrap();
    let arguments = [
        "migrate",
        "--drop",
        "players.hp",
        "--drop",
        "players.note",
        "--script",
        "fill.sql",
        "--no-backup",
    ];
    let (code, printed, said) = gamedb(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert_eq!(players(folder.path(), "SELECT level FROM players"), [1, 4]);
    assert!(!printed.contains("the file as it was"));
}

#[test]
fn what_cannot_be_done_says_why() {
    let folder = world(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, note TEXT) STRICT;",
    );
    std::fs::write(folder.path().join("bad.sql"), "DELETE FROM nothing;").unwrap();
    let (code, _, said) = gamedb(folder.path(), &["migrate", "--script", "bad.sql"]);
    assert_eq!(code, Some(2));
    assert!(
        said.starts_with("error: the script failed: ") && said.contains("nothing"),
        "{said}"
    );
    std::fs::remove_file(folder.path().join("world.db")).unwrap();
    let (code, _, said) = gamedb(folder.path(), &["diff"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("world.db"), "{said}");
}

/// Killed at any moment, a migration has been done or not.
#[test]
fn a_killed_migration_leaves_the_old_file_or_the_new_one() {
    let schema = "CREATE TABLE players (
        id INTEGER PRIMARY KEY,
        health INTEGER NOT NULL CHECK (health >= 0), -- @renamed from=hp
        note TEXT NOT NULL DEFAULT ''
    ) STRICT;";
    let (mut n_old, mut n_new) = (0, 0);
    for round in 0..24_u64 {
        let folder = world(schema);
        let file = Connection::open(folder.path().join("world.db")).unwrap();
        let rows =
            "WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                    INSERT INTO players SELECT i, i % 97, 'row ' || i FROM n";
        // Half of the files have a write-ahead log, as a game leaves them.
        let mode = if round % 2 == 0 { "WAL" } else { "DELETE" };
        file.pragma_update(None, "journal_mode", mode).unwrap();
        file.execute_batch(rows).unwrap();
        file.execute_batch("UPDATE players SET note = 'y' WHERE note IS NULL")
            .unwrap();
        let sum = |column: &str| {
            let sql = format!("SELECT count(*) * 1000000 + sum({column} * id % 1000) FROM players");
            players(folder.path(), &sql)
        };
        let before = sum("hp");
        drop(file);
        let mut child = Command::new(env!("CARGO_BIN_EXE_gamedb"))
            .current_dir(folder.path())
            .args(["migrate", "world.db", "--schema", "schema.sql"])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(round * 7));
        let _ = child.kill();
        child.wait().unwrap();
        let is_new = gamedb(folder.path(), &["diff"]).0 == Some(0);
        assert_eq!(sum(if is_new { "health" } else { "hp" }), before);
        assert_eq!(
            players(
                folder.path(),
                "SELECT quick_check = 'ok' FROM pragma_quick_check"
            ),
            [1]
        );
        *(if is_new { &mut n_new } else { &mut n_old }) += 1;
        // What was killed can be done again.
        assert_eq!(
            gamedb(folder.path(), &["migrate", "--no-backup"]).0,
            Some(0)
        );
        assert_eq!(sum("health"), before);
    }
    println!("{n_old} files had the old schema, {n_new} the new one");
}

/// A rename is for migrations, also in another dialect, and is not documentation of the models.
#[test]
fn a_rename_is_declared_in_any_dialect_and_stays_out_of_the_models() {
    let folder = world(
        "CREATE TABLE `players` (
            `id` int NOT NULL AUTO_INCREMENT,
            `health` bigint NOT NULL, -- Points left. @renamed from=hp
            `note` text,
            PRIMARY KEY (`id`)
        ) ENGINE=InnoDB;",
    );
    let (code, printed, said) = gamedb(folder.path(), &["migrate"]);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(
        printed.starts_with("safe        players.health: renamed from hp\n"),
        "{printed}"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_gamedb"))
        .current_dir(folder.path())
        .args(["generate", "--schema", "schema.sql", "--out", "models.rs"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let models = std::fs::read_to_string(folder.path().join("models.rs")).unwrap();
    assert!(
        models.contains("/// Points left.\n") && !models.contains("@renamed"),
        "{models}"
    );
}
