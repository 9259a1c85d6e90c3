//! From a server to a new file, as the world is at one moment.

use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;

use futures_util::Stream as _;

use crate::error::{BackendError, FileError, Problem, ProblemKind};
use crate::persist::sqlite::{Inserted, Inserter, NewFile, Progress};
use crate::schema::TableInfo;
use crate::schema::value::{ColumnKind, Value};
use crate::store::row::reader::Cell;

use super::super::binary::{Incoming, Malformed};
use super::super::differences::{differences, is_there};
use super::super::error::Error;
use super::super::fence;
use super::super::mail;
use super::super::schema::{NEXT_IDS, Table, quoted};
use super::super::session::Session;
use super::super::tables::ServerTables;
use super::{
    MOST_PROBLEMS, MoveReport, STEP, columns, connect, failed, problems, refuse, refuse_parcels,
    report,
};

pub(super) fn run(
    tables: &ServerTables,
    connection: &str,
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<MoveReport, FileError> {
    let (session, address) = connect(connection, &tables.schema.world)?;
    let at_address = |error| failed(&address, error);
    session
        .batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .map_err(at_address)?;
    if !is_there(&session, &tables.schema).map_err(at_address)? {
        return Err(FileError::NoWorld { path: address });
    }
    let found = differences(&session, &tables.schema).map_err(at_address)?;
    if !found.is_empty() {
        return Err(FileError::Schema {
            path: address,
            differences: found,
        });
    }
    let n_parcels = mail::n_waiting(&session, &tables.schema.world).map_err(at_address)?;
    refuse_parcels(&address, n_parcels)?;
    let state = fence::read(&session, &tables.schema).map_err(|lost| lost.at(&address))?;
    let new = NewFile::make(path, &tables.ddl)?;
    let (infos, mut counts, mut found) = (tables.infos(), Vec::new(), Vec::new());
    for table in &tables.schema.tables {
        let copy = Copy {
            session: &session,
            address: &address,
            table,
        };
        counts.push(copy.run(new.inserter(table.info)?, &mut found, progress)?);
    }
    refuse(&address, with_dangling(found, &new, &infos)?)?;
    let next_ids = next_ids(tables, &session).map_err(at_address)?;
    let accepted = mail::accepted(&session, &tables.schema).map_err(at_address)?;
    session.batch("COMMIT").map_err(at_address)?;
    new.store_accepted(&accepted)?;
    new.finish(&infos, &next_ids, state.generation, progress)?;
    let generation = state.generation;
    Ok(report(
        tables,
        &counts,
        &next_ids,
        generation,
        (address, path),
    ))
}

/// Adds the rows that name no row, or have no owner. Those that name a row that does not fit are not to blame.
fn with_dangling(
    mut found: Vec<Problem>,
    new: &NewFile,
    tables: &[&'static TableInfo],
) -> Result<Vec<Problem>, FileError> {
    let is_left_out = |table: &str, id: Option<i64>| {
        let mut problems = found.iter();
        problems.any(|problem| problem.table == table && id.is_none_or(|id| problem.id == id))
    };
    let mut dangling = Vec::new();
    if found.len() < MOST_PROBLEMS {
        for &info in tables {
            let problems = new.dangling(tables, info)?.into_iter();
            dangling.extend(problems.filter(|problem| match problem.kind {
                ProblemKind::Dangling { target, id } => !is_left_out(target, Some(id)),
                ProblemKind::NoOwner { pivot } => !is_left_out(pivot, None),
                _ => true,
            }));
        }
    }
    found.append(&mut dangling);
    found.truncate(MOST_PROBLEMS);
    Ok(found)
}

/// The rows of one table.
struct Copy<'c> {
    session: &'c Session,
    address: &'c Path,
    table: &'c Table,
}

impl Copy<'_> {
    /// Copies the rows, and collects those that do not fit. Returns how many there are.
    fn run(
        &self,
        mut into: Inserter<'_>,
        found: &mut Vec<Problem>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<u64, FileError> {
        let at_address = |error| failed(self.address, error);
        let table = self.table;
        let total = self.count()?;
        let stage = &format!("rows of {}", table.info.name);
        let kinds: Vec<ColumnKind> = table.columns.iter().map(|column| column.kind).collect();
        let sql = format!(
            "COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT binary)",
            columns(table),
            table.name,
            quoted(table.info.id)
        );
        let stream = (self.session)
            .answer(self.session.client().copy_out(&sql))
            .map_err(at_address)?;
        let mut stream = pin!(stream);
        let (mut incoming, mut done) = (Incoming::default(), 0);
        progress(Progress { stage, done, total });
        let session = self.session;
        let mut next = || {
            let next = poll_fn(|context| stream.as_mut().poll_next(context).map(Option::transpose));
            session.answer(next).map_err(at_address)
        };
        while let Some(bytes) = next()? {
            incoming
                .rows(&bytes, &kinds, |id, cells| {
                    self.insert(&mut into, id, cells, found)?;
                    done += 1;
                    if done % STEP == 0 {
                        progress(Progress { stage, done, total });
                    }
                    Ok::<(), CopyError>(())
                })
                .map_err(|error| error.at(self.address))?;
        }
        if !incoming.is_at_end() {
            return Err(CopyError::from(Malformed).at(self.address));
        }
        progress(Progress { stage, done, total });
        Ok(done)
    }

    fn count(&self) -> Result<u64, FileError> {
        let sql = format!("SELECT count(*) FROM {}", self.table.name);
        let row = self.session.row(&sql, &[]);
        let count: Result<i64, _> = row.and_then(|row| Ok(row.try_get(0)?));
        let count = count.map_err(|error| failed(self.address, error))?;
        Ok(u64::try_from(count).expect("a count is not negative"))
    }

    fn insert(
        &self,
        into: &mut Inserter<'_>,
        id: i64,
        cells: &[Cell<'_>],
        found: &mut Vec<Problem>,
    ) -> Result<(), CopyError> {
        let before = found.len();
        if before >= MOST_PROBLEMS {
            return Ok(());
        }
        found.extend(problems(self.table, id, cells));
        if found.len() > before {
            return Ok(());
        }
        let values: Vec<Value<'_>> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Value(value) => *value,
                Cell::NotUtf8 => unreachable!("such a row was refused"),
            })
            .collect();
        if let Inserted::Refused(reason) = into.insert(id, &values)? {
            let kind = ProblemKind::Refused { reason };
            found.push(Problem::of_row(self.table.info, id, kind));
        }
        Ok(())
    }
}

/// Why rows could not be copied.
enum CopyError {
    File(FileError),
    Malformed(Malformed),
}

impl From<FileError> for CopyError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<Malformed> for CopyError {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error)
    }
}

impl CopyError {
    fn at(self, address: &Path) -> FileError {
        match self {
            Self::File(error) => error,
            Self::Malformed(error) => FileError::Open {
                path: address.to_owned(),
                source: BackendError::of_server(error, None),
            },
        }
    }
}

fn next_ids(tables: &ServerTables, session: &Session) -> Result<Vec<(String, i64)>, Error> {
    let table = tables.schema.own(NEXT_IDS);
    let sql = format!("SELECT table_name, next_id FROM {table} ORDER BY table_name");
    let rows = session.rows(&sql, &[])?;
    let ids = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    ids.collect()
}
