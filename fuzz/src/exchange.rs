//! Parcels that come from another world, by hand and through the file that worlds share: all of what they say is
//! put in, or nothing.

use std::sync::OnceLock;

use gamedb::{Database, Parcel, SharedOutbox};
use gamedb_models::{Attribute, Inventory, InventoryEntry, Item, Mobile, Player, World};
use rusqlite::Connection;

use super::splices::spliced;

/// Bytes before what a parcel says of its rows: its name and the schema, without which none is looked at.
const HEAD: usize = 29;
/// Bytes of the checksum at its end.
const CHECKSUM: usize = 8;

/// A player with all that a row may own or take along.
fn right() -> &'static [u8] {
    static RIGHT: OnceLock<Vec<u8>> = OnceLock::new();
    RIGHT.get_or_init(|| {
        let mut world = World::new();
        let player = fill(&mut world).expect("the world takes its sample");
        let parcel = world.pack(player).expect("it can leave");
        parcel.as_bytes().to_vec()
    })
}

fn fill(world: &mut World) -> Result<gamedb::Key<Player>, gamedb::Error> {
    let item = world.insert(Item {
        internal_name: "item 1".into(),
        ..Item::default()
    })?;
    let player = world.insert(Player {
        email: "ada@example.com".into(),
        full_name: "Ada".into(),
        ..Player::default()
    })?;
    let named = |name: &str| Attribute {
        internal_name: name.into(),
        ..Attribute::default()
    };
    let _ = world.get_mut(player)?.add_attribute(named("luck"))?;
    let avatar = world.insert(Mobile {
        owner: Some(player.into()),
        ..Mobile::default()
    })?;
    let _ = world.get_mut(avatar)?.add_attribute(named("strength"))?;
    for n in 0..2 {
        let bag = Inventory::default();
        let inventory = world.get_mut(player)?.add_inventory(bag)?;
        let _ = world.insert(InventoryEntry {
            inventory,
            item,
            quantity: f64::from(n),
            ..InventoryEntry::default()
        })?;
    }
    Ok(player)
}

/// The world that a parcel comes to: with what it names and leaves behind, and with a row whose email it may take.
fn there() -> World {
    let mut world = World::new();
    let catalogue = |name: &str| Item {
        internal_name: name.into(),
        ..Item::default()
    };
    for name in ["item 7", "item 1"] {
        world.insert(catalogue(name)).expect("the name is free");
    }
    let bob = Player {
        email: "bob@example.com".into(),
        ..Player::default()
    };
    world.insert(bob).expect("the email is free");
    world
}

/// The bytes with a checksum that fits them, as whoever makes a parcel by hand would write it.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len().saturating_sub(CHECKSUM));
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    let sum = bytes.iter().fold(0xcbf2_9ce4_8422_2325, step);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// A parcel. The first byte says how it comes, and whether the rest is its bytes or changes to one that is right.
pub fn parcel(input: &[u8]) {
    let Some((&how, rest)) = input.split_first() else {
        return;
    };
    let bytes = match how & 0x80 {
        0 => with_checksum(spliced(right(), HEAD, rest)),
        _ => rest.to_vec(),
    };
    match how & 7 {
        0 => by_the_shared_file(&bytes),
        1 => from_the_own_file(&bytes),
        _ => by_hand(&bytes),
    }
}

fn by_hand(bytes: &[u8]) {
    let Ok(parcel) = Parcel::from_bytes(bytes) else {
        return;
    };
    let mut world = there();
    take(&mut world, &parcel);
}

/// Accepts a parcel, or changes nothing.
fn take(world: &mut World, parcel: &Parcel) {
    let before = world.snapshot().expect("no transaction is open");
    let accepted = world.accept(parcel);
    assert_eq!(world.check(), [""; 0]);
    assert_eq!(world.has_accepted(parcel.id()), accepted.is_ok());
    let Ok(arrived) = accepted else {
        let now = world.snapshot().expect("no transaction is open");
        assert!(
            now == before,
            "a parcel that was refused has changed the world"
        );
        return;
    };
    assert!(world.accept(parcel).is_err(), "it was accepted twice");
    // What has come can go on to the next world.
    if let Some(player) = arrived.root::<Player>() {
        let player = world.key(player).expect("it has arrived");
        let _ = world.pack(player);
        assert_eq!(world.check(), [""; 0]);
    }
}

/// Bytes that somebody has put into the file which the worlds share.
fn by_the_shared_file(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join("outbox.db");
    let mut db = Database::<World>::create(folder.path().join("world.db"), there());
    let db = match &mut db {
        Ok(db) => db,
        Err(error) => panic!("{error}"),
    };
    let mut outbox = SharedOutbox::open(&path, "south").expect("a new file");
    let _ = outbox.exchange(db).expect("nothing waits");
    let file = Connection::open(&path).expect("it is there");
    let name = bytes.get(5..21).unwrap_or(bytes);
    let sql = "INSERT INTO parcels (parcel, sender, receiver, contents) VALUES (?1, 'north', 'south', ?2)";
    file.execute(sql, (name, bytes))
        .expect("the table is there");
    let Ok(waiting) = outbox.inbox(db) else {
        return;
    };
    for waiting in waiting {
        match outbox.read(db, waiting.id) {
            Ok(parcel) => take(db, &parcel),
            Err(refused) => {
                let _ = outbox.send_back(db, waiting.id, &refused.to_string());
            }
        }
    }
    let _ = db
        .flush_durable()
        .expect("what was accepted can be written");
    let _ = outbox.exchange(db);
}

/// Bytes that somebody has put into a world's own file, as a parcel that has left it.
fn from_the_own_file(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join("world.db");
    let mut db = Database::<World>::open(&path).expect("a new file");
    let player = fill(&mut db).expect("the world takes its sample");
    db.hand_over(player, "north").expect("it can leave");
    let _ = db.close().expect("it is flushed");
    let file = Connection::open(&path).expect("it is there");
    let name = bytes.get(5..21).unwrap_or(bytes);
    let sql = "UPDATE gamedb_outbox SET parcel = ?1, contents = ?2";
    let n_changed = file.execute(sql, (name, bytes)).expect("it has left");
    assert_eq!(n_changed, 1);
    drop(file);
    let Ok(mut db) = Database::<World>::open(&path) else {
        return;
    };
    assert_eq!(db.check(), [""; 0]);
    let mut outbox = SharedOutbox::open(folder.path().join("outbox.db"), "south");
    let outbox = outbox.as_mut().expect("a new file");
    let _ = outbox.exchange(&mut db);
    let _ = db.flush_durable().expect("it can be written");
}
