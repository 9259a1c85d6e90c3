//! Saving one row with all that it owns.

use crate::common::sample::{
    attribute, double, filled_file, flushed_file, inventory, mobile, player,
};
use crate::common::{assert_wrote, contents_of, new_file, state_of};
use gamedb::{ErrorKind, SaveScope};
use gamedb_models::{Inventory, InventoryEntry, Item, ItemBlueprint, Mobile, Player};

#[test]
fn save_writes_a_new_row_with_all_that_it_owns() {
    let (file, mut db, sample) = filled_file();
    // Ada, luck and its pivot row, the bag and its pivot row, the entry and the iron that it references;
    // the avatar, its strength with its pivot row, and the pet.
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
fn save_without_cascade_writes_the_row_and_what_it_cannot_do_without() {
    let (file, mut db, sample) = filled_file();
    assert_wrote(db.save_with(sample.bob, SaveScope::Row).unwrap(), (1, 0, 0));
    // The strength, its pivot row, the avatar that this references, and the player that the avatar
    // references.
    assert_wrote(
        db.save_with(sample.strength, SaveScope::Row).unwrap(),
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
fn save_leaves_other_changes_dirty() {
    let (file, mut db, sample) = flushed_file();
    db.get_mut(sample.ada).unwrap().set_full_name("Ada");
    db.get_mut(sample.bob).unwrap().set_full_name("Bob");
    db.get_mut(sample.luck)
        .unwrap()
        .set_internal_name("bad luck");
    db.get_mut(sample.purity).unwrap().set_visible(true);
    assert_wrote(db.save_with(sample.ada, SaveScope::Row).unwrap(), (0, 1, 0));
    assert_eq!(db.n_dirty(), 3);
    assert_wrote(db.save(sample.ada).unwrap(), (0, 1, 0));
    assert!(db.players.is_dirty(sample.bob) && db.attributes.is_dirty(sample.purity));
    assert_eq!(db.check(), [""; 0]);
    // A row that changes after it was saved is dirty again.
    db.get_mut(sample.ada).unwrap().set_full_name("Countess");
    assert_eq!(db.n_dirty(), 3);
    assert_wrote(db.flush().unwrap(), (0, 3, 0));
    file.reopen(db);
}

#[test]
fn save_of_an_owner_deletes_what_was_removed_from_it() {
    let (file, mut db, sample) = flushed_file();
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
    // Luck, bag, entry, strength and three pivot rows; not the purity of the iron, which she does not
    // own.
    assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 7));
    assert_eq!(db.n_dirty(), 2);
    assert_eq!(file.contents()["attributes"].len(), 1);
    assert_wrote(db.flush().unwrap(), (0, 0, 2));
    file.reopen(db);
}

#[test]
fn save_takes_new_rows_along_that_it_names() {
    let (file, mut db, sample) = flushed_file();
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
    assert_wrote(
        db.save_with(sample.iron, SaveScope::Row).unwrap(),
        (1, 1, 0),
    );
    assert!(db.item_blueprints.is_dirty(unrelated));
    // The entry, the chest that it is in now, and the pivot row of the chest.
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

/// Whatever rows are saved in whatever order, the file can be opened: it never has dangling references.
#[test]
fn the_file_is_true_after_every_save() {
    for which in 0..6 {
        let (file, mut db, sample) = flushed_file();
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
            2 => db.save_with(sample.pet, SaveScope::Row).unwrap(),
            3 => db.save(sample.strength).unwrap(),
            4 => db.save(new).unwrap(),
            _ => db.save_with(sample.luck, SaveScope::Row).unwrap(),
        };
        assert_eq!(db.check(), [""; 0]);
        let (in_file, dirty) = (file.contents(), db.n_dirty());
        drop(db);
        let db = file.open();
        assert_eq!(contents_of(&db), in_file, "{which}, {dirty} still dirty");
    }
}

#[test]
fn a_unique_value_that_is_still_anothers_in_the_file_flushes_everything() {
    let (file, mut db, sample) = flushed_file();
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
fn saving_a_removed_row_is_an_error_and_a_clean_one_writes_nothing() {
    let (file, mut db, sample) = flushed_file();
    assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 0));
    db.remove(sample.bob).unwrap();
    let before = state_of(&db);
    let error = db.save(sample.bob).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::StaleKey {
                table: "players",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(state_of(&db), before);
    file.reopen(db);
}

#[test]
fn save_and_flush_in_turns() {
    let (file, mut db, sample) = flushed_file();
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

#[test]
fn what_was_given_away_and_then_removed_is_deleted_with_its_first_owner() {
    let (file, mut db, sample) = flushed_file();
    let mut ada = db.get_mut(sample.ada).unwrap();
    ada.give_attribute(sample.luck, sample.bob).unwrap();
    db.remove(sample.luck).unwrap();
    assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 2));
    file.reopen(db);
}

/// Regression: a row that was given away stayed with the giver in the file, beside what was given in
/// return.
#[test]
fn saving_an_owner_takes_along_what_has_left_it() {
    let (file, mut db) = new_file();
    let [ada, bob] = [1, 2].map(|n| db.insert(player(n)).unwrap());
    let item = db.insert(Item::default()).unwrap();
    let sword = db
        .get_mut(ada)
        .unwrap()
        .add_attribute(attribute("sword"))
        .unwrap();
    let bags = [ada, bob].map(|owner| {
        let mut owner = db.get_mut(owner).unwrap();
        owner.add_inventory(Inventory::default()).unwrap()
    });
    let stack = InventoryEntry {
        inventory: bags[0],
        item,
        quantity: 5.0,
        ..InventoryEntry::default()
    };
    let stack = db.insert(stack).unwrap();
    let _ = db.flush().unwrap();

    db.get_mut(ada).unwrap().give_attribute(sword, bob).unwrap();
    db.get_mut(stack).unwrap().set_inventory(bags[1]).unwrap();
    db.get_mut(bob).unwrap().set_full_name("not saved");
    assert_eq!(db.save(ada).unwrap().updated, 2);
    drop(db); // as if the process had died

    let db = file.open();
    let [ada, bob] = [1, 2].map(|n| {
        let email = player(n).email;
        Player::find_by_email(&db, &email).unwrap()
    });
    assert_eq!(ada.attributes().len(), 0);
    assert_eq!(bob.attributes().len(), 1);
    let stacks = |owner: gamedb_models::PlayerRef<'_>| {
        let (bag, _) = owner.inventories().next().unwrap();
        db.get(bag).unwrap().inventory_entries().len()
    };
    assert_eq!((stacks(ada), stacks(bob)), (0, 1));
    assert_eq!(bob.full_name, player(2).full_name);
}

/// Regression: a row that was given away and then removed stayed with the giver in the file.
#[test]
fn saving_an_owner_takes_along_what_is_gone_from_whom_it_was_given_to() {
    let (file, mut db) = new_file();
    let [ada, bob] = [1, 2].map(|n| db.insert(player(n)).unwrap());
    let item = db.insert(Item::default()).unwrap();
    let mut owner = db.get_mut(ada).unwrap();
    let sword = owner.add_attribute(attribute("sword")).unwrap();
    let bag = owner.add_inventory(Inventory::default()).unwrap();
    let mut other = db.get_mut(bob).unwrap();
    let chest = other.add_inventory(Inventory::default()).unwrap();
    let stack = InventoryEntry {
        inventory: bag,
        item,
        ..InventoryEntry::default()
    };
    let stack = db.insert(stack).unwrap();
    let _ = db.flush().unwrap();

    db.get_mut(ada).unwrap().give_attribute(sword, bob).unwrap();
    db.remove(sword).unwrap();
    db.get_mut(stack).unwrap().set_inventory(chest).unwrap();
    db.remove(stack).unwrap();
    // The sword, its pivot row, and the stack.
    assert_eq!(db.save(ada).unwrap().deleted, 3);
    drop(db); // as if the process had died

    let db = file.open();
    assert_eq!(db.n_rows::<gamedb_models::Attribute>(), 0);
    assert_eq!(db.n_rows::<InventoryEntry>(), 0);
}
