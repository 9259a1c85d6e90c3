//! A chain of 100,000 mobiles, each of which is owned by the one before: following the chain must not
//! recurse on the stack, or take more than linear time.

use crate::common::sample::{attribute, inventory, mobile, player};
use crate::common::{assert_wrote, new_file, state_of};
use gamedb::{Error, ErrorKind, SaveScope};
use gamedb_models::{Attribute, Inventory, Mobile, MobileKey, PlayerKey, World};

const N: usize = 100_000;

struct Chain {
    player: PlayerKey,
    mobiles: Vec<MobileKey>,
}

/// A player, the chain that it owns, and at the end of the chain a mobile with an attribute and a bag.
fn chain(world: &mut World) -> Chain {
    let player = world.insert(player(1)).unwrap();
    let mut mobiles: Vec<MobileKey> = Vec::with_capacity(N);
    for _ in 0..N {
        let owner = match mobiles.last() {
            None => player.into(),
            Some(&owner) => owner.into(),
        };
        let row = Mobile {
            owner: Some(owner),
            ..mobile(1)
        };
        mobiles.push(world.insert(row).unwrap());
    }
    let mut last = world.get_mut(mobiles[N - 1]).unwrap();
    last.add_attribute(attribute("luck")).unwrap();
    last.add_inventory(inventory("bag")).unwrap();
    Chain { player, mobiles }
}

/// The chain, the player, and two owned rows with a pivot row each.
const N_ROWS: usize = N + 5;

fn assert_gone(world: &World) {
    assert_eq!(world.n_rows::<Mobile>(), 0);
    assert_eq!(world.n_rows::<Attribute>() + world.n_rows::<Inventory>(), 0);
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_deep_chain_is_removed_and_taken_back() {
    let mut world = World::new();
    let Chain { player, mobiles } = chain(&mut world);
    let before = state_of(&world);
    let refused = world.transaction(|world| {
        world.remove(mobiles[0])?;
        assert_gone(world);
        assert!(!world.contains_key(mobiles[N - 1]));
        Err::<(), Error>(ErrorKind::IdExhausted { table: "" }.into())
    });
    assert!(matches!(
        refused.map_err(Error::into_kind),
        Err(ErrorKind::IdExhausted { .. })
    ));
    assert!(state_of(&world) == before);
    assert_eq!(world.check(), [""; 0]);
    assert_eq!(world.get(mobiles[N - 1]).unwrap().attributes().len(), 1);

    world.remove(player).unwrap();
    assert_gone(&world);
    assert!(world.is_empty());
    assert_eq!(world.n_dirty(), 0);
}

#[test]
fn a_deep_chain_does_not_close_into_a_circle() {
    let mut world = World::new();
    let Chain { mobiles, .. } = chain(&mut world);
    for owner in [mobiles[0], mobiles[N / 2], mobiles[N - 1]] {
        let refused = world
            .get_mut(mobiles[0])
            .unwrap()
            .set_owner(Some(owner.into()));
        assert!(matches!(
            refused.map_err(Error::into_kind),
            Err(ErrorKind::OwnsItself { .. })
        ));
    }
    // The lower half is given to the first mobile; the upper half does not change.
    let owner = Some(mobiles[0].into());
    world
        .get_mut(mobiles[N / 2])
        .unwrap()
        .set_owner(owner)
        .unwrap();
    assert_eq!(world.check(), [""; 0]);
    world.remove(mobiles[1]).unwrap();
    assert_eq!(world.n_rows::<Mobile>(), 1 + N / 2);
}

#[test]
fn a_deep_chain_is_flushed_opened_and_removed_from_the_file() {
    let (file, mut db) = new_file();
    chain(&mut db);
    assert_wrote(db.flush().unwrap(), (N_ROWS, 0, 0));
    let _ = db.close().unwrap();
    let mut db = file.open();
    assert_eq!((db.len(), db.n_dirty()), (N_ROWS, 0));
    let first = db.key::<Mobile>(gamedb::Id::new(1)).unwrap();
    let mut end = first;
    while let Some((next, _)) = db.get(end).unwrap().mobiles().next() {
        end = next;
    }
    assert_eq!(db.id(end).unwrap().get(), N as i64);
    assert_eq!(db.get(end).unwrap().attributes().len(), 1);
    let changed: Result<(), ()> = db.transaction(|world| {
        world.remove::<Mobile>(first).unwrap();
        Err(())
    });
    assert!(changed.is_err() && db.n_dirty() == 0);
    db.remove::<Mobile>(first).unwrap();
    assert_gone(&db);
    assert_wrote(db.flush().unwrap(), (0, 0, N_ROWS - 1));
    assert_gone(&file.reopen(db));
}

#[test]
fn a_deep_chain_is_saved_with_its_owner_or_its_end() {
    let (file, mut db) = new_file();
    let Chain { player, mobiles } = chain(&mut db);
    // The last mobile references all the others, which are new.
    let report = db.save_with(mobiles[N - 1], SaveScope::Row).unwrap();
    assert_wrote(report, (N + 1, 0, 0));
    assert_wrote(db.save(player).unwrap(), (4, 0, 0));
    assert_eq!(db.n_dirty(), 0);
    db.remove(mobiles[0]).unwrap();
    assert_wrote(db.save(player).unwrap(), (0, 0, N_ROWS - 1));
    assert_gone(&file.reopen(db));
}

#[test]
fn no_depth_of_ownership_overflows_the_stack() {
    let mut world = World::new();
    let first = world.insert(Mobile::default()).unwrap();
    let mut last = first;
    for _ in 0..100_000 {
        last = world
            .insert(Mobile {
                owner: Some(last.into()),
                ..Mobile::default()
            })
            .unwrap();
    }
    world.remove(first).unwrap();
    assert_eq!(world.n_rows::<Mobile>(), 0);
    assert_eq!(world.n_dirty(), 0);
}
