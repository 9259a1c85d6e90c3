//! Which ids a mirror assigns next.

use super::Pair;
use crate::common::TestFile;
use crate::common::sample::{attribute, player};
use gamedb::{Error, ErrorKind};
use gamedb_models::{Inventory, Item, Player, World};

#[test]
fn inserting_by_delta_uses_the_ids_up() {
    let mut world = World::new();
    let first = world.insert(player(1)).unwrap();
    world.insert(player(2)).unwrap();
    world.remove(first).unwrap();
    let mut pair = Pair::new(world);
    let added = pair.mirror.insert(player(3)).unwrap();
    assert_eq!(pair.mirror.id(added).unwrap().get(), 3);
    assert_eq!(pair.mirror.n_rows::<Player>(), 2);
    assert_eq!(pair.mirror.n_rows::<Inventory>(), 0);
}

/// The ids of pivot rows are not assigned again either.
#[test]
fn a_snapshot_uses_up_the_ids_of_a_pivots_rows() {
    let rows = "
        INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 1, 1815, 'ada@example.com');
        INSERT INTO attributes VALUES (1, 'luck', 0, 'LUCK', NULL, 7, NULL, NULL, NULL, NULL);
        INSERT INTO attribute_owners VALUES (50, 1, NULL, NULL, NULL, 1);";
    let file = TestFile::by_hand(|ddl| ddl, rows);
    let mut origin = file.open();
    let ada = Player::find_by_email(&origin, "ada@example.com")
        .unwrap()
        .key();
    let (luck, _) = origin.get(ada).unwrap().attributes().next().unwrap();
    origin.remove(luck).unwrap();
    let mut world = World::new();
    world.apply(&origin.snapshot().unwrap()).unwrap();
    let ada = Player::find_by_email(&world, "ada@example.com")
        .unwrap()
        .key();
    let mut row = world.get_mut(ada).unwrap();
    row.add_attribute(attribute("luck")).unwrap();
    let pivot = world.attribute_owners.iter().next().unwrap();
    assert_eq!(pivot.id.get(), 51);
}

/// The ids that a snapshot marks as used are released when it is rolled back.
#[test]
fn a_snapshot_that_is_rolled_back_uses_no_ids_up() {
    let mut origin = World::new();
    for _ in 0..5 {
        let item = origin.insert(Item::default()).unwrap();
        origin.remove(item).unwrap();
    }
    let snapshot = origin.snapshot().unwrap();
    let mut world = World::new();
    let taken_back: Result<(), Error> = world.transaction(|world| {
        world.apply(&snapshot)?;
        let item = world.insert(Item::default())?;
        assert_eq!(world.id(item)?.get(), 6);
        Err(ErrorKind::TransactionOpen.into())
    });
    assert!(taken_back.is_err());
    let item = world.insert(Item::default()).unwrap();
    assert_eq!(world.id(item).unwrap().get(), 1);
    assert_eq!(world.check(), [""; 0]);
}
