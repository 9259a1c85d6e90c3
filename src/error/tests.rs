//! Every error of the crate: its cause is either in its message or its source, never both and never
//! neither.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use super::{Error, ErrorKind, Problem, ProblemKind};

/// The messages of an error and its causes, the outermost first; printed too, to be read by people.
fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let mut messages = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        messages.push(source.to_string());
        next = source.source();
    }
    println!("{}", messages.join("\n    because: "));
    messages
}

/// Asserts that an error has so many causes, each of them said once.
#[track_caller]
fn assert_chain(error: &dyn std::error::Error, n_causes: usize) {
    let messages = chain(error);
    assert_eq!(messages.len(), 1 + n_causes, "{messages:?}");
    for (n, message) in messages.iter().enumerate() {
        assert!(
            !message.is_empty() && !message.contains("Error {"),
            "{messages:?}"
        );
        for cause in &messages[n + 1..] {
            assert!(!message.contains(cause), "said twice: {messages:?}");
        }
    }
}

fn problem(kind: ProblemKind) -> Problem {
    Problem {
        table: "items",
        id: 7,
        column: "name".into(),
        kind,
    }
}

/// Keys that find no row.
fn of_keys(table: &'static str) -> [ErrorKind; 4] {
    let other_world = |column, id| ErrorKind::OtherWorld { table, column, id };
    [
        ErrorKind::StaleKey { table, id: None },
        ErrorKind::StaleKey { table, id: Some(7) },
        other_world(Some("owner_id"), None),
        other_world(None, Some(7)),
    ]
}

/// One of each variant. The match below does not compile without each.
fn kinds() -> Vec<ErrorKind> {
    let (table, column, id) = ("items", "name", 7);
    let mut kinds = of_ids(table, id);
    kinds.extend(of_values(table, column, id));
    kinds.extend(of_keys(table));
    kinds.extend([
        ErrorKind::NotUnique {
            table,
            id: Some(id),
            column: column.into(),
            value: "'key'".into(),
            existing: 3,
        },
        ErrorKind::NoSuchRow {
            table,
            id: None,
            column,
            target: "assets",
        },
        ErrorKind::StillReferenced {
            table,
            id,
            by_table: "assets",
            column,
            by_id: 2,
        },
        ErrorKind::NotANumber {
            table,
            id: Some(id),
            column,
        },
        ErrorKind::CheckFailed {
            table,
            id: Some(id),
            column: column.into(),
            value: "0".into(),
            check: "name > 0",
        },
        ErrorKind::AlreadyOwned {
            table,
            id,
            owner: "player_id 1".into(),
        },
        ErrorKind::NotTheOwner {
            table,
            id,
            owner: "player_id 1".into(),
        },
        ErrorKind::OwnsItself {
            table,
            id,
            owner_table: table,
            owner_id: 8,
        },
        ErrorKind::Twice { table, id },
        ErrorKind::NotLinked {
            table,
            column: "a, b".into(),
            value: "1, 2".into(),
        },
        ErrorKind::TransactionOpen,
        ErrorKind::NotSubscribed,
        ErrorKind::ChangesMissed { capacity: 10 },
        ErrorKind::NotApplied {
            problems: vec![problem(ProblemKind::Missing)],
        },
        ErrorKind::OtherSchema { table },
    ]);
    kinds
}

fn of_values(table: &'static str, column: &'static str, id: i64) -> Vec<ErrorKind> {
    vec![
        ErrorKind::NoSuchValue {
            table,
            id: None,
            column,
            value: "'sword'".into(),
            target: "assets",
            target_column: "title".into(),
        },
        ErrorKind::StillNamed {
            table,
            id,
            column: column.into(),
            by_table: "assets",
            by_column: "item_name",
            by_id: 2,
        },
    ]
}

fn of_ids(table: &'static str, id: i64) -> Vec<ErrorKind> {
    vec![
        ErrorKind::IdExhausted { table },
        ErrorKind::IdTaken { table, id },
        ErrorKind::IdUsed { table, id, next: 9 },
        ErrorKind::IdOutOfRange { table, id: 0 },
    ]
}

fn n_causes(kind: &ErrorKind) -> usize {
    match kind {
        ErrorKind::StaleKey { .. }
        | ErrorKind::OtherWorld { .. }
        | ErrorKind::NotUnique { .. }
        | ErrorKind::NoSuchRow { .. }
        | ErrorKind::NoSuchValue { .. }
        | ErrorKind::StillNamed { .. }
        | ErrorKind::StillReferenced { .. }
        | ErrorKind::NotANumber { .. }
        | ErrorKind::CheckFailed { .. }
        | ErrorKind::AlreadyOwned { .. }
        | ErrorKind::NotTheOwner { .. }
        | ErrorKind::OwnsItself { .. }
        | ErrorKind::Twice { .. }
        | ErrorKind::NotLinked { .. }
        | ErrorKind::IdExhausted { .. }
        | ErrorKind::IdTaken { .. }
        | ErrorKind::IdUsed { .. }
        | ErrorKind::IdOutOfRange { .. }
        | ErrorKind::TransactionOpen
        | ErrorKind::NotSubscribed
        | ErrorKind::ChangesMissed { .. }
        | ErrorKind::NotApplied { .. }
        | ErrorKind::OtherSchema { .. } => 0,
        #[cfg(feature = "sqlite")]
        ErrorKind::File(error) => files::n_causes(error),
    }
}

/// One of each.
fn problem_kinds() -> Vec<ProblemKind> {
    vec![
        ProblemKind::Null,
        ProblemKind::WrongType {
            expected: "an integer",
            found: "'one'".into(),
        },
        ProblemKind::Unreadable {
            expected: "Uuid",
            found: "'one'".into(),
            reason: "it is too short".into(),
        },
        ProblemKind::UnknownText {
            expected: "Mood",
            text: "sad".into(),
        },
        ProblemKind::NotUtf8,
        ProblemKind::Dangling {
            target: "assets",
            id: 3,
        },
        ProblemKind::NotNull { found: "1".into() },
        ProblemKind::NoneOf,
        ProblemKind::MoreThanOne,
        ProblemKind::NotOneOf,
        ProblemKind::NotUnique { existing: 3 },
        ProblemKind::Missing,
        ProblemKind::AlreadyThere,
        ProblemKind::NotANumber,
        ProblemKind::CheckFailed {
            value: "0".into(),
            check: "name > 0",
        },
        ProblemKind::OwnsItself,
        ProblemKind::NoOwner { pivot: "owners" },
        ProblemKind::NoSuchValue {
            value: "'sword'".into(),
            target: "assets",
            target_column: "title".into(),
        },
    ]
}

/// How many variants there are: one more has to be among those that are tried.
const fn place(kind: &ProblemKind) -> usize {
    match kind {
        ProblemKind::Null => 0,
        ProblemKind::WrongType { .. } => 1,
        ProblemKind::Unreadable { .. } => 2,
        ProblemKind::UnknownText { .. } => 3,
        ProblemKind::NotUtf8 => 4,
        ProblemKind::Dangling { .. } => 5,
        ProblemKind::NotNull { .. } => 6,
        ProblemKind::NoneOf => 7,
        ProblemKind::MoreThanOne => 8,
        ProblemKind::NotOneOf => 9,
        ProblemKind::NotUnique { .. } => 10,
        ProblemKind::Missing => 11,
        ProblemKind::AlreadyThere => 12,
        ProblemKind::NotANumber => 13,
        ProblemKind::CheckFailed { .. } => 14,
        ProblemKind::OwnsItself => 15,
        ProblemKind::NoOwner { .. } => 16,
        ProblemKind::NoSuchValue { .. } => 17,
    }
}

#[test]
fn an_error_says_its_cause_once() {
    for kind in kinds() {
        let n_causes = n_causes(&kind);
        assert_chain(&kind, n_causes);
        assert_chain(&Error::from(kind), n_causes);
    }
}

#[test]
fn an_error_says_what_its_kind_says() {
    for kind in kinds() {
        let (message, fields) = (kind.to_string(), format!("{kind:?}"));
        let error = Error::from(kind);
        assert_eq!(error.to_string(), message);
        assert_eq!(format!("{error:?}"), fields);
        assert_eq!(format!("{:?}", error.kind()), fields);
        assert_eq!(format!("{:?}", error.into_kind()), fields);
    }
}

/// An error has to cross threads, and to fit into the boxes of programs.
#[test]
fn an_error_can_be_boxed_and_sent() {
    let error: Box<dyn std::error::Error + Send + Sync> =
        Error::from(ErrorKind::NotSubscribed).into();
    assert!(error.downcast_ref::<Error>().is_some());
}

#[test]
fn a_message_names_table_row_and_column_and_what_to_do() {
    let (table, column) = ("items", "name");
    let said = |kind: ErrorKind| kind.to_string();
    assert_eq!(
        said(ErrorKind::NoSuchRow {
            table,
            id: None,
            column,
            target: "assets"
        }),
        "items: name references no row of assets; insert that row first, and use its key"
    );
    assert_eq!(
        said(ErrorKind::NotUnique {
            table,
            id: Some(7),
            column: column.into(),
            value: "'key'".into(),
            existing: 3
        }),
        "items row 7: name has to be unique, and row 3 has 'key' already"
    );
    let problems = vec![problem(ProblemKind::Missing); 12];
    let message = said(ErrorKind::NotApplied { problems });
    assert!(
        message.starts_with("the changes do not fit this world: items row 7, name: is not there; ")
    );
    assert!(message.ends_with("; and 2 more"), "{message}");
}

#[test]
fn a_problem_names_its_row_and_has_no_cause() {
    for (n, kind) in problem_kinds().into_iter().enumerate() {
        assert_eq!(place(&kind), n);
        assert_chain(&kind, 0);
        let problem = problem(kind).to_string();
        assert!(problem.starts_with("items row 7, name: "), "{problem}");
    }
}

#[cfg(feature = "sqlite")]
mod files {
    use std::io;
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::super::{
        BackendError, DamagedBlock, Difference, FileError, FlushFailure, Outcome, RefusedRow,
    };
    use super::{assert_chain, chain, problem};
    use crate::error::{Error, ErrorKind, ProblemKind};

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
            | FileError::NewerFormat { .. }
            | FileError::Damaged { .. }
            | FileError::TooLarge { .. }
            | FileError::HardLinked { .. }
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
            | FileError::NotWal { .. } => 0,
            FileError::Lock { .. }
            | FileError::NotMigrated { .. }
            | FileError::Log { .. }
            | FileError::Io { .. } => 1,
            FileError::Open { .. } => 2,
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
        errors
    }

    /// What can be wrong with a world on a server.
    fn server_errors() -> [FileError; 3] {
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
            assert_chain(&error, n_causes);
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
}
