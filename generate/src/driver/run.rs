//! From files to files.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::analysis::{pivot, relations};
use crate::config::Config;
use crate::driver::load::{self, LoadedSchema};
use crate::driver::outputs::{self, Output};
use crate::error::Error;
use crate::import::server::Address;
use crate::model::{Contents, Model};
use crate::output;
use crate::resolve::resolve;
use crate::schema::Schema;
use crate::sql::Dialect;

/// The files that models are made from.
#[derive(Clone, Default)]
pub struct Input {
    /// The schema: a file, a folder of migrations, or the address of a running server
    /// (`postgres://user:password@host/database`).
    pub schema: PathBuf,
    /// The config; without one `gamedb.toml` beside the schema, if it is there.
    pub config: Option<PathBuf>,
    /// The SQL that the schema is written in; detected without one.
    pub dialect: Option<Dialect>,
}

/// A schema in messages: the path of a file; of a server's address only the scheme, because it may hold a password.
pub fn shown_schema(schema: &Path) -> String {
    match schema.to_str().and_then(Address::parse) {
        Some(address) => format!("{}://..", address.kind().scheme()),
        None => schema.display().to_string(),
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("schema", &shown_schema(&self.schema))
            .field("config", &self.config)
            .field("dialect", &self.dialect)
            .finish()
    }
}

/// What [`generate`] is to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to read.
    pub input: Input,
    /// The file to write, whose name ends with `.rs`; or a folder, in which each table has a file.
    pub out: PathBuf,
    /// Where the translation of the schema into SQLite is written, which the models include. Without one,
    /// it is written beside `out`; a schema that needs no translation is included itself.
    pub sqlite_schema: Option<PathBuf>,
    /// Whether to compare only, and write nothing.
    pub check: bool,
}

/// What [`generate`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The file was up to date, and was not touched.
    Unchanged,
    /// The file was written.
    Written,
    /// The file is not up to date: the unified difference. Only with [`Options::check`].
    Stale {
        /// The difference.
        diff: String,
    },
}

/// Reads schema and config.
///
/// # Errors
/// [`Error::ReadFile`], [`Error::Schema`], [`Error::Canonical`], [`Error::Config`], or [`Error::Model`] for
/// a type that is not known.
pub fn read(input: &Input) -> Result<(Schema, Config), Error> {
    let (source, config) = load(input)?;
    Ok((source.schema, config))
}

/// A schema as canonical SQLite: STRICT tables whose rows have one integer id each. The text of a schema
/// that is canonical already is returned unchanged.
///
/// # Errors
/// As [`read`].
pub fn sqlite_schema(input: &Input) -> Result<String, Error> {
    Ok(load(input)?.0.text)
}

pub(crate) fn load(input: &Input) -> Result<(LoadedSchema, Config), Error> {
    let beside = input.schema.with_file_name("gamedb.toml");
    let config = match &input.config {
        Some(path) => Some(path),
        None => beside.exists().then_some(&beside),
    };
    let config = match config {
        Some(path) => Config::parse(&text(path)?, &path.display().to_string())?,
        None => Config::default(),
    };
    let mut source = load::schema_file(&input.schema, input.dialect, &config)?;
    for table in &mut source.schema.tables {
        for column in &mut table.columns {
            let none = config.none(&table.name, &column.name);
            column.none = none.or(column.none);
        }
    }
    let computed = computed_defaults(&source.schema);
    source.schema.warnings.extend(computed);
    let ambiguous = relations::ambiguous(&source.schema, &config);
    source.schema.notes.extend(ambiguous);
    Ok((source, config))
}

/// Warnings about DEFAULTs that are computed, other than clocks: rows are made in memory, which does not compute them.
fn computed_defaults(schema: &Schema) -> Vec<String> {
    let mut columns: Vec<(&str, Vec<String>)> = Vec::new();
    for table in &schema.tables {
        let computed = table.columns.iter();
        for column in
            computed.filter(|column| column.has_computed_default() && column.clock().is_none())
        {
            let default = column.default.as_deref().unwrap_or_default();
            let place = format!("{}.{}", table.name, column.name);
            match columns.iter_mut().find(|(known, _)| *known == default) {
                Some((_, places)) => places.push(place),
                None => columns.push((default, vec![place])),
            }
        }
    }
    let said = columns.into_iter().map(|(default, places)| {
        let word = if places.len() == 1 { "column" } else { "columns" };
        let places = places.join(", ");
        format!("{word} {places}: DEFAULT {default} is computed by the file alone; in memory the game has to set the value")
    });
    said.collect()
}

/// Generates the models of a schema, or compares them with the existing file.
///
/// # Errors
/// [`Error`], in every one of its variants.
pub fn generate(options: &Options) -> Result<Outcome, Error> {
    generate_with(options, |_| {})
}

/// Notes and warnings about a schema, known before models are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// How the schema was read, and which statements were passed over.
    pub notes: Vec<String>,
    /// What the translation loses, properties of pivots that no constraint guarantees, and CHECKs that only the file
    /// enforces.
    pub warnings: Vec<String>,
    /// How many tables of each kind there are; `None` if models cannot be made of them.
    pub contents: Option<Contents>,
}

/// How many warnings are shown before the rest is only counted.
const N_SHOWN: usize = 20;

/// The most letters of a warning that are shown: some warnings list the columns of a hundred tables.
const N_LETTERS: usize = 400;

impl Remarks {
    /// The warnings as they are shown to somebody who did not ask for them: the first twenty, each on one line.
    pub fn shown_warnings(&self) -> impl Iterator<Item = String> {
        let short = |warning: &String| {
            let warning = warning.replace(['\n', '\r'], " ");
            let end = warning.char_indices().nth(N_LETTERS);
            match (end, warning.rsplit_once(": ")) {
                (Some((at, _)), Some((columns, what))) if columns.len() > at => {
                    format!(
                        "{} .. (`gamedb explain` prints all): {what}",
                        &columns[..at]
                    )
                }
                _ => warning,
            }
        };
        let n_more = self.warnings.len().saturating_sub(N_SHOWN);
        let more = (n_more > 0).then(|| format!("{n_more} more; `gamedb explain` prints all"));
        self.warnings.iter().take(N_SHOWN).map(short).chain(more)
    }

    /// What is known of a schema and of its model.
    pub(crate) fn of(schema: &Schema, config: &Config, model: Option<&Model>) -> Self {
        let pivots = pivot::pivot_infos(schema, config).unwrap_or_default();
        let of_pivots = pivots.iter().flat_map(|pivot| {
            let warnings = pivot.warnings.iter();
            warnings.map(move |warning| format!("table {}: {warning}", pivot.table))
        });
        Self {
            notes: schema.notes.clone(),
            warnings: (schema.warnings.iter().cloned())
                .chain(of_pivots)
                .chain(model.iter().flat_map(|model| model.file_check_warnings()))
                .collect(),
            contents: model.map(Model::contents),
        }
    }
}

/// As [`generate`]; `look` gets the notes and warnings before anything is written.
///
/// # Errors
/// As [`generate`].
pub fn generate_with(options: &Options, look: impl FnOnce(&Remarks)) -> Result<Outcome, Error> {
    let (source, config) = load(&options.input)?;
    let model = resolve(&source.schema, &config);
    look(&Remarks::of(&source.schema, &config, model.as_ref().ok()));
    let model = model?;
    let included = included(options, &source)?;
    for path in [Some(options.out.as_path()), included.as_deref()] {
        path.map_or(Ok(()), |path| refuse_inputs(&options.input, path))?;
    }
    if included
        .as_ref()
        .is_some_and(|path| is_same(path, &options.out))
    {
        let path = options.out.clone();
        return Err(Error::SameFile { path });
    }
    let schema = included.as_deref().unwrap_or(&options.input.schema);
    let mut outputs = outputs::models(&model, schema, &options.out)?;
    if let Some(path) = included {
        outputs.insert(0, Output::new(path, source.text));
    }
    if options.check {
        let diff = outputs::diff(&outputs)?;
        return Ok(if diff.is_empty() {
            Outcome::Unchanged
        } else {
            Outcome::Stale { diff }
        });
    }
    Ok(if outputs::write(&outputs, &options.out)? {
        Outcome::Written
    } else {
        Outcome::Unchanged
    })
}

/// Whether two paths lead to the same file.
fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// Refuses an output that is the schema or the config itself.
///
/// # Errors
/// [`Error::SameFile`].
pub fn refuse_inputs(input: &Input, out: &Path) -> Result<(), Error> {
    let beside = input.schema.with_file_name("gamedb.toml");
    let config = input.config.as_deref().unwrap_or(&beside);
    if is_same(out, &input.schema) || is_same(out, config) {
        let path = out.to_owned();
        return Err(Error::SameFile { path });
    }
    Ok(())
}

/// Where the translated schema is written to; `None` if the models include the schema itself.
fn included(options: &Options, source: &LoadedSchema) -> Result<Option<PathBuf>, Error> {
    let is_schema = |path: &Path| is_same(path, &options.input.schema);
    let refused = |path: PathBuf| Error::Overwrites { path };
    let by_hand = |path: &Path| {
        let is_ours = |text: String| text.is_empty() || text.starts_with(load::GENERATED);
        Ok::<bool, Error>(!output::read_existing(path)?.is_none_or(is_ours))
    };
    match &options.sqlite_schema {
        Some(path) if source.is_translated && by_hand(path)? => Err(refused(path.clone())),
        Some(path) => Ok((!is_schema(path)).then(|| path.clone())),
        None if !source.is_translated => Ok(None),
        None => {
            let (mut path, other) = match outputs::is_folder(&options.out) {
                true => (
                    options.out.join("schema.sql"),
                    options.out.join("schema.sqlite.sql"),
                ),
                false => {
                    let beside = |extension| options.out.with_extension(extension);
                    (beside("sql"), beside("sqlite.sql"))
                }
            };
            if is_schema(&path) {
                path = other;
            }
            if by_hand(&path)? {
                Err(refused(path))
            } else {
                Ok(Some(path))
            }
        }
    }
}

fn text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::ReadFile {
        path: path.to_owned(),
        source,
    })
}
