//! Rows with ids that the game gives: which ids are free, for how long, and what else they change.

use crate::common::sample::{attribute, player};
use crate::common::{TestFile, contents_of, new_file, refusing_file, state_of};
use gamedb::{Error, ErrorKind, Id, Key};
use gamedb_models::{Inventory, InventoryEntry, Item, Player, World};

fn item(name: &str) -> Item {
    Item {
        internal_name: name.into(),
        ..Item::default()
    }
}

/// Why an id is refused for an item, with what is named in the error.
fn refusal(world: &mut World, id: i64) -> String {
    let before = state_of(world);
    let error = world.insert_with_id(Id::new(id), item("refused"));
    let error = error.unwrap_err();
    assert!(state_of(world) == before, "{error} left a trace");
    match error.kind() {
        ErrorKind::IdTaken { table, id } => format!("{table} {id} taken"),
        ErrorKind::IdUsed { table, id, next } => format!("{table} {id} used, {next} is free"),
        ErrorKind::IdOutOfRange { table, id } => format!("{table} {id} out of range"),
        ErrorKind::IdExhausted { table } => format!("{table} exhausted"),
        other => panic!("{other}"),
    }
}

fn id_of(world: &World, key: Key<Item>) -> i64 {
    world.id(key).unwrap().get()
}

#[test]
fn an_id_is_given_once_and_stays_given_after_a_restart() {
    let (file, mut db) = new_file();
    let ten = db.insert_with_id(Id::new(10), item("ten")).unwrap();
    assert_eq!(id_of(&db, ten), 10);
    assert_eq!(refusal(&mut db, 10), "items 10 taken");
    db.flush().unwrap();
    db.remove(ten).unwrap();
    assert_eq!(refusal(&mut db, 10), "items 10 used, 11 is free");
    // An id that was skipped cannot be told from one of a removed row.
    assert_eq!(refusal(&mut db, 9), "items 9 used, 11 is free");
    let mut db = file.reopen(db);
    assert_eq!(refusal(&mut db, 10), "items 10 used, 11 is free");
    let next = db.insert(item("eleven")).unwrap();
    assert_eq!(id_of(&db, next), 11);
}

#[test]
fn zero_negative_numbers_and_the_last_number_are_no_ids() {
    let mut world = World::new();
    for id in [0, -1, i64::MIN, i64::MAX] {
        assert_eq!(refusal(&mut world, id), format!("items {id} out of range"));
    }
    let last = i64::MAX - 1;
    world.insert_with_id(Id::new(last), item("last")).unwrap();
    assert_eq!(refusal(&mut world, last), format!("items {last} taken"));
    assert_eq!(refusal(&mut world, 5), "items exhausted");
    let refused = world.insert(item("one more")).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::IdExhausted { .. }));
}

/// A file from elsewhere can have such rows, and an error says that they are there.
#[test]
fn a_row_that_a_file_has_below_1_is_taken() {
    let rows = "INSERT INTO item_blueprints VALUES (-3, 1), (0, 1);";
    let file = TestFile::by_hand(|ddl| ddl, rows);
    let mut db = file.open();
    for id in [-3, 0] {
        let row = gamedb_models::ItemBlueprint::default();
        let refused = db.insert_with_id(Id::new(id), row).unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::IdTaken { .. }));
    }
}

#[test]
fn a_rollback_gives_the_next_id_back() {
    let (_file, mut db) = new_file();
    db.insert(item("one")).unwrap();
    let before = state_of(&db);
    let failed: Result<(), Error> = db.transaction(|world| {
        world.insert_with_id(Id::new(500), item("a"))?;
        let inner: Result<(), Error> = world.transaction(|world| {
            world.insert_with_id(Id::new(1 << 40), item("b"))?;
            world.insert_with_id(Id::new(0), item("c")).map(|_| ())
        });
        assert!(inner.is_err());
        let next = world.insert(item("d"))?;
        assert_eq!(id_of(world, next), 501);
        world.insert_with_id(Id::new(501), item("e")).map(|_| ())
    });
    assert!(failed.is_err());
    assert!(state_of(&db) == before);
    // What was rolled back was never given.
    db.insert_with_id(Id::new(2), item("two")).unwrap();
}

#[test]
fn a_row_that_is_refused_skips_no_ids() {
    let mut world = World::new();
    world.insert(player(1)).unwrap();
    let before = state_of(&world);
    let twice = world.insert_with_id(Id::new(70), player(1)).unwrap_err();
    assert!(matches!(
        twice.kind(),
        ErrorKind::NotUnique { id: None, .. }
    ));
    let nobody = gamedb::Key::<Player>::null();
    let refused = world.add_with_id(nobody, Id::new(70), attribute("luck"));
    assert!(matches!(
        refused.unwrap_err().kind(),
        ErrorKind::NoSuchRow { .. }
    ));
    assert!(state_of(&world) == before);
}

/// The children of a parent come in the order of their ids, before and after a restart.
#[test]
fn rows_with_given_ids_come_in_the_order_of_ids() {
    let (file, mut db) = new_file();
    let ada = db.insert(player(1)).unwrap();
    let iron = db.insert(item("iron")).unwrap();
    let bag = db
        .get_mut(ada)
        .unwrap()
        .add_inventory(Inventory::default())
        .unwrap();
    let entry = InventoryEntry {
        inventory: bag,
        item: iron,
        ..InventoryEntry::default()
    };
    db.insert(entry.clone()).unwrap();
    db.insert_with_id(Id::new(1 << 50), entry.clone()).unwrap();
    db.insert(entry).unwrap();
    let luck = db.add_with_id(ada, Id::new(9), attribute("luck")).unwrap();
    let more = db
        .add_with_id(ada, Id::new(8), attribute("strength"))
        .unwrap_err();
    assert!(matches!(
        more.kind(),
        ErrorKind::IdUsed {
            id: 8,
            next: 10,
            ..
        }
    ));
    assert_eq!(db.id(luck).unwrap().get(), 9);
    let ids = |world: &World| -> Vec<i64> {
        let bag = world.iter::<Inventory>().next().unwrap().0;
        let entries = world.get(bag).unwrap().inventory_entries();
        entries
            .map(|(key, _)| world.id(key).unwrap().get())
            .collect()
    };
    let expected = [1, 1 << 50, (1 << 50) + 1];
    assert_eq!(ids(&db), expected);
    let before = contents_of(&db);
    let db = file.reopen(db);
    assert_eq!(ids(&db), expected);
    assert_eq!(contents_of(&db), before);
    assert_eq!(db.check(), [""; 0]);
}

#[test]
fn a_mirror_has_the_same_ids_and_refuses_the_same() {
    let mut world = World::new();
    let mut mirror = World::new();
    mirror.apply(&world.snapshot().unwrap()).unwrap();
    let mut subscription = world.subscribe().unwrap();
    world.insert_with_id(Id::new(40), item("forty")).unwrap();
    let changes = world.changes(&mut subscription).unwrap();
    assert_eq!(changes.len(), 1);
    let delta = changes.delta();
    mirror.apply(&delta).unwrap();
    assert_eq!(refusal(&mut mirror, 39), "items 39 used, 41 is free");
    assert!(mirror.snapshot().unwrap() == world.snapshot().unwrap());
}

/// An id that a failed flush wanted to write is still given, and the next flush writes the next id too.
#[test]
fn a_given_id_survives_a_failed_flush() {
    let file = refusing_file();
    let mut db = file.open();
    let row = db
        .insert_with_id(Id::new(77), item(crate::common::REFUSED))
        .unwrap();
    assert!(db.flush().is_err());
    assert!(
        db.flush_in_background()
            .and_then(|ticket| db.wait(ticket))
            .is_err()
    );
    assert_eq!(refusal(&mut db, 77), "items 77 taken");
    db.remove(row).unwrap();
    db.flush().unwrap();
    let mut db = file.reopen(db);
    assert_eq!(refusal(&mut db, 77), "items 77 used, 78 is free");
}

#[test]
fn a_save_writes_a_row_with_a_given_id_and_the_next_id() {
    let (file, mut db) = new_file();
    let saved = db.insert_with_id(Id::new(12), item("saved")).unwrap();
    db.insert_with_id(Id::new(30), item("not saved")).unwrap();
    assert_eq!(db.save(saved).unwrap().inserted, 1);
    drop(db);
    let mut db = file.open();
    assert_eq!(db.n_rows::<Item>(), 1);
    assert!(db.key(Id::<Item>::new(12)).is_some());
    // The next id is written whole: it is above the row that was lost.
    assert_eq!(refusal(&mut db, 30), "items 30 used, 31 is free");
}
