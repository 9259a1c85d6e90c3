//! Players who walk between two worlds of one machine while the power is cut: when everything is delivered, each of them is
//! in one place. Three files are written side by side, and each of them loses what it loses.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gamedb::{Database, Error, SharedOutbox};
use gamedb_faults::{Disk, Image, Random, Trace};
use gamedb_models::{Attribute, Player, PlayerKey, World};

use super::{by_all_processors, moments, replay};
use crate::common::lock::after_restart;
use crate::common::sample::{attribute, player};

/// The files of the worlds, which are their names too.
const WORLDS: [&str; 2] = ["north.db", "south.db"];
const OUTBOX: &str = "outbox.db";

/// Players of each world, at first.
const N_PLAYERS: i64 = 4;

struct Shard {
    db: Database<World>,
    outbox: SharedOutbox,
}

impl Shard {
    fn open(disk: &Disk, at: usize) -> Result<Self, Error> {
        Ok(Self {
            db: Database::open(disk.path(WORLDS[at]))?,
            outbox: SharedOutbox::open(disk.path(OUTBOX), WORLDS[at])?,
        })
    }

    /// Takes in whoever waits, but one of them, perhaps.
    fn receive(&mut self, sent_back: Option<usize>) -> Result<(), Error> {
        for (n, waiting) in self.outbox.inbox(&self.db)?.into_iter().enumerate() {
            if sent_back == Some(n) {
                self.outbox.send_back(&mut self.db, waiting.id, "not now")?;
            } else {
                let parcel = self.outbox.read(&mut self.db, waiting.id)?;
                self.db.accept(&parcel)?;
            }
        }
        Ok(())
    }
}

/// What two worlds did.
struct Recording {
    trace: Trace,
    /// What the lock file of each said, and since when.
    locks: [Vec<(usize, Vec<u8>)>; 2],
}

fn lock_of(at: usize) -> String {
    format!("{}-lock", WORLDS[at])
}

/// Two worlds with players, and an outbox that both have used.
fn start() -> Image {
    let disk = Disk::new();
    for at in [0, 1] {
        let mut shard = Shard::open(&disk, at).unwrap();
        for n in 0..N_PLAYERS {
            let key = shard.db.insert(player(at as i64 * N_PLAYERS + n)).unwrap();
            shard.db.add(key, attribute("luck")).unwrap();
        }
        let _ = shard.db.flush_durable().unwrap();
        let _ = shard.outbox.exchange(&mut shard.db).unwrap();
        let _ = shard.db.close().unwrap();
    }
    disk.image()
}

fn record(start: &Image, seed: u64, n_steps: usize) -> Recording {
    let disk = Disk::with(start);
    disk.record();
    let mut random = Random::new(seed);
    let mut shards = [0, 1].map(|at| Some(Shard::open(&disk, at).unwrap()));
    let mut locks = [Vec::new(), Vec::new()];
    for _ in 0..n_steps {
        let at = random.below(2);
        step(&disk, &mut shards[at], at, &mut random);
        for (at, locks) in locks.iter_mut().enumerate() {
            let lock = std::fs::read(disk.path(&lock_of(at))).unwrap();
            locks.push((disk.position(), lock));
        }
    }
    for shard in shards.into_iter().flatten() {
        shard.db.discard();
    }
    let trace = disk.take_trace();
    Recording { trace, locks }
}

fn step(disk: &Disk, shard: &mut Option<Shard>, at: usize, random: &mut Random) {
    let choice = random.below(16);
    if choice >= 14 {
        let Shard { db, .. } = shard.take().unwrap();
        if choice == 14 {
            let _ = db.close().unwrap();
        } else {
            // The process dies: what it has not flushed is gone.
            db.discard();
        }
        *shard = Some(Shard::open(disk, at).unwrap());
        return;
    }
    let Shard { db, outbox } = shard.as_mut().unwrap();
    let players: Vec<PlayerKey> = db.iter().map(|(key, _)| key).collect();
    match choice {
        0..=2 if !players.is_empty() => {
            let who = players[random.below(players.len())];
            db.hand_over(who, WORLDS[1 - at]).unwrap();
        }
        3 => drop(db.flush().unwrap()),
        4 => {
            let _ = db.prepare_flush(random.below(9));
            let ticket = db.flush_in_background().unwrap();
            let _ = db.wait(ticket).unwrap();
        }
        5 | 6 => drop(db.flush_durable().unwrap()),
        7..=9 => drop(outbox.exchange(db).unwrap()),
        10..=12 => {
            let sent_back = random.one_in(2).then(|| random.below(3));
            shard.as_mut().unwrap().receive(sent_back).unwrap();
        }
        _ if !players.is_empty() => {
            let who = players[random.below(players.len())];
            let name = "x".repeat(random.below(3_000));
            db.get_mut(who).unwrap().set_full_name(name);
        }
        _ => {}
    }
}

/// What was found in images.
#[derive(Debug, Default)]
struct Found {
    n_images: AtomicUsize,
    n_not_opened: AtomicUsize,
    n_twice: AtomicUsize,
    n_missing: AtomicUsize,
    first: Mutex<Option<String>>,
}

impl Found {
    fn n_wrong(&self) -> usize {
        let counters = [&self.n_not_opened, &self.n_twice, &self.n_missing];
        let counts = counters.map(|counter| counter.load(Ordering::Relaxed));
        counts.into_iter().sum()
    }

    fn note(&self, counter: &AtomicUsize, what: String) {
        counter.fetch_add(1, Ordering::Relaxed);
        self.first.lock().unwrap().get_or_insert(what);
    }
}

/// Everything that is in flight arrives. Returns how often each player is there.
fn arrive(disk: &Disk) -> Result<BTreeMap<String, usize>, String> {
    let said = |error: Error| format!("{error:?}");
    let mut found = BTreeMap::new();
    let mut shards = [Shard::open(disk, 0), Shard::open(disk, 1)];
    // From a world to the outbox, into the other world, and out of the outbox; the first one begins with what waits.
    for _ in 0..3 {
        for shard in &mut shards {
            let shard = shard.as_mut().map_err(|error| format!("{error:?}"))?;
            shard.receive(None).map_err(said)?;
            let _ = shard.db.flush_durable().map_err(said)?;
            let _ = shard.outbox.exchange(&mut shard.db).map_err(said)?;
        }
    }
    for shard in shards {
        let shard = shard.map_err(said)?;
        let mut problems = shard.db.check();
        if shard.db.outbox().len() > 0 || !shard.outbox.sent().map_err(said)?.is_empty() {
            problems.push("a parcel is still in flight".into());
        }
        if shard.db.iter::<Attribute>().count() != shard.db.iter::<Player>().count() {
            problems.push("a player has not one attribute".into());
        }
        if !problems.is_empty() {
            return Err(format!("{problems:?}"));
        }
        for (_, player) in shard.db.iter::<Player>() {
            *found.entry(player.email.clone()).or_default() += 1;
        }
    }
    Ok(found)
}

/// Cuts the power in `n_images` moments of a recording, and lets everybody arrive.
fn cut(recording: &Recording, seed: u64, n_images: usize, is_lying: bool, found: &Found) {
    let mut random = Random::new(seed);
    let mut replay = replay(&recording.trace, seed, is_lying);
    let disk = Disk::new();
    let moments = moments(&mut random, &recording.trace, n_images);
    for (n, moment) in moments.into_iter().enumerate() {
        replay.advance_to(moment);
        // One in eight is a death of all processes alone: nothing is lost.
        let is_death = n % 8 == 0;
        let mut image = if is_death {
            replay.all_kept()
        } else {
            replay.image()
        };
        for (at, locks) in recording.locks.iter().enumerate() {
            let n_written = locks.iter().take_while(|&&(at, _)| at <= moment).count();
            let lock = match n_written {
                0 => continue,
                n if is_death => locks[n - 1].1.clone(),
                // It is not synced.
                n => after_restart(&locks[random.below(n)].1),
            };
            image.insert(lock_of(at), lock);
        }
        found.n_images.fetch_add(1, Ordering::Relaxed);
        disk.mount(&image);
        let at = |what: &str| format!("{seed} at {moment}: {what}");
        match arrive(&disk) {
            Err(error) => found.note(&found.n_not_opened, at(&error)),
            Ok(players) => {
                let is_there = |n: &usize| *n == 1;
                if players.values().any(|n| *n > 1) {
                    found.note(&found.n_twice, at(&format!("twice: {players:?}")));
                } else if players.values().filter(|n| is_there(n)).count() as i64 != 2 * N_PLAYERS {
                    found.note(&found.n_missing, at(&format!("missing: {players:?}")));
                }
            }
        }
    }
}

/// Images of recordings, by all processors.
fn search(n_images: usize, is_lying: bool) -> Found {
    const IMAGES: usize = 20;
    let found = Found::default();
    let start = start();
    by_all_processors(n_images.div_ceil(IMAGES), |_, seed| {
        let n_steps = if seed.is_multiple_of(2) { 25 } else { 80 };
        let recording = record(&start, seed, n_steps);
        cut(&recording, seed, IMAGES, is_lying, &found);
    });
    found
}

#[test]
fn whoever_walks_while_the_power_is_cut_is_in_one_place() {
    let n_images = std::env::var("GAMEDB_POWER_CUTS");
    let n_images = n_images.map_or(80, |n| n.parse().unwrap());
    let found = search(n_images, false);
    println!("{found:?}");
    assert_eq!(found.n_wrong(), 0, "{found:?}");
}

#[test]
fn the_same_search_finds_walkers_who_are_lost_or_doubled_where_syncs_lie() {
    let found = search(80, true);
    println!("{found:?}");
    assert!(found.n_wrong() > 0, "{found:?}");
}
