//! Crafting: blueprints, and the consumption of components.

use super::{
    InventoryError, Load, SMALLEST_QUANTITY, check_quantity, name, put, take_unsettled,
    update_volume_within_limits,
};
use crate::{InventoryKey, ItemKey, World};

/// One ingredient of an item, somewhere in its tree of blueprints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ingredient {
    /// The item that is needed.
    pub item: ItemKey,
    /// The quantity that one unit of the item at the root needs.
    pub quantity: f64,
    /// 1 for the ingredients of the item itself, 2 for theirs, and so on.
    pub depth: usize,
}

/// All ingredients of an item, down to those without a blueprint: each ingredient comes before its own
/// ingredients.
///
/// # Errors
/// [`InventoryError::BlueprintCycle`] if an item is needed to make itself.
pub fn blueprint_tree(world: &World, item: ItemKey) -> Result<Vec<Ingredient>, InventoryError> {
    let mut tree = Vec::new();
    let mut path: Vec<ItemKey> = Vec::new();
    let mut to_visit = vec![Ingredient {
        item,
        quantity: 1.0,
        depth: 0,
    }];
    while let Some(ingredient) = to_visit.pop() {
        path.truncate(ingredient.depth);
        if let Some(start) = path.iter().position(|above| *above == ingredient.item) {
            let circle = path[start..].iter().chain([&ingredient.item]);
            let path = circle
                .map(|item| name(world, *item))
                .collect::<Result<_, _>>()?;
            return Err(InventoryError::BlueprintCycle { path });
        }
        path.push(ingredient.item);
        if ingredient.depth > 0 {
            tree.push(ingredient);
        }
        let Some(blueprint) = world.get(ingredient.item)?.blueprint else {
            continue;
        };
        let components = world.get(blueprint)?.item_blueprint_components();
        to_visit.extend(components.rev().map(|(_, component)| Ingredient {
            item: component.component_item,
            quantity: ingredient.quantity * component.ratio,
            depth: ingredient.depth + 1,
        }));
    }
    Ok(tree)
}

/// Makes a quantity of an item from the contents of an inventory, by its blueprint.
///
/// Of each component, its ratio times the quantity is consumed, rounded up to [`SMALLEST_QUANTITY`].
/// Waiting for the bake time is up to the caller.
///
/// # Errors
/// [`InventoryError::NotAQuantity`], [`InventoryError::NoBlueprint`], [`InventoryError::NotEnough`] of a
/// component, and the errors of [`add`](super::add) for the product.
pub fn craft(
    world: &mut World,
    inventory: InventoryKey,
    item: ItemKey,
    quantity: f64,
) -> Result<(), InventoryError> {
    check_quantity(quantity)?;
    world.transaction(|world| {
        let Some(blueprint) = world.get(item)?.blueprint else {
            return Err(InventoryError::NoBlueprint {
                item: name(world, item)?,
            });
        };
        let components = world.get(blueprint)?.item_blueprint_components();
        let needed: Vec<_> = components
            .map(|(_, part)| (part.component_item, part.ratio * quantity))
            .collect();
        let before = Load::of(world, inventory)?;
        for (component, quantity) in needed {
            let quantity = round_up(quantity);
            check_quantity(quantity)?;
            take_unsettled(world, inventory, component, quantity)?;
        }
        put(world, inventory, item, quantity)?;
        update_volume_within_limits(world, inventory, before)
    })
}

/// Rounds up to the next valid quantity. A rounding error in the last digits of the multiplication is not
/// rounded up: 1.1 times 50 is 55, although it comes out as 55.00000000000001.
fn round_up(quantity: f64) -> f64 {
    (quantity / SMALLEST_QUANTITY * (1.0 - 1e-12)).ceil() * SMALLEST_QUANTITY
}
