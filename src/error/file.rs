//! What can go wrong with a world file.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::difference::Difference;
use super::flush::{FlushFailure, Outcome, what_next};
use super::problem::list;
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
    /// The path is that of a folder, or empty.
    #[error("{}; give the path of a file, such as `world.db`", not_a_file(path))]
    NotAFile {
        /// The path.
        path: PathBuf,
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
    /// A restore of the file was ended before it was complete, and had set the file aside already: the file has the
    /// name that it had, and the one under which it is set aside. Its log may be beside either of them. Nothing was
    /// written.
    #[error(
        "{world} and {aside} are one file, because a restore was interrupted. Run `gamedb restore` again; or take the world as \
         it was: rename {aside}-wal to {world}-wal, and {aside}-journal to {world}-journal, where they are there, and then \
         remove {aside}",
        world = path.display(), aside = aside.display()
    )]
    RestoreInterrupted {
        /// The world file.
        path: PathBuf,
        /// Its other name.
        aside: PathBuf,
    },
    /// The folder that the file is to be in does not exist, or is a file.
    #[error(
        "{} cannot be opened or made, because the folder {} does not exist; is the path right? If it is, make the folder \
         first (`std::fs::create_dir_all`)",
        path.display(), folder.display()
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
    /// The file is something else than a shared outbox. Nothing was written to it.
    #[error(
        "{} is not an outbox that worlds share; give the path of one, or of a file that does not exist",
        path.display()
    )]
    NotAnOutbox {
        /// The file.
        path: PathBuf,
    },
    /// Another world has exchanged parcels under this name.
    #[error(
        "{} knows another world by the name {name:?}; give this one a name of its own, or, if the other one is gone for \
         good, call `SharedOutbox::forget_world`",
        path.display()
    )]
    OtherWorldOfName {
        /// The shared outbox.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// The shared outbox, or its write-ahead log, was moved, deleted or replaced by another file while this process had it open.
    /// What is exchanged through a file without a name is lost when the last process ends that has it open. Nothing that was to
    /// be delivered counts as delivered.
    #[error(
        "the shared outbox {}, or its log, was moved, deleted or replaced while it was open; put it back, and open it again \
         (`SharedOutbox::open`)",
        path.display()
    )]
    OutboxMoved {
        /// The shared outbox.
        path: PathBuf,
    },
    /// The world was put back from a backup that is older than the last parcels that it has moved. What has left it since is in
    /// the backup, and may be in another world too; what has come into it since is in none. Nothing was moved. A shared outbox
    /// says so until it is accepted, however often the world is flushed or opened.
    #[error(
        "{}: parcels of {name:?} were moved up to its flush {exchanged}, and this is that world as it was after flush {found}, in \
         a backup: what has left it since may be there twice, and what has come into it is lost. Restore all worlds and their \
         outbox from one moment; or go on as it is, with `SharedOutbox::forget_world` or `PostgresOptions::accept_older_state`",
        path.display()
    )]
    RestoredWorld {
        /// The shared outbox; or the address of the world on its server.
        path: PathBuf,
        /// The name of the world.
        name: String,
        /// The last flush of the world that was there when this was noticed first, counted since the world began.
        found: u64,
        /// The flush up to which parcels were moved.
        exchanged: u64,
    },
    /// A shared outbox could not be read or written. It can be tried again.
    #[error("the shared outbox {} could not be read or written", path.display())]
    Outbox {
        /// The shared outbox.
        path: PathBuf,
        /// Why.
        source: BackendError,
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
    /// The server has no such world, where one was to be opened.
    #[error(
        "{} is not there; are the server, the database and the name of the world right, and was it ever made there?",
        path.display()
    )]
    NoWorld {
        /// The world, as its connection names it, without a password.
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
    /// SQLite could not read the file, or prepare it for writing; or the server of a world was not reached, or refused.
    #[error("{} cannot be read, or prepared for writing", path.display())]
    Open {
        /// The world file.
        path: PathBuf,
        /// What SQLite says, or the server.
        source: BackendError,
    },
    /// A world on a server has an older state than one that this process was told is stored: the server is a standby
    /// that had not got it, or an old primary that was started again, even if it has had as many flushes.
    #[error(
        "{} has another state of the world, after flush {found} since it began, than the one with flush \
         {acknowledged} that was acknowledged; connect to the server that has that one",
        path.display()
    )]
    OlderWorld {
        /// The address of the world.
        path: PathBuf,
        /// The last flush that is there.
        found: u64,
        /// The last flush that was acknowledged.
        acknowledged: u64,
    },
    /// Parcels of a world on a server are moved by its owner alone, and that is another process than the one of the database that
    /// was given: it has lost the world, or has another one. Nothing was moved.
    #[error(
        "{} belongs to {owner} since {since}: the database that was given has lost it, or is another world; use that of this \
         outbox, or open it again to take it back",
        path.display()
    )]
    NotOwner {
        /// The address of the world.
        path: PathBuf,
        /// What the owner calls itself: its program and process.
        owner: String,
        /// When it has opened the world, by the server's clock.
        since: String,
    },
    /// The server of a world was not reached, because one side encrypts what the other does not, or the server's
    /// certificate is not trusted.
    #[error("{} is not reached: {advice}", path.display())]
    Encryption {
        /// The address of the world.
        path: PathBuf,
        /// What to do, in the connection string or on the server.
        advice: &'static str,
        /// What the server says, or the library that encrypts.
        source: BackendError,
    },
    /// A world on a server that has rows already, or was flushed to, where another one was to be put. Nothing was written
    /// to it.
    #[error(
        "{} is there already ({what}), and is not overwritten; choose another name for the world, or remove its schema",
        path.display()
    )]
    NotEmpty {
        /// The address of the world.
        path: PathBuf,
        /// What is there.
        what: String,
    },
    /// The models, or a name, have no equal on a server, or its database cannot hold what they have.
    #[error("{} cannot be there: {what}", path.display())]
    Unportable {
        /// The address of the world.
        path: PathBuf,
        /// What has no equal, and what to do about it.
        what: String,
    },
    /// A flush did not succeed. All that it was to write is still dirty, so it can be tried again.
    #[error("flush to {} failed, and {outcome}{}", path.display(), what_next(*outcome, cause))]
    Flush {
        /// The world file; or the address of a world on a server, without a password.
        path: PathBuf,
        /// Whether any of it is in the file.
        outcome: Outcome,
        /// Why.
        #[source]
        cause: FlushFailure,
    },
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

fn not_a_file(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        return "the path is empty".to_owned();
    }
    format!("{} is a folder", path.display())
}

/// What else is wrong with a file, after a list of problems.
fn also(blocks: &[DamagedBlock]) -> String {
    if blocks.is_empty() {
        return String::new();
    }
    format!(". Not what was written: {}", list(blocks))
}
