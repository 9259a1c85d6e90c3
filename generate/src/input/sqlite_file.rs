//! Reads SQLite's schemas, from text or from a file that is in use.

use std::path::Path;

use rusqlite::Connection;

use super::ddl::{
    Ddl, DeclaredCheck, DeclaredColumn, DeclaredForeignKey, DeclaredKey, DeclaredTable, KeyPart,
};
use super::read_only::ReadOnly;
use super::types::{self, DeclaredType, SqlType};
use crate::error::ReadError;
use crate::schema::sqlite::{self, Skipped};
use crate::schema::{self, Partial, Schema};
use crate::sql::Dialect;
use crate::sql::cursor::{Cursor, Path as TablePath};
use crate::sql::tokens::sqlite_pieces;

/// A schema as SQLite knows it.
pub(crate) struct SqliteSchema {
    pub(crate) schema: Schema,
    /// The objects that are not plain tables: triggers, virtual tables.
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) connection: Connection,
    /// Whether it is a file, whose rows show what columns without a type hold.
    is_file: bool,
}

/// Reads the text of a schema.
pub(crate) fn from_text(source: &str) -> Result<SqliteSchema, ReadError> {
    let connection = sqlite::in_memory(source)?;
    found(connection, source, false)
}

/// Reads the schema of a file, without ever writing to it.
pub(crate) fn open(path: &Path) -> Result<SqliteSchema, ReadError> {
    let file = ReadOnly::open(path).map_err(ReadError::Sqlite)?;
    found(file.connection, "", true)
}

fn found(connection: Connection, source: &str, is_file: bool) -> Result<SqliteSchema, ReadError> {
    Ok(SqliteSchema {
        schema: sqlite::schema(&connection, source)?,
        skipped: sqlite::skipped(&connection)?,
        connection,
        is_file,
    })
}

/// The schema as declarations, and warnings about what is left out of them.
pub(crate) fn ddl(found: &SqliteSchema) -> (Ddl, Vec<String>) {
    let mut warnings: Vec<String> = found
        .skipped
        .iter()
        .map(|skipped| {
            format!(
                "{} {:?} is left out: a world cannot keep it",
                skipped.what, skipped.name
            )
        })
        .collect();
    let views = found.schema.statements.iter().filter(|sql| {
        let mut words = sql.split_ascii_whitespace();
        words.next();
        words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("VIEW"))
    });
    let n_views = views.count();
    if n_views > 0 {
        warnings.push(format!("views are left out: {n_views}"));
    }
    let tables = found
        .schema
        .tables
        .iter()
        .map(|table| self::table(found, table));
    (
        Ddl {
            tables: tables.collect(),
            ..Ddl::default()
        },
        warnings,
    )
}

fn table(found: &SqliteSchema, table: &schema::Table) -> DeclaredTable {
    let keys = table.uniques.iter().map(|index| (index, true));
    let keys = keys.chain(table.indexes.iter().map(|index| (index, false)));
    DeclaredTable {
        name: table.name.clone(),
        comment: table.comment.clone(),
        columns: table
            .columns
            .iter()
            .map(|column| self::column(found, table, column))
            .collect(),
        primary_key: table.primary_key.clone(),
        keys: keys.map(|(index, unique)| key(index, unique)).collect(),
        foreign_keys: table.foreign_keys.iter().map(foreign_key).collect(),
        checks: table
            .checks
            .iter()
            .map(|check| DeclaredCheck {
                name: None,
                pieces: sqlite_pieces(&check.text),
            })
            .collect(),
        ..DeclaredTable::default()
    }
}

fn column(found: &SqliteSchema, table: &schema::Table, column: &schema::Column) -> DeclaredColumn {
    let ty = declared_type(&column.declared_type);
    let is_unknown = ty.base.is_empty() || ty.meaning(Dialect::Sqlite).is_none();
    let held = if is_unknown && found.is_file || ty.is_plain_numeric() {
        // If the table cannot be read the types are not known, but the schema is.
        held(&found.connection, &table.name, &column.name).unwrap_or_default()
    } else {
        Vec::new()
    };
    let is_bool = ty
        .meaning(Dialect::Sqlite)
        .is_some_and(|meaning| meaning.kind == SqlType::Bool);
    let has_other_numbers = is_bool
        && has_other_numbers(&found.connection, &table.name, &column.name).unwrap_or_default();
    DeclaredColumn {
        name: column.name.clone(),
        has_other_numbers,
        ty,
        not_null: column.not_null,
        default: column.default.as_deref().map(sqlite_pieces),
        identity: column.primary_key
            && sqlite_pieces(&column.declaration)
                .iter()
                .any(|piece| piece.is("AUTOINCREMENT")),
        generated: column.generated.then(|| column.declaration.clone()),
        collation: collation(&column.declaration),
        comment: column.comment.clone(),
        held,
        ..DeclaredColumn::default()
    }
}

/// The collation that a column is declared with.
fn collation(declaration: &str) -> Option<String> {
    let pieces = sqlite_pieces(declaration);
    let at = pieces.iter().position(|piece| piece.is("COLLATE"))?;
    Cursor::new(&pieces[at + 1..], Dialect::Sqlite).name()
}

/// A type; in SQLite its name can be any words.
fn declared_type(text: &str) -> DeclaredType {
    let pieces = sqlite_pieces(text);
    let mut cursor = Cursor::new(&pieces, Dialect::Sqlite);
    match types::declared(&mut cursor) {
        Some(ty) if cursor.is_end() => ty,
        _ => DeclaredType {
            base: text.trim().to_lowercase(),
            text: text.to_owned(),
            ..DeclaredType::default()
        },
    }
}

/// The types of the values in a column.
fn held(connection: &Connection, table: &str, column: &str) -> rusqlite::Result<Vec<String>> {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let column = quoted(column);
    let sql = format!(
        "SELECT DISTINCT typeof({column}) FROM {} ORDER BY 1",
        quoted(table)
    );
    let mut statement = connection.prepare(&sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Whether a column holds integers that are no bools.
fn has_other_numbers(connection: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let (table, column) = (quoted(table), quoted(column));
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM {table} WHERE typeof({column}) = 'integer' AND {column} NOT IN (0, 1))"
    );
    connection.query_row(&sql, [], |row| row.get(0))
}

fn key(index: &schema::Index, unique: bool) -> DeclaredKey {
    let mut parts: Vec<KeyPart> = index.columns.iter().cloned().map(KeyPart::Column).collect();
    if index.expression {
        parts.push(KeyPart::Expression(index.name.clone()));
    }
    let is_own = index.name.to_ascii_lowercase().starts_with("sqlite_");
    DeclaredKey {
        name: (!is_own).then(|| index.name.clone()),
        unique,
        nulls_equal: false,
        parts,
        condition: match &index.partial {
            Partial::No | Partial::NotNull => None,
            Partial::Where(text) => Some(sqlite_pieces(text)),
        },
        collation: index.collation.clone(),
        no_case: index.no_case.clone(),
    }
}

fn foreign_key(key: &schema::ForeignKey) -> DeclaredForeignKey {
    DeclaredForeignKey {
        name: None,
        columns: key.columns.clone(),
        target: TablePath {
            schema: None,
            name: key.table.clone(),
        },
        target_columns: key.target_columns.clone(),
        on_delete: key.on_delete,
    }
}
