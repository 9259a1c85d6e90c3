//! SQLite's own `.dump`, and the numbers that stand for NULL by a guess.

use gamedb_generate::Dialect::{MySql, Sqlite};

use crate::{World, rows_of, shown};

#[test]
fn what_a_dump_has_beside_rows_is_passed_over() {
    let dump = "PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b GENERATED ALWAYS AS (length(a)), c REAL);
INSERT INTO t VALUES(1,'x',1.1000000000000000888);
INSERT INTO t VALUES(2,unistr('a\\u000ab'),NULL);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(x)');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('t',2);
CREATE INDEX i ON t (a);
COMMIT;
";
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL) STRICT;";
    let world = World::new(Sqlite, dump);
    std::fs::write(world.path("schema.sql"), schema).unwrap();
    let report = world.import(1 << 16).unwrap();
    assert_eq!(shown(&report), [""; 0]);
    assert_eq!(
        world.rows("t"),
        ["1, 'x', NULL, 1.1", "2, 'a\nb', NULL, NULL"]
    );
}

/// Ids that a world has given are not given again.
#[test]
fn next_ids_of_a_world_are_carried_over() {
    let dump = "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE gamedb_ids (table_name TEXT PRIMARY KEY, next_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO gamedb_ids VALUES('gone',7);
INSERT INTO gamedb_ids VALUES('t',70);
INSERT INTO t VALUES(1);";
    let world = World::new(Sqlite, dump);
    std::fs::write(
        world.path("schema.sql"),
        "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;",
    )
    .unwrap();
    let report = world.import(1 << 16).unwrap();
    assert_eq!((shown(&report), &report.notes), (vec![], &vec![]));
    assert_eq!(world.rows("gamedb_ids"), ["'t', 70"]);
}

/// An id that was given once, and whose row is gone, is not given again, neither after a dump nor after a file.
#[test]
fn the_numbers_of_autoincrement_are_carried_over() {
    let tables = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;
CREATE TABLE u (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE full (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;
INSERT INTO t VALUES(1);
INSERT INTO u VALUES(3);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('t',69);
INSERT INTO sqlite_sequence VALUES('gone',5);
INSERT INTO sqlite_sequence VALUES('full',9223372036854775807);
INSERT INTO sqlite_sequence VALUES('u','no number');
";
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE u (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE full (id INTEGER PRIMARY KEY) STRICT;";
    let next_ids = ["'full', 9223372036854775807", "'t', 70"];
    let world = World::new(Sqlite, format!("BEGIN TRANSACTION;\n{tables}COMMIT;\n"));
    std::fs::write(world.path("schema.sql"), schema).unwrap();
    let report = world.import(1 << 16).unwrap();
    assert_eq!((shown(&report), &report.notes), (vec![], &vec![]));
    assert_eq!(world.rows("gamedb_ids"), next_ids);

    let old = rusqlite::Connection::open(world.path("old.db")).unwrap();
    old.execute_batch(tables).unwrap();
    let report = world.import_file("old.db");
    assert_eq!((shown(&report), &report.notes), (vec![], &vec![]));
    assert_eq!(world.rows("gamedb_ids"), next_ids);
}

/// Whether 0 names a row is known when all rows were read.
#[test]
fn zero_is_null_unless_there_is_a_row_0() {
    let tables = "CREATE TABLE t (id INT PRIMARY KEY, town_id INT NOT NULL DEFAULT 0);
CREATE TABLE towns (id INT PRIMARY KEY);
INSERT INTO t VALUES (1,0),(2,5);";
    let world = World::new(MySql, format!("{tables}INSERT INTO towns VALUES (5);"));
    let report = world.import(1 << 16).unwrap();
    assert_eq!(world.rows("t"), ["1, NULL", "2, 5"]);
    let changes: Vec<String> = report.changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        ["t.town_id: 1 value is 0, which stands for none, and is NULL now\n"]
    );
    assert_eq!(
        rows_of(MySql, format!("{tables}INSERT INTO towns VALUES (5),(0);")),
        ["1, 0", "2, 5"]
    );
}

/// A CHECK that 0 violates does not cost the row.
#[test]
fn a_zero_that_is_refused_is_null_at_once() {
    let dump =
        "CREATE TABLE t (id INT PRIMARY KEY, town_id INT NOT NULL DEFAULT 0 CHECK (town_id <> 0));
CREATE TABLE towns (id INT PRIMARY KEY);
INSERT INTO towns VALUES (5);
INSERT INTO t VALUES (1,0),(2,0),(3,5);";
    assert_eq!(rows_of(MySql, dump), ["1, NULL", "2, NULL", "3, 5"]);
}
