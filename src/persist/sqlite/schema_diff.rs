//! Comparing the schema of a file with that of the models, as SQLite describes both.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::error::Difference;

/// The properties of a table that are compared.
#[derive(Debug, Default)]
struct TableShape {
    columns: BTreeMap<String, String>,
    constraints: BTreeSet<String>,
}

/// The tables of a file, or of the statements that create one.
type Shapes = BTreeMap<String, TableShape>;

/// All differences between the file and the models; none if it can be opened.
///
/// CHECKs are not compared. Those of the models are evaluated row by row when the rows are loaded; one that
/// only the file has refuses rows when they are flushed. Tables that the models do not have are ignored, as
/// long as they do not point into the world.
pub(super) fn differences(file: &Connection, ddl: &str) -> rusqlite::Result<Vec<Difference>> {
    let model = Connection::open_in_memory()?;
    model.execute_batch(ddl)?;
    let (expected, found) = (shapes(&model)?, shapes(file)?);
    let mut differences = Vec::new();
    for (table, expected) in &expected {
        match found.get(table) {
            Some(found) => compare(table, expected, found, &mut differences),
            None => differences.push(Difference::NoTable {
                table: table.clone(),
            }),
        }
    }
    for (table, trigger) in triggers(file)? {
        if expected.contains_key(&table) {
            differences.push(Difference::Trigger { table, trigger });
        }
    }
    for table in found.keys().filter(|table| !expected.contains_key(*table)) {
        let targets = foreign_keys(file, table)?.into_iter().map(|key| key.target);
        let into_world: BTreeSet<_> = targets
            .filter(|target| expected.contains_key(target))
            .collect();
        let difference = |target| Difference::ForeignTable {
            table: table.clone(),
            target,
        };
        differences.extend(into_world.into_iter().map(difference));
    }
    Ok(differences)
}

/// Whether a file has no tables at all, as a new one.
pub(super) fn is_empty(file: &Connection) -> rusqlite::Result<bool> {
    file.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })
}

fn compare(
    table: &str,
    expected: &TableShape,
    found: &TableShape,
    differences: &mut Vec<Difference>,
) {
    let table = || table.to_owned();
    for (column, declared) in &expected.columns {
        let column = column.clone();
        match found.columns.get(&column) {
            None => differences.push(Difference::NoColumn {
                table: table(),
                column,
            }),
            Some(other) if other != declared => differences.push(Difference::Column {
                table: table(),
                column,
                expected: declared.clone(),
                found: other.clone(),
            }),
            Some(_) => {}
        }
    }
    for column in found
        .columns
        .keys()
        .filter(|column| !expected.columns.contains_key(*column))
    {
        differences.push(Difference::UnknownColumn {
            table: table(),
            column: column.clone(),
        });
    }
    let constraints = expected
        .constraints
        .symmetric_difference(&found.constraints);
    differences.extend(constraints.map(|what| Difference::Constraint {
        table: table(),
        what: what.clone(),
        expected: expected.constraints.contains(what),
    }));
}

fn shapes(connection: &Connection) -> rusqlite::Result<Shapes> {
    let names = strings(
        connection,
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'gamedb_ids'",
        [],
    )?;
    names
        .into_iter()
        .map(|name| Ok((name.clone(), shape(connection, &name)?)))
        .collect()
}

fn shape(connection: &Connection, table: &str) -> rusqlite::Result<TableShape> {
    let mut shape = TableShape::default();
    let mut columns = connection.prepare(
        "SELECT name, upper(type) || iif(\"notnull\", ' NOT NULL', '') || iif(pk, ' PRIMARY KEY', '')
             || iif(hidden, ' GENERATED', '')
         FROM pragma_table_xinfo(?)",
    )?;
    let mut rows = columns.query([table])?;
    while let Some(row) = rows.next()? {
        shape.columns.insert(row.get(0)?, row.get(1)?);
    }
    let foreign_keys = foreign_keys(connection, table)?;
    shape
        .constraints
        .extend(foreign_keys.into_iter().map(|key| key.declaration));
    shape.constraints.extend(unique_indexes(connection, table)?);
    if connection.query_row(
        "SELECT strict FROM pragma_table_list WHERE schema = 'main' AND name = ?",
        [table],
        |row| row.get(0),
    )? {
        shape.constraints.insert("STRICT".into());
    }
    Ok(shape)
}

/// The unique indexes: columns and their collations, or, where an index has expressions or a WHERE, its
/// statement.
fn unique_indexes(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let columns = "SELECT iif(list.partial OR max(info.name IS NULL),
                (SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = list.name),
                group_concat(info.name || iif(info.coll = 'BINARY', '', ' COLLATE ' || info.coll), ', '
                    ORDER BY info.seqno))
        FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS info
        WHERE list.\"unique\" AND info.key
        GROUP BY list.name";
    let unique = strings(connection, columns, [table])?;
    Ok(unique
        .into_iter()
        .map(|columns| format!("UNIQUE ({columns})"))
        .collect())
}

struct ForeignKeyShape {
    target: String,
    declaration: String,
}

/// The foreign keys: columns, target and action; the target's columns are left out, because they are its
/// id.
fn foreign_keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<ForeignKeyShape>> {
    let mut statement = connection.prepare(
        "SELECT \"table\", group_concat(\"from\", ', '), on_delete
         FROM pragma_foreign_key_list(?) GROUP BY id",
    )?;
    let keys = statement.query_map([table], |row| {
        let (target, columns, action): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let declaration = format!("FOREIGN KEY ({columns}) REFERENCES {target} ON DELETE {action}");
        Ok(ForeignKeyShape {
            target,
            declaration,
        })
    })?;
    keys.collect()
}

fn triggers(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection
        .prepare("SELECT tbl_name, name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")?;
    statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn strings(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(sql)?
        .query_map(parameters, |row| row.get(0))?
        .collect()
}
