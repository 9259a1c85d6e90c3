//! Rows that are there already.

use gamedb_generate::Dialect::{MySql, Postgres, Sqlite};

use crate::{World, rows_of, shown};

const TABLE: &str = "CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20));\n";

#[test]
fn a_later_row_replaces_an_earlier_one_with_its_key() {
    let dump = format!("{TABLE}REPLACE INTO t VALUES (1,1,'x'),(2,2,'y'),(1,3,NULL);");
    let world = World::new(MySql, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!(world.rows("t"), ["1, 3, NULL", "2, 2, 'y'"]);
    // The replaced row was none of the database's.
    assert_eq!((report.n_left_out(), report.tables[0].read), (0, 2));
}

#[test]
fn ignored_rows_are_passed_over() {
    let texts = [
        (
            MySql,
            "INSERT INTO t VALUES (1,1,'x'); INSERT IGNORE INTO t VALUES (1,2,'y'),(2,2,'z');",
        ),
        (
            Sqlite,
            "INSERT INTO t VALUES (1,1,'x'); INSERT OR IGNORE INTO t VALUES (1,2,'y'),(2,2,'z');",
        ),
        (
            Postgres,
            "INSERT INTO t VALUES (1,1,'x'),(1,2,'y'),(2,2,'z') ON CONFLICT DO NOTHING;",
        ),
    ];
    for (dialect, text) in texts {
        let world = World::new(dialect, format!("{TABLE}{text}"));
        let report = world.import(1 << 16).unwrap();
        assert_eq!(world.rows("t"), ["1, 1, 'x'", "2, 2, 'z'"]);
        assert_eq!((report.n_left_out(), report.tables[0].read), (0, 2));
    }
}

#[test]
fn columns_of_the_row_that_is_there_are_set() {
    let rows = "INSERT INTO t VALUES (1,1,'x'),(2,2,'y'),(1,3,'z')";
    let ends = [
        (MySql, "ON DUPLICATE KEY UPDATE `a` = VALUES(`a`)"),
        (MySql, "AS new ON DUPLICATE KEY UPDATE a = new.a, id = id"),
        (Postgres, "ON CONFLICT (id) DO UPDATE SET a = EXCLUDED.a"),
        (
            Postgres,
            "ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET a = excluded.a",
        ),
        (Sqlite, "ON CONFLICT (id) DO UPDATE SET a = excluded.a"),
    ];
    for (dialect, end) in ends {
        let rows = rows_of(dialect, format!("{TABLE}{rows} {end};"));
        assert_eq!(rows, ["1, 3, 'x'", "2, 2, 'y'"], "{end}");
    }
}

/// What only the database can compute is reported with its line, and the row that was there stays.
#[test]
fn computed_changes_are_reported() {
    let world = World::new(
        MySql,
        format!(
            "{TABLE}INSERT INTO t VALUES\n(1,1,'x'),\n(1,2,'y')\nON DUPLICATE KEY UPDATE a = a + VALUES(a);"
        ),
    );
    let report = world.import(1 << 16).unwrap();
    assert_eq!(
        shown(&report),
        ["t row 1 (line 4), id: has to be unique, and row 1 has 1 already"]
    );
    assert!(
        report.notes.contains(
            &"line 4: `ON DUPLICATE KEY UPDATE a = a + VALUES(a)` is not carried out for rows that are there already"
                .to_owned()
        ),
        "{:?}",
        report.notes
    );
    assert_eq!(report.n_left_out(), 1);
}

/// A table that is emptied or made again has only the rows behind that.
#[test]
fn emptied_tables_are_empty() {
    let empties = [
        (MySql, "TRUNCATE TABLE `t`;"),
        (MySql, "DELETE FROM `t`;"),
        (
            MySql,
            "DROP TABLE IF EXISTS `t`; CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20));",
        ),
        (Postgres, "TRUNCATE ONLY public.t;"),
        (Sqlite, "DELETE FROM t;"),
    ];
    for (dialect, empty) in empties {
        // The misfit goes with its table.
        let text = format!(
            "{TABLE}INSERT INTO t VALUES (1,1,'x'),(2,'oh','y'); {empty} INSERT INTO t VALUES (1,2,'z');"
        );
        let world = World::new(dialect, text);
        let report = world.import(1 << 16).unwrap();
        assert_eq!(
            (world.rows("t"), report.misfits.len()),
            (vec!["1, 2, 'z'".to_owned()], 0),
            "{empty}"
        );
        assert_eq!((report.tables[0].read, report.tables[0].carried), (1, 1));
    }
}

/// Statements that change rows in another way are counted, with the line of the first one.
#[test]
fn what_cannot_be_carried_out_is_noted() {
    let text = format!(
        "{TABLE}INSERT INTO t VALUES (1,1,'x');
UPDATE t SET a = 5;
DELETE FROM t WHERE id = 1;
INSERT INTO t SELECT 2, 2, 'y';
UPDATE t SET a = 6;"
    );
    let world = World::new(MySql, text);
    let report = world.import(1 << 16).unwrap();
    assert_eq!(world.rows("t"), ["1, 1, 'x'"]);
    assert_eq!(
        report.notes,
        [
            "1 statement of the text cannot be carried out here: DELETE (the first one on line 4)",
            "1 statement of the text cannot be carried out here: INSERT of what a query finds (the first one on line 5)",
            "2 statements of the text cannot be carried out here: UPDATE (the first one on line 3)",
        ]
    );
}
