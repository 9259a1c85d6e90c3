//! Sends the changes of a game's world to mirrors, and checks that they stay equal.
//!
//! ```text
//! cargo run --release --example mirror -- [--ticks 600] [--mobiles 1000]
//! ```
//!
//! The server changes its world tick by tick. Two mirrors run in threads of their own, as clients would
//! at the other end of a connection: one receives the changes of each tick; the other one is served so
//! rarely that it misses some, gets an error, and restarts from a snapshot.

use std::error::Error;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use clap::Parser;
use gamedb::{Delta, Error as GameError, ErrorKind, Subscription};
use gamedb_models::{Attribute, AttributeValue, Mobile, MobileKey, World};

#[derive(Parser)]
struct Options {
    /// How long the game runs.
    #[arg(long, default_value_t = 600)]
    ticks: u32,
    /// Initial number of mobiles.
    #[arg(long, default_value_t = 1000)]
    mobiles: u32,
    /// Random seed: the same seed gives the same game.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

/// A message to a mirror.
enum Message {
    /// Restart from a snapshot of the whole world.
    Restart(Delta),
    /// Apply changes.
    Changes(Delta),
}

/// The server's end of one mirror.
struct Client {
    name: &'static str,
    /// The mirror is served once in this many ticks.
    every: u32,
    subscription: Subscription,
    messages: Sender<Message>,
    mirror: JoinHandle<Result<World, GameError>>,
    n_rows: usize,
    n_missed: u32,
}

impl Client {
    fn connect(
        world: &mut World,
        name: &'static str,
        every: u32,
        capacity: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let (messages, received) = mpsc::channel();
        let mirror = thread::spawn(move || {
            let mut mirror = World::new();
            for message in received {
                match message {
                    Message::Restart(snapshot) => {
                        mirror = World::new();
                        mirror.apply(&snapshot)?;
                    }
                    Message::Changes(delta) => mirror.apply(&delta)?,
                }
            }
            Ok(mirror)
        });
        let subscription = world.subscribe_with(capacity)?;
        messages.send(Message::Restart(world.snapshot()?))?;
        Ok(Self {
            name,
            every,
            subscription,
            messages,
            mirror,
            n_rows: 0,
            n_missed: 0,
        })
    }

    fn serve(&mut self, world: &mut World) -> Result<(), Box<dyn Error>> {
        let message = match world.changes(&mut self.subscription) {
            Ok(changes) => Message::Changes(changes.delta()),
            Err(error) if matches!(error.kind(), ErrorKind::ChangesMissed { .. }) => {
                self.n_missed += 1;
                Message::Restart(world.snapshot()?)
            }
            Err(other) => return Err(other.into()),
        };
        let (Message::Restart(delta) | Message::Changes(delta)) = &message;
        self.n_rows += delta.len();
        Ok(self.messages.send(message)?)
    }

    /// Sends the remaining changes, and compares.
    fn disconnect(mut self, world: &mut World) -> Result<(), Box<dyn Error>> {
        self.serve(world)?;
        drop(self.messages);
        let mirror = self.mirror.join().map_err(|_| "the mirror panicked")??;
        let problems = mirror.check();
        if !problems.is_empty() {
            return Err(format!("the {} mirror is inconsistent: {problems:?}", self.name).into());
        }
        // A snapshot contains every column of every row, so equal snapshots mean equal worlds.
        if world.snapshot()? != mirror.snapshot()? {
            return Err(format!("the {} mirror differs", self.name).into());
        }
        println!(
            "{:<5} mirror: {} rows, equal; {} rows sent, {} restarts",
            self.name,
            mirror.len(),
            self.n_rows,
            self.n_missed
        );
        Ok(())
    }
}

fn spawn(world: &mut World, n: u32) -> Result<MobileKey, GameError> {
    let mobile = world.insert(Mobile {
        what_we_call_you: format!("mobile {n}"),
        ..Mobile::default()
    })?;
    for name in ["strength", "luck"] {
        world.add(
            mobile,
            Attribute {
                internal_name: name.into(),
                value: AttributeValue::Double(1.0),
                ..Attribute::default()
            },
        )?;
    }
    Ok(mobile)
}

/// One tick of the game: most mobiles grow stronger, some change owners, some die, some are born. Some
/// operations fail and are rolled back, which no mirror receives.
fn tick(
    world: &mut World,
    mobiles: &mut [MobileKey],
    n: u32,
    random: &mut fastrand::Rng,
) -> Result<(), GameError> {
    for _ in 0..mobiles.len() / 50 + 1 {
        let mobile = mobiles[random.usize(..mobiles.len())];
        let Some((attribute, _)) = world.get(mobile)?.attributes().next() else {
            continue;
        };
        match random.u8(..10) {
            0..7 => world
                .get_mut(attribute)?
                .set_value(AttributeValue::Double(random.f64()))?,
            7 => {
                let to = mobiles[random.usize(..mobiles.len())];
                world.give(mobile, attribute, to)?;
            }
            8 => {
                let failed = world.transaction(|world| {
                    world.remove(mobile)?;
                    world.remove(mobile)
                });
                debug_assert!(failed.is_err());
            }
            _ => {
                world.remove(mobile)?;
                let place = mobiles.iter().position(|&other| other == mobile);
                let born = spawn(world, n)?;
                if let Some(place) = place {
                    mobiles[place] = born;
                }
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut world = World::new();
    let mut mobiles = (0..options.mobiles.max(1))
        .map(|n| spawn(&mut world, n))
        .collect::<Result<Vec<_>, _>>()?;
    let mut clients = [
        Client::connect(&mut world, "quick", 1, usize::MAX)?,
        Client::connect(&mut world, "slow", 50, mobiles.len() / 2)?,
    ];
    for n in 0..options.ticks {
        tick(&mut world, &mut mobiles, n, &mut random)?;
        for client in clients.iter_mut().filter(|client| n % client.every == 0) {
            client.serve(&mut world)?;
        }
    }
    for client in clients {
        client.disconnect(&mut world)?;
    }
    Ok(())
}
