//! The border of a chunk at every byte of a dump.

use gamedb_generate::Dialect::{self, MySql, Postgres, Sqlite};

use crate::{World, shown};

const MYSQL: &str = r"-- MySQL dump 10.13
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
DROP TABLE IF EXISTS `t`; -- it's
# don't
CREATE TABLE `t` (`id` int NOT NULL, `a` text, `b` blob, `c` bit(1), `d` decimal(5,2), PRIMARY KEY (`id`));
LOCK TABLES `t` WRITE;
/*!40000 ALTER TABLE `t` DISABLE KEYS */;
INSERT INTO `t` VALUES (1,'it\'s; \\',_binary 'a\0''b',b'1',-1.50),(2,'','',NULL,DEFAULT) , (3,_utf8mb4'é' 'x',0x00ff,'\0',+.5);
REPLACE INTO t SET a = 'r', id = 1;
DELIMITER $$
CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (9,'no',0,0,0); END$$
DELIMITER ;
INSERT IGNORE INTO `t` (`id`, `a`) VALUES (3,'no'),(4,CONCAT('a', 'b'));
INSERT INTO u VALUES ('(''\'),(', 1);
INSERT INTO t (id, a) VALUES (5,'x'),(5,'y') ON DUPLICATE KEY UPDATE a = VALUES(a);
-- Dump completed
";

const POSTGRES: &str = r"-- PostgreSQL database dump
SET standard_conforming_strings = on;
CREATE FUNCTION f() RETURNS int AS $body$ SELECT 1; $body$ LANGUAGE sql;
CREATE TABLE public.t (id integer NOT NULL, a text, b bytea, c boolean);
COPY public.t (id, a, b, c) FROM stdin;
1	it's\t\\	\\x00ff	t
2	\N		f
\.

INSERT INTO public.t VALUES (3, E'a\'\n' , '\x00', true), (4, $$it's$$, NULL, DEFAULT);
/* nested /* comment; */ ' */ INSERT INTO t (id, a) VALUES (3, 'no') ON CONFLICT (id) DO NOTHING;
ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
-- PostgreSQL database dump complete
";

const SQLITE: &str = r#"PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB, c REAL);
INSERT INTO t VALUES(1,'it''s',X'00ff',1.5);
INSERT INTO "t" VALUES(2,replace('a\nb','\n',char(10)),NULL,-9.0e+999);
CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
COMMIT;
"#;

#[test]
fn a_chunk_may_end_at_every_byte() {
    let dumps = [(MySql, MYSQL), (Postgres, POSTGRES), (Sqlite, SQLITE)];
    for (dialect, dump) in dumps {
        let world = World::new(dialect, dump);
        let whole = world.import(1 << 20).unwrap();
        let rows = world.rows("t");
        assert!(!rows.is_empty());
        for chunk in (1..40).chain([64, 100, 333, dump.len() - 1, dump.len()]) {
            let report = world.import(chunk).unwrap();
            assert_eq!(
                world.rows("t"),
                rows,
                "{} in chunks of {chunk}",
                dialect.name()
            );
            assert_eq!(report, whole, "{} in chunks of {chunk}", dialect.name());
        }
    }
}

/// What the dumps above hold, so that the same mistake at every border is found too.
#[test]
fn the_rows_are_those_of_the_dump() {
    let rows = |dialect: Dialect, dump: &str| {
        let world = World::new(dialect, dump);
        let report = world.import(1).unwrap();
        (world.rows("t"), shown(&report))
    };
    let (mysql, misfits) = rows(MySql, MYSQL);
    assert_eq!(
        mysql,
        [
            "1, 'r', NULL, NULL, NULL",
            "2, '', X'', NULL, NULL",
            "3, 'éx', X'00FF', 0, '+.5'",
            "5, 'y', NULL, NULL, NULL",
        ]
    );
    assert_eq!(
        misfits,
        ["t row 4 (line 13), a: `CONCAT('a', 'b')` is computed by the database"]
    );
    let (postgres, misfits) = rows(Postgres, POSTGRES);
    assert_eq!(
        postgres,
        [
            "1, 'it''s\t\\', X'00FF', 1",
            "2, NULL, X'', 0",
            "3, 'a''\n', X'00', 1",
            "4, 'it''s', NULL, NULL",
        ]
    );
    assert_eq!(misfits, [""; 0]);
    let (sqlite, misfits) = rows(Sqlite, SQLITE);
    assert_eq!(
        sqlite,
        ["1, 'it''s', X'00FF', 1.5", "2, 'a\nb', NULL, -9.0e+999"]
    );
    assert_eq!(misfits, [""; 0]);
}

/// A row that is longer than many chunks is read once it is there.
#[test]
fn a_row_may_be_longer_than_many_chunks() {
    let long = "it''s ".repeat(40_000);
    let dump = format!(
        "CREATE TABLE t (id INT PRIMARY KEY, a LONGTEXT);\nINSERT INTO t VALUES (1,'{long}'),(2,'x');"
    );
    let world = World::new(MySql, dump);
    assert_eq!(shown(&world.import(13).unwrap()), [""; 0]);
    assert_eq!(
        world.rows("t"),
        [format!("1, '{long}'"), "2, 'x'".to_owned()]
    );
}
