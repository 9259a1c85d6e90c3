//! Finds the places of rows in a text, which are not known any more when all rows are there: it is read once more.

use std::collections::HashMap;

use super::announced::Announced;
use super::columns::columns_of;
use super::id_set::IdSet;
use super::report::Misfit;
use super::source::{
    Accepted, Cell, Conflict, RowSink, Source, SourceColumn, SourceRow, SourceTable, TableId,
    TextPlace,
};
use super::value::ValueKind;
use crate::error::ImportError;
use crate::schema::Schema;

/// Finds the places of misfits that have none.
pub(super) struct Places<'p> {
    schema: &'p Schema,
    announced: Announced,
    lists: Vec<List>,
    /// The rows that are looked for, and their places: by the position of the table and the id.
    wanted: HashMap<(usize, i64), Option<TextPlace>>,
    /// The offsets of the rows that were left out when they were read, which got no id.
    unnumbered: &'p IdSet,
    /// For each table, how many rows have got an id from the new file.
    n_numbered: Vec<i64>,
    /// For each table, whether ids from the new file are the numbers of its rows.
    is_numbered: &'p [bool],
}

/// A list of columns.
struct List {
    position: usize,
    /// The column with the id, unless the new file assigns it.
    id: Option<usize>,
}

impl<'p> Places<'p> {
    /// Reads the source once more, if a misfit has no place. `is_numbered` says for each table whether each of its
    /// rows got the next number as its id, where rows have none of their own.
    pub(super) fn find(
        source: &mut dyn Source,
        schema: &'p Schema,
        is_numbered: &'p [bool],
        unnumbered: &'p IdSet,
        misfits: &mut [Misfit],
    ) -> Result<(), ImportError> {
        let position = |name: &str| schema.tables.iter().position(|table| table.name == name);
        let mut places = Self {
            schema,
            announced: Announced::default(),
            lists: Vec::new(),
            wanted: HashMap::new(),
            unnumbered,
            n_numbered: vec![0; schema.tables.len()],
            is_numbered,
        };
        for misfit in misfits.iter().filter(|misfit| misfit.place.is_none()) {
            if let Some(position) = position(&misfit.table) {
                places.wanted.insert((position, misfit.id), None);
            }
        }
        if places.wanted.is_empty() {
            return Ok(());
        }
        source.send(&mut places)?;
        for misfit in misfits.iter_mut().filter(|misfit| misfit.place.is_none()) {
            let position = position(&misfit.table);
            misfit.place = position.and_then(|at| *places.wanted.get(&(at, misfit.id))?);
        }
        Ok(())
    }
}

impl RowSink for Places<'_> {
    fn table(&mut self, table: &SourceTable) -> Result<Option<Accepted>, ImportError> {
        let Some(position) = self.announced.add(table, self.schema)? else {
            return Ok(None);
        };
        let to = &self.schema.tables[position];
        let names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
        let find = |name: &str| to.place_of(to.column(name)?, &names);
        let id = to.primary_key.first().filter(|_| to.rowid_key);
        let id = id
            .and_then(|id| find(id))
            .or_else(|| find(to.numbered_by()?));
        self.lists.push(List { position, id });
        Ok(Some(Accepted {
            id: TableId(self.lists.len() - 1),
            position,
            is_wanted: vec![true; table.columns.len()],
        }))
    }

    fn columns(&self, schema: &str, name: &str) -> Option<Vec<SourceColumn>> {
        let position = self.announced.position(schema, name, self.schema)?;
        columns_of(&self.schema.tables[position])
    }

    fn row(&mut self, table: TableId, row: SourceRow<'_>) -> Result<bool, ImportError> {
        let List { position, id } = self.lists[table.0];
        let cell = id
            .map(|at| row.cells[at])
            .filter(|cell| *cell != Cell::Default);
        let place = row.place.unwrap_or_default();
        let id = match cell {
            Some(cell) => ValueKind::Integer
                .convert(cell)
                .ok()
                .and_then(|id| id.integer()),
            None if self.unnumbered.contains(place.offset.cast_signed()) => None,
            None => {
                self.n_numbered[position] += 1;
                let number = self.n_numbered[position];
                self.is_numbered[position].then_some(number)
            }
        };
        let wanted = id.and_then(|id| self.wanted.get_mut(&(position, id)));
        if let Some(wanted) = wanted
            && (wanted.is_none() || row.conflict == Conflict::Replace)
        {
            *wanted = row.place;
        }
        Ok(true)
    }

    fn clear(&mut self, table: TableId) -> Result<(), ImportError> {
        let position = self.lists[table.0].position;
        self.n_numbered[position] = 0;
        for (_, place) in self
            .wanted
            .iter_mut()
            .filter(|((at, _), _)| *at == position)
        {
            *place = None;
        }
        Ok(())
    }

    fn progress(&mut self, _done: u64, _total: u64) {}

    fn note(&mut self, _note: String) {}
}
