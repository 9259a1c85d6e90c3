//! What a removal would take along, compared with removals that are carried out and rolled back: in the game's world,
//! and in random worlds of rows that name each other by value or lie in each other.

#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../../generate/tests/cases/emit_by_value/models.rs"]
mod by_value;
#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../../generate/tests/cases/emit_nests/models.rs"]
mod nests;

use std::collections::{BTreeMap, BTreeSet};

use gamedb::codegen::{Entity, Tables};
use gamedb::{Database, Error, ErrorKind, Key, Value, World};
use gamedb_inspect::Inspected;
use gamedb_models::{
    Attribute, Inventory, InventoryEntry, Item, ItemBlueprint, ItemBlueprintComponent, Mobile,
    Player,
};
use serde_json::Value as Json;

use crate::common::{sample, show};

/// Ids and values of all rows, by table.
type Contents = BTreeMap<&'static str, BTreeMap<i64, Vec<String>>>;

fn contents<T: Tables>(world: &World<T>) -> Contents {
    let tables = world.untyped_tables().map(|table| {
        let columns = 0..table.info().columns.len();
        let rows = table.rows_from(i64::MIN).map(|row| {
            let values = columns
                .clone()
                .map(|column| match row.value(column).as_value() {
                    Value::Null => String::new(),
                    other => other.to_string(),
                });
            (row.id(), values.collect())
        });
        (table.info().name, rows.collect())
    });
    tables.collect()
}

/// What really happens: the removed rows of each table and the number of changed ones, or a refusal.
#[derive(Debug, PartialEq)]
struct Outcome {
    is_refused: bool,
    removed: BTreeMap<String, usize>,
    set_null: BTreeSet<(String, i64)>,
}

fn outcome<T: Tables>(
    world: &mut World<T>,
    before: &Contents,
    remove: impl FnOnce(&mut World<T>) -> Result<(), Error>,
) -> Outcome {
    let mut after = None;
    let rolled_back: Result<(), Error> = world.transaction(|world| {
        remove(world)?;
        after = Some(contents(world));
        Err(ErrorKind::TransactionOpen.into())
    });
    assert!(rolled_back.is_err());
    assert_eq!(contents(world), *before);
    let mut found = Outcome {
        is_refused: after.is_none(),
        removed: BTreeMap::new(),
        set_null: BTreeSet::new(),
    };
    for (name, rows) in after.iter().flatten() {
        for (id, values) in &before[name] {
            match rows.get(id) {
                None => *found.removed.entry((*name).to_owned()).or_default() += 1,
                Some(now) if now != values => {
                    found.set_null.insert(((*name).to_owned(), *id));
                }
                Some(_) => {}
            }
        }
    }
    found
}

fn previewed(preview: &Json, names: &[String]) -> Outcome {
    assert!(preview["is_done"].as_bool().unwrap() && !preview["is_cut"].as_bool().unwrap());
    let name =
        |json: &Json| names[usize::try_from(json["table"].as_u64().unwrap()).unwrap()].clone();
    let is_refused = preview["n_refusing"] != 0;
    let removed = preview["removed"].as_array().unwrap().iter();
    let set_null = preview["set_null"].as_array().unwrap();
    assert_eq!(preview["n_set_null"], set_null.len());
    let set_null = set_null.iter().map(|held| {
        (
            name(&held["place"]),
            held["place"]["id"].as_str().unwrap().parse().unwrap(),
        )
    });
    if is_refused {
        return Outcome {
            is_refused,
            removed: BTreeMap::new(),
            set_null: BTreeSet::new(),
        };
    }
    Outcome {
        is_refused,
        removed: removed
            .map(|rows| {
                (
                    name(rows),
                    usize::try_from(rows["n_rows"].as_u64().unwrap()).unwrap(),
                )
            })
            .collect(),
        set_null: set_null.collect(),
    }
}

/// What the removal of each row does, by table and id.
type Outcomes = BTreeMap<(&'static str, i64), Outcome>;

macro_rules! outcomes {
    ($db:expr, $($entity:ty)*) => {{
        let before = contents(&$db);
        let mut wanted = Outcomes::new();
        $(
            let keys: Vec<_> = $db.iter::<$entity>().map(|(key, _)| key).collect();
            for key in keys {
                let id = $db.id(key).unwrap().get();
                let found = outcome(&mut $db, &before, |world| world.remove(key));
                wanted.insert((<$entity as gamedb::codegen::Row>::INFO.name, id), found);
            }
        )*
        wanted
    }};
}

fn assert_previewed(world: &impl Inspected, wanted: &Outcomes) {
    show(world, |page| {
        let schema = page.ask("schema");
        let tables = schema["tables"].as_array().unwrap().iter();
        let names: Vec<String> = tables
            .map(|table| table["name"].as_str().unwrap().to_owned())
            .collect();
        for ((name, id), wanted) in wanted {
            let table = names.iter().position(|other| other == name).unwrap();
            let (preview, _) = page.ask_to_the_end(&format!("removal?table={table}&at={id}"));
            assert_eq!(
                previewed(&preview, &names),
                *wanted,
                "{name} {id}: {preview}"
            );
        }
    });
}

#[test]
fn a_preview_is_what_a_removal_does() {
    let mut sample = sample(12);
    let wanted = outcomes!(
        sample.db,
        Player Mobile Item Attribute Inventory InventoryEntry ItemBlueprint ItemBlueprintComponent
    );
    assert!(wanted.values().any(|found| found.is_refused));
    assert!(wanted.values().any(|found| !found.set_null.is_empty()));
    assert!(wanted.values().any(|found| found.removed.len() >= 6));
    assert_previewed(&sample.db, &wanted);
}

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        // A step of Knuth's generator; its upper bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn number(&mut self, end: usize) -> i64 {
        i64::try_from(self.below(end)).unwrap()
    }

    fn name(&mut self) -> String {
        format!("n{}", self.below(7))
    }

    fn maybe<V>(&mut self, value: impl FnOnce(&mut Self) -> V) -> Option<V> {
        (self.below(3) > 0).then(|| value(self))
    }

    fn row<E: Entity>(&mut self, world: &World<E::Tables>) -> Option<Key<E>> {
        let keys: Vec<_> = world.iter::<E>().map(|(key, _)| key).collect();
        (!keys.is_empty()).then(|| keys[self.below(keys.len())])
    }
}

/// Adds a row of any table; it may be refused.
fn add_by_value(world: &mut by_value::World, random: &mut Numbers) -> Result<(), Error> {
    use by_value::{Guild, Hero, Item, Member, Pet, Player, Rank, Shape};
    match random.below(8) {
        0 => world
            .insert(Player {
                name: random.name(),
                invited_by: random.maybe(Numbers::name),
                ..Player::default()
            })
            .map(drop),
        1 => world
            .insert(Guild {
                leader: random.name(),
            })
            .map(drop),
        2 => match random.row(world) {
            Some(guild) => world
                .insert(Rank {
                    guild,
                    no: random.number(3),
                })
                .map(drop),
            None => Ok(()),
        },
        3 => {
            let guild = random.row(world).filter(|_| random.below(4) > 0);
            let rank_no = random.maybe(|random| random.number(3));
            world
                .insert(Member {
                    player: random.name(),
                    guild,
                    rank_no,
                })
                .map(drop)
        }
        4 => world
            .insert(Shape {
                kind: random.name(),
                size: random.maybe(|random| random.number(3)),
            })
            .map(drop),
        5 => {
            let within = random.row(world).filter(|_| random.below(2) > 0);
            world
                .insert(Item {
                    owner_name: random.maybe(Numbers::name),
                    maker: random.maybe(Numbers::name).filter(|_| random.below(3) == 0),
                    within,
                    kind: random.name(),
                    size: random.maybe(|random| random.number(3)),
                })
                .map(drop)
        }
        6 => world
            .insert(Hero {
                name: random.name(),
                pet: random.maybe(Numbers::name),
            })
            .map(drop),
        _ => world
            .insert(Pet {
                name: random.maybe(Numbers::name),
                master: random.maybe(Numbers::name),
            })
            .map(drop),
    }
}

#[test]
fn a_preview_follows_keys_by_value() {
    let (mut n_refused, mut n_null, mut n_tables) = (0, 0, 0);
    for seed in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let mut db = Database::<by_value::World>::open(folder.path().join("world.db")).unwrap();
        let mut random = Numbers(seed);
        for _ in 0..120 {
            // What is refused is left out.
            let _ = add_by_value(&mut db, &mut random);
        }
        // Cycles of names need rows that are there.
        for _ in 0..8 {
            let (hero, pet) = (random.row::<by_value::Hero>(&db), random.name());
            if let Some(hero) = hero {
                let _ = db.get_mut(hero).unwrap().set_pet(Some(pet));
            }
        }
        assert_eq!(db.check(), [""; 0]);
        let wanted = {
            use by_value::{Guild, Hero, Item, Member, Pet, Player, Rank, Shape};
            outcomes!(db, Player Guild Rank Member Shape Item Hero Pet)
        };
        n_refused += wanted.values().filter(|found| found.is_refused).count();
        n_null += wanted
            .values()
            .map(|found| found.set_null.len())
            .sum::<usize>();
        n_tables += wanted
            .values()
            .filter(|found| found.removed.len() > 1)
            .count();
        assert_previewed(&db, &wanted);
        #[cfg(feature = "file")]
        if seed % 3 == 0 {
            db.flush().unwrap();
            assert_previewed(
                &gamedb_inspect::WorldFile::open(db.path()).unwrap(),
                &wanted,
            );
        }
        db.discard();
    }
    assert!(
        n_refused > 20 && n_null > 20 && n_tables > 5,
        "{n_refused} {n_null} {n_tables}"
    );
}

#[test]
fn a_preview_follows_nests() {
    use nests::{BoxRow, Item, Player};
    let (mut n_refused, mut most) = (0, 0);
    for seed in 0..6 {
        let folder = tempfile::tempdir().unwrap();
        let mut db = Database::<nests::World>::open(folder.path().join("world.db")).unwrap();
        let mut random = Numbers(seed);
        let players = ["Ada", "Bob"].map(|name| db.insert(Player { name: name.into() }).unwrap());
        for n in 0..25 {
            let player = players[random.below(2)];
            let (pid, sid) = (random.number(20), 11 + n);
            let item = Item {
                player,
                pid,
                sid,
                ..Item::default()
            };
            let _ = db.insert(item);
            let within = random.row::<Item>(&db);
            if let (Some(item), Some(within)) = (random.row::<Item>(&db), within) {
                let _ = db.put_into(item, within);
            }
            let _ = db.insert(BoxRow {
                depot: random.name(),
                lies_in: random.number(6) - 1,
                number: random.number(6) - 1,
            });
        }
        assert_eq!(db.check(), [""; 0]);
        let wanted = outcomes!(db, Player Item BoxRow);
        n_refused += wanted.values().filter(|found| found.is_refused).count();
        let sizes = wanted
            .iter()
            .filter(|((table, _), _)| *table == "player_items");
        let sizes = sizes.map(|(_, found)| found.removed.values().sum::<usize>());
        most = sizes.max().unwrap_or(0).max(most);
        assert_previewed(&db, &wanted);
        db.discard();
    }
    assert!(n_refused > 3 && most > 4, "{n_refused} {most}");
}

/// What a row names by value is on its page, and so is who names it.
#[test]
fn keys_by_value_are_on_the_page_of_a_row() {
    use by_value::{Member, Player};
    let folder = tempfile::tempdir().unwrap();
    let mut db = Database::<by_value::World>::open(folder.path().join("world.db")).unwrap();
    for (name, invited_by) in [("Ada", None), ("Bob", Some("Ada".to_owned()))] {
        let name = name.to_owned();
        db.insert(Player {
            name,
            invited_by,
            ..Player::default()
        })
        .unwrap();
    }
    let player = "Bob".to_owned();
    db.insert(Member {
        player,
        ..Member::default()
    })
    .unwrap();
    db.flush().unwrap();
    let look = |page: &crate::common::Page| {
        let (players, members) = (
            crate::common::table(page, "players"),
            crate::common::table(page, "members"),
        );
        let bob = page.ask(&format!("row?table={players}&at=2"));
        assert_eq!(bob["targets_by_value"][0]["id"], "1", "{bob}");
        assert_eq!(
            bob["naming"][0]["rows"][0]["place"]["table"], members,
            "{bob}"
        );
        let ada = page.ask(&format!("row?table={players}&at=1"));
        assert!(ada["targets_by_value"][0].is_null(), "{ada}");
        assert_eq!(ada["naming"][0]["on_removal"], "set_null", "{ada}");
        assert_eq!(ada["naming"][0]["rows"][0]["place"]["id"], "2", "{ada}");
        let member = page.ask(&format!("row?table={members}&at=1"));
        assert_eq!(member["targets_by_value"][0]["id"], "2", "{member}");
        assert!(member["targets_by_value"][1].is_null(), "{member}");
    };
    show(&db, look);
    #[cfg(feature = "file")]
    show(&gamedb_inspect::WorldFile::open(db.path()).unwrap(), look);
}

/// A pivot's row is removed with the row that it is about.
#[test]
fn the_removal_of_a_pivots_row_is_that_of_the_owned_row() {
    let sample = sample(2);
    show(&sample.db, |page| {
        let attributes = crate::common::table(page, "attributes");
        let pivot = crate::common::table(page, "attribute_owners");
        let (by_row, _) = page.ask_to_the_end(&format!("removal?table={attributes}&at=2"));
        let (by_pivot, _) = page.ask_to_the_end(&format!("removal?table={pivot}&at=2"));
        assert_eq!(by_row, by_pivot);
        assert_eq!(by_row["n_removed"], 2);
    });
}
