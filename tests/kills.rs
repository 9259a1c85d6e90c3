//! Death of the process at any moment: what was acknowledged is in the file, and nothing is half there. A crate of
//! its own, because it starts itself as the process that is killed.
//!
//! A process changes a world at random, keeps a naive model of it in std's collections, and writes by every way into
//! the file. It says to a pipe what it is about to write, and what was acknowledged; and it is killed at a random
//! moment. The next process opens the file and says what is in it, row by row: that has to be what was acknowledged
//! last, or something that was begun after it. With `GAMEDB_KILLS` it is killed that many times.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use common::sample::attribute;
use gamedb::{Database, Id, NewOrKept};
use gamedb_faults::Random;
use gamedb_models::{Attribute, AttributeOwnerKey, Player, World};
use rusqlite::Connection;

/// Environment variables of the process that is killed: its file, its seed, and whether it lies.
const PATH: &str = "GAMEDB_TEST_KILL";
const SEED: &str = "GAMEDB_TEST_KILL_SEED";
const LIES: &str = "GAMEDB_TEST_KILL_LIES";

/// How many processes in turn have one file.
const LIVES: usize = 25;

/// A world of players with attributes, in std's collections, by id. All else is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Model {
    players: BTreeMap<i64, Person>,
    /// Whose they are, and their names.
    attributes: BTreeMap<i64, (i64, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Person {
    email: String,
    name: String,
    coins: i64,
}

impl Person {
    fn row(&self) -> Player {
        Player {
            email: self.email.clone(),
            full_name: self.name.clone(),
            year_of_birth: self.coins,
            ..Player::default()
        }
    }
}

impl Model {
    /// All rows of a world.
    fn of(world: &World) -> Self {
        let mut model = Self::default();
        for (key, row) in world.iter::<Player>() {
            let person = Person {
                email: row.email.clone(),
                name: row.full_name.clone(),
                coins: row.year_of_birth,
            };
            assert_eq!(*row, person.row(), "a column that nobody has set");
            model.players.insert(world.id(key).unwrap().get(), person);
        }
        for (key, row) in world.iter::<Attribute>() {
            assert_eq!(*row, attribute(&row.internal_name));
            let owner = world.get(key).unwrap().owner().unwrap();
            let owner = world.id(owner.as_player().unwrap()).unwrap().get();
            let named = (owner, row.internal_name.to_string());
            model.attributes.insert(world.id(key).unwrap().get(), named);
        }
        assert_eq!(
            world.len(),
            model.players.len() + 2 * model.attributes.len(),
            "a row that nobody has inserted"
        );
        model
    }

    fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// The process that is killed.
struct Life {
    path: PathBuf,
    db: Option<Database<World>>,
    model: Model,
    random: Random,
    /// Number of writes that were begun.
    n_begun: usize,
    n_emails: u64,
    /// Whether it acknowledges a background flush before it has waited for it.
    lies: bool,
}

impl Life {
    fn begin(path: PathBuf, seed: u64) -> Self {
        let db = Database::<World>::open(&path).unwrap();
        assert_eq!(db.check(), [""; 0]);
        let model = Model::of(&db);
        say('o', model.digest());
        Self {
            path,
            db: Some(db),
            model,
            random: Random::new(seed),
            n_begun: 0,
            n_emails: seed << 20,
            lies: std::env::var_os(LIES).is_some(),
        }
    }

    fn db(&mut self) -> &mut Database<World> {
        self.db.as_mut().unwrap()
    }

    /// Any player, if there is one.
    fn any_player(&mut self) -> Option<i64> {
        let n = self.model.players.len();
        let at = (n > 0).then(|| self.random.below(n))?;
        self.model.players.keys().nth(at).copied()
    }

    fn any_attribute(&mut self) -> Option<i64> {
        let n = self.model.attributes.len();
        let at = (n > 0).then(|| self.random.below(n))?;
        self.model.attributes.keys().nth(at).copied()
    }

    fn text(&mut self) -> String {
        let len = match self.random.below(6) {
            0 => 4_000,
            _ => self.random.below(60),
        };
        let n = self.random.below(1_000);
        format!("{n}{}", "x".repeat(len))
    }

    fn insert(&mut self) {
        self.n_emails += 1;
        let person = Person {
            email: format!("{}@example.com", self.n_emails),
            name: self.text(),
            coins: 100,
        };
        let db = self.db();
        let key = db.insert(person.row()).unwrap();
        let id = db.id(key).unwrap().get();
        assert!(self.model.players.insert(id, person).is_none());
    }

    fn rename(&mut self, id: i64) {
        let name = self.text();
        let db = self.db();
        let key = db.key(Id::<Player>::new(id)).unwrap();
        db.get_mut(key).unwrap().set_full_name(name.as_str());
        self.model.players.get_mut(&id).unwrap().name = name;
    }

    fn remove(&mut self, id: i64) {
        let db = self.db();
        let key = db.key(Id::<Player>::new(id)).unwrap();
        db.remove(key).unwrap();
        self.model.players.remove(&id);
        self.model.attributes.retain(|_, (owner, _)| *owner != id);
    }

    fn add_attribute(&mut self, owner: i64) {
        let name = self.text();
        let db = self.db();
        let key = db.key(Id::<Player>::new(owner)).unwrap();
        let mut player = db.get_mut(key).unwrap();
        let added = player.add_attribute(attribute(&name)).unwrap();
        let id = db.id(added).unwrap().get();
        self.model.attributes.insert(id, (owner, name));
    }

    /// Takes all attributes of a player away but the first.
    fn keep_one_attribute(&mut self, owner: i64) {
        let db = self.db();
        let key = db.key(Id::<Player>::new(owner)).unwrap();
        let first = db.get(key).unwrap().attributes().next();
        let kept = first.map(|(key, _)| key);
        let kept_id = kept.map(|key| db.id(key).unwrap().get());
        let mut player = db.get_mut(key).unwrap();
        player
            .set_attributes(kept.map(NewOrKept::<Attribute>::Kept))
            .unwrap();
        let attributes = &mut self.model.attributes;
        attributes.retain(|id, (of, _)| *of != owner || Some(*id) == kept_id);
    }

    fn give(&mut self, id: i64, to: i64) {
        let db = self.db();
        let attribute = db.key(Id::<Attribute>::new(id)).unwrap();
        let new_owner = db.key(Id::<Player>::new(to)).unwrap();
        let owner = db.get(attribute).unwrap().owner().unwrap();
        let AttributeOwnerKey::Player(owner) = owner else {
            panic!("{owner:?}")
        };
        let mut owner = db.get_mut(owner).unwrap();
        owner.give_attribute(attribute, new_owner).unwrap();
        self.model.attributes.get_mut(&id).unwrap().0 = to;
    }

    /// Coins from one player to another, in one transaction; or only tried.
    fn trade(&mut self, from: i64, to: i64, is_kept: bool) {
        let coins = 1 + i64::try_from(self.random.below(9)).unwrap();
        let done = self.db().transaction(|world| {
            for (id, change) in [(from, -coins), (to, coins)] {
                let key = world.key(Id::<Player>::new(id)).unwrap();
                let has = world.get(key).unwrap().year_of_birth;
                let mut player = world.get_mut(key).unwrap();
                player.set_year_of_birth(has + change);
            }
            if is_kept { Ok(()) } else { Err("rolled back") }
        });
        assert_eq!(done.is_ok(), is_kept);
        if is_kept {
            self.model.players.get_mut(&from).unwrap().coins -= coins;
            self.model.players.get_mut(&to).unwrap().coins += coins;
        }
    }

    /// Some changes of the world, and of its model.
    fn change(&mut self) {
        for _ in 0..=self.random.below(4) {
            let (Some(one), Some(other)) = (self.any_player(), self.any_player()) else {
                self.insert();
                continue;
            };
            let n_players = self.model.players.len();
            match self.random.below(9) {
                0 | 1 if n_players < 30 => self.insert(),
                2 if n_players > 10 => self.remove(one),
                3 | 4 if self.model.attributes.len() < 40 => self.add_attribute(one),
                5 => self.keep_one_attribute(one),
                6 => {
                    if let Some(attribute) = self.any_attribute() {
                        self.give(attribute, other);
                    }
                }
                7 if one != other => {
                    let is_kept = !self.random.one_in(4);
                    self.trade(one, other, is_kept);
                }
                _ => self.rename(one),
            }
        }
    }

    /// Says what the file will hold, and returns the number of the write.
    fn begun(&mut self, model: &Model) -> usize {
        say('b', model.digest());
        self.n_begun += 1;
        self.n_begun - 1
    }

    fn begun_all(&mut self) -> usize {
        let model = self.model.clone();
        self.begun(&model)
    }

    fn step(&mut self) {
        self.change();
        match self.random.below(12) {
            0..=3 => {
                let n = self.begun_all();
                let _ = self.db().flush().unwrap();
                acknowledge(n);
            }
            4..=7 => self.flush_in_background(),
            8 | 9 => self.save(),
            10 => {
                let n = self.begun_all();
                let _ = self.db().flush_durable().unwrap();
                acknowledge(n);
            }
            _ => {
                let n = self.begun_all();
                let _ = self.db.take().unwrap().close().unwrap();
                acknowledge(n);
                let db = Database::open(&self.path).unwrap();
                assert_eq!(Model::of(&db), self.model);
                self.db = Some(db);
            }
        }
    }

    fn flush_in_background(&mut self) {
        let mut tickets = Vec::new();
        for _ in 0..=self.random.below(3) {
            let n = self.begun_all();
            let ticket = self.db().flush_in_background().unwrap();
            if self.lies {
                acknowledge(n);
            }
            tickets.push((n, ticket));
            self.change();
            let rows = self.random.below(20);
            self.db().prepare_flush(rows);
        }
        if self.random.one_in(2) {
            for (n, ticket) in tickets {
                let _ = self.db().wait(ticket).unwrap();
                acknowledge(n);
            }
        }
        let n = self.begun_all();
        let _ = self.db().flush().unwrap();
        acknowledge(n);
    }

    /// Saves one side of a trade: with the other side, and without anything else that has changed.
    fn save(&mut self) {
        let n = self.begun_all();
        let _ = self.db().flush().unwrap();
        acknowledge(n);
        let (Some(one), Some(other)) = (self.any_player(), self.any_player()) else {
            return;
        };
        if one == other {
            return;
        }
        self.trade(one, other, true);
        let saved = self.model.clone();
        let third = self.any_player().unwrap();
        if third != one && third != other {
            self.rename(third);
        }
        let n = self.begun(&saved);
        let db = self.db();
        let key = db.key(Id::<Player>::new(one)).unwrap();
        let report = db.save(key).unwrap();
        assert_eq!(report.updated, 2);
        acknowledge(n);
    }
}

/// One line to the pipe, in one piece.
fn say(what: char, value: u64) {
    let line = format!("\n!{what} {value}\n");
    std::io::stdout()
        .lock()
        .write_all(line.as_bytes())
        .expect("somebody reads the pipe");
    std::io::stdout().flush().expect("somebody reads the pipe");
}

fn acknowledge(n: usize) {
    say('a', n as u64);
}

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
