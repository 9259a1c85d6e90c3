//! A file that no game has open, compared with the world that it was written from.
#![cfg(feature = "file")]

use gamedb_inspect::{Inspected, OpenError, WorldFile};
use rusqlite::Connection;
use serde_json::Value as Json;

use crate::common::{encoded, first_attribute, sample, show};

/// Without what only memory knows: places of pivots' rows, keys, sizes.
fn comparable(mut json: Json) -> Json {
    fn strip(json: &mut Json) {
        match json {
            Json::Object(map) => {
                for name in [
                    "at",
                    "key",
                    "bytes",
                    "next",
                    "unflushed",
                    "n_scanned",
                    "path",
                ] {
                    map.remove(name);
                }
                map.values_mut().for_each(strip);
            }
            Json::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut json);
    json
}

#[test]
fn a_file_shows_the_rows_of_its_world() {
    let sample = sample(8);
    let file = WorldFile::open(sample.db.path()).unwrap();
    let questions = |page: &crate::common::Page| {
        let schema = page.ask("schema");
        let tables = schema["tables"].as_array().unwrap();
        let mut answers = Vec::new();
        for (n, table) in tables.iter().enumerate() {
            answers.push(
                page.ask_to_the_end(&format!("rows?table={n}&sort=id&limit=200"))
                    .0,
            );
            let name = table["columns"][0].as_str().unwrap();
            let query = encoded(&format!("{name}!=NULL"));
            answers.push(
                page.ask_to_the_end(&format!("rows?table={n}&sort=0&query={query}"))
                    .0,
            );
        }
        answers.push(schema);
        answers
    };
    let from_world = show(&sample.db, questions);
    let from_file = show(&file, questions);
    let n_tables = from_world.last().unwrap()["tables"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(
        from_file.last().unwrap()["tables"]
            .as_array()
            .unwrap()
            .len(),
        n_tables
    );
    for (world, file) in from_world.into_iter().zip(from_file).take(2 * n_tables) {
        assert_eq!(comparable(file), comparable(world));
    }
}

#[test]
fn a_removal_takes_along_in_the_file_what_it_takes_along_in_the_world() {
    let sample = sample(8);
    let file = WorldFile::open(sample.db.path()).unwrap();
    let questions = |page: &crate::common::Page| {
        let mut answers = Vec::new();
        for (name, ids) in [
            ("players", 8),
            ("mobiles", 16),
            ("items", 20),
            ("inventories", 8),
        ] {
            let n = crate::common::table(page, name);
            for at in 1..=ids {
                let preview = page.ask_to_the_end(&format!("removal?table={n}&at={at}")).0;
                let counts = preview["removed"].as_array().unwrap().iter();
                let counts: Vec<_> = counts
                    .map(|rows| (rows["table"].as_u64(), rows["n_rows"].as_u64()))
                    .collect();
                answers.push((
                    counts,
                    preview["n_refusing"].clone(),
                    preview["n_set_null"].clone(),
                ));
            }
        }
        answers
    };
    assert_eq!(show(&file, questions), show(&sample.db, questions));
}

#[test]
fn a_row_of_a_file_has_its_owner_and_what_it_owns() {
    let sample = sample(3);
    let file = WorldFile::open(sample.db.path()).unwrap();
    show(&file, |page| {
        let (mobiles, attributes) = (
            crate::common::table(page, "mobiles"),
            crate::common::table(page, "attributes"),
        );
        let at = first_attribute(&page.ask(&format!("row?table={mobiles}&at=1")), attributes);
        let attribute = page.ask(&format!("row?table={attributes}&at={at}"));
        assert_eq!(
            (
                attribute["owner"]["table"].as_u64(),
                attribute["owner"]["id"].as_str()
            ),
            (Some(mobiles as u64), Some("1"))
        );
        let mobile = page.ask(&format!("row?table={mobiles}&at=1"));
        let groups = mobile["naming"].as_array().unwrap();
        assert!(
            groups
                .iter()
                .any(|group| group["on_removal"] == "removed_with_owned" && group["n_rows"] == 3)
        );
        assert!(page.ask("overview")["flushes"].is_null());
        assert_eq!(page.refusal(&format!("row?table={mobiles}&at=999")).0, 404);
    });
}

#[test]
fn any_sqlite_file_can_be_looked_at_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TABLE \"a \"\"b\" (id INTEGER PRIMARY KEY, \"x y\" ANY, t TEXT);
             INSERT INTO \"a \"\"b\" VALUES (-9223372036854775808, x'00ff', CAST(x'ff41' AS TEXT)), (5, 1e999, NULL);
             CREATE TABLE no_id (name TEXT);
             CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;",
        )
        .unwrap();
    drop(other);
    let before = std::fs::read(&path).unwrap();
    let file = WorldFile::open(&path).unwrap();
    show(&file, |page| {
        let schema = page.ask("schema");
        assert_eq!(schema["tables"].as_array().unwrap().len(), 1);
        let rows = page.ask_to_the_end("rows?table=0").0;
        assert_eq!(rows["rows"][0]["id"], "-9223372036854775808");
        assert_eq!(rows["rows"][0]["cells"][0]["blob"], "00ff");
        assert_eq!(rows["rows"][0]["cells"][1]["text"], "\u{fffd}A");
        assert_eq!(rows["rows"][1]["cells"][0]["real"], "inf");
    });
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_no_file_is_said_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.db");
    let error = WorldFile::open(&missing).unwrap_err();
    assert!(
        matches!(error, OpenError::Missing { .. }) && error.to_string().contains("missing.db"),
        "{error}"
    );
    assert!(!missing.exists());
    let nonsense = folder.path().join("nonsense.db");
    std::fs::write(&nonsense, [7; 5000]).unwrap();
    let error = WorldFile::open(&nonsense).unwrap_err();
    assert!(error.to_string().contains("nonsense.db"), "{error}");
    assert!(WorldFile::open(folder.path()).is_err());
}

/// Any order that takes the integer 2^53 + 1 for the real 2^53 lets a sort panic.
#[test]
fn numbers_that_are_nearly_the_same_are_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v);
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000)
             INSERT INTO t SELECT n, CASE n * 7919 % 5 WHEN 0 THEN 9007199254740992.0
                 ELSE 9007199254740991 + n * 7919 % 5 END FROM n",
        )
        .unwrap();
    let mut wanted = other
        .prepare("SELECT id FROM t ORDER BY v, id LIMIT 50 OFFSET 300")
        .unwrap();
    let wanted = wanted.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    let wanted: Vec<_> = wanted.map(|id| id.unwrap().to_string()).collect();
    let file = WorldFile::open(&path).unwrap();
    show(&file, |page| {
        let sorted = page.ask_to_the_end("rows?table=0&sort=0&skip=300").0;
        let rows = sorted["rows"].as_array().unwrap().iter();
        let found: Vec<_> = rows.map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!(found, wanted);
    });
}

/// A program that holds the lock of a file is not waited for once for each table.
#[test]
fn a_locked_file_is_said_to_be_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1)")
        .unwrap();
    let file = WorldFile::open(&path).unwrap();
    other
        .execute_batch("BEGIN EXCLUSIVE; INSERT INTO a VALUES (2)")
        .unwrap();
    let other = show(&file, move |page| {
        for question in [
            "overview",
            "row?table=0&at=1",
            "rows?table=0",
            "rows?table=1&sort=id",
        ] {
            let (status, error) = page.refusal(question);
            assert_eq!(status, 500, "{question}: {error}");
            assert!(
                error.contains("another program holds the lock of") && error.contains("other.db"),
                "{error}"
            );
        }
        assert!(page.ask("plots")["sizes"].is_array());
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(page.ask("overview")["tables"][0]["rows"], 2);
        other
    });
    other
        .execute_batch("BEGIN EXCLUSIVE; INSERT INTO a VALUES (3)")
        .unwrap();
    let took = |n_questions: usize| {
        let start = std::time::Instant::now();
        file.hold(&mut || {
            for _ in 0..n_questions {
                assert!(file.size(0).is_err());
            }
        });
        start.elapsed().as_secs_f64()
    };
    let (one, many) = (took(1), took(50));
    assert!(
        many < 10.0 * one,
        "{many} seconds for 50 questions, {one} for one"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(file.size(0).unwrap().rows, 2);
}

/// Times of files have ticks. What is written within one of them leaves time and length as they are.
#[test]
fn what_was_written_within_a_tick_of_the_clock_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let write = |sql: &str, written| {
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(written).unwrap();
    };
    write(
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",
        std::time::SystemTime::now(),
    );
    // A clock that was put back makes any file a recent one; and a file that was recent when it was read is not any more.
    for ahead in [60, 0].map(std::time::Duration::from_secs) {
        let written = std::time::SystemTime::now() + ahead;
        write(
            "DELETE FROM notes; INSERT INTO notes VALUES (1, 'old')",
            written,
        );
        let file = WorldFile::open(&path).unwrap();
        show(&file, |page| {
            let n_rows = || page.ask("overview")["tables"][0]["rows"].clone();
            assert_eq!(page.ask("row?table=0&at=1")["cells"][0]["text"], "old");
            assert_eq!(n_rows(), 1);
            write(
                "UPDATE notes SET text = 'new'; INSERT INTO notes VALUES (2, 'x')",
                written,
            );
            if ahead.is_zero() {
                std::thread::sleep(std::time::Duration::from_millis(1_100));
            }
            assert_eq!(page.ask("row?table=0&at=1")["cells"][0]["text"], "new");
            assert_eq!(n_rows(), 2);
        });
    }
}
