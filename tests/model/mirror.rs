//! Subscribers, each with a mirror of the world that is kept up to date through its deltas.

use std::collections::BTreeSet;

use gamedb::Effect;
use gamedb::Subscription;
use gamedb::{Error, ErrorKind};
use gamedb_models::World;

use crate::compare::{Expected, compare, differing};
use crate::naive::{Naive, RowId};
use crate::operation::Watch;
use crate::schema::TABLES;

/// Maximum number of subscribers of a world.
const MOST: usize = 3;

#[derive(Default)]
pub(crate) struct Mirrors(Vec<Mirror>);

struct Mirror {
    subscription: Subscription,
    capacity: usize,
    world: World,
    /// The world as of its last read.
    seen: Naive,
    /// The rows that have been written to since, whatever the net effect.
    touched: BTreeSet<RowId>,
}

impl Mirrors {
    pub(crate) fn step(&mut self, watch: Watch, world: &mut World, memory: &Naive) {
        let n_mirrors = self.0.len();
        match watch {
            Watch::Begin(capacity) => {
                if n_mirrors < MOST {
                    let subscription = world.subscribe_with(capacity).unwrap();
                    self.0
                        .push(Mirror::new(subscription, capacity, world, memory));
                }
            }
            Watch::Look(n) if n_mirrors > 0 => self.0[n % n_mirrors].look(world, memory),
            Watch::End(n) if n_mirrors > 0 => {
                self.0.remove(n % n_mirrors);
            }
            Watch::Look(_) | Watch::End(_) => {}
        }
    }

    /// The world was reopened, and has no subscribers.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Records the rows that were written to.
    pub(crate) fn note(&mut self, touched: &BTreeSet<RowId>) {
        for mirror in &mut self.0 {
            mirror.touched.extend(touched);
        }
    }
}

impl Mirror {
    fn new(subscription: Subscription, capacity: usize, world: &World, memory: &Naive) -> Self {
        let mut mirror = Self {
            subscription,
            capacity,
            world: World::new(),
            seen: memory.clone(),
            touched: BTreeSet::new(),
        };
        mirror.begin(world);
        mirror.compare();
        mirror
    }

    /// Restarts from a snapshot of the world.
    fn begin(&mut self, world: &World) {
        let snapshot = world.snapshot().unwrap();
        assert_eq!(snapshot.len(), world.len());
        self.world = World::new();
        self.world.apply(&snapshot).unwrap();
    }

    fn look(&mut self, world: &mut World, memory: &Naive) {
        let changed = self.seen.changes(memory);
        match world
            .changes(&mut self.subscription)
            .map_err(Error::into_kind)
        {
            Ok(changes) => {
                assert!(
                    changed.len() <= self.capacity,
                    "more changes than the capacity"
                );
                assert_eq!(changes.delta().len(), changes.len());
                let told: Vec<_> = changes
                    .iter()
                    .map(|change| {
                        let table = TABLES
                            .into_iter()
                            .find(|table| table.name() == change.table.name);
                        ((table.unwrap(), change.id), change.effect.clone())
                    })
                    .collect();
                let delta = changes.delta();
                self.told_is_true(&told, &changed, memory);
                self.world.apply(&delta).unwrap();
            }
            Err(ErrorKind::ChangesMissed { capacity }) => {
                assert_eq!(capacity, self.capacity);
                assert!(self.touched.len() > capacity, "no change was missed");
                self.begin(world);
                assert!(world.changes(&mut self.subscription).unwrap().is_empty());
            }
            Err(other) => panic!("{other}"),
        }
        self.seen = memory.clone();
        self.touched.clear();
        self.compare();
        assert!(world.snapshot().unwrap().len() == self.world.len());
    }

    /// Asserts that each changed row is reported once, in order, with its net effect. A row that was
    /// written and written back may be among them.
    fn told_is_true(
        &self,
        told: &[(RowId, Effect<gamedb::Positions>)],
        changed: &BTreeSet<RowId>,
        memory: &Naive,
    ) {
        assert!(told.is_sorted_by(|one, two| one.0 < two.0));
        for (id, effect) in told {
            let (before, after) = (self.seen.row(*id), memory.row(*id));
            let is_true = match (effect, before, after) {
                (Effect::Inserted, None, Some(_)) | (Effect::Removed, Some(_), None) => true,
                (Effect::Changed(columns), Some(before), Some(after)) => {
                    let is_told =
                        |column: &usize| columns.iter().any(|&told| usize::from(told) == *column);
                    differing(before, after).iter().all(is_told)
                }
                _ => false,
            };
            assert!(
                is_true && self.touched.contains(id),
                "{id:?} is not {effect:?}"
            );
        }
        let told: BTreeSet<_> = told.iter().map(|(id, _)| *id).collect();
        assert!(
            told.is_superset(changed),
            "no subscriber received all of {changed:?}"
        );
    }

    fn compare(&self) {
        assert_eq!(self.world.check(), [""; 0]);
        compare(
            &self.world,
            Expected {
                memory: &self.seen,
                file: None,
            },
        );
    }
}
