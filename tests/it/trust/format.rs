//! The mark in the header of a file that says it is a world, and in which format.

use crate::common::sample::{flushed, player};
use crate::common::{TestFile, contents_of, new_file};
use gamedb::FileError;
use gamedb_models::Mobile;

/// `gdb`, and the number of the format.
const CURRENT: i64 = 0x6764_6202;

/// A file of format 1, as the game loop of that time left it.
const FORMAT_1: &[u8] = include_bytes!("format_1.sqlite");

fn mark(file: &TestFile) -> i64 {
    file.query("PRAGMA application_id")
}

fn set_mark(file: &TestFile, mark: i64) {
    let pragma = format!("PRAGMA application_id = {mark}");
    file.writer().execute_batch(&pragma).unwrap();
}

#[test]
fn a_new_file_is_marked() {
    let (file, db) = new_file();
    assert_eq!(mark(&file), CURRENT);
    file.reopen(db);
}

#[test]
fn a_file_of_a_newer_format_is_refused() {
    let (file, mut db) = new_file();
    let _ = flushed(&mut db);
    let _ = db.close().unwrap();
    for newer in [3, 255] {
        set_mark(&file, CURRENT - 2 + i64::from(newer));
        match file.refused() {
            FileError::NewerFormat {
                path,
                format,
                known,
            } => {
                assert_eq!((path, format, known), (file.path(), newer, 2));
            }
            other => panic!("{other}"),
        }
    }
    set_mark(&file, CURRENT);
    file.open();
}

/// As all files before there was a mark.
#[test]
fn a_file_without_a_mark_gets_one_with_the_first_write() {
    let (file, mut db) = new_file();
    let _ = flushed(&mut db);
    let _ = db.close().unwrap();
    set_mark(&file, 0);
    let mut db = file.open();
    let _ = db.flush().unwrap();
    assert_eq!(mark(&file), 0, "nothing was written");
    db.insert(player(77)).unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(mark(&file), CURRENT);
    file.reopen(db);
}

/// What a game has marked as its own stays so; whether it is a world is a matter of its schema.
#[test]
fn the_mark_of_another_program_is_left_alone() {
    let (file, db) = new_file();
    let _ = db.close().unwrap();
    for other in [0x6764_6200, 0x4750_4B47, -7] {
        set_mark(&file, other);
        let mut db = file.open();
        let key = db.insert(player(other)).unwrap();
        let _ = db.flush().unwrap();
        db.remove(key).unwrap();
        let db = file.reopen(db);
        let _ = db.close().unwrap();
        assert_eq!(mark(&file), other);
    }
}

#[test]
fn a_file_of_format_1_is_opened_and_gets_content_hashes_with_the_first_write() {
    let file = TestFile::new();
    std::fs::write(file.path(), FORMAT_1).unwrap();
    let no_hashes = || {
        assert_eq!(mark(&file), CURRENT - 1);
        let tables: i64 =
            file.query("SELECT count(*) FROM sqlite_schema WHERE name = 'gamedb_hashes'");
        assert_eq!(tables, 0);
    };
    no_hashes();
    let before = file.contents();
    let mut db = file.open();
    assert_eq!((db.len(), db.n_rows::<Mobile>()), (353, 3));
    assert_eq!(contents_of(&db), before);
    let _ = db.flush().unwrap();
    no_hashes();
    let (key, _) = db.iter::<Mobile>().next().unwrap();
    db.get_mut(key).unwrap().set_what_we_call_you("changed");
    let _ = db.flush().unwrap();
    assert_eq!(mark(&file), CURRENT);
    assert_eq!(file.damaged_blocks(), []);
    let _ = file.reopen(db).close().unwrap();
    // From now on a change of any row is noticed, not only of those that were written.
    file.edit("UPDATE items SET internal_name = internal_name || '!' WHERE id = 1");
    let error = file.refused();
    assert!(matches!(error, FileError::Altered { .. }), "{error}");
}

/// Also where the process dies before it has written anything, or the flush fails.
#[test]
fn a_file_of_format_1_stays_one_until_a_flush_succeeds() {
    let file = TestFile::new();
    std::fs::write(file.path(), FORMAT_1).unwrap();
    let mut db = file.open_impatient();
    db.insert(player(77)).unwrap();
    let writer = file.writer();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(db.flush().is_err());
    writer.execute_batch("ROLLBACK").unwrap();
    drop(db);
    assert_eq!(mark(&file), CURRENT - 1);
    let mut db = file.open();
    db.insert(player(77)).unwrap();
    file.reopen(db);
    assert_eq!(mark(&file), CURRENT);
}

/// One of a format without a state, and one whose state was removed by hand.
#[test]
fn a_file_without_a_state_gets_one_when_it_is_opened() {
    let (file, mut db) = new_file();
    let _ = flushed(&mut db);
    let _ = db.close().unwrap();
    let remove = "DROP TABLE gamedb_state";
    file.writer().execute_batch(remove).unwrap();
    let mut db = file.open();
    let generation = "SELECT generation FROM gamedb_state";
    assert_eq!(file.query::<i64>(generation), 0);
    db.insert(player(77)).unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(file.query::<i64>(generation), 1);
    file.reopen(db);
}
