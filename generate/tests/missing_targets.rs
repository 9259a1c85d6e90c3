//! Foreign keys to a table or a column that the schema does not have.

mod common;

use std::fs;

use common::input;
use gamedb_generate::{Dialect, Input, read, resolve};

/// What becomes of the files of a package: the types of the columns of its last table, or the error without the
/// folder's name.
fn check(files: &[(&str, &str)], schema: &str, dialect: Option<Dialect>) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("in the folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    let input = Input {
        dialect,
        ..input(folder.path().join(schema))
    };
    let found = read(&input)
        .and_then(|(schema, config)| resolve(&schema, &config))
        .map_err(|error| error.to_string())
        .map_err(|error| error.replace(&folder.path().join("").display().to_string(), ""))?;
    let table = found.tables.last().expect("a table");
    Ok(format!(
        "{:?}",
        table
            .fields
            .iter()
            .map(|field| &field.kind)
            .collect::<Vec<_>>()
    ))
}

const PLAYERS: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;\n";

fn items(references: &str) -> String {
    format!(
        "{PLAYERS}-- Things.\nCREATE TABLE items (\n    id INTEGER PRIMARY KEY,\n    name TEXT NOT NULL,\n    \
         owner INTEGER REFERENCES {references}\n) STRICT;\n"
    )
}

#[test]
fn a_misspelt_target_is_named_with_its_line_and_the_nearest_name() {
    let cases = [
        (
            "plyers (id)",
            "line 6: column items.owner references table \"plyers\", which the schema does not have; the nearest name is \"players\"\n  `absent_tables = [\"plyers\"]` at the top of gamedb.toml says that the schema leaves it out on purpose",
        ),
        (
            "vaults",
            "line 6: column items.owner references table \"vaults\", which the schema does not have\n  `absent_tables = [\"vaults\"]` at the top of gamedb.toml says that the schema leaves it out on purpose",
        ),
        (
            "players (ids)",
            "line 6: column items.owner references column \"ids\", which table \"players\" does not have; the nearest name is \"id\"\n  `[columns.\"items.owner\"] references = false` in gamedb.toml makes a plain column of it",
        ),
    ];
    for (references, expected) in cases {
        let schema = items(references);
        for dialect in [None, Some(Dialect::Sqlite)] {
            let found = check(&[("schema.sql", &schema)], "schema.sql", dialect);
            assert_eq!(found, Err(format!("schema.sql: {expected}")));
        }
        // A schema that is translated says the same.
        for dialect in [Dialect::Sqlite, Dialect::MySql, Dialect::Postgres] {
            let schema = schema.replace(" STRICT", "");
            let found = check(&[("schema.sql", &schema)], "schema.sql", Some(dialect));
            assert_eq!(found, Err(format!("schema.sql: {expected}")), "{dialect:?}");
        }
    }
}

#[test]
fn the_order_of_tables_and_the_case_of_names_make_no_difference() {
    let key = check(
        &[("schema.sql", &items("players (id)"))],
        "schema.sql",
        None,
    );
    assert!(
        key.as_ref().is_ok_and(|kinds| kinds.contains("Key")),
        "{key:?}"
    );
    let (players, items) = (PLAYERS, items("PLAYERS (ID)").replace(PLAYERS, ""));
    for dialect in [None, Some(Dialect::Sqlite)] {
        let later = format!("{items}{players}");
        assert!(check(&[("schema.sql", &later)], "schema.sql", dialect).is_ok());
    }
    let own = "CREATE TABLE nodes (id INTEGER PRIMARY KEY, up INTEGER REFERENCES nodes) STRICT;";
    assert!(check(&[("schema.sql", own)], "schema.sql", None).is_ok());
}

#[test]
fn the_config_says_what_is_left_out_on_purpose() {
    let wrong = items("vaults (id)");
    for config in [
        "absent_tables = [\"vaults\"]\n",
        "absent_tables = [\"Vaults\"]\n",
        "[columns.\"items.owner\"]\nreferences = false\n",
        "[references]\nowner = false\n",
    ] {
        for schema in [wrong.clone(), wrong.replace(" STRICT", "")] {
            let files = [("schema.sql", schema.as_str()), ("gamedb.toml", config)];
            let kinds = check(&files, "schema.sql", None).expect(config);
            assert!(!kinds.contains("Key"), "{config}: {kinds}");
        }
    }
    // A line about a table does not excuse a misspelt column, nor another table.
    for (references, absent) in [("players (ids)", "vaults"), ("vaults (id)", "vault")] {
        let config = format!("absent_tables = [{absent:?}]\n");
        let files = [
            ("schema.sql", &*items(references)),
            ("gamedb.toml", &config),
        ];
        assert!(check(&files, "schema.sql", None).is_err(), "{references}");
    }
    let config = "\nabsent_tables = [\"players\"]\n";
    let files = [
        ("schema.sql", &*items("players (id)")),
        ("gamedb.toml", config),
    ];
    assert_eq!(
        check(&files, "schema.sql", None),
        Err("gamedb.toml:2: table \"players\" is in the schema, and not absent".to_owned())
    );
    // What is declared and is there is no plain column.
    let config = "[columns.\"items.owner\"]\nreferences = false\n";
    let files = [
        ("schema.sql", &*items("players (id)")),
        ("gamedb.toml", config),
    ];
    assert_eq!(
        check(&files, "schema.sql", None),
        Err("gamedb.toml:2: column items.owner has a declared foreign key".to_owned())
    );
}

#[test]
fn all_of_them_are_named_each_with_its_own_line() {
    let schema = format!(
        "{PLAYERS}CREATE TABLE a (\n  id INTEGER PRIMARY KEY,\n  x INTEGER,\n  y INTEGER REFERENCES gone (id), -- REFERENCES gone\n\
           z INTEGER,\n  w TEXT DEFAULT 'REFERENCES gone',\n  FOREIGN KEY (x) REFERENCES gone (id),\n  FOREIGN KEY (z, y) REFERENCES other (a, b)\n) STRICT;\n\
         CREATE TABLE b (id INTEGER PRIMARY KEY, y INTEGER REFERENCES gone (id)) STRICT;\n"
    );
    let said = check(&[("schema.sql", &schema)], "schema.sql", None).expect_err("three keys");
    let said: Vec<&str> = said.lines().collect();
    let what = "references table \"gone\", which the schema does not have";
    assert_eq!(
        said,
        [
            &format!("schema.sql: line 5: column a.y {what}"),
            &format!("  line 8: column a.x {what}"),
            "  line 9: foreign key (z, y) of table a references table \"other\", which the schema does not have",
            &format!("  line 11: column b.y {what}"),
            "  `absent_tables = [\"gone\", \"other\"]` at the top of gamedb.toml says that the schema leaves them out on purpose",
        ]
    );
}

#[test]
fn a_key_that_is_added_later_and_one_in_a_folder_have_their_lines() {
    let added = "CREATE TABLE a (id INT PRIMARY KEY, x INT);\nCREATE TABLE b (id INT PRIMARY KEY);\n\n\
        ALTER TABLE a\n  ADD CONSTRAINT k\n  FOREIGN KEY (x) REFERENCES bb (id);\n";
    for dialect in [Dialect::MySql, Dialect::Postgres] {
        let said = check(&[("schema.sql", added)], "schema.sql", Some(dialect)).expect_err("bb");
        assert!(
            said.starts_with("schema.sql: line 6: column a.x references table \"bb\""),
            "{said}"
        );
    }
    let files = [
        ("migrations/1_players.sql", PLAYERS),
        (
            "migrations/2_items.sql",
            &*items("plyers (id)").replace(PLAYERS, ""),
        ),
    ];
    let said = check(&files, "migrations", None).expect_err("plyers");
    assert!(
        said.starts_with(
            "migrations: 2_items.sql line 5: column items.owner references table \"plyers\""
        ),
        "{said}"
    );
}
