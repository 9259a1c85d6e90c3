//! The rules of inventories: what fits, and that nothing is ever lost or duplicated.
#![allow(clippy::unwrap_used)]

#[path = "inventory/random.rs"]
mod random;

use std::error::Error as _;

use gamedb::ErrorKind;
use gamedb_models::inventory::{self, InventoryError, SMALLEST_QUANTITY, quantity, volume};
use gamedb_models::{
    Attribute, AttributeType, AttributeValue, Inventory, InventoryEntry, InventoryEntryKey,
    InventoryKey, Item, ItemBlueprint, ItemBlueprintComponent, ItemKey, ItemType, Mobile,
    MobileItem, Player, World, catalogue,
};

/// Every row with its key, id and dirty columns.
fn snapshot(world: &World) -> Vec<String> {
    let mut rows = vec![format!("{} dirty", world.n_dirty())];
    macro_rules! tables {
        ($($table:ident)*) => {$(
            for (key, row) in world.$table.iter_by_id() {
                let (id, dirty) = (world.id(key), world.$table.dirty_columns(key));
                rows.push(format!("{key:?} {id:?} {row:?} {dirty:?}"));
            }
        )*};
    }
    tables!(players mobiles items attributes inventories inventory_entries item_blueprints
        item_blueprint_components mobile_items mobile_item_attributes mobile_item_blueprints
        mobile_item_blueprint_components);
    rows.extend(world.attribute_owners.iter().map(|row| format!("{row:?}")));
    rows.extend(world.inventory_owners.iter().map(|row| format!("{row:?}")));
    rows
}

fn item(world: &mut World, name: &str, item_type: ItemType, stack: i64, volume: f64) -> ItemKey {
    let key = world
        .insert(Item {
            internal_name: name.into(),
            item_type,
            max_stack_size: Some(stack),
            ..Item::default()
        })
        .unwrap();
    let volume = Attribute {
        internal_name: "volume".into(),
        attribute_type: AttributeType::Volume,
        value: AttributeValue::Double(volume),
        ..Attribute::default()
    };
    world.get_mut(key).unwrap().add_attribute(volume).unwrap();
    key
}

fn blueprint(world: &mut World, product: ItemKey, components: &[(ItemKey, f64)]) {
    let item_blueprint = world.insert(ItemBlueprint::default()).unwrap();
    for &(component_item, ratio) in components {
        world
            .insert(ItemBlueprintComponent {
                item_blueprint,
                component_item,
                ratio,
            })
            .unwrap();
    }
    let mut product = world.get_mut(product).unwrap();
    product.set_blueprint(Some(item_blueprint)).unwrap();
}

/// Two bags, and four items: ore (stacks of 10, volume 2), plate (stacks of 4, volume 1, made of 1.5
/// ore and 0.1 credits), credits (virtual), and ada's own sword in the first bag.
struct Game {
    world: World,
    bags: [InventoryKey; 2],
    items: [ItemKey; 3],
    sword: InventoryEntryKey,
}

fn game() -> Game {
    let mut world = World::new();
    let ore = item(&mut world, "ore", ItemType::RawMaterial, 10, 2.0);
    let plate = item(&mut world, "plate", ItemType::RefinedMaterial, 4, 1.0);
    let credits = item(&mut world, "credits", ItemType::Virtual, 5, 100.0);
    blueprint(&mut world, plate, &[(ore, 1.5), (credits, 0.1)]);
    let ada = world.insert(Player::default()).unwrap();
    let mobile = world.insert(Mobile::default()).unwrap();
    let mut add_bag = |max_entries, max_volume| {
        let bag = Inventory {
            max_entries,
            max_volume,
            ..Inventory::default()
        };
        world.get_mut(ada).unwrap().add_inventory(bag).unwrap()
    };
    let bags = [add_bag(6, 60.0), add_bag(3, 45.0)];
    let own = MobileItem {
        mobile,
        item: ore,
        ..MobileItem::default()
    };
    let own = world.insert(own).unwrap();
    let sword = InventoryEntry {
        inventory: bags[0],
        item: ore,
        quantity: 2.0,
        mobile_item: Some(own),
        ..InventoryEntry::default()
    };
    let sword = world.insert(sword).unwrap();
    Game {
        world,
        bags,
        items: [ore, plate, credits],
        sword,
    }
}

impl Game {
    fn stacks(&self, bag: InventoryKey) -> Vec<f64> {
        let entries = self.world.get(bag).unwrap().inventory_entries();
        entries.map(|(_, entry)| entry.quantity).collect()
    }

    fn entry(&self, bag: InventoryKey, n: usize) -> InventoryEntryKey {
        let mut entries = self.world.get(bag).unwrap().inventory_entries().keys();
        entries.nth(n).unwrap()
    }

    /// Expects an error that changes nothing.
    fn refused<T: std::fmt::Debug>(
        &mut self,
        operation: impl FnOnce(&mut World) -> Result<T, InventoryError>,
    ) -> String {
        let before = snapshot(&self.world);
        let error = operation(&mut self.world).unwrap_err();
        assert_eq!(snapshot(&self.world), before);
        assert_eq!(self.world.check(), [""; 0]);
        error.to_string()
    }
}

#[test]
fn what_the_world_refuses_is_said_once_and_keeps_its_kind() {
    let mut world = World::new();
    let iron = item(&mut world, "iron", ItemType::RawMaterial, 100, 1.0);
    let bag = world.insert(Mobile::default()).unwrap();
    let bag = world
        .get_mut(bag)
        .unwrap()
        .add_inventory(Inventory::default())
        .unwrap();
    world.remove(bag).unwrap();
    let refused = quantity(&world, bag, iron).unwrap_err();
    let expected = match cfg!(debug_assertions) {
        true => "inventories: row 1 was removed, so its key has no row",
        false => {
            "inventories: the key has no row; the row was removed, or the key belongs to another world"
        }
    };
    assert_eq!(refused.to_string(), expected);
    assert!(
        refused.source().is_none(),
        "its message would be read twice"
    );
    match refused {
        InventoryError::World(error) => {
            assert!(matches!(
                error.kind(),
                ErrorKind::StaleKey {
                    table: "inventories",
                    ..
                }
            ));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn adding_fills_stacks_before_it_starts_new_ones() {
    let mut game = game();
    let ([_, bag], [ore, ..]) = (game.bags, game.items);
    inventory::add(&mut game.world, bag, ore, 7.0).unwrap();
    inventory::add(&mut game.world, bag, ore, 14.5).unwrap();
    assert_eq!(game.stacks(bag), [10.0, 10.0, 1.5]);
    let full = game.world.get(bag).unwrap().inventory_entries();
    assert!(
        full.map(|(_, entry)| entry.is_max_stacked)
            .eq([true, true, false])
    );
    assert_eq!(
        game.world.get(bag).unwrap().last_calculated_volume,
        Some(43.0)
    );
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut game = game();
    let ([_, bag], [ore, plate, _]) = (game.bags, game.items);
    inventory::add(&mut game.world, bag, ore, 9.0).unwrap();
    let error = game.refused(|world| inventory::add(world, bag, ore, 14.0));
    assert_eq!(error, "a volume of 46 does not fit: there is room for 45");
    let error = game.refused(|world| inventory::add(world, bag, plate, 9.0));
    assert_eq!(error, "4 stacks do not fit: there is room for 3");
    // Refused before millions of stacks are created.
    game.refused(|world| inventory::add(world, bag, plate, inventory::LARGEST_QUANTITY));
}

#[test]
fn what_is_no_quantity_is_refused() {
    let mut game = game();
    let ([bag, other], [ore, ..], sword) = (game.bags, game.items, game.sword);
    for wrong in [
        0.0,
        -1.0,
        0.3,
        f64::NAN,
        f64::INFINITY,
        inventory::LARGEST_QUANTITY * 2.0,
    ] {
        game.refused(|world| inventory::add(world, bag, ore, wrong));
        game.refused(|world| inventory::take(world, bag, ore, wrong));
        game.refused(|world| inventory::split(world, sword, wrong));
        game.refused(|world| inventory::transfer(world, sword, wrong, other));
        game.refused(|world| inventory::craft(world, bag, ore, wrong));
    }
}

#[test]
fn virtual_items_always_fit() {
    let mut game = game();
    let ([_, bag], [ore, _, credits]) = (game.bags, game.items);
    inventory::add(&mut game.world, bag, ore, 22.0).unwrap();
    inventory::add(&mut game.world, bag, credits, 1e9).unwrap();
    // Also into a bag that exceeds its limits by now.
    let mut lowered = game.world.get_mut(bag).unwrap();
    lowered.set_max_entries(0).unwrap();
    lowered.set_max_volume(0.0).unwrap();
    inventory::add(&mut game.world, bag, credits, 1e9).unwrap();
    assert_eq!(quantity(&game.world, bag, credits).unwrap(), 2e9);
    assert_eq!(volume(&game.world, bag).unwrap(), 44.0);
    game.refused(|world| inventory::add(world, bag, ore, 1.0));
    // Its contents can be taken out.
    inventory::take(&mut game.world, bag, ore, 1.0).unwrap();
}

#[test]
fn taking_starts_with_the_youngest_stack_and_leaves_own_items() {
    let mut game = game();
    let ([bag, _], [ore, ..]) = (game.bags, game.items);
    inventory::add(&mut game.world, bag, ore, 15.0).unwrap();
    inventory::take(&mut game.world, bag, ore, 6.0).unwrap();
    assert_eq!(game.stacks(bag), [2.0, 9.0]);
    let error = game.refused(|world| inventory::take(world, bag, ore, 9.5));
    assert_eq!(error, "there are 9 of ore, and 9.5 are needed");
}

#[test]
fn splitting_leaves_something() {
    let mut game = game();
    let ([_, bag], [ore, plate, _]) = (game.bags, game.items);
    inventory::add(&mut game.world, bag, ore, 8.0).unwrap();
    let stack = game.entry(bag, 0);
    inventory::split(&mut game.world, stack, 3.0).unwrap();
    assert_eq!(game.stacks(bag), [5.0, 3.0]);
    game.refused(|world| inventory::split(world, stack, 6.0));
    let error = game.refused(|world| inventory::split(world, stack, 5.0));
    assert_eq!(
        error,
        "5 is all there is in the stack, and something has to remain"
    );
    inventory::add(&mut game.world, bag, plate, 1.0).unwrap();
    let error = game.refused(|world| inventory::split(world, stack, 1.0));
    assert_eq!(error, "4 stacks do not fit: there is room for 3");
}

#[test]
fn transfers_move_a_part_a_whole_stack_or_nothing() {
    let mut game = game();
    let ([from, to], [ore, ..]) = (game.bags, game.items);
    inventory::add(&mut game.world, from, ore, 18.0).unwrap();
    let (full, rest) = (game.entry(from, 1), game.entry(from, 2));
    inventory::transfer(&mut game.world, rest, 8.0, to).unwrap();
    assert_eq!(
        game.world.get(rest).unwrap().inventory,
        to,
        "the row itself moves"
    );
    inventory::transfer(&mut game.world, full, 4.0, to).unwrap();
    assert_eq!(
        (game.stacks(from), game.stacks(to)),
        (vec![2.0, 6.0], vec![10.0, 2.0])
    );
    assert_eq!(
        game.world.get(from).unwrap().last_calculated_volume,
        Some(16.0)
    );
    game.refused(|world| inventory::transfer(world, full, 7.0, to));
    // A transfer into the same bag changes nothing.
    let before = snapshot(&game.world);
    inventory::transfer(&mut game.world, full, 1.0, from).unwrap();
    assert_eq!(snapshot(&game.world), before);
    inventory::add(&mut game.world, from, ore, 14.0).unwrap();
    let full = game.entry(from, 1);
    let error = game.refused(|world| inventory::transfer(world, full, 10.5, to));
    assert_eq!(error, "there are 10 of ore, and 10.5 are needed");
}

#[test]
fn a_trade_that_fails_half_way_is_taken_back() {
    let mut game = game();
    let ([ours, theirs], [ore, plate, _]) = (game.bags, game.items);
    inventory::add(&mut game.world, ours, ore, 5.0).unwrap();
    inventory::add(&mut game.world, theirs, plate, 3.0).unwrap();
    let (goods, promised) = (game.entry(ours, 1), game.entry(theirs, 0));
    let error = game.refused(|world| {
        world.transaction(|world| {
            inventory::transfer(world, goods, 5.0, theirs)?;
            inventory::transfer(world, promised, 4.0, ours)
        })
    });
    assert_eq!(error, "there are 3 of plate, and 4 are needed");
}

#[test]
fn a_mobiles_own_item_is_one_thing() {
    let mut game = game();
    let ([from, to], sword) = (game.bags, game.sword);
    game.refused(|world| inventory::split(world, sword, 1.0));
    game.refused(|world| inventory::transfer(world, sword, 1.0, to));
    inventory::add(&mut game.world, to, game.items[0], 1.0).unwrap();
    inventory::transfer(&mut game.world, sword, 2.0, to).unwrap();
    assert_eq!(game.stacks(to), [2.0, 1.0], "it does not melt into a stack");
    assert!(game.stacks(from).is_empty());
}

#[test]
fn crafting_uses_up_what_the_blueprint_says() {
    let mut game = game();
    let ([bag, _], [ore, plate, credits]) = (game.bags, game.items);
    inventory::add(&mut game.world, bag, ore, 10.0).unwrap();
    let error = game.refused(|world| inventory::craft(world, bag, plate, 4.0));
    assert_eq!(error, "there are 0 of credits, and 0.400390625 are needed");
    inventory::add(&mut game.world, bag, credits, 1.0).unwrap();
    inventory::craft(&mut game.world, bag, plate, 4.0).unwrap();
    assert_eq!(
        game.stacks(bag),
        [2.0, 4.0, 1.0 - 410.0 * SMALLEST_QUANTITY, 4.0]
    );
    let error = game.refused(|world| inventory::craft(world, bag, ore, 1.0));
    assert_eq!(error, "ore has no blueprint");
}

#[test]
fn ratios_are_not_rounded_up_by_their_last_digit() {
    // 1.1 * 50.0 is 55.00000000000001.
    let mut game = game();
    let ([bag, _], [_, _, credits]) = (game.bags, game.items);
    let coin = item(&mut game.world, "coin", ItemType::Virtual, 1, 0.0);
    blueprint(&mut game.world, coin, &[(credits, 1.1)]);
    inventory::add(&mut game.world, bag, credits, 55.0).unwrap();
    inventory::craft(&mut game.world, bag, coin, 50.0).unwrap();
    assert_eq!(quantity(&game.world, bag, credits).unwrap(), 0.0);
}

#[test]
fn the_tree_of_steel() {
    let mut world = World::new();
    catalogue::seed(&mut world).unwrap();
    assert_eq!(world.attributes.len(), 3 * 36);
    let steel = Item::find_by_internal_name(&world, "steel").unwrap().key();
    let tree = inventory::blueprint_tree(&world, steel).unwrap();
    let name = |item: ItemKey| world.get(item).unwrap().internal_name.clone();
    let tree: Vec<_> = tree
        .into_iter()
        .map(|part| (name(part.item), part.quantity, part.depth))
        .collect();
    let expected = [
        ("iron", 0.9, 1),
        ("hematite", 0.9, 2),
        ("magnetite", 0.9, 2),
        ("goethite", 0.9, 2),
        ("siderite", 0.9, 2),
        ("carbon", 0.1, 1),
    ];
    assert_eq!(
        tree,
        expected.map(|(name, quantity, depth)| (name.to_owned(), quantity, depth))
    );
}

#[test]
fn a_circle_of_blueprints_is_an_error_and_a_diamond_is_not() {
    let mut world = World::new();
    let [a, b, c, d] =
        ["a", "b", "c", "d"].map(|name| item(&mut world, name, ItemType::RefinedMaterial, 1, 1.0));
    blueprint(&mut world, a, &[(b, 1.0), (c, 2.0)]);
    blueprint(&mut world, b, &[(d, 3.0)]);
    blueprint(&mut world, c, &[(d, 4.0)]);
    let tree = inventory::blueprint_tree(&world, a).unwrap();
    let parts: Vec<_> = tree.iter().map(|part| (part.item, part.quantity)).collect();
    assert_eq!(parts, [(b, 1.0), (d, 3.0), (c, 2.0), (d, 8.0)]);
    blueprint(&mut world, d, &[(c, 1.0)]);
    let error = inventory::blueprint_tree(&world, a).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the blueprints go round in a circle: d needs c needs d"
    );
}
