//! What is imported is the server of one moment.

use std::path::Path;

use gamedb_generate::import::{self, ImportOptions};
use gamedb_generate::{read, resolve};
use rusqlite::types::Value;

use crate::tools::{Database, Kind, input, query};

/// Rows that are written while an import runs are not in the new file, not even in part.
fn a_write_during_the_import_is_not_seen(database: &Database) {
    database.execute(&[
        "CREATE TABLE players (id bigint PRIMARY KEY, name varchar(20) NOT NULL)",
        "CREATE TABLE items (id bigint PRIMARY KEY, player_id bigint NOT NULL REFERENCES players (id))",
        "INSERT INTO players VALUES (1, 'before')",
        "INSERT INTO items VALUES (1, 1)",
    ]);
    let (schema, config) = read(&input(&database.url)).expect("the schema");
    let model = resolve(&schema, &config).expect("the models");
    let mut source = import::open(Path::new(&database.url), None).expect("the server");
    let out = database.file("snapshot.db");
    let options = ImportOptions {
        out: Some(out.clone()),
        ..ImportOptions::default()
    };
    // After the connection is there, and before its first row is read.
    database.execute(&[
        "UPDATE players SET name = 'meanwhile'",
        "INSERT INTO players VALUES (2, 'meanwhile')",
        "INSERT INTO items VALUES (2, 2)",
    ]);
    let mut is_first = true;
    let report = import::import(&mut *source, &schema, &model, &options, &mut |_| {
        // Between two tables.
        if std::mem::take(&mut is_first) {
            database.execute(&[
                "INSERT INTO items VALUES (3, 1)",
                "DELETE FROM items WHERE id = 1",
            ]);
        }
    });
    assert!(!is_first, "no progress was reported");
    assert_eq!(report.expect("the import").n_left_out(), 0);
    let world = rusqlite::Connection::open(&out).expect("the world");
    let players = query(&world, "SELECT id, name FROM players");
    let before = Value::Text("before".to_owned());
    assert_eq!(players, [[Value::Integer(1), before]]);
    let items = query(&world, "SELECT id, player_id FROM items");
    assert_eq!(items, [[Value::Integer(1), Value::Integer(1)]]);
}

#[test]
fn a_write_to_mysql_during_the_import_is_not_seen() {
    if let Some(database) = Database::create(Kind::MySql, "gamedb_snapshot") {
        a_write_during_the_import_is_not_seen(&database);
    }
}

#[test]
fn a_write_to_postgres_during_the_import_is_not_seen() {
    if let Some(database) = Database::create(Kind::Postgres, "gamedb_snapshot") {
        a_write_during_the_import_is_not_seen(&database);
    }
}

/// The rows of a table without transactions may change, so the report says which table that is.
#[test]
fn a_table_without_transactions_is_named() {
    let Some(database) = Database::create(Kind::MySql, "gamedb_unsteady") else {
        return;
    };
    database.execute(&[
        "CREATE TABLE steady (id int PRIMARY KEY)",
        "CREATE TABLE unsteady (id int PRIMARY KEY) ENGINE=MyISAM",
    ]);
    let world = database.world(&input(&database.url), database.url.as_ref());
    let [note] = world.report.notes.as_slice() else {
        panic!("{:?}", world.report.notes);
    };
    assert!(
        note.contains("table unsteady knows no transactions"),
        "{note}"
    );
}

/// Tables of one name in two schemas, rows of parents and of partitions, dropped columns, and a table without columns.
#[test]
fn rows_of_postgres_are_those_of_their_own_table() {
    let Some(database) = Database::create(Kind::Postgres, "gamedb_own_rows") else {
        return;
    };
    database.execute(&[
        "CREATE SCHEMA arena; CREATE TABLE arena.items (id int PRIMARY KEY, name text);
         CREATE TABLE items (id int PRIMARY KEY, gone int, name text); ALTER TABLE items DROP COLUMN gone;
         CREATE TABLE swords (damage int) INHERITS (items);
         CREATE TABLE events (id int, day int, PRIMARY KEY (id, day)) PARTITION BY LIST (day);
         CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
         CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2);
         INSERT INTO arena.items VALUES (1, 'arena'); INSERT INTO items VALUES (1, 'public');
         INSERT INTO swords VALUES (2, 'sword', 7); INSERT INTO events VALUES (1, 1), (1, 2)",
    ]);
    let text = |text: &str| Value::Text(text.to_owned());
    let integer = Value::Integer;
    let world = database.world(&input(&database.url), database.url.as_ref());
    assert_eq!(world.report.n_left_out(), 0, "{}", world.report);
    assert_eq!(
        world.query("SELECT id, name FROM arena_items"),
        [[integer(1), text("arena")]]
    );
    assert_eq!(
        world.query("SELECT id, name FROM items"),
        [[integer(1), text("public")]]
    );
    assert_eq!(
        world.query("SELECT id, name, damage FROM swords"),
        [[integer(2), text("sword"), integer(7)]]
    );
    assert_eq!(
        world.query("SELECT id, day FROM events ORDER BY day"),
        [[integer(1), integer(1)], [integer(1), integer(2)]]
    );
}
