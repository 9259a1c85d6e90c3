//! What can go wrong with gamedb.toml.

/// A gamedb.toml that is wrong, with the line.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The config file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What the TOML reader says.
        message: String,
    },
    /// A table that the schema does not have.
    #[error("{file}:{line}: the schema has no table {table:?}")]
    UnknownTable {
        /// The config file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The table.
        table: String,
    },
    /// A column that its table does not have.
    #[error("{file}:{line}: table {table:?} has no column {column:?}")]
    UnknownColumn {
        /// The config file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An enum that no column has.
    #[error("{file}:{line}: no column has the enum {name:?}")]
    UnknownEnum {
        /// The config file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The enum's type name.
        name: String,
    },
    /// A text that is not one of the enum's.
    #[error("{file}:{line}: enum {name:?} has no text {text:?}")]
    UnknownText {
        /// The config file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The enum's type name.
        name: String,
        /// The text.
        text: String,
    },
    /// A valid key or value that contradicts the schema or another key.
    #[error("{file}:{line}: {message}")]
    Impossible {
        /// The config file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What, and why not.
        message: String,
    },
}
