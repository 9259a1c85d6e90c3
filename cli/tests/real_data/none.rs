//! `none`: a number that stands for NULL.

use gamedb_generate::relations::Found;

use crate::World;

const HOUSES: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE houses (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL DEFAULT 0) STRICT;";
const ROWS: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY);
    CREATE TABLE houses (id INTEGER PRIMARY KEY, owner INT NOT NULL);
    INSERT INTO players VALUES (3);
    INSERT INTO houses VALUES (1, 0), (2, 3), (3, 0), (4, -1);";

// A7
#[test]
fn a_number_that_the_config_names_is_null() {
    let world = World::new(HOUSES)
        .with_config("[columns.'houses.owner']\nreferences = 'players'\nnone = 0\n")
        .with_rows(&ROWS.replace(", (4, -1)", ""));
    assert_eq!(world.relations(Found::Config), ["houses.owner -> players"]);
    let (schema, _) = world.load();
    assert!(!schema.tables[1].columns[1].not_null);
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(
        world.values("SELECT * FROM houses"),
        ["1 NULL", "2 3", "3 NULL"]
    );
    let line = "houses.owner: 2 values are 0, which stands for none, and are NULL now";
    assert!(printed.contains(line), "{printed}");
}

// A7: the lines that would save the rows.
#[test]
fn a_number_that_no_row_has_is_proposed_as_none() {
    let world = World::new(HOUSES)
        .with_config("[columns.'houses.owner']\nreferences = 'players'\n")
        .with_rows(&ROWS.replace(", (4, -1)", ""));
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1), "{printed}");
    let line = "[columns.\"houses.owner\"]\nreferences = \"players\"\nnone = 0\n";
    assert!(printed.contains(line), "{printed}");
}

// A7, A1: a key of the config is obeyed or is an error.
#[test]
fn what_cannot_be_obeyed_is_an_error() {
    for (toml, expected) in [
        (
            "[columns.'houses.owner']\nnone = 0\n",
            "gamedb.toml:2: `none` is for columns that point to a table, and houses.owner does not",
        ),
        (
            "[columns.'houses.id']\nnone = 0\n",
            "gamedb.toml:2: houses.id is the id of its own row, which is never NULL",
        ),
        (
            "[columns.'houses.id']\ntype = 'i64'\n",
            "gamedb.toml:2: houses.id is the id of its own row, whose type is that of its table's ids",
        ),
        (
            "[columns.'houses.id']\nenum = 'X'\n",
            "gamedb.toml:2: houses.id is the id of its own row, and no enum",
        ),
        (
            "[columns.'houses.id']\nrename = 'number'\n",
            "gamedb.toml:2: houses.id is the id of its own row, which is called `id`",
        ),
    ] {
        assert_eq!(World::new(HOUSES).with_config(toml).error(), expected);
    }
}

// A1: the generator's half.
#[test]
fn a_primary_key_that_the_config_calls_a_foreign_key_is_one() {
    for schema in [
        "CREATE TABLE players (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
         CREATE TABLE stats (playerID INTEGER PRIMARY KEY NOT NULL, hits INT);",
        "CREATE TABLE players (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB;
         CREATE TABLE stats (playerID int NOT NULL, hits int, PRIMARY KEY (playerID));",
        "CREATE TABLE players (id serial PRIMARY KEY, born timestamptz);
         CREATE TABLE stats (playerID int PRIMARY KEY, hits int);",
        "CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE stats (playerID INTEGER PRIMARY KEY, hits INTEGER) STRICT;",
    ] {
        let world = World::new(schema);
        let column = if schema.contains("timestamptz") {
            "playerid"
        } else {
            "playerID"
        };
        let toml = format!("[columns.'stats.{column}']\nreferences = 'players'\n");
        let world = world.with_config(&toml);
        let (schema, config) = world.load();
        let (found, _) = gamedb_generate::relations::relations(&schema, &config).unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].unique && !found[0].nullable && found[0].found == Found::Config);
        // The text that is written says the same with the same config.
        let written = gamedb_generate::sqlite_schema(&gamedb_generate::Input {
            schema: world.path("schema.sql"),
            ..Default::default()
        });
        let again = World::new(&written.unwrap()).with_config(&toml);
        let explain = |schema, config| gamedb_generate::explain::explain(schema, config).unwrap();
        let (second, second_config) = again.load();
        assert_eq!(
            explain(&second, &second_config).tables,
            explain(&schema, &config).tables
        );
    }
}
