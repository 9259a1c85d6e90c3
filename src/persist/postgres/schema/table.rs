//! One table of a world: its columns, its constraints, its indexes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use crate::schema::TableInfo;
use crate::schema::value::ColumnKind;

use super::super::{comparison, condition};
use super::{LONGEST_NAME, quoted, type_name};

/// How full the pages of a hot table are made, in percent. A row that is updated stays in its page then, and no index has to
/// learn of it.
const ROOM: u8 = 85;

#[derive(Debug)]
pub(in super::super) struct Table {
    pub(in super::super) info: &'static TableInfo,
    /// Its name with that of its schema, quoted.
    pub(in super::super) name: String,
    /// All but the id, in declaration order.
    pub(in super::super) columns: Vec<Column>,
    /// Their names, and what they say, both as in SQL.
    pub(in super::super) constraints: BTreeMap<String, Constraint>,
    /// The columns of each unique constraint, but for the id.
    pub(in super::super) unique: Vec<Vec<&'static str>>,
    /// What the models say of it and the server cannot keep, for people.
    pub(in super::super) kept_by_memory: Vec<String>,
    /// Whether its pages keep room for new versions of their rows.
    pub(in super::super) is_hot: bool,
}

#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Column {
    pub(in super::super) name: &'static str,
    pub(in super::super) kind: ColumnKind,
    pub(in super::super) is_not_null: bool,
}

/// A constraint of a table.
#[derive(Debug)]
pub(in super::super) struct Constraint {
    /// What it says, for people.
    pub(in super::super) what: String,
    sql: String,
    /// Foreign keys come when all tables are there.
    is_foreign_key: bool,
}

impl Column {
    /// Its declaration, as `format_type` and `attnotnull` of the catalogue describe it.
    pub(in super::super) fn declaration(&self) -> String {
        let not_null = if self.is_not_null { " NOT NULL" } else { "" };
        format!("{}{not_null}", type_name(self.kind))
    }
}

impl Table {
    pub(super) fn new(
        world: &str,
        info: &'static TableInfo,
        columns: Vec<Column>,
        infos: &[&'static TableInfo],
    ) -> Self {
        let mut table = Self {
            info,
            name: format!("{}.{}", quoted(world), quoted(info.name)),
            columns,
            constraints: BTreeMap::new(),
            unique: Vec::new(),
            kept_by_memory: Vec::new(),
            is_hot: false,
        };
        table.constrain(world, infos);
        table
    }

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

    pub(super) fn create(&self) -> String {
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

    pub(super) fn add_foreign_keys(&self) -> Vec<String> {
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
    pub(in super::super) fn indexes(&self) -> Vec<(String, Vec<usize>)> {
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

    pub(super) fn create_indexes(&self) -> Vec<String> {
        let create = |(name, columns): (String, Vec<usize>)| {
            let (name, columns) = (quoted(&name), self.listed(&columns));
            format!("CREATE INDEX {name} ON {} ({columns})", self.name)
        };
        self.indexes().into_iter().map(create).collect()
    }
}
