//! Rollback in memory, and operations that are refused. A world after a rollback cannot be distinguished
//! from the world before: the same keys, dirty flags, next ids and order.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::common::sample::{
    Sample, Start, ada, attribute, double, fill, inventory, item, mobile, player,
};
use crate::common::{contents_of, state_of};
use gamedb::{Error, ErrorKind, NewOrKept};
use gamedb_models::{InventoryEntry, Item, Mobile, MobileItem, Player, PlayerKey, World};

type Operation = fn(&mut World, &Sample) -> Result<(), Error>;

/// One operation of each kind, in an order in which all succeed.
const OPERATIONS: &[(&str, Operation)] = &[
    ("insert", |world, _| world.insert(player(10)).map(|_| ())),
    ("set", |world, it| {
        world.get_mut(it.ada)?.set_full_name("changed");
        Ok(())
    }),
    ("set unique", |world, it| {
        world.get_mut(it.bob)?.set_email("changed@example.com")
    }),
    ("set to what was freed", |world, it| {
        world.get_mut(it.ada)?.set_email("2@example.com")
    }),
    ("add", |world, it| {
        world
            .get_mut(it.bob)?
            .add_attribute(attribute("new"))
            .map(|_| ())
    }),
    ("add inventory", |world, it| {
        world
            .get_mut(it.pet)?
            .add_inventory(inventory("new"))
            .map(|_| ())
    }),
    ("give", |world, it| {
        world.get_mut(it.ada)?.give_attribute(it.luck, it.pet)
    }),
    ("give back and on", |world, it| {
        world.get_mut(it.pet)?.give_attribute(it.luck, it.ada)?;
        world.get_mut(it.ada)?.give_attribute(it.luck, it.iron)
    }),
    ("replace", |world, it| {
        let rows = [NewOrKept::New(double("a", 1.0)), NewOrKept::Kept(it.luck)];
        world.get_mut(it.iron)?.set_attributes(rows).map(|_| ())
    }),
    ("set value", |world, it| {
        let value = gamedb_models::AttributeValue::Asset(5);
        world.get_mut(it.strength)?.set_value(value)
    }),
    ("orphan", |world, it| {
        let row = MobileItem {
            mobile: it.pet,
            item: it.iron,
            ..MobileItem::default()
        };
        let key = world.insert(row)?;
        world.get_mut(it.entry)?.set_mobile_item(Some(key))?;
        world.remove(key)
    }),
    ("move", |world, it| {
        let bag = world.get_mut(it.bob)?.add_inventory(inventory("other"))?;
        world.get_mut(it.entry)?.set_inventory(bag)
    }),
    ("set owner", |world, it| {
        world.get_mut(it.avatar)?.set_owner(None)?;
        let new = Mobile {
            owner: Some(it.ada.into()),
            ..mobile(9)
        };
        world.insert(new).map(|_| ())
    }),
    ("remove owned", |world, it| {
        world.get_mut(it.avatar)?.remove_attribute(it.strength)
    }),
    ("remove with all", |world, it| world.remove(it.bob)),
    ("remove new", |world, _| {
        let key = Player::find_by_email(world, "10@example.com")
            .unwrap()
            .key();
        world.remove(key)
    }),
    ("remove the rest", |world, it| {
        world.remove(it.ada)?;
        world.remove(it.iron)
    }),
    ("insert after all", |world, _| {
        for n in 0..5 {
            world.insert(player(n))?;
            world.insert(item(n))?;
        }
        Ok(())
    }),
];

/// Runs `body` on each initial world, and expects it to have changed nothing.
fn changes_nothing(what: &str, body: impl Fn(&mut World, &Sample)) {
    for start in Start::ALL {
        let (file, mut db, sample) = start.file();
        let before = state_of(&db);
        body(&mut db, &sample);
        assert_eq!(state_of(&db), before, "{what}, {start:?}");
        assert_eq!(db.check(), [""; 0], "{what}, {start:?}");
        // The same again, to check that no state is left over; and the world can still be flushed.
        body(&mut db, &sample);
        assert_eq!(state_of(&db), before, "{what}, {start:?}");
        file.reopen(db);
    }
}

fn run(world: &mut World, sample: &Sample, operations: &[(&str, Operation)]) {
    for (name, operation) in operations {
        operation(world, sample).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn all_operations_succeed_and_leave_a_true_world() {
    for start in Start::ALL {
        let (file, mut db, sample) = start.file();
        for operation in OPERATIONS {
            run(&mut db, &sample, &[*operation]);
            assert_eq!(db.check(), [""; 0], "{}", operation.0);
        }
        file.reopen(db);
    }
}

#[test]
fn an_error_after_each_operation_takes_all_back() {
    for n in 1..=OPERATIONS.len() {
        changes_nothing(OPERATIONS[n - 1].0, |world, sample| {
            let result = world.transaction(|world| {
                run(world, sample, &OPERATIONS[..n]);
                Err::<(), _>("no")
            });
            assert_eq!(result, Err("no"));
        });
    }
}

#[test]
fn a_panic_after_each_operation_takes_all_back_and_goes_on() {
    for n in 1..=OPERATIONS.len() {
        changes_nothing(OPERATIONS[n - 1].0, |world, sample| {
            let body = AssertUnwindSafe(|| {
                world.transaction(|world| -> Result<(), Error> {
                    run(world, sample, &OPERATIONS[..n]);
                    std::panic::resume_unwind(Box::new("on purpose"));
                })
            });
            let panic = catch_unwind(body).unwrap_err();
            assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
        });
    }
}

#[test]
fn rolling_back_and_dropping_take_all_back() {
    changes_nothing("rollback", |world, sample| {
        let mut transaction = world.begin();
        run(&mut transaction, sample, OPERATIONS);
        transaction.rollback();
        let mut transaction = world.begin();
        run(&mut transaction, sample, OPERATIONS);
    });
}

#[test]
fn an_outer_rollback_takes_back_inner_commits() {
    changes_nothing("outer rollback", |world, sample| {
        let mut outer = world.begin();
        for operation in OPERATIONS {
            let mut inner = outer.begin();
            run(&mut inner, sample, &[*operation]);
            inner.commit();
        }
        outer.rollback();
    });
}

#[test]
fn an_inner_rollback_takes_back_its_own_steps_alone() {
    for (n, (name, _)) in OPERATIONS.iter().enumerate() {
        let (first, second) = OPERATIONS.split_at(n);
        // The inner transaction fails and the outer one continues, as if there had been no inner one.
        let (file, mut db, sample) = Start::Dirty.file();
        let result = db.transaction(|world| {
            run(world, &sample, first);
            let before = contents_of(world);
            let inner = world.transaction(|world| {
                run(world, &sample, second);
                Err::<(), _>("no")
            });
            assert_eq!(inner, Err("no"));
            assert_eq!(contents_of(world), before);
            run(world, &sample, second);
            Ok::<_, Error>(())
        });
        result.unwrap();
        assert_eq!(db.check(), [""; 0]);
        let db = file.reopen(db);
        let (_file, mut straight, sample) = Start::Dirty.file();
        run(&mut straight, &sample, OPERATIONS);
        assert_eq!(contents_of(&db), contents_of(&straight), "{name}");
    }
}

#[test]
fn a_panic_in_a_savepoint_that_is_caught_leaves_the_outer_transaction() {
    let (file, mut db, sample) = Start::Clean.file();
    db.transaction(|world| {
        world.get_mut(sample.ada)?.set_full_name("outer");
        let inner = catch_unwind(AssertUnwindSafe(|| {
            world.transaction(|world| -> Result<(), Error> {
                run(world, &sample, OPERATIONS);
                std::panic::resume_unwind(Box::new(()));
            })
        }));
        assert!(inner.is_err());
        Ok::<_, Error>(())
    })
    .unwrap();
    assert_eq!(db.n_dirty(), 1);
    assert_eq!(db.get(sample.ada).unwrap().full_name, "outer");
    file.reopen(db);
}

#[test]
fn keys_are_the_same_after_rolling_back_and_stale_ones_stay_stale() {
    let (_file, mut db, sample) = Start::Clean.file();
    let mut seen = None;
    let _ = db.transaction(|world| {
        let key = world.insert(player(50))?;
        seen = Some(key);
        world.remove(sample.ada)?;
        assert!(!world.contains_key(sample.ada) && !world.contains_key(sample.luck));
        assert!(Player::find_by_email(world, "1@example.com").is_none());
        Err::<(), Error>(ErrorKind::IdExhausted { table: "" }.into())
    });
    let seen = seen.unwrap();
    assert!(db.contains_key(sample.ada) && db.contains_key(sample.luck));
    assert_eq!(ada(&db), sample.ada);
    // The next row has the same id, and another key.
    let new = db.insert(player(51)).unwrap();
    assert!(!db.contains_key(seen));
    assert_ne!(new, seen);
    assert_eq!(db.id(new).unwrap().get(), 3);
}

/// An operation that is refused; the last argument is a stale key.
type Refused = fn(&mut World, &Sample, PlayerKey) -> Error;

/// One operation for each reason of a refusal.
const REFUSED_OPERATIONS: &[(&str, Refused)] = &[
    ("insert, not unique", |world, _, _| {
        world.insert(player(2)).unwrap_err()
    }),
    ("insert, no such row", |world, _, stale| {
        let row = Mobile {
            owner: Some(stale.into()),
            ..mobile(5)
        };
        world.insert(row).unwrap_err()
    }),
    ("insert, avatar taken", |world, it, _| {
        let row = Mobile {
            owner: Some(it.ada.into()),
            ..mobile(5)
        };
        world.insert(row).unwrap_err()
    }),
    ("insert, NaN", |world, it, _| {
        let entry = InventoryEntry {
            quantity: f64::NAN,
            ..world.get(it.entry).unwrap().row().clone()
        };
        world.insert(entry).unwrap_err()
    }),
    ("add, NaN", |world, it, _| {
        world
            .get_mut(it.ada)
            .unwrap()
            .add_attribute(double("x", f64::NAN))
            .unwrap_err()
    }),
    ("set, not unique", |world, it, _| {
        world
            .get_mut(it.ada)
            .unwrap()
            .set_email("2@example.com")
            .unwrap_err()
    }),
    ("set, avatar taken", |world, it, _| {
        world
            .get_mut(it.pet)
            .unwrap()
            .set_owner(Some(it.ada.into()))
            .unwrap_err()
    }),
    ("set, no such row", |world, it, stale| {
        world
            .get_mut(it.pet)
            .unwrap()
            .set_owner(Some(stale.into()))
            .unwrap_err()
    }),
    ("remove, still referenced", |world, it, _| {
        world.remove(it.iron).unwrap_err()
    }),
    ("remove, stale", |world, _, stale| {
        world.remove(stale).unwrap_err()
    }),
    ("give to nobody", |world, it, stale| {
        world
            .get_mut(it.ada)
            .unwrap()
            .give_attribute(it.luck, stale)
            .unwrap_err()
    }),
    ("replace, NaN at the end", |world, it, _| {
        let rows = [
            attribute("x"),
            double("y", f64::INFINITY),
            double("z", f64::NAN),
        ];
        world
            .get_mut(it.ada)
            .unwrap()
            .set_attributes(rows)
            .unwrap_err()
    }),
];

#[test]
fn a_failed_operation_changes_nothing_and_uses_no_id() {
    let stale = {
        let mut world = World::new();
        let _ = fill(&mut world);
        world.insert(player(3)).unwrap()
    };
    for (name, operation) in REFUSED_OPERATIONS {
        changes_nothing(name, |world, sample| {
            operation(world, sample, stale);
        });
    }
    assert_eq!(World::new().n_rows::<Item>(), 0);
}
