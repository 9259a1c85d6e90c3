//! Carries the rows of an old SQLite file over into a new world file: same tables, another shape.
//!
//! A row that does not fit is left out and listed, and takes no other along that does not need it.

mod relations;
mod source;
mod value;

use std::path::PathBuf;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};

pub use crate::error::ImportError;
use crate::model::Model;
use crate::schema::{Schema, Table};

use source::{NEXT_IDS, Source, SourceTable};
use value::{Kind, shown};

/// What [`import`] shall do.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The old file. It is not written to.
    pub from: PathBuf,
    /// The new world file, which must not be there yet.
    pub out: PathBuf,
    /// Whether a nullable foreign key to a row that is not there becomes NULL. Otherwise its row is
    /// left out.
    pub null_dangling: bool,
}

/// How far [`import`] is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'p> {
    /// The table at hand.
    pub table: &'p str,
    /// Number of rows that have been read, of all tables.
    pub done: u64,
    /// Number of rows of all tables.
    pub total: u64,
}

/// What became of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Each table of the new file.
    pub tables: Vec<ImportedTable>,
    /// Every row that does not fit, or that fits with a change.
    pub misfits: Vec<Misfit>,
    /// Tables and columns that only one of the two files has.
    pub notes: Vec<String>,
}

/// What became of one table's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedTable {
    /// The table.
    pub name: String,
    /// Number of rows in the old file.
    pub read: u64,
    /// Number of rows in the new one.
    pub carried: u64,
}

/// A row that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Its table.
    pub table: String,
    /// Its id in the new file, or the number of the row in the old one where that has none.
    pub id: i64,
    /// The column, or the columns, separated by commas; empty for the whole row.
    pub column: String,
    /// What is wrong with it.
    pub why: String,
    /// Whether the row is in the new file all the same, with NULL in the column.
    pub is_carried: bool,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} row {}", self.table, self.id)?;
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        write!(f, ": {}", self.why)?;
        if self.is_carried {
            f.write_str(" (carried over with NULL)")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for ImportReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for misfit in &self.misfits {
            writeln!(f, "{misfit}")?;
        }
        for table in &self.tables {
            writeln!(
                f,
                "{}: {} of {} rows",
                table.name, table.carried, table.read
            )?;
        }
        Ok(())
    }
}

/// Carries the rows of `options.from` over into a new file with this schema. `on_progress` is called
/// now and then. One transaction: after an error there is no new file.
///
/// # Errors
/// [`ImportError`], when a file cannot be read or written at all. Rows that do not fit are no error; they
/// are listed in the report.
pub fn import(
    schema: &Schema,
    model: &Model,
    options: &ImportOptions,
    on_progress: &mut dyn FnMut(Progress<'_>),
) -> Result<ImportReport, ImportError> {
    if options.out.exists() {
        let path = options.out.clone();
        return Err(ImportError::Exists { path });
    }
    let read = |source| ImportError::Read {
        path: options.from.clone(),
        source,
    };
    let write = |source| ImportError::Write {
        path: options.out.clone(),
        source,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let old = Connection::open_with_flags(&options.from, flags).map_err(read)?;
    let source = Source::of(&old, schema).map_err(read)?;
    let new = Connection::open(&options.out).map_err(write)?;
    let mut import = Import {
        schema,
        new: &new,
        report: ImportReport {
            notes: source.notes.clone(),
            ..ImportReport::default()
        },
        done: 0,
        total: source.n_rows(),
    };
    let result = import.run(model, &old, &source, options, on_progress);
    let report = std::mem::take(&mut import.report);
    drop(new);
    match result {
        Ok(()) => Ok(report),
        Err(failed) => {
            // What is left of it is an empty file of our own making.
            let _ = std::fs::remove_file(&options.out);
            Err(match failed {
                Failed::Read(source) => read(source),
                Failed::Write(source) => write(source),
            })
        }
    }
}

/// On which side SQLite failed.
enum Failed {
    Read(rusqlite::Error),
    Write(rusqlite::Error),
}

struct Import<'i> {
    schema: &'i Schema,
    new: &'i Connection,
    report: ImportReport,
    done: u64,
    total: u64,
}

impl Import<'_> {
    fn run(
        &mut self,
        model: &Model,
        old: &Connection,
        source: &Source,
        options: &ImportOptions,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Failed> {
        let execute = |sql: &str| self.new.execute_batch(sql).map_err(Failed::Write);
        // Rows come before those that they name; that all is there is looked at in the end.
        execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")?;
        for statement in &self.schema.statements {
            execute(statement)?;
        }
        for table in &self.schema.tables {
            let read = match source.table(&table.name) {
                None => 0,
                Some(from) => self.carry(old, from, table, on_progress)?,
            };
            self.report.tables.push(ImportedTable {
                name: table.name.clone(),
                read,
                carried: 0,
            });
        }
        self.carry_next_ids(old)?;
        let misfits = relations::mend(self.new, model, options.null_dangling);
        self.report.misfits.extend(misfits.map_err(Failed::Write)?);
        for table in &mut self.report.tables {
            let sql = format!("SELECT count(*) FROM {}", quoted(&table.name));
            table.carried = count(self.new, &sql).map_err(Failed::Write)?;
        }
        self.new.execute_batch("COMMIT").map_err(Failed::Write)
    }

    /// Where the old file was a world, its ids are not given again in the new one either.
    fn carry_next_ids(&self, old: &Connection) -> Result<(), Failed> {
        let read = |sql: &str| {
            let mut statement = old.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<Vec<(String, Value)>, _>>()
        };
        let definition = format!(
            "SELECT sql, 0 FROM sqlite_schema WHERE type = 'table' AND name = '{NEXT_IDS}'"
        );
        let Some((definition, _)) = read(&definition).map_err(Failed::Read)?.pop() else {
            return Ok(());
        };
        let next_ids = format!("SELECT table_name, next_id FROM {NEXT_IDS}");
        let next_ids = read(&next_ids).map_err(Failed::Read)?;
        self.new.execute_batch(&definition).map_err(Failed::Write)?;
        let insert = format!("INSERT INTO {NEXT_IDS} (table_name, next_id) VALUES (?1, ?2)");
        for (table, next_id) in next_ids {
            if self.schema.table(&table).is_some() {
                let inserted = self.new.execute(&insert, (table, next_id));
                inserted.map_err(Failed::Write)?;
            }
        }
        Ok(())
    }

    /// Carries the rows of one table, and returns how many were read.
    fn carry(
        &mut self,
        old: &Connection,
        from: &SourceTable,
        table: &Table,
        on_progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<u64, Failed> {
        const EVERY: u64 = 1000;
        let kinds: Vec<Kind> = from
            .columns
            .iter()
            .map(|&c| Kind::of(&table.columns[c]))
            .collect();
        let names: Vec<&str> = from
            .columns
            .iter()
            .map(|&c| table.columns[c].name.as_str())
            .collect();
        let id_at = from
            .columns
            .iter()
            .position(|&column| table.rowid_key && table.columns[column].primary_key);
        let marks = vec!["?"; names.len()].join(", ");
        let columns: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let insert = if names.is_empty() {
            format!("INSERT INTO {} DEFAULT VALUES", quoted(&table.name))
        } else {
            let into = quoted(&table.name);
            format!(
                "INSERT INTO {into} ({}) VALUES ({marks})",
                columns.join(", ")
            )
        };
        let mut insert = self.new.prepare(&insert).map_err(Failed::Write)?;
        let mut select = old.prepare(&from.select()).map_err(Failed::Read)?;
        let mut rows = select.query([]).map_err(Failed::Read)?;
        let mut n_read = 0;
        while let Some(row) = rows.next().map_err(Failed::Read)? {
            n_read += 1;
            self.done += 1;
            if self.done.is_multiple_of(EVERY) {
                on_progress(Progress {
                    table: &table.name,
                    done: self.done,
                    total: self.total,
                });
            }
            let mut values = Vec::with_capacity(names.len());
            let mut wrong = Vec::new();
            for (at, kind) in kinds.iter().enumerate() {
                match kind.convert(row.get_ref(at).map_err(Failed::Read)?) {
                    Ok(value) => values.push(value),
                    Err(why) => {
                        wrong.push((names[at].to_owned(), why));
                        values.push(Value::Null);
                    }
                }
            }
            if wrong.is_empty() {
                match insert.execute(params_from_iter(&values)) {
                    Ok(_) => {}
                    Err(error)
                        if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) =>
                    {
                        let values = names.iter().copied().zip(&values).collect::<Vec<_>>();
                        wrong.push(
                            refused(self.new, table, &values, &error).map_err(Failed::Write)?,
                        );
                    }
                    Err(error) => return Err(Failed::Write(error)),
                }
            }
            let id = match id_at.map(|at| &values[at]) {
                Some(Value::Integer(id)) => *id,
                _ => n_read,
            };
            self.report
                .misfits
                .extend(wrong.into_iter().map(|(column, why)| Misfit {
                    table: table.name.clone(),
                    id,
                    column,
                    why,
                    is_carried: false,
                }));
        }
        on_progress(Progress {
            table: &table.name,
            done: self.done,
            total: self.total,
        });
        Ok(n_read.unsigned_abs())
    }
}

/// The columns of a constraint that SQLite names in its message, and what is wrong with them.
fn refused(
    new: &Connection,
    table: &Table,
    values: &[(&str, &Value)],
    error: &rusqlite::Error,
) -> rusqlite::Result<(String, String)> {
    let message = match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    let (kind, what) = message.split_once(": ").unwrap_or((&message, ""));
    let prefix = format!("{}.", table.name);
    let columns: Vec<&str> = what
        .split(", ")
        .map(|name| name.strip_prefix(&prefix).unwrap_or(name))
        .collect();
    let value_of = |name: &str| {
        let found = values.iter().find(|(column, _)| *column == name);
        found.map_or(&Value::Null, |(_, value)| value)
    };
    match kind {
        "UNIQUE constraint failed" => {
            let id = table.primary_key.first().filter(|_| table.rowid_key);
            let existing = match id {
                None => None,
                Some(id) => {
                    let conditions: Vec<String> = columns
                        .iter()
                        .map(|c| format!("{} = ?", quoted(c)))
                        .collect();
                    let sql = format!(
                        "SELECT {} FROM {} WHERE {}",
                        quoted(id),
                        quoted(&table.name),
                        conditions.join(" AND ")
                    );
                    let values = columns.iter().map(|column| value_of(column));
                    let mut statement = new.prepare(&sql)?;
                    let mut found = statement.query(params_from_iter(values))?;
                    found.next()?.map(|row| row.get::<_, i64>(0)).transpose()?
                }
            };
            let shown: Vec<String> = columns
                .iter()
                .map(|c| shown(ValueRef::from(value_of(c))))
                .collect();
            let who = existing.map_or_else(|| "another row".to_owned(), |id| format!("row {id}"));
            Ok((
                columns.join(", "),
                format!(
                    "has to be unique, and {who} has {} already",
                    shown.join(", ")
                ),
            ))
        }
        "NOT NULL constraint failed" => {
            Ok((columns.join(", "), "is NULL, and must not be".to_owned()))
        }
        "CHECK constraint failed" => {
            let mentioned = values.iter().filter(|(name, _)| mentions(what, name));
            let (names, shown): (Vec<&str>, Vec<String>) = mentioned
                .map(|(name, value)| (*name, shown(ValueRef::from(*value))))
                .unzip();
            Ok((
                names.join(", "),
                format!("cannot be {}: CHECK ({what})", shown.join(", ")),
            ))
        }
        _ => Ok((String::new(), message)),
    }
}

/// Whether an expression has this name in it, as a word of its own.
fn mentions(expression: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    expression.match_indices(name).any(|(at, found)| {
        !expression[..at].ends_with(is_word) && !expression[at + found.len()..].starts_with(is_word)
    })
}

fn count(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection
        .query_row(sql, [], |row| row.get(0))
        .map(i64::unsigned_abs)
}

/// A name as SQL takes any name.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
