//! A world file as one end of a move: read whole, or made whole, without its models.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, Statement, params_from_iter};

use crate::error::{FileError, Problem, ProblemKind};
use crate::schema::value::Value;
use crate::schema::{TableInfo, TableKind};
use crate::store::row::reader::Cells;

use super::content_hash::sum_anew;
use super::error::open_error;
use super::format::Mark;
use super::lock::Lock;
use super::operations::{
    Progress, Snapshot, Unfinished, locked_snapshot, refuse_taken, verify_file,
};
use super::schema_diff::{self, Strictness};
use super::stamp::{self, FileState};
use super::statements::{self, quoted};
use super::{format, mail, value};

/// A file that is read, and that no game opens meanwhile.
pub(in crate::persist) struct OldFile {
    snapshot: Snapshot,
    path: PathBuf,
    _lock: Lock,
}

impl OldFile {
    /// Opens a file that is closed, is what was written to it, and is a world of this schema.
    pub(in crate::persist) fn open(
        path: &Path,
        ddl: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, FileError> {
        let report = verify_file(path, progress)?;
        // Which tables are pivots is a guess there, and known here.
        let problems = report.problems.iter();
        let problems = problems.filter(|problem| problem.check != "pivots");
        let problems: Vec<_> = problems.map(ToString::to_string).collect();
        let path = path.to_owned();
        if !problems.is_empty() {
            return Err(FileError::Damaged { path, problems });
        }
        let lock = Lock::acquire(&path)?;
        let snapshot = locked_snapshot(&path, &lock)?;
        let old = Self {
            snapshot,
            path,
            _lock: lock,
        };
        let strictness = Strictness {
            trusts_rules: false,
        };
        let differences = schema_diff::differences(old.file(), ddl, strictness);
        let differences = differences.map_err(|source| old.failed(source))?;
        if differences.is_empty() {
            return Ok(old);
        }
        let path = old.path;
        Err(FileError::Schema { path, differences })
    }

    fn file(&self) -> &Connection {
        &self.snapshot.connection
    }

    fn failed(&self, source: rusqlite::Error) -> FileError {
        open_error(&self.path, source)
    }

    /// The number of rows of a table.
    pub(in crate::persist) fn n_rows(&self, info: &TableInfo) -> Result<u64, FileError> {
        let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let n_rows = (self.file().query_row(&statements::count(info), [], count))
            .map_err(|source| self.failed(source))?;
        Ok(u64::try_from(n_rows).expect("a count is not negative"))
    }

    /// Calls `see` with each row of a table in order of their ids: the id, and the other columns.
    pub(in crate::persist) fn rows<E: From<FileError>>(
        &self,
        info: &TableInfo,
        mut see: impl FnMut(i64, &Cells<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |source| self.failed(source);
        let prepared = self.file().prepare(&statements::select_all(info));
        let mut statement = prepared.map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let id: i64 = row.get(0).map_err(failed)?;
            let mut cells = Cells::new();
            for column in 1..=info.columns.len() {
                cells.push(value::cell(value::raw(row, column)));
            }
            see(id, &cells)?;
        }
        Ok(())
    }

    /// Rows of a table whose parents are not there.
    pub(in crate::persist) fn dangling(
        &self,
        tables: &[&'static TableInfo],
        info: &'static TableInfo,
    ) -> Result<Vec<Problem>, FileError> {
        dangling(self.file(), tables, info).map_err(|source| self.failed(source))
    }

    /// The next ids that are stored.
    pub(in crate::persist) fn next_ids(&self) -> Result<Vec<(String, i64)>, FileError> {
        let read = || {
            let file = self.file();
            let is_there: bool = file.query_row(statements::IDS_EXIST, [], |row| row.get(0))?;
            if !is_there {
                return Ok(Vec::new());
            }
            let mut statement = file.prepare(statements::SELECT_IDS)?;
            let ids = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            ids.collect()
        };
        read().map_err(|source| self.failed(source))
    }

    /// How many parcels have left the world, and are not delivered.
    pub(in crate::persist) fn n_outgoing(&self) -> Result<i64, FileError> {
        let n = mail::n_outgoing(self.file());
        n.map_err(|source| self.failed(source))
    }

    /// The names of the parcels that the world has accepted.
    pub(in crate::persist) fn accepted(&self) -> Result<Vec<Vec<u8>>, FileError> {
        let names = mail::accepted(self.file());
        names.map_err(|source| self.failed(source))
    }

    /// How many flushes the world has had.
    pub(in crate::persist) fn generation(&self) -> Result<i64, FileError> {
        let read = || {
            Ok(match stamp::is_there(self.file())? {
                true => FileState::read(self.file())?.map_or(0, |state| state.at.generation),
                false => 0,
            })
        };
        read().map_err(|source| self.failed(source))
    }
}

/// A file that is being made. It has its name only when it is whole.
pub(in crate::persist) struct NewFile {
    // It is closed before the unfinished file is removed.
    connection: Connection,
    unfinished: Unfinished,
    path: PathBuf,
}

/// What became of a row.
pub(in crate::persist) enum Inserted {
    Done,
    /// A rule of the file does not allow it.
    Refused(String),
}

/// The statement that inserts the rows of a table.
pub(in crate::persist) struct Inserter<'f> {
    statement: Statement<'f>,
    file: &'f NewFile,
}

impl NewFile {
    /// Makes the tables of an empty world, which is not stored yet.
    pub(in crate::persist) fn make(path: &Path, ddl: &str) -> Result<Self, FileError> {
        refuse_taken(path)?;
        let unfinished = Unfinished::beside(path)?;
        let failed = |source| open_error(path, source);
        let connection = Connection::open(unfinished.path()).map_err(failed)?;
        let new = Self {
            connection,
            unfinished,
            path: path.to_owned(),
        };
        // Rows come in any order, and all of it is synced before the file gets its name.
        let begin = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN";
        for statement in [
            begin,
            ddl,
            statements::CREATE_IDS,
            statements::CREATE_HASHES,
        ] {
            new.connection.execute_batch(statement).map_err(failed)?;
        }
        let made = stamp::create(&new.connection);
        made.and_then(|()| format::mark(&new.connection))
            .map_err(failed)?;
        Ok(new)
    }

    /// Prepares to insert rows into a table.
    pub(in crate::persist) fn inserter(&self, info: &TableInfo) -> Result<Inserter<'_>, FileError> {
        let columns = [info.id].into_iter().chain(info.columns.iter().copied());
        let columns: Vec<_> = columns.map(quoted).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        let (table, columns) = (quoted(info.name), columns.join(", "));
        let sql = format!("INSERT OR ABORT INTO {table} ({columns}) VALUES ({marks})");
        let prepared = self.connection.prepare(&sql);
        Ok(Inserter {
            statement: prepared.map_err(|source| open_error(&self.path, source))?,
            file: self,
        })
    }

    /// Rows of a table whose parents are not there.
    pub(in crate::persist) fn dangling(
        &self,
        tables: &[&'static TableInfo],
        info: &'static TableInfo,
    ) -> Result<Vec<Problem>, FileError> {
        dangling(&self.connection, tables, info).map_err(|source| open_error(&self.path, source))
    }

    /// Stores the names of parcels that the world has accepted.
    pub(in crate::persist) fn store_accepted(&self, names: &[Vec<u8>]) -> Result<(), FileError> {
        let stored = mail::store_accepted(&self.connection, names);
        stored.map_err(|source| open_error(&self.path, source))
    }

    /// Stores all of it, looks at it once more, and gives it its name.
    pub(in crate::persist) fn finish(
        self,
        tables: &[&'static TableInfo],
        next_ids: &[(String, i64)],
        generation: i64,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FileError> {
        let Self {
            connection,
            unfinished,
            path,
        } = self;
        let failed = |source| open_error(&path, source);
        let store = || {
            for next_id in next_ids {
                connection.execute(statements::UPSERT_ID, (&next_id.0, next_id.1))?;
            }
            sum_anew(
                &connection,
                Mark::CURRENT,
                tables.iter().map(|info| info.name),
            )?;
            let sql = "UPDATE gamedb_state SET generation = ?1 WHERE id = 1";
            connection.execute(sql, [generation])?;
            stamp::seal(&connection)?;
            connection.execute_batch("COMMIT")
        };
        store().map_err(failed)?;
        connection
            .close()
            .map_err(|(_, source)| open_error(&path, source))?;
        let report = verify_file(unfinished.path(), progress)?;
        let problems = report.problems.iter();
        let problems = problems.filter(|problem| problem.check != "pivots");
        let problems: Vec<_> = problems.map(ToString::to_string).collect();
        if !problems.is_empty() {
            return Err(FileError::Damaged { path, problems });
        }
        unfinished.put(&path)
    }
}

impl Inserter<'_> {
    /// Inserts a row: its id, and its columns in declaration order.
    pub(in crate::persist) fn insert(
        &mut self,
        id: i64,
        values: &[Value<'_>],
    ) -> Result<Inserted, FileError> {
        let values = values.iter().map(|&value| value::bound(value));
        let all = [value::bound(Value::Integer(id))].into_iter().chain(values);
        match self.statement.execute(params_from_iter(all)) {
            Ok(_) => Ok(Inserted::Done),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Ok(Inserted::Refused(error.to_string()))
            }
            Err(error) => Err(open_error(&self.file.path, error)),
        }
    }
}

/// Rows of a table that name rows that are not there, and owned rows that no pivot row names.
fn dangling(
    file: &Connection,
    tables: &[&'static TableInfo],
    info: &'static TableInfo,
) -> rusqlite::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for key in info.foreign_keys {
        let Some(target) = key.table.map(|target| tables[target.index()]) else {
            continue;
        };
        let column = info.columns[key.column];
        let (id, name) = (quoted(info.id), quoted(column));
        let sql = format!(
            "SELECT c.{id}, c.{name} FROM {} AS c WHERE c.{name} IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM {} AS p WHERE p.{} = c.{name}) ORDER BY 1",
            quoted(info.name),
            quoted(target.name),
            quoted(target.id)
        );
        let mut statement = file.prepare(&sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            let (row, id): (i64, i64) = row?;
            problems.push(Problem {
                table: info.name,
                id: row,
                column: column.to_owned(),
                kind: ProblemKind::Dangling {
                    target: target.name,
                    id,
                },
            });
        }
    }
    if let TableKind::Owned { pivot } = info.kind {
        let pivot = tables[pivot.index()];
        let mut statement = file.prepare(&statements::select_unowned(info, pivot))?;
        for id in statement.query_map([], |row| row.get(0))? {
            let kind = ProblemKind::NoOwner { pivot: pivot.name };
            problems.push(Problem::of_row(info, id?, kind));
        }
    }
    Ok(problems)
}
