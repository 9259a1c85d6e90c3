//! Errors, typed by the stage that finds them. Each names the file, table or column at fault.

mod config;
mod import;
mod model;
mod read;
mod server;
mod text;
mod unsupported;

use std::path::PathBuf;

pub use config::ConfigError;
pub use import::ImportError;
pub use model::ModelError;
pub use read::{MissingTarget, ReadError};
pub use server::ServerError;
pub use text::TextError;
pub(crate) use unsupported::MOST_PARTS;
pub use unsupported::Unsupported;

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
    #[error("{} is not a file that gamedb wrote; `--sqlite-schema` names another file for the translated schema", path.display())]
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
    #[error("{} is not a file that gamedb wrote; remove it, or name another file with `--out`", path.display())]
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
    /// SQLite refused the translation of a schema.
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
    /// The schema has something that the engine does not support.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// A running server could not be read.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Rows could not be carried over.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// rustfmt could not be started.
    #[error(
        "cannot run rustfmt, which formats the models: {source}; `rustup component add rustfmt` installs it"
    )]
    RustfmtMissing {
        /// Why.
        source: std::io::Error,
    },
    /// rustfmt refused the models.
    #[error("rustfmt failed on the models: {message}")]
    RustfmtFailed {
        /// What it printed.
        message: String,
    },
}
