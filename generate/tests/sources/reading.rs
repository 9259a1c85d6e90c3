//! What is made of types, keys, encodings and broken texts, and what is said of them.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use gamedb_generate::{Dialect, Input, Options, explain, generate, read, sqlite, sqlite_schema};

use super::common::input;
use super::{World, said};

#[test]
fn a_file_in_use_is_read_and_not_written_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("save.db");
    let connection = rusqlite::Connection::open(&path).expect("a database");
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE a (id INTEGER PRIMARY KEY, w, x, y, z, n);
             CREATE TABLE b (k TEXT PRIMARY KEY, a_id INT REFERENCES a (id), odd FROB) WITHOUT ROWID;
             INSERT INTO a (w, x, y, z) VALUES (1, 1.5, 'x', x'00'), (NULL, 2.5, 'y', 3);
             INSERT INTO b VALUES ('k', 1, 2.5);",
        )
        .expect("filled");
    let before = fs::read(&path).expect("bytes");
    let (schema, _) = read(&input(&path)).expect("the file is read");
    assert_eq!(fs::read(&path).expect("bytes"), before);
    let types = |at: usize| -> Vec<&str> {
        schema.tables[at]
            .columns
            .iter()
            .map(|c| c.declared_type.as_str())
            .collect()
    };
    // What has no type is what its values are; `z` holds two kinds, and `n` none.
    assert_eq!(
        types(0),
        ["INTEGER", "INTEGER", "REAL", "TEXT", "TEXT", "TEXT"]
    );
    // So is what has a type that SQLite does not know.
    assert_eq!(types(1), ["INTEGER", "TEXT", "INTEGER", "REAL"]);
    assert_eq!(schema.tables[1].foreign_keys[0].table, "a");
    let name = path.display().to_string();
    assert_eq!(schema.notes, [format!("{name} is a SQLite file")]);
    assert!(
        schema.warnings[3]
            .starts_with("column a.z: has no type, and holds values of several types"),
        "{:?}",
        schema.warnings
    );

    // A file that is canonical keeps its words.
    let path = folder.path().join("strict.db");
    let connection = rusqlite::Connection::open(&path).expect("a database");
    let sql = "CREATE TABLE a (id INTEGER PRIMARY KEY, odd   TEXT) STRICT";
    connection.execute_batch(sql).expect("filled");
    let text = sqlite_schema(&input(&path)).expect("read");
    assert_eq!(
        text,
        format!(
            "-- @generated from `strict.db` by `gamedb generate`. Do not edit; edit the schema and rerun.\n\n{sql};\n"
        )
    );
}

#[test]
fn what_is_canonical_is_kept_as_it_was_written() {
    let sql = "-- Mine.\nCREATE TABLE   a (id INTEGER PRIMARY KEY,x TEXT) STRICT;\nCREATE INDEX i ON a(x) WHERE x > 'a';\nCREATE VIEW v AS SELECT * FROM a;\n";
    let world = World::new(sql);
    assert_eq!(sqlite_schema(&world.input()).expect("read"), sql);
    let schema = world.read();
    assert_eq!(schema, sqlite::read(sql).expect("read"));
    assert_eq!(said(&schema), "");
}

#[test]
fn types_of_the_database_can_be_overridden() {
    let sql = "CREATE TABLE t (id INT PRIMARY KEY, price DECIMAL(10,2), tax DECIMAL(4,1), small TINYINT(1), odd FROB(3) NOT NULL, text VARCHAR(5)) ENGINE=InnoDB;";
    let toml = "[types]\n\"decimal\" = \"f64\"\n'DECIMAL(4, 1)' = 'String'\n\"tinyint(1)\" = \"i64\"\nfrob = \"Vec<u8>\"\n\n[columns.'t.text']\ntype = 'i64'\n";
    let world = World::new(sql).with_config(toml);
    let expected = "CREATE TABLE t (
    id INTEGER PRIMARY KEY,
    price REAL,
    tax TEXT,
    small INTEGER CHECK (small BETWEEN -128 AND 127),
    odd BLOB NOT NULL,
    text INTEGER
) STRICT;
";
    assert_eq!(world.text(), expected);
    // The column wins.
    let world =
        World::new(sql).with_config(&format!("{toml}[columns.'t.price']\ntype = 'String'\n"));
    assert!(
        world.text().contains("    price TEXT,\n"),
        "{}",
        world.text()
    );
}

#[test]
fn errors_name_what_they_are_about() {
    let cases = [
        (
            "CREATE TABLE t (id INT PRIMARY KEY, odd INT) ENGINE=InnoDB;",
            "[types]\nint = 'u8'\n",
            "gamedb.toml:2: unknown variant `u8`, expected one of `bool`, `i64`, `f64`, `String`, `EcoString`, `Vec<u8>`",
        ),
        (
            "SELECT 1; -- MySQL dump\nCREATE TABLE;\nFOO BAR;",
            "",
            "schema.sql: no CREATE TABLE can be read as MySQL (it has mysql dump); `--dialect` names another dialect\n  line 2: `` cannot be read, and is left out\n  line 3: `FOO BAR` cannot be read, and is left out",
        ),
        (
            "CREATE TABLE t (\n  id INTEGER,,\n);",
            "",
            "schema.sql: line 2: near \",\": syntax error; read as SQLite: nothing in it is another dialect's; --dialect says otherwise",
        ),
    ];
    for (sql, toml, expected) in cases {
        assert_eq!(
            World::new(sql).with_config(toml).error(),
            expected,
            "for {sql}"
        );
    }
}

#[test]
fn a_type_that_is_not_known_is_text_with_a_warning() {
    let cases = [
        (
            "CREATE TABLE t (id INT PRIMARY KEY, odd FROB(3) NOT NULL) ENGINE=InnoDB;",
            "TEXT",
            "column t.odd: type \"FROB(3)\" is not known; here it holds texts; `[types] \"frob\"` says otherwise",
        ),
        (
            "CREATE TABLE public.t (id int4 PRIMARY KEY, odd public.halfvec(3)); -- PostgreSQL database dump",
            "TEXT",
            "column t.odd: type \"public.halfvec(3)\" is not known; here it holds texts; `[types] \"halfvec\"` says otherwise",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, odd FROB);",
            "TEXT",
            "column t.odd: type \"FROB\" is not known; here it holds texts; `[types] \"frob\"` says otherwise",
        ),
    ];
    for (sql, ty, warning) in cases {
        let schema = World::new(sql).read();
        assert_eq!(schema.tables[0].columns[1].declared_type, ty, "{sql}");
        assert_eq!(schema.warnings, [warning]);
    }
}

#[test]
fn zero_is_null_where_only_the_name_says_that_it_points_somewhere() {
    let sql = "CREATE TABLE `guild` (`guild_id` int unsigned NOT NULL AUTO_INCREMENT, PRIMARY KEY (`guild_id`));
CREATE TABLE `char` (
  `char_id` int NOT NULL, `guild_id` int unsigned NOT NULL DEFAULT '0', `old_guild_id` int NOT NULL DEFAULT '0',
  `first_guild_id` int NOT NULL, PRIMARY KEY (`char_id`), FOREIGN KEY (`old_guild_id`) REFERENCES `guild` (`guild_id`));
CREATE TABLE `member` (`char_id` int NOT NULL DEFAULT '0', `guild_id` int NOT NULL DEFAULT '0', PRIMARY KEY (`char_id`, `guild_id`));
CREATE TABLE `war` (`id` int NOT NULL PRIMARY KEY, `guild_id` int NOT NULL DEFAULT '0', `char_id` int NOT NULL DEFAULT '0');
";
    let toml = "[columns.'war.guild_id']\nreferences = 'guild'\n";
    let world = World::new(sql).with_config(toml);
    let schema = world.read();
    let null = |table: usize| -> Vec<&str> {
        let columns = schema.tables[table].columns.iter();
        let columns = columns.filter(|column| !column.not_null && column.none == Some(0));
        columns.map(|column| column.name.as_str()).collect()
    };
    assert_eq!(null(1), ["guild_id"]);
    assert!(null(2).is_empty(), "a key is never NULL");
    assert_eq!(null(3), ["char_id"]);
    assert_eq!(
        schema.warnings,
        [
            "columns char.guild_id, war.char_id: points to a row by its name, and no row has the id 0: here it is NULL; `[columns.\"..\"] references` says otherwise"
        ]
    );
}

#[test]
fn the_dialect_is_found_or_said() {
    let mut world = World::new("CREATE TABLE t (id INT UNSIGNED PRIMARY KEY, a INT);");
    let note = |world: &World, dialect| {
        let input = Input {
            dialect,
            ..world.input()
        };
        read(&input).expect("read").0.notes[0].clone()
    };
    assert_eq!(
        note(&world, None),
        "read as MySQL: it has unsigned; --dialect says otherwise"
    );
    assert_eq!(
        note(&world, Some(Dialect::Sqlite)),
        "read as SQLite, as --dialect says"
    );
    assert_eq!(
        note(&world, Some(Dialect::MySql)),
        "read as MySQL, as --dialect says"
    );
    world = World::new("CREATE TABLE t (id INT PRIMARY KEY, a text DEFAULT 'x'::text);");
    assert_eq!(
        note(&world, None),
        "read as PostgreSQL: it has casts with ::; --dialect says otherwise"
    );
    world = World::new("CREATE TABLE `t` (id INT PRIMARY KEY, a NVARCHAR(3));");
    assert_eq!(
        note(&world, None),
        "read as MySQL: it has back ticks, nvarchar; --dialect says otherwise"
    );
    world = World::new("CREATE TABLE [t] (id INT PRIMARY KEY, a NVARCHAR(3));");
    assert_eq!(
        note(&world, None),
        "read as SQLite: nothing in it is another dialect's; --dialect says otherwise"
    );
}

#[test]
fn bytes_of_any_encoding_are_read() {
    let world =
        World::new(b"CREATE TABLE t (id INT PRIMARY KEY, a INT COMMENT 'caf\xe9') ENGINE=InnoDB;");
    let schema = world.read();
    assert_eq!(schema.tables[0].columns[1].comment.as_deref(), Some("café"));
    assert_eq!(
        schema.warnings[0],
        "line 1: not UTF-8; bytes that are not were read as Latin-1"
    );
    let sql = "CREATE TABLE t (id INT PRIMARY KEY, a INT COMMENT 'café') ENGINE=InnoDB;";
    let bytes: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(sql.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let schema = World::new(bytes).read();
    assert_eq!(schema.tables[0].columns[1].comment.as_deref(), Some("café"));
}

#[test]
fn an_unclosed_quote_does_not_take_the_rest_along() {
    let world = World::new(
        "CREATE TABLE a (id INT PRIMARY KEY) ENGINE=InnoDB;\nCREATE TABLE b (id INT DEFAULT 'x);\nINSERT INTO b VALUES (1);\nCREATE TABLE c (id INT PRIMARY KEY);\n",
    );
    let schema = world.read();
    let names: Vec<&str> = schema
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(
        schema.warnings,
        [
            "line 2: a quote ' is never closed; reading goes on with the next line that starts a statement"
        ]
    );
}

/// A quoted name that is empty is no name. The reader of an index must step over it: it did not, and
/// never returned.
#[test]
fn an_empty_name_in_an_index_does_not_hold_the_reader() {
    for part in [r#"x """#, r#"x ASC """#, r#"x " " DESC"#] {
        let world = World::new(format!(
            "CREATE TABLE a (id INT PRIMARY KEY, x INT);\nCREATE INDEX i ON a ({part});\nCREATE TABLE b (id INT PRIMARY KEY);\n"
        ));
        let input = Input {
            dialect: Some(Dialect::Postgres),
            ..world.input()
        };
        let (schema, _) = read(&input).expect("the schema is read");
        let names: Vec<&str> = schema
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        assert_eq!(names, ["a", "b"]);
        let left_out = format!("table a: index i is left out: `{part}` is computed");
        assert_eq!(schema.warnings, [left_out]);
    }
}

#[test]
fn nothing_that_was_not_generated_is_written_over() {
    let world = World::new("CREATE TABLE t (id INT UNSIGNED PRIMARY KEY);");
    let path = |name: &str| world.folder.path().join(name);
    let options = Options {
        input: world.input(),
        out: path("models.rs"),
        sqlite_schema: None,
        check: false,
    };
    fs::write(path("models.sql"), "-- by hand\n").expect("written");
    let error = generate(&options).expect_err("refused").to_string();
    assert!(error.ends_with("models.sql is not a file that gamedb wrote; `--sqlite-schema` names another file for the translated schema"), "{error}");
    let own = Options {
        sqlite_schema: Some(path("schema.sql")),
        ..options.clone()
    };
    assert!(generate(&own).is_err(), "the schema itself");
    let free = Options {
        sqlite_schema: Some(path("world.sql")),
        ..options
    };
    generate(&free).expect("generated");
    let models = fs::read_to_string(path("models.rs")).expect("models");
    assert!(
        models.contains("from include_str!(\"world.sql\");"),
        "{models}"
    );
}

#[test]
fn ids_that_the_source_does_not_have_are_not_pointed_to_by_name() {
    let world = World::new(
        "CREATE TABLE players (realm INT, n INT, PRIMARY KEY (realm, n)) ENGINE=InnoDB;
         CREATE TABLE items (id INT PRIMARY KEY, player_id INT, guild_id INT);
         CREATE TABLE guilds (id INT PRIMARY KEY);",
    );
    let (schema, config) = read(&world.input()).expect("read");
    let explained = explain::explain(&schema, &config)
        .expect("explained")
        .text();
    assert!(
        explained.contains("field guild: Option<GuildKey> <- guild_id"),
        "{explained}"
    );
    assert!(
        explained.contains("field player_id: Option<i64> <- player_id"),
        "{explained}"
    );
}

#[test]
fn hundreds_of_tables_are_read_at_once() {
    let mut sql = String::from("-- MySQL dump 10.13\n");
    for table in 0..280 {
        let _ = writeln!(
            sql,
            "DROP TABLE IF EXISTS `table_{table}`;\nCREATE TABLE `table_{table}` ("
        );
        let _ = writeln!(
            sql,
            "  `entry` int(10) unsigned NOT NULL DEFAULT '0' COMMENT 'The entry',"
        );
        for column in 0..24 {
            let _ = writeln!(
                sql,
                "  `column_{column}` smallint(5) unsigned NOT NULL DEFAULT '{column}',"
            );
        }
        let _ = writeln!(
            sql,
            "  `name` varchar(100) NOT NULL DEFAULT 'it''s',\n  PRIMARY KEY (`entry`),\n  KEY `idx` (`column_1`,`name`(10))\n) ENGINE=MyISAM DEFAULT CHARSET=utf8;"
        );
        let _ = writeln!(
            sql,
            "INSERT INTO `table_{table}` VALUES {};",
            vec!["(1,'a;\\'b')"; 200].join(",")
        );
    }
    let world = World::new(&sql);
    let start = Instant::now();
    let schema = world.read();
    let took = start.elapsed();
    println!("{} KB in {took:?}", sql.len() / 1024);
    assert_eq!(schema.tables.len(), 280);
    assert!(schema.tables.iter().all(|table| table.columns.len() == 26));
    assert_eq!(schema.warnings, [""; 0]);
    // Without optimization, and on a machine that has other things to do. With it, it is tenths of a second.
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn a_text_that_only_sqlite_refuses_is_postgresql() {
    let schema = "CREATE TABLE artist (artist_id INT NOT NULL, PRIMARY KEY (artist_id));
        CREATE TABLE album (album_id INT NOT NULL, artist_id INT NOT NULL, PRIMARY KEY (album_id));
        ALTER TABLE album ADD CONSTRAINT album_artist FOREIGN KEY (artist_id) REFERENCES artist (artist_id);";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("schema.sql");
    std::fs::write(&path, schema).expect("written");
    let schema = read(&input(path)).expect("read").0;
    assert_eq!(schema.tables[1].foreign_keys[0].table, "artist");
}
