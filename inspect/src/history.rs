//! What the plots show: each flush, and rows and memory once a second.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use gamedb::FlushStats;
use serde::Serialize;

use crate::inspected::{Inspected, Unreadable};

/// Number of points that are kept of each plot: ten minutes of one flush a second.
const MOST: usize = 600;
/// How often rows and memory are read.
const EVERY: Duration = Duration::from_secs(1);

/// The points of all plots.
#[derive(Debug)]
pub(crate) struct History {
    start: Instant,
    flushes: VecDeque<Flush>,
    sizes: VecDeque<Sizes>,
    n_written: Option<u64>,
    next_sizes: Instant,
    /// How long `answer` has worked since the last point.
    worked: Duration,
}

/// One flush.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Flush {
    /// Seconds since the inspector was bound.
    at: f64,
    generation: String,
    took_ms: f64,
    writing_ms: f64,
    inserted: usize,
    updated: usize,
    deleted: usize,
    wal_pages: u32,
    n_failed: u64,
    /// Number of flushes that came between two looks and are not shown one by one.
    n_missed: u64,
}

/// The world at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Sizes {
    at: f64,
    rows: u64,
    bytes: u64,
    dirty: u64,
    /// Milliseconds that the inspector has worked in the second before.
    inspector_ms: f64,
}

/// The points after a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Plots {
    now: f64,
    flushes: Vec<Flush>,
    sizes: Vec<Sizes>,
}

impl History {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            start: now,
            flushes: VecDeque::new(),
            sizes: VecDeque::new(),
            n_written: None,
            next_sizes: now,
            worked: Duration::ZERO,
        }
    }

    /// Called in each tick. O(1), and O(tables) once a second.
    pub(crate) fn sample(
        &mut self,
        world: &dyn Inspected,
        n_tables: usize,
        now: Instant,
    ) -> Result<(), Unreadable> {
        let at = now.saturating_duration_since(self.start).as_secs_f64();
        if let Some(stats) = world.flushes() {
            self.sample_flush(&stats, at);
        }
        if now < self.next_sizes {
            return Ok(());
        }
        self.next_sizes = now + EVERY;
        let mut sizes = Sizes {
            at,
            rows: 0,
            bytes: 0,
            dirty: 0,
            inspector_ms: milliseconds(std::mem::take(&mut self.worked)),
        };
        for table in 0..n_tables {
            let size = world.size(table)?;
            sizes.rows += size.rows;
            sizes.bytes += size.bytes.unwrap_or(0);
            sizes.dirty += size.dirty + size.removed;
        }
        push(&mut self.sizes, sizes);
        Ok(())
    }

    fn sample_flush(&mut self, stats: &FlushStats, at: f64) {
        // Flushes of before the inspector was there are not shown.
        let seen = *self.n_written.get_or_insert(stats.n_written);
        if stats.n_written == seen {
            return;
        }
        self.n_written = Some(stats.n_written);
        let last = &stats.last;
        let flush = Flush {
            at,
            generation: last.generation.to_string(),
            took_ms: milliseconds(last.took),
            writing_ms: milliseconds(last.writing),
            inserted: last.inserted,
            updated: last.updated,
            deleted: last.deleted,
            wal_pages: last.wal_pages,
            n_failed: stats.n_failed,
            n_missed: stats.n_written.saturating_sub(seen + 1),
        };
        push(&mut self.flushes, flush);
    }

    /// Adds to the time that the inspector has worked.
    pub(crate) fn worked(&mut self, took: Duration) {
        self.worked += took;
    }

    /// Seconds since the inspector was bound.
    pub(crate) fn seconds(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.start).as_secs_f64()
    }

    /// The points after this moment, in seconds.
    pub(crate) fn since(&self, since: f64, now: Instant) -> Plots {
        let flushes = self.flushes.iter().filter(|flush| flush.at > since);
        let sizes = self.sizes.iter().filter(|sizes| sizes.at > since);
        Plots {
            now: self.seconds(now),
            flushes: flushes.cloned().collect(),
            sizes: sizes.cloned().collect(),
        }
    }
}

fn push<P>(points: &mut VecDeque<P>, point: P) {
    if points.len() == MOST {
        points.pop_front();
    }
    points.push_back(point);
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
