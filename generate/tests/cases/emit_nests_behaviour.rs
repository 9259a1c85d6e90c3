//! What generated code does with rows that lie in other rows, run inside of the crate that
//! `emit/compiled.rs` makes of all cases.

use gamedb::{Database, Error, ErrorKind};

use crate::nests::{BoxRow, BoxRowKey, Item, ItemKey, Player, PlayerKey, World};

/// Two players; the first one wears a backpack with a bag, in which a coin is, and a ring.
struct Set {
    world: World,
    players: [PlayerKey; 2],
    backpack: ItemKey,
    bag: ItemKey,
    coin: ItemKey,
    ring: ItemKey,
}

fn item(item_type: i64) -> Item {
    Item {
        item_type,
        ..Item::default()
    }
}

fn set() -> Set {
    let mut world = World::new();
    let players = [(); 2].map(|()| world.insert(Player::default()).unwrap());
    let mut ada = world.get_mut(players[0]).unwrap();
    let backpack = ada.add_item_at(3, item(1)).unwrap();
    let ring = ada.add_item_at(9, item(4)).unwrap();
    let bag = world.get_mut(backpack).unwrap().add_content(item(2)).unwrap();
    let coin = world.get_mut(bag).unwrap().add_content(item(3)).unwrap();
    Set {
        world,
        players,
        backpack,
        bag,
        coin,
        ring,
    }
}

/// Player, pid and sid of an item.
fn place(world: &World, key: ItemKey) -> (PlayerKey, i64, i64) {
    let item = world.get(key).unwrap();
    (item.player, item.pid, item.sid)
}

#[test]
fn items_lie_in_items() {
    let Set {
        world,
        players: [ada, _],
        backpack,
        bag,
        coin,
        ring,
    } = set();
    // New numbers follow those that mean a place of the body.
    assert_eq!(place(&world, backpack), (ada, 3, 11));
    assert_eq!(place(&world, ring), (ada, 9, 12));
    assert_eq!(place(&world, bag), (ada, 11, 13));
    assert_eq!(place(&world, coin), (ada, 13, 14));
    let get = |key| world.get(key).unwrap();
    assert_eq!(get(coin).container().unwrap().key(), bag);
    assert!(get(backpack).container().is_none() && get(backpack).is_at_root());
    assert!(get(backpack).contents().keys().eq([bag]));
    assert_eq!(get(coin).contents().len(), 0);
    let ada = world.get(ada).unwrap();
    assert!(ada.items_at_root().map(|(key, _)| key).eq([backpack, ring]));
    assert_eq!(ada.items().len(), 4);
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn what_is_moved_takes_along_what_lies_in_it() {
    let Set {
        mut world,
        players: [ada, bob],
        backpack,
        bag,
        coin,
        ring,
    } = set();
    // Bob has 11 and 13 already.
    let chest = world.get_mut(bob).unwrap().add_item_at(1, item(5)).unwrap();
    world.get_mut(bob).unwrap().add_item_at(2, item(6)).unwrap();
    let third = world.get_mut(bob).unwrap().add_item_at(4, item(7)).unwrap();
    assert_eq!(place(&world, third), (bob, 4, 13));
    world.get_mut(backpack).unwrap().put_into(chest).unwrap();
    assert_eq!(place(&world, backpack), (bob, 11, 14));
    assert_eq!(place(&world, bag), (bob, 14, 15));
    // Its own number is taken by now.
    assert_eq!(place(&world, coin), (bob, 15, 16));
    assert_eq!(place(&world, ring), (ada, 9, 12));
    assert_eq!(world.check(), [""; 0]);
    // Within one player numbers stay.
    world.get_mut(coin).unwrap().put_at(bob, 7).unwrap();
    assert_eq!(place(&world, coin), (bob, 7, 16));
    world.get_mut(bag).unwrap().put_at(ada, 5).unwrap();
    assert_eq!(place(&world, bag), (ada, 5, 15));
    assert_eq!(world.get(backpack).unwrap().contents().len(), 0);
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn nothing_lies_in_itself_or_in_nothing() {
    let Set {
        mut world,
        players: [ada, bob],
        backpack,
        bag,
        coin,
        ring,
    } = set();
    let before = world.get(backpack).unwrap().row().clone();
    let kind = |result: Result<(), Error>| result.unwrap_err().into_kind();
    for container in [backpack, bag, coin] {
        let refused = world.get_mut(backpack).unwrap().put_into(container);
        assert!(matches!(kind(refused), ErrorKind::OwnsItself { .. }));
    }
    let refused = world.get_mut(backpack).unwrap().set_pid(14);
    assert!(matches!(kind(refused), ErrorKind::OwnsItself { .. }));
    // A number that no row has, in the same player and in another one: nothing is moved.
    for player in [ada, bob] {
        let refused = world.get_mut(backpack).unwrap().put_at(player, 77);
        assert!(matches!(kind(refused), ErrorKind::NoSuchValue { .. }));
    }
    let refused = world.get_mut(ring).unwrap().set_pid(0);
    assert!(matches!(kind(refused), ErrorKind::NoSuchValue { .. }));
    // A number that others lie in cannot be changed, nor can its player.
    let refused = world.get_mut(bag).unwrap().set_sid(40);
    assert!(matches!(kind(refused), ErrorKind::StillNamed { .. }));
    let refused = world.get_mut(bag).unwrap().set_player(bob);
    assert!(refused.is_err());
    let own = Item {
        player: ada,
        pid: 50,
        sid: 50,
        ..Item::default()
    };
    let refused = world.insert(own).map(drop);
    assert!(matches!(kind(refused), ErrorKind::NoSuchValue { .. }));
    let gone = ring;
    world.remove(ring).unwrap();
    let refused = world.get_mut(coin).unwrap().put_into(gone);
    assert!(matches!(kind(refused), ErrorKind::StaleKey { .. }));
    assert_eq!(*world.get(backpack).unwrap().row(), before);
    assert_eq!(world.check(), [""; 0]);
}

/// A row whose own number means a place of the body is in nobody's way.
#[test]
fn a_number_of_the_root_names_no_row() {
    let Set {
        mut world,
        players: [ada, _],
        backpack,
        ..
    } = set();
    let odd = Item {
        player: ada,
        pid: 5,
        sid: 3,
        ..Item::default()
    };
    let odd = world.insert(odd).unwrap();
    assert!(world.get(backpack).unwrap().container().is_none());
    assert_eq!(world.get(odd).unwrap().contents().len(), 0);
    let refused = world.get_mut(odd).unwrap().add_content(item(1)).map(drop);
    assert!(matches!(refused.unwrap_err().kind(), ErrorKind::NoSuchValue { .. }));
    assert!(world.get_mut(backpack).unwrap().put_into(odd).is_err());
    world.remove(odd).unwrap();
    assert!(world.get(backpack).is_ok());
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_container_goes_with_its_contents_unless_said_otherwise() {
    let Set {
        mut world,
        players: [ada, bob],
        backpack,
        bag,
        coin,
        ring,
    } = set();
    let failed = world.transaction(|world| {
        world.remove(backpack)?;
        assert!(world.get(coin).is_err());
        world.get_mut(ring)?.set_pid(99)
    });
    assert!(failed.is_err());
    assert_eq!(world.get(bag).unwrap().contents().len(), 1);
    world.remove(backpack).unwrap();
    assert!(world.get(bag).is_err() && world.get(coin).is_err());
    assert!(world.get(ring).is_ok());
    world.remove(ada).unwrap();
    assert!(world.get(ring).is_err() && world.get(bob).is_ok());

    // Boxes are not removed with the one that they lie in.
    let mut add = |lies_in, number| {
        let new = BoxRow {
            depot: "Thais".into(),
            lies_in,
            number,
        };
        world.insert(new)
    };
    let outer: BoxRowKey = add(-1, 1).unwrap();
    let inner = add(1, 2).unwrap();
    assert!(add(7, 3).is_err());
    let refused = world.remove(outer).unwrap_err().into_kind();
    assert!(matches!(refused, ErrorKind::StillReferenced { .. }));
    world.get_mut(inner).unwrap().put_at("Venore".into(), 0).unwrap();
    world.remove(outer).unwrap();
    assert_eq!(world.get(inner).unwrap().depot, "Venore");
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_file_keeps_nests_and_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let mut db = Database::<World>::open(&path).unwrap();
    let ada = db.insert(Player::default()).unwrap();
    let bob = db.insert(Player::default()).unwrap();
    let backpack = db.get_mut(ada).unwrap().add_item_at(3, item(1)).unwrap();
    let bag = db.get_mut(backpack).unwrap().add_content(item(2)).unwrap();
    db.get_mut(bag).unwrap().add_content(item(3)).unwrap();
    db.flush().unwrap();
    db.get_mut(backpack).unwrap().put_at(bob, 1).unwrap();
    db.flush().unwrap();
    db.close().unwrap();

    let db = Database::<World>::open(&path).unwrap();
    let (backpack, _) = db.player_items.iter().next().unwrap();
    let bag = db.get(backpack).unwrap().contents().next().unwrap().0;
    assert_eq!(db.get(bag).unwrap().contents().len(), 1);
    assert_eq!(db.get(backpack).unwrap().player().id().get(), 2);
    assert_eq!(db.check(), [""; 0]);
    db.close().unwrap();

    // A file that a person has changed.
    for (change, said) in [
        ("UPDATE player_items SET pid = 13 WHERE sid = 11", "belongs to the row itself"),
        ("UPDATE player_items SET pid = 77 WHERE sid = 12", "77"),
    ] {
        let other = folder.path().join("other.db");
        std::fs::copy(&path, &other).unwrap();
        let file = rusqlite::Connection::open(&other).unwrap();
        file.execute_batch(&format!("{change}; DELETE FROM gamedb_hashes")).unwrap();
        drop(file);
        let error = Database::<World>::open(&other).unwrap_err();
        let mut text = error.to_string();
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(next) = cause {
            text.push_str(&next.to_string());
            cause = next.source();
        }
        assert!(text.contains(said), "{change}: {text}");
    }
}
