//! Rescuing what can be read of a damaged file.

use super::*;
use std::collections::BTreeSet;

const PAGE: usize = 512;

/// A closed file of small pages with many rows, and its bytes.
fn many_rows() -> (TestFile, Contents) {
    let file = TestFile::new();
    let pages = format!("PRAGMA page_size = {PAGE}; VACUUM");
    Connection::open(file.path())
        .unwrap()
        .execute_batch(&pages)
        .unwrap();
    let mut db = file.open();
    for n in 0..400 {
        let key = db.insert(player(n)).unwrap();
        if n % 3 == 0 {
            let mut player = db.get_mut(key).unwrap();
            let _ = player
                .add_attribute(crate::common::sample::attribute("luck"))
                .unwrap();
        }
    }
    let world = contents_of(&db);
    let _ = db.close().unwrap();
    (file, world)
}

/// Reads what there is, also of a file that was cut off.
fn lenient(path: &Path) -> Connection {
    let file = Connection::open(path).unwrap();
    file.execute_batch("PRAGMA writable_schema = ON").unwrap();
    file
}

/// The leaves of the table of players, with the ids in each. SQLite tells in which one a row is by what it cannot
/// read when the page is gone.
fn ids_readable(path: &Path, table: &str) -> BTreeSet<i64> {
    let file = lenient(path);
    let sql = format!("SELECT full_name FROM {table} NOT INDEXED WHERE id = ?");
    let is_there = |id: &i64| {
        file.query_row(&sql, [id], |row| row.get::<_, String>(0))
            .is_ok()
    };
    (1..=400).filter(is_there).collect()
}

fn check(file: &TestFile, world: &Contents, what: &str) -> gamedb::RescueReport {
    let to = file.folder().join("rescued.db");
    let before = std::fs::read(file.path()).unwrap();
    let report = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
    assert!(std::fs::read(file.path()).unwrap() == before);
    let rescued = in_file(&to);
    for (table, rows) in &rescued {
        for (id, row) in rows {
            assert_eq!(
                world[table].get(id),
                Some(row),
                "{what}: {table} {id} was invented"
            );
        }
    }
    let readable = ids_readable(&file.path(), "players");
    let found: BTreeSet<_> = rescued["players"].keys().copied().collect();
    let missed: Vec<_> = readable.difference(&found).collect();
    assert!(
        missed.is_empty(),
        "{what}: {missed:?} can be read; {report:?}"
    );
    let n_lost = world["players"].len() - found.len();
    let players = report
        .tables
        .iter()
        .find(|table| table.table == "players")
        .unwrap();
    assert_eq!(n_lost > 0, !players.is_complete(), "{what}: {players:?}");
    assert!(players.n_rows as usize == found.len());
    std::fs::remove_file(to).unwrap();
    report
}

#[test]
fn a_whole_file_is_rescued_whole_and_can_be_opened() {
    let (file, world) = many_rows();
    let to = file.folder().join("rescued.db");
    let report = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
    assert!(report.is_complete(), "{report:?}");
    let mut db = Options::new().accept_edits().open::<World>(&to).unwrap();
    assert_eq!(contents_of(&db), world);
    let next = db.insert(player(9_999)).unwrap();
    assert_eq!(db.id(next).unwrap().get(), 401);
    let again = file_error(gamedb::rescue(file.path(), &to, |_| {}));
    assert!(matches!(again, FileError::Exists { .. }), "{again}");
}

#[test]
fn every_row_on_an_undamaged_page_comes_back_and_none_is_invented() {
    let (file, world) = many_rows();
    let whole = std::fs::read(file.path()).unwrap();
    let n_pages = whole.len() / PAGE;
    let step = std::env::var("GAMEDB_DAMAGED_PAGES").map_or(n_pages / 12, |n| {
        n_pages / n.parse::<usize>().unwrap().min(n_pages)
    });
    let mut n_lossy = 0;
    for page in (1..n_pages).step_by(step.max(1)) {
        let place = page * PAGE..(page + 1) * PAGE;
        let noise = (0..PAGE).map(|n| ((n * 7 + page * 31) ^ (n >> 3)) as u8);
        for (what, content) in [
            ("zeroed", vec![0; PAGE]),
            ("noise", noise.collect::<Vec<_>>()),
        ] {
            let mut damaged = whole.clone();
            damaged[place.clone()].copy_from_slice(&content);
            // The list of tables is on the first pages.
            std::fs::write(file.path(), &damaged).unwrap();
            if is_schema(&file) {
                let report = check(&file, &world, &format!("page {page} {what}"));
                n_lossy += usize::from(!report.is_complete());
            }
        }
    }
    assert!(n_lossy > 5, "{n_lossy}");
}

/// Whether the list of tables can be read.
fn is_schema(file: &TestFile) -> bool {
    let connection = lenient(&file.path());
    connection
        .query_row("SELECT count(*) FROM players WHERE id = 0", [], |_| Ok(()))
        .is_ok()
        && connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            .is_ok()
}

#[test]
fn a_file_that_was_cut_off_gives_what_is_left() {
    let (file, world) = many_rows();
    let whole = std::fs::read(file.path()).unwrap();
    let n_pages = whole.len() / PAGE;
    let (mut n_tried, mut n_rescued) = (0, 0);
    for kept in [n_pages / 4, n_pages / 2, n_pages * 3 / 4, n_pages - 3] {
        // Not where a page ends, as a disk that is full would have it.
        std::fs::write(file.path(), &whole[..kept * PAGE + 100]).unwrap();
        // Where even the list of tables is gone, there is nothing to rescue.
        if is_schema(&file) {
            let report = check(&file, &world, &format!("cut to {kept}"));
            assert!(!report.is_complete(), "{kept}: {report:?}");
            let mut notes = report.notes.iter();
            assert!(notes.any(|note| note.starts_with("the file is cut off: it has ")));
            n_tried += 1;
            n_rescued += report.tables.iter().map(|table| table.n_rows).sum::<u64>();
        }
    }
    assert!(n_tried > 1 && n_rescued > 100, "{n_tried} {n_rescued}");
}

#[test]
fn a_value_that_has_changed_inside_of_a_page_is_told() {
    let (file, _) = many_rows();
    let mut bytes = std::fs::read(file.path()).unwrap();
    let (was, is) = (b"217@example.com", b"217@elsewhere.x");
    let places = (0..bytes.len() - was.len()).filter(|&at| bytes[at..].starts_with(was));
    let places: Vec<_> = places.collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + is.len()].copy_from_slice(is);
    }
    std::fs::write(file.path(), &bytes).unwrap();
    let to = file.folder().join("rescued.db");
    let report = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
    assert!(!report.is_complete());
    let note =
        "players rows 0 to 16383: not what was written; one of these rows or more has changed";
    assert_eq!(report.notes, [note]);
    // All rows are there all the same.
    assert!(report.tables.iter().all(|table| table.is_complete()));
}

#[test]
fn where_nothing_can_be_read_it_says_so_and_leaves_no_file() {
    let (file, db) = new_file();
    let _ = db.close().unwrap();
    let to = file.folder().join("rescued.db");
    std::fs::write(file.path(), vec![9; 20_000]).unwrap();
    let error = file_error(gamedb::rescue(file.path(), &to, |_| {}));
    assert!(matches!(error, FileError::NotADatabase { .. }), "{error}");
    assert!(
        names(file.folder())
            .iter()
            .all(|name| !name.contains("rescued"))
    );
}

#[test]
fn what_is_no_part_of_a_world_is_listed_and_the_games_version_is_kept() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let more = "PRAGMA user_version = -7;
        CREATE VIEW names AS SELECT full_name FROM players;
        CREATE TRIGGER loud AFTER INSERT ON players BEGIN SELECT 1; END;
        CREATE TABLE prices (name TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE INDEX by_name ON prices (name);
        INSERT INTO prices VALUES ('sword');
        CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT);
        INSERT INTO notes VALUES (3, 'a table with ids comes along');";
    file.edit(more);
    let to = file.folder().join("rescued.db");
    let report = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
    assert!(!report.is_complete());
    for (name, what) in [
        ("names", "view"),
        ("loud", "trigger"),
        ("prices", "WITHOUT ROWID"),
        ("by_name", "prices"),
    ] {
        let mut notes = report.notes.iter();
        let is_listed = notes.any(|note| note.contains(name) && note.contains(what));
        assert!(is_listed, "{name}: {:?}", report.notes);
    }
    assert_eq!(report.notes.len(), 4, "{:?}", report.notes);
    let rescued = Connection::open(&to).unwrap();
    let number = |sql: &str| {
        rescued
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(number("PRAGMA user_version"), -7);
    // The mark of a world promises content hashes, which come with the first flush.
    assert_eq!(number("PRAGMA application_id"), 0);
    assert_eq!(number("SELECT id FROM notes"), 3);
    drop(rescued);
    assert!(Options::new().accept_edits().open::<World>(&to).is_ok());
    // Another program's mark stays.
    file.edit("PRAGMA application_id = 77; DROP VIEW names");
    std::fs::remove_file(&to).unwrap();
    let _ = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
    let mark: i64 = Connection::open(&to)
        .unwrap()
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mark, 77);
}

/// A closed file with a few rows that somebody has changed by SQL, also in the list of tables.
fn tampered(sql: &str) -> TestFile {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let tool = Connection::open(file.path()).unwrap();
    tool.execute_batch("PRAGMA writable_schema = ON").unwrap();
    tool.execute_batch(sql).unwrap();
    file
}

fn rescue_of(file: &TestFile) -> gamedb::RescueReport {
    gamedb::rescue(file.path(), file.folder().join("rescued.db"), |_| {}).unwrap()
}

/// Whether there is a note that has all of these words.
fn is_noted(report: &gamedb::RescueReport, words: &[&str]) -> bool {
    let mut notes = report.notes.iter();
    notes.any(|note| words.iter().all(|word| note.contains(word)))
}

fn tables(report: &gamedb::RescueReport) -> Vec<&str> {
    let tables = report.tables.iter();
    tables.map(|table| table.table.as_str()).collect()
}

#[test]
fn a_table_that_the_file_does_not_list_any_more_is_told() {
    let gone = "DELETE FROM sqlite_schema WHERE tbl_name = 'players'";
    let no_statement = "UPDATE sqlite_schema SET sql = NULL WHERE name = 'players'";
    for sql in [gone, no_statement] {
        let report = rescue_of(&tampered(sql));
        assert!(!tables(&report).contains(&"players"), "{sql}: {report:?}");
        assert!(!report.is_complete(), "{sql}");
        let words = ["players: the table is lost", "players rows 0 to 16383"];
        assert!(is_noted(&report, &words), "{sql}: {report:?}");
    }
    let report = rescue_of(&tampered(no_statement));
    let words = ["players: the table is lost: the statement that made it is gone"];
    assert!(is_noted(&report, &words), "{report:?}");
    // Also where no content hash tells of it, as in a file of an older version.
    let older = "PRAGMA application_id = 0; DROP TABLE gamedb_hashes";
    let report = rescue_of(&tampered(&format!("{no_statement}; {older}")));
    assert!(is_noted(&report, &words), "{report:?}");
    assert!(!is_noted(&report, &["content hashes"]), "{report:?}");
}

#[test]
fn a_table_whose_name_is_gone_from_the_list_comes_along() {
    let sql = "UPDATE sqlite_schema SET name = NULL WHERE name = 'players'";
    let report = rescue_of(&tampered(sql));
    assert!(tables(&report).contains(&"players"), "{report:?}");
}

#[test]
fn hashes_that_cannot_be_compared_are_told() {
    let words = [
        "the content hashes could not be compared",
        "would not have been noticed",
    ];
    for sql in [
        "DROP TABLE gamedb_hashes",
        "DELETE FROM sqlite_schema WHERE tbl_name = 'gamedb_hashes'",
        "UPDATE sqlite_schema SET sql = NULL WHERE name = 'gamedb_hashes'",
        "UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'gamedb_hashes'",
    ] {
        let report = rescue_of(&tampered(sql));
        assert!(is_noted(&report, &words), "{sql}: {report:?}");
        assert!(report.tables.iter().all(|table| table.is_complete()));
        assert!(!report.is_complete());
    }
    // A file of an older version, or another program's, has never had any.
    let older = "DROP TABLE gamedb_hashes; PRAGMA application_id = 0";
    let report = rescue_of(&tampered(older));
    assert!(report.is_complete(), "{report:?}");
}

#[test]
fn a_table_that_cannot_be_read_does_not_hide_what_changed_in_another() {
    let sql = "UPDATE players SET full_name = 'Eve' WHERE id = 1;
        UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'attributes'";
    let report = rescue_of(&tampered(sql));
    assert!(
        is_noted(&report, &["players rows 0 to 16383: not what was written"]),
        "{report:?}"
    );
    let unreadable = report
        .tables
        .iter()
        .find(|table| table.table == "attributes");
    assert!(!unreadable.unwrap().is_complete(), "{report:?}");
    assert!(!is_noted(&report, &["attributes rows"]), "{report:?}");
}

#[test]
fn ids_of_removed_rows_are_not_given_out_again_after_a_rescue() {
    let (file, mut db, _) = flushed_file();
    let last = db.insert(player(50)).unwrap();
    let id = db.id(last).unwrap().get();
    let _ = db.flush().unwrap();
    db.remove(last).unwrap();
    let _ = db.close().unwrap();
    let report = rescue_of(&file);
    assert!(report.is_complete(), "{report:?}");
    let options = Options::new().accept_edits();
    let mut db = options.open::<World>(&report.path).unwrap();
    let next = db.insert(player(51)).unwrap();
    assert_eq!(db.id(next).unwrap().get(), id + 1);
}

#[test]
fn next_ids_that_have_changed_or_are_lost_are_told() {
    let again = "may be given out again";
    for (sql, what) in [
        (
            "UPDATE gamedb_ids SET next_id = next_id + 5",
            "not what was written",
        ),
        (
            "DELETE FROM gamedb_ids WHERE table_name = 'players'",
            "not what was written",
        ),
        ("DROP TABLE gamedb_ids", "not what was written"),
        (
            "UPDATE sqlite_schema SET sql = NULL WHERE name = 'gamedb_ids'",
            "can be read",
        ),
        (
            "UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'gamedb_ids'",
            "can be read",
        ),
    ] {
        let report = rescue_of(&tampered(sql));
        assert!(
            is_noted(&report, &["gamedb_ids: ", what, again]),
            "{sql}: {report:?}"
        );
        assert!(report.tables.iter().all(|table| table.is_complete()));
        assert!(!report.is_complete());
    }
}

/// A closed file of a world whose parcels wait, and that has accepted one.
fn with_parcels(sql: &str) -> TestFile {
    let (mut north, sample) = crate::parcels::filled();
    let parcel = north.pack(sample.bob).unwrap();
    let (file, mut db, sample) = flushed_file();
    db.remove(sample.bob).unwrap();
    db.accept(&parcel).unwrap();
    db.hand_over(sample.ada, "south").unwrap();
    let _ = db.close().unwrap();
    let tool = lenient(&file.path());
    tool.execute_batch(sql).unwrap();
    file
}

#[test]
fn a_lost_table_of_parcels_is_told() {
    let (outbox, inbox) = ("gamedb_outbox", "gamedb_inbox");
    let parcels_lost = [outbox, "the table is lost", "parcels that waited"];
    let names_lost = [inbox, "the table is lost", "may come in twice"];
    let lost_index = [
        outbox,
        "the table is lost",
        "sqlite_autoindex_gamedb_outbox_1",
    ];
    let pages = ["pages of the file belong to nothing that it lists"];
    let delete = |what: &str| format!("DELETE FROM sqlite_schema WHERE {what}");
    let both = delete("tbl_name IN ('gamedb_outbox', 'gamedb_inbox')");
    let tables = delete("name IN ('gamedb_outbox', 'gamedb_inbox')");
    for (sql, expected) in [
        (
            delete("tbl_name = 'gamedb_outbox'"),
            &[&parcels_lost[..], &pages][..],
        ),
        (delete("name = 'gamedb_outbox'"), &[&parcels_lost, &pages]),
        (delete("name = 'gamedb_inbox'"), &[&names_lost, &pages]),
        ("DROP TABLE gamedb_inbox".to_owned(), &[&names_lost]),
        ("DROP TABLE gamedb_outbox".to_owned(), &[&parcels_lost]),
        (tables, &[&lost_index, &pages]),
        // Nothing names them, and only their pages are left.
        (both, &[&pages]),
    ] {
        let file = with_parcels(&sql);
        let report = rescue_of(&file);
        for words in expected {
            assert!(is_noted(&report, words), "{sql}: {:?}", report.notes);
        }
        assert_eq!(report.notes.len(), expected.len(), "{sql}: {report:?}");
        assert!(!report.is_complete());
    }
    let file = with_parcels("");
    let report = rescue_of(&file);
    assert!(report.is_complete(), "{report:?}");
    let rescued = Connection::open(&report.path).unwrap();
    let count = "SELECT (SELECT count(*) FROM gamedb_outbox), (SELECT count(*) FROM gamedb_inbox)";
    let counts = rescued.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(counts.unwrap(), (1, 1));
}

#[test]
fn parcels_that_do_not_fit_or_cannot_be_read_are_told() {
    for (sql, words) in [
        (
            "UPDATE sqlite_schema SET sql = replace(sql, 'contents BLOB NOT NULL', 'contents BLOB')
                WHERE name = 'gamedb_outbox'; PRAGMA writable_schema = RESET;
             UPDATE gamedb_outbox SET contents = NULL",
            ["gamedb_outbox", "1 of its rows do not fit", "are lost"],
        ),
        (
            "UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'gamedb_inbox'",
            ["gamedb_inbox", "cannot be read", "may come in twice"],
        ),
    ] {
        let report = rescue_of(&with_parcels(sql));
        assert!(is_noted(&report, &words), "{sql}: {report:?}");
        assert!(!report.is_complete());
    }
}

/// A table without rows has no content hashes.
#[test]
fn a_lost_table_is_told_by_whatever_names_it() {
    let none = "DELETE FROM players; DELETE FROM mobiles; DELETE FROM attribute_owners;
        DELETE FROM inventory_owners; DELETE FROM gamedb_hashes WHERE table_name = 'players';
        DELETE FROM sqlite_schema WHERE";
    let lost = "players: the table is lost: the file does not list it, and has";
    let next_id = "DELETE FROM gamedb_ids WHERE table_name = 'players'";
    for (sql, words) in [
        (
            format!("{none} name = 'players'"),
            &[lost, "a next id", "index sqlite_autoindex_players_1"][..],
        ),
        (format!("{none} tbl_name = 'players'"), &[lost, "a next id"]),
        (
            format!("{next_id}; {none} name = 'players'"),
            &[lost, "index sqlite_autoindex_players_1"],
        ),
        (
            format!("{next_id}; {none} tbl_name = 'players'"),
            &["pages of the file belong to nothing"],
        ),
    ] {
        let report = rescue_of(&tampered(&sql));
        assert!(is_noted(&report, words), "{sql}: {report:?}");
        assert!(!report.is_complete());
    }
}

/// SQLite would compute values of every row to look at the pages.
#[test]
fn what_cannot_be_told_is_said() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    file.edit("CREATE TABLE sums (id INTEGER PRIMARY KEY, a INTEGER, b AS (a + 1))");
    let report = rescue_of(&file);
    let words = ["cannot be told", "values of sums are computed"];
    assert!(is_noted(&report, &words), "{report:?}");
    assert_eq!(report.notes.len(), 1, "{report:?}");
}
