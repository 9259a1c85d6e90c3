//! The complete state of a world, in a form that can be compared.

use std::collections::BTreeMap;

use gamedb::codegen::traits::*;
use gamedb::codegen::{DynTable, Entity, RawKey, Table, Value};
use gamedb_models::{
    Attribute, Inventory, InventoryEntry, Item, ItemBlueprint, ItemBlueprintComponent, Mobile,
    MobileItem, MobileItemAttribute, MobileItemBlueprint, MobileItemBlueprintComponent, Player,
    Tables, World,
};

use super::Contents;

/// A whole world with its keys, dirty flags and next ids.
pub(crate) type State = BTreeMap<&'static str, TableState>;

#[derive(Debug, PartialEq)]
pub(crate) struct TableState {
    rows: BTreeMap<i64, RowState>,
    removed: Vec<i64>,
    next_id: Option<i64>,
}

#[derive(Debug, PartialEq)]
struct RowState {
    key: RawKey,
    is_new: bool,
    is_dirty: bool,
    dirty_columns: String,
    columns: Vec<String>,
}

/// The contents of a world, in the format of [`super::TestFile::contents`].
pub(crate) fn contents_of(world: &World) -> Contents {
    let mut contents = Contents::new();
    for (table, state) in state_of(world) {
        let rows = state.rows.into_iter().map(|(id, row)| (id, row.columns));
        contents.insert(table.to_owned(), rows.collect());
    }
    contents
}

/// The complete state of a world. Two worlds with the same state cannot be distinguished.
pub(crate) fn state_of(world: &World) -> State {
    let mut state = State::new();
    macro_rules! entities {
        ($($entity:ty)*) => {$(
            state.insert(<$entity>::INFO.name, entity_state::<$entity>(world));
        )*};
    }
    entities! {
        Player Mobile Item Attribute Inventory InventoryEntry ItemBlueprint ItemBlueprintComponent
        MobileItem MobileItemAttribute MobileItemBlueprint MobileItemBlueprintComponent
    }
    let tables: &Tables = world;
    let attribute_owner = |key| {
        let row = tables
            .attribute_owners
            .of(gamedb::Key::from_raw(key))
            .unwrap();
        let owner = row.owner;
        vec![
            tables.attributes.id(row.attribute).unwrap().to_string(),
            or_null(owner.as_mobile().map(|key| tables.mobiles.id(key).unwrap())),
            or_null(owner.as_item().map(|key| tables.items.id(key).unwrap())),
            or_null(owner.as_asset()),
            or_null(owner.as_player().map(|key| tables.players.id(key).unwrap())),
        ]
    };
    let attribute_owners =
        table_state(&tables.attribute_owners, |_| String::new(), attribute_owner);
    state.insert("attribute_owners", attribute_owners);
    let inventory_owner = |key| {
        let row = tables
            .inventory_owners
            .of(gamedb::Key::from_raw(key))
            .unwrap();
        let owner = row.owner;
        vec![
            tables.inventories.id(row.inventory).unwrap().to_string(),
            or_null(owner.as_mobile().map(|key| tables.mobiles.id(key).unwrap())),
            or_null(owner.as_item().map(|key| tables.items.id(key).unwrap())),
            "NULL".into(),
            or_null(owner.as_player().map(|key| tables.players.id(key).unwrap())),
        ]
    };
    let inventory_owners =
        table_state(&tables.inventory_owners, |_| String::new(), inventory_owner);
    state.insert("inventory_owners", inventory_owners);
    assert_eq!(state.len(), Tables::INFO.len());
    state
}

fn or_null(id: Option<impl std::fmt::Display>) -> String {
    id.map_or_else(|| "NULL".into(), |id| id.to_string())
}

fn entity_state<E: Entity<Tables = Tables>>(world: &World) -> TableState {
    let table: &Table<E> = E::table(world);
    let dirty = |key| format!("{:?}", table.dirty_columns(gamedb::Key::from_raw(key)));
    table_state(table, dirty, |key| {
        let row = table.get(gamedb::Key::from_raw(key)).unwrap();
        let value = |column| match row.value(column, world).as_value() {
            // SQLite drops the sign of zero.
            Value::Real(real) => Value::Real(real + 0.0).to_string(),
            Value::Text(text) => super::quoted(text),
            other => other.to_string(),
        };
        (0..E::INFO.columns.len()).map(value).collect()
    })
}

fn table_state(
    table: &dyn DynTable<Tables>,
    dirty_columns: impl Fn(RawKey) -> String,
    columns: impl Fn(RawKey) -> Vec<String>,
) -> TableState {
    let row = |(id, key)| {
        let row = RowState {
            key,
            is_new: table.is_new_row(key),
            is_dirty: table.is_dirty_row(key),
            dirty_columns: dirty_columns(key),
            columns: columns(key),
        };
        (id, row)
    };
    let removed = table.dirty().removed().iter();
    let mut removed: Vec<_> = removed.map(|tombstone| tombstone.id).collect();
    removed.sort_unstable();
    TableState {
        rows: table.rows_by_id().map(row).collect(),
        removed,
        next_id: table.counter().next(),
    }
}
