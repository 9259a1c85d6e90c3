//! A parcel as it is read: all that its bytes say of rows, checked against the schema, and not against any row.

use std::collections::HashSet;

use crate::error::ParcelError;
use crate::schema::TableId;
use crate::schema::value::Value;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::parcel::Parcel;
use crate::store::tracking::parcel::bytes::{ParcelCell, Reader};

use super::key_of_column;

/// A parcel that has been read, and of which only the values are not known to fit.
pub(super) struct Unpacked<'p> {
    pub(super) root: (TableId, i64),
    pub(super) rows: Vec<UnpackedRow<'p>>,
}

pub(super) struct UnpackedRow<'p> {
    pub(super) table: TableId,
    pub(super) id: i64,
    pub(super) cells: Vec<ParcelCell<'p>>,
}

impl<'p> Unpacked<'p> {
    pub(super) fn read<T: Tables>(parcel: &'p Parcel) -> Result<Self, ParcelError> {
        let mut reader = Reader::of_rows(parcel.as_bytes());
        let table_named = |reader: &Reader<'_>, name: &str| {
            let table = all_tables::<T>().find(|table| T::INFO[table.index()].name == name);
            table.ok_or_else(|| reader.damaged("no table has this name"))
        };
        let root_table = reader.text()?;
        let root = (table_named(&reader, root_table)?, reader.id()?);
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        for _ in 0..reader.count()? {
            let name = reader.text()?;
            let table = table_named(&reader, name)?;
            let n_columns = T::INFO[table.index()].columns.len();
            for _ in 0..reader.count()? {
                let id = reader.id()?;
                if !seen.insert((table, id)) {
                    return Err(reader.damaged("a row is there twice"));
                }
                let cells = (0..n_columns).map(|_| reader.cell());
                let cells = cells.collect::<Result<_, _>>()?;
                rows.push(UnpackedRow { table, id, cells });
            }
        }
        if !reader.is_at_end() {
            return Err(reader.damaged("something comes after the rows"));
        }
        if !seen.contains(&root) {
            return Err(reader.damaged("the row that was handed over is not there"));
        }
        for row in &rows {
            let info = T::INFO[row.table.index()];
            for (column, cell) in row.cells.iter().enumerate() {
                let target = key_of_column(info, column).map(|(_, target)| target);
                let is_right = match (cell, target) {
                    (ParcelCell::Value(Value::Null), _) | (ParcelCell::Value(_), None) => true,
                    // It would name a row of this world that the other one knows nothing of.
                    (ParcelCell::Value(_), Some(_)) => false,
                    (ParcelCell::Inside(id), Some(target)) => seen.contains(&(target, *id)),
                    (ParcelCell::Outside(_), Some(_)) => true,
                    (ParcelCell::Inside(_) | ParcelCell::Outside(_), None) => false,
                };
                if !is_right {
                    return Err(reader.damaged("a column names a row in a way that it cannot"));
                }
            }
        }
        Ok(Self { root, rows })
    }
}
