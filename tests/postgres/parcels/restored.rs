//! One world is put back from a backup, and the others go on: who has left it since is there twice, and who has come nowhere.

use super::shards::{Shard, Shards};
use crate::backups::{dump, restore};
use crate::common::TestFile;
use gamedb::{ErrorKind, FileError, ServerOutbox};
use gamedb_models::{Player, World};

/// Asserts that a world is not opened, and that nothing is written to it.
#[track_caller]
fn assert_refused(file: &TestFile) {
    let before = file.contents();
    let epoch = file.number("SELECT epoch FROM gamedb_world");
    let refused = file.options().open::<World>();
    let Err(ErrorKind::File(FileError::RestoredWorld {
        found, exchanged, ..
    })) = refused.map(drop).map_err(gamedb::Error::into_kind)
    else {
        panic!("it is older than its parcels")
    };
    assert!(found < exchanged, "{found} {exchanged}");
    assert_eq!(file.contents(), before);
    assert_eq!(file.number("SELECT epoch FROM gamedb_world"), epoch);
}

/// The process that has the world ends, and another one, which remembers nothing, finds the world as it was in the backup.
fn put_back(shard: Shard, backup: &[u8]) -> (TestFile, ServerOutbox) {
    let Shard { file, db, outbox } = shard;
    db.discard();
    restore(&file, backup);
    // This process would refuse it for what it remembers of that identity.
    file.execute(
        "UPDATE gamedb_world SET identity = gen_random_uuid();
         UPDATE gamedb_shards.states AS moved SET identity = own.identity FROM gamedb_world AS own
         WHERE moved.world = own.world",
    );
    (file, outbox)
}

fn walks(from: &mut Shard, to: &mut Shard, n: i64) {
    let player = from
        .db
        .iter::<Player>()
        .find(|(_, player)| player.email == format!("{n}@example.com"));
    let player = player.unwrap().0;
    let id = from.db.hand_over(player, &to.file.world).unwrap();
    from.settle();
    to.accept(id).unwrap();
    to.settle();
}

#[test]
fn a_world_that_is_older_than_its_parcels_is_not_opened() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    for n in 1..=3 {
        north.player(n);
    }
    walks(&mut north, &mut south, 1);
    let backups = [&north, &south].map(|shard| dump(&shard.file));
    // A backup that lacks no walk lacks nothing that matters to other worlds.
    north.player(4);
    north.settle();
    let (file, outbox) = put_back(north, &backups[0]);
    let db = file.open();
    let mut north = Shard { file, db, outbox };
    walks(&mut north, &mut south, 2);
    for (shard, backup) in [north, south].into_iter().zip(&backups) {
        let (file, outbox) = put_back(shard, backup);
        assert_refused(&file);
        assert_refused(&file);
        let db = file.options().accept_older_state().open().unwrap();
        // It is not said again.
        let mut shard = Shard { file, db, outbox }.die();
        shard.player(9);
        shard.settle();
        assert_eq!(shard.die().db.check(), [""; 0]);
    }
}
