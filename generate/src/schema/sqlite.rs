//! Reads SQLite's own DDL: SQLite executes it in memory, and its pragmas report the result.

use std::collections::{HashMap, HashSet};

use rusqlite::limits::Limit;
use rusqlite::{Connection, Row};
use sqlparser::dialect::SQLiteDialect;

use crate::error::ReadError;
use crate::schema::checks;
use crate::schema::{Column, ForeignKey, Index, NO_KEY, OnDelete, Partial, Schema, Table};
use crate::sql::create_table::{self, TableText};
use crate::sql::tokens;

/// Reads a schema from SQLite DDL text.
///
/// # Errors
/// [`ReadError::Sql`] if SQLite refuses a statement, with its message and the line;
/// [`ReadError::Unsupported`] for what a world cannot support: triggers, virtual and temporary tables.
pub fn read(source: &str) -> Result<Schema, ReadError> {
    let connection = in_memory(source)?;
    match skipped(&connection)?.into_iter().next() {
        Some(Skipped { what, name }) => Err(ReadError::Unsupported { what, name }),
        None => schema(&connection, source),
    }
}

/// Executes DDL in a new in-memory database.
pub(crate) fn in_memory(source: &str) -> Result<Connection, ReadError> {
    let connection = Connection::open_in_memory().map_err(ReadError::Sqlite)?;
    // A schema may come from a stranger. Without attached files it reaches none, by ATTACH or by VACUUM INTO.
    connection
        .set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)
        .map_err(ReadError::Sqlite)?;
    connection
        .execute_batch(source)
        .map_err(|error| refused(source, error))?;
    Ok(connection)
}

/// The plain tables of a database; `source` is the text that has the comments before them.
pub(crate) fn schema(connection: &Connection, source: &str) -> Result<Schema, ReadError> {
    let comments = create_table::table_comments(source, &SQLiteDialect {});
    let mut schema = Schema {
        statements: rows(
            connection,
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' \
             ESCAPE '\\' ORDER BY rowid",
            None,
            |row| row.get(0),
        )?,
        ..Schema::default()
    };
    let names: Vec<(String, String)> = rows(
        connection,
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' \
         ESCAPE '\\' AND name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' \
         AND type IN ('virtual', 'shadow')) ORDER BY rowid",
        None,
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    // Of several comments for a table the last one wins, as the table does in SQLite after a DROP TABLE.
    let mut comments: HashMap<String, String> = comments
        .into_iter()
        .map(|(of, comment)| (of.to_ascii_lowercase(), comment))
        .collect();
    let catalog = Catalog::read(connection)?;
    for (name, sql) in names {
        let mut table = table(connection, &catalog, &name, sql)?;
        table.comment = comments.remove(&name.to_ascii_lowercase());
        schema.tables.push(table);
    }
    spell_targets(&mut schema);
    Ok(schema)
}

/// What is read for all tables at once, because for a single table SQLite would not be faster.
struct Catalog {
    /// The STRICT tables.
    strict: HashSet<String>,
    /// The texts of the indexes that have one, by name.
    index_sql: HashMap<String, String>,
}

impl Catalog {
    fn read(connection: &Connection) -> Result<Self, ReadError> {
        let strict = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict";
        let index_sql =
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
        let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let strict = rows(connection, strict, None, |row| row.get(0))?;
        let index_sql = rows(connection, index_sql, None, pair)?;
        Ok(Self {
            strict: strict.into_iter().collect(),
            index_sql: index_sql.into_iter().collect(),
        })
    }
}

/// Turns SQLite's error into one that names the line of the source.
fn refused(source: &str, error: rusqlite::Error) -> ReadError {
    let rusqlite::Error::SqlInputError {
        msg, sql, offset, ..
    } = &error
    else {
        return ReadError::Sqlite(error);
    };
    // The SQL in the error is the rest of the source, from the failed statement on.
    let line = source
        .strip_suffix(sql.as_str())
        .and_then(|before| {
            let at = before.len() + usize::try_from(*offset).ok()?;
            source.get(..at)
        })
        .map(|before| before.matches('\n').count() + 1);
    ReadError::Sql {
        line,
        message: msg.clone(),
    }
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    parameter: Option<&str>,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, ReadError> {
    let mut statement = connection.prepare_cached(sql).map_err(ReadError::Sqlite)?;
    let found = statement.query_map(rusqlite::params_from_iter(parameter), |row| read(row));
    found.and_then(Iterator::collect).map_err(ReadError::Sqlite)
}

/// An object of a database that is not a plain table, an index or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// The kind of thing.
    pub(crate) what: String,
    pub(crate) name: String,
}

/// The objects that a world cannot support, because rows are changed in memory.
pub(crate) fn skipped(connection: &Connection) -> Result<Vec<Skipped>, ReadError> {
    rows(
        connection,
        "SELECT 'trigger', name FROM sqlite_schema WHERE type = 'trigger'
         UNION ALL SELECT 'virtual table', name FROM pragma_table_list WHERE type = 'virtual'
         UNION ALL SELECT 'temporary ' || type, name FROM sqlite_temp_schema",
        None,
        |row| {
            Ok(Skipped {
                what: row.get(0)?,
                name: row.get(1)?,
            })
        },
    )
}

fn table(
    connection: &Connection,
    catalog: &Catalog,
    name: &str,
    sql: String,
) -> Result<Table, ReadError> {
    let text = create_table::table_text(&sql, &SQLiteDialect {});
    let (mut columns, keys) = columns(connection, name, &text)?;
    let mut primary_key: Vec<(i64, String)> = keys;
    primary_key.sort();
    let checks: Vec<_> = text
        .elements
        .iter()
        .flat_map(|element| checks::read(element, &columns))
        .collect();
    checks::apply(&checks, &mut columns);
    let mut table = Table {
        name: name.to_owned(),
        primary_key: primary_key.into_iter().map(|(_, name)| name).collect(),
        foreign_keys: foreign_keys(connection, name)?,
        strict: catalog.strict.contains(name),
        checks,
        columns,
        sql,
        ..Table::default()
    };
    indexes(connection, catalog, &mut table)?;
    Ok(table)
}

type Keys = Vec<(i64, String)>;

fn columns(
    connection: &Connection,
    table: &str,
    text: &TableText,
) -> Result<(Vec<Column>, Keys), ReadError> {
    let mut keys = Vec::new();
    let columns = rows(
        connection,
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1)",
        Some(table),
        |row| {
            let name: String = row.get(0)?;
            let key: i64 = row.get(4)?;
            if key > 0 {
                keys.push((key, name.clone()));
            }
            let element = text.elements.iter().find(|element| {
                element
                    .column()
                    .is_some_and(|column| column.eq_ignore_ascii_case(&name))
            });
            let comment = element.and_then(|element| element.comment.clone());
            Ok(Column {
                names_no_rows: comment
                    .as_ref()
                    .is_some_and(|comment| comment.lines().any(|line| line.trim() == NO_KEY)),
                declared_type: row.get(1)?,
                not_null: row.get(2)?,
                default: row.get(3)?,
                comment,
                declaration: element.map_or_else(|| name.clone(), |element| element.text()),
                primary_key: key > 0,
                generated: row.get::<_, i64>(5)? != 0,
                name,
                ..Column::default()
            })
        },
    )?;
    Ok((columns, keys))
}

fn foreign_keys(connection: &Connection, table: &str) -> Result<Vec<ForeignKey>, ReadError> {
    type Part = (i64, String, String, Option<String>, String);
    let parts: Vec<Part> = rows(
        connection,
        // SQLite numbers foreign keys from the last to the first.
        "SELECT id, \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list(?1) \
         ORDER BY id DESC, seq",
        Some(table),
        |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        },
    )?;
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    for (id, target, from, to, on_delete) in parts {
        match keys.last_mut() {
            Some((last, key)) if *last == id => {
                key.columns.push(from);
                key.target_columns.extend(to);
            }
            _ => keys.push((
                id,
                ForeignKey {
                    columns: vec![from],
                    table: target,
                    target_columns: to.into_iter().collect(),
                    on_delete: on_delete_action(&on_delete),
                },
            )),
        }
    }
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

fn on_delete_action(words: &str) -> OnDelete {
    [
        OnDelete::Restrict,
        OnDelete::Cascade,
        OnDelete::SetNull,
        OnDelete::SetDefault,
    ]
    .into_iter()
    .find(|action| action.sql() == words)
    .unwrap_or_default()
}

fn indexes(connection: &Connection, catalog: &Catalog, table: &mut Table) -> Result<(), ReadError> {
    let found: Vec<(String, bool, String)> = rows(
        connection,
        "SELECT name, \"unique\", origin FROM pragma_index_list(?1) ORDER BY seq DESC",
        Some(&table.name),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    table.rowid_key = matches!(table.primary_key.as_slice(), [_])
        && !found.iter().any(|(_, _, origin)| origin == "pk")
        && table
            .columns
            .iter()
            .any(|c| c.primary_key && c.declared_type.eq_ignore_ascii_case("INTEGER"));
    for (name, unique, origin) in found {
        if origin == "pk" {
            continue;
        }
        let sql = catalog.index_sql.get(&name).cloned();
        let parts: Vec<(Option<String>, String)> = rows(
            connection,
            "SELECT name, coll FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno",
            Some(&name),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let columns: Vec<String> = parts.iter().filter_map(|(name, _)| name.clone()).collect();
        let index = Index {
            expression: columns.len() < parts.len(),
            no_case: parts
                .iter()
                .filter(|(_, collation)| collation.eq_ignore_ascii_case("NOCASE"))
                .filter_map(|(name, _)| name.clone())
                .collect(),
            collation: parts
                .into_iter()
                .map(|(_, collation)| collation)
                .find(|collation| {
                    !["BINARY", "NOCASE"]
                        .iter()
                        .any(|known| known.eq_ignore_ascii_case(collation))
                }),
            partial: sql.as_deref().map_or(Partial::No, |sql| {
                checks::partial(
                    &tokens::pieces(sql, &SQLiteDialect {}),
                    &columns,
                    &table.columns,
                )
            }),
            columns,
            name,
        };
        table.index_sql.extend(sql);
        if unique {
            table.uniques.push(index);
        } else {
            table.indexes.push(index);
        }
    }
    Ok(())
}

/// Spells the targets of foreign keys as their tables do, and fills in target columns that are left out.
fn spell_targets(schema: &mut Schema) {
    let known: Vec<(String, Vec<String>)> = schema
        .tables
        .iter()
        .map(|table| (table.name.clone(), table.primary_key.clone()))
        .collect();
    for table in &mut schema.tables {
        for key in &mut table.foreign_keys {
            let found = known
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(&key.table));
            if let Some((name, primary)) = found {
                key.table.clone_from(name);
                if key.target_columns.is_empty() {
                    key.target_columns.clone_from(primary);
                }
            }
            for column in &mut key.columns {
                let own = table
                    .columns
                    .iter()
                    .find(|own| own.name.eq_ignore_ascii_case(column));
                if let Some(own) = own {
                    column.clone_from(&own.name);
                }
            }
        }
    }
}
