//! What becomes of a parcel, whatever keeps the worlds: `tests/postgres` runs these too.

use super::shards::{Shard, Shards, refused_later};
use super::{parcel_error, unchanged};
use crate::common::contents_of;
use crate::common::sample::rename;
use gamedb::{Error, ErrorKind, Parcel, ParcelError, ParcelId};
use gamedb_models::Player;

const ADA: [&str; 1] = ["1@example.com"];

/// A parcel with Ada that waits for south.
fn waiting_for_south(shards: &Shards) -> (Shard, Shard, ParcelId) {
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let _ = north.db.flush_durable().unwrap();
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    assert_eq!(south.inbox(), []);
    north.settle();
    assert_eq!(south.inbox(), [id]);
    assert!(north.emails().is_empty());
    (north, south, id)
}

#[test]
fn it_comes_in_once_however_often_it_is_tried() {
    let shards = Shards::new();
    let (mut north, mut south, id) = waiting_for_south(&shards);
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    let mut first_refusal = Some(ParcelError::AlreadyAccepted { id });
    for _ in 0..3 {
        north = north.die();
        north.settle();
        if south.inbox() == [id] {
            south.accept(id).unwrap();
        }
        let again = unchanged(&mut south.db, |world| world.accept(&parcel));
        let first = first_refusal.take();
        assert_eq!(
            parcel_error(again),
            first.unwrap_or_else(|| refused_later(id))
        );
        south.settle();
        south = south.die();
        assert_eq!(south.emails(), ADA);
    }
    assert_eq!((south.inbox(), north.sent()), (vec![], vec![]));
}

#[test]
fn killed_before_the_flush_it_is_where_it_was() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let ada = north.player(1);
    let _ = north.db.flush().unwrap();
    north.db.hand_over(ada, &shards.name("south")).unwrap();
    let mut north = north.die();
    assert_eq!(north.emails(), ADA);
    assert_eq!(north.db.outbox().len(), 0);
    // The receiver too: what it has not flushed it has not accepted.
    let ada = north.db.key(gamedb::Id::<Player>::new(1)).unwrap();
    let mut south = shards.shard("south");
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    north.settle();
    south.accept(id).unwrap();
    let mut south = south.die();
    assert_eq!((south.emails(), south.inbox()), (vec![], vec![id]));
    south.accept(id).unwrap();
    let _ = south.db.flush().unwrap();
    let mut south = south.die();
    assert_eq!(south.inbox(), []);
    south.exchange();
    assert_eq!(south.emails(), ADA);
    south.settle();
}

#[test]
fn a_refused_parcel_stays_and_can_be_sent_back() {
    let shards = Shards::new();
    let (mut north, mut south, id) = waiting_for_south(&shards);
    south.player(1);
    let _ = south.db.flush_durable().unwrap();
    let before = contents_of(&south.db);
    let refused = south.accept(id).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NotApplied { .. }));
    assert!((contents_of(&south.db), south.inbox()) == (before, vec![id]));
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    south.send_back(id, &refused.to_string()).unwrap();
    assert_eq!(south.inbox(), []);
    // Nor is a copy accepted that the program has kept.
    let copy = unchanged(&mut south.db, |world| world.accept(&parcel));
    assert_eq!(parcel_error(copy), ParcelError::SentBack { id });
    let again = south.send_back(id, "twice");
    assert_eq!(parcel_error(again), ParcelError::NotWaiting { id });
    // Two that refuse it send it to each other until one of them takes it.
    for _ in 0..2 {
        north.send_back(id, "no").unwrap();
        assert!(matches!(
            south.accept(id).unwrap_err().kind(),
            ErrorKind::NotApplied { .. }
        ));
        south.send_back(id, &refused.to_string()).unwrap();
    }
    // Whatever north has recorded of the delivery, it dies in between.
    north = north.die();
    north.settle();
    let waiting = north.outbox.inbox(&north.db).unwrap();
    assert_eq!(
        (waiting[0].id, &*waiting[0].from),
        (id, &*shards.name("south"))
    );
    assert_eq!(waiting[0].returned, Some(refused.to_string()));
    north = north.die();
    north.accept(id).unwrap();
    let _ = north.db.flush().unwrap();
    north = north.die();
    assert_eq!(
        (north.emails(), north.inbox()),
        (ADA.map(str::to_owned).to_vec(), vec![])
    );
    north.settle();
    assert_eq!((south.inbox(), north.sent()), (vec![], vec![]));
}

#[test]
fn what_was_accepted_is_not_sent_back() {
    let shards = Shards::new();
    let (_north, mut south, id) = waiting_for_south(&shards);
    south.accept(id).unwrap();
    let refused = south.send_back(id, "no");
    assert_eq!(parcel_error(refused), ParcelError::AlreadyAccepted { id });
    south.settle();
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
    south.exchange();
    let (ada, bob) = (north.player(1), north.player(2));
    let lost = north.db.hand_over(ada, "nobody there").unwrap();
    let other = north.db.hand_over(bob, &shards.name("south")).unwrap();
    north.settle();
    let refused = parcel_error(north.outbox.call_back(&north.db, other));
    assert_eq!(refused, ParcelError::NotWaiting { id: other });
    north.outbox.call_back(&north.db, lost).unwrap();
    assert_eq!(north.inbox(), [lost]);
    north.accept(lost).unwrap();
    north.settle();
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
            let id = both[from].db.hand_over(ada, &shards.name(name)).unwrap();
            both[from].settle();
            let Shard { db, outbox, .. } = &mut *both[to];
            let parcel = outbox.read(db, id).unwrap();
            let arrived = db.accept(&parcel).unwrap();
            ada = db.key(arrived.root::<Player>().unwrap()).unwrap();
            both[to].settle();
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
            world.hand_over(ada, &shards.name("south"))
        })
        .unwrap();
    let _ = north.db.save(bob).unwrap();
    let north = north.die();
    assert_eq!(north.emails().len(), 1);
    let mut north = north;
    north.settle();
    south.accept(id).unwrap();
    let key = south.db.iter::<Player>().next().unwrap().0;
    let _ = south.db.save(key).unwrap();
    let mut south = south.die();
    assert_eq!((south.emails().len(), south.inbox()), (1, vec![]));
}

/// A copy of the newest parcel in a world's own outbox.
fn copy_out_of(shard: &Shard) -> Parcel {
    let (_, parcel) = shard.db.outbox().last().unwrap();
    Parcel::from_bytes(parcel.as_bytes().to_vec()).unwrap()
}

#[test]
fn a_world_takes_back_what_no_flush_has_written() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let _ = north.db.flush_durable().unwrap();
    let (to, bob) = (shards.name("south"), north.player(2));
    let bobs = north.db.hand_over(bob, &to).unwrap();
    north.db.hand_over(ada, &to).unwrap();
    let copy = copy_out_of(&north);
    // A rollback leaves it in the outbox, in its place.
    let carol = north.player(3);
    let carols = north.db.hand_over(carol, &to).unwrap();
    let before: Vec<_> = north.db.outbox().map(|(_, one)| one.id()).collect();
    assert_eq!(before, [bobs, copy.id(), carols]);
    let failed = north.db.transaction(|world| -> Result<(), Error> {
        world.accept(&copy)?;
        assert_eq!(world.outbox().len(), 2);
        Err(ErrorKind::TransactionOpen.into())
    });
    assert!(failed.is_err());
    let after: Vec<_> = north.db.outbox().map(|(_, one)| one.id()).collect();
    assert_eq!(after, before);
    let arrived = north.db.accept(&copy).unwrap();
    let again = unchanged(&mut north.db, |world| world.accept(&copy));
    let id = copy.id();
    assert_eq!(parcel_error(again), ParcelError::AlreadyAccepted { id });
    // What left and came back in one flush was never anywhere else.
    let _ = north.db.flush_durable().unwrap();
    let ada = north.db.key(arrived.root::<Player>().unwrap()).unwrap();
    rename(&mut north.db, ada, "back again");
    north.settle();
    assert_eq!(south.inbox(), [bobs, carols]);
    let mut north = north.die();
    assert_eq!(
        (north.emails(), north.inbox()),
        (ADA.map(str::to_owned).to_vec(), vec![])
    );
    let again = unchanged(&mut north.db, |world| world.accept(&copy));
    assert!(matches!(
        parcel_error(again),
        ParcelError::AlreadyAccepted { .. } | ParcelError::NotRead { .. }
    ));
}

#[test]
fn what_may_be_stored_is_not_taken_back_before_it_has_come_back() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let _ = north.db.flush_durable().unwrap();
    let to = shards.name("south");
    let id = north.db.hand_over(ada, &to).unwrap();
    let copy = copy_out_of(&north);
    let ticket = north.db.flush_in_background().unwrap();
    // In flight, written, and loaded again.
    for step in 0..3 {
        let refused = unchanged(&mut north.db, |world| world.accept(&copy));
        let to = to.clone();
        // A server has it where all worlds have it, and its own outbox is empty after a start.
        let expected = if north.db.outbox().len() == 0 {
            ParcelError::NotRead { id }
        } else {
            ParcelError::HasLeft { id, to }
        };
        assert_eq!(parcel_error(refused), expected, "{step}");
        match step {
            0 => drop(north.db.wait(ticket).unwrap()),
            _ => north = north.die(),
        }
    }
    north.settle();
    let refused = unchanged(&mut north.db, |world| world.accept(&copy));
    assert_eq!(parcel_error(refused), ParcelError::NotRead { id });
    // Nor does another world take what it has not read.
    let mut west = shards.shard("west");
    for other in [&mut south, &mut west] {
        let refused = unchanged(&mut other.db, |world| world.accept(&copy));
        assert_eq!(parcel_error(refused), ParcelError::NotRead { id });
        other.player(7);
        let _ = other.db.flush().unwrap();
    }
    south.send_back(id, "no").unwrap();
    // It is known to be here when it is read, whatever this process remembers of its delivery.
    assert_eq!(north.inbox(), [id]);
    let read = north.outbox.read(&mut north.db, id).unwrap();
    assert_eq!(read, copy);
    north.db.accept(&copy).unwrap();
    north.settle();
    let mut north = north.die();
    assert_eq!(
        (north.emails(), north.inbox()),
        (ADA.map(str::to_owned).to_vec(), vec![])
    );
    assert_eq!((south.inbox(), north.sent()), (vec![], vec![]));
}

#[test]
fn what_comes_back_before_its_delivery_is_recorded_comes_in_once() {
    let shards = Shards::new();
    let (mut north, mut south, id) = waiting_for_south(&shards);
    south.send_back(id, "no").unwrap();
    // North dies, and a file that has not recorded the delivery has the parcel in its outbox still.
    north = north.die();
    for _ in 0..2 {
        let parcel = north.outbox.read(&mut north.db, id).unwrap();
        assert_eq!(north.db.outbox().len(), 0);
        north.send_back(id, "not now").unwrap();
        let copy = unchanged(&mut north.db, |world| world.accept(&parcel));
        assert_eq!(parcel_error(copy), ParcelError::SentBack { id });
        let _ = south.outbox.read(&mut south.db, id).unwrap();
        south.send_back(id, "nor here").unwrap();
    }
    north.accept(id).unwrap();
    north.settle();
    north = north.die();
    assert_eq!(north.emails(), ADA);
    assert_eq!(
        (north.inbox(), south.inbox(), north.sent()),
        (vec![], vec![], vec![])
    );
}

#[test]
fn a_program_that_carries_parcels_itself_has_them_come_in_once() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let parcel = north.db.pack(ada).unwrap();
    let _ = north.db.flush().unwrap();
    let id = parcel.id();
    south.db.accept(&parcel).unwrap();
    let refused = south.send_back(id, "no");
    assert_eq!(parcel_error(refused), ParcelError::AlreadyAccepted { id });
    let _ = south.db.flush().unwrap();
    for _ in 0..2 {
        south.exchange();
        assert!(south.db.has_accepted(id));
        let again = unchanged(&mut south.db, |world| world.accept(&parcel));
        assert_eq!(parcel_error(again), ParcelError::AlreadyAccepted { id });
        south = south.die();
    }
    assert_eq!(south.emails(), ADA);
}

/// Regression: a world could not take back what it had tried to send back.
#[test]
fn what_could_not_be_sent_back_may_be_taken_back() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let ada = north.player(1);
    let id = north.db.hand_over(ada, &shards.name("south")).unwrap();
    let copy = copy_out_of(&north);
    let refused = parcel_error(north.send_back(id, "no"));
    assert_eq!(refused, ParcelError::NotWaiting { id });
    north.db.accept(&copy).unwrap();
    // Nor is a parcel that the program carries any outbox's.
    let bob = north.player(2);
    let carried = north.db.pack(bob).unwrap();
    let id = carried.id();
    let refused = parcel_error(north.send_back(id, "no"));
    assert_eq!(refused, ParcelError::NotWaiting { id });
    north.db.accept(&carried).unwrap();
    north.settle();
    let mut north = north.die();
    assert_eq!((north.emails().len(), north.sent()), (2, vec![]));
}

#[test]
fn a_player_passes_through_a_world_in_one_flush() {
    let shards = Shards::new();
    let (_north, mut south, id) = waiting_for_south(&shards);
    let mut west = shards.shard("west");
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    let arrived = south.db.accept(&parcel).unwrap();
    let ada = south.db.key(arrived.root::<Player>().unwrap()).unwrap();
    let on = south.db.hand_over(ada, &shards.name("west")).unwrap();
    let again = unchanged(&mut south.db, |world| world.accept(&parcel));
    assert_eq!(parcel_error(again), ParcelError::AlreadyAccepted { id });
    // What is in neither file yet is where it was.
    south = south.die();
    assert_eq!((south.inbox(), west.inbox()), (vec![id], vec![]));
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    let arrived = south.db.accept(&parcel).unwrap();
    let ada = south.db.key(arrived.root::<Player>().unwrap()).unwrap();
    let on_again = south.db.hand_over(ada, &shards.name("west")).unwrap();
    assert_ne!(on, on_again);
    south.settle();
    let mut south = south.die();
    assert_eq!((south.inbox(), south.emails()), (vec![], vec![]));
    assert_eq!(west.inbox(), [on_again]);
    west.accept(on_again).unwrap();
    west.settle();
    assert_eq!(west.die().emails(), ADA);
}

#[test]
fn a_world_may_hand_over_to_itself() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let ada = north.player(1);
    let id = north.db.hand_over(ada, &shards.name("north")).unwrap();
    north.settle();
    for _ in 0..2 {
        north = north.die();
        assert_eq!((north.inbox(), north.emails()), (vec![id], vec![]));
        north.accept(id).unwrap();
    }
    north.settle();
    let mut north = north.die();
    north.settle();
    assert_eq!(
        (north.inbox(), north.emails(), north.sent()),
        (vec![], ADA.map(str::to_owned).to_vec(), vec![])
    );
}

/// Whatever ends a transaction, the parcel may be accepted after it, and two of which one does not fit are two matters.
#[test]
fn a_transaction_that_fails_leaves_the_parcel_where_it_was() {
    let shards = Shards::new();
    let (mut north, mut south, id) = waiting_for_south(&shards);
    let (bob, to) = (north.player(2), shards.name("south"));
    let other = north.db.hand_over(bob, &to).unwrap();
    north.settle();
    let parcel = south.outbox.read(&mut south.db, id).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = south.db.transaction(|world| -> Result<(), Error> {
            world.accept(&parcel)?;
            panic!("in the middle")
        });
    }));
    assert!(panicked.is_err());
    let twice = south.db.transaction(|world| {
        world.accept(&parcel)?;
        world.accept(&parcel)
    });
    assert_eq!(parcel_error(twice), ParcelError::AlreadyAccepted { id });
    assert_eq!((south.inbox().len(), south.emails().len()), (2, 0));
    south.player(2);
    let refused = south.accept(other).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NotApplied { .. }));
    south.accept(id).unwrap();
    south.settle();
    let mut south = south.die();
    assert_eq!((south.inbox(), south.emails().len()), (vec![other], 2));
}
