//! Rows in memory, as entities of an ECS.

use std::hint::black_box;

use bevy_ecs::prelude as bevy;
use bevy_ecs::relationship::RelationshipTarget as _;
use criterion::Criterion;
use gamedb_peers::{Attribute, Value, attribute, criterion, mobiles, owners, rng};

const N: usize = 10_000;

fn main() {
    let mut criterion = criterion();
    let bevy = &mut Bevy::filled(false);
    let hecs = &mut Hecs::filled(false);
    get(&mut criterion, bevy, hecs);
    write(&mut criterion, bevy, hecs);
    traverse(&mut criterion, "traverse", bevy, hecs);
    add_remove(&mut criterion, bevy, hecs);
    (*bevy, *hecs) = (Bevy::filled(true), Hecs::filled(true));
    traverse(&mut criterion, "traverse_shuffled", bevy, hecs);
    criterion.final_summary();
}

/// An attribute as a component.
#[derive(bevy::Component)]
struct Component(Attribute);

/// The owner of an attribute: a relationship whose both ends Bevy maintains.
#[derive(bevy::Component)]
#[relationship(relationship_target = Attributes)]
struct OwnedBy(bevy::Entity);

/// The attributes of a mobile.
#[derive(bevy::Component)]
#[relationship_target(relationship = OwnedBy)]
struct Attributes(Vec<bevy::Entity>);

struct Bevy {
    world: bevy::World,
    mobiles: Vec<bevy::Entity>,
    attributes: Vec<bevy::Entity>,
}

impl Bevy {
    fn filled(shuffled: bool) -> Self {
        let (mut world, mut rng) = (bevy::World::new(), rng());
        let mobiles: Vec<_> = (0..mobiles()).map(|_| world.spawn_empty().id()).collect();
        let add = |(n, owner): (usize, usize)| {
            let component = Component(attribute(n, rng.f64()));
            world.spawn((component, OwnedBy(mobiles[owner]))).id()
        };
        let owners = owners(mobiles.len(), shuffled);
        let attributes = owners.into_iter().enumerate().map(add).collect();
        Self {
            world,
            mobiles,
            attributes,
        }
    }

    fn number(&self, entity: bevy::Entity) -> f64 {
        let component = self.world.get::<Component>(entity);
        component.map_or(0.0, |component| component.0.value.double())
    }
}

/// The attributes of a mobile, for an ECS without relationships.
struct Owned(Vec<hecs::Entity>);

struct Hecs {
    world: hecs::World,
    mobiles: Vec<hecs::Entity>,
    attributes: Vec<hecs::Entity>,
}

impl Hecs {
    fn filled(shuffled: bool) -> Self {
        let (mut world, mut rng) = (hecs::World::new(), rng());
        let mobiles: Vec<_> = (0..mobiles())
            .map(|_| world.spawn((Owned(Vec::new()),)))
            .collect();
        let add = |(n, owner): (usize, usize)| {
            let entity = world.spawn((attribute(n, rng.f64()),));
            let owned = world.query_one_mut::<&mut Owned>(mobiles[owner]);
            owned.expect("a mobile").0.push(entity);
            entity
        };
        let owners = owners(mobiles.len(), shuffled);
        let attributes = owners.into_iter().enumerate().map(add).collect();
        Self {
            world,
            mobiles,
            attributes,
        }
    }

    fn number(&self, entity: hecs::Entity) -> f64 {
        let attribute = self.world.get::<&Attribute>(entity);
        attribute.map_or(0.0, |attribute| attribute.value.double())
    }
}

fn drawn<K: Copy>(keys: &[K], n: usize) -> Vec<K> {
    let mut keys = keys.to_vec();
    rng().shuffle(&mut keys);
    keys.truncate(n);
    keys
}

fn get(criterion: &mut Criterion, bevy: &Bevy, hecs: &Hecs) {
    let mut group = criterion.benchmark_group("get");
    let keys = drawn(&bevy.attributes, 10 * N);
    group.bench_function("bevy_ecs", |bencher| {
        bencher.iter(|| keys.iter().map(|&key| bevy.number(key)).sum::<f64>());
    });
    let keys = drawn(&hecs.attributes, 10 * N);
    group.bench_function("hecs", |bencher| {
        bencher.iter(|| keys.iter().map(|&key| hecs.number(key)).sum::<f64>());
    });
}

fn write(criterion: &mut Criterion, bevy: &mut Bevy, hecs: &mut Hecs) {
    let mut group = criterion.benchmark_group("write");
    let mut number = 0.0;
    let keys = drawn(&bevy.attributes, N);
    group.bench_function("bevy_ecs", |bencher| {
        bencher.iter(|| {
            number += 1.0;
            for &key in &keys {
                let mut component = bevy.world.get_mut::<Component>(key).expect("there");
                component.0.value = Value::Double(number);
            }
        });
    });
    let keys = drawn(&hecs.attributes, N);
    group.bench_function("hecs", |bencher| {
        bencher.iter(|| {
            number += 1.0;
            for &key in &keys {
                let attribute = hecs.world.query_one_mut::<&mut Attribute>(key);
                attribute.expect("there").value = Value::Double(number);
            }
        });
    });
}

fn traverse(criterion: &mut Criterion, name: &str, bevy: &Bevy, hecs: &Hecs) {
    let mut group = criterion.benchmark_group(name);
    group.bench_function("bevy_ecs", |bencher| {
        bencher.iter(|| {
            for &mobile in &bevy.mobiles {
                let owned = bevy.world.get::<Attributes>(mobile);
                let sum: f64 = owned.map_or(0.0, |owned| {
                    owned.iter().map(|entity| bevy.number(entity)).sum()
                });
                black_box(sum);
            }
        });
    });
    group.bench_function("hecs", |bencher| {
        bencher.iter(|| {
            for &mobile in &hecs.mobiles {
                let owned = hecs.world.get::<&Owned>(mobile).expect("there");
                let sum: f64 = owned.0.iter().map(|&entity| hecs.number(entity)).sum();
                black_box(sum);
            }
        });
    });
}

fn add_remove(criterion: &mut Criterion, bevy: &mut Bevy, hecs: &mut Hecs) {
    let mut group = criterion.benchmark_group("add_remove");
    // The same number as in gamedb's own benchmark.
    let mut owners = bevy.mobiles.iter().take(1_000).cycle();
    group.bench_function("bevy_ecs", |bencher| {
        bencher.iter(|| {
            let owner = *owners.next().expect("a mobile");
            let component = Component(attribute(0, 0.5));
            let entity = bevy.world.spawn((component, OwnedBy(owner))).id();
            assert!(bevy.world.despawn(entity));
        });
    });
    let mut owners = hecs.mobiles.iter().take(1_000).cycle();
    group.bench_function("hecs", |bencher| {
        bencher.iter(|| {
            let owner = *owners.next().expect("a mobile");
            let entity = hecs.world.spawn((attribute(0, 0.5),));
            let owned = hecs.world.query_one_mut::<&mut Owned>(owner);
            owned.expect("a mobile").0.push(entity);
            let owned = hecs.world.query_one_mut::<&mut Owned>(owner);
            owned.expect("a mobile").0.retain(|&other| other != entity);
            hecs.world.despawn(entity).expect("there");
        });
    });
}
