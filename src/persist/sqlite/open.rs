//! Opening a world file: it is checked and read first, and written to only afterwards.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::FileError;
use crate::schema::graph::TableOrder;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::create::{create_ids, create_tables, has_log, log_of, refuse_lost_file, use_wal};
use super::error::open_error;
use super::load::load;
use super::lock::{Lock, refuse_hard_links};
use super::migrate::{Consent, Migration, MigrationError};
use super::options::{Options, checkpoint_on_close, configure};
use super::parallel_load::second_connection;
use super::quick_check::{Found, quick_check};
use super::schema_diff::Strictness;
use super::writer::{KnownSchema, LogWarnings, WorldFiles, Writer};
use super::{commit, format, schema_diff};

/// Files of this many bytes or more are worth a second connection: 1 MB.
const LARGE: u64 = 1 << 20;

/// A world file that is open, locked and loaded.
pub(in crate::persist) struct Opened<T: Tables> {
    pub(in crate::persist) world: World<T>,
    pub(in crate::persist) writer: Writer,
    pub(in crate::persist) lock: Lock,
}

pub(in crate::persist) fn open<T: Tables>(
    options: Options,
    path: &Path,
    order: &TableOrder,
) -> Result<Opened<T>, FileError> {
    let lock = Lock::acquire(path)?;
    refuse_hard_links(path)?;
    let existing = options.existing;
    if options.migrates {
        migrate_safely(path, T::DDL, &lock)?;
    }
    let strictness = Strictness {
        trusts_rules: options.trusts_rules,
    };
    let mut trusts_pages = options.trusts_pages;
    refuse_lost_file(path, existing)?;
    let at_path = |source| open_error(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(at_path)?;
    // This comes before SQLite creates files beside one that it can only read.
    if connection.is_readonly("main").map_err(at_path)? {
        return Err(FileError::ReadOnly {
            path: path.to_owned(),
        });
    }
    // A file that is refused is not written to, so a log that was there before stays beside it.
    checkpoint_on_close(&connection, !has_log(path)).map_err(at_path)?;
    let largest_log = options.largest_log;
    let wal_pages = configure(&mut connection, options).map_err(at_path)?;
    let mut is_marked = format::has_mark(&connection, path)?;
    if schema_diff::is_empty(&connection).map_err(at_path)? {
        if existing {
            let path = path.to_owned();
            return Err(FileError::Empty { path });
        }
        use_wal(&connection, path)?;
        create_tables(&mut connection, T::DDL).map_err(at_path)?;
        is_marked = true;
    } else if journal_mode(&connection).map_err(at_path)? != "wal" {
        // The file was written elsewhere. Nothing is written to it before all of it is known to fit. Then
        // it is read again, because the change of the journal mode changes its version, as a foreign
        // write does.
        read::<T>(&connection, path, order, strictness, trusts_pages)?;
        trusts_pages = true;
        use_wal(&connection, path)?;
    }
    let (world, version) = read::<T>(&connection, path, order, strictness, trusts_pages)?;
    // The file is known to fit only here, and may be written to.
    create_ids(&connection).map_err(at_path)?;
    let page_size = connection.query_row("PRAGMA page_size", [], |row| row.get(0));
    let writer = Writer {
        page_size: page_size.map_err(at_path)?,
        largest_log,
        warnings: LogWarnings::default(),
        connection,
        path: path.to_owned(),
        files: WorldFiles::of(path),
        version,
        is_marked,
        schema: KnownSchema {
            ddl: T::DDL,
            strictness,
            // Making the table of next ids has changed it, and with it perhaps another program.
            version: None,
        },
        wal_pages,
        // The process that wrote it last may have been killed.
        is_synced: false,
        broken: None,
    };
    Ok(Opened {
        world,
        writer,
        lock,
    })
}

/// Migrates a file that has another schema, if that is safe.
fn migrate_safely(path: &Path, ddl: &str, lock: &Lock) -> Result<(), FileError> {
    // A new file, or one whose log alone is left, is a matter of opening it.
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(());
    }
    let migrated = Migration::plan(path, ddl).and_then(|migration| {
        // Any file of SQLite's could get the tables of the models; one that is no world is refused as that.
        if migration.is_empty() || !migration.is_of_world() {
            return Ok(());
        }
        let done = migration.run_locked(&Consent::new(), lock)?;
        tracing::info!(path = %path.display(), steps = done.steps.len(), "migrated to the schema of the models");
        Ok(())
    });
    migrated.map_err(|error| match error {
        MigrationError::File(error) => error,
        other => FileError::NotMigrated {
            path: path.to_owned(),
            source: Box::new(other),
        },
    })
}

fn journal_mode(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))
}

/// Loads a snapshot of the file, and returns its version.
fn read<T: Tables>(
    connection: &Connection,
    path: &Path,
    order: &TableOrder,
    strictness: Strictness,
    trusts_pages: bool,
) -> Result<(World<T>, i64), FileError> {
    let at_path = |source| open_error(path, source);
    let (snapshot, mut second) = snapshot(connection, path).map_err(at_path)?;
    let differences = schema_diff::differences(&snapshot, T::DDL, strictness).map_err(at_path)?;
    if !differences.is_empty() {
        return Err(FileError::Schema {
            path: path.to_owned(),
            differences,
        });
    }
    let damaged = |problems| FileError::Damaged {
        path: path.to_owned(),
        problems,
    };
    let mut found = Found::default();
    if !trusts_pages {
        found = quick_check(&snapshot, T::INFO).map_err(at_path)?;
        if !found.trees.is_empty() {
            return Err(damaged([found.trees, found.indexes].concat()));
        }
    }
    let loaded = load::<T>(&snapshot, second.as_mut(), order, n_bytes(path)).map_err(at_path)?;
    if let Some((table, n_rows)) = loaded.too_large {
        let path = path.to_owned();
        return Err(FileError::TooLarge {
            path,
            table,
            n_rows,
        });
    }
    if !loaded.damage.is_empty() {
        return Err(damaged([loaded.damage, found.indexes].concat()));
    }
    if !loaded.problems.is_empty() {
        return Err(FileError::Rows {
            path: path.to_owned(),
            problems: loaded.problems,
        });
    }
    let disagreeing = [found.indexes, loaded.uncounted].concat();
    if !disagreeing.is_empty() {
        return Err(damaged(disagreeing));
    }
    drop(second);
    let version = commit::data_version(&snapshot).map_err(at_path)?;
    snapshot.commit().map_err(at_path)?;
    Ok((loaded.world, version))
}

/// The size of a file with its log.
fn n_bytes(path: &Path) -> u64 {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    length(path) + length(&log_of(path))
}

/// A snapshot of the file, and a second connection that sees the same one if the file is large enough to be
/// read by two threads.
fn snapshot<'c>(
    connection: &'c Connection,
    path: &Path,
) -> rusqlite::Result<(Transaction<'c>, Option<Connection>)> {
    let begin = |behavior| Transaction::new_unchecked(connection, behavior);
    let is_large = std::fs::metadata(path).is_ok_and(|file| file.len() >= LARGE);
    if !is_large {
        return Ok((begin(TransactionBehavior::Deferred)?, None));
    }
    // While this connection holds the write lock, both see the same state. If a program is writing now,
    // it is not waited for: one connection is used then.
    let timeout: u32 = connection.query_row("PRAGMA busy_timeout", [], |row| row.get(0))?;
    connection.busy_timeout(Duration::ZERO)?;
    let begun = begin(TransactionBehavior::Immediate);
    connection.busy_timeout(Duration::from_millis(timeout.into()))?;
    match begun {
        Ok(transaction) => Ok((transaction, second_connection(path))),
        Err(_) => Ok((begin(TransactionBehavior::Deferred)?, None)),
    }
}
