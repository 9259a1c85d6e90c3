//! A file, a write-ahead log and a lock file from different moments of a world, or of two worlds, put together: each
//! combination is refused, or opened as exactly what it should be. With `GAMEDB_RESTORES` that many are tried.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::sample::{fill, player};
use common::{Contents, contents_of, contents_of_file};
use gamedb::codegen::traits::*;
use gamedb::{Database, Error, ErrorKind, FileError, Key};
use gamedb_faults::Random;
use gamedb_models::{Player, World};
use rusqlite::{Connection, OpenFlags};

/// How the files of a moment came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Copies of the files of a world that was open: what a kill would have left.
    Killed,
    /// The world was closed before.
    Closed,
    /// `sqlite3 .backup`, while it was open.
    Backup,
    /// `VACUUM INTO`, while it was open.
    Vacuum,
}

/// The files of a world at one moment.
#[derive(Clone, Debug)]
struct Moment {
    kind: Kind,
    file: Vec<u8>,
    log: Option<Vec<u8>>,
    lock: Option<Vec<u8>>,
    /// What file and log hold together.
    world: Contents,
    /// What the file holds without its log.
    bare: Contents,
}

/// A world that lives in a folder, and moves on to another when it is killed.
struct Live {
    folder: tempfile::TempDir,
    db: Option<Database<World>>,
    n_players: i64,
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

fn put(path: &Path, content: Option<&Vec<u8>>) {
    if let Some(content) = content {
        std::fs::write(path, content).unwrap();
    }
}

/// What a file holds without its log.
fn bare(path: &Path) -> Contents {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let uri = format!("file:{}?immutable=1", path.display());
    contents_of_file(&Connection::open_with_flags(uri, flags).unwrap())
}

impl Live {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut db = Database::<World>::open(folder.path().join("world.db")).unwrap();
        fill(&mut db);
        let _ = db.close().unwrap();
        let mut live = Self {
            folder,
            db: None,
            n_players: 1000,
        };
        live.open();
        live
    }

    /// A copy of a world that was closed, which goes on by itself.
    fn from(moment: &Moment) -> Self {
        let folder = tempfile::tempdir().unwrap();
        put(&folder.path().join("world.db"), Some(&moment.file));
        let mut live = Self {
            folder,
            db: None,
            n_players: 2000,
        };
        live.open();
        live
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("world.db")
    }

    fn open(&mut self) {
        self.db = Some(Database::open(self.path()).unwrap());
    }

    fn moment(&self, kind: Kind) -> Moment {
        let path = self.path();
        let read = |ending| std::fs::read(with_ending(&path, ending)).ok();
        let (file, log, lock) = (read("").unwrap(), read("-wal"), read("-lock"));
        let world = contents_of_file(&Connection::open(&path).unwrap());
        let (log, bare) = (log.filter(|log| !log.is_empty()), bare(&path));
        Moment {
            kind,
            file,
            log,
            lock,
            world,
            bare,
        }
    }

    /// A copy that SQLite makes of the world as it is.
    fn copied(&self, kind: Kind) -> Moment {
        let (other, live) = (
            tempfile::tempdir().unwrap(),
            Connection::open(self.path()).unwrap(),
        );
        let path = other.path().join("copy.db");
        if kind == Kind::Vacuum {
            live.execute("VACUUM INTO ?1", [path.to_str().unwrap()])
                .unwrap();
        } else {
            let mut to = Connection::open(&path).unwrap();
            let backup = rusqlite::backup::Backup::new(&live, &mut to).unwrap();
            let pause = std::time::Duration::ZERO;
            backup.run_to_completion(1000, pause, None).unwrap();
        }
        let file = std::fs::read(&path).unwrap();
        let world = contents_of_file(&live);
        Moment {
            kind,
            file,
            log: None,
            lock: None,
            bare: world.clone(),
            world,
        }
    }

    fn change(&mut self, random: &mut Random) {
        let db = self.db.as_mut().unwrap();
        for _ in 0..=random.below(3) {
            let players: Vec<Key<Player>> =
                Player::table(db).iter_by_id().map(|(key, _)| key).collect();
            let at = players[random.below(players.len())];
            match random.below(5) {
                0 => {
                    self.n_players += 1;
                    db.insert(player(self.n_players)).unwrap();
                }
                1 if players.len() > 5 => db.remove(at).unwrap(),
                n => {
                    let long = "x".repeat(n * random.below(2_000));
                    db.get_mut(at)
                        .unwrap()
                        .set_full_name(format!("{}{long}", random.below(1000)));
                }
            }
        }
    }

    fn other_program(&self, sql: &str) {
        Connection::open(self.path())
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    }

    /// One thing that happens to a world, and the files then.
    fn step(&mut self, random: &mut Random, moments: &mut Vec<Moment>) {
        self.change(random);
        let _ = self.db.as_mut().unwrap().flush().unwrap();
        match random.below(12) {
            0 => self.other_program("PRAGMA wal_checkpoint(PASSIVE)"),
            1 => self.other_program("PRAGMA wal_checkpoint(TRUNCATE)"),
            2 => self.other_program("PRAGMA wal_checkpoint(RESTART)"),
            3 => drop(self.db.as_mut().unwrap().flush_durable().unwrap()),
            4 => {
                drop(self.db.take());
                if random.below(2) == 0 {
                    self.other_program("VACUUM");
                }
                moments.push(self.moment(Kind::Closed));
                self.open();
            }
            5 => moments.push(self.copied(Kind::Backup)),
            6 => moments.push(self.copied(Kind::Vacuum)),
            7 => {
                // It is killed, and goes on where its files are moved to.
                let killed = self.moment(Kind::Killed);
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("world.db");
                put(&path, Some(&killed.file));
                put(&with_ending(&path, "-wal"), killed.log.as_ref());
                put(
                    &with_ending(&path, "-lock"),
                    killed.lock.as_ref().filter(|_| random.below(2) == 0),
                );
                self.db = None;
                self.folder = folder;
                self.open();
                assert_eq!(contents_of(self.db.as_ref().unwrap()), killed.world);
            }
            _ => {}
        }
        moments.push(self.moment(Kind::Killed));
    }
}

/// All moments of some worlds: one, a copy of it that went on by itself, and another one.
fn moments(random: &mut Random) -> Vec<Vec<Moment>> {
    let mut one = Vec::new();
    let mut live = Live::begin();
    for _ in 0..25 {
        live.step(random, &mut one);
    }
    let mut fork = Vec::new();
    let closed: Vec<_> = one
        .iter()
        .filter(|moment| moment.kind == Kind::Closed)
        .collect();
    if !closed.is_empty() {
        let mut live = Live::from(closed[random.below(closed.len())]);
        for _ in 0..10 {
            live.step(random, &mut fork);
        }
    }
    let mut other = Vec::new();
    let mut live = Live::begin();
    for _ in 0..5 {
        live.step(random, &mut other);
    }
    let mut all = vec![one, fork, other];
    all.retain(|moments| !moments.is_empty());
    all
}

/// Which moments the files are of: of which world, and which one.
type Place = (usize, usize);

#[derive(Debug, Default)]
struct Counts {
    refused: BTreeMap<&'static str, usize>,
    n_opened: usize,
    n_legitimate: usize,
}

fn place(random: &mut Random, all: &[Vec<Moment>], near: Option<Place>) -> Place {
    // Mostly close by, where mistakes are hard to find.
    match near {
        Some((world, at)) if random.below(4) > 0 => {
            let moments = all[world].len();
            (
                world,
                (at + random.below(7)).saturating_sub(3).min(moments - 1),
            )
        }
        _ => {
            let world = random.below(all.len());
            (world, random.below(all[world].len()))
        }
    }
}

fn name_of(error: &FileError) -> &'static str {
    match error {
        FileError::OtherLog { .. } => "other log",
        FileError::FlushesLost { .. } => "flushes lost",
        FileError::LogMissing { .. } => "log missing",
        other => panic!("{other}"),
    }
}

/// Whether an operator has done nothing wrong.
fn is_legitimate(file: Place, log: Option<Place>, lock: Option<Place>, moment: &Moment) -> bool {
    let is_own = |place: Option<Place>| place.is_none_or(|place| place == file);
    match moment.kind {
        // Files that were moved together, with or without the lock.
        Kind::Killed if moment.log.is_some() => log == Some(file) && is_own(lock),
        // A checkpoint has emptied the log.
        Kind::Killed => log.is_none() && lock == Some(file),
        Kind::Closed => log.is_none() && is_own(lock),
        Kind::Backup | Kind::Vacuum => log.is_none() && lock.is_none(),
    }
}

fn try_one(random: &mut Random, all: &[Vec<Moment>], counts: &mut Counts) {
    let of = |place: Place| &all[place.0][place.1];
    let file = place(random, all, None);
    let mut pick = |of_same: usize| match random.below(4) {
        0 => None,
        n if n <= of_same => Some(file),
        _ => Some(place(random, all, Some(file))),
    };
    let (log, lock) = (pick(1), pick(2));
    let log = log.filter(|&log| of(log).log.is_some());
    let lock = lock.filter(|&lock| of(lock).lock.is_some());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    put(&path, Some(&of(file).file));
    put(
        &with_ending(&path, "-wal"),
        log.and_then(|log| of(log).log.as_ref()),
    );
    put(
        &with_ending(&path, "-lock"),
        lock.and_then(|lock| of(lock).lock.as_ref()),
    );
    let what = || {
        format!(
            "file {file:?} {:?}, log {log:?}, lock {lock:?}",
            of(file).kind
        )
    };
    let is_legitimate = is_legitimate(file, log, lock, of(file));
    counts.n_legitimate += usize::from(is_legitimate);
    match Database::<World>::open(&path).map_err(Error::into_kind) {
        Ok(db) => {
            counts.n_opened += 1;
            let right = log.map_or(&of(file).bare, |log| &of(log).world);
            assert!(
                contents_of(&db) == *right,
                "opened as something else: {}",
                what()
            );
            // The lock of a killed server knows what was flushed.
            let is_lost = lock == Some(file)
                && of(file).world != *right
                && log.is_none_or(|log| log.0 == file.0 && log.1 < file.1);
            assert!(!is_lost, "flushes are lost: {}", what());
            // It goes on, and is what it says when it is opened again.
            let mut db = db;
            db.insert(player(9_999)).unwrap();
            let world = contents_of(&db);
            let _ = db.close().unwrap();
            assert_eq!(contents_of(&Database::<World>::open(&path).unwrap()), world);
        }
        Err(ErrorKind::File(error)) => {
            assert!(!is_legitimate, "{}: {error}", what());
            *counts.refused.entry(name_of(&error)).or_default() += 1;
            let before = std::fs::read(&path).unwrap();
            assert!(
                before == of(file).file,
                "written to although it was refused"
            );
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn each_random_restore_is_refused_or_exactly_right() {
    let n = std::env::var("GAMEDB_RESTORES").map_or(60, |n| n.parse().unwrap());
    let mut counts = Counts::default();
    for seed in 0.. {
        let mut random = Random::new(seed);
        let n_done = counts.n_opened + counts.refused.values().sum::<usize>();
        if n_done >= n {
            break;
        }
        let all = moments(&mut random);
        for _ in 0..60.min(n - n_done) {
            try_one(&mut random, &all, &mut counts);
        }
    }
    println!("{counts:?}");
    assert!(
        counts.n_opened > n / 10 && counts.n_legitimate > n / 20,
        "{counts:?}"
    );
    assert!(counts.refused.len() == 3, "{counts:?}");
}
