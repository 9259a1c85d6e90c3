//! The operations, each done to the world and to the model. Both refuse, or neither.

use gamedb::model::Entity;
use gamedb::{Cascade, Database, Error, Id, Key, NewOrKept};
use gamedb_models::{
    Attribute, AttributeOwnerKey, AttributeValue, Inventory, InventoryEntry, InventoryOwnerKey,
    Item, Mobile, MobileOwnerKey, Player, Tables, World,
};
use proptest::prelude::*;

use crate::naive::{Entry, Naive, Owner, Refused};

/// Somebody, if there is anybody of that kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Player(usize),
    Mobile(usize),
    Item(usize),
    Asset(i64),
}

impl Arbitrary for Who {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        prop_oneof![
            (0..9_usize).prop_map(Who::Player),
            (0..9_usize).prop_map(Who::Mobile),
            (0..9_usize).prop_map(Who::Item),
            (0..3_i64).prop_map(Who::Asset),
        ]
        .boxed()
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    InsertPlayer(u8),
    InsertItem(u8),
    InsertMobile(Option<Who>),
    InsertEntry(usize, usize, f64),
    SetEmail(usize, u8),
    SwapEmails(usize, usize),
    SetOwner(usize, Option<Who>),
    SetValue(usize, f64),
    SetInventoryType(usize, u8),
    MoveEntry(usize, usize),
    Add(Who, f64),
    AddInventory(Who, u8),
    RemoveOwned(Who, usize),
    RemoveInventory(usize),
    SetAttributes(Who, Vec<usize>, Vec<f64>),
    Give(usize, Who),
    GiveInventory(usize, Who),
    Remove(Who),
}

pub(crate) fn operations() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let n = || 0..9_usize;
    let who = any::<Who>;
    let name = || 0..12_u8;
    let value = || prop_oneof![8 => -5.0..5.0_f64, 1 => Just(f64::NAN), 1 => Just(-0.0), 1 => Just(f64::INFINITY)];
    prop_oneof![
        3 => name().prop_map(InsertPlayer),
        2 => name().prop_map(InsertItem),
        3 => prop::option::of(who()).prop_map(InsertMobile),
        3 => (n(), n(), value()).prop_map(|(a, b, c)| InsertEntry(a, b, c)),
        2 => (n(), name()).prop_map(|(a, b)| SetEmail(a, b)),
        1 => (n(), n()).prop_map(|(a, b)| SwapEmails(a, b)),
        2 => (n(), prop::option::of(who())).prop_map(|(a, b)| SetOwner(a, b)),
        2 => (n(), value()).prop_map(|(a, b)| SetValue(a, b)),
        1 => (n(), name()).prop_map(|(a, b)| SetInventoryType(a, b)),
        2 => (n(), n()).prop_map(|(a, b)| MoveEntry(a, b)),
        4 => (who(), value()).prop_map(|(a, b)| Add(a, b)),
        3 => (who(), name()).prop_map(|(a, b)| AddInventory(a, b)),
        2 => (who(), n()).prop_map(|(a, b)| RemoveOwned(a, b)),
        1 => n().prop_map(RemoveInventory),
        2 => (who(), prop::collection::vec(n(), 0..3), prop::collection::vec(value(), 0..3))
            .prop_map(|(a, b, c)| SetAttributes(a, b, c)),
        3 => (n(), who()).prop_map(|(a, b)| Give(a, b)),
        2 => (n(), who()).prop_map(|(a, b)| GiveInventory(a, b)),
        2 => who().prop_map(Remove),
    ]
}

fn key<E: Entity<Tables = Tables>>(world: &World, id: i64) -> Key<E> {
    world.key(Id::new(id)).unwrap()
}

fn owner(who: Who, naive: &Naive) -> Option<Owner> {
    Some(match who {
        Who::Player(n) => Owner::Player(naive.players.pick(n)?),
        Who::Mobile(n) => Owner::Mobile(naive.mobiles.pick(n)?),
        Who::Item(n) => Owner::Item(naive.items.pick(n)?),
        Who::Asset(id) => Owner::Asset(id),
    })
}

fn attribute_owner(owner: Owner, world: &World) -> AttributeOwnerKey {
    match owner {
        Owner::Player(id) => AttributeOwnerKey::Player(key(world, id)),
        Owner::Mobile(id) => AttributeOwnerKey::Mobile(key(world, id)),
        Owner::Item(id) => AttributeOwnerKey::Item(key(world, id)),
        Owner::Asset(id) => AttributeOwnerKey::Asset(id),
    }
}

fn inventory_owner(owner: Owner, world: &World) -> Option<InventoryOwnerKey> {
    Some(match owner {
        Owner::Player(id) => InventoryOwnerKey::Player(key(world, id)),
        Owner::Mobile(id) => InventoryOwnerKey::Mobile(key(world, id)),
        Owner::Item(id) => InventoryOwnerKey::Item(key(world, id)),
        Owner::Asset(_) => return None,
    })
}

fn mobile_owner(owner: Owner, world: &World) -> Option<MobileOwnerKey> {
    match owner {
        Owner::Player(id) => Some(MobileOwnerKey::Player(key(world, id))),
        Owner::Mobile(id) => Some(MobileOwnerKey::Mobile(key(world, id))),
        Owner::Item(_) | Owner::Asset(_) => None,
    }
}

fn double(value: f64) -> Attribute {
    Attribute {
        value: AttributeValue::Double(value),
        ..Attribute::default()
    }
}

/// Does an operation to both; nothing if it is about somebody of a kind that nobody is of.
pub(crate) fn apply(operation: &Operation, world: &mut World, naive: &mut Naive) {
    if let Some((done, expected)) = try_apply(operation, world, naive) {
        assert_eq!(done.is_ok(), expected.is_ok(), "{operation:?}: {done:?}");
    }
}

#[allow(clippy::too_many_lines, reason = "one arm for each operation")]
fn try_apply(
    operation: &Operation,
    world: &mut World,
    naive: &mut Naive,
) -> Option<(Result<(), Error>, Result<(), Refused>)> {
    Some(match *operation {
        Operation::InsertPlayer(name) => {
            let email = name.to_string();
            let row = Player {
                email: email.clone(),
                ..Player::default()
            };
            (world.insert(row).map(|_| ()), naive.insert_player(&email))
        }
        Operation::InsertItem(name) => {
            let internal_name = name.to_string();
            let row = Item {
                internal_name: internal_name.clone(),
                ..Item::default()
            };
            (
                world.insert(row).map(|_| ()),
                naive.insert_item(&internal_name),
            )
        }
        Operation::InsertMobile(who) => {
            let its_owner = who.and_then(|who| owner(who, naive));
            let as_key = its_owner.and_then(|owner| mobile_owner(owner, world));
            let row = Mobile {
                owner: as_key,
                ..Mobile::default()
            };
            let expected = naive.insert_mobile(its_owner.filter(|_| as_key.is_some()));
            (world.insert(row).map(|_| ()), expected)
        }
        Operation::InsertEntry(inventory, item, quantity) => {
            let (inventory, item) = (naive.inventories.pick(inventory)?, naive.items.pick(item)?);
            let row = InventoryEntry {
                inventory: key(world, inventory),
                item: key(world, item),
                quantity,
                ..InventoryEntry::default()
            };
            let expected = if quantity.is_nan() {
                Err(Refused)
            } else {
                naive.entries.insert(Entry {
                    inventory,
                    item,
                    quantity,
                });
                Ok(())
            };
            (world.insert(row).map(|_| ()), expected)
        }
        Operation::SetEmail(n, name) => {
            let (id, email) = (naive.players.pick(n)?, name.to_string());
            let player = key::<Player>(world, id);
            let done = world.get_mut(player).unwrap().set_email(email.as_str());
            (done, naive.set_email(id, &email))
        }
        Operation::SwapEmails(one, two) => {
            let ids = [naive.players.pick(one)?, naive.players.pick(two)?];
            let emails = ids.map(|id| naive.players.rows[&id].clone());
            for (id, email) in [
                (ids[0], "aside"),
                (ids[1], &emails[0]),
                (ids[0], &emails[1]),
            ] {
                let player = key::<Player>(world, id);
                let done = world.get_mut(player).unwrap().set_email(email);
                let expected = naive.set_email(id, email);
                assert_eq!(done.is_ok(), expected.is_ok());
            }
            return None;
        }
        Operation::SetOwner(n, who) => {
            let id = naive.mobiles.pick(n)?;
            let its_owner = who.and_then(|who| owner(who, naive));
            let as_key = its_owner.and_then(|owner| mobile_owner(owner, world));
            let mobile = key::<Mobile>(world, id);
            let done = world.get_mut(mobile).unwrap().set_owner(as_key);
            (
                done,
                naive.set_owner(id, its_owner.filter(|_| as_key.is_some())),
            )
        }
        Operation::SetValue(n, value) => {
            let id = naive.attributes.pick(n)?;
            let attribute = key::<Attribute>(world, id);
            let done = world
                .get_mut(attribute)
                .unwrap()
                .set_value(AttributeValue::Double(value));
            let expected = if value.is_nan() { Err(Refused) } else { Ok(()) };
            if expected.is_ok() {
                naive.attributes.rows.get_mut(&id).unwrap().value = value;
            }
            (done, expected)
        }
        Operation::SetInventoryType(n, name) => {
            let (id, name) = (naive.inventories.pick(n)?, name.to_string());
            let inventory = key::<Inventory>(world, id);
            world
                .get_mut(inventory)
                .unwrap()
                .set_owner_type(Some(name.clone()));
            naive.inventories.rows.get_mut(&id).unwrap().value = name;
            return None;
        }
        Operation::MoveEntry(n, to) => {
            let (id, to) = (naive.entries.pick(n)?, naive.inventories.pick(to)?);
            let (entry, inventory) = (key::<InventoryEntry>(world, id), key(world, to));
            naive.entries.rows.get_mut(&id).unwrap().inventory = to;
            (
                world.get_mut(entry).unwrap().set_inventory(inventory),
                Ok(()),
            )
        }
        Operation::Add(who, value) => {
            let to = owner(who, naive)?;
            let done = world.add(attribute_owner(to, world), double(value));
            (done.map(|_| ()), naive.add_attribute(to, value))
        }
        Operation::AddInventory(who, name) => {
            let (to, name) = (owner(who, naive)?, name.to_string());
            let as_key = inventory_owner(to, world)?;
            let row = Inventory {
                owner_type: Some(name.clone()),
                ..Inventory::default()
            };
            naive.add_inventory(to, &name);
            (world.add(as_key, row).map(|_| ()), Ok(()))
        }
        Operation::RemoveOwned(who, n) => {
            let (from, id) = (owner(who, naive)?, naive.attributes.pick(n)?);
            let (as_key, attribute) = (attribute_owner(from, world), key::<Attribute>(world, id));
            let is_owner = naive.attributes.rows[&id].owner == from;
            let expected = is_owner
                .then(|| naive.attributes.rows.remove(&id))
                .map(|_| ());
            (
                world.remove_owned(as_key, attribute),
                expected.ok_or(Refused),
            )
        }
        Operation::RemoveInventory(n) => {
            let id = naive.inventories.pick(n)?;
            naive.remove_inventory(id);
            (world.remove(key::<Inventory>(world, id)), Ok(()))
        }
        Operation::SetAttributes(who, ref kept, ref new) => {
            let whose = owner(who, naive)?;
            let kept: Vec<_> = kept
                .iter()
                .filter_map(|&n| naive.attributes.pick(n))
                .collect();
            let keys = kept.iter().map(|&id| NewOrKept::Kept(key(world, id)));
            let rows: Vec<_> = keys
                .chain(new.iter().map(|&value| double(value).into()))
                .collect();
            let done = world.set_owned::<Attribute>(attribute_owner(whose, world), rows);
            let before = naive.clone();
            let expected = naive.set_attributes(whose, &kept, new);
            if expected.is_err() {
                *naive = before;
            }
            (done.map(|_| ()), expected)
        }
        Operation::Give(n, who) => {
            let (id, to) = (naive.attributes.pick(n)?, owner(who, naive)?);
            let row = naive.attributes.rows.get_mut(&id).unwrap();
            let from = attribute_owner(std::mem::replace(&mut row.owner, to), world);
            let (attribute, to) = (key::<Attribute>(world, id), attribute_owner(to, world));
            (world.give(from, attribute, to), Ok(()))
        }
        Operation::GiveInventory(n, who) => {
            let (id, to) = (naive.inventories.pick(n)?, owner(who, naive)?);
            let to_key = inventory_owner(to, world)?;
            let row = naive.inventories.rows.get_mut(&id).unwrap();
            let from = inventory_owner(std::mem::replace(&mut row.owner, to), world)?;
            (
                world.give(from, key::<Inventory>(world, id), to_key),
                Ok(()),
            )
        }
        Operation::Remove(who) => {
            let gone = owner(who, naive)?;
            let done = match gone {
                Owner::Player(id) => world.remove(key::<Player>(world, id)),
                Owner::Mobile(id) => world.remove(key::<Mobile>(world, id)),
                Owner::Item(id) => world.remove(key::<Item>(world, id)),
                Owner::Asset(_) => return None,
            };
            (done, naive.remove(gone))
        }
    })
}

/// Saves somebody; every other time with what it owns.
pub(crate) fn save(who: Who, db: &mut Database<World>, naive: &Naive) {
    let cascade = |n: usize| {
        if n.is_multiple_of(2) {
            Cascade::Owned
        } else {
            Cascade::No
        }
    };
    let saved = match (who, owner(who, naive)) {
        (Who::Player(n), Some(Owner::Player(id))) => {
            db.save_with(key::<Player>(db, id), cascade(n))
        }
        (Who::Mobile(n), Some(Owner::Mobile(id))) => {
            db.save_with(key::<Mobile>(db, id), cascade(n))
        }
        (Who::Item(n), Some(Owner::Item(id))) => db.save_with(key::<Item>(db, id), cascade(n)),
        (Who::Asset(n), _) => match naive.attributes.pick(usize::try_from(n).unwrap()) {
            Some(id) => db.save(key::<Attribute>(db, id)),
            None => return,
        },
        _ => return,
    };
    let _ = saved.unwrap();
}
