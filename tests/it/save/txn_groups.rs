//! Rows that were changed in one transaction are saved together.

use crate::common::sample::{flushed, inventory, mobile, player};
use crate::common::{TestFile, assert_wrote, flush_failure, new_file};
use gamedb::{Error, ErrorKind, SaveScope};
use gamedb_models::{InventoryEntry, World};

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
    let (file, mut db) = new_file();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    // Without a transaction the engine does not know that the two changes belong together: the file has
    // half of the trade.
    db.get_mut(of_ada).unwrap().set_quantity(7.0).unwrap();
    db.get_mut(of_bob).unwrap().set_quantity(13.0).unwrap();
    let report = db.save(of_ada).unwrap();
    assert_eq!((report.updated, report.implied), (1, 0));
    assert_eq!(units_in(&file), 17.0);
    let _ = db.flush().unwrap();

    // In a transaction, saving either row saves both.
    for saved in [of_ada, of_bob] {
        move_units(&mut db, of_ada, of_bob, 2.0).unwrap();
        let report = db.save_with(saved, SaveScope::Row).unwrap();
        assert_eq!((report.updated, report.implied), (2, 1));
        assert_eq!(units_in(&file), 20.0);
        assert_eq!(db.n_dirty(), 0);
    }
    // The group is dissolved then: a later change of one row is saved alone.
    db.get_mut(of_ada).unwrap().set_is_max_stacked(true);
    db.get_mut(of_bob).unwrap().set_is_max_stacked(true);
    let report = db.save(of_ada).unwrap();
    assert_eq!((report.updated, report.implied), (1, 0));
    drop(db);
    assert_eq!(units_in(&file), 20.0);
}

#[test]
fn who_traded_with_whom_goes_along_through_all_hands() {
    let (file, mut db) = new_file();
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
    assert_eq!((report.updated, report.implied), (6, 5));
    assert_eq!(db.n_dirty(), 1);
    assert_eq!(units_in(&file), 70.0);

    // Also if the row that connects them was removed, and was never in the file.
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
    assert_eq!((report.updated, report.implied), (2, 1));
    assert_eq!(units_in(&file), 70.0);
    file.reopen(db);
}

#[test]
fn what_was_rolled_back_does_not_go_along() {
    let (_file, mut db) = new_file();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    let failed = db.transaction(|world| {
        move_units(world, of_ada, of_bob, 1.0)?;
        world.get_mut(of_ada)?.set_quantity(-1.0)
    });
    assert!(matches!(
        failed.map_err(Error::into_kind),
        Err(ErrorKind::CheckFailed { .. })
    ));
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
    assert_eq!((report.updated, report.implied), (1, 0));
    assert_eq!(db.n_dirty(), 1);
}

#[test]
fn a_removal_goes_along_with_what_was_changed_with_it() {
    let (file, mut db) = new_file();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    // All that Ada has of it is given to Bob.
    let given = db.transaction(|world| {
        world.remove(of_ada)?;
        world.get_mut(of_bob)?.set_quantity(20.0)
    });
    given.unwrap();
    let report = db.save_with(of_bob, SaveScope::Row).unwrap();
    assert_eq!(report.implied, 1);
    assert_wrote(report, (0, 1, 1));
    assert_eq!(units_in(&file), 20.0);
    file.reopen(db);
}

#[test]
fn a_failed_save_keeps_the_trade_together() {
    let file = TestFile::new();
    let mut db = file.open_impatient();
    let [of_ada, of_bob] = traders(&mut db);
    let _ = db.flush().unwrap();
    move_units(&mut db, of_ada, of_bob, 1.0).unwrap();
    let other = file.writer();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(db.save(of_ada).is_err());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(db.save(of_ada).unwrap().implied, 1);
    assert_eq!(units_in(&file), 20.0);
}

#[test]
fn many_trades_without_a_flush_are_one_group() {
    let (file, mut db) = new_file();
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
    assert_eq!((report.updated, report.implied), (2, 1));
    db.get_mut(of_ada).unwrap().set_quantity(4.0).unwrap();
    assert_eq!(db.save(of_ada).unwrap().implied, 0);
    assert_eq!(units_in(&file), 14.0);
}

/// More transactions than the list records before it is folded: removed rows are dropped, and the other
/// groups are kept.
#[test]
fn many_trades_of_different_rows_are_as_many_groups() {
    const TRADES: i64 = 1_500;
    let (file, mut db) = new_file();
    let trade = |world: &mut World, n: i64| {
        let both = |world: &mut World| -> Result<_, Error> {
            Ok((world.insert(player(n))?, world.insert(mobile(n))?))
        };
        world.transaction(both).unwrap()
    };
    let pairs: Vec<_> = (0..TRADES).map(|n| trade(&mut db, n)).collect();
    let (first, _) = pairs[3];
    let report = db.save(first).unwrap();
    assert_eq!((report.inserted, report.implied), (2, 1));
    let _ = db.flush().unwrap();

    // A third row is inserted and removed.
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
    assert_eq!((report.updated, report.implied), (2, 1));
    assert_eq!(db.flush().unwrap().updated, 2 * pairs.len() - 2);
    file.reopen(db);
}

/// Regression: a row was changed with one row and removed with another, and its slot was reused: the
/// groups of a failed flush and the later ones were not merged, and half of a trade was saved.
#[test]
fn groups_hold_where_the_slot_of_a_removed_row_is_used_again() {
    let file = TestFile::new();
    let mut db = file.open_impatient();
    let sample = flushed(&mut db);
    let carol = db.insert(player(3)).unwrap();
    let _ = db.flush().unwrap();
    db.transaction(|world| {
        world.get_mut(sample.luck)?.set_internal_name("more luck");
        world.get_mut(carol)?.set_full_name("Carol");
        Ok::<_, Error>(())
    })
    .unwrap();
    let writer = file.writer();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ticket = db.flush_in_background().unwrap();
    db.transaction(|world| {
        world.remove(carol)?;
        world.get_mut(sample.entry)?.set_quantity(9.0)
    })
    .unwrap();
    db.transaction(|world| {
        let dave = world.insert(player(4))?;
        assert_ne!(dave, carol);
        world.get_mut(sample.iron)?.set_internal_name("steel")
    })
    .unwrap();
    flush_failure(db.wait(ticket));
    writer.execute_batch("ROLLBACK").unwrap();
    let report = db.save(sample.luck).unwrap();
    assert_wrote(report, (0, 2, 1));
    assert_eq!(
        file.query::<f64>("SELECT quantity FROM inventory_entries"),
        9.0
    );
    file.reopen(db);
}
