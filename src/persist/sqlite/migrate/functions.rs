//! Steps by hand in Rust: functions that make the values of new columns from old rows.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, Row, params_from_iter};

use crate::persist::sqlite::error::backend_error;
use crate::persist::sqlite::statements::quoted;
use crate::persist::sqlite::value;
use crate::schema::value::Value;
use crate::store::row::reader::Cell;

use super::error::MigrationError;
use super::layout::{Column, Layout, Table};
use super::plan::{Plan, Wishes};

/// Functions in Rust that a [`Migration`](crate::Migration) from one schema to another asks for the values of columns.
///
/// Each belongs to a table of the new schema and gets the rows of the old one, one after the other, in the order of their
/// ids: see [`Consent::functions`](crate::Consent::functions).
#[derive(Clone)]
pub struct RowFunctions {
    from: u64,
    to: u64,
    tables: Vec<TableFunction>,
}

/// What a function of a program makes of a row.
type RowFunction =
    dyn Fn(&OldRow<'_>, &mut NewRow) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync;

#[derive(Clone)]
struct TableFunction {
    table: String,
    columns: Vec<String>,
    function: Arc<RowFunction>,
}

/// A row as it is in the file: the values of its columns, by their old names.
#[derive(Debug)]
pub struct OldRow<'r> {
    id: i64,
    columns: &'r [Column],
    row: &'r Row<'r>,
}

/// The values that a function gives to the columns that it was declared for.
#[derive(Debug)]
pub struct NewRow {
    /// By the names of the columns, in lower case; `None` until a value is given.
    values: BTreeMap<String, Option<SqlValue>>,
}

/// A column that a function has named and that is not there, or a value that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The old table has no such column.
    #[error("the old table has no column {column}")]
    NoOldColumn {
        /// The name that was asked for.
        column: String,
    },
    /// The function was not declared for such a column.
    #[error("the function was not declared for a column {column}")]
    NotDeclared {
        /// The name that was given.
        column: String,
    },
    /// The text of a column is not valid UTF-8.
    #[error("the text of {column} is not valid UTF-8")]
    NotUtf8 {
        /// The column.
        column: String,
    },
    /// The function gave no value to a column that it was declared for.
    #[error("the function gave no value to {column}")]
    NoValue {
        /// The column.
        column: String,
    },
}

impl RowFunctions {
    /// No function yet, for a migration between the schemas with these fingerprints:
    /// [`Migration::from_fingerprint`](crate::Migration::from_fingerprint) and
    /// [`to_fingerprint`](crate::Migration::to_fingerprint), which `gamedb diff` prints.
    #[must_use]
    pub const fn between(from: u64, to: u64) -> Self {
        Self {
            from,
            to,
            tables: Vec::new(),
        }
    }

    /// Adds a function for a table of the new schema, which gives the values of these columns. They may be new columns,
    /// or such as were there and get another value.
    #[must_use]
    pub fn table<C: Into<String>>(
        mut self,
        table: impl Into<String>,
        columns: impl IntoIterator<Item = C>,
        function: impl Fn(&OldRow<'_>, &mut NewRow) -> Result<(), Box<dyn Error + Send + Sync>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.tables.push(TableFunction {
            table: table.into().to_lowercase(),
            columns: columns.into_iter().map(Into::into).collect(),
            function: Arc::new(function),
        });
        self
    }

    pub(super) const fn fingerprints(&self) -> (u64, u64) {
        (self.from, self.to)
    }
}

impl fmt::Debug for RowFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.tables.iter();
        f.debug_struct("RowFunctions")
            .field("from", &format_args!("{:016x}", self.from))
            .field("to", &format_args!("{:016x}", self.to))
            .field(
                "tables",
                &tables.map(|table| &table.table).collect::<Vec<_>>(),
            )
            .finish()
    }
}

impl OldRow<'_> {
    /// The row's id, which it keeps.
    #[must_use]
    pub const fn id(&self) -> i64 {
        self.id
    }

    /// The value of a column.
    ///
    /// # Errors
    /// [`RowError::NoOldColumn`], and [`RowError::NotUtf8`] for a text that only a damaged file, or one from elsewhere,
    /// can have.
    pub fn get(&self, column: &str) -> Result<Value<'_>, RowError> {
        let mut columns = self.columns.iter();
        let at = columns.position(|known| known.name.eq_ignore_ascii_case(column));
        let column = || column.to_owned();
        let at = at.ok_or_else(|| RowError::NoOldColumn { column: column() })?;
        // The first one is the id.
        match value::cell(value::raw(self.row, at + 1)) {
            Cell::Value(value) => Ok(value),
            Cell::NotUtf8 => Err(RowError::NotUtf8 { column: column() }),
        }
    }
}

impl NewRow {
    /// Gives a value to a column.
    ///
    /// # Errors
    /// [`RowError::NotDeclared`].
    pub fn set(&mut self, column: &str, value: Value<'_>) -> Result<(), RowError> {
        let place = self.values.get_mut(&column.to_lowercase());
        let place = place.ok_or_else(|| RowError::NotDeclared {
            column: column.to_owned(),
        })?;
        *place = Some(value::owned(value));
        Ok(())
    }
}

/// The table of the file that has the values which the functions have given, until the rows are copied.
fn interim(table: &str) -> String {
    format!("gamedb_given_{}", table.to_lowercase())
}

/// Calls the functions for every row of their tables. What they give is kept in tables of the file, in the transaction
/// that is open, and is wished for as the values of a script are.
pub(super) fn call<'t>(
    transaction: &Connection,
    functions: &RowFunctions,
    new: &Layout,
    source: impl Fn(&Table) -> Option<&'t Table>,
    wishes: &mut Wishes,
) -> Result<(), MigrationError> {
    let mut seen = Vec::new();
    for function in &functions.tables {
        let unfit = |column: Option<&str>, why: &'static str| MigrationError::Function {
            table: function.table.clone(),
            column: column.map(str::to_owned),
            why,
        };
        if seen.contains(&&function.table) {
            return Err(unfit(None, "the table has two functions"));
        }
        seen.push(&function.table);
        let table = new.get(&function.table);
        let table = table.ok_or_else(|| unfit(None, "the schema has no such table"))?;
        let before = source(table).ok_or_else(|| unfit(None, "it has no old rows"))?;
        let id = before.id.as_deref();
        let id = id.ok_or_else(|| unfit(None, "its old rows have no ids"))?;
        let mut columns = Vec::new();
        for name in &function.columns {
            let column = table.column(name);
            let column =
                column.ok_or_else(|| unfit(Some(name), "the schema has no such column"))?;
            if column.is_id || column.is_generated {
                return Err(unfit(Some(name), "its value cannot be given"));
            }
            columns.push(column);
        }
        give(transaction, function, before, id, &columns)?;
        for column in columns {
            let names = (function.table.clone(), column.name.to_lowercase());
            let value = format!(
                "SELECT {} FROM {given} WHERE {given}.gamedb_id = {}.{}",
                quoted(&column.name),
                quoted(&before.name),
                quoted(id),
                given = quoted(&interim(&function.table)),
            );
            if wishes.fills.insert(names, value).is_some() {
                return Err(unfit(Some(&column.name), "the script fills it too"));
            }
        }
    }
    Ok(())
}

/// Calls one function for every row.
fn give(
    transaction: &Connection,
    function: &TableFunction,
    old: &Table,
    id: &str,
    columns: &[&Column],
) -> Result<(), MigrationError> {
    let failed = |error| MigrationError::NotCopied {
        source: backend_error(error),
    };
    let given = quoted(&interim(&function.table));
    let declared = columns.iter().map(|column| {
        let null = if column.is_nullable { "" } else { " NOT NULL" };
        // A type of SQLite that STRICT does not know is that of a table that is not STRICT, and holds anything.
        let ty = match column.ty.as_str() {
            ty @ ("INTEGER" | "REAL" | "TEXT" | "BLOB") => ty,
            _ => "ANY",
        };
        format!(", {} {ty}{null}", quoted(&column.name))
    });
    let declared: String = declared.collect();
    let create = format!("CREATE TABLE {given} (gamedb_id INTEGER PRIMARY KEY{declared}) STRICT");
    transaction.execute_batch(&create).map_err(failed)?;
    let places: String = columns.iter().map(|_| ", ?").collect();
    let insert = format!("INSERT INTO {given} VALUES (?{places})");
    let mut insert = transaction.prepare(&insert).map_err(failed)?;

    let there = old.columns.iter();
    let there: String = there
        .map(|column| format!(", {}", quoted(&column.name)))
        .collect();
    let (id, name) = (quoted(id), quoted(&old.name));
    let select = format!("SELECT {id}{there} FROM {name} ORDER BY {id}");
    let mut select = transaction.prepare(&select).map_err(failed)?;
    let mut rows = select.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let id = row.get(0).map_err(failed)?;
        let refused = |source| MigrationError::RowRefused {
            table: function.table.clone(),
            id,
            source,
        };
        let before = OldRow {
            id,
            columns: &old.columns,
            row,
        };
        let values = new_values(function, &before, columns).map_err(refused)?;
        let values = std::iter::once(SqlValue::Integer(id)).chain(values);
        let inserted = insert.execute(params_from_iter(values));
        inserted.map_err(|error| refused(Box::new(backend_error(error))))?;
    }
    Ok(())
}

/// What a function gives for a row: a value for each of its columns.
fn new_values(
    function: &TableFunction,
    before: &OldRow<'_>,
    columns: &[&Column],
) -> Result<Vec<SqlValue>, Box<dyn Error + Send + Sync>> {
    let names = columns.iter().map(|column| column.name.to_lowercase());
    let mut after = NewRow {
        values: names.map(|name| (name, None)).collect(),
    };
    (function.function)(before, &mut after)?;
    let values = columns.iter().map(|column| {
        let value = after.values.remove(&column.name.to_lowercase()).flatten();
        let column = column.name.clone();
        value.ok_or_else(|| RowError::NoValue { column }.into())
    });
    values.collect()
}

/// Refuses functions whose values would not be used, because their table stays as it is.
pub(super) fn refuse_unused(functions: &RowFunctions, plan: &Plan) -> Result<(), MigrationError> {
    for function in &functions.tables {
        let mut rebuilt = plan.rebuilt.iter();
        let table = rebuilt.find(|rebuilt| rebuilt.new.name.eq_ignore_ascii_case(&function.table));
        if table.is_none() {
            return Err(MigrationError::Function {
                table: function.table.clone(),
                column: None,
                why: "the table does not change, so its values would not be used",
            });
        }
    }
    Ok(())
}

/// Drops the tables of values, once the rows are copied.
pub(super) fn forget(transaction: &Connection, functions: &RowFunctions) -> rusqlite::Result<()> {
    functions.tables.iter().try_for_each(|function| {
        let given = quoted(&interim(&function.table));
        transaction.execute_batch(&format!("DROP TABLE {given}"))
    })
}
