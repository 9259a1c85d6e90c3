//! Errors of files: each cause is printed once, and every cause is reachable.

use std::error::Error as StdError;
use std::path::Path;
use std::time::Duration;

use crate::common::sample::player;
use crate::common::{REFUSED, TestFile, refusing_file};
use gamedb::{Database, Error, ErrorKind, FileError, FlushFailure, Options};
use gamedb_models::{Mobile, Player, World};

/// The kind in the place of an [`Error`], whose message is that of the kind and of all its causes.
fn parts<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    match error.downcast_ref::<Error>() {
        Some(error) => error.kind(),
        None => error,
    }
}

/// The messages of an error and of its causes, outermost first. Asserts that no message repeats its
/// cause, and that an [`Error`] says all of them.
#[track_caller]
fn chain(error: &(dyn StdError + 'static)) -> Vec<String> {
    if let Some(error) = error.downcast_ref::<Error>() {
        assert_eq!(error.to_string(), chain(error.kind()).join(": "));
        assert!(error.source().is_none());
    }
    let causes = std::iter::successors(Some(parts(error)), |&error| error.source().map(parts));
    let messages: Vec<_> = causes.map(ToString::to_string).collect();
    println!("{}", messages.join("\n    because: "));
    for (n, message) in messages.iter().enumerate() {
        for cause in &messages[n + 1..] {
            assert!(
                !message.contains(cause),
                "a cause is printed twice: {messages:?}"
            );
        }
    }
    messages
}

/// A database with a player that its file refuses.
fn refused(file: &TestFile) -> Database<World> {
    let mut db = file.open();
    let key = db.insert(player(1)).unwrap();
    db.get_mut(key).unwrap().set_full_name(REFUSED);
    db
}

#[test]
fn a_refused_row_is_named_and_what_sqlite_says_is_its_cause() {
    let file = refusing_file();
    let mut db = refused(&file);
    let error = db.flush().unwrap_err();
    let said = chain(&error);
    let path = file.path().display().to_string();
    assert!(said[0].starts_with(&format!("flush to {path} failed, and nothing was written")));
    assert_eq!(
        said[1],
        format!(
            "the file refuses row 1 of players (CHECK constraint failed: full_name <> '{REFUSED}'); \
             mend them, or flush without them"
        )
    );
    assert_eq!(said.len(), 2);

    // As a value: the code is SQLite's.
    match error.into_kind() {
        ErrorKind::File(FileError::Flush {
            cause: FlushFailure::Refused { rows, n_rows: 1 },
            ..
        }) => {
            let [row] = rows.as_slice() else {
                panic!("{rows:?}")
            };
            assert_eq!((row.table, row.id), ("players", 1));
            let constraint = format!("full_name <> '{REFUSED}'");
            assert_eq!(row.constraint.as_deref(), Some(constraint.as_str()));
            assert_eq!(row.source.code(), Some(275));
            assert!(!row.source.is_unique_violation());
            let key = row.key::<Player>().unwrap();
            assert_eq!(db.get(key).unwrap().full_name, REFUSED);
            assert!(row.key::<Mobile>().is_none());
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_refused_row_stays_refused_and_a_busy_file_does_not() {
    let file = refusing_file();
    let mut db = refused(&file);
    assert!(!db.flush().unwrap_err().is_transient());

    let file = TestFile::new();
    let options = Options::new().busy_timeout(Duration::from_millis(1));
    let mut db: Database<World> = options.open(file.path()).unwrap();
    db.insert(player(1)).unwrap();
    let other = file.writer();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(db.flush().unwrap_err().is_transient());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(db.flush().unwrap().inserted, 1);

    // Neither is what the world itself refuses.
    assert!(!db.insert(player(1)).unwrap_err().is_transient());
}

#[test]
fn an_unwrap_shows_the_message_and_the_fields_can_be_printed() {
    let mut world = World::new();
    world.insert(player(1)).unwrap();
    let refused = world.insert(player(1)).unwrap_err();
    assert_eq!(format!("{refused:?}"), refused.to_string());
    let fields = format!("{refused:#?}");
    assert!(
        fields.starts_with("NotUnique {\n    table: \"players\",\n    id: None,\n    column: \"email\",\n    value: "),
        "{fields}"
    );
    assert_eq!(
        chain(&refused),
        [r#"players: email has to be unique, and row 1 has "1@example.com" already"#]
    );
}

#[test]
fn a_refused_row_in_the_background_says_the_same() {
    let file = refusing_file();
    let mut db = refused(&file);
    let in_foreground = chain(&db.flush().unwrap_err());
    let ticket = db.flush_in_background().unwrap();
    // The failure can be queried again.
    for _ in 0..2 {
        assert_eq!(chain(&db.wait(ticket).unwrap_err()), in_foreground);
    }
}

#[test]
fn a_database_that_is_not_closed_says_why() {
    let file = refusing_file();
    let mut db = refused(&file);
    let failed = chain(&db.flush().unwrap_err());
    let not_closed = db.close().unwrap_err();
    // Whole, as that of every error of a flush is.
    let expected = format!(
        "{} is not closed, because its last flush failed; close it again, or go on with its world in a new file: {}",
        file.path().display(),
        failed.join(": ")
    );
    assert_eq!(chain(&*not_closed), [expected.as_str()]);
    // What `main` prints of it.
    assert_eq!(format!("{not_closed:?}"), expected);
    assert!(format!("{not_closed:#?}").starts_with("CloseError {"));
    assert_eq!(chain(&Error::from(not_closed)), failed);
}

#[test]
fn a_world_without_a_new_file_says_why() {
    let file = TestFile::new();
    file.open().close().unwrap();
    let not_created = Database::create(file.path(), World::new()).unwrap_err();
    let (said, cause) = (not_created.to_string(), chain(&not_created.source));
    assert!(cause[0].contains("is there already"), "{cause:?}");
    let expected = format!(
        "the world is not in a new file; it is in memory alone: {}",
        cause.join(": ")
    );
    assert_eq!(chain(&*not_created), [expected.as_str()]);
    assert_eq!(
        (said, format!("{not_created:?}")),
        (expected.clone(), expected)
    );
    assert!(format!("{not_created:#?}").starts_with("CreateError {"));
    assert_eq!(chain(&Error::from(not_created)), cause);
}

#[test]
fn a_path_that_cannot_be_a_file_says_why() {
    let file = TestFile::new();
    // A folder where the file should be, and no folder for the lock file.
    let folder = file.folder().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let error = Database::<World>::open(&folder).unwrap_err();
    let expected = format!(
        "{} is a folder; give the path of a file, such as `world.db`",
        folder.display()
    );
    assert_eq!(chain(&error), [expected.as_str()]);
    // Nothing was made beside it.
    assert_eq!(std::fs::read_dir(file.folder()).unwrap().count(), 1);
    // To SQLite, no name is a file in memory.
    let error = Database::<World>::open("").unwrap_err();
    let said = "the path is empty; give the path of a file, such as `world.db`";
    assert_eq!(chain(&error), [said]);
    assert!(matches!(
        error.kind(),
        ErrorKind::File(FileError::NotAFile { .. })
    ));
    for wrong in [&folder, Path::new("")] {
        assert!(gamedb::verify(wrong, |_| ()).is_err());
        assert!(gamedb::backup(wrong, file.folder().join("backup.db"), |_| ()).is_err());
        assert!(
            gamedb::Migration::plan(
                wrong,
                <gamedb_models::Tables as gamedb::codegen::Tables>::DDL
            )
            .is_err()
        );
    }
    assert_eq!(std::fs::read_dir(file.folder()).unwrap().count(), 1);
    // A lock file that cannot be made where there is a folder: its name is that of a folder.
    std::fs::create_dir(file.folder().join("locked.db-lock")).unwrap();
    let error = Database::<World>::open(file.folder().join("locked.db")).unwrap_err();
    assert_eq!(chain(&error).len(), 2);
    assert!(
        matches!(error.kind(), ErrorKind::File(FileError::Lock { .. })),
        "{error}"
    );
}

#[test]
fn a_missing_folder_is_said_to_be_missing() {
    let file = TestFile::new();
    let in_folder = |folder: &Path| {
        let path = folder.join("world.db");
        let error = Database::<World>::open(&path).unwrap_err();
        match error.kind() {
            ErrorKind::File(FileError::NoFolder {
                path: its_path,
                folder: missing,
            }) => {
                assert_eq!((its_path, missing.as_path()), (&path, folder));
            }
            other => panic!("{other}"),
        }
        let (path, folder) = (path.display(), folder.display());
        let expected = format!(
            "{path} cannot be opened or made, because the folder {folder} does not exist; is the path right? If it is, \
             make the folder first (`std::fs::create_dir_all`)"
        );
        assert_eq!(chain(&error), [expected]);
    };
    in_folder(&file.folder().join("nowhere"));
    in_folder(&file.folder().join("nowhere").join("deeper"));
    // A file is no folder.
    let plain = file.folder().join("plain");
    std::fs::write(&plain, "").unwrap();
    in_folder(&plain);
    assert!(!file.folder().join("nowhere").exists(), "nothing was made");
    // Once it is there, the same path opens.
    let made = file.folder().join("nowhere");
    std::fs::create_dir(&made).unwrap();
    Database::<World>::open(made.join("world.db"))
        .unwrap()
        .close()
        .unwrap();
}

#[test]
fn a_file_that_is_none_and_one_that_is_open_need_no_cause() {
    let file = TestFile::new();
    let open = file.open();
    assert_eq!(chain(&file.try_open().unwrap_err()).len(), 1);
    drop(open);
    std::fs::write(file.path(), [b'x'; 4096]).unwrap();
    let error = file.try_open().unwrap_err();
    assert_eq!(chain(&error).len(), 1);
    let is_it = matches!(
        error.kind(),
        ErrorKind::File(FileError::NotADatabase { .. })
    );
    assert!(is_it, "{error}");
}
