//! A world is moved from a file to a server, or back: row by row the same, without its models, and in memory of a few
//! megabytes.

mod to_file;
mod to_server;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, FileError, Problem, ProblemKind};
use crate::persist::sqlite::Progress;
use crate::schema::TableInfo;
use crate::schema::value::{ColumnKind, Value};
use crate::store::row::reader::Cell;

use super::error::{Error as ServerError, Lost, backend_error};
use super::newest;
use super::open::{refuse_encoding, target};
use super::schema::{Column, Table, quoted};
use super::session::{Limits, Session};
use super::tables::ServerTables;

/// After how many rows progress is reported.
const STEP: u64 = 4096;

/// After how many rows that do not fit no further ones are looked for.
const MOST_PROBLEMS: usize = 1000;

/// No loop waits for it: keys and indexes of a large world take their time. A server that is gone is noticed by the
/// system.
const LIMITS: Limits = Limits {
    answer: None,
    connect: Duration::from_secs(30),
};

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MoveReport {
    /// The address of the world on the server, without user and password.
    pub address: PathBuf,
    /// The file.
    pub file: PathBuf,
    /// The last flush that the world has had, counted since it began: the next one goes on from there.
    pub generation: u64,
    /// All tables, in declaration order.
    pub tables: Vec<MovedTable>,
}

/// One table of a world that was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MovedTable {
    /// Its name.
    pub table: String,
    /// Number of its rows.
    pub n_rows: u64,
    /// The id that its next row gets; `None` where nothing was ever said, and the rows decide.
    pub next_id: Option<i64>,
}

impl ServerTables {
    /// Copies a world from a file to a server, with all rows, ids, next ids, and the number of its last flush. The file is
    /// not written to, and no game may have it open.
    ///
    /// The world must not be on the server yet; tables that are there, and are empty, are filled. All is one transaction: after
    /// an error, or if this process is killed, the server has what it had before. O(file).
    ///
    /// A password that the connection string does not have is taken from the environment variable `PGPASSWORD`.
    ///
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File): [`FileError::Damaged`] and [`FileError::Schema`] for a file that is not
    /// what was written to it, or is another world; [`FileError::Rows`] with the rows, up to 1000, that a server cannot
    /// have, as one with a NUL in a text; [`FileError::NotEmpty`] if there is such a world on the server; what the system,
    /// SQLite and the server say. [`FileError::Flush`] with [`Outcome::Unknown`](crate::Outcome::Unknown) if the connection broke before the
    /// commit was answered: then look whether the world is there.
    pub fn copy_to_server(
        &self,
        connection: &str,
        file: impl AsRef<Path>,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<MoveReport, Error> {
        Ok(to_server::run(
            self,
            connection,
            file.as_ref(),
            &mut progress,
        )?)
    }

    /// Copies a world from a server into a new file, as it is at one moment, with all rows, ids, next ids, and the number of
    /// its last flush. Nothing is written to the server; a process that has the world open keeps it, and what it flushes
    /// later is not in the file. O(world).
    ///
    /// The file has its name only when it is whole. A process that is killed may leave an unfinished one beside it.
    ///
    /// A file has no -0.0, which becomes 0.0. A password that the connection string does not have is taken from the
    /// environment variable `PGPASSWORD`.
    ///
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File): [`FileError::Exists`] if there is such a file, [`FileError::NoWorld`]
    /// if there is no such world, [`FileError::Schema`] if it is another one, [`FileError::Rows`] with the rows, up to 1000,
    /// that a file cannot have, and what the system, SQLite and the server say.
    pub fn copy_to_file(
        &self,
        connection: &str,
        file: impl AsRef<Path>,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<MoveReport, Error> {
        Ok(to_file::run(
            self,
            connection,
            file.as_ref(),
            &mut progress,
        )?)
    }

    fn infos(&self) -> Vec<&'static TableInfo> {
        self.schema.tables.iter().map(|table| table.info).collect()
    }
}

/// A connection to a server that can have worlds, and the address of one there.
fn connect(connection: &str, world: &str) -> Result<(Session, PathBuf), FileError> {
    let (mut reach, path) = target(connection, world)?;
    if let (None, Ok(password)) = (reach.config.get_password(), std::env::var("PGPASSWORD")) {
        reach.config.password(password);
    }
    let session =
        newest::connect(&reach, LIMITS, world).map_err(|error| Lost::from(error).at(&path))?;
    refuse_encoding(&session, &path)?;
    Ok((session, path))
}

/// Refuses a world that has sent parcels, or gets some, which would not move with it.
fn refuse_parcels(path: &Path, n: i64) -> Result<(), FileError> {
    if n == 0 {
        return Ok(());
    }
    Err(FileError::Unportable {
        path: path.to_owned(),
        what: format!(
            "{n} parcels wait that are from the world or for it, and would not be moved; let the game exchange and accept them first"
        ),
    })
}

/// What the server says, of a world.
fn failed(path: &Path, error: impl Into<ServerError>) -> FileError {
    FileError::Open {
        path: path.to_owned(),
        source: backend_error(error.into()),
    }
}

/// All columns of a table, the id first, as a list in SQL.
fn columns(table: &Table) -> String {
    let names = table.columns.iter().map(|column| column.name);
    let names: Vec<_> = [table.info.id]
        .into_iter()
        .chain(names)
        .map(quoted)
        .collect();
    names.join(", ")
}

/// Why a cell cannot be in a column.
fn misfit(column: &Column, cell: &Cell<'_>) -> Option<ProblemKind> {
    let value = match cell {
        Cell::NotUtf8 => return Some(ProblemKind::NotUtf8),
        Cell::Value(value) => *value,
    };
    match (column.kind, value) {
        (_, Value::Null) => column.is_not_null.then_some(ProblemKind::Null),
        (ColumnKind::Text, Value::Text(text)) => text.contains('\0').then_some(ProblemKind::HasNul),
        (ColumnKind::Real, Value::Real(real)) => real.is_nan().then_some(ProblemKind::NotANumber),
        (ColumnKind::Integer, Value::Integer(_)) | (ColumnKind::Blob, Value::Blob(_)) => None,
        (kind, value) => Some(ProblemKind::WrongType {
            expected: match kind {
                ColumnKind::Integer => "an integer",
                ColumnKind::Real => "a real number",
                ColumnKind::Text => "a text",
                ColumnKind::Blob => "a blob",
            },
            found: value.kind().to_owned(),
        }),
    }
}

/// What is wrong with a row, if anything is.
fn problems<'r>(
    table: &'r Table,
    id: i64,
    cells: &'r [Cell<'_>],
) -> impl Iterator<Item = Problem> + 'r {
    let columns = table.columns.iter().zip(cells);
    columns.filter_map(move |(column, cell)| {
        Some(Problem {
            table: table.info.name,
            id,
            column: column.name.to_owned(),
            kind: misfit(column, cell)?,
        })
    })
}

/// Refuses rows that do not fit.
fn refuse(path: &Path, problems: Vec<Problem>) -> Result<(), FileError> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(FileError::Rows {
        path: path.to_owned(),
        problems,
        blocks: Vec::new(),
    })
}

/// What is told of each table in the end.
fn report(
    tables: &ServerTables,
    counts: &[u64],
    next_ids: &[(String, i64)],
    generation: i64,
    (address, file): (PathBuf, &Path),
) -> MoveReport {
    let moved = tables.schema.tables.iter().zip(counts);
    let moved = moved.map(|(table, &n_rows)| {
        let name = table.info.name;
        let next_id = next_ids.iter().find(|(table, _)| table == name);
        MovedTable {
            table: name.to_owned(),
            n_rows,
            next_id: next_id.map(|&(_, next_id)| next_id),
        }
    });
    MoveReport {
        address,
        file: file.to_owned(),
        generation: u64::try_from(generation).unwrap_or_default(),
        tables: moved.collect(),
    }
}
