//! Every error of the crate: its cause is either in its message or its source, never both and never
//! neither.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[cfg(feature = "sqlite")]
mod files;

use super::{Error, ErrorKind, ParcelError, ParcelId, Problem, ProblemKind};

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
    kinds.extend(of_keys(table).into_iter().chain(parcel_kinds()));
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

fn parcel_kinds() -> impl Iterator<Item = ErrorKind> {
    parcel_errors().into_iter().map(ErrorKind::Parcel)
}

/// One of each variant. The match below does not compile without each.
fn parcel_errors() -> Vec<ParcelError> {
    let id = ParcelId::from_bytes([7; 16]);
    let errors = vec![
        ParcelError::Damaged {
            at: 5,
            what: "it ends in the middle",
        },
        ParcelError::NewerFormat {
            format: 2,
            known: 1,
        },
        ParcelError::OtherSchema {
            parcel: 1,
            world: 2,
        },
        ParcelError::TooLarge { bytes: 9, most: 8 },
        ParcelError::Unnamed {
            table: "items",
            id: 7,
            column: "kind_id",
            target: "kinds",
            target_id: 3,
        },
        ParcelError::NoReceiver { to: String::new() },
        ParcelError::AlreadyAccepted { id },
        ParcelError::SentBack { id },
        ParcelError::HasLeft {
            id,
            to: "shard_7".into(),
        },
        ParcelError::NotRead { id },
        ParcelError::NotWaiting { id },
    ];
    for error in &errors {
        match error {
            ParcelError::Damaged { .. }
            | ParcelError::NewerFormat { .. }
            | ParcelError::OtherSchema { .. }
            | ParcelError::TooLarge { .. }
            | ParcelError::Unnamed { .. }
            | ParcelError::NoReceiver { .. }
            | ParcelError::AlreadyAccepted { .. }
            | ParcelError::SentBack { .. }
            | ParcelError::HasLeft { .. }
            | ParcelError::NotRead { .. }
            | ParcelError::NotWaiting { .. } => {}
        }
    }
    errors
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
        | ErrorKind::OtherSchema { .. }
        | ErrorKind::Parcel(_) => 0,
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
        ProblemKind::HasNul,
        ProblemKind::Refused {
            reason: "no".into(),
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
        ProblemKind::HasNul => 18,
        ProblemKind::Refused { .. } => 19,
    }
}

#[test]
fn an_error_says_its_cause_once() {
    for kind in kinds() {
        let n_causes = n_causes(&kind);
        assert_chain(&kind, n_causes);
        assert_chain(&Error::from(kind), 0);
    }
}

/// What a program prints that knows nothing of sources: `eprintln!("{error}")`, `main`, `unwrap`.
#[test]
fn an_error_says_what_its_kind_and_all_causes_say() {
    for kind in kinds() {
        let (message, fields) = (chain(&kind).join(": "), format!("{kind:?}"));
        let alternate = format!("{kind:#?}");
        let error = Error::from(kind);
        assert_eq!(error.to_string(), message);
        assert_eq!(format!("{error:?}"), message);
        assert_eq!(format!("{error:#?}"), alternate);
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
