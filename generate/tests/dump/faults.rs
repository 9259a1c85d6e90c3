//! Texts that are cut off, or that are not what they should be.

use gamedb_generate::Dialect::{self, MySql, Postgres, Sqlite};

use crate::{World, shown};

const TABLE: &str = "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20));\n";

/// The error of a text behind the table, without the name of the file.
#[track_caller]
fn error(dialect: Dialect, text: &str) -> String {
    let world = World::new(dialect, format!("{TABLE}{text}"));
    std::fs::write(world.path("schema.sql"), TABLE).unwrap();
    let error = world.import(1 << 16).unwrap_err().to_string();
    assert!(!world.path("new.db").exists());
    let (_, error) = error.split_once("dump.sql: ").unwrap();
    error.to_owned()
}

#[test]
fn a_text_that_is_cut_off_is_an_error_with_the_line() {
    let cases = [
        (
            MySql,
            "INSERT INTO t VALUES\n(1,'x'),\n(2,'y",
            "line 4: the text ends in the middle of a row that begins here (byte 82); it was cut off",
        ),
        (
            MySql,
            "INSERT INTO t VALUES\n(1,'x'),\n",
            "line 4: the text ends in the middle of a row that begins here (byte 82); it was cut off",
        ),
        // The statement has no end, so that there may have been more rows.
        (
            MySql,
            "INSERT INTO t VALUES (1,'x')\n",
            "line 3: the text ends in the middle of a statement that begins here (byte 81); it was cut off",
        ),
        (
            MySql,
            "\nINSERT INTO t (id",
            "line 3: the text ends in the middle of a statement that begins here (byte 53); it was cut off",
        ),
        (
            Postgres,
            "COPY t (id, a) FROM stdin;\n1\tx\n2\ty",
            "line 4: the text ends in the middle of the rows of a COPY that begins here (byte 83); it was cut off",
        ),
        (
            Postgres,
            "COPY t (id, a) FROM stdin;\n1\tx\n",
            "line 4: the text ends in the middle of the rows of a COPY that begins here (byte 83); it was cut off",
        ),
        (
            MySql,
            "INSERT INTO t VALUES (1,'x');\nINSER",
            "line 3: the text ends in the middle of a statement that begins here (byte 82); it was cut off",
        ),
        (
            Sqlite,
            "INSERT INTO t VALUES(1,'x",
            "line 2: the text ends in the middle of a row that begins here (byte 72); it was cut off",
        ),
    ];
    for (dialect, text, expected) in cases {
        assert_eq!(error(dialect, text), expected, "{text}");
    }
}

#[test]
fn rows_that_cannot_be_read_are_errors_with_line_and_byte() {
    assert_eq!(
        error(MySql, "INSERT INTO t VALUES\n(1,'x') (2,'y');\n"),
        "line 3 (byte 81): a statement cannot be read at `(2,\\'y\\');\\n`"
    );
    assert_eq!(
        error(Postgres, "INSERT INTO t VALUES (1,'x';\n"),
        "line 2 (byte 79): a row cannot be read at `;\\n`"
    );
    assert_eq!(
        error(MySql, "INSERT INTO t VALUES (1,'x'),\n  (2);\n"),
        "line 3 (byte 84): a row of t has 1 values, and 2 columns are known: id, a"
    );
    let world = World::new(MySql, "INSERT INTO `t` VALUES (1,'x');\n");
    std::fs::write(world.path("schema.sql"), TABLE).unwrap();
    // Without a schema that has the table, the rows are nobody's.
    assert_eq!(shown(&world.import(1 << 16).unwrap()), [""; 0]);
}

#[test]
fn an_expression_that_the_database_computes_costs_its_row() {
    let world = World::new(
        MySql,
        format!("{TABLE}INSERT INTO t VALUES (1,'x'),(2,CONCAT('a', now())),(3,'z');"),
    );
    let report = world.import(1 << 16).unwrap();
    assert_eq!(
        shown(&report),
        ["t row 2 (line 2), a: `CONCAT('a', now())` is computed by the database"]
    );
    assert_eq!(report.n_left_out(), 1);
    // No type of the column would save it.
    assert_eq!(report.lines, [""; 0]);
}

#[test]
fn a_dump_without_its_last_line_is_noted() {
    let noted = |dialect: Dialect, text: &str| {
        let world = World::new(dialect, text);
        let notes = world.import(1 << 16).unwrap().notes;
        notes.iter().any(|note| note.contains("may be cut off"))
    };
    let rows = format!("{TABLE}INSERT INTO t VALUES (1,'x');\n");
    assert!(noted(
        MySql,
        &format!("-- MySQL dump 10.13  Distrib 8.0.36\n--\n{rows}")
    ));
    assert!(!noted(
        MySql,
        &format!("-- MySQL dump 10.13\n{rows}\n-- Dump completed on 2024-01-01\n")
    ));
    assert!(!noted(MySql, &rows));
    let postgres = format!("--\n-- PostgreSQL database dump\n--\n\\restrict a\n{rows}");
    assert!(noted(Postgres, &postgres));
    let end = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict a\n";
    assert!(!noted(Postgres, &format!("{postgres}{end}")));
}

/// What only the other tables of a text would need is not asked for.
#[test]
fn columns_that_are_not_known_are_an_error() {
    let world = World::new(MySql, "INSERT INTO `items` VALUES (1,2);\n");
    let schema =
        "CREATE TABLE items (id INTEGER PRIMARY KEY, owner_kind TEXT, owner_id INTEGER) STRICT;";
    std::fs::write(world.path("schema.sql"), schema).unwrap();
    let error = world.import(1 << 16).unwrap_err().to_string();
    assert!(
        error.contains("a row of items has 2 values, and 3 columns are known"),
        "{error}"
    );
}

#[test]
fn the_custom_format_of_pg_dump_is_an_error_that_says_what_to_do() {
    let world = World::new(Postgres, b"PGDMP\x01\x0e\x00\x04");
    let error = gamedb_generate::import::open(&world.path("dump.sql"), None)
        .err()
        .unwrap();
    let error = error.to_string();
    assert!(
        error.ends_with("`pg_restore -f dump.sql` makes a text of it"),
        "{error}"
    );
}

#[test]
fn a_file_without_rows_and_tables_is_an_error() {
    for text in ["hello", "-- nothing\n", "SELECT 1;"] {
        let world = World::new(MySql, text);
        std::fs::write(world.path("schema.sql"), TABLE).unwrap();
        let error = world.import(1 << 16).unwrap_err().to_string();
        assert!(
            error.contains("neither a SQLite file nor a text with tables or rows"),
            "{error}"
        );
    }
}
