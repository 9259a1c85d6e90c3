//! How a world file is opened: the caller's options, and the settings of the connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

/// Bytes that the write-ahead log may keep on the disk when all of it is in the file: 64 MB.
const LOG_AT_REST: u64 = 64 << 20;

type Observer = Box<dyn FnMut(&str) + Send>;

/// How to open a world file.
#[derive(Default)]
#[must_use]
pub struct Options {
    busy_timeout: Option<Duration>,
    on_statement: Option<Observer>,
    pub(super) largest_log: Option<u64>,
    /// Whether the file has to exist.
    pub(super) existing: bool,
    /// Whether CHECKs, triggers and indexes that only the file has are taken as they are.
    pub(super) trusts_rules: bool,
    /// Whether the pages of the file are taken for whole.
    pub(super) trusts_pages: bool,
    /// Whether a file is taken that is older than what was acknowledged, or does not belong to its log.
    pub(super) takes_older: bool,
    /// Whether a file is taken after a failed sync.
    pub(super) trusts_disk: bool,
    /// Whether the rows are taken as they are, whatever their content hashes say.
    pub(super) accepts_edits: bool,
    /// Whether a file with another schema is migrated where that is safe.
    pub(super) migrates: bool,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("busy_timeout", &self.busy_timeout)
            .field("largest_log", &self.largest_log)
            .field("existing", &self.existing)
            .field("trusts_rules", &self.trusts_rules)
            .field("trusts_pages", &self.trusts_pages)
            .field("takes_older", &self.takes_older)
            .field("trusts_disk", &self.trusts_disk)
            .field("accepts_edits", &self.accepts_edits)
            .field("migrates", &self.migrates)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// The settings of [`Database::open`](crate::Database::open).
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a flush waits while another program is writing; 5 seconds by default.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = Some(timeout);
        self
    }

    /// How many bytes of the write-ahead log a reader may keep from being brought into the file; without this
    /// option as many as the disk has. When there are more, a flush writes nothing and says
    /// [`FlushFailure::LogTooLarge`](crate::FlushFailure::LogTooLarge) until the reader has gone. The log itself
    /// can become twice as large, and larger by what one flush writes.
    pub fn largest_log(mut self, bytes: u64) -> Self {
        self.largest_log = Some(bytes);
        self
    }

    /// Does not create a file where there is none ([`FileError::NotThere`](crate::FileError::NotThere)), nor a
    /// world in an empty file ([`FileError::Empty`](crate::FileError::Empty)). For a server whose world exists, and
    /// that must not start an empty one because a path is wrong, a disk is not mounted, or a copy was cut off.
    pub fn existing(mut self) -> Self {
        self.existing = true;
        self
    }

    /// Accepts a file with rules that the models do not have: CHECKs, triggers, and indexes with an expression or
    /// a WHERE. They run inside of each flush. A row that they refuse makes the flush fail; what a trigger writes is
    /// not in memory, and is overwritten or lost, and if it writes to rows of the world, these are not what their
    /// content hashes say when the file is opened again ([`FileError::Altered`](crate::FileError::Altered)). Do not
    /// open an untrusted file with this option.
    pub fn trust_rules_of_file(mut self) -> Self {
        self.trusts_rules = true;
        self
    }

    /// Leaves out SQLite's `quick_check`, which reads all pages of the file before they are loaded, and takes about
    /// a third of the time that loading takes. A damaged file may then be opened, with rows that are missing or
    /// outdated; a file that was crafted for it may keep `open` from ever returning.
    pub fn skip_quick_check(mut self) -> Self {
        self.trusts_pages = true;
        self
    }

    /// Takes a file that does not belong to the write-ahead log beside it
    /// ([`FileError::OtherLog`](crate::FileError::OtherLog)), or is older than what was flushed
    /// ([`FileError::FlushesLost`](crate::FileError::FlushesLost),
    /// [`FileError::LogMissing`](crate::FileError::LogMissing)). The file is opened as it is; a log that is not its
    /// own is renamed, to `world.db-wal.aside-1` for example. For an operator who knows which state it is, once, and
    /// not for a server to begin with always.
    pub fn accept_older_state(mut self) -> Self {
        self.takes_older = true;
        self
    }

    /// Takes a file after a failed sync ([`FileError::FailedSync`](crate::FileError::FailedSync)), without the
    /// machine having been started again. What was durable is in it. What came later is read out of a cache that
    /// the disk may not have: it may be gone after a power cut, and what is written now is built on it.
    pub fn accept_failed_sync(mut self) -> Self {
        self.trusts_disk = true;
        self
    }

    /// Accepts rows that are not what was written to the file, as long as they fit, and adds up their content hashes
    /// anew, when all other checks have passed; they are in the file when `open` returns. For a file that was
    /// changed by hand, with `sqlite3` for example, while no program had it open, and for one that lost its
    /// content hashes. Without this option such a file is refused
    /// ([`FileError::Altered`](crate::FileError::Altered), [`FileError::NoHashes`](crate::FileError::NoHashes)),
    /// because a damaged disk looks the same: look at the list first, and use the option once.
    pub fn accept_edits(mut self) -> Self {
        self.accepts_edits = true;
        self
    }

    /// Migrates a file with another schema before it is opened, if every step of that is
    /// [safe](crate::Safety::Safe): each row keeps each value. A copy of the file as it was stays beside it, see
    /// [`Migration::run`](crate::Migration::run). A file whose migration needs anything else is refused with
    /// [`FileError::NotMigrated`](crate::FileError::NotMigrated), and is not changed.
    pub fn migrate_safely(mut self) -> Self {
        self.migrates = true;
        self
    }

    /// Calls `observer` with every SQL statement that is executed, with its values filled in: for tests
    /// and for inspecting what a flush does.
    pub fn on_statement(mut self, observer: impl FnMut(&str) + Send + 'static) -> Self {
        self.on_statement = Some(Box::new(observer));
        self
    }
}

/// Settings of the connection, none of which writes to the file. Returns the number of pages in the
/// write-ahead log, which every commit keeps up to date.
pub(super) fn configure(
    connection: &mut Connection,
    options: Options,
) -> rusqlite::Result<Arc<AtomicU32>> {
    connection.busy_timeout(options.busy_timeout.unwrap_or(Duration::from_secs(5)))?;
    connection.set_prepared_statement_cache_capacity(1024);
    if let Some(mut observer) = options.on_statement {
        let observe = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, text) = event {
                observer(statement.expanded_sql().as_deref().unwrap_or(text));
            }
        };
        connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(observe))?;
    }
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // The world enforces foreign keys, and writes every row that they change. If SQLite did it too, a
    // child that has moved to another parent would be deleted with the parent that it had in the file.
    connection.pragma_update(None, "foreign_keys", false)?;
    // A log that has grown while a reader held it is made small again by the first flush after that reader.
    let limit = options.largest_log.unwrap_or(LOG_AT_REST).min(LOG_AT_REST);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let _: i64 =
        connection.pragma_update_and_check(None, "journal_size_limit", limit, |row| row.get(0))?;
    // Automatic checkpoints swallow I/O errors; the writer runs its own.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    let wal_pages = Arc::new(AtomicU32::new(0));
    let pages = Arc::clone(&wal_pages);
    connection.wal_hook(Some(move |_: &mut Wal, n_pages: std::ffi::c_int| {
        pages.store(u32::try_from(n_pages).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }))?;
    Ok(wal_pages)
}

/// Sets whether closing the file runs a checkpoint.
pub(super) fn checkpoint_on_close(connection: &Connection, yes: bool) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !yes)?;
    Ok(())
}
