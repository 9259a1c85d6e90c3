//! Rows that leave a world as a parcel, and come into another one.

mod delivery;
mod files;
mod hostile;
mod names;
mod outbox_files;
mod random;
mod shards;
mod walks;

use std::collections::BTreeSet;

use crate::common::contents_of;
use crate::common::sample::{Sample, double, fill, inventory, item, mobile, player};
use gamedb::{Error, ErrorKind, Id, Parcel, ParcelError, Problem, ProblemKind};
use gamedb_models::{
    Inventory, InventoryEntry, Item, ItemBlueprint, Mobile, MobileItem, Player, World,
};

/// A world with the item of the catalogue that the entries of the sample are of, under another id.
pub(super) fn with_catalogue() -> World {
    let mut world = World::new();
    world.insert(item(7)).unwrap();
    world.insert(item(1)).unwrap();
    world
}

pub(super) fn filled() -> (World, Sample) {
    let mut world = World::new();
    let sample = fill(&mut world);
    (world, sample)
}

#[track_caller]
pub(super) fn parcel_error<R: std::fmt::Debug>(result: Result<R, Error>) -> ParcelError {
    match result.map_err(Error::into_kind) {
        Err(ErrorKind::Parcel(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn problems<R: std::fmt::Debug>(result: Result<R, Error>) -> Vec<Problem> {
    match result.map_err(Error::into_kind) {
        Err(ErrorKind::NotApplied { problems }) => problems,
        other => panic!("{other:?}"),
    }
}

/// Does something that fails, and asserts that nothing has changed.
#[track_caller]
pub(super) fn unchanged<R>(world: &mut World, fails: impl FnOnce(&mut World) -> R) -> R {
    let before = (contents_of(world), world.n_dirty(), next_ids(world));
    let result = fails(world);
    assert!(before == (contents_of(world), world.n_dirty(), next_ids(world)));
    assert_eq!(world.check(), [""; 0]);
    result
}

/// The ids that the next rows get.
fn next_ids(world: &mut World) -> (i64, i64, i64) {
    let mut transaction = world.begin();
    let player = transaction.insert(player(900)).unwrap();
    let mobile = transaction.insert(mobile(900)).unwrap();
    let bag = transaction.add(player, inventory("probe")).unwrap();
    (
        transaction.id(player).unwrap().get(),
        transaction.id(mobile).unwrap().get(),
        transaction.id(bag).unwrap().get(),
    )
}

#[test]
fn a_row_leaves_with_all_that_it_owns_and_arrives_under_new_ids() {
    let (mut here, sample) = filled();
    let n_rows = here.len();
    let mut there = with_catalogue();
    // So that ids differ.
    there.insert(player(30)).unwrap();
    let old_bag = here.id(sample.bag).unwrap();
    let old_ada = here.id(sample.ada).unwrap();
    let before: Vec<_> = [sample.luck]
        .map(|key| here.get(key).unwrap().row().clone())
        .to_vec();
    let parcel = here.pack(sample.ada).unwrap();
    assert_eq!(here.check(), [""; 0]);
    assert!(here.get(sample.ada).is_err() && here.get(sample.entry).is_err());
    assert!(here.get(sample.bob).is_ok() && here.get(sample.iron).is_ok());

    let arrived = there.unpack(&parcel).unwrap();
    assert_eq!(there.check(), [""; 0]);
    assert_eq!(arrived.n_rows(), n_rows - here.len());
    assert_eq!(arrived.parcel(), parcel.id());
    let ada = arrived.root::<Player>().unwrap();
    assert_eq!(arrived.id(old_ada), Some(ada));
    assert_ne!(old_ada, ada);
    assert_eq!(arrived.root::<Mobile>(), None);
    let ada = there.key(ada).unwrap();
    assert_eq!(there.get(ada).unwrap().email, "1@example.com");
    assert_eq!(there.get(ada).unwrap().attributes().len(), before.len());
    // The entry is of the other world's own row.
    let bag = there.key(arrived.id(old_bag).unwrap()).unwrap();
    let entries: Vec<_> = InventoryEntry::find_by_inventory(&there, bag)
        .map(|(_, row)| row.item)
        .collect();
    assert_eq!(entries.len(), 1);
    assert_eq!(there.get(entries[0]).unwrap().internal_name, "item 1");
    let mobiles: BTreeSet<_> = arrived.ids::<Mobile>().collect();
    assert_eq!(mobiles.len(), 2);
    assert!(mobiles.iter().all(|&(_, new)| there.key(new).is_some()));
    // What was copied is what was there.
    let back = there.pack(ada).unwrap();
    let arrived = here.unpack(&back).unwrap();
    assert_eq!(here.len(), n_rows);
    let luck = arrived.ids::<gamedb_models::Attribute>().next().unwrap().1;
    let luck = here.key(luck).unwrap();
    assert_eq!(here.get(luck).unwrap().row().clone(), before[0]);
}

#[test]
fn what_the_parcel_names_and_the_other_world_has_not_is_listed() {
    let (mut here, sample) = filled();
    let entry = here.id(sample.entry).unwrap().get();
    let parcel = here.pack(sample.ada).unwrap();
    let mut there = World::new();
    let found = problems(unchanged(&mut there, |there| there.unpack(&parcel)));
    assert_eq!(
        found,
        [Problem {
            table: "inventory_entries",
            id: entry,
            column: "item_id".into(),
            kind: ProblemKind::NoSuchValue {
                value: "\"item 1\"".into(),
                target: "items",
                target_column: "internal_name".into()
            }
        }]
    );
    // With rows in the table it is looked up in another way.
    there.insert(item(3)).unwrap();
    assert_eq!(
        problems(unchanged(&mut there, |there| there.unpack(&parcel))),
        found
    );
    there.insert(item(1)).unwrap();
    there.unpack(&parcel).unwrap();
}

#[test]
fn a_name_that_is_taken_refuses_all_of_it_and_the_parcel_can_come_later() {
    let (mut here, sample) = filled();
    let ada = here.id(sample.ada).unwrap().get();
    let parcel = here.pack(sample.ada).unwrap();
    let mut there = with_catalogue();
    let other = there.insert(player(1)).unwrap();
    let found = problems(unchanged(&mut there, |there| there.accept(&parcel)));
    assert_eq!(
        (found[0].table, found[0].id, &*found[0].column),
        ("players", ada, "email")
    );
    assert!(matches!(
        found[0].kind,
        ProblemKind::NotUnique { existing: 1 }
    ));
    assert!(!there.has_accepted(parcel.id()));
    there.remove(other).unwrap();
    there.accept(&parcel).unwrap();
    assert!(there.has_accepted(parcel.id()));
}

#[test]
fn a_parcel_is_accepted_once_also_when_its_rows_are_gone_again() {
    let (mut here, sample) = filled();
    let parcel = here.pack(sample.ada).unwrap();
    let mut there = with_catalogue();
    let id = parcel.id();
    there
        .transaction(|there| -> Result<(), Error> {
            there.accept(&parcel)?;
            let again = parcel_error(there.accept(&parcel));
            assert_eq!(again, ParcelError::AlreadyAccepted { id });
            Err(ErrorKind::TransactionOpen.into())
        })
        .unwrap_err();
    // What was rolled back was never accepted.
    let arrived = there.accept(&parcel).unwrap();
    let ada = there.key(arrived.root::<Player>().unwrap()).unwrap();
    there.remove(ada).unwrap();
    let again = unchanged(&mut there, |there| there.accept(&parcel));
    assert_eq!(parcel_error(again), ParcelError::AlreadyAccepted { id });
}

#[test]
fn a_rollback_leaves_the_row_and_no_parcel() {
    let (mut here, sample) = filled();
    let before = contents_of(&here);
    let failed = here.transaction(|here| -> Result<(), Error> {
        here.hand_over(sample.bob, "south")?;
        let inner = here.transaction(|here| -> Result<(), Error> {
            here.hand_over(sample.ada, "south")?;
            assert_eq!(here.outbox().len(), 2);
            Err(ErrorKind::TransactionOpen.into())
        });
        assert!(inner.is_err());
        assert_eq!(here.outbox().len(), 1);
        assert!(here.get(sample.ada).is_ok() && here.get(sample.bob).is_err());
        Err(ErrorKind::TransactionOpen.into())
    });
    assert!(failed.is_err());
    assert_eq!(here.outbox().len(), 0);
    assert_eq!(contents_of(&here), before);
    assert_eq!(here.check(), [""; 0]);
    let id = here.hand_over(sample.ada, "south").unwrap();
    let outbox: Vec<_> = here
        .outbox()
        .map(|(to, parcel)| (to.to_owned(), parcel.id()))
        .collect();
    assert_eq!(outbox, [("south".to_owned(), id)]);
}

#[test]
fn what_restricts_refuses_and_names_the_row() {
    let (mut here, sample) = filled();
    let refused = unchanged(&mut here, |here| here.pack(sample.iron));
    let kind = refused.unwrap_err().into_kind();
    assert!(
        matches!(
            kind,
            ErrorKind::StillReferenced {
                table: "items",
                by_table: "inventory_entries",
                by_id: 1,
                ..
            }
        ),
        "{kind:?}"
    );
    here.remove(sample.bob).unwrap();
    let stale = unchanged(&mut here, |here| here.hand_over(sample.bob, "south"));
    assert!(matches!(
        stale.unwrap_err().kind(),
        ErrorKind::StaleKey { .. }
    ));
    assert_eq!(here.outbox().len(), 0);
}

#[test]
fn what_stays_behind_and_may_be_null_becomes_null_on_both_sides() {
    let (mut here, sample) = filled();
    let sword = MobileItem {
        mobile: sample.avatar,
        item: sample.iron,
        ..MobileItem::default()
    };
    let sword = here.insert(sword).unwrap();
    let bag = here.add(sample.bob, inventory("bob's")).unwrap();
    let mut entry = |inventory| {
        let entry = InventoryEntry {
            inventory,
            item: sample.iron,
            mobile_item: Some(sword),
            ..InventoryEntry::default()
        };
        here.insert(entry).unwrap()
    };
    let (of_bob, of_ada) = (entry(bag), entry(sample.bag));
    let of_ada = here.id(of_ada).unwrap();
    let parcel = here.pack(sample.ada).unwrap();
    assert_eq!(here.get(of_bob).unwrap().mobile_item, None);
    let mut there = with_catalogue();
    let arrived = there.unpack(&parcel).unwrap();
    let of_ada = there.key(arrived.id(of_ada).unwrap()).unwrap();
    let sword = arrived.ids::<MobileItem>().next().unwrap().1;
    // Within the parcel it names what it named.
    assert_eq!(there.get(of_ada).unwrap().mobile_item, there.key(sword));

    // An item of the catalogue leaves its blueprint behind, which has no name.
    let blueprint = here.insert(ItemBlueprint::default()).unwrap();
    let tool = Item {
        blueprint: Some(blueprint),
        ..item(50)
    };
    let tool = here.insert(tool).unwrap();
    let parcel = here.pack(tool).unwrap();
    let arrived = there.unpack(&parcel).unwrap();
    let tool = there.key(arrived.root::<Item>().unwrap()).unwrap();
    assert_eq!(there.get(tool).unwrap().blueprint, None);
}

#[test]
fn a_row_whose_owner_stays_needs_an_owner_that_has_a_name() {
    let (mut here, sample) = filled();
    // Players are found by their addresses.
    let parcel = here.pack(sample.bag).unwrap();
    let mut there = with_catalogue();
    let missing = problems(unchanged(&mut there, |there| there.unpack(&parcel)));
    assert_eq!(
        (missing[0].table, &*missing[0].column),
        ("inventory_owners", "player_id")
    );
    let ada = there.insert(player(1)).unwrap();
    let bag = there.unpack(&parcel).unwrap().root::<Inventory>().unwrap();
    let bag = there.key(bag).unwrap();
    assert_eq!(
        there
            .get(ada)
            .unwrap()
            .inventories()
            .next()
            .map(|(key, _)| key),
        Some(bag)
    );
    // Mobiles have no name.
    let avatar = here.id(sample.avatar).unwrap().get();
    let refused = unchanged(&mut here, |here| here.pack(sample.strength));
    let ParcelError::Unnamed {
        table,
        column,
        target,
        target_id,
        ..
    } = parcel_error(refused)
    else {
        panic!("mobiles have no name")
    };
    assert_eq!(
        (table, column, target, target_id),
        ("attribute_owners", "mobile_id", "mobiles", avatar)
    );
}

#[test]
fn a_chain_of_any_depth_leaves_as_a_whole() {
    let mut here = World::new();
    let ada = here.insert(player(1)).unwrap();
    let mut above = here
        .insert(Mobile {
            owner: Some(ada.into()),
            ..mobile(0)
        })
        .unwrap();
    for n in 1..20_000 {
        above = here
            .insert(Mobile {
                owner: Some(above.into()),
                ..mobile(n)
            })
            .unwrap();
    }
    let parcel = here.pack(ada).unwrap();
    assert!(here.is_empty());
    let mut there = World::new();
    let arrived = there.unpack(&parcel).unwrap();
    assert_eq!((arrived.n_rows(), there.len()), (20_001, 20_001));
    assert_eq!(there.check(), [""; 0]);
}

#[test]
fn a_parcel_that_would_be_too_large_stays() {
    let mut here = World::new();
    let ada = here
        .insert(Player {
            full_name: "a".repeat(1 << 24),
            ..player(1)
        })
        .unwrap();
    let refused = unchanged(&mut here, |here| here.hand_over(ada, "south"));
    let ParcelError::TooLarge { bytes, most } = parcel_error(refused) else {
        panic!("it has 16 MiB")
    };
    assert!(bytes > most && most == 1 << 24);
    assert_eq!(here.outbox().len(), 0);
}

#[test]
fn a_row_without_anything_leaves_too_and_values_are_the_same_to_the_bit() {
    let mut here = World::new();
    let odd = Player {
        full_name: "\0 ü \u{10ffff}".into(),
        year_of_birth: i64::MIN,
        ..player(1)
    };
    let ada = here.insert(odd.clone()).unwrap();
    for value in [-0.0, f64::INFINITY, f64::MIN_POSITIVE / 2.0] {
        here.add(ada, double("x", value)).unwrap();
    }
    let parcel = here.pack(ada).unwrap();
    let copy = Parcel::from_bytes(parcel.as_bytes().to_vec()).unwrap();
    assert_eq!(copy, parcel);
    let mut there = World::new();
    let arrived = there.unpack(&copy).unwrap();
    let ada = there.key(arrived.root::<Player>().unwrap()).unwrap();
    assert_eq!(*there.get(ada).unwrap().row(), odd);
    let bits: Vec<_> = (there.get(ada).unwrap().attributes())
        .map(|(_, row)| match row.value {
            gamedb_models::AttributeValue::Double(value) => value.to_bits(),
            _ => panic!("doubles"),
        })
        .collect();
    let expected = [-0.0, f64::INFINITY, f64::MIN_POSITIVE / 2.0].map(f64::to_bits);
    assert_eq!(bits, expected);
    assert_eq!(there.key(Id::<Player>::new(2)), None);
}
