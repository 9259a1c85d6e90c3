//! Parcels between worlds of one database: the tests of worlds in files, and what is another matter here.

#[path = "parcels/bounds.rs"]
mod bounds;
#[path = "parcels/hosts.rs"]
mod hosts;
#[path = "parcels/owners.rs"]
mod owners;
#[path = "../it/parcels/random.rs"]
mod random;
#[path = "parcels/restored.rs"]
mod restored;
#[path = "parcels/shards.rs"]
mod shards;
#[path = "parcels/unanswered.rs"]
mod unanswered;
#[path = "../it/parcels/walks.rs"]
mod walks;

use std::time::{Duration, Instant};

use crate::common::sample::{flushed_refusing_file, rename};
use crate::common::{REFUSED, contents_of, flush_failure, server, wait_until};
use gamedb::{
    Bond, Error, ErrorKind, FileError, FlushFailure, LeftOutReason, ParcelError, ServerOutbox,
};
use gamedb_models::World;

use shards::{Shard, Shards};

#[track_caller]
fn parcel_error<R: std::fmt::Debug>(result: Result<R, Error>) -> ParcelError {
    match result.map_err(Error::into_kind) {
        Err(ErrorKind::Parcel(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// Does something that fails, and asserts that nothing has changed.
#[track_caller]
fn unchanged<R>(world: &mut World, fails: impl FnOnce(&mut World) -> R) -> R {
    let before = (contents_of(world), world.n_dirty());
    let result = fails(world);
    assert!(before == (contents_of(world), world.n_dirty()));
    result
}

#[test]
fn the_receiver_is_woken() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    assert_eq!(south.inbox(), []);
    assert!(!south.outbox.wait(Duration::from_millis(1)).unwrap());
    let ada = north.player(1);
    let to = shards.name("south");
    let waiter = std::thread::spawn(move || {
        let start = Instant::now();
        assert!(south.outbox.wait(Duration::from_secs(30)).unwrap());
        assert!(start.elapsed() < Duration::from_secs(20));
        south
    });
    std::thread::sleep(Duration::from_millis(100));
    let id = north.db.hand_over(ada, &to).unwrap();
    let _ = north.db.flush().unwrap();
    let mut south = waiter.join().unwrap();
    assert_eq!(south.inbox(), [id]);
    // One that comes back wakes its sender.
    let _ = north.outbox.wait(Duration::from_millis(1)).unwrap();
    south.send_back(id, "no").unwrap();
    assert!(north.outbox.wait(Duration::from_secs(30)).unwrap());
    assert_eq!(north.inbox(), [id]);
}

#[test]
fn a_process_that_has_lost_its_world_moves_no_parcel() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let _ = north.db.flush().unwrap();
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    let other = north.db.hand_over(bob, &shards.name("south")).unwrap();
    north.settle();
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    // Another process opens south; the old one still believes that it has it.
    let second = south.file.open();
    let not_owner = |result: Result<(), Error>| {
        let error = result.map_err(Error::into_kind);
        assert!(
            matches!(error, Err(ErrorKind::File(FileError::NotOwner { .. }))),
            "{error:?}"
        );
    };
    not_owner(south.send_back(other, "no"));
    not_owner(south.outbox.read(&mut south.db, id).map(drop));
    // What it has read before it can accept, and not store.
    south.db.accept(&parcel).unwrap();
    let (_, cause) = flush_failure(south.db.flush());
    assert!(matches!(cause, FlushFailure::Fenced { .. }), "{cause}");
    south.db.discard();
    south.db = second;
    assert_eq!(south.inbox(), [id, other]);
    south.accept(id).unwrap();
    let _ = south.db.flush().unwrap();
    assert_eq!(south.emails(), ["1@example.com"]);
}

/// Two processes cannot both have a parcel: whoever flushes second writes nothing.
#[test]
fn a_parcel_that_is_gone_when_it_is_flushed_fails_the_flush() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    north.settle();
    south.accept(id).unwrap();
    let before = south.file.contents();
    south
        .file
        .execute("DELETE FROM gamedb_shards.parcels WHERE receiver = current_schema()");
    let (_, cause) = flush_failure(south.db.flush());
    assert!(
        matches!(cause, FlushFailure::ParcelGone { id: gone } if gone == id),
        "{cause}"
    );
    assert_eq!(south.file.contents(), before);
    let mut south = south.die();
    assert_eq!((south.inbox(), south.emails().len()), (vec![], 0));
}

/// An old primary that was started again still has what was accepted on the new one.
#[test]
fn nothing_is_read_from_a_server_that_is_older_than_the_world() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    north.settle();
    south.flush_durable();
    let is_older = |result: Result<(), Error>| {
        let error = result.map_err(Error::into_kind);
        assert!(
            matches!(error, Err(ErrorKind::File(FileError::OlderWorld { .. }))),
            "{error:?}"
        );
    };
    for (column, by) in [("epoch", 1), ("generation", 1)] {
        south.file.execute(&format!(
            "UPDATE gamedb_world SET {column} = {column} - {by}"
        ));
        is_older(south.outbox.read(&mut south.db, id).map(drop));
        is_older(south.send_back(id, "no"));
        is_older(ServerOutbox::connect(server(), &south.file.world).map(drop));
        south.file.execute(&format!(
            "UPDATE gamedb_world SET {column} = {column} + {by}"
        ));
    }
    let _ = read_and_accept(&mut south, id);
    let _ = south.db.flush().unwrap();
    assert_eq!(south.emails(), ["1@example.com"]);
}

fn read_and_accept(south: &mut Shard, id: gamedb::ParcelId) -> gamedb::Parcel {
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    let _ = south.db.accept(&parcel).unwrap();
    parcel
}

#[test]
fn a_parcel_that_is_read_again_while_its_flush_is_in_flight_comes_in_once() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    north.settle();
    let parcel = read_and_accept(&mut south, id);
    let outsider = south.file.writer();
    outsider
        .execute(
            "BEGIN; SELECT FROM gamedb_shards.parcels WHERE receiver = current_schema() FOR UPDATE",
        )
        .unwrap();
    let ticket = south.db.flush_in_background().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(south.db.poll(ticket).is_none());
    let _ = south.outbox.read(&mut south.db, id).unwrap();
    outsider.execute("ROLLBACK").unwrap();
    let _ = south.db.wait(ticket).unwrap();
    south.exchange();
    let refused = parcel_error(south.db.accept(&parcel));
    assert_eq!(refused, ParcelError::NotRead { id });
    assert_eq!(south.emails(), ["1@example.com"]);
    let _ = south.db.flush().unwrap();
}

#[test]
fn nothing_that_a_parcel_has_moved_is_written_while_a_row_is_left_out() {
    let shards = Shards::new();
    let south = shards.name("south");
    let (file, db, sample) = flushed_refusing_file();
    let outbox = ServerOutbox::connect(server(), &file.world).unwrap();
    let mut north = Shard { file, db, outbox };
    rename(&mut north.db, sample.bob, REFUSED);
    let id = north.db.hand_over(sample.ada, &south).unwrap();
    let before = north.file.contents();
    let refused = |failure: FlushFailure| matches!(failure, FlushFailure::Refused { .. });
    assert!(refused(flush_failure(north.db.flush()).1));
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
        (north.file.contents(), north.sent()),
        (before.clone(), vec![])
    );
    let ticket = north.db.flush_in_background_without_refused().unwrap();
    let _ = north.db.wait(ticket).unwrap();
    assert_eq!((north.file.contents(), north.sent()), (before, vec![]));
    assert_eq!((north.exchange(), north.db.outbox().len()), (0, 1));
    rename(&mut north.db, sample.bob, "fine");
    assert_eq!(north.db.flush_without_refused().unwrap().left_out, []);
    assert_eq!(north.file.number("SELECT count(*) FROM players"), 1);
    assert_eq!(north.sent()[0].id, id);

    // The receiver's parcel stays where it is, too.
    let (file, mut db, sample) = flushed_refusing_file();
    let outbox = ServerOutbox::connect(server(), &file.world).unwrap();
    db.remove(sample.ada).unwrap();
    let _ = db.flush().unwrap();
    let mut west = Shard { file, db, outbox };
    let mut sender = shards.shard("sender");
    let carol = sender.player(5);
    let id = sender.db.hand_over(carol, &west.file.world).unwrap();
    sender.settle();
    west.accept(id).unwrap();
    rename(&mut west.db, sample.bob, REFUSED);
    let before = west.file.contents();
    let report = west.db.flush_without_refused().unwrap();
    assert!(report.left_out.len() > 1);
    assert_eq!(west.file.contents(), before);
    assert_eq!(sender.sent()[0].id, id);
    rename(&mut west.db, sample.bob, "fine");
    let _ = west.db.flush().unwrap();
    assert_eq!(sender.sent(), []);
    assert_eq!(west.emails().len(), 2);
}

/// A standby that was promoted may not have got the tables of parcels.
#[test]
fn tables_of_parcels_that_are_gone_are_made_again() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let parcels = [ada, bob].map(|key| north.db.pack(key).unwrap());
    south.db.accept(&parcels[0]).unwrap();
    let _ = south.db.flush().unwrap();
    assert_eq!(south.file.number("SELECT count(*) FROM gamedb_inbox"), 1);
    south.file.execute("DROP TABLE gamedb_inbox");
    south.db.accept(&parcels[1]).unwrap();
    // The session that had seen the tables ends.
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks
        WHERE relation = 'players'::regclass AND NOT granted";
    let outsider = south.file.writer();
    outsider.execute("BEGIN; LOCK TABLE players").unwrap();
    let ticket = south.db.flush_in_background().unwrap();
    wait_until(|| south.file.number(kill) > 0);
    assert!(south.db.wait(ticket).is_err());
    outsider.execute("ROLLBACK").unwrap();
    let _ = south.db.flush().unwrap();
    assert_eq!(south.file.number("SELECT count(*) FROM gamedb_inbox"), 1);
    assert_eq!(south.emails().len(), 2);
}

/// What can be fetched no more need not be known by its name.
#[test]
fn the_names_of_accepted_parcels_do_not_stay() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    for round in 0..5 {
        let player = north.player(round);
        let id = north.db.hand_over(player, &shards.name("south")).unwrap();
        north.settle();
        south.accept(id).unwrap();
        assert!(south.db.has_accepted(id));
        south.exchange();
        assert!(south.db.has_accepted(id), "the flush is still to come");
        south.settle();
        assert!(!south.db.has_accepted(id));
    }
    assert_eq!(south.file.number("SELECT count(*) FROM gamedb_inbox"), 0);
    let south = south.die();
    assert_eq!(south.emails().len(), 5);
}
