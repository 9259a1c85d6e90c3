//! Comparing the schema of a file with that of the models: as SQLite describes both, and CHECKs, generated
//! columns and indexes as they are written.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::error::Difference;

use super::declaration::{self, Rules};
use super::written_schema::WrittenSchema;
use super::{mail, stamp, statements};

/// Whether a table is one of our own, which stand beside those of the models in every file that was written once.
fn is_own(table: &str) -> bool {
    let own = [
        statements::NEXT_IDS,
        statements::HASHES,
        stamp::TABLE,
        mail::OUTBOX,
        mail::INBOX,
    ];
    own.iter().any(|own| own.eq_ignore_ascii_case(table))
}

/// The properties of a table that are compared. Names are keys in lower case, because SQLite compares them without
/// case.
#[derive(Debug, Default)]
struct TableShape {
    name: String,
    /// `table`, `view`, `virtual` or `shadow`.
    kind: String,
    columns: BTreeMap<String, Column>,
    constraints: BTreeMap<String, String>,
    checks: BTreeMap<String, String>,
    /// Indexes that compute something at each write, or refuse to: with an expression or a WHERE.
    computed_indexes: BTreeSet<String>,
    /// All others that are not unique.
    plain_indexes: BTreeSet<String>,
}

#[derive(Debug)]
struct Column {
    name: String,
    declared: String,
}

/// The tables of a file, or of the statements that create one.
type Shapes = BTreeMap<String, TableShape>;

/// Which of the differences count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// Whether rules that only the file has are taken as they are: CHECKs, triggers, and indexes with an
    /// expression or a WHERE.
    pub(super) trusts_rules: bool,
}

impl Strictness {
    fn counts(self, difference: &Difference) -> bool {
        let is_rule = match difference {
            Difference::Trigger { table, .. } | Difference::Index { table, .. } => !is_own(table),
            Difference::Check { .. } => true,
            _ => false,
        };
        !(is_rule && self.trusts_rules)
    }
}

/// All differences between the file and the models; none if it can be opened.
///
/// Tables that the models do not have are ignored, as long as they do not point into the world; so are indexes
/// of columns alone, which memory does not use, and which refuse nothing. Our own tables may be missing.
pub(super) fn differences(
    file: &Connection,
    ddl: &str,
    strictness: Strictness,
) -> rusqlite::Result<Vec<Difference>> {
    if WrittenSchema::of(file)? == *WrittenSchema::made_by(ddl, || model(ddl))? {
        return Ok(Vec::new());
    }
    let (expected, found) = (shapes(&model(ddl)?)?, shapes(file)?);
    let mut differences = Vec::new();
    for (key, expected) in &expected {
        let table = expected.name.clone();
        match found.get(key) {
            Some(found) if found.kind == "table" => compare(expected, found, &mut differences),
            Some(found) => differences.push(Difference::NotATable {
                table,
                kind: found.kind.clone(),
            }),
            None if is_own(key) => {}
            None => differences.push(Difference::NoTable { table }),
        }
    }
    for (table, trigger) in triggers(file)? {
        if expected.contains_key(&table.to_lowercase()) {
            differences.push(Difference::Trigger { table, trigger });
        }
    }
    for (_, found) in found
        .iter()
        .filter(|(key, found)| found.kind == "table" && !expected.contains_key(key.as_str()))
    {
        let keys = foreign_keys(file, &found.name)?;
        let targets = keys.into_iter().map(|key| key.target);
        let into_world: BTreeSet<_> = targets
            .filter(|target| expected.contains_key(&target.to_lowercase()))
            .collect();
        let difference = |target| Difference::ForeignTable {
            table: found.name.clone(),
            target,
        };
        differences.extend(into_world.into_iter().map(difference));
    }
    differences.retain(|difference| strictness.counts(difference));
    Ok(differences)
}

/// An empty world in memory, with the schema of the models.
fn model(ddl: &str) -> rusqlite::Result<Connection> {
    let model = Connection::open_in_memory()?;
    model.execute_batch(ddl)?;
    model.execute_batch(statements::CREATE_IDS)?;
    model.execute_batch(stamp::CREATE)?;
    model.execute_batch(statements::CREATE_HASHES)?;
    Ok(model)
}

/// Whether a file has no tables at all, as a new one.
pub(super) fn is_empty(file: &Connection) -> rusqlite::Result<bool> {
    file.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })
}

fn compare(expected: &TableShape, found: &TableShape, differences: &mut Vec<Difference>) {
    let table = || expected.name.clone();
    for (key, column) in &expected.columns {
        let (column, declared) = (column.name.clone(), &column.declared);
        match found.columns.get(key) {
            None => differences.push(Difference::NoColumn {
                table: table(),
                column,
            }),
            Some(other) if other.declared != *declared => differences.push(Difference::Column {
                table: table(),
                column,
                expected: declared.clone(),
                found: other.declared.clone(),
            }),
            Some(_) => {}
        }
    }
    for (_, column) in only_in(&found.columns, &expected.columns) {
        differences.push(Difference::UnknownColumn {
            table: table(),
            column: column.name.clone(),
        });
    }
    let keys = expected.constraints.keys().chain(found.constraints.keys());
    for key in keys.collect::<BTreeSet<_>>() {
        let (one, other) = (expected.constraints.get(key), found.constraints.get(key));
        if let (Some(what), None) | (None, Some(what)) = (one, other) {
            differences.push(Difference::Constraint {
                table: table(),
                what: what.clone(),
                expected: one.is_some(),
            });
        }
    }
    let missing = only_in(&expected.checks, &found.checks).map(|check| (check, true));
    let unknown = only_in(&found.checks, &expected.checks).map(|check| (check, false));
    let check = |((_, check), expected): ((_, &String), bool)| Difference::Check {
        table: table(),
        check: check.clone(),
        expected,
    };
    differences.extend(missing.chain(unknown).map(check));
    let plain = found.plain_indexes.iter().filter(|_| is_own(&found.name));
    let computed = found
        .computed_indexes
        .difference(&expected.computed_indexes);
    differences.extend(computed.chain(plain).map(|index| Difference::Index {
        table: table(),
        index: index.clone(),
    }));
}

fn only_in<'m, V>(
    map: &'m BTreeMap<String, V>,
    other: &'m BTreeMap<String, V>,
) -> impl Iterator<Item = (&'m String, &'m V)> {
    map.iter().filter(|(key, _)| !other.contains_key(*key))
}

fn shapes(connection: &Connection) -> rusqlite::Result<Shapes> {
    let mut tables = connection.prepare(
        "SELECT name, type FROM pragma_table_list
         WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let names = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut shapes = Shapes::new();
    for named in names {
        let (name, kind): (String, String) = named?;
        let shape = if kind == "table" {
            shape(connection, name.clone())?
        } else {
            TableShape::default()
        };
        shapes.insert(
            name.to_lowercase(),
            TableShape {
                name,
                kind,
                ..shape
            },
        );
    }
    Ok(shapes)
}

fn shape(connection: &Connection, table: String) -> rusqlite::Result<TableShape> {
    let mut shape = TableShape::default();
    // INT is INTEGER but for a key; a key is never NULL, in these tables.
    let mut columns = connection.prepare(
        "SELECT name, iif(upper(type) = 'INT' AND NOT pk, 'INTEGER', upper(type))
             || iif(\"notnull\" AND NOT pk, ' NOT NULL', '') || iif(pk, ' PRIMARY KEY', '')
             || iif(hidden, ' GENERATED', '')
         FROM pragma_table_xinfo(?)",
    )?;
    let mut rows = columns.query([&table])?;
    while let Some(row) = rows.next()? {
        let (name, declared): (String, String) = (row.get(0)?, row.get(1)?);
        let key = name.to_lowercase();
        shape.columns.insert(key, Column { name, declared });
    }
    let names: BTreeSet<_> = shape.columns.keys().cloned().collect();
    let sql: Option<String> = connection.query_row(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
        [&table],
        |row| row.get(0),
    )?;
    let Rules { checks, columns } = declaration::rules(&sql.unwrap_or_default(), &names);
    shape.checks = checks;
    for (column, more) in columns {
        if let Some(column) = shape.columns.get_mut(&column) {
            column.declared += &more;
        }
    }
    let mut constraint = |what: String| shape.constraints.insert(what.to_lowercase(), what);
    for key in foreign_keys(connection, &table)? {
        constraint(key.declaration);
    }
    let (is_strict, has_no_rowid): (bool, bool) = connection.query_row(
        "SELECT strict, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?",
        [&table],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if is_strict {
        constraint("STRICT".into());
    }
    if has_no_rowid {
        constraint("WITHOUT ROWID".into());
    }
    for index in indexes(connection, &table, &names)? {
        match index {
            Index {
                is_unique: true,
                on,
                ..
            } => {
                constraint(format!("UNIQUE {on}"));
            }
            Index {
                is_computed: true,
                on,
                ..
            } => {
                shape.computed_indexes.insert(on);
            }
            Index { on, .. } => {
                shape.plain_indexes.insert(on);
            }
        }
    }
    Ok(shape)
}

struct Index {
    is_unique: bool,
    /// Whether it has an expression or a WHERE.
    is_computed: bool,
    /// Its columns and their collations, or what it is computed from.
    on: String,
}

fn indexes(
    connection: &Connection,
    table: &str,
    columns: &BTreeSet<String>,
) -> rusqlite::Result<Vec<Index>> {
    let mut statement = connection.prepare(
        "SELECT list.\"unique\", list.partial OR max(info.name IS NULL),
             '(' || group_concat(info.name || iif(info.coll = 'BINARY', '', ' COLLATE ' || info.coll), ', '
                 ORDER BY info.seqno) || ')',
             (SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = list.name)
         FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS info
         WHERE info.key
         GROUP BY list.name",
    )?;
    let mut rows = statement.query([table])?;
    let mut indexes = Vec::new();
    while let Some(row) = rows.next()? {
        let (is_unique, is_computed) = (row.get(0)?, row.get(1)?);
        let (on, sql): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
        let computed = sql.filter(|_| is_computed);
        let computed = computed.map(|sql| declaration::index(&sql, columns));
        indexes.push(Index {
            is_unique,
            is_computed,
            on: computed.or(on).unwrap_or_default(),
        });
    }
    Ok(indexes)
}

struct ForeignKeyShape {
    target: String,
    declaration: String,
}

/// The foreign keys: columns, target and action, and the columns of the target unless they are its id.
fn foreign_keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<ForeignKeyShape>> {
    let mut statement = connection.prepare(
        "SELECT \"table\", group_concat(\"from\", ', ' ORDER BY seq), on_delete,
             iif(count(*) = 1 AND max(\"to\" IS NULL OR EXISTS
                     (SELECT 1 FROM pragma_table_info(\"table\") WHERE pk AND lower(name) = lower(\"to\"))),
                 '', coalesce(' (' || group_concat(\"to\", ', ' ORDER BY seq) || ')', ''))
         FROM pragma_foreign_key_list(?) GROUP BY id",
    )?;
    let keys = statement.query_map([table], |row| {
        let (target, columns, action): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let named: String = row.get(3)?;
        let declaration =
            format!("FOREIGN KEY ({columns}) REFERENCES {target}{named} ON DELETE {action}");
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
