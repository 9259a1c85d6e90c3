//! Every error, word by word.

use gamedb_generate::{Config, resolve, sqlite};

/// Compares the error of a schema and a config with the expected one.
fn check(schema: &str, toml: &str, expected: &str) {
    let result = sqlite::read(schema)
        .map_err(|error| error.to_string())
        .and_then(|schema| {
            let config = Config::parse(toml, "gamedb.toml").map_err(|error| error.to_string())?;
            resolve(&schema, &config).map_err(|error| error.to_string())
        });
    assert_eq!(
        result.expect_err(expected),
        expected,
        "for {schema}\n{toml}"
    );
}

const ONE: &str =
    "CREATE TABLE players (id INTEGER PRIMARY KEY, age INTEGER, mood TEXT CHECK (mood IN ('A')));";

#[test]
fn schema_errors() {
    let cases = [
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (\n  id INTEGER,,\n);",
            "line 3: near \",\": syntax error",
        ),
        (
            "CREATE TABLE a (x);\n\nCREATE TABLE a (x);",
            "line 3: table a already exists",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;",
            "trigger \"t\": a world cannot keep it, because rows are changed in memory",
        ),
        (
            "CREATE TEMP TABLE a (id INTEGER PRIMARY KEY);",
            "temporary table \"a\": a world cannot keep it, because rows are changed in memory",
        ),
        (
            "CREATE TABLE a (x INTEGER);",
            "table \"a\" has no INTEGER PRIMARY KEY; an entity needs one integer id of its own",
        ),
        (
            "CREATE TABLE a (id BIGINT PRIMARY KEY);",
            "table \"a\" has no INTEGER PRIMARY KEY; an entity needs one integer id of its own",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY) WITHOUT ROWID;",
            "table \"a\" has no INTEGER PRIMARY KEY; an entity needs one integer id of its own",
        ),
        (
            "CREATE TABLE a (x INTEGER, y INTEGER, PRIMARY KEY (y, x));",
            "table \"a\": a primary key of several columns (y, x) is not supported yet; give it an INTEGER PRIMARY KEY and make these UNIQUE",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY REFERENCES a (id));",
            "column a.id: a primary key that is a foreign key too is not supported yet; give the foreign key a UNIQUE column of its own",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x INTEGER REFERENCES a (id) ON DELETE SET DEFAULT);",
            "column a.x: ON DELETE SET DEFAULT is not supported yet",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x INTEGER NOT NULL REFERENCES a (id) ON DELETE SET NULL);",
            "column a.x: ON DELETE SET NULL cannot be: the column is NOT NULL",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x DECIMAL(10, 2));",
            "column a.x: type \"DECIMAL(10, 2)\" is not supported yet; use INTEGER, REAL, TEXT or BLOB, or give `[columns.\"a.x\"] type`",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x);",
            "column a.x: type \"\" is not supported yet; use INTEGER, REAL, TEXT or BLOB, or give `[columns.\"a.x\"] type`",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x INTEGER AS (id + 1));",
            "column a.x: computed (GENERATED) columns are not supported yet",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT); CREATE UNIQUE INDEX i ON a (lower(x));",
            "table \"a\": unique index \"i\" is on an expression, which is not supported yet",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT); CREATE UNIQUE INDEX i ON a (x) WHERE id > 5;",
            "table \"a\": unique index \"i\" covers only rows where id > 5, which is not supported yet",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT COLLATE RTRIM UNIQUE);",
            "table \"a\": unique index \"sqlite_autoindex_a_1\" compares by RTRIM, which is not supported yet",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (x IN ('a', 'A')));",
            "table \"a\": unique index \"sqlite_autoindex_a_1\" compares x by NOCASE, and x is an enum with variants that NOCASE does not tell apart, which is not supported yet",
        ),
    ];
    for (schema, expected) in cases {
        check(schema, "", expected);
    }
}

#[test]
fn config_errors() {
    let cases = [
        (
            "\n[pivots.players]\npivots = true\n",
            "gamedb.toml:3: unknown field `pivots`, expected one of `pivot`, `owned`, `owners`, `methods`, `type`",
        ),
        (
            "[pivot.players]\n",
            "gamedb.toml:1: unknown field `pivot`, expected one of `prefix`, `absent_tables`, `references`, `pivots`, `owners`, `values`, `enums`, `columns`, `nests`, `parcels`, `tables`, `types`",
        ),
        (
            "[tables.players]\nsingular = 1\n",
            "gamedb.toml:2: invalid type: integer `1`, expected a string",
        ),
        (
            "\n\n[tables.player]\nsingular = 'x'\n",
            "gamedb.toml:3: the schema has no table \"player\"",
        ),
        (
            "[pivots.nobody]\npivot = false\n",
            "gamedb.toml:1: the schema has no table \"nobody\"",
        ),
        (
            "[pivots.players]\nowned = 'x'\n",
            "gamedb.toml:2: table \"players\" has no column \"x\"",
        ),
        (
            "[columns.'players.x']\ntype = 'i64'\n",
            "gamedb.toml:1: table \"players\" has no column \"x\"",
        ),
        (
            "[columns.players]\ntype = 'i64'\n",
            "gamedb.toml:1: \"players\" is not `table.column`",
        ),
        (
            "[columns.'players.age']\ntype = 'String'\n",
            "gamedb.toml:2: column players.age is declared INTEGER, which cannot be String",
        ),
        (
            "[columns.'players.age']\ntype = 'u8'\n",
            "gamedb.toml:2: unknown variant `u8`, expected one of `bool`, `i64`, `f64`, `String`, `EcoString`, `Vec<u8>`, or a path from a crate, as `uuid::Uuid`",
        ),
        (
            "[columns.'players.age']\ntype = 'super::Age'\n",
            "gamedb.toml:2: unknown variant `super::Age`, expected one of `bool`, `i64`, `f64`, `String`, `EcoString`, `Vec<u8>`, or a path from a crate, as `uuid::Uuid`",
        ),
        (
            "[columns.'players.age']\nreferences = 'x'\n",
            "gamedb.toml:2: the schema has no table \"x\"",
        ),
        (
            "[columns.'players.age']\nreferences = true\n",
            "gamedb.toml:2: `references` is a table's name, or false",
        ),
        (
            "[columns.'players.mood']\nenum = 'a b'\n",
            "gamedb.toml:2: \"a b\" is not a valid Rust name",
        ),
        (
            "[enums.Mod.variants]\nA = 'X'\n",
            "gamedb.toml:1: no column has the enum \"Mod\"",
        ),
        (
            "[enums.Mood.variants]\nB = 'X'\n",
            "gamedb.toml:2: enum \"Mood\" has no text \"B\"",
        ),
        (
            "[enums.Mood.variants]\nA = 'fn'\n",
            "gamedb.toml:2: \"fn\" is not a valid Rust name",
        ),
        (
            "[tables.players]\ntype = 'String'\n",
            "gamedb.toml:2: the type name \"String\" is taken already",
        ),
        (
            "[owners.players.owner]\ncolumns = ['age']\nallow = ['id']\n",
            "gamedb.toml:3: \"id\" is allowed, and not in `columns`",
        ),
        (
            "[owners.players.owner]\ncolumns = ['mood']\n",
            "gamedb.toml:2: \"mood\" is not a nullable INTEGER column",
        ),
        (
            "[values.players.v]\ntype = 'V'\nvariants = [\n{ name = 'A', columns = ['age'], fields = [] }]\n",
            "gamedb.toml:4: variant \"A\" does not have as many fields as columns",
        ),
        (
            "[values.players.v]\ntype = 'V'\nvariants = [\n{ name = 'A', columns = ['id'] }]\n",
            "gamedb.toml:4: \"id\" is not a nullable column of its own, as a value needs",
        ),
        (
            "[values.players.v]\ntype = 'V'\nvariants = [{ name = 'A', columns = ['age'] }]\n[owners.players.o]\ncolumns = ['age']\n",
            "gamedb.toml:1: column players.age is part of two unions",
        ),
    ];
    for (toml, expected) in cases {
        check(ONE, toml, expected);
    }
}

#[test]
fn config_errors_of_parcels() {
    let schema = "CREATE TABLE realms (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE zones (id INTEGER PRIMARY KEY, realm TEXT, name TEXT, realm_id INTEGER REFERENCES realms (id),
            UNIQUE (realm, name), UNIQUE (realm_id, name));";
    let cases = [
        (
            "[parcels]\nrealm = 'name'\n",
            "gamedb.toml:2: the schema has no table \"realm\"",
        ),
        (
            "[parcels]\nrealms = 'title'\n",
            "gamedb.toml:2: table \"realms\" has no column \"title\"",
        ),
        (
            "[parcels]\nzones = 'name'\n",
            "gamedb.toml:2: no UNIQUE constraint of zones without foreign keys is on name, by which another world could \
             find its row",
        ),
        (
            "[parcels]\n\nzones = ['realm_id', 'name']\n",
            "gamedb.toml:3: no UNIQUE constraint of zones without foreign keys is on realm_id, name, by which another \
             world could find its row",
        ),
    ];
    for (toml, expected) in cases {
        check(schema, toml, expected);
    }
    let config = "[parcels]\nzones = ['name', 'realm']\nrealms = 'name'\n";
    let config = Config::parse(config, "gamedb.toml").expect("a config");
    let schema = sqlite::read(schema).expect("a schema");
    let model = resolve(&schema, &config).expect("a model");
    let found: Vec<_> = (model.parcels.iter())
        .map(|name| (name.table.0, name.columns.join(", ")))
        .collect();
    assert_eq!(
        found,
        [(0, "name".to_owned()), (1, "realm, name".to_owned())]
    );
}

#[test]
fn config_errors_of_owners_in_two_columns() {
    let cases = [
        (
            "[owners.mail.owner]\nid = 'to_id'\n",
            "gamedb.toml:1: an owner has `columns`, or `id`, `kind` and `variants`",
        ),
        (
            "[owners.mail.owner]\n",
            "gamedb.toml:1: an owner has `columns`, or `id`, `kind` and `variants`",
        ),
        (
            "[owners.mail.owner]\nid = 'to_id'\nkind = 'to_kind'\nvariants = []\n",
            "gamedb.toml:1: an owner has one variant at least",
        ),
        (
            "[owners.mail.owner]\nid = 'x_id'\nkind = 'to_kind'\nvariants = [{ table = 'guilds', value = 1 }]\n",
            "gamedb.toml:2: table \"mail\" has no column \"x_id\"",
        ),
        (
            "[owners.mail.owner]\nid = 'to_id'\nkind = 'x'\nvariants = [{ table = 'guilds', value = 1 }]\n",
            "gamedb.toml:3: table \"mail\" has no column \"x\"",
        ),
        (
            "[owners.mail.owner]\nid = 'to_id'\nkind = 'to_kind'\nvariants = [{ table = 'nobody', value = 1 }]\n",
            "gamedb.toml:4: the schema has no table \"nobody\"",
        ),
        (
            "[owners.mail.owner]\nid = 'to_id'\nkind = 'to_kind'\nvariants = [\n{ table = 'guilds', value = 1 },\n{ table = 'guilds', value = 2 }]\n",
            "gamedb.toml:6: two variants have the table \"guilds\"",
        ),
        (
            "[owners.mail.owner]\nid = 'to_id'\nkind = 'to_kind'\nvariants = [\n{ table = 'guilds', value = 1 },\n{ table = 'players', value = '1' }]\n",
            "gamedb.toml:6: two variants have the value \"1\"",
        ),
        (
            "[owners.mail.owner]\nid = 'to_id'\ncolumns = ['to_kind']\n",
            "gamedb.toml:2: `columns` and `allow` are for owners without `id`",
        ),
    ];
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY);
        CREATE TABLE guilds (id INTEGER PRIMARY KEY);
        CREATE TABLE mail (id INTEGER PRIMARY KEY, to_id INTEGER, to_kind INTEGER, from_player_id INTEGER);";
    for (toml, expected) in cases {
        check(schema, toml, expected);
    }
}

const PETS: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY);
    CREATE TABLE mobiles (id INTEGER PRIMARY KEY, owner_player_id INTEGER,
        owner_mobile_id INTEGER REFERENCES mobiles (id), owner_x_id INTEGER,
        CHECK ((owner_player_id IS NOT NULL) + (owner_mobile_id IS NOT NULL) + (owner_x_id IS NOT NULL) = 1));
    CREATE TABLE pets (id INTEGER PRIMARY KEY);
    CREATE TABLE pet_owners (id INTEGER PRIMARY KEY, pet_id INTEGER NOT NULL, player_id INTEGER,
        mobile_id INTEGER, CHECK ((player_id IS NOT NULL) + (mobile_id IS NOT NULL) = 1));";

#[test]
fn config_errors_of_unions() {
    let cases = [
        (
            "[columns.'mobiles.owner_mobile_id']\nreferences = false\n",
            "gamedb.toml:2: column mobiles.owner_mobile_id has a declared foreign key",
        ),
        (
            "[columns.'mobiles.owner_x_id']\ntype = 'crate::Name'\n",
            "gamedb.toml:2: column mobiles.owner_x_id points to a row or is part of a union; it cannot be crate::Name",
        ),
        (
            "[columns.'mobiles.owner_x_id']\nrename = 'x'\n",
            "gamedb.toml:2: column mobiles.owner_x_id is part of a union",
        ),
        (
            "[columns.'pet_owners.pet_id']\nenum = 'X'\n",
            "gamedb.toml:2: column pet_owners.pet_id has no CHECK that lists its texts, so it is not an enum",
        ),
        (
            "\n[owners.pet_owners.owner]\ncolumns = ['player_id']\n",
            "gamedb.toml:2: table \"pet_owners\" is a pivot, and has no unions",
        ),
        (
            "[owners.mobiles.owner]\ncolumns = ['owner_player_id', 'owner_mobile_id', 'owner_x_id']\nrequired = false\n",
            "gamedb.toml:3: the CHECK says that there is always an owner",
        ),
        (
            "[values.mobiles.v]\ntype = 'V'\nvariants = [{ name = 'A', columns = ['owner_player_id'] }]\n",
            "gamedb.toml:3: \"owner_player_id\" points to table \"players\", and foreign keys in a value are not supported yet; `references = false` for the column if it does not",
        ),
    ];
    for (toml, expected) in cases {
        check(PETS, toml, expected);
    }
}

#[test]
fn what_cannot_be_a_join_is_not_made_one() {
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY);
        CREATE TABLE friends (id INTEGER PRIMARY KEY, a INTEGER NOT NULL REFERENCES players (id),
            b INTEGER NOT NULL REFERENCES players (id));";
    let cases = [
        (
            "[tables.friends]\njoin = true\n",
            "gamedb.toml:2: table \"friends\": no join: a and b are not UNIQUE together, so two rows can link the same two",
        ),
        (
            "\n[tables.players]\njoin = true\n",
            "gamedb.toml:3: table \"players\": no join: it does not have two required foreign keys",
        ),
        (
            "[tables.players]\njoin = 1\n",
            "gamedb.toml:2: invalid type: integer `1`, expected a boolean",
        ),
    ];
    for (toml, expected) in cases {
        check(schema, toml, expected);
    }
}

#[test]
fn a_column_of_texts_cannot_be_told_to_point_to_an_id() {
    check(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, friend TEXT);",
        "[columns.'players.friend']\nreferences = 'players'\n",
        "column players.friend: a foreign key needs an INTEGER column, and this one is declared `friend TEXT`",
    );
}

#[test]
fn sqlite_has_a_last_column() {
    let columns: String = (0..2000).map(|n| format!(", c{n} INTEGER")).collect();
    let schema = format!("CREATE TABLE a (id INTEGER PRIMARY KEY{columns});");
    check(&schema, "", "too many columns on a");
    let schema = schema.replace(", c1999 INTEGER", "");
    let schema = sqlite::read(&schema).expect("one less");
    let model = resolve(&schema, &Config::default()).expect("a model");
    assert_eq!(model.tables[0].columns.len(), 1999);
}
