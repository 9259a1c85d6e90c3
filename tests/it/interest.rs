//! Watches: a copy to which the changes of a watch are applied has the rows of its interest, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::sample::{item, player};
use gamedb::{Delta, Error, ErrorKind, Interest, OnDelete, TableInfo, TableKind, Value, Watch};
use gamedb_models::{
    Attribute, Inventory, InventoryEntry, Mobile, MobileType, Player, PlayerKey, Tables, World,
};
use proptest::prelude::*;

/// A row by its table and id.
type Row = (&'static str, i64);
/// Rows with their columns as text.
type Copy = BTreeMap<Row, Vec<String>>;

/// What a client does with what it is told: nothing may come in twice, change or leave without being there.
fn apply(copy: &mut Copy, delta: &Delta) {
    for (info, changes) in delta.tables() {
        for id in changes.removed() {
            assert!(
                copy.remove(&(info.name, id)).is_some(),
                "{} {id} left",
                info.name
            );
        }
        for row in changes.rows() {
            let (id, columns) = ((info.name, row.id), &changes.shape(row).columns);
            let values = changes.values(row).map(|value| value.to_string());
            if changes.is_new(row) {
                assert!(
                    copy.insert(id, values.collect()).is_none(),
                    "{id:?} came in"
                );
            } else {
                let known = copy
                    .get_mut(&id)
                    .unwrap_or_else(|| panic!("{id:?} changed"));
                columns
                    .iter()
                    .zip(values)
                    .for_each(|(&c, value)| known[usize::from(c)] = value);
            }
        }
    }
}

/// The rows of the world that `is_root` names, with what they own if that is wanted: computed from all rows.
fn expected(world: &World, is_root: impl Fn(Row, &[String]) -> bool, with_owned: bool) -> Copy {
    let all = world.snapshot().unwrap();
    let mut rows = Copy::new();
    apply(&mut rows, &all);
    // Who goes with whom, and which pivot row with which owned row.
    let (mut goes_with, mut pivot_rows) = (Vec::new(), Vec::new());
    for (info, changes) in all.tables() {
        for row in changes.rows() {
            let target = |n: usize| {
                let key = &info.foreign_keys[n];
                match changes.value(row, key.column) {
                    Some(Value::Integer(id)) => Some((name_of(key.table?.0), id)),
                    _ => None,
                }
            };
            let own = (info.name, row.id);
            if let TableKind::Pivot { .. } = info.kind {
                let owned = target(0).unwrap();
                pivot_rows.push((owned, own));
                let owners = (1..info.foreign_keys.len()).filter_map(target);
                goes_with.extend(owners.map(|owner| (owner, owned)));
            } else {
                let keys = (0..info.foreign_keys.len())
                    .filter(|&n| info.foreign_keys[n].on_delete == OnDelete::Cascade);
                goes_with.extend(keys.filter_map(target).map(|holder| (holder, own)));
            }
        }
    }
    let is_entity = |row: &Row| !pivot_rows.iter().any(|(_, pivot)| pivot == row);
    let roots = rows
        .iter()
        .filter(|(row, values)| is_entity(row) && is_root(**row, values));
    let mut found: BTreeSet<Row> = roots.map(|(row, _)| *row).collect();
    let mut n_before = usize::MAX;
    while with_owned && found.len() != n_before {
        n_before = found.len();
        let more = goes_with
            .iter()
            .filter(|(holder, _)| found.contains(holder));
        let more: Vec<Row> = more.map(|(_, row)| *row).collect();
        found.extend(more);
    }
    let pivots = pivot_rows.iter().filter(|(owned, _)| found.contains(owned));
    let pivots: Vec<Row> = pivots.map(|(_, pivot)| *pivot).collect();
    found.extend(pivots);
    rows.retain(|row, _| found.contains(row));
    rows
}

fn name_of(table: u16) -> &'static str {
    use gamedb::codegen::traits::*;
    let infos: &[&TableInfo] = Tables::INFO;
    infos[usize::from(table)].name
}

fn called(name: &'static str) -> impl Fn(&Mobile) -> bool + Send + Sync {
    move |mobile: &Mobile| mobile.what_we_call_you == name
}

fn is_called(row: Row, values: &[String], name: &str) -> bool {
    row.0 == "mobiles" && values.contains(&format!("{name:?}"))
}

/// The interests that are tried, each with what it means.
struct Client {
    name: &'static str,
    watch: Watch<Tables>,
    copy: Copy,
    is_root: fn(Row, &[String]) -> bool,
    with_owned: bool,
}

fn clients(world: &mut World, ada: PlayerKey) -> Vec<Client> {
    let client = |name, watch: Result<Watch<Tables>, Error>, is_root, with_owned| Client {
        name,
        watch: watch.unwrap(),
        copy: Copy::new(),
        is_root,
        with_owned,
    };
    vec![
        client(
            "Ada with all that is hers",
            world.watch(Interest::new().row(ada).with_owned()),
            |row, _| row == ("players", 1),
            true,
        ),
        client(
            "a zone with all in it",
            world.watch(Interest::new().rows(called("z0")).with_owned()),
            |row, values| is_called(row, values, "z0"),
            true,
        ),
        client(
            "a zone with all in it, read too rarely",
            world.watch_with(Interest::new().rows(called("z0")).with_owned(), 2),
            |row, values| is_called(row, values, "z0"),
            true,
        ),
        client(
            "two tables and a zone",
            world.watch(
                Interest::new()
                    .table::<Attribute>()
                    .table::<Player>()
                    .rows(called("z1")),
            ),
            |row, values| matches!(row.0, "attributes" | "players") || is_called(row, values, "z1"),
            false,
        ),
        client("nothing", world.watch(Interest::new()), |_, _| false, true),
    ]
}

fn read(world: &mut World, client: &mut Client) {
    let delta = world.changes_within(&mut client.watch).unwrap();
    apply(&mut client.copy, &delta);
    let expected = expected(world, client.is_root, client.with_owned);
    assert_eq!(client.copy, expected, "{}", client.name);
    // Nothing is told twice.
    assert!(world.changes_within(&mut client.watch).unwrap().is_empty());
}

const ZONES: [&str; 3] = ["z0", "z1", "z2"];

/// Something that happens to the world; numbers choose among the rows that are there.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    InsertPlayer,
    InsertMobile(usize, Option<usize>),
    Rename(usize, usize),
    SetOwner(usize, Option<(bool, usize)>),
    AddAttribute(bool, usize),
    Touch(usize),
    Give(usize, bool, usize),
    AddBag(bool, usize),
    AddEntry(usize),
    Remove(u8, usize),
    Read(usize),
    ThenRollBack(Box<Op>),
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let n = || 0..6_usize;
    let owner = || (any::<bool>(), n());
    let op = prop_oneof![
        Just(Op::InsertPlayer),
        (0..3_usize, prop::option::of(n())).prop_map(|(zone, owner)| Op::InsertMobile(zone, owner)),
        (n(), 0..3_usize).prop_map(|(row, zone)| Op::Rename(row, zone)),
        (n(), prop::option::of(owner())).prop_map(|(row, owner)| Op::SetOwner(row, owner)),
        owner().prop_map(|(of_player, row)| Op::AddAttribute(of_player, row)),
        n().prop_map(Op::Touch),
        (n(), owner()).prop_map(|(row, (to_player, to))| Op::Give(row, to_player, to)),
        owner().prop_map(|(of_player, row)| Op::AddBag(of_player, row)),
        n().prop_map(Op::AddEntry),
        (0..5_u8, n()).prop_map(|(table, row)| Op::Remove(table, row)),
        n().prop_map(Op::Read),
    ];
    prop_oneof![8 => op.clone(), 1 => op.prop_map(|op| Op::ThenRollBack(Box::new(op)))]
}

fn nth<E: gamedb::codegen::Entity<Tables = Tables>>(
    world: &World,
    n: usize,
) -> Option<gamedb::Key<E>> {
    let rows = world.n_rows::<E>();
    (rows > 0)
        .then(|| world.iter::<E>().nth(n % rows))
        .flatten()
        .map(|(key, _)| key)
}

/// Removes a row of one of five tables, if there is one; what cannot be removed stays.
fn remove(world: &mut World, table: u8, row: usize) -> Option<()> {
    let _ = match table {
        0 => world.remove(nth::<Player>(world, row)?),
        1 => world.remove(nth::<Attribute>(world, row)?),
        2 => world.remove(nth::<Inventory>(world, row)?),
        3 => world.remove(nth::<InventoryEntry>(world, row)?),
        _ => world.remove(nth::<Mobile>(world, row)?),
    };
    Some(())
}

/// Does it, if there are such rows. What is refused changes nothing.
pub(crate) fn act(world: &mut World, op: &Op, n: i64) -> Option<()> {
    match *op {
        Op::InsertPlayer => drop(world.insert(player(n))),
        Op::InsertMobile(zone, owner) => {
            let owner = owner.and_then(|owner| nth::<Player>(world, owner));
            let _ = world.insert(Mobile {
                what_we_call_you: ZONES[zone].into(),
                owner: owner.map(Into::into),
                ..Mobile::default()
            });
        }
        Op::Rename(row, zone) => {
            let key = nth::<Mobile>(world, row)?;
            world
                .get_mut(key)
                .unwrap()
                .set_what_we_call_you(ZONES[zone]);
        }
        Op::SetOwner(row, owner) => {
            let key = nth::<Mobile>(world, row)?;
            let owner = match owner {
                Some((true, owner)) => Some(nth::<Player>(world, owner)?.into()),
                Some((false, owner)) => Some(nth::<Mobile>(world, owner)?.into()),
                None => None,
            };
            let _ = world.get_mut(key).unwrap().set_owner(owner);
        }
        Op::AddAttribute(true, row) => {
            drop(world.add(nth::<Player>(world, row)?, Attribute::default()))
        }
        Op::AddAttribute(false, row) => {
            drop(world.add(nth::<Mobile>(world, row)?, Attribute::default()))
        }
        Op::Touch(row) => {
            let key = nth::<Attribute>(world, row)?;
            world
                .get_mut(key)
                .unwrap()
                .set_internal_name(format!("a{n}"));
        }
        Op::Give(row, to_player, to) => {
            let key = nth::<Attribute>(world, row)?;
            let from = world.get(key).unwrap().owner()?;
            let _ = match to_player {
                true => world.give(from, key, nth::<Player>(world, to)?),
                false => world.give(from, key, nth::<Mobile>(world, to)?),
            };
        }
        Op::AddBag(true, row) => drop(world.add(nth::<Player>(world, row)?, Inventory::default())),
        Op::AddBag(false, row) => drop(world.add(nth::<Mobile>(world, row)?, Inventory::default())),
        Op::AddEntry(row) => {
            let inventory = nth::<Inventory>(world, row)?;
            let item = nth(world, 0)?;
            let _ = world.insert(InventoryEntry {
                inventory,
                item,
                ..InventoryEntry::default()
            });
        }
        Op::Remove(table, row) => remove(world, table, row)?,
        Op::Read(_) => {}
        Op::ThenRollBack(ref op) => {
            let _ = world.transaction(|world| {
                act(world, op, n);
                Err::<(), Error>(ErrorKind::TransactionOpen.into())
            });
        }
    }
    Some(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("GAMEDB_CASES").map_or(48, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_copy_is_the_interest_whatever_happens(ops in prop::collection::vec(op(), 1..60)) {
        let mut world = World::new();
        let ada = world.insert(player(1)).unwrap();
        world.insert(item(1)).unwrap();
        let mut clients = clients(&mut world, ada);
        for (n, op) in (1_000..).zip(&ops) {
            act(&mut world, op, n);
            if let Op::Read(client) = *op {
                let n_clients = clients.len();
                read(&mut world, &mut clients[client % n_clients]);
            }
        }
        clients.iter_mut().for_each(|client| read(&mut world, client));
        prop_assert!(world.check().is_empty());
    }
}

#[test]
fn what_nobody_has_written_to_comes_in_and_leaves_with_its_owner() {
    let mut world = World::new();
    let ada = world.insert(player(1)).unwrap();
    let bob = world.insert(player(2)).unwrap();
    let mut guard = world.insert(Mobile::default()).unwrap();
    world.add(guard, Attribute::default()).unwrap();
    let mut watch = world.watch(Interest::new().row(ada).with_owned()).unwrap();
    assert_eq!(world.changes_within(&mut watch).unwrap().len(), 1, "Ada");
    let mut counts = |world: &mut World| {
        let delta = world.changes_within(&mut watch).unwrap();
        let counted = delta
            .tables()
            .map(|(info, changes)| (info.name, changes.rows().len(), changes.removed().len()));
        counted.collect::<Vec<_>>()
    };
    world
        .get_mut(guard)
        .unwrap()
        .set_owner(Some(ada.into()))
        .unwrap();
    let all = |came, left| {
        ["mobiles", "attributes", "attribute_owners"]
            .map(|table| (table, came, left))
            .to_vec()
    };
    assert_eq!(counts(&mut world), all(1, 0));
    world
        .get_mut(guard)
        .unwrap()
        .set_owner(Some(bob.into()))
        .unwrap();
    assert_eq!(counts(&mut world), all(0, 1));
    // There and back is no change, and neither is what happens to others.
    world
        .get_mut(guard)
        .unwrap()
        .set_owner(Some(ada.into()))
        .unwrap();
    world.get_mut(guard).unwrap().set_owner(None).unwrap();
    world.get_mut(bob).unwrap().set_year_of_birth(1);
    assert_eq!(counts(&mut world), []);
    world
        .get_mut(guard)
        .unwrap()
        .set_owner(Some(ada.into()))
        .unwrap();
    assert_eq!(counts(&mut world), all(1, 0));
    world.remove(guard).unwrap();
    assert_eq!(counts(&mut world), all(0, 1));
    // With the root goes everything.
    guard = world
        .insert(Mobile {
            owner: Some(ada.into()),
            ..Mobile::default()
        })
        .unwrap();
    assert_eq!(counts(&mut world), [("mobiles", 1, 0)]);
    assert!(world.contains_key(guard));
    world.remove(ada).unwrap();
    assert_eq!(counts(&mut world), [("players", 0, 1), ("mobiles", 0, 1)]);
}

#[test]
fn a_watch_of_all_tables_keeps_a_mirror() {
    let mut world = World::new();
    let sample = crate::common::sample::fill(&mut world);
    let mut mirror = World::new();
    let interest = Interest::new()
        .table::<Player>()
        .table::<Mobile>()
        .table::<Attribute>();
    let interest = interest.table::<Inventory>().table::<InventoryEntry>();
    let mut watch = world
        .watch(interest.table::<gamedb_models::Item>())
        .unwrap();
    mirror
        .apply(&world.changes_within(&mut watch).unwrap())
        .unwrap();
    world
        .get_mut(sample.ada)
        .unwrap()
        .give_attribute(sample.luck, sample.bob)
        .unwrap();
    world.remove(sample.avatar).unwrap();
    mirror
        .apply(&world.changes_within(&mut watch).unwrap())
        .unwrap();
    let rows = |world: &World| {
        let mut copy = Copy::new();
        apply(&mut copy, &world.snapshot().unwrap());
        copy
    };
    assert_eq!(rows(&mirror), rows(&world));
}

#[test]
fn a_watch_is_refused_where_a_subscription_is() {
    let (mut world, mut other) = (World::new(), World::new());
    let mut watch = world.watch(Interest::new().table::<Player>()).unwrap();
    let error = other.changes_within(&mut watch).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotSubscribed), "{error}");
    world
        .transaction(|world| {
            let open = world.changes_within(&mut watch).unwrap_err();
            assert!(matches!(open.kind(), ErrorKind::TransactionOpen), "{open}");
            assert!(world.watch(Interest::new()).is_err());
            Ok::<_, Error>(())
        })
        .unwrap();
    assert!(world.changes_within(&mut watch).unwrap().is_empty());
}

/// A program that catches the panic of its own question loses nothing.
#[test]
fn a_question_that_panics_leaves_the_reader_as_it_was() {
    let mut world = World::new();
    let named = |name: &str| Mobile {
        what_we_call_you: name.into(),
        ..Mobile::default()
    };
    let guards: Vec<_> = (0..5)
        .map(|_| world.insert(named("guard")).unwrap())
        .collect();
    let fuse = Arc::new(AtomicUsize::new(usize::MAX));
    let asked = Arc::clone(&fuse);
    let interest = Interest::new().rows(move |mobile: &Mobile| {
        assert!(
            asked.fetch_sub(1, Ordering::Relaxed) > 0,
            "the question panics"
        );
        mobile.what_we_call_you == "guard"
    });
    let mut watch = world.watch(interest).unwrap();
    let mut copy = Copy::new();
    apply(&mut copy, &world.changes_within(&mut watch).unwrap());
    for (n_asked, &thief) in guards.iter().enumerate().take(2) {
        world.get_mut(thief).unwrap().set_what_we_call_you("thief");
        world.insert(named("guard")).unwrap();
        world
            .remove(world.iter::<Mobile>().last().unwrap().0)
            .unwrap();
        world.insert(named("guard")).unwrap();
        let last = world.iter::<Mobile>().last().unwrap().0;
        world
            .get_mut(last)
            .unwrap()
            .set_mobile_type(MobileType::Npc);
        fuse.store(n_asked, Ordering::Relaxed);
        let read = AssertUnwindSafe(|| world.changes_within(&mut watch));
        assert!(catch_unwind(read).is_err(), "{n_asked}");
        fuse.store(usize::MAX, Ordering::Relaxed);
        apply(&mut copy, &world.changes_within(&mut watch).unwrap());
        let is_root = |row: Row, values: &[String]| is_called(row, values, "guard");
        assert_eq!(copy, expected(&world, is_root, false), "{n_asked}");
    }
}

/// What an index finds is looked at, and nothing else; `matches` has the last word.
#[test]
fn rows_that_an_index_finds_are_followed() {
    let mut world = World::new();
    let players: Vec<_> = (0..50)
        .map(|n| {
            world
                .insert(Player {
                    email: format!("{n}@example.com"),
                    ..Player::default()
                })
                .unwrap()
        })
        .collect();
    let n_asked = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&n_asked);
    let interest = Interest::new().rows_found(
        |world| {
            let found = ["7@example.com", "8@example.com", "nobody"];
            let found = found
                .iter()
                .filter_map(|email| Player::find_by_email(world, email));
            found.map(|row| row.key()).collect()
        },
        move |player: &Player| {
            asked.fetch_add(1, Ordering::Relaxed);
            player.email == "7@example.com"
        },
    );
    let mut watch = world.watch_with(interest, 3).unwrap();
    let mut copy = Copy::new();
    let is_root = |row: Row, values: &[String]| {
        row.0 == "players" && values.contains(&"\"7@example.com\"".to_owned())
    };
    let check = |world: &mut World, watch: &mut Watch<Tables>, copy: &mut Copy| {
        apply(copy, &world.changes_within(watch).unwrap());
        assert_eq!(*copy, expected(world, is_root, false));
        copy.len()
    };
    assert_eq!(check(&mut world, &mut watch, &mut copy), 1);
    assert_eq!(n_asked.load(Ordering::Relaxed), 2);
    // It leaves, and another row comes in.
    world
        .get_mut(players[7])
        .unwrap()
        .set_email("other")
        .unwrap();
    assert_eq!(check(&mut world, &mut watch, &mut copy), 0);
    world
        .get_mut(players[9])
        .unwrap()
        .set_email("7@example.com")
        .unwrap();
    assert_eq!(check(&mut world, &mut watch, &mut copy), 1);
    // More changes than the reader keeps.
    for &key in &players[20..40] {
        world.get_mut(key).unwrap().set_full_name("renamed");
    }
    world
        .get_mut(players[9])
        .unwrap()
        .set_email("gone")
        .unwrap();
    world
        .get_mut(players[3])
        .unwrap()
        .set_email("7@example.com")
        .unwrap();
    assert_eq!(check(&mut world, &mut watch, &mut copy), 1);
    assert!(n_asked.load(Ordering::Relaxed) < 12, "{n_asked:?}");
}
