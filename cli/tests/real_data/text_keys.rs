//! Keys that are texts, UUIDs or several columns.

use gamedb_generate::{Input, explain, generate, sqlite_schema};

use crate::{World, gamedb};

const POSTGRES: &str = "
CREATE TABLE users (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    handle VARCHAR(40) NOT NULL UNIQUE
);
CREATE TABLE kinds (game TEXT NOT NULL, code INTEGER NOT NULL, title TEXT, PRIMARY KEY (game, code));
CREATE TABLE items (
    id BIGSERIAL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    maker VARCHAR(40) REFERENCES users (handle) ON DELETE SET NULL,
    game TEXT,
    code INTEGER,
    CONSTRAINT items_kind FOREIGN KEY (game, code) REFERENCES kinds
);
";

const ROWS: &str = "
CREATE TABLE users (id TEXT, handle TEXT);
CREATE TABLE kinds (game TEXT, code INT, title TEXT);
CREATE TABLE items (id INTEGER PRIMARY KEY, user_id TEXT, maker TEXT, game TEXT, code INT);
INSERT INTO users VALUES ('u1', 'ada'), ('u2', 'bob'), ('u3', NULL);
INSERT INTO kinds VALUES ('chess', 1, 'king'), ('chess', 2, 'queen');
INSERT INTO items VALUES (1, 'u1', 'bob', 'chess', 2), (2, 'u1', NULL, 'chess', NULL), (3, 'u2', 'ada', NULL, 9),
    (4, 'u3', NULL, NULL, NULL), (5, 'u9', NULL, NULL, NULL), (6, 'u1', 'eve', NULL, NULL),
    (7, 'u1', NULL, 'chess', 3);
";

fn input(world: &World) -> Input {
    Input {
        schema: world.path("schema.sql"),
        ..Input::default()
    }
}

// B5
#[test]
fn keys_that_are_texts_or_several_columns_are_relations() {
    let world = World::new(POSTGRES);
    let (schema, config) = world.load();
    let explained = explain::explain(&schema, &config).unwrap();
    let of = |name: &str| {
        explained
            .tables
            .iter()
            .find(|table| table.name == name)
            .unwrap()
    };
    let accessors = of("items").accessors.join("; ");
    assert_eq!(
        accessors,
        "user() -> User by value; maker() -> User by value; kind() -> Kind by value"
    );
    let accessors = of("users").accessors.join("; ");
    assert_eq!(
        accessors,
        "items_by_user_id() -> many Item by user_id; items_by_maker() -> many Item by maker"
    );
    let keys = of("items").foreign_keys.iter();
    let keys: Vec<_> = keys
        .map(|key| (key.columns.join(", "), key.by_value, key.on_delete))
        .collect();
    assert_eq!(
        keys,
        [
            ("user_id".to_owned(), true, "CASCADE"),
            ("maker".to_owned(), true, "SET NULL"),
            ("game, code".to_owned(), true, "NO ACTION"),
        ]
    );
    let told = explained
        .warnings
        .iter()
        .any(|warning| warning.contains("not followed"));
    assert!(!told, "{:#?}", explained.warnings);
    let text = sqlite_schema(&input(&world)).unwrap();
    for line in [
        "FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE",
        "FOREIGN KEY (maker) REFERENCES users (handle) ON DELETE SET NULL",
        "FOREIGN KEY (game, code) REFERENCES kinds (game, code)",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    // SQLite itself finds no fault with the keys of what is written.
    let sqlite = rusqlite::Connection::open_in_memory().unwrap();
    sqlite.execute_batch(&text).unwrap();
    sqlite.execute_batch("PRAGMA foreign_keys = ON; INSERT INTO users (id, handle) VALUES ('u', 'h'); DELETE FROM users").unwrap();
    let (code, picture) = gamedb(&world.path(""), &["diagram", "--schema", "schema.sql"]);
    assert_eq!(code, Some(0), "{picture}");
    assert!(picture.contains("users"), "{picture}");
}

// B5
#[test]
fn a_type_of_the_programs_own_is_a_key_where_both_sides_have_it() {
    let own = "[columns.\"users.id\"]\ntype = \"uuid::Uuid\"\n";
    let both = format!("{own}[columns.\"items.user_id\"]\ntype = \"uuid::Uuid\"\n");
    let models = |toml: &str| {
        let world = World::new(POSTGRES).with_config(toml);
        let options = gamedb_generate::Options {
            input: input(&world),
            out: world.path("models.rs"),
            sqlite_schema: Some(world.path("written.sql")),
            check: false,
        };
        generate(&options).unwrap();
        let (schema, config) = world.load();
        let warnings = explain::explain(&schema, &config).unwrap().warnings;
        (
            std::fs::read_to_string(world.path("models.rs")).unwrap(),
            warnings.join("\n"),
        )
    };
    let (written, warnings) = models(&both);
    assert!(
        written.contains("USER_KEY \"user_id\" BY_USER_ID -> User BY_ID.cascade();"),
        "{written}"
    );
    assert!(!warnings.contains("not followed"), "{warnings}");
    let (written, warnings) = models(own);
    assert!(!written.contains("USER_KEY"), "{written}");
    assert!(
        warnings.contains(
            "items.user_id holds a String, and users.id a uuid::Uuid; give both the same type"
        ),
        "{warnings}"
    );
}

// B5
#[test]
fn rows_that_name_nothing_by_value_are_reported_as_those_of_ids_are() {
    let world = World::new(POSTGRES).with_rows(ROWS);
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(
        world.values("SELECT id FROM items ORDER BY id"),
        ["1", "2", "3"],
        "{printed}"
    );
    for line in [
        "refers to the row of users with id = 'u3', which was left out",
        "refers to the row of users with id = 'u9', which does not exist",
        "refers to the row of users with handle = 'eve', which does not exist",
        "refers to the row of kinds with game, code = 'chess', 3, which does not exist",
    ] {
        assert!(printed.contains(line), "{line} in\n{printed}");
    }
    let (_, json) = World::new(POSTGRES).with_rows(ROWS).import(&["--json"]);
    assert!(json.contains("\"dangling_value\""), "{json}");

    let carried = World::new(POSTGRES).with_rows(ROWS);
    let (_, printed) = carried.import(&["--null-dangling"]);
    assert_eq!(
        carried.values("SELECT id, maker, game, code FROM items WHERE id > 5 ORDER BY id"),
        ["6 NULL NULL NULL", "7 NULL NULL NULL"],
        "{printed}"
    );
}

// B5: rows that are left out because of a name leave out what names them in turn.
#[test]
fn what_follows_from_a_name_follows_on() {
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, up TEXT REFERENCES a (name)) STRICT;
        CREATE TABLE b (id INTEGER PRIMARY KEY, a TEXT NOT NULL REFERENCES a (name)) STRICT;";
    let world = World::new(schema).with_rows(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT, up TEXT);
         CREATE TABLE b (id INTEGER PRIMARY KEY, a TEXT);
         INSERT INTO a VALUES (1, 'x', 'gone'), (2, 'y', 'x'), (3, 'z', 'z'), (4, 'w', 'z');
         INSERT INTO b VALUES (1, 'y'), (2, 'w');",
    );
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1));
    assert_eq!(
        world.values("SELECT name FROM a ORDER BY id"),
        ["z", "w"],
        "{printed}"
    );
    assert_eq!(world.values("SELECT a FROM b"), ["w"], "{printed}");
    assert!(
        printed.contains("refers to the row of a with name = 'y', which was left out"),
        "{printed}"
    );
    assert!(
        printed.contains("refers to the row of a with name = 'gone', which does not exist"),
        "{printed}"
    );
}

// B5: what the config says of a removal counts for these keys, too.
#[test]
fn on_delete_of_the_config_applies_to_a_name() {
    let world =
        World::new(POSTGRES).with_config("[columns.\"items.maker\"]\non_delete = \"cascade\"\n");
    let text = sqlite_schema(&input(&world)).unwrap();
    assert!(
        text.contains("FOREIGN KEY (maker) REFERENCES users (handle) ON DELETE CASCADE"),
        "{text}"
    );
    let (schema, config) = world.load();
    let explained = explain::explain(&schema, &config).unwrap();
    let keys = explained
        .tables
        .iter()
        .flat_map(|table| &table.foreign_keys);
    let maker = keys.clone().find(|key| key.columns == ["maker"]).unwrap();
    assert_eq!((maker.on_delete, maker.by_value), ("CASCADE", true));
    let not_null = POSTGRES.replace(
        "maker VARCHAR(40) REFERENCES",
        "maker VARCHAR(40) NOT NULL REFERENCES",
    );
    let (schema, config) = World::new(&not_null).load();
    let warnings = explain::explain(&schema, &config)
        .unwrap()
        .warnings
        .join("\n");
    assert!(
        warnings.contains(
            "(maker) -> users (handle) is kept with NO ACTION: ON DELETE SET NULL cannot be"
        ),
        "{warnings}"
    );
}
