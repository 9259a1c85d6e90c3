//! Goods that are traded while rows are saved one by one: whatever fails, is rolled back or crashes in
//! between, the total mass in memory and in the file stays the same.
#![allow(clippy::unwrap_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use gamedb::{Database, SaveScope};
use gamedb_models::inventory::{self, InventoryError};
use gamedb_models::{
    Inventory, InventoryEntryKey, InventoryKey, Item, ItemBlueprint, ItemBlueprintComponent,
    ItemKey, ItemType, Player, World,
};
use proptest::prelude::*;
use rusqlite::Connection;

const N_BAGS: usize = 4;

/// Units of ore in a plate, which is made of nothing else.
const RATIO: f64 = 2.0;

#[derive(Clone, Debug)]
enum Op {
    Transfer {
        from: usize,
        nth: usize,
        n: f64,
        to: usize,
    },
    Split {
        bag: usize,
        nth: usize,
        n: f64,
    },
    Craft {
        bag: usize,
        n: f64,
    },
    /// Gives a whole stack, as a row, to another inventory.
    Give {
        from: usize,
        nth: usize,
        to: usize,
    },
    /// Several operations in a transaction.
    All(Vec<Op>, End),
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Commit,
    Error,
    Panic,
}

#[derive(Clone, Debug)]
enum Step {
    Do(Op),
    SaveBag(usize, bool),
    SaveStack(usize, usize, bool),
    SaveOwner(usize),
    Flush,
    /// The process dies, and another one continues from the file.
    Die,
}

fn op() -> impl Strategy<Value = Op> {
    let bag = || 0..N_BAGS;
    let nth = || 0..6_usize;
    let amount = || (1..40_u32).prop_map(|n| f64::from(n) / 2.0);
    let single = prop_oneof![
        4 => (bag(), nth(), amount(), bag()).prop_map(|(from, nth, n, to)| Op::Transfer { from, nth, n, to }),
        1 => (bag(), nth(), amount()).prop_map(|(bag, nth, n)| Op::Split { bag, nth, n }),
        1 => (bag(), amount()).prop_map(|(bag, n)| Op::Craft { bag, n }),
        1 => (bag(), nth(), bag()).prop_map(|(from, nth, to)| Op::Give { from, nth, to }),
    ];
    single.prop_recursive(3, 12, 4, |inner| {
        let end = prop_oneof![3 => Just(End::Commit), 1 => Just(End::Error), 1 => Just(End::Panic)];
        (prop::collection::vec(inner, 1..4), end).prop_map(|(ops, end)| Op::All(ops, end))
    })
}

fn step() -> impl Strategy<Value = Step> {
    let bag = || 0..N_BAGS;
    prop_oneof![
        12 => op().prop_map(Step::Do),
        2 => (bag(), any::<bool>()).prop_map(|(bag, owned)| Step::SaveBag(bag, owned)),
        2 => (bag(), 0..6_usize, any::<bool>()).prop_map(|(bag, nth, owned)| Step::SaveStack(bag, nth, owned)),
        1 => bag().prop_map(Step::SaveOwner),
        1 => Just(Step::Flush),
        1 => Just(Step::Die),
    ]
}

struct Game {
    db: Database<World>,
    ore: ItemKey,
    plate: ItemKey,
    bags: Vec<InventoryKey>,
}

impl Game {
    fn new(path: &Path) -> Self {
        let mut db = Database::<World>::open(path).unwrap();
        let mut item = |name: &str| {
            let item = Item {
                internal_name: name.into(),
                item_type: ItemType::RawMaterial,
                max_stack_size: Some(10),
                ..Item::default()
            };
            db.insert(item).unwrap()
        };
        let (ore, plate) = (item("ore"), item("plate"));
        let item_blueprint = db.insert(ItemBlueprint::default()).unwrap();
        let component = ItemBlueprintComponent {
            item_blueprint,
            component_item: ore,
            ratio: RATIO,
        };
        db.insert(component).unwrap();
        db.get_mut(plate)
            .unwrap()
            .set_blueprint(Some(item_blueprint))
            .unwrap();
        for n in 0..N_BAGS {
            let player = Player {
                email: n.to_string(),
                ..Player::default()
            };
            let player = db.insert(player).unwrap();
            let bag = Inventory {
                max_entries: 6,
                max_volume: 1e9,
                ..Inventory::default()
            };
            let bag = db.add(player, bag).unwrap();
            inventory::add(&mut db, bag, ore, 25.0).unwrap();
        }
        let _ = db.flush().unwrap();
        Self::found(db)
    }

    fn found(db: Database<World>) -> Self {
        let item = |name| Item::find_by_internal_name(&db, name).unwrap().key();
        Self {
            ore: item("ore"),
            plate: item("plate"),
            bags: db.inventories.iter_by_id().map(|(key, _)| key).collect(),
            db,
        }
    }

    fn nth(&self, bag: usize, nth: usize) -> InventoryEntryKey {
        let mut keys = self
            .db
            .get(self.bags[bag])
            .unwrap()
            .inventory_entries()
            .keys();
        keys.nth(nth).unwrap_or_default() // a key that finds nothing
    }

    fn run(world: &mut World, goods: &Goods<'_>, op: &Op) -> Result<(), InventoryError> {
        let nth = |world: &World, bag: usize, nth: usize| {
            let mut keys = world
                .get(goods.bags[bag])
                .unwrap()
                .inventory_entries()
                .keys();
            keys.nth(nth).unwrap_or_default()
        };
        match op {
            Op::Transfer {
                from,
                nth: n_th,
                n,
                to,
            } => {
                let entry = nth(world, *from, *n_th);
                inventory::transfer(world, entry, *n, goods.bags[*to])?;
            }
            Op::Split { bag, nth: n_th, n } => {
                let entry = nth(world, *bag, *n_th);
                inventory::split(world, entry, *n)?;
            }
            Op::Craft { bag, n } => inventory::craft(world, goods.bags[*bag], goods.plate, *n)?,
            Op::Give {
                from,
                nth: n_th,
                to,
            } => {
                let entry = nth(world, *from, *n_th);
                world.get_mut(entry)?.set_inventory(goods.bags[*to])?;
            }
            Op::All(ops, end) => world.transaction(|world| {
                for op in ops {
                    // A refused operation changes nothing, and the others continue.
                    let _ = Self::run(world, goods, op);
                }
                match end {
                    End::Commit => Ok(()),
                    End::Error => Err(InventoryError::from(
                        world.remove(InventoryKey::null()).unwrap_err(),
                    )),
                    End::Panic => std::panic::resume_unwind(Box::new("in the middle")),
                }
            })?,
        }
        Ok(())
    }

    fn mass(&self) -> f64 {
        let entries = self.db.inventory_entries.iter();
        entries
            .map(|(_, entry)| entry.quantity * if entry.item == self.plate { RATIO } else { 1.0 })
            .sum()
    }
}

struct Goods<'g> {
    bags: &'g [InventoryKey],
    plate: ItemKey,
}

fn mass_in(path: &Path) -> f64 {
    let sql = "SELECT sum(quantity * iif(internal_name = 'plate', ?1, 1))
        FROM inventory_entries JOIN items ON items.id = item_id";
    let connection = Connection::open(path).unwrap();
    connection
        .query_row(sql, [RATIO], |row| row.get(0))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_trades_and_saves_loses_or_doubles_goods(steps in prop::collection::vec(step(), 1..50)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let mut game = Game::new(&path);
        let total = game.mass();
        for step in &steps {
            let cascade = |owned| if owned { SaveScope::Owned } else { SaveScope::Row };
            match *step {
                Step::Do(ref op) => {
                    let Game { db, bags, plate, .. } = &mut game;
                    let goods = Goods { bags, plate: *plate };
                    // A panic has rolled everything back, as an error does.
                    let _ = catch_unwind(AssertUnwindSafe(|| Game::run(db, &goods, op)));
                }
                Step::SaveBag(bag, owned) => {
                    let _ = game.db.save_with(game.bags[bag], cascade(owned)).unwrap();
                }
                Step::SaveStack(bag, nth, owned) => {
                    let entry = game.nth(bag, nth);
                    let _ = game.db.save_with(entry, cascade(owned));
                }
                Step::SaveOwner(bag) => {
                    let owner = game.db.inventory_owners.owner(game.bags[bag]).unwrap();
                    let _ = game.db.save(owner.as_player().unwrap()).unwrap();
                }
                Step::Flush => {
                    let _ = game.db.flush().unwrap();
                }
                Step::Die => {
                    drop(game);
                    game = Game::found(Database::<World>::open(&path).unwrap());
                }
            }
            prop_assert_eq!(game.mass(), total, "in memory, after {:?}", step);
            prop_assert_eq!(mass_in(&path), total, "in the file, after {:?}", step);
            prop_assert_eq!(game.db.check(), [""; 0]);
        }
        prop_assert!(game.db.contains_key(game.ore));
    }
}
