//! Literals, each with its smallest text.

use gamedb_generate::Dialect::{self, MySql, Postgres, Sqlite};

use crate::{World, rows_of, shown};

/// A value of a column of this type, in SQL's literals of the new file.
#[track_caller]
fn value(dialect: Dialect, column: &str, literal: impl AsRef<[u8]>) -> String {
    let mut dump =
        format!("CREATE TABLE t (id INT PRIMARY KEY, a {column});\nINSERT INTO t VALUES (1, ");
    let mut dump = std::mem::take(&mut dump).into_bytes();
    dump.extend_from_slice(literal.as_ref());
    dump.extend_from_slice(b");");
    let mut rows = rows_of(dialect, dump);
    assert_eq!(rows.len(), 1);
    rows.remove(0).split_off("1, ".len())
}

#[track_caller]
fn is(dialect: Dialect, column: &str, literals: &[(&str, &str)]) {
    for (literal, expected) in literals {
        assert_eq!(
            value(dialect, column, literal),
            *expected,
            "{} {literal}",
            dialect.name()
        );
    }
}

#[test]
fn numbers() {
    for dialect in [MySql, Postgres, Sqlite] {
        let integers = [
            ("0", "0"),
            ("-5", "-5"),
            ("+5", "5"),
            ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("'12'", "12"),
            ("NULL", "NULL"),
            ("null", "NULL"),
        ];
        is(dialect, "BIGINT", &integers);
        let reals = [
            ("0.1", "0.1"),
            ("-.5", "-0.5"),
            ("1e10", "10000000000.0"),
            ("1E-3", "0.001"),
            ("3", "3.0"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("5e-324", "4.9406564584124654e-324"),
        ];
        is(dialect, "DOUBLE PRECISION", &reals);
    }
    for dialect in [MySql, Postgres] {
        let decimals = [
            ("1.50", "'1.50'"),
            ("12345678901234567890.12", "'12345678901234567890.12'"),
            ("'0.10'", "'0.10'"),
        ];
        is(dialect, "DECIMAL(30,2)", &decimals);
    }
    is(MySql, "INT ZEROFILL", &[("00042", "42")]);
    is(
        Sqlite,
        "REAL",
        &[("1e999", "9.0e+999"), ("-9.0e+999", "-9.0e+999")],
    );
    is(
        Postgres,
        "double precision",
        &[("'Infinity'", "9.0e+999"), ("'-Infinity'", "-9.0e+999")],
    );
}

#[test]
fn booleans_and_bits() {
    is(
        MySql,
        "TINYINT(1)",
        &[
            ("1", "1"),
            ("0", "0"),
            ("TRUE", "1"),
            ("false", "0"),
            ("'1'", "1"),
        ],
    );
    is(
        Postgres,
        "boolean",
        &[("true", "1"), ("'f'", "0"), ("'t'", "1"), ("FALSE", "0")],
    );
    let bits = [
        ("b'1'", "1"),
        ("0b0", "0"),
        ("_binary '\u{1}'", "1"),
        ("'\\0'", "0"),
        ("'\u{1}'", "1"),
        ("0x01", "1"),
        ("1", "1"),
        ("'1'", "1"),
    ];
    is(MySql, "BIT(1)", &bits);
    is(
        MySql,
        "BIT(16)",
        &[
            ("b'100000001'", "257"),
            ("_binary '\u{1}\u{2}'", "258"),
            ("0x0103", "259"),
            ("'\\0\\0'", "0"),
        ],
    );
    is(
        MySql,
        "BIT(64)",
        &[
            ("0xff00000000000000", "X'FF00000000000000'"),
            ("b'100000000'", "X'0100'"),
        ],
    );
    is(
        Postgres,
        "bit(3)",
        &[("B'010'", "'010'"), ("'010'", "'010'")],
    );
    is(Postgres, "bit varying(16)", &[("X'1F'", "'00011111'")]);
}

#[test]
fn texts() {
    for dialect in [MySql, Postgres, Sqlite] {
        let texts = [
            ("''", "''"),
            ("'it''s'", "'it''s'"),
            ("'a;b)--c/*'", "'a;b)--c/*'"),
            ("'héé\u{1F600}'", "'héé\u{1F600}'"),
            ("'two\nlines\r\n'", "'two\nlines\r\n'"),
            ("5", "'5'"),
        ];
        is(dialect, "TEXT", &texts);
    }
    is(
        Postgres,
        "text",
        &[
            ("'a\\n\\'", "'a\\n\\'"),
            ("1.50", "'1.50'"),
            ("'a'::text", "'a'"),
            ("'a' 'b'", "'ab'"),
        ],
    );
    is(Sqlite, "TEXT", &[("'a\\n\\'", "'a\\n\\'")]);
    let escapes = [
        (r"'O\'Neil'", "'O''Neil'"),
        (r"'a\nb\r\tc'", "'a\nb\r\tc'"),
        (r"'\\'", r"'\'"),
        (r#"'\"'"#, "'\"'"),
        (r"'\Z\b'", "'\u{1a}\u{8}'"),
        (r"'100\% a\_b'", r"'100\% a\_b'"),
        (r"'\q'", "'q'"),
        (r#""it's ""x"" \"y\"""#, "'it''s \"x\" \"y\"'"),
        ("'a' 'b'\n'c'", "'abc'"),
        ("N'a'", "'a'"),
        ("_utf8mb4'é'", "'é'"),
        ("_utf8 'é'", "'é'"),
        ("_latin1 x'e9'", "'é'"),
        ("_utf8mb4 0xc3a9", "'é'"),
        ("1.50", "'1.50'"),
        ("007", "'007'"),
    ];
    is(MySql, "TEXT", &escapes);
    let escapes = [
        (r"E'O\'Neil'", "'O''Neil'"),
        (r"e'a\nb\tc\\'", "'a\nb\tc\\'"),
        (
            r"E'\x41\102\u00e9\U0001F600\uD83D\uDE00'",
            "'ABé\u{1F600}\u{1F600}'",
        ),
        ("$$it's$$", "'it''s'"),
        ("$a$x$$y$a$", "'x$$y'"),
    ];
    is(Postgres, "text", &escapes);
    let escapes = [
        (r"replace('a\nb','\n',char(10))", "'a\nb'"),
        (
            r"replace(replace('a\r\nb','\r',char(13)),'\n',char(10))",
            "'a\r\nb'",
        ),
        ("'a' || 'b'", "'ab'"),
    ];
    is(Sqlite, "TEXT", &escapes);
}

#[test]
fn bytes() {
    let literals = [
        (r"_binary 'a\0\'\\b'", "X'6100275C62'"),
        ("0x00ff", "X'00FF'"),
        ("0xF", "X'0F'"),
        ("x'00ff'", "X'00FF'"),
        ("X'00FF'", "X'00FF'"),
        ("'abc'", "X'616263'"),
        ("''", "X''"),
        ("NULL", "NULL"),
    ];
    is(MySql, "BLOB", &literals);
    assert_eq!(value(MySql, "BLOB", b"_binary '\xff\xfe'"), "X'FFFE'");
    // Old versions of mysqldump write bytes as if they were text.
    assert_eq!(value(MySql, "BLOB", b"'\xff\xfe'"), "X'FFFE'");
    let literals = [
        (r"'\x00ff'", "X'00FF'"),
        (r"'\x'", "X''"),
        (r"E'\\x00ff'", "X'00FF'"),
        (r"'abc\000\\'", "X'616263005C'"),
        (r"'\x00ff'::bytea", "X'00FF'"),
    ];
    is(Postgres, "bytea", &literals);
    is(Sqlite, "BLOB", &[("X'00ff'", "X'00FF'"), ("x''", "X''")]);
}

#[test]
fn moments() {
    let moments = [
        ("'0000-00-00 00:00:00'", "'0000-00-00 00:00:00'"),
        (
            "'2024-02-29 23:59:59.123456'",
            "'2024-02-29 23:59:59.123456'",
        ),
        ("TIMESTAMP '2024-02-29 00:00:00'", "'2024-02-29 00:00:00'"),
    ];
    is(MySql, "DATETIME(6)", &moments);
    is(
        MySql,
        "DATE",
        &[
            ("'0000-00-00'", "'0000-00-00'"),
            ("DATE'2024-00-00'", "'2024-00-00'"),
        ],
    );
    is(MySql, "TIME", &[("'-838:59:59'", "'-838:59:59'")]);
    is(MySql, "YEAR", &[("2024", "2024"), ("0000", "0")]);
    is(
        Postgres,
        "timestamptz",
        &[
            ("'2024-02-29 12:00:00+02'", "'2024-02-29 12:00:00+02'"),
            ("'infinity'", "'infinity'"),
        ],
    );
}

#[test]
fn fields_of_copy() {
    let value = |column: &str, field: &str| {
        let dump = format!(
            "CREATE TABLE t (id int PRIMARY KEY, a {column});\nCOPY t (id, a) FROM stdin;\n1\t{field}\n\\.\n"
        );
        let mut rows = rows_of(Postgres, dump);
        rows.remove(0).split_off("1, ".len())
    };
    let texts = [
        ("", "''"),
        ("\\N", "NULL"),
        ("N", "'N'"),
        (r"a\tb\nc\rd", "'a\tb\nc\rd'"),
        (r"\\N", r"'\N'"),
        (r"\\.", r"'\.'"),
        (r"\b\f\v", "'\u{8}\u{c}\u{b}'"),
        (r"\101\x42\q", "'ABq'"),
        ("a\\\nb", "'a\nb'"),
        ("a\\\tb", "'a\tb'"),
        ("it's;", "'it''s;'"),
    ];
    for (field, expected) in texts {
        assert_eq!(value("text", field), expected, "{field}");
    }
    assert_eq!(value("bytea", r"\\x00ff"), "X'00FF'");
    assert_eq!(value("boolean", "t"), "1");
    assert_eq!(value("numeric(10,2)", "1.50"), "'1.50'");
    assert_eq!(value("double precision", "1e-07"), "1.0e-07");
    assert_eq!(
        value("bigint", "-9223372036854775808"),
        "-9223372036854775808"
    );
    assert_eq!(value("int[]", "{1,2}"), "'{1,2}'");
    assert_eq!(value("jsonb", r#"{"a": "b\\"c"}"#), r#"'{"a": "b\"c"}'"#);
}

/// What a database computes is not in every dump; where it is not, the report says so.
#[test]
fn values_that_the_database_computes_are_taken_or_missed() {
    let note = |column: &str, from: &str| {
        format!(
            "column t.{column} is computed by the old database, and the text has no values of it: they are NULL, unless \
             the rows are imported from {from}"
        )
    };
    let notes_and_rows = |dialect, dump: &str| {
        let world = World::new(dialect, dump);
        let report = world.import(1 << 16).unwrap();
        assert_eq!(shown(&report), [""; 0]);
        (report.notes, world.rows("t"))
    };
    // mariadb-dump has the values, mysqldump has not.
    let mysql = "CREATE TABLE `t` (`id` int PRIMARY KEY, `a` int, `b` int GENERATED ALWAYS AS (`a` * 2) STORED, `c` int AS (`a` + 1));\n";
    let dump = format!("{mysql}INSERT INTO `t` VALUES (1,2,4,3);");
    assert_eq!(
        notes_and_rows(MySql, &dump),
        (vec![], vec!["1, 2, 4, 3".to_owned()])
    );
    let dump = format!(
        "{mysql}INSERT INTO `t` (`id`, `a`) VALUES (1,2);\nINSERT INTO `t` VALUES (2,2,DEFAULT,3);"
    );
    let (notes, rows) = notes_and_rows(MySql, &dump);
    assert_eq!(notes, [note("b", "the server itself (mysql://..)")]);
    assert_eq!(rows, ["1, 2, NULL, NULL", "2, 2, NULL, 3"]);
    let postgres = "CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer GENERATED ALWAYS AS ((a * 2)) STORED);
COPY public.t (id, a) FROM stdin;
1\t2
\\.
";
    let (notes, rows) = notes_and_rows(Postgres, postgres);
    assert_eq!(notes, [note("b", "the server itself (postgres://..)")]);
    assert_eq!(rows, ["1, 2, NULL"]);
    let sqlite = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER AS (a * 2));
INSERT INTO t VALUES(1,2);";
    let (notes, _) = notes_and_rows(Sqlite, sqlite);
    assert_eq!(notes, [note("b", "the SQLite file itself")]);
}
