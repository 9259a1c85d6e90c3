//! Parcels of commits that were not answered.

use std::time::Duration;

use super::parcel_error;
use super::shards::{Shard, Shards};
use crate::common::sample::{attribute, player, rename};
use crate::common::{REFUSED, flush_failure, server};
use crate::proxy::{Commit, Proxy};
use gamedb::{Outcome, Parcel, ParcelError, PostgresOptions, ServerOutbox};
use gamedb_models::{Player, PlayerKey, World};

/// A world behind a proxy, with two players who are stored.
fn north(shards: &Shards) -> (Shard, Proxy, [PlayerKey; 2]) {
    let proxy = Proxy::new();
    let file = crate::common::TestFile::named(shards.name("north"));
    let options = PostgresOptions::new(proxy.address(), &file.world);
    let options = options.patience(Duration::from_millis(100));
    let mut db = options.open::<World>().unwrap();
    let players = [1, 2].map(|n| db.insert(player(n)).unwrap());
    db.add(players[0], attribute("luck")).unwrap();
    let _ = db.flush().unwrap();
    let outbox = ServerOutbox::connect(server(), &file.world).unwrap();
    let _ = db.flush().unwrap();
    (Shard { file, db, outbox }, proxy, players)
}

/// A flush of which it is not known whether it is stored.
fn leave_open(north: &mut Shard, proxy: &Proxy, fate: Commit, in_background: bool) {
    proxy.open(false);
    proxy.next_commit_is(fate);
    let failed = if in_background {
        let ticket = north.db.flush_in_background().unwrap();
        flush_failure(north.db.wait(ticket))
    } else {
        flush_failure(north.db.flush())
    };
    assert_eq!(failed.0, Outcome::Unknown, "{}", failed.1);
}

fn copy_out_of(shard: &Shard) -> Parcel {
    shard.db.outbox().next().unwrap().1.clone()
}

/// Once the commit is known, the parcels of its flush are delivered, also where nothing else is to be flushed.
#[test]
fn a_parcel_is_delivered_when_its_commit_is_known() {
    for (fate, in_background) in [
        (Commit::Unanswered, false),
        (Commit::Unanswered, true),
        (Commit::Lost, false),
        (Commit::Lost, true),
    ] {
        let shards = Shards::new();
        let mut south = shards.shard("south");
        let (mut north, proxy, [ada, bob]) = north(&shards);
        let id = north.db.hand_over(ada, &south.file.world).unwrap();
        let copy = copy_out_of(&north);
        leave_open(&mut north, &proxy, fate, in_background);
        // It may be stored, so it is not taken back.
        let refused = parcel_error(north.db.accept(&copy));
        assert!(matches!(refused, ParcelError::HasLeft { .. }), "{refused}");
        assert_eq!(north.db.outbox().len(), 1);
        proxy.open(true);
        if in_background {
            let ticket = north.db.flush_in_background().unwrap();
            let _ = north.db.wait(ticket).unwrap();
        } else {
            let _ = north.db.save(bob).unwrap();
        }
        assert_eq!(north.exchange(), 1, "{fate:?} {in_background}");
        assert_eq!(south.inbox(), [id]);
        south.accept(id).unwrap();
        south.settle();
        assert_eq!((south.emails().len(), north.emails().len()), (1, 1));
    }
}

/// What is never resolved is dirty again, and may be stored all the same.
#[test]
fn a_world_without_its_database_does_not_take_back_what_may_be_stored() {
    let shards = Shards::new();
    let (mut north, proxy, [ada, _]) = north(&shards);
    north.db.hand_over(ada, &shards.name("south")).unwrap();
    let copy = copy_out_of(&north);
    leave_open(&mut north, &proxy, Commit::Unanswered, false);
    assert_eq!(north.db.n_dirty(), 0);
    let mut world = north.db.into_world();
    // Nothing commits it again: its three rows are dirty, and the parcel is in the outbox.
    assert_eq!((world.n_dirty(), world.outbox().len()), (3, 1));
    let refused = parcel_error(world.accept(&copy));
    assert!(matches!(refused, ParcelError::HasLeft { .. }), "{refused}");
}

/// The rest of what a flush was to write comes back without the rows that were left out, and a save of one of them must
/// not tear it from the parcel.
#[test]
fn a_save_behind_an_open_commit_takes_along_what_that_has_left_out() {
    let shards = Shards::new();
    let (mut north, proxy, [ada, bob]) = north(&shards);
    let carol = north.player(3);
    let _ = north.db.flush().unwrap();
    north.file.execute(&format!(
        "ALTER TABLE players ADD CONSTRAINT refuse CHECK (full_name <> '{REFUSED}') NOT VALID"
    ));
    rename(&mut north.db, carol, REFUSED);
    let to = shards.name("south");
    (north.db)
        .transaction(|world| {
            rename(world, bob, "guide");
            world.hand_over(ada, &to)
        })
        .unwrap();
    let before = north.file.contents();
    proxy.open(false);
    proxy.next_commit_is(Commit::Lost);
    let failed = flush_failure(north.db.flush_without_refused());
    // Nothing but the generation would have been committed.
    assert_eq!(failed.0, Outcome::Unknown, "{}", failed.1);
    proxy.open(true);
    assert!(north.db.save(bob).is_err(), "carol is refused");
    assert_eq!((north.file.contents(), north.sent()), (before, vec![]));
    rename(&mut north.db, carol, "fine");
    let _ = north.db.save(bob).unwrap();
    assert_eq!(north.sent().len(), 1);
    let names = north
        .db
        .iter::<Player>()
        .map(|(_, row)| row.full_name.clone());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["fine", "guide"]);
    assert_eq!(north.file.contents(), crate::common::contents_of(&north.db));
}
