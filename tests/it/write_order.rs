//! Changes that naive statements in a fixed order would fail to write, or would lose.

use crate::common::sample::{ada, attribute, flushed_file, mobile, player};
use crate::common::{Database, TestFile, assert_wrote, new_file};
use gamedb::{ErrorKind, Id};
use gamedb_models::{Mobile, Player, World};

fn with_players(n: i64) -> (TestFile, Database<World>, Vec<gamedb_models::PlayerKey>) {
    let (file, mut db) = new_file();
    let keys = (0..n).map(|n| db.insert(player(n)).unwrap()).collect();
    let _ = db.flush().unwrap();
    (file, db, keys)
}

fn set_email(db: &mut World, key: gamedb_models::PlayerKey, email: &str) {
    db.get_mut(key).unwrap().set_email(email).unwrap();
}

#[test]
fn unique_values_that_pass_round_in_a_ring() {
    for n in [2, 3, 7] {
        let (file, mut db, keys) = with_players(n);
        set_email(&mut db, keys[0], "aside");
        for (n, pair) in keys.windows(2).enumerate() {
            set_email(&mut db, pair[1], &format!("{n}@example.com"));
        }
        set_email(&mut db, keys[0], &format!("{}@example.com", n - 1));
        let n_rows = usize::try_from(n).unwrap();
        assert_wrote(db.flush().unwrap(), (0, n_rows, 0));
        file.reopen(db);
    }
}

#[test]
fn two_rings_of_different_tables_with_other_columns_changed_too() {
    let (file, mut db, keys) = with_players(2);
    let avatars = [0, 1].map(|n| {
        let owner = Some(keys[n].into());
        db.insert(Mobile { owner, ..mobile(1) }).unwrap()
    });
    let _ = db.flush().unwrap();
    for avatar in avatars {
        db.get_mut(avatar).unwrap().set_owner(None).unwrap();
        db.get_mut(avatar).unwrap().set_what_we_call_you("changed");
    }
    db.get_mut(avatars[0])
        .unwrap()
        .set_owner(Some(keys[1].into()))
        .unwrap();
    db.get_mut(avatars[1])
        .unwrap()
        .set_owner(Some(keys[0].into()))
        .unwrap();
    set_email(&mut db, keys[0], "aside");
    set_email(&mut db, keys[1], "0@example.com");
    set_email(&mut db, keys[0], "1@example.com");
    db.get_mut(keys[0]).unwrap().set_full_name("changed");
    assert_wrote(db.flush().unwrap(), (0, 4, 0));
    file.reopen(db);
}

#[test]
fn a_unique_value_passes_to_a_new_row_from_a_removed_and_from_a_changed_one() {
    let (file, mut db, keys) = with_players(2);
    db.remove(keys[0]).unwrap();
    db.insert(player(0)).unwrap();
    set_email(&mut db, keys[1], "moved on");
    db.insert(player(1)).unwrap();
    assert_wrote(db.flush().unwrap(), (2, 1, 1));
    file.reopen(db);
}

#[test]
fn a_child_moves_away_from_a_parent_that_is_removed() {
    let (file, mut db, sample) = flushed_file();
    let mut owner = db.get_mut(sample.ada).unwrap();
    owner.give_attribute(sample.luck, sample.bob).unwrap();
    owner.give_inventory(sample.bag, sample.bob).unwrap();
    let bob = Some(sample.bob.into());
    db.get_mut(sample.avatar).unwrap().set_owner(bob).unwrap();
    db.remove(sample.ada).unwrap();
    assert_wrote(db.flush().unwrap(), (0, 3, 1));
    let db = file.reopen(db);
    let bob = Player::find_by_email(&db, "2@example.com").unwrap();
    assert_eq!(bob.attributes().len(), 1);
    let (bag, _) = bob.inventories().next().unwrap();
    assert_eq!(db.get(bag).unwrap().inventory_entries().len(), 1);
    assert_eq!(bob.mobile().unwrap().mobiles().len(), 1);
}

#[test]
fn the_highest_ids_do_not_come_back_after_a_restart() {
    let (file, mut db, sample) = flushed_file();
    let last = [
        db.id(sample.bob).unwrap().get(),
        db.id(sample.pet).unwrap().get(),
    ];
    db.remove(sample.bob).unwrap();
    db.remove(sample.pet).unwrap();
    db.get_mut(sample.ada)
        .unwrap()
        .remove_attribute(sample.luck)
        .unwrap();
    db.remove(sample.iron).unwrap_err();
    // A row that was never in the file: its id is used up all the same.
    let unseen = db
        .get_mut(sample.ada)
        .unwrap()
        .add_attribute(attribute("x"))
        .unwrap();
    let unseen_id = db.id(unseen).unwrap().get();
    db.remove(unseen).unwrap();
    let mut db = file.reopen(db);
    let new = [
        db.insert(player(5))
            .map(|key| db.id(key).unwrap().get())
            .unwrap(),
        db.insert(mobile(5))
            .map(|key| db.id(key).unwrap().get())
            .unwrap(),
    ];
    assert_eq!(new, last.map(|id| id + 1));
    let ada = ada(&db);
    let added = db
        .get_mut(ada)
        .unwrap()
        .add_attribute(attribute("y"))
        .unwrap();
    assert_eq!(db.id(added).unwrap().get(), unseen_id + 1);
    let pivot = db.get(added).unwrap().attribute_owner().unwrap();
    assert_eq!(pivot.id.get(), unseen_id + 1);
    file.reopen(db);
}

#[test]
fn rows_of_one_table_that_own_each_other() {
    let (file, mut db) = new_file();
    let [one, two, three] = [1, 2, 3].map(|n| db.insert(mobile(n)).unwrap());
    // The owner is the newer row, so neither id order is an order of owners.
    for (owned, owner) in [(one, three), (three, two)] {
        let mut row = db.get_mut(owned).unwrap();
        row.set_owner(Some(owner.into())).unwrap();
    }
    for (owned, owner) in [(two, one), (two, two)] {
        let mut row = db.get_mut(owned).unwrap();
        let refused = row.set_owner(Some(owner.into())).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::OwnsItself { .. }),
            "{refused}"
        );
    }
    let mut db = file.reopen(db);
    // The reverse, in one flush.
    let [one, two, three] = [1, 2, 3].map(|n| db.key::<Mobile>(Id::new(n)).unwrap());
    for (owned, owner) in [(one, None), (three, Some(one)), (two, Some(three))] {
        let mut row = db.get_mut(owned).unwrap();
        row.set_owner(owner.map(Into::into)).unwrap();
    }
    let mut db = file.reopen(db);
    let one = db.key::<Mobile>(Id::new(1)).unwrap();
    db.remove(one).unwrap();
    assert_eq!(db.n_rows::<Mobile>(), 0);
    file.reopen(db);
}
