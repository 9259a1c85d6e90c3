//! Another program at the same server, for tests: it reads what is there, and interferes.

use tokio_postgres::Row;

use crate::error::BackendError;
use crate::schema::value::Value;
use crate::store::row::reader::Cell;

use super::error::{Error, backend_error};
use super::load::Stored;
use super::session::{ConnectError, Limits, Sent, Session};
use super::tls::Reach;

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
        let reach = Reach::parse(connection)?;
        let session = Session::connect(&reach, UNLIMITED).map_err(|error| match error {
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

    /// The rows of several such queries, in one round trip.
    ///
    /// # Errors
    /// What the server says.
    ///
    /// # Panics
    /// If a text is not valid UTF-8.
    pub fn read_all<V>(
        &self,
        queries: &[String],
        of: impl Fn(Value<'_>) -> V,
    ) -> Result<Vec<Vec<Vec<V>>>, BackendError> {
        let client = self.session.client();
        let send = |sql: &String| -> Sent<'_, Vec<Row>> {
            let sql = sql.clone();
            Box::pin(async move { client.query_typed(&sql, &[]).await })
        };
        let answers = self.session.answers(queries.iter().map(send).collect());
        let rows = |answer: Result<Vec<Row>, Error>| {
            let rows = answer.map_err(backend_error)?;
            let values = rows.iter().map(|row| values(row, &of));
            let values = values.collect::<Result<Vec<_>, _>>();
            values.map_err(|error| backend_error(error.into()))
        };
        answers.into_iter().map(rows).collect()
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
            rows.push(values(row, &of)?);
            Ok(())
        });
        read.map_err(backend_error)?;
        Ok(rows)
    }
}

fn values<V>(row: &Row, of: impl Fn(Value<'_>) -> V) -> Result<Vec<V>, tokio_postgres::Error> {
    let value = |n| {
        Ok(match row.try_get(n)? {
            Stored(Cell::Value(value)) => of(value),
            Stored(Cell::NotUtf8) => panic!("a text is not valid UTF-8"),
        })
    };
    (0..row.len()).map(value).collect()
}
