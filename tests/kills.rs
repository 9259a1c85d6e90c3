//! Death of the process at any moment: what was acknowledged is in the file, and nothing is half there. A crate of
//! its own, because it starts itself as the process that is killed.
//!
//! A process changes a world at random, keeps a naive model of it in std's collections, and writes by every way into
//! the file. It says to a pipe what it is about to write, and what was acknowledged; and it is killed at a random
//! moment. The next process opens the file and says what is in it, row by row: that has to be what was acknowledged
//! last, or something that was begun after it. With `GAMEDB_KILLS` it is killed that many times.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;
#[path = "kills/victim.rs"]
mod victim;

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gamedb::Database;
use gamedb_faults::Random;
use gamedb_models::World;
use rusqlite::Connection;
use victim::{Life, Model};

/// Environment variables of the process that is killed: its file, its seed, and whether it lies.
const PATH: &str = "GAMEDB_TEST_KILL";
const SEED: &str = "GAMEDB_TEST_KILL_SEED";
const LIES: &str = "GAMEDB_TEST_KILL_LIES";

/// How many processes in turn have one file.
const LIVES: usize = 25;

/// The body of the process that is killed; without the variable it does nothing.
#[test]
fn life() {
    let Some(path) = std::env::var_os(PATH) else {
        return;
    };
    let seed = std::env::var(SEED).unwrap().parse().unwrap();
    let mut life = Life::begin(path.into(), seed);
    loop {
        life.step();
    }
}

/// Keeps processes from being started while this one has a world open: between fork and exec, the new process
/// shares the lock of that world.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When a process is killed.
enum Moment {
    /// So long after it was started: while it opens the file.
    Start(Duration),
    /// So long after it has said so many things.
    Said(usize, Duration),
}

impl Moment {
    fn any(random: &mut Random) -> Self {
        let micros = |random: &mut Random| {
            let most = 1 << random.below(12);
            Duration::from_micros(random.below(most) as u64)
        };
        if random.one_in(6) {
            Self::Start(micros(random) * 8)
        } else {
            Self::Said(1 + random.below(60), micros(random))
        }
    }
}

/// Waits without sleeping, which would be coarser than what it waits for.
fn spin(how_long: Duration) {
    let start = Instant::now();
    while start.elapsed() < how_long {
        std::hint::spin_loop();
    }
}

/// What a process said before it was killed.
#[derive(Debug, Default)]
struct Said {
    opened: Option<u64>,
    begun: Vec<u64>,
    acknowledged: Option<usize>,
    n: usize,
}

impl Said {
    /// Reads one line. `false` at the end of the pipe.
    fn read(&mut self, pipe: &mut BufReader<ChildStdout>) -> bool {
        let mut line = String::new();
        if pipe.read_line(&mut line).unwrap() == 0 {
            return false;
        }
        // The death may have torn the last line, and the test runner says something too.
        let Some(rest) = line.strip_prefix('!').and_then(|l| l.strip_suffix('\n')) else {
            return true;
        };
        let (what, value) = rest.split_once(' ').unwrap();
        let value: u64 = value.parse().unwrap();
        match what {
            "o" => self.opened = Some(value),
            "b" => self.begun.push(value),
            "a" => self.acknowledged = Some(usize::try_from(value).unwrap()),
            other => panic!("{other}"),
        }
        self.n += 1;
        true
    }
}

/// Starts a process on a file, and kills it.
fn kill(path: &Path, seed: u64, lies: bool, moment: &Moment) -> Said {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["life", "--exact", "--nocapture"])
        .env(PATH, path)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped());
    if lies {
        command.env(LIES, "1");
    }
    let mut child: Child = {
        let _alone = alone();
        command.spawn().unwrap()
    };
    let mut pipe = BufReader::new(child.stdout.take().unwrap());
    let mut said = Said::default();
    match moment {
        Moment::Start(wait) => spin(*wait),
        Moment::Said(n, wait) => {
            while said.n < *n && said.read(&mut pipe) {}
            spin(*wait);
        }
    }
    let died = child.try_wait().unwrap();
    assert!(died.is_none(), "it died by itself: {died:?}; {said:?}");
    // SIGKILL, where there are signals.
    child.kill().unwrap();
    child.wait().unwrap();
    while said.read(&mut pipe) {}
    said
}

/// What came of the kills.
#[derive(Debug, Default)]
struct Found {
    n_kills: AtomicUsize,
    n_acknowledged: AtomicUsize,
    /// Before the process had said what it found in the file.
    n_while_opening: AtomicUsize,
    /// What was begun and not acknowledged was in the file.
    n_ahead: AtomicUsize,
    /// Older than what was acknowledged.
    n_lost: AtomicUsize,
    /// What never was.
    n_torn: AtomicUsize,
}

impl Found {
    fn n_wrong(&self) -> usize {
        self.n_lost.load(Ordering::Relaxed) + self.n_torn.load(Ordering::Relaxed)
    }
}

/// What is known of a file.
struct Fate {
    /// What may be in it now. The first was acknowledged.
    may_be: Vec<u64>,
    /// What was ever said to be in it.
    ever: HashSet<u64>,
}

impl Fate {
    fn new() -> Self {
        let empty = Model::default().digest();
        Self {
            may_be: vec![empty],
            ever: HashSet::from([empty]),
        }
    }

    /// This was found in the file.
    fn see(&mut self, digest: u64, found: &Found) {
        let counter = match self.may_be.iter().position(|&may_be| may_be == digest) {
            Some(0) => None,
            Some(_) => Some(&found.n_ahead),
            None if self.ever.contains(&digest) => Some(&found.n_lost),
            None => Some(&found.n_torn),
        };
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.may_be = vec![digest];
    }

    fn hear(&mut self, said: &Said, found: &Found) {
        let count = |counter: &AtomicUsize, n| counter.fetch_add(n, Ordering::Relaxed);
        count(&found.n_kills, 1);
        count(
            &found.n_acknowledged,
            said.acknowledged.map_or(0, |n| n + 1),
        );
        match said.opened {
            Some(digest) => self.see(digest, found),
            None => {
                count(&found.n_while_opening, 1);
            }
        }
        self.ever.extend(&said.begun);
        if let Some(last) = said.acknowledged {
            self.may_be = said.begun[last..].to_vec();
        } else {
            self.may_be.extend(&said.begun);
        }
    }
}

/// Kills processes that have one file in turn, and looks at the file at the end.
fn lives(seed: u64, n: usize, lies: bool, found: &Found) {
    let mut random = Random::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    // Pages so small that checkpoints come often.
    let small = "PRAGMA page_size = 512; VACUUM";
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(small).unwrap();
    drop(connection);
    let mut fate = Fate::new();
    for life in 0..n {
        let moment = Moment::any(&mut random);
        let said = kill(&path, seed * 1_000 + life as u64, lies, &moment);
        fate.hear(&said, found);
    }
    let _alone = alone();
    let db = Database::<World>::open(&path).unwrap();
    assert_eq!(db.check(), [""; 0]);
    fate.see(Model::of(&db).digest(), found);
    let _ = db.close().unwrap();
    let file = Connection::open(&path).unwrap();
    let check: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
}

/// Kills processes on files of all processors.
fn search(n_kills: usize, lies: bool) -> Found {
    let (found, next) = (Found::default(), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let file = next.fetch_add(1, Ordering::Relaxed);
                    let left = n_kills.saturating_sub(file * LIVES);
                    if left == 0 {
                        break;
                    }
                    lives(file as u64 + 1, left.min(LIVES), lies, &found);
                }
            });
        }
    });
    found
}

#[test]
fn nothing_that_was_acknowledged_is_lost_and_nothing_is_torn() {
    if std::env::var_os(PATH).is_some() {
        return;
    }
    let n_kills = std::env::var("GAMEDB_KILLS").map_or(120, |n| n.parse().unwrap());
    let start = Instant::now();
    let found = search(n_kills, false);
    println!("{found:?} in {:?}", start.elapsed());
    assert_eq!(found.n_kills.load(Ordering::Relaxed), n_kills);
    assert_eq!(found.n_wrong(), 0, "{found:?}");
    assert!(found.n_acknowledged.load(Ordering::Relaxed) > n_kills);
}

/// If a background flush is called written before it is.
#[test]
fn the_same_search_finds_losses_where_acknowledgements_come_too_early() {
    let found = search(60, true);
    println!("{found:?}");
    assert!(found.n_lost.load(Ordering::Relaxed) > 0, "{found:?}");
    assert_eq!(found.n_torn.load(Ordering::Relaxed), 0, "{found:?}");
}
