//! Rows in memory: reading, writing, iterating, and rolling back.

mod common;

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::time::Duration;

use common::plain::{Plain, PlainKey};
use common::reference::{Files, Keys, Order, double, mobiles, rng, world};
use common::{criterion, in_turns, time};
use criterion::Criterion;
use gamedb::Database;
use gamedb_models::{AttributeKey, AttributeRef, AttributeValue, World};

const N: usize = 10_000;
const ROUNDS: usize = 30;

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

/// Keys in random order, the same for all rivals.
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
    let keys = drawn(&keys.attributes, 10 * N);
    let plain_keys = drawn(plain_keys, 10 * N);
    let plain_number = |&key| {
        let row = plain.attributes.get(key);
        row.map_or(0.0, |row| double(&row.attribute))
    };
    in_turns(
        criterion,
        "get",
        ROUNDS,
        &mut [
            ("gamedb", &mut || {
                sum_in_time(|| keys.iter().map(|&key| number(world, key)).sum())
            }),
            ("slotmap", &mut || {
                sum_in_time(|| plain_keys.iter().map(plain_number).sum())
            }),
        ],
    );
}

fn sum_in_time(sum: impl Fn() -> f64) -> Duration {
    time(|| black_box(sum())).0
}

fn iterate(criterion: &mut Criterion, world: &World, plain: &Plain) {
    let number = |(_, row): (_, &common::plain::PlainRow)| double(&row.attribute);
    in_turns(
        criterion,
        "iterate",
        ROUNDS,
        &mut [
            ("gamedb", &mut || {
                let attributes = world.attributes.iter();
                sum_in_time(|| attributes.clone().map(|(_, row)| double(row)).sum())
            }),
            ("slotmap", &mut || {
                sum_in_time(|| plain.attributes.iter().map(number).sum())
            }),
        ],
    );
}

fn set(world: &mut World, keys: &[AttributeKey], value: f64) {
    for &key in keys {
        let mut attribute = world.get_mut(key).expect("there");
        attribute
            .set_value(AttributeValue::Double(value))
            .expect("a number");
    }
}

/// Writes to rows that are already dirty.
fn write_again(
    criterion: &mut Criterion,
    (world, keys): (&mut World, &Keys),
    (plain, plain_keys): (&mut Plain, &[PlainKey]),
) {
    let keys = drawn(&keys.attributes, N);
    let plain_keys = drawn(plain_keys, N);
    set(world, &keys, 0.0);
    plain_keys
        .iter()
        .for_each(|&key| plain.set_double(key, 0.0));
    // Several passes in each round, because the other rivals evict the rows from the caches between two
    // rounds.
    let values = |n: &mut u32| {
        *n += 10;
        (*n..*n + 10).map(f64::from)
    };
    let (mut n, mut plain_n) = (0, 0);
    in_turns(
        criterion,
        "write",
        ROUNDS,
        &mut [
            ("gamedb", &mut || {
                time(|| values(&mut n).for_each(|value| set(world, &keys, value))).0 / 10
            }),
            ("slotmap", &mut || {
                let values = values(&mut plain_n);
                let mut write = |value| {
                    let keys = plain_keys.iter();
                    keys.for_each(|&key| plain.set_double(key, value));
                };
                time(|| values.for_each(&mut write)).0 / 10
            }),
        ],
    );
}

/// Writes to clean rows. Each row is written once between two cleanings, so that the cleaning has not
/// just brought it into the processor's caches.
fn write_first(criterion: &mut Criterion) {
    let files = Files::new();
    let (mut gamedb, mut plain) = (None, None);
    let open = || {
        let db = Database::<World>::open(files.world(mobiles())).expect("opened");
        let keys = Keys::of(&db).attributes;
        (db, drawn(&keys, keys.len()), Rounds::default())
    };
    let fill = || {
        let (plain, keys) = Plain::filled(mobiles());
        (plain, drawn(&keys, keys.len()), Rounds::default())
    };
    in_turns(
        criterion,
        "write",
        2 * ROUNDS,
        &mut [
            ("gamedb_first", &mut || {
                let (db, keys, rounds) = gamedb.get_or_insert_with(open);
                let (keys, value, is_new) = rounds.next(keys);
                if is_new {
                    let _ = db.flush().expect("flushed");
                }
                time(|| set(db, keys, value)).0
            }),
            ("slotmap_first", &mut || {
                let (plain, keys, rounds) = plain.get_or_insert_with(fill);
                let (keys, value, is_new) = rounds.next(keys);
                if is_new {
                    plain.clean();
                }
                let write = || keys.iter().for_each(|&key| plain.set_double(key, value));
                time(write).0
            }),
        ],
    );
}

/// Visits all keys, `N` at a time, in rounds.
#[derive(Default)]
struct Rounds {
    start: usize,
    value: f64,
}

impl Rounds {
    /// The next keys, the value to write, and whether a round starts.
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

/// The same writes with and without a transaction, and with a subscriber.
fn transaction(criterion: &mut Criterion, world: &mut World, keys: &Keys) {
    let keys = drawn(&keys.attributes, 100);
    let world = RefCell::new(world);
    let value = Cell::new(0.0);
    // A hundred repetitions, because a single one is too short to be timed.
    let repeated = |write: &dyn Fn(&mut World, f64)| {
        let mut world = world.borrow_mut();
        let all = || {
            for _ in 0..100 {
                value.set(value.get() + 1.0);
                write(&mut world, value.get());
            }
        };
        time(all).0 / 100
    };
    let outside = |world: &mut World, value: f64| set(world, black_box(&keys), value);
    let inside = |world: &mut World, value: f64| {
        let done = world.transaction(|world| {
            set(world, black_box(&keys), value);
            Ok::<_, gamedb::Error>(())
        });
        done.expect("kept");
    };
    let subscribed = |write: &dyn Fn(&mut World, f64)| {
        let mut subscription = world.borrow_mut().subscribe().expect("no transaction");
        let took = repeated(write);
        let mut world = world.borrow_mut();
        let n_changes = world
            .changes(&mut subscription)
            .map(|changes| changes.len());
        assert_eq!(n_changes.ok(), Some(keys.len()));
        took
    };
    in_turns(
        criterion,
        "transaction",
        ROUNDS,
        &mut [
            ("gamedb", &mut || repeated(&inside)),
            ("untracked", &mut || repeated(&outside)),
            ("gamedb_subscribed", &mut || subscribed(&inside)),
            ("untracked_subscribed", &mut || subscribed(&outside)),
        ],
    );
}
