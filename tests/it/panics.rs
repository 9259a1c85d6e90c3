//! A panic after each operation of a long transaction leaves no trace: rows, keys, indexes, ownership,
//! dirty flags, next ids and the change feed are as before.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::common::sample::{Sample, Start, attribute, double, inventory, item, mobile, player};
use crate::common::{Done, contents_of, state_of};
use gamedb::{Database, Delta, Error, ErrorKind, NewOrKept, Subscription};
use gamedb_models::*;

/// Rows that the transaction has inserted so far.
#[derive(Default)]
struct Made {
    player: PlayerKey,
    mobile: MobileKey,
    item: ItemKey,
    blueprint: ItemBlueprintKey,
    component: ItemBlueprintComponentKey,
    own_item: MobileItemKey,
    own_attribute: MobileItemAttributeKey,
    own_blueprint: MobileItemBlueprintKey,
    own_component: MobileItemBlueprintComponentKey,
    attribute: AttributeKey,
    inventory: InventoryKey,
    entry: InventoryEntryKey,
}

type Operation = fn(&mut World, &Sample, &mut Made) -> Result<(), Error>;

/// Operations of every kind on every table, in an order in which all succeed.
#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    |w, _, m| { m.player = w.insert(player(10))?; Ok(()) },
    |w, it, m| { m.mobile = w.insert(Mobile { owner: Some(it.pet.into()), ..mobile(3) })?; Ok(()) },
    |w, _, m| { m.item = w.insert(item(10))?; Ok(()) },
    |w, _, m| { m.blueprint = w.insert(ItemBlueprint { bake_time_ms: 5 })?; Ok(()) },
    |w, it, m| {
        let (item_blueprint, component_item) = (m.blueprint, it.iron);
        m.component = w.insert(ItemBlueprintComponent { item_blueprint, component_item, ratio: 0.5 })?;
        Ok(())
    },
    |w, it, m| { m.own_item = w.insert(MobileItem { mobile: it.pet, item: it.iron, ..MobileItem::default() })?; Ok(()) },
    |w, _, m| {
        m.own_attribute = w.insert(MobileItemAttribute { mobile_item: m.own_item, ..MobileItemAttribute::default() })?;
        Ok(())
    },
    |w, _, m| { m.own_blueprint = w.insert(MobileItemBlueprint { bake_time_ms: 6 })?; Ok(()) },
    |w, it, m| {
        let (item_blueprint, component_item) = (m.own_blueprint, it.iron);
        m.own_component = w.insert(MobileItemBlueprintComponent { item_blueprint, component_item, ratio: 1.0 })?;
        Ok(())
    },
    |w, it, m| { m.attribute = w.get_mut(it.bob)?.add_attribute(double("new", 1.0))?; Ok(()) },
    |w, it, m| { m.inventory = w.get_mut(it.pet)?.add_inventory(inventory("new"))?; Ok(()) },
    |w, it, m| {
        m.entry = w.insert(InventoryEntry { inventory: m.inventory, item: it.iron, ..InventoryEntry::default() })?;
        Ok(())
    },
    |w, _, _| w.add(AttributeOwnerKey::Asset(7), attribute("icon")).map(|_| ()),
    // Plain fields, of rows that the file has and of new ones.
    |w, it, _| { w.get_mut(it.ada)?.set_full_name("changed"); Ok(()) },
    |w, it, _| { w.get_mut(it.ada)?.set_over_13(true); Ok(()) },
    |w, it, _| { w.get_mut(it.ada)?.set_year_of_birth(i64::MIN); Ok(()) },
    |w, _, m| { w.get_mut(m.player)?.set_security_token("changed"); Ok(()) },
    |w, it, _| { w.get_mut(it.pet)?.set_mobile_type(MobileType::Npc); Ok(()) },
    |w, it, _| { w.get_mut(it.iron)?.set_item_type(ItemType::Weapon); Ok(()) },
    |w, it, _| { w.get_mut(it.luck)?.set_attribute_type(AttributeType::Luck); Ok(()) },
    |w, it, _| { w.get_mut(it.bag)?.set_owner_type(None); Ok(()) },
    |w, it, _| { w.get_mut(it.entry)?.set_is_max_stacked(true); Ok(()) },
    |w, _, m| { w.get_mut(m.own_item)?.set_internal_name("mine"); Ok(()) },
    |w, _, m| { w.get_mut(m.own_attribute)?.set_visible(true); Ok(()) },
    // Columns with a CHECK.
    |w, it, _| w.get_mut(it.iron)?.set_max_stack_size(Some(4)).done(),
    |w, it, _| w.get_mut(it.bag)?.set_max_entries(4).done(),
    |w, it, _| w.get_mut(it.bag)?.set_max_volume(4.0),
    |w, it, _| w.get_mut(it.entry)?.set_quantity(4.0),
    |w, _, m| w.get_mut(m.blueprint)?.set_bake_time_ms(7).done(),
    |w, _, m| w.get_mut(m.component)?.set_ratio(0.25),
    // Composite fields.
    |w, it, _| w.get_mut(it.luck)?.set_value(AttributeValue::Vector3 { x: 1.0, y: 2.0, z: 3.0 }),
    |w, it, _| w.get_mut(it.luck)?.set_value(AttributeValue::Vector3 { x: 1.0, y: 5.0, z: 3.0 }),
    |w, it, _| w.get_mut(it.strength)?.set_value(AttributeValue::Asset(5)),
    // Indexed columns; values that are swapped, freed and taken.
    |w, it, _| { w.get_mut(it.ada)?.set_what_we_call_you("call 2"); Ok(()) },
    |w, it, _| w.get_mut(it.bob)?.set_email("aside"),
    |w, it, _| w.get_mut(it.ada)?.set_email("2@example.com"),
    |w, it, _| w.get_mut(it.bob)?.set_email("1@example.com"),
    |w, _, m| w.get_mut(m.item)?.set_internal_name("item 11"),
    |w, _, _| w.insert(item(10)).map(|_| ()),
    // Foreign keys.
    |w, it, m| w.get_mut(it.iron)?.set_blueprint(Some(m.blueprint)),
    |w, _, m| w.get_mut(m.own_item)?.set_blueprint(Some(m.own_blueprint)),
    |w, it, m| w.get_mut(it.entry)?.set_mobile_item(Some(m.own_item)),
    |w, it, m| w.get_mut(it.entry)?.set_inventory(m.inventory),
    |w, _, m| w.get_mut(m.entry)?.set_item(m.item),
    |w, it, m| w.get_mut(m.own_item)?.set_mobile(it.avatar),
    |w, _, m| w.get_mut(m.own_component)?.set_component_item(m.item),
    |w, it, _| w.get_mut(it.avatar)?.set_owner(Some(it.bob.into())),
    |w, it, m| w.get_mut(m.mobile)?.set_owner(Some(it.ada.into())),
    |w, it, _| w.get_mut(it.pet)?.set_owner(None),
    // Ownership.
    |w, it, _| w.get_mut(it.ada)?.give_attribute(it.luck, it.pet),
    |w, it, _| w.get_mut(it.pet)?.give_attribute(it.luck, it.iron),
    |w, it, _| w.get_mut(it.iron)?.give_attribute(it.luck, AttributeOwnerKey::Asset(8)),
    |w, it, m| w.get_mut(it.bob)?.give_attribute(m.attribute, m.player),
    |w, it, _| w.get_mut(it.ada)?.give_inventory(it.bag, it.bob),
    |w, it, _| {
        let rows = [NewOrKept::New(double("a", 1.0)), NewOrKept::New(attribute("b")), NewOrKept::Kept(it.purity)];
        w.get_mut(it.iron)?.set_attributes(rows).map(|_| ())
    },
    |w, it, _| w.get_mut(it.ada)?.set_inventories([inventory("x"), inventory("y")]).map(|_| ()),
    |w, it, _| w.get_mut(it.avatar)?.remove_attribute(it.strength),
    // A savepoint that is committed and one that is rolled back.
    |w, it, _| w.transaction(|w| { w.get_mut(it.bob)?.set_full_name("inner"); w.insert(player(20)).map(|_| ()) }),
    |w, it, _| {
        let failed = w.transaction(|w| { w.remove(it.bob)?; w.insert(player(2)).and(Err::<(), Error>(ErrorKind::IdExhausted { table: "" }.into())) });
        assert!(failed.is_err());
        Ok(())
    },
    // Removal: with SET NULL, of new rows, and with cascades.
    |w, _, m| w.remove(m.blueprint),
    |w, _, m| w.remove(m.own_blueprint),
    |w, _, m| w.remove(m.own_item),
    |w, _, m| w.remove(m.entry),
    |w, it, _| w.remove(it.purity),
    |w, it, _| w.remove(it.bag),
    |w, _, m| w.remove(m.player),
    |w, it, _| w.remove(it.bob),
    |w, it, _| w.remove(it.ada),
    |w, it, _| w.remove(it.pet),
    |w, it, _| w.remove(it.iron),
    // Inserts into the freed slots.
    |w, _, _| (0..4).try_for_each(|n| w.insert(player(n)).map(|_| ())),
    |w, _, _| (0..4).try_for_each(|n| w.insert(mobile(n)).map(|_| ())),
];

fn run(world: &mut World, sample: &Sample, operations: &[Operation]) {
    let mut made = Made::default();
    for (n, operation) in operations.iter().enumerate() {
        operation(world, sample, &mut made).unwrap_or_else(|error| panic!("{n}: {error}"));
    }
}

fn delta(db: &mut Database<World>, subscription: &mut Subscription) -> Delta {
    db.changes(subscription).unwrap().delta()
}

fn panic_after(world: &mut World, sample: &Sample, n: usize) {
    let body = AssertUnwindSafe(|| {
        world.transaction(|world| -> Result<(), Error> {
            run(world, sample, &OPERATIONS[..n]);
            resume_unwind(Box::new(n));
        })
    });
    let panic = catch_unwind(body).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&n));
}

#[test]
fn there_are_sixty_operations_and_all_of_them_succeed() {
    assert!(OPERATIONS.len() >= 60);
    for start in Start::ALL {
        let (file, mut db, sample) = start.file();
        db.transaction(|world| {
            let mut made = Made::default();
            OPERATIONS.iter().try_for_each(|operation| {
                operation(world, &sample, &mut made)?;
                assert_eq!(world.check(), [""; 0]);
                Ok::<_, Error>(())
            })
        })
        .unwrap();
        file.reopen(db);
    }
}

#[test]
fn a_panic_after_each_operation_of_a_long_transaction_leaves_nothing_of_it() {
    for start in Start::ALL {
        let (file, mut db, sample) = start.file();
        let mut subscriptions = [db.subscribe().unwrap(), db.subscribe().unwrap()];
        // A change that the subscriber has not read stays in the feed unchanged.
        db.get_mut(sample.pet).unwrap().set_what_we_call_you("seen");
        let expected = delta(&mut db, &mut subscriptions[0]);
        assert_eq!(expected.len(), 1);
        let before = state_of(&db);
        for n in 0..=OPERATIONS.len() {
            panic_after(&mut db, &sample, n);
            assert!(state_of(&db) == before, "after operation {n}, {start:?}");
            assert_eq!(db.check(), [""; 0], "after operation {n}, {start:?}");
            assert!(delta(&mut db, &mut subscriptions[0]).is_empty());
        }
        assert_eq!(delta(&mut db, &mut subscriptions[1]), expected);
        // The world still works, and the whole transaction succeeds in it.
        let snapshot = db.snapshot().unwrap();
        db.transaction(|world| {
            run(world, &sample, OPERATIONS);
            Ok::<_, Error>(())
        })
        .unwrap();
        let mut mirror = World::new();
        mirror.apply(&snapshot).unwrap();
        mirror
            .apply(&delta(&mut db, &mut subscriptions[0]))
            .unwrap();
        assert_eq!(mirror.snapshot().unwrap(), db.snapshot().unwrap());
        let db = file.reopen(db);

        let (_file, mut straight, sample) = start.file();
        straight
            .get_mut(sample.pet)
            .unwrap()
            .set_what_we_call_you("seen");
        run(&mut straight, &sample, OPERATIONS);
        assert_eq!(contents_of(&db), contents_of(&straight));
    }
}
