//! What reviews and fuzzing have found: each bug with the case that showed it.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test may unwrap, and its name is its documentation"
)]

mod common;

use std::time::Duration;

use common::sample::{attribute, flushed, player};
use common::{TestFile, assert_wrote, contents_of, flush_failure};
use gamedb::ProblemKind;
use gamedb::{Database, Error, FileError, Options};
use gamedb::{Difference, FlushFailure};
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
    let mut rescued = new.reopen(rescued);
    assert!(rescued.snapshot().unwrap() == db.snapshot().unwrap());
    // Nor is an id given again whose row is gone.
    let next = db.insert(Item::default()).unwrap();
    let rescued_next = rescued.insert(Item::default()).unwrap();
    assert_eq!(
        db.id(next).unwrap().get(),
        rescued.id(rescued_next).unwrap().get()
    );
}

/// Nor is an id of a pivot's row.
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

/// The ids that a snapshot uses up are given back where it is taken back.
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
        Err(Error::TransactionOpen)
    });
    assert!(taken_back.is_err());
    let item = world.insert(Item::default()).unwrap();
    assert_eq!(world.id(item).unwrap().get(), 1);
    assert_eq!(world.check(), [""; 0]);
}

/// Does not wait for another program that is writing.
fn impatient(file: &TestFile) -> Database<World> {
    let options = Options::new().busy_timeout(Duration::from_millis(1));
    options.open(file.path()).unwrap()
}

/// A delta brings back a row with the id that it had: the file had to delete the one and insert the other,
/// and did neither.
#[test]
fn a_removed_row_that_a_delta_brings_back_is_in_the_file() {
    for end in ["flush", "background", "save", "save it", "refused"] {
        for ahead in 0..4 {
            let file = TestFile::new();
            let mut db = impatient(&file);
            let key = db.insert(player(1)).unwrap();
            let other = db.insert(player(2)).unwrap();
            let _ = db.flush().unwrap();
            let mut origin = World::new();
            origin.insert(player(1)).unwrap();
            let snapshot = origin.snapshot().unwrap();

            db.get_mut(key).unwrap().set_full_name("changed");
            if ahead & 1 != 0 {
                db.prepare_flush(10);
            }
            db.remove(key).unwrap();
            db.apply(&snapshot).unwrap();
            if ahead & 2 != 0 {
                db.prepare_flush(10);
            }
            db.get_mut(other).unwrap().set_full_name("other");
            match end {
                "flush" => drop(db.flush().unwrap()),
                "save" => drop(db.save(other).unwrap()),
                "save it" => {
                    let back = Player::find_by_email(&db, "1@example.com").unwrap().key();
                    let _ = db.save(back).unwrap();
                }
                "background" => {
                    let ticket = db.flush_in_background().unwrap();
                    assert_wrote(db.wait(ticket).unwrap(), (1, 1, 1));
                }
                _ => {
                    // Somebody else is writing, so it fails, and is tried again.
                    let writer = file.writer();
                    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
                    let ticket = db.flush_in_background().unwrap();
                    flush_failure(db.wait(ticket));
                    writer.execute_batch("ROLLBACK").unwrap();
                }
            }
            let _ = db.flush().unwrap();
            assert_eq!(file.contents(), contents_of(&db), "{end}, {ahead}");
            assert_wrote(db.flush().unwrap(), (0, 0, 0));
            file.reopen(db);
        }
    }
}

/// A row was changed with one and removed with another, and its place was taken: the groups of a failed
/// flush and the later ones did not find each other, and half of a trade was saved.
#[test]
fn groups_hold_where_the_slot_of_a_removed_row_is_used_again() {
    let file = TestFile::new();
    let mut db = impatient(&file);
    let sample = flushed(&mut db);
    let carol = db.insert(player(3)).unwrap();
    let _ = db.flush().unwrap();
    db.transaction(|world| {
        world.get_mut(sample.luck)?.set_internal_name("more luck");
        world.get_mut(carol)?.set_full_name("Carol");
        Ok::<_, Error>(())
    })
    .unwrap();
    let writer = file.writer();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ticket = db.flush_in_background().unwrap();
    db.transaction(|world| {
        world.remove(carol)?;
        world.get_mut(sample.entry)?.set_quantity(9.0)
    })
    .unwrap();
    db.transaction(|world| {
        let dave = world.insert(player(4))?;
        assert_ne!(dave, carol);
        world.get_mut(sample.iron)?.set_internal_name("steel")
    })
    .unwrap();
    flush_failure(db.wait(ticket));
    writer.execute_batch("ROLLBACK").unwrap();
    let report = db.save(sample.luck).unwrap();
    assert_wrote(report, (0, 2, 1));
    assert_eq!(
        file.query::<f64>("SELECT quantity FROM inventory_entries"),
        9.0
    );
    file.reopen(db);
}

/// What a save has written is not on the disk yet when nothing else has changed since.
#[test]
fn a_durable_flush_syncs_what_was_saved() {
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let (mut db, statements) = file.open_watched();
    let ada = Player::find_by_email(&db, "1@example.com").unwrap().key();
    let syncs = |db: &mut Database<World>| {
        statements.take();
        let _ = db.flush_durable().unwrap();
        let all = statements.take();
        all.iter().any(|sql| sql.starts_with("COMMIT"))
    };
    // Nobody knows whether the one that wrote it synced it.
    assert!(syncs(&mut db));
    assert!(!syncs(&mut db));
    for _ in 0..2 {
        let year = db.get(ada).unwrap().year_of_birth + 1;
        db.get_mut(ada).unwrap().set_year_of_birth(year);
        let _ = db.save(ada).unwrap();
        assert!(syncs(&mut db));
        assert!(!syncs(&mut db));
    }
    file.reopen(db);
}

/// The ticket of a flush was answered with what a save had written since.
#[test]
fn a_ticket_is_not_answered_with_the_report_of_a_save() {
    let file = TestFile::new();
    let mut db = file.open();
    let players: Vec<_> = (0..5).map(|n| db.insert(player(n)).unwrap()).collect();
    let ticket = db.flush_in_background().unwrap();
    db.get_mut(players[0]).unwrap().set_full_name("saved");
    let _ = db.save(players[0]).unwrap();
    assert_wrote(db.wait(ticket).unwrap(), (5, 0, 0));
    file.reopen(db);
}

/// What a transaction did that can neither be kept nor taken back was flushed.
#[test]
fn nothing_is_written_while_a_transaction_is_left_open() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    let in_file = file.contents();
    let mut other = World::new();
    let swapped = db.transaction(|world| {
        world.get_mut(sample.ada)?.set_full_name("half");
        std::mem::swap(world, &mut other);
        world.remove(sample.ada)
    });
    assert!(swapped.is_err());
    std::mem::swap(&mut *db, &mut other);
    db.prepare_flush(10);
    for failed in [
        flush_failure(db.flush()),
        flush_failure(db.save(sample.bob)),
        flush_failure(db.flush_in_background()),
    ] {
        assert!(matches!(failed.1, FlushFailure::TransactionOpen));
    }
    drop(db);
    assert_eq!(file.contents(), in_file);
}

/// The file's own `ON CONFLICT` deleted another row to make room for one, or ended the transaction.
#[test]
fn what_the_file_says_about_conflicts_is_overruled() {
    for clause in ["REPLACE", "ROLLBACK", "IGNORE", "FAIL"] {
        let alter = |ddl: String| {
            let unique = "email            TEXT    NOT NULL UNIQUE";
            assert!(ddl.contains(unique));
            ddl.replace(unique, &format!("{unique} ON CONFLICT {clause}"))
        };
        let file = TestFile::by_hand(alter, "");
        let mut db = file.open();
        let sample = flushed(&mut db);
        let swap = |db: &mut Database<World>| {
            db.get_mut(sample.ada).unwrap().set_email("aside").unwrap();
            db.get_mut(sample.bob)
                .unwrap()
                .set_email("1@example.com")
                .unwrap();
            db.get_mut(sample.ada)
                .unwrap()
                .set_email("2@example.com")
                .unwrap();
        };
        swap(&mut db);
        let _ = db.save(sample.ada).unwrap();
        assert_eq!(file.contents(), contents_of(&db), "{clause}");
        db.get_mut(sample.ada).unwrap().set_email("aside").unwrap();
        db.get_mut(sample.bob)
            .unwrap()
            .set_email("2@example.com")
            .unwrap();
        assert_wrote(db.flush().unwrap(), (0, 2, 0));
        assert_eq!(file.contents(), contents_of(&db), "{clause}");
        file.reopen(db);
    }
}

/// Two rows of a pivot got one id, and no flush could be written any more.
#[test]
fn a_delta_does_not_give_the_id_of_a_pivots_row_twice() {
    let rows = "
        INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 1, 1815, 'ada@example.com');
        INSERT INTO attributes VALUES (5, 'luck', 0, 'LUCK', NULL, 7, NULL, NULL, NULL, NULL);
        INSERT INTO attribute_owners VALUES (1, 5, NULL, NULL, NULL, 1);";
    let file = TestFile::by_hand(|ddl| ddl, rows);
    let snapshot = file.open().snapshot().unwrap();
    let mut world = World::new();
    let first = world.insert(player(1)).unwrap();
    let second = world.insert(player(2)).unwrap();
    world.remove(first).unwrap();
    let mut second = world.get_mut(second).unwrap();
    second.add_attribute(attribute("luck")).unwrap();
    let refused = world.apply(&snapshot).unwrap_err();
    let Error::NotApplied { problems } = refused else {
        panic!("{refused}");
    };
    let of_pivot = problems.iter().find(|p| p.table == "attribute_owners");
    let kind = of_pivot.map(|problem| &problem.kind);
    assert!(
        matches!(kind, Some(ProblemKind::AlreadyThere)),
        "{problems:?}"
    );
    assert_eq!(world.check(), [""; 0]);
}

/// The ids of a pivot's rows that are gone may come back with a delta, and those of others are no matter.
#[test]
fn a_delta_brings_back_what_is_owned() {
    let mut origin = World::new();
    let first = origin.insert(player(1)).unwrap();
    let mut first = origin.get_mut(first).unwrap();
    first.add_attribute(attribute("luck")).unwrap();
    let snapshot = origin.snapshot().unwrap();

    let file = TestFile::new();
    let mut db = file.open();
    let first = db.insert(player(1)).unwrap();
    let second = db.insert(player(2)).unwrap();
    for key in [first, second] {
        let mut row = db.get_mut(key).unwrap();
        row.add_attribute(attribute("luck")).unwrap();
    }
    let _ = db.flush().unwrap();
    db.remove(first).unwrap();
    db.apply(&snapshot).unwrap();
    assert_wrote(db.flush().unwrap(), (3, 0, 3));
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}

/// A mirror that has another row of the pivot for what is given away is not a mirror.
#[test]
fn a_delta_changes_a_pivots_row_by_its_id() {
    let rows = |pivot_id: i64| {
        format!(
            "INSERT INTO players VALUES (1, 'Ada', 'Ada', '', 1, 1815, 'ada@example.com');
            INSERT INTO players VALUES (2, 'Bob', 'Bob', '', 1, 1815, 'bob@example.com');
            INSERT INTO attributes VALUES (5, 'luck', 0, 'LUCK', NULL, 7, NULL, NULL, NULL, NULL);
            INSERT INTO attribute_owners VALUES ({pivot_id}, 5, NULL, NULL, NULL, 1);"
        )
    };
    let files = [1, 1, 2].map(|pivot_id| TestFile::by_hand(|ddl| ddl, &rows(pivot_id)));
    let [mut origin, mut mirror, mut other] = [&files[0], &files[1], &files[2]].map(TestFile::open);
    let mut subscription = origin.subscribe().unwrap();
    let ada = Player::find_by_email(&origin, "ada@example.com")
        .unwrap()
        .key();
    let bob = Player::find_by_email(&origin, "bob@example.com")
        .unwrap()
        .key();
    let (luck, _) = origin.get(ada).unwrap().attributes().next().unwrap();
    origin
        .get_mut(ada)
        .unwrap()
        .give_attribute(luck, bob)
        .unwrap();
    let delta = origin.changes(&mut subscription).unwrap().delta();
    mirror.apply(&delta).unwrap();
    let refused = other.apply(&delta).unwrap_err();
    let Error::NotApplied { problems } = refused else {
        panic!("{refused}");
    };
    assert!(
        matches!(problems[0].kind, ProblemKind::Missing),
        "{problems:?}"
    );
    assert_eq!(problems[0].table, "attribute_owners");
    assert_eq!(other.n_dirty(), 0);
}
