//! What an operator does with a world file, without its models: verify, back up, restore, rescue.

mod backup;
mod checks;
mod copy;
mod rescue;
mod restore;
mod snapshot;
mod verify;

pub(in crate::persist) use backup::begin_backup;
pub use backup::{Backup, BackupReport, backup};
pub(super) use copy::Unfinished;
#[cfg(feature = "postgres")]
pub(super) use copy::refuse_taken;
pub use rescue::{RescueReport, RescuedTable, rescue};
pub use restore::{RestoreReport, restore};
pub use snapshot::open_to_look;
pub(super) use snapshot::{Snapshot, locked_snapshot, snapshot};
#[cfg(feature = "postgres")]
pub(super) use verify::verify_file;
pub use verify::{FileProblem, VerifyReport, verify};

/// How far an operation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'p> {
    /// What it is doing, for people: `pages`, or `rows of players`.
    pub stage: &'p str,
    /// How much of the stage is done: pages or rows.
    pub done: u64,
    /// How much there is to do in the stage, as far as that is known before: never less than `done`.
    pub total: u64,
}
