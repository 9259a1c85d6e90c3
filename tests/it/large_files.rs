//! Files large enough to be read by two threads: the loaded rows and the reported problems are the same
//! and in the same order, wherever the rows are in the file.

use std::time::{Duration, Instant};

use crate::common::{TestFile, contents_of};
use gamedb::FileError;

/// A file of mobiles with attributes; the ids are the values of an SQL expression for i = 0, 1, 2 and so
/// on.
fn file(n_rows: usize, id: &str) -> TestFile {
    let rows = format!(
        "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {n_rows})
             SELECT i FROM n;
         INSERT INTO mobiles SELECT {id}, 'NPC', NULL, NULL, NULL, NULL, 'orc number ' || i FROM n;
         INSERT INTO attributes SELECT {id}, 'name of attribute ' || i, i % 2, 'LUCK', NULL, i / 8.0, NULL, NULL, NULL, NULL FROM n;
         INSERT INTO attribute_owners SELECT {id}, {id}, {id}, NULL, NULL, NULL FROM n;
         DROP TABLE n;"
    );
    let file = TestFile::by_hand(|ddl| ddl, &rows);
    assert!(file.path().metadata().unwrap().len() > 1 << 20);
    file
}

#[track_caller]
fn is_loaded(file: &TestFile) {
    let mut db = file.open();
    assert_eq!(contents_of(&db), file.contents());
    assert_eq!(db.check(), [""; 0]);
    assert_eq!((db.n_dirty(), db.flush().unwrap().rows()), (0, 0));
    // Owners have their rows, and new rows get ids after the last ones.
    let (mobile, _) = db.mobiles.iter_by_id().last().unwrap();
    let (attribute, _) = db.attributes.iter_by_id().last().unwrap();
    let owned = db.get(mobile).unwrap().attributes().keys();
    assert_eq!(owned.collect::<Vec<_>>(), [attribute]);
}

#[test]
fn ids_in_a_row() {
    is_loaded(&file(20_000, "i + 1"));
}

#[test]
fn ids_with_gaps_and_below_zero() {
    is_loaded(&file(20_000, "(i - 500) * 7"));
}

#[test]
fn ids_in_two_heaps_far_apart() {
    is_loaded(&file(
        20_000,
        "i + iif(i < 9000, -9000000000000000000, 9000000000000000000)",
    ));
}

#[test]
fn rows_from_all_over_the_file_are_complained_of_in_order() {
    let file = file(30_000, "i + 1");
    let bad: Vec<i64> = (1..=30).map(|n| n * 997).collect();
    let connection = file.writer();
    let ids = bad
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let breaking = format!(
        "PRAGMA ignore_check_constraints = ON;
         UPDATE attributes SET attribute_type = 'CHARM' WHERE id IN ({ids}) AND id % 2 = 0;
         UPDATE attributes SET internal_name = CAST(x'ff' AS TEXT) WHERE id IN ({ids}) AND id % 2 = 1;"
    );
    connection.execute_batch(&breaking).unwrap();
    drop(connection);
    let FileError::Rows { problems, .. } = file.refused() else {
        panic!("a file with rows that do not fit was opened");
    };
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let expected = bad.iter().map(|id| match id % 2 {
        0 => format!("attributes row {id}, attribute_type: \"CHARM\" is not one of AttributeType"),
        _ => format!("attributes row {id}, internal_name: is not valid UTF-8"),
    });
    assert_eq!(problems, expected.collect::<Vec<_>>());
}

/// Two connections see the same snapshot only while no other program writes; while one does, a single
/// connection is used.
#[test]
fn a_large_file_is_read_while_another_program_writes() {
    let file = file(20_000, "i + 1");
    drop(file.open());
    let writer = file.writer();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let db = file.open();
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "open has not waited for the writing program"
    );
    assert_eq!(db.attributes.len(), 20_000);
    writer.execute_batch("ROLLBACK").unwrap();
}
