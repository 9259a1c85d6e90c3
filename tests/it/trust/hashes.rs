//! The content hashes of a file: what was changed by anything but a flush is found, listed, and can be accepted.

use crate::common::sample::{Start, flushed, flushed_file, player};
use crate::common::{REFUSED, TestFile, contents_of, flush_failure, new_file, refusing_file};
use gamedb::{DamagedBlock, Error, ErrorKind, FileError, FlushFailure, Options, Outcome};
use gamedb_models::{Player, World};

/// A closed file with rows in it.
fn closed() -> TestFile {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    file
}

fn names(blocks: &[DamagedBlock]) -> Vec<String> {
    blocks.iter().map(ToString::to_string).collect()
}

/// The blocks for which the file is refused; the check without models finds the same.
#[track_caller]
fn altered(file: &TestFile) -> Vec<String> {
    match file.refused() {
        FileError::Altered { path, blocks } => {
            assert_eq!(path, file.path());
            let sorted = |blocks: &[DamagedBlock]| {
                let mut names = names(blocks);
                names.sort_unstable();
                names
            };
            assert_eq!(sorted(&file.damaged_blocks()), sorted(&blocks));
            names(&blocks)
        }
        other => panic!("{other}"),
    }
}

/// Edits after which every row fits, and the blocks that they change.
const EDITS: [(&str, &str); 11] = [
    (
        "UPDATE players SET full_name = 'Player 1' WHERE id = 1",
        "players rows 0 to 16383",
    ),
    (
        "UPDATE players SET full_name = full_name || ' '",
        "players rows 0 to 16383",
    ),
    // Two rows of the same table change places.
    (
        "UPDATE players SET year_of_birth = CASE id WHEN 1 THEN 1902 ELSE 1901 END",
        "players rows 0 to 16383",
    ),
    // Two columns of one row.
    (
        "UPDATE players SET full_name = what_we_call_you, what_we_call_you = full_name WHERE id = 2",
        "players rows 0 to 16383",
    ),
    (
        "UPDATE inventory_entries SET quantity = 3.0000000000000004",
        "inventory_entries rows 0 to 16383",
    ),
    (
        "DELETE FROM inventory_entries",
        "inventory_entries rows 0 to 16383",
    ),
    (
        "UPDATE inventory_entries SET id = 2",
        "inventory_entries rows 0 to 16383",
    ),
    // Out of the block of before into another one.
    (
        "UPDATE inventory_entries SET id = -16385",
        "inventory_entries rows -32768 to -16385; inventory_entries rows 0 to 16383",
    ),
    (
        "INSERT INTO players VALUES (16384, 'C', 'C', '', 1, 1815, 'c@example.com')",
        "players rows 16384 to 32767",
    ),
    (
        "UPDATE gamedb_ids SET next_id = 3 WHERE table_name = 'mobiles'; DELETE FROM gamedb_ids WHERE table_name = 'items'",
        "the next ids in gamedb_ids",
    ),
    (
        "UPDATE gamedb_ids SET table_name = 'Players' WHERE table_name = 'players'; DELETE FROM gamedb_ids WHERE table_name = 'items'",
        "the next ids in gamedb_ids",
    ),
];

#[test]
fn an_edit_by_hand_is_refused_with_its_blocks_and_can_be_accepted() {
    for (edit, blocks) in EDITS {
        let file = closed();
        file.edit(edit);
        assert_eq!(altered(&file).join("; "), blocks, "{edit}");
        // Refused again, for as long as it is not accepted.
        assert_eq!(altered(&file).join("; "), blocks);
        let edited = contents_of(&file.accept_edits());
        let db = file.open();
        assert_eq!(file.contents(), edited);
        file.reopen(db);
    }
}

#[test]
fn edits_in_several_tables_are_all_listed() {
    let file = closed();
    file.edit(
        "UPDATE players SET full_name = 'x';
         DELETE FROM inventory_entries;
         UPDATE gamedb_ids SET next_id = next_id + 1;
         UPDATE mobiles SET what_we_call_you = 'y' WHERE id = 2",
    );
    assert_eq!(
        altered(&file),
        [
            "players rows 0 to 16383",
            "mobiles rows 0 to 16383",
            "inventory_entries rows 0 to 16383",
            "the next ids in gamedb_ids"
        ]
    );
}

/// What was edited and put back is what was written.
#[test]
fn an_edit_that_is_taken_back_is_no_edit() {
    let file = closed();
    file.edit("UPDATE inventory_entries SET id = id + 100000; UPDATE players SET full_name = upper(full_name)");
    assert_eq!(altered(&file).len(), 3);
    file.edit("UPDATE inventory_entries SET id = id - 100000; UPDATE players SET full_name = lower(full_name)");
    // Neither does it matter where its rows stand in the file.
    file.edit("VACUUM; ANALYZE; PRAGMA user_version = 7");
    file.open();
}

#[test]
fn edits_of_the_hashes_themselves_are_noticed() {
    for (edit, n_blocks) in [
        (
            "UPDATE gamedb_hashes SET sum = sum + 1 WHERE table_name = 'players'",
            1,
        ),
        ("DELETE FROM gamedb_hashes WHERE table_name = 'players'", 1),
        (
            "DELETE FROM gamedb_hashes WHERE table_name = 'gamedb_ids'",
            1,
        ),
        (
            "UPDATE gamedb_hashes SET block = 7 WHERE table_name = 'items'",
            2,
        ),
        (
            "UPDATE gamedb_hashes SET block = 9223372036854775807 WHERE table_name = 'items'",
            2,
        ),
        (
            "INSERT INTO gamedb_hashes VALUES ('items', -1, 5), ('items', 1, 5)",
            2,
        ),
        ("DELETE FROM gamedb_hashes", 9),
    ] {
        let file = closed();
        file.edit(edit);
        assert_eq!(altered(&file).len(), n_blocks, "{edit}");
        file.reopen(file.accept_edits());
    }
}

/// The check without models reports a table that is gone; with models it is a difference of the schema.
#[test]
fn a_table_that_has_hashes_and_is_gone_is_damaged() {
    let file = closed();
    file.edit("ALTER TABLE items RENAME TO things");
    assert!(matches!(file.refused(), FileError::Schema { .. }));
    assert_eq!(names(&file.damaged_blocks()), ["items rows 0 to 16383"]);
}

#[test]
fn hashes_that_were_dropped_are_missed() {
    let file = closed();
    file.edit("DROP TABLE gamedb_hashes");
    let error = file.refused();
    assert!(
        matches!(&error, FileError::NoHashes { path } if *path == file.path()),
        "{error}"
    );
    let without_models = gamedb::internals::damaged_blocks(&file.path(), |_| ());
    assert_eq!(without_models.unwrap(), None);
    file.reopen(file.accept_edits());
}

/// A table in the place of the hashes that is another one.
#[test]
fn the_table_of_hashes_is_compared_as_every_table() {
    for edit in [
        "DROP TABLE gamedb_hashes; CREATE TABLE gamedb_hashes (table_name TEXT, block INTEGER, sum INTEGER)",
        "DROP TABLE gamedb_hashes; CREATE VIEW gamedb_hashes AS SELECT 'players' AS table_name, 0 AS block, 0 AS sum",
        "CREATE TRIGGER t AFTER UPDATE ON gamedb_hashes BEGIN DELETE FROM mobiles; END",
        "CREATE INDEX i ON GAMEDB_HASHES (sum)",
    ] {
        let file = closed();
        file.edit(edit);
        let refused =
            |options: Options| options.open::<World>(file.path()).map_err(Error::into_kind);
        for options in [
            Options::new(),
            Options::new().accept_edits(),
            Options::new().trust_rules_of_file(),
        ] {
            match refused(options) {
                Err(ErrorKind::File(FileError::Schema { .. })) => {}
                other => panic!("{edit}: {other:?}"),
            }
        }
    }
}

#[test]
fn edits_that_do_not_fit_are_not_accepted_and_are_listed_with_the_others() {
    let file = closed();
    file.edit(
        "UPDATE players SET over_13 = 2 WHERE id = 1; UPDATE items SET internal_name = 'gold'",
    );
    let expect = |error: FileError| match error {
        FileError::Rows {
            problems, blocks, ..
        } => {
            assert_eq!(problems.len(), 1);
            assert_eq!((problems[0].table, problems[0].id), ("players", 1));
            assert_eq!(
                names(&blocks),
                ["players rows 0 to 16383", "items rows 0 to 16383"]
            );
        }
        other => panic!("{other}"),
    };
    expect(file.refused());
    let accepted = Options::new().accept_edits().open::<World>(file.path());
    match accepted.map_err(Error::into_kind) {
        Err(ErrorKind::File(error)) => expect(error),
        other => panic!("{other:?}"),
    }
    // The hashes are those of before.
    file.edit(
        "UPDATE players SET over_13 = 0 WHERE id = 1; UPDATE items SET internal_name = 'item 1'",
    );
    file.open();
}

#[test]
fn a_text_that_is_not_utf8_is_not_what_was_written() {
    let file = closed();
    file.edit("UPDATE players SET full_name = CAST(x'61ff' AS TEXT) WHERE id = 2");
    match file.refused() {
        FileError::Rows { blocks, .. } => assert_eq!(names(&blocks), ["players rows 0 to 16383"]),
        other => panic!("{other}"),
    }
}

/// There is nothing that it could differ from.
#[test]
fn a_file_written_by_hand_gets_its_hashes_with_the_first_write() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let with_encoding = |ddl| format!("PRAGMA encoding = '{encoding}'; {ddl}");
        let rows = "INSERT INTO players VALUES (-5, 'Ädä', '✨', '', 1, 1815, 'ada@example.com')";
        let file = TestFile::by_hand(with_encoding, rows);
        let has_hashes = || {
            gamedb::internals::damaged_blocks(&file.path(), |_| ())
                .unwrap()
                .is_some()
        };
        let mut db = file.open();
        assert_eq!(db.flush().unwrap().rows(), 0);
        assert!(!has_hashes());
        let ada = Player::find_by_email(&db, "ada@example.com").unwrap().key();
        db.get_mut(ada).unwrap().set_full_name("Ada 𝄞");
        let _ = db.save(ada).unwrap();
        assert!(has_hashes());
        let mut db = file.reopen(db);
        let ada = Player::find_by_email(&db, "ada@example.com").unwrap().key();
        db.remove(ada).unwrap();
        file.reopen(db);
        let found: String = file.query("PRAGMA encoding");
        assert_eq!(found, encoding);
    }
}

/// The names of tables and columns have no case, for SQLite.
#[test]
fn names_in_capitals_have_the_same_hashes() {
    let capitals = |ddl: String| {
        let ddl = ddl.replace("CREATE TABLE players (", "CREATE TABLE PLAYERS (");
        ddl.replace("full_name        TEXT", "FULL_NAME        TEXT")
    };
    let file = TestFile::by_hand(capitals, "");
    let mut db = file.open();
    let _ = flushed(&mut db);
    let _ = file.reopen(db).close().unwrap();
    file.edit("UPDATE players SET full_name = 'x' WHERE id = 1");
    assert_eq!(altered(&file), ["players rows 0 to 16383"]);
}

#[test]
fn accepting_without_an_edit_writes_nothing() {
    let file = closed();
    let before = file.bytes();
    drop(
        file.options()
            .accept_edits()
            .open::<World>(file.path())
            .unwrap(),
    );
    assert!(file.bytes()["world.db"] == before["world.db"]);
    // An empty file, and none.
    let (file, db) = new_file();
    drop(db);
    file.reopen(file.accept_edits());
    let file = TestFile::new();
    file.reopen(file.accept_edits());
}

/// The state of before is not the one that another program has left in the file.
#[test]
fn what_is_about_to_be_written_over_is_compared_too() {
    for start in Start::ALL {
        let (file, mut db, sample) = start.file();
        let _ = db.flush().unwrap();
        db.get_mut(sample.ada).unwrap().set_full_name("by us");
        db.remove(sample.pet).unwrap();
        for (foreign, undo) in [
            (
                "UPDATE players SET full_name = 'by us' WHERE id = 1",
                format!(
                    "UPDATE players SET full_name = '{}' WHERE id = 1",
                    name_of(&file)
                ),
            ),
            (
                "UPDATE mobiles SET what_we_call_you = 'x' WHERE id = 2",
                "UPDATE mobiles SET what_we_call_you = 'mobile 2' WHERE id = 2".into(),
            ),
            (
                "UPDATE gamedb_hashes SET sum = -sum WHERE table_name = 'players'",
                "UPDATE gamedb_hashes SET sum = -sum WHERE table_name = 'players'".into(),
            ),
            (
                "INSERT INTO gamedb_ids VALUES ('nothing', 5)",
                "DELETE FROM gamedb_ids WHERE table_name = 'nothing'".into(),
            ),
        ] {
            file.edit(foreign);
            let (outcome, cause) = flush_failure(db.flush());
            assert_eq!(outcome, Outcome::NotCommitted);
            assert!(
                matches!(cause, FlushFailure::ForeignWrite),
                "{foreign}: {cause}"
            );
            file.edit(&undo);
        }
        assert_eq!(db.flush().unwrap().rows(), 2);
        file.reopen(db);
    }
}

fn name_of(file: &TestFile) -> String {
    file.query("SELECT full_name FROM players WHERE id = 1")
}

/// What a batch has done to the sums that failed is not kept, in each way of writing.
#[test]
fn a_batch_that_fails_leaves_no_trace_in_the_hashes() {
    let file = refusing_file();
    let mut db = file.open();
    let sample = flushed(&mut db);
    for round in 0..3 {
        db.get_mut(sample.ada).unwrap().set_year_of_birth(round);
        db.remove(sample.luck).ok();
        db.get_mut(sample.bob).unwrap().set_full_name(REFUSED);
        match round {
            0 => assert!(db.flush().is_err()),
            1 => assert!(db.save(sample.bob).is_err()),
            _ => {
                let ticket = db.flush_in_background().unwrap();
                assert!(db.wait(ticket).is_err());
            }
        }
        assert_eq!(file.damaged_blocks(), []);
        db.get_mut(sample.bob).unwrap().set_full_name("Bob");
        let ticket = db.flush_in_background().unwrap();
        let _ = db.wait(ticket).unwrap();
        assert_eq!(file.damaged_blocks(), []);
    }
    file.reopen(db);
}

/// The sum of a block is left out when its last row has gone, so that the table does not grow for ever.
#[test]
fn blocks_come_and_go_with_their_rows() {
    let file = closed();
    file.edit("UPDATE gamedb_ids SET next_id = 16382 WHERE table_name = 'players'");
    let mut db = file.accept_edits();
    let blocks = || -> String {
        let sql = "SELECT group_concat(block ORDER BY block) FROM gamedb_hashes WHERE table_name = 'players'";
        file.query(sql)
    };
    let keys: Vec<_> = (10..14).map(|n| db.insert(player(n)).unwrap()).collect();
    let _ = db.flush().unwrap();
    assert_eq!(blocks(), "0,1");
    for &key in &keys[2..] {
        db.remove(key).unwrap();
    }
    let mut db = file.reopen(db);
    assert_eq!(blocks(), "0");
    let key = db.insert(player(15)).unwrap();
    assert_eq!(db.id(key).unwrap().get(), 16_386);
    let _ = db.flush().unwrap();
    assert_eq!(blocks(), "0,1");
    file.reopen(db);
}

/// What a trigger writes that was accepted with the file is not what a flush has written.
#[test]
fn rows_that_a_trigger_of_the_file_has_written_are_found() {
    let trigger = "CREATE TRIGGER t AFTER UPDATE ON players BEGIN UPDATE items SET internal_name = 'by trigger'; END";
    let file = closed();
    file.edit(trigger);
    let trusting = || Options::new().trust_rules_of_file();
    let mut db = trusting().open::<World>(file.path()).unwrap();
    let (ada, _) = db.iter::<Player>().next().unwrap();
    db.get_mut(ada).unwrap().set_full_name("Ada");
    let _ = db.flush().unwrap();
    drop(db);
    assert_eq!(names(&file.damaged_blocks()), ["items rows 0 to 16383"]);
    assert!(trusting().open::<World>(file.path()).is_err());
    assert!(trusting().accept_edits().open::<World>(file.path()).is_ok());
}

#[test]
fn the_check_without_models_reports_its_progress_and_ends_where_ids_do_not_ascend() {
    let (file, mut db) = new_file();
    for n in 0..5_000 {
        db.insert(player(n)).unwrap();
    }
    let _ = db.close().unwrap();
    let mut seen = Vec::new();
    let blocks = gamedb::internals::damaged_blocks(&file.path(), |n_rows| seen.push(n_rows));
    assert_eq!(blocks.unwrap(), Some(Vec::new()));
    assert_eq!(seen, [4_096, 5_000]);
}

/// One that an earlier schema had, and that a migration has kept: `gamedb verify` looks at its rows, too.
#[test]
fn hashes_that_are_written_anew_include_tables_that_the_models_do_not_have() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    file.edit(
        "CREATE TABLE old_things (id INTEGER PRIMARY KEY, thing TEXT) STRICT;
         INSERT INTO old_things VALUES (3, 'sword'), (40000, 'shield');
         INSERT INTO gamedb_ids VALUES ('old_things', 40001)",
    );
    assert!(matches!(file.refused(), FileError::Altered { .. }));
    // It asserts that no block differs.
    let db = file.accept_edits();
    let _ = db.close().unwrap();
    let sums = "SELECT count(*) FROM gamedb_hashes WHERE table_name = 'old_things'";
    assert_eq!(file.query::<i64>(sums), 2);
    file.edit("UPDATE old_things SET thing = 'bow' WHERE id = 40000");
    let blocks = file.damaged_blocks();
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    assert_eq!(blocks[0].table, "old_things");
}
