//! Deltas that come over a network: all of what they say is applied, or nothing.

use std::sync::OnceLock;

use gamedb::Delta;
use gamedb_models::{Attribute, Inventory, InventoryEntry, Item, Mobile, Player, World};

use super::splices::spliced;

/// A mirror, and deltas that it would take: as JSON, and as bytes.
struct Right {
    snapshot: Delta,
    changes: [Vec<u8>; 2],
    all: [Vec<u8>; 2],
}

fn right() -> &'static Right {
    static RIGHT: OnceLock<Right> = OnceLock::new();
    RIGHT.get_or_init(|| {
        let mut world = World::new();
        fill(&mut world).expect("the world takes its sample");
        let snapshot = world.snapshot().expect("no transaction is open");
        let mut feed = world.subscribe().expect("no transaction is open");
        change(&mut world).expect("the world takes the changes");
        let changes = world.changes(&mut feed).expect("the feed is its own");
        Right {
            changes: as_sent(&changes.delta()),
            all: as_sent(&world.snapshot().expect("no transaction is open")),
            snapshot,
        }
    })
}

fn as_sent(delta: &Delta) -> [Vec<u8>; 2] {
    let json = serde_json::to_vec(delta).expect("no number is infinite");
    [json, rmp_serde::to_vec(delta).expect("memory takes it")]
}

fn fill(world: &mut World) -> Result<(), gamedb::Error> {
    for n in 0..3 {
        let player = world.insert(Player {
            email: format!("{n}@example.com"),
            year_of_birth: 1990,
            ..Player::default()
        })?;
        let luck = Attribute {
            internal_name: "luck".into(),
            ..Attribute::default()
        };
        let _ = world.get_mut(player)?.add_attribute(luck)?;
        let _ = world.insert(Mobile {
            owner: Some(player.into()),
            ..Mobile::default()
        })?;
        let item = world.insert(Item {
            internal_name: format!("item {n}"),
            ..Item::default()
        })?;
        let inventory = world.get_mut(player)?.add_inventory(Inventory::default())?;
        let _ = world.insert(InventoryEntry {
            inventory,
            item,
            quantity: 1.5,
            ..InventoryEntry::default()
        })?;
    }
    Ok(())
}

/// One of each: inserted, changed, removed with all that it owns, and given to somebody else.
fn change(world: &mut World) -> Result<(), gamedb::Error> {
    let players: Vec<_> = world.iter::<Player>().map(|(key, _)| key).collect();
    let luck = world.iter::<Attribute>().map(|(key, _)| key).next();
    world.get_mut(players[0])?.set_year_of_birth(-1);
    world.give(players[0], luck.expect("each player has some"), players[1])?;
    world.remove(players[2])?;
    let dora = world.insert(Player {
        email: "dora@example.com".into(),
        ..Player::default()
    })?;
    let _ = world.insert(Mobile {
        owner: Some(dora.into()),
        ..Mobile::default()
    })?;
    Ok(())
}

/// A delta. The first byte says in which format it comes, and whether the rest is its bytes or changes to one that is
/// right.
pub fn delta(input: &[u8]) {
    let Some((&how, rest)) = input.split_first() else {
        return;
    };
    let Right {
        snapshot,
        changes,
        all,
    } = right();
    let format = usize::from(how & 1);
    let bytes = match how & 6 {
        0 => rest.to_vec(),
        2 => spliced(&all[format], 0, rest),
        _ => spliced(&changes[format], 0, rest),
    };
    let read = match format {
        0 => read_json(&bytes),
        _ => World::read_delta(&mut rmp_serde::Deserializer::from_read_ref(&bytes)).ok(),
    };
    let Some(delta) = read else {
        return;
    };
    for is_empty in [true, false] {
        let mut mirror = World::new();
        if !is_empty {
            mirror.apply(snapshot).expect("it is the world's own");
        }
        let before = mirror.snapshot().expect("no transaction is open");
        let applied = mirror.apply(&delta);
        assert_eq!(mirror.check(), [""; 0]);
        if applied.is_err() {
            let now = mirror.snapshot().expect("no transaction is open");
            assert!(
                now == before,
                "a delta that was refused has changed the mirror"
            );
        } else {
            assert_copied(&mut mirror);
        }
    }
}

fn read_json(bytes: &[u8]) -> Option<Delta> {
    World::read_delta(&mut serde_json::Deserializer::from_slice(bytes)).ok()
}

/// What a mirror holds can be sent on.
fn assert_copied(mirror: &mut World) {
    let snapshot = mirror.snapshot().expect("no transaction is open");
    let bytes = rmp_serde::to_vec(&snapshot).expect("memory takes it");
    let read = World::read_delta(&mut rmp_serde::Deserializer::from_read_ref(&bytes));
    let mut next = World::new();
    let applied = next.apply(&read.expect("it was just written"));
    applied.expect("it is a whole world");
    assert!(next.snapshot().expect("no transaction is open") == snapshot);
}
