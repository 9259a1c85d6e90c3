//! Files of worlds, and logs beside them: they are opened or refused, and what was opened is whole.

use std::path::Path;
use std::sync::OnceLock;

use gamedb::Database;
use gamedb_models::{
    Attribute, AttributeOwnerKey, Inventory, InventoryEntry, Item, Mobile, Player, World,
};

use super::edits::edited;

/// Bytes of a page of SQLite's.
const PAGE: usize = 4096;
/// Bytes of a page in a log, with what stands before it.
const FRAME: usize = PAGE + 24;

/// The world file in each folder.
const FILE: &str = "world.db";

/// A closed file with rows of several tables, and the file and log that a death of the process leaves.
struct Right {
    closed: Vec<u8>,
    killed: Vec<u8>,
    log: Vec<u8>,
}

fn right() -> &'static Right {
    static RIGHT: OnceLock<Right> = OnceLock::new();
    RIGHT.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join(FILE);
        let mut db = Database::<World>::open(&path).expect("a new file");
        fill(&mut db).expect("the world takes its sample");
        let _ = db.close().expect("it is flushed");
        let closed = std::fs::read(&path).expect("it is there");
        let mut db = Database::<World>::open(&path).expect("it is right");
        let players: Vec<_> = db.iter::<Player>().map(|(key, _)| key).collect();
        for (n, player) in players.into_iter().enumerate() {
            let name = format!("{n} {}", "x".repeat(n * 300));
            let mut player = db.get_mut(player).expect("it is live");
            player.set_full_name(name);
            let _ = db.flush().expect("it is flushed");
        }
        // Reading a file beside SQLite drops SQLite's locks, and nobody else has this one.
        let killed = std::fs::read(&path).expect("it is there");
        let log = std::fs::read(folder.path().join("world.db-wal")).expect("it is open");
        Right {
            closed,
            killed,
            log,
        }
    })
}

fn fill(world: &mut World) -> Result<(), gamedb::Error> {
    for n in 0..20 {
        let player = world.insert(Player {
            email: format!("{n}@example.com"),
            full_name: format!("player {n}"),
            year_of_birth: 1800 + n,
            ..Player::default()
        })?;
        let named = |what: &str| Attribute {
            internal_name: what.into(),
            ..Attribute::default()
        };
        let avatar = world.insert(Mobile {
            owner: Some(player.into()),
            ..Mobile::default()
        })?;
        let _ = world.get_mut(avatar)?.add_attribute(named("strength"))?;
        let _ = world.get_mut(player)?.add_attribute(named("luck"))?;
        let _ = world.add(AttributeOwnerKey::Asset(n), named("icon"))?;
        let item = world.insert(Item {
            internal_name: format!("item {n}"),
            ..Item::default()
        })?;
        let bag = Inventory::default();
        let inventory = world.get_mut(player)?.add_inventory(bag)?;
        let _ = world.insert(InventoryEntry {
            inventory,
            item,
            quantity: 1.5,
            ..InventoryEntry::default()
        })?;
    }
    Ok(())
}

/// A closed file.
pub fn file(input: &[u8]) {
    open(&edited(&right().closed, PAGE, input), None);
}

/// The log of a process that has died.
pub fn log(input: &[u8]) {
    let log = edited(&right().log, FRAME, input);
    open(&right().killed, Some(&log));
}

/// Opens what was made of a file. An error is an answer; a world that was opened is whole, can be changed, and is the
/// same after that.
fn open(file: &[u8], log: Option<&[u8]>) {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join(FILE);
    std::fs::write(&path, file).expect("there is room");
    if let Some(log) = log {
        std::fs::write(folder.path().join("world.db-wal"), log).expect("there is room");
    }
    let Ok(mut db) = Database::<World>::open(&path) else {
        return;
    };
    assert_eq!(db.check(), [""; 0]);
    change(&mut db);
    assert_eq!(db.check(), [""; 0]);
    let n_rows = db.len();
    // A page that was not read may be damaged all the same.
    if db.flush().is_ok() && db.close().is_ok() {
        reopen(&path, n_rows);
    }
}

/// Changes every row of a table, and removes some.
fn change(db: &mut World) {
    let keys: Vec<_> = db.iter::<Player>().map(|(key, _)| key).collect();
    for (n, key) in keys.into_iter().enumerate() {
        if n % 5 == 4 {
            let _ = db.remove(key);
        } else if let Ok(mut player) = db.get_mut(key) {
            player.set_year_of_birth(-1);
        }
    }
}

fn reopen(path: &Path, n_rows: usize) {
    match Database::<World>::open(path) {
        Ok(db) => {
            assert_eq!(db.check(), [""; 0]);
            assert_eq!(db.len(), n_rows, "after a flush and a close");
        }
        Err(error) => panic!("it was opened before: {error}"),
    }
}
