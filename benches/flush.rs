//! Flushing: what changed, and nothing else, against the SQL that people write for it.

mod common;

use std::time::Duration;

use common::flusher::{Flusher, Gamedb, HandWritten, TunedSql};
use common::reference::{Files, PER_MOBILE, mobiles, rng};
use common::{at_most, criterion, is_test};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};

fn main() {
    let mut criterion = criterion();
    let files = Files::new();
    let mut worlds = Worlds::new(&files);
    updates(&mut criterion, &mut worlds);
    nothing(&mut criterion, &mut worlds);
    larger_worlds(&mut criterion, &files);
    // Last, because the world does not come out of it quite as it was.
    comings_and_goings(&mut criterion, &mut worlds);
    criterion.final_summary();
}

/// The reference world, once for each who writes it; made when it is first asked for.
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

/// Somebody who writes a world, and the changes that are drawn for them: the same ones for all.
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

    /// Different positions, at random.
    fn positions(&mut self, n: usize) -> Vec<usize> {
        let all = self.flusher().n_attributes();
        self.draw(n, all)
    }

    fn draw(&mut self, n: usize, all: usize) -> Vec<usize> {
        let mut drawn = self.rng.choose_multiple(0..all, n.min(all));
        self.rng.shuffle(&mut drawn);
        drawn
    }

    fn update(&mut self, positions: &[usize]) -> Duration {
        let changes: Vec<_> = positions
            .iter()
            .map(|&position| (position, self.rng.f64()))
            .collect();
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

    /// Mobiles at random, each as many times in a row as it has attributes in the reference world.
    fn owners(&mut self, n: usize) -> Vec<usize> {
        let drawn: Vec<_> = (0..n.div_ceil(PER_MOBILE))
            .map(|_| self.rng.usize(..self.mobiles))
            .collect();
        (0..n).map(|n| drawn[n / PER_MOBILE]).collect()
    }

    /// New attributes for mobiles at random; they are taken away again.
    fn insert(&mut self, n: usize) -> Duration {
        let owners = self.owners(n);
        let took = self.flusher().insert(&owners);
        let all = self.flusher().n_attributes();
        let new: Vec<_> = (all - n..all).collect();
        self.flusher().remove(&new);
        took
    }

    /// Attributes at random go; as many others come in their stead.
    fn remove(&mut self, n: usize) -> Duration {
        let positions = self.positions(n);
        let took = self.flusher().remove(&positions);
        let owners = self.owners(positions.len());
        self.flusher().insert(&owners);
        took
    }
}

fn bench(group: &mut BenchmarkGroup<'_, WallTime>, id: &str, mut flush: impl FnMut() -> Duration) {
    group.bench_function(id, |bencher| {
        bencher.iter_custom(|iterations| at_most(1, iterations, &mut flush));
    });
}

fn updates(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    let Worlds {
        gamedb,
        tuned_sql,
        hand_written,
    } = worlds;
    for (name, n) in [
        ("flush_16", 16),
        ("flush_1k_scattered", 1_000),
        ("flush_10k_scattered", 10_000),
        ("flush_100k_scattered", 100_000),
    ] {
        let mut group = criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat);
        bench(&mut group, "gamedb", || gamedb.update_scattered(n));
        bench(&mut group, "tuned_sql", || tuned_sql.update_scattered(n));
        bench(&mut group, "hand_written", || {
            hand_written.update_scattered(n)
        });
    }
    let (n, all) = (10_000, mobiles());
    let mut group = criterion.benchmark_group("flush_10k_clustered");
    group.sampling_mode(SamplingMode::Flat);
    bench(&mut group, "gamedb", || gamedb.update_clustered(n, all));
    bench(&mut group, "tuned_sql", || {
        tuned_sql.update_clustered(n, all)
    });
    bench(&mut group, "hand_written", || {
        hand_written.update_clustered(n, all)
    });
}

fn nothing(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    let mut group = criterion.benchmark_group("flush_nothing");
    group.bench_function("gamedb", |bencher| {
        let db = &mut worlds.gamedb.flusher().db;
        bencher.iter(|| db.flush().expect("flushed"));
    });
}

fn comings_and_goings(criterion: &mut Criterion, worlds: &mut Worlds<'_>) {
    let Worlds {
        gamedb,
        tuned_sql,
        hand_written,
    } = worlds;
    let n = 10_000;
    let n = if is_test() { n / 10 } else { n };
    let mut group = criterion.benchmark_group("insert_10k");
    group.sampling_mode(SamplingMode::Flat);
    bench(&mut group, "gamedb", || gamedb.insert(n));
    bench(&mut group, "tuned_sql", || tuned_sql.insert(n));
    bench(&mut group, "hand_written", || hand_written.insert(n));
    group.finish();

    let mut group = criterion.benchmark_group("remove_10k");
    group.sampling_mode(SamplingMode::Flat);
    bench(&mut group, "gamedb", || gamedb.remove(n));
    bench(&mut group, "tuned_sql", || tuned_sql.remove(n));
    bench(&mut group, "hand_written", || hand_written.remove(n));
}

/// The very same rows change, in worlds of more and more attributes.
fn larger_worlds(criterion: &mut Criterion, files: &Files) {
    for (name, n_attributes) in [
        ("flush_1k_of_10k", 10_000),
        ("flush_1k_of_100k", 100_000),
        ("flush_1k_of_1m", 1_000_000),
    ] {
        let n_attributes = if is_test() {
            n_attributes / 10
        } else {
            n_attributes
        };
        let mobiles = n_attributes / PER_MOBILE;
        let mut gamedb = Writer::<Gamedb>::new(files, mobiles, "larger");
        let mut group = criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat).sample_size(50);
        bench(&mut group, "gamedb", || {
            gamedb.update_clustered(1_000, 1_250.min(mobiles))
        });
    }
}
