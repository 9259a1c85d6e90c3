//! Three worlds that hand players over to each other at random, die at random, and lose at random what a power cut takes:
//! at the end every player is somewhere, and nobody is there twice.

use std::collections::BTreeMap;

use super::delivery::{Shard, Shards};
use crate::common::sample::attribute;
use gamedb_models::{Player, PlayerKey};

const NAMES: [&str; 3] = ["north", "south", "west"];

/// The steps of splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % n as u64).unwrap()
    }
}

struct Game {
    shards: Shards,
    worlds: Vec<Option<Shard>>,
    random: Random,
    n_walks: usize,
    n_deaths: usize,
    n_cuts: usize,
    n_refused: usize,
}

impl Game {
    fn new(seed: u64) -> Self {
        let shards = Shards::new();
        let mut n = 0;
        let worlds = NAMES.map(|name| {
            let mut shard = shards.shard(name);
            for _ in 0..3 {
                n += 1;
                shard.player(n);
            }
            shard.settle();
            Some(shard)
        });
        let (worlds, random) = (worlds.into(), Random(seed));
        let mut game = Self {
            shards,
            worlds,
            random,
            n_walks: 0,
            n_deaths: 0,
            n_cuts: 0,
            n_refused: 0,
        };
        (0..3).for_each(|at| game.keep(at));
        game
    }

    fn world(&mut self, at: usize) -> &mut Shard {
        self.worlds[at].as_mut().unwrap()
    }

    /// Remembers the file as it is, which is what a power cut leaves of it at least.
    fn keep(&mut self, at: usize) {
        let shard = self.world(at);
        let kept = shard.file.folder().join("kept.db");
        let _ = std::fs::remove_file(&kept);
        let vacuum = format!("VACUUM INTO '{}'", kept.display());
        shard.file.reader().execute_batch(&vacuum).unwrap();
    }

    /// A flush that is durable, if the power is not cut before it is: then the file is what it was.
    fn flush_durable(&mut self, at: usize) {
        let _ = self.world(at).db.flush_durable().unwrap();
        self.keep(at);
    }

    fn step(&mut self) {
        let at = self.random.below(3);
        match self.random.below(16) {
            0..=2 => self.hand_over(at),
            3..=4 => drop(self.world(at).db.flush().unwrap()),
            5 => {
                let db = &mut self.world(at).db;
                let ticket = db.flush_in_background().unwrap();
                let _ = db.wait(ticket).unwrap();
            }
            6..=8 => self.flush_durable(at),
            9..=10 => drop(self.world(at).exchange()),
            11..=12 => self.receive(at),
            13 => {
                // Something else changes, so that a flush has more than parcels.
                let player = self
                    .world(at)
                    .db
                    .iter::<Player>()
                    .next()
                    .map(|(key, _)| key);
                if let Some(player) = player {
                    let year = i64::try_from(self.random.below(100)).unwrap();
                    self.world(at)
                        .db
                        .get_mut(player)
                        .unwrap()
                        .set_year_of_birth(year);
                }
            }
            14 => {
                self.n_deaths += 1;
                let shard = self.worlds[at].take().unwrap();
                self.worlds[at] = Some(shard.die());
            }
            _ => self.cut_power(at),
        }
    }

    fn hand_over(&mut self, at: usize) {
        let players: Vec<PlayerKey> = self.world(at).db.iter().map(|(key, _)| key).collect();
        if players.is_empty() {
            return;
        }
        let player = players[self.random.below(players.len())];
        let to = NAMES[(at + 1 + self.random.below(2)) % 3];
        self.n_walks += 1;
        if self.random.below(5) == 0 {
            let failed = self.world(at).db.transaction(|world| {
                world.hand_over(player, to)?;
                world.add(player, attribute("refused"))
            });
            assert!(failed.is_err(), "the player has gone");
            return;
        }
        self.world(at).db.hand_over(player, to).unwrap();
    }

    fn receive(&mut self, at: usize) {
        for id in self.world(at).inbox() {
            if self.random.below(4) == 0 {
                self.n_refused += 1;
                let Shard { db, outbox, .. } = self.world(at);
                outbox.send_back(db, id, "not today").unwrap();
            } else if self.random.below(4) > 0 {
                self.world(at).accept(id).unwrap();
            }
        }
    }

    /// All that is not durable is gone; the shared outbox is synced at each commit.
    fn cut_power(&mut self, at: usize) {
        self.n_cuts += 1;
        let Shard { file, db, outbox } = self.worlds[at].take().unwrap();
        db.discard();
        for entry in std::fs::read_dir(file.folder()).unwrap() {
            let path = entry.unwrap().path();
            if !path.ends_with("kept.db") {
                std::fs::remove_file(path).unwrap();
            }
        }
        std::fs::copy(file.folder().join("kept.db"), file.path()).unwrap();
        let db = file.open();
        self.worlds[at] = Some(Shard { file, db, outbox });
    }

    /// Everybody arrives, and the worlds are counted.
    fn end(mut self) {
        for _ in 0..4 {
            for at in 0..3 {
                for id in self.world(at).inbox() {
                    self.world(at).accept(id).unwrap();
                }
                self.world(at).settle();
            }
        }
        let mut found = BTreeMap::<String, usize>::new();
        for at in 0..3 {
            let shard = self.worlds[at].take().unwrap().die();
            assert_eq!((shard.inbox(), shard.db.outbox().len()), (vec![], 0));
            for (key, player) in shard.db.iter::<Player>() {
                *found.entry(player.email.clone()).or_default() += 1;
                assert_eq!(shard.db.get(key).unwrap().attributes().len(), 1);
            }
        }
        let expected = (1..=9).map(|n| (format!("{n}@example.com"), 1));
        assert_eq!(found, expected.collect());
        assert_eq!(self.shards.outbox("north").sent().unwrap(), []);
    }
}

#[test]
fn every_player_is_somewhere_and_nobody_is_there_twice() {
    let n_seeds = std::env::var("GAMEDB_WALKS").map_or(1, |n| n.parse().unwrap());
    let mut counts = [0; 4];
    for seed in 0..n_seeds {
        let mut game = Game::new(seed);
        for _ in 0..120 {
            game.step();
        }
        let of_game = [game.n_walks, game.n_deaths, game.n_cuts, game.n_refused];
        counts = std::array::from_fn(|n| counts[n] + of_game[n]);
        game.end();
    }
    println!("walks, deaths, power cuts, sent back: {counts:?}");
    assert!(counts.iter().all(|&n| n > 0), "{counts:?}");
}
