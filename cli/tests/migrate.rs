//! `gamedb diff` and `gamedb migrate` from the outside.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

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
    let files: &[&str] = &["world.db", "--schema", "schema.sql"];
    common::gamedb(folder, &[arguments, files].concat())
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

/// A name that drops nothing is a slip, and so are two in one.
#[test]
fn a_name_that_no_step_drops_is_refused() {
    let folder =
        world("CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;");
    for name in [
        "players.notes",
        "players.note,players.hp",
        "note",
        "players.hp",
    ] {
        let (code, _, said) = gamedb(
            folder.path(),
            &["migrate", "--drop", "players.note", "--drop", name],
        );
        assert_eq!(code, Some(2), "{name}: {said}");
        let expected = format!(
            "error: --drop {name}: no table or column of this name can be dropped, but players.note;"
        );
        assert!(said.starts_with(&expected), "{said}");
        assert_eq!(
            players(folder.path(), "SELECT count(note) FROM players"),
            [1]
        );
    }
    // Upper and lower case are the same.
    let again = ["migrate", "--drop", "PLAYERS.Note"];
    let (code, printed, said) = gamedb(folder.path(), &again);
    assert_eq!(code, Some(0), "{printed}{said}");
    // What was dropped before cannot be told from a slip, so a script that is run again asks `diff` first.
    for name in ["players.note", "players.hp", "plyers", ""] {
        let (code, _, said) = gamedb(folder.path(), &["migrate", "--drop", name]);
        assert_eq!(code, Some(2), "{name}: {said}");
        let expected = format!("error: --drop {name}: there is nothing to drop;");
        assert!(said.starts_with(&expected), "{said}");
    }
    assert_eq!(gamedb(folder.path(), &["diff"]).0, Some(0));
    assert_eq!(gamedb(folder.path(), &["migrate"]).0, Some(0));
}

fn tables(folder: &Path) -> Vec<String> {
    let file = Connection::open(folder.join("world.db")).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// A table without foreign keys stays, and its drop is a step only if it is named.
#[test]
fn a_table_that_could_stay_is_dropped_by_its_name() {
    let changed = "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, note TEXT,
        level INTEGER NOT NULL DEFAULT 1) STRICT;";
    for schema in [BEFORE, changed] {
        let folder = world(schema);
        let file = Connection::open(folder.path().join("world.db")).unwrap();
        let others = "CREATE TABLE old_log (id INTEGER PRIMARY KEY, line TEXT) STRICT;
            INSERT INTO old_log VALUES (1, 'x');
            CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;";
        file.execute_batch(others).unwrap();
        drop(file);
        for name in ["old_logs", "old_log,notes", "players"] {
            let (code, _, said) = gamedb(folder.path(), &["migrate", "--drop", name]);
            assert_eq!(code, Some(2), "{said}");
            assert!(
                said.contains("can be dropped, but ")
                    && said.contains("old_log")
                    && said.contains("notes"),
                "{said}"
            );
            assert_eq!(tables(folder.path()), ["notes", "old_log", "players"]);
        }
        let (code, printed, said) = gamedb(folder.path(), &["migrate", "--drop", "OLD_log"]);
        assert_eq!(code, Some(0), "{printed}{said}");
        // The plan says what is done: this table is dropped, and the other one is kept.
        let dropped = "destructive old_log: dropped table: 1 row (id 1); it could stay as it is; allow it by the name old_log\n";
        assert_eq!(printed.matches(dropped).count(), 1, "{printed}");
        assert!(!printed.contains("kept        old_log"), "{printed}");
        assert!(printed.contains("kept        notes"), "{printed}");
        assert_eq!(tables(folder.path()), ["notes", "players"]);
        assert_eq!(players(folder.path(), "SELECT hp FROM players"), [7, 30]);
    }
}

/// The plan that is printed before does not have the step.
#[test]
fn what_only_a_script_makes_a_step_is_dropped_by_its_name() {
    let folder = world(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, note TEXT,
            level INTEGER NOT NULL DEFAULT 1) STRICT;",
    );
    let sql = "CREATE TABLE copied (id INTEGER PRIMARY KEY, player INTEGER REFERENCES players (id)) STRICT;
        INSERT INTO copied SELECT id, id FROM players;";
    std::fs::write(folder.path().join("make.sql"), sql).unwrap();
    let (code, _, said) = gamedb(folder.path(), &["migrate", "--script", "make.sql"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("--drop copied"), "{said}");
    let arguments = ["migrate", "--script", "make.sql", "--drop", "copied"];
    let (code, printed, said) = gamedb(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert_eq!(tables(folder.path()), ["players"]);
}

/// After a script as well: only then it is known what there is to drop.
#[test]
fn a_name_that_drops_nothing_is_refused_beside_a_script() {
    let folder = world(BEFORE);
    let file = Connection::open(folder.path().join("world.db")).unwrap();
    let other =
        "CREATE TABLE old_log (id INTEGER PRIMARY KEY) STRICT; INSERT INTO old_log VALUES (1);";
    file.execute_batch(other).unwrap();
    drop(file);
    std::fs::write(
        folder.path().join("mend.sql"),
        "UPDATE players SET hp = hp + 1;",
    )
    .unwrap();
    std::fs::write(folder.path().join("gone.sql"), "DROP TABLE old_log;").unwrap();
    let with = |script: &'static str, name: &'static str| {
        let arguments = ["migrate", "--script", script, "--drop", name];
        gamedb(folder.path(), &arguments)
    };
    for name in ["Old_logs", "old_log,players", "players", ""] {
        let (code, _, said) = with("mend.sql", name);
        assert_eq!(code, Some(2), "{said}");
        let expected = format!(
            "error: --drop {name}: no table or column of this name can be dropped, but old_log;"
        );
        assert!(said.starts_with(&expected), "{said}");
    }
    // The script has dropped it, so there is nothing left to drop.
    let (code, _, said) = with("gone.sql", "old_log");
    assert_eq!(code, Some(2), "{said}");
    let expected = "error: --drop old_log: there is nothing to drop;";
    assert!(said.starts_with(expected), "{said}");
    // Nothing of a script is kept where a name is refused.
    assert_eq!(tables(folder.path()), ["old_log", "players"]);
    assert_eq!(players(folder.path(), "SELECT hp FROM players"), [7, 30]);
    assert!(!has_copy(folder.path()));
    let (code, printed, said) = with("mend.sql", "OLD_LOG");
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(
        printed.contains("destructive old_log: dropped table: 1 row (id 1)"),
        "{printed}"
    );
    assert_eq!(tables(folder.path()), ["players"]);
    assert_eq!(players(folder.path(), "SELECT hp FROM players"), [8, 31]);
}

/// Whether a migration has left a copy of the file behind.
fn has_copy(folder: &Path) -> bool {
    let mut entries = std::fs::read_dir(folder).unwrap();
    entries.any(|entry| {
        entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .contains(".before-")
    })
}

/// An index is a step also where the table is built anew.
#[test]
fn the_plan_has_the_new_index_of_a_table_that_is_rebuilt() {
    let folder = world(
        "CREATE TABLE players (
            id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, note TEXT, level INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        CREATE INDEX by_level ON players (level);",
    );
    let (code, steps, _) = gamedb(folder.path(), &["diff"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        steps
            .matches("safe        players: new index by_level\n")
            .count(),
        1,
        "{steps}"
    );
    let (code, printed, said) = gamedb(folder.path(), &["migrate"]);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(printed.contains("migrated in 2 steps"), "{printed}");
    assert_eq!(
        players(
            folder.path(),
            "SELECT count(*) FROM sqlite_schema WHERE name = 'by_level'"
        ),
        [1]
    );
    assert_eq!(gamedb(folder.path(), &["diff"]).0, Some(0));
}

/// Texts that NOCASE takes for equal are not UNIQUE by it: both rows are listed, and an import leaves the second out.
#[test]
fn unique_by_nocase_lists_the_rows_that_do_not_fit() {
    let folder = world(
        "CREATE TABLE players (
            id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, note TEXT UNIQUE COLLATE NOCASE
        ) STRICT;",
    );
    let file = Connection::open(folder.path().join("world.db")).unwrap();
    let fill = |note: &str| {
        let sql = "INSERT INTO players (hp, note) VALUES (1, ?)";
        assert_eq!(file.execute(sql, [note]).unwrap(), 1);
    };
    // Beside one 'x' and one NULL. Letters beyond ASCII have no case here.
    fill("X");
    fill("Ä");
    fill("ä");
    let (code, steps, _) = gamedb(folder.path(), &["diff"]);
    assert_eq!(code, Some(1));
    assert!(
        steps.contains("by hand ") && steps.contains("2 rows (id 1, 3)"),
        "{steps}"
    );
    assert_eq!(gamedb(folder.path(), &["migrate", "--lossy"]).0, Some(1));

    let import = Command::new(env!("CARGO_BIN_EXE_gamedb"))
        .current_dir(folder.path())
        .args([
            "import",
            "--schema",
            "schema.sql",
            "--from",
            "world.db",
            "--out",
            "new.db",
        ])
        .output()
        .unwrap();
    let report = String::from_utf8(import.stdout).unwrap();
    assert_eq!(import.status.code(), Some(1), "{report}");
    assert!(
        report.contains("players row 3, note: has to be unique, and row 1 has")
            && report.contains("players: 4 of 5 rows"),
        "{report}"
    );

    std::fs::write(
        folder.path().join("mend.sql"),
        "UPDATE players SET note = note || id WHERE id = 3;",
    )
    .unwrap();
    let (code, printed, said) = gamedb(folder.path(), &["migrate", "--script", "mend.sql"]);
    assert_eq!(code, Some(0), "{printed}{said}");
    let sql = "SELECT count(*) FROM players WHERE note IN ('x', 'X3', 'Ä', 'ä')";
    assert_eq!(players(folder.path(), sql), [4]);
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

#[test]
fn values_and_rows_that_would_be_lost_in_silence_are_asked_for() {
    // The two players have hp 7 and 30, and ids 1 and 2.
    let body = "id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, note TEXT";
    for (schema, said) in [
        (
            "CREATE TABLE players (hp INTEGER PRIMARY KEY, note TEXT) STRICT;".to_owned(),
            "by hand     players.hp: renamed from id: 2 rows (id 1, 2); rows keep their ids",
        ),
        (
            format!("CREATE TABLE heroes ({body}) STRICT; -- @renamed from=player\n"),
            "by hand     heroes: the comment that it is renamed from player is not followed, because the file has no table player: 2 rows",
        ),
        (
            "CREATE TABLE players (id INTEGER PRIMARY KEY, health INTEGER DEFAULT 1, -- @renamed from=hp\n hp INTEGER NOT NULL, note TEXT) STRICT;".to_owned(),
            "by hand     players.health: the comment that it is renamed from hp is not followed",
        ),
    ] {
        let folder = world(&schema);
        let (code, printed, _) = gamedb(folder.path(), &["diff"]);
        assert_eq!(code, Some(1), "{printed}");
        assert!(printed.contains(said), "{printed}");
        let (code, _, asked) = gamedb(folder.path(), &["migrate", "--lossy"]);
        assert_eq!(code, Some(1), "{asked}");
        assert_eq!(players(folder.path(), "SELECT hp FROM players"), [7, 30]);
    }
    let schema = format!("CREATE TABLE heroes ({body}) STRICT; -- @renamed from=players\n");
    let folder = world(&schema);
    let (code, printed, _) = gamedb(folder.path(), &["migrate"]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(players(folder.path(), "SELECT hp FROM heroes"), [7, 30]);
}
