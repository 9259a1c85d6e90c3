//! For build scripts: models that are generated on every change of the schema, and not checked in.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::driver::appearance;
use crate::driver::run::{Input, Remarks, load};
use crate::error::Error;
use crate::resolve::resolve;
use crate::sql::Dialect;
use crate::{emit, output};

/// Generates the models of a schema, from the build script of a package.
///
/// ```no_run
/// // build.rs, with gamedb-generate among the build-dependencies
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     gamedb_generate::build::models("schema.sql").config("gamedb.toml").generate()?;
///     Ok(())
/// }
/// ```
///
/// and in the package, which needs gamedb alone:
///
/// ```text
/// mod models {
///     include!(concat!(env!("OUT_DIR"), "/models.rs"));
/// }
/// ```
///
/// Paths are relative to the package's folder, where build scripts run. `rustfmt` is not needed.
#[must_use = "nothing happens before `generate`"]
pub fn models(schema: impl Into<PathBuf>) -> Build {
    Build {
        input: Input {
            schema: schema.into(),
            config: None,
            dialect: None,
        },
        out: PathBuf::from("models.rs"),
    }
}

/// The settings of a generation: see [`models`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens before `generate`"]
pub struct Build {
    input: Input,
    out: PathBuf,
}

impl Build {
    /// The config; without it `gamedb.toml` beside the schema, if it is there.
    pub fn config(mut self, path: impl Into<PathBuf>) -> Self {
        self.input.config = Some(path.into());
        self
    }

    /// The SQL that the schema is written in; detected without it.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.input.dialect = Some(dialect);
        self
    }

    /// The file to write, relative to `OUT_DIR`; `models.rs` without it.
    pub fn out(mut self, path: impl Into<PathBuf>) -> Self {
        self.out = path.into();
        self
    }

    /// Writes the models, tells cargo to run the build script again when the schema or the config changes or a
    /// `gamedb.toml` appears, and passes warnings on to cargo: what [`Remarks`] has. The
    /// translation of a schema that is not canonical is written beside the models. Returns the path of the models.
    ///
    /// # Errors
    /// [`Error::NoOutDir`] outside of a build script, and whatever reading, resolving and writing
    /// refuse, as a [`BuildError`], with which `main` can be left.
    pub fn generate(self) -> Result<PathBuf, BuildError> {
        self.write().map_err(BuildError)
    }

    fn write(self) -> Result<PathBuf, Error> {
        rerun_if_changed(&self.input.schema);
        let folder = env::var_os("OUT_DIR").ok_or(Error::NoOutDir);
        match (&self.input.config, &folder) {
            (Some(config), _) => rerun_if_changed(config),
            (None, Ok(folder)) => {
                let beside = self.input.schema.with_file_name("gamedb.toml");
                if beside.exists() {
                    rerun_if_changed(&beside);
                } else {
                    appearance::rerun_if_it_appears(&beside, Path::new(folder))?;
                }
            }
            (None, Err(_)) => {}
        }
        let out = Path::new(&folder?).join(&self.out);
        let (source, config) = load(&self.input)?;
        let model = resolve(&source.schema, &config);
        let remarks = Remarks::of(&source.schema, &config, model.as_ref().ok());
        for warning in remarks.shown_warnings() {
            println!("cargo::warning={warning}");
        }
        let model = model?;
        let included = if source.is_translated {
            let path = out.with_extension("sql");
            output::write(&path, &source.text)?;
            path
        } else {
            self.input.schema
        };
        // The path of the schema is absolute, because the package may be built from any folder.
        let included = std::path::absolute(&included).unwrap_or(included);
        let models = emit::models(&model, &included.to_string_lossy())?;
        output::write(&out, &models)?;
        // Cargo shows this with `-vv`.
        println!("{}: written, {}", out.display(), model.contents());
        Ok(out)
    }
}

/// Why a build script could not generate its models. `main` prints the `Debug` text of its error, so that is the
/// message as people read it, and the same as `Display`.
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct BuildError(Error);

impl BuildError {
    /// What went wrong.
    pub fn kind(&self) -> &Error {
        &self.0
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

pub(super) fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
