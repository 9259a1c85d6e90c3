//! The rules of inventories, written by hand: what fits, how stacks are filled and split, how items are
//! crafted.
//!
//! Each operation is one transaction: it happens as a whole or not at all, and the error says why. No
//! quantity is lost or duplicated, whatever the order of successes and failures.
//!
//! ```
//! use gamedb_models::{inventory, Inventory, Item, ItemType, Player, World};
//!
//! let mut world = World::new();
//! let iron = world.insert(Item {
//!     internal_name: "iron".into(),
//!     item_type: ItemType::RefinedMaterial,
//!     max_stack_size: Some(100),
//!     ..Item::default()
//! })?;
//! let ada = world.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
//! let bag = Inventory { max_entries: 10, max_volume: 1000.0, ..Inventory::default() };
//! let mut owner = world.get_mut(ada)?;
//! let (bag, chest) = (owner.add_inventory(bag.clone())?, owner.add_inventory(bag)?);
//!
//! inventory::add(&mut world, bag, iron, 250.0)?;
//! let stacks: Vec<f64> = world.get(bag)?.inventory_entries().map(|(_, entry)| entry.quantity).collect();
//! assert_eq!(stacks, [100.0, 100.0, 50.0]);
//!
//! let (full, _) = world.get(bag)?.inventory_entries().next().unwrap();
//! inventory::transfer(&mut world, full, 30.0, chest)?;
//! assert_eq!(inventory::quantity(&world, bag, iron)?, 220.0);
//! assert_eq!(inventory::quantity(&world, chest, iron)?, 30.0);
//! # Ok::<(), inventory::InventoryError>(())
//! ```

mod crafting;
mod error;

use gamedb::Error;

pub use crafting::{Ingredient, blueprint_tree, craft};
pub use error::InventoryError;

use crate::{
    AttributeType, AttributeValue, Inventory, InventoryEntry, InventoryEntryKey, InventoryKey,
    ItemKey, ItemType, World,
};

/// Quantities are integral multiples of this: a power of two, so that additions and subtractions are
/// exact, and what is taken from one stack is what arrives in another.
pub const SMALLEST_QUANTITY: f64 = 1.0 / 1024.0;

/// No quantity is larger than this, so that [`SMALLEST_QUANTITY`] is never rounded away.
pub const LARGEST_QUANTITY: f64 = (1_u64 << 42) as f64;

/// The quantity of an item in an inventory, over all stacks. O(entries).
///
/// # Errors
/// [`ErrorKind::StaleKey`](gamedb::ErrorKind::StaleKey), in [`InventoryError::World`], if the inventory does
/// not exist.
pub fn quantity(
    world: &World,
    inventory: InventoryKey,
    item: ItemKey,
) -> Result<f64, InventoryError> {
    let entries = world.get(inventory)?.inventory_entries();
    Ok(entries
        .filter(|(_, entry)| entry.item == item)
        .map(|(_, entry)| entry.quantity)
        .sum())
}

/// The total volume of an inventory's contents. Virtual items have none. O(entries).
///
/// # Errors
/// [`ErrorKind::StaleKey`](gamedb::ErrorKind::StaleKey), in [`InventoryError::World`], if the inventory does
/// not exist.
pub fn volume(world: &World, inventory: InventoryKey) -> Result<f64, InventoryError> {
    let mut volume = 0.0;
    for (_, entry) in world.get(inventory)?.inventory_entries() {
        volume += entry.quantity * unit_volume(world, entry.item)?;
    }
    Ok(volume)
}

/// Adds a quantity of an item: fills the stacks that have room, and creates new ones. Returns the stacks
/// that were filled or created.
///
/// # Errors
/// [`InventoryError::NotAQuantity`], and [`InventoryError::TooManyEntries`] or
/// [`InventoryError::TooMuchVolume`] if it does not fit. Virtual items always fit.
pub fn add(
    world: &mut World,
    inventory: InventoryKey,
    item: ItemKey,
    quantity: f64,
) -> Result<Vec<InventoryEntryKey>, InventoryError> {
    check_quantity(quantity)?;
    world.transaction(|world| {
        let before = Load::of(world, inventory)?;
        let stacks = put(world, inventory, item, quantity)?;
        update_volume_within_limits(world, inventory, before)?;
        Ok(stacks)
    })
}

/// Removes a quantity of an item, from the newest stacks first.
///
/// # Errors
/// [`InventoryError::NotAQuantity`], [`InventoryError::NotEnough`].
pub fn take(
    world: &mut World,
    inventory: InventoryKey,
    item: ItemKey,
    quantity: f64,
) -> Result<(), InventoryError> {
    check_quantity(quantity)?;
    world.transaction(|world| {
        take_unsettled(world, inventory, item, quantity)?;
        update_volume(world, inventory)
    })
}

/// Splits a quantity off a stack into a new stack, and returns that.
///
/// # Errors
/// [`InventoryError::NotAQuantity`], [`InventoryError::NotEnough`],
/// [`InventoryError::NothingRemains`], [`InventoryError::NotDivisible`],
/// [`InventoryError::TooManyEntries`].
pub fn split(
    world: &mut World,
    entry: InventoryEntryKey,
    quantity: f64,
) -> Result<InventoryEntryKey, InventoryError> {
    check_quantity(quantity)?;
    world.transaction(|world| {
        let stack = world.get(entry)?.row().clone();
        if stack.mobile_item.is_some() {
            return Err(InventoryError::NotDivisible);
        }
        if quantity > stack.quantity {
            return Err(not_enough(world, stack.item, quantity, stack.quantity)?);
        }
        if quantity == stack.quantity {
            return Err(InventoryError::NothingRemains { quantity });
        }
        let before = Load::of(world, stack.inventory)?;
        set_quantity(world, entry, stack.quantity - quantity)?;
        let new = new_stack(world, stack.inventory, stack.item, quantity)?;
        update_volume_within_limits(world, stack.inventory, before)?;
        Ok(new)
    })
}

/// Moves a quantity from a stack to another inventory: into the stacks that have room there, and into new
/// ones. A mobile's own item is moved as the single object that it is.
///
/// # Errors
/// [`InventoryError::NotAQuantity`], [`InventoryError::NotEnough`],
/// [`InventoryError::NotDivisible`], [`InventoryError::TooManyEntries`],
/// [`InventoryError::TooMuchVolume`].
pub fn transfer(
    world: &mut World,
    entry: InventoryEntryKey,
    quantity: f64,
    to: InventoryKey,
) -> Result<(), InventoryError> {
    check_quantity(quantity)?;
    world.transaction(|world| {
        let stack = world.get(entry)?.row().clone();
        world.get(to)?;
        if quantity > stack.quantity {
            return Err(not_enough(world, stack.item, quantity, stack.quantity)?);
        }
        if stack.inventory == to {
            return Ok(());
        }
        let before = Load::of(world, to)?;
        let is_whole = quantity == stack.quantity;
        if stack.mobile_item.is_some() && !is_whole {
            return Err(InventoryError::NotDivisible);
        }
        if is_whole
            && (stack.mobile_item.is_some() || open_stacks(world, to, stack.item)?.is_empty())
        {
            world.get_mut(entry)?.set_inventory(to)?;
        } else {
            take_from(world, entry, quantity)?;
            put(world, to, stack.item, quantity)?;
        }
        update_volume(world, stack.inventory)?;
        update_volume_within_limits(world, to, before)
    })
}

fn check_quantity(quantity: f64) -> Result<(), InventoryError> {
    let is_one = quantity > 0.0
        && quantity <= LARGEST_QUANTITY
        && (quantity / SMALLEST_QUANTITY).fract() == 0.0;
    if is_one {
        Ok(())
    } else {
        Err(InventoryError::NotAQuantity { quantity })
    }
}

fn name(world: &World, item: ItemKey) -> Result<String, Error> {
    world.get(item).map(|item| item.internal_name.clone())
}

fn not_enough(
    world: &World,
    item: ItemKey,
    wanted: f64,
    found: f64,
) -> Result<InventoryError, Error> {
    Ok(InventoryError::NotEnough {
        item: name(world, item)?,
        wanted,
        found,
    })
}

/// The volume of one unit of an item: its attribute of the type VOLUME, or zero.
fn unit_volume(world: &World, item: ItemKey) -> Result<f64, Error> {
    let item = world.get(item)?;
    if item.item_type == ItemType::Virtual {
        return Ok(0.0);
    }
    let volume = item.attributes().find_map(|(_, attribute)| {
        match (attribute.attribute_type, &attribute.value) {
            (AttributeType::Volume, AttributeValue::Double(volume)) => Some(*volume),
            _ => None,
        }
    });
    Ok(volume.unwrap_or(0.0))
}

/// The maximum quantity of one stack of an item. Virtual items always fit, so their stacks have no limit.
#[allow(
    clippy::cast_precision_loss,
    reason = "stacks are far smaller than 2^52"
)]
fn stack_size(world: &World, item: ItemKey) -> Result<f64, Error> {
    let item = world.get(item)?;
    Ok(match item.max_stack_size {
        Some(size) if item.item_type != ItemType::Virtual => size.max(1) as f64,
        _ => LARGEST_QUANTITY,
    })
}

/// Stacks of an item that are not full, each with its remaining capacity.
fn open_stacks(
    world: &World,
    inventory: InventoryKey,
    item: ItemKey,
) -> Result<Vec<(InventoryEntryKey, f64)>, Error> {
    let size = stack_size(world, item)?;
    let entries = world.get(inventory)?.inventory_entries();
    let stacks = entries.filter(|(_, entry)| entry.item == item && entry.mobile_item.is_none());
    let with_room = stacks
        .map(|(key, entry)| (key, size - entry.quantity))
        .filter(|(_, room)| *room > 0.0);
    Ok(with_room.collect())
}

fn new_stack(
    world: &mut World,
    inventory: InventoryKey,
    item: ItemKey,
    quantity: f64,
) -> Result<InventoryEntryKey, Error> {
    let is_max_stacked = quantity >= stack_size(world, item)?;
    world.insert(InventoryEntry {
        inventory,
        item,
        quantity,
        is_max_stacked,
        ..InventoryEntry::default()
    })
}

fn set_quantity(world: &mut World, entry: InventoryEntryKey, quantity: f64) -> Result<(), Error> {
    let is_max_stacked = quantity >= stack_size(world, world.get(entry)?.item)?;
    let mut entry = world.get_mut(entry)?;
    entry.set_is_max_stacked(is_max_stacked);
    entry.set_quantity(quantity)
}

/// Adds a quantity without checking the limits.
fn put(
    world: &mut World,
    inventory: InventoryKey,
    item: ItemKey,
    quantity: f64,
) -> Result<Vec<InventoryEntryKey>, InventoryError> {
    let size = stack_size(world, item)?;
    let most = world.get(inventory)?.max_entries;
    let mut remaining = quantity;
    let mut stacks = Vec::new();
    for (stack, room) in open_stacks(world, inventory, item)? {
        if remaining == 0.0 {
            break;
        }
        let part = remaining.min(room);
        set_quantity(world, stack, world.get(stack)?.quantity + part)?;
        remaining -= part;
        stacks.push(stack);
    }
    // A large quantity of an item with small stacks is refused before millions of stacks are created.
    let entries = (remaining / size).ceil();
    if world.get(item)?.item_type != ItemType::Virtual && entries > most.max(0) as f64 {
        return Err(InventoryError::TooManyEntries {
            entries: entries as usize,
            max_entries: most,
        });
    }
    while remaining > 0.0 {
        let part = remaining.min(size);
        stacks.push(new_stack(world, inventory, item, part)?);
        remaining -= part;
    }
    Ok(stacks)
}

fn take_from(world: &mut World, entry: InventoryEntryKey, quantity: f64) -> Result<(), Error> {
    let remaining = world.get(entry)?.quantity - quantity;
    if remaining > 0.0 {
        set_quantity(world, entry, remaining)
    } else {
        world.remove(entry)
    }
}

fn take_unsettled(
    world: &mut World,
    inventory: InventoryKey,
    item: ItemKey,
    wanted: f64,
) -> Result<(), InventoryError> {
    let entries = world.get(inventory)?.inventory_entries();
    let stacks = entries
        .rev()
        .filter(|(_, entry)| entry.item == item && entry.mobile_item.is_none());
    let stacks: Vec<_> = stacks.map(|(key, entry)| (key, entry.quantity)).collect();
    let mut remaining = wanted;
    for (stack, quantity) in stacks {
        if remaining == 0.0 {
            break;
        }
        let part = remaining.min(quantity);
        take_from(world, stack, part)?;
        remaining -= part;
    }
    if remaining > 0.0 {
        Err(not_enough(world, item, wanted, wanted - remaining)?)
    } else {
        Ok(())
    }
}

/// Updates the recorded volume of an inventory after a removal.
fn update_volume(world: &mut World, inventory: InventoryKey) -> Result<(), InventoryError> {
    let volume = volume(world, inventory)?;
    world
        .get_mut(inventory)?
        .set_last_calculated_volume(Some(volume))?;
    Ok(())
}

/// The usage of an inventory, which its limits apply to.
#[derive(Clone, Copy)]
struct Load {
    /// Number of stacks, without those of virtual items.
    entries: usize,
    volume: f64,
}

impl Load {
    fn of(world: &World, inventory: InventoryKey) -> Result<Self, InventoryError> {
        let mut entries = 0;
        for (_, entry) in world.get(inventory)?.inventory_entries() {
            entries += usize::from(world.get(entry.item)?.item_type != ItemType::Virtual);
        }
        let volume = volume(world, inventory)?;
        Ok(Self { entries, volume })
    }
}

/// The same after an addition, which is refused if the inventory exceeds its limits. An inventory whose
/// limits were lowered may stay as full as it was before.
fn update_volume_within_limits(
    world: &mut World,
    inventory: InventoryKey,
    before: Load,
) -> Result<(), InventoryError> {
    let Inventory {
        max_entries,
        max_volume,
        ..
    } = *world.get(inventory)?.row();
    let Load { entries, volume } = Load::of(world, inventory)?;
    let has_room = i64::try_from(entries).is_ok_and(|entries| entries <= max_entries);
    if entries > before.entries && !has_room {
        return Err(InventoryError::TooManyEntries {
            entries,
            max_entries,
        });
    }
    if volume > before.volume && volume > max_volume {
        return Err(InventoryError::TooMuchVolume { volume, max_volume });
    }
    update_volume(world, inventory)
}
