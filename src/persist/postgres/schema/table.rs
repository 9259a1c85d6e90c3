//! One table of a world: its columns, its constraints, its indexes.

use std::collections::{BTreeMap, BTreeSet};
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
    /// The columns of each of them that keys by value name. It is checked row by row, and not when the transaction ends.
    pub(in super::super) named: Vec<Vec<usize>>,
    /// The keys by value that the server keeps, by their positions in those of the models.
    pub(in super::super) value_keys: Vec<usize>,
    /// The columns that its CHECKs are about.
    pub(super) checked: BTreeSet<usize>,
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
    /// Whether it is checked when the transaction ends.
    pub(in super::super) is_deferrable: bool,
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
            named: Vec::new(),
            value_keys: Vec::new(),
            checked: BTreeSet::new(),
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
        self.check();
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

    /// Its CHECKs, as far as the server would decide as memory does.
    fn check(&mut self) {
        let info = self.info;
        let checks = info.checks.iter().map(|check| {
            let columns: Vec<usize> = check.columns().collect();
            (check.sql, columns, comparison::sql(check, &self.columns))
        });
        let conditions = info.conditions.iter().map(|check| {
            let sql = condition::sql(check, &self.columns);
            (check.sql, check.columns.to_vec(), sql)
        });
        for (written, columns, sql) in checks.chain(conditions).collect::<Vec<_>>() {
            match sql {
                Some(sql) => {
                    self.add("check", format!("CHECK ({sql})"), false);
                    self.checked.extend(columns);
                }
                None => self.kept_by_memory.push(format!("CHECK ({written})")),
            }
        }
    }

    /// Makes the server check unique values row by row: a deferrable constraint is none that a foreign key can name.
    pub(super) fn check_at_once(&mut self, columns: &[usize]) {
        let names = self.listed(columns);
        let deferred = format!("UNIQUE ({names}) DEFERRABLE");
        self.constraints
            .remove(&self.object_name("unique", &deferred));
        self.add("unique", format!("UNIQUE ({names})"), false);
        if !self.named.iter().any(|named| named == columns) {
            self.named.push(columns.to_vec());
        }
    }

    /// What sets the rows of an update aside that writes some of the columns: for each set of values that keys name, one
    /// of its columns gets a value that no row has.
    pub(in super::super) fn steps_aside(&self, is_written: impl Fn(usize) -> bool) -> Vec<String> {
        let mut columns = BTreeSet::new();
        for named in &self.named {
            let written = named.iter().copied().filter(|&column| is_written(column));
            // With NULL in one of its columns, nothing is named.
            columns.extend(written.min_by_key(|&column| self.columns[column].is_not_null));
        }
        let set = |column: usize| {
            let Column {
                name,
                kind,
                is_not_null,
            } = self.columns[column];
            let value = match kind {
                _ if !is_not_null => "NULL",
                // 60 random bits.
                ColumnKind::Integer => {
                    "('x' || translate(left(gen_random_uuid()::text, 18), '-', ''))::bit(64)::bigint"
                }
                ColumnKind::Text => "gen_random_uuid()::text",
                ColumnKind::Blob => "uuid_send(gen_random_uuid())",
                ColumnKind::Real => unreachable!("no key of the server names a REAL column"),
            };
            format!("{} = {value}", quoted(name))
        };
        columns.into_iter().map(set).collect()
    }

    /// A key by value to columns of another table.
    pub(super) fn add_value_key(&mut self, world: &str, key: usize, target: (&str, String)) {
        let own = self.listed(self.info.value_keys[key].own_columns(self.info));
        let (table, named) = target;
        let sql = format!(
            "FOREIGN KEY ({own}) REFERENCES {}.{} ({named}) DEFERRABLE",
            quoted(world),
            quoted(table)
        );
        self.add("parent", sql, true);
        self.value_keys.push(key);
    }

    fn add(&mut self, kind: &str, sql: String, is_foreign_key: bool) {
        let name = self.object_name(kind, &sql);
        let constraint = Constraint {
            what: sql.replace('"', ""),
            is_deferrable: sql.ends_with(" DEFERRABLE"),
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

    pub(super) fn listed(&self, columns: &[usize]) -> String {
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
