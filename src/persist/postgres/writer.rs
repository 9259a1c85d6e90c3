//! The writer of a world on a server: a session, which is opened again where it was lost, and the hold on the world.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::thread;
use std::time::{Duration, Instant};

use tokio_postgres::Config;

use crate::error::{FileError, FlushFailure};
use crate::persist::batch::Batch;
use crate::persist::engine::EngineWriter;
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;
use crate::persist::worker::Writes;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::error::Lost;
use super::fence::{self, Hold};
use super::flush::{self, Broken};
use super::schema::Schema;
use super::session::Session;

/// How long to wait between two attempts to learn what became of a commit, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

pub(in crate::persist) struct Writer {
    pub(super) config: Config,
    pub(super) schema: Schema,
    /// The world's address, without a password, for messages.
    pub(super) path: PathBuf,
    /// `None` if it was lost.
    pub(super) session: Option<Session>,
    pub(super) hold: Hold,
    /// Whether everything that was ever committed survives a power cut and a failover.
    pub(super) is_durable: bool,
    /// How long to ask what became of a commit that was not answered.
    pub(super) patience: Duration,
}

impl Writer {
    /// The session, opened again if it was lost. That another process has opened the world since is found out here.
    fn session(&mut self) -> Result<&mut Session, Lost> {
        if self.session.as_ref().is_none_or(Session::is_lost) {
            self.session = None;
            let found = self.connect_again()?;
            if found != self.hold.generation {
                // This process has written nothing since, and another one may not, so the row was changed by hand,
                // or the server is not the one that acknowledged it.
                self.session = None;
                return Err(Lost::Older {
                    found,
                    acknowledged: self.hold.generation,
                });
            }
        }
        Ok(self.session.as_mut().expect("it was opened just now"))
    }

    /// Opens a session as the owner. Returns the generation that the server has.
    fn connect_again(&mut self) -> Result<i64, Lost> {
        let session = Session::connect(&self.config)?;
        let state = fence::resume(&session, &self.schema, &self.hold.owner)?;
        self.hold.epoch = state.epoch;
        self.session = Some(session);
        tracing::info!(path = %self.path.display(), epoch = state.epoch, "connected again");
        Ok(state.generation)
    }

    fn commit(&mut self, batch: &mut Batch, durability: Durability) -> Result<FlushReport, Failed> {
        let start = Instant::now();
        batch.coalesce();
        self.session().map_err(|lost| Failed::from(lost.cause()))?;
        let session = self.session.as_mut().expect("it is open");
        let written = flush::commit(session, &self.schema, &self.hold, batch, durability);
        let (mut report, mut is_durable) = match written {
            Ok(committed) => (committed.report, committed.is_durable),
            Err(Broken::Failed(failed)) => {
                // What ended the session is known before its socket is seen to be closed.
                if let FlushFailure::Disconnected { .. } = failed.cause {
                    self.session = None;
                }
                return Err(failed);
            }
            // To learn of it, the epoch was raised, and that waits for everything before it to be durable.
            Err(Broken::Unknown(error, report)) => (self.resolve(error, report)?, true),
        };
        self.hold.generation += 1;
        fence::acknowledge(&self.hold.identity, self.hold.generation);
        if durability == Durability::PowerCut && !is_durable {
            self.wait_for_standby()?;
            is_durable = true;
        }
        self.is_durable = is_durable;
        report.writing = start.elapsed();
        Ok(report)
    }

    /// Finds out what became of a commit that was not answered.
    fn resolve(
        &mut self,
        error: tokio_postgres::Error,
        report: FlushReport,
    ) -> Result<FlushReport, Failed> {
        // Its transaction, if it is still in flight, keeps the row locked until it has ended.
        self.session = None;
        let start = Instant::now();
        let (mut pause, longest) = PAUSE;
        loop {
            let lost = match self.connect_again() {
                Ok(found) => {
                    tracing::warn!(path = %self.path.display(), found, "a COMMIT was not answered; the server was asked");
                    return flush::resolved(self.hold.generation, found, error, report);
                }
                Err(lost) => lost,
            };
            if !lost.may_pass() || start.elapsed() > self.patience {
                return Err(flush::unresolved(lost));
            }
            thread::sleep(pause);
            pause = (pause * 2).min(longest);
        }
    }

    /// Waits once more for a standby, after the server was told not to. The batch is committed, but a
    /// failover may lose it, so it is not known what becomes of it.
    fn wait_for_standby(&mut self) -> Result<(), Failed> {
        let session = self
            .session
            .as_ref()
            .ok_or_else(|| flush::unresolved(Lost::NotReplicated))?;
        let state =
            fence::resume(session, &self.schema, &self.hold.owner).map_err(flush::unresolved)?;
        self.hold.epoch = state.epoch;
        Ok(())
    }
}

/// The interface of the writer for the pipeline.
impl EngineWriter for Writer {
    fn begin(&mut self) -> Result<(), FileError> {
        Ok(())
    }

    fn commit_from<T: Tables>(
        &mut self,
        batch: &mut Batch,
        durability: Durability,
        _: &World<T>,
    ) -> Result<FlushReport, Failed> {
        self.commit(batch, durability)
    }

    /// Asks the server whether the world is still this writer's, in one round trip.
    fn look<T: Tables>(&mut self, _: &World<T>) -> Result<(), Failed> {
        let failed = |lost: Lost| Failed::from(lost.cause());
        self.session().map_err(failed)?;
        let session = self.session.as_ref().expect("it is open");
        let state = match fence::read(session, &self.schema) {
            Ok(state) => state,
            Err(lost) => {
                self.session = None;
                return Err(failed(lost));
            }
        };
        let is_mine = state.owner == self.hold.owner
            && (state.epoch, state.generation) == (self.hold.epoch, self.hold.generation);
        if is_mine {
            Ok(())
        } else {
            Err(failed(state.fenced()))
        }
    }

    /// The next flush that has something to write will tell. A tick does not wait for a network.
    fn look_without_waiting<T: Tables>(&mut self, _: &World<T>) -> Result<(), Failed> {
        Ok(())
    }

    fn is_durable(&self) -> bool {
        self.is_durable
    }

    fn needs_checkpoint(&self) -> bool {
        false
    }

    fn wal_pages(&self) -> Arc<AtomicU32> {
        Arc::default()
    }
}

/// The interface of the writer for the worker.
impl Writes for Writer {
    type Batch = Batch;
    type Report = FlushReport;
    type Failed = Failed;

    fn run(&mut self, batch: &mut Batch) -> Result<FlushReport, Failed> {
        let report = self.commit(batch, Durability::Process)?;
        tracing::debug!(path = %self.path.display(), ?report, "flushed in the background");
        Ok(report)
    }

    /// The server makes its own checkpoints. What is asked is whether the last commit was durable.
    fn checkpoint_if_due(&mut self) -> bool {
        self.is_durable
    }

    fn has_left_out(batch: &Batch) -> bool {
        batch.has_left_out()
    }

    fn died(message: String) -> Failed {
        Failed::died(message)
    }
}
