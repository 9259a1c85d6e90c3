//! Files of dumps: compressed, with another encoding, of a dialect that is detected.

use std::io::Write as _;

use gamedb_generate::Dialect::{self, MySql, Postgres, Sqlite};
use gamedb_generate::import::{self, ProgressUnit};

use crate::{World, shown};

const MYSQL: &str = "-- MySQL dump 10.13\nCREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, `a` varchar(9), PRIMARY KEY (`id`)) ENGINE=InnoDB;\nINSERT INTO `t` VALUES (1,'it\\'s');\n-- Dump completed\n";

#[test]
fn compressed_dumps_are_read() {
    let world = World::new(MySql, "");
    let path = world.path("dump.sql");
    let file = std::fs::File::create(&path).unwrap();
    let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::default());
    gz.write_all(MYSQL.as_bytes()).unwrap();
    gz.finish().unwrap();
    assert_eq!(shown(&world.import(7).unwrap()), [""; 0]);
    assert_eq!(world.rows("t"), ["1, 'it''s'"]);

    std::fs::write(&path, zstd::encode_all(MYSQL.as_bytes(), 0).unwrap()).unwrap();
    assert_eq!(shown(&world.import(7).unwrap()), [""; 0]);
    assert_eq!(world.rows("t"), ["1, 'it''s'"]);

    // One that is cut off is an error.
    let bytes = std::fs::read(&path).unwrap();
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) STRICT;";
    std::fs::write(world.path("schema.sql"), schema).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    assert!(world.import(1 << 16).is_err());
}

#[test]
fn utf_16_is_read() {
    let units = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(bytes);
        bytes(0xfeff).into_iter().chain(units).collect()
    };
    let text = MYSQL.replace("it\\'s", "h\u{e9}\u{1F600}");
    for bytes in [
        units(&text, u16::to_le_bytes),
        units(&text, u16::to_be_bytes),
    ] {
        let world = World::new(MySql, bytes);
        assert_eq!(shown(&world.import(5).unwrap()), [""; 0]);
        assert_eq!(world.rows("t"), ["1, 'h\u{e9}\u{1F600}'"]);
    }
    let world = World::new(MySql, format!("\u{feff}{MYSQL}"));
    assert_eq!(shown(&world.import(1).unwrap()), [""; 0]);
    assert_eq!(world.rows("t"), ["1, 'it''s'"]);
}

#[test]
fn the_dialect_of_a_dump_is_detected() {
    let detected = |text: &str| -> Dialect {
        let world = World::new(MySql, text);
        let source = import::open(&world.path("dump.sql"), None).unwrap();
        assert_eq!(source.unit(), ProgressUnit::Bytes);
        source.dialect()
    };
    assert_eq!(detected(MYSQL), MySql);
    assert_eq!(detected("INSERT INTO `t` VALUES (1,'it\\'s');"), MySql);
    assert_eq!(
        detected("COPY public.t (id) FROM stdin;\n1\n\\.\n"),
        Postgres
    );
    assert_eq!(
        detected("-- PostgreSQL database dump\nINSERT INTO public.t VALUES (1);"),
        Postgres
    );
    let dump = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (id INTEGER PRIMARY KEY, a int(11));\nINSERT INTO t VALUES(1,'it''s');\nCOMMIT;\n";
    assert_eq!(detected(dump), Sqlite);
    // The first megabyte ends within the first statement that has back ticks.
    let long = format!(
        "CREATE TABLE t (id INT);\nINSERT INTO `t` VALUES ('{}');\n",
        "x".repeat(2 << 20)
    );
    assert_eq!(detected(&long), MySql);
    let other =
        "CREATE TABLE t (id INT, x DOUBLE PRECISION);\nINSERT INTO `t` VALUES ('it\\'s',1);\n";
    assert_eq!(detected(other), MySql);
    // What is given is not detected.
    let world = World::new(MySql, MYSQL);
    let source = import::open(&world.path("dump.sql"), Some(Postgres)).unwrap();
    assert_eq!(source.dialect(), Postgres);
}

/// The lines of warnings are those of the dump, though its rows are not in the text that they are of.
#[test]
fn warnings_about_a_compressed_dump_name_its_lines() {
    let text = "CREATE TABLE t (id INT PRIMARY KEY);\nINSERT INTO t VALUES\n(1),\n(2);\n\nCREATE TABLE u (id INT PRIMARY KEY);\nFOO BAR;\nDELIMITER $$\nCREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END$$\nDELIMITER ;\nBAR FOO;\n";
    let world = World::new(MySql, "");
    std::fs::write(
        world.path("dump.sql"),
        zstd::encode_all(text.as_bytes(), 0).unwrap(),
    )
    .unwrap();
    let input = gamedb_generate::Input {
        schema: world.path("dump.sql"),
        ..gamedb_generate::Input::default()
    };
    let (schema, _) = gamedb_generate::read(&input).unwrap();
    assert_eq!(schema.tables.len(), 2);
    assert_eq!(
        schema.warnings,
        [
            "line 7: `FOO BAR` cannot be read, and is left out",
            "line 11: `BAR FOO` cannot be read, and is left out",
        ]
    );
}

/// Rows say whether a column whose name looks like a key is one, in a text that is not kept in memory too.
#[test]
fn rows_of_a_streamed_text_refute_guessed_keys() {
    let mysql = "CREATE TABLE guilds (id int NOT NULL AUTO_INCREMENT, PRIMARY KEY (id)) ENGINE=InnoDB;
CREATE TABLE players (id int NOT NULL AUTO_INCREMENT, guild_id int NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB;
INSERT INTO players VALUES (1,1),(2,7);
INSERT INTO guilds VALUES (1),(2);";
    let postgres = "CREATE TABLE guilds (id serial PRIMARY KEY);
CREATE TABLE players (id serial PRIMARY KEY, guild_id integer NOT NULL);
COPY players (guild_id, id) FROM stdin;
1\t1
7\t2
\\.
COPY guilds (id) FROM stdin;
1
2
\\.
";
    let sqlite = "CREATE TABLE guilds (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE players (id INTEGER PRIMARY KEY, guild_id INTEGER NOT NULL) STRICT;
INSERT INTO players VALUES(1,1);
INSERT INTO players VALUES(2,7);
INSERT INTO guilds VALUES(1);
INSERT INTO guilds VALUES(2);";
    for (dialect, dump) in [(MySql, mysql), (Postgres, postgres), (Sqlite, sqlite)] {
        let refuted = |dump: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("dump.sql.gz");
            let file = std::fs::File::create(&path).unwrap();
            let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            gz.write_all(dump.as_bytes()).unwrap();
            gz.finish().unwrap();
            let input = gamedb_generate::Input {
                schema: path,
                dialect: Some(dialect),
                ..gamedb_generate::Input::default()
            };
            let (schema, _) = gamedb_generate::read(&input).unwrap();
            let notes = schema.notes.into_iter();
            let of_keys = notes.filter(|note| note.contains("looks like a key"));
            of_keys.collect::<Vec<String>>().join("\n")
        };
        assert!(
            refuted(dump).starts_with("column players.guild_id: its name looks like a key to guilds, and 1 of its 2 values name no row there"),
            "{dialect:?}: {}",
            refuted(dump)
        );
        assert_eq!(refuted(&dump.replace('7', "2")), "", "{dialect:?}");
    }
}
