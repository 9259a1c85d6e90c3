//! How a file of SQLite's, which checks each row as it is written, gets unique values that are passed on.

use crate::common::sample::{flushed, player};
use crate::common::{Database, TestFile, assert_wrote, contents_of};
use gamedb_models::{PlayerKey, World};

/// Regression: every row waited for the next one, which took n passes over n rows.
#[test]
fn values_passed_on_in_a_row_take_a_few_statements_each() {
    const N: usize = 300;
    let file = TestFile::new();
    let (mut db, statements) = file.open_watched();
    let keys: Vec<_> = (0..N)
        .map(|n| db.insert(player(n as i64)).unwrap())
        .collect();
    let _ = db.flush().unwrap();
    statements.take();
    let emails_of = |db: &Database<World>| -> Vec<String> {
        let email = |&key: &PlayerKey| db.get(key).unwrap().email.clone();
        keys.iter().map(email).collect()
    };
    let emails = emails_of(&db);
    db.get_mut(keys[N - 1]).unwrap().set_email("last").unwrap();
    for n in (0..N - 1).rev() {
        db.get_mut(keys[n])
            .unwrap()
            .set_email(&*emails[n + 1])
            .unwrap();
    }
    assert_eq!(db.flush().unwrap().updated, N);
    assert!(statements.take().len() <= 2 * N + 10);
    // All values passed on in a cycle, starting at the front.
    db.get_mut(keys[N - 1]).unwrap().set_email("aside").unwrap();
    for n in (0..N - 1).rev() {
        db.get_mut(keys[n])
            .unwrap()
            .set_email(format!("{n} moved"))
            .unwrap();
    }
    let _ = db.flush().unwrap();
    statements.take();
    let emails = emails_of(&db);
    for &key in &keys {
        db.get_mut(key)
            .unwrap()
            .set_email(format!("{key:?}"))
            .unwrap();
    }
    for (n, &key) in keys.iter().enumerate() {
        db.get_mut(key)
            .unwrap()
            .set_email(&*emails[(n + 1) % N])
            .unwrap();
    }
    assert_eq!(db.flush().unwrap().updated, N);
    assert!(statements.take().len() <= 5 * N + 10);
    file.reopen(db);
}

/// Regression: an `ON CONFLICT` clause of the file deleted another row to make room for a new one, or
/// ended the transaction.
#[test]
fn what_the_file_says_about_conflicts_is_overruled() {
    for clause in ["REPLACE", "ROLLBACK", "IGNORE", "FAIL"] {
        let alter = |ddl: String| {
            let unique = "email            TEXT    NOT NULL UNIQUE";
            assert!(ddl.contains(unique));
            ddl.replace(unique, &format!("{unique} ON CONFLICT {clause}"))
        };
        let file = TestFile::by_hand(alter, "");
        let mut db = file.open();
        let sample = flushed(&mut db);
        let swap = |db: &mut Database<World>| {
            db.get_mut(sample.ada).unwrap().set_email("aside").unwrap();
            db.get_mut(sample.bob)
                .unwrap()
                .set_email("1@example.com")
                .unwrap();
            db.get_mut(sample.ada)
                .unwrap()
                .set_email("2@example.com")
                .unwrap();
        };
        swap(&mut db);
        let _ = db.save(sample.ada).unwrap();
        assert_eq!(file.contents(), contents_of(&db), "{clause}");
        db.get_mut(sample.ada).unwrap().set_email("aside").unwrap();
        db.get_mut(sample.bob)
            .unwrap()
            .set_email("2@example.com")
            .unwrap();
        assert_wrote(db.flush().unwrap(), (0, 2, 0));
        assert_eq!(file.contents(), contents_of(&db), "{clause}");
        file.reopen(db);
    }
}
