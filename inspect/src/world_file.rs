//! A world file that no game has open: read with SQLite, without models.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use gamedb::{Effect, Encoded, FlushStats, Positions, Value};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, params};

use crate::inspected::{
    AnyRow, Fate, ForeignKeySchema, IncomingSchema, Inspected, Place, Schema, Size, TableSchema,
    Unreadable,
};

/// A world file, or any SQLite file, opened for reading only.
///
/// Each question reads the file as it is then, in a transaction of its own, so that no checkpoint of a
/// game that opens the file meanwhile waits for the inspector.
#[derive(Debug)]
pub struct WorldFile {
    connection: Connection,
    path: PathBuf,
    schema: Schema,
    counted: RefCell<Counted>,
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
}

/// Numbers of rows, which SQLite has to count, with the version of the file that they are of.
#[derive(Debug, Default)]
struct Counted {
    version: Option<i64>,
    rows: Vec<Option<u64>>,
}

/// What the page has no use for: tables of SQLite, and the next ids of gamedb.
const HIDDEN: &str = "type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'gamedb\\_%' ESCAPE '\\'";

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
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&path, flags).and_then(|connection| {
            connection.busy_timeout(std::time::Duration::from_millis(100))?;
            connection.pragma_update(None, "trusted_schema", false)?;
            let schema = read_schema(&connection)?;
            Ok((connection, schema))
        });
        match opened {
            Ok((connection, schema)) => Ok(Self {
                connection,
                path,
                schema,
                counted: RefCell::default(),
            }),
            Err(source) => Err(OpenError::Sqlite { path, source }),
        }
    }

    /// Runs a query whose first column is the id, and visits its rows.
    fn visit(
        &self,
        table: usize,
        rest: &str,
        parameters: &[&dyn rusqlite::ToSql],
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> rusqlite::Result<()> {
        let info = &self.schema.tables[table];
        let columns = [&info.id].into_iter().chain(&info.columns);
        let columns: Vec<_> = columns.map(|name| quoted(name)).collect();
        let sql = format!(
            "SELECT {} FROM {} {rest}",
            columns.join(", "),
            quoted(&info.name)
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
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

    fn count(&self, table: usize) -> rusqlite::Result<u64> {
        let pragma = "PRAGMA data_version";
        let version = self.connection.query_row(pragma, [], |row| row.get(0))?;
        let mut counted = self.counted.borrow_mut();
        if counted.version != Some(version) {
            counted.version = Some(version);
            counted.rows = vec![None; self.schema.tables.len()];
        }
        if let Some(count) = counted.rows[table] {
            return Ok(count);
        }
        let name = quoted(&self.schema.tables[table].name);
        let sql = format!("SELECT count(*) FROM {name}");
        let count: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
        let count = count.unsigned_abs();
        counted.rows[table] = Some(count);
        Ok(count)
    }

    fn readable<V>(&self, result: rusqlite::Result<V>) -> Result<V, Unreadable> {
        result.map_err(|error| Unreadable(format!("{}: {error}", self.path.display())))
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
            rows: self.readable(self.count(table))?,
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
        let rest = format!("WHERE {id} >= ? ORDER BY {id}");
        self.readable(self.visit(table, &rest, &[&from], visit))
    }

    fn row(
        &self,
        table: usize,
        at: i64,
        visit: &mut dyn FnMut(&dyn AnyRow),
    ) -> Result<(), Unreadable> {
        let rest = format!("WHERE {} = ?", quoted(&self.schema.tables[table].id));
        let mut once = |row: &dyn AnyRow| {
            visit(row);
            false
        };
        self.readable(self.visit(table, &rest, &[&at], &mut once))
    }

    fn naming(
        &self,
        table: usize,
        at: i64,
        incoming: usize,
        skip: usize,
        visit: &mut dyn FnMut(&dyn AnyRow) -> bool,
    ) -> Result<usize, Unreadable> {
        let key = self.schema.tables[table].incoming[incoming];
        let by = &self.schema.tables[key.table];
        let column = quoted(&by.columns[by.foreign_keys[key.foreign_key].column]);
        let (name, id) = (quoted(&by.name), quoted(&by.id));
        let sql = format!("SELECT count(*) FROM {name} WHERE {column} = ?");
        let count = self.connection.prepare_cached(&sql);
        let count = count.and_then(|mut count| count.query_row([at], |row| row.get::<_, i64>(0)));
        let count = self.readable(count)?;
        let rest = format!("WHERE {column} = ? ORDER BY {id} LIMIT -1 OFFSET ?");
        let skip = i64::try_from(skip).unwrap_or(i64::MAX);
        self.readable(self.visit(key.table, &rest, &[&at, &skip], visit))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    fn dirty(&self, _: usize, _: &mut dyn FnMut(&dyn AnyRow) -> bool) {}

    fn removed(&self, _: usize, _: usize) -> Vec<i64> {
        Vec::new()
    }

    fn flushes(&self) -> Option<FlushStats> {
        None
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

    fn owner(&self) -> Option<Place> {
        let incoming = self.info().incoming.iter();
        let is_of_pivot =
            |key: &IncomingSchema| self.file.schema.tables[key.table].pivot_of == Some(self.table);
        let incoming = incoming.enumerate().find(|(_, key)| is_of_pivot(key))?.0;
        let mut owner = None;
        let found = self
            .file
            .naming(self.table, self.id, incoming, 0, &mut |pivot| {
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

/// A foreign key as the file declares it.
struct Declared {
    column: usize,
    target: String,
    fate: Fate,
    is_required: bool,
}

fn read_schema(connection: &Connection) -> rusqlite::Result<Schema> {
    let sql = format!("SELECT name FROM sqlite_schema WHERE {HIDDEN} ORDER BY rowid");
    let mut statement = connection.prepare(&sql)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    let mut tables = Vec::new();
    let mut keys = Vec::new();
    for name in names {
        if let Some((table, declared)) = read_table(connection, name)? {
            tables.push(table);
            keys.push(declared);
        }
    }
    let position = |name: &str| {
        let mut tables = tables.iter();
        tables.position(|table: &TableSchema| table.name.eq_ignore_ascii_case(name))
    };
    let targets: Vec<Vec<Option<usize>>> = keys
        .iter()
        .map(|declared| declared.iter().map(|key| position(&key.target)).collect())
        .collect();
    for (n, declared) in keys.iter().enumerate() {
        tables[n].foreign_keys = (declared.iter().zip(&targets[n]))
            .map(|(key, &table)| ForeignKeySchema {
                column: key.column,
                table,
            })
            .collect();
        tables[n].pivot_of = pivot_of(declared, &targets[n], tables[n].columns.len());
        let is_pivot = tables[n].pivot_of.is_some();
        for (foreign_key, key) in declared.iter().enumerate() {
            if let Some(target) = targets[n][foreign_key] {
                let incoming = IncomingSchema {
                    table: n,
                    foreign_key,
                    on_removal: match key.fate {
                        // Owned rows go with their owner, whatever the arm declares.
                        _ if is_pivot && foreign_key > 0 => Fate::RemovedWithOwned,
                        _ if is_pivot => Fate::Removed,
                        fate => fate,
                    },
                };
                tables[target].incoming.push(incoming);
            }
        }
    }
    Ok(Schema { tables })
}

/// A table with an id, and its foreign keys, that which is required first. `None` for a table without an id.
fn read_table(
    connection: &Connection,
    name: String,
) -> rusqlite::Result<Option<(TableSchema, Vec<Declared>)>> {
    let mut statement = connection.prepare(
        "SELECT name, pk, type, \"notnull\" FROM pragma_table_xinfo(?) WHERE hidden = 0",
    )?;
    let columns = statement.query_map([&name], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    let columns: Vec<(String, i64, String, bool)> = columns.collect::<Result<_, _>>()?;
    let ids: Vec<_> = columns.iter().filter(|column| column.1 > 0).collect();
    let [(id, _, id_type, _)] = ids.as_slice() else {
        return Ok(None);
    };
    if !id_type.eq_ignore_ascii_case("INTEGER") {
        return Ok(None);
    }
    let others: Vec<_> = columns.iter().filter(|column| column.1 == 0).collect();
    let mut statement = connection.prepare(
        "SELECT \"from\", \"table\", on_delete FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq",
    )?;
    let declared = |row: &Row<'_>| {
        let (from, action): (String, String) = (row.get(0)?, row.get(2)?);
        let place = others
            .iter()
            .position(|column| column.0.eq_ignore_ascii_case(&from));
        let target = row.get(1)?;
        Ok(place.map(|column| Declared {
            column,
            target,
            fate: match action.as_str() {
                "CASCADE" => Fate::Removed,
                "SET NULL" => Fate::SetNull,
                _ => Fate::Refused,
            },
            is_required: others[column].3,
        }))
    };
    let keys = statement.query_map(params![name], declared)?;
    let keys: Vec<Option<Declared>> = keys.collect::<Result<_, _>>()?;
    let mut keys: Vec<Declared> = keys.into_iter().flatten().collect();
    keys.sort_by_key(|key| (!key.is_required, key.column));
    let table = TableSchema {
        id: id.clone(),
        columns: others.iter().map(|column| column.0.clone()).collect(),
        foreign_keys: Vec::new(),
        pivot_of: None,
        incoming: Vec::new(),
        name,
    };
    Ok(Some((table, keys)))
}

/// The table of the owned rows, if a table has the shape of a pivot: one required foreign key, two or more
/// others, and at most one column besides.
fn pivot_of(declared: &[Declared], targets: &[Option<usize>], n_columns: usize) -> Option<usize> {
    let n_required = declared.iter().filter(|key| key.is_required).count();
    let is_pivot = n_required == 1 && declared.len() >= 3 && n_columns <= declared.len() + 1;
    is_pivot.then(|| targets[0]).flatten()
}
