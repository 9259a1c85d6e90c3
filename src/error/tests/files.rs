//! Errors of files and of flushes.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{assert_chain, chain, problem};
use crate::error::{
    BackendError, DamagedBlock, Difference, FileError, FlushFailure, Outcome, RefusedRow,
};
use crate::error::{Error, ErrorKind, ParcelId, ProblemKind};

/// What SQLite says, with the code that it says it for.
#[derive(Debug, thiserror::Error)]
#[error("constraint failed: items.name")]
struct Original {
    source: io::Error,
}

/// One that prints its own source.
#[derive(Debug, thiserror::Error)]
#[error("value 3: {source}")]
struct Talkative {
    source: io::Error,
}

fn backend() -> BackendError {
    let source = io::Error::other("extended code 1299");
    BackendError::new(Original { source }, Some(1299), false)
}

/// One of each, with the number of its causes.
fn flush_failures() -> Vec<FlushFailure> {
    vec![
        FlushFailure::Busy,
        FlushFailure::Full,
        FlushFailure::SyncFailed { source: backend() },
        FlushFailure::CheckpointFailed { source: backend() },
        FlushFailure::LogTooLarge { bytes: 2, most: 1 },
        FlushFailure::RowCount {
            table: "items",
            id: 7,
            touched: 0,
        },
        FlushFailure::ParcelGone {
            id: ParcelId::from_bytes([7; 16]),
        },
        FlushFailure::Refused {
            rows: vec![RefusedRow::new(
                "items",
                7,
                slotmap::DefaultKey::default(),
                backend(),
            )],
            n_rows: 1,
        },
        FlushFailure::ForeignWrite,
        FlushFailure::SchemaChanged {
            differences: differences(),
        },
        FlushFailure::Moved,
        FlushFailure::Poisoned,
        FlushFailure::OtherWorld,
        FlushFailure::TransactionOpen,
        FlushFailure::WriterDied {
            message: "out of ink".into(),
        },
        FlushFailure::NoThread {
            source: Arc::new(io::Error::other("too many threads")),
        },
        FlushFailure::OtherTicket,
        FlushFailure::Fenced {
            owner: "another process".into(),
            since: "noon".into(),
        },
        FlushFailure::Disconnected { source: backend() },
        FlushFailure::OlderWorld {
            found: 2,
            acknowledged: 3,
        },
        FlushFailure::NotReplicated,
        FlushFailure::Backend(backend()),
    ]
}

fn n_causes_of_flush(failure: &FlushFailure) -> usize {
    match failure {
        FlushFailure::Busy
        | FlushFailure::Full
        | FlushFailure::LogTooLarge { .. }
        | FlushFailure::RowCount { .. }
        | FlushFailure::ParcelGone { .. }
        // What SQLite says of each row is in the message.
        | FlushFailure::Refused { .. }
        | FlushFailure::ForeignWrite
        | FlushFailure::SchemaChanged { .. }
        | FlushFailure::Moved
        | FlushFailure::Poisoned
        | FlushFailure::OtherWorld
        | FlushFailure::TransactionOpen
        | FlushFailure::WriterDied { .. }
        | FlushFailure::OtherTicket
        | FlushFailure::Fenced { .. }
        | FlushFailure::OlderWorld { .. }
        | FlushFailure::NotReplicated => 0,
        // In the place of the original.
        FlushFailure::NoThread { .. } | FlushFailure::Backend(_) => 1,
        FlushFailure::SyncFailed { .. }
        | FlushFailure::CheckpointFailed { .. }
        | FlushFailure::Disconnected { .. } => 2,
    }
}

pub(super) fn n_causes(error: &FileError) -> usize {
    match error {
        FileError::AlreadyOpen { .. }
        | FileError::ReadOnly { .. }
        | FileError::NotADatabase { .. }
        | FileError::Schema { .. }
        | FileError::Rows { .. }
        | FileError::Altered { .. }
        | FileError::NoHashes { .. }
        | FileError::Exists { .. }
        | FileError::NotThere { .. }
        | FileError::NoWorld { .. }
        | FileError::NewerFormat { .. }
        | FileError::Damaged { .. }
        | FileError::TooLarge { .. }
        | FileError::HardLinked { .. }
        | FileError::RestoreInterrupted { .. }
        | FileError::NotAFile { .. }
        | FileError::NoFolder { .. }
        | FileError::Empty { .. }
        | FileError::OtherLog { .. }
        | FileError::FlushesLost { .. }
        | FileError::LogMissing { .. }
        | FileError::FailedSync { .. }
        | FileError::BackupCancelled { .. }
        | FileError::LogWithoutFile { .. }
        | FileError::OlderWorld { .. }
        | FileError::Unportable { .. }
        | FileError::NotAnOutbox { .. }
        | FileError::OtherWorldOfName { .. }
        | FileError::OutboxMoved { .. }
        | FileError::RestoredWorld { .. }
        | FileError::NotOwner { .. }
        | FileError::NotEmpty { .. }
        | FileError::NotWal { .. } => 0,
        FileError::Lock { .. }
        | FileError::NotMigrated { .. }
        | FileError::Log { .. }
        | FileError::Io { .. } => 1,
        FileError::Open { .. } | FileError::Encryption { .. } | FileError::Outbox { .. } => 2,
        FileError::Flush { cause, .. } => 1 + n_causes_of_flush(cause),
    }
}

/// What can be wrong between a file, its folder, its log and its lock file, and with copies of them.
fn history_errors() -> Vec<FileError> {
    let path = || PathBuf::from("world.db");
    let mut errors = vec![
        FileError::OtherLog {
            path: path(),
            log: "world.db-wal".into(),
            relation: "the file is older than the log",
        },
        FileError::RestoreInterrupted {
            path: path(),
            aside: "world.db.aside-1".into(),
        },
        FileError::FlushesLost {
            path: path(),
            log: "world.db-wal".into(),
            found: 3,
            acknowledged: 5,
        },
        FileError::LogMissing {
            path: path(),
            log: "world.db-wal".into(),
            generation: 3,
        },
        FileError::Log {
            log: "world.db-wal".into(),
            source: io::Error::other("no such folder"),
        },
        FileError::FailedSync { path: path() },
        FileError::NoFolder {
            path: path(),
            folder: "nowhere".into(),
        },
        FileError::BackupCancelled { path: path() },
        FileError::Io {
            path: path(),
            source: io::Error::other("no such folder"),
        },
    ];
    errors.extend(server_errors());
    errors.extend(outbox_errors());
    errors
}

/// What can be wrong with a world on a server.
fn server_errors() -> [FileError; 6] {
    let path = || PathBuf::from("postgres://host/world.db");
    [
        FileError::Open {
            path: path(),
            source: backend(),
        },
        FileError::OlderWorld {
            path: path(),
            found: 2,
            acknowledged: 3,
        },
        FileError::Unportable {
            path: path(),
            what: "its name is too long".into(),
        },
        FileError::Encryption {
            path: path(),
            advice: "encrypt",
            source: backend(),
        },
        FileError::NotEmpty {
            path: path(),
            what: "players has rows".into(),
        },
        FileError::NotOwner {
            path: path(),
            owner: "game, process 7".into(),
            since: "today".into(),
        },
    ]
}

fn outbox_errors() -> [FileError; 5] {
    let path = || PathBuf::from("outbox-of-world.db");
    [
        FileError::NotAnOutbox { path: path() },
        FileError::OtherWorldOfName {
            path: path(),
            name: "north".into(),
        },
        FileError::OutboxMoved { path: path() },
        FileError::RestoredWorld {
            path: path(),
            name: "north".into(),
            found: 2,
            exchanged: 3,
        },
        FileError::Outbox {
            path: path(),
            source: backend(),
        },
    ]
}

/// One of each, and one of each failed flush.
fn file_errors() -> Vec<FileError> {
    let path = || PathBuf::from("world.db");
    let mut errors = vec![
        FileError::AlreadyOpen {
            path: path(),
            lock: "world.db-lock".into(),
        },
        FileError::Lock {
            lock: "world.db-lock".into(),
            source: io::Error::other("no such folder"),
        },
        FileError::ReadOnly { path: path() },
        FileError::NotADatabase { path: path() },
        FileError::Schema {
            path: path(),
            differences: differences(),
        },
        FileError::Rows {
            path: path(),
            problems: vec![problem(ProblemKind::Null); 11],
            blocks: Vec::new(),
        },
        FileError::Exists { path: path() },
        FileError::NotThere { path: path() },
        FileError::NoWorld { path: path() },
        FileError::NotMigrated {
            path: path(),
            source: "not allowed: players.hp is dropped".into(),
        },
        FileError::NewerFormat {
            path: path(),
            format: 2,
            known: 1,
        },
        FileError::TooLarge {
            path: path(),
            table: "items",
            n_rows: 1 << 40,
        },
        FileError::Damaged {
            path: path(),
            problems: vec!["items: row 7 comes after row 7".into()],
        },
        FileError::NotAFile { path: path() },
        FileError::HardLinked {
            path: path(),
            n_names: 2,
        },
        FileError::Empty { path: path() },
        FileError::LogWithoutFile {
            path: path(),
            log: "world.db-wal".into(),
        },
        FileError::NotWal {
            path: path(),
            mode: "delete".into(),
        },
    ];
    errors.extend(history_errors().into_iter().chain(altered()));
    for outcome in [Outcome::NotCommitted, Outcome::Unknown] {
        errors.extend(flush_failures().into_iter().map(|cause| FileError::Flush {
            path: path(),
            outcome,
            cause,
        }));
    }
    errors
}

/// Files whose content hashes differ, or are not there.
fn altered() -> [FileError; 3] {
    let path = || PathBuf::from("world.db");
    let rows = FileError::Rows {
        path: path(),
        problems: vec![problem(ProblemKind::Null)],
        blocks: blocks(),
    };
    let altered = FileError::Altered {
        path: path(),
        blocks: blocks(),
    };
    [rows, altered, FileError::NoHashes { path: path() }]
}

fn blocks() -> Vec<DamagedBlock> {
    let items = DamagedBlock {
        table: "items".into(),
        ids: Some(16_384..=32_767),
    };
    let next_ids = DamagedBlock {
        table: "gamedb_ids".into(),
        ids: None,
    };
    vec![items, next_ids]
}

#[test]
fn blocks_that_were_changed_are_listed_by_table_and_ids_with_what_to_do() {
    let (path, blocks) = (PathBuf::from("world.db"), blocks());
    assert_eq!(
        FileError::Altered { path, blocks }.to_string(),
        "world.db is not what was written to it: items rows 16384 to 32767; the next ids in gamedb_ids; put it \
         back from a backup, or take it as it is with `Options::accept_edits` if it was changed by hand"
    );
}

fn differences() -> Vec<Difference> {
    let (table, column) = (|| "items".to_owned(), || "name".to_owned());
    let expected = |expected| Difference::Constraint {
        table: table(),
        what: "UNIQUE (name)".into(),
        expected,
    };
    vec![
        Difference::NoTable { table: table() },
        Difference::NoColumn {
            table: table(),
            column: column(),
        },
        Difference::UnknownColumn {
            table: table(),
            column: column(),
        },
        Difference::Column {
            table: table(),
            column: column(),
            expected: "TEXT".into(),
            found: "INTEGER".into(),
        },
        expected(true),
        expected(false),
        Difference::NotATable {
            table: table(),
            kind: "view".into(),
        },
        Difference::Check {
            table: table(),
            check: "name <> ''".into(),
            expected: true,
        },
        Difference::Index {
            table: table(),
            index: "( lower ( name ) )".into(),
        },
        Difference::Trigger {
            table: table(),
            trigger: "t".into(),
        },
        Difference::ForeignTable {
            table: table(),
            target: "assets".into(),
        },
    ]
}

#[test]
fn an_error_of_a_file_names_it_and_says_its_cause_once() {
    for error in file_errors() {
        assert!(error.to_string().contains("world.db"), "{error}");
        let n_causes = n_causes(&error);
        assert_chain(&error, n_causes);
        // The same as one of the errors of all operations.
        let error = Error::from(error);
        assert_eq!(super::n_causes(error.kind()), n_causes);
        assert_chain(&error, 0);
        assert_eq!(error.to_string(), chain(error.kind()).join(": "));
    }
}

#[test]
fn an_error_is_transient_where_nothing_was_written_and_it_may_pass() {
    for error in file_errors().into_iter().map(Error::from) {
        let is_transient = matches!(
            error.kind(),
            ErrorKind::File(FileError::Flush {
                outcome: Outcome::NotCommitted,
                cause: FlushFailure::Busy
                    | FlushFailure::Full
                    | FlushFailure::LogTooLarge { .. }
                    | FlushFailure::Disconnected { .. },
                ..
            })
        );
        assert_eq!(error.is_transient(), is_transient, "{error:?}");
    }
    assert!(
        super::kinds()
            .into_iter()
            .all(|kind| !Error::from(kind).is_transient())
    );
}

#[test]
fn a_failed_flush_has_its_failure_as_its_source() {
    for cause in flush_failures() {
        let said = cause.to_string();
        let error = FileError::Flush {
            path: "world.db".into(),
            outcome: Outcome::NotCommitted,
            cause,
        };
        assert_eq!(chain(&error)[1], said);
    }
}

#[test]
fn a_difference_has_no_cause() {
    for difference in differences() {
        match difference {
            Difference::NoTable { .. }
            | Difference::NotATable { .. }
            | Difference::NoColumn { .. }
            | Difference::Check { .. }
            | Difference::Index { .. }
            | Difference::UnknownColumn { .. }
            | Difference::Column { .. }
            | Difference::Constraint { .. }
            | Difference::Trigger { .. }
            | Difference::ForeignTable { .. } => assert_chain(&difference, 0),
        }
    }
}

#[test]
fn what_an_engine_says_of_its_cause_is_not_said_again() {
    let source = io::Error::other("out of range");
    let error = BackendError::new(Talkative { source }, None, false);
    assert_eq!(chain(&error), ["value 3: out of range"]);
    assert_eq!(
        chain(&backend()),
        ["constraint failed: items.name", "extended code 1299"]
    );
}
