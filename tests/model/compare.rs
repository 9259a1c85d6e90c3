//! Is the world what the model says?

use gamedb::Key;
use gamedb::model::Entity;
use gamedb_models::{
    Attribute, AttributeOwnerKey, AttributeValue, Inventory, InventoryEntry, InventoryOwnerKey,
    Item, Mobile, MobileOwnerKey, Player, Tables, World,
};

use crate::naive::{Naive, Owner};

fn id<E: Entity<Tables = Tables>>(world: &World, key: Key<E>) -> i64 {
    world.id(key).unwrap().get()
}

pub(crate) fn attribute_owner(world: &World, owner: AttributeOwnerKey) -> Owner {
    match owner {
        AttributeOwnerKey::Player(key) => Owner::Player(id(world, key)),
        AttributeOwnerKey::Mobile(key) => Owner::Mobile(id(world, key)),
        AttributeOwnerKey::Item(key) => Owner::Item(id(world, key)),
        AttributeOwnerKey::Asset(asset) => Owner::Asset(asset),
    }
}

fn inventory_owner(world: &World, owner: InventoryOwnerKey) -> Owner {
    match owner {
        InventoryOwnerKey::Player(key) => Owner::Player(id(world, key)),
        InventoryOwnerKey::Mobile(key) => Owner::Mobile(id(world, key)),
        InventoryOwnerKey::Item(key) => Owner::Item(id(world, key)),
    }
}

/// The rows of a table by id, each as the model has it.
fn rows<E: Entity<Tables = Tables>, R>(
    world: &World,
    row: impl Fn(Key<E>, &E) -> R,
) -> Vec<(i64, R)> {
    let rows = E::table(world).iter_by_id();
    rows.map(|(key, found)| (id(world, key), row(key, found)))
        .collect()
}

/// Panics where the two differ.
pub(crate) fn compare(world: &World, naive: &Naive) {
    let players = rows(world, |_, row: &Player| row.email.clone());
    assert!(
        players
            .iter()
            .map(|(id, row)| (id, row))
            .eq(&naive.players.rows),
        "{players:?}"
    );
    let items = rows(world, |_, row: &Item| row.internal_name.clone());
    assert!(
        items
            .iter()
            .map(|(id, row)| (id, row))
            .eq(&naive.items.rows),
        "{items:?}"
    );
    let mobiles = rows(world, |_, row: &Mobile| {
        row.owner.map(|owner| match owner {
            MobileOwnerKey::Player(key) => Owner::Player(id(world, key)),
            MobileOwnerKey::Mobile(key) => Owner::Mobile(id(world, key)),
        })
    });
    assert!(
        mobiles
            .iter()
            .map(|(id, row)| (id, row))
            .eq(&naive.mobiles.rows),
        "{mobiles:?}"
    );
    let attributes = rows(world, |key, row: &Attribute| {
        let pivot = world.get(key).unwrap().attribute_owner().unwrap();
        assert_eq!(pivot.attribute, key);
        let AttributeValue::Double(value) = row.value else {
            panic!("{row:?}")
        };
        (value, pivot.id.get(), attribute_owner(world, pivot.owner))
    });
    let expected = naive
        .attributes
        .rows
        .iter()
        .map(|(id, row)| (*id, (row.value, row.pivot, row.owner)));
    assert_eq!(attributes, expected.collect::<Vec<_>>());
    let inventories = rows(world, |key, row: &Inventory| {
        let pivot = world.get(key).unwrap().inventory_owner().unwrap();
        assert_eq!(pivot.inventory, key);
        (
            row.owner_type.clone().unwrap(),
            pivot.id.get(),
            inventory_owner(world, pivot.owner),
        )
    });
    let expected = naive.inventories.rows.iter();
    let expected = expected.map(|(id, row)| (*id, (row.value.clone(), row.pivot, row.owner)));
    assert_eq!(inventories, expected.collect::<Vec<_>>());
    let entries = rows(world, |_, row: &InventoryEntry| {
        (id(world, row.inventory), id(world, row.item), row.quantity)
    });
    let expected = naive.entries.rows.iter();
    let expected = expected.map(|(id, row)| (*id, (row.inventory, row.item, row.quantity)));
    assert_eq!(entries, expected.collect::<Vec<_>>());
    compare_relations(world, naive);
}

/// The same seen from the owners, in order.
fn compare_relations(world: &World, naive: &Naive) {
    for (key, row) in world.iter::<Player>() {
        let (view, owner) = (world.get(key).unwrap(), Owner::Player(id(world, key)));
        let attributes = view.attributes().map(|(key, _)| id(world, key));
        assert!(attributes.eq(naive.attributes_of(owner)));
        let inventories = view.inventories().map(|(key, _)| id(world, key));
        assert!(inventories.eq(naive.inventories_of(owner)));
        let found = Player::find_by_email(world, &row.email).unwrap();
        assert_eq!(found.key(), key);
        let avatar = naive
            .mobiles
            .rows
            .iter()
            .find(|(_, of)| **of == Some(owner));
        assert_eq!(
            view.mobile().map(|mobile| mobile.id().get()),
            avatar.map(|(id, _)| *id)
        );
    }
    for (key, _) in world.iter::<Mobile>() {
        let (view, owner) = (world.get(key).unwrap(), Owner::Mobile(id(world, key)));
        let attributes = view.attributes().map(|(key, _)| id(world, key));
        assert!(attributes.eq(naive.attributes_of(owner)));
        let inventories = view.inventories().map(|(key, _)| id(world, key));
        assert!(inventories.eq(naive.inventories_of(owner)));
        let owned = naive
            .mobiles
            .rows
            .iter()
            .filter(|(_, of)| **of == Some(owner));
        let mobiles = view.mobiles().map(|(key, _)| id(world, key));
        assert!(mobiles.eq(owned.map(|(id, _)| *id)));
    }
    for (key, _) in world.iter::<Item>() {
        let owner = Owner::Item(id(world, key));
        let attributes = world
            .get(key)
            .unwrap()
            .attributes()
            .map(|(key, _)| id(world, key));
        assert!(attributes.eq(naive.attributes_of(owner)));
    }
    for asset in 0..3 {
        let attributes = world.owned_by::<Attribute>(AttributeOwnerKey::Asset(asset));
        let attributes = attributes.map(|(key, _)| id(world, key));
        assert!(attributes.eq(naive.attributes_of(Owner::Asset(asset))));
    }
}
