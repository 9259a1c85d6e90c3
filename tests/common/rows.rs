//! Sample rows, in memory and in a file.

use super::{Database, TestFile, new_file, refusing_file};
use gamedb::Key;
use gamedb_models::{
    Attribute, AttributeKey, AttributeValue, Inventory, InventoryEntry, InventoryEntryKey,
    InventoryKey, Item, ItemKey, Mobile, MobileKey, Player, PlayerKey, World,
};

pub(crate) fn player(n: i64) -> Player {
    Player {
        full_name: format!("player {n}"),
        what_we_call_you: format!("call {n}"),
        email: format!("{n}@example.com"),
        year_of_birth: 1900 + n,
        ..Player::default()
    }
}

pub(crate) fn mobile(n: i64) -> Mobile {
    Mobile {
        what_we_call_you: format!("mobile {n}"),
        ..Mobile::default()
    }
}

pub(crate) fn item(n: i64) -> Item {
    Item {
        internal_name: format!("item {n}"),
        ..Item::default()
    }
}

pub(crate) fn attribute(name: &str) -> Attribute {
    Attribute {
        internal_name: name.into(),
        ..Attribute::default()
    }
}

pub(crate) fn double(name: &str, value: f64) -> Attribute {
    Attribute {
        value: AttributeValue::Double(value),
        ..attribute(name)
    }
}

pub(crate) fn inventory(name: &str) -> Inventory {
    Inventory {
        owner_type: Some(name.into()),
        ..Inventory::default()
    }
}

/// The keys of a small world with rows of every kind.
pub(crate) struct Sample {
    pub(crate) ada: PlayerKey,
    pub(crate) bob: PlayerKey,
    pub(crate) avatar: MobileKey,
    pub(crate) pet: MobileKey,
    pub(crate) iron: ItemKey,
    pub(crate) luck: AttributeKey,
    pub(crate) strength: AttributeKey,
    pub(crate) purity: AttributeKey,
    pub(crate) bag: InventoryKey,
    pub(crate) entry: InventoryEntryKey,
}

impl Sample {
    /// The same keys without their world: a twin that was filled in the same way has them too.
    pub(crate) fn of_twins(&self) -> Self {
        Self {
            ada: Key::from_raw(self.ada.raw()),
            bob: Key::from_raw(self.bob.raw()),
            avatar: Key::from_raw(self.avatar.raw()),
            pet: Key::from_raw(self.pet.raw()),
            iron: Key::from_raw(self.iron.raw()),
            luck: Key::from_raw(self.luck.raw()),
            strength: Key::from_raw(self.strength.raw()),
            purity: Key::from_raw(self.purity.raw()),
            bag: Key::from_raw(self.bag.raw()),
            entry: Key::from_raw(self.entry.raw()),
        }
    }
}

/// Ada with her luck, a bag with iron in it, her avatar with its strength and its pet; and Bob, who has
/// nothing.
pub(crate) fn fill(world: &mut World) -> Sample {
    let ada = world.insert(player(1)).unwrap();
    let bob = world.insert(player(2)).unwrap();
    let owned_by_ada = Mobile {
        owner: Some(ada.into()),
        ..mobile(1)
    };
    let avatar = world.insert(owned_by_ada).unwrap();
    let owned_by_avatar = Mobile {
        owner: Some(avatar.into()),
        ..mobile(2)
    };
    let pet = world.insert(owned_by_avatar).unwrap();
    let iron = world.insert(item(1)).unwrap();
    let mut ada_mut = world.get_mut(ada).unwrap();
    let luck = ada_mut.add_attribute(attribute("luck")).unwrap();
    let bag = ada_mut.add_inventory(inventory("bag")).unwrap();
    let mut avatar_mut = world.get_mut(avatar).unwrap();
    let strength = avatar_mut.add_attribute(double("strength", 17.0)).unwrap();
    let mut iron_mut = world.get_mut(iron).unwrap();
    let purity = iron_mut.add_attribute(double("purity", 0.5)).unwrap();
    let entry = InventoryEntry {
        inventory: bag,
        item: iron,
        quantity: 3.0,
        is_max_stacked: false,
        mobile_item: None,
    };
    let entry = world.insert(entry).unwrap();
    Sample {
        ada,
        bob,
        avatar,
        pet,
        iron,
        luck,
        strength,
        purity,
        bag,
        entry,
    }
}

/// The same world in a file, all clean.
pub(crate) fn flushed(db: &mut Database<World>) -> Sample {
    let sample = fill(db);
    let _ = db.flush().unwrap();
    assert_eq!(db.n_dirty(), 0);
    sample
}

/// Changes one column of a player.
pub(crate) fn rename(world: &mut World, key: PlayerKey, name: &str) {
    world.get_mut(key).unwrap().set_full_name(name);
}

/// Ada in any world that was filled with the sample.
pub(crate) fn ada(world: &World) -> PlayerKey {
    let ada = Player::find_by_email(world, "1@example.com");
    ada.unwrap().key()
}

/// A new file with the sample world in memory, which has not been flushed.
pub(crate) fn filled_file() -> (TestFile, Database<World>, Sample) {
    let (file, mut db) = new_file();
    let sample = fill(&mut db);
    (file, db, sample)
}

/// A file with the sample world in it, all clean.
pub(crate) fn flushed_file() -> (TestFile, Database<World>, Sample) {
    let (file, mut db) = new_file();
    let sample = flushed(&mut db);
    (file, db, sample)
}

/// The same with a file that can be made to refuse a flush.
pub(crate) fn flushed_refusing_file() -> (TestFile, Database<World>, Sample) {
    let file = refusing_file();
    let mut db = file.open();
    let sample = flushed(&mut db);
    (file, db, sample)
}

/// How much of the world has been flushed when a test begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// No flush yet: all rows are new.
    New,
    /// All rows are clean.
    Clean,
    /// Rows have changed since the last flush, some of them back to their old values, and others were
    /// inserted and removed.
    Dirty,
}

impl Start {
    pub(crate) const ALL: [Self; 3] = [Self::New, Self::Clean, Self::Dirty];

    pub(crate) fn file(self) -> (TestFile, Database<World>, Sample) {
        let (file, mut db, sample) = match self {
            Self::New => return filled_file(),
            Self::Clean => return flushed_file(),
            Self::Dirty => flushed_file(),
        };
        let mut ada = db.get_mut(sample.ada).unwrap();
        ada.set_full_name("dirty");
        ada.set_email("dirty").unwrap();
        let of_ada = ada.add_attribute(attribute("gone")).unwrap();
        ada.give_attribute(sample.luck, sample.bob).unwrap();
        let mut bob = db.get_mut(sample.bob).unwrap();
        bob.set_email("dirty too").unwrap();
        bob.set_email("2@example.com").unwrap();
        bob.give_attribute(sample.luck, sample.ada).unwrap();
        let of_bob = bob.add_attribute(attribute("gone")).unwrap();
        for gone in [of_ada, of_bob] {
            db.remove(gone).unwrap();
        }
        (file, db, sample)
    }
}
