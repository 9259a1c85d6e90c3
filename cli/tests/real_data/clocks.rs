//! DEFAULTs that are clocks: no row of a world is given one without a word.

use crate::World;

// A11
#[test]
fn a_clock_in_a_default_is_a_warning_in_every_dialect() {
    for schema in [
        "CREATE TABLE a (id serial PRIMARY KEY, created date NOT NULL DEFAULT ('now'::text)::date);",
        "CREATE TABLE a (id serial PRIMARY KEY, created date NOT NULL DEFAULT 'today'::date);",
        "CREATE TABLE a (id serial PRIMARY KEY, created timestamptz NOT NULL DEFAULT now());",
        "CREATE TABLE a (id serial PRIMARY KEY, created timestamp without time zone NOT NULL DEFAULT 'now');",
        "CREATE TABLE a (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, created timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP);",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT;",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created INTEGER NOT NULL DEFAULT (unixepoch()));",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created INTEGER NOT NULL DEFAULT (unixepoch())) STRICT;",
    ] {
        let world = World::new(schema);
        let (schema, config) = world.load();
        let warnings: Vec<&String> = schema.warnings.iter().collect();
        let is_said = |warning: &&&String| {
            warning.starts_with("column a.created: DEFAULT ")
                && warning.contains("the game has to set the value")
        };
        assert_eq!(warnings.iter().filter(is_said).count(), 1, "{warnings:?}");
        let model = gamedb_generate::resolve(&schema, &config).unwrap();
        assert!(!format!("{:?}", model.tables[0].fields).contains("\"now\""));
    }
}

// A11
#[test]
fn a_default_that_is_no_clock_is_no_warning() {
    let world = World::new(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, word TEXT NOT NULL DEFAULT 'now', n INTEGER NOT NULL DEFAULT -1,
         x REAL DEFAULT (1.5), b BLOB DEFAULT x'00', t INTEGER DEFAULT TRUE CHECK (t IN (0, 1)), z TEXT DEFAULT NULL) STRICT;",
    );
    assert_eq!(world.load().0.warnings, [""; 0]);
}
