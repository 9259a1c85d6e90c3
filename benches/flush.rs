//! Flushing: writing only what changed, compared with hand-written SQL.

mod common;

use std::cell::RefCell;
use std::time::Duration;

use common::flusher::{Flusher, Gamedb, HandWritten, TunedSql};
use common::reference::{Files, PER_MOBILE, mobiles, rng};
use common::{criterion, in_turns, is_test};
use criterion::Criterion;

/// Number of rounds; criterion needs at least ten samples.
const ROUNDS: usize = 20;
const FEW_ROUNDS: usize = 10;

/// The saved mobile is one of this many first mobiles.
const FIRST: usize = 100;

fn main() {
    let mut criterion = criterion();
    let files = Files::new();
    let mut worlds = Worlds::new(&files);
    updates(&mut criterion, &mut worlds);
    captures(&mut criterion, &mut worlds);
    saves(&mut criterion, &mut worlds);
    nothing(&mut criterion, &mut worlds);
    larger_worlds(&mut criterion, &files);
    // Last, because it changes the world.
    comings_and_goings(&mut criterion, &mut worlds);
    criterion.final_summary();
}

/// One copy of the reference world for each rival, created on first use.
struct Worlds<'f> {
    gamedb: Writer<'f, Gamedb>,
    tuned_sql: Writer<'f, TunedSql>,
    hand_written: Writer<'f, HandWritten>,
}

impl<'f> Worlds<'f> {
    fn new(files: &'f Files) -> Self {
        Self {
            gamedb: Writer::new(files, mobiles(), "gamedb"),
            tuned_sql: Writer::new(files, mobiles(), "tuned_sql"),
            hand_written: Writer::new(files, mobiles(), "hand_written"),
        }
    }
}

/// A rival that writes a world, and the random changes for it, which are the same for all rivals.
struct Writer<'f, F> {
    files: &'f Files,
    mobiles: usize,
    name: &'static str,
    rng: fastrand::Rng,
    flusher: Option<F>,
}

impl<'f, F: Flusher> Writer<'f, F> {
    fn new(files: &'f Files, mobiles: usize, name: &'static str) -> Self {
        Self {
            files,
            mobiles,
            name,
            rng: rng(),
            flusher: None,
        }
    }

    fn flusher(&mut self) -> &mut F {
        let Self {
            files,
            mobiles,
            name,
            ..
        } = self;
        let open = || F::open(&files.copy(&files.world(*mobiles), name));
        self.flusher.get_or_insert_with(open)
    }

    /// Distinct random positions.
    fn positions(&mut self, n: usize) -> Vec<usize> {
        let all = self.flusher().n_attributes();
        self.draw(n, all)
    }

    fn draw(&mut self, n: usize, all: usize) -> Vec<usize> {
        let mut drawn = self.rng.choose_multiple(0..all, n.min(all));
        self.rng.shuffle(&mut drawn);
        drawn
    }

    fn changes(&mut self, positions: &[usize]) -> Vec<(usize, f64)> {
        let change = |&position| (position, self.rng.f64());
        positions.iter().map(change).collect()
    }

    fn update(&mut self, positions: &[usize]) -> Duration {
        let changes = self.changes(positions);
        self.flusher().update(&changes)
    }

    fn update_scattered(&mut self, n: usize) -> Duration {
        let positions = self.positions(n);
        self.update(&positions)
    }

    /// All attributes of some of the first mobiles.
    fn update_clustered(&mut self, n: usize, among: usize) -> Duration {
        let drawn = self.draw(n / PER_MOBILE, among);
        let mut positions: Vec<_> = drawn
            .iter()
            .flat_map(|mobile| (0..PER_MOBILE).map(move |n| mobile * PER_MOBILE + n))
            .collect();
        self.rng.shuffle(&mut positions);
        self.update(&positions)
    }

    /// One of the first mobiles, and the positions of its attributes.
    fn attributes_of_one(&mut self) -> (usize, Vec<usize>) {
        let mobile = self.rng.usize(..FIRST.min(self.mobiles));
        let start = mobile * PER_MOBILE;
        (mobile, (start..start + PER_MOBILE).collect())
    }

    fn update_one(&mut self) -> Duration {
        let (_, positions) = self.attributes_of_one();
        self.update(&positions)
    }

    /// Random mobiles, each repeated as many times as it has attributes in the reference world.
    fn owners(&mut self, n: usize) -> Vec<usize> {
        let drawn: Vec<_> = (0..n.div_ceil(PER_MOBILE))
            .map(|_| self.rng.usize(..self.mobiles))
            .collect();
        (0..n).map(|n| drawn[n / PER_MOBILE]).collect()
    }

    /// Inserts new attributes for random mobiles; they are removed again, untimed.
    fn insert(&mut self, n: usize) -> Duration {
        let owners = self.owners(n);
        let took = self.flusher().insert(&owners);
        let all = self.flusher().n_attributes();
        let new: Vec<_> = (all - n..all).collect();
        self.flusher().remove(&new);
        took
    }

    /// Removes random attributes; the same number is inserted again, untimed.
    fn remove(&mut self, n: usize) -> Duration {
        let positions = self.positions(n);
        let took = self.flusher().remove(&positions);
        let owners = self.owners(positions.len());
        self.flusher().insert(&owners);
        took
    }
}

/// One flush of any rival.
#[derive(Clone, Copy)]
enum Work {
    Scattered(usize),
    Clustered(usize),
    Insert(usize),
    Remove(usize),
}

impl Work {
    fn of<F: Flusher>(self, writer: &mut Writer<'_, F>) -> Duration {
        match self {
            Self::Scattered(n) => writer.update_scattered(n),
            Self::Clustered(n) => writer.update_clustered(n, writer.mobiles),
            Self::Insert(n) => writer.insert(n),
            Self::Remove(n) => writer.remove(n),
        }
    }
}

fn compare(criterion: &mut Criterion, name: &str, worlds: &mut Worlds<'_>, work: Work) {
    let Worlds {
        gamedb,
        tuned_sql,
        hand_written,
    } = worlds;
    let rounds = match work {
        Work::Scattered(100_000..) | Work::Insert(_) | Work::Remove(_) => FEW_ROUNDS,
        Work::Scattered(_) | Work::Clustered(_) => ROUNDS,
    };
    in_turns(
        criterion,
        name,
        rounds,
        &mut [
            ("gamedb", &mut || work.of(gamedb)),
            ("tuned_sql", &mut || work.of(tuned_sql)),
            ("hand_written", &mut || work.of(hand_written)),
        ],
    );
}

fn updates(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    for (name, work) in [
        ("flush_16", Work::Scattered(16)),
        ("flush_1k_scattered", Work::Scattered(1_000)),
        ("flush_10k_scattered", Work::Scattered(10_000)),
        ("flush_100k_scattered", Work::Scattered(100_000)),
        ("flush_10k_clustered", Work::Clustered(10_000)),
    ] {
        compare(criterion, name, worlds, work);
    }
}

/// The time that a background flush blocks the game: the capture.
fn captures(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    for (name, n) in [("capture_10k", 10_000), ("capture_100k", 100_000)] {
        let gamedb = &mut worlds.gamedb;
        let mut capture = || {
            let positions = gamedb.positions(n);
            let changes = gamedb.changes(&positions);
            gamedb.flusher().capture(&changes)
        };
        in_turns(criterion, name, ROUNDS, &mut [("gamedb", &mut capture)]);
    }
}

/// Saves one mobile with all of its attributes, while few or many other rows are dirty.
fn saves(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    let Worlds {
        gamedb,
        tuned_sql,
        hand_written,
    } = worlds;
    let gamedb = RefCell::new(gamedb);
    let save = |n_others| {
        let writer = &mut **gamedb.borrow_mut();
        // One of the first mobiles is saved, and the others have changed.
        let (mobile, attributes) = writer.attributes_of_one();
        let among = FIRST * PER_MOBILE..writer.flusher().n_attributes();
        let mut others = writer.rng.choose_multiple(among, n_others);
        writer.rng.shuffle(&mut others);
        let (attributes, others) = (writer.changes(&attributes), writer.changes(&others));
        writer.flusher().save(mobile, &attributes, &others)
    };
    let n_others = if is_test() { 100 } else { 100_000 };
    in_turns(
        criterion,
        "save",
        ROUNDS,
        &mut [
            ("gamedb", &mut || save(0)),
            ("gamedb_of_100k", &mut || save(n_others)),
            ("tuned_sql", &mut || tuned_sql.update_one()),
            ("hand_written", &mut || hand_written.update_one()),
        ],
    );
}

fn nothing(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    let mut group = criterion.benchmark_group("flush_nothing");
    group.bench_function("gamedb", |bencher| {
        let db = &mut worlds.gamedb.flusher().db;
        bencher.iter(|| db.flush().expect("flushed"));
    });
    // It always looks at the file, which another flush has done just now.
    group.bench_function("gamedb_looking", |bencher| {
        let db = &mut worlds.gamedb.flusher().db;
        let _ = db.flush_durable().expect("flushed");
        bencher.iter(|| db.flush_durable().expect("flushed"));
    });
}

fn comings_and_goings(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    let n = if is_test() { 1_000 } else { 10_000 };
    compare(criterion, "insert_10k", worlds, Work::Insert(n));
    compare(criterion, "remove_10k", worlds, Work::Remove(n));
}

/// The same rows change in worlds of increasing size.
fn larger_worlds(criterion: &mut Criterion, files: &Files) {
    let names = ["flush_1k_of_10k", "flush_1k_of_100k", "flush_1k_of_1m"];
    let mut worlds = [10_000, 100_000, 1_000_000].map(|n_attributes| {
        let n_attributes = if is_test() {
            n_attributes / 10
        } else {
            n_attributes
        };
        Writer::<Gamedb>::new(files, n_attributes / PER_MOBILE, "larger")
    });
    // In turns, although each world size is a group of its own.
    let mut times = [const { Vec::new() }; 3];
    for (name, n) in names.into_iter().zip(0..) {
        let mut next = 0;
        let mut flush = || {
            if times[n].len() <= next {
                for (world, times) in worlds.iter_mut().zip(&mut times) {
                    let among = 1_250.min(world.mobiles);
                    times.push(world.update_clustered(1_000, among));
                }
            }
            next += 1;
            times[n][next - 1]
        };
        in_turns(criterion, name, ROUNDS, &mut [("gamedb", &mut flush)]);
    }
}
