//! Comparing the world with the model.

use std::collections::{BTreeMap, BTreeSet};

use gamedb::Key;
use gamedb::codegen::traits::*;
use gamedb::codegen::{DynTable, Parent, PivotRow, RawKey, StoredPivot, TableId};
use gamedb_models::{Attribute, Inventory, Item, Player, Tables, World};

use crate::naive::{Naive, Row, RowId};
use crate::rows::{SeenCell, Typed, TypedOwned, with_entity};
use crate::schema::{REFERENCES, TABLES, Table};
use crate::value::Cell;

/// The expected state of a world.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) memory: &'a Naive,
    /// `None` for a mirror, which has no file and assigns no ids.
    pub(crate) file: Option<InFile<'a>>,
}

/// The expected contents of the file.
#[derive(Clone, Copy)]
pub(crate) struct InFile<'a> {
    pub(crate) rows: &'a Naive,
    /// Whether the model predicts the dirty columns exactly. After a save it does not: then they are a
    /// subset of the changed columns, and a superset of those that differ from the file.
    pub(crate) is_exact: bool,
}

/// A type-erased table.
pub(crate) fn any_table(world: &World, table: Table) -> &dyn DynTable<Tables> {
    let tables: &Tables = world;
    tables.table(TableId(u16::try_from(table.n()).unwrap()))
}

/// Panics where world and model differ: rows, columns, dirty flags, tombstones, next ids, indexes and
/// order.
pub(crate) fn compare(world: &World, expected: Expected<'_>) {
    for table in TABLES {
        let rows = with_entity!(
            table,
            E => entity_rows::<E>(world, expected),
            else match table {
                Table::AttributeOwners => pivot_rows::<Attribute>(world, expected, table),
                _ => pivot_rows::<Inventory>(world, expected, table),
            }
        );
        let ids = expected.memory.rows(table).keys().copied();
        assert!(ids.eq(rows), "rows of {table:?}: {world:?}");
        if let Some(file) = expected.file {
            let next = expected.memory.next_id[table.n()];
            let next = (next < i64::MAX).then_some(next);
            assert_eq!(
                any_table(world, table).counter().next(),
                next,
                "next id of {table:?}"
            );
            compare_removed(world, table, expected.memory, file);
        }
    }
    compare_references(world, expected.memory);
    compare_finders(world, expected.memory);
    compare_owners::<Attribute>(world, expected.memory);
    compare_owners::<Inventory>(world, expected.memory);
    if expected.file.is_some_and(|file| file.is_exact) {
        assert_eq!(world.n_dirty(), expected.memory.pending());
    }
    assert_eq!(world.len(), expected.memory.n_rows());
}

/// Compares the rows of a table, and returns their ids.
fn entity_rows<E: Typed>(world: &World, expected: Expected<'_>) -> Vec<i64> {
    let mut ids = Vec::new();
    for (key, row) in E::table(world).iter_by_id() {
        let id = world.id(key).unwrap().get();
        assert_eq!(world.key(gamedb::Id::new(id)), Some(key));
        let is_new = any_table(world, E::AT).is_new_row(key.raw());
        let dirty = if is_new {
            0
        } else {
            E::dirty_columns(world, key)
        };
        compare_row((E::AT, id), &row.see(world), is_new, dirty, expected);
        ids.push(id);
    }
    assert_eq!(ids.len(), world.n_rows::<E>());
    ids
}

fn pivot_rows<E: TypedOwned>(world: &World, expected: Expected<'_>, at: Table) -> Vec<i64> {
    let table: &dyn DynTable<Tables> = E::Pivot::table(world);
    let columns = E::Pivot::INFO.foreign_keys.iter().enumerate().skip(1);
    let mut ids = Vec::new();
    for (id, key) in table.rows_by_id() {
        let owned: Key<E> = Key::from_raw(key);
        let owner = E::Pivot::table(world).owner(owned).unwrap();
        let owned = world
            .id(owned)
            .map_or(SeenCell::Dangling, |id| SeenCell::Int(id.get()));
        let mut seen = vec![owned];
        seen.extend(E::see_owner(world, owner));
        let moved = columns.clone().filter(|(n, _)| table.has_moved(*n, key));
        let dirty = moved.fold(0, |dirty, (_, foreign_key)| dirty | 1 << foreign_key.column);
        compare_row((at, id), &seen, table.is_new_row(key), dirty, expected);
        ids.push(id);
    }
    ids
}

fn compare_row(id: RowId, seen: &[SeenCell<'_>], is_new: bool, dirty: u32, expected: Expected<'_>) {
    let Some(row) = expected.memory.row(id) else {
        panic!("{id:?} should not exist: {seen:?}")
    };
    // A zero that has changed its sign does not count as changed, so a mirror does not receive it.
    let is_it = |(seen, cell): (&SeenCell<'_>, &Cell)| match expected.file {
        Some(_) => seen.is(cell),
        None => seen.is_about(cell),
    };
    let is_same = seen.len() == row.cells.len() && seen.iter().zip(&row.cells).all(is_it);
    assert!(is_same, "{id:?} is {seen:?}, and should be {row:?}");
    if let Some(file) = expected.file {
        compare_dirty(id, row, is_new, dirty, file);
    }
}

fn compare_dirty(id: RowId, row: &Row, is_new: bool, dirty: u32, file: InFile<'_>) {
    let in_file = file.rows.row(id);
    assert_eq!(is_new, in_file.is_none(), "whether the file has {id:?}");
    let mask =
        |columns: &BTreeSet<usize>| columns.iter().fold(0, |mask, column| mask | 1 << column);
    if file.is_exact {
        let expected = (row.is_new, mask(&row.changed));
        assert_eq!((is_new, dirty), expected, "{id:?} is dirty");
    } else if let Some(in_file) = in_file {
        let least = mask(&differing(row, in_file));
        let most = if row.is_new {
            u32::MAX
        } else {
            mask(&row.changed)
        };
        assert!(
            least & !dirty == 0 && dirty & !most == 0,
            "{id:?} has the dirty columns {dirty:b}; they differ in {least:b}, and were written in {most:b}"
        );
    }
}

/// The columns in which two rows differ.
pub(crate) fn differing(one: &Row, two: &Row) -> BTreeSet<usize> {
    let both = one.cells.iter().zip(&two.cells).enumerate();
    both.filter(|(_, (one, two))| one != two)
        .map(|(column, _)| column)
        .collect()
}

/// The tombstones are exactly the rows that the file has and memory does not.
fn compare_removed(world: &World, table: Table, memory: &Naive, file: InFile<'_>) {
    let removed = any_table(world, table).dirty().removed().iter();
    let mut removed: Vec<_> = removed.map(|tombstone| tombstone.id).collect();
    removed.sort_unstable();
    let in_file = file.rows.rows(table).keys().copied();
    let gone = in_file.filter(|&id| !memory.has((table, id)));
    assert!(
        removed.iter().copied().eq(gone),
        "removed from {table:?}: {removed:?}"
    );
    if file.is_exact {
        assert!(memory.removed[table.n()].iter().eq(&removed), "{removed:?}");
    }
}

/// Compares the rows that reference each row, in id order, through the indexes.
fn compare_references(world: &World, naive: &Naive) {
    for reference in &REFERENCES {
        let (table, target) = (
            any_table(world, reference.table),
            any_table(world, reference.target),
        );
        let foreign_keys = table.info().foreign_keys.iter();
        let place = foreign_keys
            .enumerate()
            .find(|(_, key)| key.column == reference.column);
        let (n, _) = place.unwrap();
        if reference.table.owned() == Some(reference.target) {
            continue; // under the same key
        }
        let mut naming: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (&id, row) in naive.rows(reference.table) {
            if let Cell::Int(named) = row.cells[reference.column] {
                naming.entry(named).or_default().push(id);
            }
        }
        for (id, key) in target.rows_by_id() {
            let children = table.children_of(n, Parent::Row(key));
            let expected = naming.get(&id).map_or(&[][..], Vec::as_slice);
            assert_eq!(children.len(), expected.len());
            let children = children.map(|child| table.id_of(child).unwrap());
            assert!(
                children.eq(expected.iter().copied()),
                "{reference:?} of {id}"
            );
        }
    }
}

/// Compares the rows that have a value, through the value indexes.
fn compare_finders(world: &World, naive: &Naive) {
    for (key, player) in world.iter::<Player>() {
        let found = Player::find_by_email(world, &player.email).unwrap();
        assert_eq!(found.key(), key);
        let name = &player.what_we_call_you;
        let found = Player::find_by_what_we_call_you(world, name);
        let found: Vec<_> = found.map(|(key, _)| world.id(key).unwrap().get()).collect();
        let rows = naive.rows(Table::Players).iter();
        let named = rows.filter(|(_, row)| SeenCell::Text(name).is(&row.cells[1]));
        assert!(
            named.map(|(&id, _)| id).eq(found),
            "players called {name:.99?}"
        );
    }
    for (key, item) in world.iter::<Item>() {
        let found = Item::find_by_internal_name(world, &item.internal_name).unwrap();
        assert_eq!(found.key(), key);
    }
    assert!(Player::find_by_email(world, "nobody's").is_none());
    assert!(Item::find_by_internal_name(world, "nothing's").is_none());
}

/// Compares the rows of each owner, in the order of the pivot's ids, including assets, which are bare
/// ids.
fn compare_owners<E: TypedOwned>(world: &World, naive: &Naive) {
    let pivot = naive.rows(E::AT.pivot().unwrap()).values();
    let owners: BTreeMap<String, [Cell; 4]> = pivot
        .map(|row| <[Cell; 4]>::try_from(&row.cells[1..]).unwrap())
        .map(|owner| (format!("{owner:?}"), owner))
        .collect();
    for owner in owners.into_values() {
        let expected = naive.owned_by(E::AT, owner);
        let first: Key<E> = world.key(gamedb::Id::new(expected[0])).unwrap();
        let key = E::Pivot::table(world).owner(first).unwrap();
        let owned = world
            .owned_by::<E>(key)
            .map(|(key, _)| world.id(key).unwrap().get());
        assert!(owned.eq(expected), "rows of {owner:?}");
    }
}

/// Every row with its key.
pub(crate) fn keys(world: &World) -> impl Iterator<Item = (RowId, RawKey)> {
    TABLES.into_iter().flat_map(|table| {
        let rows = any_table(world, table).rows_by_id();
        rows.map(move |(id, key)| ((table, id), key))
    })
}
