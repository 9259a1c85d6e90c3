//! What a removal would take along, compared with removals that are carried out and rolled back.

use std::collections::{BTreeMap, BTreeSet};

use gamedb::{Error, ErrorKind, Value};
use gamedb_models::{
    Attribute, Inventory, InventoryEntry, Item, ItemBlueprint, ItemBlueprintComponent, Mobile,
    Player, World,
};
use serde_json::Value as Json;

use crate::common::{sample, show};

/// Ids and values of all rows, by table.
type Contents = BTreeMap<&'static str, BTreeMap<i64, Vec<String>>>;

fn contents(world: &World) -> Contents {
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

fn outcome(
    world: &mut World,
    before: &Contents,
    remove: impl FnOnce(&mut World) -> Result<(), Error>,
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

#[test]
fn a_preview_is_what_a_removal_does() {
    let mut sample = sample(12);
    let before = contents(&sample.db);
    let mut wanted = BTreeMap::new();
    macro_rules! remove_each {
        ($($entity:ty => $name:literal)*) => {$(
            let keys: Vec<_> = sample.db.iter::<$entity>().map(|(key, _)| key).collect();
            for key in keys {
                let id = sample.db.id(key).unwrap().get();
                let found = outcome(&mut sample.db, &before, |world| world.remove(key));
                wanted.insert(($name, id), found);
            }
        )*};
    }
    remove_each! {
        Player => "players" Mobile => "mobiles" Item => "items" Attribute => "attributes" Inventory => "inventories"
        InventoryEntry => "inventory_entries" ItemBlueprint => "item_blueprints"
        ItemBlueprintComponent => "item_blueprint_components"
    }
    assert!(wanted.values().any(|found| found.is_refused));
    assert!(wanted.values().any(|found| !found.set_null.is_empty()));
    assert!(wanted.values().any(|found| found.removed.len() >= 6));
    show(&sample.db, |page| {
        let schema = page.ask("schema");
        let tables = schema["tables"].as_array().unwrap().iter();
        let names: Vec<String> = tables
            .map(|table| table["name"].as_str().unwrap().to_owned())
            .collect();
        for ((name, id), wanted) in &wanted {
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
