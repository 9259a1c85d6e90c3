//! Everything about one row: its values, its owner, what it owns and what names it.

use serde::Serialize;

use crate::cell::{Cell, IN_FULL, IN_LISTS, Reason};
use crate::inspected::{AnyRow, Fate, Inspected, Place, Schema, Unreadable};

/// Number of naming rows that the page of a row shows of each key.
const FEW: usize = 20;
/// The most that one question gets.
pub(crate) const MOST_NAMING: usize = 500;

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct RowPage {
    place: Place,
    key: Option<String>,
    unflushed: Option<Reason>,
    cells: Vec<Cell>,
    /// For each foreign key, the row that it names.
    targets: Vec<Option<Place>>,
    /// For each key by value, the row that it names.
    targets_by_value: Vec<Option<Place>>,
    owner: Option<Place>,
    /// The row that a pivot's row is about.
    owned: Option<Place>,
    naming: Vec<Naming>,
}

/// The rows that name a row with one key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Naming {
    /// Position among the incoming keys of the named row's table.
    incoming: usize,
    on_removal: Fate,
    n_rows: usize,
    rows: Vec<NamingRow>,
    /// The id with which the next ones begin, if there are more.
    #[serde(serialize_with = "crate::cell::optional_as_text")]
    next: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct NamingRow {
    /// The row; for a pivot's arm, the row that the pivot's row is about.
    place: Place,
    /// The first text or number of the row, to tell it from others.
    label: Option<Cell>,
}

/// Copies a row; `None` if there is none at this place. O(keys).
pub(crate) fn row_page(
    world: &dyn Inspected,
    schema: &Schema,
    table: usize,
    at: i64,
) -> Result<Option<RowPage>, Unreadable> {
    let mut page = None;
    let info = &schema.tables[table];
    world.row(table, at, &mut |row| {
        page = Some(RowPage {
            place: Place {
                table,
                at: row.at(),
                id: row.id(),
            },
            key: row.key(),
            unflushed: row.unflushed().as_ref().map(Reason::from),
            cells: (0..info.columns.len())
                .map(|column| Cell::of(&row.value(column), IN_FULL))
                .collect(),
            targets: (0..info.foreign_keys.len())
                .map(|key| row.target(key))
                .collect(),
            targets_by_value: (0..info.value_keys.len())
                .map(|key| row.target_by_value(key))
                .collect(),
            owner: row.owner(),
            owned: row.owned(),
            naming: Vec::new(),
        });
    })?;
    let Some(mut page) = page else {
        return Ok(None);
    };
    for incoming in 0..info.incoming.len() {
        let found = naming(world, schema, (table, at), incoming, i64::MIN, FEW)?;
        if found.n_rows > 0 {
            page.naming.push(found);
        }
    }
    Ok(Some(page))
}

/// Some of the rows that name a row, from an id on.
pub(crate) fn naming(
    world: &dyn Inspected,
    schema: &Schema,
    (table, at): (usize, i64),
    incoming: usize,
    from: i64,
    most: usize,
) -> Result<Naming, Unreadable> {
    let key = schema.tables[table].incoming[incoming];
    let (mut places, mut next) = (Vec::new(), None);
    let n_rows = world.n_naming(table, at, incoming)?;
    world.naming(table, at, incoming, from, &mut |row| {
        if places.len() == most {
            next = Some(row.id());
            return false;
        }
        places.push(match (key.on_removal, row.owned()) {
            (Fate::RemovedWithOwned, Some(owned)) => owned,
            _ => Place {
                table: key.table,
                at: row.at(),
                id: row.id(),
            },
        });
        true
    })?;
    let mut rows = Vec::new();
    for place in places {
        let columns = schema.tables[place.table].columns.len();
        let mut label = None;
        world.row(place.table, place.at, &mut |row| {
            label = label_of(row, columns);
        })?;
        rows.push(NamingRow { place, label });
    }
    Ok(Naming {
        incoming,
        on_removal: key.on_removal,
        n_rows,
        rows,
        next,
    })
}

/// The first text of a row that is not empty.
pub(crate) fn label_of(row: &dyn AnyRow, n_columns: usize) -> Option<Cell> {
    (0..n_columns)
        .map(|column| Cell::of(&row.value(column), IN_LISTS))
        .find(|cell| matches!(cell, Cell::Text { text, .. } if !text.is_empty()))
}
