//! Files and mirrors of worlds whose rows name others by value.

use gamedb::{Bond, Error, ErrorKind, FileError, LeftOutReason, Options, ProblemKind, SaveScope};
use rusqlite::Connection;

use super::models::*;
use super::rows::rows_of;
use super::{File, owned_item, player, small};

#[test]
fn a_file_with_a_value_that_no_row_has_is_not_opened() {
    let (file, mut db) = File::new();
    db.insert(player("Ada")).unwrap();
    db.insert(owned_item("Ada")).unwrap();
    db.close().unwrap();
    let writer = Connection::open(file.path()).unwrap();
    writer
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO items (id, owner_name, kind, size) VALUES (2, 'Eve', 'sword', 3), (3, NULL, 'axe', NULL)")
        .unwrap();
    drop(writer);
    let opened = Options::new().accept_edits().open::<World>(file.path());
    let error = opened.unwrap_err();
    let ErrorKind::File(FileError::Rows { problems, .. }) = error.kind() else {
        panic!("{error}");
    };
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "items row 2, owner_name: is \"Eve\", and no row of players has that in name",
            "items row 2, size, kind: is 3, \"sword\", and no row of shapes has that in size, kind",
        ]
    );
}

#[test]
fn a_file_whose_key_names_another_column_is_not_opened() {
    let file = File(tempfile::tempdir().unwrap());
    let ddl = <Tables as gamedb::codegen::Tables>::DDL;
    let other = ddl.replace(
        "pet  TEXT REFERENCES pets (name)",
        "pet  TEXT REFERENCES pets (master)",
    );
    assert_ne!(ddl, other);
    Connection::open(file.path())
        .unwrap()
        .execute_batch(&other)
        .unwrap();
    let error = Options::new().open::<World>(file.path()).unwrap_err();
    assert!(error.to_string().contains("pets (name)"), "{error}");
}

/// The rows that a save has written, by table.
fn saved(file: &File, table: &str) -> usize {
    file.consistent_rows()[table].len()
}

#[test]
fn a_save_includes_the_rows_that_are_named() {
    let (file, mut db) = File::new();
    let ada = db.insert(player("Ada")).unwrap();
    db.insert(player("Bob")).unwrap();
    let item = db.insert(owned_item("Ada")).unwrap();
    let _ = db.save_with(item, SaveScope::Row).unwrap();
    assert_eq!((saved(&file, "players"), saved(&file, "items")), (1, 1));
    // The row is there, but not with the name that another row has it by.
    let _ = db.flush().unwrap();
    db.get_mut(item).unwrap().set_owner_name(None).unwrap();
    db.get_mut(ada).unwrap().set_name("Eve").unwrap();
    let other = db.insert(owned_item("Eve")).unwrap();
    let _ = db.save_with(other, SaveScope::Row).unwrap();
    let rows = file.consistent_rows();
    assert_eq!(rows["players"], rows_of(&db)["players"]);
    assert_eq!(rows["items"], rows_of(&db)["items"]);
}

#[test]
fn a_save_of_a_row_includes_what_is_removed_with_it() {
    let (file, mut db) = File::new();
    let ada = db.insert(player("Ada")).unwrap();
    db.insert(player("Bob")).unwrap();
    let (one, two) = (
        db.insert(owned_item("Ada")).unwrap(),
        db.insert(owned_item("Ada")).unwrap(),
    );
    let _ = db.flush().unwrap();
    db.remove(one).unwrap();
    db.get_mut(two)
        .unwrap()
        .set_owner_name(Some("Bob".into()))
        .unwrap();
    db.insert(owned_item("Ada")).unwrap();
    let _ = db.save(ada).unwrap();
    assert_eq!(file.consistent_rows(), rows_of(&db));
    // What was given away and removed is found as well.
    let three = db
        .iter::<Item>()
        .find(|(_, item)| item.owner_name.as_deref() == Some("Ada"))
        .unwrap()
        .0;
    db.get_mut(three)
        .unwrap()
        .set_owner_name(Some("Bob".into()))
        .unwrap();
    db.remove(three).unwrap();
    let _ = db.save(ada).unwrap();
    assert_eq!(file.consistent_rows(), rows_of(&db));
}

#[test]
fn a_save_of_a_removal_includes_the_rows_that_named_it() {
    let (file, mut db) = File::new();
    db.insert(player("Ada")).unwrap();
    let bob = db.insert(player("Bob")).unwrap();
    let item = db.insert(owned_item("Ada")).unwrap();
    db.insert(Guild {
        leader: "Ada".into(),
    })
    .unwrap();
    let _ = db.flush().unwrap();
    db.get_mut(item)
        .unwrap()
        .set_owner_name(Some("Bob".into()))
        .unwrap();
    let guild = db.iter::<Guild>().next().unwrap().0;
    db.get_mut(guild).unwrap().set_leader("Bob").unwrap();
    let ada = Player::find_by_name(&db, "Ada").unwrap().key();
    db.transaction(|world| {
        world.remove(ada)?;
        world.get_mut(bob)?.set_level(2);
        Ok::<_, Error>(())
    })
    .unwrap();
    let _ = db.save_with(bob, SaveScope::Row).unwrap();
    assert_eq!(file.consistent_rows(), rows_of(&db));
}

#[test]
fn what_names_a_row_that_is_left_out_is_left_out_too() {
    let (file, mut db) = File::refusing();
    let bob = db.insert(player("Bob")).unwrap();
    let moved = db.insert(owned_item("Bob")).unwrap();
    let _ = db.flush().unwrap();
    let refused = Player {
        level: 666,
        ..player("Ada")
    };
    let ada = db.insert(refused).unwrap();
    db.insert(owned_item("Ada")).unwrap();
    db.get_mut(moved)
        .unwrap()
        .set_owner_name(Some("Ada".into()))
        .unwrap();
    db.insert(owned_item("Bob")).unwrap();
    db.remove(bob).unwrap();
    let report = db.flush_without_refused().unwrap();
    let bond = |reason: &LeftOutReason| match reason {
        LeftOutReason::Bound { bond, table, id } => Some((*bond, *table, *id)),
        _ => None,
    };
    let mut left_out: Vec<_> = report
        .left_out
        .iter()
        .map(|row| (row.table, row.id, bond(&row.reason)))
        .collect();
    left_out.sort_by_key(|row| (row.0, row.1));
    assert_eq!(
        left_out,
        [
            ("items", 1, Some((Bond::References, "players", 2))),
            ("items", 2, Some((Bond::References, "players", 2))),
            // Its removal, because an item has it in the file.
            ("players", 1, Some((Bond::ReferencedInFile, "items", 1))),
            ("players", 2, None),
        ]
    );
    assert_eq!(file.consistent_rows()["items"].len(), 1);
    db.get_mut(ada).unwrap().set_level(1);
    assert_eq!(db.flush_without_refused().unwrap().left_out.len(), 0);
    assert_eq!(file.consistent_rows(), rows_of(&db));
}

#[test]
fn a_mirror_takes_names_as_they_come_and_refuses_what_names_nothing() {
    let mut world = small();
    let mut subscription = world.subscribe().unwrap();
    let mut mirror = World::new();
    mirror.apply(&world.snapshot().unwrap()).unwrap();
    assert_eq!(rows_of(&mirror), rows_of(&world));
    let item = world.iter::<Item>().next().unwrap().0;
    // The item comes before its owner's new name in the delta, and after it in the world.
    world
        .transaction(|world| {
            let ada = Player::find_by_name(world, "Ada").unwrap().key();
            world.get_mut(item)?.set_owner_name(None)?;
            world.get_mut(ada)?.set_name("Eve")?;
            world.insert(player("Ada"))?;
            world.get_mut(item)?.set_owner_name(Some("Eve".into()))
        })
        .unwrap();
    let delta = world.changes(&mut subscription).unwrap().delta();
    mirror.apply(&delta).unwrap();
    assert_eq!(rows_of(&mirror), rows_of(&world));
    assert_eq!(mirror.check(), [""; 0]);

    // A mirror with a row of its own, which names what is removed or changed.
    mirror.insert(owned_item("Ada")).unwrap();
    mirror.insert(owned_item("Eve")).unwrap();
    let before = rows_of(&mirror);
    for (name, by) in [("Ada", 2), ("Eve", 3)] {
        let key = Player::find_by_name(&mirror, name).unwrap().id().get();
        let row = mirror.untyped_table("players").unwrap().row(key).unwrap();
        let delta = row.with_value(0, gamedb::Value::Text("Zoe"));
        let error = mirror.apply(&delta).unwrap_err();
        let ErrorKind::NotApplied { problems } = error.kind() else {
            panic!("{error}");
        };
        assert!(
            problems
                .iter()
                .all(|problem| matches!(problem.kind, ProblemKind::NoSuchValue { .. }))
        );
        assert!(problems.iter().any(|problem| problem.id == by), "{error}");
        assert_eq!(rows_of(&mirror), before);
    }
    let removed = Player::find_by_name(&world, "Ada").unwrap().key();
    let _ = world.changes(&mut subscription);
    world.remove(removed).unwrap();
    let delta = world.changes(&mut subscription).unwrap().delta();
    let error = mirror.apply(&delta).unwrap_err();
    assert!(error.to_string().contains("\"Ada\""), "{error}");
    assert_eq!(rows_of(&mirror), before);
}
