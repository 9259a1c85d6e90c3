//! A running MySQL, MariaDB or PostgreSQL server: its schema as text, and its rows.
//!
//! All that is read of a server is one snapshot of it, in one transaction that writes nothing.

#![cfg_attr(
    not(all(feature = "mysql", feature = "postgres")),
    allow(dead_code, reason = "each client uses a part of it")
)]

mod address;
mod floats;
#[cfg(feature = "mysql")]
mod mysql_client;
#[cfg(feature = "postgres")]
mod postgres_client;
#[cfg(feature = "postgres")]
mod postgres_rows;
#[cfg(feature = "postgres")]
mod postgres_schema;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod tls;

pub(crate) use address::{Address, ServerKind};

use super::source::{
    Cell, ProgressUnit, RowSink, Source, SourceColumn, SourceRow, SourceTable, TableId,
};
use crate::error::{ImportError, ServerError};
use crate::input::decode;
use crate::sql::Dialect;

/// A connection to a server, and the snapshot that it reads.
pub(crate) struct Server {
    client: Box<dyn Client>,
    kind: ServerKind,
    /// The tables, once they were asked for.
    tables: Vec<ServerTable>,
}

/// The schema of a server.
pub(crate) struct ServerSchema {
    /// The statements that create its tables, in the server's dialect.
    pub(crate) text: String,
    /// That bytes had to be replaced.
    pub(crate) warning: Option<String>,
    pub(crate) dialect: Dialect,
    /// The server and its database, without user and password.
    pub(crate) address: String,
}

/// A table of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerTable {
    /// The schema that it is in; empty where the server has no schemas within a database.
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Vec<ServerColumn>,
    /// How many rows the server believes it to have.
    pub(crate) n_rows: u64,
    /// Whether other programs can change its rows while they are read, because its storage knows no transactions.
    pub(crate) is_unsteady: bool,
    /// Whether its rows are those of its partitions.
    pub(crate) is_partitioned: bool,
    /// The column that the server numbers, and the next number, if it has given one.
    pub(crate) next_id: Option<(String, i64)>,
}

/// A column of a server's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerColumn {
    pub(crate) name: String,
    /// Its type without arguments, in lower case.
    pub(crate) type_name: String,
    pub(crate) form: Form,
}

/// What a column's values are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The text that the server writes for a value.
    Text,
    Bytes,
    /// A floating-point number of 64 bits.
    Double,
    /// A floating-point number of 32 bits, as the shortest decimal number that is no other one of 32 bits.
    Single,
    /// A row of so many bits, as a number where it fits into one.
    Bits(u32),
}

/// Takes the cells of one row after the other, in the order of the columns.
type OnRow<'f> = dyn FnMut(&[Cell<'_>]) -> Result<(), ImportError> + 'f;

/// What the clients of the servers have in common.
trait Client {
    /// The server and its database, without user and password.
    fn address(&self) -> &str;

    /// The tables, in the order in which the schema creates them.
    fn tables(&mut self) -> Result<Vec<ServerTable>, ServerError>;

    /// The statements that create the tables and what their columns need, without rows.
    fn schema(&mut self, tables: &[ServerTable]) -> Result<Vec<u8>, ServerError>;

    /// Whether a table has a row with this number in this column.
    fn has_row(
        &mut self,
        table: &ServerTable,
        column: &str,
        number: i64,
    ) -> Result<bool, ServerError>;

    /// Whether a table has any row; also if its rows may not be read.
    fn has_rows(&mut self, table: &ServerTable) -> Result<bool, ServerError>;

    /// Reads the rows of one table, with the columns at these places. No row is kept: the next one is read from the
    /// connection when `on_row` returns. An error of `on_row` ends it, and is returned.
    fn rows(
        &mut self,
        table: &ServerTable,
        columns: &[usize],
        on_row: &mut OnRow<'_>,
    ) -> Result<(), ImportError>;
}

impl Server {
    /// Connects, and begins the snapshot.
    ///
    /// # Errors
    /// [`ServerError::NoClient`], [`ServerError::Address`] or [`ServerError::Connect`].
    pub(crate) fn connect(address: &Address) -> Result<Self, ServerError> {
        let kind = address.kind();
        #[cfg(any(feature = "mysql", feature = "postgres"))]
        address.verify()?;
        match kind {
            #[cfg(feature = "mysql")]
            ServerKind::MySql => {
                let client = mysql_client::MySqlClient::connect(address)?;
                Ok(Self::new(kind, Box::new(client)))
            }
            #[cfg(feature = "postgres")]
            ServerKind::Postgres => {
                let client = postgres_client::PostgresClient::connect(address)?;
                Ok(Self::new(kind, Box::new(client)))
            }
            #[cfg(not(all(feature = "mysql", feature = "postgres")))]
            other => Err(ServerError::NoClient {
                scheme: other.scheme(),
                feature: other.scheme(),
            }),
        }
    }

    fn new(kind: ServerKind, client: Box<dyn Client>) -> Self {
        Self {
            client,
            kind,
            tables: Vec::new(),
        }
    }

    /// The statements that create the tables.
    ///
    /// # Errors
    /// [`ServerError::Read`]; [`ServerError::NoTables`] for a database without any.
    pub(crate) fn schema(&mut self) -> Result<ServerSchema, ServerError> {
        let tables = self.client.tables()?;
        let (text, warning) = decode::decode(&self.client.schema(&tables)?);
        Ok(ServerSchema {
            text,
            warning,
            dialect: self.kind.dialect(),
            address: self.client.address().to_owned(),
        })
    }

    /// Sends the rows of one table.
    fn send_table(
        &mut self,
        at: usize,
        to: TableId,
        is_wanted: &[bool],
        sink: &mut dyn RowSink,
        progress: &mut RowsDone,
    ) -> Result<(), ImportError> {
        const EVERY: u64 = 1000;
        let table = &self.tables[at];
        let wanted: Vec<usize> = (0..is_wanted.len()).filter(|at| is_wanted[*at]).collect();
        self.client.rows(table, &wanted, &mut |cells| {
            let mut row = vec![Cell::Null; is_wanted.len()];
            for (at, cell) in wanted.iter().zip(cells) {
                row[*at] = *cell;
            }
            sink.row(to, SourceRow::of(&row))?;
            progress.done += 1;
            if progress.done.is_multiple_of(EVERY) {
                sink.progress(progress.done, progress.total.max(progress.done));
            }
            Ok(())
        })?;
        sink.progress(progress.done, progress.total.max(progress.done));
        Ok(())
    }

    /// Asks for the tables, unless that was done.
    fn know_tables(&mut self) -> Result<(), ServerError> {
        if self.tables.is_empty() {
            self.tables = self.client.tables()?;
        }
        Ok(())
    }
}

/// How many rows were read, and how many there are, as far as the server knows.
struct RowsDone {
    done: u64,
    total: u64,
}

impl Source for Server {
    fn dialect(&self) -> Dialect {
        self.kind.dialect()
    }

    fn unit(&self) -> ProgressUnit {
        ProgressUnit::Rows
    }

    fn tables(&mut self) -> Result<Vec<SourceTable>, ImportError> {
        self.know_tables()?;
        Ok(self.tables.iter().map(ServerTable::source).collect())
    }

    fn has_row(
        &mut self,
        table: &SourceTable,
        column: &str,
        number: i64,
    ) -> Result<Option<bool>, ImportError> {
        self.know_tables()?;
        let mut tables = self.tables.iter();
        let found =
            tables.find(|known| known.name == table.name && known.source_schema() == table.schema);
        let Some(table) = found else {
            return Ok(None);
        };
        Ok(Some(self.client.has_row(table, column, number)?))
    }

    fn send(&mut self, sink: &mut dyn RowSink) -> Result<(), ImportError> {
        self.know_tables()?;
        let mut accepted = Vec::new();
        // Where two schemas have tables of one name, that of the default schema has the name for itself.
        let by_default = |is_default: bool| {
            let tables = self.tables.iter().enumerate();
            tables.filter(move |(_, table)| table.source_schema().is_empty() == is_default)
        };
        for (at, table) in by_default(true).chain(by_default(false)) {
            let source = table.source();
            if let Some(found) = sink.table(&source)? {
                accepted.push((at, found));
                if let Some((column, next_id)) = &table.next_id {
                    sink.next_id(&source, column, *next_id);
                }
                if table.is_unsteady {
                    sink.note(format!(
                        "the storage of table {} knows no transactions: of what others write to it meanwhile, a part \
                         may be in the new file",
                        table.name
                    ));
                }
            } else if self.client.has_rows(table)? {
                sink.left_behind(&source);
            }
        }
        accepted.sort_by_key(|(_, accepted)| accepted.position);
        let total = accepted.iter().map(|(at, _)| self.tables[*at].n_rows).sum();
        let mut progress = RowsDone { done: 0, total };
        for (at, to) in accepted {
            self.send_table(at, to.id, &to.is_wanted, sink, &mut progress)?;
        }
        Ok(())
    }
}

impl ServerTable {
    /// The table as sinks know it.
    fn source(&self) -> SourceTable {
        let columns = self.columns.iter().map(|column| SourceColumn {
            name: column.name.clone(),
            type_name: column.type_name.clone(),
        });
        SourceTable {
            schema: self.source_schema().to_owned(),
            name: self.name.clone(),
            columns: columns.collect(),
            definition: None,
        }
    }

    /// The schema as sinks know it: PostgreSQL's default schema is the same as none.
    fn source_schema(&self) -> &str {
        match self.schema.as_str() {
            "public" => "",
            other => other,
        }
    }

    /// Its name in messages.
    pub(crate) fn shown(&self) -> String {
        match self.schema.as_str() {
            "" => self.name.clone(),
            schema => format!("{schema}.{}", self.name),
        }
    }
}

/// An error and its causes, in one line.
#[cfg(any(feature = "mysql", feature = "postgres"))]
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Some libraries repeat a cause in their own message.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
