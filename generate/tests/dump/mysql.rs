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
