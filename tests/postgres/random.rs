//! Random changes, written in every way and with connections that break: after each write the server has what memory
//! has, and after each opening memory has what the server has.
//!
//! `GAMEDB_CASES` sets the number of sequences, and `GAMEDB_SEED` the first of them.

use std::time::Duration;

use crate::common::sample::{attribute, inventory, item, mobile, player};
use crate::common::{Database, TestFile, contents_of};
use crate::proxy::{Commit, Proxy};
use gamedb::{Error, FlushReport, PostgresOptions};
use gamedb_models::{Inventory, InventoryEntry, Item, Mobile, Player, PlayerKey, World};

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn pick<K: Copy>(&mut self, keys: &[K]) -> Option<K> {
        (!keys.is_empty()).then(|| keys[self.below(keys.len())])
    }
}

fn keys<E: gamedb::codegen::Entity<Tables = gamedb_models::Tables>>(
    world: &World,
) -> Vec<gamedb::Key<E>> {
    world.iter::<E>().map(|(key, _)| key).collect()
}

/// One change of memory. What memory refuses is left as it was.
fn change(world: &mut World, random: &mut Random, n: i64) -> Result<(), Error> {
    let players = keys::<Player>(world);
    let some = random.pick(&players);
    match (random.below(11), some) {
        (0..=1, _) | (_, None) => {
            world.insert(player(n))?;
        }
        (2, Some(owner)) => {
            let pets = keys::<Mobile>(world);
            let owner = match random.pick(&pets) {
                Some(pet) if random.below(2) == 0 => Some(pet.into()),
                _ => Some(owner.into()),
            };
            world.insert(Mobile { owner, ..mobile(n) })?;
        }
        (3, Some(owner)) => {
            world
                .get_mut(owner)?
                .add_attribute(attribute(&n.to_string()))?;
        }
        (4, Some(owner)) => {
            let bag = world.get_mut(owner)?.add_inventory(inventory("bag"))?;
            let kind = world.insert(item(n))?;
            world.insert(InventoryEntry {
                inventory: bag,
                item: kind,
                quantity: n as f64 / 3.0,
                is_max_stacked: n % 2 == 0,
                mobile_item: None,
            })?;
        }
        (5, Some(owner)) => world.get_mut(owner)?.set_year_of_birth(-n),
        (6, Some(one)) => swap_emails(world, one, random.pick(&players).unwrap_or(one), n)?,
        // A parent goes, and one of its children goes to another one, which takes its unique value.
        (7, Some(gone)) => {
            let attributes: Vec<_> = world.get(gone)?.attributes().keys().collect();
            let email = world.get(gone)?.email.clone();
            let heir = world.insert(player(n))?;
            if let Some(attribute) = random.pick(&attributes) {
                world.get_mut(gone)?.give_attribute(attribute, heir)?;
            }
            world.remove(gone)?;
            world.get_mut(heir)?.set_email(email)?;
        }
        (8, _) => {
            if let Some(bag) = random.pick(&keys::<Inventory>(world)) {
                world.remove(bag)?;
            }
        }
        (9, _) => {
            if let Some(kind) = random.pick(&keys::<Item>(world)) {
                world.remove(kind)?;
            }
        }
        (_, Some(gone)) => world.remove(gone)?,
    }
    Ok(())
}

fn swap_emails(world: &mut World, one: PlayerKey, other: PlayerKey, n: i64) -> Result<(), Error> {
    let emails = [one, other].map(|key| world.get(key).map(|row| row.email.clone()));
    let [first, second] = emails;
    world.get_mut(one)?.set_email(format!("aside {n}"))?;
    world.get_mut(other)?.set_email(first?)?;
    if one != other {
        world.get_mut(one)?.set_email(second?)?;
    }
    Ok(())
}

/// Writes in one of the ways. What failed is written by the next call.
fn write(
    db: &mut Database<World>,
    proxy: &Proxy,
    random: &mut Random,
) -> Result<FlushReport, Error> {
    let fate = [
        Commit::Answered,
        Commit::Answered,
        Commit::Unanswered,
        Commit::Lost,
    ];
    proxy.next_commit_is(fate[random.below(fate.len())]);
    match random.below(4) {
        0 => db.flush_durable(),
        1 => {
            let first = db.flush_in_background()?;
            let second = db.flush_in_background()?;
            let _ = db.wait(first)?;
            db.wait(second)
        }
        2 => {
            db.prepare_flush(random.below(20));
            let ticket = db.flush_in_background()?;
            db.wait(ticket)
        }
        _ => db.flush(),
    }
}

fn run(seed: u64) {
    let (file, proxy, mut random) = (TestFile::new(), Proxy::new(), Random(seed));
    let open = || -> Database<World> {
        let options = PostgresOptions::new(proxy.address(), &file.world);
        options.patience(Duration::from_secs(60)).open().unwrap()
    };
    let mut db = open();
    for n in 0..80 {
        for _ in 0..random.below(6) {
            let n = n * 100 + i64::try_from(random.below(100)).unwrap();
            let _ = change(&mut db, &mut random, n);
        }
        match random.below(8) {
            0..=3 => {
                while let Err(failed) = write(&mut db, &proxy, &mut random) {
                    assert!(failed.is_transient(), "seed {seed}, step {n}: {failed:?}");
                }
                assert_eq!(db.n_dirty(), 0, "seed {seed}, step {n}");
                assert!(file.contents() == contents_of(&db), "seed {seed}, step {n}");
            }
            4 => {
                if let Some(one) = random.pick(&keys::<Player>(&db)) {
                    proxy.next_commit_is(Commit::Answered);
                    let _ = db.save(one).unwrap();
                }
            }
            // It is taken over from the one before, as it was at its last write.
            5 => {
                proxy.next_commit_is(Commit::Answered);
                let before = file.contents();
                db = open();
                assert!(before == contents_of(&db), "seed {seed}, step {n}");
            }
            _ => {}
        }
        assert_eq!(db.check(), [""; 0], "seed {seed}, step {n}");
    }
}

#[test]
fn the_server_has_what_memory_has() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let first = number("GAMEDB_SEED").unwrap_or(1);
    for seed in first..first + number("GAMEDB_CASES").unwrap_or(1) {
        run(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    }
}
