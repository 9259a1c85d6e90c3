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

/// What extends rows of another table, in SQLite's, MySQL's and PostgreSQL's words.
const EXTENSIONS: [&str; 3] = [
    "CREATE TABLE objectdb (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
     CREATE TABLE character (object_ptr_id INTEGER PRIMARY KEY REFERENCES objectdb (id) ON DELETE CASCADE, hp INT,
        leader INTEGER REFERENCES character (object_ptr_id) ON DELETE SET NULL);
     CREATE TABLE npc (character_ptr_id INTEGER PRIMARY KEY REFERENCES character ON DELETE CASCADE, mood TEXT);
     CREATE TABLE weapon (id INTEGER PRIMARY KEY, holder INTEGER REFERENCES character (object_ptr_id), name TEXT);
     CREATE TABLE line (id INTEGER PRIMARY KEY, said_by INTEGER NOT NULL REFERENCES npc ON DELETE CASCADE, text TEXT);",
    "CREATE TABLE objectdb (id int NOT NULL AUTO_INCREMENT, name varchar(20) NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB;
     CREATE TABLE `character` (object_ptr_id int NOT NULL, hp int, leader int, PRIMARY KEY (object_ptr_id),
        FOREIGN KEY (object_ptr_id) REFERENCES objectdb (id) ON DELETE CASCADE,
        FOREIGN KEY (leader) REFERENCES `character` (object_ptr_id) ON DELETE SET NULL) ENGINE=InnoDB;
     CREATE TABLE npc (character_ptr_id int NOT NULL, mood text, PRIMARY KEY (character_ptr_id),
        FOREIGN KEY (character_ptr_id) REFERENCES `character` (object_ptr_id) ON DELETE CASCADE) ENGINE=InnoDB;
     CREATE TABLE weapon (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, holder int, name text,
        FOREIGN KEY (holder) REFERENCES `character` (object_ptr_id)) ENGINE=InnoDB;
     CREATE TABLE line (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, said_by int NOT NULL, text text,
        FOREIGN KEY (said_by) REFERENCES npc (character_ptr_id) ON DELETE CASCADE) ENGINE=InnoDB;",
    "CREATE TABLE objectdb (id serial PRIMARY KEY, name varchar(20) NOT NULL, born timestamptz);
     CREATE TABLE character (object_ptr_id integer NOT NULL, hp integer, leader integer);
     CREATE TABLE npc (character_ptr_id integer NOT NULL, mood text);
     CREATE TABLE weapon (id serial PRIMARY KEY, holder integer, name text);
     CREATE TABLE line (id serial PRIMARY KEY, said_by integer NOT NULL, text text);
     ALTER TABLE ONLY character ADD CONSTRAINT c_pk PRIMARY KEY (object_ptr_id);
     ALTER TABLE ONLY npc ADD CONSTRAINT n_pk PRIMARY KEY (character_ptr_id);
     ALTER TABLE ONLY character ADD CONSTRAINT c_o FOREIGN KEY (object_ptr_id) REFERENCES objectdb(id) ON DELETE CASCADE;
     ALTER TABLE ONLY character ADD CONSTRAINT c_l FOREIGN KEY (leader) REFERENCES character(object_ptr_id) ON DELETE SET NULL;
     ALTER TABLE ONLY npc ADD CONSTRAINT n_c FOREIGN KEY (character_ptr_id) REFERENCES character(object_ptr_id) ON DELETE CASCADE;
     ALTER TABLE ONLY weapon ADD CONSTRAINT w_c FOREIGN KEY (holder) REFERENCES character(object_ptr_id);
     ALTER TABLE ONLY line ADD CONSTRAINT l_n FOREIGN KEY (said_by) REFERENCES npc(character_ptr_id) ON DELETE CASCADE;",
];

// B1: a key to the key of an extension is a key to the extension, whatever it extends.
#[test]
fn a_key_to_a_shared_key_is_a_key_to_the_row_that_shares_it() {
    for schema in EXTENSIONS {
        let world = World::new(schema);
        assert_eq!(
            world.relations(Found::Declared),
            [
                "character.object_ptr_id -> objectdb",
                "character.leader -> character",
                "npc.character_ptr_id -> character",
                "weapon.holder -> character",
                "line.said_by -> npc",
            ],
            "{schema}"
        );
        let (loaded, config) = world.load();
        assert_eq!(loaded.warnings, [""; 0], "{schema}");
        let model = gamedb_generate::resolve(&loaded, &config).unwrap();
        assert_eq!(model.warnings, [""; 0], "{schema}");
        let tables = explained(&world);
        assert!(tables[1].reason.contains("one to one with objectdb"));
        assert!(tables[2].reason.contains("one to one with character"));
        assert_eq!(
            ids(&tables[2]),
            "given by gamedb: `character_ptr_id` is the id of its row in character, and this id in an import"
        );
        assert_written_the_same(&world, "");
    }
}

// B1: each row keeps what it pointed to; an id that the import gave would be 1, 2, 3.
#[test]
fn rows_that_point_to_a_shared_key_are_imported() {
    let rows = "PRAGMA foreign_keys = OFF;
         INSERT INTO objectdb VALUES (1, 'rock'), (5, 'Ada'), (7, 'Bob'), (9, 'Orc');
         INSERT INTO character VALUES (9, 30, 7), (7, 20, NULL), (5, 10, 9);
         INSERT INTO npc VALUES (9, 'grim'), (7, 'mild');
         INSERT INTO weapon VALUES (1, 5, 'axe'), (2, 9, 'bow'), (3, NULL, 'rope'), (4, 1, 'ghost');
         INSERT INTO line VALUES (1, 7, 'hm'), (2, 9, 'grr'), (3, 5, 'no');";
    let old = EXTENSIONS[0];
    let world = World::new(old).with_rows(&format!("{old} {rows}"));
    let (code, printed) = world.import(&[]);
    // A weapon that a rock holds, and a line of somebody who is no npc.
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(
        world.values(
            "SELECT weapon.name, objectdb.name FROM weapon JOIN character ON holder = gamedb_id
             JOIN objectdb ON objectdb.id = object_ptr_id ORDER BY weapon.id"
        ),
        ["axe Ada", "bow Orc"]
    );
    assert_eq!(
        world.values(
            "SELECT text, objectdb.name FROM line JOIN npc ON said_by = npc.gamedb_id
             JOIN character ON character_ptr_id = character.gamedb_id
             JOIN objectdb ON objectdb.id = object_ptr_id ORDER BY line.id"
        ),
        ["hm Bob", "grr Orc"]
    );
    assert_eq!(
        world.values("SELECT gamedb_id, object_ptr_id, leader FROM character ORDER BY 1"),
        ["5 5 9", "7 7 NULL", "9 9 7"]
    );
    assert!(printed.contains("weapon"), "{printed}");
    assert!(printed.contains("line"), "{printed}");
}

// B1: the same out of a text, where rows come before those that they name, twice, and with a key of no row.
#[test]
fn a_text_with_shared_keys_is_imported() {
    let rows = "INSERT INTO `line` VALUES (1, 7, 'hm'), (2, 8, 'boo');
        INSERT INTO `npc` (`mood`, `character_ptr_id`) VALUES ('mild', 7), ('lost', 8);
        INSERT INTO `character` VALUES (7, 20, NULL), (5, 10, 7);
        INSERT INTO `character` VALUES (7, 99, NULL);
        INSERT INTO `character` VALUES ('x7', 99, NULL);
        REPLACE INTO `character` VALUES (5, 11, 7);
        INSERT INTO `objectdb` VALUES (5, 'Ada'), (7, 'Bob'), (8, 'Eve');";
    let world = World::new("");
    let dump = format!("{}\n{rows}\n", EXTENSIONS[1]);
    std::fs::write(world.path("schema.sql"), &dump).unwrap();
    std::fs::write(world.path("old.db"), &dump).unwrap();
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(
        world.values("SELECT gamedb_id, object_ptr_id, hp, leader FROM character ORDER BY 1"),
        ["5 5 11 7", "7 7 20 NULL"]
    );
    assert_eq!(world.values("SELECT gamedb_id, mood FROM npc"), ["7 mild"]);
    assert_eq!(world.values("SELECT id, said_by FROM line"), ["1 7"]);
    // What is said of a row names its key in the source, and says it once.
    assert!(!printed.contains("gamedb_id"), "{printed}");
    assert_eq!(printed.matches("x7").count(), 1, "{printed}");
}

// B1: a written text without its comments says no more which ids the rows have had.
#[test]
fn keys_to_rows_that_an_import_numbers_are_said() {
    let old = EXTENSIONS[0];
    let input = |world: &World| gamedb_generate::Input {
        schema: world.path("schema.sql"),
        ..Default::default()
    };
    let written = gamedb_generate::sqlite_schema(&input(&World::new(old))).unwrap();
    let rows = "INSERT INTO objectdb VALUES (5, 'Ada'); INSERT INTO character VALUES (5, 10, NULL);
                INSERT INTO weapon VALUES (1, 5, 'axe');";
    let world = World::new(&written).with_rows(&format!("{old} {rows}"));
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(!printed.contains("numbered"), "{printed}");
    let bare: Vec<&str> = written
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect();
    let world = World::new(&bare.join("\n")).with_rows(&format!("{old} {rows}"));
    let (_, printed) = world.import(&[]);
    let said = "weapon.holder points to character, whose rows have no ids in the old file and were numbered as they came";
    assert!(printed.contains(said), "{printed}");
}
