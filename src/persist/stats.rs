//! Numbers of a running database: what its tables hold, and what its flushes have done.

use std::fmt;
use std::time::Duration;

use super::report::FlushReport;
use super::ticket::Generation;

/// Numbers of a database at one moment: see [`Database::stats`](crate::Database::stats).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The tables, in declaration order.
    pub tables: Vec<TableStats>,
    /// What has been written since the file was opened.
    pub flushes: FlushStats,
}

/// Numbers of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStats {
    /// The table's name.
    pub table: &'static str,
    /// Number of rows.
    pub rows: usize,
    /// Bytes of memory, estimated as [`UntypedTable::n_bytes`](crate::UntypedTable::n_bytes) does.
    pub bytes: usize,
    /// The most rows that the next flush inserts or updates; rows that have become clean by a rollback
    /// or a save still count.
    pub dirty: usize,
    /// Number of removed rows that the file still has.
    pub removed: usize,
}

/// Numbers of the flushes and saves since the file was opened: see
/// [`Database::flush_stats`](crate::Database::flush_stats).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlushStats {
    /// Number of flushes and saves that have written rows.
    pub n_written: u64,
    /// Number of flushes and saves that have failed.
    pub n_failed: u64,
    /// Rows inserted by all of them.
    pub inserted: u64,
    /// Rows updated by all of them.
    pub updated: u64,
    /// Rows deleted by all of them.
    pub deleted: u64,
    /// How long callers were blocked by all of them: the sum of [`FlushReport::took`].
    pub took: Duration,
    /// The longest [`FlushReport::took`].
    pub longest: Duration,
    /// How long all transactions took: the sum of [`FlushReport::writing`].
    pub writing: Duration,
    /// Number of rows that the last one that wrote something has left out, because the file refuses them or because
    /// they are bound to such a row.
    pub n_left_out: usize,
    /// The report of the last one that has written rows, without the rows that it has left out.
    pub last: FlushReport,
    /// Number of pages in the write-ahead log now.
    pub wal_pages: u32,
    /// The last flush that is in the file: see [`Database::committed`](crate::Database::committed).
    pub committed: Generation,
    /// The last flush that survives a power cut: see [`Database::durable`](crate::Database::durable).
    pub durable: Generation,
    /// Whether a background flush is in flight.
    pub is_in_flight: bool,
}

/// A table for people, for a log or a command of an operator; programs read the fields. Each line but the last ends with a
/// line break.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.tables.iter().map(|table| table.table.chars().count());
        let width = names.max().unwrap_or_default().max("table".len());
        writeln!(
            f,
            "{:<width$} {:>12} {:>12} {:>12} {:>14}",
            "table", "rows", "dirty", "removed", "bytes"
        )?;
        for table in &self.tables {
            writeln!(
                f,
                "{:<width$} {:>12} {:>12} {:>12} {:>14}",
                table.table, table.rows, table.dirty, table.removed, table.bytes
            )?;
        }
        write!(f, "{}", self.flushes)
    }
}

/// Three lines for people.
impl fmt::Display for FlushStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_flight = if self.is_in_flight {
            ", one in flight"
        } else {
            ""
        };
        writeln!(
            f,
            "flushes: {} written, {} failed{in_flight}; {} rows inserted, {} updated, {} deleted, {} left out by the last",
            self.n_written,
            self.n_failed,
            self.inserted,
            self.updated,
            self.deleted,
            self.n_left_out
        )?;
        writeln!(
            f,
            "callers waited {:?} in all, {:?} at most; transactions took {:?}",
            self.took, self.longest, self.writing
        )?;
        write!(
            f,
            "log: {} pages; committed {}, durable {}",
            self.wal_pages, self.committed, self.durable
        )
    }
}

impl FlushStats {
    /// Counts a flush that is in the file. Those that had nothing to write do not count.
    pub(super) fn count(&mut self, report: &FlushReport) {
        if report.rows() == 0 {
            return;
        }
        self.n_written += 1;
        self.inserted += report.inserted as u64;
        self.updated += report.updated as u64;
        self.deleted += report.deleted as u64;
        self.took += report.took;
        self.longest = self.longest.max(report.took);
        self.writing += report.writing;
        self.n_left_out = report.left_out.len();
        self.last = FlushReport {
            left_out: Vec::new(),
            ..*report
        };
    }
}
