//! Parcels and what else is done with files: copies, tools, edits by hand.

use super::shards::{Shard, Shards};
use crate::common::sample::player;
use crate::common::{Database, new_file};
use gamedb::{ErrorKind, FileError, ProblemKind};
use gamedb_models::{PlayerKey, World};

#[test]
fn a_file_has_no_tables_of_parcels_before_it_needs_them() {
    let (file, mut db) = new_file();
    let count =
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('gamedb_outbox', 'gamedb_inbox')";
    let ada = db.insert(player(1)).unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(file.query::<i64>(count), 0);
    db.hand_over(ada, "south").unwrap();
    let _ = db.flush().unwrap();
    assert_eq!(file.query::<i64>(count), 2);
    // Another program that only touches the file is no harm, also after the schema has got another number.
    file.writer()
        .execute_batch("CREATE TABLE notes (x); DROP TABLE notes")
        .unwrap();
    db.insert(player(2)).unwrap();
    let _ = db.flush().unwrap();
    let db = file.reopen(db);
    assert_eq!(db.outbox().len(), 1);
    let _ = db.close().unwrap();
    let report = gamedb::verify(file.path(), |_| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!(report.n_tables, 14);
}

#[test]
fn copies_have_the_parcels_and_deliver_them_once() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let id = north.db.hand_over(ada, "south").unwrap();
    let _ = north.db.flush_durable().unwrap();
    let folder = north.file.folder().to_owned();
    let backup = folder.join("backup.db");
    north.db.backup(&backup).unwrap().wait().unwrap();
    assert_eq!(north.exchange(), (1, 0, 0));
    south.accept(id).unwrap();
    assert_eq!(south.settle(), (0, 1, 0));
    // What came after the backup: Bob has left too, which the backup does not know.
    let later = north.db.hand_over(bob, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    south.accept(later).unwrap();
    assert_eq!(south.settle(), (0, 1, 0));
    north.db.discard();
    north.db = Database::<World>::open(&backup).unwrap();
    let refused = north.outbox.exchange(&mut north.db).unwrap_err();
    assert!(
        matches!(
            refused.kind(),
            ErrorKind::File(FileError::RestoredWorld { .. })
        ),
        "{refused}"
    );
    north.outbox.forget_world().unwrap();
    // Ada's parcel is known; Bob is there twice, as the guide says.
    assert_eq!(north.settle(), (1, 0, 0));
    assert_eq!(
        (south.inbox(), north.emails().len(), south.emails().len()),
        (vec![], 1, 2)
    );

    // A world that goes on in another file takes its parcels along.
    let bob: PlayerKey = north.db.iter().next().unwrap().0;
    let again = north.db.hand_over(bob, "west").unwrap();
    let world = north.db.into_world();
    let mut db = gamedb::Database::create(folder.join("elsewhere.db"), world).unwrap();
    assert!(db.outbox().any(|(_, parcel)| parcel.id() == again));
    let _ = db.flush_durable().unwrap();
    let mut outbox = shards.outbox("north's new file");
    assert_eq!(outbox.exchange(&mut db).unwrap().delivered, 1);
    assert_eq!(outbox.sent().unwrap()[0].id, again);
}

#[test]
fn a_rescued_file_has_the_parcels() {
    let shards = Shards::new();
    let (mut north, mut south) = (shards.shard("north"), shards.shard("south"));
    let (ada, bob) = (north.player(1), north.player(2));
    let bob = north.db.hand_over(bob, "south").unwrap();
    assert_eq!(north.settle(), (1, 0, 0));
    let ada = north.db.hand_over(ada, "south").unwrap();
    let _ = north.db.flush().unwrap();
    south.accept(bob).unwrap();
    let _ = south.db.flush().unwrap();
    for (shard, n_sent, accepted) in [(north, 1, None), (south, 0, Some(bob))] {
        let path = shard.file.path();
        let _ = shard.db.close().unwrap();
        let to = path.with_extension("rescued");
        gamedb::rescue(&path, &to, |_| {}).unwrap();
        let db = shard
            .file
            .options()
            .accept_edits()
            .open::<World>(&to)
            .unwrap();
        assert_eq!(db.outbox().len(), n_sent);
        assert!(
            db.outbox()
                .all(|(to, parcel)| to == "south" && parcel.id() == ada)
        );
        assert!(accepted.is_none_or(|id| db.has_accepted(id)));
    }
}

#[test]
fn a_parcel_that_was_damaged_in_the_file_is_a_problem_with_a_place() {
    let shards = Shards::new();
    let edits = [
        (
            "UPDATE gamedb_outbox SET contents = zeroblob(100)",
            "gamedb_outbox",
            1,
        ),
        (
            "UPDATE gamedb_outbox SET contents = substr(contents, 1, 50)",
            "gamedb_outbox",
            1,
        ),
        (
            "UPDATE gamedb_outbox SET parcel = zeroblob(16)",
            "gamedb_outbox",
            1,
        ),
        (
            "UPDATE gamedb_outbox SET parcel = x'00'",
            "gamedb_outbox",
            1,
        ),
        (
            "INSERT INTO gamedb_inbox VALUES (x'0011')",
            "gamedb_inbox",
            0,
        ),
    ];
    for (edit, table, id) in edits {
        let mut north = shards.shard("north");
        let ada = north.player(1);
        north.db.hand_over(ada, "south").unwrap();
        let _ = north.db.flush().unwrap();
        let Shard { file, db, .. } = north;
        let _ = db.close().unwrap();
        file.edit(edit);
        let FileError::Rows { problems, .. } = file.refused() else {
            panic!("{edit}")
        };
        assert_eq!(
            (problems.len(), problems[0].table, problems[0].id),
            (1, table, id),
            "{edit}"
        );
        assert!(matches!(problems[0].kind, ProblemKind::Unreadable { .. }));
    }
}

/// The players who came with the parcels that it has accepted might come in once more.
#[test]
fn a_file_that_has_lost_a_table_of_parcels_is_refused_and_can_be_rescued() {
    for (lost, other) in [
        ("gamedb_inbox", "gamedb_outbox"),
        ("gamedb_outbox", "gamedb_inbox"),
    ] {
        let shards = Shards::new();
        let mut north = shards.shard("north");
        let ada = north.player(1);
        north.db.hand_over(ada, "south").unwrap();
        let Shard { file, db, .. } = north;
        let db = file.reopen(db);
        let _ = db.close().unwrap();
        file.edit(&format!("DROP TABLE {lost}"));
        let FileError::Damaged { problems, .. } = file.refused() else {
            panic!("{lost}")
        };
        let [problem] = &problems[..] else {
            panic!("{problems:?}")
        };
        let said = format!("{lost}: the table is lost");
        assert!(
            problem.starts_with(&said) && !problem.contains(other),
            "{problem}"
        );
        let to = file.folder().join("rescued.db");
        let report = gamedb::rescue(file.path(), &to, |_| {}).unwrap();
        assert!(report.notes.contains(problem), "{report:?}");
        let options = file.options().accept_edits();
        let db = options.open::<World>(&to).unwrap();
        assert_eq!(db.outbox().len(), usize::from(lost == "gamedb_inbox"));
    }
}
