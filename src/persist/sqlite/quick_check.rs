//! Whether the pages of a file are those of one database, as far as SQLite looks without its indexes.

use rusqlite::{Connection, OptionalExtension as _};

use super::{mail, stamp, statements};

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
///
/// `tables` are the world's.
pub(super) fn quick_check(connection: &Connection, tables: &[&str]) -> rusqlite::Result<Found> {
    let messages = without_checks(connection, || messages(connection, tables))?;
    let mut found = Found::default();
    for message in messages {
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

/// What SQLite finds in the whole file, without the CHECKs.
pub(super) fn whole_file(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    without_checks(connection, || run(connection, "PRAGMA quick_check(1000)"))
}

/// Does not have CHECKs evaluated: rows that do not fit are listed when they are loaded, and would fill up the list.
fn without_checks<R>(
    connection: &Connection,
    check: impl FnOnce() -> rusqlite::Result<R>,
) -> rusqlite::Result<R> {
    connection.pragma_update(None, "ignore_check_constraints", true)?;
    let found = check();
    connection.pragma_update(None, "ignore_check_constraints", false)?;
    found
}

/// All that it says of the whole file; or, where a table that is not the world's would compute something in it,
/// which may take any time and memory, of each table of the world by itself. Then a page that two of them name is
/// not found.
fn messages(connection: &Connection, tables: &[&str]) -> rusqlite::Result<Vec<String>> {
    let run = |pragma: &str| run(connection, pragma);
    let is_ours = |name: &String| {
        let mut tables = tables.iter();
        tables.any(|table| table.eq_ignore_ascii_case(name))
    };
    if computed_tables(connection)?.iter().all(is_ours) {
        return run("PRAGMA quick_check");
    }
    let mut messages = Vec::new();
    let own = [
        (statements::NEXT_IDS, statements::IDS_EXIST),
        (statements::HASHES, statements::HASHES_EXIST),
        (stamp::TABLE, stamp::EXISTS),
        (mail::OUTBOX, mail::OUTBOX_EXISTS),
        (mail::INBOX, mail::INBOX_EXISTS),
    ];
    let mut names = tables.to_vec();
    for (name, exists) in own {
        if connection.query_row(exists, [], |row| row.get(0))? {
            names.push(name);
        }
    }
    for table in names {
        let table = statements::quoted(table);
        messages.extend(run(&format!("PRAGMA quick_check({table})"))?);
    }
    Ok(messages)
}

fn run(connection: &Connection, pragma: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(pragma)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Tables with columns that are computed when they are read, and those that a module of SQLite's makes up.
pub(super) fn computed_tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT name FROM pragma_table_list AS list WHERE schema = 'main' AND (type = 'virtual' OR type = 'table'
             AND EXISTS (SELECT 1 FROM pragma_table_xinfo(list.name) WHERE hidden IN (2, 3)))",
    )?;
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
