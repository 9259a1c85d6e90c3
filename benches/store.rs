//! Rows in memory: reading, writing, visiting all of them, and taking writes back.

mod common;

use std::hint::black_box;
use std::time::Duration;

use common::plain::{Plain, PlainKey};
use common::reference::{Files, Keys, Order, double, mobiles, rng, world};
use common::{at_most, criterion, time};
use criterion::Criterion;
use gamedb::Database;
use gamedb_models::{AttributeKey, AttributeRef, AttributeValue, World};

const N: usize = 10_000;

fn main() {
    let mut criterion = criterion();
    let (mut world, keys) = world(mobiles(), Order::OneAfterTheOther);
    let (mut plain, plain_keys) = Plain::filled(mobiles());
    get(&mut criterion, (&world, &keys), (&plain, &plain_keys));
    iterate(&mut criterion, &world, &plain);
    write_again(
        &mut criterion,
        (&mut world, &keys),
        (&mut plain, &plain_keys),
    );
    transaction(&mut criterion, &mut world, &keys);
    drop((world, plain));
    write_first(&mut criterion);
    criterion.final_summary();
}

/// Keys in random order: the same ones for everybody.
fn drawn<K: Copy>(keys: &[K], n: usize) -> Vec<K> {
    let mut keys = keys.to_vec();
    rng().shuffle(&mut keys);
    keys.truncate(n);
    keys
}

fn number(world: &World, key: AttributeKey) -> f64 {
    world
        .get(key)
        .map_or(0.0, |row: AttributeRef<'_>| double(row.row()))
}

fn get(
    criterion: &mut Criterion,
    (world, keys): (&World, &Keys),
    (plain, plain_keys): (&Plain, &[PlainKey]),
) {
    let mut group = criterion.benchmark_group("get");
    let keys = drawn(&keys.attributes, 10 * N);
    group.bench_function("gamedb", |bencher| {
        bencher.iter(|| keys.iter().map(|&key| number(world, key)).sum::<f64>());
    });
    let keys = drawn(plain_keys, 10 * N);
    group.bench_function("slotmap", |bencher| {
        let number = |&key| {
            plain
                .attributes
                .get(key)
                .map_or(0.0, |row| double(&row.attribute))
        };
        bencher.iter(|| keys.iter().map(number).sum::<f64>());
    });
}

fn iterate(criterion: &mut Criterion, world: &World, plain: &Plain) {
    let mut group = criterion.benchmark_group("iterate");
    group.bench_function("gamedb", |bencher| {
        bencher.iter(|| {
            world
                .attributes
                .iter()
                .map(|(_, row)| double(row))
                .sum::<f64>()
        });
    });
    group.bench_function("slotmap", |bencher| {
        let number = |(_, row): (_, &common::plain::PlainRow)| double(&row.attribute);
        bencher.iter(|| plain.attributes.iter().map(number).sum::<f64>());
    });
}

fn set(world: &mut World, keys: &[AttributeKey], value: f64) {
    for &key in keys {
        let mut attribute = world.get_mut(key).expect("there");
        attribute
            .set_value(AttributeValue::Double(value))
            .expect("a number");
    }
}

/// Rows that are dirty already.
fn write_again(
    criterion: &mut Criterion,
    (world, keys): (&mut World, &Keys),
    (plain, plain_keys): (&mut Plain, &[PlainKey]),
) {
    let mut group = criterion.benchmark_group("write");
    let keys = drawn(&keys.attributes, N);
    let mut value = 0.0;
    set(world, &keys, value);
    group.bench_function("gamedb", |bencher| {
        bencher.iter(|| {
            value += 1.0;
            set(world, &keys, value);
        });
    });
    let keys = drawn(plain_keys, N);
    group.bench_function("slotmap", |bencher| {
        bencher.iter(|| {
            value += 1.0;
            keys.iter().for_each(|&key| plain.set_double(key, value));
        });
    });
}

/// Rows that have not changed since the last flush. Each is written once before all are cleaned, so
/// that what cleans them has not just brought them into the processor's caches.
fn write_first(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    group.sample_size(40);
    let files = Files::new();
    let mut gamedb = None;
    group.bench_function("gamedb_first", |bencher| {
        let (db, keys, rounds) = gamedb.get_or_insert_with(|| {
            let path = files.world(mobiles());
            let db = Database::<World>::open(path).expect("opened");
            let keys = Keys::of(&db).attributes;
            (db, drawn(&keys, keys.len()), Rounds::default())
        });
        bencher.iter_custom(|iterations| {
            at_most(1, iterations, || {
                let (keys, value, is_new) = rounds.next(keys);
                if is_new {
                    let _ = db.flush().expect("flushed");
                }
                time(|| set(db, keys, value)).0
            })
        });
    });
    drop(gamedb);

    let mut slotmap = None;
    group.bench_function("slotmap_first", |bencher| {
        let (plain, keys, rounds) = slotmap.get_or_insert_with(|| {
            let (plain, keys) = Plain::filled(mobiles());
            (plain, drawn(&keys, keys.len()), Rounds::default())
        });
        bencher.iter_custom(|iterations| {
            at_most(1, iterations, || {
                let (keys, value, is_new) = rounds.next(keys);
                if is_new {
                    plain.clean();
                }
                let write = || keys.iter().for_each(|&key| plain.set_double(key, value));
                time(write).0
            })
        });
    });
}

/// Goes through all keys, `N` at a time, round after round.
#[derive(Default)]
struct Rounds {
    start: usize,
    value: f64,
}

impl Rounds {
    /// The next keys, the value to write, and whether this is the start of a round.
    fn next<'k, K>(&mut self, keys: &'k [K]) -> (&'k [K], f64, bool) {
        let n = N.min(keys.len());
        if self.start + n > keys.len() {
            self.start = 0;
        }
        let is_new = self.start == 0;
        if is_new {
            self.value += 1.0;
        }
        let next = &keys[self.start..][..n];
        self.start += n;
        (next, self.value, is_new)
    }
}

/// The same writes with and without a transaction around them.
fn transaction(criterion: &mut Criterion, world: &mut World, keys: &Keys) {
    let mut group = criterion.benchmark_group("transaction");
    group.measurement_time(Duration::from_secs(1));
    let keys = drawn(&keys.attributes, 100);
    let mut value = 0.0;
    group.bench_function("untracked", |bencher| {
        bencher.iter(|| {
            value += 1.0;
            set(world, black_box(&keys), value);
        });
    });
    group.bench_function("gamedb", |bencher| {
        bencher.iter(|| {
            value += 1.0;
            let done = world.transaction(|world| {
                set(world, black_box(&keys), value);
                Ok::<_, gamedb::Error>(())
            });
            done.expect("kept");
        });
    });
}
