//! What the engine under a file says.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What the engine under a file says: an error of SQLite's, or of a server.
///
/// Its type is not that of the library through which the engine is called, so that a new release of that library
/// is none of this crate. The message and the [sources](Error::source) are those of the original.
#[derive(Clone, Debug)]
pub struct BackendError {
    code: Option<i32>,
    sqlstate: Option<String>,
    is_unique_violation: bool,
    error: Arc<dyn Error + Send + Sync>,
}

impl BackendError {
    pub(crate) fn new(
        error: impl Error + Send + Sync + 'static,
        code: Option<i32>,
        is_unique_violation: bool,
    ) -> Self {
        Self {
            code,
            sqlstate: None,
            is_unique_violation,
            error: Arc::new(error),
        }
    }

    /// What a server says, with its code.
    #[cfg(feature = "postgres")]
    pub(crate) fn of_server(
        error: impl Error + Send + Sync + 'static,
        sqlstate: Option<String>,
    ) -> Self {
        Self {
            code: None,
            is_unique_violation: sqlstate.as_deref() == Some("23505"),
            sqlstate,
            error: Arc::new(error),
        }
    }

    /// SQLite's [extended result code](https://www.sqlite.org/rescode.html); its lowest eight bits are the
    /// primary one. `None` where the error is not SQLite's own, but that of a value or a path that did not reach it.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.code
    }

    /// The [SQLSTATE](https://www.postgresql.org/docs/current/errcodes-appendix.html) that a server says. `None` where
    /// the error is SQLite's, or did not come from the server.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.sqlstate.as_deref()
    }

    /// Whether another row has a value that has to be unique, or the id.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.is_unique_violation
    }
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for BackendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let message = self.error.to_string();
        // The original prints some of its sources itself. Then they would be read twice.
        let source = self.error.source();
        source.filter(|source| !message.contains(&source.to_string()))
    }
}
