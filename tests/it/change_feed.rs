//! The change feed: each subscriber receives the net effect of what was committed.

use crate::common::sample::{attribute, fill, player};
use crate::common::{contents_of, state_of};
use gamedb::{Change, Effect, Error, ErrorKind, Subscription};
use gamedb_models::{AttributeOwner, Mobile, Player, PlayerColumns, World};

/// Table, id and effect of all changes, with columns by name.
pub(crate) fn seen(
    world: &mut World,
    subscription: &mut Subscription,
) -> Vec<(&'static str, i64, String)> {
    let changes = world.changes(subscription).unwrap();
    let seen = changes.iter().map(|change| {
        let effect = match change.effect {
            Effect::Inserted => "inserted".to_owned(),
            Effect::Removed => "removed".to_owned(),
            Effect::Changed(columns) => {
                let names = columns
                    .iter()
                    .map(|&c| change.table.columns[usize::from(c)]);
                names.collect::<Vec<_>>().join(" ")
            }
        };
        (change.table.name, change.id, effect)
    });
    seen.collect()
}

pub(crate) fn expect(
    world: &mut World,
    subscription: &mut Subscription,
    expected: &[(&'static str, i64, &str)],
) {
    let expected: Vec<_> = expected
        .iter()
        .map(|&(table, id, effect)| (table, id, effect.to_owned()))
        .collect();
    assert_eq!(seen(world, subscription), expected);
}

#[test]
fn each_row_is_seen_once_with_its_net_effect() {
    let mut world = World::new();
    let old = world.insert(player(1)).unwrap();
    let going = world.insert(player(2)).unwrap();
    let mut feed = world.subscribe().unwrap();
    expect(&mut world, &mut feed, &[]);

    let mut row = world.get_mut(old).unwrap();
    row.set_full_name("One");
    row.set_email("one@example.com").unwrap();
    row.set_full_name("Uno");
    let new = world.insert(player(3)).unwrap();
    world.get_mut(new).unwrap().set_full_name("Three");
    world.get_mut(going).unwrap().set_full_name("Two");
    world.remove(going).unwrap();
    let short_lived = world.insert(player(4)).unwrap();
    world.remove(short_lived).unwrap();

    let changes = world.changes(&mut feed).unwrap();
    let rows: Vec<Change<Player>> = changes.of::<Player>().collect();
    assert_eq!(rows.len(), changes.len());
    assert_eq!(rows[0].key, old);
    let columns = PlayerColumns::FULL_NAME | PlayerColumns::EMAIL;
    assert_eq!(rows[0].effect, Effect::Changed(columns));
    assert_eq!((rows[1].key, &rows[1].effect), (going, &Effect::Removed));
    assert_eq!((rows[2].key, &rows[2].effect), (new, &Effect::Inserted));
    assert_eq!(changes.of::<Mobile>().len(), 0);
    expect(&mut world, &mut feed, &[]);
}

#[test]
fn setting_a_value_that_is_there_is_no_change() {
    let mut world = World::new();
    let ada = world.insert(player(1)).unwrap();
    let mut feed = world.subscribe().unwrap();
    let name = world.get(ada).unwrap().full_name.clone();
    world.get_mut(ada).unwrap().set_full_name(name);
    expect(&mut world, &mut feed, &[]);
}

#[test]
fn pivots_are_seen_too() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut feed = world.subscribe().unwrap();
    world.give(sample.ada, sample.luck, sample.iron).unwrap();
    let changes = world.changes(&mut feed).unwrap();
    let pivots: Vec<_> = changes.of_pivot::<AttributeOwner>().collect();
    assert_eq!(
        (pivots[0].owned, &pivots[0].effect),
        (sample.luck, &Effect::Changed(()))
    );
    assert_eq!(changes.len(), 1);

    world.remove(sample.luck).unwrap();
    let added = world.add(sample.bob, attribute("new")).unwrap();
    let (luck, new) = (1, world.id(added).unwrap().get());
    let pivot = world.attribute_owners.of(added).unwrap().id.get();
    expect(
        &mut world,
        &mut feed,
        &[
            ("attributes", luck, "removed"),
            ("attributes", new, "inserted"),
            ("attribute_owners", 1, "removed"),
            ("attribute_owners", pivot, "inserted"),
        ],
    );
}

#[test]
fn a_cascade_is_seen_row_by_row() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let before = contents_of(&world);
    let mut feed = world.subscribe().unwrap();
    world.remove(sample.ada).unwrap();
    let after = contents_of(&world);
    let n_gone: usize = before.values().map(|rows| rows.len()).sum::<usize>()
        - after.values().map(|rows| rows.len()).sum::<usize>();
    let seen = seen(&mut world, &mut feed);
    assert!(seen.iter().all(|(_, _, effect)| effect == "removed"));
    assert_eq!(seen.len(), n_gone);
}

#[test]
fn what_was_rolled_back_is_not_seen() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut feed = world.subscribe().unwrap();
    let before = state_of(&world);
    let refused = world.transaction(|world| {
        world.get_mut(sample.ada).unwrap().set_full_name("Nobody");
        world.insert(player(9))?;
        world.remove(sample.entry)?;
        world.remove(sample.iron)?;
        world.give(sample.ada, sample.luck, sample.bob)?;
        world.remove(sample.ada)?;
        world.remove(sample.ada)
    });
    assert!(matches!(
        refused.map_err(Error::into_kind),
        Err(ErrorKind::StaleKey { .. })
    ));
    assert_eq!(state_of(&world), before);
    expect(&mut world, &mut feed, &[]);

    // An inner transaction that fails rolls back its own steps, and no others.
    let kept = world.transaction(|world| {
        world.get_mut(sample.bob)?.set_full_name("Bobby");
        let inner = world.transaction(|world| {
            world.get_mut(sample.bob)?.set_over_13(true);
            world.remove(sample.bob)?;
            world.remove(sample.bob)
        });
        assert!(inner.is_err());
        Ok::<_, Error>(())
    });
    kept.unwrap();
    let bob = world.id(sample.bob).unwrap().get();
    expect(&mut world, &mut feed, &[("players", bob, "full_name")]);
}

#[test]
fn several_subscribers_see_all_each_at_its_own_pace() {
    let mut world = World::new();
    let mut fast = world.subscribe().unwrap();
    let mut slow = world.subscribe().unwrap();
    let ada = world.insert(player(1)).unwrap();
    expect(&mut world, &mut fast, &[("players", 1, "inserted")]);
    let mut late = world.subscribe().unwrap();
    world.get_mut(ada).unwrap().set_full_name("Ada");
    expect(&mut world, &mut fast, &[("players", 1, "full_name")]);
    expect(&mut world, &mut late, &[("players", 1, "full_name")]);
    expect(&mut world, &mut slow, &[("players", 1, "inserted")]);
    world.remove(ada).unwrap();
    for subscription in [&mut fast, &mut slow, &mut late] {
        expect(&mut world, subscription, &[("players", 1, "removed")]);
    }
}

#[test]
fn a_slow_subscriber_is_told_that_it_missed_something() {
    let mut world = World::new();
    let mut slow = world.subscribe_with(3).unwrap();
    let mut other = world.subscribe().unwrap();
    for n in 0..3 {
        world.insert(player(n)).unwrap();
    }
    assert_eq!(seen(&mut world, &mut slow).len(), 3);
    for n in 3..7 {
        world.insert(player(n)).unwrap();
    }
    match world.changes(&mut slow).unwrap_err().into_kind() {
        ErrorKind::ChangesMissed { capacity } => assert_eq!(capacity, 3),
        other => panic!("{other}"),
    }
    // From then on it is up to date again, and no other subscriber has missed a change.
    expect(&mut world, &mut slow, &[]);
    assert_eq!(seen(&mut world, &mut other).len(), 7);
    world.insert(player(7)).unwrap();
    expect(&mut world, &mut slow, &[("players", 8, "inserted")]);
}

#[test]
fn changes_are_not_looked_at_in_a_transaction() {
    let mut world = World::new();
    let mut feed = world.subscribe().unwrap();
    let mut transaction = world.begin();
    transaction.insert(player(1)).unwrap();
    assert!(matches!(
        transaction.changes(&mut feed).map_err(Error::into_kind),
        Err(ErrorKind::TransactionOpen)
    ));
    assert!(matches!(
        transaction.subscribe().map_err(Error::into_kind),
        Err(ErrorKind::TransactionOpen)
    ));
    assert!(matches!(
        transaction.snapshot().map_err(Error::into_kind),
        Err(ErrorKind::TransactionOpen)
    ));
    transaction.commit();
    expect(&mut world, &mut feed, &[("players", 1, "inserted")]);
}

#[test]
fn a_subscription_is_one_to_its_world() {
    let (mut world, mut other) = (World::new(), World::new());
    let mut feed = world.subscribe().unwrap();
    assert!(matches!(
        other.changes(&mut feed).map_err(Error::into_kind),
        Err(ErrorKind::NotSubscribed)
    ));
}

#[test]
fn a_flush_is_no_change_and_a_change_needs_no_flush() {
    let file = crate::common::TestFile::new();
    let mut db = file.open();
    let mut feed = db.subscribe().unwrap();
    let ada = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    db.get_mut(ada).unwrap().set_full_name("Ada");
    expect(&mut db, &mut feed, &[("players", 1, "inserted")]);
    let _ = db.flush().unwrap();
    expect(&mut db, &mut feed, &[]);
}
