//! Which state of the world is in the file, as the connection that writes it knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::Connection;

use crate::error::ParcelId;
use crate::store::tracking::home::Home;

use super::lock_record::OpenRecord;
use super::stamp::{self, FileState, Stamp};

/// The states of a file while it is open.
#[derive(Debug)]
pub(super) struct History {
    /// The one that is in the file.
    in_file: FileState,
    record: OpenRecord,
    /// A random number, and how many states have been begun: each has a number of its own, also one that was not
    /// committed.
    seed: i64,
    n_begun: i64,
    /// SQLite's number for the schema, since it was asked for last.
    schema_version: i64,
    /// The generation that survives a power cut, for the outbox of the world.
    durable: Arc<AtomicI64>,
}

impl History {
    pub(super) fn new(in_file: FileState, record: OpenRecord, seed: i64) -> Self {
        Self {
            in_file,
            durable: Arc::new(AtomicI64::new(record.record.durable)),
            record,
            seed,
            n_begun: 0,
            schema_version: in_file.schema_version,
        }
    }

    /// What the outbox of the world is told of its file, which was opened just now.
    pub(super) fn home(&self) -> Home {
        Home {
            world: self.in_file.world.0,
            opened_at: self.in_file.at.generation,
            durable: Arc::clone(&self.durable),
            opening: ParcelId::random(),
        }
    }

    fn set_durable(&mut self) {
        let generation = self.in_file.at.generation;
        self.record.record.durable = generation;
        self.durable.store(generation, Ordering::SeqCst);
    }

    /// Whether the file has the state that was written last. If not, it was exchanged for another one.
    pub(super) fn is_in(&self, file: &Connection) -> rusqlite::Result<bool> {
        Ok(FileState::read(file)?.is_some_and(|found| found.at == self.in_file.at))
    }

    /// The state that a transaction is to write. The number of the schema may be another than the last time if the
    /// transaction, or another program, may have changed it.
    pub(super) fn next(
        &mut self,
        transaction: &Connection,
        has_new_schema: bool,
    ) -> rusqlite::Result<FileState> {
        if has_new_schema {
            self.schema_version = stamp::schema_version(transaction)?;
        }
        self.n_begun += 1;
        Ok(FileState {
            world: self.in_file.world,
            at: Stamp {
                // It may have been edited to be the largest there is.
                generation: self.in_file.at.generation.saturating_add(1),
                number: self.number(),
            },
            previous: self.in_file.link(self.schema_version),
            is_open: true,
            schema_version: self.schema_version,
        })
    }

    /// A number that no other state of the world has, as far as chance goes, and that is not zero.
    fn number(&self) -> i64 {
        // The steps of splitmix64.
        let mut number = self
            .seed
            .wrapping_add(self.n_begun.wrapping_mul(0x1e37_79b9_7f4a_7c15));
        number = (number ^ (number.cast_unsigned() >> 30).cast_signed())
            .wrapping_mul(0x3f58_476d_1ce4_e5b9);
        number = (number ^ (number.cast_unsigned() >> 27).cast_signed())
            .wrapping_mul(0x14d0_49bb_1331_11eb);
        (number ^ (number.cast_unsigned() >> 31).cast_signed()) | 1
    }

    /// Records that the schema has this number, which another program may have changed.
    pub(super) fn saw_schema(&mut self, version: i64) {
        self.schema_version = version;
    }

    /// Records that this state is in the file.
    pub(super) fn committed(&mut self, state: FileState) {
        self.in_file = state;
    }

    /// Records in the lock file what is committed, before the program is told.
    pub(super) fn acknowledge(&mut self, is_durable: bool) {
        self.record.record.acknowledged = self.in_file.at;
        if is_durable {
            self.set_durable();
        }
        self.record.write();
    }

    /// Records that all of it survives a power cut.
    pub(super) fn note_durable(&mut self) {
        self.set_durable();
        self.record.write();
    }

    /// Records that the disk has failed to sync.
    pub(super) fn note_failed_sync(&mut self) {
        self.record.record.has_failed_sync = true;
        self.record.write();
        self.record.sync();
    }

    /// Whether the file says that a database has it open.
    pub(super) fn is_open(&self) -> bool {
        self.in_file.is_open
    }

    /// The same state, with the file closed.
    pub(super) fn closed(&self) -> FileState {
        FileState {
            is_open: false,
            ..self.in_file
        }
    }
}
