//! Copying a part of the next flush in the background ahead of it, so that no single call of the loop
//! has to copy everything.

use super::batch::Batch;
use super::database::{Database, IsWorld};

impl<W: IsWorld> Database<W> {
    /// Does a part of the next [`flush_in_background`](Self::flush_in_background) ahead of it: copies
    /// changed rows, so many at most. Tables come in the order in which they are written, and of each
    /// those rows first that have been dirty longest. Returns how many rows it has looked at. O(rows + rows
    /// that transactions have changed since the last call): a bound on the time that a tick spends on it.
    ///
    /// A flush in the background copies all that has changed, which for 100,000 rows takes longer than
    /// a tick of a 60 Hz loop. Called in the ticks before, this leaves little for it:
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
    /// Nothing of it is written before the flush, and the file then gets the world as it is at that
    /// moment: what changes after it was copied is copied again, and written once. Rows that were copied
    /// count as clean until then, as those do that are on their way. [`flush`](crate::Database::flush),
    /// [`save`](crate::Database::save) and the other calls that write in the foreground, and a flush in
    /// the background that fails or takes back one that waits, make them dirty again first.
    ///
    /// Does nothing after a failure that nobody has heard of yet, and when as many rows were copied as
    /// the world has, so that it may be called in every tick.
    pub fn prepare_flush(&mut self, rows: usize) -> usize {
        self.collect();
        if self.has_untold() || !self.is_trusted() {
            return 0;
        }
        let mut ahead = self.take_ahead();
        let room = self.world.len().saturating_sub(ahead.n_captured());
        let n_copied = ahead.capture_ahead(&mut self.world, rows.min(room));
        self.ahead = Some(ahead);
        n_copied
    }

    /// Makes the rows dirty again that were copied ahead: somebody wants to know of all changes.
    pub(super) fn put_back_ahead(&mut self) {
        self.unmerged.extend(self.ahead.take());
        self.merge_back();
    }

    /// What the next flush in the background adds to.
    pub(super) fn take_ahead(&mut self) -> Batch {
        self.ahead.take().unwrap_or_else(|| self.batch())
    }
}
