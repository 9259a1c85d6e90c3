//! The tables of a file, and their keys as it declares them.

use rusqlite::{Connection, Row, params};

use crate::inspected::{
    Fate, ForeignKeySchema, IncomingSchema, KeySchema, Schema, TableSchema, ValueKeySchema,
};

/// What the page has no use for: tables of SQLite, and the next ids of gamedb.
const HIDDEN: &str = "type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'gamedb\\_%' ESCAPE '\\'";

/// A foreign key as the file declares it.
struct Declared {
    columns: Vec<usize>,
    target: String,
    /// The columns that it names; `None` for the primary key.
    named: Vec<Option<String>>,
    fate: Fate,
    is_required: bool,
}

/// The keys of one table: those that name ids, and those that name other columns.
#[derive(Default)]
struct Keys {
    foreign: Vec<(ForeignKeySchema, Fate, bool)>,
    by_value: Vec<(ValueKeySchema, Fate)>,
}

pub(super) fn read_schema(connection: &Connection) -> rusqlite::Result<Schema> {
    let sql = format!("SELECT name FROM sqlite_schema WHERE {HIDDEN} ORDER BY rowid");
    let mut statement = connection.prepare(&sql)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    let mut tables = Vec::new();
    let mut declared = Vec::new();
    for name in names {
        if let Some((table, keys)) = read_table(connection, name)? {
            tables.push(table);
            declared.push(keys);
        }
    }
    let keys: Vec<Keys> = declared
        .iter()
        .map(|declared| resolve(declared, &tables))
        .collect();
    for (table, keys) in tables.iter_mut().zip(&keys) {
        table.foreign_keys = keys.foreign.iter().map(|(key, ..)| *key).collect();
        table.value_keys = keys.by_value.iter().map(|(key, _)| key.clone()).collect();
        table.pivot_of = pivot_of(&keys.foreign, table.columns.len());
    }
    // A removal follows foreign keys before it follows keys by value.
    for (table, keys) in keys.iter().enumerate() {
        let is_pivot = tables[table].pivot_of.is_some();
        for (n, (key, fate, _)) in keys.foreign.iter().enumerate() {
            let Some(target) = key.table else { continue };
            tables[target].incoming.push(IncomingSchema {
                table,
                key: KeySchema::Foreign(n),
                on_removal: match fate {
                    // Owned rows go with their owner, whatever the arm declares.
                    _ if is_pivot && n > 0 => Fate::RemovedWithOwned,
                    _ if is_pivot => Fate::Removed,
                    fate => *fate,
                },
            });
        }
    }
    for (table, keys) in keys.iter().enumerate() {
        for (n, (key, fate)) in keys.by_value.iter().enumerate() {
            tables[key.table].incoming.push(IncomingSchema {
                table,
                key: KeySchema::ByValue(n),
                on_removal: *fate,
            });
        }
    }
    Ok(Schema { tables })
}

/// Finds what keys name. A key to a table that is not shown names something outside of the world.
fn resolve(declared: &[Declared], tables: &[TableSchema]) -> Keys {
    let mut keys = Keys::default();
    for key in declared {
        let mut all = tables.iter();
        let target = all.position(|table| table.name.eq_ignore_ascii_case(&key.target));
        let is_id = |name: &Option<String>| match (name, target) {
            (Some(name), Some(target)) => tables[target].id.eq_ignore_ascii_case(name),
            _ => true,
        };
        if let [column] = key.columns[..]
            && key.named.iter().all(is_id)
        {
            let table = target;
            let found = ForeignKeySchema { column, table };
            keys.foreign.push((found, key.fate, key.is_required));
            continue;
        }
        let Some(table) = target else { continue };
        let named = key.named.iter().map(|name| {
            let name = name.as_ref()?;
            let mut columns = tables[table].columns.iter();
            columns.position(|column| column.eq_ignore_ascii_case(name))
        });
        // An id among several columns is not followed.
        if let Some(named) = named.collect() {
            let columns = key.columns.clone();
            let found = ValueKeySchema {
                columns,
                table,
                named,
            };
            keys.by_value.push((found, key.fate));
        }
    }
    keys
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
    let mut keys = Vec::new();
    for key in declared_keys(connection, &name)? {
        let columns = key.iter().map(|part| {
            let mut others = others.iter();
            others.position(|column| column.0.eq_ignore_ascii_case(&part.from))
        });
        // A key of which the id is a part is not followed.
        let Some(columns) = columns.collect::<Option<Vec<usize>>>() else {
            continue;
        };
        keys.push(Declared {
            target: key[0].table.clone(),
            named: key.iter().map(|part| part.to.clone()).collect(),
            fate: match key[0].on_delete.as_str() {
                "CASCADE" => Fate::Removed,
                "SET NULL" => Fate::SetNull,
                _ => Fate::Refused,
            },
            is_required: columns.iter().all(|&column| others[column].3),
            columns,
        });
    }
    keys.sort_by_key(|key| (!key.is_required, key.columns[0]));
    let table = TableSchema {
        id: id.clone(),
        columns: others.iter().map(|column| column.0.clone()).collect(),
        foreign_keys: Vec::new(),
        value_keys: Vec::new(),
        pivot_of: None,
        incoming: Vec::new(),
        name,
    };
    Ok(Some((table, keys)))
}

/// One column of a foreign key.
struct Part {
    key: i64,
    from: String,
    table: String,
    to: Option<String>,
    on_delete: String,
}

/// The foreign keys of a table, each with its columns in order; none is without a column.
fn declared_keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Vec<Part>>> {
    let mut statement = connection.prepare(
        "SELECT id, \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq",
    )?;
    let part = |row: &Row<'_>| {
        Ok(Part {
            key: row.get(0)?,
            from: row.get(1)?,
            table: row.get(2)?,
            to: row.get(3)?,
            on_delete: row.get(4)?,
        })
    };
    let mut keys: Vec<Vec<Part>> = Vec::new();
    for part in statement.query_map(params![table], part)? {
        let part = part?;
        match keys.last_mut() {
            Some(key) if key[0].key == part.key => key.push(part),
            _ => keys.push(vec![part]),
        }
    }
    Ok(keys)
}

/// The table of the owned rows, if a table has the shape of a pivot: one required foreign key, two or more
/// others, and at most one column besides.
fn pivot_of(keys: &[(ForeignKeySchema, Fate, bool)], n_columns: usize) -> Option<usize> {
    let n_required = keys.iter().filter(|(.., is_required)| *is_required).count();
    let is_pivot = n_required == 1 && keys.len() >= 3 && n_columns <= keys.len() + 1;
    is_pivot.then(|| keys[0].0.table).flatten()
}
