//! Power cuts: whatever of the writes that were not synced is on the disk, the file opens and is exactly what it
//! was at some flush, and not before the last durable one. A crate of its own, because its disk is SQLite's
//! default for a whole process.
//!
//! What a world does is recorded once, on a disk in memory; then the power is cut at every moment of it. With
//! `GAMEDB_POWER_CUTS` it is tried on that many images; `GAMEDB_POWER_CUT_SEED` is the number of the first recording, so
//! that several runs add up.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;
#[path = "power_cut/shards.rs"]
mod shards;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::disk::{FILE, closed, copied, killed};
use common::lock::after_restart;
use common::sample::{attribute, double, mobile, player};
use common::{Contents, contents_of, contents_of_file};
use gamedb::codegen::traits::*;
use gamedb::{Database, Generation, Key};
use gamedb_faults::{Disk, Effect, Fault, Image, Operation, Random, Repeat, Replay, Trace, kinds};
use gamedb_models::{Attribute, Player, World};
use rusqlite::Connection;

/// Something that the file held, or was to hold.
#[derive(Debug)]
struct Point {
    digest: u64,
    /// Operations of the disk when it was begun.
    begun: usize,
    /// Operations of the disk when it was known to be in the file.
    committed: Option<usize>,
    generation: Option<Generation>,
}

/// What a world did, with all that its file held meanwhile.
struct Recording {
    trace: Trace,
    points: Vec<Point>,
    /// From which operation on which point survives a power cut.
    durable: Vec<(usize, usize)>,
    /// What the lock file said, and since when.
    locks: Vec<(usize, Vec<u8>)>,
}

/// The lock file, which is a real one.
const LOCK: &str = "world.db-lock";

fn digest(contents: &Contents) -> u64 {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    hasher.finish()
}

struct Recorder {
    disk: Disk,
    db: Option<Database<World>>,
    random: Random,
    points: Vec<Point>,
    durable: Vec<(usize, usize)>,
    locks: Vec<(usize, Vec<u8>)>,
    n_players: i64,
}

impl Recorder {
    fn db(&mut self) -> &mut Database<World> {
        self.db.as_mut().unwrap()
    }

    fn point(&mut self) -> Point {
        let digest = digest(&contents_of(self.db()));
        let begun = self.disk.position();
        Point {
            digest,
            begun,
            committed: None,
            generation: None,
        }
    }

    /// Some changes of a world.
    fn change(&mut self) {
        for _ in 0..=self.random.below(4) {
            let n = self.random.below(1000);
            let long = "x".repeat(if n.is_multiple_of(7) { 4_000 } else { n % 50 });
            self.n_players += 1;
            let (new, choice) = (self.n_players, self.random.below(8));
            let at = self.random.below(1 << 20);
            let db = self.db();
            let players: Vec<Key<Player>> =
                Player::table(db).iter_by_id().map(|(key, _)| key).collect();
            let attributes: Vec<Key<Attribute>> = Attribute::table(db)
                .iter_by_id()
                .map(|(key, _)| key)
                .collect();
            if players.is_empty() || (choice == 0 && players.len() < 40) {
                let _ = db.insert(player(new)).unwrap();
                continue;
            }
            let ada = players[at % players.len()];
            match choice {
                0 | 1 if !attributes.is_empty() => {
                    db.remove(attributes[at % attributes.len()]).unwrap();
                }
                2 if players.len() > 5 => db.remove(ada).unwrap(),
                3 | 4 if attributes.len() < 60 => {
                    let named = double(&format!("{n}{long}"), 1.5);
                    let _ = db.get_mut(ada).unwrap().add_attribute(named).unwrap();
                }
                5 => {
                    let key = db.insert(mobile(new)).unwrap();
                    let mut mobile = db.get_mut(key).unwrap();
                    let _ = mobile.add_attribute(attribute("new")).unwrap();
                }
                _ => db.get_mut(ada).unwrap().set_full_name(format!("{n}{long}")),
            }
        }
    }

    /// One of the ways into the file.
    fn write(&mut self) {
        let mut point = self.point();
        match self.random.below(10) {
            0..=3 => {
                let report = self.db().flush().unwrap();
                point.generation = Some(report.generation);
            }
            4 | 5 => {
                let index = self.points.len();
                let rows = self.random.below(20);
                self.db().prepare_flush(rows);
                let ticket = self.db().flush_in_background().unwrap();
                self.points.push(point);
                self.change();
                let report = self.db().wait(ticket).unwrap();
                self.points[index].generation = Some(report.generation);
                self.points[index].committed = Some(self.disk.position());
                return self.note_durable();
            }
            6 | 7 => {
                let players = Player::table(self.db());
                let Some((ada, _)) = players.iter_by_id().next() else {
                    return;
                };
                let _ = self.db().save(ada).unwrap();
                point.digest = digest(&in_file(&self.disk.path(FILE)));
            }
            8 => {
                let report = self.db().flush_durable().unwrap();
                point.generation = Some(report.generation);
                let place = (self.disk.position(), self.points.len());
                self.durable.push(place);
            }
            _ => {
                let db = self.db.take().unwrap();
                let _ = db.close().unwrap();
                // It counts its flushes anew.
                for point in &mut self.points {
                    point.generation = None;
                }
                self.db = Some(Database::open(self.disk.path(FILE)).unwrap());
            }
        }
        point.committed = Some(self.disk.position());
        self.points.push(point);
        self.note_durable();
    }

    fn finish(self) -> Recording {
        Recording {
            trace: self.disk.take_trace(),
            points: self.points,
            durable: self.durable,
            locks: self.locks,
        }
    }

    /// Notes what the database says to be durable, and what its lock file says.
    fn note_durable(&mut self) {
        let lock = std::fs::read(self.disk.path(LOCK)).unwrap();
        self.locks.push((self.disk.position(), lock));
        let durable = self.db().durable();
        let mut points = self.points.iter();
        if let Some(point) = points.position(|point| point.generation == Some(durable)) {
            self.durable.push((self.disk.position(), point));
        }
    }
}

fn in_file(path: &Path) -> Contents {
    contents_of_file(&Connection::open(path).unwrap())
}

/// A world on a disk that begins with these files.
fn begin(start: &Image, seed: u64, syncs: bool) -> Recorder {
    let disk = Disk::with(start);
    if !syncs {
        disk.never_sync();
    }
    disk.record();
    let empty = Point {
        digest: digest(&contents_of(&World::new())),
        begun: 0,
        committed: Some(0),
        generation: None,
    };
    let db = Database::open(disk.path(FILE)).unwrap();
    let mut recorder = Recorder {
        disk,
        db: Some(db),
        random: Random::new(seed),
        points: vec![empty],
        durable: Vec::new(),
        locks: Vec::new(),
        n_players: 1000,
    };
    if !start.is_empty() {
        let mut loaded = recorder.point();
        (loaded.begun, loaded.committed) = (0, Some(0));
        recorder.points = vec![loaded];
        recorder.durable.push((0, 0));
    }
    let lock = std::fs::read(recorder.disk.path(LOCK)).unwrap();
    recorder.locks.push((recorder.disk.position(), lock));
    recorder
}

/// A world whose disk fails at a sync, drops what was to be synced, and goes on as if nothing were. `None` if there
/// were not so many syncs.
fn record_failed_sync(start: &Image, n_syncs: usize) -> Option<Recording> {
    let mut recorder = begin(start, 0, true);
    // The first sync of the log, or of the file, or a later one.
    let lost = kinds(Operation::Sync);
    let lost = lost
        .iter()
        .position(|kind| kind.effect == Effect::PagesLost);
    recorder.disk.fail(Fault {
        at: n_syncs,
        only: Some(Operation::Sync),
        kind: lost.unwrap(),
        repeat: Repeat::Once,
    });
    for step in 0..8 {
        recorder.change();
        let mut point = recorder.point();
        let db = recorder.db();
        let written = match step % 4 {
            0 | 2 => db.flush(),
            1 => match db.flush_in_background() {
                Ok(ticket) => db.wait(ticket),
                Err(error) => Err(error),
            },
            _ => db.flush_durable(),
        };
        let position = recorder.disk.position();
        if let Ok(report) = &written {
            point.generation = Some(report.generation);
            if step % 4 == 3 {
                recorder.durable.push((position, recorder.points.len()));
            }
        }
        recorder.points.push(point);
        recorder.note_durable();
    }
    drop(recorder.db.take());
    let has_failed = !recorder.disk.mend().is_empty();
    has_failed.then(|| recorder.finish())
}

/// A world that does `n_steps` things, on a disk that begins with these files.
fn record(start: &Image, seed: u64, n_steps: usize, syncs: bool) -> Recording {
    let mut recorder = begin(start, seed, syncs);
    for _ in 0..n_steps {
        recorder.change();
        recorder.write();
    }
    let point = recorder.point();
    recorder.points.push(point);
    let _ = recorder.db.take().unwrap().close().unwrap();
    recorder.finish()
}

/// What was found in images.
#[derive(Debug, Default)]
struct Found {
    n_images: AtomicUsize,
    /// Not opened, or not what the world ever was.
    n_torn: AtomicUsize,
    /// Older than they may be.
    n_lost: AtomicUsize,
    first: std::sync::Mutex<Option<String>>,
}

impl Found {
    fn n_wrong(&self) -> usize {
        self.n_torn.load(Ordering::Relaxed) + self.n_lost.load(Ordering::Relaxed)
    }

    fn note(&self, counter: &AtomicUsize, what: impl FnOnce() -> String) {
        counter.fetch_add(1, Ordering::Relaxed);
        self.first.lock().unwrap().get_or_insert_with(what);
    }
}

/// Moments of a recording, in their order.
fn moments(random: &mut Random, trace: &Trace, n_images: usize) -> Vec<usize> {
    let n_ops = trace.len();
    let mut moments: Vec<usize> = (0..n_images).map(|_| random.below(n_ops + 1)).collect();
    moments.sort_unstable();
    moments
}

/// The recording once more, on a disk whose syncs may do nothing.
fn replay(trace: &Trace, seed: u64, is_lying: bool) -> Replay<'_> {
    let replay = Replay::new(trace, seed);
    if is_lying { replay.lying() } else { replay }
}

/// Cuts the power in `n_images` moments of a recording, and opens what is left.
fn cut(recording: &Recording, seed: u64, n_images: usize, is_lying: bool, found: &Found) {
    let mut random = Random::new(seed);
    let mut replay = replay(&recording.trace, seed, is_lying);
    let disk = Disk::new();
    let moments = moments(&mut random, &recording.trace, n_images);
    for (n, moment) in moments.into_iter().enumerate() {
        replay.advance_to(moment);
        // One in eight is a death of the process alone: nothing is lost.
        let is_death = n % 8 == 0 && !recording.trace.has_lost_pages();
        let mut image = if is_death {
            replay.all_kept()
        } else {
            replay.image()
        };
        // The lock file is not synced: after a power cut it may be as it was at any moment before.
        let n_written = recording
            .locks
            .iter()
            .take_while(|&&(at, _)| at <= moment)
            .count();
        if n_written > 0 {
            let last = if is_death {
                n_written - 1
            } else {
                random.below(n_written)
            };
            let lock = &recording.locks[last].1;
            let lock = if is_death {
                lock.clone()
            } else {
                after_restart(lock)
            };
            image.insert(LOCK.into(), lock);
        }
        let points = &recording.points;
        let is_committed = |point: &Point| point.committed.is_some_and(|at| at <= moment);
        let durable = recording.durable.iter().filter(|&&(at, _)| at <= moment);
        let least = if is_death {
            points.iter().rposition(is_committed)
        } else {
            durable.map(|&(_, point)| point).max()
        };
        let n_begun = points
            .iter()
            .take_while(|point| point.begun <= moment)
            .count();
        found.n_images.fetch_add(1, Ordering::Relaxed);
        disk.mount(&image);
        let is_checked = n % 16 == 1;
        match look(&disk, is_checked) {
            Err(error) => found.note(&found.n_torn, || format!("{seed} at {moment}: {error}")),
            Ok(digest) => {
                let is_it = |point: &Point| point.digest == digest;
                let least = least.unwrap_or(0);
                if !points[..n_begun].iter().any(is_it) {
                    found.note(&found.n_torn, || format!("{seed} at {moment}: never was"));
                } else if !points[least..n_begun].iter().any(is_it) {
                    found.note(&found.n_lost, || {
                        format!("{seed} at {moment}: below {least}")
                    });
                }
            }
        }
    }
}

/// Opens what is left after a power cut, and returns what is in it.
fn look(disk: &Disk, is_checked: bool) -> Result<u64, String> {
    let db = Database::<World>::open(disk.path(FILE)).map_err(|error| format!("{error:?}"))?;
    let problems = db.check();
    if !problems.is_empty() {
        return Err(format!("{problems:?}"));
    }
    let digest = digest(&contents_of(&db));
    if is_checked {
        let _ = db.close().map_err(|error| format!("{error:?}"))?;
        let connection = Connection::open(disk.path(FILE)).map_err(|error| error.to_string())?;
        let check = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0));
        let check: String = check.map_err(|error| error.to_string())?;
        if check != "ok" {
            return Err(check);
        }
        if self::digest(&contents_of_file(&connection)) != digest {
            return Err("closing has changed it".into());
        }
    }
    Ok(digest)
}

/// Images of recordings of all kinds, by all processors.
fn search(n_images: usize, syncs: bool, is_lying: bool) -> Found {
    // A long search takes more images of each recording, because recording takes a third of its time.
    let images = if n_images < 100_000 { 250 } else { 1_000 };
    let found = Found::default();
    let starts = [
        Image::new(),
        closed(),
        killed(),
        copied(false),
        copied(true),
    ];
    by_all_processors(n_images.div_ceil(images), |n_recorded, seed| {
        let n_before = n_recorded * images;
        if n_before > 0 && n_before.is_multiple_of(50_000) {
            println!("{found:?}");
        }
        let start = &starts[usize::try_from(seed % 5).unwrap()];
        let n_steps = if seed.is_multiple_of(2) { 12 } else { 60 };
        let recording = record(start, seed, n_steps, syncs);
        cut(&recording, seed, images, is_lying, &found);
    });
    found
}

/// Calls a function for each of `n` recordings, with the recording's seed.
fn by_all_processors(n: usize, look: impl Fn(usize, u64) + Sync) {
    let first = std::env::var("GAMEDB_POWER_CUT_SEED");
    let first: u64 = first.map_or(0, |first| first.parse().unwrap());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let n_recorded = next.fetch_add(1, Ordering::Relaxed);
                    if n_recorded >= n {
                        break;
                    }
                    look(n_recorded, first + n_recorded as u64);
                }
            });
        }
    });
}

#[test]
fn nothing_durable_is_lost_and_nothing_is_torn() {
    let n_images = std::env::var("GAMEDB_POWER_CUTS");
    let n_images = n_images.map_or(1_500, |n| n.parse().unwrap());
    let found = search(n_images, true, false);
    println!("{found:?}");
    assert_eq!(found.n_wrong(), 0, "{found:?}");
}

#[test]
fn the_same_search_finds_losses_where_syncs_lie() {
    let found = search(500, true, true);
    println!("{found:?}");
    assert!(found.n_wrong() > 0, "{found:?}");
}

#[test]
fn the_same_search_finds_losses_without_syncs() {
    let found = search(500, false, false);
    println!("{found:?}");
    assert!(found.n_wrong() > 0, "{found:?}");
}

/// A sync fails and the disk drops the pages, as Linux does; what was durable before is there for ever.
#[test]
fn after_a_failed_sync_nothing_durable_is_lost_whatever_comes_then() {
    let found = Found::default();
    for start in [closed(), killed()] {
        let mut n_syncs = 0;
        while let Some(recording) = record_failed_sync(&start, n_syncs) {
            cut(&recording, n_syncs as u64, 25, false, &found);
            n_syncs += 1;
        }
        assert!(n_syncs >= 4, "{n_syncs} syncs");
    }
    println!("{found:?}");
    assert_eq!(found.n_wrong(), 0, "{found:?}");
}
