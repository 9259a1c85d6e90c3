//! Keys that nothing in the source numbers.

use gamedb_generate::explain::{TableExplanation, explain};
use gamedb_generate::relations::Found;

use crate::World;

fn explained(world: &World) -> Vec<TableExplanation> {
    let (schema, config) = world.load();
    explain(&schema, &config).unwrap().tables
}

/// Who gives the ids of a table.
fn ids(table: &TableExplanation) -> String {
    let id = table.columns.iter().find(|column| column.field == "id");
    let plain = || format!("given by gamedb, as {}", id.unwrap().name);
    table.ids.clone().unwrap_or_else(plain)
}

/// Asserts that the written text says the same as the source.
fn assert_written_the_same(world: &World, toml: &str) {
    let input = gamedb_generate::Input {
        schema: world.path("schema.sql"),
        ..Default::default()
    };
    let written = gamedb_generate::sqlite_schema(&input).unwrap();
    let again = World::new(&written).with_config(toml);
    assert_eq!(explained(&again), explained(world), "{written}");
}

const PLAYERS: [&str; 3] = [
    "CREATE TABLE players (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
     CREATE TABLE stats (playerID INTEGER PRIMARY KEY NOT NULL, hits INT);",
    "CREATE TABLE players (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB;
     CREATE TABLE stats (playerID int NOT NULL, hits int, PRIMARY KEY (playerID));",
    "CREATE TABLE players (id serial PRIMARY KEY, born timestamptz);
     CREATE TABLE stats (\"playerID\" int PRIMARY KEY, hits int);",
];

// A1: by convention it is a foreign key, one row for one.
#[test]
fn a_key_that_is_called_the_id_of_another_table_is_a_key_to_it() {
    for schema in PLAYERS {
        let world = World::new(schema);
        let found = world.relations(Found::Convention);
        assert_eq!(found.len(), 1, "{schema}");
        assert!(found[0].eq_ignore_ascii_case("stats.playerID -> players"));
        let tables = explained(&world);
        assert!(tables[1].foreign_keys[0].unique);
        assert!(tables[1].reason.contains("one to one with players"));
        assert!(
            ids(&tables[1]).contains("is the id of its row in players"),
            "{}",
            ids(&tables[1])
        );
        assert_eq!(tables[1].fields.len(), 2);
        assert_written_the_same(&world, "");
    }
}

// A1: rows that say otherwise.
#[test]
fn rows_refute_that_such_a_key_is_one() {
    let world = World::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
         CREATE TABLE stats (playerID INTEGER PRIMARY KEY NOT NULL, hits INT);
         INSERT INTO players VALUES (1, 'Ada');
         INSERT INTO stats VALUES (1, 10), (7, 20);",
    );
    assert_eq!(world.relations(Found::Convention), [""; 0]);
    let tables = explained(&world);
    assert_eq!(
        ids(&tables[1]),
        "given by gamedb: `playerID` is a number that the game gives"
    );
    assert_written_the_same(&world, "");
}

// A1: the rows come along, each with the player that it is about.
#[test]
fn rows_of_shared_keys_and_of_given_numbers_are_imported() {
    let world = World::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
         CREATE TABLE stats (playerID INTEGER PRIMARY KEY NOT NULL, hits INT);
         CREATE TABLE ipintel (ip INTEGER PRIMARY KEY, intel REAL);",
    )
    .with_rows(
        "CREATE TABLE players (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
         CREATE TABLE stats (playerID INTEGER PRIMARY KEY NOT NULL, hits INT);
         CREATE TABLE ipintel (ip INTEGER PRIMARY KEY, intel REAL);
         INSERT INTO players VALUES (3, 'Ada'), (9, 'Bob');
         INSERT INTO stats VALUES (9, 1), (3, 2);
         INSERT INTO ipintel VALUES (4294967295, 0.5), (0, 0.25);",
    );
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(
        world.values("SELECT playerID, hits FROM stats ORDER BY 1"),
        ["3 2", "9 1"]
    );
    assert_eq!(
        world.values("SELECT ip, intel FROM ipintel ORDER BY 1"),
        ["0 0.25", "4294967295 0.5"]
    );
}

// A1
#[test]
fn a_number_that_nothing_numbers_is_a_unique_field() {
    for schema in [
        "CREATE TABLE ipintel (ip INTEGER PRIMARY KEY NOT NULL, intel REAL);",
        "CREATE TABLE `ipintel` (`ip` INT UNSIGNED NOT NULL, `intel` DOUBLE, PRIMARY KEY (`ip`)) ENGINE=InnoDB;",
        "CREATE TABLE ipintel (ip integer PRIMARY KEY, intel double precision, at timestamptz);",
    ] {
        let world = World::new(schema);
        let tables = explained(&world);
        assert_eq!(tables[0].fields[0].field, "ip", "{schema}");
        assert_eq!(tables[0].indexes, ["unique ip (ip)"]);
        assert_eq!(
            ids(&tables[0]),
            "given by gamedb: `ip` is a number that the game gives"
        );
        assert_written_the_same(&world, "");
    }
}

// A1: what is numbered, called an id, or pointed to stays the id.
#[test]
fn other_keys_stay_ids() {
    for (schema, id) in [
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, x INT);", "id"),
        (
            "CREATE TABLE t (ip INTEGER PRIMARY KEY AUTOINCREMENT, x INT);",
            "ip",
        ),
        (
            "CREATE TABLE t (ip int NOT NULL AUTO_INCREMENT, x int, PRIMARY KEY (ip)) ENGINE=InnoDB;",
            "ip",
        ),
        (
            "CREATE TABLE t (AlbumId INTEGER PRIMARY KEY, x INT);",
            "AlbumId",
        ),
        (
            "CREATE TABLE t (entry INTEGER PRIMARY KEY, x INT); CREATE TABLE u (id INTEGER PRIMARY KEY, entry INT);",
            "entry",
        ),
        (
            "CREATE TABLE t (zone INTEGER PRIMARY KEY, x INT); CREATE TABLE u (id INTEGER PRIMARY KEY, z INT REFERENCES t (zone));",
            "zone",
        ),
        // The key of `old_letters` is its own.
        (
            "CREATE TABLE old_letters (letter_id INTEGER PRIMARY KEY, x INT); CREATE TABLE letters (id INTEGER PRIMARY KEY, y INT);",
            "letter_id",
        ),
        // A canonical text is kept as written.
        (
            "CREATE TABLE ipintel (ip INTEGER PRIMARY KEY, intel REAL) STRICT;",
            "ip",
        ),
    ] {
        let world = World::new(schema);
        let tables = explained(&world);
        assert_eq!(
            ids(&tables[0]),
            format!("given by gamedb, as {id}"),
            "{schema}"
        );
        assert_written_the_same(&world, "");
    }
}

// A1: the config decides, and is obeyed or is an error.
#[test]
fn the_config_says_who_gives_the_ids() {
    for schema in [
        "CREATE TABLE ipintel (ip INTEGER PRIMARY KEY, intel REAL) STRICT;",
        "CREATE TABLE ipintel (ip INTEGER PRIMARY KEY, intel REAL);",
    ] {
        for (word, expected) in [
            ("game", "given by the game, as ip"),
            ("gamedb", "given by gamedb, as ip"),
            (
                "field",
                "given by gamedb: `ip` is a number that the game gives",
            ),
        ] {
            let toml = format!("[tables.ipintel]\nids = '{word}'\n");
            let world = World::new(schema).with_config(&toml);
            assert_eq!(ids(&explained(&world)[0]), expected);
            assert_written_the_same(&world, &toml);
        }
    }
    let error = World::new("CREATE TABLE t (name TEXT PRIMARY KEY);")
        .with_config("[tables.t]\nids = 'game'\n")
        .error();
    assert_eq!(
        error,
        "gamedb.toml:2: t has no number of its own that could be its id. Given by gamedb: the source's key is (name)"
    );
    let error = World::new(
        "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE ab (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a (id),
            b_id INTEGER NOT NULL REFERENCES b (id), UNIQUE (a_id, b_id)) STRICT;",
    )
    .with_config("[tables.ab]\nids = 'game'\n")
    .error();
    assert!(
        error
            .starts_with("gamedb.toml:2: the game cannot give the ids of ab: its rows link others"),
        "{error}"
    );
    let error = World::new("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;")
        .with_config("[tables.t]\nids = 'nobody'\n")
        .error();
    assert!(error.contains("gamedb.toml:2"), "{error}");
}
