//! Files that were damaged at random: each is refused, or opens with exactly the rows that were in it. A crate of its
//! own, because it also runs alone, optimized and with many more files.
//!
//! `GAMEDB_MUTATED_FILES` sets their number; each kind of damage has its share. A file that fails is told by its
//! number, and `GAMEDB_MUTATED_FILE` tries that one alone.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;
#[path = "mutated_files/damage.rs"]
mod damage;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::sample::{attribute, double, inventory, item, mobile, player};
use common::{State, TestFile, state_of};
use damage::{Damage, damage};
use gamedb::{Database, Error, ErrorKind, FileError, Options};
use gamedb_faults::Random;
use gamedb_models::{Attribute, InventoryEntry, Mobile, Player, World};

/// How many files are tried without a number in the environment.
const IN_CI: u64 = 320;

/// A file that takes longer than this hangs.
const HANGS: Duration = Duration::from_secs(120);

/// A world as it was left on the disk, and what an open of it may find.
struct Base {
    page_size: usize,
    /// The file and its log, which a process that was killed has left.
    file: Vec<u8>,
    log: Vec<u8>,
    /// The file some flushes before, closed.
    older: Vec<u8>,
    /// The state after each flush that is in the log, the last one first.
    states: Vec<State>,
    /// Where letters of texts stand in the file, and real numbers; few of them in what no row has any more.
    texts: Vec<usize>,
    numbers: Vec<usize>,
}

impl Base {
    fn new(
        page_size: usize,
        older: Vec<u8>,
        (file, log): (Vec<u8>, Vec<u8>),
        states: Vec<State>,
    ) -> Self {
        let texts = [&b"long name"[..], b"strength", b"luck"];
        let texts = texts
            .into_iter()
            .flat_map(|text| places(&file, text))
            .collect();
        let thirds = (1..800)
            .filter(|n| n % 3 != 0)
            .map(|n| (f64::from(n) / 3.0).to_be_bytes());
        let numbers = thirds.flat_map(|third| places(&file, &third)).collect();
        Self {
            page_size,
            file,
            log,
            older,
            states,
            texts,
            numbers,
        }
    }

    /// The states that a file may be found in.
    fn expected(&self, kind: Damage) -> &[State] {
        if kind.is_of_log() {
            &self.states
        } else {
            &self.states[..1]
        }
    }
}

fn open(path: &Path) -> Result<Database<World>, Error> {
    Options::new().existing().open::<World>(path)
}

/// The bytes of a file and its log while it is open, as a killed process leaves them.
fn left(file: &TestFile) -> (Vec<u8>, Vec<u8>) {
    let read = |path: PathBuf| std::fs::read(path).unwrap_or_default();
    let log = file.folder().join("world.db-wal");
    (read(file.path()), read(log))
}

/// Changes rows of every kind, with new ones and removed ones, in many places of the file.
fn play(db: &mut Database<World>, random: &mut Random, n: i64) {
    for round in n..n + 12 {
        let long = "ä long name ".repeat(random.below(60));
        let new = Player {
            full_name: format!("{long}{round}"),
            ..player(round)
        };
        let player = db.insert(new).unwrap();
        let owner = Some(player.into());
        let avatar = db
            .insert(Mobile {
                owner,
                ..mobile(round)
            })
            .unwrap();
        let mut avatar = db.get_mut(avatar).unwrap();
        avatar
            .add_attribute(double("strength", round as f64 / 3.0))
            .unwrap();
        avatar.add_attribute(attribute("luck")).unwrap();
        let bag = avatar.add_inventory(inventory("bag")).unwrap();
        let item = db.insert(item(round)).unwrap();
        let entry = InventoryEntry {
            inventory: bag,
            item,
            quantity: 0.5,
            is_max_stacked: false,
            mobile_item: None,
        };
        db.insert(entry).unwrap();
    }
    let all: Vec<_> = db.iter::<Attribute>().map(|(key, _)| key).collect();
    for key in all {
        if random.one_in(5) {
            db.get_mut(key).unwrap().set_visible(random.one_in(2));
        }
    }
    let players: Vec<_> = db.iter::<Player>().map(|(key, _)| key).collect();
    for key in players {
        match random.below(40) {
            0 => db.remove(key).unwrap(),
            1 => db.get_mut(key).unwrap().set_full_name("short"),
            _ => {}
        }
    }
}

/// A world in pages of this size. The small ones give its tables many pages, and trees of some height.
fn base(page_size: usize, is_killed: bool) -> Base {
    let mut random = Random::new(page_size as u64);
    let with_pages = |ddl| format!("PRAGMA page_size = {page_size}; {ddl}");
    let file = TestFile::by_hand(with_pages, "");
    let mut db = file.open();
    for round in 0..4 {
        play(&mut db, &mut random, 100 * round);
        let _ = db.flush().unwrap();
    }
    let _ = db.close().unwrap();
    let (older, _) = left(&file);
    let mut db = file.open();
    let mut states = Vec::new();
    for round in 4..8 {
        states.push(reopened(&db, &file));
        play(&mut db, &mut random, 100 * round);
        let _ = db.flush().unwrap();
    }
    states.push(reopened(&db, &file));
    states.reverse();
    if !is_killed {
        let _ = db.close().unwrap();
        return Base::new(page_size, older, left(&file), states);
    }
    // It is copied before it is closed.
    let killed = left(&file);
    drop(db);
    Base::new(page_size, older, killed, states)
}

/// The state of a world that is clean, as it is after a restart, which gives its rows other keys.
fn reopened(db: &Database<World>, file: &TestFile) -> State {
    let copy = TestFile::new();
    let target = copy.path();
    (file.reader())
        .execute("VACUUM INTO ?1", [target.to_str().unwrap()])
        .unwrap();
    let copied = open(&target).unwrap();
    assert_eq!(copied.len(), db.len());
    state_of(&copied)
}

/// Where these bytes stand in a file.
fn places(file: &[u8], of: &[u8]) -> Vec<usize> {
    let windows = file.windows(of.len()).enumerate();
    windows
        .filter(|(_, bytes)| *bytes == of)
        .map(|(at, _)| at)
        .collect()
}

/// Opens a damaged file. Returns what became of it.
fn try_it(path: &Path, expected: &[State]) -> Result<&'static str, String> {
    let mut db = match open(path).map_err(Error::into_kind) {
        Ok(db) => db,
        Err(ErrorKind::File(error)) => return Ok(refusal(&error)),
        Err(other) => return Err(format!("an error that is not of a file: {other}")),
    };
    let faults = db.check();
    if !faults.is_empty() {
        return Err(format!("it is not consistent: {faults:?}"));
    }
    if !expected.contains(&state_of(&db)) {
        return Err("it has other rows".into());
    }
    // What is damaged that no row stands in, as an index, may make a flush fail. What it writes is right.
    let flushed = match db.insert(player(-1)) {
        Ok(_) => db.flush(),
        Err(error) => return Err(format!("no row can be inserted: {error}")),
    };
    let written = common::contents_of(&db);
    drop(db);
    match (flushed, open(path)) {
        (Ok(_), Ok(db)) if common::contents_of(&db) != written => {
            Err("it has other rows after a flush".into())
        }
        (Err(_), Ok(db)) if !expected.contains(&state_of(&db)) => {
            Err("it has other rows after a flush that failed".into())
        }
        (Ok(_), Ok(_)) => Ok("opened, as it was"),
        _ => Ok("opened, as it was; refused to write, or refused later"),
    }
}

fn refusal(error: &FileError) -> &'static str {
    match error {
        FileError::Altered { .. } => "refused: content hashes",
        FileError::NoHashes { .. } => "refused: no content hashes",
        FileError::Rows { .. } => "refused: rows",
        FileError::Damaged { .. } => "refused: pages",
        FileError::Schema { .. } => "refused: schema",
        FileError::NotADatabase { .. } => "refused: no SQLite file",
        FileError::Empty { .. } => "refused: empty",
        FileError::NewerFormat { .. } => "refused: newer format",
        FileError::ReadOnly { .. } => "refused: cannot be written",
        FileError::Open { .. } => "refused: an error of SQLite's",
        _ => "refused: something else",
    }
}

/// Ends the process, with the number of the file, if one takes too long.
fn watch(current: &AtomicU64, is_done: &AtomicU64) {
    let (mut last, mut since) = (u64::MAX, Instant::now());
    while is_done.load(Ordering::Relaxed) == 0 {
        std::thread::sleep(Duration::from_millis(20));
        let n = current.load(Ordering::Relaxed);
        if n != last {
            (last, since) = (n, Instant::now());
        } else if since.elapsed() > HANGS {
            eprintln!("file {n} hangs");
            std::process::abort();
        }
    }
}

/// Ends the watch, also where the test panics.
struct Done<'d>(&'d AtomicU64);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(1, Ordering::Relaxed);
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|number| number.parse().unwrap())
}

#[test]
fn a_damaged_file_is_refused_or_opens_with_exactly_its_rows() {
    let bases: Vec<_> = [512, 1024, 4096]
        .into_iter()
        .flat_map(|size| [base(size, false), base(size, true)])
        .collect();
    let n_files = number("GAMEDB_MUTATED_FILES").unwrap_or(IN_CI);
    let only = number("GAMEDB_MUTATED_FILE");
    let outcomes: Mutex<BTreeMap<(&str, Damage), u64>> = Mutex::default();
    let wrong: Mutex<Vec<String>> = Mutex::default();
    let (current, is_done) = (AtomicU64::new(0), AtomicU64::new(0));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let start = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| watch(&current, &is_done));
        let _done = Done(&is_done);
        for n in only.map_or(0..n_files, |only| only..only + 1) {
            current.store(n, Ordering::Relaxed);
            let kind = Damage::ALL[n as usize % Damage::ALL.len()];
            let mut random = Random::new(n);
            // Only a killed process leaves a log.
            let killed = usize::from(kind.is_of_log() || random.one_in(8));
            let base = &bases[2 * random.below(3) + killed];
            let (file, log) = damage(base, kind, &mut random);
            for (suffix, bytes) in [("", &file), ("-wal", &log)] {
                let path = folder.path().join(format!("world.db{suffix}"));
                std::fs::write(path, bytes).unwrap();
            }
            // The one before has left them, and what they say is of that file.
            for suffix in ["-shm", "-lock"] {
                let _ = std::fs::remove_file(folder.path().join(format!("world.db{suffix}")));
            }
            let tried = catch_unwind(AssertUnwindSafe(|| try_it(&path, base.expected(kind))));
            match tried.unwrap_or_else(|_| Err("it panics".into())) {
                Ok(outcome) => *outcomes.lock().unwrap().entry((outcome, kind)).or_default() += 1,
                Err(what) => wrong
                    .lock()
                    .unwrap()
                    .push(format!("file {n}, {kind:?}: {what}")),
            }
        }
    });
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for ((outcome, kind), n) in outcomes.into_inner().unwrap() {
        println!("{n:6} {outcome:40} {kind:?}");
        *totals.entry(outcome).or_default() += n;
    }
    println!("{n_files} files in {:.0?}: {totals:#?}", start.elapsed());
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {n_files}: {wrong:#?}", wrong.len());
}
