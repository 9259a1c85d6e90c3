//! Parcels between the files of two worlds, through the outbox that they share.

use std::collections::BTreeMap;

use super::parcel_error;
use super::shards::{Shard, Shards};
use crate::common::sample::{flushed_refusing_file, inventory, rename};
use crate::common::{REFUSED, flush_failure, new_file, refusing_file};
use gamedb::{
    Bond, ErrorKind, FileError, FlushFailure, LeftOutReason, ParcelError, ParcelId, SharedOutbox,
};
use gamedb_models::{Player, World};

/// A parcel with Ada that waits for south.
fn waiting_for_south(shards: &Shards) -> (Shard, Shard, ParcelId) {
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
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
    let (mut north, mut south, id) = waiting_for_south(&shards);
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
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let _ = north.db.flush_durable().unwrap();
    let id = north.db.hand_over(ada, "south").unwrap();
    assert_eq!(north.exchange(), (0, 0, 1));
    let _ = north.db.flush().unwrap();
    assert_eq!(north.exchange(), (0, 0, 1));
    assert_eq!(south.inbox(), []);
    // Nobody knows what of the file is on the disk, so whoever opens it has it synced, and nothing else has to be flushed.
    let mut north = north.die();
    assert!(north.db.durable() >= north.db.committed());
    assert_eq!((north.exchange(), south.inbox()), ((1, 0, 0), vec![id]));
    // The receiver does the same with what it has accepted.
    south.accept(id).unwrap();
    let _ = south.db.flush().unwrap();
    assert_eq!(south.exchange(), (0, 0, 0));
    let mut south = south.die();
    assert_eq!(south.exchange(), (0, 1, 0));
}

#[test]
fn a_background_flush_takes_parcels_along_and_gives_them_back_if_it_fails() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
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

/// The next process reads them in the order in which they were written.
#[test]
fn a_parcel_that_a_failed_flush_gives_back_is_before_those_that_have_left_since() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    north.player(1);
    north.player(2);
    let _ = north.db.flush_durable().unwrap();
    north.db.discard();
    north.db = north.file.open_impatient();
    let players = [1, 2].map(|id| north.db.key(gamedb::Id::<Player>::new(id)).unwrap());
    let lock = north.file.writer();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let first = north.db.hand_over(players[0], "south").unwrap();
    let ticket = north.db.flush_in_background().unwrap();
    let second = north.db.hand_over(players[1], "south").unwrap();
    assert!(north.db.wait(ticket).is_err());
    lock.execute_batch("COMMIT").unwrap();
    let _ = north.db.flush().unwrap();
    let mut north = north.die();
    assert_eq!(north.settle(), (2, 0, 0));
    assert_eq!(south.inbox(), [first, second]);
}

#[test]
fn delivered_twice_it_comes_in_once() {
    let shards = Shards::new();
    // North dies after each step of a delivery, before it has recorded anything of it.
    let (mut north, mut south, id) = waiting_for_south(&shards);
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

/// With the pivot rows of what the player owns, which no parcel names.
#[test]
fn nothing_that_has_come_with_a_parcel_is_written_while_a_row_is_left_out() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let (ada, bag) = (north.player(1), inventory("box"));
    north.db.add(ada, bag).unwrap();
    let id = north.db.hand_over(ada, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    let file = refusing_file();
    let mut south = Shard {
        db: file.open(),
        file,
        outbox: shards.outbox("south"),
    };
    let bob = south.player(2);
    let _ = south.db.flush().unwrap();
    let before = south.file.contents();
    south.accept(id).unwrap();
    rename(&mut south.db, bob, REFUSED);
    for is_in_background in [false, true] {
        let db = &mut south.db;
        let report = if is_in_background {
            let ticket = db.flush_in_background_without_refused().unwrap();
            db.wait(ticket).unwrap()
        } else {
            db.flush_without_refused().unwrap()
        };
        let mut left: BTreeMap<_, usize> = BTreeMap::new();
        for row in &report.left_out {
            *left.entry(row.table).or_default() += 1;
        }
        let expected = [
            ("attribute_owners", 1),
            ("attributes", 1),
            ("inventories", 1),
            ("inventory_owners", 1),
            ("players", 2),
        ];
        assert_eq!(left, BTreeMap::from(expected));
        assert_eq!(south.file.contents(), before);
    }
    rename(&mut south.db, bob, "fine");
    assert_eq!(south.db.flush_without_refused().unwrap().left_out, []);
    assert_eq!(south.stored("gamedb_inbox"), 1);
    let Shard { file, db, .. } = south;
    file.reopen(db);
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

// The receiver has never exchanged anything, and may have accepted all the same.
#[test]
fn what_a_world_has_read_is_not_called_back() {
    let shards = Shards::new();
    let (mut north, mut south, id) = waiting_for_south(&shards);
    south.accept(id).unwrap();
    let _ = south.db.flush_durable().unwrap();
    let refused = parcel_error(north.outbox.call_back(&north.db, id));
    assert_eq!(refused, ParcelError::NotWaiting { id });
    assert_eq!(south.exchange(), (0, 1, 0));
    assert_eq!(
        (north.inbox(), south.emails()),
        (vec![], ADA.map(str::to_owned).to_vec())
    );
}

/// A process that sees the tables of a new file sees its mark too.
#[test]
fn many_processes_open_a_new_outbox_at_once() {
    for _ in 0..40 {
        let shards = Shards::new();
        let gate = std::sync::Barrier::new(16);
        std::thread::scope(|scope| {
            for n in 0..16 {
                let (gate, shards) = (&gate, &shards);
                scope.spawn(move || {
                    gate.wait();
                    // Some of them come while another one makes it.
                    std::thread::sleep(std::time::Duration::from_micros(150 * n));
                    let opened = SharedOutbox::open(shards.path(), "north");
                    assert_eq!(opened.unwrap().sent().unwrap(), []);
                });
            }
        });
    }
}

#[test]
fn a_list_has_a_thousand_parcels_and_none_that_is_too_large_is_read() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (n_bytes, id) = ((1 << 24) + 1, ParcelId::from_bytes([7; 16]));
    let file = rusqlite::Connection::open(shards.path()).unwrap();
    let many = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 2100)
        INSERT INTO parcels (parcel, sender, receiver, contents)
        SELECT randomblob(16), 'north', 'south', x'00' FROM t";
    file.execute_batch(many).unwrap();
    // What has no name of a parcel is none, and hides none.
    let nameless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 1100)
        INSERT INTO parcels (number, parcel, sender, receiver, contents)
        SELECT -n, randomblob(9), CAST(x'ff' AS TEXT), 'south', x'00' FROM t;
        UPDATE parcels SET returned = CAST(x'ff' AS TEXT) WHERE number = 1";
    file.execute_batch(nameless).unwrap();
    let large = "INSERT INTO parcels (parcel, sender, receiver, contents, returned)
        VALUES (?1, 'north', 'south', zeroblob(?2), ?3)";
    let parameters = (&id.as_bytes()[..], n_bytes, "why? ".repeat(1_000));
    file.execute(large, parameters).unwrap();
    drop(file);
    let (mut place, mut lengths, mut all) = (0, Vec::new(), Vec::new());
    loop {
        let list = south.outbox.inbox_after(&south.db, place).unwrap();
        let Some(last) = list.last() else { break };
        place = last.place;
        lengths.push(list.len());
        all.extend(list);
    }
    assert_eq!(lengths, [1_000, 1_000, 101]);
    assert_eq!(south.outbox.inbox(&south.db).unwrap(), all[..1_000]);
    assert_eq!(
        north.outbox.sent_after(all[999].place).unwrap(),
        all[1_000..2_000]
    );
    let last = all.last().unwrap();
    assert_eq!((last.id, last.n_bytes), (id, n_bytes as u64));
    assert_eq!(last.returned.as_ref().unwrap().len(), 1_000);
    let refused = parcel_error(south.outbox.read(&mut south.db, id));
    let (bytes, most) = (n_bytes as u64, 1 << 24);
    assert_eq!(refused, ParcelError::TooLarge { bytes, most });
    south.send_back(id, &"no! ".repeat(1_000)).unwrap();
    let waiting = &north.outbox.inbox(&north.db).unwrap()[0];
    assert_eq!(
        (waiting.id, waiting.returned.as_ref().unwrap().len()),
        (id, 1_000)
    );
    assert!(north.outbox.read(&mut north.db, id).is_err());
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
