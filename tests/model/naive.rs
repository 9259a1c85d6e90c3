//! The world in std collections alone: slow, and obviously correct. Rows are found by id, and every rule
//! is evaluated over all rows of all tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::{Outcome, Refusal, Refusals, refused, unless};
use crate::schema::{Kind, OnDelete, REFERENCES, TABLES, Table};
use crate::value::{Cell, Input, Owner, Pick};

/// The id of a row that does not exist.
pub(crate) const NOBODY: i64 = i64::MIN;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    /// The file does not have the row.
    pub(crate) is_new: bool,
    /// Columns that were written since the row was last in the file as it is.
    pub(crate) changed: BTreeSet<usize>,
}

impl Row {
    pub(crate) fn is_dirty(&self) -> bool {
        self.is_new || !self.changed.is_empty()
    }
}

/// Identifies a row: its table and its id.
pub(crate) type RowId = (Table, i64);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Naive {
    pub(crate) tables: [BTreeMap<i64, Row>; TABLES.len()],
    /// Ids of the rows that the file has and memory does not.
    pub(crate) removed: [BTreeSet<i64>; TABLES.len()],
    pub(crate) next_id: [i64; TABLES.len()],
}

impl Default for Naive {
    fn default() -> Self {
        Self {
            tables: Default::default(),
            removed: Default::default(),
            next_id: [1; TABLES.len()],
        }
    }
}

/// Reading.
impl Naive {
    pub(crate) fn rows(&self, table: Table) -> &BTreeMap<i64, Row> {
        &self.tables[table.n()]
    }

    pub(crate) fn row(&self, (table, id): RowId) -> Option<&Row> {
        self.rows(table).get(&id)
    }

    pub(crate) fn has(&self, row: RowId) -> bool {
        self.row(row).is_some()
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.tables.iter().map(BTreeMap::len).sum()
    }

    pub(crate) fn all_rows(&self) -> impl Iterator<Item = (RowId, &Row)> {
        let rows = |table: Table| {
            self.rows(table)
                .iter()
                .map(move |(&id, row)| ((table, id), row))
        };
        TABLES.into_iter().flat_map(rows)
    }

    /// The id that a pick refers to.
    pub(crate) fn pick(&self, table: Table, pick: Pick) -> i64 {
        let ids = self.rows(table);
        match pick {
            Pick::Row(n) if !ids.is_empty() => *ids.keys().nth(n % ids.len()).unwrap(),
            _ => NOBODY,
        }
    }

    /// The columns of a pivot's arms, for an owner.
    pub(crate) fn owner_cells(&self, owner: Owner) -> [Cell; 4] {
        let mut cells = [Cell::Null; 4];
        let (arm, id) = match owner {
            Owner::Mobile(pick) => (0, self.pick(Table::Mobiles, pick)),
            Owner::Item(pick) => (1, self.pick(Table::Items, pick)),
            Owner::Asset(id) => (2, id),
            Owner::Player(pick) => (3, self.pick(Table::Players, pick)),
        };
        cells[arm] = Cell::Int(id);
        cells
    }

    /// The columns of a field for the input of an operation.
    pub(crate) fn cells(&self, kind: Kind, input: Input) -> Vec<Cell> {
        use Cell::{Int, Null, Real};
        let value = |n: usize, cells: &[Cell]| {
            let mut all = vec![Null; 6];
            all[n..n + cells.len()].copy_from_slice(cells);
            all
        };
        match (kind, input) {
            (Kind::MobileOwner, Input::Null) => vec![Null; 4],
            (_, Input::Null) => vec![Null],
            (_, Input::Bool(bool)) => vec![Int(bool.into())],
            (_, Input::Int(int)) => vec![Int(int)],
            (_, Input::Real(real)) => vec![Real(real)],
            (_, Input::Text(text)) => vec![Cell::Text(text)],
            (Kind::OneOf(words), Input::Word(n)) => {
                vec![Cell::Text(crate::value::Text::word(words[n % words.len()]))]
            }
            (Kind::Key(target) | Kind::OptionalKey(target), Input::Key(pick)) => {
                vec![Int(self.pick(target, pick))]
            }
            (_, Input::OwnedByMobile(pick)) => {
                vec![Int(self.pick(Table::Mobiles, pick)), Null, Null, Null]
            }
            (_, Input::OwnedByPlayer(pick)) => {
                vec![Null, Null, Null, Int(self.pick(Table::Players, pick))]
            }
            (_, Input::BoolValue(bool)) => value(0, &[Int(bool.into())]),
            (_, Input::DoubleValue(real)) => value(1, &[Real(real)]),
            (_, Input::VectorValue(x, y, z)) => value(2, &[Real(x), Real(y), Real(z)]),
            (_, Input::AssetValue(id)) => value(5, &[Int(id)]),
            (kind, input) => panic!("{input:?} is not for {kind:?}"),
        }
    }

    /// The id of the pivot row of an owned row, and its owner columns.
    pub(crate) fn owner_of(&self, owned: RowId) -> Option<(i64, [Cell; 4])> {
        let rows = self.rows(owned.0.pivot()?).iter();
        let mut rows = rows.filter(|(_, row)| row.cells[0] == Cell::Int(owned.1));
        let (&id, row) = rows.next()?;
        Some((id, row.cells[1..].try_into().unwrap()))
    }

    /// The rows of an owner, in the order in which they were added.
    pub(crate) fn owned_by(&self, table: Table, owner: [Cell; 4]) -> Vec<i64> {
        let pivot = table.pivot().unwrap();
        let rows = self
            .rows(pivot)
            .values()
            .filter(|row| row.cells[1..] == owner);
        rows.map(|row| match row.cells[0] {
            Cell::Int(id) => id,
            _ => NOBODY,
        })
        .collect()
    }

    /// Number of rows that a flush would write or delete.
    pub(crate) fn pending(&self) -> usize {
        let dirty = self.all_rows().filter(|(_, row)| row.is_dirty()).count();
        dirty + self.removed.iter().map(BTreeSet::len).sum::<usize>()
    }

    /// The rows that differ from those of another world.
    pub(crate) fn changes(&self, other: &Self) -> BTreeSet<RowId> {
        let is_other =
            |id: RowId| self.row(id).map(|row| &row.cells) != other.row(id).map(|row| &row.cells);
        let rows = self.all_rows().chain(other.all_rows()).map(|(id, _)| id);
        rows.filter(|&id| is_other(id)).collect()
    }

    /// The rows that are removed with this one, itself included.
    pub(crate) fn goes_with(&self, first: RowId) -> BTreeSet<RowId> {
        let (mut gone, mut to_visit) = (BTreeSet::new(), vec![first]);
        while let Some((table, id)) = to_visit.pop() {
            if !self.has((table, id)) || !gone.insert((table, id)) {
                continue;
            }
            to_visit.extend(self.goes_next((table, id)));
        }
        gone
    }

    /// The rows that are removed directly because of a row.
    pub(crate) fn goes_next(&self, (table, id): RowId) -> Vec<RowId> {
        let references = REFERENCES.iter().filter(|reference| {
            reference.target == table && reference.on_delete == OnDelete::Cascade
        });
        let mut next: Vec<_> = references
            .flat_map(|reference| self.naming(reference.table, reference.column, id))
            .collect();
        // An owned row is removed with its pivot row.
        if let Some(owned) = table.owned()
            && let Cell::Int(id) = self.rows(table)[&id].cells[0]
        {
            next.push((owned, id));
        }
        next
    }

    /// The rows that have this id in this column.
    pub(crate) fn naming(&self, table: Table, column: usize, id: i64) -> Vec<RowId> {
        let rows = self.rows(table).iter();
        let naming = rows.filter(|(_, row)| row.cells[column] == Cell::Int(id));
        naming.map(|(&id, _)| (table, id)).collect()
    }
}

/// Changing.
impl Naive {
    fn use_id(&mut self, table: Table) -> Result<i64, Refusals> {
        let id = self.next_id[table.n()];
        if id == i64::MAX {
            return refused(Refusal::IdExhausted);
        }
        self.next_id[table.n()] += 1;
        Ok(id)
    }

    /// Inserts a row, and returns its id.
    pub(crate) fn insert(&mut self, table: Table, cells: Vec<Cell>) -> Result<i64, Refusals> {
        unless(self.against(table, None, &cells))?;
        let id = self.use_id(table)?;
        self.put_new(table, id, cells);
        Ok(id)
    }

    /// Inserts a row with this id. All ids below it are used up.
    pub(crate) fn insert_with_id(&mut self, table: Table, id: i64, cells: Vec<Cell>) -> Outcome {
        let mut against = self.against(table, None, &cells);
        against.extend(self.against_id(table, id));
        unless(against)?;
        self.next_id[table.n()] = id + 1;
        self.put_new(table, id, cells);
        Ok(())
    }

    fn put_new(&mut self, table: Table, id: i64, cells: Vec<Cell>) {
        let row = Row {
            cells,
            is_new: true,
            changed: BTreeSet::new(),
        };
        self.tables[table.n()].insert(id, row);
    }

    /// Writes columns from `first` on.
    pub(crate) fn set(&mut self, row: RowId, first: usize, cells: &[Cell]) -> Outcome {
        let Some(old) = self.row(row) else {
            return refused(Refusal::StaleKey);
        };
        let differing = (first..).zip(cells);
        let differing = differing.filter(|&(column, cell)| old.cells[column] != *cell);
        let differing: Vec<_> = differing.map(|(column, _)| column).collect();
        if differing.is_empty() {
            return Ok(());
        }
        let mut new = old.clone();
        new.cells[first..first + cells.len()].copy_from_slice(cells);
        unless(self.against(row.0, Some(row.1), &new.cells))?;
        if !new.is_new {
            new.changed.extend(differing);
        }
        self.tables[row.0.n()].insert(row.1, new);
        Ok(())
    }

    /// Moves a row to another owner.
    pub(crate) fn give(&mut self, owned: RowId, owner: [Cell; 4]) {
        let (id, old) = self.owner_of(owned).unwrap();
        let row = self.tables[owned.0.pivot().unwrap().n()]
            .get_mut(&id)
            .unwrap();
        if old == owner {
            return;
        }
        row.cells[1..].copy_from_slice(&owner);
        if !row.is_new {
            let involved = (0..4).filter(|&arm| old[arm] != Cell::Null || owner[arm] != Cell::Null);
            row.changed.extend(involved.map(|arm| arm + 1));
        }
    }

    /// Removes rows with all that is removed with them.
    pub(crate) fn remove(&mut self, rows: &[RowId]) -> Outcome {
        let gone: BTreeSet<_> = rows.iter().flat_map(|&row| self.goes_with(row)).collect();
        let named = |row: &Row, column: usize, target| match row.cells[column] {
            Cell::Int(id) => gone.contains(&(target, id)),
            _ => false,
        };
        let mut orphans = Vec::new();
        for reference in &REFERENCES {
            for (&id, row) in self.rows(reference.table) {
                let is_left = !gone.contains(&(reference.table, id));
                if is_left && named(row, reference.column, reference.target) {
                    match reference.on_delete {
                        OnDelete::Restrict => return refused(Refusal::StillReferenced),
                        OnDelete::SetNull => {
                            orphans.push(((reference.table, id), reference.column))
                        }
                        OnDelete::Cascade => unreachable!("it was removed with the other"),
                    }
                }
            }
        }
        for (row, column) in orphans {
            self.set(row, column, &[Cell::Null])?;
        }
        for (table, id) in gone {
            if self.tables[table.n()]
                .remove(&id)
                .is_some_and(|row| !row.is_new)
            {
                self.removed[table.n()].insert(id);
            }
        }
        Ok(())
    }

    /// Marks everything as flushed.
    pub(crate) fn flushed(&mut self) {
        self.removed.iter_mut().for_each(BTreeSet::clear);
        for row in self.tables.iter_mut().flat_map(BTreeMap::values_mut) {
            row.is_new = false;
            row.changed.clear();
        }
    }

    /// The world as a file stores it, and as it is after the file is opened.
    pub(crate) fn in_file(mut self) -> Self {
        self.flushed();
        for row in self.tables.iter_mut().flat_map(BTreeMap::values_mut) {
            row.cells.iter_mut().for_each(|cell| *cell = cell.in_file());
        }
        self
    }
}
