//! What reviews and fuzzing have found: each bug with the case that showed it.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may unwrap, and its name is its documentation"
)]

mod common;

use common::TestFile;
use common::sample::{attribute, player};
use gamedb::error::ProblemKind;
use gamedb::persist::error::{Difference, FlushFailure};
use gamedb::{Error, FileError};
use gamedb_models::{
    AttributeOwnerKey, Inventory, InventoryEntry, Item, ItemBlueprint, ItemBlueprintComponent,
    Player, World,
};

/// A removal that is refused was listing the row in the pivot's dirty set once more each time.
#[test]
fn a_refused_removal_leaves_no_trace_in_the_dirty_sets() {
    let mut world = World::new();
    let item = world.insert(Item::default()).unwrap();
    let item_blueprint = world.insert(ItemBlueprint::default()).unwrap();
    let component = ItemBlueprintComponent {
        item_blueprint,
        component_item: item,
        ..ItemBlueprintComponent::default()
    };
    world.insert(component).unwrap();
    let mut owner = world.get_mut(item).unwrap();
    owner.add_attribute(attribute("volume")).unwrap();
    let before = world.n_dirty();
    for _ in 0..100 {
        let refused = world.remove(item);
        assert!(matches!(refused, Err(Error::StillReferenced { .. })));
    }
    assert_eq!(world.n_dirty(), before);
    assert_eq!(world.check(), [""; 0]);
}

/// Every row had waited for the one after it, which took n passes over n rows.
#[test]
fn values_passed_on_in_a_row_take_a_few_statements_each() {
    const N: usize = 300;
    let file = TestFile::new();
    let (mut db, statements) = file.open_watched();
    let keys: Vec<_> = (0..N)
        .map(|n| db.insert(player(n as i64)).unwrap())
        .collect();
    let _ = db.flush().unwrap();
    statements.take();
    let emails: Vec<_> = keys
        .iter()
        .map(|&key| db.get(key).unwrap().email.clone())
        .collect();
    db.get_mut(keys[N - 1]).unwrap().set_email("last").unwrap();
    for n in (0..N - 1).rev() {
        db.get_mut(keys[n])
            .unwrap()
            .set_email(&*emails[n + 1])
            .unwrap();
    }
    assert_eq!(db.flush().unwrap().updated, N);
    assert!(statements.take().len() <= 2 * N + 10);
    // And all of them round in a ring, from the front.
    db.get_mut(keys[N - 1]).unwrap().set_email("aside").unwrap();
    for n in (0..N - 1).rev() {
        db.get_mut(keys[n])
            .unwrap()
            .set_email(format!("{n} moved"))
            .unwrap();
    }
    let _ = db.flush().unwrap();
    statements.take();
    let emails: Vec<_> = keys
        .iter()
        .map(|&key| db.get(key).unwrap().email.clone())
        .collect();
    for &key in &keys {
        db.get_mut(key)
            .unwrap()
            .set_email(format!("{key:?}"))
            .unwrap();
    }
    for (n, &key) in keys.iter().enumerate() {
        db.get_mut(key)
            .unwrap()
            .set_email(&*emails[(n + 1) % N])
            .unwrap();
    }
    assert_eq!(db.flush().unwrap().updated, N);
    assert!(statements.take().len() <= 5 * N + 10);
    file.reopen(db);
}

/// What had been given away stayed with the giver in the file, beside what was given for it.
#[test]
fn s5_6_saving_an_owner_takes_along_what_has_left_it() {
    let file = TestFile::new();
    let mut db = file.open();
    let [ada, bob] = [1, 2].map(|n| db.insert(player(n)).unwrap());
    let item = db.insert(Item::default()).unwrap();
    let sword = db
        .get_mut(ada)
        .unwrap()
        .add_attribute(attribute("sword"))
        .unwrap();
    let bags = [ada, bob].map(|owner| {
        let mut owner = db.get_mut(owner).unwrap();
        owner.add_inventory(Inventory::default()).unwrap()
    });
    let stack = InventoryEntry {
        inventory: bags[0],
        item,
        quantity: 5.0,
        ..InventoryEntry::default()
    };
    let stack = db.insert(stack).unwrap();
    let _ = db.flush().unwrap();

    db.get_mut(ada).unwrap().give_attribute(sword, bob).unwrap();
    db.get_mut(stack).unwrap().set_inventory(bags[1]).unwrap();
    db.get_mut(bob).unwrap().set_full_name("not saved");
    assert_eq!(db.save(ada).unwrap().updated, 2);
    drop(db); // as if the process had died

    let db = file.open();
    let [ada, bob] = [1, 2].map(|n| {
        let email = player(n).email;
        Player::find_by_email(&db, &email).unwrap()
    });
    assert_eq!(ada.attributes().len(), 0);
    assert_eq!(bob.attributes().len(), 1);
    let stacks = |owner: gamedb_models::PlayerRef<'_>| {
        let (bag, _) = owner.inventories().next().unwrap();
        db.get(bag).unwrap().inventory_entries().len()
    };
    assert_eq!((stacks(ada), stacks(bob)), (0, 1));
    assert_eq!(bob.full_name, player(2).full_name);
}

/// What was given away and then removed stayed with the giver in the file.
#[test]
fn s5_6_saving_an_owner_takes_along_what_is_gone_from_whom_it_was_given_to() {
    let file = TestFile::new();
    let mut db = file.open();
    let [ada, bob] = [1, 2].map(|n| db.insert(player(n)).unwrap());
    let item = db.insert(Item::default()).unwrap();
    let mut owner = db.get_mut(ada).unwrap();
    let sword = owner.add_attribute(attribute("sword")).unwrap();
    let bag = owner.add_inventory(Inventory::default()).unwrap();
    let mut other = db.get_mut(bob).unwrap();
    let chest = other.add_inventory(Inventory::default()).unwrap();
    let stack = InventoryEntry {
        inventory: bag,
        item,
        ..InventoryEntry::default()
    };
    let stack = db.insert(stack).unwrap();
    let _ = db.flush().unwrap();

    db.get_mut(ada).unwrap().give_attribute(sword, bob).unwrap();
    db.remove(sword).unwrap();
    db.get_mut(stack).unwrap().set_inventory(chest).unwrap();
    db.remove(stack).unwrap();
    // The sword, whose it was, and the stack.
    assert_eq!(db.save(ada).unwrap().deleted, 3);
    drop(db); // as if the process had died

    let db = file.open();
    assert_eq!(db.n_rows::<gamedb_models::Attribute>(), 0);
    assert_eq!(db.n_rows::<InventoryEntry>(), 0);
}

#[test]
fn a_flush_does_not_go_into_a_file_that_is_not_there_any_more() {
    for replace in [false, true] {
        let file = TestFile::new();
        let mut db = file.open();
        db.insert(player(1)).unwrap();
        let elsewhere = file.folder().join("elsewhere.db");
        std::fs::rename(file.path(), &elsewhere).unwrap();
        if replace {
            std::fs::copy(&elsewhere, file.path()).unwrap();
        }
        let Err(Error::File(FileError::Flush { cause, .. })) = db.flush() else {
            panic!("the flush went through");
        };
        assert!(matches!(cause, FlushFailure::Moved));
        assert_eq!(db.n_dirty(), 1);
        if !replace {
            std::fs::rename(&elsewhere, file.path()).unwrap();
            assert_eq!(db.flush().unwrap().inserted, 1);
        }
    }
}

#[test]
fn unique_indexes_that_the_models_do_not_have_are_differences() {
    for index in [
        "ON players (full_name) WHERE full_name <> ''",
        "ON players (full_name COLLATE NOCASE)",
        "ON players (lower(full_name))",
    ] {
        let file = TestFile::by_hand(
            |schema| schema + &format!("CREATE UNIQUE INDEX more {index};"),
            "",
        );
        let FileError::Schema { differences, .. } = file.refused() else {
            panic!("{index} was not noticed");
        };
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(matches!(
            &differences[0],
            Difference::Constraint { table, expected: false, .. } if table == "players"
        ));
    }
}

#[cfg(unix)]
#[test]
fn e10_a_link_to_a_file_that_is_not_there_yet_finds_the_same_lock() {
    let file = TestFile::new();
    let link = file.folder().join("link.db");
    std::os::unix::fs::symlink("world.db", &link).unwrap();
    let through_link = gamedb::Database::<World>::open(&link).unwrap();
    let again = gamedb::Database::<World>::open(&link);
    assert!(matches!(
        again,
        Err(Error::File(FileError::AlreadyOpen { .. }))
    ));
    assert!(matches!(
        file.try_open(),
        Err(Error::File(FileError::AlreadyOpen { .. }))
    ));
    drop(through_link);
}

#[test]
fn rows_that_name_a_bad_row_are_not_blamed_for_it() {
    let file = TestFile::by_hand(
        |schema| schema,
        "INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 2, 1815, 'ada@example.com');
         INSERT INTO mobiles VALUES (1, 'PLAYER', NULL, NULL, NULL, 1, 'Ada');
         INSERT INTO attributes (id, internal_name, visible, attribute_type, double_value)
             VALUES (1, 'good', 0, 'LUCK', 1.0), (2, 'bad', 0, 'CHARM', 1.0);
         INSERT INTO attribute_owners (id, attribute_id, player_id) VALUES (1, 1, 1), (2, 2, 7);",
    );
    let FileError::Rows { problems, .. } = file.refused() else {
        panic!("the rows were taken");
    };
    let found: Vec<_> = problems
        .iter()
        .map(|problem| (problem.table, problem.id))
        .collect();
    assert_eq!(
        found,
        [("players", 1), ("attributes", 2), ("attribute_owners", 2)]
    );
    assert!(matches!(
        problems[2].kind,
        ProblemKind::Dangling { id: 7, .. }
    ));
}

#[test]
fn an_owner_can_be_asked_for_by_its_bare_id() {
    let mut world = World::new();
    let icon = world
        .add(AttributeOwnerKey::Asset(7), attribute("icon"))
        .unwrap();
    let owned = world.owned_by::<gamedb_models::Attribute>(AttributeOwnerKey::Asset(7));
    assert!(owned.keys().eq([icon]));
    assert_eq!(world.check(), [""; 0]);
}

/// The report was that of the last flush with rows, and said that an older generation is in the file.
#[test]
fn a_ticket_for_a_flush_of_next_ids_alone_is_kept() {
    let file = TestFile::new();
    let mut db = file.open();
    let player = db.insert(player(1)).unwrap();
    db.remove(player).unwrap();
    let flushed = db.flush().unwrap();
    let ticket = db.flush_in_background().unwrap();
    let report = db.wait(ticket).unwrap();
    assert_eq!(report.generation, flushed.generation);
    assert!(ticket.generation() <= report.generation);
    assert!(ticket.generation() <= db.committed());
}

/// Where a file cannot be written to any more, the world goes into another one.
#[test]
fn a_world_can_be_written_into_a_new_file() {
    let (old, new) = (TestFile::new(), TestFile::new());
    let mut db = old.open();
    let ada = db.insert(player(1)).unwrap();
    db.flush().unwrap();
    let item = db.insert(Item::default()).unwrap();
    db.get_mut(ada)
        .unwrap()
        .add_attribute(attribute("lost"))
        .unwrap();
    db.remove(item).unwrap();
    let mut rescued = new.open();
    rescued.apply(&db.snapshot().unwrap()).unwrap();
    rescued.flush().unwrap();
    let rescued = new.reopen(rescued);
    assert!(rescued.snapshot().unwrap() == db.snapshot().unwrap());
}
