//! The game's initial catalogue: ores, the metals that are refined from them, and steel.
//!
//! ```
//! use gamedb_models::{catalogue, Item, World};
//!
//! let mut world = World::new();
//! assert_eq!(catalogue::seed(&mut world)?, 36);
//! assert_eq!(catalogue::seed(&mut world)?, 0); // all of it is there
//!
//! let steel = Item::find_by_internal_name(&world, "steel").expect("it is in the catalogue");
//! let blueprint = steel.blueprint().expect("it is made of something");
//! let ratios = blueprint.item_blueprint_components().map(|(_, component)| component.ratio);
//! assert!(ratios.eq([0.9, 0.1])); // of iron, of carbon
//! # Ok::<(), gamedb::Error>(())
//! ```

use gamedb::Error;

use crate::{
    Attribute, AttributeType, AttributeValue, Item, ItemBlueprint, ItemBlueprintComponent, ItemKey,
    ItemType, World,
};

/// An item of the catalogue, as in the table below.
struct Entry {
    name: &'static str,
    item_type: ItemType,
    max_stack_size: i64,
    /// Volume of one unit.
    volume: f64,
    /// Units of each component in one unit; an item without components has no blueprint.
    components: &'static [(&'static str, f64)],
}

/// The bake time of every item.
const BAKE_TIME_MS: i64 = 3000;

const fn ore(name: &'static str, volume: f64) -> Entry {
    Entry {
        name,
        item_type: ItemType::RawMaterial,
        max_stack_size: 10_000,
        volume,
        components: &[],
    }
}

const fn metal(name: &'static str, components: &'static [(&'static str, f64)]) -> Entry {
    Entry {
        name,
        item_type: ItemType::RefinedMaterial,
        max_stack_size: 10_000,
        volume: 1.0,
        components,
    }
}

const CATALOGUE: [Entry; 36] = [
    metal("gold", &[("calaverite", 1.0)]),
    ore("calaverite", 2.0),
    metal("silver", &[("argentite", 1.0), ("proustite", 1.0)]),
    ore("argentite", 2.0),
    ore("proustite", 2.0),
    metal(
        "copper",
        &[
            ("chacopyrite", 1.0),
            ("chalcocite", 1.0),
            ("bornite", 1.0),
            ("pyrite", 1.0),
        ],
    ),
    ore("chacopyrite", 2.0),
    ore("chalcocite", 2.0),
    ore("bornite", 2.0),
    ore("pyrite", 2.0),
    metal(
        "iron",
        &[
            ("hematite", 1.0),
            ("magnetite", 1.0),
            ("goethite", 1.0),
            ("siderite", 1.0),
        ],
    ),
    ore("hematite", 2.0),
    ore("magnetite", 2.0),
    ore("goethite", 2.0),
    ore("siderite", 2.0),
    metal("manganese", &[("pyrolusite", 1.0), ("psilomelane", 1.0)]),
    ore("pyrolusite", 2.0),
    ore("psilomelane", 2.0),
    metal(
        "aluminium",
        &[
            ("bauxite", 1.0),
            ("gibbsite", 1.0),
            ("boehmite", 1.0),
            ("diaspore", 1.0),
        ],
    ),
    ore("bauxite", 2.0),
    ore("gibbsite", 2.0),
    ore("boehmite", 2.0),
    ore("diaspore", 2.0),
    metal("zinc", &[("sphalerite", 1.0), ("zincite", 1.0)]),
    ore("sphalerite", 2.0),
    ore("zincite", 2.0),
    metal("lead", &[("galena", 1.0), ("cerussite", 1.0)]),
    ore("galena", 2.0),
    ore("cerussite", 2.0),
    metal("nickel", &[("pentlandite", 1.0), ("garnierite", 1.0)]),
    ore("pentlandite", 2.0),
    ore("garnierite", 2.0),
    metal("chromium", &[("chromite", 1.0)]),
    ore("chromite", 2.0),
    ore("carbon", 1.0),
    Entry {
        max_stack_size: 100,
        volume: 3.0,
        ..metal("steel", &[("iron", 0.9), ("carbon", 0.1)])
    },
];

/// Adds the items of the catalogue that the world does not have, with their attributes and blueprints,
/// and returns how many. Existing items, identified by their names, stay unchanged. All or nothing.
///
/// # Errors
/// When the ids are exhausted. On error the world is unchanged.
pub fn seed(world: &mut World) -> Result<usize, Error> {
    world.transaction(|world| {
        let mut added = Vec::new();
        for entry in &CATALOGUE {
            if Item::find_by_internal_name(world, entry.name).is_none() {
                added.push((entry, add_item(world, entry)?));
            }
        }
        // In a second pass, because a blueprint may reference items that come later in the table.
        for (entry, item) in &added {
            if !entry.components.is_empty() {
                add_blueprint(world, *item, entry.components)?;
            }
        }
        Ok(added.len())
    })
}

fn add_item(world: &mut World, entry: &Entry) -> Result<ItemKey, Error> {
    let key = world.insert(Item {
        internal_name: entry.name.into(),
        max_stack_size: Some(entry.max_stack_size),
        item_type: entry.item_type,
        ..Item::default()
    })?;
    let mut item = world.get_mut(key)?;
    for (internal_name, attribute_type, value) in [
        ("quantity", AttributeType::Quantity, 0.0),
        ("purity", AttributeType::Purity, 0.0),
        ("volume", AttributeType::Volume, entry.volume),
    ] {
        item.add_attribute(Attribute {
            internal_name: internal_name.into(),
            visible: true,
            attribute_type,
            value: AttributeValue::Double(value),
        })?;
    }
    Ok(key)
}

fn add_blueprint(
    world: &mut World,
    item: ItemKey,
    components: &[(&str, f64)],
) -> Result<(), Error> {
    let blueprint = world.insert(ItemBlueprint {
        bake_time_ms: BAKE_TIME_MS,
    })?;
    for &(name, ratio) in components {
        // Without such an item this is the null key, which the world refuses.
        let component = Item::find_by_internal_name(world, name).map(|item| item.key());
        world.insert(ItemBlueprintComponent {
            item_blueprint: blueprint,
            component_item: component.unwrap_or_default(),
            ratio,
        })?;
    }
    world.get_mut(item)?.set_blueprint(Some(blueprint))
}
