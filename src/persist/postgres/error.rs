//! The server's errors, translated into those of the crate.

use std::path::Path;
use std::time::Duration;

use tokio_postgres::error::DbError;

use crate::error::{BackendError, FileError, FlushFailure, MOST_LISTED, Outcome, RefusedRow};
use crate::persist::error::Failed;

use super::binary::Malformed;
use super::session::ConnectError;
use super::tls::advice;

/// Why a request to the server has no result.
#[derive(Debug)]
pub(super) enum Error {
    /// The server's answer, or what the connection ended with.
    Server(tokio_postgres::Error),
    /// There was no answer for so long, and the connection was given up.
    NoAnswer(Duration),
    /// The rows of a table came in another format.
    Malformed(Malformed),
}

impl From<Malformed> for Error {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error)
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error)
    }
}

impl Error {
    /// The SQLSTATE that the server says.
    pub(super) fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Server(error) => error.code().map(tokio_postgres::error::SqlState::code),
            Self::NoAnswer(_) | Self::Malformed(_) => None,
        }
    }

    /// What the server says, if it says something.
    pub(super) fn said(&self) -> Option<&DbError> {
        match self {
            Self::Server(error) => error.as_db_error(),
            Self::NoAnswer(_) | Self::Malformed(_) => None,
        }
    }
}

/// The server is silent.
#[derive(Debug, thiserror::Error)]
#[error(
    "the server has not answered for {0:?}, and the connection was given up (PostgresOptions::answer_within)"
)]
struct Silent(Duration);

/// Why a session does not have the world, or not any more.
#[derive(Debug)]
pub(super) enum Lost {
    /// Another process has opened the world.
    Fenced { owner: String, since: String },
    /// The server has an older state of the world than one that was acknowledged.
    Older { found: i64, acknowledged: i64 },
    /// The server wrote, and was told not to wait for its standby.
    NotReplicated,
    /// There is no row that says whose world it is.
    NoWorld,
    /// The server was not reached, or says something else.
    Server(Error),
    /// There is no thread for the connection.
    Thread(std::io::Error),
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<tokio_postgres::Error> for Lost {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error.into())
    }
}

impl From<ConnectError> for Lost {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Thread(error) => Self::Thread(error),
            ConnectError::Server(error) => Self::Server(error),
        }
    }
}

impl Lost {
    /// Whether the server may give another answer later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Server(_) | Self::Thread(_) | Self::Older { .. } | Self::NotReplicated => true,
            Self::Fenced { .. } | Self::NoWorld => false,
        }
    }

    pub(super) fn cause(self) -> FlushFailure {
        match self {
            Self::Fenced { owner, since } => FlushFailure::Fenced { owner, since },
            Self::Older {
                found,
                acknowledged,
            } => FlushFailure::OlderWorld {
                found: unsigned(found),
                acknowledged: unsigned(acknowledged),
            },
            Self::NotReplicated => FlushFailure::NotReplicated,
            Self::NoWorld => FlushFailure::Fenced {
                owner: "no process; its row in gamedb_world is gone".into(),
                since: "now".into(),
            },
            Self::Server(error) => flush_failure(error),
            Self::Thread(error) => FlushFailure::NoThread {
                source: std::sync::Arc::new(error),
            },
        }
    }

    /// Why a world cannot be opened.
    pub(super) fn at(self, path: &Path) -> FileError {
        let path = path.to_owned();
        match self {
            Self::Older {
                found,
                acknowledged,
            } => FileError::OlderWorld {
                path,
                found: unsigned(found),
                acknowledged: unsigned(acknowledged),
            },
            Self::Server(error) => {
                let advice = match &error {
                    Error::Server(error) => advice(error),
                    Error::NoAnswer(_) | Error::Malformed(_) => None,
                };
                let source = backend_error(error);
                match advice {
                    Some(advice) => FileError::Encryption {
                        path,
                        advice,
                        source,
                    },
                    None => FileError::Open { path, source },
                }
            }
            Self::Thread(source) => FileError::Io { path, source },
            other @ (Self::Fenced { .. } | Self::NotReplicated | Self::NoWorld) => {
                FileError::Flush {
                    path,
                    outcome: Outcome::NotCommitted,
                    cause: other.cause(),
                }
            }
        }
    }
}

/// A generation, which is never negative, unless it was set by hand.
fn unsigned(generation: i64) -> u64 {
    u64::try_from(generation).unwrap_or(0)
}

pub(super) fn backend_error(error: Error) -> BackendError {
    let sqlstate = error.sqlstate().map(str::to_owned);
    match error {
        Error::NoAnswer(limit) => BackendError::of_server(Silent(limit), None),
        Error::Malformed(error) => BackendError::of_server(error, None),
        // The error around what the server says reads "db error".
        Error::Server(error) => match error.as_db_error() {
            Some(said) => BackendError::of_server(said.clone(), sqlstate),
            None => BackendError::of_server(error, sqlstate),
        },
    }
}

/// Whether an error comes with the end of the connection, or instead of one.
pub(super) fn is_disconnected(error: &Error) -> bool {
    match (error, error.sqlstate()) {
        (Error::NoAnswer(_), _) => true,
        (Error::Malformed(_), _) => false,
        // Connection exceptions, and what ends a session: an operator, a crash, a timeout, too many of them.
        (_, Some(code)) => {
            code.starts_with("08")
                || code.starts_with("57P")
                || ["53300", "25P03", "25006"].contains(&code)
        }
        (Error::Server(error), None) => {
            error.is_closed() || std::error::Error::source(error).is_none_or(is_io)
        }
    }
}

fn is_io(source: &(dyn std::error::Error + 'static)) -> bool {
    source.is::<std::io::Error>()
}

/// Whether the server refuses a row, and would not refuse the others: by a constraint, a type, a trigger, or because a
/// value is too long for an index.
pub(super) fn is_refusal(error: &Error) -> bool {
    error.sqlstate().is_some_and(|code| {
        let classes = ["22", "23", "44", "P0"];
        classes.iter().any(|class| code.starts_with(class)) || code == TOO_LONG
    })
}

/// A limit of the program: that of an entry of an index is the one that a row can be at.
pub(super) const TOO_LONG: &str = "54000";

/// The failure of a flush of which nothing is on the server.
pub(super) fn flush_failure(error: Error) -> FlushFailure {
    let is_disconnected = is_disconnected(&error);
    let source = backend_error(error);
    match source.sqlstate() {
        // Disk full, and the lock or deadlock that another session is in the way with. A statement is cancelled by an
        // operator, or by `statement_timeout`, which is reached where another session is in the way, or the server is busy.
        Some("53100") => FlushFailure::Full,
        Some("55P03" | "40P01" | "40001" | "57014") => FlushFailure::Busy,
        _ if is_disconnected => FlushFailure::Disconnected { source },
        _ => FlushFailure::Backend(source),
    }
}

/// The failure of a flush because of these rows.
pub(super) fn refused_rows(rows: &[RefusedRow]) -> Failed {
    let n_rows = rows.len();
    let rows = rows[..n_rows.min(MOST_LISTED)].to_vec();
    FlushFailure::Refused { rows, n_rows }.into()
}
