//! The tables of a world in PostgreSQL's dialect: how they are made.
//!
//! Names of constraints end in a hash of what they say, so that comparing names compares constraints.

mod by_value;
mod table;

use std::collections::BTreeMap;

use crate::persist::sqlite::declared_columns;
use crate::schema::graph::TableOrder;
use crate::schema::value::ColumnKind;
use crate::schema::{IndexInfo, TableId, TableInfo};

pub(super) use self::table::{Column, Table};

/// The most bytes that PostgreSQL keeps of a name.
const LONGEST_NAME: usize = 63;

/// The table with one row: whose world it is, and which state of it.
pub(super) const WORLD: &str = "gamedb_world";

/// The schema of what all worlds of a database share.
pub(super) const SHARED: &str = "gamedb_shards";

/// The table of next ids.
pub(super) const NEXT_IDS: &str = "gamedb_ids";

/// The tables of a world on a server, in a schema of their own that has the world's name.
#[derive(Debug)]
pub(super) struct Schema {
    /// The name of the world, and of its schema.
    pub(super) world: String,
    /// In declaration order.
    pub(super) tables: Vec<Table>,
}

/// PostgreSQL's name of the type that holds every value of a kind.
pub(super) fn type_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer => "bigint",
        ColumnKind::Real => "double precision",
        ColumnKind::Text => "text",
        ColumnKind::Blob => "bytea",
    }
}

/// A name as a quoted SQL identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The kind of values in a column of this type, by the names that stand for one kind in every dialect. What SQLite
/// calls NUMERIC is none of them.
fn kind_of(declared: &str) -> Option<ColumnKind> {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    // In the order in which SQLite looks for them.
    if has(&["INT", "BOOL"]) {
        Some(ColumnKind::Integer)
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Some(ColumnKind::Text)
    } else if has(&["BLOB"]) {
        Some(ColumnKind::Blob)
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        Some(ColumnKind::Real)
    } else {
        None
    }
}

/// A unique index on folded texts could not be deferred to the end of a flush, in which rows may swap their texts.
fn refuse_no_case(info: &TableInfo) -> Result<(), String> {
    let by_no_case = |index: &&IndexInfo| index.unique && !index.no_case.is_empty();
    let Some(index) = info.indexes.iter().find(by_no_case) else {
        return Ok(());
    };
    let names = |columns: &[usize]| {
        let names = columns.iter().map(|&column| info.columns[column]);
        names.collect::<Vec<_>>().join(", ")
    };
    Err(format!(
        "UNIQUE ({}) of table {} compares {} by NOCASE, which a server does not keep unique; leave COLLATE NOCASE out, and \
         hold the text in lower case",
        names(index.columns),
        info.name,
        names(index.no_case),
    ))
}

impl Schema {
    /// The tables of the models, in a schema of this name.
    ///
    /// # Errors
    /// What PostgreSQL has no equal for.
    pub(super) fn of(world: &str, infos: &[&'static TableInfo], ddl: &str) -> Result<Self, String> {
        fits(world)?;
        if world.is_empty() || world.starts_with("pg_") || world == SHARED {
            return Err(format!(
                "{world:?} is no name for a world on a server: it is empty, begins with pg_, or is {SHARED}"
            ));
        }
        let declared = declared_columns(ddl).map_err(|error| error.to_string())?;
        let key = |table: &str, column: &str| (table.to_lowercase(), column.to_lowercase());
        let declared: BTreeMap<_, _> = (declared.iter())
            .map(|column| (key(&column.table, &column.column), column))
            .collect();
        let table = |info: &&'static TableInfo| {
            let info = *info;
            fits(info.name)?;
            fits(info.id)?;
            refuse_no_case(info)?;
            let column = |name: &&'static str| {
                fits(name)?;
                let declared = declared.get(&key(info.name, name));
                let declared = declared.expect("the models have the columns of their schema");
                let kind = kind_of(&declared.declared).ok_or_else(|| {
                    let ty = &declared.declared;
                    format!(
                        "column {}.{name} is declared as {ty}, of which it is not known what it holds on a server; \
                         declare it as INTEGER, REAL, TEXT or BLOB",
                        info.name
                    )
                })?;
                Ok(Column {
                    name,
                    kind,
                    is_not_null: declared.is_not_null,
                })
            };
            let columns = info.columns.iter().map(column);
            let columns = columns.collect::<Result<_, String>>()?;
            Ok(Table::new(world, info, columns, infos))
        };
        let mut tables = infos
            .iter()
            .map(table)
            .collect::<Result<Vec<_>, String>>()?;
        by_value::constrain(&mut tables, world, infos);
        Ok(Self {
            world: world.to_owned(),
            tables,
        })
    }

    pub(super) fn table(&self, id: TableId) -> &Table {
        &self.tables[id.index()]
    }

    /// The name of one of our own tables.
    pub(super) fn own(&self, table: &str) -> String {
        format!("{}.{table}", quoted(&self.world))
    }

    /// The statements that make an empty world, in the order in which they can be executed.
    pub(super) fn statements(&self, order: &TableOrder) -> Vec<String> {
        let mut statements = self.tables_alone(order);
        statements.extend(self.keys_and_indexes(order));
        statements
    }

    /// Those of them that make the tables, with their CHECKs and unique values.
    pub(super) fn tables_alone(&self, order: &TableOrder) -> Vec<String> {
        let world = self.own(WORLD);
        let mut statements = vec![
            format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&self.world)),
            format!(
                "CREATE TABLE {world} (
    world      text        PRIMARY KEY,
    identity   text        NOT NULL,
    epoch      bigint      NOT NULL,
    generation bigint      NOT NULL,
    owner      text        NOT NULL,
    since      timestamptz NOT NULL
)"
            ),
            format!(
                "CREATE TABLE {} (
    table_name text   PRIMARY KEY,
    next_id    bigint NOT NULL
)",
                self.own(NEXT_IDS)
            ),
        ];
        let tables = order.tables.iter().map(|&id| self.table(id));
        statements.extend(tables.map(Table::create));
        statements.push(format!(
            "INSERT INTO {world} VALUES ({}, gen_random_uuid()::text, 0, 0, '', now())",
            literal(&self.world)
        ));
        statements
    }

    /// What is left to make: foreign keys, and indexes. Where there are rows already, the server checks and sorts all of
    /// them at once.
    pub(super) fn keys_and_indexes(&self, order: &TableOrder) -> Vec<String> {
        let tables = || order.tables.iter().map(|&id| self.table(id));
        let keys = tables().flat_map(Table::add_foreign_keys);
        keys.chain(tables().flat_map(|table| table.create_indexes()))
            .collect()
    }
}

/// A text as an SQL literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name longer than that would be cut off, without an error.
fn fits(name: &str) -> Result<(), String> {
    if name.len() > LONGEST_NAME || name.contains('\0') {
        return Err(format!(
            "the name {name:?} has more than the {LONGEST_NAME} bytes that PostgreSQL keeps of it, or a NUL"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_by_the_words_that_sqlite_knows() {
        for (declared, kind) in [
            ("INTEGER", Some(ColumnKind::Integer)),
            ("boolean", Some(ColumnKind::Integer)),
            ("VARCHAR(40)", Some(ColumnKind::Text)),
            ("DOUBLE PRECISION", Some(ColumnKind::Real)),
            ("BLOB", Some(ColumnKind::Blob)),
            ("DECIMAL(10, 2)", None),
            ("", None),
        ] {
            assert_eq!(kind_of(declared), kind, "{declared}");
        }
    }

    #[test]
    fn names_are_refused_rather_than_cut_off() {
        assert!(fits(&"n".repeat(63)).is_ok());
        assert!(fits(&"n".repeat(64)).is_err());
        assert!(fits(&"ü".repeat(32)).is_err());
        assert!(Schema::of("pg_mine", &[], "").is_err());
        assert!(Schema::of("", &[], "").is_err());
        assert!(Schema::of("shard 1's", &[], "").is_ok());
    }

    #[test]
    fn a_columns_unknown_type_is_said() {
        static INFO: TableInfo = TableInfo {
            name: "t",
            id: "id",
            columns: &["price"],
            foreign_keys: &[],
            value_keys: &[],
            indexes: &[],
            checks: &[],
            conditions: &[],
            kind: crate::schema::TableKind::Entity,
        };
        let ddl = "CREATE TABLE T (id INTEGER PRIMARY KEY, price DECIMAL)";
        let error = Schema::of("w", &[&INFO], ddl).map(|_| ()).err();
        assert!(error.is_some_and(|what| what.contains("t.price is declared as DECIMAL")));
    }

    #[test]
    fn a_unique_text_without_case_is_refused() {
        const fn table(indexes: &'static [IndexInfo]) -> TableInfo {
            TableInfo {
                name: "t",
                id: "id",
                columns: &["realm", "name"],
                foreign_keys: &[],
                value_keys: &[],
                indexes,
                checks: &[],
                conditions: &[],
                kind: crate::schema::TableKind::Entity,
            }
        }
        static UNIQUE: TableInfo = table(&[IndexInfo::unique(&[0, 1]).no_case(&[1])]);
        static PLAIN: TableInfo = table(&[IndexInfo::plain(&[1]).no_case(&[1])]);
        let ddl =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, realm INTEGER, name TEXT COLLATE NOCASE)";
        let error = Schema::of("w", &[&UNIQUE], ddl).map(|_| ()).err();
        let what = "UNIQUE (realm, name) of table t compares name by NOCASE";
        assert!(error.is_some_and(|error| error.contains(what)));
        assert!(Schema::of("w", &[&PLAIN], ddl).is_ok());
    }
}
