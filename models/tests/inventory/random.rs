//! Random operations on two bags: a quantity is what was put in and taken out, and no limit is exceeded.

use gamedb_models::inventory::{self, InventoryError, SMALLEST_QUANTITY, quantity, volume};
use gamedb_models::{ItemType, World};
use proptest::prelude::*;

use super::{Game, game, snapshot};

/// An operation on bags, items and entries by their places.
#[derive(Clone, Debug)]
enum Op {
    Add(usize, usize, f64),
    Take(usize, usize, f64),
    Split(usize, usize, f64),
    Transfer(usize, usize, f64, usize),
    Craft(usize, usize, f64),
}

fn op() -> impl Strategy<Value = Op> {
    let amount = || {
        prop_oneof![8 => (1..60_u32).prop_map(|n| f64::from(n) / 4.0),
        1 => Just(0.0), 1 => Just(SMALLEST_QUANTITY), 1 => Just(0.3)]
    };
    prop_oneof![
        (0..2_usize, 0..3_usize, amount()).prop_map(|(bag, item, n)| Op::Add(bag, item, n)),
        (0..2_usize, 0..3_usize, amount()).prop_map(|(bag, item, n)| Op::Take(bag, item, n)),
        (0..2_usize, 0..8_usize, amount()).prop_map(|(bag, nth, n)| Op::Split(bag, nth, n)),
        (0..2_usize, 0..8_usize, amount(), 0..2_usize)
            .prop_map(|(bag, nth, n, to)| Op::Transfer(bag, nth, n, to)),
        (0..2_usize, 0..3_usize, amount()).prop_map(|(bag, item, n)| Op::Craft(bag, item, n)),
    ]
}

impl Game {
    /// Runs the operation, and returns the expected change of each item's quantity.
    fn run(&mut self, op: &Op) -> Result<[f64; 3], InventoryError> {
        let mut changed = [0.0; 3];
        let (bags, items) = (self.bags, self.items);
        let nth = |world: &World, bag: usize, nth: usize| {
            let mut keys = world.get(bags[bag]).unwrap().inventory_entries().keys();
            keys.nth(nth).unwrap_or_default() // a key that finds nothing
        };
        let world = &mut self.world;
        match *op {
            Op::Add(bag, item, n) => {
                inventory::add(world, bags[bag], items[item], n)?;
                changed[item] = n;
            }
            Op::Take(bag, item, n) => {
                inventory::take(world, bags[bag], items[item], n)?;
                changed[item] = -n;
            }
            Op::Split(bag, entry, n) => {
                let entry = nth(world, bag, entry);
                inventory::split(world, entry, n)?;
            }
            Op::Transfer(bag, entry, n, to) => {
                let entry = nth(world, bag, entry);
                inventory::transfer(world, entry, n, bags[to])?;
            }
            Op::Craft(bag, item, n) => {
                inventory::craft(world, bags[bag], items[item], n)?;
                let units = |ratio: f64| (ratio * n * 1024.0).ceil() / 1024.0;
                changed = [-units(1.5), n, -units(0.1)];
            }
        }
        Ok(changed)
    }

    fn totals(&self) -> [f64; 3] {
        self.items.map(|item| {
            let of_bag = |bag| quantity(&self.world, bag, item).unwrap();
            self.bags.into_iter().map(of_bag).sum()
        })
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_or_doubled(ops in prop::collection::vec(op(), 1..60)) {
        let mut game = game();
        for op in &ops {
            let (before, totals) = (snapshot(&game.world), game.totals());
            match game.run(op) {
                Err(error) => prop_assert_eq!(snapshot(&game.world), before, "{:?}: {}", op, error),
                Ok(changed) => {
                    let expected = [0, 1, 2].map(|n| totals[n] + changed[n]);
                    prop_assert_eq!(game.totals(), expected, "{:?}", op);
                }
            }
            prop_assert!(game.world.contains_key(game.sword));
            for bag in game.bags {
                let view = game.world.get(bag).unwrap();
                let items = view.inventory_entries().map(|(_, entry)| (entry, game.world.get(entry.item).unwrap().row()));
                let real = items.filter(|(_, item)| item.item_type != ItemType::Virtual);
                for (entry, item) in real.clone() {
                    let size = item.max_stack_size.unwrap() as f64;
                    prop_assert!(entry.quantity > 0.0 && entry.quantity <= size);
                    prop_assert!(entry.mobile_item.is_some() || entry.is_max_stacked == (entry.quantity == size));
                }
                prop_assert!(real.count() as i64 <= view.max_entries);
                let volume = volume(&game.world, bag).unwrap();
                prop_assert!(volume <= view.max_volume);
            }
        }
        prop_assert_eq!(game.world.check(), [""; 0]);
    }
}
