//! Part C: dialects, warnings and names.

use crate::World;

fn note(schema: &str) -> String {
    World::new(schema).load().0.notes.remove(0)
}

// C
#[test]
fn the_dialect_is_found_in_aligned_texts_too() {
    for (schema, dialect) in [
        (
            "CREATE TABLE t (\n  id   SERIAL   PRIMARY KEY,\n  a   TEXT\n);",
            "PostgreSQL",
        ),
        (
            "CREATE TABLE t (\n\tid\tSERIAL\tPRIMARY KEY,\n\ta\tTEXT\n);",
            "PostgreSQL",
        ),
        (
            "CREATE TABLE t (\n  id SERIAL,\n  a TEXT,\n  PRIMARY KEY (id)\n);",
            "PostgreSQL",
        ),
        (
            "CREATE TABLE t (id SERIAL, a TEXT, PRIMARY KEY (id));",
            "PostgreSQL",
        ),
        (
            "CREATE TABLE t (id INT PRIMARY KEY, a TIMESTAMP DEFAULT now());",
            "PostgreSQL",
        ),
        (
            "CREATE TABLE t (id INT PRIMARY KEY, x INT, KEY ix (x));",
            "MySQL",
        ),
        (
            "CREATE TABLE t (id INT PRIMARY KEY, x INT,\n  UNIQUE   KEY ix (x));",
            "MySQL",
        ),
        (
            "CREATE TABLE t (id INT PRIMARY KEY, x\tENUM('a','b'));",
            "MySQL",
        ),
        (
            "CREATE TABLE t (id INT PRIMARY KEY, x SET ('a','b'));",
            "MySQL",
        ),
        // Names are no words of a dialect.
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, serial TEXT, key VARCHAR(20), UNIQUE (key, serial));",
            "SQLite",
        ),
    ] {
        let note = note(schema);
        assert!(
            note.starts_with(&format!("read as {dialect}: ")),
            "{note} for {schema}"
        );
    }
}

// C
#[test]
fn errors_name_the_dialect_that_was_taken_and_why() {
    for (schema, expected) in [
        (
            "CREATE TABLE a (\n  id INTEGER,,\n);",
            "schema.sql: line 2: near \",\": syntax error; read as SQLite: nothing in it is another dialect's; --dialect says otherwise",
        ),
        (
            "-- MySQL dump\nSET x = `y`;\n",
            "schema.sql: no CREATE TABLE can be read as MySQL (it has mysql dump, back ticks); `--dialect` names another dialect",
        ),
    ] {
        assert_eq!(World::new(schema).error(), expected);
    }
}

// C
#[test]
fn two_unique_keys_over_one_column_warn_once() {
    let world = World::new(
        "CREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, `name` varchar(9) UNIQUE, PRIMARY KEY (`id`), UNIQUE KEY `again` (`name`)) ENGINE=InnoDB;",
    );
    let warnings = world.load().0.warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
}

// C
#[test]
fn nocase_is_kept_and_a_warning_about_another_collation_names_its_column() {
    let world = World::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, nick TEXT, UNIQUE (name, nick));",
    );
    let schema = world.load().0;
    assert_eq!(schema.warnings, [""; 0]);
    let sql = schema.statements.join(" ");
    assert!(
        sql.contains("TEXT COLLATE NOCASE,") && sql.matches("NOCASE").count() == 1,
        "{sql}"
    );
    // A column that is compared exactly elsewhere, or that rows are named by, stays exact.
    for (table, key) in [
        (
            "name TEXT COLLATE RTRIM, nick TEXT",
            "(name, nick) is UNIQUE by exact text here, and not by RTRIM",
        ),
        (
            "name TEXT COLLATE NOCASE, nick TEXT REFERENCES t (name), UNIQUE (name)",
            "(name) is UNIQUE by exact text here, and not by NOCASE",
        ),
    ] {
        let sql = format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {table}, UNIQUE (name, nick));");
        let warnings = World::new(&sql).load().0.warnings;
        assert!(
            warnings.iter().any(|warning| warning.contains(key)),
            "{sql} {warnings:?}"
        );
    }
}

/// A key of texts becomes a field beside an id, and is compared exactly.
#[test]
fn a_primary_key_by_nocase_is_exact_with_a_warning_and_a_unique_column_is_not() {
    for key in [
        "name TEXT PRIMARY KEY COLLATE NOCASE, gold INTEGER",
        "name TEXT COLLATE NOCASE NOT NULL, gold INTEGER, PRIMARY KEY (name)",
        "name TEXT COLLATE NOCASE, gold INTEGER, PRIMARY KEY (gold, name)",
    ] {
        let schema = World::new(&format!("CREATE TABLE t ({key});")).load().0;
        let named = |warning: &String| {
            warning.starts_with("table t: PRIMARY KEY (")
                && warning.contains("is UNIQUE by exact text here, and not by NOCASE;")
        };
        assert_eq!(
            schema.warnings.iter().filter(|text| named(text)).count(),
            1,
            "{key}: {:?}",
            schema.warnings
        );
    }
    for key in [
        "name TEXT PRIMARY KEY",
        "name TEXT PRIMARY KEY COLLATE BINARY",
        "id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE",
    ] {
        let schema = World::new(&format!("CREATE TABLE t ({key}, gold INTEGER);"))
            .load()
            .0;
        assert!(
            !schema
                .warnings
                .iter()
                .any(|text| text.contains("exact text")),
            "{key}: {:?}",
            schema.warnings
        );
    }
    let world = World::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE) STRICT;",
    );
    let (schema, config) = world.load();
    let explained = gamedb_generate::explain::explain(&schema, &config).unwrap();
    assert_eq!(
        explained.tables[0].indexes,
        ["unique name (name COLLATE NOCASE)"]
    );
}

fn explained(world: &World) -> Vec<(String, Vec<String>)> {
    let (schema, config) = world.load();
    let explained = gamedb_generate::explain::explain(&schema, &config).unwrap();
    let tables = explained.tables.into_iter();
    tables
        .map(|table| {
            (
                table.type_name,
                table.fields.into_iter().map(|f| f.field).collect(),
            )
        })
        .collect()
}

// C
#[test]
fn a_table_of_one_letter_keeps_its_name() {
    let world = World::new("CREATE TABLE s (id INTEGER PRIMARY KEY) STRICT;");
    let types: Vec<String> = explained(&world)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(types, ["S"]);
}

// C
#[test]
fn a_foreign_key_called_id_is_named_after_its_table() {
    let world = World::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE stats (id INTEGER PRIMARY KEY REFERENCES players (id), hits INT);",
    );
    assert_eq!(explained(&world)[1].1, ["player", "hits"]);
}
