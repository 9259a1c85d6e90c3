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

use super::events::{COINS, Event, Promise, Record, State, players, things};

/// Environment variables of such a process.
pub(crate) const WORLD: &str = "GAMEDB_HISTORY_WORLD";
pub(crate) const NAME: &str = "GAMEDB_HISTORY_NAME";
pub(crate) const ADDRESS: &str = "GAMEDB_HISTORY_ADDRESS";
pub(crate) const FOLDER: &str = "GAMEDB_HISTORY_FOLDER";
pub(crate) const SEED: &str = "GAMEDB_HISTORY_SEED";

/// The file that asks all processes to come to an end.
pub(crate) const STOP: &str = "stop";

/// The player whose name is that of the attempt.
pub(crate) const CLOCK: &str = "clock";

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

pub(crate) fn thing(name: &str) -> Attribute {
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

pub(crate) struct Shard {
    pub(crate) world: String,
    name: String,
    pub(crate) address: String,
    folder: PathBuf,
    pub(crate) record: Record,
    pub(crate) random: Random,
    openings: usize,
    steps: usize,
    /// Since when every server was refused because of its older state.
    refused: Option<Instant>,
    /// A player has left as this parcel, after the attempt of the moment was captured.
    pub(crate) left: Option<String>,
    /// Why a player does not fit here: it may not, if the next flush says that this is still the world's owner.
    pub(crate) not_fitting: Option<String>,
}

/// For how long an operator looks on: what a failover has lost stays lost, and only another process accepts that.
const PATIENCE: Duration = Duration::from_secs(2);

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
        refused: None,
        left: None,
        not_fitting: None,
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
        let patience = Duration::from_millis([100, 3_000, 10_000][self.random.below(3)]);
        // A commit that waits for its standby is given up, or not.
        let answer = Duration::from_millis([1_000, 3_000, 10_000][self.random.below(3)]);
        let options = PostgresOptions::new(&self.address, &self.world)
            .patience(patience)
            .answer_within(answer);
        let mut db = match options.open::<World>() {
            Ok(db) => db,
            Err(error) => {
                self.record.write(&Event::NotOpened(causes(&error)));
                let is_older =
                    matches!(error.kind(), ErrorKind::File(FileError::OlderWorld { .. }));
                return if is_older && self.is_out_of_patience() {
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
            found(&mut db, &self.world);
        }
        let (mut outbox, mut is_clean) = (None, false);
        (self.left, self.not_fitting) = (None, None);
        loop {
            // What was told of an attempt does not count for a parcel that was not in it.
            if let Some(parcel) = self.left.take() {
                self.record.write(&Event::Left(parcel));
            }
            let is_last = self.is_to_stop();
            let written = if is_clean && !is_last && self.random.one_in(3) {
                self.write_a_part(&mut db).map(|()| false)
            } else {
                self.trade(&mut db);
                self.exchange(&mut db, &mut outbox, is_last);
                self.write(&mut db, is_last)
            };
            is_clean = matches!(written, Ok(true));
            if let (Ok(_), Some(why)) = (&written, self.not_fitting.take()) {
                let what = format!("a player does not fit into the world of its owner: {why}");
                self.record.write(&Event::Broken(what));
            }
            match written {
                Ok(_) if is_last => return Over::Leave,
                Ok(_) => self.refused = None,
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

    /// Called for each refusal.
    fn is_out_of_patience(&mut self) -> bool {
        let since = *self.refused.get_or_insert_with(Instant::now);
        since.elapsed() > PATIENCE
    }

    /// The name of one more attempt.
    pub(crate) fn next_attempt(&mut self) -> String {
        self.steps += 1;
        format!("{}/{}/{}", self.name, self.openings, self.steps)
    }

    /// Writes down that an attempt is made to store a state, which has its name.
    pub(crate) fn begin(&mut self, attempt: String, way: &str, state: &State) {
        self.record.write(&Event::Begin {
            attempt,
            way: way.into(),
            digest: state.digest(),
        });
    }

    /// Writes down that it is stored, and returns whether it is durable.
    pub(crate) fn succeeded(
        &mut self,
        db: &Database<World, Postgres>,
        report: &FlushReport,
    ) -> bool {
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
        is_durable
    }

    /// One attempt to write everything. Returns whether nothing is left to write.
    fn write(&mut self, db: &mut Database<World, Postgres>, is_last: bool) -> Result<bool, Error> {
        let attempt = self.next_attempt();
        let clock = clock(db);
        db.get_mut(clock).unwrap().set_full_name(attempt.as_str());
        let ways = ["flush", "flush_durable", "flush_in_background"];
        let way = if is_last { 1 } else { self.random.below(3) };
        self.begin(attempt, ways[way], &state_of(db));
        let report = match way {
            0 => db.flush()?,
            1 => db.flush_durable()?,
            _ => self.write_in_background(db)?,
        };
        let is_durable = self.succeeded(db, &report);
        if way == 1 && !is_durable {
            let what = "flush_durable has returned, and it is not durable";
            self.record.write(&Event::Broken(what.into()));
        }
        Ok(way < 2)
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
            // Either the next attempt finds it out, or the next opening.
            if let FlushFailure::OlderWorld { .. } = cause {
                let _ = self.is_out_of_patience();
            }
            return self.random.one_in(2).then_some(Over::Again);
        }
        match cause {
            FlushFailure::Disconnected { .. } | FlushFailure::Busy => {}
            FlushFailure::Fenced { .. } => return Some(Over::Leave),
            FlushFailure::OlderWorld { .. } | FlushFailure::NotReplicated => {
                if self.is_out_of_patience() {
                    return Some(Over::Leave);
                }
            }
            // What it has let in was on an old primary alone: there is nothing like that.
            FlushFailure::ParcelGone { .. } => return Some(Over::Again),
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
            let (Some(one), Some(other)) = (self.player(world), self.player(world)) else {
                return;
            };
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

    /// Any of the players that are here; all may be elsewhere.
    pub(crate) fn player(&mut self, world: &World) -> Option<PlayerKey> {
        let players = world.iter::<Player>();
        let players = players.filter(|(_, player)| player.email != CLOCK);
        let players: Vec<_> = players.map(|(key, _)| key).collect();
        (!players.is_empty()).then(|| players[self.random.below(players.len())])
    }

    /// Coins from one to another, or only tried.
    pub(crate) fn pay(&mut self, world: &mut World, from: PlayerKey, to: PlayerKey) {
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
        let keys: Vec<AttributeKey> = world.iter::<Attribute>().map(|(key, _)| key).collect();
        if keys.is_empty() {
            return;
        }
        let key = keys[self.random.below(keys.len())];
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

/// The player whose name is that of the attempt.
pub(crate) fn clock(world: &World) -> PlayerKey {
    Player::find_by_email(world, CLOCK).unwrap().key()
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
fn found(world: &mut World, name: &str) {
    let player = |email: String| Player {
        email,
        year_of_birth: COINS,
        ..Player::default()
    };
    world.insert(player(CLOCK.into())).unwrap();
    let players = players(name).map(|name| world.insert(player(name)).unwrap());
    let players: Vec<_> = players.collect();
    for (n, name) in things(name).enumerate() {
        let mut owner = world.get_mut(players[n % players.len()]).unwrap();
        owner.add_attribute(thing(&name)).unwrap();
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
