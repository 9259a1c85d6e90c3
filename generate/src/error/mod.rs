//! What can go wrong, typed, with the names of what it went wrong with.

use std::path::PathBuf;

use crate::input::Dialect;
use crate::schema::OnDelete;

/// Anything that can go wrong between a schema file and its models.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A build script's output folder, outside of a build script.
    #[error("OUT_DIR is not set; cargo sets it for build scripts")]
    NoOutDir,
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    WriteFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The translation of the schema would be written over something that was not generated.
    #[error("{} is not a file that gamedb wrote; `--sqlite-schema` says where the schema in SQLite's words goes", path.display())]
    Overwrites {
        /// The file.
        path: PathBuf,
    },
    /// An output is one of the files that are read, or the other output.
    #[error("{} is read or written already; it cannot be an output as well", path.display())]
    SameFile {
        /// The file.
        path: PathBuf,
    },
    /// The models would be written over something that was not generated.
    #[error("{} is not a file that gamedb wrote; `--out` names another one, or it has to be removed first", path.display())]
    OverwritesSource {
        /// The file.
        path: PathBuf,
    },
    /// The schema could not be read.
    #[error("{file}: {source}")]
    Schema {
        /// The schema file.
        file: String,
        /// Why.
        source: ReadError,
    },
    /// The translation of a schema is not what SQLite takes.
    #[error("{file}: SQLite refuses the translation of the schema: {source}")]
    Canonical {
        /// The schema file.
        file: String,
        /// Why.
        source: ReadError,
    },
    /// gamedb.toml is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The schema has something that models cannot be made from.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The schema has something that the engine has no words for.
    #[error(transparent)]
    Unsupported(#[from] crate::emit::Unsupported),
    /// Rows could not be carried over.
    #[error(transparent)]
    Import(#[from] crate::import::ImportError),
    /// rustfmt could not be started.
    #[error(
        "cannot run rustfmt, which formats the models: {source}; `rustup component add rustfmt` installs it"
    )]
    RustfmtMissing {
        /// Why.
        source: std::io::Error,
    },
    /// rustfmt did not take the models.
    #[error("rustfmt failed on the models: {message}")]
    RustfmtFailed {
        /// What it printed.
        message: String,
    },
}

/// A schema text that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// SQLite refused a statement.
    #[error("{}{message}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Sql {
        /// The line, counted from 1, where SQLite said it.
        line: Option<usize>,
        /// SQLite's message.
        message: String,
    },
    /// SQLite failed in some other way.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
    /// Something in the schema that a world cannot keep.
    #[error("{what} {name:?}: a world cannot keep it, because rows are changed in memory")]
    Unsupported {
        /// The kind of thing.
        what: String,
        /// Its name.
        name: String,
    },
    /// A script that makes no table.
    #[error("no CREATE TABLE can be read as {}; `--dialect` says what it is{}", dialect.name(), first(warnings))]
    NoTables {
        /// What it was read as.
        dialect: Dialect,
        /// What could not be read.
        warnings: Vec<String>,
    },
}

/// The first lines of what was wrong with a script.
fn first(warnings: &[String]) -> String {
    let lines = warnings.iter().take(3);
    lines.map(|warning| format!("\n  {warning}")).collect()
}

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
    /// Something that is well written and cannot be done.
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

/// A schema that models cannot be made from.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ModelError {
    /// A table without `INTEGER PRIMARY KEY`.
    #[error(
        "table {table:?} has no INTEGER PRIMARY KEY; an entity needs one integer id of its own"
    )]
    NoIntegerPrimaryKey {
        /// The table.
        table: String,
    },
    /// A primary key of several columns.
    #[error("table {table:?}: a primary key of several columns ({}) is not supported yet; give it an INTEGER PRIMARY KEY and make these UNIQUE", columns.join(", "))]
    CompositePrimaryKey {
        /// The table.
        table: String,
        /// The key's columns.
        columns: Vec<String>,
    },
    /// A foreign key in a column that does not hold integers, or is limited by a CHECK.
    #[error(
        "column {table}.{column}: a foreign key needs an INTEGER column, and this one is declared `{declared}`"
    )]
    ForeignKeyType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its declaration.
        declared: String,
    },
    /// An id that points to another table.
    #[error(
        "column {table}.{column}: a primary key that is a foreign key too is not supported yet; give the foreign key a UNIQUE column of its own"
    )]
    IdIsForeignKey {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An ON DELETE action that cannot be kept in memory, or not on this column.
    #[error("column {table}.{column}: ON DELETE {} {why}", action.sql())]
    OnDelete {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The action.
        action: OnDelete,
        /// Why not.
        why: &'static str,
    },
    /// A type that no Rust type is known for.
    #[error(
        "column {table}.{column}: type {declared:?} is not supported yet; use INTEGER, REAL, TEXT or BLOB, or give `[columns.\"{table}.{column}\"] type`"
    )]
    ColumnType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type as declared.
        declared: String,
    },
    /// A computed column.
    #[error("column {table}.{column}: computed (GENERATED) columns are not supported yet")]
    GeneratedColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A UNIQUE that memory cannot keep.
    #[error("table {table:?}: unique index {index:?} {why}, which is not supported yet")]
    Unique {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// What it has that is not supported.
        why: String,
    },
    /// A table that was asked for by name and is not there.
    #[error("the schema has no table {table:?}")]
    UnknownTable {
        /// The table.
        table: String,
    },
}
