//! Names that are valid and unique in SQLite.

use std::collections::{HashMap, HashSet};

use super::draft::TableDraft;
use crate::input::ddl::DeclaredTable;

/// The names of the tables. Tables of the same name in two schemas get the schema as a prefix.
pub(super) fn tables(tables: &[DeclaredTable], warnings: &mut Vec<String>) -> Vec<String> {
    let lower = |name: &str| name.to_ascii_lowercase();
    let mut n_of: HashMap<String, usize> = HashMap::new();
    for table in tables {
        *n_of.entry(lower(&table.name)).or_default() += 1;
    }
    let mut taken = HashSet::new();
    let mut found = Vec::new();
    for table in tables {
        let clash = n_of.get(&lower(&table.name)).is_some_and(|n| *n > 1);
        let wanted = match table.schema.as_str() {
            "" => table.name.clone(),
            schema if clash => format!("{schema}_{}", table.name),
            _ => table.name.clone(),
        };
        // SQLite reserves names that start with `sqlite_`.
        let wanted = if lower(&wanted).starts_with("sqlite_") {
            format!("_{wanted}")
        } else {
            wanted
        };
        let name = free(&wanted, &mut taken);
        if name != table.name {
            let of = match table.schema.as_str() {
                "" => table.name.clone(),
                schema => format!("{schema}.{}", table.name),
            };
            warnings.push(format!(
                "table {of} is called {name} here, because its name is taken"
            ));
        }
        found.push(name);
    }
    found
}

/// The names of a table's columns.
pub(super) fn columns(
    table: &DeclaredTable,
    name: &str,
    warnings: &mut Vec<String>,
) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut found = Vec::new();
    for column in &table.columns {
        let free = free(&column.name, &mut taken);
        if free != column.name {
            warnings.push(format!(
                "column {name}.{} is called {free} here, because its name is taken",
                column.name
            ));
        }
        found.push(free);
    }
    found
}

/// Gives every index a unique name: in MySQL index names are unique per table only.
pub(super) fn indexes(tables: &mut [TableDraft]) {
    let lower = |name: &str| name.to_ascii_lowercase();
    let mut n_of: HashMap<String, usize> = HashMap::new();
    for index in tables.iter().flat_map(|table| &table.indexes) {
        *n_of.entry(lower(&index.name)).or_default() += 1;
    }
    let mut taken: HashSet<String> = tables.iter().map(|table| lower(&table.name)).collect();
    for table in tables {
        for index in &mut table.indexes {
            let name = lower(&index.name);
            let clash = n_of.get(&name).is_some_and(|n| *n > 1) || taken.contains(&name);
            let wanted = if clash || name.starts_with("sqlite_") {
                format!("{}_{}", table.name, index.name)
            } else {
                index.name.clone()
            };
            index.name = free(&wanted, &mut taken);
        }
    }
}

/// The name if it is free, or else with the first number that makes it free.
fn free(wanted: &str, taken: &mut HashSet<String>) -> String {
    let mut name = wanted.to_owned();
    let mut n = 2;
    while !taken.insert(name.to_ascii_lowercase()) {
        name = format!("{wanted}_{n}");
        n += 1;
    }
    name
}

/// Words that SQLite, or the parser of CHECKs, does not accept as a name without quotes.
const RESERVED: &[&str] = &[
    "add",
    "all",
    "alter",
    "always",
    "and",
    "array",
    "as",
    "asc",
    "autoincrement",
    "between",
    "case",
    "cast",
    "ceil",
    "check",
    "collate",
    "commit",
    "constraint",
    "convert",
    "create",
    "cross",
    "current",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "date",
    "datetime",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "extract",
    "false",
    "filter",
    "floor",
    "foreign",
    "from",
    "full",
    "generated",
    "glob",
    "group",
    "grouping",
    "having",
    "if",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "match",
    "natural",
    "not",
    "nothing",
    "notnull",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "overlay",
    "position",
    "primary",
    "prior",
    "raise",
    "references",
    "regexp",
    "replace",
    "returning",
    "right",
    "rollback",
    "row",
    "rowid",
    "select",
    "session_user",
    "set",
    "substr",
    "substring",
    "table",
    "then",
    "time",
    "timestamp",
    "timestamptz",
    "to",
    "transaction",
    "trim",
    "true",
    "try_cast",
    "try_convert",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "when",
    "where",
    "with",
    "without",
    "xmlconcat",
];

/// A name in SQL, quoted where necessary.
pub(super) fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&name.to_ascii_lowercase().as_str());
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A string literal in SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
