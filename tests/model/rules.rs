//! The rules of the world: why an operation has to be refused.

use std::collections::BTreeSet;

use crate::naive::{Naive, Row, RowId};
use crate::schema::{REFERENCES, Table};
use crate::value::Cell;

/// Why an operation has to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    StaleKey,
    NotUnique,
    NoSuchRow,
    StillReferenced,
    NotANumber,
    AlreadyOwned,
    NotTheOwner,
    Twice,
    IdExhausted,
    IdTaken,
    IdUsed,
    IdOutOfRange,
    CheckFailed,
    OwnsItself,
}

/// All reasons that apply: the world may return any of them.
pub(crate) type Refusals = BTreeSet<Refusal>;

/// An operation succeeds, or is refused and changes nothing.
pub(crate) type Outcome = Result<(), Refusals>;

pub(crate) fn refused<R>(refusal: Refusal) -> Result<R, Refusals> {
    Err(Refusals::from([refusal]))
}

/// Success, if there is no reason to refuse.
pub(crate) fn unless(refusals: Refusals) -> Outcome {
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}

impl Naive {
    /// The reasons to refuse a row with these cells; `id` is its own id, if it has one.
    pub(crate) fn against(&self, table: Table, id: Option<i64>, cells: &[Cell]) -> Refusals {
        let mut against = Refusals::new();
        let is_nan = |cell: &Cell| matches!(cell, Cell::Real(real) if real.is_nan());
        if cells.iter().any(is_nan) {
            against.insert(Refusal::NotANumber);
        }
        for reference in REFERENCES
            .iter()
            .filter(|reference| reference.table == table)
        {
            if let Cell::Int(named) = cells[reference.column]
                && !self.has((reference.target, named))
            {
                against.insert(Refusal::NoSuchRow);
            }
        }
        for &column in table.unique() {
            let has_it = |(other, row): (&i64, &Row)| {
                Some(*other) != id && row.cells[column] == cells[column]
            };
            if cells[column] != Cell::Null && self.rows(table).iter().any(has_it) {
                against.insert(Refusal::NotUnique);
            }
        }
        for &(column, least) in table.at_least() {
            let holds = match cells[column] {
                Cell::Int(int) => int >= least,
                Cell::Real(real) => real >= least as f64,
                Cell::Null | Cell::Text(_) => true,
            };
            if !holds {
                against.insert(Refusal::CheckFailed);
            }
        }
        if table == Table::Mobiles && id.is_some_and(|id| self.would_own_itself(id, cells[1])) {
            against.insert(Refusal::OwnsItself);
        }
        against
    }

    /// Whether a mobile with this owner would own itself, directly or not.
    fn would_own_itself(&self, mobile: i64, mut owner: Cell) -> bool {
        let mut seen = BTreeSet::new();
        while let Cell::Int(id) = owner {
            if id == mobile {
                return true;
            }
            let Some(row) = self.row((Table::Mobiles, id)) else {
                return false;
            };
            if !seen.insert(id) {
                return false; // a circle of others
            }
            owner = row.cells[1];
        }
        false
    }

    /// All violations of the rules in the whole world.
    pub(crate) fn contradictions(&self) -> Vec<(RowId, Refusals)> {
        let wrong = |((table, id), row): (RowId, &Row)| {
            let mut against = self.against(table, Some(id), &row.cells);
            let names_it = |other: &Row| other.cells[0] == Cell::Int(id);
            let pivot = table.pivot();
            if pivot.is_some_and(|pivot| {
                self.rows(pivot)
                    .values()
                    .filter(|row| names_it(row))
                    .count()
                    != 1
            }) {
                against.insert(Refusal::NotTheOwner);
            }
            if id >= self.next_id[table.n()] {
                against.insert(Refusal::IdExhausted);
            }
            (!against.is_empty()).then_some(((table, id), against))
        };
        self.all_rows().filter_map(wrong).collect()
    }
}
