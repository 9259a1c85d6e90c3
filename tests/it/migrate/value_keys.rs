//! Foreign keys to UNIQUE columns: a migration that declares them keeps what they hold.

use super::SqlFile;
use gamedb::{Consent, MigrationError};

const PLAIN: &str = "
CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, nick TEXT UNIQUE) STRICT;
CREATE TABLE items (id INTEGER PRIMARY KEY, owner TEXT, kind TEXT, size INTEGER) STRICT;
CREATE TABLE kinds (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, size INTEGER NOT NULL, UNIQUE (kind, size)) STRICT;
INSERT INTO players VALUES (1, 'Ada', 'a'), (2, 'Bob', NULL);
INSERT INTO kinds VALUES (1, 'axe', 2);
INSERT INTO items VALUES (1, 'Ada', 'axe', 2), (2, 'Bob', NULL, 3), (3, NULL, NULL, NULL);
";

/// The schema with keys, without rows.
fn keyed(owner: &str) -> String {
    let schema: Vec<&str> = PLAIN
        .lines()
        .filter(|line| !line.starts_with("INSERT"))
        .collect();
    schema
        .join("\n")
        .replace("owner TEXT", &format!("owner TEXT {owner}"))
        .replace(
            "size INTEGER) STRICT",
            "size INTEGER, FOREIGN KEY (kind, size) REFERENCES kinds (kind, size)) STRICT",
        )
}

#[test]
fn values_that_name_rows_are_kept() {
    let file = SqlFile::new(PLAIN);
    let before = file.rows("SELECT * FROM items ORDER BY id");
    let schema = keyed("REFERENCES players (name) ON DELETE CASCADE");
    file.migrate(&schema, &Consent::new()).unwrap();
    assert_eq!(file.rows("SELECT * FROM items ORDER BY id"), before);
    // Another column, and another action: each is a step, and the first may cost values.
    let steps = file.steps(&keyed("REFERENCES players (name)"));
    assert!(
        steps
            .iter()
            .any(|step| step.contains("FOREIGN KEY (owner) REFERENCES players (name)")),
        "{steps:?}"
    );
    let steps = file.steps(&keyed("REFERENCES players (nick) ON DELETE CASCADE"));
    assert!(
        steps.iter().any(|step| step.contains("players (nick)")),
        "{steps:?}"
    );
    // A table and a column that are renamed are still what was named.
    let renamed = schema
        .replace("CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,", "-- @renamed from=players\nCREATE TABLE heroes (id INTEGER PRIMARY KEY,\n title TEXT NOT NULL UNIQUE, -- @renamed from=name\n")
        .replace("REFERENCES players (name)", "REFERENCES heroes (title)");
    file.migrate(&renamed, &Consent::new()).unwrap();
    assert_eq!(file.rows("SELECT * FROM items ORDER BY id"), before);
}

#[test]
fn values_that_name_nothing_are_listed_before_anything_is_written() {
    let file = SqlFile::new(PLAIN);
    file.connection()
        .execute_batch("UPDATE items SET owner = 'Eve' WHERE id = 2")
        .unwrap();
    let schema = keyed("REFERENCES players (name) ON DELETE CASCADE");
    let steps = file.steps(&schema).join("\n");
    assert!(steps.contains("they name no row of players"), "{steps}");
    file.refused(&schema, &Consent::new());
    file.migrate(&schema, &Consent::new().lossy()).unwrap();
    let owners = file.rows("SELECT owner FROM items WHERE owner IS NOT NULL");
    assert_eq!(owners, [["Ada".to_owned().into()]]);

    // Of several columns only the copied rows can tell.
    let file = SqlFile::new(PLAIN);
    file.connection()
        .execute_batch("UPDATE items SET kind = 'bow' WHERE id = 2")
        .unwrap();
    let error = file.refused(&schema, &Consent::new().lossy());
    assert!(matches!(error, MigrationError::Dangling { .. }), "{error}");
}
