//! What comments of a schema say to gamedb, in words that the translation writes and this crate finds again.

pub(crate) use crate::sql::create_table::RENAMED;

/// The name of the id that the translation adds to a table without one. The source's rows do not hold its
/// values, so nothing points to it.
pub const SURROGATE_ID: &str = "gamedb_id";

/// How the comment of an added id starts.
pub(crate) const GIVEN: &str = "Given by gamedb: ";

/// How the comment of an added id says that an import gives a row the id that its key has.
pub(crate) const NUMBERED_BY_KEY: &str = ", and this id in an import";

/// How the comment of an added id starts to say that a column is the key of two tables.
pub(crate) fn shared_key(column: &str) -> String {
    format!("`{column}` is the id of its row in ")
}

/// How the comment of an added id says that the key of the source is a number that the game gives.
pub(crate) fn game_number(column: &str) -> String {
    format!("`{column}` is a number that the game gives")
}

/// A line of a column's comment: its name looks like a key, and it is none. The translation writes it where it
/// knows that from what is not in its text, the rows of a file or a foreign key that is not followed.
pub const NO_KEY: &str = "Not a key to a row, whatever its name looks like.";

/// The old name that a comment declares.
pub(super) fn old_name(comment: &str) -> Option<&str> {
    let (_, rest) = comment.split_once(RENAMED)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == ',' || c == '*');
    let name = rest[..end.unwrap_or(rest.len())].trim_matches(['"', '`', '[', ']', '.']);
    (!name.is_empty()).then_some(name)
}
