//! What the texts of mysqldump say beside rows: databases, modes, character sets.

use gamedb_generate::Dialect::MySql;

use crate::{World, rows_of, shown};

const TABLE: &str = "CREATE TABLE `t` (`id` int PRIMARY KEY, `a` varchar(20));\n";

#[test]
fn the_rows_of_two_databases_stay_apart() {
    let dump =
        "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `auth` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;
USE `auth`;
CREATE TABLE `account` (`id` int PRIMARY KEY, `a` varchar(9));
INSERT INTO `account` VALUES (1,'auth');
USE `world`;
CREATE TABLE `account` (`id` int PRIMARY KEY, `a` varchar(9));
CREATE TABLE `t` (`id` int PRIMARY KEY);
INSERT INTO `account` VALUES (1,'world');
INSERT INTO `auth`.`account` VALUES (2,'auth');
INSERT INTO `t` VALUES (3);";
    let world = World::new(MySql, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!((shown(&report), &report.notes), (vec![], &vec![]));
    assert_eq!(world.rows("auth_account"), ["1, 'auth'", "2, 'auth'"]);
    assert_eq!(world.rows("world_account"), ["1, 'world'"]);
    assert_eq!(world.rows("t"), ["3"]);
}

#[test]
fn modes_say_what_escapes_are() {
    let mode = |statement: &str, literal: &str| {
        let dump = format!("{TABLE}{statement}\nINSERT INTO t VALUES (1,{literal});");
        rows_of(MySql, dump).remove(0)
    };
    let off = "SET sql_mode = 'NO_BACKSLASH_ESCAPES';";
    assert_eq!(mode(off, r"'a\'"), r"1, 'a\'");
    let off = "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='ANSI,NO_BACKSLASH_ESCAPES' */;";
    assert_eq!(mode(off, r"'a\'"), r"1, 'a\'");
    let back = format!("{off}\n/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;");
    assert_eq!(mode(&back, r"'a\''"), "1, 'a'''");
    let usual = "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;";
    assert_eq!(mode(usual, r"'a\''"), "1, 'a'''");
    let ansi = format!(
        "{TABLE}SET sql_mode = 'ANSI_QUOTES';\nINSERT INTO \"t\" (\"id\", \"a\") VALUES (1,'x');"
    );
    assert_eq!(rows_of(MySql, ansi), ["1, 'x'"]);
}

/// A `\` in a name escapes nothing, and neither does one in a string where the mode says so; the schema is read by
/// the same rules as the rows.
#[test]
fn a_backslash_in_a_name_in_double_quotes_is_a_backslash() {
    let dump = r#"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ANSI' */;
CREATE TABLE "t" ("id" int PRIMARY KEY, "a\" varchar(20) DEFAULT 'it\'s', "b""`\\" int, "c" int COMMENT 'c:\\');
INSERT INTO "t" ("id", "a\", "b""`\\", "c") VALUES (1,'x\'',2,3);
INSERT INTO "t" ("id", "a\") VALUES (1,'y') ON DUPLICATE KEY UPDATE "a\" = VALUES("a\");
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
CREATE TABLE `u` (`id` int PRIMARY KEY, `e` varchar(9) DEFAULT "it\"s");
INSERT INTO `u` (id) VALUES (1);
"#;
    let world = World::new(MySql, dump);
    assert_eq!(shown(&world.import(1 << 16).unwrap()), [""; 0]);
    assert_eq!(world.rows("t"), ["1, 'y', 2, 3"]);
    assert_eq!(world.rows("u"), ["1, 'it\"s'"]);
    let new = rusqlite::Connection::open(world.path("new.db")).unwrap();
    let names = "SELECT group_concat(name, '|') FROM pragma_table_info('t')";
    let names: String = new.query_row(names, [], |row| row.get(0)).unwrap();
    assert_eq!(names, r#"id|a\|b"`\\|c"#);

    let off = r"SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE TABLE t (id int PRIMARY KEY, a varchar(20) NOT NULL DEFAULT 'c:\', b varchar(9) NOT NULL DEFAULT 'it''s\''');
INSERT INTO t (id) VALUES (1);";
    assert_eq!(rows_of(MySql, off), [r"1, 'c:\', 'it''s\'''"]);
}

/// An id that was given once, and whose row is gone, is not given again.
#[test]
fn the_next_number_of_auto_increment_is_carried_over() {
    let dump = "CREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB AUTO_INCREMENT=70 DEFAULT CHARSET=utf8mb4;
CREATE TABLE `one` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `set_later` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`));
CREATE TABLE `emptied` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) AUTO_INCREMENT 12;
CREATE TABLE `no_id` (`id` int PRIMARY KEY, `n` int AUTO_INCREMENT UNIQUE) AUTO_INCREMENT=9;
INSERT INTO `t` VALUES (1),(2);
INSERT INTO `one` VALUES (5);
ALTER TABLE `set_later` AUTO_INCREMENT = 41;
TRUNCATE TABLE `emptied`;";
    let world = World::new(MySql, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!((shown(&report), &report.notes), (vec![], &vec![]));
    // What the rows alone show is not written: the highest id of `one`.
    assert_eq!(
        world.rows("gamedb_ids"),
        ["'emptied', 12", "'set_later', 41", "'t', 70"]
    );
}

/// The row with the highest id may be one that does not fit.
#[test]
fn the_id_of_a_row_that_is_left_out_is_not_given_again() {
    let dump = "CREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, `a` int NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `u` (`id` int NOT NULL AUTO_INCREMENT, `t` int NOT NULL, PRIMARY KEY (`id`), FOREIGN KEY (`t`) REFERENCES `t` (`id`));
INSERT INTO `t` VALUES (1,1),(8,NULL),(3,1);
INSERT INTO `u` VALUES (4,1),(5,8);";
    let world = World::new(MySql, dump);
    assert_eq!(world.import(1 << 16).unwrap().n_left_out(), 2);
    assert_eq!(world.rows("gamedb_ids"), ["'t', 9", "'u', 6"]);
}

#[test]
fn texts_are_converted_from_the_character_set_of_the_dump() {
    let rows = |statement: &str, bytes: &[u8]| {
        let mut dump = format!("{TABLE}{statement}\nINSERT INTO t VALUES (1,'").into_bytes();
        dump.extend_from_slice(bytes);
        dump.extend_from_slice(b"');");
        rows_of(MySql, dump).remove(0)
    };
    assert_eq!(rows("SET NAMES utf8mb4;", "é".as_bytes()), "1, 'é'");
    assert_eq!(
        rows("/*!40101 SET NAMES latin1 */;", b"\xe9\x80"),
        "1, 'é€'"
    );
    assert_eq!(rows("SET NAMES cp1251;", b"\xcf\xf0\xe8\\n"), "1, 'При\n'");
    assert_eq!(rows("SET CHARACTER SET euckr;", b"\xc7\xd1"), "1, '한'");
    // What mysqldump writes around each CREATE TABLE changes nothing for the rows.
    let around = "SET NAMES latin1;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
/*!40101 SET character_set_client = @saved_cs_client */;";
    assert_eq!(rows(around, b"\xe9"), "1, 'é'");
}

#[test]
fn bytes_have_no_character_set() {
    let dump = b"CREATE TABLE t (id INT PRIMARY KEY, a BLOB);\nSET NAMES latin1;\nINSERT INTO t VALUES (1,'\xe9'),(2,_binary '\xe9');";
    assert_eq!(rows_of(MySql, dump), ["1, X'E9'", "2, X'E9'"]);
}

/// Bytes that are not UTF-8 are listed, and never replaced.
#[test]
fn what_is_not_utf_8_is_listed() {
    let mut dump = format!("{TABLE}INSERT INTO t VALUES\n(1,'").into_bytes();
    dump.extend_from_slice(b"caf\xe9'),\n(2,'ok');");
    let world = World::new(MySql, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!(
        shown(&report),
        ["t row 1 (line 3), a: the text is not valid UTF-8"]
    );
    assert_eq!(world.rows("t"), ["2, 'ok'"]);
}

#[test]
fn a_character_set_whose_bytes_can_be_quotes_is_an_error() {
    let world = World::new(
        MySql,
        format!("{TABLE}\nSET NAMES sjis;\nINSERT INTO t VALUES (1,'x');"),
    );
    let error = world.import(1 << 16).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "line 3: the character set \"sjis\" cannot be read; dump the database again in UTF-8"
        ),
        "{error}"
    );
    assert!(!world.path("new.db").exists());
}

/// Rows of a dump say whether a TINYINT(1) is a boolean, in one that is not kept in memory too.
#[test]
fn rows_decide_whether_a_tinyint_is_a_boolean() {
    let dump =
        "CREATE TABLE t (id INT PRIMARY KEY, level TINYINT(1) NOT NULL, alive TINYINT(1) NOT NULL);
INSERT INTO t VALUES (1,0,1);\nINSERT INTO t (alive, level, id) VALUES (0,3,2);";
    assert_eq!(rows_of(MySql, dump), ["1, 0, 1", "2, 3, 0"]);
    let world = World::new(MySql, "");
    let file = std::fs::File::create(world.path("dump.sql")).unwrap();
    let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, dump.as_bytes()).unwrap();
    gz.finish().unwrap();
    assert_eq!(shown(&world.import(1 << 16).unwrap()), [""; 0]);
    assert_eq!(world.rows("t"), ["1, 0, 1", "2, 3, 0"]);
}

#[test]
fn rows_of_a_schema_in_another_file() {
    let world = World::new(MySql, "INSERT INTO `t` VALUES (1,_binary '\\0',b'1','x');");
    let schema = "CREATE TABLE `t` (`id` int NOT NULL, `c` blob, `d` bit(1), `a` varchar(20), PRIMARY KEY (`id`)) ENGINE=InnoDB;";
    std::fs::write(world.path("schema.sql"), schema).unwrap();
    assert_eq!(shown(&world.import(1 << 16).unwrap()), [""; 0]);
    assert_eq!(world.rows("t"), ["1, X'00', 1, 'x'"]);
}
