//! For build scripts: models that are generated on every change of the schema, and not checked in.

use std::env;
use std::path::{Path, PathBuf};

use crate::driver::run::{Input, load};
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

    /// Writes the models, tells cargo to run the build script again when schema or config change, and warns of CHECKs
    /// that only the file enforces. The
    /// translation of a schema that is not canonical is written beside them. Returns the path of the models.
    ///
    /// # Errors
    /// [`Error::NoOutDir`] outside of a build script, and whatever reading, resolving and writing
    /// refuse.
    pub fn generate(self) -> Result<PathBuf, Error> {
        rerun_if_changed(&self.input.schema);
        match &self.input.config {
            Some(config) => rerun_if_changed(config),
            None => {
                // Cargo treats a path that does not exist as one that has changed.
                let beside = self.input.schema.with_file_name("gamedb.toml");
                if beside.exists() {
                    rerun_if_changed(&beside);
                }
            }
        }
        let folder = env::var_os("OUT_DIR").ok_or(Error::NoOutDir)?;
        let out = Path::new(&folder).join(&self.out);
        let (source, config) = load(&self.input)?;
        let model = resolve(&source.schema, &config)?;
        for warning in model.file_check_warnings() {
            println!("cargo::warning={warning}");
        }
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
        Ok(out)
    }
}

fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
