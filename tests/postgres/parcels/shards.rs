//! Worlds of one database, with the outbox that they share.

use crate::common::sample::{attribute, item, player};
use crate::common::{Database, TestFile, server};
use gamedb::{Error, ParcelError, ParcelId, ServerOutbox, WaitingParcel};
use gamedb_models::{Player, PlayerKey, World};

/// A world with its part of the outbox.
pub(super) struct Shard {
    pub(super) file: TestFile,
    pub(super) db: Database<World>,
    pub(super) outbox: ServerOutbox,
}

/// Why a world that has accepted a parcel, and was started again, refuses a copy of it: the outbox does not give it any
/// more, so its name is forgotten.
pub(super) fn refused_later(id: ParcelId) -> ParcelError {
    ParcelError::NotRead { id }
}

pub(super) struct Shards {
    /// The first world of a test, which gives its name to the others.
    first: TestFile,
}

impl Shards {
    pub(super) fn new() -> Self {
        Self {
            first: TestFile::new(),
        }
    }

    /// What a world is called, in no other test.
    pub(super) fn name(&self, name: &str) -> String {
        format!("{} {name}", self.first.world)
    }

    pub(super) fn shard(&self, name: &str) -> Shard {
        let file = TestFile::named(self.name(name));
        let mut db = file.open();
        db.insert(item(1)).unwrap();
        let _ = db.flush_durable().unwrap();
        let outbox = ServerOutbox::connect(server(), &file.world).unwrap();
        Shard { file, db, outbox }
    }
}

impl Shard {
    /// The process dies, and is started again.
    pub(super) fn die(self) -> Self {
        let Self { file, db, outbox } = self;
        db.discard();
        let db = file.open();
        Self { file, db, outbox }
    }

    pub(super) fn player(&mut self, n: i64) -> PlayerKey {
        let key = self.db.insert(player(n)).unwrap();
        self.db.add(key, attribute("luck")).unwrap();
        key
    }

    pub(super) fn emails(&self) -> Vec<String> {
        let players = self.db.iter::<Player>();
        let mut emails: Vec<_> = players.map(|(_, row)| row.email.clone()).collect();
        emails.sort();
        emails
    }

    pub(super) fn exchange(&mut self) -> usize {
        self.outbox.exchange(&mut self.db).unwrap().delivered
    }

    pub(super) fn inbox(&mut self) -> Vec<ParcelId> {
        let waiting = self.outbox.inbox(&self.db).unwrap();
        waiting.into_iter().map(|waiting| waiting.id).collect()
    }

    pub(super) fn accept(&mut self, id: ParcelId) -> Result<(), Error> {
        let parcel = self.outbox.read(&mut self.db, id)?;
        self.db.accept(&parcel).map(|_| ())
    }

    pub(super) fn sent(&mut self) -> Vec<WaitingParcel> {
        self.outbox.sent().unwrap()
    }

    pub(super) fn send_back(&mut self, id: ParcelId, reason: &str) -> Result<(), Error> {
        self.outbox.send_back(&mut self.db, id, reason)
    }

    pub(super) fn settle(&mut self) {
        let _ = self.db.flush_durable().unwrap();
        self.exchange();
        assert_eq!(self.db.outbox().len(), 0);
    }

    pub(super) fn flush_durable(&mut self) {
        let _ = self.db.flush_durable().unwrap();
    }

    /// The connection is cut instead: the server keeps what it has committed.
    pub(super) fn lose_power(self) -> Self {
        self.die()
    }
}
