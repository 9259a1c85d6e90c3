//! What can go wrong with a world file.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use super::problem::list;
use super::refused::{self, RefusedRow};
use super::{BackendError, Problem};

/// Why a world file could not be opened, or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Another [`Database`](crate::Database) has the file open, in this process or another.
    #[error(
        "{} is open already, here or in another process; close it there first (its lock is {})",
        path.display(), lock.display()
    )]
    AlreadyOpen {
        /// The world file.
        path: PathBuf,
        /// The file whose lock says so.
        lock: PathBuf,
    },
    /// The file has a second name, a hard link. Each name has a lock and a write-ahead log of its own, so a
    /// database under each would write over the other's pages.
    #[error(
        "{} has {n_names} names (hard links), each with a lock and a log of its own; remove all but one, which \
         `find -samefile` lists, or open a copy",
        path.display()
    )]
    HardLinked {
        /// The world file.
        path: PathBuf,
        /// How many names it has.
        n_names: u64,
    },
    /// The folder that the file is to be in does not exist, or is a file.
    #[error(
        "the folder {} does not exist, so no world file can be in it; is the path right? If it is, make the folder first \
         (`std::fs::create_dir_all`)",
        folder.display()
    )]
    NoFolder {
        /// The world file.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// The lock file beside the world file could not be made or locked.
    #[error("the lock file {} cannot be made or locked", lock.display())]
    Lock {
        /// The lock file.
        lock: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file, or its folder, cannot be written.
    #[error("{} cannot be written; it and its folder have to be writable", path.display())]
    ReadOnly {
        /// The world file.
        path: PathBuf,
    },
    /// The file is not an SQLite file. Nothing was written to it.
    #[error("{} is not an SQLite file", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else than a world of these models. Nothing was written to it.
    #[error(
        "{} is not a world of these models (`gamedb diff` shows how it becomes one, `gamedb import` copies the rows \
         of any file into one): {}",
        path.display(), list(differences)
    )]
    Schema {
        /// The world file.
        path: PathBuf,
        /// All differences.
        differences: Vec<Difference>,
    },
    /// The file has another schema, and was to be migrated when it was opened, but that is not safe or has failed.
    /// Nothing was written to it. `gamedb migrate` takes consent, and scripts.
    #[error(
        "{} was not migrated to the schema of the models; `gamedb migrate` asks for what it needs",
        path.display()
    )]
    NotMigrated {
        /// The world file.
        path: PathBuf,
        /// Why: a [`MigrationError`](crate::MigrationError).
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file was written by a newer version of this crate, in a way that this one does not know.
    #[error(
        "{} has format {format}, and formats up to {known} are known here; open it with a newer gamedb",
        path.display()
    )]
    NewerFormat {
        /// The world file.
        path: PathBuf,
        /// The format that it says it has.
        format: u8,
        /// The newest one that this version knows.
        known: u8,
    },
    /// The pages of the file are not those of one database: a write that was lost, a disk that fails, a copy that
    /// was made while the file was open, or a file that somebody made so. Nothing was written to it.
    #[error(
        "{} is damaged; put a backup in its place with `gamedb restore`, or copy what can be read with `gamedb rescue`: {}",
        path.display(), list(problems)
    )]
    Damaged {
        /// The world file.
        path: PathBuf,
        /// What is wrong, as far as it was looked for.
        problems: Vec<String>,
    },
    /// There is not enough memory for a table, or for as many rows as a damaged file says that it has. Nothing was
    /// written to it.
    #[error(
        "{} has {n_rows} rows of {table}, for which there is not enough memory; give the process more, or see what `gamedb verify` says of the file",
        path.display()
    )]
    TooLarge {
        /// The world file.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// How many rows it has, as the file says.
        n_rows: usize,
    },
    /// Rows of the file are not what they have to be. Nothing was written to it.
    #[error(
        "{} has {} rows that do not fit: {}{}",
        path.display(), problems.len(), list(problems), also(blocks)
    )]
    Rows {
        /// The world file.
        path: PathBuf,
        /// All of them.
        problems: Vec<Problem>,
        /// All blocks of rows that are not what was written, those of these rows among them: see
        /// [`Altered`](Self::Altered).
        blocks: Vec<DamagedBlock>,
    },
    /// Rows of the file fit, but they are not what was written: their content hashes differ. A disk has lost or
    /// changed them, or another program has, or a person by hand. Nothing was written to the file. Each block is
    /// some thousand rows, one or more of which have been changed, added or removed.
    #[error(
        "{} is not what was written to it: {}; put it back from a backup, or take it as it is with \
         `Options::accept_edits` if it was changed by hand",
        path.display(), list(blocks)
    )]
    Altered {
        /// The world file.
        path: PathBuf,
        /// All blocks of rows that are not what was written.
        blocks: Vec<DamagedBlock>,
    },
    /// The content hashes of the file, table `gamedb_hashes`, are not there, and had been. Without them
    /// nothing tells whether the rows are what was written. Nothing was written to the file.
    #[error(
        "{} has lost its content hashes, the table gamedb_hashes; put it back from a backup, or take its rows \
         as they are with `Options::accept_edits`",
        path.display()
    )]
    NoHashes {
        /// The world file.
        path: PathBuf,
    },
    /// A file that is there already, where a new one was to be made. Nothing was written to it.
    #[error("{} is there already; open it, or choose another path for the new file", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no file, where one was to be opened.
    #[error("{} is not there; is the path right, and its disk mounted?", path.display())]
    NotThere {
        /// The file.
        path: PathBuf,
    },
    /// The file has nothing in it, where a world was to be opened. A disk that was full, or a copy that was cut
    /// off, leaves such a file.
    #[error(
        "{} is empty; put the world back from a backup, or open it without `existing` to begin a new one",
        path.display()
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// There is no file, or an empty one, and a write-ahead log, which may hold all of it. To make a new file
    /// there would destroy the log: put the file back, or move the log away.
    #[error(
        "{} is not there or empty, and its write-ahead log is there: put the file back, or move {} away",
        path.display(), log.display()
    )]
    LogWithoutFile {
        /// The world file.
        path: PathBuf,
        /// The log.
        log: PathBuf,
    },
    /// The write-ahead log beside the file is not its own: a backup was copied over the file of a server that had
    /// died, or a log was left by another file. Together they would be a mixture. Nothing was written to either.
    #[error(
        "{} and the log beside it do not belong together: {relation}. Put a backup in place with `gamedb restore`, which \
         moves the old file and {} aside; or open the file without that log, with `Options::accept_older_state`",
        path.display(), log.display()
    )]
    OtherLog {
        /// The world file.
        path: PathBuf,
        /// The log.
        log: PathBuf,
        /// Which is which.
        relation: &'static str,
    },
    /// Flushes that were acknowledged are in neither the file nor its log: the log was deleted, damaged, or replaced
    /// by an older one. Nothing was written.
    #[error(
        "{} has the world after flush {found}, and flush {acknowledged} was acknowledged; the later ones were in {}. Put \
         that log back, or a backup with `gamedb restore`; or go on from flush {found}, with `Options::accept_older_state`",
        path.display(), log.display()
    )]
    FlushesLost {
        /// The world file.
        path: PathBuf,
        /// Where its log would be.
        log: PathBuf,
        /// The last flush that is there, counted since the world began.
        found: u64,
        /// The last flush that was acknowledged.
        acknowledged: u64,
    },
    /// The file was copied while a game had it open, without its log; or the log of a game that died was deleted. So
    /// flushes may be missing, or pages that a checkpoint was about to write. Nothing was written.
    #[error(
        "{} was in use when it had flush {generation}, and its log {} is gone: it was copied while open, or the log deleted. \
         Put the log back, or a backup with `gamedb restore`; or take the file as it is, with \
         `Options::accept_older_state`",
        path.display(), log.display()
    )]
    LogMissing {
        /// The world file.
        path: PathBuf,
        /// Where its log would be.
        log: PathBuf,
        /// The last flush that is in the file, counted since the world began.
        generation: u64,
    },
    /// The write-ahead log beside the file cannot be read, or be moved aside.
    #[error("the log {} cannot be read, or be moved aside", log.display())]
    Log {
        /// The log.
        log: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of a world, a backup or a folder could not be read, written or renamed.
    #[error("{} cannot be read, written or renamed", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A backup was given up before it was complete: its [`Backup`](crate::Backup) was dropped. No file is left of it.
    #[error("the backup {} was given up", path.display())]
    BackupCancelled {
        /// The file that it was to become.
        path: PathBuf,
    },
    /// A sync has failed while the file was open ([`FlushFailure::SyncFailed`]), and the machine has not been started
    /// again since. What was durable is in the file; what was written later may be read, and yet not be on the disk.
    /// Nothing was written.
    #[error(
        "{}: the disk has failed to sync it, and may still show what it does not have. Start the machine again and look \
         at the disk; or put a backup on another disk with `gamedb restore`; or take what is read, with \
         `Options::accept_failed_sync`",
        path.display()
    )]
    FailedSync {
        /// The world file.
        path: PathBuf,
    },
    /// The file system of the file does not carry a write-ahead log.
    #[error(
        "{} stays in journal mode {mode}, and WAL mode is needed; put it on a local disk",
        path.display()
    )]
    NotWal {
        /// The world file.
        path: PathBuf,
        /// Its journal mode.
        mode: String,
    },
    /// SQLite could not read the file, or prepare it for writing.
    #[error("{} cannot be read, or prepared for writing", path.display())]
    Open {
        /// The world file.
        path: PathBuf,
        /// What SQLite says.
        source: BackendError,
    },
    /// A flush did not succeed. All that it was to write is still dirty, so it can be tried again.
    #[error("flush to {} failed: {outcome}{}", path.display(), what_next(*outcome, cause))]
    Flush {
        /// The world file.
        path: PathBuf,
        /// Whether any of it is in the file.
        outcome: Outcome,
        /// Why.
        #[source]
        cause: FlushFailure,
    },
}

/// What became of the rows of a failed flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// None of them is in the file.
    NotCommitted,
    /// All of them are, or none. The file is not written to any more, not even when it is closed. Open it
    /// again, which tells; but after [`FlushFailure::SyncFailed`] go on in another file.
    Unknown,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotCommitted => "nothing was written",
            Self::Unknown => "whether it was written is not known",
        })
    }
}

/// What to do after a failed flush, where the cause does not say it itself.
fn what_next(outcome: Outcome, cause: &FlushFailure) -> &'static str {
    match (outcome, cause) {
        (_, FlushFailure::SyncFailed { .. } | FlushFailure::CheckpointFailed { .. }) => "",
        (Outcome::NotCommitted, _) => ", and it can be tried again",
        (Outcome::Unknown, _) => "; open the file again",
    }
}

/// Why a flush failed. It can be cloned, because a flush in the background may be asked about more than
/// once.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushFailure {
    /// Another program was writing for longer than the configured wait.
    #[error("another program is writing to the file; try again")]
    Busy,
    /// The disk is full, or a quota or limit is used up: nothing more can be written to the file. It can
    /// be tried again when there is room. A disk that is broken is not full: that is
    /// [`Backend`](Self::Backend).
    ///
    /// Before this is said, a checkpoint is tried, and the batch once more: the next commit writes over a log whose
    /// pages are all in the file. So the log was full, and a reader holds it, or the file has no room either.
    ///
    /// A limit on the size of files (`ulimit -f`, `LimitFSIZE=`) is told to a process by the signal SIGXFSZ, which ends
    /// it unless it is ignored. What was flushed is in the file; but to get this error instead, a program has to ignore
    /// the signal, for example with `trap '' XFSZ` in the shell script that starts it. The library leaves signals alone.
    #[error(
        "the disk is full, or a quota or limit of the file's size is reached; make room and try again"
    )]
    Full,
    /// The disk has failed to keep what was written. It may have dropped that, and still read it as if it were
    /// there: so nothing is written to this file any more, not even when it is closed, and no later sync is
    /// believed. What was durable is in it. All of the world is in memory: go on in a new file, on another
    /// disk, with [`Database::create`](crate::Database::create).
    #[error(
        "the disk has failed to keep what was written, so nothing is written to this file any more; go on in a new one, on another disk"
    )]
    SyncFailed {
        /// What SQLite says.
        source: BackendError,
    },
    /// The write-ahead log could not be brought into the file after an earlier flush. All flushes are in the log;
    /// nothing is written any more until the file is opened again.
    #[error(
        "the log could not be brought into the file after an earlier flush; open the file again"
    )]
    CheckpointFailed {
        /// What SQLite says.
        source: BackendError,
    },
    /// A reader keeps the write-ahead log from shrinking, and it has become as large as
    /// [`Options::largest_log`](crate::Options::largest_log) says. It can be tried again when the reader has
    /// gone.
    #[error(
        "a reader keeps {bytes} bytes of the log from being brought into the file, and {most} may be; end the reader and try again"
    )]
    LogTooLarge {
        /// Bytes of the log that are not in the file.
        bytes: u64,
        /// How many may be.
        most: u64,
    },
    /// A row that has to be in the file is not there, or one that may not be is.
    #[error(
        "a statement for row {id} of {table} touched {touched} rows instead of one; open the file again"
    )]
    RowCount {
        /// The table.
        table: &'static str,
        /// The row's id.
        id: i64,
        /// How many rows it touched.
        touched: usize,
    },
    /// Rows were refused by the file itself. Change them, or write everything else with
    /// [`flush_without_refused`](crate::Database::flush_without_refused).
    #[error("the file refuses {}; mend them, or flush without them", refused::named(rows, *n_rows))]
    Refused {
        /// The rows, in the order in which they were to be written; at most 100 of them.
        rows: Vec<RefusedRow>,
        /// How many there are.
        n_rows: usize,
    },
    /// Another program has written to the file since it was read, and what it wrote is not in memory.
    /// Nothing is written for as long as file and memory differ in anything but what is about to be
    /// written. So either take back what it wrote, or open the world again, without what has changed since
    /// the last flush; or go on in another file, with [`Database::create`](crate::Database::create).
    #[error(
        "another program has written to the file: take that back, open the file again, or go on in a new one"
    )]
    ForeignWrite,
    /// Another program has changed the schema of the file, so that a flush would do something else there than
    /// the models say. Nothing is written until that is taken back.
    #[error(
        "another program has changed the schema of the file: {}; take that back, or go on in a new file",
        list(differences)
    )]
    SchemaChanged {
        /// All differences from the models.
        differences: Vec<Difference>,
    },
    /// The file or its write-ahead log was moved, deleted, or replaced by another while it was open. What is
    /// written to a log that is gone is lost when the process ends.
    #[error(
        "the file, or its write-ahead log, has been moved, deleted or replaced; put it back, or go on in a new one"
    )]
    Moved,
    /// An earlier flush had an unknown outcome.
    #[error("an earlier flush left the file in an unknown state; open it again")]
    Poisoned,
    /// The world in the database is not the one that was loaded: it was swapped with another.
    #[error("this is not the world that was loaded from the file; put that one back in its place")]
    OtherWorld,
    /// A transaction was left open: it was forgotten, or its world was put in another one's place
    /// meanwhile. What it did can neither be kept nor be taken back any more.
    #[error("a transaction was left open and cannot be ended any more; load the world again")]
    TransactionOpen,
    /// The thread that writes in the background has panicked. All that it was to write is dirty again;
    /// whether the last batch is in the file is not known.
    #[error("the writer thread has panicked ({message}); open the file again")]
    WriterDied {
        /// What it said.
        message: String,
    },
    /// The thread that writes in the background could not be started.
    #[error("the writer thread cannot be started")]
    NoThread {
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The ticket was given out by another database.
    #[error("the ticket is another database's; ask that one")]
    OtherTicket,
    /// What SQLite says.
    #[error(transparent)]
    Backend(BackendError),
}

impl FlushFailure {
    /// Whether trying again may help by itself: another program was writing, a reader did not end, or the disk was
    /// full. Every other failure stays until a person has done something about it.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full | Self::LogTooLarge { .. })
    }
}

/// Rows of a file that are not what was written: one or more of them were changed, added or removed by a damaged
/// disk, another program, or a person. Which ones, the content hash does not say; it is one number for a block of
/// 16,384 ids.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DamagedBlock {
    /// The table, in lower case.
    pub table: String,
    /// The ids that the block has room for; `None` for the table of next ids, which is one block.
    pub ids: Option<RangeInclusive<i64>>,
}

impl std::fmt::Display for DamagedBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { table, ids } = self;
        match ids {
            Some(ids) => write!(f, "{table} rows {} to {}", ids.start(), ids.end()),
            None => write!(f, "the next ids in {table}"),
        }
    }
}

/// What else is wrong with a file, after a list of problems.
fn also(blocks: &[DamagedBlock]) -> String {
    if blocks.is_empty() {
        return String::new();
    }
    format!(". Not what was written: {}", list(blocks))
}

/// Where a file and the models do not agree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// A table is not there.
    #[error("table {table} is missing")]
    NoTable {
        /// The table.
        table: String,
    },
    /// Something else than a table has a table's name.
    #[error("{table} is a {kind}, and not a table")]
    NotATable {
        /// The table.
        table: String,
        /// What it is in the file: `view`, `virtual` or `shadow`.
        kind: String,
    },
    /// A column is not there.
    #[error("column {table}.{column} is missing")]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column that the models do not have.
    #[error("column {table}.{column} is not in the models")]
    UnknownColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column is declared in another way.
    #[error("column {table}.{column} is declared as {found}, not as {expected}")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What the models have.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// Foreign keys or unique columns differ.
    #[error("table {table}: {what} is {}", if *.expected { "missing" } else { "not in the models" })]
    Constraint {
        /// The table.
        table: String,
        /// What it is about.
        what: String,
        /// Whether the models have it, and the file does not; or the other way round.
        expected: bool,
    },
    /// A CHECK is not the same: the file refuses rows that the models take, or takes rows that they do not.
    #[error(
        "table {table}: CHECK ({check}) is {}", if *.expected { "missing" } else { "not in the models" }
    )]
    Check {
        /// The table.
        table: String,
        /// The CHECK, or one of those that it is made of with AND.
        check: String,
        /// Whether the models have it, and the file does not; or the other way round.
        expected: bool,
    },
    /// An index that the models do not have, and that computes something at each write.
    #[error("table {table}: an index on {index} is not in the models")]
    Index {
        /// The table.
        table: String,
        /// What it is on.
        index: String,
    },
    /// A trigger would change rows behind the world's back.
    #[error("trigger {trigger} on table {table} would change rows unseen")]
    Trigger {
        /// The table.
        table: String,
        /// The trigger.
        trigger: String,
    },
    /// A table that is not the world's points into it. The world would not keep that reference valid.
    #[error("table {table} is not in the models, and points to {target}")]
    ForeignTable {
        /// The other table.
        table: String,
        /// The world's table.
        target: String,
    },
}
