//! What becomes of parcels when files are moved, deleted, or put back from a backup beside worlds that go on.

use std::path::Path;

use super::parcel_error;
use super::shards::{Shard, Shards};
use crate::common::Database;
use gamedb::codegen::traits::*;
use gamedb::{
    Consent, Error, ErrorKind, FileError, Migration, MigrationError, ParcelError, Safety,
    SharedOutbox,
};
use gamedb_models::{Tables, World};

#[track_caller]
fn file_error<R: std::fmt::Debug>(result: Result<R, Error>) -> FileError {
    match result.map_err(Error::into_kind) {
        Err(ErrorKind::File(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// What is done to a file, with its name.
type Deed = (&'static str, fn(&Path));

/// What an operator may do to a file that processes have open.
const DEEDS: [Deed; 4] = [
    ("deleted", |path| std::fs::remove_file(path).unwrap()),
    ("renamed", |path| {
        std::fs::rename(path, path.with_extension("old")).unwrap();
    }),
    ("replaced", |path| {
        let copy = path.with_extension("copy");
        std::fs::copy(path, &copy).unwrap();
        std::fs::rename(copy, path).unwrap();
    }),
    ("its log deleted", |path| {
        std::fs::remove_file(path.with_file_name("outbox.db-wal")).unwrap();
    }),
];

/// Regression: what was delivered into a file that had no name any more was gone when the process ended.
#[test]
fn nothing_is_delivered_into_an_outbox_that_is_not_there_any_more() {
    for (what, deed) in DEEDS {
        let shards = Shards::new();
        let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
        let ada = north.player(1);
        let id = north.db.hand_over(ada, "south").unwrap();
        let _ = north.db.flush_durable().unwrap();
        south.exchange();
        deed(&shards.path());
        let moved = file_error(north.outbox.exchange(&mut north.db));
        assert!(
            matches!(moved, FileError::OutboxMoved { .. }),
            "{what}: {moved}"
        );
        let moved = file_error(south.send_back(id, "no"));
        assert!(
            matches!(moved, FileError::OutboxMoved { .. }),
            "{what}: {moved}"
        );
        // What was forgotten in it would be known again at the next start.
        let moved = file_error(north.outbox.forget_world());
        assert!(
            matches!(moved, FileError::OutboxMoved { .. }),
            "{what}: {moved}"
        );
        assert_eq!(north.db.outbox().len(), 1, "{what}");
        let _ = north.db.flush_durable().unwrap();
        // All processes end, and are started again, with the file that is there then, or a new one.
        let Shard { file, db, outbox } = north;
        db.discard();
        drop((outbox, south.outbox));
        south.outbox = shards.outbox("south");
        let mut north = Shard {
            db: file.open(),
            file,
            outbox: shards.outbox("north"),
        };
        assert_eq!(north.exchange(), (1, 0, 0), "{what}");
        assert_eq!(south.inbox(), [id], "{what}");
        south.accept(id).unwrap();
    }
}

/// A world that goes on from a backup has those again who have left it since, and lacks those who have come.
#[test]
fn a_world_that_was_put_back_is_told_so_before_it_moves_a_parcel() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let first = north.db.hand_over(ada, "south").unwrap();
    north.settle();
    south.accept(first).unwrap();
    south.settle();
    let backups = [&north, &south].map(|shard| {
        let to = shard.file.folder().join("backup.db");
        let _ = shard.db.backup(&to).unwrap().wait().unwrap();
        to
    });
    let id = north.db.hand_over(bob, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    south.accept(id).unwrap();
    assert_eq!(south.settle(), (0, 1, 0));
    // Those who go on are told nothing, nor are those who start again with what they had.
    assert_eq!(north.exchange(), (0, 0, 0));
    let (mut north, mut south) = (north.die(), south.die());
    // It had not recorded the delivery, and south has the parcel already.
    assert_eq!((north.settle(), south.settle()), ((1, 0, 0), (0, 1, 0)));

    for (shard, backup) in [&mut north, &mut south].into_iter().zip(&backups) {
        let mut db = Database::<World>::open(backup).unwrap();
        // However many flushes it has had since, it was opened too early.
        for n in 0..9 {
            db.insert(crate::common::sample::player(100 + n)).unwrap();
            let _ = db.flush_durable().unwrap();
        }
        let outbox = &mut shard.outbox;
        for refused in [
            outbox.exchange(&mut db).map(drop),
            outbox.read(&mut db, id).map(drop),
            outbox.send_back(&mut db, id, "no"),
            outbox.call_back(&db, id),
        ] {
            let error = file_error(refused);
            let FileError::RestoredWorld {
                found, exchanged, ..
            } = error
            else {
                panic!("{error}")
            };
            assert!(found < exchanged, "{found} {exchanged}");
        }
        // Who accepts that goes on, and is not told again.
        outbox.forget_world().unwrap();
        let _ = outbox.exchange(&mut db).unwrap();
        drop(db);
        let mut db = Database::<World>::open(backup).unwrap();
        let _ = outbox.exchange(&mut db).unwrap();
    }
}

/// Regression: a game that went on without parcels has counted as many flushes as the outbox knew of after a while, and was
/// refused until then alone.
#[test]
fn a_world_that_was_put_back_stays_refused_until_that_is_accepted() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let (ada, bob) = (north.player(1), north.player(2));
    // With a parcel in its outbox, each opening of the backup is a flush.
    north.db.hand_over(ada, "south").unwrap();
    let _ = north.db.flush_durable().unwrap();
    let backup = north.file.folder().join("backup.db");
    let _ = north.db.backup(&backup).unwrap().wait().unwrap();
    north.db.hand_over(bob, "south").unwrap();
    assert_eq!(north.settle(), (2, 0, 0));

    let numbers = |error| match error {
        FileError::RestoredWorld {
            found, exchanged, ..
        } => (found, exchanged),
        error => panic!("{error}"),
    };
    let mut outbox = shards.outbox("north");
    let mut db = Database::<World>::open(&backup).unwrap();
    let first = numbers(file_error(outbox.exchange(&mut db)));
    assert!(first.0 < first.1, "{first:?}");
    // The one that has moved them, and is running still, goes on; its outbox has been told nothing else.
    assert_eq!(north.exchange(), (0, 0, 0));
    let waiting = north.sent();
    for n in 0..9 {
        db.insert(crate::common::sample::player(100 + n)).unwrap();
        let _ = db.flush_durable().unwrap();
        drop((db, outbox));
        outbox = shards.outbox("north");
        db = Database::<World>::open(&backup).unwrap();
        let again = numbers(file_error(outbox.exchange(&mut db)));
        assert_eq!(again, first, "{n}");
        assert!(outbox.inbox(&db).is_ok(), "to look is allowed");
    }
    assert_eq!(north.sent(), waiting);
    // Once it is opened again, nothing tells it from the backup.
    let mut north = north.die();
    let original = numbers(file_error(north.outbox.exchange(&mut north.db)));
    assert_eq!(original, first);
    // Other worlds are not concerned.
    assert_eq!(shards.shard("south").exchange(), (0, 0, 0));

    outbox.forget_world().unwrap();
    assert_eq!(outbox.exchange(&mut db).unwrap().delivered, 1);
    drop((db, outbox));
    let mut outbox = shards.outbox("north");
    let mut db = Database::<World>::open(&backup).unwrap();
    assert_eq!(outbox.exchange(&mut db).unwrap().held_back, 0);
}

/// A backup that lacks no walk lacks nothing that matters to other worlds.
#[test]
fn a_world_that_was_put_back_and_lacks_no_walk_goes_on() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let ada = north.player(1);
    north.db.hand_over(ada, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    let backup = north.file.folder().join("backup.db");
    let _ = north.db.backup(&backup).unwrap().wait().unwrap();
    for n in 2..4 {
        north.player(n);
        assert_eq!(north.settle(), (0, 0, 0));
    }
    north.db.discard();
    north.db = Database::<World>::open(&backup).unwrap();
    // The backup has not recorded the delivery.
    assert_eq!(north.settle(), (1, 0, 0));
    assert_eq!(north.sent().len(), 1);
}

/// Set for the process in which a test runs once more, with a folder of its own as the working directory.
const IN_FOLDER: &str = "GAMEDB_TEST_IN_FOLDER";

/// Regression: the file was looked for from where the process was then, and URIs were paths to some and files to others.
#[test]
fn an_outbox_stays_where_it_was_opened() {
    const NAMES: [&str; 3] = ["outbox.db", "./file:outbox.db?mode=memory", ":memory:"];
    if std::env::var_os(IN_FOLDER).is_some() {
        let mut north = Shards::new().shard("north");
        let ada = north.player(1);
        north.db.hand_over(ada, "south").unwrap();
        let _ = north.db.flush_durable().unwrap();
        let mut outboxes = NAMES.map(|name| SharedOutbox::open(name, "north").unwrap());
        std::env::set_current_dir("elsewhere").unwrap();
        let delivered = outboxes.each_mut().map(|outbox| {
            let exchanged = outbox.exchange(&mut north.db).unwrap();
            (exchanged.delivered, outbox.sent().unwrap().len())
        });
        // What is delivered to one of them has left the world.
        assert_eq!(delivered, [(1, 1), (0, 0), (0, 0)]);
        for outbox in &mut outboxes {
            outbox.forget_world().unwrap();
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("elsewhere")).unwrap();
    let ran = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("parcels::outbox_files::an_outbox_stays_where_it_was_opened")
        .env(IN_FOLDER, "1")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{printed}");
    for name in NAMES {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    let left = std::fs::read_dir(folder.path().join("elsewhere")).unwrap();
    assert_eq!(left.count(), 0);

    // A path is a path, as it is for worlds.
    let path = folder.path().join("outbox.db");
    for no_path in [format!("file:{}", path.display()), String::new()] {
        let refused = SharedOutbox::open(no_path, "north");
        let error = file_error(refused);
        assert!(
            matches!(error, FileError::Open { .. } | FileError::NotAFile { .. }),
            "{error}"
        );
    }
}

#[test]
fn an_outbox_moves_parcels_of_its_own_world_alone() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let lost = north.db.hand_over(ada, "nobody").unwrap();
    let id = north.db.hand_over(bob, "south").unwrap();
    north.settle();
    south.exchange();
    for refused in [
        south.outbox.read(&mut north.db, id).map(drop),
        south.outbox.send_back(&mut north.db, id, "no"),
        north.outbox.call_back(&south.db, lost),
    ] {
        let error = file_error(refused);
        assert!(
            matches!(error, FileError::OtherWorldOfName { .. }),
            "{error}"
        );
    }
    north.outbox.call_back(&north.db, lost).unwrap();
    assert_eq!((north.inbox(), south.inbox()), (vec![lost], vec![id]));
}

/// An outbox of a version that kept no states.
#[test]
fn an_older_outbox_gets_what_it_lacks() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let ada = north.player(1);
    let id = north.db.hand_over(ada, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    rusqlite::Connection::open(shards.path())
        .unwrap()
        .execute_batch("DROP TABLE states")
        .unwrap();
    south.outbox = SharedOutbox::open(shards.path(), "south").unwrap();
    south.accept(id).unwrap();
    assert_eq!(south.settle(), (0, 1, 0));
    let again = parcel_error(south.outbox.read(&mut south.db, id));
    assert_eq!(again, ParcelError::NotWaiting { id });
}

/// A parcel is of the schema of its world, and no world with another one takes it.
#[test]
fn a_file_is_not_migrated_while_parcels_wait_in_it() {
    let shards = Shards::new();
    let mut north = shards.shard("north");
    let ada = north.player(1);
    north.db.hand_over(ada, "south").unwrap();
    let Shard { file, db, outbox } = north;
    let _ = db.close().unwrap();
    let schema = Tables::DDL.replacen(
        "full_name ",
        "nickname TEXT NOT NULL DEFAULT '',\n    full_name ",
        1,
    );
    let migrate = || {
        let migration = Migration::plan(file.path(), &schema).unwrap();
        assert!(!migration.is_empty());
        migration.run(&Consent::new().without_backup())
    };
    let error = migrate().unwrap_err();
    let MigrationError::NotAllowed { steps } = &error else {
        panic!("{error}");
    };
    let [waiting] = steps.as_slice() else {
        panic!("{error}");
    };
    assert_eq!(
        (waiting.table.as_str(), waiting.rows.n),
        ("gamedb_outbox", 1)
    );
    assert_eq!(waiting.safety, Safety::ByHand);
    let db = file.open();
    let mut north = Shard { file, db, outbox };
    assert_eq!(north.exchange(), (1, 0, 0));
    let Shard { file, db, .. } = north;
    let _ = db.close().unwrap();
    let migration = Migration::plan(file.path(), &schema).unwrap();
    let _ = migration.run(&Consent::new().without_backup()).unwrap();
}
