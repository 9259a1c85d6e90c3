//! Whose parcels an outbox moves, and where they can be called back from.

use super::parcel_error;
use super::shards::Shards;
use crate::common::flush_failure;
use gamedb::{Error, ErrorKind, FileError, FlushFailure, ParcelError};

#[track_caller]
fn assert_not_owner<R: std::fmt::Debug>(result: Result<R, Error>) {
    let error = result.map_err(Error::into_kind);
    assert!(
        matches!(error, Err(ErrorKind::File(FileError::NotOwner { .. }))),
        "{error:?}"
    );
}

/// Regression: what was read for another world could be accepted there, and no flush of that world was written any more.
#[test]
fn an_outbox_moves_parcels_of_its_own_world_alone() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let lost = north.db.hand_over(ada, "nobody").unwrap();
    let id = north.db.hand_over(bob, &shards.name("south")).unwrap();
    north.settle();
    assert_not_owner(south.outbox.read(&mut north.db, id));
    assert_not_owner(south.outbox.send_back(&mut north.db, id, "no"));
    assert_not_owner(north.outbox.call_back(&south.db, lost));
    // Nor those of a world that another process has by now.
    let old = std::mem::replace(&mut north.db, north.file.open());
    assert_not_owner(north.outbox.call_back(&old, lost));
    old.discard();
    north.outbox.call_back(&north.db, lost).unwrap();
    north.accept(lost).unwrap();
    south.accept(id).unwrap();
    north.settle();
    south.settle();
    assert_eq!((north.emails().len(), south.emails().len()), (1, 1));
}

/// Regression: nobody takes a parcel for a schema that is no world, and it could not be called back.
#[test]
fn a_parcel_for_a_schema_that_is_no_world_is_called_back() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let empty = shards.shard("empty");
    let sql = format!(
        "DROP SCHEMA {0} CASCADE; CREATE SCHEMA {0}",
        empty.file.quoted()
    );
    empty.db.discard();
    empty.file.execute(&sql);
    for to in ["public", "gamedb_shards", "pg_catalog", &empty.file.world] {
        let player = north.player(1);
        let id = north.db.hand_over(player, to).unwrap();
        north.settle();
        north.outbox.call_back(&north.db, id).unwrap();
        let twice = parcel_error(north.outbox.call_back(&north.db, id));
        assert_eq!(twice, ParcelError::NotWaiting { id }, "{to}");
        let parcel = north.outbox.read(&mut north.db, id).unwrap();
        let arrived = north.db.accept(&parcel).unwrap();
        let player = north
            .db
            .key(arrived.root::<gamedb_models::Player>().unwrap())
            .unwrap();
        north.settle();
        north.db.remove(player).unwrap();
    }
}

#[test]
fn an_exchange_counts_what_has_left_and_what_has_come() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let players = [1, 2].map(|n| north.player(n));
    let ids = players.map(|player| north.db.hand_over(player, &shards.name("south")).unwrap());
    let counts = |shard: &mut super::shards::Shard| {
        let exchanged = shard.outbox.exchange(&mut shard.db).unwrap();
        (
            exchanged.delivered,
            exchanged.acknowledged,
            exchanged.held_back,
        )
    };
    assert_eq!(counts(&mut north), (0, 0, 2));
    let _ = north.db.flush().unwrap();
    assert_eq!(
        (counts(&mut north), counts(&mut north)),
        ((2, 0, 0), (0, 0, 0))
    );
    for id in ids {
        south.accept(id).unwrap();
    }
    assert_eq!(counts(&mut south), (0, 0, 0));
    let _ = south.db.flush().unwrap();
    assert_eq!(
        (counts(&mut south), counts(&mut south)),
        ((0, 2, 0), (0, 0, 0))
    );
}

/// Regression: a statement that an operator has cancelled, or that took too long, did not count as one to be tried again.
#[test]
fn a_flush_that_was_cancelled_is_tried_again() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    north.settle();
    south.accept(id).unwrap();
    let outsider = south.file.writer();
    outsider.execute("BEGIN; LOCK TABLE players").unwrap();
    let ticket = south.db.flush_in_background().unwrap();
    let cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_locks
        WHERE relation = 'players'::regclass AND NOT granted";
    crate::common::wait_until(|| south.file.number(cancel) > 0);
    let failed = south.db.wait(ticket).unwrap_err();
    assert!(failed.is_transient(), "{failed}");
    let (_, cause) = flush_failure::<()>(Err(failed));
    assert!(matches!(cause, FlushFailure::Busy), "{cause}");
    outsider.execute("ROLLBACK").unwrap();
    assert!(south.db.has_accepted(id));
    let _ = south.db.flush().unwrap();
    assert_eq!(south.die().emails().len(), 1);
}
