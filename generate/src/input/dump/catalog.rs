//! The tables that the statements of a text have made so far.

use rusqlite::Connection;

use crate::input::ddl::{Ddl, DeclaredTable};
use crate::input::read::Replay;
use crate::input::split::Statement;
use crate::sql::Dialect;
use crate::sql::cursor::{Cursor, Path};
use crate::sql::tokens;

/// The tables that the statements of a text have made so far.
pub(crate) enum Catalog {
    /// By statements of MySQL or PostgreSQL, which are replayed.
    Replayed(Box<Replay>),
    /// By statements of SQLite, which SQLite carries out, in memory and without the rows.
    Sqlite(Connection),
}

/// A table of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CatalogTable {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// Its columns.
    pub(crate) columns: Vec<CatalogColumn>,
    /// Its CREATE TABLE, in SQLite.
    pub(crate) definition: Option<String>,
    /// The column that its database numbers, and the next number, where the text says it.
    pub(crate) next_id: Option<(String, i64)>,
}

impl CatalogTable {
    /// The columns of a row that names none. SQLite and COPY have no values in the place of computed columns, and the
    /// others DEFAULT.
    pub(crate) fn columns_of_row(
        &self,
        is_copy: bool,
        dialect: Dialect,
    ) -> impl Iterator<Item = &CatalogColumn> {
        let is_all = !is_copy && dialect != Dialect::Sqlite;
        let columns = self.columns.iter();
        columns.filter(move |column| is_all || !column.is_computed)
    }

    /// Their names.
    pub(crate) fn names_of_row(&self, is_copy: bool, dialect: Dialect) -> Vec<String> {
        let columns = self.columns_of_row(is_copy, dialect);
        columns.map(|column| column.name.clone()).collect()
    }
}

/// A column of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CatalogColumn {
    pub(crate) name: String,
    /// Its type in lower case, without arguments.
    pub(crate) type_name: String,
    /// Whether the database computes it.
    pub(crate) is_computed: bool,
}

impl Catalog {
    pub(crate) fn of(dialect: Dialect) -> rusqlite::Result<Self> {
        Ok(match dialect {
            Dialect::Sqlite => Self::Sqlite(Connection::open_in_memory()?),
            _ => Self::Replayed(Box::new(Replay::new(dialect))),
        })
    }

    /// Takes a statement into account. One that cannot be read changes nothing; reading the schema reports it.
    pub(crate) fn statement(&mut self, statement: &Statement<'_>) {
        match self {
            Self::Replayed(replay) => replay.statement(statement),
            Self::Sqlite(connection) => {
                let first = statement.words.first().map(String::as_str);
                if matches!(first, Some("CREATE" | "ALTER" | "DROP")) {
                    let _ = connection.execute_batch(&statement.text);
                }
            }
        }
    }

    /// The table that a statement names, if it is known.
    pub(crate) fn table(&self, path: &Path) -> Option<CatalogTable> {
        match self {
            Self::Replayed(replay) => {
                let at = replay.position(path)?;
                Some(declared(replay.ddl(), at))
            }
            Self::Sqlite(connection) => {
                let tables = sqlite_tables(connection, Some(&path.name)).ok()?;
                tables.into_iter().next()
            }
        }
    }

    /// The schema of a table that is not known.
    pub(crate) fn schema_of(&self, path: &Path) -> String {
        match self {
            Self::Replayed(replay) => replay.schema_of(path),
            Self::Sqlite(_) => String::new(),
        }
    }

    pub(crate) fn tables(&self) -> Vec<CatalogTable> {
        match self {
            Self::Replayed(replay) => {
                let ddl = replay.ddl();
                (0..ddl.tables.len()).map(|at| declared(ddl, at)).collect()
            }
            Self::Sqlite(connection) => sqlite_tables(connection, None).unwrap_or_default(),
        }
    }

    /// The declaration of a table that a replayed statement has made.
    pub(super) fn declared(&self, path: &Path) -> Option<&DeclaredTable> {
        match self {
            Self::Replayed(replay) => Some(&replay.ddl().tables[replay.position(path)?]),
            Self::Sqlite(_) => None,
        }
    }

    /// The value of an expression without columns, which SQLite computes; the texts of its own dumps have such for
    /// line feeds.
    pub(crate) fn value(&self, expression: &str) -> Option<rusqlite::types::Value> {
        match self {
            Self::Replayed(_) => None,
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(&format!("SELECT {expression}"));
                let statement = statement.as_mut().ok()?;
                if statement.column_count() != 1 {
                    return None;
                }
                statement.query_row([], |row| row.get(0)).ok()
            }
        }
    }
}

fn declared(ddl: &Ddl, at: usize) -> CatalogTable {
    let table = &ddl.tables[at];
    let columns = table.columns.iter().map(|column| CatalogColumn {
        name: column.name.clone(),
        type_name: column.ty.base.clone(),
        is_computed: column.generated.is_some(),
    });
    CatalogTable {
        schema: table.schema.clone(),
        name: table.name.clone(),
        columns: columns.collect(),
        definition: None,
        next_id: ddl.next_id(at),
    }
}

fn sqlite_tables(
    connection: &Connection,
    name: Option<&str>,
) -> rusqlite::Result<Vec<CatalogTable>> {
    let mut tables = connection.prepare_cached(
        "SELECT name, sql FROM sqlite_schema
         WHERE type = 'table' AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR ?1 = 'sqlite_sequence')
         AND (?1 IS NULL OR name = ?1 COLLATE NOCASE)
         ORDER BY rowid",
    )?;
    // 2 and 3 are columns that are computed.
    let mut columns = connection
        .prepare_cached("SELECT name, lower(type), hidden > 1 FROM pragma_table_xinfo(?1)")?;
    let found = tables.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
    let with_columns = found.into_iter().map(|(name, definition)| {
        let rows = columns.query_map([&name], |row| {
            Ok(CatalogColumn {
                name: row.get(0)?,
                type_name: row.get(1)?,
                is_computed: row.get(2)?,
            })
        })?;
        Ok(CatalogTable {
            schema: String::new(),
            columns: rows.collect::<Result<_, _>>()?,
            name,
            definition: Some(definition),
            // It stands in a table of its own.
            next_id: None,
        })
    });
    with_columns.collect()
}

/// What a statement does to rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// None that matters.
    None,
    /// All rows of these tables go.
    Empties(Vec<Path>),
    /// Rows are changed in a way that only the database can compute.
    Changes(&'static str),
}

/// What a statement without rows does to rows.
pub(crate) fn effect(statement: &Statement<'_>, dialect: Dialect) -> Effect {
    let pieces = || tokens::pieces(&statement.text, dialect.parser());
    let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
    let changes = match words.as_slice() {
        ["DROP", "TABLE", ..] | ["TRUNCATE", ..] | ["DELETE", "FROM", ..] => {
            let pieces = pieces();
            let mut cursor = Cursor::new(&pieces, dialect);
            cursor.next();
            cursor.eat_any(&["TABLE", "FROM"]);
            cursor.eat_all(&["IF", "EXISTS"]);
            cursor.eat("ONLY");
            let mut paths = Vec::new();
            while let Some(path) = cursor.path() {
                paths.push(path);
                if !cursor.eat_token(&sqlparser::tokenizer::Token::Comma) {
                    break;
                }
            }
            let is_all = words[0] != "DELETE" || cursor.is_end();
            if is_all {
                return Effect::Empties(paths);
            }
            "DELETE"
        }
        ["DELETE", ..] => "DELETE",
        ["UPDATE", ..] => "UPDATE",
        ["INSERT" | "REPLACE", ..] => "INSERT of what a query finds",
        ["LOAD", "DATA" | "XML", ..] => "LOAD DATA",
        ["COPY", ..] if words.contains(&"FROM") => {
            "COPY from a file, or in another format than text"
        }
        ["MERGE", ..] => "MERGE",
        ["CALL", ..] => "CALL",
        ["WITH", ..] => "WITH",
        _ => return Effect::None,
    };
    Effect::Changes(changes)
}
