//! Opening a world file: it is checked and read first, and written to only afterwards.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{DamagedBlock, FileError};
use crate::persist::batch::Batch;
use crate::persist::engine::Opened;
use crate::schema::graph::TableOrder;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::belonging::{BareFile, refuse_strangers};
use super::checkpoint::LogWarnings;
use super::content_hash::{self, Hashes};
use super::create::{
    create_tables, has_log, log_of, prepare, refuse_lost_file, set_log_aside, use_wal,
};
use super::error::open_error;
use super::format::Mark;
use super::history::History;
use super::load::load;
use super::lock::{Lock, refuse_hard_links};
use super::lock_record::{self, LockRecord};
use super::migrate::{Change as SchemaChange, Consent, Migration, MigrationError, Step};
use super::options::{Options, checkpoint_on_close, configure};
use super::parallel_load::second_connection;
use super::quick_check::{Found, quick_check};
use super::schema_diff::Strictness;
use super::world_files::WorldFiles;
use super::writer::{KnownSchema, Writer};
use super::{Sqlite, commit, format, mail, schema_diff, stamp};

/// Files of this many bytes or more are worth a second connection: 1 MB.
const LARGE: u64 = 1 << 20;

/// Opens a world file, locks and loads it.
pub(in crate::persist) fn open<T: Tables>(
    options: Options,
    path: &Path,
    order: &TableOrder,
) -> Result<Opened<T, Sqlite>, FileError> {
    let mut lock = Lock::acquire(path)?;
    let existing = options.existing;
    let mut trust = Trust::of(&options);
    let record = look_at_files(path, &options, &mut lock)?;
    if options.migrates {
        migrate_safely(path, T::DDL, trust, &mut lock)?;
    }
    let at_path = |source| open_error(path, source);
    let mut connection = connect(path)?;
    let largest_log = options.largest_log;
    let wal_pages = configure(&mut connection, options).map_err(at_path)?;
    let widest = T::INFO.iter().map(|info| info.columns.len()).max();
    content_hash::register(&connection, widest.unwrap_or_default()).map_err(at_path)?;
    let mut mark = format::mark_of(&connection, path)?;
    if schema_diff::is_empty(&connection).map_err(at_path)? {
        if existing {
            let path = path.to_owned();
            return Err(FileError::Empty { path });
        }
        use_wal(&connection, path)?;
        create_tables(&mut connection, T::DDL).map_err(at_path)?;
        mark = Mark::CURRENT;
    } else if journal_mode(&connection).map_err(at_path)? != "wal" {
        // The file was written elsewhere. Nothing is written to it before all of it is known to fit. Then
        // it is read again, because the change of the journal mode changes its version, as a foreign
        // write does.
        read::<T>(&connection, path, order, mark, trust)?;
        trust.pages = true;
        use_wal(&connection, path)?;
    }
    let Contents {
        mut world,
        hashes,
        version,
    } = read::<T>(&connection, path, order, mark, trust)?;
    // The file is known to fit only here, and may be written to.
    let history = begin_history(&mut connection, record, &mut lock, path)?;
    world.mail.set_home(history.home());
    let mut writer = Writer {
        page_size: page_size(&connection).map_err(at_path)?,
        has_mail: mail::are_there(&connection).map_err(at_path)?,
        largest_log,
        warnings: LogWarnings::default(),
        connection,
        path: path.to_owned(),
        files: WorldFiles::of(path),
        version,
        history,
        is_marked: !mark.is_outdated(),
        hashes,
        schema: KnownSchema {
            ddl: T::DDL,
            strictness: trust.strictness,
            // The table of next ids may have been made since, and another program may have changed more.
            version: None,
        },
        wal_pages,
        // The process that wrote it last may have been killed.
        is_synced: false,
        broken: None,
        // It is, once it is ready to be flushed to.
        is_certain: false,
    };
    if trust.edits {
        writer.write_hashes(&mut Batch::new::<T>(order))?;
    }
    Ok(Opened {
        world,
        writer,
        lock,
    })
}

/// Refuses what can be told from the files around the world file, before SQLite reads any of them. Returns what the
/// lock file says.
fn look_at_files(
    path: &Path,
    options: &Options,
    lock: &mut Lock,
) -> Result<Option<LockRecord>, FileError> {
    refuse_hard_links(path)?;
    let record = lock.record()?;
    refuse_lost_file(path, options.existing)?;
    if n_bytes(path) > 0 {
        check_history(path, record.as_ref(), options)?;
    }
    Ok(record)
}

/// Refuses a file that does not belong to its log, or is not what was acknowledged; or takes it as it is, if the
/// options say so.
fn check_history(
    path: &Path,
    record: Option<&LockRecord>,
    options: &Options,
) -> Result<(), FileError> {
    let has_failed = |record: &LockRecord| record.has_failed_sync && record.may_be_of_this_boot();
    if record.is_some_and(has_failed) && !options.trusts_disk {
        return Err(FileError::FailedSync {
            path: path.to_owned(),
        });
    }
    match refuse_strangers(path, record) {
        Err(FileError::OtherLog { log, relation, .. }) if options.takes_older => {
            let aside = set_log_aside(&log)?;
            tracing::warn!(path = %path.display(), relation, aside = %aside.display(), "opened without the log beside it");
            Ok(())
        }
        Err(ref error @ (FileError::FlushesLost { .. } | FileError::LogMissing { .. }))
            if options.takes_older =>
        {
            let error: &dyn std::error::Error = error;
            tracing::warn!(path = %path.display(), error, "opened all the same");
            Ok(())
        }
        checked => checked,
    }
}

/// Makes the file ready to be written to, and begins its record in the lock file.
fn begin_history(
    connection: &mut Connection,
    last: Option<LockRecord>,
    lock: &mut Lock,
    path: &Path,
) -> Result<History, FileError> {
    let at_path = |source| open_error(path, source);
    let state = prepare(connection).map_err(at_path)?;
    let record = lock.begin(record_of(path, &state, last))?;
    let seed = stamp::random(connection).map_err(at_path)?;
    Ok(History::new(state, record, seed))
}

/// What the lock file is to say of a world in this state.
pub(super) fn record_of(
    path: &Path,
    state: &stamp::FileState,
    last: Option<LockRecord>,
) -> LockRecord {
    let last = last.filter(|last| last.world == state.world);
    // What the file itself has was synced before, in the log.
    let bare = BareFile::read(path).and_then(|bare| bare.state);
    let bare = bare.filter(|bare| bare.world == state.world);
    let known = [
        last.map(|last| last.durable),
        bare.map(|bare| bare.at.generation),
    ];
    let durable = known.into_iter().flatten().max().unwrap_or(0);
    LockRecord {
        world: state.world,
        acknowledged: state.at,
        durable: durable.min(state.at.generation),
        opened: bare.map_or(0, |bare| bare.at.number),
        has_failed_sync: false,
        boot: lock_record::boot(),
    }
}

/// The connection that is to write, before its settings.
fn connect(path: &Path) -> Result<Connection, FileError> {
    let at_path = |source| open_error(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(at_path)?;
    // This comes before SQLite creates files beside one that it can only read.
    if connection.is_readonly("main").map_err(at_path)? {
        return Err(FileError::ReadOnly {
            path: path.to_owned(),
        });
    }
    // A file that is refused is not written to, so a log that was there before stays beside it.
    checkpoint_on_close(&connection, !has_log(path)).map_err(at_path)?;
    Ok(connection)
}

/// Migrates a file that has another schema, if that is safe.
fn migrate_safely(path: &Path, ddl: &str, trust: Trust, lock: &mut Lock) -> Result<(), FileError> {
    let mut consent = Consent::new();
    if trust.edits {
        consent = consent.accept_edits();
    }
    // A new file, or one whose log alone is left, is a matter of opening it.
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(());
    }
    let planned = Migration::plan_locked(path, ddl, lock, trust.pages);
    let migrated = planned.and_then(|migration| {
        // Any file of SQLite's could get the tables of the models; one that is no world is refused as that.
        if migration.is_empty() || !migration.is_of_world() {
            return Ok(());
        }
        // Rules that only the file has are no reason to migrate where they are trusted.
        let is_rule = |step: &Step| {
            matches!(
                step.change,
                SchemaChange::Obstacle { .. }
                    | SchemaChange::DroppedRule { .. }
                    | SchemaChange::DroppedIndex { .. }
            )
        };
        if trust.strictness.trusts_rules && migration.steps().iter().all(is_rule) {
            return Ok(());
        }
        let done = migration.run_locked(&consent, lock)?;
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

fn page_size(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA page_size", [], |row| row.get(0))
}

fn journal_mode(connection: &Connection) -> rusqlite::Result<String> {
    connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))
}

/// What of a file is taken as it is.
#[derive(Clone, Copy)]
struct Trust {
    strictness: Strictness,
    /// Whether the pages are taken for whole.
    pages: bool,
    /// Whether rows are taken that are not what was written.
    edits: bool,
}

impl Trust {
    fn of(options: &Options) -> Self {
        let trusts_rules = options.trusts_rules;
        Self {
            strictness: Strictness { trusts_rules },
            pages: options.trusts_pages,
            edits: options.accepts_edits,
        }
    }
}

/// The contents of a file.
struct Contents<T: Tables> {
    world: World<T>,
    hashes: Hashes,
    /// The [`commit::data_version`] that they correspond to.
    version: i64,
}

/// Loads a snapshot of the file, unless something is wrong with it.
fn read<T: Tables>(
    connection: &Connection,
    path: &Path,
    order: &TableOrder,
    mark: Mark,
    trust: Trust,
) -> Result<Contents<T>, FileError> {
    let at_path = |source| open_error(path, source);
    let (snapshot, mut second) = snapshot(connection, path).map_err(at_path)?;
    let differences =
        schema_diff::differences(&snapshot, T::DDL, trust.strictness).map_err(at_path)?;
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
    if !trust.pages {
        let tables: Vec<_> = T::INFO.iter().map(|info| info.name).collect();
        found = quick_check(&snapshot, &tables).map_err(at_path)?;
        if !found.trees.is_empty() {
            return Err(damaged([found.trees, found.indexes].concat()));
        }
    }
    let mut loaded =
        load::<T>(&snapshot, second.as_mut(), order, n_bytes(path)).map_err(at_path)?;
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
    let stored = content_hash::stored(&snapshot).map_err(at_path)?;
    let blocks = loaded.hashes.compare(stored.as_ref());
    if !loaded.problems.is_empty() {
        return Err(FileError::Rows {
            path: path.to_owned(),
            problems: loaded.problems,
            blocks,
        });
    }
    let mut disagreeing = [found.indexes, loaded.uncounted].concat();
    if !disagreeing.is_empty() {
        disagreeing.extend(blocks.iter().map(ToString::to_string));
        return Err(damaged(disagreeing));
    }
    if !trust.edits {
        refuse_edits(path, mark, stored.is_some(), blocks)?;
    }
    drop(second);
    let version = commit::data_version(&snapshot).map_err(at_path)?;
    snapshot.commit().map_err(at_path)?;
    Ok(Contents {
        world: loaded.world,
        hashes: loaded.hashes,
        version,
    })
}

/// Refuses rows that are not what was written, as far as the content hashes say.
fn refuse_edits(
    path: &Path,
    mark: Mark,
    has_hashes: bool,
    blocks: Vec<DamagedBlock>,
) -> Result<(), FileError> {
    let path = path.to_owned();
    if !has_hashes && mark.promises_hashes() {
        return Err(FileError::NoHashes { path });
    }
    if !blocks.is_empty() {
        return Err(FileError::Altered { path, blocks });
    }
    Ok(())
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
