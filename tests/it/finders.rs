//! Finding rows, their order, and the mapping between keys and ids.

use crate::common::new_file;
use crate::common::sample::{attribute, fill, flushed_file, item, mobile, player};
use gamedb::{Error, ErrorKind};
use gamedb_models::{InventoryEntry, Item, ItemBlueprint, Mobile, Player, PlayerKey, World};

fn by_name(world: &World, name: &str) -> Vec<PlayerKey> {
    Player::find_by_what_we_call_you(world, name)
        .keys()
        .collect()
}

#[test]
fn by_a_unique_column_finds_one_or_none() {
    let mut world = World::new();
    let ada = world.insert(player(1)).unwrap();
    let find =
        |world: &World, email: &str| Player::find_by_email(world, email).map(|row| row.key());
    assert_eq!(find(&world, "1@example.com"), Some(ada));
    assert_eq!(find(&world, "2@example.com"), None);
    world.get_mut(ada).unwrap().set_email("new").unwrap();
    assert_eq!(find(&world, "1@example.com"), None);
    assert_eq!(find(&world, "new"), Some(ada));
    world.remove(ada).unwrap();
    assert_eq!(find(&world, "new"), None);
}

#[test]
fn by_an_indexed_column_finds_all_in_order_of_ids() {
    let (file, mut db) = new_file();
    let keys: Vec<_> = (0..100)
        .map(|n| {
            let what_we_call_you = format!("name {}", n % 3);
            db.insert(Player {
                what_we_call_you,
                ..player(n)
            })
            .unwrap()
        })
        .collect();
    let expected: Vec<_> = keys.iter().copied().skip(1).step_by(3).collect();
    assert_eq!(by_name(&db, "name 1"), expected);
    assert_eq!(by_name(&db, "nobody"), []);
    // The first row with the value leaves the list, and another returns to its position.
    db.get_mut(keys[1]).unwrap().set_what_we_call_you("other");
    assert_eq!(by_name(&db, "name 1"), expected[1..]);
    assert_eq!(by_name(&db, "other"), [keys[1]]);
    db.get_mut(keys[1]).unwrap().set_what_we_call_you("name 1");
    assert_eq!(by_name(&db, "name 1"), expected);
    assert_eq!(by_name(&db, "other"), []);
    let db = file.reopen(db);
    let ids =
        Player::find_by_what_we_call_you(&db, "name 1").map(|(key, _)| db.id(key).unwrap().get());
    assert!(ids.eq((2..=100).step_by(3)));
}

#[test]
fn finders_follow_rollback_and_removal() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let _ = world.transaction(|world| {
        world.get_mut(sample.ada)?.set_email("new")?;
        world.get_mut(sample.ada)?.set_what_we_call_you("new");
        world.get_mut(sample.entry)?.set_quantity(5.0)?;
        world.remove(sample.bob)?;
        let found = Player::find_by_email(world, "new").unwrap().key();
        assert_eq!(found, sample.ada);
        assert!(Player::find_by_email(world, "2@example.com").is_none());
        let new = world.insert(player(2))?;
        assert_eq!(by_name(world, "call 2"), [new]);
        Err::<(), Error>(ErrorKind::IdExhausted { table: "" }.into())
    });
    assert!(Player::find_by_email(&world, "new").is_none());
    assert_eq!(by_name(&world, "new"), []);
    assert_eq!(by_name(&world, "call 1"), [sample.ada]);
    assert_eq!(by_name(&world, "call 2"), [sample.bob]);
    let bob = Player::find_by_email(&world, "2@example.com").unwrap();
    assert_eq!(bob.key(), sample.bob);
}

#[test]
fn by_foreign_key_finds_an_option_or_rows() {
    let (_file, mut db, sample) = flushed_file();
    let avatar = Mobile::find_by_owner_player(&db, sample.ada).unwrap().key();
    assert_eq!(avatar, sample.avatar);
    assert!(Mobile::find_by_owner_player(&db, sample.bob).is_none());
    assert!(
        Mobile::find_by_owner_mobile(&db, avatar)
            .keys()
            .eq([sample.pet])
    );
    assert!(
        InventoryEntry::find_by_inventory(&db, sample.bag)
            .keys()
            .eq([sample.entry])
    );
    assert!(
        InventoryEntry::find_by_item(&db, sample.iron)
            .keys()
            .eq([sample.entry])
    );
    let blueprint = db.insert(ItemBlueprint::default()).unwrap();
    assert_eq!(Item::find_by_blueprint(&db, blueprint).len(), 0);
    db.get_mut(sample.iron)
        .unwrap()
        .set_blueprint(Some(blueprint))
        .unwrap();
    assert!(
        Item::find_by_blueprint(&db, blueprint)
            .keys()
            .eq([sample.iron])
    );
    db.remove(sample.ada).unwrap();
    assert!(Mobile::find_by_owner_player(&db, sample.ada).is_none());
    assert_eq!(Mobile::find_by_owner_mobile(&db, avatar).len(), 0);
    assert_eq!(InventoryEntry::find_by_item(&db, sample.iron).len(), 0);
    // A stale key finds nothing after its slot is reused.
    let new = db.insert(player(1)).unwrap();
    assert_ne!(new, sample.ada);
    assert!(Mobile::find_by_owner_player(&db, sample.ada).is_none());
}

/// If a lookup were a scan, 20,000 lookups in 20,000 rows would take minutes.
#[test]
fn finding_does_not_scan() {
    let mut world = World::new();
    for n in 0..20_000 {
        world.insert(player(n)).unwrap();
    }
    let start = std::time::Instant::now();
    for n in 0..20_000 {
        assert!(Player::find_by_email(&world, &format!("{n}@example.com")).is_some());
        assert_eq!(
            Player::find_by_what_we_call_you(&world, &format!("call {n}")).len(),
            1
        );
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn rows_come_in_order_of_ids_with_iter_by_id_and_iter_mut() {
    let (file, mut db) = new_file();
    let keys: Vec<_> = (0..10).map(|n| db.insert(item(n)).unwrap()).collect();
    for n in [2, 5, 3] {
        db.remove(keys[n]).unwrap();
    }
    for n in 10..14 {
        db.insert(item(n)).unwrap();
    }
    let expected = [1, 2, 5, 7, 8, 9, 10, 11, 12, 13, 14];
    let ids = |world: &World| -> Vec<i64> {
        world
            .items
            .iter_by_id()
            .map(|(key, _)| world.id(key).unwrap().get())
            .collect()
    };
    assert_eq!(ids(&db), expected);
    let in_memory: Vec<_> = db.iter::<Item>().map(|(key, _)| key).collect();
    assert_eq!(
        db.iter::<Item>().map(|(key, _)| key).collect::<Vec<_>>(),
        in_memory
    );
    let mut visited = Vec::new();
    let mut rows = db.iter_mut::<Item>();
    while let Some(mut row) = rows.next() {
        row.set_max_stack_size(Some(1)).unwrap();
        visited.push(row.id().get());
    }
    assert_eq!(visited, expected);
    let db = file.reopen(db);
    assert_eq!(ids(&db), expected);
    let loaded = db.iter::<Item>().map(|(key, _)| db.id(key).unwrap().get());
    assert!(
        loaded.eq(expected),
        "after loading, memory is in id order too"
    );
}

#[test]
fn what_a_view_returned_does_not_change_and_stale_keys_find_nothing() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let keys: Vec<_> = world.get(sample.ada).unwrap().attributes().keys().collect();
    let row = world.get(sample.luck).unwrap().row().clone();
    let pivot = world.get(sample.luck).unwrap().attribute_owner().unwrap();
    world
        .get_mut(sample.luck)
        .unwrap()
        .set_internal_name("changed");
    world
        .get_mut(sample.ada)
        .unwrap()
        .give_attribute(sample.luck, sample.bob)
        .unwrap();
    world
        .get_mut(sample.ada)
        .unwrap()
        .add_attribute(attribute("more"))
        .unwrap();
    assert_eq!(keys, [sample.luck]);
    assert_eq!(row.internal_name, "luck");
    assert!(pivot.owner.as_player() == Some(sample.ada));
    world.remove(sample.bob).unwrap();
    for _ in 0..100 {
        let new = world.insert(mobile(1)).unwrap();
        world
            .get_mut(new)
            .unwrap()
            .add_attribute(attribute("another"))
            .unwrap();
    }
    assert!(!world.contains_key(sample.luck));
    assert!(world.get(sample.luck).is_err() && world.get_mut(sample.luck).is_err());
    assert!(world.id(sample.luck).is_err());
    assert!(matches!(
        world.get(sample.bob).map_err(Error::into_kind),
        Err(ErrorKind::StaleKey {
            table: "players",
            ..
        })
    ));
}

#[test]
fn keys_and_ids_lead_to_each_other() {
    let (file, db, sample) = flushed_file();
    let id = db.id(sample.ada).unwrap();
    assert_eq!(db.key(id), Some(sample.ada));
    assert_eq!(db.get(sample.ada).unwrap().id(), id);
    let db = file.reopen(db);
    let ada = db.key(id).unwrap();
    assert_eq!(db.get(ada).unwrap().email, "1@example.com");
    assert_eq!(db.key(gamedb::Id::<Player>::new(99)), None);
    assert_eq!(db.key(gamedb::Id::<Player>::new(-1)), None);
}
