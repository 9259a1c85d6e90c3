//! From files to files.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::error::Error;
use crate::schema::Schema;
use crate::{emit, model, output, sqlite};

/// The files that models are made from.
#[derive(Debug, Clone)]
pub struct Input {
    /// The schema.
    pub schema: PathBuf,
    /// The config; without one `gamedb.toml` beside the schema, if it is there.
    pub config: Option<PathBuf>,
}

/// What [`generate`] shall do.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to read.
    pub input: Input,
    /// The file to write.
    pub out: PathBuf,
    /// Whether to compare only, and write nothing.
    pub check: bool,
}

/// What [`generate`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The file was as it has to be, and was not touched.
    Unchanged,
    /// The file was written.
    Written,
    /// The file is not as it has to be: the unified difference. Only with [`Options::check`].
    Stale {
        /// The difference.
        diff: String,
    },
}

/// Reads schema and config.
///
/// # Errors
/// [`Error::ReadFile`], [`Error::Schema`] or [`Error::Config`].
pub fn read(input: &Input) -> Result<(Schema, Config), Error> {
    let source = text(&input.schema)?;
    let schema = sqlite::read(&source).map_err(|source| Error::Schema {
        file: input.schema.display().to_string(),
        source,
    })?;
    let beside = input.schema.with_file_name("gamedb.toml");
    let config = match &input.config {
        Some(path) => Some(path),
        None => beside.exists().then_some(&beside),
    };
    let config = match config {
        Some(path) => Config::parse(&text(path)?, &path.display().to_string())?,
        None => Config::default(),
    };
    Ok((schema, config))
}

/// Makes the models of a schema, or compares them with the file there is.
///
/// # Errors
/// [`Error`], in every one of its variants.
pub fn generate(options: &Options) -> Result<Outcome, Error> {
    let (schema, config) = read(&options.input)?;
    let model = model::resolve(&schema, &config)?;
    let seen = output::seen_from(&options.out, &options.input.schema);
    let new = output::rustfmt(&emit::models(&model, &seen)?, &options.out)?;
    let old = match std::fs::read_to_string(&options.out) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => {
            let path = options.out.clone();
            return Err(Error::ReadFile { path, source });
        }
    };
    if old.as_deref() == Some(new.as_str()) {
        return Ok(Outcome::Unchanged);
    }
    if options.check {
        let diff = output::diff(&old.unwrap_or_default(), &new, &options.out);
        return Ok(Outcome::Stale { diff });
    }
    output::write(&options.out, &new)?;
    Ok(Outcome::Written)
}

fn text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::ReadFile {
        path: path.to_owned(),
        source,
    })
}
