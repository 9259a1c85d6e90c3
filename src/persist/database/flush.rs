//! Writing now: a flush of everything, or a save of a row, which are in the file when the call returns.

use crate::error::{Error, FileError};
use crate::store::key::{AnyKey, Key};
use crate::store::world::entity::Entity;
use crate::store::world::save_set::SaveScope;

use super::{Database, IsWorld};
use crate::persist::engine::Engine;
use crate::persist::pipeline::Refused;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;

impl<W: IsWorld, E: Engine> Database<W, E> {
    /// Writes every row that has changed since the last flush, and only those, in one transaction:
    /// INSERTs for new rows, UPDATEs of the dirty columns for changed rows, DELETEs for removed rows. The
    /// cost is proportional to the changes; if there are none, it only looks at the file:
    /// whether it still exists, and whether another program has written to it. If that was seen less than ten
    /// milliseconds ago, and nothing was written since, it is not looked at again; [`close`](Self::close) and
    /// [`flush_durable`](Self::flush_durable) always look.
    ///
    /// When it returns `Ok`, the file contains exactly the world of that moment, which survives the death
    /// of the process. A power cut may lose the last flushes, each as a whole.
    ///
    /// Waits for background flushes first, and writes what they could not write.
    ///
    /// # Errors
    /// [`FileError::Flush`] in [`ErrorKind::File`](crate::ErrorKind::File). The file is unchanged, and all
    /// rows are still dirty, unless the outcome is [`Outcome::Unknown`](crate::Outcome::Unknown). Rows are
    /// written as absolute values, so the flush can be retried: a game loop does so later if the error
    /// [is transient](Error::is_transient).
    pub fn flush(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::Process, Refused::Fail)?)
    }

    /// Flushes everything but the rows that the file refuses, and those that are bound to them: so that one bad row
    /// does not keep a world from being saved. [`FlushReport::left_out`] lists them with the reason. They stay dirty,
    /// the file keeps them as they were at their last flush, and the next flush tries them again.
    ///
    /// A file refuses a row for a constraint that memory does not keep, such as a CHECK with a function;
    /// `gamedb generate` warns of each. Bound to a row are
    /// - the rows that were changed in one [`transaction`](crate::World::transaction) with it;
    /// - the rows that reference it, if it is new;
    /// - what belongs to it, and has belonged to it until it was removed;
    /// - removed rows that it references in the file;
    /// - rows with a unique value that it has in the file;
    ///
    /// and what is bound to these. So no transaction is ever half in the file, and no reference is left without a row.
    ///
    /// The cost is that of [`flush`](Self::flush) if no row is refused. Otherwise the transaction is written again
    /// without the rows that are left out, until the file takes all of the rest, which most often is the second time.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("world.db");
    /// use gamedb::{Database, LeftOutReason};
    /// use gamedb_models::{Player, World};
    ///
    /// let mut db = Database::<World>::open(path)?;
    /// db.insert(Player::default())?;
    /// let report = match db.flush() {
    ///     Ok(report) => report,
    ///     Err(_) => db.flush_without_refused()?,
    /// };
    /// for row in &report.left_out {
    ///     if let LeftOutReason::Refused { message, .. } = &row.reason {
    ///         eprintln!("row {} of {} is not saved: {message}", row.id, row.table);
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`flush`](Self::flush). [`FlushFailure::Refused`](crate::FlushFailure::Refused) is among them only if a trigger
    /// of the file ends the transaction.
    pub fn flush_without_refused(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::Process, Refused::LeaveOut)?)
    }

    /// Flushes, and makes everything that was ever flushed survive a power cut too, as far as the disk
    /// honours a sync: SQLite syncs its write-ahead log. If nothing has changed and only the sync is left
    /// to do, one bookkeeping row is written for it.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub fn flush_durable(&mut self) -> Result<FlushReport, Error> {
        Ok(self.flush_with(Durability::PowerCut, Refused::Fail)?)
    }

    fn flush_with(
        &mut self,
        durability: Durability,
        refused: Refused,
    ) -> Result<FlushReport, FileError> {
        self.pipeline
            .write_all(&mut self.world, durability, refused)
    }

    /// Writes a row with all that it owns, as it is now: [`save_with`](Self::save_with) and
    /// [`SaveScope::Owned`].
    ///
    /// # Errors
    /// As [`save_with`](Self::save_with).
    pub fn save<R>(&mut self, key: Key<R>) -> Result<FlushReport, Error>
    where
        R: Entity<Tables = W::Tables>,
    {
        self.save_with(key, SaveScope::Owned)
    }

    /// Writes a row as it is now, in one transaction, and leaves all other changes dirty.
    ///
    /// Rows without which the file would not be consistent are included, whatever `scope` is: new rows
    /// that it references; where a row is deleted from the file, the changed rows that may have
    /// referenced it; and all rows that were changed in one [`transaction`](crate::World::transaction) with a
    /// row of the save set, transitively. So no trade is ever half in the file. If a value that has to be
    /// unique still belongs to another row in the file, everything is flushed. [`FlushReport::implied`]
    /// counts these rows.
    ///
    /// A save has no generation of its own: [`FlushReport::generation`] is that of the last flush, and
    /// [`durable`](Self::durable) does not tell of it. It survives a power cut, and the failover of a server, with the
    /// next flush that does.
    ///
    /// Waits for background flushes first. The cost is proportional to the rows that are written, and to
    /// those that have been removed or moved to another owner since the last flush; it does not depend on
    /// the other dirty rows.
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`](crate::ErrorKind::StaleKey), and as [`flush`](Self::flush).
    pub fn save_with<R>(&mut self, key: Key<R>, scope: SaveScope) -> Result<FlushReport, Error>
    where
        R: Entity<Tables = W::Tables>,
    {
        self.world.id(key)?;
        let row = AnyKey {
            table: R::TABLE,
            key: key.raw(),
        };
        Ok(self.pipeline.save(&mut self.world, row, scope)?)
    }
}
