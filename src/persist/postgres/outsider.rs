//! Another program at the same server, for tests: it reads what is there, and interferes.

use tokio_postgres::Config;

use crate::error::BackendError;
use crate::schema::value::Value;
use crate::store::row::reader::Cell;

use super::error::backend_error;
use super::load::Stored;
use super::session::{ConnectError, Limits, Session};

/// Tests make their own servers wait.
const UNLIMITED: Limits = Limits {
    answer: None,
    connect: std::time::Duration::from_secs(60),
};

/// A connection that knows nothing of worlds.
pub struct Outsider {
    session: Session,
}

impl Outsider {
    /// Connects to a server.
    ///
    /// # Errors
    /// What the server says, or the system.
    pub fn connect(connection: &str) -> Result<Self, BackendError> {
        let parsed = connection.parse::<Config>();
        let config = parsed.map_err(|error| backend_error(error.into()))?;
        let session = Session::connect(&config, UNLIMITED).map_err(|error| match error {
            ConnectError::Server(error) => backend_error(error),
            ConnectError::Thread(error) => BackendError::of_server(error, None),
        })?;
        Ok(Self { session })
    }

    /// Executes statements.
    ///
    /// # Errors
    /// What the server says.
    pub fn execute(&self, sql: &str) -> Result<(), BackendError> {
        self.session.batch(sql).map_err(backend_error)
    }

    /// The rows of a query whose columns are such as those of a world.
    ///
    /// # Errors
    /// What the server says.
    ///
    /// # Panics
    /// If a text is not valid UTF-8.
    pub fn read<V>(
        &self,
        sql: &str,
        of: impl Fn(Value<'_>) -> V,
    ) -> Result<Vec<Vec<V>>, BackendError> {
        let mut rows = Vec::new();
        let read = self.session.stream(sql, |row| {
            let mut values = Vec::new();
            for n in 0..row.len() {
                match row.try_get(n)? {
                    Stored(Cell::Value(value)) => values.push(of(value)),
                    Stored(Cell::NotUtf8) => panic!("a text is not valid UTF-8"),
                }
            }
            rows.push(values);
            Ok(())
        });
        read.map_err(backend_error)?;
        Ok(rows)
    }
}
