//! The writer of a world on a server: a session, which is opened again where it was lost, and the hold on the world.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{FileError, FlushFailure, Outcome};
use crate::persist::batch::{Batch, Bonds};
use crate::persist::engine::EngineWriter;
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;
use crate::persist::worker::Writes;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::error::{Lost, backend_error, flush_failure};
use super::fence::{self, Hold};
use super::flush::{self, Broken, Written};
use super::mail;
use super::newest;
use super::schema::Schema;
use super::session::{Limits, Session};
use super::tls::Reach;

/// How long to wait between two attempts to learn what became of a commit, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

pub(in crate::persist) struct Writer {
    pub(super) reach: Reach,
    pub(super) limits: Limits,
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
    /// What is to be found out before anything else is written.
    pub(super) unanswered: Option<Unanswered>,
    /// Whether the tables of parcels are there.
    pub(super) has_mail: bool,
}

/// A batch whose COMMIT was not answered, and of which nothing could be found out so far. It is the one that is
/// committed next.
pub(super) struct Unanswered {
    /// That of the world with the batch in it.
    generation: i64,
    /// What is to be said of it if it is committed.
    written: Written,
}

impl Writer {
    /// The session, opened again if it was lost. That another process has opened the world since is found out here.
    fn session(&mut self) -> Result<&mut Session, Lost> {
        if self.session.as_ref().is_none_or(Session::is_lost) {
            self.session = None;
            let found = self.connect_again(self.limits)?;
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
    fn connect_again(&mut self, limits: Limits) -> Result<i64, Lost> {
        let mut session = newest::connect(&self.reach, limits, &self.schema.world)?;
        let state = fence::resume(&session, &self.schema, &self.hold.owner)?;
        // A standby that was promoted may not have got the tables of parcels.
        let found = mail::Found::of(&session, &self.schema).ok();
        self.has_mail = self.has_mail && found.is_some_and(|found| found.are_there);
        self.hold.notes_states = found.is_some_and(|found| found.notes_states);
        session.limit(self.limits);
        self.hold.epoch = state.epoch;
        self.session = Some(session);
        tracing::info!(path = %self.path.display(), epoch = state.epoch, "connected again");
        Ok(state.generation)
    }

    /// Commits a batch; one whose COMMIT was not answered before, only if it turns out not to be committed.
    /// `in_world` are the bonds of a batch that does not own its rows, if rows may be left out.
    fn commit(
        &mut self,
        batch: &mut Batch,
        in_world: Option<&Bonds<'_>>,
        durability: Durability,
    ) -> Result<FlushReport, Failed> {
        let start = Instant::now();
        batch.coalesce();
        // It was asked for long enough when it was sent, and the pipeline commits it again until it is known.
        let found = match self.unanswered.take() {
            Some(unanswered) => self.resolve(unanswered, Duration::ZERO)?,
            None => None,
        };
        let (written, is_durable) = match found {
            Some(written) => (written, true),
            None => self.write(batch, in_world, durability)?,
        };
        let mut report = written.report;
        if !written.left_out.is_empty() {
            batch.leave_out(written.left_out);
        }
        self.hold.generation += 1;
        fence::acknowledge(&self.hold.identity, self.hold.generation);
        self.is_durable = is_durable;
        report.writing = start.elapsed();
        Ok(report)
    }

    /// Writes a batch. Returns whether it is durable, too.
    fn write(
        &mut self,
        batch: &Batch,
        in_world: Option<&Bonds<'_>>,
        durability: Durability,
    ) -> Result<(Written, bool), Failed> {
        let own = batch.may_leave_out.then(|| batch.bonds());
        let bonds = own.as_ref().map(|own| in_world.unwrap_or(own));
        self.session().map_err(|lost| Failed::from(lost.cause()))?;
        let session = self.session.as_mut().expect("it is open");
        if !self.has_mail && !batch.mail.is_empty() {
            mail::create(session, &self.schema.world).map_err(flush_failure)?;
            let found = mail::Found::of(session, &self.schema).map_err(flush_failure)?;
            self.has_mail = true;
            self.hold.notes_states = found.notes_states;
        }
        let committed = flush::commit(session, &self.schema, &self.hold, batch, bonds, durability);
        match committed {
            Ok(committed) if durability == Durability::PowerCut && !committed.is_durable => {
                self.wait_for_standby(committed.written)
            }
            Ok(committed) => Ok((committed.written, committed.is_durable)),
            Err(Broken::Failed(failed)) => {
                // What ended the session is known before its socket is seen to be closed.
                if let FlushFailure::Disconnected { .. } = failed.cause {
                    self.session = None;
                }
                Err(failed)
            }
            Err(Broken::Unknown(unknown)) => {
                let (error, written) = *unknown;
                let unanswered = Unanswered {
                    generation: self.hold.generation + 1,
                    written,
                };
                let resolved = self.resolve(unanswered, self.patience)?;
                // To learn of it, the epoch was raised, and that waits for everything before it to be durable.
                resolved.map(|written| (written, true)).ok_or_else(|| {
                    let source = backend_error(error);
                    FlushFailure::Disconnected { source }.into()
                })
            }
        }
    }

    /// Finds out what became of a commit that was not answered: what it has written, or `None` if it is not committed. As long as
    /// that is not known, it is kept in mind.
    fn resolve(
        &mut self,
        unanswered: Unanswered,
        patience: Duration,
    ) -> Result<Option<Written>, Failed> {
        // Its transaction, if it is still in flight, keeps the row locked until it has ended.
        self.session = None;
        let start = Instant::now();
        let (mut pause, longest) = PAUSE;
        let limits = Limits {
            // Also where an answer may otherwise take as long as it wants.
            answer: self.limits.answer.or(Some(self.patience.max(longest))),
            ..self.limits
        };
        loop {
            let lost = match self.connect_again(limits) {
                Ok(found) => {
                    tracing::warn!(path = %self.path.display(), found, "a COMMIT was not answered; the server was asked");
                    if found == unanswered.generation {
                        return Ok(Some(unanswered.written));
                    }
                    if found == self.hold.generation {
                        return Ok(None);
                    }
                    self.session = None;
                    Lost::Older {
                        found,
                        acknowledged: self.hold.generation,
                    }
                }
                Err(lost) => lost,
            };
            if !lost.may_pass() {
                return Err(flush::unresolved(lost));
            }
            if start.elapsed() >= patience {
                self.unanswered = Some(unanswered);
                return Err(flush::unresolved(lost));
            }
            thread::sleep(pause);
            pause = (pause * 2).min(longest);
        }
    }

    /// Waits once more for a standby, after the server was told not to. The batch is committed, but a
    /// failover may lose it, so it is not known what becomes of it.
    fn wait_for_standby(&mut self, written: Written) -> Result<(Written, bool), Failed> {
        let session = self.session.as_ref().expect("it has committed just now");
        match fence::resume(session, &self.schema, &self.hold.owner) {
            Ok(state) => {
                self.hold.epoch = state.epoch;
                Ok((written, true))
            }
            Err(lost) => {
                self.unanswered = lost.may_pass().then_some(Unanswered {
                    generation: self.hold.generation + 1,
                    written,
                });
                Err(flush::unresolved(lost))
            }
        }
    }
}

/// The interface of the writer for the pipeline.
impl EngineWriter for Writer {
    fn begin(&mut self) -> Result<(), FileError> {
        Ok(())
    }

    /// A server may answer later. But where another owner has the world by now, this writer never learns of it.
    fn may_commit_again(failed: &Failed) -> bool {
        failed.outcome == Outcome::Unknown
            && !matches!(
                failed.cause,
                FlushFailure::Fenced { .. }
                    | FlushFailure::WriterDied { .. }
                    | FlushFailure::Poisoned
            )
    }

    fn commit_from<T: Tables>(
        &mut self,
        batch: &mut Batch,
        durability: Durability,
        world: &World<T>,
    ) -> Result<FlushReport, Failed> {
        // What is committed again owns its rows.
        let is_in_world = batch.may_leave_out && self.unanswered.is_none();
        let bonds = is_in_world.then(|| Bonds::in_world(world));
        self.commit(batch, bonds.as_ref(), durability)
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
        let report = self.commit(batch, None, Durability::Process)?;
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
