//! The operations on a world, and the steps on a world with its file.

use crate::chosen::Chosen;
use crate::schema::Table;
use crate::value::{Input, Owner, Pick};
use gamedb::SaveScope;

/// One call to the world.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Insert(Table, Vec<Input>),
    /// With an id that the game gives.
    InsertWithId(Table, Chosen, Vec<Input>),
    /// The field is an index into the table's fields.
    Set(Table, Pick, usize, Input),
    /// The same for all rows, through `iter_mut`.
    SetAll(Table, usize, Input),
    /// Two rows swap the values of a unique field.
    Swap(Table, Pick, Pick),
    Remove(Table, Pick),
    Add(Table, Owner, Vec<Input>),
    AddWithId(Table, Owner, Chosen, Vec<Input>),
    /// So many rows of one owner that the index switches to its other representation.
    AddMany(Table, Owner, Vec<Input>),
    RemoveOwned(Table, Owner, Pick),
    SetOwned(Table, Owner, Vec<NewOrKept>),
    /// From which owner (`None`: the current one), which row, to which owner.
    Give(Table, Option<Owner>, Pick, Owner),
}

/// Number of rows that [`Operation::AddMany`] adds.
pub(crate) const MANY: usize = 34;

/// One row of the list that replaces the rows of an owner.
#[derive(Clone, Debug)]
pub(crate) enum NewOrKept {
    New(Vec<Input>),
    /// Index into the rows of the owner; into all rows if it has none.
    Kept(Pick),
    /// Index into all rows.
    Any(Pick),
}

/// A step on the world as a whole.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Do(Operation),
    Transaction(Block),
    Flush,
    /// A flush in which the statement for one of the pending rows fails; no effect if none is pending.
    FailingFlush(usize),
    /// A flush without refused rows, in which the statement for one of the pending rows fails, and then a flush of
    /// what it has left out.
    PartialFlush(usize),
    /// Another program is writing.
    BusyFlush,
    /// Stages this number of rows for the next background flush.
    Prepare(usize),
    /// A background flush.
    Background,
    /// Queries one of the background flushes.
    Ask(usize, Ask),
    FailingBackground(FailingBackground),
    /// Saves a row. Then a crash is simulated: a copy of the file is opened, and these operations are
    /// applied to it. The original process continues unaffected.
    Save(Table, Pick, SaveScope, Vec<Operation>),
    /// A save that fails at the row that is saved; no effect if the row is clean.
    FailingSave(Table, Pick),
    /// A step of a subscriber.
    Watch(Watch),
    /// The process dies. Changes that were not flushed are lost.
    Crash(Death),
    /// The database is closed, which flushes, and opened again.
    Reopen,
}

/// How the result of a background flush is queried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Wait,
    Poll,
    /// Not at all: another connection reads the file.
    No,
}

/// A background flush that fails, if it has something to write.
#[derive(Clone, Debug)]
pub(crate) struct FailingBackground {
    pub(crate) obstacle: Obstacle,
    /// Number of rows to stage after each step in between.
    pub(crate) ahead: usize,
    /// The steps while it is in flight.
    pub(crate) first: Vec<Inner>,
    /// The steps after a second batch was submitted behind it.
    pub(crate) second: Option<Vec<Inner>>,
    pub(crate) noticed: Noticed,
}

/// Why it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// Another program is writing.
    Busy,
    /// Another program has written; or the server is away.
    Foreign,
}

/// How the failure is detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noticed {
    Wait,
    Poll,
    /// By the next background flush.
    Again,
    /// Not at all: the next flush writes everything.
    Flush,
}

/// A step of a subscriber with a mirror of the world; indexes wrap around the existing subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// A new subscriber, with this capacity.
    Begin(usize),
    Look(usize),
    End(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// The database is dropped.
    Drop,
    /// The process is killed: the file and its log stay as they are at this moment.
    Kill,
}

/// A transaction, or a savepoint in one.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) form: Form,
    pub(crate) body: Vec<Inner>,
    pub(crate) end: End,
}

#[derive(Clone, Debug)]
pub(crate) enum Inner {
    Do(Operation),
    Block(Block),
}

/// The two ways to write a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Closure,
    Guard,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Commit,
    /// The first operation that is refused ends the block, by `?`.
    Question,
    /// An error of the game at the end. With a guard, `rollback`.
    Error,
    /// A panic that is caught around this block.
    Panic,
    /// A panic that unwinds to the outermost transaction.
    PanicThrough,
}

/// The end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Committed,
    RolledBack,
    /// A panic unwinds the blocks around it.
    Unwinding,
}

impl Step {
    /// Number of calls in the block.
    pub(crate) fn n_operations(&self) -> u64 {
        match self {
            Step::Transaction(block) => 1 + block.n_operations(),
            Step::Save(.., afterwards) => 2 + afterwards.len() as u64,
            Step::FailingBackground(failing) => {
                1 + failing.inner().map(Inner::n_operations).sum::<u64>()
            }
            _ => 1,
        }
    }
}

impl Block {
    /// Whether it may end other than committed.
    pub(crate) fn can_fail(&self) -> bool {
        self.end != End::Commit || self.unwinds_through()
    }

    fn unwinds_through(&self) -> bool {
        self.end == End::PanicThrough
            || self.body.iter().any(|inner| match inner {
                Inner::Do(_) => false,
                Inner::Block(block) => block.unwinds_through(),
            })
    }

    fn n_operations(&self) -> u64 {
        self.body.iter().map(Inner::n_operations).sum()
    }
}

impl Inner {
    fn n_operations(&self) -> u64 {
        match self {
            Inner::Do(_) => 1,
            Inner::Block(block) => 1 + block.n_operations(),
        }
    }
}

impl FailingBackground {
    /// All steps in between.
    pub(crate) fn inner(&self) -> impl Iterator<Item = &Inner> {
        self.first.iter().chain(self.second.iter().flatten())
    }
}
