//! A batch of which it is not known whether it is written: it is committed again, in the caller's thread.

use crate::error::{FileError, Outcome};
use crate::persist::engine::EngineWriter;
use crate::persist::ticket::{Durability, Generation};
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::{Pipeline, count};

impl<W: EngineWriter> Pipeline<W> {
    /// Commits the batch again that was left open, if there is one. Requires that no batch is in flight.
    pub(super) fn commit_again<T: Tables>(
        &mut self,
        world: &mut World<T>,
    ) -> Result<(), FileError> {
        let Some(mut batch) = self.unanswered.take() else {
            return Ok(());
        };
        let commit = |writer: &mut W| {
            let written = writer.commit_from(&mut batch, Durability::Process, world);
            written.map(|report| (report, writer.is_durable()))
        };
        let failed = match self.worker.with_writer(commit) {
            Some(Ok((mut report, is_durable))) => {
                self.worker.mark_all_committed(true);
                world.mail.written_by(self.worker.collected());
                if is_durable {
                    self.worker.mark_durable();
                }
                self.state.forget_failure();
                report.generation = Generation(self.worker.collected());
                count(&mut self.counted, &self.path, &report);
                self.last_report = report;
                if batch.has_left_out() {
                    batch.keep_left_out();
                    self.unmerged.push(batch);
                    self.merge_back(world);
                } else {
                    self.recycle(batch);
                }
                return Ok(());
            }
            Some(Err(failed)) => failed,
            None => {
                batch.may_be_stored = true;
                self.unmerged.push(batch);
                self.collect(world);
                self.merge_back(world);
                return Err(self.poisoned());
            }
        };
        if W::may_commit_again(&failed) {
            self.unanswered = Some(batch);
        } else {
            batch.may_be_stored = failed.outcome == Outcome::Unknown;
            self.unmerged.push(batch);
            self.merge_back(world);
        }
        Err(self.failed(failed))
    }
}
