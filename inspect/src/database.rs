//! A running world: its tables and rows as the inspector reads them.

use gamedb::{
    Database, Effect, Encoded, FlushStats, IsWorld, Positions, TableKind, UntypedRow, UntypedTable,
};

use crate::inspected::{
    AnyRow, ForeignKeySchema, IncomingSchema, Inspected, Place, Schema, Size, TableSchema,
    Unreadable, ValueKeySchema,
};

/// Number of rows that are looked at for dirty ones: rows that have become clean are among them.
const DIRTY: usize = 2000;

fn table<W: IsWorld>(db: &Database<W>, table: usize) -> UntypedTable<'_> {
    let found = db.untyped_tables().nth(table);
    found.expect("questions name tables of the schema that the page was given")
}

fn schema_of(table: UntypedTable<'_>) -> TableSchema {
    let info = table.info();
    let foreign_keys = info.foreign_keys.iter().map(|key| ForeignKeySchema {
        column: key.column,
        table: key.table.map(gamedb::TableId::index),
    });
    let value_keys = info.value_keys.iter().map(|key| {
        let target = table.sibling(key.table).info();
        ValueKeySchema {
            columns: info.indexes[key.index].columns.to_vec(),
            table: key.table.index(),
            named: target.indexes[key.target_index].columns.to_vec(),
        }
    });
    let incoming = table.references().into_iter();
    let incoming = incoming.map(|reference| IncomingSchema {
        table: reference.table.index(),
        key: reference.key.into(),
        on_removal: reference.on_removal.into(),
    });
    TableSchema {
        name: info.name.to_owned(),
        id: info.id.to_owned(),
        columns: info.columns.iter().map(|&name| name.to_owned()).collect(),
        foreign_keys: foreign_keys.collect(),
        value_keys: value_keys.collect(),
        pivot_of: match info.kind {
            TableKind::Pivot { owned } => Some(owned.index()),
            TableKind::Entity | TableKind::Owned { .. } => None,
        },
        incoming: incoming.collect(),
    }
}

impl<W: IsWorld> Inspected for Database<W> {
    fn path(&self) -> String {
        self.path().display().to_string()
    }

    fn schema(&self) -> Schema {
        Schema {
            tables: self.untyped_tables().map(schema_of).collect(),
        }
    }

    fn size(&self, of: usize) -> Result<Size, Unreadable> {
        let table = table(self, of);
        Ok(Size {
            rows: table.n_rows() as u64,
            bytes: Some(table.n_bytes() as u64),
            dirty: table.n_listed() as u64,
            removed: table.removed_ids().len() as u64,
        })
    }

    fn scan(
        &self,
        of: usize,
        from: i64,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable> {
        let _ = table(self, of).rows_from(from).all(|row| visit(&row));
        Ok(())
    }

    fn row(
        &self,
        of: usize,
        at: i64,
        visit: &mut dyn FnMut(&dyn AnyRow),
    ) -> Result<(), Unreadable> {
        if let Some(row) = table(self, of).row(at) {
            visit(&row);
        }
        Ok(())
    }

    fn naming(
        &self,
        of: usize,
        at: i64,
        incoming: usize,
        from: i64,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable> {
        let table = table(self, of);
        if let Some(row) = table.row(at) {
            let mut naming = row.naming_from(table.references()[incoming], from);
            let _ = naming.all(|row| visit(&row));
        }
        Ok(())
    }

    fn n_naming(&self, of: usize, at: i64, incoming: usize) -> Result<usize, Unreadable> {
        let table = table(self, of);
        let row = table.row(at);
        Ok(row.map_or(0, |row| row.naming(table.references()[incoming]).len()))
    }

    fn dirty(&self, of: usize, visit: &mut dyn FnMut(&dyn AnyRow) -> bool) {
        let table = table(self, of);
        let n_listed = table.n_listed();
        let newest = n_listed.saturating_sub(DIRTY)..n_listed;
        let _ = table.dirty_rows(newest).rev().all(|row| visit(&row));
    }

    fn removed(&self, of: usize, most: usize) -> Vec<i64> {
        table(self, of).removed_ids().take(most).collect()
    }

    fn flushes(&self) -> Option<FlushStats> {
        Some(self.flush_stats())
    }
}

pub(crate) fn place(row: UntypedRow<'_>) -> Place {
    Place {
        table: row.table().id().index(),
        at: row.at(),
        id: row.id(),
    }
}

impl AnyRow for UntypedRow<'_> {
    fn at(&self) -> i64 {
        UntypedRow::at(*self)
    }

    fn id(&self) -> i64 {
        UntypedRow::id(*self)
    }

    fn key(&self) -> Option<String> {
        Some(self.key_text())
    }

    fn value(&self, column: usize) -> Encoded<'_> {
        UntypedRow::value(*self, column)
    }

    fn unflushed(&self) -> Option<Effect<Positions>> {
        UntypedRow::unflushed(*self)
    }

    fn target(&self, foreign_key: usize) -> Option<Place> {
        self.named_by(foreign_key).map(place)
    }

    fn target_by_value(&self, value_key: usize) -> Option<Place> {
        self.named_by_value(value_key).map(place)
    }

    fn owner(&self) -> Option<Place> {
        UntypedRow::owner(*self).map(place)
    }

    fn owned(&self) -> Option<Place> {
        UntypedRow::owned(*self).map(place)
    }
}
