//! Worlds in files, with the outbox that they share.

use std::path::PathBuf;

use crate::common::sample::{attribute, item, player};
use crate::common::{Database, TestFile, new_file};
use gamedb::{Error, Generation, ParcelError, ParcelId, SharedOutbox, WaitingParcel};
use gamedb_models::{Player, PlayerKey, World};

/// A world's file with its part of the shared outbox.
pub(super) struct Shard {
    pub(super) file: TestFile,
    pub(super) db: Database<World>,
    pub(super) outbox: SharedOutbox,
}

/// Why a world that has accepted a parcel, and was started again, refuses a copy of it.
pub(super) fn refused_later(id: ParcelId) -> ParcelError {
    ParcelError::AlreadyAccepted { id }
}

pub(super) struct Shards {
    folder: tempfile::TempDir,
}

impl Shards {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("outbox.db")
    }

    pub(super) fn outbox(&self, name: &str) -> SharedOutbox {
        SharedOutbox::open(self.path(), name).unwrap()
    }

    pub(super) fn shard(&self, name: &str) -> Shard {
        let (file, mut db) = new_file();
        db.insert(item(1)).unwrap();
        let _ = db.flush_durable().unwrap();
        let outbox = self.outbox(name);
        let shard = Shard { file, db, outbox };
        shard.keep();
        shard
    }

    /// What a world is called.
    #[allow(
        clippy::unused_self,
        reason = "on a server, names are those of one test"
    )]
    pub(super) fn name(&self, name: &str) -> String {
        name.to_owned()
    }
}

impl Shard {
    /// The process dies, and is started again.
    pub(super) fn die(self) -> Self {
        let Self { file, db, outbox } = self;
        db.discard();
        let db = file.open();
        let shard = Self { file, db, outbox };
        if shard.db.durable() > Generation::default() {
            // To open a world that has parcels is a flush that is durable.
            shard.keep();
        }
        shard
    }

    pub(super) fn player(&mut self, n: i64) -> PlayerKey {
        let key = self.db.insert(player(n)).unwrap();
        self.db.add(key, attribute("luck")).unwrap();
        key
    }

    pub(super) fn emails(&self) -> Vec<String> {
        let mut emails: Vec<_> = self
            .db
            .iter::<Player>()
            .map(|(_, row)| row.email.clone())
            .collect();
        emails.sort();
        emails
    }

    pub(super) fn exchange(&mut self) -> (usize, usize, usize) {
        let exchanged = self.outbox.exchange(&mut self.db).unwrap();
        (
            exchanged.delivered,
            exchanged.acknowledged,
            exchanged.held_back,
        )
    }

    pub(super) fn inbox(&mut self) -> Vec<ParcelId> {
        let waiting = self.outbox.inbox(&self.db).unwrap();
        waiting.into_iter().map(|waiting| waiting.id).collect()
    }

    pub(super) fn accept(&mut self, id: ParcelId) -> Result<(), Error> {
        let parcel = self.outbox.read(&mut self.db, id)?;
        self.db.accept(&parcel).map(|_| ())
    }

    pub(super) fn settle(&mut self) -> (usize, usize, usize) {
        let _ = self.db.flush_durable().unwrap();
        self.exchange()
    }

    pub(super) fn stored(&self, table: &str) -> i64 {
        self.file.query(&format!("SELECT count(*) FROM {table}"))
    }

    pub(super) fn sent(&mut self) -> Vec<WaitingParcel> {
        self.outbox.sent().unwrap()
    }

    pub(super) fn send_back(&mut self, id: ParcelId, reason: &str) -> Result<(), Error> {
        self.outbox.send_back(&mut self.db, id, reason)
    }

    /// A flush that is durable, and of which a copy is kept: that is what a power cut leaves at least.
    pub(super) fn flush_durable(&mut self) {
        let _ = self.db.flush_durable().unwrap();
        self.keep();
    }

    fn keep(&self) {
        let kept = self.file.folder().join("kept.db");
        let _ = std::fs::remove_file(&kept);
        let vacuum = format!("VACUUM INTO '{}'", kept.display());
        self.file.reader().execute_batch(&vacuum).unwrap();
    }

    /// All that is not durable is gone, and the world is opened again. The shared outbox is synced at each commit.
    pub(super) fn lose_power(self) -> Self {
        let Self { file, db, outbox } = self;
        db.discard();
        for entry in std::fs::read_dir(file.folder()).unwrap() {
            let path = entry.unwrap().path();
            if !path.ends_with("kept.db") {
                std::fs::remove_file(path).unwrap();
            }
        }
        std::fs::copy(file.folder().join("kept.db"), file.path()).unwrap();
        let db = file.open();
        Self { file, db, outbox }
    }
}
