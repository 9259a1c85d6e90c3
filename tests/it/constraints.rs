//! Writes that the world refuses immediately, and the effect of removing a row on the rows that reference
//! it.

use crate::common::sample::{double, flushed_file, item, player};
use crate::common::{TestFile, assert_wrote, new_file, state_of};
use gamedb::{Error, ErrorKind, Key};
use gamedb_models::{
    Attribute, AttributeValue, Inventory, InventoryEntry, Item, ItemBlueprint,
    ItemBlueprintComponent, Mobile, MobileItem, MobileItemAttribute, MobileItemBlueprint,
    MobileKey, MobileOwnerKey, World,
};

#[test]
fn unique_columns_name_the_row_that_has_the_value() {
    let mut world = World::new();
    world.insert(player(1)).unwrap();
    let bob = world.insert(player(2)).unwrap();
    let taken = "email has to be unique, and row 1 has \"1@example.com\" already";
    let refused = world.insert(player(1)).unwrap_err().to_string();
    assert_eq!(refused, format!("players: {taken}"));
    let refused = world.get_mut(bob).unwrap().set_email("1@example.com");
    let refused = refused.unwrap_err().to_string();
    assert_eq!(refused, format!("players row 2: {taken}"));
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_player_has_one_mobile_at_most() {
    let mut world = World::new();
    let ada = world.insert(player(1)).unwrap();
    let avatar = Mobile {
        owner: Some(ada.into()),
        ..Mobile::default()
    };
    let key = world.insert(avatar.clone()).unwrap();
    match world.insert(avatar).unwrap_err().into_kind() {
        ErrorKind::NotUnique {
            table,
            column,
            existing,
            ..
        } => {
            assert_eq!(
                (table, column.as_str(), existing),
                ("mobiles", "owner_player_id", 1)
            );
        }
        other => panic!("{other}"),
    }
    // A mobile can have any number of them.
    for _ in 0..3 {
        world
            .insert(Mobile {
                owner: Some(key.into()),
                ..Mobile::default()
            })
            .unwrap();
    }
    assert_eq!(world.get(key).unwrap().mobiles().len(), 3);
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn nan_is_refused_wherever_it_is_written() {
    let mut world = World::new();
    let ada = world.insert(player(1)).unwrap();
    let luck = world
        .get_mut(ada)
        .unwrap()
        .add_attribute(double("luck", 1.0))
        .unwrap();
    let bag = Inventory {
        max_volume: 5.0,
        ..Inventory::default()
    };
    let bag = world.get_mut(ada).unwrap().add_inventory(bag).unwrap();
    let before = state_of(&world);
    let nan = f64::NAN;
    let values = [
        (AttributeValue::Double(nan), "double_value"),
        (
            AttributeValue::Vector3 {
                x: nan,
                y: 0.0,
                z: 0.0,
            },
            "vector3_x",
        ),
        (
            AttributeValue::Vector3 {
                x: 0.0,
                y: nan,
                z: 0.0,
            },
            "vector3_y",
        ),
        (
            AttributeValue::Vector3 {
                x: 0.0,
                y: 0.0,
                z: -nan,
            },
            "vector3_z",
        ),
    ];
    let expect = |error: Error, expected: &str| match error.into_kind() {
        ErrorKind::NotANumber { column, .. } => assert_eq!(column, expected),
        other => panic!("{other}"),
    };
    for (value, column) in values {
        let set = world.get_mut(luck).unwrap().set_value(value.clone());
        expect(set.unwrap_err(), column);
        let row = Attribute {
            value,
            ..Attribute::default()
        };
        let added = world.get_mut(ada).unwrap().add_attribute(row.clone());
        expect(added.unwrap_err(), column);
        let replaced = world.get_mut(ada).unwrap().set_attributes([row]);
        expect(replaced.unwrap_err(), column);
    }
    expect(
        world.get_mut(bag).unwrap().set_max_volume(nan).unwrap_err(),
        "max_volume",
    );
    let volume = world
        .get_mut(bag)
        .unwrap()
        .set_last_calculated_volume(Some(nan));
    expect(volume.unwrap_err(), "last_calculated_volume");
    assert_eq!(state_of(&world), before);
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_foreign_key_has_to_name_a_row_that_is_there() {
    let mut world = World::new();
    let ada = world.insert(player(1)).unwrap();
    let bag = world
        .get_mut(ada)
        .unwrap()
        .add_inventory(Inventory::default())
        .unwrap();
    let before = state_of(&world);
    let entry = InventoryEntry {
        inventory: bag,
        ..InventoryEntry::default()
    };
    match world.insert(entry).unwrap_err().into_kind() {
        ErrorKind::NoSuchRow {
            table,
            column,
            target,
            id,
        } => {
            assert_eq!(
                (table, column, target, id),
                ("inventory_entries", "item_id", "items", None)
            );
        }
        other => panic!("{other}"),
    }
    let gone = {
        let mut other = World::new();
        let key = other.insert(ItemBlueprint::default()).unwrap();
        other.remove(key).unwrap();
        // Without its world, which would be found out before.
        Key::from_raw(key.raw())
    };
    let row = Item {
        blueprint: Some(gone),
        ..item(1)
    };
    assert!(matches!(
        world.insert(row).unwrap_err().kind(),
        ErrorKind::NoSuchRow { .. }
    ));
    assert_eq!(state_of(&world), before);
}

#[test]
fn restrict_refuses_and_names_the_row_in_the_way() {
    let (file, mut db, sample) = flushed_file();
    let before = state_of(&db);
    match db.remove(sample.iron).unwrap_err().into_kind() {
        ErrorKind::StillReferenced {
            table,
            id,
            by_table,
            column,
            by_id,
        } => {
            assert_eq!((table, id), ("items", 1));
            assert_eq!(
                (by_table, column, by_id),
                ("inventory_entries", "item_id", 1)
            );
        }
        other => panic!("{other}"),
    }
    assert_eq!(state_of(&db), before);
    assert_eq!(db.check(), [""; 0]);
    // Once the referencing row no longer references it, the row can be removed.
    db.get_mut(sample.ada)
        .unwrap()
        .remove_inventory(sample.bag)
        .unwrap();
    db.remove(sample.iron).unwrap();
    assert_wrote(db.flush().unwrap(), (0, 0, 6));
    file.reopen(db);
}

/// The mobile's own item references the item with RESTRICT; removing the mobile removes both.
#[test]
fn restrict_does_not_refuse_what_goes_in_the_same_breath() {
    let mut world = World::new();
    let iron = world.insert(item(1)).unwrap();
    let mobile = world.insert(Mobile::default()).unwrap();
    let own = MobileItem {
        mobile,
        item: iron,
        ..MobileItem::default()
    };
    world.insert(own).unwrap();
    assert!(world.remove(iron).is_err());
    world.remove(mobile).unwrap();
    world.remove(iron).unwrap();
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn cascade_goes_all_the_way_down_and_set_null_clears_the_column() {
    let (file, mut db, sample) = flushed_file();
    let blueprint = db.insert(MobileItemBlueprint { bake_time_ms: 1 }).unwrap();
    let own = MobileItem {
        mobile: sample.pet,
        item: sample.iron,
        blueprint: Some(blueprint),
        ..MobileItem::default()
    };
    let own = db.insert(own).unwrap();
    let name = MobileItemAttribute {
        mobile_item: own,
        ..MobileItemAttribute::default()
    };
    db.insert(name).unwrap();
    let chest = db
        .get_mut(sample.bob)
        .unwrap()
        .add_inventory(Inventory::default())
        .unwrap();
    let entry = InventoryEntry {
        inventory: chest,
        item: sample.iron,
        mobile_item: Some(own),
        ..InventoryEntry::default()
    };
    let entry = db.insert(entry).unwrap();
    let _ = db.flush().unwrap();
    db.remove(blueprint).unwrap();
    assert_eq!(db.get(own).unwrap().blueprint, None);
    assert_wrote(db.flush().unwrap(), (0, 1, 1));
    // Removed are Ada, her avatar, its pet, the pet's own item and its attribute; luck, strength and the
    // bag with their pivot rows; and the entry in the bag. The column of Bob's entry is NULL.
    db.remove(sample.ada).unwrap();
    assert_eq!(db.get(entry).unwrap().mobile_item, None);
    assert_eq!(db.check(), [""; 0]);
    assert_wrote(db.flush().unwrap(), (0, 1, 12));
    let contents = file.contents();
    for table in ["mobiles", "mobile_items", "mobile_item_attributes"] {
        assert!(contents[table].is_empty(), "{table}");
    }
    assert_eq!(contents["attributes"].len(), 1, "the iron's");
    file.reopen(db);
}

#[test]
fn a_blueprint_takes_its_components_and_leaves_the_item() {
    let (file, mut db) = new_file();
    let blueprint = db.insert(ItemBlueprint { bake_time_ms: 1 }).unwrap();
    let made = db
        .insert(Item {
            blueprint: Some(blueprint),
            ..item(1)
        })
        .unwrap();
    let ore = db.insert(item(2)).unwrap();
    let component = ItemBlueprintComponent {
        item_blueprint: blueprint,
        component_item: ore,
        ratio: 2.0,
    };
    db.insert(component).unwrap();
    assert!(db.remove(ore).is_err());
    let _ = db.flush().unwrap();
    db.remove(blueprint).unwrap();
    assert_eq!(db.get(made).unwrap().blueprint, None);
    db.remove(ore).unwrap();
    assert_wrote(db.flush().unwrap(), (0, 1, 3));
    file.reopen(db);
}

#[test]
fn a_check_is_kept_at_the_moment_of_the_write() {
    let (file, mut db, sample) = flushed_file();
    let before = state_of(&db);
    let refused = db.get_mut(sample.entry).unwrap().set_quantity(-1.0);
    match refused.unwrap_err().into_kind() {
        ErrorKind::CheckFailed {
            table,
            id,
            column,
            value,
            check,
        } => assert_eq!(
            (table, id, column.as_str(), value.as_str(), check),
            (
                "inventory_entries",
                Some(1),
                "quantity",
                "-1.0",
                "quantity >= 0"
            )
        ),
        other => panic!("{other}"),
    }
    let bag = Inventory {
        max_entries: -1,
        ..Inventory::default()
    };
    let refused = db.add(sample.ada, bag).unwrap_err().to_string();
    let expected = "inventories: max_entries cannot be -1: CHECK (max_entries >= 0)";
    assert_eq!(refused, expected);
    let endless = Item {
        max_stack_size: Some(0),
        ..item(7)
    };
    assert!(matches!(
        db.insert(endless).map_err(Error::into_kind),
        Err(ErrorKind::CheckFailed { id: None, .. })
    ));
    assert_eq!(state_of(&db), before);
    // The bounds are inclusive, NULL satisfies the CHECK, and -0.0 equals 0.
    let mut entry = db.get_mut(sample.entry).unwrap();
    entry.set_quantity(0.0).unwrap();
    entry.set_quantity(-0.0).unwrap();
    entry.set_quantity(f64::INFINITY).unwrap();
    db.get_mut(sample.iron)
        .unwrap()
        .set_max_stack_size(Some(1))
        .unwrap();
    db.get_mut(sample.iron)
        .unwrap()
        .set_max_stack_size(None)
        .unwrap();
    assert_eq!(db.check(), [""; 0]);
    assert_wrote(db.flush().unwrap(), (0, 2, 0));
    file.reopen(db);
}

#[test]
fn a_check_that_a_file_breaks_is_listed_when_it_is_opened() {
    let rows = "INSERT INTO item_blueprints VALUES (4, -3), (5, 0), (6, -1);";
    let file = TestFile::by_hand(|ddl| ddl, rows);
    let error = file.try_open().unwrap_err().to_string();
    assert!(
        error.contains(
            "item_blueprints row 4, bake_time_ms: cannot be -3: CHECK (bake_time_ms >= 0)"
        ),
        "{error}"
    );
}

#[test]
fn nobody_owns_its_owner() {
    let mut world = World::new();
    let ada = world.insert(player(1)).unwrap();
    let [a, b, c] = [(); 3].map(|()| world.insert(Mobile::default()).unwrap());
    let own = |world: &mut World, owned: MobileKey, owner: MobileOwnerKey| {
        world.get_mut(owned).unwrap().set_owner(Some(owner))
    };
    own(&mut world, a, ada.into()).unwrap();
    own(&mut world, b, a.into()).unwrap();
    own(&mut world, c, b.into()).unwrap();
    let before = state_of(&world);
    for owner in [a, b, c] {
        match own(&mut world, a, owner.into()).unwrap_err().into_kind() {
            ErrorKind::OwnsItself {
                table,
                id,
                owner_table,
                owner_id,
            } => assert_eq!(
                (table, id, owner_table, owner_id),
                ("mobiles", 1, "mobiles", world.id(owner).unwrap().get())
            ),
            other => panic!("{other}"),
        }
        assert_eq!(state_of(&world), before);
    }
    // The chain is reversed.
    world.get_mut(a).unwrap().set_owner(None).unwrap();
    own(&mut world, c, ada.into()).unwrap();
    own(&mut world, a, c.into()).unwrap();
    assert_eq!(world.check(), [""; 0]);
    // All of the chain is removed with its owner.
    world.remove(ada).unwrap();
    assert_eq!(world.n_rows::<Mobile>(), 0);
}

#[test]
fn an_ownership_cycle_in_a_file_is_listed_when_it_is_opened() {
    let rows = "INSERT INTO mobiles (id, mobile_type, owner_mobile_id, what_we_call_you) VALUES
        (1, 'NPC', 3, ''), (2, 'NPC', 1, ''), (3, 'NPC', 2, ''), (4, 'NPC', 3, ''),
        (5, 'NPC', 5, ''), (6, 'NPC', NULL, ''), (7, 'NPC', 6, '');";
    let file = TestFile::by_hand(|ddl| ddl, rows);
    let error = file.try_open().unwrap_err().to_string();
    let cycle = "owner_mobile_id: names an owner that belongs to the row itself";
    assert_eq!(error.matches(cycle).count(), 2, "{error}");
    assert!(
        error.contains(&format!("mobiles row 5, {cycle}")),
        "{error}"
    );
}
