//! PostgreSQL.

use std::io::BufRead as _;

use ::postgres::config::SslMode;
use ::postgres::{Client as Connection, Config, Row};

use super::address::Address;
use super::postgres_rows::CopiedRow;
use super::postgres_schema;
use super::tls::{self, Tls, TlsMode};
use super::{Client, Form, OnRow, ServerColumn, ServerTable, with_causes};
use crate::error::{ImportError, ServerError};

/// What every session begins with: names with their schemas, values as in a dump, moments in UTC, an error instead of
/// rows that a policy hides, rows in the order of the file, and no limit on time.
const SETTINGS: &str = "
    SELECT pg_catalog.set_config('search_path', '', false);
    SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET quote_all_identifiers = off;
    SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 3; SET bytea_output = 'hex';
    SET timezone = 'UTC'; SET row_security = off; SET synchronize_seqscans = off;
    SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";

/// Begins the snapshot, which the first query of a transaction takes. This cannot be sent together with the settings:
/// statements that are sent together are one transaction, with the isolation that it began with.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";

/// The tables with rows of their own, but for partitions, whose rows are those of their table, and for what belongs to
/// an extension. A child comes after what it inherits from.
const TABLES: &str = "
    WITH RECURSIVE line (oid, depth) AS (
        SELECT c.oid, 0 FROM pg_catalog.pg_class AS c
        UNION
        SELECT i.inhrelid, line.depth + 1 FROM line JOIN pg_catalog.pg_inherits AS i ON i.inhparent = line.oid
    )
    SELECT n.nspname::text, c.relname::text, c.relkind = 'p',
        CASE WHEN c.relkind = 'p' THEN (
            SELECT COALESCE(sum(GREATEST(leaf.reltuples, 0)), 0) FROM pg_catalog.pg_partition_tree(c.oid) AS part
            JOIN pg_catalog.pg_class AS leaf ON leaf.oid = part.relid WHERE part.isleaf)::float8
        ELSE GREATEST(c.reltuples, 0)::float8 END
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_catalog.pg_class'::regclass
            AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY (SELECT max(line.depth) FROM line WHERE line.oid = c.oid), n.nspname, c.relname";

/// The columns of all tables, with the type below all domains.
const COLUMNS: &str = "
    WITH RECURSIVE base (oid, below) AS (
        SELECT t.oid, t.oid FROM pg_catalog.pg_type AS t
        UNION
        SELECT base.oid, t.typbasetype FROM base JOIN pg_catalog.pg_type AS t ON t.oid = base.below
        WHERE t.typtype = 'd'
    )
    SELECT n.nspname::text, c.relname::text, a.attname::text, b.typname::text
    FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN base ON base.oid = a.atttypid
    JOIN pg_catalog.pg_type AS b ON b.oid = base.below AND b.typtype <> 'd'
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
    ORDER BY a.attrelid, a.attnum";

/// The next numbers of the sequences that number a column, by being its own or by its DEFAULT. One that counts down
/// gives no id again that a world would give.
const SEQUENCES: &str = "
    SELECT DISTINCT n.nspname::text, c.relname::text, a.attname::text,
        CASE WHEN s.last_value IS NULL THEN s.start_value
        WHEN s.last_value > 9223372036854775807 - s.increment_by THEN s.last_value
        ELSE s.last_value + s.increment_by END
    FROM pg_catalog.pg_sequences AS s
    JOIN pg_catalog.pg_namespace AS own ON own.nspname = s.schemaname
    JOIN pg_catalog.pg_class AS number ON number.relname = s.sequencename AND number.relnamespace = own.oid
    JOIN (
        SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS attribute FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
            AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        UNION
        SELECT d.refobjid, f.adrelid, f.adnum FROM pg_catalog.pg_depend AS d
        JOIN pg_catalog.pg_attrdef AS f ON f.oid = d.objid
        WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
    ) AS uses ON uses.sequence = number.oid
    JOIN pg_catalog.pg_class AS c ON c.oid = uses.relation
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = uses.attribute
    JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisprimary AND i.indkey[0] = a.attnum
    WHERE s.increment_by > 0";

pub(super) struct PostgresClient {
    connection: Connection,
    address: String,
}

impl PostgresClient {
    /// Connects, and begins the snapshot.
    pub(super) fn connect(address: &Address) -> Result<Self, ServerError> {
        let wrong = |why: String| ServerError::Address {
            scheme: "postgres",
            why,
        };
        let (tls, url) = Tls::take(address.with_password()).map_err(wrong)?;
        let config = url.parse::<Config>();
        let mut config = config.map_err(|error| wrong(with_causes(&error)))?;
        let Some(database) = config.get_dbname().filter(|name| !name.is_empty()) else {
            return Err(wrong("it names no database".to_owned()));
        };
        let address = shown(&config, database);
        if let (None, Ok(password)) = (config.get_password(), std::env::var("PGPASSWORD")) {
            config.password(password);
        }
        config.application_name("gamedb");
        let failed = |error: ::postgres::Error| ServerError::Connect {
            address: address.clone(),
            why: with_causes(&error),
        };
        config.ssl_mode(match tls.mode {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyFull => SslMode::Require,
        });
        let connector = tls::connector(&tls).map_err(wrong)?;
        let mut connection = config.connect(connector).map_err(failed)?;
        connection.batch_execute(SETTINGS).map_err(failed)?;
        connection.batch_execute(BEGIN).map_err(failed)?;
        Ok(Self {
            connection,
            address,
        })
    }
}

/// A server and its database, without user and password.
fn shown(config: &Config, database: &str) -> String {
    let host = config.get_hosts().first().map(|host| match host {
        ::postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        ::postgres::config::Host::Unix(path) => path.display().to_string(),
    });
    let host = host.unwrap_or_default();
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!("postgres://{host}:{port}/{database}")
}

/// A name in quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn form_of(base_type: &str) -> Form {
    match base_type {
        "bytea" => Form::Bytes,
        "float8" => Form::Double,
        "float4" => Form::Single,
        _ => Form::Text,
    }
}

/// A row of [`TABLES`].
fn table(row: &Row) -> Result<ServerTable, ::postgres::Error> {
    let n_rows: f64 = row.try_get(3)?;
    Ok(ServerTable {
        schema: row.try_get(0)?,
        name: row.try_get(1)?,
        columns: Vec::new(),
        n_rows: n_rows as u64,
        is_unsteady: false,
        is_partitioned: row.try_get(2)?,
        next_id: None,
    })
}

/// A row of [`SEQUENCES`]: schema, table, column and number.
fn next_id(row: &Row) -> Result<(String, String, String, i64), ::postgres::Error> {
    Ok((
        row.try_get(0)?,
        row.try_get(1)?,
        row.try_get(2)?,
        row.try_get(3)?,
    ))
}

/// A row of [`COLUMNS`]: schema, table and column.
fn column(row: &Row) -> Result<(String, String, ServerColumn), ::postgres::Error> {
    let type_name: String = row.try_get(3)?;
    let column = ServerColumn {
        name: row.try_get(2)?,
        form: form_of(&type_name),
        type_name,
    };
    Ok((row.try_get(0)?, row.try_get(1)?, column))
}

impl Client for PostgresClient {
    fn address(&self) -> &str {
        &self.address
    }

    fn tables(&mut self) -> Result<Vec<ServerTable>, ServerError> {
        let address = self.address.clone();
        let failed = |what: &str, error: &::postgres::Error| ServerError::Read {
            address: address.clone(),
            what: what.to_owned(),
            why: with_causes(error),
        };
        let tables = self.connection.query(TABLES, &[]).and_then(|rows| {
            let tables = rows.iter().map(table);
            tables.collect::<Result<Vec<ServerTable>, _>>()
        });
        let mut found = tables.map_err(|error| failed("the list of tables", &error))?;
        let columns = self.connection.query(COLUMNS, &[]).and_then(|rows| {
            let columns = rows.iter().map(column);
            columns.collect::<Result<Vec<_>, _>>()
        });
        for (schema, name, column) in
            columns.map_err(|error| failed("the list of columns", &error))?
        {
            let table = found
                .iter_mut()
                .find(|table| table.schema == schema && table.name == name);
            if let Some(table) = table {
                table.columns.push(column);
            }
        }
        let next_ids = self.connection.query(SEQUENCES, &[]).and_then(|rows| {
            let next_ids = rows.iter().map(next_id);
            next_ids.collect::<Result<Vec<_>, _>>()
        });
        for (schema, name, column, next) in
            next_ids.map_err(|error| failed("the positions of sequences", &error))?
        {
            let mut tables = found.iter_mut();
            if let Some(table) = tables.find(|t| t.schema == schema && t.name == name) {
                let highest = table
                    .next_id
                    .as_ref()
                    .map_or(next, |(_, known)| next.max(*known));
                table.next_id = Some((column, highest));
            }
        }
        if found.is_empty() {
            return Err(ServerError::NoTables { address });
        }
        Ok(found)
    }

    fn schema(&mut self, _: &[ServerTable]) -> Result<Vec<u8>, ServerError> {
        let text = postgres_schema::text(&mut self.connection);
        let text = text.map_err(|(what, error)| ServerError::Read {
            address: self.address.clone(),
            what: what.to_owned(),
            why: with_causes(&error),
        })?;
        Ok(text.into_bytes())
    }

    fn has_row(
        &mut self,
        table: &ServerTable,
        column: &str,
        number: i64,
    ) -> Result<bool, ServerError> {
        let (from, column) = (from(table), quoted(column));
        let sql = format!("SELECT 1 FROM {from} WHERE {column} = {number} LIMIT 1");
        let found = self.connection.query_opt(&sql, &[]);
        Ok(found
            .map_err(|error| failed(&self.address, table, &error))?
            .is_some())
    }

    fn has_rows(&mut self, table: &ServerTable) -> Result<bool, ServerError> {
        let lost = |error| failed(&self.address, table, &error);
        let connection = &mut self.connection;
        // An error would end the transaction of the snapshot.
        connection.batch_execute("SAVEPOINT look").map_err(lost)?;
        let sql = format!("SELECT 1 FROM {} LIMIT 1", from(table));
        let found = match connection.query_opt(&sql, &[]) {
            Ok(found) => found.is_some(),
            Err(error) if error.as_db_error().is_some() => true,
            Err(error) => return Err(lost(error)),
        };
        let back = "ROLLBACK TO SAVEPOINT look; RELEASE SAVEPOINT look";
        connection.batch_execute(back).map_err(lost)?;
        Ok(found)
    }

    fn rows(
        &mut self,
        table: &ServerTable,
        columns: &[usize],
        on_row: &mut OnRow<'_>,
    ) -> Result<(), ImportError> {
        let address = self.address.clone();
        let failed = |error: &dyn std::error::Error| failed(&address, table, error);
        let forms: Vec<Form> = columns.iter().map(|&at| table.columns[at].form).collect();
        let copied = self.connection.copy_out(&copy(table, columns));
        let mut reader = copied.map_err(|error| failed(&error))?;
        let mut row = CopiedRow::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            let n_bytes = reader.read_until(b'\n', &mut line);
            if n_bytes.map_err(|error| failed(&error))? == 0 {
                return Ok(());
            }
            on_row(&row.values(&line, &forms))?;
        }
    }
}

/// The statement that copies all rows of a table out.
fn copy(table: &ServerTable, columns: &[usize]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|&at| quoted(&table.columns[at].name))
        .collect();
    let columns = columns.join(", ");
    format!("COPY (SELECT {columns} FROM {}) TO STDOUT", from(table))
}

/// The error of reading the rows of a table.
fn failed(address: &str, table: &ServerTable, error: &dyn std::error::Error) -> ServerError {
    ServerError::Read {
        address: address.to_owned(),
        what: format!("the rows of table {}", table.shown()),
        why: with_causes(error),
    }
}

/// A table in a query. The rows of a table that inherits from it are rows of that table only.
fn from(table: &ServerTable) -> String {
    let only = if table.is_partitioned { "" } else { "ONLY " };
    format!("{only}{}.{}", quoted(&table.schema), quoted(&table.name))
}
