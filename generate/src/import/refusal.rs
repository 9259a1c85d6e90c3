//! What SQLite says of a row that it does not take, in words for people.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::sql::quoted;
use super::value::shown;
use crate::schema::Table;

/// The columns of a constraint that SQLite names in its message, and what is wrong with them.
pub(super) fn refused(
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
