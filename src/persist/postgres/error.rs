//! The server's errors, translated into those of the crate.

use std::path::Path;

use tokio_postgres::Error;

use crate::error::{BackendError, FileError, FlushFailure, MOST_LISTED, Outcome, RefusedRow};
use crate::persist::error::Failed;

use super::session::ConnectError;

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
            Self::Server(error) => FileError::Open {
                path,
                source: backend_error(error),
            },
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
    let sqlstate = error.code().map(|code| code.code().to_owned());
    match error.as_db_error() {
        // The error around it says "db error".
        Some(said) => BackendError::of_server(said.clone(), sqlstate),
        None => BackendError::of_server(error, sqlstate),
    }
}

/// Whether an error comes with the end of the connection, or instead of one.
pub(super) fn is_disconnected(error: &Error) -> bool {
    match error.code() {
        // Connection exceptions, and what ends a session: an operator, a crash, a timeout, too many of them.
        Some(code) => {
            let code = code.code();
            code.starts_with("08")
                || code.starts_with("57P")
                || ["53300", "25P03", "25006"].contains(&code)
        }
        None => error.is_closed() || std::error::Error::source(error).is_none_or(is_io),
    }
}

fn is_io(source: &(dyn std::error::Error + 'static)) -> bool {
    source.is::<std::io::Error>()
}

/// The failure of a flush of which nothing is on the server.
pub(super) fn flush_failure(error: Error) -> FlushFailure {
    let is_disconnected = is_disconnected(&error);
    let source = backend_error(error);
    match source.sqlstate() {
        // Disk full, and the lock or deadlock that another session is in the way with.
        Some("53100") => FlushFailure::Full,
        Some("55P03" | "40P01" | "40001") => FlushFailure::Busy,
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
