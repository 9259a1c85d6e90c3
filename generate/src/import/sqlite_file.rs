//! A SQLite file as a source of rows.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;

use super::queries::{count, quoted};
use super::source::{
    Accepted, Cell, ProgressUnit, RowSink, Source, SourceColumn, SourceRow, SourceTable,
};
use crate::error::ImportError;
use crate::input::read_only::ReadOnly;
use crate::sql::Dialect;

/// A SQLite file, which is only read.
#[derive(Debug)]
pub struct SqliteFile {
    path: PathBuf,
    file: ReadOnly,
}

/// A table of the file that the new schema has.
struct FileTable {
    table: SourceTable,
    accepted: Accepted,
    has_rowid: bool,
}

impl SqliteFile {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ImportError::Read`].
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let opened = ReadOnly::open(path);
        let path = path.to_owned();
        match opened {
            Ok(file) => Ok(Self { path, file }),
            Err(source) => Err(ImportError::Read { path, source }),
        }
    }

    fn failed(&self, source: rusqlite::Error) -> ImportError {
        ImportError::Read {
            path: self.path.clone(),
            source,
        }
    }

    /// The tables, each with whether its rows have a rowid.
    fn all_tables(&self) -> rusqlite::Result<Vec<(SourceTable, bool)>> {
        let mut statement = self.file.connection.prepare(
            "SELECT list.name, list.wr, schema.sql FROM pragma_table_list AS list
             JOIN sqlite_schema AS schema ON schema.type = 'table' AND schema.name = list.name
             WHERE list.schema = 'main' AND list.type = 'table'
             AND (list.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR list.name = 'sqlite_sequence')
             ORDER BY list.name",
        )?;
        let rows = statement.query_map([], |row| {
            let (name, is_without): (String, bool) = (row.get(0)?, row.get(1)?);
            Ok((name, !is_without, row.get(2)?))
        })?;
        let mut tables = Vec::new();
        for row in rows {
            let (name, has_rowid, definition) = row?;
            let columns = self.columns(&name)?;
            let table = SourceTable {
                name,
                columns,
                definition,
                ..SourceTable::default()
            };
            tables.push((table, has_rowid));
        }
        Ok(tables)
    }

    fn columns(&self, table: &str) -> rusqlite::Result<Vec<SourceColumn>> {
        // `hidden` is 1 for columns that only virtual tables have.
        let sql = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1";
        let mut statement = self.file.connection.prepare(sql)?;
        let columns = statement.query_map([table], |row| {
            Ok(SourceColumn {
                name: row.get(0)?,
                ..SourceColumn::default()
            })
        })?;
        columns.collect()
    }

    /// Sends the rows of one table.
    fn send_table(
        &self,
        from: &FileTable,
        sink: &mut dyn RowSink,
        done: &mut u64,
        total: u64,
    ) -> Result<(), ImportError> {
        const EVERY: u64 = 1000;
        let failed = |source| self.failed(source);
        let sql = from.select();
        let mut statement = self.file.connection.prepare(&sql).map_err(failed)?;
        let n_columns = from.table.columns.len();
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let cells: Result<Vec<Cell<'_>>, _> = (0..n_columns)
                .map(|at| row.get_ref(at).map(Cell::from))
                .collect();
            let cells = cells.map_err(failed)?;
            sink.row(from.accepted.id, SourceRow::of(&cells))?;
            *done += 1;
            if done.is_multiple_of(EVERY) {
                sink.progress(*done, total);
            }
        }
        sink.progress(*done, total);
        Ok(())
    }
}

impl Source for SqliteFile {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn unit(&self) -> ProgressUnit {
        ProgressUnit::Rows
    }

    fn tables(&mut self) -> Result<Vec<SourceTable>, ImportError> {
        let tables = self.all_tables().map_err(|source| self.failed(source))?;
        Ok(tables.into_iter().map(|(table, _)| table).collect())
    }

    fn has_row(
        &mut self,
        table: &SourceTable,
        column: &str,
        number: i64,
    ) -> Result<Option<bool>, ImportError> {
        let (from, column) = (quoted(&table.name), quoted(column));
        let sql = format!("SELECT count(*) FROM {from} WHERE {column} = {number}");
        let n_rows = count(&self.file.connection, &sql).map_err(|source| self.failed(source))?;
        Ok(Some(n_rows > 0))
    }

    fn send(&mut self, sink: &mut dyn RowSink) -> Result<(), ImportError> {
        let mut tables = Vec::new();
        let mut total = 0;
        for (table, has_rowid) in self.all_tables().map_err(|source| self.failed(source))? {
            if let Some(accepted) = sink.table(&table)? {
                let sql = format!("SELECT count(*) FROM {}", quoted(&table.name));
                total +=
                    count(&self.file.connection, &sql).map_err(|source| self.failed(source))?;
                tables.push(FileTable {
                    table,
                    accepted,
                    has_rowid,
                });
            } else {
                let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(&table.name));
                let has_row = count(&self.file.connection, &sql);
                if has_row.map_err(|source| self.failed(source))? > 0 {
                    sink.left_behind(&table);
                }
            }
        }
        tables.sort_by_key(|table| table.accepted.position);
        let mut done = 0;
        for table in &tables {
            self.send_table(table, sink, &mut done, total)?;
        }
        if self.file.has_changed() {
            return Err(ImportError::Changed {
                path: self.path.clone(),
            });
        }
        sink.progress(done, total);
        Ok(())
    }
}

impl FileTable {
    /// The wanted columns, and NULL for the others, row by row in a defined order.
    fn select(&self) -> String {
        let columns = self.table.columns.iter().zip(&self.accepted.is_wanted);
        let mut columns: Vec<String> = columns
            .map(|(column, is_wanted)| match is_wanted {
                true => quoted(&column.name),
                false => "NULL".to_owned(),
            })
            .collect();
        if columns.is_empty() {
            columns.push("NULL".to_owned());
        }
        // A table WITHOUT ROWID is read in the order of its key.
        let order = match self.has_rowid {
            true => " ORDER BY rowid",
            false => "",
        };
        let from = quoted(&self.table.name);
        format!("SELECT {} FROM {from}{order}", columns.join(", "))
    }
}

/// What a file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Sqlite,
    /// pg_dump's own format.
    PostgresCustom,
    /// Anything else.
    Text,
}

/// What a file is. An empty one is a SQLite file without tables.
pub(super) fn kind(path: &Path) -> std::io::Result<FileKind> {
    const HEADER: &[u8] = b"SQLite format 3\0";
    let mut head = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(HEADER.len() as u64).read_to_end(&mut head)?;
    Ok(if head.is_empty() || head == HEADER {
        FileKind::Sqlite
    } else if head.starts_with(b"PGDMP") {
        FileKind::PostgresCustom
    } else {
        FileKind::Text
    })
}

impl<'c> From<ValueRef<'c>> for Cell<'c> {
    fn from(value: ValueRef<'c>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(integer) => Self::Integer(integer),
            ValueRef::Real(real) => Self::Real(real),
            ValueRef::Text(text) => Self::Text(text),
            ValueRef::Blob(bytes) => Self::Bytes(bytes),
        }
    }
}
