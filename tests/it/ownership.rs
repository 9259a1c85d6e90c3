//! The operations of an owner on what it owns, for every owner of every pivot (an exclusive arc), each
//! also in the file and after a restart.

use crate::common::ownership::{
    ItemAttributes, MobileAttributes, MobileInventories, OwnedKey, OwnerKey, Ownership,
    PlayerAttributes, PlayerInventories,
};
use crate::common::sample::attribute;
use crate::common::{Contents, TestFile, new_file, state_of};
use gamedb::codegen::traits::*;
use gamedb::codegen::{NewOrKept, Owned, PivotRow, StoredPivot, Table};
use gamedb::{Database, Error, ErrorKind, Key};
use gamedb_models::{AttributeOwnerKey, World};

macro_rules! on_every_owner {
    ($($test:ident)*) => {
        on_every_owner! { attributes_of_player: PlayerAttributes, $($test)* }
        on_every_owner! { attributes_of_mobile: MobileAttributes, $($test)* }
        on_every_owner! { attributes_of_item: ItemAttributes, $($test)* }
        on_every_owner! { inventories_of_player: PlayerInventories, $($test)* }
        on_every_owner! { inventories_of_mobile: MobileInventories, $($test)* }
    };
    ($module:ident: $ownership:ident, $($test:ident)*) => {
        mod $module {
            $(
                #[test]
                fn $test() {
                    super::$test::<super::$ownership>();
                }
            )*
        }
    };
}
on_every_owner! {
    exactly_one_helper_is_true
    lists_in_the_order_of_adding
    lists_the_rows_of_the_pivot
    add_sets_only_its_owners_column
    remove_takes_the_row_and_its_pivot_row
    set_replaces_all
    set_keeps_the_keys_of_rows_that_stay
    set_is_all_or_nothing
    owners_do_not_share
    a_second_owner_is_refused
    giving_is_one_update
    given_rows_stand_in_the_order_of_the_pivots_ids
    removing_through_another_owner_is_refused
    removing_the_owner_leaves_no_orphan
    replacing_leaves_no_orphan
    adding_to_a_removed_owner_uses_no_id
}

/// A file with two owners in it.
fn two_owners<P: Ownership>() -> (TestFile, Database<World>, OwnerKey<P>, OwnerKey<P>) {
    let (file, mut db) = new_file();
    let first = db.insert(P::owner(1)).unwrap();
    let second = db.insert(P::owner(2)).unwrap();
    let _ = db.flush().unwrap();
    (file, db, first, second)
}

fn add<P: Ownership>(world: &mut World, owner: OwnerKey<P>, name: &str) -> OwnedKey<P> {
    P::add(world, owner, P::owned(name)).unwrap()
}

/// Reopens the file, and looks up the owners.
fn restart<P: Ownership, const N: usize>(
    file: &TestFile,
    db: Database<World>,
    owners: [OwnerKey<P>; N],
) -> (Database<World>, [OwnerKey<P>; N]) {
    let ids = owners.map(|owner| db.id(owner).unwrap());
    let db = file.reopen(db);
    let owners = ids.map(|id| db.key(id).unwrap());
    (db, owners)
}

fn names_of<'a>(contents: &'a Contents, table: &str, column: usize) -> Vec<&'a str> {
    contents[table]
        .values()
        .map(|row| row[column].as_str())
        .collect()
}

/// Number of rows in the table of the owned rows and in the pivot, in memory.
fn n_rows<P: Ownership>(world: &World) -> (usize, usize) {
    let owned: &Table<P::Owned> = P::Owned::table(world);
    (owned.len(), <P::Owned as Owned>::Pivot::table(world).len())
}

fn n_rows_in_file<P: Ownership>(file: &TestFile) -> (usize, usize) {
    let contents = file.contents();
    let n = |table: &str| contents[table].len();
    (n(P::Owned::INFO.name), n(P::pivot_table()))
}

fn exactly_one_helper_is_true<P: Ownership>() {
    let (file, mut db, owner, _) = two_owners::<P>();
    add::<P>(&mut db, owner, "one");
    assert!(P::pivot_rows(&db, owner).iter().all(P::is_this_alone));
    let (db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    assert_eq!(P::pivot_rows(&db, owner).len(), 1);
    assert!(P::pivot_rows(&db, owner).iter().all(P::is_this_alone));
}

fn lists_in_the_order_of_adding<P: Ownership>() {
    let (file, mut db, owner, other) = two_owners::<P>();
    let names: Vec<String> = (0..50).map(|n| format!("number {}", n * 7 % 50)).collect();
    for name in &names {
        add::<P>(&mut db, owner, name);
        add::<P>(&mut db, other, "another's");
    }
    assert_eq!(P::names(&db, owner), names);
    let (mut db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    assert_eq!(P::names(&db, owner), names);
    // Slots that are freed in memory do not affect the order.
    for key in P::keys(&db, owner).into_iter().step_by(2) {
        P::remove(&mut db, owner, key).unwrap();
    }
    add::<P>(&mut db, owner, "late");
    let mut left: Vec<_> = names
        .iter()
        .skip(1)
        .step_by(2)
        .map(String::as_str)
        .collect();
    left.push("late");
    assert_eq!(P::names(&db, owner), left);
    let (db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    assert_eq!(P::names(&db, owner), left);
}

fn lists_the_rows_of_the_pivot<P: Ownership>() {
    let (file, mut db, owner, _) = two_owners::<P>();
    let keys = ["one", "two"].map(|name| add::<P>(&mut db, owner, name));
    let rows = P::pivot_rows(&db, owner);
    assert_eq!(rows.iter().map(PivotRow::owned).collect::<Vec<_>>(), keys);
    let pivot = <P::Owned as Owned>::Pivot::table(&db);
    for (row, key) in rows.iter().zip(keys) {
        assert_eq!(pivot.of(key), Some(*row));
        assert_eq!(pivot.owner(key), Some(P::owner_key(owner)));
    }
    let (db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    let rows = P::pivot_rows(&db, owner).into_iter();
    assert!(rows.map(|row| row.owned()).eq(P::keys(&db, owner)));
}

fn add_sets_only_its_owners_column<P: Ownership>() {
    let (file, mut db, owner, _) = two_owners::<P>();
    let key = add::<P>(&mut db, owner, "one");
    let (id, owner_id) = (db.id(key).unwrap().get(), db.id(owner).unwrap().get());
    let check = |db: &World, key| {
        assert_eq!(P::name(P::Owned::table(db).get(key).unwrap()), "one");
        let columns = <P::Owned as Owned>::Pivot::INFO.columns;
        let contents = file.contents();
        let row: Vec<_> = contents[P::pivot_table()].values().collect();
        assert_eq!(row.len(), 1);
        for (column, value) in columns.iter().zip(row[0]) {
            let expected = if *column == P::COLUMN {
                owner_id.to_string()
            } else if *column == P::OWNED_COLUMN {
                id.to_string()
            } else {
                "NULL".into()
            };
            assert_eq!(*value, expected, "{column}");
        }
    };
    let _ = db.flush().unwrap();
    check(&db, key);
    let (db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    check(&db, P::keys(&db, owner)[0]);
}

fn remove_takes_the_row_and_its_pivot_row<P: Ownership>() {
    let (file, mut db, owner, _) = two_owners::<P>();
    for name in ["gone", "stays"] {
        add::<P>(&mut db, owner, name);
    }
    let (mut db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    let gone = P::keys(&db, owner)[0];
    P::remove(&mut db, owner, gone).unwrap();
    assert_eq!(P::names(&db, owner), ["stays"]);
    assert_eq!(n_rows::<P>(&db), (1, 1));
    assert!(!db.contains_key(gone));
    assert!(matches!(
        db.get(gone).map_err(Error::into_kind),
        Err(ErrorKind::StaleKey { .. })
    ));
    let report = db.flush().unwrap();
    crate::common::assert_wrote(report, (0, 0, 2));
    assert_eq!(n_rows_in_file::<P>(&file), (1, 1));
    let (db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    assert_eq!(P::names(&db, owner), ["stays"]);
}

fn set_replaces_all<P: Ownership>() {
    let (file, mut db, owner, other) = two_owners::<P>();
    let old = add::<P>(&mut db, owner, "old");
    add::<P>(&mut db, other, "another's");
    let rows = ["new", "newer"].map(|name| NewOrKept::New(P::owned(name)));
    let keys = P::set(&mut db, owner, rows.into()).unwrap();
    assert_eq!(P::keys(&db, owner), keys);
    assert_eq!(P::names(&db, owner), ["new", "newer"]);
    assert!(!db.contains_key(old));
    let (mut db, [owner, other]) = restart::<P, 2>(&file, db, [owner, other]);
    assert_eq!(P::names(&db, owner), ["new", "newer"]);
    assert_eq!(P::names(&db, other), ["another's"]);
    assert_eq!(P::set(&mut db, owner, Vec::new()).unwrap(), []);
    let (db, [owner, other]) = restart::<P, 2>(&file, db, [owner, other]);
    assert_eq!(P::names(&db, owner), [""; 0]);
    assert_eq!(P::names(&db, other), ["another's"]);
}

fn set_keeps_the_keys_of_rows_that_stay<P: Ownership>() {
    let (file, mut db, owner, _) = two_owners::<P>();
    let [one, two, three] = ["one", "two", "three"].map(|name| add::<P>(&mut db, owner, name));
    let _ = db.flush().unwrap();
    let rows = vec![
        NewOrKept::New(P::owned("new")),
        NewOrKept::Kept(three),
        NewOrKept::Kept(one),
    ];
    let keys = P::set(&mut db, owner, rows).unwrap();
    // The keys are returned in the order of the list; the owner's rows stay in the order in which they
    // were added.
    assert_eq!(keys[1..], [three, one]);
    assert_eq!(P::keys(&db, owner), [one, three, keys[0]]);
    assert!(!db.contains_key(two));
    // Rows that are kept are not written.
    crate::common::assert_wrote(db.flush().unwrap(), (2, 0, 2));
    let (db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    assert_eq!(P::names(&db, owner), ["one", "three", "new"]);
}

fn set_is_all_or_nothing<P: Ownership>() {
    type IsExpected = fn(&Error) -> bool;

    let (file, mut db, owner, other) = two_owners::<P>();
    let [one, gone] = ["one", "gone"].map(|name| add::<P>(&mut db, owner, name));
    let others = add::<P>(&mut db, other, "another's");
    P::remove(&mut db, owner, gone).unwrap();
    let before = state_of(&db);
    let refused: [(Vec<_>, IsExpected); 3] = [
        (
            vec![NewOrKept::New(P::owned("new")), NewOrKept::Kept(others)],
            |error| matches!(error.kind(), ErrorKind::AlreadyOwned { .. }),
        ),
        (
            vec![NewOrKept::New(P::owned("new")), NewOrKept::Kept(gone)],
            |error| matches!(error.kind(), ErrorKind::StaleKey { .. }),
        ),
        (vec![NewOrKept::Kept(one), NewOrKept::Kept(one)], |error| {
            matches!(error.kind(), ErrorKind::Twice { .. })
        }),
    ];
    for (rows, is_expected) in refused {
        let error = P::set(&mut db, owner, rows).unwrap_err();
        assert!(is_expected(&error), "{error}");
        assert_eq!(state_of(&db), before);
        assert_eq!(db.check(), [""; 0]);
    }
    let (db, [owner]) = restart::<P, 1>(&file, db, [owner]);
    assert_eq!(P::names(&db, owner), ["one"]);
}

fn owners_do_not_share<P: Ownership>() {
    let (file, mut db, first, second) = two_owners::<P>();
    let keys = [first, second].map(|owner| add::<P>(&mut db, owner, "luck"));
    assert_ne!(keys[0], keys[1]);
    P::rename(&mut db, keys[0], "bad luck");
    assert_eq!(P::names(&db, first), ["bad luck"]);
    assert_eq!(P::names(&db, second), ["luck"]);
    let (db, [first, second]) = restart::<P, 2>(&file, db, [first, second]);
    assert_eq!(P::names(&db, first), ["bad luck"]);
    assert_eq!(P::names(&db, second), ["luck"]);
    assert_eq!(n_rows_in_file::<P>(&file), (2, 2));
}

/// A second owner cannot be expressed; keeping a row that another owner has is the only way to request
/// one.
fn a_second_owner_is_refused<P: Ownership>() {
    let (file, mut db, first, second) = two_owners::<P>();
    let key = add::<P>(&mut db, first, "mine");
    let _ = db.flush().unwrap();
    let before = state_of(&db);
    let error = P::set(&mut db, second, vec![NewOrKept::Kept(key)]).unwrap_err();
    let first_id = db.id(first).unwrap();
    match error.into_kind() {
        ErrorKind::AlreadyOwned { table, id, owner } => {
            assert_eq!(
                (table, id),
                (P::Owned::INFO.name, db.id(key).unwrap().get())
            );
            assert_eq!(owner, format!("{} {first_id}", P::COLUMN));
        }
        other => panic!("{other}"),
    }
    assert_eq!(state_of(&db), before);
    assert_eq!(db.flush().unwrap().rows(), 0);
    let (db, [first, second]) = restart::<P, 2>(&file, db, [first, second]);
    assert_eq!(P::names(&db, first), ["mine"]);
    assert_eq!(P::names(&db, second), [""; 0]);
}

fn giving_is_one_update<P: Ownership>() {
    let (file, mut db, first, second) = two_owners::<P>();
    add::<P>(&mut db, first, "given");
    let ids = [first, second].map(|owner| db.id(owner).unwrap());
    let _ = db.close().unwrap();
    let (mut db, statements) = file.open_watched();
    let [first, second] = ids.map(|id| db.key(id).unwrap());
    let key = P::keys(&db, first)[0];
    P::give(&mut db, first, key, P::owner_key(second)).unwrap();
    assert_eq!(P::keys(&db, first), []);
    assert_eq!(P::keys(&db, second), [key]);
    assert_eq!(db.check(), [""; 0]);
    crate::common::assert_wrote(db.flush().unwrap(), (0, 1, 0));
    let (table, column) = (P::pivot_table(), P::COLUMN);
    let id = db.id(second).unwrap();
    let update = format!("UPDATE {table} SET {column} = {id} WHERE id = 1");
    assert_eq!(statements.take_writes(), [update]);
    // Giving a row to its current owner changes nothing.
    P::give(&mut db, second, key, P::owner_key(second)).unwrap();
    assert_eq!(db.n_dirty(), 0);
    let before = state_of(&db);
    let error = P::give(&mut db, first, key, P::owner_key(second)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NotTheOwner { .. }),
        "{error}"
    );
    let error = P::give(&mut db, second, key, P::owner_key(Key::null())).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoSuchRow { .. }),
        "{error}"
    );
    assert_eq!(state_of(&db), before);
    let (db, [first, second]) = restart::<P, 2>(&file, db, [first, second]);
    assert_eq!(P::names(&db, first), [""; 0]);
    assert_eq!(P::names(&db, second), ["given"]);
}

fn given_rows_stand_in_the_order_of_the_pivots_ids<P: Ownership>() {
    let (file, mut db, first, second) = two_owners::<P>();
    let early = add::<P>(&mut db, first, "early");
    let own = add::<P>(&mut db, second, "own");
    let late = add::<P>(&mut db, first, "late");
    P::give(&mut db, first, late, P::owner_key(second)).unwrap();
    P::give(&mut db, first, early, P::owner_key(second)).unwrap();
    assert_eq!(P::keys(&db, second), [early, own, late]);
    assert_eq!(db.check(), [""; 0]);
    let (mut db, [first, second]) = restart::<P, 2>(&file, db, [first, second]);
    assert_eq!(P::names(&db, second), ["early", "own", "late"]);
    let own = P::keys(&db, second)[1];
    P::give(&mut db, second, own, P::owner_key(first)).unwrap();
    P::give(&mut db, first, own, P::owner_key(second)).unwrap();
    assert_eq!(P::names(&db, second), ["early", "own", "late"]);
    let (db, [second]) = restart::<P, 1>(&file, db, [second]);
    assert_eq!(P::names(&db, second), ["early", "own", "late"]);
}

fn removing_through_another_owner_is_refused<P: Ownership>() {
    let (file, mut db, first, second) = two_owners::<P>();
    let key = add::<P>(&mut db, first, "mine");
    let _ = db.flush().unwrap();
    let before = state_of(&db);
    match P::remove(&mut db, second, key).unwrap_err().into_kind() {
        ErrorKind::NotTheOwner { table, id, owner } => {
            assert_eq!(
                (table, id),
                (P::Owned::INFO.name, db.id(key).unwrap().get())
            );
            assert_eq!(owner, format!("{} {}", P::COLUMN, db.id(first).unwrap()));
        }
        other => panic!("{other}"),
    }
    assert_eq!(state_of(&db), before);
    assert_eq!(db.flush().unwrap().rows(), 0);
    P::remove(&mut db, first, key).unwrap();
    let error = P::remove(&mut db, first, key).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::StaleKey { .. }),
        "{error}"
    );
    let (db, [first]) = restart::<P, 1>(&file, db, [first]);
    assert_eq!(P::names(&db, first), [""; 0]);
}

fn removing_the_owner_leaves_no_orphan<P: Ownership>() {
    let (file, mut db, first, second) = two_owners::<P>();
    for n in 0..40 {
        add::<P>(&mut db, first, &n.to_string());
    }
    add::<P>(&mut db, second, "another's");
    let (mut db, [first, second]) = restart::<P, 2>(&file, db, [first, second]);
    db.remove(first).unwrap();
    assert_eq!(n_rows::<P>(&db), (1, 1));
    assert_eq!(db.check(), [""; 0]);
    crate::common::assert_wrote(db.flush().unwrap(), (0, 0, 81));
    assert_eq!(n_rows_in_file::<P>(&file), (1, 1));
    let (db, [second]) = restart::<P, 1>(&file, db, [second]);
    assert_eq!(P::names(&db, second), ["another's"]);
}

fn replacing_leaves_no_orphan<P: Ownership>() {
    let (file, mut db, owner, _) = two_owners::<P>();
    for round in 0..3 {
        let rows = (0..5).map(|n| NewOrKept::New(P::owned(&format!("{round} {n}"))));
        P::set(&mut db, owner, rows.collect()).unwrap();
        assert_eq!(n_rows::<P>(&db), (5, 5));
        let _ = db.flush().unwrap();
        assert_eq!(n_rows_in_file::<P>(&file), (5, 5));
    }
    let contents = file.contents();
    let pointed_to = names_of(&contents, P::pivot_table(), 0);
    let ids = contents[P::Owned::INFO.name]
        .keys()
        .map(ToString::to_string);
    assert_eq!(pointed_to, ids.collect::<Vec<_>>());
}

fn adding_to_a_removed_owner_uses_no_id<P: Ownership>() {
    let (file, mut db, first, second) = two_owners::<P>();
    db.remove(first).unwrap();
    let before = state_of(&db);
    let error = P::add(&mut db, first, P::owned("nobody's")).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::StaleKey { .. }),
        "{error}"
    );
    let error = db
        .add(P::owner_key(first), P::owned("nobody's"))
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoSuchRow { column, .. } if *column == P::COLUMN),
        "{error}"
    );
    assert_eq!(state_of(&db), before);
    let key = add::<P>(&mut db, second, "first of all");
    assert_eq!(db.id(key).unwrap().get(), 1);
    drop(file);
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
