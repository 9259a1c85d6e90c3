//! The life of one world.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gamedb::{Database, Error, SharedOutbox};
use gamedb_models::{Player, PlayerKey, World};

use super::{Failure, NAMES, outbox};

/// The file of a world.
pub(super) fn file(folder: &Path, world: &str) -> PathBuf {
    folder.join(format!("{world}.db"))
}

/// Sends players away and takes players in, until the process that has started this one is gone.
pub(super) fn live(folder: &Path, world: &str) -> Result<(), Failure> {
    let is_over = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_over);
    std::thread::spawn(move || {
        // Nothing is ever written there; it ends.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        flag.store(true, Ordering::SeqCst);
    });
    let mut db = Database::<World>::open(file(folder, world))?;
    let mut outbox = outbox(folder, world)?;
    while !is_over.load(Ordering::SeqCst) {
        let players: Vec<PlayerKey> = db.iter().map(|(key, _)| key).collect();
        let others: Vec<_> = NAMES.iter().filter(|name| **name != world).collect();
        if let (Some(player), Some(to)) = (fastrand::choice(players), fastrand::choice(others)) {
            db.hand_over(player, to)?;
        }
        tick(&mut db, &mut outbox)?;
        std::thread::sleep(Duration::from_millis(2));
    }
    db.close().map_err(|failed| failed.source)?;
    Ok(())
}

/// What a game does every now and then: it takes in who has come, flushes, and exchanges parcels.
fn tick(db: &mut Database<World>, outbox: &mut SharedOutbox) -> Result<(), Error> {
    for waiting in outbox.inbox(db)? {
        let parcel = outbox.read(db, waiting.id)?;
        db.transaction(|world| {
            let arrived = world.accept(&parcel)?;
            let player = arrived.root().and_then(|id| world.key::<Player>(id));
            let mut player = world.get_mut(player.expect("it is players who walk"))?;
            // Walks are counted in the worlds, where no kill makes them forgotten.
            let walks = player.year_of_birth;
            player.set_year_of_birth(walks + 1);
            Ok::<(), Error>(())
        })?;
    }
    db.flush_durable()?;
    outbox.exchange(db)?;
    Ok(())
}

/// Goes on with all worlds, one after the other, until every parcel has arrived.
pub(super) fn everybody_arrives(folder: &Path) -> Result<(), Failure> {
    // Those that are delivered in the first round have arrived after the second, and are acknowledged after the third.
    for _ in 0..3 {
        for world in NAMES {
            let mut db = Database::<World>::open(file(folder, world))?;
            tick(&mut db, &mut outbox(folder, world)?)?;
            db.close().map_err(|failed| failed.source)?;
        }
    }
    for world in NAMES {
        let left = outbox(folder, world)?.sent()?;
        if !left.is_empty() {
            return Err(format!("{} parcels of {world} have not arrived", left.len()).into());
        }
    }
    Ok(())
}
