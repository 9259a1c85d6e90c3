//! Ownership in memory: traversal from owners to owned rows, and adding and removing owned rows.

mod common;

use std::cell::LazyCell;
use std::hint::black_box;

use common::plain::{Map, PlainOwners};
use common::reference::{Order, attribute, double, mobiles, world};
use common::{criterion, in_turns, time};
use criterion::Criterion;
use gamedb_models::{AttributeKey, Mobile, MobileKey, World};

fn main() {
    let mut criterion = criterion();
    traverse(&mut criterion, "traverse", Order::OneAfterTheOther);
    traverse(&mut criterion, "traverse_shuffled", Order::Shuffled);
    add_remove(&mut criterion);
    criterion.final_summary();
}

/// For each mobile, the sum over its attributes.
fn traverse(criterion: &mut Criterion, name: &str, order: Order) {
    let world = LazyCell::new(|| world(mobiles(), order).0);
    let few = LazyCell::new(|| PlainOwners::filled(mobiles(), order, Map::Few));
    let sets = LazyCell::new(|| PlainOwners::filled(mobiles(), order, Map::Sets));
    let plain_sums = |plain: &PlainOwners, map| {
        let see = |sum| {
            black_box(sum);
        };
        time(|| plain.sums(map, see)).0
    };
    in_turns(
        criterion,
        name,
        20,
        &mut [
            ("gamedb", &mut || {
                let world = &*world;
                time(|| sums(world)).0
            }),
            ("smallvec", &mut || plain_sums(&few, Map::Few)),
            ("indexmap", &mut || plain_sums(&sets, Map::Sets)),
        ],
    );
}

fn sums(world: &World) {
    for (mobile, _) in world.iter::<Mobile>() {
        let mobile = world.get(mobile).expect("there");
        let sum: f64 = mobile
            .attributes()
            .map(|(_, attribute)| double(attribute))
            .sum();
        black_box(sum);
    }
}

/// Adds an attribute to an owner and removes it again; also for an owner that has 100,000 attributes.
fn add_remove(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("add_remove");
    let mut small = None;
    group.bench_function("gamedb", |bencher| {
        let (world, keys) =
            small.get_or_insert_with(|| world(mobiles().min(1_000), Order::OneAfterTheOther));
        let mut owners = keys.mobiles.iter().cycle();
        bencher.iter(|| {
            let owner = *owners.next().expect("a mobile");
            let key = add(world, owner);
            remove(world, owner, key);
        });
    });
    drop(small);
    let mut rich = None;
    group.bench_function("gamedb_of_100k", |bencher| {
        let (world, owner) = rich.get_or_insert_with(|| {
            let mut world = World::new();
            let owner = world.insert(Mobile::default()).expect("a mobile");
            for _ in 0..100_000 {
                add(&mut world, owner);
            }
            (world, owner)
        });
        // From the middle, where a list would have to search.
        let owned = world.get(*owner).expect("there").attributes();
        let mut to_remove: Vec<_> = owned.map(|(key, _)| key).collect();
        fastrand::Rng::with_seed(common::reference::SEED).shuffle(&mut to_remove);
        let mut next = 0;
        bencher.iter(|| {
            remove(world, *owner, to_remove[next]);
            to_remove[next] = add(world, *owner);
            next = (next + 1) % to_remove.len();
        });
    });
}

fn add(world: &mut World, owner: MobileKey) -> AttributeKey {
    let mut owner = world.get_mut(owner).expect("there");
    owner.add_attribute(attribute(0, 0.5)).expect("added")
}

fn remove(world: &mut World, owner: MobileKey, key: AttributeKey) {
    let mut owner = world.get_mut(owner).expect("there");
    owner.remove_attribute(key).expect("removed");
}
