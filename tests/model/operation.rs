//! What can be done to a world, and to the world with its file.

use crate::schema::Table;
use crate::value::{Input, Owner, Pick};
use gamedb::SaveScope;

/// One call.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Insert(Table, Vec<Input>),
    /// The field is counted from the first one of the table.
    Set(Table, Pick, usize, Input),
    /// The same to all rows, through `iter_mut`.
    SetAll(Table, usize, Input),
    /// Two rows change places in a field that has to be unique.
    Swap(Table, Pick, Pick),
    Remove(Table, Pick),
    Add(Table, Owner, Vec<Input>),
    /// So many of the same that an index keeps them in another way.
    AddMany(Table, Owner, Vec<Input>),
    RemoveOwned(Table, Owner, Pick),
    SetOwned(Table, Owner, Vec<NewOrKept>),
    /// From whom, `None` for the one who has it; what; to whom.
    Give(Table, Option<Owner>, Pick, Owner),
}

/// How many [`Operation::AddMany`] adds.
pub(crate) const MANY: usize = 34;

/// One row of the list that replaces what somebody has.
#[derive(Clone, Debug)]
pub(crate) enum NewOrKept {
    New(Vec<Input>),
    /// Counted among those that the owner has; among all if it has none.
    Kept(Pick),
    /// Counted among all.
    Any(Pick),
}

/// What happens to the world as a whole.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Do(Operation),
    Transaction(Block),
    Flush,
    /// A flush whose statement for one of the pending rows fails; nothing if none is pending.
    FailingFlush(usize),
    /// Another program is writing.
    BusyFlush,
    /// A part of the next flush in the background: so many rows.
    Prepare(usize),
    /// A flush in the background.
    Background,
    /// What has become of one of those in the background.
    Ask(usize, Ask),
    FailingBackground(FailingBackground),
    /// Saves a row. Then the process dies, and a second life begins from what the file has: these
    /// operations are done to it. The first life goes on as if that had not been.
    Save(Table, Pick, SaveScope, Vec<Operation>),
    /// A save that fails at the row that was to be saved; nothing if that is clean.
    FailingSave(Table, Pick),
    /// Somebody looks at what changes.
    Watch(Watch),
    /// The process dies. What was not flushed is gone.
    Crash(Death),
    /// Closed, which flushes, and opened again.
    Reopen,
}

/// How it is asked what has become of a flush in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Wait,
    Poll,
    /// Not at all: somebody else looks at the file.
    No,
}

/// A flush in the background that fails, if it has something to write.
#[derive(Clone, Debug)]
pub(crate) struct FailingBackground {
    pub(crate) obstacle: Obstacle,
    /// How many rows are copied ahead of the next one after each thing that is done meanwhile.
    pub(crate) ahead: usize,
    /// What is done while it is on its way.
    pub(crate) first: Vec<Inner>,
    /// What is done after another one was sent behind it.
    pub(crate) second: Option<Vec<Inner>>,
    pub(crate) noticed: Noticed,
}

/// Why it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// Another program is writing.
    Busy,
    /// Another program has written.
    Foreign,
}

/// How it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noticed {
    Wait,
    Poll,
    /// By the next flush in the background.
    Again,
    /// Not at all: the next flush writes everything.
    Flush,
}

/// A subscriber with a mirror of the world; those that there are, are counted round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// A new one, for whom so many changed rows are kept.
    Begin(usize),
    Look(usize),
    End(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// The database is dropped.
    Drop,
    /// Nothing runs any more: the file and its log stay as they are at this moment.
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
    /// The first operation that is refused ends it, by `?`.
    Question,
    /// An error of the game's own, at the end. In a guard, `rollback`.
    Error,
    /// A panic that is caught around this block.
    Panic,
    /// A panic that goes on to the outermost transaction.
    PanicThrough,
}

/// How a block has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Committed,
    RolledBack,
    /// A panic is on its way through the blocks around it.
    Unwinding,
}

impl Step {
    /// Number of calls in it.
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
    /// Whether it may end otherwise than committed.
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
    /// All that is done meanwhile.
    pub(crate) fn inner(&self) -> impl Iterator<Item = &Inner> {
        self.first.iter().chain(self.second.iter().flatten())
    }
}
