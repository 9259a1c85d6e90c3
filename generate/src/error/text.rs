//! What can go wrong with a text of rows.

/// A text of rows that cannot be read further.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(std::io::Error),
    /// The text ends within something.
    #[error(
        "line {line}: the text ends in the middle of {what} that begins here (byte {offset}); it was cut off"
    )]
    Cut {
        /// The line, counted from 1.
        line: u64,
        /// The offset of the first byte of what is cut off.
        offset: u64,
        /// What is cut off.
        what: &'static str,
    },
    /// Something stands where a row, or the end of a statement, should be.
    #[error("line {line} (byte {offset}): {what} cannot be read at `{near}`")]
    Syntax {
        /// The line, counted from 1.
        line: u64,
        /// The offset of the byte.
        offset: u64,
        /// What cannot be read.
        what: &'static str,
        /// What stands there.
        near: String,
    },
    /// A statement or a row that is longer than may be kept in memory.
    #[error(
        "line {line} (byte {offset}): {what} has more than {limit} bytes; a quote may be missing"
    )]
    TooLong {
        /// The line, counted from 1.
        line: u64,
        /// The offset of its first byte.
        offset: u64,
        /// What is too long.
        what: &'static str,
        /// The most bytes.
        limit: usize,
    },
    /// The text is in a character set that cannot be read.
    #[error(
        "line {line}: the character set {name:?} cannot be read; dump the database again in UTF-8"
    )]
    Charset {
        /// The line, counted from 1.
        line: u64,
        /// The character set.
        name: String,
    },
    /// A row with more or fewer values than columns.
    #[error(
        "line {line} (byte {offset}): a row of {table} has {n_values} values, and {n_columns} columns are known: {columns}"
    )]
    Values {
        /// The line, counted from 1.
        line: u64,
        /// The offset of the row.
        offset: u64,
        /// The table.
        table: String,
        /// How many values it has.
        n_values: usize,
        /// How many columns there are.
        n_columns: usize,
        /// Their names.
        columns: String,
    },
    /// A file that is neither SQLite's nor a text with rows.
    #[error("it is neither a SQLite file nor a text with tables or rows (INSERT, REPLACE, COPY)")]
    NoRows,
    /// A dump of pg_dump that is not a text.
    #[error(
        "it is a dump in the custom format of pg_dump; `pg_restore -f dump.sql` makes a text of it"
    )]
    CustomFormat,
    /// Rows without the names of their columns, of a table that the text does not create.
    #[error(
        "line {line}: the columns of {table} are not known, because the text does not create it; dump it with its CREATE TABLE, or with the names of columns in each INSERT (`mysqldump --complete-insert`, `pg_dump --column-inserts`)"
    )]
    NoColumns {
        /// The line, counted from 1.
        line: u64,
        /// The table.
        table: String,
    },
}
