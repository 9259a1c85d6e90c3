//! A world file that no game has open: read with SQLite, without models.

mod reader;
mod schema;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use gamedb::{Effect, Encoded, FlushStats, Positions, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use crate::inspected::{
    AnyRow, IncomingSchema, Inspected, KeySchema, Place, Schema, Size, TableSchema, Unreadable,
};
use crate::world_file::reader::{Look, Reader};
use crate::world_file::schema::read_schema;

/// A world file, or any SQLite file, opened for reading only.
///
/// Each question reads the file as it is then, in a transaction of its own, so that no checkpoint of a
/// game that opens the file meanwhile waits for the inspector. Nothing is written, neither to the file nor beside it, so it
/// may be in a folder that can only be read. A log that a game has left which was killed is read into memory, with the file.
#[derive(Debug)]
pub struct WorldFile {
    reader: Reader,
    path: PathBuf,
    schema: Schema,
    counted: RefCell<Counted>,
    /// Whether several questions are being asked, and what each of them is told, once one has waited in vain for the lock.
    is_held: Cell<bool>,
    locked: RefCell<Option<Unreadable>>,
}

/// The file cannot be inspected.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file.
    #[error("there is no file {}", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// SQLite cannot read it.
    #[error("{} cannot be read: {source}", path.display())]
    Sqlite {
        /// The path.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// Another program holds the lock of the file, and did not release it within a tenth of a second.
    #[error("another program holds the lock of {}; ask again when it is done", path.display())]
    Locked {
        /// The path.
        path: PathBuf,
    },
    /// Another program has written to the file while it was read.
    #[error("{} was written to while it was read; ask again", path.display())]
    Changed {
        /// The path.
        path: PathBuf,
    },
    /// The file, or the log beside it, cannot be read.
    #[error(transparent)]
    File {
        /// What is wrong, with the path.
        source: gamedb::Error,
    },
}

/// Numbers of rows, which SQLite has to count, with what the file was like that they are of.
#[derive(Debug, Default)]
struct Counted {
    look: Option<Look>,
    rows: Vec<Option<u64>>,
}

impl WorldFile {
    /// Opens a file for reading. Its tables are read once, so a schema that changes later is not seen.
    ///
    /// # Errors
    /// [`OpenError`] with the path, and what SQLite says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        // SQLite would delete the log beside an empty file.
        let is_file = std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() > 0);
        if !is_file {
            return Err(OpenError::Missing { path });
        }
        let reader = Reader::new(&path);
        let schema = reader.ask(|file, _| read_schema(file))?;
        Ok(Self {
            reader,
            path,
            schema,
            counted: RefCell::default(),
            is_held: Cell::new(false),
            locked: RefCell::default(),
        })
    }

    /// Runs a query of the rows `r` of a table, and visits them.
    fn visit(
        &self,
        table: usize,
        rest: &str,
        parameters: &[&dyn ToSql],
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable> {
        self.ask(|file, _| self.visit_by(file, table, rest, parameters, visit))
    }

    fn visit_by(
        &self,
        file: &Connection,
        table: usize,
        rest: &str,
        parameters: &[&dyn ToSql],
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> rusqlite::Result<()> {
        let info = &self.schema.tables[table];
        let columns = [&info.id].into_iter().chain(&info.columns);
        let columns: Vec<_> = columns.map(|name| format!("r.{}", quoted(name))).collect();
        let sql = format!(
            "SELECT {} FROM {} AS r {rest}",
            columns.join(", "),
            quoted(&info.name)
        );
        let mut statement = file.prepare_cached(&sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            let row = FileRow {
                file: self,
                table,
                id: row.get(0)?,
                cells: (0..info.columns.len())
                    .map(|column| Ok(Owned::of(row.get_ref(column + 1)?)))
                    .collect::<rusqlite::Result<_>>()?,
            };
            if !visit(&row) {
                break;
            }
        }
        Ok(())
    }

    /// The rest of a query of the rows that name the row with an id. Values are compared as the named columns
    /// compare them, as SQLite does it for a foreign key.
    fn naming_rows(&self, table: usize, key: IncomingSchema) -> String {
        let (by, target) = (&self.schema.tables[key.table], &self.schema.tables[table]);
        let own = by.columns_of(key.key).iter();
        let own = own.map(|&column| quoted(&by.columns[column]));
        match key.key {
            KeySchema::Foreign(_) => own.map(|own| format!("WHERE r.{own} = ?")).collect(),
            KeySchema::ByValue(_) => {
                let named = by.named_by(key.key).iter();
                let named = named.map(|&column| quoted(&target.columns[column]));
                let pairs = own.zip(named);
                let on: Vec<_> = pairs
                    .map(|(own, named)| format!("t.{named} = r.{own}"))
                    .collect();
                let (name, id) = (quoted(&target.name), quoted(&target.id));
                let on = on.join(" AND ");
                format!("JOIN {name} AS t ON {on} WHERE t.{id} = ?")
            }
        }
    }

    fn count(&self, file: &Connection, look: Option<Look>, table: usize) -> rusqlite::Result<u64> {
        let mut counted = self.counted.borrow_mut();
        if look.is_none() || counted.look != look {
            counted.look = look;
            counted.rows = vec![None; self.schema.tables.len()];
        }
        if let Some(count) = counted.rows[table] {
            return Ok(count);
        }
        let name = quoted(&self.schema.tables[table].name);
        let sql = format!("SELECT count(*) FROM {name}");
        let count: i64 = file.query_row(&sql, [], |row| row.get(0))?;
        let count = count.unsigned_abs();
        counted.rows[table] = Some(count);
        Ok(count)
    }

    fn ask<R>(
        &self,
        question: impl FnOnce(&Connection, Option<Look>) -> rusqlite::Result<R>,
    ) -> Result<R, Unreadable> {
        if let Some(locked) = &*self.locked.borrow() {
            return Err(locked.clone());
        }
        self.reader.ask(question).map_err(|error| {
            let unreadable = Unreadable(error.to_string());
            if self.is_held.get() && matches!(error, OpenError::Locked { .. }) {
                self.locked.replace(Some(unreadable.clone()));
            }
            unreadable
        })
    }
}

impl Inspected for WorldFile {
    fn path(&self) -> String {
        self.path.display().to_string()
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn size(&self, table: usize) -> Result<Size, Unreadable> {
        Ok(Size {
            rows: self.ask(|file, look| self.count(file, look, table))?,
            ..Size::default()
        })
    }

    fn scan(
        &self,
        table: usize,
        from: i64,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable> {
        let id = quoted(&self.schema.tables[table].id);
        let rest = format!("WHERE r.{id} >= ? ORDER BY r.{id}");
        self.visit(table, &rest, &[&from], visit)
    }

    fn row(
        &self,
        table: usize,
        at: i64,
        visit: &mut dyn FnMut(&dyn AnyRow),
    ) -> Result<(), Unreadable> {
        let rest = format!("WHERE r.{} = ?", quoted(&self.schema.tables[table].id));
        let mut once = |row: &dyn AnyRow| {
            visit(row);
            false
        };
        self.visit(table, &rest, &[&at], &mut once)
    }

    fn naming(
        &self,
        table: usize,
        at: i64,
        incoming: usize,
        from: i64,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<(), Unreadable> {
        let key = self.schema.tables[table].incoming[incoming];
        let naming = self.naming_rows(table, key);
        let id = quoted(&self.schema.tables[key.table].id);
        let rest = format!("{naming} AND r.{id} >= ? ORDER BY r.{id}");
        self.visit(key.table, &rest, &[&at, &from], visit)
    }

    fn n_naming(&self, table: usize, at: i64, incoming: usize) -> Result<usize, Unreadable> {
        let key = self.schema.tables[table].incoming[incoming];
        let naming = self.naming_rows(table, key);
        let name = quoted(&self.schema.tables[key.table].name);
        let sql = format!("SELECT count(*) FROM {name} AS r {naming}");
        let count: i64 = self.ask(|file, _| {
            let mut count = file.prepare_cached(&sql)?;
            count.query_row([at], |row| row.get(0))
        })?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    fn dirty(&self, _: usize, _: &mut dyn FnMut(&dyn AnyRow) -> bool) {}

    fn removed(&self, _: usize, _: usize) -> Vec<i64> {
        Vec::new()
    }

    fn flushes(&self) -> Option<FlushStats> {
        None
    }

    fn hold(&self, answer: &mut dyn FnMut()) {
        self.is_held.set(true);
        self.reader.hold(answer);
        self.is_held.set(false);
        self.locked.take();
    }
}

/// A row that was read from the file.
struct FileRow<'f> {
    file: &'f WorldFile,
    table: usize,
    id: i64,
    cells: Vec<Owned>,
}

enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Owned {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Owned::Null,
            ValueRef::Integer(integer) => Owned::Integer(integer),
            ValueRef::Real(real) => Owned::Real(real),
            // A damaged file can have a text that is not UTF-8; it is looked at all the same.
            ValueRef::Text(text) => Owned::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Owned::Blob(bytes.to_owned()),
        }
    }
}

impl ToSql for Owned {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Owned::Null => ValueRef::Null,
            Owned::Integer(integer) => ValueRef::Integer(*integer),
            Owned::Real(real) => ValueRef::Real(*real),
            Owned::Text(text) => ValueRef::Text(text.as_bytes()),
            Owned::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl FileRow<'_> {
    fn info(&self) -> &TableSchema {
        &self.file.schema.tables[self.table]
    }
}

impl AnyRow for FileRow<'_> {
    fn at(&self) -> i64 {
        self.id
    }

    fn id(&self) -> i64 {
        self.id
    }

    fn key(&self) -> Option<String> {
        None
    }

    fn value(&self, column: usize) -> Encoded<'_> {
        Encoded::Borrowed(match &self.cells[column] {
            Owned::Null => Value::Null,
            Owned::Integer(integer) => Value::Integer(*integer),
            Owned::Real(real) => Value::Real(*real),
            Owned::Text(text) => Value::Text(text),
            Owned::Blob(bytes) => Value::Blob(bytes),
        })
    }

    fn unflushed(&self) -> Option<Effect<Positions>> {
        None
    }

    fn target(&self, foreign_key: usize) -> Option<Place> {
        let key = self.info().foreign_keys[foreign_key];
        let (table, Owned::Integer(id)) = (key.table?, &self.cells[key.column]) else {
            return None;
        };
        let (at, id) = (*id, *id);
        Some(Place { table, at, id })
    }

    fn target_by_value(&self, value_key: usize) -> Option<Place> {
        let key = &self.info().value_keys[value_key];
        let table = key.table;
        let target = &self.file.schema.tables[table];
        let named = key.named.iter();
        let named = named.map(|&column| format!("r.{} = ?", quoted(&target.columns[column])));
        let rest = format!("WHERE {}", named.collect::<Vec<_>>().join(" AND "));
        let own = key.columns.iter();
        let values: Vec<&dyn ToSql> = own.map(|&own| &self.cells[own] as &dyn ToSql).collect();
        let mut found = None;
        let visited = self.file.visit(table, &rest, &values, &mut |row| {
            let (at, id) = (row.at(), row.id());
            found = Some(Place { table, at, id });
            false
        });
        visited.ok().and(found)
    }

    fn owner(&self) -> Option<Place> {
        let incoming = self.info().incoming.iter();
        let is_of_pivot =
            |key: &IncomingSchema| self.file.schema.tables[key.table].pivot_of == Some(self.table);
        let incoming = incoming.enumerate().find(|(_, key)| is_of_pivot(key))?.0;
        let mut owner = None;
        let found = self
            .file
            .naming(self.table, self.id, incoming, i64::MIN, &mut |pivot| {
                // The first foreign key of a pivot names the row that it is about.
                let mut arms = 1..;
                let n_keys = self.file.schema.tables[self.info().incoming[incoming].table]
                    .foreign_keys
                    .len();
                owner = arms
                    .by_ref()
                    .take(n_keys - 1)
                    .find_map(|arm| pivot.target(arm));
                false
            });
        found.ok().and(owner)
    }

    fn owned(&self) -> Option<Place> {
        self.info().pivot_of?;
        self.target(0)
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
