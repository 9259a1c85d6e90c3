//! A failed flush leaves the file and the dirty flags unchanged, wherever it fails.

use std::time::Duration;

use crate::common::sample::{
    attribute, double, fill, flushed, flushed_file, flushed_refusing_file, inventory, player,
};
use crate::common::{
    REFUSED, TestFile, assert_wrote, flush_failure, new_file, only_refused, refusing_file, sample,
    state_of,
};
use gamedb::codegen::traits::*;
use gamedb::{Database, Error, ErrorKind, FileError, Key, Options};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::{Attribute, Inventory, InventoryEntry, Item, Mobile, Player, World};

/// A row of the world that the file refuses while it is marked as bad.
struct Row {
    table: &'static str,
    id: i64,
    spoil: Box<dyn Fn(&mut World)>,
    mend: Box<dyn Fn(&mut World)>,
}

/// Every row of these tables, clean or dirty, in id order.
fn rows(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    macro_rules! texts {
        ($($entity:ty, $set:expr;)*) => {$(
            for (key, _) in <$entity>::table(world).iter_by_id() {
                rows.push(Row {
                    table: <$entity>::INFO.name,
                    id: world.id(key).unwrap().get(),
                    spoil: Box::new(move |world| $set(world, key, REFUSED)),
                    mend: Box::new(move |world| $set(world, key, "mended")),
                });
            }
        )*};
    }
    texts! {
        Player, |world: &mut World, key: Key<Player>, text| world.get_mut(key).unwrap().set_full_name(text);
        Mobile, |world: &mut World, key: Key<Mobile>, text| world.get_mut(key).unwrap().set_what_we_call_you(text);
        Item, |world: &mut World, key: Key<Item>, text| world.get_mut(key).unwrap().set_internal_name(text).unwrap();
        Attribute, |world: &mut World, key: Key<Attribute>, text| world.get_mut(key).unwrap().set_internal_name(text);
        Inventory, |world: &mut World, key: Key<Inventory>, text: &str| {
            world.get_mut(key).unwrap().set_owner_type(Some(text.into()));
        };
    }
    for (key, _) in InventoryEntry::table(world).iter_by_id() {
        let set = |world: &mut World, key: Key<InventoryEntry>, quantity| {
            world.get_mut(key).unwrap().set_quantity(quantity).unwrap();
        };
        rows.push(Row {
            table: InventoryEntry::INFO.name,
            id: world.id(key).unwrap().get(),
            spoil: Box::new(move |world| set(world, key, 666.0)),
            mend: Box::new(move |world| set(world, key, 667.0)),
        });
    }
    rows
}

/// Makes a flush fail at this row, and checks that it changed nothing; then lets it succeed.
fn fail_at(file: &TestFile, db: &mut Database<World>, row: &Row) {
    (row.spoil)(db);
    let (before, in_file) = (state_of(db), file.contents());
    for _ in 0..2 {
        let (outcome, cause) = flush_failure(db.flush());
        assert_eq!(outcome, Outcome::NotCommitted);
        assert_eq!(only_refused(cause), (row.table, row.id));
        assert_eq!(state_of(db), before);
        assert_eq!(file.contents(), in_file);
    }
    (row.mend)(db);
    let _ = db.flush().unwrap();
    assert_eq!(db.n_dirty(), 0);
    assert_eq!(file.contents(), crate::common::contents_of(db));
    assert_eq!(db.check(), [""; 0]);
}

/// Changes of every kind: new rows, changed ones, moved ones, removed ones, values that swap.
fn change_everything(db: &mut World, sample: &sample::Sample) {
    let (ada, bob) = (sample.ada, sample.bob);
    let emails = [ada, bob].map(|key| db.get(key).unwrap().email.clone());
    db.get_mut(ada).unwrap().set_email("aside").unwrap();
    db.get_mut(bob)
        .unwrap()
        .set_email(emails[0].as_str())
        .unwrap();
    db.get_mut(ada)
        .unwrap()
        .set_email(emails[1].as_str())
        .unwrap();
    db.remove(sample.pet).unwrap();
    db.get_mut(ada)
        .unwrap()
        .give_attribute(sample.luck, bob)
        .unwrap();
    let bag = db
        .get_mut(bob)
        .unwrap()
        .add_inventory(inventory("new"))
        .unwrap();
    db.get_mut(sample.entry)
        .unwrap()
        .set_inventory(bag)
        .unwrap();
    db.get_mut(sample.iron)
        .unwrap()
        .set_attributes([attribute("1"), double("2", 2.0)])
        .unwrap();
    db.insert(player(77)).unwrap();
}

#[test]
fn a_flush_of_new_rows_fails_at_each_row_in_turn() {
    let n = {
        let mut world = World::new();
        let _ = fill(&mut world);
        rows(&world).len()
    };
    assert!(n > 9);
    for k in 0..n {
        let file = refusing_file();
        let mut db = file.open();
        let _ = fill(&mut db);
        let row = rows(&db).swap_remove(k);
        fail_at(&file, &mut db, &row);
        file.reopen(db);
    }
}

#[test]
fn a_flush_of_changes_fails_at_each_row_in_turn() {
    let mut n = usize::MAX;
    let mut k = 0;
    while k < n {
        let (file, mut db, sample) = flushed_refusing_file();
        change_everything(&mut db, &sample);
        let mut rows = rows(&db);
        n = rows.len();
        let row = rows.swap_remove(k);
        fail_at(&file, &mut db, &row);
        file.reopen(db);
        k += 1;
    }
}

#[test]
fn while_another_program_writes_it_is_busy_and_all_stays_dirty() {
    let file = TestFile::new();
    let options = Options::new().busy_timeout(Duration::from_millis(20));
    let mut db = options.open::<World>(file.path()).unwrap();
    let sample = flushed(&mut db);
    change_everything(&mut db, &sample);
    let (before, in_file) = (state_of(&db), file.contents());
    let writer = file.writer();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let failures = [
        flush_failure(db.flush()),
        flush_failure(db.save(sample.ada)),
    ];
    for (outcome, cause) in failures {
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(matches!(cause, FlushFailure::Busy), "{cause}");
        assert_eq!(state_of(&db), before);
    }
    // The other program ends its transaction without having written anything.
    writer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(file.contents(), in_file);
    let _ = db.flush().unwrap();
    file.reopen(db);
}

#[test]
fn a_large_flush_that_fails_at_its_end_can_be_tried_again() {
    let (file, mut db, sample) = flushed_refusing_file();
    // More than SQLite's page cache holds, so that pages are spilled into the log before the flush fails.
    for n in 100..2_000 {
        let full_name = "x".repeat(4_000);
        db.insert(Player {
            full_name,
            ..player(n)
        })
        .unwrap();
    }
    db.get_mut(sample.entry)
        .unwrap()
        .set_quantity(666.0)
        .unwrap();
    let (before, in_file) = (state_of(&db), file.contents());
    let (outcome, _) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    assert_eq!(state_of(&db), before);
    assert_eq!(file.contents(), in_file);
    db.get_mut(sample.entry).unwrap().set_quantity(1.0).unwrap();
    assert_wrote(db.flush().unwrap(), (1_900, 1, 0));
    file.reopen(db);
}

#[test]
fn another_programs_write_is_an_error_and_is_not_written_over() {
    let (file, mut db, sample) = flushed_file();
    let trigger = "CREATE TRIGGER meddle AFTER UPDATE ON players BEGIN DELETE FROM mobiles; END;";
    for (foreign, is_schema) in [
        (
            "UPDATE players SET full_name = 'by hand' WHERE id = 2",
            false,
        ),
        (trigger, true),
    ] {
        file.writer().execute_batch(foreign).unwrap();
        db.get_mut(sample.ada).unwrap().set_year_of_birth(1);
        let (before, in_file) = (state_of(&db), file.contents());
        let (outcome, cause) = flush_failure(db.flush());
        assert_eq!(outcome, Outcome::NotCommitted);
        let is_expected = match cause {
            FlushFailure::ForeignWrite => !is_schema,
            FlushFailure::SchemaChanged { .. } => is_schema,
            _ => false,
        };
        assert!(is_expected, "{cause}");
        assert_eq!(state_of(&db), before);
        assert_eq!(file.contents(), in_file);
    }
    file.writer().execute_batch("DROP TRIGGER meddle").unwrap();
    drop(db);
    let db = file.accept_edits();
    let bob = Player::find_by_email(&db, "2@example.com").unwrap();
    assert_eq!(bob.full_name, "by hand");
    assert_eq!(bob.id().get(), 2);
}

/// Changes that another program makes to a row, and how it reverts each.
const FOREIGN_WRITES: [(&str, &str); 8] = [
    // Changes to luck, whose other columns will be dirty, and to strength.
    (
        "attribute_owners SET id = 99 WHERE id = 1",
        "attribute_owners SET id = 1 WHERE id = 99",
    ),
    (
        "attribute_owners SET id = 99 WHERE id = 2",
        "attribute_owners SET id = 2 WHERE id = 99",
    ),
    (
        "attribute_owners SET attribute_id = 99 WHERE id = 1",
        "attribute_owners SET attribute_id = 1 WHERE id = 1",
    ),
    (
        "attribute_owners SET mobile_id = NULL, player_id = 2 WHERE id = 2",
        "attribute_owners SET mobile_id = 1, player_id = NULL WHERE id = 2",
    ),
    (
        "attribute_owners SET mobile_id = 2 WHERE id = 2",
        "attribute_owners SET mobile_id = 1 WHERE id = 2",
    ),
    (
        "players SET id = 99 WHERE id = 2",
        "players SET id = 2 WHERE id = 99",
    ),
    (
        "players SET full_name = 'by hand' WHERE id = 2",
        "players SET full_name = 'player 2' WHERE id = 2",
    ),
    (
        "attributes SET id = 99 WHERE id = 1",
        "attributes SET id = 1 WHERE id = 99",
    ),
];

/// Every change by another program is detected, and once it is reverted, flushes succeed again. Changes
/// in memory do not hide it.
#[test]
fn every_write_of_another_program_is_told_from_none() {
    let (file, mut db, sample) = flushed_file();
    let by_hand = |what: &str| {
        let no_keys = "PRAGMA foreign_keys = OFF; UPDATE";
        file.writer()
            .execute_batch(&format!("{no_keys} {what}"))
            .unwrap();
    };
    for (n, (write, undo)) in (0..).zip(FOREIGN_WRITES) {
        db.get_mut(sample.ada).unwrap().set_year_of_birth(n);
        for is_given in [false, true] {
            if is_given {
                let mut ada = db.get_mut(sample.ada).unwrap();
                ada.give_attribute(sample.luck, sample.iron).unwrap();
            }
            by_hand(write);
            let before = state_of(&db);
            let (_, cause) = flush_failure(db.flush());
            assert!(
                matches!(cause, FlushFailure::ForeignWrite),
                "{write}: {cause}"
            );
            assert_eq!(state_of(&db), before);
            by_hand(undo);
        }
        // The player and the pivot row are written, and the flush succeeds.
        assert_wrote(db.flush().unwrap(), (0, 2, 0));
        by_hand("players SET id = id");
        db.get_mut(sample.iron)
            .unwrap()
            .give_attribute(sample.luck, sample.ada)
            .unwrap();
        assert_wrote(db.flush().unwrap(), (0, 1, 0));
    }
    // Rows that memory has removed and the file still has.
    db.remove(sample.avatar).unwrap();
    by_hand("players SET id = id");
    let gone = db.n_dirty();
    assert_eq!(db.flush().unwrap().deleted, gone);
    file.reopen(db);
}

#[test]
fn a_world_put_in_the_place_of_the_loaded_one_is_not_flushed() {
    let (file, mut db, _) = flushed_file();
    let in_file = file.contents();
    let loaded = std::mem::take(&mut *db);
    let _ = fill(&mut db);
    let (_, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    assert_eq!(file.contents(), in_file);
    *db = loaded;
    assert_wrote(db.flush().unwrap(), (0, 0, 0));
}

#[test]
fn closing_with_a_failed_flush_gives_the_database_back() {
    let (file, mut db, sample) = flushed_refusing_file();
    db.get_mut(sample.ada).unwrap().set_full_name(REFUSED);
    let error = db.close().unwrap_err();
    assert!(matches!(error.source.kind(), ErrorKind::File(_)));
    let mut db = error.database;
    assert_eq!(db.n_dirty(), 1);
    db.get_mut(sample.ada).unwrap().set_full_name("Ada");
    assert_wrote(db.close().unwrap(), (0, 1, 0));
    let db = file.open();
    let ada = Player::find_by_email(&db, "1@example.com").unwrap();
    assert_eq!(ada.full_name, "Ada");
}

#[test]
fn a_flush_does_not_go_into_a_file_that_is_not_there_any_more() {
    for replace in [false, true] {
        let (file, mut db) = new_file();
        db.insert(player(1)).unwrap();
        let elsewhere = file.folder().join("elsewhere.db");
        std::fs::rename(file.path(), &elsewhere).unwrap();
        if replace {
            std::fs::copy(&elsewhere, file.path()).unwrap();
        }
        let Err(ErrorKind::File(FileError::Flush { cause, .. })) =
            db.flush().map_err(Error::into_kind)
        else {
            panic!("the flush succeeded");
        };
        assert!(matches!(cause, FlushFailure::Moved));
        assert_eq!(db.n_dirty(), 1);
        if !replace {
            std::fs::rename(&elsewhere, file.path()).unwrap();
            assert_eq!(db.flush().unwrap().inserted, 1);
        }
    }
}

/// Regression: the steps of a leaked transaction, which can be neither committed nor rolled back, were
/// flushed.
#[test]
fn nothing_is_written_while_a_transaction_is_left_open() {
    let (file, mut db, sample) = flushed_file();
    let in_file = file.contents();
    let mut other = World::new();
    let swapped = db.transaction(|world| {
        world.get_mut(sample.ada)?.set_full_name("half");
        std::mem::swap(world, &mut other);
        world.remove(sample.ada)
    });
    assert!(swapped.is_err());
    std::mem::swap(&mut *db, &mut other);
    db.prepare_flush(10);
    for failed in [
        flush_failure(db.flush()),
        flush_failure(db.save(sample.bob)),
        flush_failure(db.flush_in_background()),
    ] {
        assert!(matches!(failed.1, FlushFailure::TransactionOpen));
    }
    drop(db);
    assert_eq!(file.contents(), in_file);
}
