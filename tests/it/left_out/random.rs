//! Random worlds, operations and transactions, with values that only the file refuses: after each flush without
//! refused rows every row of the file is as in memory or as it was, and the file is one that can be opened.
//!
//! `GAMEDB_CASES` sets the number of worlds.

use std::collections::{BTreeMap, BTreeSet};

use gamedb::{Error, FlushReport, Key};
use gamedb_models::{
    Attribute, AttributeOwnerKey, Inventory, InventoryEntry, InventoryOwnerKey, Item, Mobile,
    MobileOwnerKey, Player, World,
};

use crate::common::sample::{attribute, fill, inventory, item, mobile, player};
use crate::common::{Contents, Database, N_CASES, REFUSED, TestFile, contents_of, refusing_file};

use super::left_out;

/// Xorshift.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % n
    }

    fn name(&mut self) -> String {
        match self.below(6) {
            0 => REFUSED.into(),
            n => format!("name {n} {}", self.below(1_000)),
        }
    }

    fn quantity(&mut self) -> f64 {
        [666.0, 1.0, 2.0, 3.0, 4.0][self.below(5)]
    }
}

fn pick<E: gamedb::codegen::Entity<Tables = gamedb_models::Tables>>(
    world: &World,
    random: &mut Random,
) -> Option<Key<E>> {
    let keys: Vec<_> = E::table(world).iter_by_id().map(|(key, _)| key).collect();
    (!keys.is_empty()).then(|| keys[random.below(keys.len())])
}

fn mobile_owner(world: &World, random: &mut Random) -> Option<MobileOwnerKey> {
    match random.below(3) {
        0 => None,
        1 => pick::<Player>(world, random).map(Into::into),
        _ => pick::<Mobile>(world, random).map(Into::into),
    }
}

fn attribute_owner(world: &World, random: &mut Random) -> AttributeOwnerKey {
    let owner = match random.below(3) {
        0 => pick::<Player>(world, random).map(AttributeOwnerKey::Player),
        1 => pick::<Mobile>(world, random).map(AttributeOwnerKey::Mobile),
        _ => pick::<Item>(world, random).map(AttributeOwnerKey::Item),
    };
    owner.unwrap_or(AttributeOwnerKey::Asset(7))
}

fn inventory_owner(world: &World, random: &mut Random) -> Option<InventoryOwnerKey> {
    match random.below(2) {
        0 => pick::<Player>(world, random).map(InventoryOwnerKey::Player),
        _ => pick::<Mobile>(world, random).map(InventoryOwnerKey::Mobile),
    }
}

/// One operation, which may be refused. `None` if there is no row for it.
fn operate(world: &mut World, random: &mut Random) -> Option<Result<(), Error>> {
    let n = i64::try_from(random.below(12)).unwrap();
    Some(match random.below(20) {
        0 => world
            .insert(Player {
                full_name: random.name(),
                ..player(n)
            })
            .map(drop),
        1 => {
            let owner = mobile_owner(world, random);
            let what_we_call_you = random.name();
            world
                .insert(Mobile {
                    owner,
                    what_we_call_you,
                    ..mobile(n)
                })
                .map(drop)
        }
        2 => world.insert(item(n)).map(drop),
        3 | 4 => {
            let owner = attribute_owner(world, random);
            world.add(owner, attribute(&random.name())).map(drop)
        }
        5 => {
            let owner = inventory_owner(world, random)?;
            world.add(owner, inventory(&random.name())).map(drop)
        }
        6 => {
            let (inventory, item) = (pick(world, random)?, pick(world, random)?);
            let quantity = random.quantity();
            let entry = InventoryEntry {
                inventory,
                item,
                quantity,
                ..InventoryEntry::default()
            };
            world.insert(entry).map(drop)
        }
        7 => world.remove(pick::<Player>(world, random)?),
        8 => world.remove(pick::<Mobile>(world, random)?),
        9 => world.remove(pick::<Attribute>(world, random)?),
        10 => world.remove(pick::<Inventory>(world, random)?),
        11 => world.remove(pick::<InventoryEntry>(world, random)?),
        _ => return change(world, random),
    })
}

/// One setter.
fn change(world: &mut World, random: &mut Random) -> Option<Result<(), Error>> {
    Some(match random.below(9) {
        0 => {
            let key = pick::<Player>(world, random)?;
            world.get_mut(key).unwrap().set_full_name(random.name());
            Ok(())
        }
        1 => {
            let key = pick::<Player>(world, random)?;
            let email = format!("{}@example.com", random.below(12));
            world.get_mut(key).unwrap().set_email(email)
        }
        2 => {
            let (key, owner) = (pick::<Mobile>(world, random)?, mobile_owner(world, random));
            world.get_mut(key).unwrap().set_owner(owner)
        }
        3 => {
            let key = pick::<Attribute>(world, random)?;
            world.get_mut(key).unwrap().set_internal_name(random.name());
            Ok(())
        }
        4 => {
            let key = pick::<Attribute>(world, random)?;
            let from = world.get(key).unwrap().owner()?;
            world.give(from, key, attribute_owner(world, random))
        }
        5 => {
            let key = pick::<Inventory>(world, random)?;
            let from = world.get(key).unwrap().owner()?;
            world.give(from, key, inventory_owner(world, random)?)
        }
        6 => {
            let (key, to) = (pick::<InventoryEntry>(world, random)?, pick(world, random)?);
            world.get_mut(key).unwrap().set_inventory(to)
        }
        7 => {
            let key = pick::<InventoryEntry>(world, random)?;
            world.get_mut(key).unwrap().set_quantity(random.quantity())
        }
        _ => {
            let key = pick::<Item>(world, random)?;
            world.get_mut(key).unwrap().set_internal_name(random.name())
        }
    })
}

/// The rows that differ.
fn differing(one: &Contents, other: &Contents) -> BTreeSet<(String, i64)> {
    let mut found = BTreeSet::new();
    for (table, rows) in one {
        let ids = rows.keys().chain(other[table].keys());
        let ids = ids.filter(|id| rows.get(id) != other[table].get(id));
        found.extend(ids.map(|&id| (table.clone(), id)));
    }
    found
}

/// A world and what the test has to know of it.
pub(super) struct Case {
    pub(super) file: TestFile,
    pub(super) db: Database<World>,
    pub(super) random: Random,
    /// The rows of each transaction that is not in the file yet.
    groups: Vec<BTreeSet<(String, i64)>>,
}

impl Case {
    pub(super) fn new(seed: u64) -> Self {
        let file = refusing_file();
        let mut db = file.open();
        fill(&mut db);
        let _ = db.flush().unwrap();
        let (random, groups) = (Random::new(seed), Vec::new());
        Self {
            file,
            db,
            random,
            groups,
        }
    }

    /// Some operations, many of them in transactions.
    pub(super) fn operate(&mut self) {
        for _ in 0..1 + self.random.below(12) {
            let Self {
                db, random, groups, ..
            } = self;
            if random.below(3) > 0 {
                let _ = operate(db, random);
                continue;
            }
            let before = contents_of(db);
            let kept = db.transaction(|world| {
                for _ in 0..1 + random.below(4) {
                    if let Some(Err(error)) = operate(world, random) {
                        return Err(error);
                    }
                }
                Ok(())
            });
            if kept.is_ok() {
                groups.push(differing(&before, &contents_of(db)));
            }
        }
        assert_eq!(self.db.check(), [""; 0]);
    }

    /// Compares the file with what it was before a flush, and with memory at that moment.
    pub(super) fn check(&mut self, before: &Contents, memory: &Contents, report: &FlushReport) {
        let after = self.file.contents();
        let left: BTreeSet<_> = left_out(report).into_keys().collect();
        let left: BTreeSet<_> = left
            .into_iter()
            .map(|(table, id)| (table.to_owned(), id))
            .collect();
        let unwritten = differing(&after, memory);
        let written = differing(&after, before);
        assert!(
            unwritten.is_subset(&left),
            "{unwritten:?} is left out, and {left:?} is reported"
        );
        assert!(
            written.is_disjoint(&left),
            "{written:?} is written, and {left:?} was left out"
        );
        assert!(
            is_bad(memory) || left.is_empty(),
            "{left:?} is left out for no reason"
        );
        for group in &self.groups {
            let is_in_part = !group.is_disjoint(&written) && !group.is_disjoint(&unwritten);
            assert!(
                !is_in_part,
                "half of a transaction: {group:?}, and {unwritten:?} is not written"
            );
        }
        self.groups.retain(|group| !group.is_disjoint(&unwritten));
        self.check_file(memory);
    }

    /// For a caller that cannot tell which flush has written which transaction.
    pub(super) fn forget_groups(&mut self) {
        self.groups.clear();
    }

    /// The file is one that can be opened, and no id of memory can be assigned again.
    pub(super) fn check_file(&self, memory: &Contents) {
        let (_copy, opened) = self.file.open_copy();
        assert_eq!(opened.check(), [""; 0]);
        assert_eq!(contents_of(&opened), self.file.contents());
        for (table, rows) in memory {
            if let Some((&last, _)) = rows.last_key_value() {
                let sql = format!("SELECT next_id FROM gamedb_ids WHERE table_name = '{table}'");
                let next: i64 = self.file.query(&sql);
                assert!(next > last, "{table}: {last} would be assigned again");
            }
        }
    }

    /// Gives every value that the file refuses another one, and flushes all of it.
    pub(super) fn mend(mut self) {
        let db = &mut self.db;
        macro_rules! mend {
            ($($entity:ty, $set:expr;)*) => {$(
                let keys: Vec<_> = <$entity>::table(db).iter_by_id().map(|(key, _)| key).collect();
                for key in keys {
                    $set(db, key);
                }
            )*};
        }
        use gamedb::codegen::traits::*;
        mend! {
            Player, |db: &mut World, key: Key<Player>| db.get_mut(key).unwrap().set_full_name("mended");
            Mobile, |db: &mut World, key: Key<Mobile>| db.get_mut(key).unwrap().set_what_we_call_you("mended");
            Attribute, |db: &mut World, key: Key<Attribute>| db.get_mut(key).unwrap().set_internal_name("mended");
            Inventory, |db: &mut World, key: Key<Inventory>| db.get_mut(key).unwrap().set_owner_type(None);
            Item, |db: &mut World, key: Key<Item>| {
                let name = format!("mended {}", db.id(key).unwrap());
                db.get_mut(key).unwrap().set_internal_name(name).unwrap();
            };
            InventoryEntry, |db: &mut World, key: Key<InventoryEntry>| {
                db.get_mut(key).unwrap().set_quantity(1.0).unwrap();
            };
        }
        self.file.reopen(self.db);
    }
}

/// Whether the file refuses a row of it.
fn is_bad(memory: &Contents) -> bool {
    let mut rows = memory.values().flat_map(BTreeMap::values);
    rows.any(|row: &Vec<String>| {
        let refused = format!("\"{REFUSED}\"");
        row.contains(&refused) || row.iter().any(|value| value == "666.0")
    })
}

pub(super) fn n_cases() -> u64 {
    let cases = std::env::var("GAMEDB_CASES").ok();
    cases
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(N_CASES)
}

#[test]
fn every_row_is_as_in_memory_or_as_it_was() {
    let (mut n_left_out, mut n_written) = (0, 0);
    for seed in 0..n_cases() {
        println!("seed {seed}");
        let mut case = Case::new(seed);
        for _ in 0..8 {
            case.operate();
            let (before, memory) = (case.file.contents(), contents_of(&case.db));
            let report = case.db.flush_without_refused().unwrap();
            assert_eq!(contents_of(&case.db), memory);
            assert_eq!(case.db.check(), [""; 0]);
            assert_eq!(case.db.n_dirty() > 0, !report.left_out.is_empty());
            case.check(&before, &memory, &report);
            n_left_out += report.left_out.len();
            n_written += report.rows();
        }
        case.mend();
    }
    println!("{n_written} rows written, {n_left_out} left out");
    assert!(n_left_out > 0 && n_written > n_left_out / 4);
}
