//! Applies each operation to the naive model.

use std::collections::BTreeSet;

use crate::naive::{Naive, RowId};
use crate::operation::{Block, End, Ended, Inner, MANY, NewOrKept, Operation};
use crate::rules::{Outcome, Refusal, Refusals, refused, unless};
use crate::schema::Table;
use crate::value::{Cell, Input, Owner, Pick, Text};

/// Applies `body`, all of it or nothing.
fn attempt(naive: &mut Naive, body: impl FnOnce(&mut Naive) -> Outcome) -> Outcome {
    let before = naive.clone();
    let outcome = body(naive);
    if outcome.is_err() {
        *naive = before;
    }
    outcome
}

pub(crate) fn predict(naive: &mut Naive, operation: &Operation) -> Outcome {
    match operation {
        Operation::Insert(table, inputs) => {
            let cells = naive.row_cells(*table, inputs);
            naive.insert(*table, cells).map(|_| ())
        }
        Operation::InsertWithId(table, chosen, inputs) => {
            let cells = naive.row_cells(*table, inputs);
            let id = naive.chosen(*table, *chosen);
            naive.insert_with_id(*table, id, cells)
        }
        Operation::Set(table, pick, field, input) => {
            let row = (*table, naive.pick(*table, *pick));
            naive.set_field(row, *field, *input)
        }
        Operation::SetAll(table, field, input) => {
            let ids: Vec<_> = naive.rows(*table).keys().copied().collect();
            ids.into_iter()
                .try_for_each(|id| naive.set_field((*table, id), *field, *input))
        }
        Operation::Swap(table, one, two) => {
            let rows = [*one, *two].map(|pick| (*table, naive.pick(*table, pick)));
            attempt(naive, |naive| naive.swap(rows))
        }
        Operation::Remove(table, pick) => {
            let row = (*table, naive.pick(*table, *pick));
            naive.remove_one(row)
        }
        Operation::Add(table, owner, inputs) => {
            let owner = naive.owner_cells(*owner);
            attempt(naive, |naive| naive.add(*table, owner, inputs))
        }
        Operation::AddWithId(table, owner, chosen, inputs) => {
            let owner = naive.owner_cells(*owner);
            let id = naive.chosen(*table, *chosen);
            naive.add_with_id(*table, owner, id, inputs)
        }
        Operation::AddMany(table, owner, inputs) => {
            let owner = naive.owner_cells(*owner);
            attempt(naive, |naive| {
                (0..MANY).try_for_each(|_| naive.add(*table, owner, inputs))
            })
        }
        Operation::RemoveOwned(table, owner, pick) => {
            let owner = naive.owner_cells(*owner);
            let row = (*table, naive.pick(*table, *pick));
            match naive.owner_of(row) {
                None => refused(Refusal::StaleKey),
                Some((_, its_owner)) if its_owner != owner => refused(Refusal::NotTheOwner),
                Some(_) => naive.remove_one(row),
            }
        }
        Operation::SetOwned(table, owner, rows) => naive.set_owned(*table, *owner, rows),
        Operation::Give(table, from, pick, to) => {
            let row = (*table, naive.pick(*table, *pick));
            naive.give_from(row, *from, *to)
        }
    }
}

/// Applies a transaction.
pub(crate) fn predict_block(naive: &mut Naive, block: &Block) -> Ended {
    let before = naive.clone();
    let ended = predict_body(naive, block);
    if ended != Ended::Committed {
        *naive = before;
    }
    ended
}

fn predict_body(naive: &mut Naive, block: &Block) -> Ended {
    for inner in &block.body {
        match inner {
            Inner::Do(operation) => {
                let outcome = predict(naive, operation);
                if outcome.is_err() && block.end == End::Question {
                    return Ended::RolledBack;
                }
            }
            Inner::Block(block) => {
                if predict_block(naive, block) == Ended::Unwinding {
                    return Ended::Unwinding;
                }
            }
        }
    }
    block.end.ended()
}

impl End {
    /// How a block ends that was run to its end.
    pub(crate) fn ended(self) -> Ended {
        match self {
            End::Commit | End::Question => Ended::Committed,
            End::Error | End::Panic => Ended::RolledBack,
            End::PanicThrough => Ended::Unwinding,
        }
    }
}

impl Naive {
    fn row_cells(&self, table: Table, inputs: &[Input]) -> Vec<Cell> {
        let fields = table.fields().iter().zip(inputs);
        let cells = fields.flat_map(|(&kind, &input)| self.cells(kind, input));
        cells.collect()
    }

    fn set_field(&mut self, row: RowId, field: usize, input: Input) -> Outcome {
        let cells = self.cells(row.0.fields()[field], input);
        self.set(row, row.0.column_of(field), &cells)
    }

    fn remove_one(&mut self, row: RowId) -> Outcome {
        if !self.has(row) {
            return refused(Refusal::StaleKey);
        }
        self.remove(&[row])
    }

    fn swap(&mut self, [one, two]: [RowId; 2]) -> Outcome {
        let (Some(first), Some(second)) = (self.row(one), self.row(two)) else {
            return refused(Refusal::StaleKey);
        };
        let column = one.0.unique()[0];
        let (first, second) = (first.cells[column], second.cells[column]);
        self.set(one, column, &[Cell::Text(Text::ASIDE)])?;
        self.set(two, column, &[first])?;
        self.set(one, column, &[second])
    }

    fn against_owner(&self, table: Table, owner: [Cell; 4]) -> Refusals {
        let cells: Vec<_> = [Cell::Null].into_iter().chain(owner).collect();
        self.against(table.pivot().unwrap(), None, &cells)
    }

    fn add(&mut self, table: Table, owner: [Cell; 4], inputs: &[Input]) -> Outcome {
        let cells = self.row_cells(table, inputs);
        let mut against = self.against_owner(table, owner);
        against.extend(self.against(table, None, &cells));
        let pivot = table.pivot().unwrap();
        if [table, pivot]
            .iter()
            .any(|table| self.next_id[table.n()] == i64::MAX)
        {
            against.insert(Refusal::IdExhausted);
        }
        unless(against)?;
        let id = self.insert(table, cells)?;
        let pivot_cells = [Cell::Int(id)].into_iter().chain(owner);
        self.insert(pivot, pivot_cells.collect()).map(|_| ())
    }

    fn add_with_id(
        &mut self,
        table: Table,
        owner: [Cell; 4],
        id: i64,
        inputs: &[Input],
    ) -> Outcome {
        let cells = self.row_cells(table, inputs);
        let mut against = self.against_owner(table, owner);
        against.extend(self.against(table, None, &cells));
        against.extend(self.against_id(table, id));
        let pivot = table.pivot().unwrap();
        if self.next_id[pivot.n()] == i64::MAX {
            against.insert(Refusal::IdExhausted);
        }
        unless(against)?;
        self.insert_with_id(table, id, cells)?;
        let pivot_cells = [Cell::Int(id)].into_iter().chain(owner);
        self.insert(pivot, pivot_cells.collect()).map(|_| ())
    }

    fn give_from(&mut self, row: RowId, from: Option<Owner>, to: Owner) -> Outcome {
        let from = from.map(|from| self.owner_cells(from));
        let to = self.owner_cells(to);
        let mut against = self.against_owner(row.0, to);
        match self.owner_of(row) {
            None => {
                against.insert(Refusal::StaleKey);
            }
            Some((_, its_owner)) if from.is_some_and(|from| from != its_owner) => {
                against.insert(Refusal::NotTheOwner);
            }
            Some(_) => {}
        }
        unless(against)?;
        self.give(row, to);
        Ok(())
    }

    /// The row that a pick from an owner's list refers to.
    pub(crate) fn kept(&self, table: Table, owner: [Cell; 4], pick: Pick) -> i64 {
        let has = self.owned_by(table, owner);
        match pick {
            Pick::Row(n) if !has.is_empty() => has[n % has.len()],
            _ => self.pick(table, pick),
        }
    }

    fn set_owned(&mut self, table: Table, owner: Owner, rows: &[NewOrKept]) -> Outcome {
        let owner = self.owner_cells(owner);
        let mut against = self.against_owner(table, owner);
        let mut kept = BTreeSet::new();
        for row in rows {
            let id = match row {
                NewOrKept::New(_) => continue,
                NewOrKept::Kept(pick) => self.kept(table, owner, *pick),
                NewOrKept::Any(pick) => self.pick(table, *pick),
            };
            match self.owner_of((table, id)) {
                None => against.insert(Refusal::StaleKey),
                Some((_, its_owner)) if its_owner != owner => against.insert(Refusal::AlreadyOwned),
                Some(_) => !kept.insert(id) && against.insert(Refusal::Twice),
            };
        }
        // All refusals are collected, so a new row is validated although a kept one is refused.
        for row in rows {
            if let NewOrKept::New(inputs) = row {
                against.extend(self.against(table, None, &self.row_cells(table, inputs)));
            }
        }
        let is_new = |row: &&NewOrKept| matches!(row, NewOrKept::New(_));
        let n_new = rows.iter().filter(is_new).count() as i64;
        let has_ids = |table: Table| n_new <= i64::MAX - self.next_id[table.n()];
        if !has_ids(table) || !has_ids(table.pivot().unwrap()) {
            against.insert(Refusal::IdExhausted);
        }
        unless(against)?;
        attempt(self, |naive| {
            let gone = naive.owned_by(table, owner).into_iter();
            let gone: Vec<_> = gone
                .filter(|id| !kept.contains(id))
                .map(|id| (table, id))
                .collect();
            naive.remove(&gone)?;
            rows.iter().try_for_each(|row| match row {
                NewOrKept::New(inputs) => naive.add(table, owner, inputs),
                NewOrKept::Kept(_) | NewOrKept::Any(_) => Ok(()),
            })
        })
    }
}
