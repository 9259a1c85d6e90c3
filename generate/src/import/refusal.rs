//! Messages for rows that SQLite refuses.

use rusqlite::{Connection, ErrorCode, ffi, params_from_iter};

use super::queries::quoted;
use super::report::MisfitKind;
use super::value::Converted;
use crate::schema::Table;

/// What is wrong with a row.
pub(super) struct Wrong {
    /// The column, or the columns, separated by commas; empty for the whole row.
    pub(super) column: String,
    pub(super) why: String,
    pub(super) kind: MisfitKind,
}

/// The columns of a constraint that SQLite names in its message, and what is wrong with them.
pub(super) fn refused(
    new: &Connection,
    table: &Table,
    values: &[(&str, &Converted<'_>)],
    error: &rusqlite::Error,
) -> rusqlite::Result<Wrong> {
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
    match kind {
        "UNIQUE constraint failed" => {
            // The source knows the key of the row, and no id that was added.
            let key = |name: &&str| table.primary_key.iter().any(|id| id == name);
            let columns = columns.into_iter().map(|name| match table.numbered_by() {
                Some(source) if key(&name) => source,
                _ => name,
            });
            not_unique(new, table, &columns.collect::<Vec<_>>(), values)
        }
        "NOT NULL constraint failed" => Ok(Wrong {
            column: columns.join(", "),
            why: "is NULL, and must not be".to_owned(),
            kind: MisfitKind::Null,
        }),
        "CHECK constraint failed" => {
            let mentioned = values.iter().filter(|(name, _)| mentions(what, name));
            let (names, shown): (Vec<&str>, Vec<String>) = mentioned
                .map(|(name, value)| (*name, value.shown()))
                .unzip();
            Ok(Wrong {
                column: names.join(", "),
                why: format!("cannot be {}: CHECK ({what})", shown.join(", ")),
                kind: MisfitKind::Check,
            })
        }
        _ => Ok(Wrong {
            column: String::new(),
            why: message,
            kind: MisfitKind::Other,
        }),
    }
}

/// Columns that have to be unique, and the row of the new file that has these values already.
fn not_unique(
    new: &Connection,
    table: &Table,
    columns: &[&str],
    values: &[(&str, &Converted<'_>)],
) -> rusqlite::Result<Wrong> {
    let value_of = |name: &str| {
        let found = values.iter().find(|(column, _)| *column == name);
        found.map_or(&Converted::Null, |(_, value)| value)
    };
    let id = table.primary_key.first().filter(|_| table.rowid_key);
    let existing = match id {
        None => None,
        Some(id) => {
            let equal = |column: &&str| format!("{} = ?", quoted(column));
            let conditions: Vec<String> = columns.iter().map(equal).collect();
            let (id, from) = (quoted(id), quoted(&table.name));
            let conditions = conditions.join(" AND ");
            let mut statement =
                new.prepare(&format!("SELECT {id} FROM {from} WHERE {conditions}"))?;
            let values = columns.iter().map(|column| value_of(column));
            let mut found = statement.query(params_from_iter(values))?;
            found.next()?.map(|row| row.get::<_, i64>(0)).transpose()?
        }
    };
    let shown: Vec<String> = columns
        .iter()
        .map(|column| value_of(column).shown())
        .collect();
    let who = existing.map_or_else(|| "another row".to_owned(), |id| format!("row {id}"));
    Ok(Wrong {
        column: columns.join(", "),
        why: format!(
            "has to be unique, and {who} has {} already",
            shown.join(", ")
        ),
        kind: MisfitKind::Unique,
    })
}

/// Whether an expression contains this name as a whole word.
fn mentions(expression: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    expression.match_indices(name).any(|(at, found)| {
        !expression[..at].ends_with(is_word) && !expression[at + found.len()..].starts_with(is_word)
    })
}

/// Whether SQLite refuses a row, rather than fails.
pub(super) fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// Whether a row was refused because another row has its key or unique values.
pub(super) fn is_unique(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_extended_error_code();
    code.is_some_and(|code| {
        [
            ffi::SQLITE_CONSTRAINT_UNIQUE,
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
            ffi::SQLITE_CONSTRAINT_ROWID,
        ]
        .contains(&code)
    })
}
