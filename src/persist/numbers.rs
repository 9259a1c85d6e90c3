//! Numbers for operators, given to whatever recorder the program has installed for the `metrics` crate. Without the
//! feature of that name nothing is given to anybody.
//!
//! Names and units are those that Prometheus asks for; `docs/operations.md` lists them, and `tests/numbers.rs` compares
//! the list. Each has the label `file`, because a program may have several worlds.
#![cfg_attr(
    not(feature = "metrics"),
    allow(unused_variables, reason = "nothing is recorded without the feature")
)]

use std::path::Path;
use std::time::{Duration, Instant};

use tracing::field::{Empty, debug};
use tracing::span::EnteredSpan;

use super::batch::Batch;
use super::report::FlushReport;

#[cfg(feature = "metrics")]
use metrics::{Unit, counter, gauge, histogram};

/// The label of a world.
#[cfg(feature = "metrics")]
fn file(path: &Path) -> String {
    path.display().to_string()
}

/// A file that is being opened: its span, which is entered, and since when.
pub(super) struct Opening {
    span: EnteredSpan,
    start: Instant,
}

impl Opening {
    pub(super) fn begin(path: &Path) -> Self {
        let span = tracing::info_span!("open", path = %path.display(), rows = Empty, took = Empty);
        Self {
            span: span.entered(),
            start: Instant::now(),
        }
    }

    /// The file was opened, and its rows were loaded.
    pub(super) fn end(self, path: &Path, n_rows: usize) {
        let took = self.start.elapsed();
        self.span.record("rows", n_rows).record("took", debug(took));
        #[cfg(feature = "metrics")]
        {
            describe();
            histogram!("gamedb_open_duration_seconds", "file" => file(path)).record(took);
            gauge!("gamedb_loaded_rows", "file" => file(path)).set(approximate(n_rows));
        }
    }
}

/// A flush has captured everything that differs from the file.
pub(super) fn found_dirty(path: &Path, batch: &Batch) {
    #[cfg(feature = "metrics")]
    {
        let n = batch.n_captured() + batch.n_removed();
        gauge!("gamedb_dirty_rows", "file" => file(path)).set(approximate(n));
    }
}

/// A flush or a save is in the file.
pub(super) fn flushed(path: &Path, report: &FlushReport) {
    #[cfg(feature = "metrics")]
    {
        let file = file(path);
        counter!("gamedb_flushes_total", "file" => file.clone()).increment(1);
        histogram!("gamedb_flush_duration_seconds", "file" => file.clone()).record(report.took);
        histogram!("gamedb_flush_write_duration_seconds", "file" => file.clone())
            .record(report.writing);
        for (operation, n) in [
            ("insert", report.inserted),
            ("update", report.updated),
            ("delete", report.deleted),
        ] {
            counter!("gamedb_rows_written_total", "file" => file.clone(), "operation" => operation)
                .increment(n as u64);
        }
        gauge!("gamedb_left_out_rows", "file" => file.clone())
            .set(approximate(report.left_out.len()));
        gauge!("gamedb_wal_pages", "file" => file).set(f64::from(report.wal_pages));
    }
}

/// A flush or a save has failed.
pub(super) fn failed(path: &Path) {
    #[cfg(feature = "metrics")]
    counter!("gamedb_flush_failures_total", "file" => file(path)).increment(1);
}

/// A batch that was not written was merged back.
pub(super) fn merged(path: &Path) {
    #[cfg(feature = "metrics")]
    counter!("gamedb_merged_batches_total", "file" => file(path)).increment(1);
}

/// A checkpoint has ended, and has left this many pages in the log; `None` if it has failed.
pub(super) fn checkpointed(path: &Path, took: Duration, left: Option<u32>) {
    #[cfg(feature = "metrics")]
    {
        let file = file(path);
        histogram!("gamedb_checkpoint_duration_seconds", "file" => file.clone()).record(took);
        match left {
            Some(pages) => gauge!("gamedb_wal_pages", "file" => file).set(f64::from(pages)),
            None => counter!("gamedb_checkpoint_failures_total", "file" => file).increment(1),
        }
    }
}

#[cfg(feature = "metrics")]
#[allow(
    clippy::cast_precision_loss,
    reason = "a gauge of 2^53 rows may be one off"
)]
fn approximate(n: usize) -> f64 {
    n as f64
}

/// Tells the recorder what the numbers mean.
#[cfg(feature = "metrics")]
fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};

    let seconds = Unit::Seconds;
    describe_histogram!(
        "gamedb_open_duration_seconds",
        seconds,
        "How long a file took to be checked and loaded"
    );
    describe_gauge!(
        "gamedb_loaded_rows",
        Unit::Count,
        "Rows of the world when it was opened"
    );
    describe_gauge!(
        "gamedb_dirty_rows",
        Unit::Count,
        "Rows that differed from the file when the last flush began"
    );
    describe_counter!(
        "gamedb_flushes_total",
        Unit::Count,
        "Flushes and saves that have written rows"
    );
    describe_counter!(
        "gamedb_flush_failures_total",
        Unit::Count,
        "Flushes and saves that have failed"
    );
    describe_histogram!(
        "gamedb_flush_duration_seconds",
        seconds,
        "How long a flush has blocked its caller"
    );
    describe_histogram!(
        "gamedb_flush_write_duration_seconds",
        seconds,
        "How long the transaction of a flush took"
    );
    describe_counter!(
        "gamedb_rows_written_total",
        Unit::Count,
        "Rows written, by operation"
    );
    describe_gauge!(
        "gamedb_left_out_rows",
        Unit::Count,
        "Rows that the last flush has left out"
    );
    describe_counter!(
        "gamedb_merged_batches_total",
        Unit::Count,
        "Batches that were merged back into the world"
    );
    describe_gauge!(
        "gamedb_wal_pages",
        Unit::Count,
        "Pages of the write-ahead log that are not in the file yet"
    );
    describe_histogram!(
        "gamedb_checkpoint_duration_seconds",
        seconds,
        "How long a checkpoint took"
    );
    describe_counter!(
        "gamedb_checkpoint_failures_total",
        Unit::Count,
        "Checkpoints that have failed"
    );
}
