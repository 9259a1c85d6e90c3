//! Checkpoints: the write-ahead log is brought into the file, and may not grow without end.

use std::sync::atomic::Ordering;
use std::time::Instant;

use tracing::field::{Empty, debug};

use crate::error::{FlushFailure, Outcome};
use crate::persist::error::Failed;
use crate::persist::numbers;

use super::error::flush_failure;
use super::writer::Writer;

/// A write-ahead log of this many pages is due for a checkpoint after a flush: 4 MB.
pub(super) const CHECKPOINT_PAGES: u32 = 1000;

/// A write-ahead log of this many pages means that a reader holds an old snapshot of the file open: 64 MB.
const WARN_PAGES: u32 = 16_000;

/// Bytes of a page in the write-ahead log, beside the page itself.
const FRAME_HEADER: u64 = 24;

impl Writer {
    /// Moves the write-ahead log into the file, and returns whether all of it has been moved. An error
    /// does not fail the flush, which has been committed; pages that could not be moved are counted in
    /// [`FlushReport::wal_pages`](crate::FlushReport::wal_pages). If the disk fails, nothing more is written, not even when
    /// the file is closed: a second sync may succeed although pages of the first are lost.
    pub(super) fn checkpoint(&mut self) -> bool {
        let start = Instant::now();
        let span = tracing::debug_span!("checkpoint", path = %self.path.display(), moved = Empty, left = Empty, took = Empty);
        let _entered = span.enter();
        tracing::trace!(path = %self.path.display(), "checkpoint");
        let checkpoint = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
                Ok((
                    row.get::<_, bool>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            });
        match checkpoint {
            // Another program is running a checkpoint.
            Ok((true, ..)) => false,
            Ok((false, pages, moved)) => {
                let left = u32::try_from(pages - moved).unwrap_or(0);
                let took = start.elapsed();
                span.record("moved", moved)
                    .record("left", left)
                    .record("took", debug(took));
                numbers::checkpointed(&self.path, took, Some(left));
                self.wal_pages.store(left, Ordering::Relaxed);
                if self.warnings.is_due(left) {
                    tracing::warn!(path = %self.path.display(), pages = left, "a reader keeps the log from shrinking");
                }
                if left == 0 {
                    self.history.note_durable();
                }
                left == 0
            }
            Err(error) => {
                numbers::checkpointed(&self.path, start.elapsed(), None);
                let cause = flush_failure(error);
                tracing::warn!(path = %self.path.display(), error = &cause as &dyn std::error::Error, "checkpoint failed");
                self.broken = match cause {
                    FlushFailure::Busy | FlushFailure::Full => None,
                    FlushFailure::Backend(source) => {
                        Some(FlushFailure::CheckpointFailed { source })
                    }
                    other => Some(other),
                };
                if let Some(FlushFailure::SyncFailed { .. }) = self.broken {
                    self.history.note_failed_sync();
                }
                if self.broken.is_some() {
                    self.leave_log();
                }
                false
            }
        }
    }

    /// Tries to make room for a batch that found none: the next commit writes over a log whose pages are all in
    /// the file, and needs less of the disk, or nothing. Returns whether it is worth another try.
    pub(super) fn makes_room(&mut self, failed: &Failed) -> bool {
        matches!(failed.cause, FlushFailure::Full)
            && failed.outcome == Outcome::NotCommitted
            && self.checkpoint()
    }

    /// Refuses to let the log grow without end while a reader keeps it from being brought into the file.
    pub(super) fn refuse_large_log(&mut self) -> Result<(), Failed> {
        let Some(most) = self.largest_log else {
            return Ok(());
        };
        if self.log_bytes() < most {
            return Ok(());
        }
        // The reader may have gone since the last time.
        let _ = self.checkpoint();
        self.refuse_if_broken()?;
        match self.log_bytes() {
            bytes if bytes < most => Ok(()),
            bytes => Err(FlushFailure::LogTooLarge { bytes, most }.into()),
        }
    }

    fn log_bytes(&self) -> u64 {
        u64::from(self.wal_pages.load(Ordering::Relaxed))
            * (u64::from(self.page_size) + FRAME_HEADER)
    }
}

/// When to warn of a log that a reader keeps from shrinking: once each time that it has doubled.
#[derive(Debug, Default)]
pub(super) struct LogWarnings {
    /// Pages of the log at the last warning.
    last: u32,
}

impl LogWarnings {
    fn is_due(&mut self, pages: u32) -> bool {
        if pages <= WARN_PAGES {
            self.last = 0;
            return false;
        }
        let is_due = pages >= self.last.saturating_mul(2);
        if is_due {
            self.last = pages;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_does_not_shrink_is_warned_of_once_a_doubling() {
        let mut warnings = LogWarnings::default();
        let mut due = Vec::new();
        for pages in (0..130_000).step_by(1_000) {
            if warnings.is_due(pages) {
                due.push(pages);
            }
        }
        assert_eq!(due, [17_000, 34_000, 68_000]);
        // It shrinks, and grows again.
        assert!(!warnings.is_due(0));
        assert!(warnings.is_due(WARN_PAGES + 1));
    }
}
