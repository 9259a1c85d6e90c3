//! What gamedb.toml says for a whole schema, and what `explain --suggest` proposes for it.

use gamedb_generate::relations::Found;
use gamedb_generate::schema::OnDelete;
use gamedb_generate::{Input, resolve};

use crate::World;

const ATHENA: &str = "CREATE TABLE login (account_id INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE chars (char_id INTEGER PRIMARY KEY, account_id INTEGER) STRICT;
    CREATE TABLE quests (id INTEGER PRIMARY KEY, charid INTEGER, Account_ID INTEGER NOT NULL, word TEXT) STRICT;
    CREATE TABLE logs (id INTEGER PRIMARY KEY, charid TEXT, accountid INTEGER) STRICT;";

// B6
#[test]
fn references_are_named_for_all_tables_at_once() {
    let world =
        World::new(ATHENA).with_config("[references]\naccount_id = 'login'\ncharid = 'chars'\n");
    assert_eq!(
        world.relations(Found::Config),
        [
            "chars.account_id -> login",
            "quests.charid -> chars",
            "quests.Account_ID -> login"
        ]
    );
    // What a column says of its own comes first.
    let toml =
        "[references]\naccount_id = 'login'\n[columns.'chars.account_id']\nreferences = false\n";
    let world = World::new(ATHENA).with_config(toml);
    assert_eq!(
        world.relations(Found::Config),
        ["quests.Account_ID -> login"]
    );
    for (toml, expected) in [
        (
            "[references]\naccount = 'login'\n",
            "gamedb.toml:2: no table has a column \"account\"",
        ),
        (
            "[references]\naccount_id = 'logins'\n",
            "gamedb.toml:2: the schema has no table \"logins\"",
        ),
        (
            "[references]\nword = 'login'\n",
            "gamedb.toml:2: no column \"word\" holds integers",
        ),
    ] {
        assert_eq!(World::new(ATHENA).with_config(toml).error(), expected);
    }
}

// B6
#[test]
fn a_prefix_is_no_part_of_a_name() {
    let world = World::new(
        "CREATE TABLE mana_characters (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE mana_items (id INTEGER PRIMARY KEY, character_id INTEGER) STRICT;",
    );
    assert_eq!(world.relations(Found::Convention), [""; 0]);
    let world = world.with_config("prefix = 'mana_'\n");
    assert_eq!(
        world.relations(Found::Convention),
        ["mana_items.character_id -> mana_characters"]
    );
    let (schema, config) = world.load();
    let model = gamedb_generate::resolve(&schema, &config).unwrap();
    let names: Vec<&str> = model
        .tables
        .iter()
        .map(|table| table.type_name.as_str())
        .collect();
    assert_eq!(names, ["Character", "Item"]);
    assert_eq!(model.tables[0].accessor.to_string(), "characters");
    let world = world.with_config("prefix = 'x_'\n");
    assert_eq!(
        world.error(),
        "gamedb.toml:1: no table's name starts with \"x_\""
    );
}

// B6
#[test]
fn explain_suggests_keys_by_their_names() {
    let world = World::new(
        "CREATE TABLE mana_login (account_id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE mana_chars (id INTEGER PRIMARY KEY, account_id INTEGER) STRICT;
         CREATE TABLE mana_characters (id INTEGER PRIMARY KEY, guildid INTEGER, account_id INTEGER) STRICT;
         CREATE TABLE mana_guilds (id INTEGER PRIMARY KEY, charid INTEGER, android INTEGER, textid TEXT) STRICT;",
    );
    let (code, printed) = crate::gamedb(
        &world.path(""),
        &["explain", "--schema", "schema.sql", "--suggest"],
    );
    assert_eq!(code, Some(0));
    assert_eq!(
        printed,
        "prefix = \"mana_\"\n\n\
         # One table fits each of these.\n[references]\naccount_id = \"mana_login\"\nguildid = \"mana_guilds\"\n\n\
         # Several tables fit each of these; one line of each can be taken.\n# charid = \"mana_characters\"\n# charid = \"mana_chars\"\n"
    );
    // What is suggested is what is taken.
    let world = world.with_config(&printed);
    assert_eq!(
        world.relations(Found::Config),
        [
            "mana_chars.account_id -> mana_login",
            "mana_characters.guildid -> mana_guilds",
            "mana_characters.account_id -> mana_login"
        ]
    );
    // Nothing is left to say but what is ambiguous.
    let (_, printed) = crate::gamedb(
        &world.path(""),
        &["explain", "--schema", "schema.sql", "--suggest"],
    );
    assert!(
        !printed.contains("[references]") && printed.contains("# charid"),
        "{printed}"
    );
}

// C
#[test]
fn on_delete_can_be_said_in_the_config() {
    for schema in [
        "CREATE TABLE objects (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE attributes (id INTEGER PRIMARY KEY, object_id INTEGER NOT NULL REFERENCES objects (id)) STRICT;",
        "CREATE TABLE objects (id serial PRIMARY KEY);
         CREATE TABLE attributes (id serial PRIMARY KEY, object_id int NOT NULL REFERENCES objects (id));",
        "CREATE TABLE objects (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE attributes (id INTEGER PRIMARY KEY, object_id INTEGER NOT NULL) STRICT;",
    ] {
        let toml = "[columns.'attributes.object_id']\non_delete = 'cascade'\n";
        let world = World::new(schema).with_config(toml);
        let (read, config) = world.load();
        let (found, _) = gamedb_generate::relations::relations(&read, &config).unwrap();
        assert_eq!(found[0].on_delete.sql(), "CASCADE");
        let input = Input { schema: world.path("schema.sql"), ..Input::default() };
        let text = gamedb_generate::sqlite_schema(&input).unwrap();
        // A file has the action that memory keeps to, because both are compared.
        assert_eq!(text.contains("ON DELETE CASCADE"), schema.contains("REFERENCES"), "{text}");
        let again = World::new(&text).with_config(toml);
        assert_eq!(again.load().0.tables[1].foreign_keys, read.tables[1].foreign_keys);
    }
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER, a_id INTEGER NOT NULL REFERENCES a (id)) STRICT;";
    for (toml, expected) in [
        (
            "[columns.'a.b']\non_delete = 'cascade'\n",
            "gamedb.toml:2: `on_delete` is for columns that point to a table, and a.b does not",
        ),
        (
            "[columns.'a.a_id']\non_delete = 'set null'\n",
            "column a.a_id: ON DELETE SET NULL cannot be: the column is NOT NULL",
        ),
        (
            "[columns.'a.id']\non_delete = 'cascade'\n",
            "gamedb.toml:2: a.id is the id of its own row, and points to none",
        ),
    ] {
        assert_eq!(World::new(schema).with_config(toml).error(), expected);
    }
}

// B7: items in items, as servers of the Tibia kind keep them. Of rows that lie nowhere, each names its cause.
#[test]
fn items_lie_in_items_by_the_numbers_of_their_owner() {
    let schema = "CREATE TABLE `players` (`id` int NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
        CREATE TABLE `player_items` (
          `player_id` int NOT NULL DEFAULT '0',
          `pid` int NOT NULL DEFAULT '0',
          `sid` int NOT NULL DEFAULT '0',
          `itemtype` smallint unsigned NOT NULL DEFAULT '0',
          `count` smallint NOT NULL DEFAULT '0',
          `attributes` blob NOT NULL,
          KEY `sid` (`sid`),
          FOREIGN KEY (`player_id`) REFERENCES `players`(`id`) ON DELETE CASCADE
        ) ENGINE=InnoDB;";
    let config = |root: &str| {
        format!(
            "[nests.player_items]\nwithin = \"player_id\"\nparent = \"pid\"\nchild = \"sid\"\nroot = {root}\n"
        )
    };
    let rows = "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE player_items (player_id INT, pid INT, sid INT, itemtype INT, count INT, attributes BLOB);
         INSERT INTO players VALUES (1, 'Ada'), (2, 'Bob');
         INSERT INTO player_items VALUES
         (1, 3, 101, 1988, 1, x''), (1, 101, 102, 2148, 100, x''), (1, 102, 103, 2148, 5, x''), (2, 10, 101, 1, 1, x''),
         (2, 102, 104, 7, 1, x''), (2, 104, 105, 8, 1, x''),
         (2, 106, 106, 9, 1, x''), (2, 108, 107, 9, 1, x''), (2, 107, 108, 9, 1, x''), (2, 108, 109, 9, 1, x''),
         (1, 2, 101, 5, 1, x'');";
    let world = World::new(schema)
        .with_config(&config("\"1..=10\""))
        .with_rows(rows);
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1));
    for said in [
        "player_items row 11, player_id, sid: has to be unique, and row 1 has 1, 101 already",
        "player_items row 5, player_id, pid: refers to the row of player_items with player_id, sid = 2, 102, which does not exist",
        "player_items row 6, player_id, pid: refers to the row of player_items with player_id, sid = 2, 104, which was left out",
        "player_items, pid: 4 rows\n    row 7: lies in the row with sid = 106 of player_id 2, and so in itself",
        "player_items: 4 of 11 rows",
    ] {
        assert!(printed.contains(said), "{said}\n\n{printed}");
    }
    assert_eq!(
        world.values("SELECT player_id, pid, sid FROM player_items ORDER BY 1, 3"),
        ["1 3 101", "1 101 102", "1 102 103", "2 10 101"]
    );

    // `0` alone is no place of the body here.
    let world = World::new(schema)
        .with_config(&config("[0, \"3..=3\"]"))
        .with_rows(rows);
    let (_, printed) = world.import(&[]);
    assert!(printed.contains("player_items: 3 of 11 rows"), "{printed}");

    // What cannot be is an error at its line.
    let error = |config: &str| World::new(schema).with_config(config).error();
    let right = config("0");
    for (wrong, said) in [
        (
            config("\"1-10\""),
            "gamedb.toml:5: numbers are written as `0`, \"1..=10\" or [0, \"1..=10\"]",
        ),
        (
            config("\"10..=1\""),
            "gamedb.toml:5: numbers are written as `0`, \"1..=10\" or [0, \"1..=10\"]",
        ),
        (
            config("[]"),
            "gamedb.toml:5: numbers are written as `0`, \"1..=10\" or [0, \"1..=10\"]",
        ),
        (
            right.replace("\"pid\"", "\"nothing\""),
            "gamedb.toml:3: table \"player_items\" has no column \"nothing\"",
        ),
        (
            right.replace("\"pid\"", "\"sid\""),
            "gamedb.toml:4: \"sid\" is named twice",
        ),
        (
            right.replace("\"pid\"", "\"attributes\""),
            "gamedb.toml:3: \"attributes\" is no plain number of the models",
        ),
        (
            right.replace("player_items", "player_houses"),
            "gamedb.toml:1: the schema has no table \"player_houses\"",
        ),
        (
            format!("{right}on_delete = \"set null\"\n"),
            "gamedb.toml:6: a row lies in none by a number of `root`, and not by NULL",
        ),
    ] {
        assert_eq!(error(&wrong), said);
    }
}

// B7: what a removal does is said once.
#[test]
fn a_nest_whose_key_is_declared_as_well_has_one_action() {
    let schema = |action: &str| {
        format!(
            "CREATE TABLE boxes (id INTEGER PRIMARY KEY, depot TEXT NOT NULL, lies_in INTEGER NOT NULL, number INTEGER NOT NULL,
                UNIQUE (depot, number), FOREIGN KEY (depot, lies_in) REFERENCES boxes (depot, number){action}) STRICT;"
        )
    };
    let config = |on_delete: &str| {
        format!(
            "[nests.boxes]\nwithin = 'depot'\nparent = 'lies_in'\nchild = 'number'\nroot = 0\n{on_delete}"
        )
    };
    let action = |world: &World| {
        let (schema, config) = world.load();
        let model = resolve(&schema, &config).unwrap();
        model.tables[0].value_keys[0].on_delete
    };
    for (declared, said, expected) in [
        ("", "", OnDelete::NoAction),
        ("", "on_delete = 'restrict'", OnDelete::NoAction),
        (
            " ON DELETE RESTRICT",
            "on_delete = 'restrict'",
            OnDelete::Restrict,
        ),
        (" ON DELETE CASCADE", "", OnDelete::Cascade),
        (
            " ON DELETE CASCADE",
            "on_delete = 'cascade'",
            OnDelete::Cascade,
        ),
    ] {
        let world = World::new(&schema(declared)).with_config(&config(said));
        assert_eq!(action(&world), expected, "{declared} {said}");
    }
    for (declared, said, named) in [
        ("", "on_delete = 'cascade'", "NO ACTION"),
        (" ON DELETE CASCADE", "on_delete = 'restrict'", "CASCADE"),
    ] {
        let error = World::new(&schema(declared))
            .with_config(&config(said))
            .error();
        assert_eq!(
            error,
            format!(
                "gamedb.toml:6: boxes declares this key with ON DELETE {named}; say the same here, or nothing"
            )
        );
    }
}
