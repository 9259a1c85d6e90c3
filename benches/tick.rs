//! A tick of a game loop over 10,000 mobiles, with and without a flush after it.

mod common;

use std::collections::VecDeque;

use common::reference::{Files, Keys, attribute, double, rng};
use common::{criterion, is_test};
use gamedb::Database;
use gamedb_models::{AttributeKey, AttributeValue, MobileKey, World};

fn main() {
    let mut criterion = criterion();
    let files = Files::new();
    let mobiles = if is_test() { 100 } else { 10_000 };
    let mut group = criterion.benchmark_group("tick");
    for (id, flushes) in [("gamedb", false), ("gamedb_flush", true)] {
        let mut game = None;
        group.bench_function(id, |bencher| {
            let game = game.get_or_insert_with(|| {
                Game::new(Database::open(files.copy(&files.world(mobiles), id)).expect("opened"))
            });
            bencher.iter(|| {
                game.tick();
                if flushes {
                    let _ = game.db.flush().expect("flushed");
                }
            });
        });
        // The world is dropped without a flush on purpose.
        drop(game);
    }
    group.finish();
    criterion.final_summary();
}

struct Game {
    db: Database<World>,
    keys: Keys,
    loot: VecDeque<(MobileKey, AttributeKey)>,
    rng: fastrand::Rng,
    ticks: usize,
}

impl Game {
    fn new(db: Database<World>) -> Self {
        let keys = Keys::of(&db);
        Self {
            db,
            keys,
            loot: VecDeque::new(),
            rng: rng(),
            ticks: 0,
        }
    }

    fn random_mobile(&mut self) -> MobileKey {
        let n = self.rng.usize(..self.keys.mobiles.len());
        self.keys.mobiles[n]
    }

    fn tick(&mut self) {
        self.ticks += 1;
        self.act();
        self.find_and_lose();
        self.trade();
    }

    /// Reads every mobile, and changes every tenth.
    fn act(&mut self) {
        for (n, &mobile) in self.keys.mobiles.iter().enumerate() {
            let attributes = self.db.get(mobile).expect("there").attributes();
            let health: f64 = attributes
                .clone()
                .map(|(_, attribute)| double(attribute))
                .sum();
            if (n + self.ticks).is_multiple_of(10)
                && let Some((key, first)) = attributes.clone().next()
            {
                let value = AttributeValue::Double(double(first) + health / 100.0 + 1.0);
                let mut first = self.db.get_mut(key).expect("there");
                first.set_value(value).expect("a number");
            }
        }
    }

    /// Adds attributes to random mobiles, and removes them after ten ticks.
    fn find_and_lose(&mut self) {
        for n in 0..20 {
            let finder = self.random_mobile();
            let mut mobile = self.db.get_mut(finder).expect("there");
            let found = mobile.add_attribute(attribute(n, 0.5)).expect("added");
            self.loot.push_back((finder, found));
        }
        while self.loot.len() > 200 {
            let Some((mobile, lost)) = self.loot.pop_front() else {
                break;
            };
            let mut mobile = self.db.get_mut(mobile).expect("there");
            mobile.remove_attribute(lost).expect("removed");
        }
    }

    /// Moves ten attributes to other owners, in one transaction.
    fn trade(&mut self) {
        let traders: Vec<_> = (0..10).map(|_| self.random_mobile()).collect();
        let loot = &mut self.loot;
        let traded = self.db.transaction(|world| {
            for ((owner, thing), &to) in loot.iter_mut().zip(&traders) {
                world.get_mut(*owner)?.give_attribute(*thing, to)?;
                *owner = to;
            }
            Ok::<_, gamedb::Error>(())
        });
        traded.expect("traded");
    }
}
