//! Rows that leave a watch and come in again: a mirror of the watch removes them and inserts them under their old ids,
//! and those who follow the mirror have to learn of both.

use crate::common::contents_of;
use gamedb::{Effect, Interest, Subscription, Watch};
use gamedb_models::{
    Attribute, AttributeOwner, Inventory, InventoryEntry, Item, Mobile, MobileType, Player, Tables,
    World,
};
use proptest::prelude::*;

use crate::common::sample::{item, player};
use crate::interest::{Op, act, op};

use super::key_of;

/// A world, a mirror of those of its mobiles that are called "here", and three who follow the mirror.
struct Chain {
    world: World,
    watch: Watch<Tables>,
    mirror: World,
    feed: Subscription,
    second_feed: Subscription,
    second: World,
    mirror_watch: Watch<Tables>,
    third: World,
}

impl Chain {
    fn new(mut world: World, mirror_capacity: usize) -> Self {
        // Rows reference rows of the interest only: owners are players, or come in with what they own.
        let here = |mobile: &Mobile| {
            let is_owned = mobile.owner.is_some_and(|owner| owner.is_mobile());
            matches!(&*mobile.what_we_call_you, "here" | "z0") && !is_owned
        };
        let interest = Interest::new().rows(here).with_owned();
        let interest = interest.table::<Player>().table::<Item>();
        let watch = world.watch(interest).unwrap();
        let mut mirror = World::new();
        let all = Interest::new().table::<Mobile>().table::<Attribute>();
        let all = all.table::<Player>().table::<Item>();
        let all = all.table::<Inventory>().table::<InventoryEntry>();
        let mut chain = Self {
            world,
            watch,
            feed: mirror.subscribe().unwrap(),
            second_feed: mirror.subscribe().unwrap(),
            mirror_watch: mirror.watch_with(all, mirror_capacity).unwrap(),
            mirror,
            second: World::new(),
            third: World::new(),
        };
        chain.follow();
        chain.compare();
        chain.mirror.changes(&mut chain.feed).unwrap();
        chain
    }

    fn called(&mut self, name: &str) {
        let key = key_of::<Mobile>(&self.world, 1);
        let mut mobile = self.world.get_mut(key).unwrap();
        mobile.set_what_we_call_you(name);
        self.follow();
    }

    fn follow(&mut self) {
        let delta = self.world.changes_within(&mut self.watch).unwrap();
        self.mirror.apply(&delta).unwrap();
    }

    /// The second mirrors follow.
    fn compare(&mut self) {
        let delta = self.mirror.changes(&mut self.second_feed).unwrap().delta();
        self.second.apply(&delta).unwrap();
        let delta = self.mirror.changes_within(&mut self.mirror_watch).unwrap();
        self.third.apply(&delta).unwrap();
        for follower in [&self.second, &self.third] {
            assert_eq!(contents_of(follower), contents_of(&self.mirror));
            assert_eq!(follower.check(), [""; 0]);
        }
        let again = self.mirror.changes_within(&mut self.mirror_watch).unwrap();
        assert!(again.is_empty(), "nothing is told twice");
    }

    /// What the subscriber is told of the mobiles, and whether the key that comes with it is live.
    fn told(&mut self) -> Vec<(i64, &'static str, bool)> {
        let changes = self.mirror.changes(&mut self.feed).unwrap();
        let changes: Vec<_> = changes.of::<Mobile>().collect();
        let told = changes.into_iter().map(|change| {
            let what = match change.effect {
                Effect::Inserted => "inserted",
                Effect::Changed(_) => "changed",
                Effect::Removed => "removed",
            };
            let is_live = self.mirror.contains_key(change.key);
            (change.id.get(), what, is_live)
        });
        told.collect()
    }
}

fn mobile_here() -> Mobile {
    Mobile {
        what_we_call_you: "here".into(),
        ..Mobile::default()
    }
}

const BACK: [(i64, &str, bool); 2] = [(1, "removed", false), (1, "inserted", true)];

fn plain() -> World {
    let mut world = World::new();
    world.insert(mobile_here()).unwrap();
    world.insert(mobile_here()).unwrap();
    world
}

fn owning() -> World {
    let mut world = plain();
    let key = key_of::<Mobile>(&world, 1);
    world.add(key, Attribute::default()).unwrap();
    world.add(key, Attribute::default()).unwrap();
    world
}

/// Each world, with a watch of the mirror that has all changes and with one that misses them.
fn each(test: impl Fn(Chain)) {
    for capacity in [usize::MAX, 0] {
        test(Chain::new(plain(), capacity));
        test(Chain::new(owning(), capacity));
    }
}

#[test]
fn a_row_that_came_back_is_told_of_with_its_new_key() {
    each(|mut chain| {
        chain.called("away");
        chain.called("here");
        assert_eq!(chain.told(), BACK);
        chain.compare();
        assert_eq!(chain.told(), []);
    });
}

#[test]
fn what_is_written_before_and_after_is_there() {
    each(|mut chain| {
        let key = key_of::<Mobile>(&chain.world, 1);
        chain
            .world
            .get_mut(key)
            .unwrap()
            .set_mobile_type(MobileType::Player);
        chain.follow();
        chain.called("away");
        chain.called("here");
        chain
            .world
            .get_mut(key)
            .unwrap()
            .set_mobile_type(MobileType::Npc);
        chain.follow();
        assert_eq!(chain.told(), BACK);
        chain.compare();
        let kind = |world: &World| {
            let key = key_of::<Mobile>(world, 1);
            world.get(key).unwrap().mobile_type
        };
        assert_eq!(
            [kind(&chain.second), kind(&chain.third)],
            [MobileType::Npc; 2]
        );
    });
}

#[test]
fn a_row_that_came_back_and_left_again_is_removed_once() {
    each(|mut chain| {
        for name in ["away", "here", "away"] {
            chain.called(name);
        }
        assert_eq!(chain.told(), [(1, "removed", false)]);
        chain.compare();
        for name in ["here", "away", "here", "away"] {
            chain.called(name);
        }
        assert_eq!(chain.told(), [], "it was not there before, and is not now");
        chain.compare();
        chain.called("here");
        assert_eq!(chain.told(), [(1, "inserted", true)]);
        for name in ["away", "here", "away", "here"] {
            chain.called(name);
        }
        assert_eq!(chain.told(), BACK);
        chain.compare();
    });
}

/// Changes are handed out to all when one reads, so that the net effects of a slow reader are merged.
#[test]
fn a_slow_reader_is_told_the_same() {
    each(|mut chain| {
        for name in ["away", "here", "away", "here"] {
            chain.called(name);
            let mut hurried = chain.mirror.subscribe().unwrap();
            chain.mirror.changes(&mut hurried).unwrap();
        }
        let old = chain.told();
        assert_eq!(old, BACK);
        for name in ["away", "here"] {
            chain.called(name);
        }
        chain.mirror.subscribe().unwrap();
        chain.compare();
    });
}

#[test]
fn pivot_rows_come_back_with_the_rows_that_they_name() {
    let mut chain = Chain::new(owning(), usize::MAX);
    for name in ["away", "here"] {
        chain.called(name);
    }
    let changes = chain.mirror.changes(&mut chain.feed).unwrap();
    let told: Vec<_> = changes.of_pivot::<AttributeOwner>().collect();
    let effects = told.iter().map(|change| (change.id.get(), &change.effect));
    let removed_and_inserted = [1, 2].map(|id| [(id, &Effect::Removed), (id, &Effect::Inserted)]);
    assert!(effects.eq(removed_and_inserted.into_iter().flatten()));
    let live = |change: &gamedb::PivotChange<_>| chain.mirror.contains_key(change.owned);
    assert!(told.iter().map(live).eq([false, true, false, true]));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("GAMEDB_CASES").map_or(48, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn mirrors_of_a_mirror_are_equal_whatever_happens(
        ops in prop::collection::vec(op(), 1..80),
        capacity in prop_oneof![Just(usize::MAX), Just(2)],
    ) {
        let mut world = plain();
        world.insert(player(1)).unwrap();
        world.insert(item(1)).unwrap();
        let mut chain = Chain::new(world, capacity);
        for (n, op) in (1_000..).zip(&ops) {
            act(&mut chain.world, op, n);
            if n % 2 == 0 {
                chain.follow();
            }
            if let Op::Read(0) = op {
                chain.compare();
            }
        }
        chain.follow();
        chain.compare();
    }
}
