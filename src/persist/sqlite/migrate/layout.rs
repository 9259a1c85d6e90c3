//! The tables of a file, or of the statements that create one, with all that a migration has to compare.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::persist::sqlite::declaration;

/// Between names in one value of SQL: the unit separator, `char(31)`, which no name has.
const SEPARATOR: char = '\u{1f}';

/// The tables by their names in lower case, because SQLite compares names without case.
pub(super) type Layout = BTreeMap<String, Table>;

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) name: String,
    /// The CREATE TABLE statement, as written.
    pub(super) sql: String,
    pub(super) columns: Vec<Column>,
    /// The column of the row's id, if there is an `INTEGER PRIMARY KEY`.
    pub(super) id: Option<String>,
    /// `STRICT` and `WITHOUT ROWID`.
    pub(super) options: BTreeSet<String>,
    /// The normal form of each CHECK, and how it is written.
    pub(super) checks: BTreeMap<String, String>,
    pub(super) keys: BTreeSet<ForeignKey>,
    /// Tables whose id a foreign key calls by its name, and that name, in lower case. A key that does not name it means
    /// the same.
    pub(super) named_ids: BTreeSet<(String, String)>,
    pub(super) uniques: BTreeSet<Unique>,
    /// The statements that create the indexes, by name in lower case.
    pub(super) indexes: BTreeMap<String, String>,
    /// The name of each index that is not unique and has an expression or a WHERE, and its normal form.
    pub(super) computed: BTreeMap<String, String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    /// The type in upper case, with `INT` read as `INTEGER`.
    pub(super) ty: String,
    pub(super) is_nullable: bool,
    pub(super) default: Option<String>,
    pub(super) is_id: bool,
    pub(super) is_generated: bool,
    /// Its collation, and the expression of a generated column.
    pub(super) more: String,
}

/// A foreign key of one or several columns, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ForeignKey {
    pub(super) columns: Vec<String>,
    pub(super) target: String,
    /// The columns of the target; none where that is its id.
    pub(super) named: Vec<String>,
    pub(super) on_delete: String,
}

/// Columns whose values are unique together, or an expression that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unique {
    /// The columns in lower case, each with its collation; none for an index with an expression.
    pub(super) columns: Vec<(String, String)>,
    /// The normal form of an index with an expression or a WHERE.
    pub(super) computed: Option<String>,
}

impl Table {
    /// Whether it is the column of the row's id.
    pub(super) fn is_id(&self, column: &Column) -> bool {
        self.id.as_ref() == Some(&column.name)
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

impl Column {
    /// The collation, if it is declared with one other than BINARY.
    pub(super) fn collation(&self) -> Option<&str> {
        let (_, collation) = self.more.rsplit_once(" COLLATE ")?;
        collation.split(' ').next()
    }

    /// How the column is declared, without its DEFAULT, which concerns future rows only.
    pub(super) fn declared(&self) -> String {
        let null = if self.is_nullable { "" } else { " NOT NULL" };
        let id = if self.is_id { " PRIMARY KEY" } else { "" };
        format!("{}{null}{id}{}", self.ty, self.more)
    }
}

impl std::fmt::Display for ForeignKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.columns.join(", ");
        write!(f, "FOREIGN KEY ({columns}) REFERENCES {}", self.target)?;
        if !self.named.is_empty() {
            write!(f, " ({})", self.named.join(", "))?;
        }
        if self.on_delete != "NO ACTION" {
            write!(f, " ON DELETE {}", self.on_delete)?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(computed) = &self.computed {
            return write!(f, "UNIQUE index on {computed}");
        }
        let columns = self.columns.iter().map(|(name, collation)| {
            if collation == "BINARY" {
                name.clone()
            } else {
                format!("{name} COLLATE {collation}")
            }
        });
        write!(f, "UNIQUE ({})", columns.collect::<Vec<_>>().join(", "))
    }
}

/// Reads all tables but SQLite's own and those of this crate.
pub(super) fn layout(connection: &Connection) -> rusqlite::Result<Layout> {
    let mut tables = connection.prepare(
        "SELECT list.name, list.strict, list.wr, schema.sql
         FROM pragma_table_list AS list JOIN sqlite_schema AS schema
             ON schema.type = 'table' AND schema.name = list.name
         WHERE list.schema = 'main' AND list.type = 'table'
             AND list.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND list.name NOT LIKE 'gamedb\\_%' ESCAPE '\\'",
    )?;
    let mut rows = tables.query([])?;
    let mut layout = Layout::new();
    while let Some(row) = rows.next()? {
        let (name, is_strict, has_no_rowid): (String, bool, bool) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let options = [(is_strict, "STRICT"), (has_no_rowid, "WITHOUT ROWID")];
        let options = options.iter().filter(|(is_set, _)| *is_set);
        let mut table = table(connection, name, row.get(3)?)?;
        table.options = options.map(|(_, option)| (*option).to_owned()).collect();
        layout.insert(table.name.to_lowercase(), table);
    }
    Ok(layout)
}

fn table(connection: &Connection, name: String, sql: String) -> rusqlite::Result<Table> {
    let mut columns = columns(connection, &name)?;
    let names: BTreeSet<_> = columns
        .iter()
        .map(|column| column.name.to_lowercase())
        .collect();
    let rules = declaration::rules(&sql, &names);
    for column in &mut columns {
        if let Some(more) = rules.columns.get(&column.name.to_lowercase()) {
            column.more.clone_from(more);
        }
    }
    let mut ids = columns.iter().filter(|column| column.is_id);
    let id = match (ids.next(), ids.next()) {
        (Some(id), None) if id.ty == "INTEGER" => Some(id.name.clone()),
        _ => None,
    };
    Ok(Table {
        keys: foreign_keys(connection, &name)?,
        named_ids: named_ids(connection, &name)?,
        uniques: uniques(connection, &name, &names)?,
        indexes: indexes(connection, &name)?,
        computed: computed(connection, &name, &names)?,
        checks: rules.checks,
        options: BTreeSet::new(),
        columns,
        id,
        name,
        sql,
    })
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, iif(upper(type) = 'INT' AND NOT pk, 'INTEGER', upper(type)), \"notnull\" OR pk, dflt_value, pk, hidden
         FROM pragma_table_xinfo(?)",
    )?;
    let columns = statement.query_map([table], |row| {
        Ok(Column {
            name: row.get(0)?,
            ty: row.get(1)?,
            is_nullable: !row.get::<_, bool>(2)?,
            default: row.get(3)?,
            is_id: row.get(4)?,
            is_generated: row.get(5)?,
            more: String::new(),
        })
    })?;
    columns.collect()
}

fn foreign_keys(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<ForeignKey>> {
    let mut statement = connection.prepare_cached(
        "SELECT lower(\"table\"), group_concat(lower(\"from\"), char(31) ORDER BY seq), on_delete,
             iif(count(*) = 1 AND max(\"to\" IS NULL OR EXISTS
                     (SELECT 1 FROM pragma_table_info(\"table\") WHERE pk AND lower(name) = lower(\"to\"))),
                 NULL, group_concat(lower(\"to\"), char(31) ORDER BY seq))
         FROM pragma_foreign_key_list(?) GROUP BY id",
    )?;
    let keys = statement.query_map([table], |row| {
        let columns: String = row.get(1)?;
        let named: Option<String> = row.get(3)?;
        let list = |names: &str| names.split(SEPARATOR).map(str::to_owned).collect();
        Ok(ForeignKey {
            target: row.get(0)?,
            columns: list(&columns),
            named: named.as_deref().map(list).unwrap_or_default(),
            on_delete: row.get(2)?,
        })
    })?;
    keys.collect()
}

fn named_ids(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<(String, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT lower(\"table\"), lower(\"to\") FROM pragma_foreign_key_list(?) GROUP BY id
         HAVING count(*) = 1 AND EXISTS
             (SELECT 1 FROM pragma_table_info(\"table\") WHERE pk AND lower(name) = lower(\"to\"))",
    )?;
    let named = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    named.collect()
}

fn uniques(
    connection: &Connection,
    table: &str,
    names: &BTreeSet<String>,
) -> rusqlite::Result<BTreeSet<Unique>> {
    let mut statement = connection.prepare_cached(
        "SELECT list.partial OR max(info.name IS NULL),
             group_concat(lower(info.name) || char(31) || info.coll, char(31) ORDER BY info.seqno),
             (SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = list.name)
         FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS info
         WHERE info.key AND list.\"unique\" AND list.origin <> 'pk'
         GROUP BY list.name",
    )?;
    let uniques = statement.query_map([table], |row| {
        let (is_computed, columns): (bool, Option<String>) = (row.get(0)?, row.get(1)?);
        if is_computed {
            let sql: Option<String> = row.get(2)?;
            let computed = Some(declaration::index(&sql.unwrap_or_default(), names));
            let columns = Vec::new();
            return Ok(Unique { columns, computed });
        }
        let columns = columns.unwrap_or_default();
        let parts: Vec<_> = columns.split(SEPARATOR).map(str::to_owned).collect();
        let pairs = parts.chunks_exact(2);
        Ok(Unique {
            columns: pairs
                .map(|pair| (pair[0].clone(), pair[1].clone()))
                .collect(),
            computed: None,
        })
    })?;
    uniques.collect()
}

fn indexes(connection: &Connection, table: &str) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare_cached(
        "SELECT lower(name), sql FROM sqlite_schema
         WHERE type = 'index' AND tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL",
    )?;
    statement
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The indexes that compute something at each write, or refuse to.
fn computed(
    connection: &Connection,
    table: &str,
    names: &BTreeSet<String>,
) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare_cached(
        "SELECT list.name, (SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = list.name)
         FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS info
         WHERE info.key AND NOT list.\"unique\"
         GROUP BY list.name HAVING list.partial OR max(info.name IS NULL)",
    )?;
    let found = statement.query_map([table], |row| {
        let sql: Option<String> = row.get(1)?;
        let normal = declaration::index(&sql.unwrap_or_default(), names);
        Ok((row.get(0)?, normal))
    })?;
    found.collect()
}

/// The normal forms of the indexes with an expression or a WHERE, by table and name.
pub(super) fn computed_indexes(layout: &Layout) -> BTreeMap<String, BTreeMap<String, String>> {
    let of_tables = layout.iter();
    let of_tables = of_tables.map(|(name, table)| (name.clone(), table.computed.clone()));
    of_tables.collect()
}

/// A number for a schema: equal for two schemas that mean the same, in whatever way they are written. Programs and scripts
/// have it written down, so it stays what it is. Indexes that are not unique are no part of it.
pub(super) fn fingerprint(layout: &Layout) -> u64 {
    let mut text = String::new();
    for (name, table) in layout {
        let mut line = |what: String| {
            text.push_str(name);
            text.push('\0');
            text.push_str(&what.to_lowercase());
            text.push('\n');
        };
        let mut columns: Vec<_> = table.columns.iter().collect();
        columns.sort_by_key(|column| column.name.to_lowercase());
        for column in columns {
            line(format!("{}\0{}", column.name, column.declared()));
        }
        table.options.iter().for_each(|option| line(option.clone()));
        table
            .checks
            .keys()
            .for_each(|check| line(format!("check {check}")));
        table.keys.iter().for_each(|key| line(key.to_string()));
        table
            .uniques
            .iter()
            .for_each(|unique| line(unique.to_string()));
    }
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}
