//! Saving one row: row S5.6 of the behaviour.

use crate::common::sample::{attribute, double, fill, flushed, inventory, mobile, player};
use crate::common::{TestFile, assert_wrote, contents_of, state_of};
use gamedb::{Cascade, Error};
use gamedb_models::{InventoryEntry, Item, ItemBlueprint, Mobile, Player, World};

#[test]
fn s5_6_save_writes_a_new_row_with_all_that_it_owns() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = fill(&mut db);
    // Ada, luck and its pivot row, the bag and its, the entry and the iron it needs; the avatar, its
    // strength and that pivot row, and the pet.
    let report = db.save(sample.ada).unwrap();
    assert_wrote(report, (11, 0, 0));
    // Bob, and the iron's purity with its pivot row.
    assert_eq!(db.n_dirty(), 3);
    assert!(db.players.is_dirty(sample.bob) && db.attributes.is_dirty(sample.purity));
    assert!(!db.players.is_dirty(sample.ada) && !db.items.is_dirty(sample.iron));
    assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 0));
    assert_wrote(db.save(sample.iron).unwrap(), (2, 0, 0));
    assert_wrote(db.flush().unwrap(), (1, 0, 0));
    file.reopen(db);
}

#[test]
fn s5_6_save_without_cascade_writes_the_row_and_what_it_cannot_do_without() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = fill(&mut db);
    assert_wrote(db.save_with(sample.bob, Cascade::No).unwrap(), (1, 0, 0));
    // The strength, its pivot row, the avatar that it names, and the player whom that names.
    assert_wrote(
        db.save_with(sample.strength, Cascade::No).unwrap(),
        (4, 0, 0),
    );
    assert_eq!(file.contents()["players"].len(), 2);
    assert_eq!(file.contents()["attributes"].len(), 1);
    assert_eq!(db.n_dirty(), 14 - 5);
    let file_now = file.contents();
    drop(db);
    let db = file.open();
    assert_eq!(contents_of(&db), file_now);
}

#[test]
fn s5_6_save_leaves_other_changes_dirty() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    db.get_mut(sample.ada).unwrap().set_full_name("Ada");
    db.get_mut(sample.bob).unwrap().set_full_name("Bob");
    db.get_mut(sample.luck)
        .unwrap()
        .set_internal_name("bad luck");
    db.get_mut(sample.purity).unwrap().set_visible(true);
    assert_wrote(db.save_with(sample.ada, Cascade::No).unwrap(), (0, 1, 0));
    assert_eq!(db.n_dirty(), 3);
    assert_wrote(db.save(sample.ada).unwrap(), (0, 1, 0));
    assert!(db.players.is_dirty(sample.bob) && db.attributes.is_dirty(sample.purity));
    assert_eq!(db.check(), [""; 0]);
    // What is changed again after it was saved is dirty again.
    db.get_mut(sample.ada).unwrap().set_full_name("Countess");
    assert_eq!(db.n_dirty(), 3);
    assert_wrote(db.flush().unwrap(), (0, 3, 0));
    file.reopen(db);
}

#[test]
fn s5_6_save_of_an_owner_deletes_what_was_removed_from_it() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    db.get_mut(sample.ada)
        .unwrap()
        .remove_attribute(sample.luck)
        .unwrap();
    db.get_mut(sample.ada)
        .unwrap()
        .remove_inventory(sample.bag)
        .unwrap();
    db.get_mut(sample.avatar)
        .unwrap()
        .remove_attribute(sample.strength)
        .unwrap();
    db.get_mut(sample.iron)
        .unwrap()
        .remove_attribute(sample.purity)
        .unwrap();
    // Luck, bag, entry, strength and three pivot rows; not the purity of the iron, which is not hers.
    assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 7));
    assert_eq!(db.n_dirty(), 2);
    assert_eq!(file.contents()["attributes"].len(), 1);
    assert_wrote(db.flush().unwrap(), (0, 0, 2));
    file.reopen(db);
}

#[test]
fn s5_6_save_takes_new_rows_along_that_it_names() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    let blueprint = db.insert(ItemBlueprint { bake_time_ms: 1 }).unwrap();
    let unrelated = db.insert(ItemBlueprint { bake_time_ms: 2 }).unwrap();
    db.get_mut(sample.iron)
        .unwrap()
        .set_blueprint(Some(blueprint))
        .unwrap();
    let chest = db
        .get_mut(sample.bob)
        .unwrap()
        .add_inventory(inventory("chest"))
        .unwrap();
    db.get_mut(sample.entry)
        .unwrap()
        .set_inventory(chest)
        .unwrap();
    assert_wrote(db.save_with(sample.iron, Cascade::No).unwrap(), (1, 1, 0));
    assert!(db.item_blueprints.is_dirty(unrelated));
    // The entry, the chest that it is in now, and the row that says whose the chest is.
    assert_wrote(db.save(sample.entry).unwrap(), (2, 1, 0));
    let owner = db.insert(player(9)).unwrap();
    db.get_mut(sample.bob)
        .unwrap()
        .give_inventory(chest, owner)
        .unwrap();
    assert_wrote(db.save(owner).unwrap(), (1, 1, 0));
    assert_eq!(db.n_dirty(), 1);
    file.reopen(db);
}

/// Whatever is saved in whatever order, the file can be opened: it never names rows that are not there.
#[test]
fn s5_6_the_file_is_true_after_every_save() {
    for which in 0..6 {
        let file = TestFile::new();
        let mut db = file.open();
        let sample = flushed(&mut db);
        let carol = db.insert(player(3)).unwrap();
        let bronze = db
            .insert(Item {
                internal_name: "bronze".into(),
                ..Item::default()
            })
            .unwrap();
        let new = Mobile {
            owner: Some(carol.into()),
            ..mobile(8)
        };
        let new = db.insert(new).unwrap();
        db.get_mut(sample.ada)
            .unwrap()
            .give_inventory(sample.bag, new)
            .unwrap();
        db.get_mut(sample.ada)
            .unwrap()
            .give_attribute(sample.luck, carol)
            .unwrap();
        db.get_mut(sample.avatar)
            .unwrap()
            .give_attribute(sample.strength, bronze)
            .unwrap();
        db.get_mut(sample.entry).unwrap().set_item(bronze).unwrap();
        db.get_mut(sample.pet)
            .unwrap()
            .set_owner(Some(new.into()))
            .unwrap();
        let iron = (which % 2 == 0).then_some(sample.iron);
        if let Some(iron) = iron {
            db.remove(iron).unwrap();
        }
        db.remove(sample.ada).unwrap();
        let _ = match which {
            0 => db.save(carol).unwrap(),
            1 => db.save(sample.entry).unwrap(),
            2 => db.save_with(sample.pet, Cascade::No).unwrap(),
            3 => db.save(sample.strength).unwrap(),
            4 => db.save(new).unwrap(),
            _ => db.save_with(sample.luck, Cascade::No).unwrap(),
        };
        assert_eq!(db.check(), [""; 0]);
        let (in_file, dirty) = (file.contents(), db.n_dirty());
        drop(db);
        let db = file.open();
        assert_eq!(contents_of(&db), in_file, "{which}, {dirty} still dirty");
    }
}

#[test]
fn s5_6_a_unique_value_that_is_still_anothers_in_the_file_flushes_everything() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    db.get_mut(sample.bob)
        .unwrap()
        .set_email("moved@example.com")
        .unwrap();
    db.get_mut(sample.ada)
        .unwrap()
        .set_email("2@example.com")
        .unwrap();
    db.get_mut(sample.purity).unwrap().set_visible(true);
    assert_wrote(db.save(sample.ada).unwrap(), (0, 3, 0));
    assert_eq!(db.n_dirty(), 0);
    file.reopen(db);
}

#[test]
fn s5_6_saving_a_removed_row_is_an_error_and_a_clean_one_writes_nothing() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 0));
    db.remove(sample.bob).unwrap();
    let before = state_of(&db);
    let error = db.save(sample.bob).unwrap_err();
    assert!(
        matches!(error, Error::StaleKey { table: "players" }),
        "{error}"
    );
    assert_eq!(state_of(&db), before);
    file.reopen(db);
}

#[test]
fn s5_6_save_and_flush_in_turns() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    for n in 0..20 {
        let name = n.to_string();
        let key = db
            .get_mut(sample.ada)
            .unwrap()
            .add_attribute(attribute(&name))
            .unwrap();
        db.get_mut(sample.bob)
            .unwrap()
            .add_attribute(double(&name, 1.0))
            .unwrap();
        let entry = InventoryEntry {
            quantity: 1.0,
            ..db.get(sample.entry).unwrap().row().clone()
        };
        let entry = db.insert(entry).unwrap();
        match n % 4 {
            0 => assert_wrote(db.save(key).unwrap(), (2, 0, 0)),
            1 => assert_wrote(db.save(entry).unwrap(), (1, 0, 0)),
            2 => db.remove(key).unwrap(),
            _ => assert_eq!(db.save(sample.ada).unwrap().rows(), 2 + 2 + 1 + 1 + 1),
        }
        assert_eq!(db.check(), [""; 0]);
        if n % 4 == 3 {
            assert_wrote(db.save(sample.bob).unwrap(), (8, 0, 0));
            assert_eq!(db.n_dirty(), 0);
        }
    }
    let db = file.reopen(db);
    let ada = Player::find_by_email(&db, "1@example.com").unwrap();
    assert_eq!(ada.attributes().len(), 1 + 15);
}

/// Ada and Bob with a bag and ten units of iron each, all flushed.
fn traders(db: &mut World) -> [gamedb_models::InventoryEntryKey; 2] {
    let iron = db.insert(crate::common::sample::item(1)).unwrap();
    [1, 2].map(|n| {
        let owner = db.insert(player(n)).unwrap();
        let inventory = db.add(owner, inventory("bag")).unwrap();
        let entry = InventoryEntry {
            inventory,
            item: iron,
            quantity: 10.0,
            ..InventoryEntry::default()
        };
        db.insert(entry).unwrap()
    })
}

fn move_units(
    world: &mut World,
    from: gamedb_models::InventoryEntryKey,
    to: gamedb_models::InventoryEntryKey,
    quantity: f64,
) -> Result<(), Error> {
    world.transaction(|world| {
        let (has, gets) = (world.get(from)?.quantity, world.get(to)?.quantity);
        world.get_mut(from)?.set_quantity(has - quantity)?;
        world.get_mut(to)?.set_quantity(gets + quantity)
    })
}

fn units_in(file: &TestFile) -> f64 {
    let entries = &file.contents()["inventory_entries"];
    entries
        .values()
        .map(|columns| columns[2].parse::<f64>().unwrap())
        .sum()
}

#[test]
fn half_a_trade_is_never_in_the_file() {
    let file = TestFile::new();
    let mut db = file.open();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    // Without a transaction nobody knows that the two belong together: the file has half of it.
    db.get_mut(of_ada).unwrap().set_quantity(7.0).unwrap();
    db.get_mut(of_bob).unwrap().set_quantity(13.0).unwrap();
    let report = db.save(of_ada).unwrap();
    assert_eq!((report.updated, report.along), (1, 0));
    assert_eq!(units_in(&file), 17.0);
    let _ = db.flush().unwrap();

    // In one, saving either saves both.
    for saved in [of_ada, of_bob] {
        move_units(&mut db, of_ada, of_bob, 2.0).unwrap();
        let report = db.save_with(saved, Cascade::No).unwrap();
        assert_eq!((report.updated, report.along), (2, 1));
        assert_eq!(units_in(&file), 20.0);
        assert_eq!(db.n_dirty(), 0);
    }
    // It is over then: the next change of one is its own.
    db.get_mut(of_ada).unwrap().set_is_max_stacked(true);
    db.get_mut(of_bob).unwrap().set_is_max_stacked(true);
    let report = db.save(of_ada).unwrap();
    assert_eq!((report.updated, report.along), (1, 0));
    drop(db);
    assert_eq!(units_in(&file), 20.0);
}

#[test]
fn who_traded_with_whom_goes_along_through_all_hands() {
    let file = TestFile::new();
    let mut db = file.open();
    let [first, second] = traders(&mut db);
    let more: Vec<_> = (0..5)
        .map(|_| {
            let entry = db.get(first).unwrap().row().clone();
            db.insert(entry).unwrap()
        })
        .collect();
    let _ = db.flush().unwrap();
    let mut hands = vec![first, second];
    hands.extend(&more[..4]);
    for pair in hands.windows(2) {
        move_units(&mut db, pair[0], pair[1], 1.0).unwrap();
    }
    db.get_mut(more[4]).unwrap().set_is_max_stacked(true);
    let report = db.save(hands[3]).unwrap();
    assert_eq!((report.updated, report.along), (6, 5));
    assert_eq!(db.n_dirty(), 1);
    assert_eq!(units_in(&file), 70.0);

    // Also if the one in the middle is gone, and never was in the file.
    let entry = db.get(first).unwrap().row().clone();
    let empty = InventoryEntry {
        quantity: 0.0,
        ..entry
    };
    let between = db.insert(empty).unwrap();
    move_units(&mut db, first, between, 4.0).unwrap();
    move_units(&mut db, between, second, 4.0).unwrap();
    db.remove(between).unwrap();
    let report = db.save(second).unwrap();
    assert_eq!((report.updated, report.along), (2, 1));
    assert_eq!(units_in(&file), 70.0);
    file.reopen(db);
}

#[test]
fn what_was_rolled_back_does_not_go_along() {
    let file = TestFile::new();
    let mut db = file.open();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    let failed = db.transaction(|world| {
        move_units(world, of_ada, of_bob, 1.0)?;
        world.get_mut(of_ada)?.set_quantity(-1.0)
    });
    assert!(matches!(failed, Err(Error::CheckFailed { .. })));
    let committed = db.transaction(|world| {
        let inner = world.transaction(|world| {
            move_units(world, of_ada, of_bob, 1.0)?;
            world.get_mut(of_ada)?.set_quantity(-1.0)
        });
        assert!(inner.is_err());
        world.get_mut(of_ada)?.set_quantity(5.0)
    });
    committed.unwrap();
    db.get_mut(of_bob).unwrap().set_quantity(15.0).unwrap();
    let report = db.save(of_ada).unwrap();
    assert_eq!((report.updated, report.along), (1, 0));
    assert_eq!(db.n_dirty(), 1);
}

#[test]
fn a_removal_goes_along_with_what_was_changed_with_it() {
    let file = TestFile::new();
    let mut db = file.open();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    // All that Ada has of it goes to Bob.
    let given = db.transaction(|world| {
        world.remove(of_ada)?;
        world.get_mut(of_bob)?.set_quantity(20.0)
    });
    given.unwrap();
    let report = db.save_with(of_bob, Cascade::No).unwrap();
    assert_wrote(report, (0, 1, 1));
    assert_eq!(report.along, 1);
    assert_eq!(units_in(&file), 20.0);
    file.reopen(db);
}

#[test]
fn a_failed_save_keeps_the_trade_together() {
    let file = TestFile::new();
    let mut db = file.open();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    move_units(&mut db, of_ada, of_bob, 1.0).unwrap();
    let other = rusqlite::Connection::open(file.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(db.save(of_ada).is_err());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(db.save(of_ada).unwrap().along, 1);
    assert_eq!(units_in(&file), 20.0);
}

#[test]
fn many_trades_without_a_flush_are_one_group() {
    let file = TestFile::new();
    let mut db = file.open();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    for n in 0..20_000 {
        let (from, to) = if n % 2 == 0 {
            (of_ada, of_bob)
        } else {
            (of_bob, of_ada)
        };
        move_units(&mut db, from, to, 1.0).unwrap();
    }
    let report = db.save(of_ada).unwrap();
    assert_eq!((report.updated, report.along), (2, 1));
    db.get_mut(of_ada).unwrap().set_quantity(4.0).unwrap();
    assert_eq!(db.save(of_ada).unwrap().along, 0);
    assert_eq!(units_in(&file), 14.0);
}

/// More of them than are kept as they come: those that are gone are taken out, the others still hold.
#[test]
fn many_trades_of_different_rows_are_as_many_groups() {
    const TRADES: i64 = 1_500;
    let file = TestFile::new();
    let mut db = file.open();
    let trade = |world: &mut World, n: i64| {
        let both = |world: &mut World| -> Result<_, Error> {
            Ok((world.insert(player(n))?, world.insert(mobile(n))?))
        };
        world.transaction(both).unwrap()
    };
    let pairs: Vec<_> = (0..TRADES).map(|n| trade(&mut db, n)).collect();
    let (first, _) = pairs[3];
    let report = db.save(first).unwrap();
    assert_eq!((report.inserted, report.along), (2, 1));
    let _ = db.flush().unwrap();

    // A third one comes and goes.
    for (n, &(old, mobile)) in (0..).zip(&pairs) {
        db.transaction(|world| {
            world.get_mut(old)?.set_year_of_birth(7);
            let short_lived = world.insert(player(TRADES + n))?;
            world.get_mut(mobile)?.set_what_we_call_you("traded");
            world.remove(short_lived)
        })
        .unwrap();
    }
    let report = db.save(first).unwrap();
    assert_eq!((report.updated, report.along), (2, 1));
    assert_eq!(db.flush().unwrap().updated, 2 * pairs.len() - 2);
    file.reopen(db);
}

#[test]
fn what_was_given_away_and_then_removed_is_deleted_with_its_first_owner() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    let mut ada = db.get_mut(sample.ada).unwrap();
    ada.give_attribute(sample.luck, sample.bob).unwrap();
    db.remove(sample.luck).unwrap();
    assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 2));
    file.reopen(db);
}
