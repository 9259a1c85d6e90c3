//! Loading a file into a world with indexes and owners, compared with only reading the columns.

mod common;

use std::cell::LazyCell;
use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;

use common::reference::{Files, mobiles};
use common::rows::{
    AttributeRow, MobileRow, OwnerRow, SELECT_ATTRIBUTES, SELECT_MOBILES, SELECT_OWNERS,
};
use common::{criterion, in_turns, time};
use gamedb::Database;
use gamedb_models::World;
use rusqlite::{Connection, Row};
use slotmap::{SecondaryMap, SlotMap, new_key_type};

fn main() {
    let mut criterion = criterion();
    let files = Files::new();
    let paths = LazyCell::new(|| {
        let world = files.world(mobiles());
        ["gamedb", "floor", "hand_written"].map(|name| files.copy(&world, name))
    });
    let path = |n: usize| -> &Path { &paths[n] };
    // The loaded world is dropped untimed.
    in_turns(
        &mut criterion,
        "load",
        10,
        &mut [
            ("gamedb", &mut || {
                let path = path(0);
                time(|| Database::<World>::open(path).expect("opened")).0
            }),
            ("floor", &mut || {
                let path = path(1);
                time(|| floor(path).expect("loaded")).0
            }),
            ("hand_written", &mut || {
                let path = path(2);
                time(|| HandWritten::load(path).expect("loaded")).0
            }),
        ],
    );
    criterion.final_summary();
}

fn rows<R>(
    connection: &Connection,
    sql: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<R>,
    mut see: impl FnMut(R),
) -> rusqlite::Result<()> {
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        see(read(row)?);
    }
    Ok(())
}

/// Reads all rows into vectors: a lower bound.
fn floor(path: &Path) -> rusqlite::Result<(Vec<MobileRow>, Vec<AttributeRow>, Vec<OwnerRow>)> {
    let connection = Connection::open(path)?;
    let (mut mobiles, mut attributes, mut owners) = (Vec::new(), Vec::new(), Vec::new());
    rows(&connection, SELECT_MOBILES, MobileRow::by_value, |row| {
        mobiles.push(row)
    })?;
    rows(
        &connection,
        SELECT_ATTRIBUTES,
        AttributeRow::by_value,
        |row| attributes.push(row),
    )?;
    rows(&connection, SELECT_OWNERS, OwnerRow::by_value, |row| {
        owners.push(row)
    })?;
    Ok((mobiles, attributes, owners))
}

new_key_type! {
    struct MobileKey;
    struct AttributeKey;
}

/// Typical hand-written code: rows in slotmaps, a hash map from id to key for each table, and the owned
/// rows of each mobile.
#[derive(Default)]
struct HandWritten {
    mobiles: SlotMap<MobileKey, MobileRow>,
    mobile_by_id: HashMap<i64, MobileKey>,
    attributes: SlotMap<AttributeKey, AttributeRow>,
    attribute_by_id: HashMap<i64, AttributeKey>,
    owners: SecondaryMap<AttributeKey, OwnerRow>,
    owned: SecondaryMap<MobileKey, Vec<AttributeKey>>,
}

impl HandWritten {
    fn load(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        let mut world = Self::default();
        rows(&connection, SELECT_MOBILES, MobileRow::by_index, |row| {
            let id = row.id;
            let key = world.mobiles.insert(row);
            world.mobile_by_id.insert(id, key);
        })?;
        rows(
            &connection,
            SELECT_ATTRIBUTES,
            AttributeRow::by_index,
            |row| {
                let id = row.id;
                let key = world.attributes.insert(row);
                world.attribute_by_id.insert(id, key);
            },
        )?;
        rows(&connection, SELECT_OWNERS, OwnerRow::by_index, |row| {
            let attribute = world.attribute_by_id[&row.attribute_id];
            world.owners.insert(attribute, row);
            let Some(mobile) = row.mobile_id else { return };
            let mobile = world.mobile_by_id[&mobile];
            if let Some(owned) = world.owned.entry(mobile) {
                owned.or_default().push(attribute);
            }
        })?;
        black_box(&world);
        Ok(world)
    }
}
