//! How long ticks and flushes took, and the table at the end.

use std::fmt;
use std::time::Duration;

use gamedb::FlushReport;
use hdrhistogram::Histogram;

/// The maximum of a histogram: an hour in nanoseconds. Longer times count as an hour.
const LARGEST: u64 = 3_600_000_000_000;

/// Measurements over the whole run.
#[derive(Debug)]
pub(crate) struct Statistics {
    period: Duration,
    n_late: u64,
    ticks: Histogram<u64>,
    flushes: Histogram<u64>,
    transactions: Histogram<u64>,
    rows: Histogram<u64>,
    n_rows: usize,
}

impl Statistics {
    /// Starts without measurements. A tick is late when it takes longer than `period`.
    pub(crate) fn new(period: Duration) -> Result<Self, hdrhistogram::CreationError> {
        let histogram = || Histogram::new_with_max(LARGEST, 3);
        Ok(Self {
            period,
            n_late: 0,
            ticks: histogram()?,
            flushes: histogram()?,
            transactions: histogram()?,
            rows: histogram()?,
            n_rows: 0,
        })
    }

    /// Records a tick, including the flush in it, if one was due.
    pub(crate) fn tick(&mut self, took: Duration) {
        self.n_late += u64::from(took > self.period);
        self.ticks.saturating_record(nanoseconds(took));
    }

    /// Records a flush.
    pub(crate) fn flush(&mut self, report: &FlushReport) {
        self.flushes.saturating_record(nanoseconds(report.took));
        let writing = nanoseconds(report.writing);
        self.transactions.saturating_record(writing);
        self.rows.saturating_record(report.rows() as u64);
        self.n_rows += report.rows();
    }

    /// Number of ticks that took longer than their period.
    pub(crate) fn n_late(&self) -> u64 {
        self.n_late
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// One line of the table: median, 99th and 99.9th percentile, and maximum.
fn line(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    histogram: &Histogram<u64>,
    unit: impl Fn(u64) -> String,
) -> fmt::Result {
    let [p50, p99, p999, max] = [
        histogram.value_at_quantile(0.5),
        histogram.value_at_quantile(0.99),
        histogram.value_at_quantile(0.999),
        histogram.max(),
    ]
    .map(unit);
    writeln!(f, "{name:<18}{p50:>12}{p99:>12}{p999:>12}{max:>12}")
}

#[allow(clippy::cast_precision_loss, reason = "only for show")]
impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |nanoseconds| format!("{:.2} ms", nanoseconds as f64 / 1e6);
        let period = milliseconds(nanoseconds(self.period));
        writeln!(f, "{:<18}{:>12}", "ticks", self.ticks.len())?;
        writeln!(
            f,
            "{:<18}{:>12}  took longer than {period}",
            "late ticks", self.n_late
        )?;
        writeln!(
            f,
            "{:<18}{:>12}{:>12}{:>12}{:>12}",
            "", "p50", "p99", "p99.9", "max"
        )?;
        line(f, "tick, with flush", &self.ticks, milliseconds)?;
        if self.flushes.is_empty() {
            return writeln!(f, "no flush during the loop");
        }
        line(f, "blocked by flush", &self.flushes, milliseconds)?;
        line(f, "its transaction", &self.transactions, milliseconds)?;
        line(f, "rows per flush", &self.rows, |rows| rows.to_string())?;
        write!(f, "{:<18}{:>12}", "flushes", self.flushes.len())?;
        writeln!(f, "  wrote {} rows in all", self.n_rows)
    }
}
