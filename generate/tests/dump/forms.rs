//! The forms of the statements that rows come in, each with its smallest text.

use gamedb_generate::Dialect::{self, MySql, Postgres, Sqlite};

use crate::{World, rows_of};

const TABLE: &str = "CREATE TABLE t (id INT PRIMARY KEY, a INT DEFAULT 7, b VARCHAR(20));\n";

/// All of these statements make the same row.
#[track_caller]
fn is_row(dialect: Dialect, statements: &[&str], row: &str) {
    for statement in statements {
        let rows = rows_of(dialect, format!("{TABLE}{statement}"));
        assert_eq!(rows, [row], "{}: {statement}", dialect.name());
    }
}

#[test]
fn insert_in_all_databases() {
    for dialect in [MySql, Postgres, Sqlite] {
        let statements = [
            "INSERT INTO t VALUES (1, 2, 'x');",
            "insert into t values(1,2,'x');",
            "INSERT INTO t (id, a, b) VALUES (1, 2, 'x');",
            "INSERT INTO t (b, id, a) VALUES ('x', 1, 2);",
            "INSERT INTO \"t\" (\"b\", \"id\", \"a\") VALUES ('x', 1, 2);"
                .trim_start_matches(|_| dialect == MySql),
            "INSERT INTO t\n(id,\n a, -- the level\n b)\nVALUES\n(1, /* two */ 2,\n'x')\n;",
        ];
        let statements: Vec<&str> = statements.into_iter().filter(|s| !s.is_empty()).collect();
        is_row(dialect, &statements, "1, 2, 'x'");
        is_row(
            dialect,
            &["INSERT INTO t (id, b) VALUES (1, 'x');"],
            "1, 7, 'x'",
        );
        is_row(
            dialect,
            &["INSERT INTO t (id, a) VALUES (1, NULL);"],
            "1, NULL, NULL",
        );
    }
}

#[test]
fn several_rows_of_one_statement_and_several_statements() {
    let rows =
        "INSERT INTO t VALUES (1,2,'x'),(2,3,'y') , (3,4,NULL);\nINSERT INTO t VALUES (4,5,'(;)');";
    for dialect in [MySql, Postgres, Sqlite] {
        let found = rows_of(dialect, format!("{TABLE}{rows}"));
        assert_eq!(
            found,
            ["1, 2, 'x'", "2, 3, 'y'", "3, 4, NULL", "4, 5, '(;)'"]
        );
    }
}

#[test]
fn forms_of_mysql() {
    let statements = [
        "INSERT INTO `t` VALUES (1,2,'x');",
        "INSERT `t` VALUES (1,2,'x');",
        "INSERT IGNORE INTO `t` VALUES (1,2,'x');",
        "INSERT LOW_PRIORITY IGNORE `t` VALUES (1,2,'x');",
        "INSERT DELAYED INTO t VALUE (1,2,'x');",
        "REPLACE INTO `t` VALUES (1,2,'x');",
        "REPLACE `t` (`id`,`a`,`b`) VALUES (1,2,'x');",
        "INSERT INTO t VALUES ROW(1,2,'x');",
        "INSERT INTO t PARTITION (p0) VALUES (1,2,'x');",
        "INSERT INTO t (t.id, `t`.`a`, b) VALUES (1,2,\"x\");",
        "INSERT INTO t SET id = 1, a = 2, b = 'x';",
        "INSERT INTO t SET b:='x', a=2, `id`=1 ON DUPLICATE KEY UPDATE a = 3;",
        "INSERT INTO `t` VALUES (1,2,'x') ON DUPLICATE KEY UPDATE b=VALUES(b);",
        "LOCK TABLES `t` WRITE;\n/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nINSERT INTO `t` VALUES (1,2,'x');\nUNLOCK TABLES;",
        "# a comment; with a '\nINSERT INTO t VALUES (1,2,'x'); -- and another's\n",
        "DELIMITER $$\nINSERT INTO t VALUES (1,2,'x')$$\nDELIMITER ;\n",
        "DELIMITER ;;\nCREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN INSERT INTO u VALUES (9); END;;\nDELIMITER ;\nINSERT INTO t VALUES (1,2,'x');",
    ];
    is_row(MySql, &statements, "1, 2, 'x'");
    is_row(
        MySql,
        &["INSERT INTO t VALUES (1,DEFAULT,'x');"],
        "1, 7, 'x'",
    );
    is_row(MySql, &["INSERT INTO t () VALUES ();"], "1, 7, NULL");
}

#[test]
fn forms_of_postgresql() {
    let statements = [
        "INSERT INTO public.t VALUES (1, 2, 'x');",
        "INSERT INTO public.t (id, a, b) OVERRIDING SYSTEM VALUE VALUES (1, 2, 'x');",
        "INSERT INTO t AS new (id, a, b) VALUES (1, 2, 'x') RETURNING id;",
        "INSERT INTO T (ID, A, B) VALUES (1, 2, 'x') ON CONFLICT DO NOTHING;",
        "INSERT INTO t VALUES (1, 2, 'x') ON CONFLICT (id) DO UPDATE SET a = EXCLUDED.a;",
        "COPY public.t (id, a, b) FROM stdin;\n1\t2\tx\n\\.\n",
        "COPY t FROM stdin;\n1\t2\tx\n\\.\n\nSELECT 1;\n",
        "COPY t (b, a, id) FROM stdin;\r\nx\t2\t1\r\n\\.\r\n",
        "COPY t (id, a, b) FROM stdin;\n1\t2\tx\n\\.",
        "\\connect game\n\\restrict abc\nINSERT INTO t VALUES (1, 2, 'x');\n\\unrestrict abc\n",
        "CREATE FUNCTION f() RETURNS int AS $$ BEGIN; INSERT INTO t VALUES (9, 9, 'no'); END $$ LANGUAGE plpgsql;\nINSERT INTO t VALUES (1, 2, 'x');",
    ];
    is_row(Postgres, &statements, "1, 2, 'x'");
    is_row(
        Postgres,
        &["INSERT INTO t VALUES (1, DEFAULT, 'x');"],
        "1, 7, 'x'",
    );
    is_row(Postgres, &["INSERT INTO t DEFAULT VALUES;"], "1, 7, NULL");
    is_row(
        Postgres,
        &["COPY t FROM stdin;\n1\t\\N\t\\N\n\\.\n"],
        "1, NULL, NULL",
    );
}

#[test]
fn forms_of_sqlite() {
    let statements = [
        "INSERT INTO main.t VALUES (1, 2, 'x');",
        "INSERT OR REPLACE INTO t VALUES (1, 2, 'x');",
        "INSERT OR IGNORE INTO [t] VALUES (1, 2, 'x');",
        "INSERT OR ABORT INTO 't' VALUES (1, 2, 'x');",
        "REPLACE INTO t VALUES (1, 2, 'x');",
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nINSERT INTO t VALUES(1,2,'x');\nCOMMIT;\n",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO t VALUES (9, 9, 'no'); END;\nINSERT INTO t VALUES (1, 2, 'x');",
    ];
    is_row(Sqlite, &statements, "1, 2, 'x'");
}

/// A statement whose rows are not needed is passed over, whatever its strings hold.
#[test]
fn rows_of_other_tables_are_passed_over() {
    let others = "INSERT INTO u VALUES (1, 'a);('';\\'), ((2), 'b');\n".replace("\\'", "\\\\'");
    let dump = format!("{TABLE}{others}INSERT INTO t VALUES (1,2,'x');");
    assert_eq!(rows_of(MySql, dump), ["1, 2, 'x'"]);
    let dump = format!(
        "{TABLE}COPY u (a) FROM stdin;\nINSERT INTO t VALUES (8,8,'no');\n\\\\.\n\\.\nINSERT INTO t VALUES (1,2,'x');"
    );
    assert_eq!(rows_of(Postgres, dump), ["1, 2, 'x'"]);
}

/// Only tables with rows are reported as left behind, of which pg_dump writes an empty COPY.
#[test]
fn rows_of_other_tables_are_reported() {
    let copy = |rows: &str| format!("COPY u (a) FROM stdin;\n{rows}\\.\n");
    let insert = "INSERT INTO u VALUES (1);".to_owned();
    let own = "INSERT INTO sqlite_stat1 VALUES ('t', NULL, '1');".to_owned();
    let empty = "CREATE TABLE v (a INT PRIMARY KEY);".to_owned();
    for (dialect, others, expected) in [
        (Postgres, copy(""), false),
        (Postgres, copy("\n"), true),
        (Postgres, copy("1\n2\n"), true),
        (Postgres, insert.clone() + &copy(""), true),
        (MySql, insert, true),
        (MySql, "INSERT INTO u SET a = 1;".to_owned(), true),
        (MySql, "INSERT INTO u VALUES ();".to_owned(), true),
        (Sqlite, own, false),
        (Sqlite, empty, false),
    ] {
        let dump = format!("{TABLE}{others}INSERT INTO t VALUES (1,2,'x');");
        let world = World::new(dialect, &dump);
        std::fs::write(world.path("schema.sql"), TABLE).unwrap();
        let report = world.import(1 << 16).unwrap();
        let tables: Vec<_> = report.left_behind.iter().map(|one| &*one.table).collect();
        let expected: &[&str] = if expected { &["u"] } else { &[] };
        assert_eq!(tables, expected, "{dump}");
    }
}

/// Rows without the names of columns are those of the CREATE TABLE before them, without what the database computes.
#[test]
fn columns_are_those_that_the_text_declares() {
    let dump = "CREATE TABLE t (b VARCHAR(9), id INT PRIMARY KEY, twice INT GENERATED ALWAYS AS (id * 2) STORED);
        INSERT INTO t VALUES ('x', 1, DEFAULT);
        ALTER TABLE t ADD COLUMN c INT FIRST;
        INSERT INTO t VALUES (5, 'y', 2, DEFAULT);
        INSERT INTO t (id) VALUES (3);";
    assert_eq!(
        rows_of(MySql, dump),
        [
            "5, 'y', 2, NULL",
            "NULL, 'x', 1, NULL",
            "NULL, NULL, 3, NULL"
        ]
    );
    // pg_dump --inserts has DEFAULT in the place of what is computed.
    let dump = "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED, b text);
        INSERT INTO t VALUES (1, DEFAULT, 'x');";
    assert_eq!(rows_of(Postgres, dump), ["1, NULL, 'x'"]);
    let dump = "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED, b text);
COPY t FROM stdin;\n1\tx\n\\.\n";
    assert_eq!(rows_of(Postgres, dump), ["1, NULL, 'x'"]);
}
