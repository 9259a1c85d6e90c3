//! Worlds on a PostgreSQL server, and what people would write by hand, in turns in one run.
//!
//! `tests/postgres/run bench` starts a server for it; arguments after that are parts of the names of groups, and the others
//! are left out. `GAMEDB_BENCH_MOBILES` sets the size of the world: 100,000 mobiles with 8 attributes each.
//! `GAMEDB_BENCH_ROUNDS` sets the number of rounds.

mod by_hand;
mod libraries;
mod proxy;
mod world;

use std::time::{Duration, Instant};

use by_hand::ByHand;
use gamedb::{Database, Postgres, PostgresOptions};
use gamedb_models::World;
use libraries::{Diesel, Sqlx};
use proxy::Proxy;
use world::{Keys, change, fill};

fn number(name: &str, otherwise: usize) -> usize {
    let asked = std::env::var(name).ok();
    asked.map_or(otherwise, |asked| {
        asked
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a number"))
    })
}

pub(crate) fn time<R>(what: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = what();
    (start.elapsed(), result)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn is_asked_for(group: &str) -> bool {
    let mut parts = std::env::args().skip(1).peekable();
    parts.peek().is_none() || parts.any(|part| group.contains(&part))
}

/// A rival: its name, and a run that returns the time it took.
type Rival<'r> = (&'r str, &'r mut dyn FnMut() -> Duration);

/// Runs rivals in turns, and prints the median of each, and that of the first by it. The first round is a warm-up.
fn in_turns(group: &str, rounds: usize, rivals: &mut [Rival<'_>]) {
    if !is_asked_for(group) {
        return;
    }
    let mut times: Vec<Vec<Duration>> = rivals.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for ((_, run), times) in rivals.iter_mut().zip(&mut times) {
            let took = run();
            if round > 0 {
                times.push(took);
            }
        }
    }
    let medians: Vec<_> = times.into_iter().map(median).collect();
    for ((name, _), took) in rivals.iter().zip(&medians) {
        let ratio = medians[0].as_secs_f64() / took.as_secs_f64();
        let took = took.as_secs_f64() * 1e3;
        println!("{group:<28} {name:<14} {took:>10.2} ms   gamedb takes {ratio:.3} of it");
    }
}

/// Positions of attributes, at random or those of neighbours.
fn positions(n_rows: usize, n_all: usize, is_clustered: bool) -> Vec<usize> {
    if is_clustered {
        let start = fastrand::usize(..=n_all - n_rows);
        return (start..start + n_rows).collect();
    }
    fastrand::choose_multiple(0..n_all, n_rows)
}

/// Which rivals a group has, besides the statement for all rows.
#[derive(Clone, Copy, PartialEq)]
enum RowByRow {
    No,
    ByHand,
    /// Also as libraries write it.
    All,
}

/// A database and its rivals, with connections to the same address.
struct Flushes {
    db: Database<World, Postgres>,
    keys: Keys,
    by_hand: ByHand,
    diesel: Diesel,
    sqlx: Sqlx,
}

impl Flushes {
    fn open(address: &str) -> Self {
        let db = options(address).open::<World>().expect("the world");
        Self {
            keys: Keys::of(&db),
            db,
            by_hand: ByHand::connect(address),
            diesel: Diesel::connect(address),
            sqlx: Sqlx::connect(address),
        }
    }

    fn run(
        &mut self,
        group: &str,
        n_rows: usize,
        is_clustered: bool,
        rounds: usize,
        row_by_row: RowByRow,
    ) {
        let Self {
            db,
            keys,
            by_hand,
            diesel,
            sqlx,
        } = self;
        let (by_hand, n_all) = (&*by_hand, keys.attributes.len());
        let changes = || -> Vec<(usize, f64)> {
            let positions = positions(n_rows, n_all, is_clustered).into_iter();
            positions
                .map(|position| (position, fastrand::f64()))
                .collect()
        };
        let mut gamedb = || {
            change(db, keys, &changes());
            let (took, report) = time(|| db.flush().expect("it is flushed"));
            assert_eq!(report.updated, n_rows);
            took
        };
        let ids = &keys.ids;
        let with_ids = || -> Vec<(i64, f64)> {
            let changes = changes().into_iter();
            changes.map(|(n, value)| (ids[n], value)).collect()
        };
        let mut unnest = || by_hand.unnest(with_ids());
        let mut rows = || by_hand.row_by_row(&with_ids());
        let mut diesel = || diesel.flush(&with_ids());
        let mut sqlx = || sqlx.flush(&with_ids());
        let mut rivals: Vec<Rival<'_>> = vec![("gamedb", &mut gamedb), ("unnest", &mut unnest)];
        if row_by_row != RowByRow::No {
            rivals.push(("row_by_row", &mut rows));
        }
        if row_by_row == RowByRow::All {
            rivals.push(("diesel", &mut diesel));
            rivals.push(("sqlx", &mut sqlx));
        }
        in_turns(group, rounds, &mut rivals);
    }
}

fn options(address: &str) -> PostgresOptions {
    PostgresOptions::new(address, "bench")
}

fn main() {
    let address = std::env::var("GAMEDB_POSTGRES")
        .expect("the server's address: start with tests/postgres/run bench");
    fastrand::seed(42);
    let (mobiles, rounds) = (
        number("GAMEDB_BENCH_MOBILES", 100_000),
        number("GAMEDB_BENCH_ROUNDS", 5),
    );
    let n_rows = fill(&address, mobiles);
    println!("{n_rows} rows, medians of {rounds} rounds");

    if is_asked_for("load") {
        load(&address, n_rows, n_rows - mobiles, rounds);
    }
    let n_all = mobiles * world::PER_MOBILE;
    let (small, large) = (10_000.min(n_all), 100_000.min(n_all));
    let mut flushes = Flushes::open(&address);
    let few = 4 * rounds;
    flushes.run("flush_10", 10, false, few, RowByRow::All);
    flushes.run("flush_10k_scattered", small, false, rounds, RowByRow::All);
    flushes.run("flush_10k_clustered", small, true, rounds, RowByRow::All);
    flushes.run(
        "flush_100k_scattered",
        large,
        false,
        rounds,
        RowByRow::ByHand,
    );
    drop(flushes);

    // With a millisecond of round trip, rows one by one would take half a minute, and say nothing new.
    if is_asked_for("flush_10_1ms") || is_asked_for("flush_10k_scattered_1ms") {
        let proxy = Proxy::new(&address, Duration::from_micros(500));
        let mut flushes = Flushes::open(&proxy.address);
        flushes.run("flush_10_1ms", 10, false, few, RowByRow::ByHand);
        flushes.run(
            "flush_10k_scattered_1ms",
            small,
            false,
            rounds,
            RowByRow::No,
        );
    }
}

/// Opens the world; the rivals read attributes and their owners, and nothing else.
fn load(address: &str, n_rows: usize, n_read: usize, rounds: usize) {
    let by_hand = ByHand::connect(address);
    let (mut diesel, mut sqlx) = (Diesel::connect(address), Sqlx::connect(address));
    let mut gamedb = || {
        let (took, db) = time(|| options(address).open::<World>().expect("the world"));
        assert_eq!(db.len(), n_rows);
        took
    };
    let mut copy = || by_hand.copy(n_read);
    let mut diesel = || diesel.load(n_read);
    let mut sqlx = || sqlx.load(n_read);
    in_turns(
        "load",
        rounds,
        &mut [
            ("gamedb", &mut gamedb),
            ("copy_binary", &mut copy),
            ("diesel", &mut diesel),
            ("sqlx", &mut sqlx),
        ],
    );
}
