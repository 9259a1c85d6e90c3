//! Guessed keys whose values name no row: a guess never costs a row.

use gamedb_generate::relations::Found;

use crate::World;

const GUESSED: &str = "CREATE TABLE towns (id INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE players (id INTEGER PRIMARY KEY, town_id INTEGER NOT NULL, old_town_id INTEGER) STRICT;
    CREATE TABLE items (id INTEGER PRIMARY KEY, player_id INTEGER NOT NULL REFERENCES players (id)) STRICT;";

// A2
#[test]
fn a_guessed_key_to_a_row_that_is_not_there_costs_no_row() {
    let world = World::new(&GUESSED.replace("old_town_id", "towns_id")).with_rows(
        "CREATE TABLE towns (id INTEGER PRIMARY KEY);
         CREATE TABLE players (id INTEGER PRIMARY KEY, town_id INT, towns_id INT);
         CREATE TABLE items (id INTEGER PRIMARY KEY, player_id INT);
         INSERT INTO towns VALUES (1);
         INSERT INTO players VALUES (1, 1, 1), (2, 7, 9), (3, 8, NULL);
         INSERT INTO items VALUES (1, 2), (2, 3);",
    );
    let (code, printed) = world.import(&[]);
    assert_eq!(
        world.values("SELECT * FROM players ORDER BY id"),
        ["1 1 1", "2 7 NULL", "3 8 NULL"]
    );
    assert_eq!(world.values("SELECT count(*) FROM items"), ["2"]);
    for line in [
        "players.towns_id: 1 value refers to no row of towns, and is NULL now",
        "players.town_id: 2 values refer to no row of towns, and stay as they are",
        "[columns.\"players.town_id\"]\nreferences = false\n",
        "[columns.\"players.towns_id\"]\nreferences = false\n",
    ] {
        assert!(printed.contains(line), "{line} in\n{printed}");
    }
    assert_eq!(code, Some(0), "no row is left out: {printed}");
}

// A2: the rows of a SQLite file are there when its schema is read.
#[test]
fn rows_of_a_file_decide_whether_a_name_is_a_key() {
    let world = World::new("").with_rows(
        "CREATE TABLE towns (id INTEGER PRIMARY KEY);
         CREATE TABLE players (id INTEGER PRIMARY KEY, town_id INT NOT NULL, guild_id INT NOT NULL);
         CREATE TABLE guilds (id INTEGER PRIMARY KEY);
         INSERT INTO guilds VALUES (4);
         INSERT INTO players VALUES (1, 3, 4), (2, 5, 4);",
    );
    let (schema, config) = world.load_file("old.db");
    let (found, _) = gamedb_generate::relations::relations(&schema, &config).unwrap();
    let found: Vec<&str> = found.iter().map(|r| r.column.as_str()).collect();
    assert_eq!(found, ["guild_id"]);
    let note = "column players.town_id: its name looks like a key to towns, and 2 of its 2 values name no row there, \
        so it is a plain column; `[columns.\"players.town_id\"] references = \"towns\"` says otherwise";
    assert!(
        schema.notes.iter().any(|said| said == note),
        "{:#?}",
        schema.notes
    );
    // The text that is written has no rows, and says so itself.
    let written = gamedb_generate::sqlite_schema(&gamedb_generate::Input {
        schema: world.path("old.db"),
        ..Default::default()
    });
    let again = World::new(&written.unwrap());
    assert_eq!(
        again.relations(gamedb_generate::relations::Found::Convention),
        ["players.guild_id -> guilds"]
    );
}

// A5
#[test]
fn players_with_a_default_town_are_kept_where_there_are_no_towns() {
    let world = World::new(
        "CREATE TABLE towns (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB;
         CREATE TABLE players (id int NOT NULL AUTO_INCREMENT, town_id int NOT NULL DEFAULT 1, PRIMARY KEY (id));",
    )
    .with_rows(
        "CREATE TABLE towns (id INTEGER PRIMARY KEY);
         CREATE TABLE players (id INTEGER PRIMARY KEY, town_id INT);
         INSERT INTO players VALUES (1, 1), (2, 1);",
    );
    let (code, printed) = world.import(&[]);
    assert_eq!(world.values("SELECT * FROM players"), ["1 NULL", "2 NULL"]);
    let line = "players.town_id: 2 values refer to no row of towns, and are NULL now";
    assert!(printed.contains(line), "{printed}");
    assert_eq!(code, Some(0));
}

// A6
#[test]
fn zero_stays_where_the_target_has_a_row_0() {
    let schema = "CREATE TABLE icons (iconID int NOT NULL AUTO_INCREMENT, PRIMARY KEY (iconID)) ENGINE=InnoDB;
         CREATE TABLE races (id int NOT NULL AUTO_INCREMENT, iconID int NOT NULL DEFAULT 0, PRIMARY KEY (id));";
    let rows = "CREATE TABLE icons (iconID INTEGER PRIMARY KEY);
         CREATE TABLE races (id INTEGER PRIMARY KEY, iconID INT);
         INSERT INTO icons VALUES (0), (1);
         INSERT INTO races VALUES (1, 0), (2, 1), (3, 0);";
    let world = World::new(schema).with_rows(rows);
    let (code, printed) = world.import(&[]);
    assert_eq!(
        world.values("SELECT * FROM races ORDER BY id"),
        ["1 0", "2 1", "3 0"]
    );
    assert_eq!(code, Some(0), "{printed}");
    assert!(!printed.contains("NULL"), "{printed}");

    let world = World::new(schema).with_rows(&rows.replace("(0), ", ""));
    let (code, printed) = world.import(&[]);
    assert_eq!(
        world.values("SELECT * FROM races ORDER BY id"),
        ["1 NULL", "2 1", "3 NULL"]
    );
    assert_eq!(code, Some(0));
    let line = "races.iconID: 2 values are 0, which stands for none, and are NULL now";
    assert!(printed.contains(line), "{printed}");
}

// A2: the rows of a dump decide as those of a file do.
#[test]
fn rows_of_a_dump_decide_whether_a_name_is_a_key() {
    let mysql = "CREATE TABLE `guilds` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;
        INSERT INTO `guilds` VALUES (1),(2);
        CREATE TABLE `players` (`id` int NOT NULL AUTO_INCREMENT, `name` text, `guild_id` int NOT NULL,
            `old_guild` int, PRIMARY KEY (`id`)) ENGINE=InnoDB;
        INSERT INTO `players` VALUES (1,'a,(\\'',1,NULL),(2,'b',7,NULL),(3,'c',7,NULL);";
    let postgres = "CREATE TABLE public.guilds (id serial PRIMARY KEY);
        CREATE TABLE public.players (id serial PRIMARY KEY, name text, guild_id integer NOT NULL);
COPY public.guilds (id) FROM stdin;
1
2
\\.

COPY public.players (name, guild_id, id) FROM stdin;
a\t1\t1
b\t7\t2
\\N\t7\t3
\\.
";
    for dump in [mysql, postgres] {
        let world = World::new(dump);
        assert_eq!(world.relations(Found::Convention), [""; 0]);
        let note = "column players.guild_id: its name looks like a key to guilds, and 2 of its 3 values name no row there";
        let (schema, _) = world.load();
        assert!(
            schema.notes.iter().any(|said| said.starts_with(note)),
            "{:?}",
            schema.notes
        );
        // Where all name rows, where none is there, and where there is no dump of rows, it is one.
        let without_rows: String = dump
            .lines()
            .filter(|line| !line.contains("INSERT"))
            .collect();
        let without_rows = without_rows.split("COPY").next().unwrap();
        for dump in [&dump.replace('7', "2"), without_rows] {
            let found = World::new(dump).relations(Found::Convention);
            assert_eq!(found, ["players.guild_id -> guilds"], "{dump}");
        }
    }
}

// A2, A6: most values of a nullable column, and 0 where it is the DEFAULT.
#[test]
fn rows_of_a_dump_refute_no_key_that_can_be_null() {
    let dump = |column: &str, values: [i64; 3]| {
        let [a, b, c] = values;
        format!(
            "CREATE TABLE guilds (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB;
             CREATE TABLE players (id int NOT NULL AUTO_INCREMENT, guild_id int {column}, PRIMARY KEY (id)) ENGINE=InnoDB;
             INSERT INTO guilds (id) VALUES (1);
             INSERT INTO players (guild_id) VALUES ({a}), ('{b}'), ({c});
             INSERT INTO players (id, guild_id) SELECT 5, 6;
             REPLACE INTO strangers VALUES (1), (2);"
        )
    };
    for (column, values, n_keys) in [
        ("DEFAULT NULL", [1, 1, 9], 1),
        ("DEFAULT NULL", [1, 9, 9], 0),
        ("NOT NULL DEFAULT 0", [1, 0, 0], 1),
        ("NOT NULL DEFAULT 0", [1, 0, 9], 0),
        ("NOT NULL", [1, 1, 0], 0),
    ] {
        let world = World::new(&dump(column, values));
        let found = world.relations(Found::Convention);
        assert_eq!(found.len(), n_keys, "{column} {values:?}");
    }
}
