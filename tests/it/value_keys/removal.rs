//! What a removal does to the rows that name a removed one by value.

use gamedb::ErrorKind;

use super::models::*;
use super::rows::rows_of;
use super::{File, owned_item, player, refused, small};

#[test]
fn it_removes_clears_or_refuses_as_declared() {
    let mut world = small();
    let key = |world: &World, name| Player::find_by_name(world, name).unwrap().key();
    let invited = Player {
        invited_by: Some("Bob".into()),
        ..player("Cid")
    };
    let cid = world.insert(invited).unwrap();
    let bob = key(&world, "Bob");
    let error = refused(&mut world, |world| world.remove(bob));
    assert!(matches!(
        error.kind(),
        ErrorKind::StillReferenced {
            table: "players",
            id: 2,
            by_table: "items",
            column: "maker",
            by_id: 1
        }
    ));
    // The item goes with its owner, and then nothing is in the way.
    let ada = key(&world, "Ada");
    world.remove(ada).unwrap();
    assert_eq!(world.n_rows::<Item>(), 0);
    world.remove(bob).unwrap();
    assert_eq!(world.get(cid).unwrap().invited_by, None);
    assert_eq!(world.check(), [""; 0]);
}

/// Rows that would be in the way may go in the same removal, in whichever order they are come upon.
#[test]
fn a_row_in_the_way_may_be_removed_as_well() {
    let mut world = World::new();
    let ada = world.insert(player("Ada")).unwrap();
    for _ in 0..40 {
        let item = Item {
            maker: Some("Ada".into()),
            ..owned_item("Ada")
        };
        let within = world.insert(item).unwrap();
        let inner = Item {
            maker: Some("Ada".into()),
            within: Some(within),
            ..Item::default()
        };
        world.insert(inner).unwrap();
    }
    world.remove(ada).unwrap();
    assert!(world.is_empty());
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn it_goes_through_names_and_ids_in_turn() {
    let (file, mut db) = File::new();
    let ada = db.insert(player("Ada")).unwrap();
    let bob = db.insert(player("Bob")).unwrap();
    let guild = db
        .insert(Guild {
            leader: "Bob".into(),
        })
        .unwrap();
    db.insert(Rank { guild, no: 1 }).unwrap();
    let member = |name: &str, rank_no| Member {
        player: name.into(),
        guild: Some(guild),
        rank_no,
    };
    let of_ada = db.insert(member("Ada", Some(1))).unwrap();
    db.insert(member("Bob", None)).unwrap();
    let mut db = file.reopen(db);
    let keys = |db: &World| {
        let guild = db.iter::<Guild>().next().unwrap().0;
        (Player::find_by_name(db, "Bob").unwrap().key(), guild)
    };
    let (bob_again, guild) = keys(&db);
    let error = refused(&mut db, |world| world.remove(bob_again));
    assert!(matches!(
        error.kind(),
        ErrorKind::StillReferenced {
            column: "leader",
            ..
        }
    ));
    let _ = (ada, bob, of_ada);
    // Both columns that name a rank become NULL with it, of the members that have it.
    let rank = db.iter::<Rank>().next().unwrap().0;
    let ranked = |db: &World| {
        db.iter::<Member>()
            .filter(|(_, row)| row.guild.is_some())
            .count()
    };
    db.transaction(|world| {
        world.remove(rank)?;
        let columns = world
            .iter::<Member>()
            .map(|(_, row)| (row.guild, row.rank_no));
        assert_eq!(
            columns.collect::<Vec<_>>(),
            [(None, None), (Some(guild), None)]
        );
        Err::<(), _>(refused(world, |world| world.remove(bob_again)))
    })
    .unwrap_err();
    assert_eq!((db.n_rows::<Rank>(), ranked(&db)), (1, 2));
    // The guild takes its rank along; nobody is in the guild when the rank goes.
    db.remove(guild).unwrap();
    assert_eq!((db.n_rows::<Rank>(), ranked(&db)), (0, 0));
    let mut db = file.reopen(db);
    let (bob, member) = (
        Player::find_by_name(&db, "Bob").unwrap().key(),
        db.n_rows::<Member>(),
    );
    db.remove(bob).unwrap();
    assert_eq!(
        (db.n_rows::<Member>(), db.n_rows::<Player>()),
        (member - 1, 1)
    );
    file.reopen(db);
}

#[test]
fn it_ends_in_a_cycle_of_names() {
    let (file, mut db) = File::new();
    db.insert(player("Rex")).unwrap();
    let hero = db
        .insert(Hero {
            name: "Max".into(),
            pet: None,
        })
        .unwrap();
    let pet = Pet {
        name: Some("Rex".into()),
        master: Some("Max".into()),
    };
    db.insert(pet).unwrap();
    db.get_mut(hero)
        .unwrap()
        .set_pet(Some("Rex".into()))
        .unwrap();
    let mut db = file.reopen(db);
    // The pet's name would become NULL while a hero has the pet by it.
    let rex = Player::find_by_name(&db, "Rex").unwrap().key();
    let error = refused(&mut db, |world| world.remove(rex));
    assert!(matches!(
        error.kind(),
        ErrorKind::StillReferenced {
            table: "pets",
            by_table: "heroes",
            column: "pet",
            ..
        }
    ));
    let hero = Hero::find_by_name(&db, "Max").unwrap().key();
    db.remove(hero).unwrap();
    assert_eq!((db.n_rows::<Hero>(), db.n_rows::<Pet>()), (0, 0));
    db.remove(rex).unwrap();
    assert!(file.reopen(db).is_empty());
}

#[test]
fn a_rollback_brings_back_what_was_named() {
    let mut world = small();
    let before = rows_of(&world);
    let mut transaction = world.begin();
    let ada = Player::find_by_name(&transaction, "Ada").unwrap().key();
    transaction.remove(ada).unwrap();
    transaction.insert(player("Ada")).unwrap();
    transaction.insert(owned_item("Ada")).unwrap();
    assert_eq!(transaction.check(), [""; 0]);
    transaction.rollback();
    assert_eq!(rows_of(&world), before);
    assert_eq!(world.check(), [""; 0]);
    let items = Player::find_by_name(&world, "Ada")
        .unwrap()
        .items_by_owner_name();
    assert_eq!(items.len(), 1);
}

#[test]
fn a_watch_has_what_a_row_owns_by_value() {
    use gamedb::Interest;

    let mut world = World::new();
    let ada = world.insert(player("Ada")).unwrap();
    let bob = world.insert(player("Bob")).unwrap();
    let sword = world.insert(owned_item("Ada")).unwrap();
    let mut watch = world.watch(Interest::new().row(ada).with_owned()).unwrap();
    let told = |world: &mut World, watch: &mut _| {
        let delta = world.changes_within(watch).unwrap();
        let rows = delta
            .tables()
            .map(|(info, changes)| (info.name, changes.rows().len(), changes.removed().len()));
        rows.collect::<Vec<_>>()
    };
    let all = told(&mut world, &mut watch);
    assert_eq!(all, [("players", 1, 0), ("items", 1, 0)]);
    // An item that lies in hers is hers too; Bob's is not.
    let inner = Item {
        within: Some(sword),
        ..owned_item("Bob")
    };
    world.insert(inner).unwrap();
    world.insert(owned_item("Bob")).unwrap();
    assert_eq!(told(&mut world, &mut watch), [("items", 1, 0)]);
    // What it holds goes with it to its new owner.
    let name = world.get(bob).unwrap().name.clone();
    world
        .get_mut(sword)
        .unwrap()
        .set_owner_name(Some(name))
        .unwrap();
    assert_eq!(told(&mut world, &mut watch), [("items", 0, 2)]);
}

/// Of a field that comes twice the last one counts, so a name that comes back is not a change of it.
#[test]
fn a_field_that_comes_twice_is_what_it_is_in_the_end() {
    let (file, mut db) = File::refusing();
    let ada = db.insert(player("Ada")).unwrap();
    db.insert(owned_item("Ada")).unwrap();
    db.flush().unwrap();
    let name = |name: &str| PlayerField::Name(name.into());
    let mut feed = db.subscribe().unwrap();
    db.set_all(ada, [name("Eve"), PlayerField::Level(1), name("Ada")])
        .unwrap();
    assert!(db.changes(&mut feed).unwrap().is_empty());
    assert_eq!(db.flush().unwrap().rows(), 0);
    db.set_all(ada, [name("Eve"), PlayerField::Level(2), name("Ada")])
        .unwrap();
    assert_eq!(db.get(ada).unwrap().level, 2);
    let error = refused(&mut db, |world| {
        world.set_all(ada, [name("Ada"), name("Eve")])
    });
    assert!(
        matches!(error.kind(), ErrorKind::StillNamed { .. }),
        "{error}"
    );
    assert_eq!(db.flush().unwrap().rows(), 1);
    assert_eq!(file.consistent_rows(), rows_of(&db));
}
