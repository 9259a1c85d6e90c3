//! Changes that naive statements in a fixed order would fail to write, or would lose.

use crate::common::sample::{ada, attribute, flushed, flushed_file, mobile, player};
use crate::common::{TestFile, assert_wrote, contents_of, new_file};
use gamedb::{Database, ErrorKind, Id};
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

/// Regression: every row waited for the next one, which took n passes over n rows.
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
    // All values passed on in a cycle, starting at the front.
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

/// Regression: an `ON CONFLICT` clause of the file deleted another row to make room for a new one, or
/// ended the transaction.
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
