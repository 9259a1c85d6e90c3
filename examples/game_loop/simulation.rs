//! The game: the events of a tick. It uses the world in memory only, and no files.

use fastrand::Rng;
use gamedb::Error;
use gamedb_models::inventory::{self, InventoryError};
use gamedb_models::{
    AttributeType, AttributeValue, InventoryEntryKey, InventoryKey, ItemKey, MobileKey, World,
};

use crate::events::Events;
use crate::population::{Population, SPACE, attribute, bag};

/// Number of units that are crafted at a time, so that every ratio of the catalogue gives whole units.
const BATCH: f64 = 10.0;

/// The running game.
#[derive(Debug)]
pub(crate) struct Simulation {
    rng: Rng,
    population: Population,
    /// The items that can be crafted: all with a blueprint.
    products: Vec<ItemKey>,
    events: Events,
}

impl Simulation {
    /// Continues with a world as it is.
    pub(crate) fn new(world: &mut World, mobiles: usize, seed: u64) -> Result<Self, Error> {
        let items = world.items.iter_by_id();
        let products = items.filter(|(_, item)| item.blueprint.is_some());
        Ok(Self {
            rng: Rng::with_seed(seed),
            products: products.map(|(key, _)| key).collect(),
            population: Population::of(world, mobiles)?,
            events: Events::default(),
        })
    }

    /// The events so far.
    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    /// Adds mobiles up to the target number.
    pub(crate) fn top_up(&mut self, world: &mut World) -> Result<usize, Error> {
        let n_born = self.population.top_up(world, &mut self.rng)?;
        self.events.births += n_born;
        Ok(n_born)
    }

    /// One step of the game. Its cost does not grow with the world beyond a few thousand rows: a bounded
    /// number of mobiles is picked to act in each tick.
    pub(crate) fn tick(&mut self, world: &mut World) -> Result<(), InventoryError> {
        for _ in 0..self.some(1, 2000) {
            self.travel(world)?;
        }
        for _ in 0..self.some(100, 100) {
            self.mine(world)?;
            self.make(world)?;
            self.hand_over(world)?;
        }
        for _ in 0..self.some(200, 50) {
            self.fight(world)?;
        }
        for _ in 0..self.some(1000, 10) {
            self.give_a_bag(world)?;
            self.cheat(world)?;
        }
        self.top_up(world)?;
        Ok(())
    }

    /// The number of mobiles divided by `out_of`, but at most `most`.
    fn some(&self, out_of: usize, most: usize) -> usize {
        (self.population.size() / out_of).clamp(1, most)
    }

    fn pick(&mut self, world: &World) -> Option<MobileKey> {
        self.population.pick(world, &mut self.rng)
    }

    fn pick_two(&mut self, world: &World) -> Option<(MobileKey, MobileKey)> {
        self.population.pick_two(world, &mut self.rng)
    }

    /// A mobile moves: three columns of one row change.
    fn travel(&mut self, world: &mut World) -> Result<(), Error> {
        let Some(mobile) = self.pick(world) else {
            return Ok(());
        };
        let position = attribute(world, mobile, AttributeType::GlobalPosition);
        let Some((key, &AttributeValue::Vector3 { x, y, z })) = position else {
            return Ok(());
        };
        let mut step = |from: f64| (from + self.rng.f64() * 2.0 - 1.0).clamp(-SPACE, SPACE);
        let moved = AttributeValue::Vector3 {
            x: step(x),
            y: step(y),
            z: step(z),
        };
        world.get_mut(key)?.set_value(moved)?;
        self.events.steps += 1;
        Ok(())
    }

    /// A mobile strikes another one, and grows stronger. The other one may die, and is removed with all
    /// that it owns and that was not looted. Blow, loot and death are one transaction.
    fn fight(&mut self, world: &mut World) -> Result<(), InventoryError> {
        let Some((winner, victim)) = self.pick_two(world) else {
            return Ok(());
        };
        let strength = attribute(world, winner, AttributeType::Strength);
        let constitution = attribute(world, victim, AttributeType::Constitution);
        let (
            Some((strength_key, &AttributeValue::Double(strength))),
            Some((constitution_key, &AttributeValue::Double(constitution))),
        ) = (strength, constitution)
        else {
            return Ok(());
        };
        self.events.blows += 1;
        let left = constitution - strength * self.rng.f64() * 3.0;
        let is_looted = self.rng.bool();
        world.transaction(|world| {
            let stronger = (strength + 0.125).min(25.0);
            world
                .get_mut(strength_key)?
                .set_value(AttributeValue::Double(stronger))?;
            if left > 0.0 {
                world
                    .get_mut(constitution_key)?
                    .set_value(AttributeValue::Double(left))?;
                return Ok(());
            }
            if is_looted {
                self.events.looted += loot(world, victim, winner)?;
            }
            self.events.deaths += self.population.kill(world, victim)?;
            Ok(())
        })
    }

    /// The product of a mobile, which never changes.
    fn product(&self, world: &World, mobile: MobileKey) -> Result<Option<ItemKey>, Error> {
        let id = world.id(mobile)?.get().unsigned_abs();
        let n_products = self.products.len().max(1) as u64;
        let place = usize::try_from(id % n_products).unwrap_or_default();
        Ok(self.products.get(place).copied())
    }

    /// A mobile mines a component of its product.
    fn mine(&mut self, world: &mut World) -> Result<(), InventoryError> {
        let Some(mobile) = self.pick(world) else {
            return Ok(());
        };
        let Some(product) = self.product(world, mobile)? else {
            return Ok(());
        };
        let mut ores = inventory::blueprint_tree(world, product)?;
        ores.retain(|part| {
            world
                .get(part.item)
                .is_ok_and(|item| item.blueprint.is_none())
        });
        let Some(ore) = self.rng.choice(ores) else {
            return Ok(());
        };
        let quantity = f64::from(self.rng.u32(1..=80)) / 4.0;
        let bag = bag(world, mobile)?;
        match fits(inventory::add(world, bag, ore.item, quantity))? {
            Some(_) => self.events.mined += 1,
            // The bag is full: a stack has to be thrown away.
            None => {
                if let Some(entry) = self.any_entry(world, bag)? {
                    world.remove(entry)?;
                    self.events.thrown_away += 1;
                }
            }
        }
        Ok(())
    }

    /// A mobile crafts its product, and the components first. If the last step lacks a component, the
    /// earlier steps are rolled back too.
    fn make(&mut self, world: &mut World) -> Result<(), InventoryError> {
        let Some(mobile) = self.pick(world) else {
            return Ok(());
        };
        let Some(product) = self.product(world, mobile)? else {
            return Ok(());
        };
        let bag = bag(world, mobile)?;
        let made = world.transaction(|world| {
            for part in inventory::blueprint_tree(world, product)?.iter().rev() {
                if world.get(part.item)?.blueprint.is_some() {
                    inventory::craft(world, bag, part.item, part.quantity * BATCH)?;
                }
            }
            inventory::craft(world, bag, product, BATCH)
        });
        match made {
            Err(InventoryError::NotEnough { .. }) => self.events.lacking += 1,
            made => self.events.made += usize::from(fits(made)?.is_some()),
        }
        Ok(())
    }

    /// A mobile gives part of a stack to another one.
    fn hand_over(&mut self, world: &mut World) -> Result<(), InventoryError> {
        let Some((from, to)) = self.pick_two(world) else {
            return Ok(());
        };
        let (from, to) = (bag(world, from)?, bag(world, to)?);
        let Some(entry) = self.any_entry(world, from)? else {
            return Ok(());
        };
        let quantity = world.get(entry)?.quantity;
        // Half of the stack, rounded down to quarters; or all of it.
        let half = (quantity * 2.0).floor() / 4.0;
        let part = if half > 0.0 { half } else { quantity };
        let moved = fits(inventory::transfer(world, entry, part, to))?;
        self.events.transfers += usize::from(moved.is_some());
        Ok(())
    }

    /// A mobile gives a whole bag away: one UPDATE of one row, whatever the bag contains.
    fn give_a_bag(&mut self, world: &mut World) -> Result<(), Error> {
        let Some((from, to)) = self.pick_two(world) else {
            return Ok(());
        };
        let bag = bag(world, from)?;
        world.get_mut(from)?.give_inventory(bag, to)?;
        self.events.bags_given += 1;
        Ok(())
    }

    /// A trade that fails half-way on purpose: one side delivers, the other one promised more than it
    /// has. The transaction rolls the delivery back.
    fn cheat(&mut self, world: &mut World) -> Result<(), InventoryError> {
        let Some((honest, cheat)) = self.pick_two(world) else {
            return Ok(());
        };
        let (honest, cheat) = (bag(world, honest)?, bag(world, cheat)?);
        let (Some(goods), Some(promised)) = (
            self.any_entry(world, honest)?,
            self.any_entry(world, cheat)?,
        ) else {
            return Ok(());
        };
        let before = world.get(goods)?.row().clone();
        let trade = world.transaction(|world| {
            inventory::transfer(world, goods, before.quantity, cheat)?;
            let more = world.get(promised)?.quantity + inventory::LARGEST_QUANTITY / 2.0;
            inventory::transfer(world, promised, more, honest)
        });
        assert!(trade.is_err(), "no mobile has that much");
        assert_eq!(*world.get(goods)?.row(), before, "not rolled back");
        self.events.rolled_back += 1;
        Ok(())
    }

    fn any_entry(
        &mut self,
        world: &World,
        bag: InventoryKey,
    ) -> Result<Option<InventoryEntryKey>, Error> {
        let entries = world.get(bag)?.inventory_entries();
        Ok(self.rng.choice(entries.keys()))
    }
}

/// Moves what fits from the bags of a dying mobile, and returns the number of stacks. The rest is lost
/// with it.
fn loot(world: &mut World, from: MobileKey, to: MobileKey) -> Result<usize, InventoryError> {
    let to = bag(world, to)?;
    let mut entries = Vec::new();
    for (bag, _) in world.get(from)?.inventories() {
        let stacks = world.get(bag)?.inventory_entries();
        entries.extend(stacks.map(|(key, stack)| (key, stack.quantity)));
    }
    let mut n_moved = 0;
    for (entry, quantity) in entries {
        let moved = fits(inventory::transfer(world, entry, quantity, to))?;
        n_moved += usize::from(moved.is_some());
    }
    Ok(n_moved)
}

/// Turns the errors of a full inventory into `None`: they are part of the game, not a failure of it.
fn fits<T>(result: Result<T, InventoryError>) -> Result<Option<T>, InventoryError> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(InventoryError::TooManyEntries { .. } | InventoryError::TooMuchVolume { .. }) => {
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
