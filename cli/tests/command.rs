//! The `gamedb` command from the outside.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::path::Path;

use common::gamedb as check;

fn world(schema: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("schema.sql"), schema).expect("written");
    folder
}

const PLAYERS: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;";
const GENERATE: &[&str] = &["generate", "--schema", "schema.sql", "--out", "models.rs"];

#[test]
fn generate_warns_of_checks_that_only_the_file_keeps() {
    let folder = world(
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, kind INTEGER CHECK (kind IN (1, 2, 3)),
         text TEXT CHECK (json_valid(text))) STRICT;",
    );
    for arguments in [GENERATE, &[GENERATE, &["--check"]].concat()] {
        let (code, _, complaints) = check(folder.path(), arguments);
        assert_eq!(code, Some(0));
        assert!(
            complaints.contains("CHECK (json_valid(text)) is kept by the file alone"),
            "{complaints}"
        );
        let lines: Vec<&str> = complaints.lines().collect();
        assert_eq!(lines.len(), 2, "{complaints}");
        assert!(
            lines[1].ends_with("1 table: 1 entity, 0 pivots, 0 joins"),
            "{complaints}"
        );
    }
}

#[test]
fn generate_writes_and_check_compares() {
    let folder = world(PLAYERS);
    let models = folder.path().join("models.rs");
    let with_check = [GENERATE, &["--check"]].concat();

    let (code, diff, mend) = check(folder.path(), &with_check);
    assert_eq!(code, Some(1));
    assert!(
        diff.starts_with("--- models.rs\n+++ models.rs (as generated)\n@@"),
        "{diff}"
    );
    assert!(
        diff.contains("\n+// @generated from `schema.sql` by `gamedb generate`."),
        "{diff}"
    );
    assert_eq!(
        mend,
        "the models are not up to date with the schema; run `gamedb generate --schema schema.sql --out models.rs`\n"
    );
    assert!(!models.exists(), "--check writes nothing");

    let written = "models.rs: written, 1 table: 1 entity, 0 pivots, 0 joins\n".to_owned();
    assert_eq!(
        check(folder.path(), GENERATE),
        (Some(0), String::new(), written)
    );
    let first = std::fs::read_to_string(&models).expect("written");
    assert!(
        first.starts_with("// @generated from `schema.sql` by `gamedb generate`. Do not edit;")
    );
    assert_eq!(check(folder.path(), &with_check).0, Some(0));

    std::fs::write(&models, format!("{first}// by hand\n")).expect("written");
    let (code, diff, _) = check(folder.path(), &with_check);
    assert_eq!(code, Some(1));
    assert!(diff.contains("\n-// by hand"), "{diff}");
    assert_eq!(check(folder.path(), GENERATE).0, Some(0));
    assert_eq!(std::fs::read_to_string(&models).expect("written"), first);
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 2, "no temporary file is left");
}

/// The names of the files in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("text")
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

const FOLDER: &[&str] = &["generate", "--schema", "schema.sql", "--out", "models"];

#[test]
fn a_folder_has_a_file_for_each_table_and_loses_those_of_dropped_tables() {
    let guilds = "CREATE TABLE guilds (id INTEGER PRIMARY KEY) STRICT;";
    let folder = world(&format!("{PLAYERS}\n{guilds}"));
    let models = folder.path().join("models");
    let with_check = [FOLDER, &["--check"]].concat();
    // In one file, as it was before.
    assert_eq!(check(folder.path(), GENERATE).0, Some(0));
    assert_eq!(check(folder.path(), &with_check).0, Some(1));
    assert!(!models.exists(), "--check writes nothing");

    assert_eq!(check(folder.path(), FOLDER).0, Some(0));
    assert_eq!(names(&models), ["guilds.rs", "mod.rs", "players.rs"]);
    assert_eq!(names(folder.path()), ["models", "schema.sql"]);
    let up_to_date = "models: up to date, 2 tables: 2 entities, 0 pivots, 0 joins\n".to_owned();
    assert_eq!(
        check(folder.path(), &with_check),
        (Some(0), String::new(), up_to_date)
    );
    for file in ["mod.rs", "players.rs"] {
        let text = std::fs::read_to_string(models.join(file)).expect("written");
        assert!(
            text.starts_with("// @generated from `schema.sql`"),
            "{file}"
        );
    }

    std::fs::write(models.join("rules.rs"), "//! By hand.\n").expect("written");
    std::fs::write(folder.path().join("schema.sql"), PLAYERS).expect("written");
    let (code, diff, _) = check(folder.path(), &with_check);
    assert_eq!(code, Some(1));
    assert!(diff.contains("--- models/guilds.rs\n"), "{diff}");
    assert!(diff.contains("\n-mod guilds;"), "{diff}");
    assert_eq!(check(folder.path(), FOLDER).0, Some(0));
    assert_eq!(names(&models), ["mod.rs", "players.rs", "rules.rs"]);
    assert_eq!(check(folder.path(), &with_check).0, Some(0));
}

#[test]
fn a_file_by_hand_in_a_folder_stays_and_nothing_else_is_written() {
    let folder = world(PLAYERS);
    let models = folder.path().join("models");
    std::fs::create_dir(&models).expect("a folder");
    std::fs::write(models.join("players.rs"), "//! By hand.\n").expect("written");
    let (code, _, complaint) = check(folder.path(), FOLDER);
    assert_eq!(code, Some(2));
    assert_eq!(
        complaint,
        "error: models/players.rs is not a file that gamedb wrote; remove it, or name another file with `--out`\n"
    );
    assert_eq!(names(&models), ["players.rs"]);
    let text = std::fs::read_to_string(models.join("players.rs")).expect("it is there");
    assert_eq!(text, "//! By hand.\n");
}

#[test]
fn a_translated_schema_is_written_into_the_folder() {
    let folder = world("CREATE TABLE `a` (`id` int NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;");
    assert_eq!(check(folder.path(), FOLDER).0, Some(0));
    let models = folder.path().join("models");
    assert_eq!(names(&models), ["a.rs", "mod.rs", "schema.sql"]);
    let world = std::fs::read_to_string(models.join("mod.rs")).expect("written");
    assert!(world.contains("include_str!(\"schema.sql\")"), "{world}");
}

#[test]
fn errors_name_file_and_line() {
    let folder = world("CREATE TABLE a (\n  id INTEGER,,\n);");
    let (code, _, error) = check(folder.path(), GENERATE);
    assert_eq!(
        (code, error.as_str()),
        (
            Some(2),
            "error: schema.sql: line 2: near \",\": syntax error; read as SQLite: nothing in it is another dialect's; --dialect says otherwise\n"
        )
    );

    // gamedb.toml is found beside the schema.
    let folder = world(PLAYERS);
    std::fs::write(folder.path().join("gamedb.toml"), "\n[tables.nobody]\n").expect("written");
    let (code, _, error) = check(folder.path(), &["explain", "--schema", "schema.sql"]);
    let expected = "error: gamedb.toml:2: the schema has no table \"nobody\"\n";
    assert_eq!((code, error.as_str()), (Some(2), expected));

    let (code, _, error) = check(folder.path(), &["explain", "--schema", "none.sql"]);
    assert_eq!(code, Some(2));
    assert!(
        error.starts_with("error: cannot read none.sql: "),
        "{error}"
    );
}

#[test]
fn explain_prints_json() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let (code, text, _) = check(&models, &["explain", "--schema", "schema.sql", "--json"]);
    assert_eq!(code, Some(0));
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let tables = json["tables"].as_array().expect("tables");
    let pivots: Vec<_> = tables
        .iter()
        .filter(|t| t["kind"] == "pivot")
        .map(|t| &t["name"])
        .collect();
    assert_eq!(pivots, ["attribute_owners", "inventory_owners"]);
    assert_eq!(tables[4]["foreign_keys"][0]["columns"][0], "attribute_id");
    assert_eq!(tables[4]["foreign_keys"][0]["found"], "declared");
    assert_eq!(tables[1]["fields"][1]["field"], "owner");
}

#[test]
fn import_finds_owners_of_two_columns_and_zeros_that_mean_none() {
    let folder = world(
        "CREATE TABLE players (id int NOT NULL AUTO_INCREMENT, guild_id int NOT NULL DEFAULT '0', PRIMARY KEY (id)) ENGINE=InnoDB;
         CREATE TABLE guilds (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB;
         CREATE TABLE items (id int NOT NULL AUTO_INCREMENT, owner_id int, owner_kind varchar(9), PRIMARY KEY (id));",
    );
    let path = |name: &str| folder.path().join(name);
    let toml = "[owners.items.owner]\nid = 'owner_id'\nkind = 'owner_kind'\n\
         variants = [{ table = 'players', value = 'player' }, { table = 'guilds', value = 'guild' }]\n";
    std::fs::write(path("gamedb.toml"), toml).unwrap();
    let old = rusqlite::Connection::open(path("old.db")).unwrap();
    old.execute_batch(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, guild_id INT);
         CREATE TABLE guilds (id INTEGER PRIMARY KEY);
         CREATE TABLE items (id INTEGER PRIMARY KEY, owner_id INT, owner_kind TEXT);
         INSERT INTO guilds VALUES (7);
         INSERT INTO players VALUES (1, 0), (2, 7);
         INSERT INTO items VALUES (1, 2, 'player'), (2, 7, 'guild'), (3, NULL, NULL), (4, 5, 'pet'), (5, 9, 'guild');",
    )
    .unwrap();
    let files = [
        "import",
        "--schema",
        "schema.sql",
        "--from",
        "old.db",
        "--out",
        "new.db",
    ];
    let (code, printed, complaint) = check(folder.path(), &files);
    assert_eq!((code, complaint.as_str()), (Some(1), ""));
    assert_eq!(
        printed,
        "items row 4, owner_player_id: \"owner_kind pet\" cannot be converted to a 64-bit integer\n\
         items row 5, owner_guild_id: refers to row 9 of guilds, which does not exist\n\
         players.guild_id: 1 value is 0, which stands for none, and is NULL now\n\
         players: 2 of 2 rows\nguilds: 1 of 1 rows\nitems: 3 of 5 rows\n\
         total: 6 of 8 rows; 2 are left out\n"
    );
    let new = rusqlite::Connection::open(path("new.db")).unwrap();
    let mut statement = new
        .prepare("SELECT id, owner_player_id, owner_guild_id FROM items ORDER BY id")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let rows: Vec<(i64, Option<i64>, Option<i64>)> = rows.unwrap().map(Result::unwrap).collect();
    assert_eq!(
        rows,
        [(1, Some(2), None), (2, None, Some(7)), (3, None, None)]
    );
    let guild = |id: i64| -> Option<i64> {
        let sql = "SELECT guild_id FROM players WHERE id = ?1";
        new.query_row(sql, [id], |row| row.get(0)).unwrap()
    };
    assert_eq!((guild(1), guild(2)), (None, Some(7)));
}

#[test]
fn nothing_that_gamedb_did_not_write_is_written_over() {
    const MYSQL: &str = "CREATE TABLE `a` (`id` int NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;";
    for (schema, arguments, path, what) in [
        (
            PLAYERS,
            "generate --out schema.sql",
            "schema.sql",
            "is read or written already; it cannot be an output as well",
        ),
        (
            MYSQL,
            "generate --out ./schema.sql",
            "./schema.sql",
            "is read or written already; it cannot be an output as well",
        ),
        (
            MYSQL,
            "generate --out gamedb.toml",
            "gamedb.toml",
            "is read or written already; it cannot be an output as well",
        ),
        (
            PLAYERS,
            "diagram --out schema.sql",
            "schema.sql",
            "is read or written already; it cannot be an output as well",
        ),
        (
            PLAYERS,
            "generate --out main.rs",
            "main.rs",
            "is not a file that gamedb wrote; remove it, or name another file with `--out`",
        ),
        (
            MYSQL,
            "generate --out models.rs --sqlite-schema main.rs",
            "main.rs",
            "is not a file that gamedb wrote; `--sqlite-schema` names another file for the translated schema",
        ),
        (
            MYSQL,
            "generate --out models.rs --sqlite-schema schema.sql",
            "schema.sql",
            "is not a file that gamedb wrote; `--sqlite-schema` names another file for the translated schema",
        ),
        (
            MYSQL,
            "generate --out models.rs --sqlite-schema models.rs",
            "models.rs",
            "is read or written already; it cannot be an output as well",
        ),
    ] {
        let folder = world(schema);
        let files = ["schema.sql", "gamedb.toml", "main.rs"].map(|name| folder.path().join(name));
        std::fs::write(&files[1], "# Ours.\n").unwrap();
        std::fs::write(&files[2], "fn main() {}\n").unwrap();
        let texts = || {
            files
                .each_ref()
                .map(|file| std::fs::read_to_string(file).unwrap())
        };
        let before = texts();
        let (command, rest) = arguments.split_once(' ').unwrap();
        let words = [command, "--schema", "schema.sql"]
            .into_iter()
            .chain(rest.split(' '));
        let (code, _, complaint) = check(folder.path(), &words.collect::<Vec<_>>());
        assert_eq!(code, Some(2), "{arguments}");
        let last = complaint.lines().last().unwrap_or_default();
        assert_eq!(last, format!("error: {path} {what}"), "{arguments}");
        assert_eq!(texts(), before, "{arguments}");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            3,
            "{arguments}"
        );
    }
}

#[test]
fn a_file_that_may_only_be_read_is_not_replaced() {
    let folder = world(PLAYERS);
    let models = folder.path().join("models.rs");
    let old = "// @generated from `other.sql`\n";
    std::fs::write(&models, old).unwrap();
    let mut permissions = std::fs::metadata(&models).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&models, permissions).unwrap();
    let (code, _, complaint) = check(folder.path(), GENERATE);
    let expected = "error: cannot write models.rs: permission denied\n";
    assert_eq!((code, complaint.as_str()), (Some(2), expected));
    assert_eq!(std::fs::read_to_string(&models).unwrap(), old);
}

#[test]
fn a_file_without_tables_is_an_error() {
    for (sql, expected) in [
        ("", "SQLite (nothing in it is another dialect's)"),
        (
            "-- MySQL dump\n/*!40101 SET NAMES utf8 */;\nSET x = `y`;\n",
            "MySQL (it has /*! comments, mysql dump, back ticks)",
        ),
    ] {
        let (code, _, complaint) = check(world(sql).path(), GENERATE);
        let expected = format!(
            "error: schema.sql: no CREATE TABLE can be read as {expected}; `--dialect` names another dialect\n"
        );
        assert_eq!((code, complaint), (Some(2), expected));
    }
}

#[test]
fn import_lists_what_does_not_fit_and_exits_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;";
    std::fs::write(path("schema.sql"), schema).unwrap();
    let old = rusqlite::Connection::open(path("old.db")).unwrap();
    old.execute_batch(
        "CREATE TABLE players (id, name); INSERT INTO players VALUES (1, 'Ada'), (2, NULL);",
    )
    .unwrap();
    let import = |out: &str| {
        let files = ["--schema", "schema.sql", "--from", "old.db", "--out", out];
        check(folder.path(), &[&["import"], files.as_slice()].concat())
    };
    let (code, printed, _) = import("new.db");
    assert_eq!(code, Some(1));
    assert_eq!(
        printed,
        "players row 2, name: is NULL, and must not be\nplayers: 1 of 2 rows\n\
         total: 1 of 2 rows; 1 is left out\n"
    );
    // A second time it is there already.
    let (code, _, complaint) = import("new.db");
    assert_eq!(code, Some(2));
    assert!(complaint.contains("exists already"), "{complaint}");
    old.execute("DELETE FROM players WHERE id = 2", []).unwrap();
    assert_eq!(import("newer.db").0, Some(0));
}

#[test]
fn diagram_draws_in_every_format() {
    let folder = world(
        "CREATE TABLE guilds (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE players (id INTEGER PRIMARY KEY, guild_id INTEGER REFERENCES guilds (id)) STRICT;",
    );
    let diagram = |more: &[&str]| {
        let (code, printed, complaints) = check(
            folder.path(),
            &[&["diagram", "--schema", "schema.sql"], more].concat(),
        );
        assert_eq!((code, complaints.as_str()), (Some(0), ""), "{more:?}");
        printed
    };
    let heads = [
        ("mermaid", "mmd", "erDiagram\n"),
        ("svg", "svg", "<svg "),
        ("html", "html", "<!DOCTYPE html>"),
    ];
    for (format, ending, head) in heads {
        let printed = diagram(&["--format", format]);
        assert!(printed.starts_with(head), "{format}: {printed}");
        for table in ["players", "guilds"] {
            assert!(printed.contains(table), "{format} has no {table}");
        }
        // The name of a file says its format, and the file has the same in it.
        let file = format!("world.{ending}");
        assert_eq!(diagram(&["--out", &file]), "");
        let written = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert_eq!(written, printed, "{format}");
    }
    let (code, printed, complaints) = check(
        folder.path(),
        &["diagram", "--schema", "schema.sql", "--format", "png"],
    );
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert!(complaints.contains("mermaid, svg, html"), "{complaints}");
}

/// A command without a client says how to get one, and does not repeat the password.
#[cfg(not(any(feature = "mysql", feature = "postgres")))]
#[test]
fn the_address_of_a_server_needs_a_client() {
    let folder = world(PLAYERS);
    for (url, feature) in [
        ("mysql://hero:hunter2@localhost/world", "mysql"),
        ("mariadb://hero:hunter2@localhost/world", "mysql"),
        ("postgresql://hero:hunter2@localhost/world", "postgres"),
    ] {
        let import = [
            "import",
            "--schema",
            "schema.sql",
            "--from",
            url,
            "--dry-run",
        ];
        for arguments in [&import[..], &["explain", "--schema", url]] {
            let (code, said, complaint) = check(folder.path(), arguments);
            assert_eq!((code, said.as_str()), (Some(2), ""), "{complaint}");
            assert!(
                complaint.contains(&format!("--features {feature}")),
                "{complaint}"
            );
            assert!(!complaint.contains("hunter2"), "{complaint}");
        }
    }
}

/// A schema may come from a stranger.
#[test]
fn a_schema_reaches_no_other_file() {
    for sql in ["ATTACH 'other.db' AS other;", "VACUUM INTO 'other.db';"] {
        let folder = world(&format!("{PLAYERS} {sql}"));
        let (code, _, said) = check(folder.path(), GENERATE);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("too many attached databases"), "{said}");
        assert!(!folder.path().join("other.db").exists());
    }
}
