//! Mirrors with a file of their own.

use crate::change_feed::{expect, seen};
use crate::common::sample::{ada, attribute, fill, player};
use crate::common::{TestFile, assert_wrote, contents_of, flush_failure, new_file};
use gamedb_models::{Item, World};

#[test]
fn a_mirror_can_have_a_file_and_subscribers_of_its_own() {
    let file = crate::common::TestFile::new();
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut replica = file.open();
    let mut feed = replica.subscribe().unwrap();
    replica.apply(&world.snapshot().unwrap()).unwrap();
    assert_eq!(seen(&mut replica, &mut feed).len(), world.len());
    let _ = replica.flush().unwrap();
    assert_eq!(file.contents(), contents_of(&world));

    let mut source = world.subscribe().unwrap();
    world.get_mut(sample.ada).unwrap().set_full_name("Ada");
    world.give(sample.ada, sample.luck, sample.bob).unwrap();
    let delta = world.changes(&mut source).unwrap().delta();
    replica.apply(&delta).unwrap();
    expect(
        &mut replica,
        &mut feed,
        &[
            ("players", 1, "full_name"),
            ("attribute_owners", 1, "player_id"),
        ],
    );
    let report = replica.flush().unwrap();
    crate::common::assert_wrote(report, (0, 2, 0));
    assert_eq!(file.contents(), contents_of(&world));
    file.reopen(replica);
}

/// If a file cannot be written to any more, the world can be written into another one.
#[test]
fn a_world_can_be_written_into_a_new_file() {
    let (old, new) = (TestFile::new(), TestFile::new());
    let mut db = old.open();
    let ada = db.insert(player(1)).unwrap();
    db.flush().unwrap();
    let item = db.insert(Item::default()).unwrap();
    db.get_mut(ada)
        .unwrap()
        .add_attribute(attribute("lost"))
        .unwrap();
    db.remove(item).unwrap();
    let mut rescued = new.open();
    rescued.apply(&db.snapshot().unwrap()).unwrap();
    rescued.flush().unwrap();
    let mut rescued = new.reopen(rescued);
    assert!(rescued.snapshot().unwrap() == db.snapshot().unwrap());
    // The id of a removed row is not assigned again either.
    let next = db.insert(Item::default()).unwrap();
    let rescued_next = rescued.insert(Item::default()).unwrap();
    assert_eq!(
        db.id(next).unwrap().get(),
        rescued.id(rescued_next).unwrap().get()
    );
}

/// Regression: a delta reinserts a row with the id of a removed one. The file needs a DELETE and an
/// INSERT, and got neither.
#[test]
fn a_removed_row_that_a_delta_brings_back_is_in_the_file() {
    for end in ["flush", "background", "save", "save it", "refused"] {
        for ahead in 0..4 {
            let file = TestFile::new();
            let mut db = file.open_impatient();
            let key = db.insert(player(1)).unwrap();
            let other = db.insert(player(2)).unwrap();
            let _ = db.flush().unwrap();
            let mut origin = World::new();
            origin.insert(player(1)).unwrap();
            let snapshot = origin.snapshot().unwrap();

            db.get_mut(key).unwrap().set_full_name("changed");
            if ahead & 1 != 0 {
                db.prepare_flush(10);
            }
            db.remove(key).unwrap();
            db.apply(&snapshot).unwrap();
            if ahead & 2 != 0 {
                db.prepare_flush(10);
            }
            db.get_mut(other).unwrap().set_full_name("other");
            match end {
                "flush" => drop(db.flush().unwrap()),
                "save" => drop(db.save(other).unwrap()),
                "save it" => {
                    let back = ada(&db);
                    let _ = db.save(back).unwrap();
                }
                "background" => {
                    let ticket = db.flush_in_background().unwrap();
                    assert_wrote(db.wait(ticket).unwrap(), (1, 1, 1));
                }
                _ => {
                    // Another program is writing, so the flush fails and is retried.
                    let writer = file.writer();
                    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
                    let ticket = db.flush_in_background().unwrap();
                    flush_failure(db.wait(ticket));
                    writer.execute_batch("ROLLBACK").unwrap();
                }
            }
            let _ = db.flush().unwrap();
            assert_eq!(file.contents(), contents_of(&db), "{end}, {ahead}");
            assert_wrote(db.flush().unwrap(), (0, 0, 0));
            file.reopen(db);
        }
    }
}

/// A delta may reinsert removed pivot rows with their ids; the ids of other pivot rows do not matter.
#[test]
fn a_delta_brings_back_what_is_owned() {
    let mut origin = World::new();
    let first = origin.insert(player(1)).unwrap();
    let mut first = origin.get_mut(first).unwrap();
    first.add_attribute(attribute("luck")).unwrap();
    let snapshot = origin.snapshot().unwrap();

    let (file, mut db) = new_file();
    let first = db.insert(player(1)).unwrap();
    let second = db.insert(player(2)).unwrap();
    for key in [first, second] {
        let mut row = db.get_mut(key).unwrap();
        row.add_attribute(attribute("luck")).unwrap();
    }
    let _ = db.flush().unwrap();
    db.remove(first).unwrap();
    db.apply(&snapshot).unwrap();
    assert_wrote(db.flush().unwrap(), (3, 0, 3));
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}
