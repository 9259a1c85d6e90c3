//! Whether the pages of a file are those of one database, as far as SQLite looks without its indexes.

use rusqlite::{Connection, OptionalExtension as _};

/// What SQLite finds. Nothing, if the pages are whole.
#[derive(Default)]
pub(super) struct Found {
    /// The trees are not whole: what is read from them may be anything, and never end.
    pub(super) trees: Vec<String>,
    /// Indexes that have not as many entries as their tables have rows. The tables can be read.
    pub(super) indexes: Vec<String>,
}

/// Looks at all pages once, and so comes to an end whatever they say. Rows that do not fit are not its business:
/// they are listed when they are loaded.
pub(super) fn quick_check(connection: &Connection) -> rusqlite::Result<Found> {
    // They are evaluated when the rows are loaded, and would fill up the list.
    connection.pragma_update(None, "ignore_check_constraints", true)?;
    let messages = messages(connection);
    connection.pragma_update(None, "ignore_check_constraints", false)?;
    let mut found = Found::default();
    for message in messages? {
        for line in message.lines() {
            let is_title = line == "ok" || line.starts_with("***");
            if let Some(index) = line.strip_prefix("wrong # of entries in index ") {
                let table = "SELECT tbl_name FROM sqlite_schema WHERE name = ?";
                found.indexes.push(named(connection, table, index, line)?);
            } else if !is_title && !is_of_a_row(line) {
                // SQLite names a tree by the number of its first page, `Tree 5 page 7: ..`.
                let root = line.strip_prefix("Tree ").unwrap_or_default();
                let root = root.split(' ').next().unwrap_or_default();
                let name = "SELECT name FROM sqlite_schema WHERE rootpage = CAST(? AS INTEGER)";
                found.trees.push(named(connection, name, root, line)?);
            }
        }
    }
    Ok(found)
}

fn messages(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA quick_check")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// `NULL value in players.email`, `non-INTEGER value in ..`, and others of the kind.
fn is_of_a_row(message: &str) -> bool {
    message.contains(" value in ")
}

/// The message with the name that this query finds before it.
fn named(
    connection: &Connection,
    query: &str,
    parameter: &str,
    message: &str,
) -> rusqlite::Result<String> {
    let name: Option<String> = connection
        .query_row(query, [parameter], |row| row.get(0))
        .optional()?;
    Ok(name.map_or_else(|| message.to_owned(), |name| format!("{name}: {message}")))
}
