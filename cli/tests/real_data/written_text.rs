//! Models from the text that is written for a schema are those from the schema itself.

use std::fmt::Write as _;

use gamedb_generate::{Input, explain, read, resolve, sqlite_schema};
use proptest::prelude::*;

use crate::World;

/// Set it to try that many random schemas.
const SCHEMAS: &str = "GAMEDB_SCHEMAS";

/// What the models of a schema are made from, without what the text of the statements says.
fn models(world: &World) -> String {
    let input = Input {
        schema: world.path("schema.sql"),
        ..Input::default()
    };
    let (schema, config) = read(&input).unwrap();
    let mut model = resolve(&schema, &config).unwrap();
    // What was declared and is not followed is explained, and leaves nothing but its index in the models.
    model.warnings.clear();
    for table in &mut model.tables {
        table.unfollowed.clear();
    }
    let mut text = format!("{model:#?}");
    for table in explain::explain(&schema, &config).unwrap().tables {
        let _ = write!(
            text,
            "\n{}: {} {}",
            table.name,
            table.kind,
            table.accessors.join(", ")
        );
    }
    text
}

fn check(schema: &str, toml: Option<&str>) {
    let mut world = World::new(schema);
    if let Some(toml) = toml {
        world = world.with_config(toml);
    }
    let input = Input {
        schema: world.path("schema.sql"),
        ..Input::default()
    };
    let text = sqlite_schema(&input).unwrap();
    let mut again = World::new(&text);
    if let Some(toml) = toml {
        again = again.with_config(toml);
    }
    let (first, second) = (models(&world), models(&again));
    if first != second {
        let differs = first.lines().zip(second.lines()).find(|(a, b)| a != b);
        panic!("{differs:?}\nfor\n{schema}\nwritten\n{text}");
    }
}

// C
#[test]
fn a_key_of_texts_has_the_same_finders() {
    check(
        "CREATE TABLE a (name TEXT PRIMARY KEY);
         CREATE TABLE b (a TEXT REFERENCES a (name), k TEXT, PRIMARY KEY (a, k));",
        None,
    );
}

// C, B5
#[test]
fn a_text_that_names_a_date_is_still_a_foreign_key() {
    check(
        r#"CREATE TABLE days (day DATETIME, PRIMARY KEY (day));
         CREATE TABLE notes (id INTEGER PRIMARY KEY, "day" TEXT, FOREIGN KEY ("day") REFERENCES days (day));"#,
        None,
    );
}

// C
#[test]
fn every_case_gives_the_same_models_from_its_written_text() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../generate/tests/cases");
    let mut n_cases = 0;
    let mut try_file = |schema: std::path::PathBuf| {
        let text = std::fs::read(&schema).unwrap();
        let Ok(text) = String::from_utf8(text) else {
            return;
        };
        let toml = std::fs::read_to_string(schema.with_file_name("gamedb.toml")).ok();
        let world = World::new(&text);
        let world = match &toml {
            Some(toml) => world.with_config(toml),
            None => world,
        };
        let input = Input {
            schema: world.path("schema.sql"),
            ..Input::default()
        };
        // Some cases show what is refused.
        if read(&input)
            .and_then(|(schema, config)| resolve(&schema, &config))
            .is_err()
        {
            return;
        }
        n_cases += 1;
        check(&text, toml.as_deref());
    };
    for folder in std::fs::read_dir(&cases).unwrap() {
        let folder = folder.unwrap().path();
        let schema = folder.join("schema.sql");
        if schema.exists() {
            try_file(schema);
        }
    }
    for file in std::fs::read_dir(cases.join("sources")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|end| end == "sql") {
            try_file(file);
        }
    }
    assert!(n_cases > 25, "{n_cases} cases");
}

/// A column: its name, its type, and what else it says.
fn column() -> impl Strategy<Value = (usize, usize, usize)> {
    (0..NAMES.len(), 0..TYPES.len(), 0..OPTIONS.len())
}

const NAMES: &[&str] = &[
    "name",
    "level",
    "guild_id",
    "playerID",
    "owner_player_id",
    "type",
    "kind_id",
    "key",
    "Item",
    "created",
    "item_id",
    "players",
    "target",
    "zone_id",
];
/// For SQLite, MySQL and PostgreSQL.
const TYPES: &[[&str; 3]] = &[
    ["INTEGER", "int", "integer"],
    ["BIGINT", "bigint unsigned", "bigint"],
    ["TEXT", "varchar(20)", "text"],
    ["TINYINT(1)", "tinyint(1)", "boolean"],
    ["NUMERIC", "decimal(8,2)", "numeric"],
    ["REAL", "double", "double precision"],
    ["", "enum('a','b')", "uuid"],
    ["DATETIME", "timestamp", "timestamptz"],
    ["BLOB", "blob", "bytea"],
];
const OPTIONS: &[&str] = &[
    "",
    "",
    "NOT NULL",
    "NOT NULL DEFAULT 0",
    "DEFAULT 1",
    "UNIQUE",
    "NOT NULL UNIQUE",
    "DEFAULT NULL",
    "NOT NULL DEFAULT '1'",
    "DEFAULT CURRENT_TIMESTAMP",
    "NOT NULL DEFAULT CURRENT_TIMESTAMP",
];
const TABLES: &[&str] = &[
    "players",
    "guilds",
    "items",
    "old_items",
    "guild_player",
    "s",
];

#[derive(Debug, Clone)]
struct RandomTable {
    key: usize,
    columns: Vec<(usize, usize, usize)>,
    together: bool,
    points: Option<(usize, usize)>,
}

fn tables() -> impl Strategy<Value = (usize, Vec<RandomTable>)> {
    let table = (
        0..5_usize,
        prop::collection::vec(column(), 1..6),
        any::<bool>(),
        prop::option::of((0..TABLES.len(), 0..5_usize)),
    );
    let table = table.prop_map(|(key, mut columns, together, points)| {
        columns.sort_unstable();
        columns.dedup_by_key(|column| column.0);
        RandomTable {
            key,
            columns,
            together,
            points,
        }
    });
    (0..3_usize, prop::collection::vec(table, 1..=TABLES.len()))
}

fn sql(dialect: usize, tables: &[RandomTable]) -> String {
    let quote = |name: &str| match dialect {
        1 => format!("`{name}`"),
        _ => format!("\"{name}\""),
    };
    let id = ["INTEGER", "int", "integer"][dialect];
    let own_id = ["INTEGER", "int AUTO_INCREMENT", "bigserial"][dialect];
    let mut text = String::new();
    for (table, name) in tables.iter().zip(TABLES) {
        let mut lines = Vec::new();
        match table.key {
            0 | 1 => lines.push(format!("{} {own_id} PRIMARY KEY", quote("id"))),
            2 => lines.push(format!("{} {id} PRIMARY KEY", quote("player_id"))),
            4 => lines.push(format!("{} {id} PRIMARY KEY", quote("zone"))),
            _ => {}
        }
        for (column, ty, option) in &table.columns {
            let ty = TYPES[*ty][dialect];
            lines.push(format!(
                "{} {ty} {}",
                quote(NAMES[*column]),
                OPTIONS[*option]
            ));
        }
        let names: Vec<String> = table
            .columns
            .iter()
            .map(|column| quote(NAMES[column.0]))
            .collect();
        let together = names[..names.len().min(2)].join(", ");
        if table.key == 3 && table.together {
            lines.push(format!("PRIMARY KEY ({together})"));
        } else if table.together {
            lines.push(format!("UNIQUE ({together})"));
        }
        if let Some((target, column)) = table.points
            && target < tables.len()
            && let Some(column) = names.get(column)
        {
            let target_key = ["id", "id", "player_id", "name", "zone"][tables[target].key];
            lines.push(format!(
                "FOREIGN KEY ({column}) REFERENCES {} ({})",
                quote(TABLES[target]),
                quote(target_key)
            ));
        }
        let engine = if dialect == 1 { " ENGINE=InnoDB" } else { "" };
        let _ = writeln!(
            text,
            "CREATE TABLE {} (\n  {}\n){engine};",
            quote(name),
            lines.join(",\n  ")
        );
    }
    // A word of PostgreSQL alone.
    if dialect == 2 {
        text.push_str("-- PostgreSQL database dump\n");
    }
    text
}

// C
#[test]
fn random_schemas_give_the_same_models_from_their_written_text() {
    let n_schemas = std::env::var(SCHEMAS).ok().and_then(|n| n.parse().ok());
    let config = ProptestConfig {
        cases: n_schemas.unwrap_or(32),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let n_checked = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&tables(), |(dialect, tables)| {
        let text = sql(dialect, &tables);
        let world = World::new(&text);
        let input = Input {
            schema: world.path("schema.sql"),
            ..Input::default()
        };
        let found = read(&input).and_then(|(schema, config)| resolve(&schema, &config));
        prop_assume!(found.is_ok());
        n_checked.set(n_checked.get() + 1);
        let result = std::panic::catch_unwind(|| check(&text, None));
        prop_assert!(result.is_ok(), "{text}");
        Ok(())
    });
    result.unwrap();
    assert!(n_checked.get() > 16, "{n_checked:?} schemas");
}
