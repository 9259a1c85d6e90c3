//! What an engine is to the rest of `persist`: where the rows of a world are kept, and the writer of its batches.
//!
//! To open is no part of it. What is opened, with which options, differs from engine to engine, and so each has a
//! function of its own for that, which returns an [`Opened`].

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use crate::error::FileError;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::batch::Batch;
use super::error::Failed;
use super::report::FlushReport;
use super::ticket::Durability;
use super::worker::Writes;

/// Where the rows of a [`Database`](crate::Database) are kept: [`Sqlite`](crate::Sqlite), which is meant where a program
/// names no engine, or another one with a feature of its own.
///
/// It is sealed: what an engine has to do is a matter between the engines and the pipeline, and changes with them.
#[allow(
    private_bounds,
    reason = "sealed: no other crate can implement what it cannot name"
)]
pub trait Engine: Parts {}

/// The types that an engine is made of.
pub(super) trait Parts: Debug + 'static {
    /// Writes the batches.
    type Writer: EngineWriter;
    /// What keeps others from opening the same world. It outlives the writer, also one that has panicked.
    type Lock: Send + Sync;
}

/// A world that is open and loaded.
pub(super) struct Opened<T: Tables, E: Parts> {
    pub(super) world: World<T>,
    pub(super) writer: E::Writer,
    pub(super) lock: E::Lock,
}

/// What the pipeline asks of a writer, besides writing a batch in the background.
pub(super) trait EngineWriter:
    Writes<Batch = Batch, Report = FlushReport, Failed = Failed>
{
    /// Called once, when the world is loaded and ready to be flushed.
    ///
    /// # Errors
    /// Those of the engine.
    fn begin(&mut self) -> Result<(), FileError>;

    /// Whether it can be found out later what became of a batch whose commit has failed like this: by committing the
    /// same batch again, before any other one. It is written then unless it is there.
    fn may_commit_again(failed: &Failed) -> bool;

    /// Commits a batch from the caller's thread, all of it or nothing. `world` is what the batch was captured from,
    /// and still owns its dirty flags, unless it is one to [commit again](Self::may_commit_again).
    ///
    /// # Errors
    /// Why it was not written.
    fn commit_from<T: Tables>(
        &mut self,
        batch: &mut Batch,
        durability: Durability,
        world: &World<T>,
    ) -> Result<FlushReport, Failed>;

    /// Fails where a commit would, because of what has become of the stored world: for a flush that has nothing to
    /// write, and after which a program believes that the world is stored.
    ///
    /// # Errors
    /// Those of a commit.
    fn look<T: Tables>(&mut self, world: &World<T>) -> Result<(), Failed>;

    /// The same as far as it takes no longer than a tick may, for a background flush.
    ///
    /// # Errors
    /// Those of a commit.
    fn look_without_waiting<T: Tables>(&mut self, world: &World<T>) -> Result<(), Failed>;

    /// Whether everything that was ever committed survives a power cut.
    fn is_durable(&self) -> bool;

    /// Whether [`checkpoint_if_due`](Writes::checkpoint_if_due) has something to do after a commit of the caller's.
    fn needs_checkpoint(&self) -> bool;

    /// Pages of the write-ahead log that are not in the file itself; every commit keeps it up to date. Zero for an
    /// engine that has no log of its own.
    fn wal_pages(&self) -> Arc<AtomicU32>;
}
