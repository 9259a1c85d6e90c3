//! A flush without the rows that the file refuses: what is bound to them stays out too, and nothing else does.

mod background;
mod random;

use std::collections::BTreeMap;

use crate::common::sample::{attribute, flushed_refusing_file, inventory, mobile, player, rename};
use crate::common::{
    Database, REFUSED, TestFile, assert_wrote, contents_of, flush_failure, refusing_file,
};
use gamedb::{Bond, FlushFailure, FlushReport, LeftOutReason};
use gamedb_models::{Mobile, Player, World};

/// The rows that a report says were left out: by table and id, `None` for a refused one, otherwise how it is bound.
pub(crate) type LeftOut = BTreeMap<(&'static str, i64), Option<Bond>>;

pub(crate) fn left_out(report: &FlushReport) -> LeftOut {
    let rows = report.left_out.iter().map(|row| {
        let bond = match row.reason {
            LeftOutReason::Bound { bond, .. } => Some(bond),
            _ => None,
        };
        ((row.table, row.id), bond)
    });
    let found: LeftOut = rows.collect();
    assert_eq!(found.len(), report.left_out.len(), "a row is listed twice");
    found
}

/// Flushes what can be flushed, and asserts which rows were left out. Then everything is mended, and a flush writes
/// all of it.
#[track_caller]
fn leaves_out(
    (file, mut db): (TestFile, Database<World>),
    expected: &[(&'static str, i64, Option<Bond>)],
    mend: impl FnOnce(&mut World),
) {
    let report = db.flush_without_refused().unwrap();
    let expected = expected
        .iter()
        .map(|&(table, id, bond)| ((table, id), bond));
    assert_eq!(left_out(&report), expected.collect::<LeftOut>());
    assert_eq!(db.check(), [""; 0]);
    // Nothing has changed, and it is tried again.
    let again = db.flush_without_refused().unwrap();
    assert_eq!(left_out(&again), left_out(&report));
    assert_eq!(again.rows(), 0);
    mend(&mut db);
    let last = db.flush_without_refused().unwrap();
    assert_eq!((last.left_out.len(), db.n_dirty()), (0, 0));
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}

#[test]
fn a_flush_fails_with_every_row_that_the_file_refuses() {
    let (file, mut db, sample) = flushed_refusing_file();
    let before = file.contents();
    let many = (10..130).map(|n| Player {
        full_name: REFUSED.into(),
        ..player(n)
    });
    let many: Vec<_> = many.map(|row| db.insert(row).unwrap()).collect();
    db.get_mut(sample.avatar)
        .unwrap()
        .set_what_we_call_you(REFUSED);
    rename(&mut db, sample.bob, "fine");
    let FlushFailure::Refused { rows, n_rows } = flush_failure(db.flush()).1 else {
        panic!("the rows are refused")
    };
    assert_eq!((rows.len(), n_rows), (100, many.len() + 1));
    assert_eq!(rows[0].key::<Player>(), Some(many[0]));
    let mobile = Mobile {
        what_we_call_you: REFUSED.into(),
        ..mobile(9)
    };
    db.insert(mobile).unwrap();
    let error = db.flush().unwrap_err();
    let text = error.to_string();
    assert!(text.contains(", and 117 more; "), "{text}");
    assert_eq!(file.contents(), before);
}

#[test]
fn without_refused_rows_it_is_a_flush() {
    let (file, mut db, sample) = flushed_refusing_file();
    rename(&mut db, sample.ada, "Ada");
    db.remove(sample.pet).unwrap();
    let report = db.flush_without_refused().unwrap();
    assert_eq!(report.left_out, []);
    assert_wrote(report, (0, 1, 1));
    assert_eq!(file.contents(), contents_of(&db));
}

#[test]
fn other_rows_are_written_and_the_refused_one_stays_as_it_was() {
    let (file, mut db, sample) = flushed_refusing_file();
    rename(&mut db, sample.ada, REFUSED);
    rename(&mut db, sample.bob, "Bob");
    leaves_out((file, db), &[("players", 1, None)], |world| {
        rename(world, sample.ada, "Ada");
    });
}

#[test]
fn what_a_new_row_owns_and_who_references_it_waits_for_it() {
    let file = refusing_file();
    let mut db = file.open();
    let bad = Player {
        full_name: REFUSED.into(),
        ..player(1)
    };
    let bad = db.insert(bad).unwrap();
    let avatar = Mobile {
        owner: Some(bad.into()),
        ..mobile(1)
    };
    let avatar = db.insert(avatar).unwrap();
    db.get_mut(avatar)
        .unwrap()
        .add_attribute(attribute("luck"))
        .unwrap();
    let good = db.insert(player(2)).unwrap();
    db.get_mut(good)
        .unwrap()
        .add_attribute(attribute("strength"))
        .unwrap();
    let expected = [
        ("players", 1, None),
        ("mobiles", 1, Some(Bond::References)),
        ("attribute_owners", 1, Some(Bond::Ownership)),
        ("attributes", 1, Some(Bond::Ownership)),
    ];
    leaves_out((file, db), &expected, |world| rename(world, bad, "fine"));
}

#[test]
fn a_transaction_is_written_as_a_whole_or_not_at_all() {
    let (file, mut db, sample) = flushed_refusing_file();
    db.transaction(|world| {
        world.get_mut(sample.entry)?.set_quantity(1.0)?;
        rename(world, sample.bob, "paid");
        world.get_mut(sample.avatar)?.set_what_we_call_you(REFUSED);
        Ok::<_, gamedb::Error>(())
    })
    .unwrap();
    rename(&mut db, sample.ada, "Ada");
    let expected = [
        ("mobiles", 1, None),
        ("players", 2, Some(Bond::Transaction)),
        ("inventory_entries", 1, Some(Bond::Transaction)),
    ];
    leaves_out((file, db), &expected, |world| {
        world
            .get_mut(sample.avatar)
            .unwrap()
            .set_what_we_call_you("fine");
    });
}

#[test]
fn what_belongs_to_a_refused_row_stays_with_it_in_the_file() {
    let (file, mut db, sample) = flushed_refusing_file();
    // The avatar is clean; its attribute belongs to Ada through it.
    db.get_mut(sample.strength).unwrap().set_visible(true);
    db.remove(sample.luck).unwrap();
    db.get_mut(sample.purity).unwrap().set_visible(true);
    rename(&mut db, sample.ada, REFUSED);
    let expected = [
        ("players", 1, None),
        ("attributes", 2, Some(Bond::Ownership)),
        ("attribute_owners", 1, Some(Bond::Ownership)),
        ("attributes", 1, Some(Bond::Transaction)),
    ];
    leaves_out((file, db), &expected, |world| {
        rename(world, sample.ada, "fine")
    });
}

#[test]
fn a_row_that_a_refused_one_references_in_the_file_is_not_deleted() {
    let (file, mut db, sample) = flushed_refusing_file();
    let bag = db
        .get_mut(sample.bob)
        .unwrap()
        .add_inventory(inventory("box"))
        .unwrap();
    let _ = db.flush().unwrap();
    // The entry moves, its old place is removed, and the file refuses the entry.
    let mut entry = db.get_mut(sample.entry).unwrap();
    entry.set_inventory(bag).unwrap();
    entry.set_quantity(666.0).unwrap();
    db.remove(sample.bag).unwrap();
    let other = db
        .get_mut(sample.ada)
        .unwrap()
        .add_inventory(inventory("other"))
        .unwrap();
    db.remove(other).unwrap();
    let expected = [
        ("inventory_entries", 1, None),
        ("inventories", 1, Some(Bond::ReferencedInFile)),
        ("inventory_owners", 1, Some(Bond::Transaction)),
    ];
    leaves_out((file, db), &expected, |world| {
        world
            .get_mut(sample.entry)
            .unwrap()
            .set_quantity(1.0)
            .unwrap();
    });
}

#[test]
fn a_unique_value_that_a_refused_row_still_has_in_the_file_is_waited_for() {
    let (file, mut db, sample) = flushed_refusing_file();
    let mut ada = db.get_mut(sample.ada).unwrap();
    ada.set_email("new").unwrap();
    ada.set_full_name(REFUSED);
    db.get_mut(sample.bob)
        .unwrap()
        .set_email("1@example.com")
        .unwrap();
    let carol = db
        .insert(Player {
            email: "2@example.com".into(),
            ..player(3)
        })
        .unwrap();
    rename(&mut db, carol, "fine");
    let expected = [
        ("players", 1, None),
        ("players", 2, None),
        ("players", 3, None),
    ];
    leaves_out((file, db), &expected, |world| {
        rename(world, sample.ada, "fine")
    });
}

#[test]
fn a_chain_of_unique_values_behind_a_refused_row_comes_to_an_end() {
    let file = refusing_file();
    let mut db = file.open();
    let players: Vec<_> = (0..40).map(|n| db.insert(player(n)).unwrap()).collect();
    let _ = db.flush().unwrap();
    rename(&mut db, players[0], REFUSED);
    db.get_mut(players[0]).unwrap().set_email("new").unwrap();
    for (n, &key) in (1..).zip(&players[1..]) {
        let free = format!("{}@example.com", n - 1);
        db.get_mut(key).unwrap().set_email(free).unwrap();
    }
    let report = db.flush_without_refused().unwrap();
    assert_eq!(report.left_out.len(), players.len());
    rename(&mut db, players[0], "fine");
    file.reopen(db);
}

#[test]
fn a_removal_that_the_file_refuses_is_left_out_with_what_was_removed_along() {
    let (file, mut db, sample) = flushed_refusing_file();
    db = file.refuse_removals("inventories", db);
    let ada = crate::common::sample::ada(&db);
    db.remove(ada).unwrap();
    let bob = Player::find_by_email(&db, "2@example.com").unwrap().key();
    rename(&mut db, bob, "Bob");
    let report = db.flush_without_refused().unwrap();
    let found = left_out(&report);
    assert_eq!(found[&("inventories", 1)], None);
    // What one call removes is a transaction.
    assert_eq!(found[&("players", 1)], Some(Bond::Transaction));
    assert!(!found.contains_key(&("players", 2)));
    assert_eq!(
        file.query::<String>("SELECT full_name FROM players WHERE id = 2"),
        "Bob"
    );
    assert_eq!(
        file.query::<i64>("SELECT count(*) FROM inventory_entries"),
        1
    );
    file.allow_removals("inventories");
    file.reopen(db);
    let _ = sample;
}
