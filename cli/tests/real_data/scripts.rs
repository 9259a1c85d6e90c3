//! Scripts that end statements in their own way, and migrations.

use gamedb_generate::{Input, read};

use crate::World;

fn tables(world: &World) -> Vec<String> {
    let tables = world.load().0.tables;
    tables.into_iter().map(|table| table.name).collect()
}

// A9
#[test]
fn a_delimiter_that_is_never_set_back_takes_no_table_along() {
    let world = World::new(
        "CREATE TABLE a (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB;\n\
         DELIMITER $$\n\
         CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.id = 1; SET @y = 2; END $$\n\
         SET x = 0;\n\
         CREATE TABLE b (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id));\n\
         CREATE TABLE c (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id));\n",
    );
    assert_eq!(tables(&world), ["a", "b", "c"]);
    let warnings = world.load().0.warnings;
    let expected =
        "line 4: the delimiter is still `$$` here; statements end at their `;` all the same";
    assert_eq!(warnings, [expected]);
}

// A9
#[test]
fn a_routine_that_ends_with_a_semicolon_takes_no_table_along() {
    let world = World::new(
        "CREATE TABLE `a` (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id));\nDELIMITER //\n\
         CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; SELECT CASE 1 WHEN 1 THEN 2 END; END;\n\
         CREATE TABLE event (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id));\n//\nDELIMITER ;\n\
         CREATE TABLE c (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id));\n",
    );
    assert_eq!(tables(&world), ["a", "event", "c"]);
}

// A10
#[test]
fn down_parts_of_migrations_are_passed_over() {
    for (up, down) in [
        ("-- +goose Up", "-- +goose Down"),
        ("-- migrate:up", "-- migrate:down"),
        ("-- +migrate Up", "-- +migrate Down"),
        ("-- rambler up", "-- rambler down"),
        ("# --- !Ups", "# --- !Downs"),
        ("-- Up Migration", "-- Down Migration"),
        ("--", "-- //@UNDO"),
    ] {
        for (types, dialect) in [
            ("id INTEGER PRIMARY KEY) STRICT", "sqlite"),
            (
                "id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB",
                "mysql",
            ),
            ("id bigserial PRIMARY KEY)", "postgres"),
        ] {
            if dialect != "mysql" && up.starts_with('#') {
                continue;
            }
            let world = World::new(&format!(
                "{up}\nCREATE TABLE users ({types};\nCREATE TABLE logs ({types};\n{down}\nDROP TABLE users;\nDROP TABLE logs;\n"
            ));
            assert_eq!(tables(&world), ["users", "logs"], "{up} {dialect}");
            let note = "passed over: 1 Down part of a migration";
            let notes = world.load().0.notes;
            assert!(
                notes.iter().any(|said| said == note),
                "{up} {dialect} {notes:?}"
            );
            // What the models include drops nothing either.
            let input = Input {
                schema: world.path("schema.sql"),
                ..Input::default()
            };
            let text = gamedb_generate::sqlite_schema(&input).unwrap();
            assert!(!text.contains("DROP"), "{text}");
            assert_eq!(tables(&World::new(&text)), ["users", "logs"]);
        }
    }
}

// A10
#[test]
fn a_folder_of_migrations_is_read_in_order() {
    let world = World::new("");
    let write = |name: &str, text: &str| {
        let path = world.path("migrations").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "10_more.up.sql",
        "ALTER TABLE users ADD COLUMN age int;\nNONSENSE;\n",
    );
    write("10_more.down.sql", "DROP TABLE users;");
    write(
        "2_first.sql",
        "CREATE TABLE users (id bigserial PRIMARY KEY);\n",
    );
    write(
        "30_diesel/up.sql",
        "CREATE TABLE logs (id bigserial PRIMARY KEY);",
    );
    write("30_diesel/down.sql", "DROP TABLE logs;");
    write("README.md", "DROP TABLE users;");
    let input = Input {
        schema: world.path("migrations"),
        ..Input::default()
    };
    let (schema, _) = read(&input).unwrap();
    let names: Vec<&str> = schema
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(names, ["users", "logs"]);
    assert_eq!(schema.tables[0].columns.len(), 2);
    assert!(
        schema
            .notes
            .contains(&"passed over: 2 Down files of migrations".to_owned()),
        "{:?}",
        schema.notes
    );
    assert_eq!(
        schema.warnings,
        ["10_more.up.sql line 2: `NONSENSE` cannot be read, and is left out"]
    );
}

// A10
#[test]
fn a_script_that_drops_all_its_tables_says_so() {
    let drops = "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (id INTEGER PRIMARY KEY);\nDROP TABLE a;\nDROP TABLE b;\n";
    for (text, dialect) in [
        (drops.to_owned(), "SQLite"),
        (
            format!("{drops}-- MySQL dump\n/*!40101 SET NAMES utf8 */;"),
            "MySQL",
        ),
    ] {
        let error = World::new(&text).error();
        let start = format!("schema.sql: no table is left: read as {dialect} (");
        let end = "), it creates 2 tables, and drops them again; `--dialect` names another dialect";
        assert!(error.starts_with(&start) && error.ends_with(end), "{error}");
    }
}
