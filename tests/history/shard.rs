//! A process that has a world: it moves coins and things between its players, flushes, and writes down what it was told.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use gamedb::{
    Database, Error, ErrorKind, FileError, FlushFailure, FlushReport, Outcome, Postgres,
    PostgresOptions,
};
use gamedb_faults::Random;
use gamedb_models::{
    Attribute, AttributeKey, AttributeOwnerKey, AttributeValue, Player, PlayerKey, World,
};

use super::events::{COINS, Event, PLAYERS, Promise, Record, State, THINGS};

/// Environment variables of such a process.
pub(crate) const WORLD: &str = "GAMEDB_HISTORY_WORLD";
pub(crate) const NAME: &str = "GAMEDB_HISTORY_NAME";
pub(crate) const ADDRESS: &str = "GAMEDB_HISTORY_ADDRESS";
pub(crate) const FOLDER: &str = "GAMEDB_HISTORY_FOLDER";
pub(crate) const SEED: &str = "GAMEDB_HISTORY_SEED";

/// The file that asks all processes to come to an end.
pub(crate) const STOP: &str = "stop";

/// The player whose name is that of the attempt.
const CLOCK: &str = "clock";

/// The state of a world.
pub(crate) fn state_of(world: &World) -> State {
    let mut state = State::default();
    for (_, player) in world.iter::<Player>() {
        if player.email == CLOCK {
            state.attempt = player.full_name.to_string();
        } else {
            let who = player.email.to_string();
            state.coins.insert(who, player.year_of_birth);
        }
    }
    for (key, thing) in world.iter::<Attribute>() {
        let owner = world.get(key).unwrap().owner();
        let owner = match owner {
            Some(AttributeOwnerKey::Player(owner)) => world.get(owner).unwrap().email.to_string(),
            other => format!("{other:?}"),
        };
        state.things.push((thing.internal_name.to_string(), owner));
    }
    state.things.sort();
    state
}

fn thing(name: &str) -> Attribute {
    Attribute {
        internal_name: name.into(),
        value: AttributeValue::Double(1.0),
        ..Attribute::default()
    }
}

/// Why a process does not go on with the world that it has open.
enum Over {
    /// It opens the world again.
    Again,
    /// It ends.
    Leave,
}

struct Shard {
    world: String,
    name: String,
    address: String,
    folder: PathBuf,
    record: Record,
    random: Random,
    openings: usize,
    steps: usize,
    /// How often in a row a server was refused because of its older state.
    refused: usize,
}

/// For how often an operator would look on: what a failover has lost stays lost, and only another process accepts that.
const PATIENCE: usize = 60;

/// What such a process does; nothing where the test is run without a world.
#[test]
fn shard_process() {
    let Ok(world) = std::env::var(WORLD) else {
        return;
    };
    let set = |name| std::env::var(name).unwrap();
    let folder = PathBuf::from(set(FOLDER));
    let name = set(NAME);
    let mut shard = Shard {
        record: Record::new(&folder.join(format!("{world}.{name}.history"))),
        address: set(ADDRESS),
        random: Random::new(set(SEED).parse().unwrap()),
        openings: 0,
        steps: 0,
        refused: 0,
        world,
        name,
        folder,
    };
    while let Over::Again = shard.live() {
        sleep(Duration::from_millis(20));
    }
}

impl Shard {
    fn is_to_stop(&self) -> bool {
        self.folder.join(STOP).exists()
    }

    fn any(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.random.next() % most)
    }

    /// Opens the world, and goes on with it for as long as it can.
    fn live(&mut self) -> Over {
        self.openings += 1;
        self.steps = 0;
        self.record.write(&Event::Open);
        // Short enough that a server may stay away for longer, and long enough that it mostly does not.
        let patience = Duration::from_millis([100, 3_000, 60_000][self.random.below(3)]);
        let options = PostgresOptions::new(&self.address, &self.world).patience(patience);
        let mut db = match options.open::<World>() {
            Ok(db) => db,
            Err(error) => {
                self.record.write(&Event::NotOpened(causes(&error)));
                if let ErrorKind::File(FileError::OlderWorld { .. }) = error.kind() {
                    self.refused += 1;
                }
                return if self.refused > PATIENCE {
                    Over::Leave
                } else {
                    Over::Again
                };
            }
        };
        self.record.write(&Event::Opened(state_of(&db)));
        for what in db.check() {
            self.record.write(&Event::Broken(what));
        }
        if db.is_empty() {
            found(&mut db);
        }
        loop {
            let is_last = self.is_to_stop();
            self.trade(&mut db);
            match self.write(&mut db, is_last) {
                Ok(()) if is_last => return Over::Leave,
                Ok(()) => self.refused = 0,
                Err(error) => {
                    if let Some(over) = self.failed(&error) {
                        db.discard();
                        return over;
                    }
                }
            }
            let pause = self.any(8);
            sleep(pause);
        }
    }

    /// One attempt to write everything.
    fn write(&mut self, db: &mut Database<World, Postgres>, is_last: bool) -> Result<(), Error> {
        self.steps += 1;
        let attempt = format!("{}/{}/{}", self.name, self.openings, self.steps);
        let clock = Player::find_by_email(db, CLOCK).unwrap().key();
        db.get_mut(clock).unwrap().set_full_name(attempt.as_str());
        let ways = ["flush", "flush_durable", "flush_in_background"];
        let way = if is_last { 1 } else { self.random.below(3) };
        self.record.write(&Event::Begin {
            attempt,
            way: ways[way].into(),
            digest: state_of(db).digest(),
        });
        let report = match way {
            0 => db.flush()?,
            1 => db.flush_durable()?,
            _ => self.write_in_background(db)?,
        };
        // The writer thread looks at that after it has handed over what it has written.
        let start = Instant::now();
        let is_durable = || db.durable() >= report.generation;
        while !is_durable() && start.elapsed() < Duration::from_millis(20) {
            sleep(Duration::from_millis(1));
        }
        let is_durable = is_durable();
        let promise = if is_durable {
            Promise::Durable
        } else {
            Promise::Committed
        };
        self.record.write(&Event::Told(promise, String::new()));
        if way == 1 && !is_durable {
            let what = "flush_durable has returned, and it is not durable";
            self.record.write(&Event::Broken(what.into()));
        }
        Ok(())
    }

    /// The game goes on while the writer thread writes.
    fn write_in_background(
        &mut self,
        db: &mut Database<World, Postgres>,
    ) -> Result<FlushReport, Error> {
        let ticket = db.flush_in_background()?;
        for _ in 0..self.random.below(3) {
            self.trade(db);
        }
        db.wait(ticket)
    }

    /// Writes down why an attempt has failed. Returns what comes next, where it is not the next attempt.
    fn failed(&mut self, error: &Error) -> Option<Over> {
        let ErrorKind::File(FileError::Flush { outcome, cause, .. }) = error.kind() else {
            let what = format!(
                "a flush has failed for no reason of its own: {}",
                causes(error)
            );
            self.record.write(&Event::Broken(what));
            return Some(Over::Leave);
        };
        let kind = format!("{cause:?}");
        let kind = kind.split([' ', '(']).next().unwrap();
        let why = format!("{kind}: {}", causes(error));
        let promise = match outcome {
            Outcome::NotCommitted => Promise::NotCommitted,
            Outcome::Unknown => Promise::Unknown,
        };
        self.record.write(&Event::Told(promise, why.clone()));
        if *outcome == Outcome::Unknown {
            return Some(Over::Again);
        }
        match cause {
            FlushFailure::Disconnected { .. } | FlushFailure::Busy => {}
            FlushFailure::Fenced { .. } => return Some(Over::Leave),
            FlushFailure::OlderWorld { .. } | FlushFailure::NotReplicated => {
                self.refused += 1;
                if self.refused > PATIENCE {
                    return Some(Over::Leave);
                }
            }
            _ => self
                .record
                .write(&Event::Broken(format!("an attempt has failed: {why}"))),
        }
        sleep(Duration::from_millis(20));
        None
    }

    /// Some moves, of which none makes anything more or less.
    fn trade(&mut self, world: &mut World) {
        for _ in 0..=self.random.below(4) {
            let (one, other) = (self.player(world), self.player(world));
            if one == other {
                continue;
            }
            match self.random.below(6) {
                0..=2 => self.pay(world, one, other),
                3 => swap_addresses(world, one, other),
                _ => self.hand_on(world, other),
            }
        }
    }

    fn player(&mut self, world: &World) -> PlayerKey {
        let players = world.iter::<Player>();
        let mut players = players.filter(|(_, player)| player.email != CLOCK);
        let (key, _) = players.nth(self.random.below(PLAYERS)).unwrap();
        key
    }

    /// Coins from one to another, or only tried.
    fn pay(&mut self, world: &mut World, from: PlayerKey, to: PlayerKey) {
        let coins = 1 + self.random.below(9) as i64;
        let is_kept = !self.random.one_in(4);
        let _: Result<(), ()> = world.transaction(|world| {
            for (key, change) in [(from, -coins), (to, coins)] {
                let has = world.get(key).unwrap().year_of_birth;
                world.get_mut(key).unwrap().set_year_of_birth(has + change);
            }
            if is_kept { Ok(()) } else { Err(()) }
        });
    }

    /// A thing gets another owner; or it is made anew there, as another row.
    fn hand_on(&mut self, world: &mut World, to: PlayerKey) {
        let at = self.random.below(THINGS);
        let (key, _) = world.iter::<Attribute>().nth(at).unwrap();
        let key: AttributeKey = key;
        let view = world.get(key).unwrap();
        let (name, owner) = (view.internal_name.to_string(), view.owner().unwrap());
        let from = owner.as_player().unwrap();
        if self.random.one_in(2) {
            let mut from = world.get_mut(from).unwrap();
            from.give_attribute(key, to).unwrap();
        } else {
            world.remove(key).unwrap();
            let mut to = world.get_mut(to).unwrap();
            to.add_attribute(thing(&name)).unwrap();
        }
    }
}

/// Unique values that are exchanged.
fn swap_addresses(world: &mut World, one: PlayerKey, other: PlayerKey) {
    let address = |world: &World, key: PlayerKey| world.get(key).unwrap().email.to_string();
    let (of_one, of_other) = (address(world, one), address(world, other));
    for (key, address) in [(one, "free"), (other, &of_one), (one, &of_other)] {
        world.get_mut(key).unwrap().set_email(address).unwrap();
    }
}

/// What a world begins with.
fn found(world: &mut World) {
    let player = |email: String| Player {
        email: email.into(),
        year_of_birth: COINS,
        ..Player::default()
    };
    world.insert(player(CLOCK.into())).unwrap();
    let players = (0..PLAYERS).map(|n| player(format!("player{n}")));
    let players: Vec<_> = players.map(|row| world.insert(row).unwrap()).collect();
    for n in 0..THINGS {
        let mut owner = world.get_mut(players[n % PLAYERS]).unwrap();
        owner.add_attribute(thing(&format!("thing{n}"))).unwrap();
    }
}

/// An error with all of its causes.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
