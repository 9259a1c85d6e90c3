//! Transactions and savepoints, on world and model side by side.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use gamedb::Error;
use gamedb::codegen::RawKey;
use gamedb_models::World;

use crate::act::{act, refusal};
use crate::common::state_of;
use crate::compare::{Expected, InFile, any_table, compare};
use crate::naive::{Naive, RowId};
use crate::operation::{Block, End, Ended, Form, Inner, Operation};
use crate::predict::predict;
use crate::rules::Outcome;
use crate::schema::{TABLES, Table};
use crate::stale::Stale;

/// The model beside a world while operations are applied to both.
pub(crate) struct Beside<'a> {
    pub(crate) model: &'a mut Naive,
    pub(crate) file: Option<InFile<'a>>,
    pub(crate) stale: &'a Stale,
    /// Keys that rows have had, even if only inside of a transaction.
    pub(crate) born: Vec<(Table, RawKey)>,
    /// The rows that were written to, even if only inside of a transaction.
    pub(crate) touched: BTreeSet<RowId>,
}

/// Why a block stops.
enum Stop {
    /// An error of the game.
    Own,
    /// An error of the world, propagated by `?`.
    Refused,
}

impl From<Error> for Stop {
    fn from(_: Error) -> Self {
        Self::Refused
    }
}

impl Beside<'_> {
    fn compare(&self, world: &World) {
        assert_eq!(world.check(), [""; 0]);
        compare(
            world,
            Expected {
                memory: self.model,
                file: self.file,
            },
        );
    }

    /// Applies an operation to both, and compares the outcomes; the caller compares the worlds.
    pub(crate) fn operate(
        &mut self,
        world: &mut World,
        operation: &Operation,
    ) -> Result<(), Error> {
        let before = self.model.clone();
        let expected = predict(self.model, operation);
        self.touched.extend(before.changes(self.model));
        if let Operation::Swap(table, one, two) = operation {
            // A row that is swapped with itself is written, and written back.
            let rows = [*one, *two].map(|pick| (*table, before.pick(*table, pick)));
            self.touched.extend(rows);
        }
        let done = act(world, self.stale, operation);
        assert_agree(operation, &done, &expected);
        for (table, from) in TABLES.into_iter().zip(before.next_id) {
            if table.owned().is_none() {
                let keys = self.model.rows(table).range(from..).map(|(&id, _)| id);
                let keys = keys.map(|id| any_table(world, table).key_of(id).unwrap());
                self.born.extend(keys.map(|key| (table, key)));
            }
        }
        done
    }

    /// Runs a transaction, or a savepoint at nesting level `depth`.
    pub(crate) fn run(&mut self, world: &mut World, block: &Block, depth: usize) -> Ended {
        let before = block
            .can_fail()
            .then(|| (self.model.clone(), state_of(world)));
        let unwinds = block.end == End::Panic || depth == 0;
        let ended = if unwinds {
            let body = || self.in_transaction(world, block, depth);
            match catch_unwind(AssertUnwindSafe(body)) {
                Ok(ended) => ended,
                Err(panic) => match panic.downcast_ref() {
                    Some(End::Panic) => Ended::RolledBack,
                    Some(End::PanicThrough) if depth == 0 => Ended::Unwinding,
                    _ => resume_unwind(panic),
                },
            }
        } else {
            self.in_transaction(world, block, depth)
        };
        if ended != Ended::Committed {
            let (model, state) = before.unwrap_or_else(|| panic!("a commit ended as {ended:?}"));
            *self.model = model;
            assert!(state_of(world) == state, "{block:?} left a trace");
            self.compare(world);
        }
        ended
    }

    fn in_transaction(&mut self, world: &mut World, block: &Block, depth: usize) -> Ended {
        let result = match block.form {
            Form::Closure => world.transaction(|world| self.body(world, block, depth)),
            Form::Guard => {
                let mut transaction = world.begin();
                let result = self.body(&mut transaction, block, depth);
                match result {
                    Ok(()) => transaction.commit(),
                    Err(Stop::Own) => transaction.rollback(),
                    Err(Stop::Refused) => drop(transaction),
                }
                result
            }
        };
        if result.is_ok() {
            Ended::Committed
        } else {
            Ended::RolledBack
        }
    }

    fn body(&mut self, world: &mut World, block: &Block, depth: usize) -> Result<(), Stop> {
        for inner in &block.body {
            match inner {
                Inner::Do(operation) => {
                    let done = self.operate(world, operation);
                    self.compare(world);
                    if block.end == End::Question {
                        done?;
                    }
                }
                Inner::Block(block) => {
                    self.run(world, block, depth + 1);
                }
            }
        }
        match block.end {
            End::Commit | End::Question => Ok(()),
            End::Error => Err(Stop::Own),
            End::Panic | End::PanicThrough => resume_unwind(Box::new(block.end)),
        }
    }
}

/// Asserts that both have applied the operation, or that both have refused it, for one of the model's
/// reasons.
fn assert_agree(operation: &Operation, done: &Result<(), Error>, expected: &Outcome) {
    match (done, expected) {
        (Ok(()), Ok(())) => {}
        (Err(error), Err(refusals)) => {
            let refusal = refusal(error);
            assert!(
                refusals.contains(&refusal),
                "{operation:?} was refused for {error:?}, and not for {refusals:?}"
            );
        }
        (done, expected) => panic!("{operation:?} ended in {done:?}, and should in {expected:?}"),
    }
}
