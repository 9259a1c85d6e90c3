//! MySQL and MariaDB.

use std::fmt::Write as _;

use ::mysql::prelude::Queryable as _;
use ::mysql::{Conn, DriverError, Error, Opts, OptsBuilder, SslOpts, Value};

use super::address::Address;
use super::tls::{Tls, TlsMode};
use super::{Cell, Client, Form, OnRow, ServerColumn, ServerTable, floats, with_causes};
use crate::error::{ImportError, ServerError};

/// What every session begins with: no mode that changes how names and values are written, UTC as in a dump, no limit
/// on the time of a query, and a snapshot. The comments are statements of MySQL and of MariaDB.
const BEGIN: &[&str] = &[
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = '', time_zone = '+00:00', sql_quote_show_create = 1, net_write_timeout = 86400
     /*!50708 , max_execution_time = 0 */ /*M!100101 , max_statement_time = 0 */
     /*!80000 , information_schema_stats_expiry = 0 */",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
];

pub(super) struct MySqlClient {
    connection: Conn,
    address: String,
}

impl MySqlClient {
    /// Connects, and begins the snapshot.
    pub(super) fn connect(address: &Address) -> Result<Self, ServerError> {
        let wrong = |why: String| ServerError::Address {
            scheme: "mysql",
            why,
        };
        let (tls, url) = Tls::take(address.with_password()).map_err(wrong)?;
        let options = Opts::from_url(&url);
        let options = options.map_err(|error| wrong(with_causes(&error)))?;
        let host = options.get_ip_or_hostname().into_owned();
        let port = options.get_tcp_port();
        let Some(database) = options.get_db_name().filter(|name| !name.is_empty()) else {
            return Err(wrong("it names no database".to_owned()));
        };
        let address = format!("mysql://{host}:{port}/{database}");
        let from_environment = options.get_pass().is_none();
        // The socket is for those who name one.
        let mut builder = OptsBuilder::from_opts(options).prefer_socket(false);
        builder = builder.ssl_opts(tls.mysql());
        if let (true, Ok(password)) = (from_environment, std::env::var("MYSQL_PWD")) {
            builder = builder.pass(Some(password));
        }
        let failed = |error: Error| ServerError::Connect {
            address: address.clone(),
            why: why(&error),
        };
        let mut connection = match Conn::new(builder.clone()) {
            Err(Error::DriverError(DriverError::TlsNotSupported))
                if tls.mode == TlsMode::Prefer =>
            {
                Conn::new(builder.ssl_opts(None::<SslOpts>))
            }
            other => other,
        }
        .map_err(failed)?;
        for statement in BEGIN {
            connection.query_drop(statement).map_err(failed)?;
        }
        Ok(Self {
            connection,
            address,
        })
    }

    fn failed(&self, what: &str, error: &Error) -> ServerError {
        ServerError::Read {
            address: self.address.clone(),
            what: what.to_owned(),
            why: why(error),
        }
    }
}

impl MySqlClient {
    /// A row for each table with a TINYINT(1) that has other numbers than 0 and 1, as the dump would have: such a column
    /// is a number, and no boolean.
    fn other_numbers(&mut self) -> Result<String, ServerError> {
        let columns: Vec<(String, String)> = self
            .connection
            .query(
                "SELECT c.TABLE_NAME, c.COLUMN_NAME
                 FROM information_schema.COLUMNS AS c JOIN information_schema.TABLES AS t
                 ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
                 WHERE c.TABLE_SCHEMA = DATABASE() AND c.COLUMN_TYPE LIKE 'tinyint(1)%'
                 AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
                 ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION",
            )
            .map_err(|error| self.failed("the list of columns", &error))?;
        let mut text = String::new();
        for of_table in columns.chunk_by(|(one, _), (other, _)| one == other) {
            let table = &of_table[0].0;
            let names: Vec<String> = of_table.iter().map(|(_, name)| quoted(name)).collect();
            // One pass over the rows for all columns.
            let largest = names.iter().map(|name| {
                format!("CAST(MAX(CASE WHEN {name} NOT IN (0, 1) THEN {name} END) AS CHAR)")
            });
            let largest: Vec<String> = largest.collect();
            let sql = format!("SELECT {} FROM {}", largest.join(", "), quoted(table));
            let found: Option<::mysql::Row> = self
                .connection
                .query_first(sql)
                .map_err(|error| self.failed(&format!("the rows of table {table}"), &error))?;
            let Some(found) = found else {
                continue;
            };
            for (at, name) in names.iter().enumerate() {
                if let Some(Some(number)) = found.get::<Option<String>, _>(at) {
                    let into = quoted(table);
                    let _ = writeln!(text, "INSERT INTO {into} ({name}) VALUES ({number});");
                }
            }
        }
        Ok(text)
    }
}

/// The message of an error, without the name of its type.
fn why(error: &Error) -> String {
    match error {
        Error::MySqlError(error) => error.to_string(),
        Error::DriverError(error) => error.to_string(),
        Error::IoError(error) => error.to_string(),
        other => with_causes(other),
    }
}

/// A name in backticks.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// What is asked for, in messages.
fn rows_of(table: &ServerTable) -> String {
    format!("the rows of table {}", table.name)
}

/// What the values of a type are read as.
fn form_of(data_type: &str, precision: Option<u32>) -> Form {
    match data_type.to_ascii_lowercase().as_str() {
        "float" => Form::Single,
        "double" => Form::Double,
        "bit" => Form::Bits(precision.unwrap_or(1)),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "geometry"
        | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => Form::Bytes,
        _ => Form::Text,
    }
}

impl Client for MySqlClient {
    fn address(&self) -> &str {
        &self.address
    }

    fn tables(&mut self) -> Result<Vec<ServerTable>, ServerError> {
        let tables: Vec<(String, Option<u64>, bool, Option<u64>)> = self
            .connection
            .query(
                "SELECT t.TABLE_NAME, t.TABLE_ROWS, IFNULL(e.TRANSACTIONS, 'NO') <> 'YES', t.AUTO_INCREMENT
                 FROM information_schema.TABLES AS t LEFT JOIN information_schema.ENGINES AS e ON e.ENGINE = t.ENGINE
                 WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
                 ORDER BY CAST(t.TABLE_NAME AS BINARY)",
            )
            .map_err(|error| self.failed("the list of tables", &error))?;
        let columns: Vec<(String, String, String, Option<u32>, bool)> = self
            .connection
            .query(
                "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, NUMERIC_PRECISION, EXTRA LIKE '%auto_increment%'
                 FROM information_schema.COLUMNS
                 WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION",
            )
            .map_err(|error| self.failed("the list of columns", &error))?;
        let mut found: Vec<ServerTable> = Vec::with_capacity(tables.len());
        let mut next_numbers = Vec::with_capacity(tables.len());
        for (name, n_rows, is_unsteady, next_number) in tables {
            next_numbers.push(next_number);
            found.push(ServerTable {
                schema: String::new(),
                name,
                columns: Vec::new(),
                n_rows: n_rows.unwrap_or(0),
                is_unsteady,
                is_partitioned: false,
                next_id: None,
            });
        }
        for (table, name, data_type, precision, is_numbered) in columns {
            // Views have columns too.
            let mut with_numbers = found.iter_mut().zip(&next_numbers);
            if let Some((table, next)) = with_numbers.find(|(known, _)| known.name == table) {
                let form = form_of(&data_type, precision);
                let next = next.filter(|_| is_numbered);
                let next = next.and_then(|next| i64::try_from(next).ok());
                table.next_id = next
                    .map(|next| (name.clone(), next))
                    .or(table.next_id.take());
                table.columns.push(ServerColumn {
                    name,
                    type_name: data_type.to_ascii_lowercase(),
                    form,
                });
            }
        }
        if found.is_empty() {
            let address = self.address.clone();
            return Err(ServerError::NoTables { address });
        }
        Ok(found)
    }

    fn schema(&mut self, tables: &[ServerTable]) -> Result<Vec<u8>, ServerError> {
        let mut text = Vec::new();
        for table in tables {
            let sql = format!("SHOW CREATE TABLE {}", quoted(&table.name));
            // The DEFAULT of a binary column need not be text.
            let created: Option<(Vec<u8>, Vec<u8>)> =
                self.connection.query_first(sql).map_err(|error| {
                    self.failed(&format!("how table {} is made", table.name), &error)
                })?;
            if let Some((_, created)) = created {
                text.extend_from_slice(&created);
                text.extend_from_slice(b";\n\n");
            }
        }
        text.extend_from_slice(self.other_numbers()?.as_bytes());
        Ok(text)
    }

    fn has_row(
        &mut self,
        table: &ServerTable,
        column: &str,
        number: i64,
    ) -> Result<bool, ServerError> {
        let (from, column) = (quoted(&table.name), quoted(column));
        let sql = format!("SELECT 1 FROM {from} WHERE {column} = {number} LIMIT 1");
        let found: Result<Option<u8>, _> = self.connection.query_first(sql);
        let found = found.map_err(|error| self.failed(&rows_of(table), &error))?;
        Ok(found.is_some())
    }

    fn has_rows(&mut self, table: &ServerTable) -> Result<bool, ServerError> {
        const SELECT_IS_DENIED: u16 = 1142;
        let sql = format!("SELECT 1 FROM {} LIMIT 1", quoted(&table.name));
        match self.connection.query_first::<u8, _>(sql) {
            Ok(found) => Ok(found.is_some()),
            Err(Error::MySqlError(error)) if error.code == SELECT_IS_DENIED => Ok(true),
            Err(error) => Err(self.failed(&rows_of(table), &error)),
        }
    }

    fn rows(
        &mut self,
        table: &ServerTable,
        columns: &[usize],
        on_row: &mut OnRow<'_>,
    ) -> Result<(), ImportError> {
        let sql = select(table, columns);
        let what = rows_of(table);
        let address = self.address.clone();
        let failed = |error: Error| ServerError::Read {
            address: address.clone(),
            what: what.clone(),
            why: why(&error),
        };
        let forms: Vec<Form> = columns.iter().map(|&at| table.columns[at].form).collect();
        let mut rows = self.connection.query_iter(sql).map_err(failed)?;
        for row in rows.by_ref() {
            let row = row.map_err(failed)?;
            let values = forms.iter().enumerate().map(|(at, form)| {
                let value = row.as_ref(at);
                value.map_or(Cell::Null, |value| cell(value, *form))
            });
            on_row(&values.collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

/// The query for all rows of a table. No order is asked for, as a dump asks for none, so that both give the rows in
/// the same order.
fn select(table: &ServerTable, columns: &[usize]) -> String {
    let columns = columns.iter().map(|&at| {
        let column = &table.columns[at];
        let name = quoted(&column.name);
        match column.form {
            // The server writes six digits of a number of 32 bits, and all of one of 64.
            Form::Single => format!("{name} * 1e0"),
            _ => name,
        }
    });
    let columns: Vec<String> = columns.collect();
    let columns = match columns.is_empty() {
        true => "NULL".to_owned(),
        false => columns.join(", "),
    };
    format!("SELECT {columns} FROM {}", quoted(&table.name))
}

/// A value of the text protocol, in which all values are texts.
fn cell(value: &Value, form: Form) -> Cell<'_> {
    let Value::Bytes(bytes) = value else {
        return match value {
            Value::Int(number) => Cell::Integer(*number),
            Value::Double(number) => Cell::Real(*number),
            Value::Float(number) => Cell::Real(f64::from(*number)),
            _ => Cell::Null,
        };
    };
    let number = |number: Option<f64>| number.map(Cell::Real);
    let found = match form {
        Form::Text => None,
        Form::Bytes => Some(Cell::Bytes(bytes)),
        Form::Double => number(floats::double(bytes)),
        Form::Single => number(floats::single(bytes)),
        Form::Bits(64..) => Some(Cell::Bytes(bytes)),
        Form::Bits(_) => {
            let bits = bytes
                .iter()
                .fold(0, |bits, byte| bits << 8 | i64::from(*byte));
            Some(Cell::Integer(bits))
        }
    };
    found.unwrap_or(Cell::Text(bytes))
}
