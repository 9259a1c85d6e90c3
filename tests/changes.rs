//! The change feed, and worlds that follow it.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use common::sample::{attribute, fill, inventory, player};
use common::{contents_of, state_of};
use gamedb::error::ProblemKind;
use gamedb::{Change, Effect, Error, Subscription};
use gamedb_models::{
    Attribute, AttributeColumns, AttributeOwner, Inventory, Item, Mobile, Player, PlayerColumns,
    World,
};

/// Table, id and effect of all that has changed, columns by name.
fn seen(world: &mut World, subscription: &mut Subscription) -> Vec<(&'static str, i64, String)> {
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

fn expect(
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
    assert!(matches!(refused, Err(Error::StaleKey { .. })));
    assert_eq!(state_of(&world), before);
    expect(&mut world, &mut feed, &[]);

    // An inner one that fails takes its own steps back, and no others.
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
    match world.changes(&mut slow).unwrap_err() {
        Error::ChangesMissed { capacity } => assert_eq!(capacity, 3),
        other => panic!("{other}"),
    }
    // From then on it is up to date again, and nobody else has missed anything.
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
        transaction.changes(&mut feed),
        Err(Error::TransactionOpen)
    ));
    assert!(matches!(
        transaction.subscribe(),
        Err(Error::TransactionOpen)
    ));
    assert!(matches!(
        transaction.snapshot(),
        Err(Error::TransactionOpen)
    ));
    transaction.commit();
    expect(&mut world, &mut feed, &[("players", 1, "inserted")]);
}

#[test]
fn a_subscription_is_one_to_its_world() {
    let (mut world, mut other) = (World::new(), World::new());
    let mut feed = world.subscribe().unwrap();
    assert!(matches!(
        other.changes(&mut feed),
        Err(Error::NotSubscribed)
    ));
}

#[test]
fn a_flush_is_no_change_and_a_change_needs_no_flush() {
    let file = common::TestFile::new();
    let mut db = file.open();
    let mut feed = db.subscribe().unwrap();
    let ada = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    db.get_mut(ada).unwrap().set_full_name("Ada");
    expect(&mut db, &mut feed, &[("players", 1, "inserted")]);
    let _ = db.flush().unwrap();
    expect(&mut db, &mut feed, &[]);
}

/// Two worlds, one of which follows the other.
struct Pair {
    world: World,
    mirror: World,
    feed: Subscription,
}

impl Pair {
    fn new(mut world: World) -> Self {
        let mut mirror = World::new();
        mirror.apply(&world.snapshot().unwrap()).unwrap();
        let feed = world.subscribe().unwrap();
        let pair = Self {
            world,
            mirror,
            feed,
        };
        pair.compare();
        pair
    }

    fn follow(&mut self) {
        let delta = self.world.changes(&mut self.feed).unwrap().delta();
        self.mirror.apply(&delta).unwrap();
        self.compare();
    }

    fn compare(&self) {
        assert_eq!(contents_of(&self.mirror), contents_of(&self.world));
        assert_eq!(self.mirror.check(), [""; 0]);
    }
}

#[test]
fn a_mirror_stays_equal() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut pair = Pair::new(world);
    let world = &mut pair.world;
    world.get_mut(sample.ada).unwrap().set_full_name("Ada");
    world.give(sample.ada, sample.luck, sample.iron).unwrap();
    let bag = world.add(sample.bob, inventory("new bag")).unwrap();
    let mut entry = world.get(sample.entry).unwrap().row().clone();
    entry.inventory = bag;
    world.insert(entry).unwrap();
    pair.follow();
    pair.world.remove(sample.ada).unwrap();
    pair.follow();
    pair.world.remove(sample.bob).unwrap();
    pair.follow();
}

#[test]
fn a_mirror_follows_unique_values_that_go_round() {
    let mut world = World::new();
    let keys = [1, 2, 3].map(|n| world.insert(player(n)).unwrap());
    let mut pair = Pair::new(world);
    let emails = keys.map(|key| pair.world.get(key).unwrap().email.clone());
    let mut set = |key: gamedb::Key<Player>, email: &str| {
        pair.world.get_mut(key).unwrap().set_email(email).unwrap()
    };
    set(keys[0], "aside");
    set(keys[1], &emails[0]);
    set(keys[2], &emails[1]);
    set(keys[0], &emails[2]);
    pair.follow();
    // Freed by a removal, taken by an insert.
    pair.world.remove(keys[1]).unwrap();
    let mut taker = player(9);
    taker.email.clone_from(&emails[0]);
    pair.world.insert(taker).unwrap();
    pair.follow();
}

#[test]
fn a_mirror_follows_rows_that_name_each_other() {
    let mut pair = Pair::new(World::new());
    let world = &mut pair.world;
    // The item points to its blueprint, which a component leads back to the item.
    let blueprint = world
        .insert(gamedb_models::ItemBlueprint::default())
        .unwrap();
    let item = Item {
        blueprint: Some(blueprint),
        ..common::sample::item(1)
    };
    let item = world.insert(item).unwrap();
    let component = gamedb_models::ItemBlueprintComponent {
        item_blueprint: blueprint,
        component_item: item,
        ratio: 2.0,
    };
    world.insert(component).unwrap();
    let mobile = world.insert(Mobile::default()).unwrap();
    let pet = Mobile {
        owner: Some(mobile.into()),
        ..Mobile::default()
    };
    let pet = world.insert(pet).unwrap();
    pair.follow();
    // The younger one becomes the owner of the older one, and the old owner goes.
    pair.world.get_mut(pet).unwrap().set_owner(None).unwrap();
    pair.world
        .get_mut(mobile)
        .unwrap()
        .set_owner(Some(pet.into()))
        .unwrap();
    pair.follow();
    pair.world.remove(pet).unwrap();
    pair.follow();
}

#[test]
fn a_mirror_can_have_a_file_and_subscribers_of_its_own() {
    let file = common::TestFile::new();
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut replica = file.open();
    let mut feed = replica.subscribe().unwrap();
    replica.apply(&world.snapshot().unwrap()).unwrap();
    assert_eq!(seen(&mut replica, &mut feed).len(), world.len());
    let _ = replica.flush().unwrap();
    assert_eq!(file.contents(), contents_of(&world));

    let mut source = world.subscribe().unwrap();
    world.get_mut(sample.ada).unwrap().set_full_name("Ada");
    world.give(sample.ada, sample.luck, sample.bob).unwrap();
    let delta = world.changes(&mut source).unwrap().delta();
    replica.apply(&delta).unwrap();
    expect(
        &mut replica,
        &mut feed,
        &[
            ("players", 1, "full_name"),
            ("attribute_owners", 1, "player_id"),
        ],
    );
    let report = replica.flush().unwrap();
    common::assert_wrote(report, (0, 2, 0));
    assert_eq!(file.contents(), contents_of(&world));
    file.reopen(replica);
}

/// Applies what `change` does to a filled world to a mirror that `spoil` has changed, and returns what
/// did not fit.
fn refused(
    change: impl FnOnce(&mut World, &common::sample::Sample),
    spoil: impl FnOnce(&mut World),
) -> Vec<(String, ProblemKind)> {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut mirror = World::new();
    mirror.apply(&world.snapshot().unwrap()).unwrap();
    let mut feed = world.subscribe().unwrap();
    change(&mut world, &sample);
    let delta = world.changes(&mut feed).unwrap().delta();
    spoil(&mut mirror);
    let before = state_of(&mirror);
    let error = mirror.apply(&delta).unwrap_err();
    assert_eq!(state_of(&mirror), before, "{error}");
    assert_eq!(mirror.check(), [""; 0]);
    let Error::NotApplied { problems } = error else {
        panic!("{error}")
    };
    problems
        .into_iter()
        .map(|problem| {
            (
                format!("{}.{} {}", problem.table, problem.column, problem.id),
                problem.kind,
            )
        })
        .collect()
}

fn key_of<E: gamedb::codegen::Entity<Tables = gamedb_models::Tables>>(
    world: &World,
    id: i64,
) -> gamedb::Key<E> {
    world.key(gamedb::Id::new(id)).unwrap()
}

#[test]
fn what_does_not_fit_is_listed_and_changes_nothing() {
    let renamed = refused(
        |world, sample| world.get_mut(sample.ada).unwrap().set_full_name("Ada"),
        |mirror| mirror.remove(key_of::<Player>(mirror, 1)).unwrap(),
    );
    assert_eq!(renamed, [("players.id 1".into(), ProblemKind::Missing)]);

    let removed = refused(
        |world, sample| world.remove(sample.luck).unwrap(),
        |mirror| mirror.remove(key_of::<Attribute>(mirror, 1)).unwrap(),
    );
    assert_eq!(removed, [("attributes.id 1".into(), ProblemKind::Missing)]);

    let inserted = refused(
        |world, _| assert!(world.insert(player(77)).is_ok()),
        |mirror| assert!(mirror.insert(player(78)).is_ok()),
    );
    assert_eq!(
        inserted,
        [("players.id 3".into(), ProblemKind::AlreadyThere)]
    );

    let taken = refused(
        |world, sample| {
            world
                .get_mut(sample.ada)
                .unwrap()
                .set_email("new@example.com")
                .unwrap()
        },
        |mirror| {
            let bob = key_of::<Player>(mirror, 2);
            mirror
                .get_mut(bob)
                .unwrap()
                .set_email("new@example.com")
                .unwrap();
        },
    );
    let existing = 2;
    assert_eq!(
        taken,
        [(
            "players.email 1".into(),
            ProblemKind::NotUnique { existing }
        )]
    );

    let owner_gone = refused(
        |world, sample| world.give(sample.ada, sample.luck, sample.bob).unwrap(),
        |mirror| mirror.remove(key_of::<Player>(mirror, 2)).unwrap(),
    );
    let dangling = |target, id| ProblemKind::Dangling { target, id };
    assert_eq!(
        owner_gone,
        [(
            "attribute_owners.player_id 1".into(),
            dangling("players", 2)
        )]
    );

    let still_named = refused(
        |world, sample| world.remove(sample.bob).unwrap(),
        |mirror| {
            let luck = key_of::<Attribute>(mirror, 1);
            let (ada, bob) = (key_of::<Player>(mirror, 1), key_of::<Player>(mirror, 2));
            mirror.give(ada, luck, bob).unwrap();
        },
    );
    assert_eq!(
        still_named,
        [(
            "attribute_owners.player_id 1".into(),
            dangling("players", 2)
        )]
    );
}

#[test]
fn changes_of_other_columns_do_not_touch_what_the_mirror_has() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut pair = Pair::new(world);
    pair.world.get_mut(sample.luck).unwrap().set_visible(true);
    let changes = pair.world.changes(&mut pair.feed).unwrap();
    let change = changes.of::<Attribute>().next().unwrap();
    assert_eq!(change.effect, Effect::Changed(AttributeColumns::VISIBLE));
    let delta = changes.delta();
    let (_, captured) = delta.tables().next().unwrap();
    assert_eq!(captured.values(&captured.rows()[0]).count(), 1);
    let luck = key_of::<Attribute>(&pair.mirror, 1);
    pair.mirror
        .get_mut(luck)
        .unwrap()
        .set_internal_name("only here");
    pair.mirror.apply(&delta).unwrap();
    let luck = pair.mirror.get(luck).unwrap();
    assert!(luck.visible && luck.internal_name == "only here");
}

#[test]
fn an_island_is_not_applied() {
    let mut world = World::new();
    let [a, b] = [(); 2].map(|()| world.insert(Mobile::default()).unwrap());
    let mut mirror = World::new();
    mirror.apply(&world.snapshot().unwrap()).unwrap();
    let mut feed = world.subscribe().unwrap();
    world.get_mut(a).unwrap().set_owner(Some(b.into())).unwrap();
    let delta = world.changes(&mut feed).unwrap().delta();
    let (mirrored_a, mirrored_b) = (key_of::<Mobile>(&mirror, 1), key_of::<Mobile>(&mirror, 2));
    mirror
        .get_mut(mirrored_b)
        .unwrap()
        .set_owner(Some(mirrored_a.into()))
        .unwrap();
    let before = state_of(&mirror);
    match mirror.apply(&delta).unwrap_err() {
        Error::NotApplied { problems } => assert_eq!(problems[0].kind, ProblemKind::OwnsItself),
        other => panic!("{other}"),
    }
    assert_eq!(state_of(&mirror), before);
}

#[test]
fn inserting_by_delta_uses_the_ids_up() {
    let mut world = World::new();
    let first = world.insert(player(1)).unwrap();
    world.insert(player(2)).unwrap();
    world.remove(first).unwrap();
    let mut pair = Pair::new(world);
    let added = pair.mirror.insert(player(3)).unwrap();
    assert_eq!(pair.mirror.id(added).unwrap().get(), 3);
    assert_eq!(pair.mirror.n_rows::<Player>(), 2);
    assert_eq!(pair.mirror.n_rows::<Inventory>(), 0);
}
