//! The schema of a server is the one that its dump has.

use gamedb_generate::sqlite_schema;

use crate::tools::{Database, Kind, input};

/// The translation of a schema without its first line, which names the file.
fn translated(schema: impl Into<std::path::PathBuf>) -> String {
    let text = sqlite_schema(&input(schema)).unwrap_or_else(|error| panic!("{error}"));
    let (first, rest) = text.split_once('\n').expect("a first line");
    assert!(first.starts_with("-- @generated from `"), "{first}");
    rest.to_owned()
}

fn the_same_schema_both_ways(database: &Database, dumps: &[&str]) {
    let here = translated(&database.url);
    assert!(here.contains("CREATE TABLE players"), "{here}");
    let there = translated(database.dump(dumps));
    assert_eq!(here, there);
}

#[test]
fn the_schema_of_mysql_is_that_of_its_dump() {
    let Some(database) = Database::create(Kind::MySql, "gamedb_schema") else {
        return;
    };
    let statements = include_str!("shapes.mysql.sql").split(";\n");
    let statements: Vec<&str> = statements.filter(|sql| !sql.trim().is_empty()).collect();
    database.execute(&statements);
    the_same_schema_both_ways(&database, &["--no-data"]);
}

#[test]
fn the_schema_of_postgres_is_that_of_its_dump() {
    let Some(database) = Database::create(Kind::Postgres, "gamedb_schema") else {
        return;
    };
    database.execute(&[include_str!("shapes.postgres.sql")]);
    the_same_schema_both_ways(&database, &["--schema-only"]);
}

/// A TINYINT(1) with other numbers than 0 and 1 is a number, which only the rows tell.
#[test]
fn the_rows_of_mysql_decide_what_is_a_boolean() {
    let Some(database) = Database::create(Kind::MySql, "gamedb_bools") else {
        return;
    };
    database.execute(&[
        "CREATE TABLE t (id int PRIMARY KEY, level tinyint(1) NOT NULL DEFAULT 0, dead tinyint(1) NOT NULL)",
        "CREATE TABLE empty (id int PRIMARY KEY, dead tinyint(1))",
        "INSERT INTO t VALUES (1, 0, 0), (2, 3, 1)",
    ]);
    let text = translated(&database.url);
    assert!(
        text.contains("level INTEGER NOT NULL DEFAULT 0 CHECK (level BETWEEN -128 AND 127)"),
        "{text}"
    );
    assert_eq!(text.matches("dead IN (0, 1)").count(), 2, "{text}");
    let world = database.world(&input(&database.url), database.url.as_ref());
    assert_eq!(world.report.n_left_out(), 0);
    let level = world.query("SELECT level FROM t WHERE id = 2");
    assert_eq!(level, [[rusqlite::types::Value::Integer(3)]]);
}
