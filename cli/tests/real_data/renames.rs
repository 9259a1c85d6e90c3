//! Names that a schema declares as renamed: an import asks the same of an old file as a migration does.

use crate::World;

const OLD: &str = "CREATE TABLE users (uid INTEGER PRIMARY KEY AUTOINCREMENT, nick TEXT NOT NULL, hp INTEGER NOT NULL);
    CREATE TABLE items (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES users (uid));
    INSERT INTO users VALUES (3, 'Ada', 7), (8, 'Bob', 30), (9, 'Eve', 1);
    INSERT INTO items VALUES (1, 8), (2, 3);
    DELETE FROM users WHERE uid = 9;";

const NEW: &str = "-- Who plays. @renamed from=users
CREATE TABLE players (
    id INTEGER PRIMARY KEY, -- @renamed from=uid
    -- @renamed from=\"Nick\"
    name TEXT NOT NULL,
    health INTEGER NOT NULL DEFAULT 100 -- The life. @renamed from=hp
) STRICT;
CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL REFERENCES players (id)
) STRICT;
";

fn assert_carried(world: &World) {
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(
        world.values("SELECT id, name, health FROM players ORDER BY id"),
        ["3 Ada 7", "8 Bob 30"]
    );
    assert_eq!(world.values("SELECT id, owner FROM items"), ["1 8", "2 3"]);
    for name in ["users", "uid", "nick", "hp", "health", "not in the"] {
        assert!(!printed.contains(name), "{name}: {printed}");
    }
}

#[test]
fn renamed_tables_and_columns_keep_their_rows() {
    let world = World::new(NEW).with_rows(OLD);
    assert_carried(&world);
    // No id of a user that is gone comes back.
    assert_eq!(
        world.values("SELECT table_name, next_id FROM gamedb_ids"),
        ["players 10"]
    );
    // A comment behind the parenthesis is about the table, as for `gamedb migrate`.
    let inside = NEW
        .replace("-- Who plays. @renamed from=users\n", "")
        .replace("players (\n", "players ( -- @renamed from=users\n");
    assert_carried(&World::new(&inside).with_rows(OLD));
}

#[test]
fn so_do_those_of_a_text_and_of_a_schema_that_is_translated() {
    let dump = "CREATE TABLE `users` (`uid` int NOT NULL AUTO_INCREMENT, `nick` varchar(20) NOT NULL, `hp` int NOT NULL,
        PRIMARY KEY (`uid`)) ENGINE=InnoDB AUTO_INCREMENT=10;
        CREATE TABLE `items` (`id` int NOT NULL AUTO_INCREMENT, `owner` int NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
        INSERT INTO `items` VALUES (1,8),(2,3);
        INSERT INTO `users` VALUES (3,'Ada',7);
        INSERT INTO `users` (`hp`, `uid`, `nick`) VALUES (30,8,'Bob');";
    let mysql = "-- @renamed from=users
        CREATE TABLE players (
            id int NOT NULL AUTO_INCREMENT PRIMARY KEY, -- @renamed from=uid
            name varchar(20) NOT NULL, -- @renamed from=nick
            health int NOT NULL DEFAULT 100 -- @renamed from=hp
        ) ENGINE=InnoDB;
        CREATE TABLE items (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, owner int NOT NULL,
            FOREIGN KEY (owner) REFERENCES players (id)) ENGINE=InnoDB;";
    for schema in [NEW, mysql] {
        let world = World::new(schema);
        std::fs::write(world.path("old.db"), dump).unwrap();
        assert_carried(&world);
        assert_eq!(
            world.values("SELECT table_name, next_id FROM gamedb_ids"),
            ["players 10"]
        );
    }
}

#[test]
fn a_rename_that_the_old_file_has_seen_already_is_none() {
    let old =
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT, hp INTEGER, health INTEGER);
        INSERT INTO players VALUES (1, 'Ada', 5, 7);
        CREATE TABLE items (id INTEGER PRIMARY KEY, owner INTEGER);";
    let world = World::new(NEW).with_rows(old);
    // The values of `hp` would be dropped, which has to be allowed.
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("players.hp"), "{printed}");
    let (code, printed) = world.import(&["--drop", "players.hp"]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(world.values("SELECT health FROM players"), ["7"]);
}

#[test]
fn an_old_file_with_both_names_of_a_table_is_refused() {
    let tables = [
        "CREATE TABLE users (uid INTEGER PRIMARY KEY, nick TEXT, hp INTEGER); INSERT INTO users VALUES (1, 'Ada', 7);",
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT, health INTEGER); INSERT INTO players VALUES (1, 'Bob', 8);",
    ];
    for order in [[0, 1], [1, 0]] {
        let world = World::new(NEW).with_rows(&order.map(|at| tables[at]).concat());
        let (code, printed) = world.import(&[]);
        assert_ne!(code, Some(0), "{printed}");
        let said = "the old file has the tables players and users, and the schema says that players is renamed from users";
        assert!(printed.contains(said), "{printed}");
        assert!(!world.path("new.db").exists());
    }
}

#[test]
fn a_comment_behind_the_end_of_a_table_is_about_it() {
    let behind = NEW
        .replace("-- Who plays. @renamed from=users\n", "")
        .replacen(") STRICT;", ") STRICT; -- @renamed from=users", 1);
    assert_carried(&World::new(&behind).with_rows(OLD));
}

#[test]
fn a_name_that_two_things_of_the_schema_may_mean_is_refused() {
    let table = |name: &str, columns: &str, from: &str| {
        format!("CREATE TABLE {name} (\nid INTEGER PRIMARY KEY,\n{columns}\n) STRICT; -- {from}\n")
    };
    let column = "x INTEGER";
    let old = table("a", "x INTEGER, y INTEGER", "")
        + &table("b", column, "")
        + "INSERT INTO a VALUES (1, 5, 6); INSERT INTO b VALUES (2, 2);";
    let a = |columns: &str| table("a", columns, "") + &table("b", column, "");
    let cases = [
        // A ring, a chain, a new column by the old name, and two from one.
        (
            a("x INTEGER, -- @renamed from=y\ny INTEGER -- @renamed from=x"),
            "a.y is renamed from x, which the old file has, and that a.x is it too",
        ),
        (
            a("x INTEGER,\nz INTEGER, -- @renamed from=y\ny INTEGER -- @renamed from=w"),
            "a.z is renamed from y, which the old file has, and that a.y is it too",
        ),
        (
            a("health INTEGER DEFAULT 1, -- @renamed from=x\nx INTEGER, y INTEGER"),
            "a.health is renamed from x",
        ),
        (
            a("v INTEGER, -- @renamed from=x\nw INTEGER, -- @renamed from=x\ny INTEGER"),
            "a.v is renamed from x, which the old file has, and that a.w is it too",
        ),
        (
            table("b", column, "@renamed from=a") + &table("c", column, "@renamed from=b"),
            "renamed from",
        ),
        (
            table("b", column, "@renamed from=a") + &table("a", column, "@renamed from=b"),
            "renamed from",
        ),
        (
            table("c", column, "")
                + &table("b", column, "")
                + &table("d", column, "@renamed from=b"),
            "d is renamed from b, which the old file has, and that b is it too",
        ),
    ];
    for (schema, said) in cases {
        let world = World::new(&schema).with_rows(&old);
        let (code, printed) = world.import(&[]);
        assert_ne!(code, Some(0), "{schema}\n{printed}");
        assert!(printed.contains(said), "{schema}\n{printed}");
        assert!(!world.path("new.db").exists());
    }
}

/// As after a rescue: the file has the schema already, whose comments tell of older files.
#[test]
fn a_rename_that_is_done_is_no_question_when_its_old_name_is_used_again() {
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY,
            health INTEGER, -- @renamed from=hp
            hp INTEGER DEFAULT 3) STRICT; -- @renamed from=users
        CREATE TABLE users (id INTEGER PRIMARY KEY) STRICT;
";
    let world = World::new(schema).with_rows(&format!(
        "{schema} INSERT INTO players VALUES (1, 5, 6); INSERT INTO users VALUES (9);"
    ));
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(world.values("SELECT * FROM players"), ["1 5 6"]);
    assert_eq!(world.values("SELECT * FROM users"), ["9"]);
    // One from before is not known to have them.
    let old =
        "CREATE TABLE users (id INTEGER PRIMARY KEY, hp INTEGER); INSERT INTO users VALUES (1, 5);";
    let (code, printed) = World::new(schema).with_rows(old).import(&[]);
    assert_ne!(code, Some(0), "{printed}");
}
