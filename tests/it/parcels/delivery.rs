//! Parcels between the files of two worlds, through the outbox that they share.

use std::path::PathBuf;

use super::{parcel_error, unchanged};
use crate::common::sample::{attribute, flushed_refusing_file, item, player, rename};
use crate::common::{Database, REFUSED, TestFile, contents_of, flush_failure, new_file};
use gamedb::{
    Bond, Error, ErrorKind, FileError, FlushFailure, LeftOutReason, ParcelError, ParcelId,
    SharedOutbox,
};
use gamedb_models::{Player, PlayerKey, World};

/// A world's file with its part of the shared outbox.
pub(super) struct Shard {
    pub(super) file: TestFile,
    pub(super) db: Database<World>,
    pub(super) outbox: SharedOutbox,
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

    pub(super) fn inbox(&self) -> Vec<ParcelId> {
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

    fn stored(&self, table: &str) -> i64 {
        self.file.query(&format!("SELECT count(*) FROM {table}"))
    }
}

/// A parcel of Ada's on its way from north to south.
fn on_its_way(shards: &Shards) -> (Shard, Shard, ParcelId) {
    let (mut north, south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let _ = north.db.flush_durable().unwrap();
    let id = north.db.hand_over(ada, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    assert_eq!(south.inbox(), [id]);
    (north, south, id)
}

const ADA: [&str; 1] = ["1@example.com"];
const NOBODY: [&str; 0] = [];

#[test]
fn a_player_walks_from_one_world_to_another() {
    let shards = Shards::new();
    let (mut north, mut south, id) = on_its_way(&shards);
    assert_eq!(north.emails(), NOBODY);
    assert_eq!(
        (north.stored("gamedb_outbox"), north.db.outbox().len()),
        (1, 0)
    );
    let _ = north.db.flush().unwrap();
    assert_eq!(north.stored("gamedb_outbox"), 0);
    let waiting = &south.outbox.inbox(&south.db).unwrap()[0];
    assert_eq!(
        (&*waiting.from, &*waiting.to, waiting.returned.clone()),
        ("north", "south", None)
    );
    assert_eq!(
        waiting.n_bytes,
        south
            .outbox
            .read(&mut south.db, id)
            .unwrap()
            .as_bytes()
            .len() as u64
    );
    assert_eq!(north.outbox.sent().unwrap()[0], *waiting);
    south.accept(id).unwrap();
    assert_eq!(
        (south.emails(), south.inbox()),
        (ADA.map(str::to_owned).to_vec(), vec![])
    );
    // It stays in the shared outbox until a power cut cannot take it away.
    assert_eq!(south.exchange(), (0, 0, 0));
    let _ = south.db.flush().unwrap();
    assert_eq!(south.exchange(), (0, 0, 0));
    assert_eq!(north.outbox.sent().unwrap().len(), 1);
    assert_eq!(south.settle(), (0, 1, 0));
    assert_eq!(north.outbox.sent().unwrap(), []);
    assert_eq!(
        (south.stored("gamedb_inbox"), south.exchange()),
        (1, (0, 0, 0))
    );
    let Shard { file, db, .. } = south;
    let db = file.reopen(db);
    assert!(db.has_accepted(id));
}

#[test]
fn a_parcel_is_held_back_until_a_power_cut_cannot_bring_its_rows_back() {
    let shards = Shards::new();
    let (mut north, south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let _ = north.db.flush_durable().unwrap();
    let id = north.db.hand_over(ada, "south").unwrap();
    assert_eq!(north.exchange(), (0, 0, 1));
    let _ = north.db.flush().unwrap();
    assert_eq!(north.exchange(), (0, 0, 1));
    // After a start nobody knows what of the file is on the disk.
    let mut north = north.die();
    assert_eq!((north.exchange(), south.inbox()), ((0, 0, 1), vec![]));
    assert_eq!((north.settle(), south.inbox()), ((1, 0, 0), vec![id]));
}

#[test]
fn a_background_flush_takes_parcels_along_and_gives_them_back_if_it_fails() {
    let shards = Shards::new();
    let (mut north, south) = (shards.shard("north"), shards.shard("south"));
    north.player(1);
    let _ = north.db.flush_durable().unwrap();
    north.db.discard();
    north.db = north.file.open_impatient();
    let ada = north.db.key(gamedb::Id::<Player>::new(1)).unwrap();
    let lock = north.file.writer();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let id = north.db.hand_over(ada, "south").unwrap();
    let ticket = north.db.flush_in_background().unwrap();
    assert!(north.db.wait(ticket).is_err());
    assert_eq!(north.exchange(), (0, 0, 1));
    lock.execute_batch("COMMIT").unwrap();
    assert_eq!(north.stored("players"), 1);
    let ticket = north.db.flush_in_background().unwrap();
    let _ = north.db.wait(ticket).unwrap();
    assert_eq!(
        (north.stored("players"), north.stored("gamedb_outbox")),
        (0, 1)
    );
    assert_eq!((north.settle(), south.inbox()), ((1, 0, 0), vec![id]));
}

#[test]
fn delivered_twice_it_comes_in_once() {
    let shards = Shards::new();
    // North dies after each step of a delivery, before it has recorded anything of it.
    let (mut north, mut south, id) = on_its_way(&shards);
    north = north.die();
    assert_eq!(north.db.outbox().len(), 1);
    assert_eq!(north.settle(), (1, 0, 0));
    assert_eq!(south.inbox(), [id]);
    south.accept(id).unwrap();
    assert_eq!(south.settle(), (0, 1, 0));
    // And once more, when south has it, and the shared outbox has forgotten it.
    north = north.die();
    assert_eq!(north.settle(), (1, 0, 0));
    assert_eq!(south.inbox(), []);
    assert_eq!(
        parcel_error(south.accept(id)),
        ParcelError::AlreadyAccepted { id }
    );
    assert_eq!(south.exchange(), (0, 1, 0));
    south = south.die();
    assert_eq!(
        (south.emails(), north.emails()),
        (ADA.map(str::to_owned).to_vec(), vec![])
    );
    let _ = north.db.flush().unwrap();
    north = north.die();
    assert_eq!(north.settle(), (0, 0, 0));
}

#[test]
fn killed_before_the_flush_it_is_where_it_was() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let ada = north.player(1);
    let _ = north.db.flush().unwrap();
    north.db.hand_over(ada, "south").unwrap();
    let mut north = north.die();
    assert_eq!(
        (north.emails(), north.db.outbox().len()),
        (ADA.map(str::to_owned).to_vec(), 0)
    );
    // The receiver too: what it has not flushed it has not accepted.
    let ada = north.db.key(gamedb::Id::<Player>::new(1)).unwrap();
    let mut south = shards.shard("south");
    let id = north.db.hand_over(ada, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    south.accept(id).unwrap();
    let mut south = south.die();
    assert_eq!((south.emails(), south.inbox()), (vec![], vec![id]));
    south.accept(id).unwrap();
    let _ = south.db.flush().unwrap();
    let mut south = south.die();
    assert_eq!((south.inbox(), south.exchange()), (vec![], (0, 0, 0)));
    assert_eq!(south.settle(), (0, 1, 0));
}

#[test]
fn a_refused_parcel_stays_and_can_be_sent_back() {
    let shards = Shards::new();
    let (mut north, mut south, id) = on_its_way(&shards);
    south.player(1);
    let _ = south.db.flush_durable().unwrap();
    let before = contents_of(&south.db);
    let refused = south.accept(id).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NotApplied { .. }));
    assert_eq!((contents_of(&south.db), south.inbox()), (before, vec![id]));
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    south
        .outbox
        .send_back(&mut south.db, id, &refused.to_string())
        .unwrap();
    assert_eq!(south.inbox(), []);
    // Nor is a copy accepted that the program has kept.
    let copy = unchanged(&mut south.db, |world| world.accept(&parcel));
    assert_eq!(parcel_error(copy), ParcelError::SentBack { id });
    let again = south.outbox.send_back(&mut south.db, id, "twice");
    assert_eq!(parcel_error(again), ParcelError::NotWaiting { id });
    // Two that refuse it send it to each other until one of them takes it.
    for _ in 0..2 {
        north.outbox.send_back(&mut north.db, id, "no").unwrap();
        assert!(matches!(
            south.accept(id).unwrap_err().kind(),
            ErrorKind::NotApplied { .. }
        ));
        south
            .outbox
            .send_back(&mut south.db, id, &refused.to_string())
            .unwrap();
    }
    // North has not recorded that it was delivered, and delivers it again.
    north = north.die();
    assert_eq!(north.settle(), (1, 0, 0));
    let waiting = north.outbox.inbox(&north.db).unwrap();
    assert_eq!((waiting[0].id, &*waiting[0].from), (id, "south"));
    assert_eq!(waiting[0].returned, Some(refused.to_string()));
    north = north.die();
    north.accept(id).unwrap();
    let _ = north.db.flush().unwrap();
    north = north.die();
    assert_eq!(
        (north.emails(), north.inbox()),
        (ADA.map(str::to_owned).to_vec(), vec![])
    );
    assert_eq!(north.settle(), (0, 1, 0));
    assert_eq!(
        (south.inbox(), north.outbox.sent().unwrap()),
        (vec![], vec![])
    );
    assert_eq!(north.stored("gamedb_outbox"), 0);
}

#[test]
fn what_was_accepted_is_not_sent_back() {
    let shards = Shards::new();
    let (_north, mut south, id) = on_its_way(&shards);
    south.accept(id).unwrap();
    let refused = south.outbox.send_back(&mut south.db, id, "no");
    assert_eq!(parcel_error(refused), ParcelError::AlreadyAccepted { id });
    assert_eq!(south.settle(), (0, 1, 0));
    let other = ParcelId::from_bytes([7; 16]);
    assert_eq!(
        parcel_error(south.outbox.read(&mut south.db, other)),
        ParcelError::NotWaiting { id: other }
    );
}

#[test]
fn a_parcel_for_nobody_can_be_called_back() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    assert_eq!(south.exchange(), (0, 0, 0));
    let (ada, bob) = (north.player(1), north.player(2));
    let lost = north.db.hand_over(ada, "suoth").unwrap();
    let other = north.db.hand_over(bob, "south").unwrap();
    assert_eq!(north.settle(), (2, 0, 0));
    let refused = parcel_error(north.outbox.call_back(other));
    assert_eq!(refused, ParcelError::NotWaiting { id: other });
    north.outbox.call_back(lost).unwrap();
    assert_eq!(north.inbox(), [lost]);
    north.accept(lost).unwrap();
    assert_eq!(north.settle(), (0, 1, 0));
    assert_eq!(north.emails(), ADA);
}

#[test]
fn a_player_who_comes_back_walks_again() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let mut ada = north.player(1);
    for _ in 0..3 {
        for (from, to, name) in [(0, 1, "south"), (1, 0, "north")] {
            let both = [&mut north, &mut south];
            let id = both[from].db.hand_over(ada, name).unwrap();
            assert_eq!(both[from].settle().0, 1);
            let Shard { db, outbox, .. } = &mut *both[to];
            let parcel = outbox.read(db, id).unwrap();
            let arrived = db.accept(&parcel).unwrap();
            ada = db.key(arrived.root::<Player>().unwrap()).unwrap();
            assert_eq!(both[to].settle().1, 1);
        }
    }
    assert_eq!(
        (north.emails(), south.emails()),
        (ADA.map(str::to_owned).to_vec(), vec![])
    );
    assert_eq!(north.db.get(ada).unwrap().attributes().len(), 1);
}

/// A save of one row writes everything while a parcel has not been written: its rows may have been changed since by what is
/// saved.
#[test]
fn a_save_takes_parcels_along() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let _ = north.db.flush().unwrap();
    let id = (north.db)
        .transaction(|world| {
            rename(world, bob, "guide");
            world.hand_over(ada, "south")
        })
        .unwrap();
    let _ = north.db.save(bob).unwrap();
    let north = north.die();
    assert_eq!((north.emails().len(), north.db.outbox().len()), (1, 1));
    let mut north = north;
    assert_eq!(north.settle(), (1, 0, 0));
    south.accept(id).unwrap();
    let key = south.db.iter::<Player>().next().unwrap().0;
    let _ = south.db.save(key).unwrap();
    let south = south.die();
    assert_eq!((south.emails().len(), south.inbox()), (1, vec![]));
}

#[test]
fn nothing_that_a_parcel_has_moved_is_written_while_a_row_is_left_out() {
    let shards = Shards::new();
    let (file, db, sample) = flushed_refusing_file();
    let mut north = Shard {
        file,
        db,
        outbox: shards.outbox("north"),
    };
    rename(&mut north.db, sample.bob, REFUSED);
    north.db.hand_over(sample.ada, "south").unwrap();
    let before = north.file.contents();
    assert!(matches!(
        flush_failure(north.db.flush()).1,
        FlushFailure::Refused { .. }
    ));
    let report = north.db.flush_without_refused().unwrap();
    let bonds: Vec<_> = (report.left_out.iter())
        .map(|row| match row.reason {
            LeftOutReason::Bound { bond, .. } => Some(bond),
            _ => None,
        })
        .collect();
    assert!(
        bonds.contains(&None) && bonds.contains(&Some(Bond::Parcel)),
        "{bonds:?}"
    );
    assert_eq!(
        (north.file.contents(), north.stored("gamedb_outbox")),
        (before, 0)
    );
    let ticket = north.db.flush_in_background_without_refused().unwrap();
    let _ = north.db.wait(ticket).unwrap();
    assert_eq!(north.exchange(), (0, 0, 1));
    rename(&mut north.db, sample.bob, "fine");
    assert_eq!(north.db.flush_without_refused().unwrap().left_out, []);
    assert_eq!(
        (north.stored("players"), north.stored("gamedb_outbox")),
        (1, 1)
    );
    assert_eq!(north.settle(), (1, 0, 0));
}

#[test]
fn each_world_has_a_name_of_its_own() {
    let shards = Shards::new();
    let (mut north, mut other) = (shards.shard("north"), shards.shard("north"));
    assert_eq!(
        (north.exchange(), north.outbox.name()),
        ((0, 0, 0), "north")
    );
    let refused = other.outbox.exchange(&mut other.db).unwrap_err();
    let ErrorKind::File(FileError::OtherWorldOfName { name, .. }) = refused.kind() else {
        panic!("{refused}")
    };
    assert_eq!(name, "north");
    other.outbox.forget_world().unwrap();
    assert_eq!(other.exchange(), (0, 0, 0));
}

#[test]
fn a_file_that_is_something_else_is_no_outbox() {
    let (file, db) = new_file();
    let refused = SharedOutbox::open(file.path(), "north").unwrap_err();
    assert!(matches!(
        refused.kind(),
        ErrorKind::File(FileError::NotAnOutbox { .. })
    ));
    let _ = db.close().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    std::fs::write(&path, "x".repeat(5000)).unwrap();
    let refused = SharedOutbox::open(&path, "north").unwrap_err();
    assert!(
        matches!(
            refused.kind(),
            ErrorKind::File(FileError::NotADatabase { .. })
        ),
        "{refused}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "x".repeat(5000));
    // And an outbox is no world.
    let shards = Shards::new();
    drop(shards.outbox("north"));
    let refused = gamedb::Database::<World>::open(shards.path()).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::File(FileError::Schema { .. })),
        "{refused}"
    );
}
