//! Parcels between worlds of one database: the tests of worlds in files, and what is another matter here.

#[path = "../it/parcels/random.rs"]
mod random;
#[path = "parcels/shards.rs"]
mod shards;
#[path = "../it/parcels/walks.rs"]
mod walks;

use std::time::{Duration, Instant};

use crate::common::contents_of;
use gamedb::{Error, ErrorKind, ParcelError};
use gamedb_models::World;

use shards::Shards;

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
    let ada = north.player(1);
    let _ = north.db.flush().unwrap();
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    north.settle();
    // Another process opens south; the old one still believes that it has it.
    let second = south.file.open();
    assert_eq!(
        parcel_error(south.send_back(id, "no")),
        ParcelError::NotWaiting { id }
    );
    south.accept(id).unwrap();
    assert!(south.db.flush().is_err());
    south.db.discard();
    south.db = second;
    assert_eq!(south.inbox(), [id]);
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
    assert!(south.db.flush().is_err());
    assert_eq!(south.file.contents(), before);
    let mut south = south.die();
    assert_eq!((south.inbox(), south.emails().len()), (vec![], 0));
}
