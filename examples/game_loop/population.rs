//! The population of the world: players with their avatars, and the mobiles that the server plays.

use fastrand::Rng;
use gamedb::Error;
use gamedb_models::{
    Attribute, AttributeKey, AttributeType, AttributeValue, Inventory, InventoryKey, Mobile,
    MobileKey, MobileOwnerKey, MobileType, Player, PlayerKey, World,
};

/// One mobile in this many is a player's avatar.
const MOBILES_PER_PLAYER: usize = 10;

/// One in this many of the mobiles that the server plays is a drone of another mobile, and dies with it.
const MOBILES_PER_DRONE: usize = 8;

/// Positions are within a cube around the origin; this is half of its side.
pub(crate) const SPACE: f64 = 1000.0;

/// The live mobiles, to pick from.
///
/// A [`World`] finds rows by key, id, index and relation; which mobile acts next is up to the game, so it
/// keeps its own list of keys. The list does not have to be updated when a mobile dies: a key whose row
/// was removed finds nothing, for ever, and is dropped when it is picked.
#[derive(Debug)]
pub(crate) struct Population {
    mobiles: Vec<MobileKey>,
    /// Players whose avatar has died. The next mobiles become their avatars.
    waiting: Vec<PlayerKey>,
    size: usize,
}

impl Population {
    /// The population of a world, with its target size. Players are added where there are too few;
    /// [`top_up`](Self::top_up) adds the mobiles.
    pub(crate) fn of(world: &mut World, size: usize) -> Result<Self, Error> {
        while world.n_rows::<Player>() < size.div_ceil(MOBILES_PER_PLAYER) {
            // Players are never removed, so the next number is free.
            let number = world.n_rows::<Player>() + 1;
            world.insert(Player {
                full_name: format!("Player Number {number}"),
                what_we_call_you: format!("player {number}"),
                over_13: true,
                year_of_birth: 1990,
                email: format!("player{number}@example.com"),
                ..Player::default()
            })?;
        }
        // By id, because the order in memory depends on the history of the process.
        let players = world.players.iter_by_id().map(|(key, _)| key);
        let has_avatar = |&key: &PlayerKey| match world.get(key) {
            Ok(player) => player.mobile().is_some(),
            Err(_) => false,
        };
        let mut waiting: Vec<_> = players.filter(|key| !has_avatar(key)).collect();
        waiting.reverse(); // the first one is served first
        Ok(Self {
            mobiles: world.mobiles.iter_by_id().map(|(key, _)| key).collect(),
            waiting,
            size,
        })
    }

    /// The target number of mobiles.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// A mobile that is alive, if there is any.
    pub(crate) fn pick(&mut self, world: &World, rng: &mut Rng) -> Option<MobileKey> {
        while !self.mobiles.is_empty() {
            let place = rng.usize(..self.mobiles.len());
            if world.contains_key(self.mobiles[place]) {
                return Some(self.mobiles[place]);
            }
            self.mobiles.swap_remove(place);
        }
        None
    }

    /// Two different mobiles that are alive.
    pub(crate) fn pick_two(
        &mut self,
        world: &World,
        rng: &mut Rng,
    ) -> Option<(MobileKey, MobileKey)> {
        let (one, other) = (self.pick(world, rng)?, self.pick(world, rng)?);
        (one != other).then_some((one, other))
    }

    /// Adds mobiles up to the target number, and returns how many.
    pub(crate) fn top_up(&mut self, world: &mut World, rng: &mut Rng) -> Result<usize, Error> {
        let mut n_born = 0;
        while world.n_rows::<Mobile>() < self.size {
            let (mobile_type, owner) = match self.waiting.pop() {
                Some(player) => (MobileType::Player, Some(player.into())),
                None if rng.usize(..MOBILES_PER_DRONE) == 0 => {
                    (MobileType::Npc, self.pick(world, rng).map(Into::into))
                }
                None => (MobileType::Npc, None),
            };
            self.mobiles.push(bear(world, rng, mobile_type, owner)?);
            n_born += 1;
        }
        Ok(n_born)
    }

    /// Removes a mobile with all that it owns, including its drones, and returns the number of mobiles
    /// removed.
    pub(crate) fn kill(&mut self, world: &mut World, mobile: MobileKey) -> Result<usize, Error> {
        let before = world.n_rows::<Mobile>();
        let owner = world.get(mobile)?.owner;
        world.remove(mobile)?;
        self.waiting
            .extend(owner.and_then(MobileOwnerKey::as_player));
        Ok(before - world.n_rows::<Mobile>())
    }
}

/// Adds a mobile with attributes and a bag, in one transaction, so that it is added completely or not at
/// all.
fn bear(
    world: &mut World,
    rng: &mut Rng,
    mobile_type: MobileType,
    owner: Option<MobileOwnerKey>,
) -> Result<MobileKey, Error> {
    let mut side = || (rng.f64() * 2.0 - 1.0) * SPACE;
    let position = AttributeValue::Vector3 {
        x: side(),
        y: side(),
        z: side(),
    };
    let constitution = AttributeValue::Double(rng.u32(50..=100).into());
    let strength = AttributeValue::Double(rng.u32(5..=15).into());
    world.transaction(|world| {
        let key = world.insert(Mobile {
            mobile_type,
            owner,
            what_we_call_you: format!("{mobile_type} of the belt"),
        })?;
        let mut mobile = world.get_mut(key)?;
        for (internal_name, attribute_type, value) in [
            ("position", AttributeType::GlobalPosition, position),
            ("constitution", AttributeType::Constitution, constitution),
            ("strength", AttributeType::Strength, strength),
        ] {
            mobile.add_attribute(Attribute {
                internal_name: internal_name.into(),
                visible: true,
                attribute_type,
                value,
            })?;
        }
        add_bag(world, key)?;
        Ok(key)
    })
}

fn add_bag(world: &mut World, mobile: MobileKey) -> Result<InventoryKey, Error> {
    let mut mobile = world.get_mut(mobile)?;
    let owner_id = mobile.id().get();
    mobile.add_inventory(Inventory {
        owner_id,
        owner_type: Some("mobiles".into()),
        max_entries: 12,
        max_volume: 500.0,
        ..Inventory::default()
    })
}

/// The bag that a mobile uses: its first one, or a new one if it has given all away.
pub(crate) fn bag(world: &mut World, mobile: MobileKey) -> Result<InventoryKey, Error> {
    let first = world.get(mobile)?.inventories().keys().next();
    match first {
        Some(bag) => Ok(bag),
        None => add_bag(world, mobile),
    }
}

/// An attribute of a mobile by its type.
pub(crate) fn attribute(
    world: &World,
    mobile: MobileKey,
    attribute_type: AttributeType,
) -> Option<(AttributeKey, &AttributeValue)> {
    let mut attributes = world.get(mobile).ok()?.attributes();
    let (key, row) = attributes.find(|(_, row)| row.attribute_type == attribute_type)?;
    Some((key, &row.value))
}
