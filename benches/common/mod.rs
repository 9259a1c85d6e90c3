//! What the benchmarks share: the reference world, the rivals, and how time is taken.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

pub(crate) mod flusher;
pub(crate) mod plain;
pub(crate) mod reference;
pub(crate) mod rows;

use std::time::{Duration, Instant};

use criterion::Criterion;

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

/// Whether everything is only to be tried once, with a small world.
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

/// What `run` takes, run at most `most` times for the `iterations` that are asked for.
///
/// Criterion counts on the timed part alone when it plans how many iterations fit into its time;
/// here the part that is not timed is the longer one.
pub(crate) fn at_most(most: u64, iterations: u64, mut run: impl FnMut() -> Duration) -> Duration {
    let n = iterations.min(most).max(1);
    let took: Duration = (0..n).map(|_| run()).sum();
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    took.mul_f64(iterations as f64 / n as f64)
}

/// Runs `what` and says how long it took.
pub(crate) fn time<R>(what: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = what();
    (start.elapsed(), result)
}
