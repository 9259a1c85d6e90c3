//! Shared by the benchmarks: the reference world, the rivals, and the timing.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

pub(crate) mod flusher;
pub(crate) mod plain;
pub(crate) mod reference;
pub(crate) mod rows;

use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode};

/// The settings of all groups.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .without_plots()
        .nresamples(10_000)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
        .configure_from_args()
}

/// Whether everything runs only once as a test, with a small world.
pub(crate) fn is_test() -> bool {
    let mut is_bench = false;
    for argument in std::env::args() {
        match argument.as_str() {
            "--test" => return true,
            "--bench" => is_bench = true,
            _ => {}
        }
    }
    !is_bench
}

/// A rival of a group: its id, and a run that returns the time it took.
pub(crate) type Rival<'r> = (&'r str, &'r mut dyn FnMut() -> Duration);

/// Runs rivals in turns for `rounds` rounds, and passes their times to criterion as samples.
///
/// If they ran one after the other, as criterion does it, each would be measured under different
/// conditions of the machine. The untimed part of a run also does not affect criterion's planning of
/// iterations.
pub(crate) fn in_turns(
    criterion: &mut Criterion,
    group: &str,
    rounds: usize,
    rivals: &mut [Rival<'_>],
) {
    let mut group = criterion.benchmark_group(group);
    group.sampling_mode(SamplingMode::Flat).sample_size(rounds);
    // One run is the warm-up, and all others are samples.
    group.warm_up_time(Duration::from_nanos(1));
    group.measurement_time(Duration::from_millis(1));
    let ids: Vec<_> = rivals.iter().map(|(id, _)| (*id).to_owned()).collect();
    let mut times = None;
    for (n, id) in ids.iter().enumerate() {
        let mut next = 0;
        group.bench_function(id, |bencher| {
            let times = times.get_or_insert_with(|| take_turns(rounds, rivals));
            bencher.iter_custom(|iterations| {
                let took = times[n][next % times[n].len()];
                next += 1;
                #[allow(clippy::cast_precision_loss, reason = "small numbers")]
                took.mul_f64(iterations as f64)
            });
        });
    }
}

/// The times of each rival, round by round. Each rival goes first equally often.
fn take_turns(rounds: usize, rivals: &mut [Rival<'_>]) -> Vec<Vec<Duration>> {
    let n = rivals.len();
    let mut times = vec![Vec::new(); n];
    let rounds = if is_test() { 1 } else { rounds + 1 };
    for round in 0..rounds {
        for place in 0..n {
            let rival = (round + place) % n;
            times[rival].push(rivals[rival].1());
        }
    }
    times
}

/// Runs `what` and measures how long it takes.
pub(crate) fn time<R>(what: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = what();
    (start.elapsed(), result)
}
