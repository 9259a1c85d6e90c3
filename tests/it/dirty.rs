//! What the dirty sets contain, and when they are cleaned up.

use crate::common::sample::{attribute, fill};
use crate::common::state_of;
use gamedb::codegen::TableId;
use gamedb::codegen::traits::*;
use gamedb::{Error, ErrorKind};
use gamedb_models::{Item, ItemBlueprint, ItemBlueprintComponent, Tables, World};

/// In a loop that inserts and removes rows without a flush, the dirty sets stay proportional to the
/// number of rows.
#[test]
fn rows_that_come_and_go_without_a_flush_leave_nothing_behind() {
    let mut world = World::new();
    assert!(world.attribute_owners.is_empty());
    let sample = fill(&mut world);
    assert!(!world.attribute_owners.is_empty());
    assert_eq!(world.attribute_owners.len(), 3);
    let shown = format!("{:?}", world.attribute_owners);
    assert!(shown.contains("owner: "), "{shown}");
    for n in 0..10_000 {
        let mut ada = world.get_mut(sample.ada).unwrap();
        let key = ada.add_attribute(attribute("short")).unwrap();
        if n % 2 == 0 {
            ada.give_attribute(key, sample.bob).unwrap();
        }
        world.remove(key).unwrap();
    }
    let tables: &Tables = &world;
    for id in (0..).map(TableId).take(Tables::INFO.len()) {
        let table = tables.table(id);
        let n_listed = table.dirty().listed().len();
        assert!(n_listed <= 2 * table.n_rows() + 65, "{}", table.info().name);
        assert_eq!(table.dirty().removed().len(), 0);
    }
    assert_eq!(world.check(), [""; 0]);
}

/// The dirty sets are not cleaned up during a transaction: a rollback may restore removed rows, which
/// have to be in the dirty set then.
#[test]
fn what_a_rollback_brings_back_is_still_listed_as_dirty() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let before = state_of(&world);
    let taken_back: Result<(), Error> = world.transaction(|world| {
        world.remove(sample.luck)?;
        for _ in 0..300 {
            let mut ada = world.get_mut(sample.ada)?;
            let key = ada.add_attribute(attribute("short"))?;
            world.remove(key)?;
        }
        Err(ErrorKind::TransactionOpen.into())
    });
    assert!(taken_back.is_err());
    assert_eq!(world.check(), [""; 0]);
    assert_eq!(state_of(&world), before);
}

/// Regression: each refused removal added the row to the pivot's dirty set once more.
#[test]
fn a_refused_removal_leaves_no_trace_in_the_dirty_sets() {
    let mut world = World::new();
    let item = world.insert(Item::default()).unwrap();
    let item_blueprint = world.insert(ItemBlueprint::default()).unwrap();
    let component = ItemBlueprintComponent {
        item_blueprint,
        component_item: item,
        ..ItemBlueprintComponent::default()
    };
    world.insert(component).unwrap();
    let mut owner = world.get_mut(item).unwrap();
    owner.add_attribute(attribute("volume")).unwrap();
    let before = world.n_dirty();
    for _ in 0..100 {
        let refused = world.remove(item);
        assert!(matches!(
            refused.map_err(Error::into_kind),
            Err(ErrorKind::StillReferenced { .. })
        ));
    }
    assert_eq!(world.n_dirty(), before);
    assert_eq!(world.check(), [""; 0]);
}
