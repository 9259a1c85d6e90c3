//! Writing in the background: a flush whose caller does not wait, the ticks before it, and its result.

use crate::error::Error;

use super::{Database, IsWorld};
use crate::persist::engine::Engine;
use crate::persist::pipeline::Refused;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Ticket;

impl<W: IsWorld, E: Engine> Database<W, E> {
    /// Writes every row that has changed, as [`flush`](Self::flush) does, but in a thread: the changed
    /// columns are captured, and the caller continues. Later changes belong to the next flush.
    /// O(changes), and never waits for the disk.
    ///
    /// One batch is written at a time, and one more may wait. If one is waiting already, it is recalled,
    /// and its changes are written with the new ones; its ticket covers them. So the method can be called
    /// at any rate, and memory stays proportional to what has changed.
    ///
    /// While a batch is in flight its rows count as clean. If it fails, they are dirty again as if it had
    /// never been submitted, and the batch that waits behind it fails too, because it builds on it. The
    /// tickets of both report the failure; if no ticket was polled, the next call of this method reports
    /// it, and does nothing else. After that it can be retried, and writes everything that the failed
    /// batches should have written. [`flush`](Self::flush), [`save`](Self::save), [`close`](Self::close)
    /// and [`into_world`](Self::into_world) wait for all batches in flight first.
    ///
    /// If another program has touched the file, as a backup program may, the next call of this method, of
    /// [`poll`](Self::poll) or of [`wait`](Self::wait) compares the file with memory, and, if the
    /// contents are the same, flushes in the foreground, once.
    ///
    /// # Errors
    /// [`FileError::Flush`](crate::FileError::Flush) in [`ErrorKind::File`](crate::ErrorKind::File): the failure of an
    /// earlier background flush, a thread that cannot be started, or a poisoned file. Nothing was captured in these
    /// cases.
    pub fn flush_in_background(&mut self) -> Result<Ticket, Error> {
        Ok(self.pipeline.submit(&mut self.world, Refused::Fail)?)
    }

    /// As [`flush_in_background`](Self::flush_in_background), without the rows that the file refuses and those that are
    /// bound to them, as in [`flush_without_refused`](Self::flush_without_refused). The report of the ticket lists
    /// them; once it is in the file they are dirty again, and the next flush tries them again.
    ///
    /// The thread finds out which rows they are, so the caller does not wait for it. If another flush was submitted
    /// behind this one, it is captured and submitted again with the rows that were left out, by the next call that
    /// looks at the thread.
    ///
    /// # Errors
    /// As [`flush_in_background`](Self::flush_in_background).
    pub fn flush_in_background_without_refused(&mut self) -> Result<Ticket, Error> {
        Ok(self.pipeline.submit(&mut self.world, Refused::LeaveOut)?)
    }

    /// Stages a part of the next [`flush_in_background`](Self::flush_in_background): captures up to
    /// `rows` of the dirty rows. Tables are visited in the order in which they are written, and in each
    /// table the rows that have been dirty longest come first. Returns the number of rows that it has
    /// examined. O(rows + rows that transactions have changed since the last call): this bounds the time
    /// that a tick spends on it.
    ///
    /// A background flush captures everything that has changed, which for 100,000 rows takes most of
    /// a tick of a 60 Hz loop. Staging in the ticks before leaves little for it:
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("world.db");
    /// use gamedb::Database;
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World>::open(path)?;
    /// for tick in 1..=120 {
    ///     db.insert(Player { email: format!("{tick}@example.com"), ..Player::default() })?;
    ///     // Once a second, and in the fifteen ticks before that a part of it.
    ///     if tick % 60 == 0 {
    ///         let _ticket = db.flush_in_background()?;
    ///     } else if tick % 60 >= 45 {
    ///         db.prepare_flush(8_000);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Nothing that was staged is written before the flush, and the file then gets the world as it is at
    /// that moment: rows that change after they were staged are captured again, and written once. Staged
    /// rows count as clean until then, as rows in flight do. [`flush`](Self::flush), [`save`](Self::save)
    /// and the other calls that write in the foreground, and a background flush that fails or recalls a
    /// waiting batch, make them dirty again first.
    ///
    /// Does nothing after a failure that has not been reported yet, or when as many rows are staged as
    /// the world has, so it may be called in every tick.
    pub fn prepare_flush(&mut self, rows: usize) -> usize {
        self.pipeline.stage(&mut self.world, rows)
    }

    /// The result of a background flush: `None` while it is in flight. Does not wait for the disk, except
    /// for the retry that [`flush_in_background`](Self::flush_in_background) describes.
    ///
    /// Once the flush is in the file, the report is that of the last flush that is in the file, which may
    /// be a later one: see [`FlushReport::generation`].
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub fn poll(&mut self, ticket: Ticket) -> Option<Result<FlushReport, Error>> {
        let outcome = self.pipeline.poll(&mut self.world, ticket)?;
        Some(outcome.map_err(Error::from))
    }

    /// Waits until a background flush is in the file, or has failed.
    ///
    /// # Errors
    /// [`FileError::Flush`](crate::FileError::Flush) in [`ErrorKind::File`](crate::ErrorKind::File), as
    /// [`flush`](Self::flush); its rows are dirty again.
    /// [`FlushFailure::TransactionOpen`](crate::FlushFailure::TransactionOpen) if it has to be captured or tried again,
    /// which waits for the end of the open transaction.
    pub fn wait(&mut self, ticket: Ticket) -> Result<FlushReport, Error> {
        Ok(self.pipeline.wait(&mut self.world, ticket)?)
    }
}
