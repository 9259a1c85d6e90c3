//! The mark in the header of a file that says it is a world, and in which format.

use crate::common::sample::{flushed, player};
use crate::common::{TestFile, new_file};
use gamedb::FileError;

/// The format that is written: `gdb` and its number.
const NOW: i64 = 0x6764_6202;

/// The first one, of files without a state.
const FIRST: i64 = 0x6764_6201;

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
    assert_eq!(mark(&file), NOW);
    file.reopen(db);
}

#[test]
fn a_file_of_a_newer_format_is_refused() {
    let (file, mut db) = new_file();
    let _ = flushed(&mut db);
    let _ = db.close().unwrap();
    for newer in [3, 255] {
        set_mark(&file, FIRST - 1 + i64::from(newer));
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
    set_mark(&file, NOW);
    file.open();
}

/// As all files before there was a mark, or a state.
#[test]
fn a_file_of_an_older_format_is_brought_up_when_it_is_opened() {
    for older in [0, FIRST] {
        let (file, mut db) = new_file();
        let _ = flushed(&mut db);
        let _ = db.close().unwrap();
        set_mark(&file, older);
        file.writer()
            .execute_batch("DROP TABLE gamedb_state")
            .unwrap();
        let mut db = file.open();
        assert_eq!(mark(&file), NOW);
        assert_eq!(file.query::<i64>("SELECT generation FROM gamedb_state"), 0);
        db.insert(player(77)).unwrap();
        let _ = db.flush().unwrap();
        assert_eq!(file.query::<i64>("SELECT generation FROM gamedb_state"), 1);
        file.reopen(db);
    }
}

/// One that is refused is not marked either.
#[test]
fn a_file_that_fits_without_its_mark_is_marked_again() {
    let (file, mut db) = new_file();
    let _ = flushed(&mut db);
    let _ = db.close().unwrap();
    set_mark(&file, 0);
    let before: i64 = file.query("SELECT stamp FROM gamedb_state");
    let db = file.open();
    assert_eq!(mark(&file), NOW);
    assert_eq!(file.query::<i64>("SELECT stamp FROM gamedb_state"), before);
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
