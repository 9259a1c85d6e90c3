//! Creating a file for a world in memory; and refusing to create one where an existing file is missing.

use crate::common::sample::{attribute, fill, flushed, flushed_file, player};
use crate::common::{TestFile, contents_of, flush_failure, state_of};
use gamedb::{Database, Error, ErrorKind, FileError, Options};
use gamedb::{FlushFailure, Outcome};
use gamedb_models::{Player, PlayerColumns, World};

fn created(file: &TestFile, world: World) -> Database<World> {
    let db = Database::create(file.path(), world).unwrap();
    assert_eq!(db.check(), [""; 0]);
    assert_eq!(db.n_dirty(), 0);
    assert_eq!(file.contents(), contents_of(&db));
    db
}

#[test]
fn a_world_without_a_file_gets_one() {
    let file = TestFile::new();
    let mut world = World::new();
    let sample = fill(&mut world);
    let before = contents_of(&world);
    let mut db = created(&file, world);
    assert_eq!(contents_of(&db), before);

    let mut ada = db.get_mut(sample.ada).unwrap();
    ada.set_full_name("Ada Lovelace");
    let report = db.flush().unwrap();
    assert_eq!((report.inserted, report.updated), (0, 1));
    let _ = file.reopen(db);

    let file = TestFile::new();
    let _ = file.reopen(created(&file, World::new()));
}

#[test]
fn keys_ids_and_subscriptions_go_on_in_the_other_file() {
    let (one, other) = (TestFile::new(), TestFile::new());
    let mut db = one.open();
    let sample = flushed(&mut db);
    let mut subscription = db.subscribe().unwrap();

    // Changes of every kind that the old file does not have.
    let gone = db.insert(player(7)).unwrap();
    let gone_id = db.id(gone).unwrap();
    let _ = db.flush().unwrap();
    db.remove(gone).unwrap();
    db.remove(sample.pet).unwrap();
    db.transaction(|world| {
        world.get_mut(sample.ada)?.set_year_of_birth(1);
        world.get_mut(sample.bob)?.set_year_of_birth(1);
        Ok::<_, Error>(())
    })
    .unwrap();
    db.prepare_flush(1);
    let ticket = db.flush_in_background().unwrap();
    let (in_memory, ids) = (contents_of(&db), db.id(sample.ada).unwrap());

    let mut db = created(&other, db.into_world());
    assert_eq!(contents_of(&db), in_memory);
    assert_eq!(db.id(sample.ada).unwrap(), ids);
    assert!(db.get(gone).is_err());
    let (_, cause) = flush_failure(db.wait(ticket));
    assert!(matches!(cause, FlushFailure::OtherTicket), "{cause}");

    db.get_mut(sample.ada)
        .unwrap()
        .set_full_name("Ada Lovelace");
    let changes = db.changes(&mut subscription).unwrap();
    let ada = changes
        .of::<Player>()
        .find(|change| change.key == sample.ada);
    let columns = PlayerColumns::FULL_NAME | PlayerColumns::YEAR_OF_BIRTH;
    assert_eq!(ada.unwrap().effect, gamedb::Effect::Changed(columns));

    // The rows of the transaction were written, so no row is implied; and no id is assigned again.
    db.get_mut(sample.bob).unwrap().set_full_name("Bob");
    let report = db.save(sample.ada).unwrap();
    assert_eq!((report.updated, report.implied), (1, 0));
    let new = db.insert(player(8)).unwrap();
    assert!(db.id(new).unwrap() > gone_id);
    let mut db = other.reopen(db);
    let newest = db.insert(player(9)).unwrap();
    assert!(db.id(newest).unwrap().get() > gone_id.get() + 1);
}

/// How a server continues after another program has written to its file.
#[test]
fn a_world_that_cannot_be_flushed_goes_on_elsewhere() {
    let (one, other) = (TestFile::new(), TestFile::new());
    let mut db = one.open();
    let sample = flushed(&mut db);
    let by_hand = "UPDATE players SET full_name = 'by hand' WHERE id = 2";
    one.writer().execute_batch(by_hand).unwrap();
    db.get_mut(sample.ada).unwrap().set_year_of_birth(1);
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::ForeignWrite) && !cause.is_transient());

    let in_file = one.contents();
    let mut db = created(&other, db.into_world());
    assert_eq!(one.contents(), in_file, "the old file is unchanged");
    let mut ada = db.get_mut(sample.ada).unwrap();
    ada.add_attribute(attribute("courage")).unwrap();
    let _ = other.reopen(db);
}

#[test]
fn nothing_is_written_over_and_the_world_comes_back() {
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let bytes = file.bytes();
    let mut world = World::new();
    let sample = fill(&mut world);
    let before = state_of(&world);
    let failed = Database::create(file.path(), world).unwrap_err();
    assert!(matches!(
        failed.source.kind(),
        ErrorKind::File(FileError::Exists { .. })
    ));
    assert_eq!(file.bytes(), bytes);
    assert_eq!(state_of(&failed.world), before);

    // With an open transaction.
    let file = TestFile::new();
    let mut world = failed.world;
    std::mem::forget(world.begin());
    world.get_mut(sample.ada).unwrap().set_year_of_birth(3);
    let failed = Database::create(file.path(), world).unwrap_err();
    let (outcome, cause) = flush_failure(Err::<(), _>(failed.source));
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::TransactionOpen), "{cause}");
    assert_eq!(failed.world.get(sample.ada).unwrap().year_of_birth, 3);
    assert!(!file.path().exists());
}

#[test]
fn a_file_that_is_missed_is_not_made() {
    let file = TestFile::new();
    let options = || Options::new().existing();
    let missed = options().open::<World>(file.path()).unwrap_err();
    assert!(
        matches!(missed.kind(), ErrorKind::File(FileError::NotThere { path }) if *path == file.path())
    );
    assert!(!file.path().exists());

    let _ = flushed(&mut file.open());
    assert_eq!(
        options().open::<World>(file.path()).unwrap().players.len(),
        2
    );
}

#[test]
fn a_log_whose_file_is_gone_is_left_alone() {
    let (file, _db, _) = flushed_file();
    let in_file = file.contents();
    // The files as a killed process leaves them.
    let left = TestFile::new();
    let log = left.folder().join("world.db-wal");
    std::fs::copy(file.folder().join("world.db-wal"), &log).unwrap();
    let bytes = left.bytes();
    for result in [
        Database::<World>::open(left.path()).map(drop),
        Database::create(left.path(), World::new())
            .map(drop)
            .map_err(Error::from),
    ] {
        match result.unwrap_err().into_kind() {
            ErrorKind::File(FileError::LogWithoutFile { path, log: named }) => {
                assert_eq!(path, left.path());
                assert_eq!(named.file_name(), log.file_name());
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(left.bytes(), bytes);

    std::fs::copy(file.path(), left.path()).unwrap();
    let _ = left.open();
    assert_eq!(left.contents(), in_file);
}
