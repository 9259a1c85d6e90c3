//! How a world file is opened: the caller's options, and the settings of the connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

type Observer = Box<dyn FnMut(&str) + Send>;

/// How to open a world file.
#[derive(Default)]
#[must_use]
pub struct Options {
    busy_timeout: Option<Duration>,
    on_statement: Option<Observer>,
    /// Whether the file has to be there.
    pub(super) existing: bool,
    /// Whether CHECKs, triggers and indexes that only the file has are taken as they are.
    pub(super) trusts_rules: bool,
    /// Whether the pages of the file are taken for whole.
    pub(super) trusts_pages: bool,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("busy_timeout", &self.busy_timeout)
            .field("existing", &self.existing)
            .field("trusts_rules", &self.trusts_rules)
            .field("trusts_pages", &self.trusts_pages)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// The settings of [`Database::open`](crate::Database::open).
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a flush waits while another program is writing; 5 seconds if nothing is said.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = Some(timeout);
        self
    }

    /// Makes no file where there is none, [`FileError::NotThere`](crate::FileError::NotThere), and no world in
    /// a file that has nothing in it, [`FileError::Empty`](crate::FileError::Empty). For a server whose world
    /// has been there before, and that must not begin an empty one because a path is wrong, a disk not mounted,
    /// or a copy cut off.
    pub fn existing(mut self) -> Self {
        self.existing = true;
        self
    }

    /// Takes a file with rules that the models do not have, and leaves them to whoever made them: CHECKs,
    /// triggers, and indexes with an expression or a WHERE. They run inside of each flush. A row that they refuse
    /// makes the flush fail; what a trigger writes is not in memory, and is written over or lost. So do not open
    /// a file that comes from somebody else in this way.
    pub fn trust_rules_of_file(mut self) -> Self {
        self.trusts_rules = true;
        self
    }

    /// Leaves out SQLite's `quick_check`, which reads all pages of the file before they are loaded, and takes
    /// about a third of the time that loading takes. A damaged file may then open, with rows that are lost or
    /// are older ones; one that somebody made for it may keep `open` from ever returning.
    pub fn skip_quick_check(mut self) -> Self {
        self.trusts_pages = true;
        self
    }

    /// Calls `observer` with every SQL statement that is executed, its values filled in: for tests
    /// and for looking at what a flush does.
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
    // The world keeps foreign keys, and writes every row that they change. With SQLite doing it too, a
    // child that has moved away would be deleted with the parent that it had in the file.
    connection.pragma_update(None, "foreign_keys", false)?;
    // Automatic checkpoints swallow I/O errors; flush does its own.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    let wal_pages = Arc::new(AtomicU32::new(0));
    let pages = Arc::clone(&wal_pages);
    connection.wal_hook(Some(move |_: &mut Wal, n_pages: std::ffi::c_int| {
        pages.store(u32::try_from(n_pages).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }))?;
    Ok(wal_pages)
}

/// Whether closing the file brings the write-ahead log into it.
pub(super) fn checkpoint_on_close(connection: &Connection, yes: bool) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !yes)?;
    Ok(())
}
