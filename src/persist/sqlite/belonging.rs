//! Whether a file, the write-ahead log beside it and the record of the lock file belong together. SQLite takes any
//! log for that of the file beside it, so this is decided before it reads one.
//!
//! A transaction writes the number of its state and that of the state before, so the states of a log form a chain.
//! The file itself, without its log, is at one place of that chain: where the log begins, or further, as far as
//! checkpoints have come. Pages that a checkpoint has not written yet are all in the log. So a file that is on the
//! chain is right with its log, and any other file is not, whether it is older, newer or of another world.
//!
//! A copy that SQLite has made has its rows on other pages than the original, and the number of its schema, which is all
//! that tells copies from each other, may be that of another one. So what such a file and its log hold together is
//! looked at as well.
//!
//! Where there is no log, the file says whether a database had it open when it was written, and the lock file which
//! flushes were acknowledged.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::error::FileError;

use super::create::log_of;
use super::lock_record::LockRecord;
use super::log_reader::Log;
use super::one_database::are_one;
use super::stamp::{self, FileState, LARGEST_FOREIGN};

/// The file itself, without its log.
#[derive(Debug, Default)]
pub(super) struct BareFile {
    /// `None` if it has no state: an empty file, one of an older format, or none of ours.
    pub(super) state: Option<FileState>,
    /// Whether it has the table of the state.
    has_state_table: bool,
    /// Whether it has a table at all.
    is_empty: bool,
    schema_version: i64,
}

impl BareFile {
    /// Looks at the file as if it were read-only, so that SQLite does not look for a log. `None` if it cannot be
    /// read: a checkpoint may have been in the middle of it.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let file = open_bare(path).ok()?;
        let read = || -> rusqlite::Result<Self> {
            let has_state = stamp::is_there(&file)?;
            Ok(Self {
                has_state_table: has_state,
                state: has_state
                    .then(|| FileState::read(&file))
                    .transpose()?
                    .flatten(),
                is_empty: super::schema_diff::is_empty(&file)?,
                schema_version: stamp::schema_version(&file)?,
            })
        };
        read().ok()
    }

    /// Whether SQLite has copied it, or rebuilt it: such a copy is whole.
    fn is_copy_of_sqlites(&self) -> bool {
        self.state
            .is_some_and(|state| state.schema_version != self.schema_version)
    }

    /// Whether what the numbers say of the file and its log is not enough. The state of a file names it for certain, and
    /// where its pages are as long as the number of its schema is the state's own. Of a copy that SQLite has made, or
    /// another program has changed, that is a small number, which different copies of one state may have in common: those
    /// of `.backup` that were VACUUMed, and those that were not but got a table. And a file without a state has no name.
    fn has_to_be_proved(&self, log: &Log) -> bool {
        log.n_commits > 0 && !self.is_empty && (self.state.is_none() || self.is_copy_of_sqlites())
    }
}

/// Opens a file to be read without its log, and without locks. Nothing is made beside it.
pub(super) fn open_bare(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let file = Connection::open_with_flags(immutable_uri(path), flags)?;
    file.pragma_update(None, "trusted_schema", false)?;
    file.pragma_update(None, "cell_size_check", true)?;
    Ok(file)
}

/// The path as a URI, with every byte escaped that means something there.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                uri.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri + "?immutable=1"
}

/// Refuses a file that does not belong to its log, or has lost a part of its log.
pub(super) fn refuse_strangers(path: &Path, record: Option<&LockRecord>) -> Result<(), FileError> {
    let log_path = log_of(path);
    let log = Log::read(&log_path).map_err(|source| FileError::Log {
        log: log_path.clone(),
        source,
    })?;
    let Some(file) = BareFile::read(path) else {
        // A checkpoint may have been in the middle of the schema. What its pages are is looked at later.
        return Ok(());
    };
    let mut mismatch = judge(&file, &log, record);
    if mismatch.is_none() && file.has_to_be_proved(&log) && !are_one(path, &log)? {
        mismatch = Some(Mismatch::OtherLog {
            relation: unproved(&log),
        });
    }
    match mismatch {
        None => Ok(()),
        Some(Mismatch::OtherLog { relation }) => Err(FileError::OtherLog {
            path: path.to_owned(),
            log: log_path,
            relation,
        }),
        Some(Mismatch::Lost {
            found,
            acknowledged,
        }) => Err(FileError::FlushesLost {
            path: path.to_owned(),
            log: log_path,
            found,
            acknowledged,
        }),
        Some(Mismatch::NoLog { generation }) => Err(FileError::LogMissing {
            path: path.to_owned(),
            log: log_path,
            generation,
        }),
    }
}

/// What may be wrong with a file and a log of which what they hold together is not one database. A part of an edit that is
/// in the file already hides what the file was before: then it is not known whether the log is its own.
fn unproved(log: &Log) -> &'static str {
    if log.n_commits_to_last_state < log.n_commits {
        "the file is a copy that SQLite has made, and not the one that the log continues; or it is that one, and another \
         program has changed rows and was killed while it brought them from the log into the file, which `PRAGMA \
         wal_checkpoint(TRUNCATE)` in `sqlite3` completes: try that with copies of both"
    } else {
        "the file is a copy that SQLite has made, and not the one that the log continues"
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Mismatch {
    /// The log is not that of the file.
    OtherLog { relation: &'static str },
    /// File and log end before what was acknowledged.
    Lost { found: u64, acknowledged: u64 },
    /// The file was copied while it was open, or has lost its log.
    NoLog { generation: u64 },
}

fn judge(file: &BareFile, log: &Log, record: Option<&LockRecord>) -> Option<Mismatch> {
    if let Some(last) = log.last() {
        return match relation(file, log) {
            Some(relation) => Some(Mismatch::OtherLog { relation }),
            None => lost(last, record),
        };
    }
    if log.n_commits > 0 && !log.may_be_of_schema(file.schema_version) {
        let relation = "the log is that of another file";
        return Some(Mismatch::OtherLog { relation });
    }
    let Some(state) = &file.state else {
        // The tables of a new world, or the state of one that was adopted, are in its log at first.
        let record = record.filter(|record| file.is_empty || record.opened == 0)?;
        let is_missed = log.n_commits == 0 && least_generation(record) > 0;
        let acknowledged = record.acknowledged.generation;
        return is_missed.then(|| Mismatch::Lost {
            found: 0,
            acknowledged: unsigned(acknowledged),
        });
    };
    let record = record.filter(|record| record.world == state.world);
    if !state.is_open {
        // It was closed, so all of it is here. What may be missing is a log that came after.
        let is_base = |record: &&LockRecord| record.opened == state.at.number;
        return lost(state, record.filter(is_base));
    }
    // The process may have died after it had written a state, and before the lock file had it.
    let is_acknowledged = |record: &LockRecord| {
        record.acknowledged == state.at || state.directly_follows(&record.acknowledged)
    };
    let is_known = |record: &LockRecord| is_acknowledged(record) || !record.is_of_this_boot();
    match record {
        Some(record) if is_known(record) => lost(state, Some(record)),
        // A log that came after this state is gone, also where SQLite has rebuilt the file before.
        Some(record) if record.opened == state.at.number => lost(state, Some(record)),
        _ if file.is_copy_of_sqlites() => None,
        Some(record) if record.acknowledged.generation > state.at.generation => {
            lost(state, Some(record))
        }
        _ => Some(Mismatch::NoLog {
            generation: unsigned(state.at.generation),
        }),
    }
}

/// What is wrong between a file and a log that has states; `None` if the file is on the log's chain.
fn relation(file: &BareFile, log: &Log) -> Option<&'static str> {
    let (first, last) = (log.states.first()?, log.last()?);
    let Some(state) = &file.state else {
        if file.has_state_table {
            // A checkpoint may have brought the schema into the file, and not yet the page with the row.
            return None;
        }
        return (first.previous != 0).then_some("the file is not the one that the log continues");
    };
    if state.world != first.world {
        return Some("the log is that of another world");
    }
    let continues = |number| log.states.iter().any(|written| written.previous == number);
    // It may have been rebuilt in place since, before what the log has or in the middle of it.
    let is_rebuilt_in_log = log.schema_versions.contains(&file.schema_version);
    let is_before_log = is_before_log(file, state, log);
    let is_own = !file.is_copy_of_sqlites() || is_rebuilt_in_log || is_before_log;
    let is_state_on_chain = log.has(state) || continues(state.at.number);
    // Another program may have changed the schema in this very log, before the first state that the log has.
    let links = log
        .schema_versions
        .iter()
        .map(|&version| state.link(version));
    let is_changed_in_log = !file.is_copy_of_sqlites() && links.into_iter().any(continues);
    let is_on_chain = continues(state.link(file.schema_version))
        || is_changed_in_log
        || (is_state_on_chain && is_own);
    if is_state_on_chain && !is_on_chain {
        // VACUUM INTO puts rows on other pages.
        return Some(
            "the file is a copy that SQLite has made, and not the one that the log continues",
        );
    }
    // A checkpoint may have brought the schema of an adopted copy into the file, and not yet the page with its state.
    // The number of that schema was made in this log, so no other file has it.
    let is_adopted_in_log = is_rebuilt_in_log && state.is_copied_before(first);
    if !is_on_chain && !is_adopted_in_log {
        return Some(if state.at.generation < first.at.generation {
            "the file is older than the log"
        } else if state.at.generation > last.at.generation {
            "the file is newer than the log"
        } else {
            "file and log are copies of one world that went on apart"
        });
    }
    None
}

/// Whether the smaller number of a file's schema is that of a first page which a checkpoint has not brought in yet, and
/// all its pages are in their places.
fn is_before_log(file: &BareFile, state: &FileState, log: &Log) -> bool {
    if file.schema_version >= state.schema_version {
        return false;
    }
    // From a number of our own VACUUM counts up. From the 1 of a copy that `.backup` has made, in which all pages are
    // in their places, it counts to another small one: rows are on other pages then, unless the log began with the
    // adoption of this very copy, and so with the number in the row.
    match file.schema_version {
        1 => true,
        2..=LARGEST_FOREIGN => log.first_schema_version == Some(state.schema_version),
        number => number > LARGEST_FOREIGN,
    }
}

/// What the record knows to be missing after this state.
fn lost(state: &FileState, record: Option<&LockRecord>) -> Option<Mismatch> {
    let record = record.filter(|record| record.world == state.world)?;
    let found = state.at.generation;
    if found >= least_generation(record) {
        if found < record.acknowledged.generation {
            tracing::warn!(
                found,
                acknowledged = record.acknowledged.generation,
                "the last flushes are lost, as after a power cut"
            );
        }
        return None;
    }
    Some(Mismatch::Lost {
        found: unsigned(found),
        acknowledged: unsigned(record.acknowledged.generation),
    })
}

/// The generation that has to be there.
fn least_generation(record: &LockRecord) -> i64 {
    if record.is_of_this_boot() {
        record.acknowledged.generation
    } else {
        record.durable
    }
}

fn unsigned(generation: i64) -> u64 {
    u64::try_from(generation).unwrap_or(0)
}
