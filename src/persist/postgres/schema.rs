//! The tables of a world in PostgreSQL's dialect: how they are made.
//!
//! Names of constraints end in a hash of what they say, so that comparing names compares constraints.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use crate::persist::sqlite::declared_columns;
use crate::schema::graph::TableOrder;
use crate::schema::value::ColumnKind;
use crate::schema::{TableId, TableInfo};

use super::{comparison, condition};

/// The most bytes that PostgreSQL keeps of a name.
const LONGEST_NAME: usize = 63;

/// How full the pages of a hot table are made, in percent. A row that is updated stays in its page then, and no index has to
/// learn of it.
const ROOM: u8 = 85;

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

#[derive(Debug)]
pub(super) struct Table {
    pub(super) info: &'static TableInfo,
    /// Its name with that of its schema, quoted.
    pub(super) name: String,
    /// All but the id, in declaration order.
    pub(super) columns: Vec<Column>,
    /// Their names, and what they say, both as in SQL.
    pub(super) constraints: BTreeMap<String, Constraint>,
    /// The columns of each unique constraint, but for the id.
    pub(super) unique: Vec<Vec<&'static str>>,
    /// What the models say of it and the server cannot keep, for people.
    pub(super) kept_by_memory: Vec<String>,
    /// Whether its pages keep room for new versions of their rows.
    pub(super) is_hot: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: ColumnKind,
    pub(super) is_not_null: bool,
}

/// A constraint of a table.
#[derive(Debug)]
pub(super) struct Constraint {
    /// What it says, for people.
    pub(super) what: String,
    sql: String,
    /// Foreign keys come when all tables are there.
    is_foreign_key: bool,
}

impl Column {
    /// Its declaration, as `format_type` and `attnotnull` of the catalogue describe it.
    pub(super) fn declaration(&self) -> String {
        let not_null = if self.is_not_null { " NOT NULL" } else { "" };
        format!("{}{not_null}", type_name(self.kind))
    }
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
            let mut table = Table {
                info,
                name: format!("{}.{}", quoted(world), quoted(info.name)),
                columns: columns.collect::<Result<_, String>>()?,
                constraints: BTreeMap::new(),
                unique: Vec::new(),
                kept_by_memory: Vec::new(),
                is_hot: false,
            };
            table.constrain(world, infos);
            Ok(table)
        };
        Ok(Self {
            world: world.to_owned(),
            tables: infos.iter().map(table).collect::<Result<_, String>>()?,
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

impl Table {
    fn constrain(&mut self, world: &str, infos: &[&'static TableInfo]) {
        let info = self.info;
        self.add("key", format!("PRIMARY KEY ({})", quoted(info.id)), false);
        let names = |columns: &[usize]| {
            let names = columns.iter().map(|&column| quoted(info.columns[column]));
            names.collect::<Vec<_>>().join(", ")
        };
        let keys = info.foreign_keys.iter();
        let unique_keys = keys.filter(|key| key.unique).map(|key| vec![key.column]);
        let indexes = info.indexes.iter().filter(|index| index.unique);
        let unique: Vec<_> = (indexes.map(|index| index.columns.to_vec()))
            .chain(unique_keys)
            .collect();
        for columns in unique {
            // A swap of two values is a violation only until the statement ends, or the transaction.
            let sql = format!("UNIQUE ({}) DEFERRABLE", names(&columns));
            self.add("unique", sql, false);
            let columns = columns.iter().map(|&column| info.columns[column]);
            self.unique.push(columns.collect());
        }
        let checks = info.checks.iter();
        let checks = checks.map(|check| (check.sql, comparison::sql(check, &self.columns)));
        let conditions = info.conditions.iter();
        let conditions = conditions.map(|check| (check.sql, condition::sql(check, &self.columns)));
        for (written, sql) in checks.chain(conditions).collect::<Vec<_>>() {
            match sql {
                Some(sql) => self.add("check", format!("CHECK ({sql})"), false),
                None => self.kept_by_memory.push(format!("CHECK ({written})")),
            }
        }
        for key in info.value_keys {
            let target = infos[key.table.index()];
            let named = names(key.own_columns(info)).replace('"', "");
            self.kept_by_memory.push(format!(
                "key by value ({named}) to {} ({})",
                target.name,
                target.index_columns(key.target_index)
            ));
        }
        for key in info.foreign_keys {
            let Some(target) = key.table else { continue };
            let target = infos[target.index()];
            // The world cascades itself. An action of the server's would delete a row that has just left its parent.
            let sql = format!(
                "FOREIGN KEY ({}) REFERENCES {}.{} ({}) DEFERRABLE",
                names(&[key.column]),
                quoted(world),
                quoted(target.name),
                quoted(target.id)
            );
            self.add("parent", sql, true);
        }
    }

    fn add(&mut self, kind: &str, sql: String, is_foreign_key: bool) {
        let name = self.object_name(kind, &sql);
        let constraint = Constraint {
            what: sql.replace('"', ""),
            sql,
            is_foreign_key,
        };
        self.constraints.insert(name, constraint);
    }

    /// The name of a constraint or an index, which fits.
    fn object_name(&self, kind: &str, sql: &str) -> String {
        let hash = xxh3_64(format!("{}: {sql}", self.info.name).as_bytes());
        let end = format!("_{kind}_{hash:016x}");
        let mut start = self.info.name.to_owned();
        while start.len() + end.len() > LONGEST_NAME {
            start.pop();
        }
        start + &end
    }

    fn create(&self) -> String {
        let mut sql = format!(
            "CREATE TABLE {} (\n    {} bigint",
            self.name,
            quoted(self.info.id)
        );
        for column in &self.columns {
            let declaration = column.declaration();
            let _ = write!(sql, ",\n    {} {declaration}", quoted(column.name));
        }
        let constraints = self.constraints.iter();
        for (name, constraint) in constraints.filter(|(_, own)| !own.is_foreign_key) {
            let rule = &constraint.sql;
            let _ = write!(sql, ",\n    CONSTRAINT {} {rule}", quoted(name));
        }
        sql += "\n)";
        if self.is_hot {
            let _ = write!(sql, " WITH (fillfactor = {ROOM})");
        }
        sql
    }

    fn add_foreign_keys(&self) -> Vec<String> {
        let keys = self.constraints.iter();
        let keys = keys.filter(|(_, constraint)| constraint.is_foreign_key);
        let add = |(name, key): (&String, &Constraint)| {
            let (table, name) = (&self.name, quoted(name));
            format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", key.sql)
        };
        keys.map(add).collect()
    }

    /// The plain indexes, by name, with their columns. The server looks for the children of a parent that is deleted.
    /// What memory looks for, it does in memory, but the plain indexes of the schema are there for programs that read.
    pub(super) fn indexes(&self) -> Vec<(String, Vec<usize>)> {
        let info = self.info;
        let keys = info.foreign_keys.iter().filter(|key| !key.unique);
        let keys = keys.filter(|key| key.table.is_some());
        let plain = info.indexes.iter().filter(|index| !index.unique);
        let mut all: Vec<Vec<usize>> = keys.map(|key| vec![key.column]).collect();
        for index in plain {
            if !all.iter().any(|columns| columns == index.columns) {
                all.push(index.columns.to_vec());
            }
        }
        let named = |columns: Vec<usize>| {
            let names = self.listed(&columns);
            (self.object_name("index", &names), columns)
        };
        all.into_iter().map(named).collect()
    }

    fn listed(&self, columns: &[usize]) -> String {
        let names = columns.iter().map(|&n| quoted(self.info.columns[n]));
        names.collect::<Vec<_>>().join(", ")
    }

    fn create_indexes(&self) -> Vec<String> {
        let create = |(name, columns): (String, Vec<usize>)| {
            let (name, columns) = (quoted(&name), self.listed(&columns));
            format!("CREATE INDEX {name} ON {} ({columns})", self.name)
        };
        self.indexes().into_iter().map(create).collect()
    }
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
}
