//! What is true of the engine's own column types is true of these: written, found, loaded, reported.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

use gamedb::{Database, Effect, ErrorKind, Id, Options};
use gamedb_own_types::{
    Account, AccountColumns, AccountKey, Credits, Letter, Session, SessionColumns, World,
};
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

const ADA: Uuid = Uuid::from_u128(0xada);
const LAPTOP: Uuid = Uuid::from_u128(0x1ab);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2024-05-17T12:00:00.25Z")
}

struct TestFile {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl TestFile {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        Self {
            _folder: folder,
            path,
        }
    }

    fn open(&self) -> Database<World> {
        Database::open(&self.path).unwrap()
    }

    fn sql(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    /// A text that is selected.
    fn text(&self, select: &str) -> String {
        let connection = self.sql();
        connection.query_row(select, (), |row| row.get(0)).unwrap()
    }
}

fn ada() -> Account {
    Account {
        token: ADA,
        name: "Ada".into(),
        last_seen: Some(noon()),
        balance: Credits(12.5),
    }
}

fn session(account: AccountKey, device: Option<Uuid>) -> Session {
    Session {
        account,
        started_at: noon(),
        device,
        length: Duration::from_millis(1_500),
    }
}

#[test]
fn they_are_found_by() {
    let mut world = World::new();
    let key = world.insert(ada()).unwrap();
    let other = Account {
        token: Uuid::from_u128(1),
        last_seen: None,
        ..ada()
    };
    world.insert(other).unwrap();
    assert_eq!(
        Account::find_by_token(&world, &ADA).map(|row| row.key()),
        Some(key)
    );
    assert!(Account::find_by_token(&world, &Uuid::nil()).is_none());
    assert!(Account::find_by_last_seen(&world, &noon()).keys().eq([key]));
    let asked = session(key, None);
    let started = world.insert(asked.clone()).unwrap();
    let found = Session::find_by_account_and_started_at(&world, key, &noon());
    assert_eq!(found.map(|row| row.key()), Some(started));

    let later = noon() + Duration::from_secs(1);
    world.get_mut(key).unwrap().set_last_seen(Some(later));
    assert_eq!(Account::find_by_last_seen(&world, &noon()).len(), 0);
    assert_eq!(Account::find_by_last_seen(&world, &later).len(), 1);
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn they_are_unique() {
    let mut world = World::new();
    let key = world.insert(ada()).unwrap();
    let refused = world.insert(ada()).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NotUnique { .. }));
    let twice = session(key, None);
    world.insert(twice.clone()).unwrap();
    let refused = world.insert(twice).unwrap_err();
    assert!(
        refused.to_string().contains("2024-05-17T12:00:00.25Z"),
        "{refused}"
    );
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn nan_of_a_type_that_is_stored_as_real_is_refused() {
    let mut world = World::new();
    let nan = Account {
        balance: Credits(f64::NAN),
        ..ada()
    };
    let refused = world.insert(nan).unwrap_err();
    assert!(
        matches!(
            refused.kind(),
            ErrorKind::NotANumber {
                column: "balance",
                ..
            }
        ),
        "{refused}"
    );
    let key = world.insert(ada()).unwrap();
    let mut row = world.get_mut(key).unwrap();
    assert!(row.set_balance(Credits(f64::NAN)).is_err());
    row.set_balance(Credits(1.0)).unwrap();
    assert_eq!(world.get(key).unwrap().balance, Credits(1.0));
}

#[test]
fn they_are_written_and_loaded() {
    let file = TestFile::new();
    let mut db = file.open();
    let key = db.insert(ada()).unwrap();
    let started = db.insert(session(key, Some(LAPTOP))).unwrap();
    let expected = (
        db.get(key).unwrap().row().clone(),
        db.get(started).unwrap().row().clone(),
    );
    assert_eq!(db.flush().unwrap().inserted, 2);
    assert_eq!(file.text("SELECT hex(token) FROM accounts").len(), 32);
    assert_eq!(
        file.text("SELECT last_seen FROM accounts"),
        "2024-05-17T12:00:00.25Z"
    );
    assert_eq!(file.text("SELECT typeof(balance) FROM accounts"), "real");
    assert_eq!(file.text("SELECT length || '' FROM sessions"), "1500");

    let mut row = db.get_mut(key).unwrap();
    row.set_last_seen(None);
    row.set_token(LAPTOP).unwrap();
    let report = db.flush().unwrap();
    assert_eq!((report.inserted, report.updated), (0, 1));
    assert_eq!(file.text("SELECT typeof(last_seen) FROM accounts"), "null");
    db.close().unwrap();

    let db = file.open();
    let account = Account::find_by_token(&db, &LAPTOP).unwrap();
    let changed = Account {
        token: LAPTOP,
        last_seen: None,
        ..expected.0
    };
    assert_eq!(*account.row(), changed);
    let sessions = account.sessions();
    let sessions: Vec<_> = sessions.map(|(_, row)| row.clone()).collect();
    let [loaded] = sessions.as_slice() else {
        panic!("{sessions:?}");
    };
    assert_eq!(loaded.started_at, expected.1.started_at);
    assert_eq!(loaded.device, Some(LAPTOP));
    assert_eq!(loaded.length, Duration::from_millis(1_500));
    assert_eq!(db.check(), Vec::<String>::new());
}

#[test]
fn they_are_in_the_change_feed_and_in_mirrors() {
    let mut world = World::new();
    let key = world.insert(ada()).unwrap();
    let started = world.insert(session(key, None)).unwrap();
    let mut mirror = World::new();
    mirror.apply(&world.snapshot().unwrap()).unwrap();

    let mut subscription = world.subscribe().unwrap();
    world.get_mut(key).unwrap().set_token(LAPTOP).unwrap();
    world
        .get_mut(key)
        .unwrap()
        .set_last_seen(Some(noon() + Duration::from_secs(60)));
    world.get_mut(started).unwrap().set_device(Some(LAPTOP));
    let changes = world.changes(&mut subscription).unwrap();
    let accounts: Vec<_> = changes
        .of::<Account>()
        .map(|change| change.effect)
        .collect();
    let columns = AccountColumns::TOKEN | AccountColumns::LAST_SEEN;
    assert_eq!(accounts, [Effect::Changed(columns)]);
    let sessions: Vec<_> = changes
        .of::<Session>()
        .map(|change| change.effect)
        .collect();
    assert_eq!(sessions, [Effect::Changed(SessionColumns::DEVICE)]);
    mirror.apply(&changes.delta()).unwrap();

    let mirrored = Account::find_by_token(&mirror, &LAPTOP).unwrap();
    assert_eq!(*mirrored.row(), *world.get(key).unwrap().row());
    assert_eq!(mirror.snapshot().unwrap(), world.snapshot().unwrap());
}

#[test]
fn what_the_type_refuses_is_a_problem_of_the_row() {
    let file = TestFile::new();
    let mut db = file.open();
    db.insert(ada()).unwrap();
    let _ = db.flush().unwrap();
    db.close().unwrap();
    for (update, expected) in [
        (
            "UPDATE accounts SET last_seen = 'yesterday'",
            "accounts row 1, last_seen: has to be Timestamp, and is \"yesterday\": ",
        ),
        (
            "UPDATE accounts SET last_seen = NULL, token = x'00'",
            "accounts row 1, token: has to be Uuid, and is a blob of 1 bytes: ",
        ),
    ] {
        file.sql().execute(update, ()).unwrap();
        let refused = Database::<World>::open(&file.path).unwrap_err();
        let mut said = refused.to_string();
        let mut source = refused.source();
        while let Some(error) = source {
            said.push_str(&error.to_string());
            source = error.source();
        }
        assert!(said.contains(expected), "{said}");
        // The reason is the type's own.
        assert!(!said.ends_with(expected), "{said}");
    }
}

#[test]
fn another_way_to_write_a_value_is_no_change_of_another_program() {
    let file = TestFile::new();
    let mut db = file.open();
    db.insert(ada()).unwrap();
    let _ = db.flush().unwrap();
    db.close().unwrap();
    let same = "UPDATE accounts SET last_seen = '2024-05-17 13:00:00.250+01'";
    file.sql().execute(same, ()).unwrap();

    // An edit by hand has to be accepted; then the value counts, and not how it is written.
    let mut db = Options::new()
        .accept_edits()
        .open::<World>(&file.path)
        .unwrap();
    let key = db.key(Id::<Account>::new(1)).unwrap();
    assert_eq!(db.get(key).unwrap().last_seen, Some(noon()));
    // A commit that changes no row, so that the file is compared with memory.
    let touch = "BEGIN IMMEDIATE; PRAGMA user_version = 1; COMMIT";
    file.sql().execute_batch(touch).unwrap();
    db.get_mut(key).unwrap().set_name("Ada Lovelace");
    assert_eq!(db.flush().unwrap().updated, 1);

    let other = "UPDATE accounts SET last_seen = '2024-05-17T12:00:01Z'";
    file.sql().execute(other, ()).unwrap();
    db.get_mut(key).unwrap().set_name("Ada");
    assert!(db.flush().is_err());
}

/// The columns of both sides hold the same type, so one finds the other by it.
#[test]
fn a_row_is_named_by_a_value_of_such_a_type() {
    let file = TestFile::new();
    let mut db = file.open();
    let account = db.insert(ada()).unwrap();
    let letter = |token| Letter {
        token,
        words: "Hello".into(),
    };
    let refused = db.insert(letter(Some(LAPTOP))).unwrap_err();
    assert!(matches!(
        refused.kind(),
        ErrorKind::NoSuchValue {
            table: "letters",
            column: "token",
            target: "accounts",
            ..
        }
    ));
    db.insert(letter(None)).unwrap();
    let named = db.insert(letter(Some(ADA))).unwrap();
    assert_eq!(db.get(named).unwrap().token().unwrap().key(), account);
    let refused = db.get_mut(account).unwrap().set_token(LAPTOP).unwrap_err();
    assert!(matches!(
        refused.kind(),
        ErrorKind::StillNamed {
            by_table: "letters",
            ..
        }
    ));
    db.close().unwrap();

    let mut db = file.open();
    let account = Account::find_by_token(&db, &ADA).unwrap();
    assert_eq!(account.letters().len(), 1);
    let key = account.key();
    db.remove(key).unwrap();
    assert_eq!(db.n_rows::<Letter>(), 1);
    assert_eq!(db.check(), [""; 0]);
}
