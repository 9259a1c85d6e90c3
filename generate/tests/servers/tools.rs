//! Databases of the servers, dumps of them, and worlds that are made of either.

use std::path::{Path, PathBuf};
use std::process::Command;

use gamedb_generate::import::{self, ImportOptions, ImportReport};
use gamedb_generate::{Input, read, resolve};
use mysql::prelude::Queryable as _;
use rusqlite::types::Value;
use tempfile::TempDir;

/// A server that may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    MySql,
    Postgres,
}

/// A database of a server, empty at first, and a folder for files.
pub(crate) struct Database {
    pub(crate) kind: Kind,
    /// Its address, with user and password.
    pub(crate) url: String,
    name: String,
    folder: TempDir,
}

impl Database {
    /// Makes a database for a test; `None`, and a word about it, without the server.
    pub(crate) fn create(kind: Kind, name: &str) -> Option<Self> {
        let variable = match kind {
            Kind::MySql => "GAMEDB_MYSQL",
            Kind::Postgres => "GAMEDB_POSTGRES",
        };
        let Ok(server) = std::env::var(variable) else {
            eprintln!(
                "skipped: {variable} is not set; generate/tests/servers/run starts the server"
            );
            return None;
        };
        let database = Self {
            kind,
            url: format!("{server}/{name}"),
            name: name.to_owned(),
            folder: tempfile::tempdir().expect("a folder"),
        };
        database.clear(&server);
        Some(database)
    }

    fn clear(&self, server: &str) {
        let name = &self.name;
        match self.kind {
            Kind::MySql => {
                let mut connection = mysql::Conn::new(server).expect("the server is there");
                for sql in [
                    format!("DROP DATABASE IF EXISTS `{name}`"),
                    format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4"),
                ] {
                    connection.query_drop(sql).expect("a new database");
                }
            }
            Kind::Postgres => {
                let mut connection = postgres(&format!("{server}/postgres"));
                for sql in [
                    format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
                    format!("CREATE DATABASE \"{name}\""),
                ] {
                    connection.batch_execute(&sql).expect("a new database");
                }
            }
        }
    }

    /// Removes all tables and types.
    pub(crate) fn empty(&self) {
        match self.kind {
            Kind::MySql => {
                let name = &self.name;
                self.execute(&[
                    format!("DROP DATABASE `{name}`"),
                    format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4"),
                ]);
            }
            Kind::Postgres => self.execute(&[
                "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public",
            ]),
        }
    }

    /// Runs statements. MySQL's have no escapes by `\`, as PostgreSQL's, and every value is taken as it is.
    pub(crate) fn execute<S: AsRef<str>>(&self, statements: &[S]) {
        match self.kind {
            Kind::MySql => {
                let mut connection = mysql(&self.url);
                let mode = "SET sql_mode = 'NO_BACKSLASH_ESCAPES', time_zone = '+00:00'";
                connection.query_drop(mode).expect("a mode");
                for sql in statements {
                    let sql = sql.as_ref();
                    connection
                        .query_drop(sql)
                        .unwrap_or_else(|error| panic!("{error}: {}", start(sql)));
                }
            }
            Kind::Postgres => {
                let mut connection = postgres(&self.url);
                for sql in statements {
                    let sql = sql.as_ref();
                    connection
                        .batch_execute(sql)
                        .unwrap_or_else(|error| panic!("{error:?}: {}", start(sql)));
                }
            }
        }
    }

    /// The rows that a query of texts yields.
    pub(crate) fn texts(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        match self.kind {
            Kind::MySql => {
                let mut connection = mysql(&self.url);
                let utc = "SET time_zone = '+00:00'";
                connection.query_drop(utc).expect("a time zone");
                let rows: Vec<mysql::Row> = connection
                    .query(sql)
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
                let text = |value| mysql::from_value::<Option<String>>(value);
                let rows = rows.into_iter();
                rows.map(|row| row.unwrap().into_iter().map(text).collect())
                    .collect()
            }
            Kind::Postgres => {
                let mut connection = postgres(&self.url);
                connection
                    .batch_execute("SET timezone = 'UTC'")
                    .expect("a time zone");
                let rows = connection
                    .query(sql, &[])
                    .unwrap_or_else(|error| panic!("{error:?}: {sql}"));
                let rows = rows.iter();
                rows.map(|row| (0..row.len()).map(|at| row.get(at)).collect())
                    .collect()
            }
        }
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Dumps the database with the server's own program, and these options.
    pub(crate) fn dump(&self, options: &[&str]) -> PathBuf {
        let path = self.file("dump.sql");
        let out = std::fs::File::create(&path).expect("a file for the dump");
        let mut command = match self.kind {
            Kind::MySql => {
                let options = mysql::Opts::from_url(&self.url).expect("an address");
                let mut command = Command::new("mariadb-dump");
                command
                    .arg("--no-defaults")
                    .arg(format!("--host={}", options.get_ip_or_hostname()))
                    .arg(format!("--port={}", options.get_tcp_port()))
                    .arg(format!("--user={}", options.get_user().unwrap_or_default()))
                    .env("MYSQL_PWD", options.get_pass().unwrap_or_default());
                command
            }
            Kind::Postgres => Command::new("pg_dump"),
        };
        command.args(options);
        command.arg(match self.kind {
            Kind::MySql => &self.name,
            Kind::Postgres => &self.url,
        });
        let status = command
            .stdout(out)
            .status()
            .expect("the dump program starts");
        assert!(status.success(), "{options:?}: {status}");
        path
    }

    /// A world with this schema and the rows of a dump or of the server.
    pub(crate) fn world(&self, schema: &Input, from: &Path) -> World {
        let (schema, config) = read(schema).unwrap_or_else(|error| panic!("{error}"));
        let model = resolve(&schema, &config).unwrap_or_else(|error| panic!("{error}"));
        let out = self.file("world.db");
        let _ = std::fs::remove_file(&out);
        let options = ImportOptions {
            out: Some(out.clone()),
            ..ImportOptions::default()
        };
        let mut source = import::open(from, None).unwrap_or_else(|error| panic!("{error}"));
        let report = import::import(&mut *source, &schema, &model, &options, &mut |_| {})
            .unwrap_or_else(|error| panic!("{error}"));
        let rows = rusqlite::Connection::open(&out).expect("the world is there");
        World { report, rows }
    }
}

/// A world file that an import has made.
pub(crate) struct World {
    pub(crate) report: ImportReport,
    pub(crate) rows: rusqlite::Connection,
}

impl World {
    /// The rows of a query.
    pub(crate) fn query(&self, sql: &str) -> Vec<Vec<Value>> {
        query(&self.rows, sql)
    }
}

/// The rows of a query of a SQLite file.
pub(crate) fn query(rows: &rusqlite::Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = rows
        .prepare(sql)
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
    let n_columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..n_columns).map(|at| row.get(at)).collect());
    let rows = rows.expect("the query runs");
    rows.collect::<Result<_, _>>().expect("the rows are read")
}

/// The schema, as a file or as the address of a server, without a config.
pub(crate) fn input(schema: impl Into<PathBuf>) -> Input {
    Input {
        schema: schema.into(),
        ..Input::default()
    }
}

fn mysql(url: &str) -> mysql::Conn {
    mysql::Conn::new(url).expect("the server is there")
}

pub(crate) fn postgres(url: &str) -> postgres::Client {
    postgres::Client::connect(url, postgres::NoTls).expect("the server is there")
}

fn start(sql: &str) -> String {
    sql.chars().take(2000).collect()
}
